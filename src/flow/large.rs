//! Layers whose decomposition takes long: what they take, told while they are worked on, and how they are given up at once.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use web_time::Instant;

use crate::linalg::Svd;
use crate::system::memory::size_text;

/// From this many rows or columns a decomposition takes longer than a person waits for a cancel.
const LARGE: usize = 512;
/// The side of the matrix by which the rate is measured: a twentieth of a second.
const MEASURED: usize = 256;
/// How often work in the background is looked after.
pub(super) const POLL: Duration = Duration::from_millis(50);
/// Work that was given up and still runs, at most: the library cannot be stopped in the middle.
const GIVEN_UP: usize = 2;
/// What takes less is not told.
const TOLD: Duration = Duration::from_secs(2);

/// How much work that was given up still runs.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Whether the decomposition of a matrix takes long, unless its rank is low.
pub(super) fn is_large(weight: &DMatrix<f64>) -> bool {
    let (rows, columns) = weight.shape();
    rows.max(columns) >= LARGE && !Svd::is_thin_shape(rows, columns)
}

/// What became of work in the background.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome<T> {
    /// It ended with this.
    Ended(T),
    /// It was given up.
    GivenUp,
    /// There was no thread for it.
    NoThread,
}

/// Where work in the background stands: it runs, nobody waits for it any more, or it has ended.
const RUNS: u8 = 0;
const UNWANTED: u8 = 1;
const HAS_ENDED: u8 = 2;

/// Tells that work has ended, also where it panicked.
struct AtTheEnd(Arc<AtomicU8>);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        if self.0.swap(HAS_ENDED, Ordering::SeqCst) == UNWANTED {
            RUNNING.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Does `work` on a thread of its own while `goes_on` answers true, which is asked all the time. What was given up ends by itself,
/// and its result is dropped.
pub(super) fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    mut goes_on: impl FnMut() -> bool,
) -> Outcome<T> {
    while RUNNING.load(Ordering::SeqCst) >= GIVEN_UP {
        if !goes_on() {
            return Outcome::GivenUp;
        }
        thread::sleep(POLL);
    }
    let (send, receive) = mpsc::channel();
    let state = Arc::new(AtomicU8::new(RUNS));
    let at_the_end = AtTheEnd(Arc::clone(&state));
    let begun = thread::Builder::new().name("large decomposition".into()).spawn(move || {
        let _at_the_end = at_the_end;
        // Where nobody waits for it any more the result is dropped.
        let _ = send.send(work());
    });
    let Ok(thread) = begun else { return Outcome::NoThread };
    loop {
        match receive.recv_timeout(POLL) {
            Ok(result) => return Outcome::Ended(result),
            Err(RecvTimeoutError::Timeout) if goes_on() => {}
            Err(RecvTimeoutError::Timeout) => {
                RUNNING.fetch_add(1, Ordering::SeqCst);
                if state.swap(UNWANTED, Ordering::SeqCst) == HAS_ENDED {
                    RUNNING.fetch_sub(1, Ordering::SeqCst);
                }
                return Outcome::GivenUp;
            }
            // It ended without a result: its panic is that of whoever waits for it.
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => return Outcome::NoThread,
            },
        }
    }
}

/// Of how many directions a large layer is found to be: nobody has looked yet, of few, or of all.
const UNKNOWN: u8 = 0;
const FEW: u8 = 1;
const ALL: u8 = 2;

/// What is found of each layer's directions while it is decomposed.
#[derive(Clone, Debug)]
pub(super) struct Directions(Arc<Vec<AtomicU8>>);

impl Directions {
    /// Tells whether the layer of this index is of few directions, which takes next to no time.
    pub(super) fn report(&self, index: usize, are_few: bool) {
        if let Some(layer) = self.0.get(index) {
            layer.store(if are_few { FEW } else { ALL }, Ordering::Relaxed);
        }
    }
}

/// What the large layers of a network take together, from a rate that is measured on this machine.
#[derive(Debug)]
pub(super) struct Cost {
    begun: Instant,
    /// The index of each large layer, and its longer side as multiples of the measured one.
    sides: Vec<(usize, f64)>,
    directions: Directions,
    threads: f64,
    /// Seconds for the measured side, once they are wanted; `None` where it could not be decomposed.
    rate: OnceLock<Option<f64>>,
    bytes: u64,
}

impl Cost {
    /// That of these layers' matrices on so many threads. A decomposition with its rotations takes a time in proportion to
    /// the third power of the longer side.
    pub(super) fn of<'a>(weights: impl Iterator<Item = Option<&'a DMatrix<f64>>>, threads: usize, bytes: u64) -> Cost {
        let weights: Vec<Option<&DMatrix<f64>>> = weights.collect();
        let directions = Directions(Arc::new(weights.iter().map(|_| AtomicU8::new(UNKNOWN)).collect()));
        let large = weights.iter().enumerate().filter_map(|(index, weight)| Some((index, (*weight)?)));
        let large = large.filter(|(_, weight)| is_large(weight));
        let side = |weight: &DMatrix<f64>| weight.nrows().max(weight.ncols()) as f64 / MEASURED as f64;
        let sides: Vec<(usize, f64)> = large.map(|(index, weight)| (index, side(weight))).collect();
        let threads = threads.min(sides.len()).max(1) as f64;
        Cost { begun: Instant::now(), sides, directions, threads, rate: OnceLock::new(), bytes }
    }

    /// Where what is found of the layers is told.
    pub(super) fn directions(&self) -> &Directions {
        &self.directions
    }

    /// The seconds that all of it takes: of each layer not known to be of few directions, once one is known to be of all.
    fn seconds(&self) -> Option<f64> {
        let known = |index: usize| self.directions.0.get(index).map_or(UNKNOWN, |layer| layer.load(Ordering::Relaxed));
        if !self.sides.iter().any(|(index, _)| known(*index) == ALL) {
            return None;
        }
        let cubes = self.sides.iter().filter(|(index, _)| known(*index) != FEW).map(|(_, side)| side.powi(3));
        let (sum, longest) = cubes.fold((0.0, 0.0), |(sum, longest): (f64, f64), cube| (sum + cube, longest.max(cube)));
        let rate = (*self.rate.get_or_init(measured_seconds))?;
        Some(rate * (sum / self.threads).max(longest))
    }

    /// The part of the time that is over, below 1; 0 while it is not known to take long.
    pub(super) fn part(&self) -> f32 {
        let over = |seconds: f64| self.begun.elapsed().as_secs_f64() / seconds.max(f64::MIN_POSITIVE);
        self.seconds().map_or(0.0, over).min(0.99) as f32
    }

    /// `; all of it takes about 4 min and 1.2 GB of memory`, once it has taken longer than a person likes to wait.
    pub(super) fn text(&self) -> String {
        match self.seconds().filter(|seconds| *seconds >= TOLD.as_secs_f64()) {
            Some(seconds) if self.begun.elapsed() >= TOLD => {
                format!("; all of it takes about {} and {} of memory", duration_text(seconds), size_text(self.bytes))
            }
            _ => String::new(),
        }
    }
}

/// The seconds that the matrix of the measured side takes; `None` where it could not be decomposed.
fn measured_seconds() -> Option<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let matrix = DMatrix::from_fn(MEASURED, MEASURED, |_, _| random.random::<f64>() - 0.5);
    let begun = Instant::now();
    Svd::new(&matrix).and_then(|svd| svd.proper()).ok()?;
    Some(begun.elapsed().as_secs_f64())
}

/// `40 s`, `4 min` or `2.5 h`.
fn duration_text(seconds: f64) -> String {
    match seconds {
        ..90.0 => format!("{:.0} s", seconds.max(1.0)),
        ..5400.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn work_is_waited_for_and_given_up_at_once() {
        assert_eq!(in_background(|| 7, || true), Outcome::Ended(7));
        // Work that ends only when it is let, after it was given up.
        let barrier = Arc::new(Barrier::new(2));
        let ended = Arc::new(AtomicBool::new(false));
        let (inside, flag) = (Arc::clone(&barrier), Arc::clone(&ended));
        let work = move || {
            inside.wait();
            flag.store(true, Ordering::SeqCst);
        };
        assert_eq!(in_background(work, || false), Outcome::GivenUp);
        assert!(!ended.load(Ordering::SeqCst), "nobody waited for it");
        barrier.wait();
    }

    #[test]
    fn a_panic_is_that_of_whoever_waits() {
        let panicked = std::panic::catch_unwind(|| in_background::<()>(|| panic!("in the work"), || true));
        assert!(panicked.is_err());
    }

    #[test]
    fn what_is_large_and_what_it_takes() {
        let (small, thin, large) = (DMatrix::zeros(100, 100), DMatrix::zeros(10, 4096), DMatrix::zeros(600, 512));
        assert!(!is_large(&small) && !is_large(&thin) && is_large(&large));
        let begun = Instant::now().checked_sub(Duration::from_secs(1000)).unwrap();
        let rate = OnceLock::from(Some(1.0));
        let of = Cost::of([Some(&small), None, Some(&thin), Some(&large)].into_iter(), 2, 3_000_000_000);
        let cost = Cost { begun, sides: vec![(3, 5.0), (0, 5.0)], rate, ..of };
        // Nothing is told before one is known to have all of its directions.
        assert!(cost.text().is_empty() && cost.part() == 0.0);
        cost.directions().report(3, false);
        assert_eq!(cost.text(), "; all of it takes about 4 min and 3.0 GB of memory");
        assert_eq!(cost.part(), 0.99);
        let early = Cost { begun: Instant::now(), directions: cost.directions().clone(), ..cost };
        assert!(early.text().is_empty() && early.part() < 0.5, "not at once");
        early.directions().report(3, true);
        assert_eq!(early.seconds(), None, "few directions take next to no time");
        assert_eq!(Cost::of([Some(&small), Some(&large)].into_iter(), 2, 0).sides, [(1, 600.0 / 256.0)]);
        assert_eq!([5.0, 300.0, 9000.0].map(duration_text), ["5 s", "5 min", "2.5 h"]);
    }
}
