//! What a person asks to be changed of the network and the data.

use super::fix::Fix;
use super::network_change::NetworkChange;
use super::point_change::PointChange;
use super::preset::Preset;
use crate::diagnostics::probes::Ablation;

/// What a person does to the network and the data.
#[derive(Clone, Debug, PartialEq)]
pub enum EditCommand {
    /// A change of the network that is shown.
    Change(NetworkChange),
    /// A change of the points that are shown.
    Points(PointChange),
    /// A change that takes away what a finding tells of.
    Fix(Fix),
    /// A part of the network is taken out, for a look at what it does.
    Ablate(Ablation),
    /// All parts that were taken out are back.
    EndAblation,
    /// The classes of the data take this order: one name for each output, an empty one for an output without a class.
    Classes(Vec<String>),
    /// The mouse is released: what follows is a change of its own.
    Release,
    /// A new network for the data that is shown, with random weights.
    New,
    /// A network and data to begin with.
    Preset(Preset),
    /// Back to before the last change.
    Undo,
    /// The change that was taken back last, again.
    Redo,
    /// To the moment after so many of the changes that are remembered.
    GoTo(usize),
}
