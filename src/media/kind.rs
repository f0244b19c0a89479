//! The kind of file that a name asks for.

use std::path::{MAIN_SEPARATOR, Path};

/// A kind of file that pictures are written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MediaKind {
    /// One picture.
    #[default]
    Png,
    /// One picture as vectors, with its text as text.
    Svg,
    /// One picture, or a film without loss.
    Webp,
    /// A film of at most 256 colours.
    Gif,
    /// A film without loss.
    Apng,
    /// A film that ffmpeg writes.
    Mp4,
    /// A folder with a picture for each frame.
    Folder,
}

impl MediaKind {
    /// All kinds, in the order in which the window shows them.
    pub const ALL: [MediaKind; 7] = [
        MediaKind::Png,
        MediaKind::Svg,
        MediaKind::Webp,
        MediaKind::Gif,
        MediaKind::Apng,
        MediaKind::Mp4,
        MediaKind::Folder,
    ];

    /// What the name asks for, by its extension, or by the separator that it ends with; `None` for another extension.
    pub fn of_path(path: &Path) -> Option<MediaKind> {
        let text = path.to_string_lossy();
        if text.ends_with('/') || text.ends_with(MAIN_SEPARATOR) || path.is_dir() {
            return Some(MediaKind::Folder);
        }
        let extension = path.extension()?.to_string_lossy().to_ascii_lowercase();
        MediaKind::ALL.into_iter().find(|kind| !kind.extension().is_empty() && kind.extension() == extension)
    }

    /// What the names of such files end in; nothing for a folder.
    pub fn extension(self) -> &'static str {
        match self {
            MediaKind::Png => "png",
            MediaKind::Svg => "svg",
            MediaKind::Webp => "webp",
            MediaKind::Gif => "gif",
            MediaKind::Apng => "apng",
            MediaKind::Mp4 => "mp4",
            MediaKind::Folder => "",
        }
    }

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            MediaKind::Png => "PNG",
            MediaKind::Svg => "SVG",
            MediaKind::Webp => "WebP",
            MediaKind::Gif => "GIF",
            MediaKind::Apng => "APNG",
            MediaKind::Mp4 => "MP4",
            MediaKind::Folder => "Folder of PNG",
        }
    }

    /// Whether this program writes it where it runs: a page has neither ffmpeg nor folders.
    pub fn is_written_here(self) -> bool {
        !cfg!(target_arch = "wasm32") || !matches!(self, MediaKind::Mp4 | MediaKind::Folder)
    }

    /// Whether it can hold one picture.
    pub fn holds_picture(self) -> bool {
        matches!(self, MediaKind::Png | MediaKind::Svg | MediaKind::Webp)
    }

    /// Whether it can hold a film.
    pub fn holds_film(self) -> bool {
        !matches!(self, MediaKind::Png | MediaKind::Svg)
    }

    /// The longest side in pixels.
    pub fn max_side(self) -> u32 {
        match self {
            MediaKind::Mp4 => 8192,
            _ => 16_384,
        }
    }

    /// The most frames a second that players show.
    pub fn max_rate(self) -> f64 {
        match self {
            // Frames of less than two hundredths of a second are shown for ten.
            MediaKind::Gif => 50.0,
            _ => 240.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_the_kind() {
        for kind in MediaKind::ALL.into_iter().filter(|kind| *kind != MediaKind::Folder) {
            let name = format!("some.where/a.{}", kind.extension());
            assert_eq!(MediaKind::of_path(Path::new(&name)), Some(kind));
            assert_eq!(MediaKind::of_path(Path::new(&name.to_uppercase())), Some(kind));
        }
        assert_eq!(MediaKind::of_path(Path::new("frames/")), Some(MediaKind::Folder));
        assert_eq!(MediaKind::of_path(Path::new("a.jpg")), None);
        assert_eq!(MediaKind::of_path(Path::new("a")), None);
    }
}
