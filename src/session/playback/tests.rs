use super::*;

const FRAME: f64 = 1.0 / 60.0;
const BOUNDARIES: [f64; 6] = [0.0, 0.25, 0.5, 1.0, 1.5, 2.0];

fn playing(duration: f64) -> Playback {
    let mut playback = Playback::new(duration);
    playback.apply(PlaybackCommand::Play, &BOUNDARIES);
    playback
}

fn run(playback: &mut Playback, seconds: f64) {
    for _ in 0..(seconds / FRAME).round() as usize {
        playback.advance(FRAME);
    }
}

#[test]
fn a_layer_takes_four_seconds_and_speed_scales_it() {
    let mut playback = playing(10.0);
    run(&mut playback, 4.0);
    assert!((playback.t() - 1.0).abs() < 1e-9);
    playback.apply(PlaybackCommand::Faster, &BOUNDARIES);
    assert_eq!(playback.speed(), 2.0);
    run(&mut playback, 4.0);
    assert!((playback.t() - 3.0).abs() < 1e-9);
}

#[test]
fn the_timeline_zooms_around_a_time_and_turns_its_page() {
    let mut playback = Playback::new(10.0);
    assert_eq!(playback.visible(), None);
    playback.apply(PlaybackCommand::ZoomTime { factor: 5.0, at: Some(4.0) }, &BOUNDARIES);
    let (from, to) = playback.visible().unwrap();
    assert!((from - 3.2).abs() < 1e-12 && (to - 5.2).abs() < 1e-12, "{from} to {to}");
    playback.apply(PlaybackCommand::PanTime(1.0), &BOUNDARIES);
    assert!((playback.visible().unwrap().0 - 5.2).abs() < 1e-12);
    playback.apply(PlaybackCommand::PanTime(99.0), &BOUNDARIES);
    assert_eq!(playback.visible(), Some((8.0, 10.0)));
    playback.apply(PlaybackCommand::Seek(1.0), &BOUNDARIES);
    let (from, to) = playback.visible().unwrap();
    assert!((from..to).contains(&1.0));
    for factor in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
        playback.apply(PlaybackCommand::ZoomTime { factor, at: None }, &BOUNDARIES);
        assert_eq!(playback.visible(), Some((from, to)));
    }
    playback.apply(PlaybackCommand::ZoomTime { factor: 1e9, at: None }, &BOUNDARIES);
    let (from, to) = playback.visible().unwrap();
    assert!(to - from >= SHORTEST_VIEW * 0.999);
    playback.apply(PlaybackCommand::ZoomTime { factor: 1e-9, at: None }, &BOUNDARIES);
    assert_eq!(playback.visible(), None);
    playback.apply(PlaybackCommand::Nudge(-5.0), &BOUNDARIES);
    assert_eq!(playback.t(), 0.0);
}

#[test]
fn a_stall_does_not_jump() {
    let mut playback = playing(10.0);
    playback.advance(30.0);
    assert!((playback.t() - LONGEST_FRAME / SECONDS_PER_LAYER).abs() < 1e-12);
    playback.advance(-1.0);
    playback.advance(f64::NAN);
    assert!((playback.t() - LONGEST_FRAME / SECONDS_PER_LAYER).abs() < 1e-12);
}

#[test]
fn it_ends_at_the_end_or_starts_again_after_a_rest() {
    let mut once = playing(1.0);
    once.apply(PlaybackCommand::ToggleLoop, &[]);
    run(&mut once, 5.0);
    assert_eq!((once.t(), once.playing()), (1.0, false));
    once.apply(PlaybackCommand::Toggle, &[]);
    assert_eq!((once.t(), once.playing()), (0.0, true));

    let mut looping = playing(1.0);
    run(&mut looping, 4.5);
    assert_eq!((looping.t(), looping.playing()), (1.0, true));
    run(&mut looping, 1.2);
    assert!(looping.t() < 0.5 && looping.playing());
}

#[test]
fn a_range_is_looped() {
    let mut playback = playing(2.0);
    playback.apply(PlaybackCommand::SetRange(1.5, 1.0), &BOUNDARIES);
    assert_eq!(playback.range(), Some((1.0, 1.5)));
    assert_eq!(playback.t(), 1.0);
    for _ in 0..600 {
        playback.advance(FRAME);
        assert!((1.0..=1.5).contains(&playback.t()));
    }
    playback.apply(PlaybackCommand::SetRange(0.3, 0.301), &BOUNDARIES);
    assert_eq!(playback.range(), None);
}

#[test]
fn steps_by_phase_and_by_layer() {
    let mut playback = playing(2.0);
    let mut after = |command| {
        playback.apply(command, &BOUNDARIES);
        assert!(!playback.playing());
        playback.t()
    };
    assert_eq!(after(PlaybackCommand::NextPhase), 0.25);
    assert_eq!(after(PlaybackCommand::NextPhase), 0.5);
    assert_eq!(after(PlaybackCommand::NextLayer), 1.0);
    assert_eq!(after(PlaybackCommand::Seek(1.2)), 1.2);
    assert_eq!(after(PlaybackCommand::PreviousPhase), 1.0);
    assert_eq!(after(PlaybackCommand::PreviousPhase), 0.5);
    assert_eq!(after(PlaybackCommand::Seek(1.2)), 1.2);
    assert_eq!(after(PlaybackCommand::PreviousLayer), 1.0);
    assert_eq!(after(PlaybackCommand::PreviousLayer), 0.0);
    assert_eq!(after(PlaybackCommand::PreviousPhase), 0.0);
    assert_eq!(after(PlaybackCommand::End), 2.0);
    assert_eq!(after(PlaybackCommand::NextPhase), 2.0);
    assert_eq!(after(PlaybackCommand::NextLayer), 2.0);
    assert_eq!(after(PlaybackCommand::Home), 0.0);
    assert_eq!(after(PlaybackCommand::Seek(f64::NAN)), 0.0);
    assert_eq!(after(PlaybackCommand::Seek(1e300)), 2.0);
}

#[test]
fn speeds_stay_within_their_list() {
    let mut playback = Playback::new(1.0);
    for _ in 0..20 {
        playback.apply(PlaybackCommand::Slower, &[]);
    }
    assert_eq!(playback.speed(), SPEEDS[0]);
    for _ in 0..20 {
        playback.apply(PlaybackCommand::Faster, &[]);
    }
    assert_eq!(Some(&playback.speed()), SPEEDS.last());
    playback.apply(PlaybackCommand::SetSpeed(-1.0), &[]);
    assert_eq!(Some(&playback.speed()), SPEEDS.last());
}

#[test]
fn a_flow_that_grows_or_shrinks_keeps_its_time() {
    let mut playback = Playback::new(6.0);
    playback.apply(PlaybackCommand::SetRange(2.0, 5.5), &[]);
    playback.apply(PlaybackCommand::Seek(5.2), &[]);
    playback.resize(7.0);
    assert_eq!((playback.t(), playback.duration(), playback.range()), (5.2, 7.0, Some((2.0, 5.5))));
    playback.resize(5.0);
    assert_eq!((playback.t(), playback.duration(), playback.range()), (5.0, 5.0, None));
    playback.resize(f64::NAN);
    assert_eq!((playback.t(), playback.duration()), (0.0, 0.0));
}

#[test]
fn a_loop_begins_and_ends_at_the_present_time() {
    let mut playback = Playback::new(4.0);
    playback.apply(PlaybackCommand::Seek(1.5), &[]);
    playback.apply(PlaybackCommand::RangeFrom, &[]);
    assert_eq!(playback.range(), Some((1.5, 4.0)));
    playback.apply(PlaybackCommand::Seek(2.5), &[]);
    playback.apply(PlaybackCommand::RangeTo, &[]);
    assert_eq!(playback.range(), Some((1.5, 2.5)));
    // Behind its end a new one begins, before its start one ends.
    playback.apply(PlaybackCommand::Seek(3.0), &[]);
    playback.apply(PlaybackCommand::RangeFrom, &[]);
    assert_eq!(playback.range(), Some((3.0, 4.0)));
    playback.apply(PlaybackCommand::Seek(1.0), &[]);
    playback.apply(PlaybackCommand::RangeTo, &[]);
    assert_eq!(playback.range(), Some((0.0, 1.0)));
    playback.apply(PlaybackCommand::Home, &[]);
    assert!(playback.range_to_refusal().is_some() && playback.range_from_refusal().is_none());
}

#[test]
fn marks_are_set_visited_and_taken_away() {
    let mut playback = Playback::new(3.0);
    for t in [2.0, 0.5, 1.25] {
        playback.apply(PlaybackCommand::Seek(t), &[]);
        playback.apply(PlaybackCommand::ToggleMark, &[]);
    }
    assert_eq!(playback.marks(), [0.5, 1.25, 2.0]);
    for t in [2.0, 0.5, 1.25] {
        playback.apply(PlaybackCommand::NextMark, &[]);
        assert_eq!(playback.t(), t);
    }
    playback.apply(PlaybackCommand::Nudge(0.004), &[]);
    playback.apply(PlaybackCommand::ToggleMark, &[]);
    assert_eq!(playback.marks(), [0.5, 2.0]);
    playback.resize(1.0);
    assert_eq!(playback.marks(), [0.5]);
}
