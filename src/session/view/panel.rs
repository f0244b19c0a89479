//! How the layer panel and the strip of all layers are arranged: which sections are open, and what of W is looked at.

use super::panel_part::PanelPart;
use super::track::Track;
use crate::session::WeightPart;

/// A section of the layer panel that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The singular values.
    Spectrum,
    /// The planes of the rotations.
    Rotations,
    /// The unit ball becoming the ellipsoid.
    Glyph,
    /// W and its factors as heat maps.
    Weights,
    /// σ and what it does to the data.
    Activation,
    /// What the flow model leaves open.
    Choices,
}

/// The arrangement of the layer panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PanelSettings {
    /// Whether each section is open, in the order of [`Section::ALL`].
    open: [bool; Section::ALL.len()],
    /// The section that comes into sight in the next frame.
    pub focus: Option<Section>,
    /// The parts that are open, a bit each.
    parts: u32,
    /// Whether each track of the strip of all layers is unfolded, in the order of [`Track::ALL`].
    tracks: [bool; Track::ALL.len()],
    /// What of the weights is looked at.
    pub weights: HeatWindow,
    /// The entry of the weights that is edited.
    pub entry: Option<MatrixEntry>,
}

/// An entry of a matrix of a layer; all counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatrixEntry {
    /// Index of the layer.
    pub layer: usize,
    /// Which of its matrices.
    pub part: WeightPart,
    /// The row: an output.
    pub row: usize,
    /// The column: an input.
    pub column: usize,
}

/// A change of the arrangement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PanelCommand {
    /// Opens a section or folds it away.
    Toggle(Section),
    /// Opens a section and brings it into sight.
    Show(Section),
    /// The section that was to come into sight has come.
    Focused,
    /// Opens a part or closes it.
    TogglePart(PanelPart),
    /// Folds a track of the strip of all layers, or unfolds it.
    ToggleTrack(Track),
    /// Magnifies the weights around a place, given as shares of the whole map from its upper left corner.
    ZoomWeights {
        /// The factor on the magnification.
        factor: f64,
        /// What stays in place.
        at: [f64; 2],
    },
    /// Moves the weights, in shares of the whole map.
    PanWeights([f64; 2]),
    /// Shows all weights again.
    FitWeights,
    /// Edits an entry of the weights, or none.
    Entry(Option<MatrixEntry>),
}

/// The part of a heat map that is in sight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatWindow {
    /// The upper left corner, as shares of the whole map, 0 to 1.
    pub corner: [f64; 2],
    /// The share of each side that is in sight, 0 to 1.
    pub side: f64,
}

/// The smallest part of a map that can be looked at: of a side of a thousand about four cells are left.
const MIN_SIDE: f64 = 1.0 / 256.0;

impl Section {
    /// All sections, from the top of the panel to its foot.
    pub const ALL: [Section; 6] = [
        Section::Spectrum,
        Section::Rotations,
        Section::Glyph,
        Section::Weights,
        Section::Activation,
        Section::Choices,
    ];

    /// Its heading.
    pub fn label(self) -> &'static str {
        match self {
            Section::Spectrum => "Spectrum",
            Section::Rotations => "Rotations",
            Section::Glyph => "Unit ball",
            Section::Weights => "Weights",
            Section::Activation => "Activation",
            Section::Choices => "Choices of the model",
        }
    }
}

impl Default for PanelSettings {
    /// What moves is open; the rest would push it out of sight.
    fn default() -> PanelSettings {
        let open = Section::ALL.map(|section| !matches!(section, Section::Weights | Section::Choices));
        let tracks = Track::ALL.map(|track| !matches!(track, Track::Rotation | Track::GradientSpectra));
        PanelSettings { open, focus: None, parts: 0, tracks, weights: HeatWindow::default(), entry: None }
    }
}

impl PanelSettings {
    /// Whether a section is open.
    pub fn is_open(&self, section: Section) -> bool {
        self.open[section as usize]
    }

    /// Whether a track is unfolded.
    pub fn shows_track(&self, track: Track) -> bool {
        self.tracks[track as usize]
    }

    /// Whether a part is open.
    pub fn shows(&self, part: PanelPart) -> bool {
        self.parts & part.bit() != 0
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: PanelCommand) {
        match command {
            PanelCommand::Toggle(section) => self.open[section as usize] ^= true,
            PanelCommand::Show(section) => {
                self.open[section as usize] = true;
                self.focus = Some(section);
            }
            PanelCommand::Focused => self.focus = None,
            PanelCommand::TogglePart(part) => self.parts ^= part.bit(),
            PanelCommand::ToggleTrack(track) => self.tracks[track as usize] ^= true,
            PanelCommand::ZoomWeights { factor, at } => self.weights.zoom(factor, at),
            PanelCommand::PanWeights(by) => self.weights.pan(by),
            PanelCommand::FitWeights => self.weights = HeatWindow::default(),
            PanelCommand::Entry(entry) => self.entry = entry,
        }
    }
}

impl Default for HeatWindow {
    fn default() -> HeatWindow {
        HeatWindow { corner: [0.0, 0.0], side: 1.0 }
    }
}

impl HeatWindow {
    /// Magnifies by `factor` and keeps in place what is at `at`, in shares of the whole map.
    fn zoom(&mut self, factor: f64, at: [f64; 2]) {
        if !(factor.is_finite() && factor > 0.0 && at.iter().all(|share| share.is_finite())) {
            return;
        }
        let side = (self.side / factor).clamp(MIN_SIDE, 1.0);
        let kept = side / self.side;
        self.corner = [0, 1].map(|axis| at[axis] - (at[axis] - self.corner[axis]) * kept);
        self.side = side;
        self.pan([0.0, 0.0]);
    }

    /// Moves the window by `by`, as far as the map goes.
    fn pan(&mut self, by: [f64; 2]) {
        for (corner, by) in self.corner.iter_mut().zip(by) {
            if by.is_finite() {
                *corner = (*corner + by).clamp(0.0, 1.0 - self.side);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_section_opens_and_closes_by_itself() {
        let mut panel = PanelSettings::default();
        for section in Section::ALL {
            let before = Section::ALL.map(|section| panel.is_open(section));
            panel.apply(PanelCommand::Toggle(section));
            for (other, before) in Section::ALL.into_iter().zip(before) {
                assert_eq!(panel.is_open(other), before != (other == section), "{section:?} {other:?}");
            }
        }
    }

    #[test]
    fn zooming_keeps_the_place_under_the_mouse_and_stays_on_the_map() {
        let mut window = HeatWindow::default();
        window.zoom(4.0, [0.5, 0.25]);
        assert_eq!((window.side, window.corner), (0.25, [0.375, 0.1875]));
        window.pan([10.0, -10.0]);
        assert_eq!(window.corner, [0.75, 0.0]);
        window.zoom(1e9, [0.9, 0.1]);
        assert_eq!(window.side, MIN_SIDE);
        window.zoom(1e-9, [0.0, 0.0]);
        assert_eq!(window, HeatWindow::default());
        window.zoom(f64::NAN, [0.0, 0.0]);
        window.zoom(2.0, [f64::NAN, 0.0]);
        window.pan([f64::INFINITY, f64::NAN]);
        assert_eq!(window, HeatWindow::default());
    }
}
