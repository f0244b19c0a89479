//! How much memory there is, and whether work that needs much of it may begin.
//!
//! What a computer promises it need not have: it may give a program more than there is, and end the program when it is used.
//! Work of a user's size therefore says beforehand what it is about to need.

use std::collections::TryReserveError;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

use super::allocator;

/// The share of what is available that one piece of work may take.
const SHARE: f64 = 0.75;
/// Less than this is never asked about: it is there.
const ALWAYS: u64 = 16 << 20;
/// What must be there at the start.
const TO_BEGIN_WITH: usize = 4 << 20;
/// What the first thread needs of its stack at most, a part of the same.
const STACK: usize = 1 << 20;
/// No limit was chosen.
const UNSET: u64 = u64::MAX;

/// What the program as a whole may take, where that was chosen.
static CHOSEN: AtomicU64 = AtomicU64::new(UNSET);

/// Work that needs more memory than it may take.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "it needs about {} of memory, and the limit is {}; use a smaller file, fewer points or fewer steps, or raise the limit \
     with --memory, in the window also by `memory` in its settings",
    size_text(*needed), size_text(*limit)
)]
pub struct NotEnough {
    /// The bytes that the work needs.
    pub needed: u64,
    /// The bytes that it may take.
    pub limit: u64,
}

impl From<NotEnough> for std::io::Error {
    fn from(error: NotEnough) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::OutOfMemory, error)
    }
}

/// Chooses what the program as a whole may take; `None` for a share of what is available.
pub fn set_limit(bytes: Option<u64>) {
    CHOSEN.store(bytes.unwrap_or(UNSET), Ordering::Relaxed);
}

/// Has the program as a whole take at most so many bytes, where no limit is chosen yet.
pub fn set_usual_limit(bytes: u64) {
    // Where one is chosen it stays.
    let _ = CHOSEN.compare_exchange(UNSET, bytes, Ordering::Relaxed, Ordering::Relaxed);
}

/// Ends the program in order where there is hardly more memory than it takes to load it: what the C library needs for itself,
/// as for a thread, would else end it without a word.
pub fn begin() {
    // What is not looked at need not be asked for.
    std::hint::black_box(Vec::<u8>::with_capacity(TO_BEGIN_WITH));
    take_stack();
}

/// Lets the first thread's stack grow now, out of what has just been found to be free: where it grows later and cannot, the
/// system ends the program without a word. Other threads have theirs from their start.
#[inline(never)]
fn take_stack() {
    std::hint::black_box([0_u8; STACK]);
}

/// Whether work that needs so many bytes beside what is in use may begin.
///
/// # Errors
/// If there is not so much, or the limit that was chosen is lower.
pub fn check(needed: u64) -> Result<(), NotEnough> {
    if needed <= ALWAYS {
        return Ok(());
    }
    let chosen = match CHOSEN.load(Ordering::Relaxed) {
        UNSET => None,
        bytes => Some(bytes),
    };
    within(needed, chosen, &found())
}

/// The bytes that work may still take; `None` where that is not known and no limit is chosen.
pub fn room() -> Option<u64> {
    let chosen = match CHOSEN.load(Ordering::Relaxed) {
        UNSET => None,
        bytes => Some(bytes),
    };
    limits(chosen, &found()).map(|(limit, _)| limit)
}

/// Room for `count` more values, if there is memory for them.
///
/// # Errors
/// If there is none.
pub fn reserve<T>(values: &mut Vec<T>, count: usize) -> Result<(), TryReserveError> {
    allocator::fallibly(|| values.try_reserve_exact(count))
}

/// What the system tells of its memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Found {
    /// What programs may still take; `None` where the system does not tell.
    available: Option<u64>,
    /// What this program takes.
    used: u64,
}

fn within(needed: u64, chosen: Option<u64>, found: &Found) -> Result<(), NotEnough> {
    match limits(chosen, found) {
        Some((limit, shown)) if needed > limit => Err(NotEnough { needed, limit: shown }),
        _ => Ok(()),
    }
}

/// What work may take beside what is in use, and the number that is told of it.
fn limits(chosen: Option<u64>, found: &Found) -> Option<(u64, u64)> {
    // Who chooses a limit knows better than a share what may be taken, but not more than there is.
    match (chosen, found.available) {
        (Some(chosen), available) => {
            let left = chosen.saturating_sub(found.used);
            Some(match available {
                Some(available) if available < left => (available, available),
                _ => (left, chosen),
            })
        }
        (None, Some(available)) => {
            let share = (available as f64 * SHARE) as u64;
            Some((share, share))
        }
        (None, None) => None,
    }
}

/// A number of bytes in the unit that fits.
pub fn size_text(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 || value >= 9.95 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

/// The bytes that a text such as `500 MB` or `4GB` names.
///
/// # Errors
/// In words, if it names none.
pub fn size_of_text(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, f64); 7] =
        [("", 1.0), ("b", 1.0), ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("gib", 1_073_741_824.0), ("tb", 1e12)];
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = unit.trim().to_ascii_lowercase();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| factor);
    let bytes = number.parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    match bytes {
        Some(bytes) if bytes >= 1.0 && bytes.is_finite() => Ok(bytes as u64),
        _ => Err("give a size such as 500MB or 4GB".into()),
    }
}

#[cfg(target_os = "linux")]
fn found() -> Found {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let status = read("/proc/self/status");
    let limits = read("/proc/self/limits");
    let group = |file: &str| read(&format!("/sys/fs/cgroup/{file}")).trim().parse::<u64>().ok();
    let of_system = kilobytes(&read("/proc/meminfo"), "MemAvailable:");
    let of_group = group("memory.max").map(|most| most.saturating_sub(group("memory.current").unwrap_or(0)));
    let of_process = address_limit(&limits).map(|most| most.saturating_sub(kilobytes(&status, "VmSize:").unwrap_or(0)));
    Found {
        available: [of_system, of_group, of_process].into_iter().flatten().min(),
        used: kilobytes(&status, "VmRSS:").unwrap_or(0),
    }
}

/// A page has 4 GiB of addresses, of which browsers give fewer; half of them are counted on.
#[cfg(target_arch = "wasm32")]
fn found() -> Found {
    const PAGE: u64 = 1 << 16;
    const COUNTED_ON: u64 = 1 << 31;
    let used = core::arch::wasm32::memory_size(0) as u64 * PAGE;
    Found { available: Some(COUNTED_ON.saturating_sub(used)), used }
}

/// Other systems do not tell it without code that cannot be checked; there a limit counts only where it is chosen.
#[cfg(not(any(target_os = "linux", target_arch = "wasm32")))]
fn found() -> Found {
    Found::default()
}

/// The bytes on the line that begins so, which counts 1024 of them.
#[cfg(target_os = "linux")]
fn kilobytes(text: &str, line: &str) -> Option<u64> {
    let rest = text.lines().find_map(|candidate| candidate.strip_prefix(line))?;
    rest.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The most addresses that the process may have; `None` where there is no limit.
#[cfg(target_os = "linux")]
fn address_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_told_with_both_sizes() {
        let found = Found { available: Some(6_000_000_000), used: 500_000_000 };
        assert!(within(4_000_000_000, None, &found).is_ok());
        let error = within(9_100_000_000, None, &found).unwrap_err();
        assert!(error.to_string().starts_with("it needs about 9.1 GB of memory, and the limit is 4.5 GB; "), "{error}");
        assert!(within(5_900_000_000, Some(7_000_000_000), &found).is_ok());
        assert!(within(700_000_000, Some(1_000_000_000), &found).is_err());
        assert!(within(u64::MAX, None, &Found::default()).is_ok());
        assert!(within(2, Some(1), &Found::default()).is_err());
    }

    #[test]
    fn sizes_are_written_and_read() {
        for (bytes, text) in [(57_000, "57 kB"), (1_000, "1.0 kB"), (160_000_000_000, "160 GB"), (7, "7 bytes")] {
            assert_eq!(size_text(bytes), text);
        }
        assert_eq!(size_of_text("4GB"), Ok(4_000_000_000));
        assert_eq!(size_of_text(" 1.5 mb"), Ok(1_500_000));
        for wrong in ["", "GB", "-1", "4 parsecs", "1e400", "0"] {
            assert!(size_of_text(wrong).is_err(), "{wrong}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_system_tells_is_read() {
        assert_eq!(kilobytes("MemTotal: 9 kB\nMemAvailable:   12 kB\n", "MemAvailable:"), Some(12 << 10));
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax address space  1000  unlimited  bytes\n";
        assert_eq!(address_limit(limits), Some(1000));
        assert_eq!(address_limit("Max address space  unlimited  unlimited  bytes"), None);
        assert!(found().available.is_some() && found().used > 0);
    }
}
