use std::io::{Read, Seek, SeekFrom, Write};

use super::*;
use crate::io::IoError;

#[test]
fn what_was_given_is_read_and_what_was_not_is_told() {
    let path = Path::new("given by a person.csv");
    assert!(!is_file(path));
    assert!(open(path).unwrap_err().to_string().contains("not given"));
    give(path, b"1,2".to_vec());
    let mut file: File = open(path).unwrap();
    let mut text = String::new();
    file.seek(SeekFrom::Start(2)).unwrap();
    file.read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), Stamp::of(&file).unwrap().length), ("2", 3));
    give(path, b"longer than before".to_vec());
    assert_eq!(Stamp::of(&file).unwrap().length, 3, "who reads goes on with what it opened");
}

#[test]
fn a_file_is_held_when_it_is_whole_and_is_saved_once() {
    let (whole, broken) = (Path::new("whole.json"), Path::new("broken.json"));
    write_beside(whole, |writer| writer.write_all(b"{}")).unwrap();
    let failed = write_beside(broken, |writer| {
        writer.write_all(b"{")?;
        Err(io::Error::other("no more"))
    });
    assert!(failed.unwrap_err().to_string().contains("no more"));
    let written: Vec<_> = take_written().into_iter().map(|(path, bytes)| (path, bytes.to_vec())).collect();
    assert_eq!(written, [(whole.to_owned(), b"{}".to_vec())]);
    assert!(take_written().is_empty());
    assert!(is_file(whole) && !is_file(broken));
}

#[test]
fn what_a_page_cannot_do_is_refused() {
    let film: Result<(), IoError> = write_beside_by(Path::new("film.mp4"), |_| Ok(()));
    let folder: Result<(), IoError> = write_folder_beside(Path::new("film"), |_| Ok(()));
    assert!(film.unwrap_err().to_string().contains("no other program"));
    assert!(folder.unwrap_err().to_string().contains("no folders"));
    check_writable(Path::new("a.csv")).unwrap();
    remove_partials(Path::new("."));
}
