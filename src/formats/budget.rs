//! What the tensors of a file may take together.
//!
//! A small file may claim much: views that repeat one value, names that share their values, parts of an archive that lie over
//! each other, chunks that were never written. Each of them is in proportion; their sum need not be.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::system::memory::{self, size_text};

/// A value of one bit takes 64 when it is read, and no file needs more for each of its bits…
const FOR_EACH_BYTE: u64 = 64;
/// …but so much is read of any file, 1 GiB: what is compressed or sparse may be small.
const ALWAYS: u64 = 1 << 30;
/// Whether there is memory is asked once for so many bytes: small tensors make a large sum.
const ASKED: u64 = 32 << 20;

/// The bytes that all values of a file may take, and those that were read take.
#[derive(Debug)]
pub(super) struct Budget {
    most: u64,
    taken: AtomicU64,
}

impl Budget {
    /// For a file of so many bytes, its companions included.
    pub fn of_file(bytes: u64) -> Budget {
        Budget { most: bytes.saturating_mul(FOR_EACH_BYTE).saturating_add(ALWAYS), taken: AtomicU64::new(0) }
    }

    /// Takes what so many more values need; in words that follow a tensor's name, why it cannot be had.
    pub fn take(&self, values: usize) -> Result<(), String> {
        let needed = (values as u64).saturating_mul(size_of::<f64>() as u64);
        let add = |taken: u64| taken.checked_add(needed).filter(|sum| *sum <= self.most);
        match self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add) {
            Ok(taken) if taken / ASKED == taken.saturating_add(needed) / ASKED => Ok(()),
            Ok(_) => memory::check(needed.max(ASKED)).map_err(|error| format!("cannot be read: {error}")),
            Err(taken) => Err(format!(
                "and those read before it take {}, more than the {} that a file of this length is given: its tensors repeat \
                 what it holds; save contiguous copies of them",
                size_text(taken.saturating_add(needed)),
                size_text(self.most),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_bounded_and_not_each_tensor_alone() {
        let budget = Budget::of_file(57_000);
        let eight_megabytes = 1 << 20;
        let fitting = (0..1000).take_while(|_| budget.take(eight_megabytes).is_ok()).count();
        assert_eq!(fitting, 128);
        assert!(budget.take(eight_megabytes).unwrap_err().contains("repeat what it holds"));
        assert!(budget.take(1000).is_ok() && budget.take(usize::MAX).is_err());
    }
}
