//! Nothing wrong in silence, over all formats: one tensor of a healthy file is dropped, renamed, stored as another type,
//! transposed, shortened or requantised; then the outputs are right, or the program says that the network is partial,
//! that something was assumed, or refuses.

mod model;
mod verdict;
mod writers;

use model::Healthy;
use verdict::Verdict;

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
    let asked = std::env::var("WHOLE_OR_TOLD_CASES").ok().and_then(|cases| cases.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let (mut right, mut told, mut silent) = (0_u64, 0_u64, Vec::new());
    for number in 0..asked.unwrap_or(CASES) {
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
    assert!(
        silent.is_empty(),
        "{} silently wrong ({right} right, {told} told):\n{}",
        silent.len(),
        silent[..silent.len().min(60)].join("\n")
    );
}
