//! A file as another one names it: where it lies from there, how long it is, and a checksum of what is in it.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{OpenFile, stored_path};

/// The most files of a folder that are looked at.
const MAX_FILES: usize = 4096;
/// How deep folders are looked into.
const MAX_DEPTH: usize = 8;
/// The kind of checksum that is made.
const KIND: &str = "crc32";

/// A file or a folder, as a file beside it names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReference {
    /// Where it lies, seen from the folder of the file that names it.
    #[serde(with = "stored_path::one")]
    pub path: PathBuf,
    /// Its length; of a folder, that of all files in it.
    pub bytes: u64,
    /// `crc32:` and the checksum of its content, eight hexadecimal digits.
    pub checksum: String,
}

/// Why the file that is named is not there as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceProblem {
    /// There is none.
    Missing,
    /// There is one with another content.
    Changed,
    /// It cannot be read; why.
    Unreadable(String),
}

impl FileReference {
    /// The reference to the file at `path` in a file of the folder `from`.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn new(path: &Path, from: &Path) -> io::Result<FileReference> {
        let (bytes, checksum) = measure(path)?;
        Ok(FileReference { path: relative(path, from)?, bytes, checksum })
    }

    /// Where the file is, named by a file of the folder `from`.
    pub fn resolve(&self, from: &Path) -> PathBuf {
        from.join(&self.path)
    }

    /// Whether the file at `path` is the one that was meant.
    ///
    /// # Errors
    /// If it is missing, cannot be read, or has another content.
    pub fn check(&self, path: &Path) -> Result<(), ReferenceProblem> {
        if !path.exists() && !super::is_file(path) {
            return Err(ReferenceProblem::Missing);
        }
        // A kind of checksum that is not known says nothing; the length still does.
        let is_known = self.checksum.split_once(':').is_some_and(|(kind, _)| kind == KIND);
        match measure(path) {
            Ok((bytes, checksum)) if bytes == self.bytes && (checksum == self.checksum || !is_known) => Ok(()),
            Ok(_) => Err(ReferenceProblem::Changed),
            Err(error) => Err(ReferenceProblem::Unreadable(error.to_string())),
        }
    }
}

impl ReferenceProblem {
    /// What it is, behind the name of the file.
    pub fn label(&self) -> String {
        match self {
            ReferenceProblem::Missing => "is not there".into(),
            ReferenceProblem::Changed => "has changed since".into(),
            ReferenceProblem::Unreadable(why) => format!("cannot be read ({why})"),
        }
    }
}

/// The path of `target` from the folder `from`; the whole path where they have no folder in common.
///
/// # Errors
/// If the folder is not there.
pub fn relative(target: &Path, from: &Path) -> io::Result<PathBuf> {
    let from = if from.as_os_str().is_empty() { Path::new(".") } else { from };
    let (whole, from) = (std::path::absolute(target)?, from.canonicalize()?);
    // The links of a folder are followed, those of the file itself are kept: it is named as a person names it.
    let real = |path: &Path| -> Option<PathBuf> { Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?)) };
    let target = real(&whole).unwrap_or_else(|| whole.clone());
    let (mut ours, mut theirs) = (from.components().peekable(), target.components().peekable());
    let mut common = 0;
    while let (Some(one), Some(other)) = (ours.peek(), theirs.peek()) {
        if one != other {
            break;
        }
        common += usize::from(matches!(one, Component::Normal(_)));
        ours.next();
        theirs.next();
    }
    // Two drives, or nothing but the root: what is moved together lies nearer to each other.
    if common == 0 {
        return Ok(whole);
    }
    Ok(ours.map(|_| Component::ParentDir).chain(theirs).collect())
}

/// The length and the checksum of a file, or of all files in a folder by their names.
fn measure(path: &Path) -> io::Result<(u64, String)> {
    let mut hasher = crc32fast::Hasher::new();
    let mut bytes = 0;
    if path.is_dir() {
        let mut files = Vec::new();
        list_files(path, 0, &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(path).unwrap_or(&file);
            hasher.update(name.as_os_str().as_encoded_bytes());
            bytes += add_file(&file, &mut hasher)?;
        }
    } else {
        bytes = add_file(path, &mut hasher)?;
    }
    Ok((bytes, format!("{KIND}:{:08x}", hasher.finalize())))
}

fn add_file(path: &Path, hasher: &mut crc32fast::Hasher) -> io::Result<u64> {
    let file = OpenFile::open(path)?;
    file.pieces(0..file.length(), 1, &mut |piece| hasher.update(piece))?;
    Ok(file.length())
}

fn list_files(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if files.len() >= MAX_FILES {
            return Err(io::Error::other("it is a folder of too many files"));
        }
        if !path.is_dir() {
            files.push(path);
        } else if depth < MAX_DEPTH {
            list_files(&path, depth + 1, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_again_and_every_change_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, sessions) = (folder.path().join("data/a.csv"), folder.path().join("views"));
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::create_dir(&sessions).unwrap();
        fs::write(&file, "1,2,3").unwrap();
        let reference = FileReference::new(&file, &sessions).unwrap();
        assert_eq!(reference.path, Path::new("../data/a.csv"));
        // CRC-32 of these five bytes, by zlib.
        assert_eq!((reference.bytes, reference.checksum.as_str()), (5, "crc32:11894deb"));
        assert_eq!(reference.check(&reference.resolve(&sessions)), Ok(()));
        fs::write(&file, "1,2,4").unwrap();
        assert_eq!(reference.check(&file), Err(ReferenceProblem::Changed));
        fs::remove_file(&file).unwrap();
        assert_eq!(reference.check(&file), Err(ReferenceProblem::Missing));
        // Of a folder the names count as well.
        fs::write(&file, "1,2,3").unwrap();
        let whole = FileReference::new(&folder.path().join("data"), &sessions).unwrap();
        fs::rename(&file, folder.path().join("data/b.csv")).unwrap();
        assert_eq!(whole.check(&folder.path().join("data")), Err(ReferenceProblem::Changed));
    }
}
