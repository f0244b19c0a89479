//! Which of the program's threads goes first where there are fewer processors than work.

/// By how much a thread that works in the background is nicer than the window's.
#[cfg(target_os = "linux")]
const NICER: i32 = 10;

/// Lets other threads go before this one and all that it will start: the window is drawn while they work. Where the system
/// has no such thing for a thread, or refuses it, nothing changes.
pub fn stand_back() {
    // On Linux each thread has a niceness of its own, which those that it starts inherit.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICER);
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_thread_that_stands_back_does_and_those_that_it_starts() {
        let niceness = || rustix::process::nice(0).unwrap();
        let before = niceness();
        let (own, started) = std::thread::spawn(move || {
            stand_back();
            (niceness(), std::thread::spawn(niceness).join().unwrap())
        })
        .join()
        .unwrap();
        assert_eq!([own, started], [(before + NICER).min(19); 2]);
        assert_eq!(niceness(), before);
    }
}
