//! Commands and events at random, so many that no one would think of them; `cargo run --release --example soak -- 1000000`
//! plays more of them.

pub mod commands;
mod looks;
mod run;
mod runs;

use std::collections::BTreeSet;

use layerflow::explorer::{ExplorerApp, Startup};
use layerflow::session::Command;

use super::support::data;

#[test]
fn a_window_bears_whatever_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let examples = ["moons/model.safetensors", "moons/model.onnx", "moons/expected.npz", "operators/gate.onnx"];
    let examples: Vec<_> = examples.into_iter().map(data).collect();
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

/// The kinds of commands, and which one a command is: a kind that is missing here does not compile.
macro_rules! kinds {
    ($($kind:ident)*) => {
        const KINDS: &[&str] = &[$(stringify!($kind)),*];

        fn kind(command: &Command) -> &'static str {
            match command {
                $(Command::$kind { .. } => stringify!($kind),)*
            }
        }
    };
}

kinds! {
    OpenNetwork OpenData OpenColumns CompareWith EndComparison Checkpoints SaveNetwork WriteMeasures WriteNumbers Keys
    SaveChart WritePicture Export OpenFiles Dropped OpenExample Generate Flow Ask EditPath AcceptPath ClosePath Playback View
    Window Resize OpenLast Import Columns Findings Edit Train Cancel Dismiss DismissHint Save Share Session Leave Recover Quit
}

#[test]
fn commands_of_every_kind_are_drawn() {
    let app = ExplorerApp::new(Startup::default());
    let mut source = commands::Source::new(3, vec!["a.json".into(), "b.csv".into()]);
    let drawn: BTreeSet<_> = (0..20_000).map(|_| kind(&source.command(app.session()))).collect();
    let missing: Vec<_> = KINDS.iter().filter(|kind| !drawn.contains(*kind)).collect();
    assert!(missing.is_empty(), "{missing:?} are never drawn");
}
