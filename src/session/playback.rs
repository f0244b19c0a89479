//! The clock of the window: which time t of the flow is shown, and how it moves.

/// Seconds that one layer takes at speed 1.
const SECONDS_PER_LAYER: f64 = 4.0;
/// The longest step of one frame, in seconds: after a stall the picture goes on where it was rather than jump.
const LONGEST_FRAME: f64 = 0.1;
/// Seconds for which a loop rests at its end, so that the final picture can be read before it starts again.
const LOOP_REST: f64 = 1.2;
/// Loop ranges shorter than this are a click with a trembling hand, not a range.
const SHORTEST_RANGE: f64 = 0.02;
/// Times closer than this are the same boundary.
const SAME_TIME: f64 = 1e-9;

/// The speeds that `Faster` and `Slower` go through; 1 is four seconds a layer.
pub const SPEEDS: [f64; 8] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// The time shown and how it moves. Times are those of the flow, t ∈ [0, L].
#[derive(Clone, Debug, PartialEq)]
pub struct Playback {
    t: f64,
    duration: f64,
    playing: bool,
    speed: f64,
    looping: bool,
    range: Option<(f64, f64)>,
    /// Seconds spent at the end of the loop.
    rested: f64,
}

/// A clock as it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeptTime {
    /// The time shown.
    pub t: f64,
    /// Whether it moves.
    pub playing: bool,
    /// How fast.
    pub speed: f64,
    /// Whether it starts again at the end.
    pub looping: bool,
    /// The range that is played.
    pub range: Option<(f64, f64)>,
    /// Seconds spent at the end of the loop.
    pub rested: f64,
}

/// What the transport bar and the keyboard ask of the clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlaybackCommand {
    /// Starts (from the beginning if the end is reached) or pauses.
    Toggle,
    /// Starts.
    Play,
    /// Pauses.
    Pause,
    /// Shows the time t and pauses, as scrubbing does.
    Seek(f64),
    /// To the next phase boundary.
    NextPhase,
    /// To the phase boundary before.
    PreviousPhase,
    /// To the next layer's start.
    NextLayer,
    /// To the start of this layer, or of the one before.
    PreviousLayer,
    /// t = 0.
    Home,
    /// t = L.
    End,
    /// The next of `SPEEDS`.
    Faster,
    /// The speed before.
    Slower,
    /// One of `SPEEDS`, or another positive factor.
    SetSpeed(f64),
    /// Loop or stop at the end.
    ToggleLoop,
    /// Loops between two times; too short a range clears it.
    SetRange(f64, f64),
    /// Plays the whole flow again.
    ClearRange,
}

impl Playback {
    /// The clock of a flow of `duration` layers, at t = 0, looping and paused.
    pub fn new(duration: f64) -> Playback {
        let duration = if duration.is_finite() { duration.max(0.0) } else { 0.0 };
        Playback { t: 0.0, duration, playing: false, speed: 1.0, looping: true, range: None, rested: 0.0 }
    }

    /// The time shown.
    pub fn t(&self) -> f64 {
        self.t
    }

    /// L.
    pub fn duration(&self) -> f64 {
        self.duration
    }

    /// Whether time moves.
    pub fn playing(&self) -> bool {
        self.playing
    }

    /// The factor on the rate of one layer in four seconds.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Whether it starts again at the end.
    pub fn looping(&self) -> bool {
        self.looping
    }

    /// The range that is played, where it is not the whole flow.
    pub fn range(&self) -> Option<(f64, f64)> {
        self.range
    }

    /// Keeps the choices (playing, speed, loop) and goes to the start of another flow.
    pub fn restart(&mut self, duration: f64) {
        let fresh = Playback::new(duration);
        *self = Playback { playing: self.playing, speed: self.speed, looping: self.looping, ..fresh };
    }

    /// Seconds spent at the end of the loop.
    pub fn rested(&self) -> f64 {
        self.rested
    }

    /// The clock as it was kept, as far as this flow goes.
    pub fn restore(&mut self, kept: KeptTime) {
        let whole = Playback::new(self.duration);
        *self = Playback { looping: kept.looping, ..whole };
        self.apply(PlaybackCommand::SetSpeed(kept.speed), &[]);
        if let Some((from, to)) = kept.range {
            self.set_range(from, to);
            self.looping = kept.looping;
        }
        if kept.t.is_finite() {
            self.t = kept.t.clamp(0.0, self.duration);
        }
        self.rested = if kept.rested.is_finite() { kept.rested.clamp(0.0, LOOP_REST) } else { 0.0 };
        self.playing = kept.playing;
    }

    /// Goes on in a flow of another duration at the same time, as far as there is one.
    pub fn resize(&mut self, duration: f64) {
        self.duration = Playback::new(duration).duration;
        self.t = self.t.min(self.duration);
        self.range = self.range.filter(|(_, end)| *end <= self.duration);
    }

    /// Applies a command. `boundaries` are the phase boundaries of the flow in increasing order, 0 and L among them.
    pub fn apply(&mut self, command: PlaybackCommand, boundaries: &[f64]) {
        self.rested = 0.0;
        match command {
            PlaybackCommand::Toggle if self.playing => self.playing = false,
            PlaybackCommand::Toggle | PlaybackCommand::Play => {
                let (start, end) = self.bounds();
                if self.t >= end - SAME_TIME {
                    self.t = start;
                }
                self.playing = true;
            }
            PlaybackCommand::Pause => self.playing = false,
            PlaybackCommand::Seek(t) => self.stop_at(t),
            PlaybackCommand::NextPhase => self.stop_at(after(self.t, boundaries.iter().copied(), self.duration)),
            PlaybackCommand::PreviousPhase => self.stop_at(before(self.t, boundaries.iter().copied())),
            PlaybackCommand::NextLayer => self.stop_at(after(self.t, self.layer_starts(), self.duration)),
            PlaybackCommand::PreviousLayer => self.stop_at(before(self.t, self.layer_starts())),
            PlaybackCommand::Home => self.stop_at(0.0),
            PlaybackCommand::End => self.stop_at(self.duration),
            PlaybackCommand::Faster => {
                let next = SPEEDS.into_iter().find(|speed| *speed > self.speed + SAME_TIME);
                self.speed = next.unwrap_or(self.speed);
            }
            PlaybackCommand::Slower => {
                let next = SPEEDS.into_iter().rev().find(|speed| *speed < self.speed - SAME_TIME);
                self.speed = next.unwrap_or(self.speed);
            }
            PlaybackCommand::SetSpeed(speed) => {
                if speed.is_finite() && speed > 0.0 {
                    self.speed = speed;
                }
            }
            PlaybackCommand::ToggleLoop => self.looping = !self.looping,
            PlaybackCommand::SetRange(from, to) => self.set_range(from, to),
            PlaybackCommand::ClearRange => self.range = None,
        }
    }

    /// Moves time by `seconds` of the wall clock, at most a tenth of a second.
    pub fn advance(&mut self, seconds: f64) {
        if !self.playing || !seconds.is_finite() {
            return;
        }
        let seconds = seconds.clamp(0.0, LONGEST_FRAME);
        let (start, end) = self.bounds();
        if self.t >= end - SAME_TIME {
            self.t = end;
            if !self.looping {
                self.playing = false;
                return;
            }
            self.rested += seconds;
            if self.rested >= LOOP_REST {
                self.rested = 0.0;
                self.t = start;
            }
            return;
        }
        self.t = (self.t.max(start) + seconds * self.speed / SECONDS_PER_LAYER).min(end);
        if self.t >= end && !self.looping {
            self.playing = false;
        }
    }

    fn bounds(&self) -> (f64, f64) {
        self.range.unwrap_or((0.0, self.duration))
    }

    fn stop_at(&mut self, t: f64) {
        self.playing = false;
        if t.is_finite() {
            self.t = t.clamp(0.0, self.duration);
        }
    }

    fn set_range(&mut self, from: f64, to: f64) {
        if !(from.is_finite() && to.is_finite()) {
            return;
        }
        let (from, to) = (from.clamp(0.0, self.duration), to.clamp(0.0, self.duration));
        let (from, to) = if from <= to { (from, to) } else { (to, from) };
        if to - from < SHORTEST_RANGE {
            self.range = None;
            return;
        }
        self.range = Some((from, to));
        self.looping = true;
        self.t = self.t.clamp(from, to);
    }

    fn layer_starts(&self) -> impl DoubleEndedIterator<Item = f64> + use<> {
        (0..=self.duration as usize).map(|layer| layer as f64)
    }
}

fn after(t: f64, mut boundaries: impl Iterator<Item = f64>, end: f64) -> f64 {
    boundaries.find(|boundary| *boundary > t + SAME_TIME).unwrap_or(end)
}

fn before(t: f64, boundaries: impl DoubleEndedIterator<Item = f64>) -> f64 {
    boundaries.rev().find(|boundary| *boundary < t - SAME_TIME).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
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
}
