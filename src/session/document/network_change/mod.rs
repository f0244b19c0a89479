//! Changes of a network by hand: its layers, their widths and activations, single weights.

mod error;
mod insertion;
mod numbers;

use nalgebra::{DMatrix, DVector};

pub use insertion::Insertion;
pub use numbers::{NumberChange, WeightPart};

use crate::dataset::Random;
use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction, Residual};
use crate::training::{Initialisation, LayerPlan, PlanKind};
pub(in crate::session) use error::ChangeError;

/// A change of a network. Layers are counted from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkChange {
    /// A layer of this plan before the layer at this place; its width must be that of what follows, or becomes so.
    Add { at: usize, plan: LayerPlan },
    /// A layer at this index that leaves what the network answers as it is.
    Insert { at: usize, way: Insertion },
    /// Takes a layer out; the next one is fitted to what comes before.
    Remove(usize),
    /// The same layer once more behind it.
    Duplicate(usize),
    /// Exchanges a layer with the one before it.
    MoveUp(usize),
    /// Another number of outputs.
    Width { layer: usize, width: usize },
    /// Another activation.
    Activation { layer: usize, activation: Activation },
    /// Dense or residual; the weights are drawn anew.
    Kind { layer: usize, kind: PlanKind },
    /// Draws the weights of a layer.
    Draw { layer: usize, initialisation: Initialisation },
    /// Draws the weights of all layers as suits their activations.
    DrawAll,
    /// Another value of one number of a layer.
    Number { layer: usize, change: NumberChange },
    /// Another output function.
    Output(OutputFunction),
}

impl NetworkChange {
    /// What it is called in the list of changes.
    pub fn label(&self) -> String {
        let of = |what: &str, layer: &usize| format!("{what} {}", layer + 1);
        match self {
            NetworkChange::Add { at, plan } => match plan.kind {
                PlanKind::Dense => of("Add layer", at),
                PlanKind::Residual { .. } => of("Add block", at),
            },
            NetworkChange::Insert { at, way } => match way {
                Insertion::Identity => of("Add layer", at),
                Insertion::Block => of("Add block", at),
                Insertion::Split => of("Split layer", at),
            },
            NetworkChange::Remove(layer) => of("Remove layer", layer),
            NetworkChange::Duplicate(layer) => of("Duplicate layer", layer),
            NetworkChange::MoveUp(layer) => of("Move up layer", layer),
            // Dragging it is one change, whatever the width on the way.
            NetworkChange::Width { layer, .. } => of("Width of layer", layer),
            NetworkChange::Activation { layer, activation } => {
                format!("{}: {}", of("Activation of layer", layer), activation.name())
            }
            NetworkChange::Kind { layer, kind: PlanKind::Dense } => of("Dense layer", layer),
            NetworkChange::Kind { layer, kind: PlanKind::Residual { .. } } => of("Residual block", layer),
            NetworkChange::Draw { layer, initialisation } => {
                format!("{}: {}", of("Draw layer", layer), initialisation.name())
            }
            NetworkChange::DrawAll => "Draw all weights".to_owned(),
            NetworkChange::Number { layer, change } => of(change.label(), layer),
            NetworkChange::Output(output) => format!("Output: {}", output.name()),
        }
    }

    /// Whether `next` sets the same number again, as dragging it does.
    pub(in crate::session) fn goes_on_as(&self, next: &NetworkChange) -> bool {
        match (self, next) {
            (
                NetworkChange::Number { layer, change },
                NetworkChange::Number { layer: next_layer, change: next_change },
            ) => layer == next_layer && change.goes_on_as(next_change),
            (NetworkChange::Width { layer, .. }, NetworkChange::Width { layer: next_layer, .. }) => layer == next_layer,
            _ => false,
        }
    }
}

/// The network after a change; `random` draws what is new.
///
/// # Errors
/// If the layers no longer fit, a number is not finite or a matrix cannot be decomposed. A place that does not exist changes nothing.
pub(in crate::session) fn changed(
    network: &Network,
    change: &NetworkChange,
    random: &mut Random,
) -> Result<Network, ChangeError> {
    let mut layers = network.layers().to_vec();
    let mut output = network.output();
    match *change {
        NetworkChange::Add { at, plan } => {
            let at = at.min(layers.len());
            let inputs = if at == 0 { network.inputs() } else { layers[at - 1].outputs() };
            layers.insert(at, plan.draw(inputs, String::new(), random));
        }
        NetworkChange::Insert { at, way } => insertion::insert(&mut layers, at, way, random)?,
        NetworkChange::Remove(layer) if layer < layers.len() && layers.len() > 1 => {
            // The outputs of the whole network stay what they are.
            let outputs = layers[layer].outputs();
            layers.remove(layer);
            if layer == layers.len() {
                let last = layers.len() - 1;
                layers[last] = resized(&layers[last], layers[last].inputs(), outputs, random)?;
            }
        }
        NetworkChange::Duplicate(layer) if layer < layers.len() => layers.insert(layer + 1, layers[layer].clone()),
        NetworkChange::MoveUp(layer) if layer > 0 && layer < layers.len() => {
            let outputs = layers[layer].outputs();
            layers.swap(layer - 1, layer);
            // The widths stay in their places, so that the network's inputs and outputs do.
            let (first, second) = (layers[layer].outputs(), outputs);
            layers[layer - 1] = resized(&layers[layer - 1], layers[layer].inputs(), first, random)?;
            layers[layer] = resized(&layers[layer], first, second, random)?;
        }
        NetworkChange::Width { layer, width } if layer < layers.len() => {
            layers[layer] = resized(&layers[layer], layers[layer].inputs(), width.max(1), random)?;
        }
        NetworkChange::Activation { layer, activation } if layer < layers.len() => match &mut layers[layer] {
            Layer::Dense(dense) => dense.activation = activation,
            Layer::Residual(block) => block.activation = activation,
            Layer::Node(node) => return Err(ChangeError::operator(node)),
        },
        NetworkChange::Kind { layer, kind } if layer < layers.len() => {
            let plan = plan_of(&layers[layer], Initialisation::of_activation(layers[layer].activation()));
            layers[layer] =
                LayerPlan { kind, ..plan }.draw(layers[layer].inputs(), layers[layer].name().to_owned(), random);
        }
        NetworkChange::Draw { layer, initialisation } if layer < layers.len() => {
            layers[layer] = drawn(&layers[layer], initialisation, random);
        }
        NetworkChange::DrawAll => {
            layers = layers
                .iter()
                .map(|layer| drawn(layer, Initialisation::of_activation(layer.activation()), random))
                .collect();
        }
        NetworkChange::Number { layer, change } if layer < layers.len() => change.apply(&mut layers[layer])?,
        NetworkChange::Output(other) => output = other,
        _ => {}
    }
    // The inputs stay, and what follows a layer of another width is fitted to it.
    let mut inputs = network.inputs();
    for layer in &mut layers {
        if layer.inputs() != inputs {
            *layer = resized(layer, inputs, layer.outputs(), random)?;
        }
        inputs = layer.outputs();
    }
    Ok(Network::new(network.name().to_owned(), layers, output)?)
}

fn plan_of(layer: &Layer, initialisation: Initialisation) -> LayerPlan {
    let kind = match layer {
        Layer::Dense(_) | Layer::Node(_) => PlanKind::Dense,
        Layer::Residual(block) => PlanKind::Residual { hidden: block.inner.outputs() },
    };
    LayerPlan { kind, width: layer.outputs(), activation: layer.activation(), initialisation }
}

/// An operator of a graph has nothing to draw.
fn drawn(layer: &Layer, initialisation: Initialisation, random: &mut Random) -> Layer {
    if let Layer::Node(_) = layer {
        return layer.clone();
    }
    plan_of(layer, initialisation).draw(layer.inputs(), layer.name().to_owned(), random)
}

/// The layer with other widths: what fits keeps its weights, the rest is drawn.
fn resized(layer: &Layer, inputs: usize, outputs: usize, random: &mut Random) -> Result<Layer, ChangeError> {
    if (layer.inputs(), layer.outputs()) == (inputs, outputs) {
        return Ok(layer.clone());
    }
    let name = layer.name().to_owned();
    Ok(match layer {
        Layer::Node(node) => return Err(ChangeError::operator(node)),
        Layer::Dense(dense) => {
            let affine = resized_affine(&dense.affine, inputs, outputs, random);
            Layer::Dense(Dense { name, affine, activation: dense.activation })
        }
        Layer::Residual(block) => Layer::Residual(Residual {
            name,
            inner: resized_affine(&block.inner, inputs, block.inner.outputs(), random),
            activation: block.activation,
            outer: resized_affine(&block.outer, block.outer.inputs(), outputs, random),
            // Where the widths differ the shortcut keeps the first coordinates.
            shortcut: (inputs != outputs).then(|| DMatrix::identity(outputs, inputs)),
        }),
    })
}

fn resized_affine(affine: &Affine, inputs: usize, outputs: usize, random: &mut Random) -> Affine {
    let mut weight = Initialisation::Xavier.matrix(outputs, inputs, random);
    let kept = (outputs.min(affine.outputs()), inputs.min(affine.inputs()));
    weight.view_mut((0, 0), kept).copy_from(&affine.weight.view((0, 0), kept));
    let bias = affine.bias.as_ref().map(|bias| DVector::from_fn(outputs, |i, _| bias.get(i).copied().unwrap_or(0.0)));
    Affine { weight, bias }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{RotationFactor, Svd};
    use crate::training::NetworkPlan;

    fn network() -> Network {
        NetworkPlan::plain("n".into(), &[2, 4, 3, 2], Activation::Tanh, OutputFunction::Softmax).draw(1).unwrap()
    }

    fn widths(network: &Network) -> Vec<usize> {
        network.layers().iter().map(Layer::outputs).collect()
    }

    fn after(change: NetworkChange) -> Network {
        changed(&network(), &change, &mut Random::new(7)).unwrap()
    }

    fn plan(width: usize) -> LayerPlan {
        LayerPlan {
            kind: PlanKind::Residual { hidden: 5 },
            width,
            activation: Activation::Relu,
            initialisation: Initialisation::ZeroOuter,
        }
    }

    #[test]
    fn layers_come_go_and_change_places_while_the_ends_stay() {
        assert_eq!(widths(&after(NetworkChange::Add { at: 1, plan: plan(6) })), [4, 6, 3, 2]);
        assert_eq!(widths(&after(NetworkChange::Remove(0))), [3, 2]);
        assert_eq!(widths(&after(NetworkChange::Remove(2))), [4, 2]);
        assert_eq!(widths(&after(NetworkChange::Duplicate(0))), [4, 4, 3, 2]);
        assert_eq!(widths(&after(NetworkChange::MoveUp(1))), [4, 3, 2]);
        assert_eq!(widths(&after(NetworkChange::MoveUp(2))), [4, 3, 2]);
        assert_eq!(widths(&after(NetworkChange::Width { layer: 1, width: 7 })), [4, 7, 2]);
        for change in [
            NetworkChange::Remove(9),
            NetworkChange::MoveUp(0),
            NetworkChange::Duplicate(9),
            NetworkChange::Width { layer: 9, width: 1 },
        ] {
            assert_eq!(after(change), network());
        }
    }

    #[test]
    fn a_width_keeps_the_weights_that_fit() {
        let wider = after(NetworkChange::Width { layer: 1, width: 5 });
        let before = network();
        let (Layer::Dense(old), Layer::Dense(new)) = (&before.layers()[1], &wider.layers()[1]) else { panic!() };
        assert_eq!(new.affine.weight.rows(0, 3), old.affine.weight.rows(0, 3));
        assert_eq!(wider.layers()[0], network().layers()[0]);
    }

    #[test]
    fn numbers_kinds_and_outputs() {
        let number = |layer, change| after(NetworkChange::Number { layer, change });
        let part = WeightPart::Dense;
        let heavy = number(0, NumberChange::Weight { part, row: 3, column: 1, value: 2.5 });
        let Layer::Dense(dense) = &heavy.layers()[0] else { panic!() };
        assert_eq!(dense.affine.weight[(3, 1)], 2.5);
        let lifted = number(0, NumberChange::Bias { part, row: 2, value: -1.0 });
        let Layer::Dense(dense) = &lifted.layers()[0] else { panic!() };
        assert_eq!(dense.affine.bias.as_ref().unwrap()[2], -1.0);
        let block = after(NetworkChange::Kind { layer: 1, kind: PlanKind::Residual { hidden: 2 } });
        assert_eq!((block.layers()[1].kind(), widths(&block)), ("residual", vec![4, 3, 2]));
        let drawn = after(NetworkChange::Draw { layer: 0, initialisation: Initialisation::Identity });
        let Layer::Dense(dense) = &drawn.layers()[0] else { panic!() };
        assert_eq!(dense.affine.weight, DMatrix::identity(4, 2));
        assert_eq!(after(NetworkChange::Output(OutputFunction::Sigmoid)).output(), OutputFunction::Sigmoid);
        let wrong = NumberChange::Weight { part, row: 0, column: 0, value: f64::NAN };
        assert!(changed(&network(), &NetworkChange::Number { layer: 0, change: wrong }, &mut Random::new(0)).is_err());
        for nowhere in [
            NumberChange::Weight { part, row: 9, column: 0, value: 1.0 },
            NumberChange::Weight { part: WeightPart::Outer, row: 0, column: 0, value: 1.0 },
            NumberChange::SingularValue { index: 9, value: 1.0 },
            NumberChange::SingularValue { index: 0, value: -1.0 },
            NumberChange::Angle { factor: RotationFactor::In, plane: 0, angle: f64::NAN },
        ] {
            assert_eq!(number(0, nowhere), network(), "{nowhere:?}");
        }
    }

    #[test]
    fn singular_values_angles_and_the_numbers_of_blocks() {
        let sigma = |network: &Network| {
            let Layer::Dense(dense) = &network.layers()[1] else { panic!() };
            Svd::new(&dense.affine.weight).unwrap().singular_values().to_vec()
        };
        let number = |layer, change| after(NetworkChange::Number { layer, change });
        let stretched = number(1, NumberChange::SingularValue { index: 1, value: 9.0 });
        assert!((sigma(&stretched)[0] - 9.0).abs() < 1e-12);
        assert_eq!(sigma(&number(1, NumberChange::SingularValue { index: 2, value: 0.0 })).len(), 3);
        let turned = number(1, NumberChange::Angle { factor: RotationFactor::In, plane: 0, angle: 0.5 });
        assert!(turned != network() && turned.layers()[0] == network().layers()[0]);
        let block = after(NetworkChange::Kind { layer: 1, kind: PlanKind::Residual { hidden: 2 } });
        assert_eq!(WeightPart::all_of(&block.layers()[1]).len(), 3);
        for part in WeightPart::all_of(&block.layers()[1]) {
            let change = NumberChange::Weight { part, row: 1, column: 1, value: 7.0 };
            let heavy = changed(&block, &NetworkChange::Number { layer: 1, change }, &mut Random::new(0)).unwrap();
            assert_eq!(part.of(&heavy.layers()[1]).unwrap().0[(1, 1)], 7.0);
        }
    }
}
