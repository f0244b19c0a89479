//! Gives a window commands and events at random and looks whether it bears them:
//! `cargo run --release --example soak -- 1000000 20000 7` for so many commands, so many events, and a seed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a search stops at the first surprise")]

#[path = "../tests/all/soak/commands.rs"]
mod commands;
#[path = "../tests/all/soak/looks.rs"]
mod looks;
#[path = "../tests/all/soak/run.rs"]
mod run;
#[path = "../tests/all/soak/runs.rs"]
mod runs;

use std::path::PathBuf;
use std::time::Instant;

/// After so many commands a window begins anew: its state would else become ever the same.
const COMMANDS_A_WINDOW: u64 = 2_000;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().unwrap());
    let commands = arguments.next().unwrap_or(1_000_000);
    let (events, seed) = (arguments.next().unwrap_or(commands.min(20_000)), arguments.next().unwrap_or(1));
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let files =
        ["moons", "operators", "tables"].into_iter().flat_map(|folder| std::fs::read_dir(data.join(folder)).unwrap());
    let examples: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    let folder = tempfile::tempdir().unwrap();
    // What is typed into the path field is written here.
    std::env::set_current_dir(folder.path()).unwrap();
    layerflow::system::memory::set_limit(Some(run::LIMIT));
    let (started, mut done, mut given) = (Instant::now(), 0, 0);
    while done < commands {
        let inner = tempfile::tempdir_in(folder.path()).unwrap();
        let mut soak = run::Soak::new(seed + done, inner.path(), &examples);
        for number in 0..COMMANDS_A_WINDOW.min(commands - done) {
            soak.command();
            while given * commands < events * (done + number) {
                soak.event();
                given += 1;
            }
            if number % 20 == 0 {
                soak.check();
            }
            if number % 100 == 99 {
                soak.check_history();
            }
        }
        done += COMMANDS_A_WINDOW.min(commands - done);
        println!("{done} commands, {given} events, {:.0} s", started.elapsed().as_secs_f64());
    }
}
