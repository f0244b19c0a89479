//! Networks to begin with: some to be trained, others to be looked at, because they do one thing.

use crate::dataset::{Generator, GeneratorOptions};
use crate::network::{Activation, Network, NetworkError, OutputFunction};
use crate::training::{Initialisation, LayerPlan, NetworkPlan, PlanKind};

use super::data::Data;

/// A network with data, before training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// 2-16-16-2 for the moons.
    Moons,
    /// 2-3-3-3-3-3-2 for the spiral: its whole flow fits in three dimensions.
    NarrowSpiral,
    /// Blocks of two coordinates for the spiral: its whole flow fits in the plane.
    ResidualSpiral,
    /// 64-64-32-10 for the digits.
    Digits,
    /// A turn of the plane.
    Rotation,
    /// A reflection, which takes a dimension more.
    Reflection,
    /// A projection onto a line.
    RankOne,
    /// A shear.
    Shear,
    /// Turn, stretch, shift and bend, one layer each.
    Phases,
}

impl Preset {
    /// All of them, in the order in which the window shows them.
    pub const ALL: [Preset; 9] = [
        Preset::Moons,
        Preset::NarrowSpiral,
        Preset::ResidualSpiral,
        Preset::Digits,
        Preset::Rotation,
        Preset::Reflection,
        Preset::RankOne,
        Preset::Shear,
        Preset::Phases,
    ];

    /// What the window calls it.
    pub fn label(self) -> &'static str {
        match self {
            Preset::Moons => "Moons 2-16-16-2",
            Preset::NarrowSpiral => "Spiral 2-3-3-3-3-3-2",
            Preset::ResidualSpiral => "Residual spiral",
            Preset::Digits => "Digits 64-64-32-10",
            Preset::Rotation => "Rotation 2×2",
            Preset::Reflection => "Reflection 2×2",
            Preset::RankOne => "Rank one",
            Preset::Shear => "Shear 2×2",
            Preset::Phases => "Three layers, one motion each",
        }
    }

    /// What is to be seen in it, in a sentence.
    pub fn tip(self) -> &'static str {
        match self {
            Preset::Moons => "A plain net with random weights, to be trained on two half circles",
            Preset::NarrowSpiral => "So narrow that the whole flow is seen; to be trained on two arms of a spiral",
            Preset::ResidualSpiral => {
                "Blocks that add nothing yet and never leave the plane; to be trained on the spiral"
            }
            Preset::Digits => "A plain net with random weights, to be trained on handwritten digits",
            Preset::Rotation => "One layer that turns the plane by 45°",
            Preset::Reflection => "One layer that mirrors the plane: no flow in the plane does it, one in space does",
            Preset::RankOne => "A turn, and a layer that keeps a line of the plane: one singular value is zero",
            Preset::Shear => "One layer that shears: turn, stretch, turn back",
            Preset::Phases => "A turn, a shear and a bend, one after the other",
        }
    }

    /// The network with its random weights, and data for it.
    pub(in crate::session) fn draw(self, seed: u64) -> (Result<Network, NetworkError>, Data) {
        let (generator, plan) = (self.generator(), self.plan());
        let options = match generator {
            Generator::Grid => GeneratorOptions { noise: 0.0, ..generator.training_options() },
            _ => generator.training_options(),
        };
        (plan.draw(seed), Data::generated(generator, options))
    }

    fn generator(self) -> Generator {
        match self {
            Preset::NarrowSpiral | Preset::ResidualSpiral => Generator::Spiral,
            Preset::Digits => Generator::Digits,
            Preset::Rotation | Preset::Reflection | Preset::RankOne | Preset::Shear => Generator::Blobs,
            Preset::Moons | Preset::Phases => Generator::Moons,
        }
    }

    fn plan(self) -> NetworkPlan {
        let name = self.label().to_lowercase();
        let plain = |widths: &[usize], activation| {
            NetworkPlan::plain(name.clone(), widths, activation, OutputFunction::Softmax)
        };
        let study = |layers: &[(Initialisation, Activation)]| {
            let layer = |&(initialisation, activation)| LayerPlan {
                kind: PlanKind::Dense,
                width: 2,
                activation,
                initialisation,
            };
            let (layers, output) = (layers.iter().map(layer).collect(), OutputFunction::Identity);
            NetworkPlan { name: name.clone(), inputs: 2, layers, output }
        };
        let subspace_rotation = Initialisation::Rotation { angle: std::f64::consts::FRAC_PI_4 };
        let shear = Initialisation::Shear { amount: 1.0 };
        match self {
            Preset::Moons => plain(&[2, 16, 16, 2], Activation::Tanh),
            Preset::NarrowSpiral => plain(&[2, 3, 3, 3, 3, 3, 2], Activation::Tanh),
            Preset::Digits => plain(&[64, 64, 32, 10], Activation::Relu),
            Preset::ResidualSpiral => {
                let mut plan = plain(&[2; 8], Activation::Tanh);
                let last = plan.layers.len() - 1;
                for layer in plan.layers.iter_mut().take(last) {
                    (layer.kind, layer.initialisation) = (PlanKind::Residual { hidden: 8 }, Initialisation::ZeroOuter);
                }
                // A reflection would leave the plane.
                plan.layers.iter_mut().skip(last).for_each(|layer| layer.initialisation = Initialisation::Orthogonal);
                plan
            }
            Preset::Rotation => study(&[(subspace_rotation, Activation::Identity)]),
            Preset::Reflection => study(&[(Initialisation::Reflection, Activation::Identity)]),
            Preset::RankOne => study(&[
                (subspace_rotation, Activation::Identity),
                (Initialisation::Projection { rank: 1 }, Activation::Identity),
            ]),
            Preset::Shear => study(&[(shear, Activation::Identity)]),
            Preset::Phases => study(&[
                (subspace_rotation, Activation::Identity),
                (shear, Activation::Identity),
                (Initialisation::Identity, Activation::Tanh),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Flow, FlowOptions};

    #[test]
    fn presets_fit_their_data_and_flow() {
        for preset in Preset::ALL {
            let (network, mut data) = preset.draw(3);
            let network = network.unwrap();
            assert_eq!(data.draw().unwrap().dimension(), network.inputs(), "{preset:?}");
            let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
            let reflects = |layer: &crate::flow::LayerFlow| layer.spectrum.as_ref().is_some_and(|s| s.reflection);
            match preset {
                Preset::Reflection => assert!(reflects(&flow.layers()[0]) && flow.ambient_dimension() == 3),
                Preset::RankOne => assert_eq!(flow.layers()[1].spectrum.as_ref().unwrap().rank, 1),
                Preset::ResidualSpiral => assert_eq!(flow.ambient_dimension(), 2),
                _ => {}
            }
        }
    }
}
