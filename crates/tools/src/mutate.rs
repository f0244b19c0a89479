//! Reads damaged files of every format and tells of each that ends in a panic, takes long or takes much memory:
//! `cargo xtask mutate 200000`. A second number is the one to begin with.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a search stops at the first surprise of its own")]

#[path = "../../../tests/all/mutations/mutator.rs"]
mod mutator;
#[path = "../../../tests/all/mutations/readers.rs"]
mod readers;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use super::allocation;

/// Longer than this counts as a hang.
const LONGEST: Duration = Duration::from_secs(2);

/// What was seen of one format.
#[derive(Default)]
struct Tally {
    files: u64,
    taken: u64,
    slowest: Duration,
    largest: usize,
}

pub fn run(arguments: impl Iterator<Item = String>) -> bool {
    let mut arguments = arguments.map(|argument| argument.parse::<u64>().unwrap());
    let (count, first) = (arguments.next().unwrap_or(200_000), arguments.next().unwrap_or(0));
    let seeds = mutator::seeds();
    let workplace = mutator::Workplace::new(&seeds);
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut faults = 0;
    for number in first..first + count {
        let mutant = mutator::mutant(&seeds, number);
        let extension = mutant.seed.path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let tally = tallies.entry(extension).or_default();
        let started = Instant::now();
        let look = |path: &Path| catch_unwind(AssertUnwindSafe(|| readers::read_all(path)));
        let (result, bytes) = workplace.with(&mutant, |path| allocation::peak_of(|| look(path)));
        let time = started.elapsed();
        tally.files += 1;
        tally.taken += u64::from(result.as_ref().is_ok_and(|readers| *readers > 0));
        tally.slowest = tally.slowest.max(time);
        tally.largest = tally.largest.max(bytes);
        if result.is_err() || time > LONGEST || bytes > readers::most_bytes(mutant.bytes.len()) {
            faults += 1;
            println!("mutant {number} of {}: {time:?}, {bytes} bytes", mutant.seed.path.display());
        }
    }
    println!("{:<12} {:>8} {:>8} {:>12} {:>14}", "format", "files", "taken", "slowest", "most bytes");
    for (extension, tally) in &tallies {
        let Tally { files, taken, slowest, largest } = tally;
        println!("{extension:<12} {files:>8} {taken:>8} {:>9} ms {largest:>14}", slowest.as_millis());
    }
    println!("{count} damaged files, {faults} faults");
    faults == 0
}
