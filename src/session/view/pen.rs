//! Drawing data by hand on the stage: which pen the mouse holds, and how it draws.

use crate::session::MAX_CLASSES;

/// What the first button of the mouse does to the points at t = 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pen {
    /// A click adds a point.
    Add,
    /// A drag takes a point to another place.
    Drag,
    /// A drag leaves points behind.
    Paint,
    /// A drag takes points away.
    Erase,
}

/// The pen and how it draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenSettings {
    /// The pen in hand, if any.
    pub pen: Option<Pen>,
    /// The class of new points, from 0.
    pub class: usize,
    /// The radius of the brush and of the eraser, in units of the data.
    pub radius: f64,
    /// The points of one dab of the brush.
    pub density: usize,
}

/// A change of the pen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PenCommand {
    /// Take a pen, or none.
    Use(Option<Pen>),
    /// Draw points of another class.
    Class(usize),
    /// Another radius.
    Radius(f64),
    /// More or fewer points a dab.
    Density(usize),
}

/// The radii that a brush can have, in units of the data.
pub const RADII: [f64; 2] = [0.01, 2.0];
/// The points that a dab can have.
pub const DENSITIES: [usize; 2] = [1, 50];

impl Pen {
    /// Every pen, in the order in which the window shows them.
    pub const ALL: [Pen; 4] = [Pen::Add, Pen::Drag, Pen::Paint, Pen::Erase];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Pen::Add => "Add points",
            Pen::Drag => "Drag points",
            Pen::Paint => "Paint",
            Pen::Erase => "Erase",
        }
    }
}

impl Default for PenSettings {
    fn default() -> PenSettings {
        PenSettings { pen: None, class: 0, radius: 0.15, density: 4 }
    }
}

impl PenSettings {
    /// Carries out a command.
    pub fn apply(&mut self, command: PenCommand) {
        match command {
            PenCommand::Use(pen) => self.pen = pen,
            PenCommand::Class(class) => self.class = class.min(MAX_CLASSES - 1),
            PenCommand::Radius(radius) if radius.is_finite() => self.radius = radius.clamp(RADII[0], RADII[1]),
            PenCommand::Radius(_) => {}
            PenCommand::Density(density) => self.density = density.clamp(DENSITIES[0], DENSITIES[1]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pen_draws_stays_within_bounds() {
        let mut pen = PenSettings::default();
        for command in [
            PenCommand::Use(Some(Pen::Paint)),
            PenCommand::Class(99),
            PenCommand::Radius(1e9),
            PenCommand::Radius(f64::NAN),
            PenCommand::Density(0),
        ] {
            pen.apply(command);
        }
        assert_eq!(pen, PenSettings { pen: Some(Pen::Paint), class: MAX_CLASSES - 1, radius: 2.0, density: 1 });
    }
}
