//! The registry as a whole; the galleries of healthy and faulty networks are integration tests.

use super::registry::checked_codes;
use super::*;

#[test]
fn the_table_has_every_code_once() {
    let mut codes = checked_codes();
    assert_eq!(codes, CODES);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), CODES.len());
}

#[test]
fn thresholds_are_set_by_name() {
    let mut thresholds = Thresholds::default();
    assert!(thresholds.set("large_weight", 3.0) && !thresholds.set("large_wieght", 3.0));
    assert_eq!(thresholds.get("large_weight"), Some(3.0));
    assert!(Thresholds::NAMES.iter().all(|name| thresholds.get(name).is_some()));
}
