//! Reads damaged files of every format and tells of each that ends in a panic or in the end of the program, takes long or
//! takes much memory: `cargo xtask mutate 200000`. A second number is the one to begin with.
//!
//! They are read in another process (`worker`), so that what ends it, or never comes to its end, is told as well, and the
//! search goes on behind it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a search stops at the first surprise of its own")]

#[path = "../../../tests/all/mutations/mutator.rs"]
mod mutator;
#[path = "../../../tests/all/mutations/readers.rs"]
mod readers;
mod worker;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

pub use worker::work;

/// More of a processor's time than this counts as a hang.
const LONGEST: Duration = Duration::from_secs(2);
/// A worker that says nothing for so long does not come to its end; other programs may slow it down.
const SILENCE: Duration = Duration::from_secs(40);
/// After so many faults there is enough to mend.
const MOST_FAULTS: u64 = 50;

/// What was seen of one format.
#[derive(Default)]
struct Tally {
    files: u64,
    taken: u64,
    slowest: Duration,
    largest: usize,
}

/// A worker, and what it says.
struct Worker {
    process: Child,
    lines: Receiver<String>,
}

impl Worker {
    /// One that reads the damaged files from this number to the one before `end`.
    fn start(next: u64, end: u64) -> Worker {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["mutate-worker", &next.to_string(), &end.to_string()]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
        Worker { process, lines }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // One that has ended cannot be ended again.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn run(arguments: impl Iterator<Item = String>) -> bool {
    let mut arguments = arguments.map(|argument| argument.parse::<u64>().unwrap());
    let (count, first) = (arguments.next().unwrap_or(200_000), arguments.next().unwrap_or(0));
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let (mut next, end, mut faults) = (first, first + count, 0);
    let mut worker = Worker::start(next, end);
    while next < end && faults < MOST_FAULTS {
        match worker.lines.recv_timeout(SILENCE) {
            Ok(line) => {
                let seen = worker::Seen::of_line(&line).unwrap_or_else(|| panic!("a worker says {line}"));
                let tally = tallies.entry(seen.extension.clone()).or_default();
                tally.files += 1;
                tally.taken += u64::from(seen.taken);
                tally.slowest = tally.slowest.max(seen.time);
                tally.largest = tally.largest.max(seen.bytes);
                if let Some(fault) = seen.fault(LONGEST) {
                    faults += 1;
                    println!("mutant {next}: {fault}");
                }
                next += 1;
            }
            Err(stopped) => {
                let what = match stopped {
                    RecvTimeoutError::Timeout => "it does not come to its end".to_owned(),
                    RecvTimeoutError::Disconnected => format!("the program ends ({})", worker.process.wait().unwrap()),
                };
                faults += 1;
                println!("mutant {next}: {what}");
                next += 1;
                worker = Worker::start(next, end);
            }
        }
    }
    println!("{:<12} {:>8} {:>8} {:>12} {:>14}", "format", "files", "taken", "slowest", "most bytes");
    for (extension, tally) in &tallies {
        let Tally { files, taken, slowest, largest } = tally;
        println!("{extension:<12} {files:>8} {taken:>8} {:>9} ms {largest:>14}", slowest.as_millis());
    }
    println!("{} damaged files, {faults} faults", next - first);
    faults == 0
}
