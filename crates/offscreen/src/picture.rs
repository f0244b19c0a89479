//! A finished picture, and its way into a PNG file.

use std::{io::Write, path::Path};

use super::{Error, blend::Rgba};

/// A drawn frame: `width` × `height` pixels in rows from the top left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<Rgba>,
}

impl Picture {
    /// `pixels` are premultiplied and as many as the sides ask for (the callers' rule).
    pub(super) fn new([width, height]: [u32; 2], pixels: Vec<Rgba>) -> Self {
        debug_assert_eq!(width as usize * height as usize, pixels.len());
        Self { width, height, pixels }
    }

    /// Pixels a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixel in column `x` of row `y` from the top left, premultiplied, in gamma space; `None` outside.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 4]> {
        (x < self.width).then(|| self.pixels.get(y as usize * self.width as usize + x as usize).copied()).flatten()
    }

    /// Every pixel in rows from the top left, premultiplied, in gamma space.
    pub fn pixels(&self) -> &[[u8; 4]] {
        &self.pixels
    }

    /// Every pixel as red, green, blue, alpha, **not** premultiplied: what PNG and most picture libraries want.
    pub fn to_rgba(&self) -> Vec<u8> {
        self.pixels.iter().flat_map(|&pixel| unmultiplied(pixel)).collect()
    }

    /// The picture as a PNG file's bytes.
    ///
    /// # Errors
    /// [`Error::Encode`] if the encoder refuses.
    pub fn to_png(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.to_rgba())?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Writes the picture as PNG: beside `path` first, then renamed, so that no half-written picture is ever seen there.
    ///
    /// # Errors
    /// [`Error::Encode`], or [`Error::Write`] with the path.
    pub fn write_png(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let (path, bytes) = (path.as_ref(), self.to_png()?);
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

fn unmultiplied([red, green, blue, alpha]: Rgba) -> Rgba {
    let undo = |channel: u8| match alpha {
        0 | 255 => channel,
        _ => {
            (u16::from(channel) * 255 + u16::from(alpha) / 2).checked_div(u16::from(alpha)).unwrap_or(0).min(255) as u8
        }
    };
    [undo(red), undo(green), undo(blue), alpha]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, io};

    fn sample() -> Picture {
        Picture::new([2, 2], vec![[0, 0, 0, 0], [255, 0, 7, 255], [64, 32, 0, 128], [1, 2, 3, 255]])
    }

    #[test]
    fn png_gives_the_same_pixels_back() {
        let bytes = sample().to_png().unwrap();
        let mut reader = png::Decoder::new(io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, info.color_type), (2, 2, png::ColorType::Rgba));
        assert_eq!(pixels, sample().to_rgba());
        assert_eq!(pixels[8..12], [128, 64, 0, 128], "colours are no longer premultiplied");
    }

    #[test]
    fn pixels_are_found_by_column_and_row_and_not_beyond() {
        assert_eq!(sample().pixel(1, 0), Some([255, 0, 7, 255]));
        assert_eq!(sample().pixel(0, 1), Some([64, 32, 0, 128]));
        assert_eq!(sample().pixel(2, 0), None);
        assert_eq!(sample().pixel(0, 2), None);
    }

    #[test]
    fn a_written_picture_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        sample().write_png(folder.path().join("a.png")).unwrap();
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.png"]);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("a.png");
        let message = sample().write_png(&path).unwrap_err().to_string();
        assert!(message.contains(&path.display().to_string()), "{message}");
    }
}
