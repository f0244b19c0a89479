//! Pipes, links, leftovers and wild numbers, as the command line meets them.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::support::data;

fn run(folder: &Path, arguments: &str) -> Output {
    let words = arguments.split(' ');
    Command::new(env!("CARGO_BIN_EXE_layerflow")).args(words).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One sentence on standard error, and status 1.
fn refused(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments}: {error}");
    assert_eq!(error.trim().lines().count(), 1, "{arguments}: {error}");
    error
}

/// A folder with a network, `net.json`.
fn workplace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), "train --dataset moons --epochs 1 --layers 2,8,2 --out net.json");
    assert!(made.status.success(), "{made:?}");
    folder
}

#[test]
fn a_pipe_gives_all_that_a_file_gives_as_data_and_as_network() {
    let folder = workplace();
    let rows = "1.2345678,2.5,0\n3,4,1\n5,6,0\n";
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    let through = |arguments: &str, content: &[u8]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_layerflow"));
        command.args(arguments.split(' ')).current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(content).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments}");
        text(&output.stdout)
    };
    assert!(run(folder.path(), "run net.json --data rows.csv --label 3 --out file.csv").status.success());
    through("run net.json --data /dev/stdin --label 3 --out pipe.csv", rows.as_bytes());
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("pipe.csv"), read("file.csv"));
    let network = fs::read(folder.path().join("net.json")).unwrap();
    let from_file = text(&run(folder.path(), "inspect net.json").stdout);
    assert_eq!(through("inspect /dev/stdin", &network).lines().count(), from_file.lines().count());
}

#[test]
fn what_waits_or_never_ends_is_given_up_with_a_sentence() {
    let folder = workplace();
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe.json")).status().unwrap().success());
    for path in ["pipe.json", "/dev/zero", "/proc/self/mem", "/proc/self/pagemap", "/sys"] {
        refused(folder.path(), &format!("inspect {path}"));
        refused(folder.path(), &format!("run net.json --data {path} --out o.csv"));
        assert!(!folder.path().join("o.csv").exists());
    }
}

#[test]
fn a_target_that_cannot_be_written_is_told_before_the_work() {
    let folder = workplace();
    for work in ["train --dataset moons --epochs 100000 --out", "refine net.json --steps 64 --out"] {
        let error = refused(folder.path(), &format!("{work} none/x.json"));
        assert!(error.contains("none/x.json: cannot be written"), "{error}");
    }
}

#[test]
fn a_link_a_mode_and_a_second_name_stay_and_leftovers_go() {
    let folder = workplace();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("real.json"), "old").unwrap();
    fs::set_permissions(path("real.json"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("real.json", path("link.json")).unwrap();
    fs::hard_link(path("real.json"), path("other.json")).unwrap();
    // No process has this number.
    for left in [".real.json.4194999-7-0.partial", ".film.4194999-7-0.partial/frame-0001.png"] {
        fs::create_dir_all(path(left).parent().unwrap()).unwrap();
        fs::write(path(left), "half").unwrap();
    }
    assert!(run(folder.path(), "convert net.json --out link.json").status.success());
    assert!(fs::symlink_metadata(path("link.json")).unwrap().file_type().is_symlink());
    let (real, other) = (fs::read(path("real.json")).unwrap(), fs::read(path("other.json")).unwrap());
    assert!(real == other && real.starts_with(b"{"));
    assert_eq!(fs::metadata(path("real.json")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!path(".real.json.4194999-7-0.partial").exists());
    let film = "render --example moons --size 64x48 --seconds 0.3 --fps 8 --out film/";
    assert!(run(folder.path(), film).status.success());
    assert!(path("film/frame-0001.png").exists() && !path(".film.4194999-7-0.partial").exists());
    let kept = fs::read(path("film/frame-0001.png")).unwrap();
    assert!(run(folder.path(), film).status.success());
    assert_eq!(fs::read(path("film/frame-0001.png")).unwrap(), kept);
}

#[test]
fn results_that_are_no_numbers_are_told_with_layer_unit_and_row() {
    let folder = workplace();
    let layer = |weight: &str| {
        format!(r#"{{"type":"dense","name":"","weight":[[{weight},0],[0,1]],"bias":[0,0],"activation":"identity"}}"#)
    };
    let network = format!(
        r#"{{"format":"layerflow.network/1","name":"n","output":"identity","layers":[{},{}]}}"#,
        layer("1e200"),
        layer("1e200")
    );
    fs::write(folder.path().join("wild.json"), network).unwrap();
    let run_it = "run wild.json --data moons --samples 2 --out o.csv";
    let error = refused(folder.path(), run_it);
    assert!(error.contains("layer 2, unit 1") && error.contains("row 1"), "{error}");
    assert!(!folder.path().join("o.csv").exists());
    assert!(run(folder.path(), &format!("{run_it} --allow-non-finite")).status.success());
}

#[test]
fn no_name_of_a_file_or_in_it_commands_the_terminal() {
    let folder = workplace();
    let header = r#"{"a\u001b]0;owned\u0007\u001b[2J":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend([0; 16]);
    fs::write(folder.path().join("esc.safetensors"), &bytes).unwrap();
    fs::write(folder.path().join("esc\u{1b}[31m.json"), "{").unwrap();
    fs::copy(data("moons/model.onnx"), folder.path().join("\u{1b}[2J.onnx")).unwrap();
    for arguments in [
        "inspect --tensors esc.safetensors",
        "inspect esc.safetensors",
        "inspect --activation tanh esc.safetensors",
        "inspect esc\u{1b}[31m.json",
        "inspect \u{1b}[2J.onnx",
        "compare \u{1b}[2J.onnx net.json",
        "render \u{1b}[2J.onnx --size 64x48 --out o.png",
        "convert \u{1b}[2J.onnx --out no/\u{1b}[2J.json",
    ] {
        let output = run(folder.path(), arguments);
        let shown = text(&output.stdout) + &text(&output.stderr);
        let is_obeyed = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!shown.contains(is_obeyed), "{arguments}: {shown:?}");
    }
}
