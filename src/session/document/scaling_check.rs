//! Which scaling of the data the open network answers best under: that of its training stands out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::dataset::{DataChoice, Dataset, Scaling};
use crate::network::Network;

/// The most samples that are tried.
const MAX_SAMPLES: usize = 1000;
/// A scaling is worth a word where it is right for so much more of the samples than the one that is chosen.
const BETTER: f64 = 0.1;

/// What is tried: columns of a file under every scaling of all of them.
#[derive(Clone, Debug)]
pub struct ScalingRequest {
    /// The file.
    pub path: PathBuf,
    /// Its columns; the scaling is not read.
    pub choice: DataChoice,
    /// What is done to single coordinates whatever is done to the others.
    pub own: Vec<Option<Scaling>>,
    /// The network that answers.
    pub network: Arc<Network>,
}

/// The share of right answers under each scaling.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScalingCheck {
    /// The scalings that can be tried, with the share of right answers from 0 to 1.
    pub shares: Vec<(Scaling, f64)>,
    /// How many samples were tried, spread evenly over the file.
    pub samples: usize,
}

impl ScalingRequest {
    /// Reads the columns, and lets some of the samples through the network under each scaling; `None` where the labels are no
    /// classes, the network gives no finite number, or `progress` answers false.
    pub fn run(&self, progress: &mut dyn FnMut(f32, &str) -> bool) -> Option<ScalingCheck> {
        let choice = DataChoice { scaling: Scaling::None, scaling_of: Vec::new(), ..self.choice.clone() };
        let data = Dataset::open_with(&self.path, Some(self.network.inputs()), &choice).ok()?;
        if self.own.len() != data.dimension() {
            return None;
        }
        let mut check = ScalingCheck::default();
        for (done, scaling) in Scaling::ALL.into_iter().enumerate() {
            if !progress(done as f32 / Scaling::ALL.len() as f32, scaling.name()) {
                return None;
            }
            let each: Vec<Scaling> = self.own.iter().map(|own| own.unwrap_or(scaling)).collect();
            let sample = data.scaled_each(&each).every(data.samples().div_ceil(MAX_SAMPLES));
            if let Some(share) = share_of_right(&self.network, &sample) {
                check.shares.push((scaling, share));
                check.samples = sample.samples();
            }
        }
        (!check.shares.is_empty()).then_some(check)
    }

    /// Whether it asks for the same, but for the scaling that it does not read.
    pub fn is_of(&self, path: &Path, choice: &DataChoice) -> bool {
        let choice = DataChoice { scaling: self.choice.scaling, ..choice.clone() };
        self.path == path && self.choice == choice
    }
}

impl ScalingCheck {
    /// The scaling that is right for far more samples than `chosen` and for no fewer than any other, if there is one.
    pub fn better_than(&self, chosen: Scaling) -> Option<Scaling> {
        let own = self.shares.iter().find(|(scaling, _)| *scaling == chosen).map_or(0.0, |(_, share)| *share);
        let best = self.shares.iter().rev().max_by(|one, other| one.1.total_cmp(&other.1))?;
        (best.1 >= own + BETTER).then_some(best.0)
    }
}

/// The share of the samples whose answer is their class. Classes that are named by text belong to the outputs in an order
/// that is a guess: there it is the share in the order that is right for most.
fn share_of_right(network: &Network, data: &Dataset) -> Option<f64> {
    let forward = network.forward(&data.points).ok()?;
    if !forward.output.iter().all(|value| value.is_finite()) {
        return None;
    }
    let matched = data.match_classes(network.outputs(), &forward.predictions)?;
    match &matched.check {
        Some(check) if matched.is_alphabetical => Some(check.shares()[1]),
        _ => matched.accuracy(&forward.predictions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_scaling_is_better_only_by_far() {
        let check = ScalingCheck {
            shares: vec![
                (Scaling::None, 0.5),
                (Scaling::Standard, 0.97),
                (Scaling::MinMax, 0.97),
                (Scaling::Unit, 0.55),
            ],
            samples: 100,
        };
        assert_eq!(check.better_than(Scaling::None), Some(Scaling::Standard));
        assert_eq!(check.better_than(Scaling::MinMax), None);
        let check = ScalingCheck { shares: vec![(Scaling::None, 0.91), (Scaling::Standard, 0.97)], samples: 100 };
        assert_eq!(check.better_than(Scaling::None), None);
    }
}
