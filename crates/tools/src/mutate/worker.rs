//! The process that reads damaged files, and what it says of each in a line.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{mutator, readers};
use crate::allocation;

/// What was seen of one damaged file.
pub struct Seen {
    pub extension: String,
    /// Whether some reader took it.
    pub taken: bool,
    pub panicked: bool,
    /// The processor's time that it took.
    pub time: Duration,
    /// The most memory that it took…
    pub bytes: usize,
    /// …and might have taken.
    pub most: usize,
}

impl Seen {
    fn line(&self) -> String {
        let Seen { extension, taken, panicked, time, bytes, most } = self;
        format!("{extension}/{taken}/{panicked}/{}/{bytes}/{most}", time.as_micros())
    }

    pub fn of_line(line: &str) -> Option<Seen> {
        let mut words = line.split('/');
        Some(Seen {
            extension: words.next()?.to_owned(),
            taken: words.next()?.parse().ok()?,
            panicked: words.next()?.parse().ok()?,
            time: Duration::from_micros(words.next()?.parse().ok()?),
            bytes: words.next()?.parse().ok()?,
            most: words.next()?.parse().ok()?,
        })
    }

    /// What is wrong with it.
    pub fn fault(&self, longest: Duration) -> Option<String> {
        let Seen { extension, time, bytes, most, .. } = self;
        let is_wrong = self.panicked || *time > longest || bytes > most;
        let panic = if self.panicked { "a panic, " } else { "" };
        is_wrong.then(|| format!("{extension}, {panic}{} ms, {bytes} bytes of {most}", time.as_millis()))
    }
}

/// Reads the damaged files from one number to the one before another.
pub fn work(mut arguments: impl Iterator<Item = String>) {
    let mut number = || arguments.next().and_then(|argument| argument.parse::<u64>().ok()).unwrap();
    let (first, end) = (number(), number());
    let seeds = mutator::seeds();
    let workplace = mutator::Workplace::new(&seeds);
    for number in first..end {
        let mutant = mutator::mutant(&seeds, number);
        let extension = mutant.seed.path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let (started, used) = (Instant::now(), processor_time());
        let look = |path: &Path| catch_unwind(AssertUnwindSafe(|| readers::read_all(path)));
        let (result, bytes) = workplace.with(&mutant, |path| allocation::peak_of(|| look(path)));
        // What other programs took away of the time is not the file's.
        let time = processor_time().zip(used).map_or_else(|| started.elapsed(), |(now, before)| now - before);
        let (taken, panicked) = (result.as_ref().is_ok_and(|readers| *readers > 0), result.is_err());
        let most = readers::most_bytes(mutant.bytes.len());
        println!("{}", Seen { extension, taken, panicked, time, bytes, most }.line());
    }
}

/// The processor's time that this process has taken; `None` where the system does not tell it in a file.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything, come the state and then numbers: the 12th and the 13th count hundredths
    // of a second.
    let mut words = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || words.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * 10))
}
