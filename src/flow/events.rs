//! What happens at one time only and changes how the flow is to be read: reflections and folds.

use super::{Flow, LayerFlow, Motion, Phase};

/// Rounding leaves less than this of a coordinate in a plane that does not use it.
const NOT_USED: f64 = 1e-9;

/// A reflection or a fold, where it happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// The time t of the whole flow.
    pub t: f64,
    /// The layer, counted from 1.
    pub layer: usize,
    /// What happens.
    pub kind: EventKind,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// The rotation turns through a dimension that the layer's own data does not use, because det W < 0; t is the
    /// middle of that rotation's phase.
    Reflection {
        /// Index of that coordinate in the ambient space, from 0.
        coordinate: usize,
    },
    /// From here on y ↦ (1−s) y + s σ(y) is not one-to-one.
    Fold {
        /// s*, the phase time.
        s: f64,
    },
}

impl Flow {
    /// All reflections and folds, in the order of their times.
    pub fn events(&self) -> Vec<Event> {
        let mut events: Vec<Event> = self.layers().iter().flat_map(|layer| self.events_of(layer)).collect();
        events.sort_by(|one, other| one.t.total_cmp(&other.t));
        events
    }

    fn events_of(&self, layer: &LayerFlow) -> Vec<Event> {
        let mut events = Vec::new();
        let event = |t, kind| Event { t, layer: layer.index, kind };
        if layer.spectrum.as_ref().is_some_and(|spectrum| spectrum.reflection) {
            // A reflecting W is square: the first coordinate beyond its width carries the half-turn.
            let coordinate = layer.inputs;
            let turning = layer.phases.iter().filter(|phase| turns_through(phase, coordinate));
            events.extend(turning.map(|phase| {
                let t = (phase.start + phase.end) / 2.0;
                event(t, EventKind::Reflection { coordinate })
            }));
        }
        let activation = layer.phases.iter().find(|phase| matches!(phase.motion, Motion::Activation { .. }));
        if let (Some(s), Some(phase)) = (layer.fold, activation) {
            let t = phase.start + self.options().time.clock(s) * (phase.end - phase.start);
            events.push(event(t, EventKind::Fold { s }));
        }
        events
    }
}

fn turns_through(phase: &Phase, coordinate: usize) -> bool {
    let Motion::Rotation(rotation) = &phase.motion else { return false };
    (0..rotation.angles().len()).any(|index| {
        let (a, b) = rotation.plane(index);
        [a, b].iter().any(|direction| direction.get(coordinate).is_some_and(|entry| entry.abs() > NOT_USED))
    })
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

    fn events(layers: &[(&[f64; 4], Activation)]) -> Vec<Event> {
        let layers = layers.iter().map(|(weight, activation)| {
            let affine = Affine { weight: DMatrix::from_row_slice(2, 2, *weight), bias: None };
            Layer::Dense(Dense { name: String::new(), affine, activation: *activation })
        });
        let network = Network::new(String::new(), layers.collect(), OutputFunction::Identity).unwrap();
        Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap().events()
    }

    #[test]
    fn a_reflection_is_where_the_flow_leaves_its_plane() {
        let found = events(&[(&[1.0, 0.0, 0.0, 1.0], Activation::Tanh), (&[0.0, 1.2, 0.8, 0.1], Activation::Identity)]);
        assert!(!found.is_empty());
        for event in found {
            assert_eq!((event.layer, event.kind), (2, EventKind::Reflection { coordinate: 2 }));
            assert!(event.t > 1.0 && event.t < 2.0);
        }
        assert!(events(&[(&[0.0, -1.2, 0.8, 0.1], Activation::Relu)]).is_empty());
    }

    #[test]
    fn a_fold_is_where_the_slope_of_the_path_is_zero_first() {
        let found = events(&[(&[1.0, 0.0, 0.0, 1.0], Activation::Silu)]);
        let [Event { t, layer: 1, kind: EventKind::Fold { s } }] = found.as_slice() else { panic!("{found:?}") };
        // The activation is the only phase, so its clock is t itself.
        assert!((t * t * (3.0 - 2.0 * t) - s).abs() < 1e-12);
        assert!((1.0 - s + s * Activation::Silu.least_slope()).abs() < 1e-12);
    }
}
