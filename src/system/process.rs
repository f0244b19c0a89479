//! Which process left a file: its number alone is given to another one later, after a new start of the computer at the latest.

/// What tells this process from all others, those of an earlier start of the computer included: its number, and the clock
/// ticks from the computer's start to its own.
pub fn own_mark() -> String {
    let process = std::process::id();
    format!("{process}-{}", ticks(process).unwrap_or(0))
}

/// Whether the process of this mark runs no more; where that cannot be known it may run. A mark without ticks is that of any
/// process of its number.
pub fn has_ended(mark: &str) -> bool {
    let (process, began) = match mark.split_once('-') {
        Some((process, began)) => (process, began.parse::<u64>().ok()),
        None => (mark, None),
    };
    let Ok(process) = process.parse::<u32>() else { return false };
    if !cfg!(target_os = "linux") {
        return false;
    }
    match (ticks(process), began) {
        (Some(ticks), Some(began)) => ticks != began,
        (Some(_), None) => false,
        // One that is there and cannot be looked at may run.
        (None, _) => !std::path::Path::new(&format!("/proc/{process}")).exists(),
    }
}

/// The clock ticks from the computer's start to that of a process.
fn ticks(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything, comes the third of the fields; it is the 22nd.
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_number_and_its_start() {
        let own = own_mark();
        assert!(!has_ended(&own), "{own}");
        let (process, began) = own.split_once('-').unwrap();
        assert!(!has_ended(process));
        // Another one had this number before.
        let before = began.parse::<u64>().unwrap() - 1;
        assert!(before > 0 && has_ended(&format!("{process}-{before}")));
        // No process has this number.
        assert!(has_ended("4194999-7") && has_ended("4194999"));
        assert!(!has_ended("x") && !has_ended(""));
    }
}
