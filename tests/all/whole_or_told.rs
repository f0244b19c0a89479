//! Nothing wrong in silence, over all formats: one tensor of a healthy file is dropped, renamed, stored as another type,
//! transposed, shortened or requantised; then the outputs are right, or the program says that the network is partial,
//! that something was assumed, or refuses.

mod model;
mod settings;
mod verdict;
mod writers;

use model::Healthy;
use nalgebra::{DMatrix, DVector};
use settings::Changed;
use verdict::Verdict;
use writers::{Format, tflite};

use crate::support::data;

/// How many changed files are opened; the same ones every time. More are tried with the variable WHOLE_OR_TOLD_CASES.
const CASES: u64 = 20_000;

#[test]
fn healthy_files_are_right_without_a_word() {
    for number in 0..40 {
        for format in writers::ALL {
            let healthy = Healthy::new(number, format);
            let folder = tempfile::tempdir().unwrap();
            let path = writers::write(folder.path(), format, &healthy, &healthy.tensors);
            match verdict::of(&path, &healthy, 1e-6) {
                Verdict::Right => {}
                Verdict::Told(text) => panic!("{format:?}, network {number}: {text}"),
                Verdict::Wrong(error) => panic!("{format:?}, network {number}: off by {error:.2e}"),
            }
        }
    }
}

#[test]
fn one_tensor_changed_is_right_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut right, mut told, mut silent) = (0_u64, 0_u64, Vec::new());
    for number in 0..cases() {
        let format = writers::ALL[(number % writers::ALL.len() as u64) as usize];
        let healthy = Healthy::new(number, format);
        let (change, tensors) = healthy.changed(number, format);
        let path = writers::write(folder.path(), format, &healthy, &tensors);
        match verdict::of(&path, &healthy, change.rounding) {
            // A change that is told of where nothing changed would be a cry for nothing, which the other test looks for.
            Verdict::Told(_) => told += 1,
            Verdict::Right => right += 1,
            Verdict::Wrong(error) if change.is_nothing => panic!("{number}: {error}"),
            Verdict::Wrong(error) => silent.push(format!("{number} {format:?}, {}: off by {error:.2e}", change.text)),
        }
    }
    assert!(right > 0 && told > right, "{right} right, {told} told");
    assert_none(&silent, right, told);
}

/// What operators and values of TensorFlow Lite say of themselves.
#[test]
fn one_setting_changed_is_right_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut right, mut told, mut silent) = (0_u64, 0_u64, Vec::new());
    for number in 0..cases() / 8 {
        let mut healthy = Healthy::new(number, Format::Tflite);
        let Changed { text, graph, expected, is_healthy } = Changed::new(number, &healthy);
        // Where nothing says what it gives, nothing that it gives is right.
        healthy.expected = expected.unwrap_or_else(|| healthy.expected.map(|_| f64::NAN));
        let path = folder.path().join("a.tflite");
        std::fs::write(&path, tflite::file(&graph)).unwrap();
        match verdict::of(&path, &healthy, 1e-6) {
            Verdict::Told(said) if is_healthy => panic!("{number}, {text}: {said}"),
            Verdict::Told(_) => told += 1,
            Verdict::Right => right += 1,
            Verdict::Wrong(error) => silent.push(format!("{number}, {text}: off by {error:.2e}")),
        }
    }
    assert_none(&silent, right, told);
}

/// A file that TensorFlow's converter made of a known network, and the one that is written here.
#[test]
fn the_written_file_is_as_the_converters() {
    let matrix =
        |rows, columns| DMatrix::from_fn(rows, columns, |i, j| f64::from((3 * i + 5 * j) as u32 % 7) / 4.0 - 0.75);
    let vector = |rows| DVector::from_fn(rows, |i, _| f64::from(2 * i as u32 % 5) / 4.0 - 0.5);
    let layers = vec![(matrix(5, 3), Some(vector(5))), (matrix(2, 5), Some(vector(2)))];
    let healthy = Healthy::of(layers, Format::Tflite, 0);
    let folder = tempfile::tempdir().unwrap();
    let written = writers::write(folder.path(), Format::Tflite, &healthy, &healthy.tensors);
    for path in [written, data("tensorflow").join("mlp_plain.tflite")] {
        assert!(matches!(verdict::of(&path, &healthy, 1e-6), Verdict::Right), "{}", path.display());
    }
}

fn cases() -> u64 {
    std::env::var("WHOLE_OR_TOLD_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}

fn assert_none(silent: &[String], right: u64, told: u64) {
    assert!(
        silent.is_empty(),
        "{} silently wrong ({right} right, {told} told):\n{}",
        silent.len(),
        silent[..silent.len().min(60)].join("\n")
    );
}
