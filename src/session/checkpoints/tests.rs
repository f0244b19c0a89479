//! Tests of the series as a whole.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::*;
use crate::session::document::Example;

fn file(name: &str, bytes: u64) -> Checkpoint {
    Checkpoint { path: name.into(), step: None, bytes, modified: Some(SystemTime::UNIX_EPOCH) }
}

fn series(names: &[&str]) -> CheckpointSeries {
    CheckpointSeries::new("run".into(), names.iter().map(|name| file(name, 1)).collect())
}

fn network() -> Arc<Network> {
    Arc::new(Example::Spiral.load().unwrap().0)
}

fn show(series: &mut CheckpointSeries, index: usize) {
    series.mark_shown(index, network(), 1);
}

#[test]
fn the_newest_is_followed_until_one_goes_back() {
    let mut series = series(&["a", "b"]);
    assert_eq!(series.due(), Some(1));
    show(&mut series, 1);
    series.accept_listing(vec![file("a", 1), file("b", 1), file("c", 1)]);
    assert_eq!((series.present(), series.due()), (Some(1), Some(2)));
    show(&mut series, 2);
    series.apply(CheckpointCommand::Previous);
    assert!(!series.follows());
    show(&mut series, 1);
    series.accept_listing(vec![file("0", 1), file("a", 1), file("b", 1), file("c", 1), file("d", 1)]);
    // It stays at its file, whose index is another one now.
    assert_eq!((series.present(), series.due()), (Some(2), None));
    // Who goes to the end goes on with it.
    series.apply(CheckpointCommand::Seek(99));
    assert!(series.follows());
    show(&mut series, 4);
    // The file on show is written over.
    series.accept_listing(vec![file("c", 1), file("d", 2)]);
    assert_eq!((series.present(), series.due()), (Some(1), Some(1)));
    show(&mut series, 1);
    assert_eq!(series.due(), None);
    // The file on show is gone.
    series.accept_listing(vec![file("c", 1)]);
    assert_eq!(series.present(), None);
}

#[test]
fn what_is_read_ahead_lies_where_one_goes() {
    let mut series = series(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    show(&mut series, 4);
    series.apply(CheckpointCommand::Next);
    show(&mut series, 5);
    assert_eq!(series.wanted_ahead(), [6, 4, 7, 8, 9]);
    series.apply(CheckpointCommand::Seek(3));
    show(&mut series, 3);
    series.mark_broken(Path::new("1"), "why".into());
    assert_eq!(series.wanted_ahead(), [2, 4, 0]);
    series.give_up();
    assert!(series.wanted_ahead().is_empty());
}

#[test]
fn what_is_broken_is_not_wanted_any_more() {
    let mut series = series(&["a", "b", "c"]);
    series.mark_broken(Path::new("c"), "why".into());
    assert_eq!(series.want_first().as_deref(), Some(Path::new("b")));
    show(&mut series, 1);
    series.apply(CheckpointCommand::Seek(2));
    assert_eq!(series.due(), Some(2));
    series.mark_broken(Path::new("c"), "why".into());
    assert_eq!((series.due(), series.steps()[2].problem.as_deref()), (None, Some("why")));
    series.apply(CheckpointCommand::TogglePlay(PlayDirection::Back));
    series.advance(1.0);
    assert_eq!(series.due(), Some(0));
    show(&mut series, 0);
    series.advance(1.0);
    assert_eq!(series.playing(), None);
}

#[test]
fn steps_under_a_scrubber_on_its_way_are_told_from_those_that_are_looked_at() {
    let mut series = series(&["0", "1", "2"]);
    show(&mut series, 2);
    assert!(!series.is_scrubbed());
    series.apply(CheckpointCommand::Seek(0));
    assert!(series.is_scrubbed());
    show(&mut series, 0);
    series.is_due(0.1);
    assert!(series.is_scrubbed());
    series.is_due(0.3);
    assert!(!series.is_scrubbed());
    series.apply(CheckpointCommand::TogglePlay(PlayDirection::On));
    series.advance(10.0);
    assert!(series.due() == Some(1) && !series.is_scrubbed());
    show(&mut series, 1);
    assert!(!series.is_scrubbed());
}
