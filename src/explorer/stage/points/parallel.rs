//! Work of one frame shared between the processor's cores.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::thread;

/// The number of cores that there are for a frame. It is asked for once: the answer takes reading files.
pub fn count() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| thread::available_parallelism().map_or(1, NonZeroUsize::get))
}

/// Does all of the work side by side, the first on this thread, and gives the results in order.
pub fn run_all<T: Send>(work: Vec<impl FnOnce() -> T + Send>) -> Vec<T> {
    let mut work = work.into_iter();
    let Some(own) = work.next() else { return Vec::new() };
    thread::scope(|scope| {
        let others: Vec<_> = work.map(|work| scope.spawn(work)).collect();
        let own = own();
        let others = others.into_iter().map(|other| other.join().unwrap_or_else(|why| resume_unwind(why)));
        std::iter::once(own).chain(others).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work() {
        let work: Vec<_> = (0..5).map(|index| move || 2 * index).collect();
        assert_eq!(run_all(work), [0, 2, 4, 6, 8]);
        assert!(run_all(Vec::<fn() -> u8>::new()).is_empty() && count() > 0);
    }
}
