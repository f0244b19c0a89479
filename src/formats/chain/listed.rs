//! Names in a sentence.

/// Names in a sentence before the others are only counted.
const NAMED: usize = 4;

/// `a`, `b` and 3 more; what is given is already as it is said.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [names @ .., last] if names.len() < NAMED => format!("{} and {last}", names.join(", ")),
        _ => format!("{} and {} more", names[..NAMED].join(", "), names.len() - NAMED),
    }
}
