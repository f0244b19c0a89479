//! What is drawn on the stage beside the points and is simply on or off: one table for the settings, the list of commands
//! and the strip above the stage.
//!
//! A new overlay is a row here, a file under `explorer/stage/overlays` that draws it, and the place where
//! `explorer/stage/pane.rs` calls that file.

/// What an overlay needs to be drawn at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// An open network is enough.
    Scene,
    /// A field: one plane at rest, of the plain net.
    Field,
    /// That, and a grid that has cells of area.
    Cells,
    /// The loss of each point of the plain net.
    Losses,
}

macro_rules! overlays {
    ($($(#[$doc:meta])* $overlay:ident {
        label: $label:literal,
        default: $default:literal,
        requires: $requirement:ident,
        tip: $tip:literal,
        explanation: $explanation:literal,
    })*) => {
        /// What is drawn on the stage and is simply on or off.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Overlay {
            $($(#[$doc])* $overlay,)*
        }

        impl Overlay {
            /// All of them, in the order of the strip above the stage.
            pub const ALL: [Overlay; [$(Overlay::$overlay),*].len()] = [$(Overlay::$overlay),*];

            /// What it is called.
            pub fn label(self) -> &'static str {
                match self {
                    $(Overlay::$overlay => $label,)*
                }
            }

            /// Whether it is drawn at first.
            fn is_on_at_first(self) -> bool {
                match self {
                    $(Overlay::$overlay => $default,)*
                }
            }

            /// What it needs.
            pub fn requirement(self) -> Requirement {
                match self {
                    $(Overlay::$overlay => Requirement::$requirement,)*
                }
            }

            /// What it shows, in a part of a sentence.
            pub fn tip(self) -> &'static str {
                match self {
                    $(Overlay::$overlay => $tip,)*
                }
            }

            /// What it shows, as exactly as there is to say.
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Overlay::$overlay => $explanation,)*
                }
            }
        }
    };
}

overlays! {
    /// The deformed grid of the input space.
    Grid {
        label: "Grid",
        default: true,
        requires: Scene,
        tip: "A grid of the input space, carried along by the flow",
        explanation: "A grid of the input space, carried along by the flow.",
    }
    /// The cells of that grid, coloured by how much their area has changed.
    Areas {
        label: "Area change",
        default: false,
        requires: Cells,
        tip: "The grid's cells, coloured by how much their area has changed",
        explanation: "The grid's cells, coloured by how much their area has changed since the start: log |det| of the flow along the grid.",
    }
    /// Where the points came from.
    Trails {
        label: "Trails",
        default: true,
        requires: Scene,
        tip: "Where some of the points came from",
        explanation: "Where some of the points came from, evenly chosen. In a space of many dimensions they wait until the picture stands still.",
    }
    /// u(x, t) and its decision boundary behind the points.
    Answers {
        label: "u(x, t)",
        default: false,
        requires: Field,
        tip: "What the network will answer at each place, and the decision boundary",
        explanation: "u(x, t): what the network will answer for a point that is here now, as a background; the line is the decision boundary.",
    }
    /// What moves the points at the moment: axes, plane, shift, curve.
    Motion {
        label: "What happens now",
        default: true,
        requires: Scene,
        tip: "The axes that are stretched, the plane that turns, the shift or the activation's curve",
        explanation: "What moves the points at this moment: the axes that are stretched, the plane and angle of a rotation, the shift as an arrow, the activation's curve.",
    }
    /// The gradients of the points' losses as arrows.
    GradientArrows {
        label: "Gradient arrows −λ",
        default: false,
        requires: Losses,
        tip: "Where each point would have to go for its loss to fall",
        explanation: "−λ: where each point would have to go for its own loss to fall, as an arrow; its length is on a log scale.",
    }
}

/// Which overlays are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShownOverlays {
    is_on: [bool; Overlay::ALL.len()],
    /// Whether a person said so; what nobody said follows the scene.
    is_chosen: [bool; Overlay::ALL.len()],
}

impl Default for ShownOverlays {
    fn default() -> ShownOverlays {
        let all = [false; Overlay::ALL.len()];
        ShownOverlays { is_on: Overlay::ALL.map(Overlay::is_on_at_first), is_chosen: all }
    }
}

impl ShownOverlays {
    pub(super) fn has(&self, overlay: Overlay) -> bool {
        self.is_on[overlay as usize]
    }

    pub(super) fn set(&mut self, overlay: Overlay, is_on: bool) {
        self.is_on[overlay as usize] = is_on;
        self.is_chosen[overlay as usize] = true;
    }

    /// Whether a person wants it drawn, if anybody said so.
    pub(super) fn choice(&self, overlay: Overlay) -> Option<bool> {
        self.is_chosen[overlay as usize].then(|| self.has(overlay))
    }

    /// What a scene begins with, where nobody chose.
    pub(super) fn propose(&mut self, overlay: Overlay, is_on: bool) {
        if !self.is_chosen[overlay as usize] {
            self.is_on[overlay as usize] = is_on;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_chose_stays() {
        let mut shown = ShownOverlays::default();
        shown.propose(Overlay::Answers, true);
        assert!(shown.has(Overlay::Answers));
        shown.set(Overlay::Answers, false);
        shown.propose(Overlay::Answers, true);
        assert!(!shown.has(Overlay::Answers));
    }

    #[test]
    fn each_is_on_or_off_by_itself() {
        let first = ShownOverlays::default();
        for overlay in Overlay::ALL {
            let mut shown = first;
            shown.set(overlay, !first.has(overlay));
            for other in Overlay::ALL {
                assert_eq!(shown.has(other), first.has(other) != (other == overlay), "{overlay:?} {other:?}");
            }
        }
    }
}
