//! How much memory the data's way through the network takes, and how many of the points there is room for.

use crate::flow::{LIMIT_PIECES, ResidualLaw};
use crate::network::{Layer, Network, Node, Stage};
use crate::system::memory::{self, NotEnough, size_text};

/// What the values and positions of all points may take, the plain net and its ResNet together: half of what a small
/// computer has.
const MAX_BYTES: usize = if usize::BITS < 64 { 1 << 30 } else { 4 << 30 };
/// What the grid of the input space may take.
const MAX_GRID_BYTES: usize = 1 << 29;
/// Values are kept in f64, positions in f32.
const VALUE: usize = size_of::<f64>();
const POSITION: usize = size_of::<f32>();

/// What the points of a scene take, and which of the data they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPlan {
    /// Bytes that the values and positions of the plain net's points take.
    pub bytes: usize,
    /// The number of points that the data has.
    pub all: usize,
    /// Every how many of them one is shown; 1 where all are.
    pub step: usize,
    /// The bytes that they were allowed to take.
    most: usize,
}

impl MemoryPlan {
    /// For `samples` points that flow through `network` in `dimension` dimensions.
    pub(super) fn plan(network: &Network, law: ResidualLaw, dimension: usize, samples: usize) -> MemoryPlan {
        // As much again is worked with meanwhile.
        let room = memory::room().map_or(MAX_BYTES, |room| usize::try_from(room / 2).unwrap_or(MAX_BYTES));
        MemoryPlan::within(room.min(MAX_BYTES), bytes_a_point(network, law, dimension), samples)
    }

    /// Whether there is memory for what it takes.
    ///
    /// # Errors
    /// If there is none: a single point may take more than there is.
    pub(super) fn check(&self) -> Result<(), NotEnough> {
        memory::check(self.bytes as u64)
    }

    /// Whether there is memory for so many points beside those of the data.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn check_more(network: &Network, law: ResidualLaw, points: usize) -> Result<(), NotEnough> {
        let [plain, _] = bytes_a_point(network, law, 0);
        memory::check(plain.saturating_mul(points) as u64)
    }

    /// The points of a grid that may be followed through it.
    pub(super) fn grid_points(network: &Network, law: ResidualLaw, dimension: usize) -> usize {
        let [plain, _] = bytes_a_point(network, law, dimension);
        MAX_GRID_BYTES / plain.max(1)
    }

    fn within(most: usize, [plain, resnet]: [usize; 2], samples: usize) -> MemoryPlan {
        let room = (most / (plain + resnet).max(1)).max(1);
        let step = samples.div_ceil(room).max(1);
        MemoryPlan { bytes: plain * samples.div_ceil(step), all: samples, step, most }
    }

    /// Whether it takes so much, or all that is allowed, that a person wants to know.
    pub fn is_large(&self) -> bool {
        const LARGE: usize = 64 << 20;
        self.step > 1 || self.bytes >= LARGE
    }

    /// What it takes, in words.
    pub fn label(&self) -> String {
        // What is free at the moment tells nothing where there is room for all.
        let most = if self.step > 1 { self.most } else { MAX_BYTES };
        format!("values and positions take {}, at most {}", size(self.bytes), size(most))
    }

    /// Which of the points are shown, where not all are.
    pub fn thinned(&self) -> Option<String> {
        let shown = self.all.div_ceil(self.step);
        (self.step > 1).then(|| {
            format!("{shown} evenly chosen of {} points are shown: all would take over {}.", self.all, size(self.most))
        })
    }
}

/// The bytes of one point: its inputs and outputs of each layer in f64, and its places at two stations of each layer
/// in f32, at more of them along a continuous limit; and the places on the way through a ResNet, which fill the whole
/// space.
fn bytes_a_point(network: &Network, law: ResidualLaw, dimension: usize) -> [usize; 2] {
    let widths = |layer: &Layer| [layer.inputs(), layer.outputs()];
    let outputs: usize = network.layers().iter().map(|layer| widths(layer)[1]).sum();
    let is_limit = |layer: &&Layer| {
        law == ResidualLaw::Limit && matches!(layer, Layer::Residual(block) if block.shortcut.is_none())
    };
    let between = |layer: &Layer| (LIMIT_PIECES - 1) * layer.outputs();
    let within: usize = network.layers().iter().map(values_within).sum();
    let stations: usize = network.layers().iter().flat_map(widths).sum::<usize>()
        + network.layers().iter().filter(is_limit).map(between).sum::<usize>()
        + within
        + network.outputs();
    let limits = network.layers().iter().filter(is_limit).count();
    let plain = VALUE * (network.inputs() + outputs + network.outputs()) + POSITION * stations;
    [plain, POSITION * (dimension * (2 * network.layers().len() + 1 + (LIMIT_PIECES - 1) * limits) + within)]
}

/// The values between the ends of an operator of a graph: at the start of each stage but the first, and on curved ways.
fn values_within(layer: &Layer) -> usize {
    let Layer::Node(node) = layer else { return 0 };
    let of_stage = |(index, (stage, part)): (usize, (Stage, Node))| {
        let (from, to) = (part.cut.inputs(), part.cut.outputs());
        let start = if index == 0 { 0 } else { from };
        start + if stage == Stage::Normalise { (LIMIT_PIECES - 1) * from.max(to) } else { 0 }
    };
    node.stages().into_iter().enumerate().map(of_stage).sum()
}

/// A number of bytes in the unit that fits.
fn size(bytes: usize) -> String {
    size_text(bytes as u64)
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::network::{Activation, Affine, Dense, OutputFunction};

    #[test]
    fn all_points_are_shown_as_long_as_there_is_room() {
        let few = MemoryPlan::within(1000, [8, 2], 100);
        assert_eq!(few, MemoryPlan { bytes: 800, all: 100, step: 1, most: 1000 });
        let many = MemoryPlan::within(1000, [8, 2], 301);
        assert_eq!(many.step, 4);
        assert!(few.thinned().is_none() && many.thinned().unwrap().starts_with("76 evenly chosen of 301 points"));
        assert!(many.bytes + 2 * 76 <= 1000);
        assert_eq!(MemoryPlan::within(1000, [8, 2], 0).step, 1);
    }

    #[test]
    fn a_point_takes_what_is_kept_of_it() {
        let dense = |rows, columns| {
            let affine = Affine { weight: DMatrix::from_element(rows, columns, 0.5), bias: None };
            Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh })
        };
        let network = Network::new(String::new(), vec![dense(3, 2), dense(1, 3)], OutputFunction::Identity).unwrap();
        // 2 inputs, 3 + 1 values and 1 output in f64; places of 2, 3, 3, 1 and 1 coordinates in f32.
        for law in ResidualLaw::ALL {
            assert_eq!(bytes_a_point(&network, law, 3), [8 * 7 + 4 * 10, 4 * 3 * 5]);
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(
            [0, 999, 1000, 12_345_678, 4 << 30].map(size),
            ["0 bytes", "999 bytes", "1.0 kB", "12 MB", "4.3 GB"]
        );
    }
}
