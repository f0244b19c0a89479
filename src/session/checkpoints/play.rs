//! Steps one after the other.

/// Seconds that a step is on show while the film plays.
const SECONDS_PER_STEP: f64 = 0.1;

/// In which direction a film plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayDirection {
    /// To newer steps.
    On,
    /// To older steps.
    Back,
}

/// Whether and how a film plays.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Player {
    direction: Option<PlayDirection>,
    /// Seconds for which the present step has been on show.
    seconds: f64,
}

impl Player {
    pub fn direction(&self) -> Option<PlayDirection> {
        self.direction
    }

    pub fn toggle(&mut self, direction: PlayDirection) {
        let direction = (self.direction != Some(direction)).then_some(direction);
        *self = Player { direction, seconds: 0.0 };
    }

    pub fn stop(&mut self) {
        *self = Player::default();
    }

    /// Whether the next step is due, after `seconds` more. A step that was late is not made up for: every one is shown.
    pub fn advance(&mut self, seconds: f64) -> bool {
        self.seconds += seconds.max(0.0);
        let is_due = self.direction.is_some() && self.seconds >= SECONDS_PER_STEP;
        if is_due {
            self.seconds = 0.0;
        }
        is_due
    }
}
