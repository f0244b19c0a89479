//! Where nothing more can be written: one sentence and status 1, the old file as it was, and nothing left beside it.

#![cfg(target_os = "linux")]

use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::support::data;

/// Every command that writes a file, of each kind, with the file's name.
const WRITING: [(&str, &str); 12] = [
    ("convert net.json --out", "o.json"),
    ("convert net.json --out", "o.safetensors"),
    ("convert net.json --out", "o.onnx"),
    ("run net.json --data moons --out", "o.npz"),
    ("run net.json --data moons --out", "o.csv"),
    ("run net.json --data moons --out", "p.json"),
    ("flow net.json --data moons --times 0,1,2 --out", "f.npz"),
    ("flow net.json --data moons --times 2 --out", "f.csv"),
    ("flow net.json --data moons --times 2 --out", "f.json"),
    ("refine net.json --steps 2 --out", "r.safetensors"),
    ("train --dataset moons --epochs 1 --layers 2,24,24,2 --out", "t.json"),
    ("train --dataset moons --epochs 1 --layers 2,24,24,2 --out", "t.onnx"),
];

/// What a shell does with the program in place of `layerflow`.
fn shell(folder: &Path, script: &str) -> Output {
    let script = script.replace("layerflow", env!("CARGO_BIN_EXE_layerflow"));
    Command::new("sh").args(["-c", &script]).current_dir(folder).output().unwrap()
}

/// One sentence on standard error, and status 1.
fn assert_refused(output: &Output, what: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{what}: {error}");
    // Training tells of its epochs there as well.
    let sentences = error.trim().lines().filter(|line| !line.starts_with("epoch "));
    assert_eq!(sentences.count(), 1, "{what}: {error}");
    assert!(error.contains("cannot be"), "{what}: {error}");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn workplace() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    std::fs::copy(data("digits/model.json"), path.join("digits.json")).unwrap();
    let made = shell(&path, "layerflow train --dataset moons --epochs 1 --layers 2,24,24,2 --out net.json");
    assert!(made.status.success(), "{made:?}");
    (folder, path)
}

/// A system may allow files of a certain length only: it sends a signal, which would end the program without a word.
#[test]
fn a_file_that_may_not_become_so_long_is_told_and_the_old_one_stays() {
    let (_folder, path) = workplace();
    for (command, name) in WRITING {
        std::fs::write(path.join(name), "old").unwrap();
        let before = names(&path);
        let output = shell(&path, &format!("ulimit -f 1; layerflow {command} {name} --force"));
        let output = if output.status.code() == Some(2) {
            shell(&path, &format!("ulimit -f 1; layerflow {command} {name}"))
        } else {
            output
        };
        assert_refused(&output, &format!("{command} {name}"));
        assert_eq!(std::fs::read_to_string(path.join(name)).unwrap(), "old", "{command} {name}");
        assert_eq!(names(&path), before, "{command} {name}");
    }
}

#[test]
fn a_device_that_is_full_is_told() {
    let (_folder, path) = workplace();
    for (command, name) in WRITING {
        let link = format!("full.{}", Path::new(name).extension().unwrap().to_string_lossy());
        if !path.join(&link).exists() {
            symlink("/dev/full", path.join(&link)).unwrap();
        }
        assert_refused(&shell(&path, &format!("layerflow {command} {link}")), &format!("{command} {link}"));
    }
    for printing in [
        "inspect net.json",
        "inspect net.json --json",
        "inspect net.json --measures --csv",
        "inspect --tensors digits.json",
    ] {
        assert_refused(&shell(&path, &format!("layerflow {printing} > /dev/full")), printing);
    }
}

/// Names that are no text, and those as long as a system allows.
#[test]
fn any_name_can_be_written_and_read() {
    let (_folder, path) = workplace();
    let odd = std::ffi::OsString::from_vec(b"bad\xff name.json".to_vec());
    let long = std::ffi::OsString::from("x".repeat(250) + ".json");
    for name in [odd, long] {
        let run = |arguments: &[&std::ffi::OsStr]| {
            Command::new(env!("CARGO_BIN_EXE_layerflow")).args(arguments).current_dir(&path).output().unwrap()
        };
        let written = run(&["convert".as_ref(), "net.json".as_ref(), "--out".as_ref(), &name]);
        assert!(written.status.success(), "{written:?}");
        assert!(run(&["inspect".as_ref(), &name]).status.success());
        let mut arguments: Vec<&std::ffi::OsStr> = Vec::new();
        arguments.extend(["train", "--dataset", "moons", "--epochs", "1", "--out"].map(std::ffi::OsStr::new));
        arguments.push(&name);
        let again = run(&arguments);
        assert!(again.status.success(), "{again:?}");
    }
    assert!(names(&path).iter().all(|name| !name.contains("partial")));
}
