//! A picture on its way to a file.

/// A picture: rows from the top left, red, green, blue and alpha, not premultiplied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Pixels a row, and rows.
    pub size: [u32; 2],
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

impl Frame {
    /// The pixels in order.
    pub fn pixels(&self) -> impl DoubleEndedIterator<Item = [u8; 4]> + ExactSizeIterator + '_ {
        self.rgba.as_chunks().0.iter().copied()
    }

    /// Whether nothing shines through anywhere.
    pub fn is_opaque(&self) -> bool {
        self.pixels().all(|[.., alpha]| alpha == u8::MAX)
    }

    /// The bytes without alpha.
    pub fn rgb(&self) -> Vec<u8> {
        self.pixels().flat_map(|[red, green, blue, _]| [red, green, blue]).collect()
    }
}
