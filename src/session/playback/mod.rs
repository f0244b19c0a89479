//! The clock of the window: which time t of the flow is shown, and how it moves.

/// Seconds that one layer takes at speed 1.
const SECONDS_PER_LAYER: f64 = 4.0;
/// The longest step of one frame, in seconds: after a stall the picture goes on where it was rather than jump.
const LONGEST_FRAME: f64 = 0.1;
/// Seconds for which a loop rests at its end, so that the final picture can be read before it starts again.
const LOOP_REST: f64 = 1.2;
/// Loop ranges shorter than this are a click with a trembling hand, not a range.
const SHORTEST_RANGE: f64 = 0.02;
/// At least so much of the flow is in sight on the timeline, in layers.
const SHORTEST_VIEW: f64 = 0.05;
/// Where the time is in what is in sight after it has left it, as a share.
const TURNED_PAGE: f64 = 0.1;
/// A mark that is closer than this to the present time is the one that is meant.
const NEAR_MARK: f64 = 0.01;
/// The most times that can be marked.
const MAX_MARKS: usize = 200;
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
    /// The times that a person marked, ascending.
    marks: Vec<f64>,
    /// The times that are in sight on the timeline, where it is not the whole flow.
    visible: Option<(f64, f64)>,
    /// Seconds spent at the end of the loop.
    rested: f64,
}

/// A clock as it is kept.
#[derive(Clone, Debug, PartialEq)]
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
    /// The times that are marked.
    pub marks: Vec<f64>,
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
    /// Moves the time by so much and pauses.
    Nudge(f64),
    /// Magnifies the timeline around a time.
    ZoomTime {
        /// The factor on the magnification.
        factor: f64,
        /// The time that stays in place; the present one where there is none.
        at: Option<f64>,
    },
    /// Moves what is in sight of the timeline, in shares of it.
    PanTime(f64),
    /// Brings the whole flow into sight of the timeline.
    ShowAllTime,
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
    /// Loops from the present time on.
    RangeFrom,
    /// Loops up to the present time.
    RangeTo,
    /// Marks the present time, or takes the mark there away.
    ToggleMark,
    /// To the next mark; from the last one to the first.
    NextMark,
}

impl Playback {
    /// The clock of a flow of `duration` layers, at t = 0, looping and paused.
    pub fn new(duration: f64) -> Playback {
        let duration = if duration.is_finite() { duration.max(0.0) } else { 0.0 };
        Playback {
            t: 0.0,
            duration,
            playing: false,
            speed: 1.0,
            looping: true,
            range: None,
            marks: Vec::new(),
            visible: None,
            rested: 0.0,
        }
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

    /// The times that a person marked, ascending.
    pub fn marks(&self) -> &[f64] {
        &self.marks
    }

    /// Why a loop cannot begin now, in a sentence; `None` where it can.
    pub fn range_from_refusal(&self) -> Option<&'static str> {
        (self.duration - self.t < SHORTEST_RANGE).then_some("The flow ends here.")
    }

    /// Why a loop cannot end now, in a sentence; `None` where it can.
    pub fn range_to_refusal(&self) -> Option<&'static str> {
        (self.t < SHORTEST_RANGE).then_some("The flow begins here.")
    }

    /// The times that are in sight on the timeline; `None` for the whole flow.
    pub fn visible(&self) -> Option<(f64, f64)> {
        self.visible
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
        for mark in kept.marks.into_iter().filter(|mark| mark.is_finite()) {
            self.marks.push(mark.clamp(0.0, self.duration));
        }
        self.marks.sort_by(f64::total_cmp);
        self.marks.truncate(MAX_MARKS);
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
        self.marks.retain(|mark| *mark <= self.duration);
        self.visible = self.visible.filter(|(_, end)| *end <= self.duration);
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
            PlaybackCommand::Nudge(by) => self.stop_at(self.t + by),
            PlaybackCommand::ZoomTime { factor, at } => self.zoom(factor, at.unwrap_or(self.t)),
            PlaybackCommand::PanTime(by) => self.pan(by),
            PlaybackCommand::ShowAllTime => self.visible = None,
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
            PlaybackCommand::RangeFrom => {
                let end = self.bounds().1;
                self.set_range(self.t, if end - self.t < SHORTEST_RANGE { self.duration } else { end });
            }
            PlaybackCommand::RangeTo => {
                let start = self.bounds().0;
                self.set_range(if self.t - start < SHORTEST_RANGE { 0.0 } else { start }, self.t);
            }
            PlaybackCommand::ToggleMark => self.toggle_mark(),
            PlaybackCommand::NextMark => {
                let next = self.marks.iter().find(|mark| **mark > self.t + SAME_TIME).or(self.marks.first());
                next.copied().into_iter().for_each(|mark| self.stop_at(mark));
            }
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
                self.keep_in_sight();
            }
            return;
        }
        self.t = (self.t.max(start) + seconds * self.speed / SECONDS_PER_LAYER).min(end);
        self.keep_in_sight();
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
        self.keep_in_sight();
    }

    /// Turns the page of the timeline where the time has left what is in sight.
    fn keep_in_sight(&mut self) {
        if let Some((from, to)) = self.visible.filter(|(from, to)| self.t < *from || self.t > *to) {
            self.look_from(self.t - TURNED_PAGE * (to - from), to - from);
        }
    }

    fn zoom(&mut self, factor: f64, at: f64) {
        if !(factor.is_finite() && factor > 0.0 && at.is_finite()) {
            return;
        }
        let (from, to) = self.visible.unwrap_or((0.0, self.duration));
        let span = ((to - from) / factor).max(SHORTEST_VIEW);
        let share = ((at - from) / (to - from).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        self.look_from(at - share * span, span);
    }

    fn pan(&mut self, by: f64) {
        if let Some((from, to)) = self.visible.filter(|_| by.is_finite()) {
            self.look_from(from + by * (to - from), to - from);
        }
    }

    fn look_from(&mut self, from: f64, span: f64) {
        self.visible = (span < self.duration).then(|| {
            let from = from.clamp(0.0, self.duration - span);
            (from, from + span)
        });
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

    fn toggle_mark(&mut self) {
        let marks = self.marks.len();
        self.marks.retain(|mark| (mark - self.t).abs() > NEAR_MARK);
        if self.marks.len() == marks && marks < MAX_MARKS {
            let at = self.marks.partition_point(|mark| *mark < self.t);
            self.marks.insert(at, self.t);
        }
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
mod tests;
