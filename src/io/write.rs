//! Writing a file so that it is never seen half-written.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use super::error::IoError;
use crate::system::{has_ended, own_mark};

/// The end of the name of what is not whole yet.
const PARTIAL: &str = ".partial";
/// The name of what could not be copied to where it belongs.
const KEPT: &str = "layerflow-kept";
/// The longest name, in bytes, that the name of a partial file holds as a whole…
const LONGEST_NAME: usize = 200;
/// …and so many characters of a longer one, which have at most four bytes each.
const LONGEST_BEGINNING: usize = 40;
/// A link may lead to a link, so often.
const MAX_LINKS: usize = 40;
/// The most entries of a folder that are looked at.
const MAX_ENTRIES: usize = 200_000;

/// Lets `write` fill a new file beside `path`, then gives it that name. When anything fails the new file is removed
/// and what was at `path` is left as it was. A link is followed to the file that it names, whose permissions and owner are
/// kept; a file with several names keeps them all, for which it is written over; into a pipe or a device is written as it
/// stands. What writers left that were killed is removed.
///
/// # Errors
/// If the file cannot be created, filled or renamed, or is not to be written to.
pub fn write_beside<F>(path: &Path, write: F) -> Result<(), IoError>
where
    F: FnOnce(&mut BufWriter<File>) -> io::Result<()>,
{
    let failed = |source| IoError::Write { path: path.into(), source };
    let target = target_of(path).map_err(failed)?;
    if is_stream(&target) {
        return through(&target, write).map_err(failed);
    }
    remove_leftovers(&target);
    let (partial, file) = create_beside(&target).map_err(failed)?;
    let filled = take_over(&target, &partial)
        .and_then(|can_be_renamed| fill(file, write).map(|()| can_be_renamed))
        .and_then(|can_be_renamed| give_name(&partial, &target, can_be_renamed));
    filled.map_err(|source| {
        // The first failure is the one to tell; a second one here would only hide it.
        let _ = fs::remove_file(&partial);
        failed(source)
    })
}

/// The same where another program fills the new file, whose path `fill` is given.
///
/// # Errors
/// As [`write_beside`], and those of `fill`.
pub fn write_beside_by<E, F>(path: &Path, fill: F) -> Result<(), E>
where
    E: From<IoError>,
    F: FnOnce(&Path) -> Result<(), E>,
{
    let failed = |source| E::from(IoError::Write { path: path.into(), source });
    let target = target_of(path).map_err(failed)?;
    if is_stream(&target) {
        let kept = tempfile::NamedTempFile::new().map_err(failed)?;
        fill(kept.path())?;
        let copy = |writer: &mut BufWriter<File>| io::copy(&mut File::open(kept.path())?, writer).map(drop);
        return through(&target, copy).map_err(failed);
    }
    remove_leftovers(&target);
    let (partial, _) = create_beside(&target).map_err(failed)?;
    let filled = take_over(&target, &partial).map_err(failed).and_then(|can_be_renamed| {
        fill(&partial)?;
        File::open(&partial).and_then(|file| file.sync_all()).map_err(failed)?;
        give_name(&partial, &target, can_be_renamed).map_err(failed)
    });
    if filled.is_err() {
        let _ = fs::remove_file(&partial);
    }
    filled
}

/// Gives what is whole now its name.
fn give_name(partial: &Path, target: &Path, can_be_renamed: bool) -> io::Result<()> {
    if !can_be_renamed {
        return copy_into(partial, target);
    }
    fs::rename(partial, target)?;
    sync_folder(target);
    Ok(())
}

/// Gives the new file the permissions and the owner of the one whose name it is to have. Answers whether it may then have
/// that name: the old file may have other names, or an owner that cannot be given, and then it must stay the same file.
fn take_over(target: &Path, partial: &Path) -> io::Result<bool> {
    let Ok(old) = fs::metadata(target) else { return Ok(true) };
    fs::set_permissions(partial, old.permissions())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        let new = fs::metadata(partial)?;
        let is_theirs = (new.uid(), new.gid()) == (old.uid(), old.gid())
            || chown(partial, Some(old.uid()), Some(old.gid()))
                // Who is given a file by another loses special rights on it, which are given again.
                .and_then(|()| fs::set_permissions(partial, old.permissions()))
                .is_ok();
        Ok(is_theirs && old.nlink() == 1)
    }
    #[cfg(not(unix))]
    Ok(true)
}

/// Writes what is in the new file into the old one. Should that fail in the middle, the new one is kept and told.
fn copy_into(partial: &Path, target: &Path) -> io::Result<()> {
    let mut source = File::open(partial)?;
    // An old file that cannot be opened is still whole.
    let mut file = OpenOptions::new().write(true).truncate(true).open(target)?;
    let copied = io::copy(&mut source, &mut file).and_then(|_| file.sync_all());
    if let Err(error) = copied {
        let kept = target.with_file_name(KEPT);
        return match fs::rename(partial, &kept) {
            Ok(()) => Err(io::Error::other(format!("{error}; the whole of it is in {}", kept.display()))),
            Err(_) => Err(error),
        };
    }
    fs::remove_file(partial)
}

/// A new name is on the disk when its folder is.
pub(super) fn sync_folder(path: &Path) {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // The file itself is written; a file system that cannot say so of a folder is no reason to say that it is not.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Whether a file can be written at `path`, before the work whose result it is to hold.
///
/// # Errors
/// If it cannot.
pub fn check_writable(path: &Path) -> Result<(), IoError> {
    let failed = |source| IoError::Write { path: path.into(), source };
    let target = target_of(path).map_err(failed)?;
    if is_stream(&target) {
        return Ok(());
    }
    let (partial, _) = create_beside(&target).map_err(failed)?;
    fs::remove_file(partial).map_err(failed)
}

/// The file that is meant: of a link the one that it names. One that nobody may write to is refused.
fn target_of(path: &Path) -> io::Result<PathBuf> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_symlink());
    let target = match is_link {
        true if path.exists() => fs::canonicalize(path)?,
        true => named_by(path)?,
        false => path.to_owned(),
    };
    match fs::metadata(&target) {
        Ok(metadata) if metadata.permissions().readonly() => {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is write-protected"))
        }
        _ => Ok(target),
    }
}

/// What a link names that is not there yet.
fn named_by(link: &Path) -> io::Result<PathBuf> {
    let mut target = link.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&target) {
            // A path that is whole takes the place of the folder.
            Ok(named) => target = target.parent().unwrap_or(Path::new("")).join(named),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("it is a link that leads back to itself"))
}

/// Whether what is written goes on its way, so that nothing can be renamed over it.
fn is_stream(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = fs::metadata(path).map(|metadata| metadata.file_type());
        kind.is_ok_and(|kind| kind.is_fifo() || kind.is_char_device())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Writes to a file without a name, which can be moved back in, and sends that on.
fn through<F>(path: &Path, write: F) -> io::Result<()>
where
    F: FnOnce(&mut BufWriter<File>) -> io::Result<()>,
{
    let mut writer = BufWriter::new(tempfile::tempfile()?);
    write(&mut writer)?;
    let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(io::SeekFrom::Start(0))?;
    wait_for_reader(path)?;
    io::copy(&mut file, &mut OpenOptions::new().write(true).open(path)?).map(drop)
}

/// Waits a while for somebody to read from a pipe: opening it to write would wait for ever.
#[cfg(unix)]
fn wait_for_reader(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
    use std::time::{Duration, Instant};

    const TIMEOUT: Duration = Duration::from_secs(10);
    const PAUSE: Duration = Duration::from_millis(5);
    let since = Instant::now();
    while fs::metadata(path)?.file_type().is_fifo() {
        match OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path) {
            Ok(_) => break,
            Err(error) if error.raw_os_error() != Some(libc::ENXIO) => return Err(error),
            Err(_) if since.elapsed() > TIMEOUT => {
                return Err(io::Error::other("it is a pipe from which nobody reads"));
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
    Ok(())
}

/// Other systems have no pipes among their files.
#[cfg(not(unix))]
fn wait_for_reader(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The name of what is not whole yet begins so and ends with the writer's number. Of a long name it holds the beginning, and
/// a number that tells it from others: file systems allow 255 bytes.
fn partial_start(name: &OsStr) -> String {
    let text = name.to_string_lossy();
    if text.len() <= LONGEST_NAME {
        return format!(".{text}.");
    }
    let beginning: String = text.chars().take(LONGEST_BEGINNING).collect();
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    format!(".{beginning}~{:016x}.", hasher.finish())
}

/// Removes what writers of this file or folder have left that run no more.
pub(super) fn remove_leftovers(path: &Path) {
    let (Some(name), Some(folder)) = (path.file_name(), path.parent()) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let start = partial_start(name);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let found = entry.file_name();
        let rest = found.to_str().and_then(|found| found.strip_prefix(&start)?.strip_suffix(PARTIAL));
        // The last number tells files of one writer from each other.
        if rest.and_then(|rest| rest.rsplit_once('-')).is_some_and(|(writer, _)| has_ended(writer)) {
            remove_left(&entry);
        }
    }
}

/// Removes what writers of any file in this folder have left that run no more.
pub fn remove_partials(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().take(MAX_ENTRIES) {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix('.')?.strip_suffix(PARTIAL)?.rsplit_once('.'));
        let is_left = rest.and_then(|(_, numbers)| numbers.rsplit_once('-')).is_some_and(|(writer, attempt)| {
            // Another program's file may be called alike, but hardly with three numbers.
            writer.contains('-') && attempt.parse::<u32>().is_ok() && has_ended(writer)
        });
        if is_left {
            remove_left(&entry);
        }
    }
}

/// Removes what a writer left: a file, or a folder with files in it. What cannot be removed is found again the next time,
/// and is no harm to what is written.
fn remove_left(entry: &fs::DirEntry) {
    let path = entry.path();
    let _ = match entry.file_type() {
        Ok(kind) if kind.is_dir() => remove_folder(&path),
        Ok(kind) if kind.is_file() => fs::remove_file(path),
        _ => Ok(()),
    };
}

/// Removes a folder with the files that lie in it; one in which another folder lies stays.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_dir(path)
}

fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    beside(path, |partial| OpenOptions::new().write(true).create_new(true).open(partial))
}

/// What `create` makes beside `path`, under a name that tells whose it is.
pub(super) fn beside<T>(path: &Path, create: impl Fn(&Path) -> io::Result<T>) -> io::Result<(PathBuf, T)> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it names no file"))?;
    let mut attempt = 0_u32;
    loop {
        let partial = path.with_file_name(format!("{}{}-{attempt}{PARTIAL}", partial_start(name), own_mark()));
        match create(&partial) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            created => return created.map(|created| (partial, created)),
        }
    }
}

fn fill<F>(file: File, write: F) -> io::Result<()>
where
    F: FnOnce(&mut BufWriter<File>) -> io::Result<()>,
{
    let mut writer = BufWriter::new(file);
    write(&mut writer)?;
    writer.flush()?;
    // An archive's writer may have moved back; the length must be what was written.
    writer.seek(io::SeekFrom::End(0))?;
    writer.get_ref().sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_beside(&path, |writer| writer.write_all(b"old")).unwrap();
        let failure = write_beside(&path, |writer| {
            writer.write_all(b"half")?;
            Err(io::Error::other("no"))
        });
        assert!(failure.unwrap_err().to_string().contains("cannot be written (no)"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_beside(folder.path(), |_| Ok(())).is_err());
        assert!(check_writable(&path).is_ok() && check_writable(&folder.path().join("none/a.json")).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_beside(&folder.path().join("none/a.json"), |_| Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn another_program_fills_a_file_that_is_seen_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        write_beside(&path, |writer| writer.write_all(b"old")).unwrap();
        let failed = |_: &Path| Err(IoError::Write { path: path.clone(), source: io::Error::other("no") });
        assert!(write_beside_by(&path, failed).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        let fill = |partial: &Path| {
            assert_eq!(fs::read(&path).unwrap(), b"old");
            fs::write(partial, "new").map_err(|source| IoError::Write { path: path.clone(), source })
        };
        write_beside_by(&path, fill).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        write_beside_by(Path::new("/dev/null"), |kept| -> Result<(), IoError> {
            fs::write(kept, "gone").map_err(|source| IoError::Write { path: kept.into(), source })
        })
        .unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_all_its_names_and_long_ones_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.json"), folder.path().join("other.json"));
        fs::write(&one, "a much longer text").unwrap();
        fs::hard_link(&one, &other).unwrap();
        write_beside(&one, |writer| writer.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        for length in [201, 240, 255] {
            let long = folder.path().join("é".repeat(length / 2) + &"x".repeat(length % 2));
            write_beside(&long, |writer| writer.write_all(b"new")).unwrap();
            assert_eq!(fs::read(&long).unwrap(), b"new");
        }
        assert_ne!(partial_start(OsStr::new(&"a".repeat(250))), partial_start(OsStr::new(&"a".repeat(251))));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_ended_writers_left_of_any_file_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let own = format!(".b.json.{}-0.partial", own_mark());
        let stays =
            [own.as_str(), ".c.4194999-0.partial", "d.json.4194999-7-0.partial", ".e.4194999-7-0.part", ".partial"];
        // No process has this number.
        let goes = [".a.json.4194999-7-0.partial", ".é~0123.4194999-7-12.partial"];
        for name in stays.iter().chain(&goes) {
            fs::write(folder.path().join(name), "half").unwrap();
        }
        let film = folder.path().join(".film.4194999-7-0.partial");
        fs::create_dir(&film).unwrap();
        fs::write(film.join("frame-0001.png"), "half").unwrap();
        remove_partials(folder.path());
        for name in stays {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), stays.len());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn links_and_permissions_stay_and_leftovers_go() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
        symlink("real.json", &link).unwrap();
        // No process has this number.
        fs::write(folder.path().join(".real.json.4194999-0.partial"), "half").unwrap();
        write_beside(&link, |writer| writer.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        fs::set_permissions(&real, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(write_beside(&real, |_| Ok(())).unwrap_err().to_string().contains("write-protected"));
        assert!(write_beside(Path::new("/dev/null"), |writer| writer.write_all(b"gone")).is_ok());
        // A link to what is not there yet makes it; one that leads back to itself is refused.
        symlink("later.json", folder.path().join("early.json")).unwrap();
        write_beside(&folder.path().join("early.json"), |writer| writer.write_all(b"new")).unwrap();
        assert_eq!(fs::read(folder.path().join("later.json")).unwrap(), b"new");
        symlink("b.json", folder.path().join("a.json")).unwrap();
        symlink("a.json", folder.path().join("b.json")).unwrap();
        let ring = write_beside(&folder.path().join("a.json"), |_| Ok(())).unwrap_err().to_string();
        assert!(ring.contains("leads back to itself"), "{ring}");
    }
}
