//! Which times of the flow a film shows.

/// The most frames of a film: at thirty a second that is over an hour.
pub const MAX_FRAMES: usize = 120_000;

/// The time of a picture, or the times of a film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PictureTimes {
    /// One picture at a time t of the flow.
    At(f64),
    /// A film.
    Film(FilmTiming),
}

/// From when to when a film goes, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilmTiming {
    /// The time t of the first frame.
    pub from: f64,
    /// That of the last; it may be before the first.
    pub to: f64,
    /// Seconds from the first frame to the end.
    pub seconds: f64,
    /// Frames a second.
    pub rate: f64,
    /// Seconds for which the last frame rests beyond its own time.
    pub rest: f64,
    /// How often it is shown; 0 is again and again.
    pub times: u16,
    /// How time runs.
    pub easing: Easing,
}

/// How the time t of the flow runs while the film does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Easing {
    /// Evenly.
    #[default]
    Even,
    /// Slow at both ends of the film.
    Ends,
    /// Slow at the boundary of every phase.
    Phases,
}

impl Easing {
    /// All of them, in the order in which the window shows them.
    pub const ALL: [Easing; 3] = [Easing::Even, Easing::Ends, Easing::Phases];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Easing::Even => "even",
            Easing::Ends => "slow at both ends",
            Easing::Phases => "slow between phases",
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Easing::Even => "even",
            Easing::Ends => "ends",
            Easing::Phases => "phases",
        }
    }
}

impl FilmTiming {
    /// How many frames there are, at least one; no more than [`MAX_FRAMES`] + 1, so that too many are noticed.
    pub fn frames(&self) -> usize {
        let frames = (self.seconds * self.rate).round();
        if frames.is_finite() { (frames.max(1.0) as usize).min(MAX_FRAMES + 1) } else { MAX_FRAMES + 1 }
    }

    /// The share of the film that is over at a frame, the first at 0 and the last at 1.
    fn share(&self, frame: usize) -> f64 {
        let steps = self.frames().saturating_sub(1).max(1) as f64;
        (frame as f64 / steps).min(1.0)
    }

    /// The time t that a frame shows. `boundaries` are those of the flow's phases in increasing order.
    pub fn t(&self, frame: usize, boundaries: &[f64]) -> f64 {
        let share = self.share(frame);
        let along = |share: f64| self.from + share * (self.to - self.from);
        match self.easing {
            Easing::Even => along(share),
            Easing::Ends => along(smooth(share)),
            Easing::Phases => {
                let t = along(share);
                let (least, most) = (self.from.min(self.to), self.from.max(self.to));
                let start = boundaries.iter().copied().filter(|boundary| *boundary <= t).fold(least, f64::max);
                let end = boundaries.iter().copied().filter(|boundary| *boundary > t).fold(most, f64::min);
                if end > start { start + (end - start) * smooth((t - start) / (end - start)) } else { t }
            }
        }
    }
}

/// The share s of a way after the share τ of its time, which begins and ends at rest: s = 3τ² − 2τ³.
fn smooth(share: f64) -> f64 {
    share * share * (3.0 - 2.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDARIES: [f64; 4] = [0.0, 0.4, 1.0, 2.0];

    fn film(easing: Easing) -> FilmTiming {
        FilmTiming { from: 0.2, to: 2.0, seconds: 4.0, rate: 25.0, rest: 0.0, times: 0, easing }
    }

    #[test]
    fn a_film_goes_from_end_to_end_and_never_back() {
        for easing in Easing::ALL {
            let film = film(easing);
            assert_eq!(film.frames(), 100);
            let times: Vec<f64> = (0..100).map(|frame| film.t(frame, &BOUNDARIES)).collect();
            assert!((times[0] - 0.2).abs() < 1e-12 && (times[99] - 2.0).abs() < 1e-12, "{easing:?}");
            assert!(times.is_sorted(), "{easing:?}");
        }
    }

    #[test]
    fn eased_time_is_slow_where_it_should_be() {
        let step = |easing, frame: usize| film(easing).t(frame + 1, &BOUNDARIES) - film(easing).t(frame, &BOUNDARIES);
        assert!(step(Easing::Ends, 0) < 0.1 * step(Easing::Even, 0));
        // t = 1 is passed at frame 44.
        assert!(step(Easing::Phases, 44) < 0.3 * step(Easing::Even, 44));
        assert!(step(Easing::Phases, 70) > step(Easing::Even, 70));
    }

    #[test]
    fn a_film_backwards_and_one_of_a_moment_are_films() {
        let back = FilmTiming { from: 2.0, to: 0.0, ..film(Easing::Phases) };
        assert_eq!((back.t(0, &BOUNDARIES), back.t(99, &BOUNDARIES)), (2.0, 0.0));
        let still = FilmTiming { seconds: 0.0, ..film(Easing::Even) };
        assert_eq!((still.frames(), still.t(0, &BOUNDARIES)), (1, 0.2));
        let endless = FilmTiming { seconds: f64::INFINITY, ..film(Easing::Even) };
        assert_eq!(endless.frames(), MAX_FRAMES + 1);
    }
}
