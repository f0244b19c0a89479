//! The icon of the window.

use egui::IconData;

/// The icon in the assets; none if it should not be an 8-bit RGBA picture.
pub fn load() -> Option<IconData> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(include_bytes!("../../../assets/icon.png")));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().ok()?;
    let mut rgba = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut rgba).ok()?;
    rgba.truncate(frame.buffer_size());
    let is_rgba = frame.color_type == png::ColorType::Rgba;
    is_rgba.then_some(IconData { rgba, width: frame.width, height: frame.height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_is_a_picture() {
        let icon = load().unwrap();
        assert!(icon.width >= 32 && icon.rgba.len() == 4 * icon.width as usize * icon.height as usize);
    }
}
