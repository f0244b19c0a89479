//! Where there is little memory: whatever is refused, a command ends with status 0 or 1 and a sentence, and never otherwise.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::data;

/// What a command is given beside what the program needs to be loaded, in kilobytes.
const LIMITS: [usize; 8] = [24_000, 12_000, 7_000, 4_000, 2_000, 1_000, 500, 0];

/// The same for reading files, of which there are many.
const READING_LIMITS: [usize; 4] = [9_000, 3_000, 1_000, 0];

/// The status and what was written to standard error of a command under a limit of its addresses.
fn run_within(kilobytes: usize, folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_layerflow");
    let script = format!("ulimit -v {kilobytes} && exec {program} {arguments}");
    let output = Command::new("sh").args(["-c", &script]).current_dir(folder).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The least with which the program can be loaded, in kilobytes: below, the system ends it before it begins.
fn loading(folder: &Path) -> usize {
    let (mut too_little, mut enough) = (0, 4_000_000);
    while enough - too_little > 256 {
        let middle = usize::midpoint(too_little, enough);
        match run_within(middle, folder, "--version") {
            (Some(0), _) => enough = middle,
            _ => too_little = middle,
        }
    }
    enough
}

#[test]
fn every_command_ends_in_order_however_little_memory_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let first =
        run_within(4_000_000, folder.path(), "train --dataset moons --epochs 2 --layers 2,24,24,2 --out net.json");
    assert_eq!(first.0, Some(0), "{}", first.1);
    let commands = [
        "inspect net.json --measures --data moons",
        "inspect --tensors net.json",
        "run net.json --data moons --samples 5000 --out run.npz",
        "flow net.json --data moons --samples 1000 --times 0,1,2 --out flow.npz",
        "refine net.json --steps 4 --out refined.safetensors",
        "convert net.json --out net.onnx",
        "train --dataset moons --epochs 1 --layers 2,64,64,2 --out again.json",
    ];
    let loading = loading(folder.path());
    for command in commands {
        let (code, error) = run_within(4_000_000, folder.path(), command);
        assert_eq!(code, Some(0), "{command}: {error}");
        for kilobytes in LIMITS {
            let (code, error) = run_within(loading + kilobytes, folder.path(), command);
            let in_order = matches!(code, Some(0)) || code == Some(1) && !error.trim().is_empty();
            assert!(in_order, "{command} with {kilobytes} kB: {code:?} {error}");
            assert!(!error.contains("panicked"), "{command} with {kilobytes} kB: {error}");
        }
    }
}

/// The test data, of every format that is read.
fn files() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["moons", "onnx", "pytorch", "keras", "tensorflow", "tables", "digits"].map(data).to_vec();
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    // One of each kind of name: what tells the formats apart.
    let kind = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.split_once('.').map_or(name.clone(), |(_, kind)| kind.to_owned())
    };
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|path| seen.insert(kind(path)));
    files
}

#[test]
fn every_format_is_read_or_refused_in_order_however_little_memory_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let loading = loading(folder.path());
    let files = files();
    assert!(files.len() > 15, "{files:?}");
    for file in files {
        for kilobytes in READING_LIMITS {
            let command = format!("inspect --activation relu {}", file.display());
            let (code, error) = run_within(loading + kilobytes, folder.path(), &command);
            let in_order = matches!(code, Some(0)) || code == Some(1) && !error.trim().is_empty();
            // What tells its own activations refuses to be given others.
            let is_told = code == Some(2) && error.contains("--activation");
            assert!(in_order || is_told, "{command} with {kilobytes} kB: {code:?} {error}");
            assert!(!error.contains("panicked"), "{command} with {kilobytes} kB: {error}");
        }
    }
}

#[test]
fn what_needs_too_much_is_told_before_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    let wide = "train --dataset moons --layers 2,20000,20000,2 --epochs 1 --out o.json";
    let (code, error) = run_within(600_000, folder.path(), wide);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("needs about 22 GB of memory, and the limit is"), "{error}");
    let (code, error) = run_within(4_000_000, folder.path(), &format!("{wide} --memory 1GB"));
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("and the limit is 1.0 GB"), "{error}");
    assert_eq!(run_within(4_000_000, folder.path(), "inspect --memory much x.json").0, Some(2));
}
