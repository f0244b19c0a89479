//! Commands and events at random, so many that no one would think of them; `cargo run --release --example soak -- 1000000`
//! plays more of them.

pub mod commands;
mod run;

use super::support::data;

#[test]
fn a_window_bears_whatever_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let examples = ["moons/model.json", "moons/model.safetensors", "moons/model.onnx", "moons/expected.npz"];
    let examples: Vec<_> = examples.into_iter().map(data).filter(|path| path.is_file()).collect();
    assert!(examples.len() > 2, "{examples:?}");
    let mut soak = run::Soak::new(1, folder.path(), &examples);
    for number in 0..150 {
        soak.command();
        if number % 3 == 0 {
            soak.event();
        }
        soak.check();
        if number % 25 == 24 {
            soak.check_history();
        }
    }
}
