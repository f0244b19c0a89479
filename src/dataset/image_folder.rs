//! A folder of PNG and JPEG pictures: each is a sample, and the folder in which it lies is its class.
//!
//! The values of a picture lie channel after channel, each row after row, from 0 to 255: as PyTorch's `ImageFolder` and `ToTensor` give
//! them, but for the division by 255, which is a matter of scaling.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader, Limits};

use super::DatasetError;
use super::arrays::{ArrayTable, NamedArray};
use super::table::MAX_COLUMNS;
use crate::io::numpy::Values;
use crate::system::memory;

/// How the names of pictures end.
const EXTENSIONS: [&str; 3] = ["png", "jpg", "jpeg"];
/// Folders within folders, at most: a link may lead back to where it lies.
const MAX_DEPTH: usize = 8;
/// Pictures at most.
const MAX_FILES: usize = 1 << 20;
/// Entries of folders that are no pictures, at most: a folder of the whole system is not meant.
const MAX_OTHERS: usize = 1 << 16;
/// Files that a sentence names.
const NAMED: usize = 3;
/// A side of a picture, at most.
const MAX_SIDE: u32 = 1 << 14;
/// The name of the values.
const PIXELS: &str = "pixels";
const CLASS: &str = "class";

/// A picture's size and values.
struct Picture {
    height: usize,
    width: usize,
    /// One channel, or red, green and blue after each other.
    values: Vec<f64>,
    /// Whether it has places that are not opaque.
    is_transparent: bool,
}

impl Picture {
    fn is_grey(&self) -> bool {
        self.values.len() == self.height * self.width
    }
}

/// What is in a folder.
#[derive(Default)]
struct Found {
    /// Each with its class, the name of the folder under the one that was given; none for those directly in it.
    pictures: Vec<(PathBuf, Option<String>)>,
    others: Vec<PathBuf>,
    too_deep: Vec<PathBuf>,
    /// Entries of folders that were looked at, folders included.
    looked_at: usize,
}

/// The pictures in a folder and the folders in it.
///
/// # Errors
/// If a file cannot be read or is no picture, or there is none, or they are more than there is memory for.
pub(super) fn read(folder: &Path) -> Result<ArrayTable, DatasetError> {
    let mut found = Found::default();
    walk(folder, None, 0, &mut found).map_err(|error| match error {
        // It is all that was looked at that is too much, not the folder in which that was seen.
        DatasetError::TooManyFiles { most, .. } => DatasetError::TooManyFiles { path: folder.into(), most },
        DatasetError::TooManyOthers { most, .. } => DatasetError::TooManyOthers { path: folder.into(), most },
        error => error,
    })?;
    let has_classes = found.pictures.iter().any(|(_, class)| class.is_some());
    let (taken, loose): (Vec<_>, Vec<_>) =
        found.pictures.into_iter().partition(|(_, class)| class.is_some() == has_classes);
    if taken.is_empty() {
        return Err(DatasetError::NoPictures { path: folder.into() });
    }
    let mut notes = Vec::new();
    let mut left_out = |files: &[PathBuf], why: &str| {
        if !files.is_empty() {
            notes.push(format!("left out {}: {why}", named(files, folder)));
        }
    };
    left_out(&found.others, "they are no PNG or JPEG files by their names");
    left_out(&found.too_deep, "their folders lie deeper than can be followed");
    let loose: Vec<PathBuf> = loose.into_iter().map(|(path, _)| path).collect();
    left_out(&loose, "they lie in no folder of a class, as the others do");

    let sizes: Vec<(usize, usize)> = taken.iter().map(|(path, _)| size(path)).collect::<Result<_, _>>()?;
    let (height, width) = usual(&sizes);
    let (fitting, differing): (Vec<_>, Vec<_>) =
        taken.into_iter().zip(sizes).partition(|(_, size)| *size == (height, width));
    let differing: Vec<PathBuf> = differing.into_iter().map(|((path, _), _)| path).collect();
    left_out(&differing, &format!("they are not {height} high and {width} wide as most are; give all the same size"));
    let columns = height.saturating_mul(width);
    if columns > MAX_COLUMNS {
        return Err(DatasetError::TooWide { path: folder.into(), most: MAX_COLUMNS });
    }
    let bytes = (fitting.len() as u64).saturating_mul(columns as u64).saturating_mul(2 * 3 * size_of::<f64>() as u64);
    memory::check(bytes).map_err(|source| DatasetError::Read { path: folder.into(), source: source.into() })?;

    let pictures: Vec<Picture> =
        fitting.iter().map(|((path, _), _)| Ok(picture(&decoded(path)?))).collect::<Result<_, DatasetError>>()?;
    let channels = if pictures.iter().all(Picture::is_grey) { 1 } else { 3 };
    let grey = pictures.iter().filter(|picture| picture.is_grey()).count();
    let transparent = pictures.iter().filter(|picture| picture.is_transparent).count();
    let mut facts = vec![format!(
        "read {} pictures of {channels}×{height}×{width}: channel after channel, values from 0 to 255",
        pictures.len()
    )];
    if channels == 3 && grey > 0 {
        facts.push(format!("{grey} grey pictures among those in colour have the same values in all three channels"));
    }
    if transparent > 0 {
        facts.push(format!("the transparency of {transparent} pictures is left out"));
    }
    notes.splice(0..0, facts);

    let samples = pictures.len();
    let mut values = Vec::with_capacity(samples * channels * columns);
    for picture in pictures {
        let times = if picture.is_grey() { channels } else { 1 };
        (0..times).for_each(|_| values.extend(&picture.values));
    }
    let mut arrays = vec![NamedArray {
        name: PIXELS.to_owned(),
        shape: vec![samples, channels, height, width],
        values: Values::Floats(values),
    }];
    if has_classes {
        let classes = fitting.into_iter().filter_map(|((_, class), _)| class).collect();
        arrays.push(NamedArray { name: CLASS.to_owned(), shape: vec![samples], values: Values::Texts(classes) });
    }
    let mut table = ArrayTable::new(folder, arrays, &[PIXELS.to_owned()], has_classes.then_some(CLASS))?;
    table.notes.splice(0..0, notes);
    Ok(table)
}

/// Sorts what is in a folder by its name; the same on every machine.
fn walk(folder: &Path, class: Option<&str>, depth: usize, found: &mut Found) -> Result<(), DatasetError> {
    let fault = |source| DatasetError::Read { path: folder.into(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        paths.push(entry.map_err(fault)?.path());
        if paths.len() > MAX_FILES + MAX_OTHERS {
            return Err(DatasetError::TooManyFiles { path: folder.into(), most: MAX_FILES });
        }
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // What begins so is the system's own: .DS_Store, .git.
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            if depth + 1 >= MAX_DEPTH {
                found.too_deep.push(path);
            } else {
                walk(&path, Some(class.unwrap_or(&name)), depth + 1, found)?;
            }
        } else if is_named_picture(&path) {
            found.pictures.push((path, class.map(str::to_owned)));
        } else {
            found.others.push(path);
        }
        found.looked_at += 1;
        if found.pictures.len() > MAX_FILES {
            return Err(DatasetError::TooManyFiles { path: folder.into(), most: MAX_FILES });
        }
        if found.looked_at - found.pictures.len() > MAX_OTHERS {
            return Err(DatasetError::TooManyOthers { path: folder.into(), most: MAX_OTHERS });
        }
    }
    Ok(())
}

fn is_named_picture(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&&*extension))
}

/// `3 files (a.txt, b/c.md and 1 more)`, by their names within the folder.
fn named(files: &[PathBuf], folder: &Path) -> String {
    let name = |path: &PathBuf| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let mut names: Vec<String> = files.iter().take(NAMED).map(name).collect();
    if files.len() > NAMED {
        names.push(format!("and {} more", files.len() - NAMED));
    }
    format!("{} file{} ({})", files.len(), if files.len() == 1 { "" } else { "s" }, names.join(", "))
}

/// The size that most have, the first of those as frequent.
fn usual(sizes: &[(usize, usize)]) -> (usize, usize) {
    let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    sizes.iter().for_each(|size| *counts.entry(*size).or_default() += 1);
    let most = counts.values().copied().max().unwrap_or(0);
    sizes.iter().copied().find(|size| counts.get(size) == Some(&most)).unwrap_or_default()
}

fn reader(path: &Path) -> Result<ImageReader<Cursor<Vec<u8>>>, DatasetError> {
    let content = crate::io::read(path).map_err(|source| DatasetError::Read { path: path.into(), source })?;
    // Its content tells which it is, whatever its name says.
    let mut reader = ImageReader::new(Cursor::new(content))
        .with_guessed_format()
        .map_err(|source| DatasetError::Read { path: path.into(), source })?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    reader.limits(limits);
    Ok(reader)
}

fn damaged(path: &Path, error: &image::ImageError) -> DatasetError {
    DatasetError::Picture { path: path.into(), problem: error.to_string() }
}

/// Height and width, of which a file's first bytes tell.
fn size(path: &Path) -> Result<(usize, usize), DatasetError> {
    let (width, height) = reader(path)?.into_dimensions().map_err(|error| damaged(path, &error))?;
    Ok((height as usize, width as usize))
}

fn decoded(path: &Path) -> Result<DynamicImage, DatasetError> {
    reader(path)?.decode().map_err(|error| damaged(path, &error))
}

/// The values of a picture; those of 16 bits become fractions of the 255 that 8 bits have.
fn picture(image: &DynamicImage) -> Picture {
    let colour = image.color();
    let (height, width) = (image.height() as usize, image.width() as usize);
    let is_deep = colour.bytes_per_pixel() > colour.channel_count();
    let is_transparent = colour.has_alpha()
        && if is_deep {
            image.to_rgba16().pixels().any(|pixel| pixel.0[3] < u16::MAX)
        } else {
            image.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX)
        };
    // 65535 = 255·257.
    let deep = |value: u16| f64::from(value) / 257.0;
    let values = match (colour.has_color(), is_deep) {
        (false, false) => image.to_luma8().pixels().map(|pixel| f64::from(pixel.0[0])).collect(),
        (false, true) => image.to_luma16().pixels().map(|pixel| deep(pixel.0[0])).collect(),
        (true, false) => {
            let pixels = image.to_rgb8();
            (0..3).flat_map(|channel| pixels.pixels().map(move |pixel| f64::from(pixel.0[channel]))).collect()
        }
        (true, true) => {
            let pixels = image.to_rgb16();
            (0..3).flat_map(|channel| pixels.pixels().map(move |pixel| deep(pixel.0[channel]))).collect()
        }
    };
    Picture { height, width, values, is_transparent }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageBuffer, Luma, LumaA, Rgb, RgbImage};

    use super::*;
    use crate::dataset::{Dataset, Labels};

    fn grey(folder: &Path, name: &str, width: u32, height: u32, first: u8) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        GrayImage::from_fn(width, height, |x, y| Luma([first + (y * width + x) as u8])).save(path).unwrap();
    }

    #[test]
    fn folders_are_classes_and_all_that_is_left_out_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        grey(root, "dog/1.png", 3, 2, 10);
        grey(root, "cat/b.png", 3, 2, 20);
        grey(root, "cat/deeper/a.PNG", 3, 2, 30);
        grey(root, "cat/large.png", 4, 2, 0);
        grey(root, "loose.png", 3, 2, 0);
        fs::write(root.join("cat/notes.txt"), "no picture").unwrap();
        fs::write(root.join(".DS_Store"), "the system's own").unwrap();
        let data = Dataset::open(root, None).unwrap();
        assert_eq!(data.points.shape(), (6, 3));
        let Labels::Classes { of_sample, names } = &data.labels else { panic!("{:?}", data.labels) };
        assert_eq!(
            (names[..].to_vec(), of_sample[..].to_vec()),
            (vec!["cat".to_owned(), "dog".to_owned()], vec![0, 0, 1])
        );
        assert_eq!(data.points.column(0).as_slice(), [20.0, 21.0, 22.0, 23.0, 24.0, 25.0]);
        assert_eq!(data.points.column(2)[0], 10.0);
        let notes = data.notes.join("\n");
        for told in ["read 3 pictures of 1×2×3", "notes.txt", "loose.png", "large.png", "2 high and 3 wide"] {
            assert!(notes.contains(told), "{told}: {notes}");
        }
        assert!(!notes.contains("DS_Store"), "{notes}");
    }

    #[test]
    fn colour_lies_channel_after_channel() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        RgbImage::from_fn(2, 1, |x, _| Rgb([x as u8, 10 + x as u8, 20 + x as u8])).save(root.join("a.png")).unwrap();
        grey(root, "b.png", 2, 1, 7);
        let deep: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_fn(2, 1, |x, _| Luma([x as u16 * 65535]));
        deep.save(root.join("c.png")).unwrap();
        let clear: ImageBuffer<LumaA<u8>, Vec<u8>> = ImageBuffer::from_fn(2, 1, |x, _| LumaA([3, x as u8]));
        clear.save(root.join("d.png")).unwrap();
        let data = Dataset::open(root, Some(6)).unwrap();
        assert_eq!(data.points.column(0).as_slice(), [0.0, 1.0, 10.0, 11.0, 20.0, 21.0]);
        assert_eq!(data.points.column(1).as_slice(), [7.0, 8.0, 7.0, 8.0, 7.0, 8.0]);
        assert_eq!(data.points.column(2).as_slice(), [0.0, 255.0, 0.0, 255.0, 0.0, 255.0]);
        assert!(matches!(data.labels, Labels::None));
        let notes = data.notes.join("\n");
        assert!(notes.contains("4 pictures of 3×1×2") && notes.contains("3 grey pictures"), "{notes}");
        assert!(notes.contains("transparency of 1 pictures"), "{notes}");
    }

    #[test]
    fn jpeg_is_read_whatever_its_name_says_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let flat = RgbImage::from_pixel(16, 8, Rgb([200, 100, 50]));
        flat.save_with_format(root.join("named.png"), image::ImageFormat::Jpeg).unwrap();
        let data = Dataset::open(root, None).unwrap();
        assert_eq!(data.points.shape(), (16 * 8 * 3, 1));
        assert!((data.points[0] - 200.0).abs() <= 3.0 && (data.points[16 * 8 * 2] - 50.0).abs() <= 3.0);
        fs::write(root.join("broken.jpg"), [0xff, 0xd8, 0xff, 0xe0, 1, 2]).unwrap();
        let error = Dataset::open(root, None).unwrap_err().to_string();
        assert!(error.contains("broken.jpg"), "{error}");
        let empty = tempfile::tempdir().unwrap();
        let error = Dataset::open(empty.path(), None).unwrap_err();
        assert!(matches!(error, DatasetError::NoPictures { .. }), "{error}");
    }
}
