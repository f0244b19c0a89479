//! A gate: a(s) = a·(1 − s + s·g) with g = σ(b) and b fixed.
//!
//! As b rests, the factor is known at every place: a = a(s)/(1 − s + s·g) and v = (g − 1)·a, as long as the factor is positive:
//! for all s < 1 where g ≥ 0, and up to 1/(1 − g) where it is negative.

use super::motion::StructuredMotion;
use crate::flow::NoVelocity;
use crate::network::{Activation, ForwardMap, Gate, MapError, Selected, Selection};

/// The motion of a gate whose gated values are coordinates of their own: the first ones, followed by all that gates.
#[derive(Clone, Debug, PartialEq)]
pub struct GateMotion {
    /// For each gated coordinate the one that gates it.
    gates: Vec<usize>,
    dimension: usize,
    activation: Activation,
    spread: Selection,
}

impl GateMotion {
    /// The motion of this map. The gated values are copied to the first coordinates, then follow the gates, each once; whatever
    /// else the vector holds is dropped.
    ///
    /// # Errors
    /// If both together are more than can be counted on.
    pub fn new(gate: &Gate) -> Result<GateMotion, MapError> {
        let mut from = gate.gated().to_vec();
        let mut position = vec![None; gate.inputs()];
        let mut gates = Vec::with_capacity(from.len());
        for &index in gate.gates() {
            let at = *position[index].get_or_insert_with(|| {
                from.push(index);
                from.len() - 1
            });
            gates.push(at);
        }
        let spread = Selection::new(gate.inputs(), from.iter().copied().map(Selected::Coordinate).collect())?;
        Ok(GateMotion { gates, dimension: from.len(), activation: gate.activation(), spread })
    }

    /// What puts the gated values first and the gates behind them.
    pub fn spread(&self) -> &Selection {
        &self.spread
    }

    /// The number of gated values: the first coordinates at the end; the others are dropped.
    pub fn outputs(&self) -> usize {
        self.gates.len()
    }

    /// (g, 1 − s + s·g) for each gated coordinate; refused past a fold.
    fn factors(&self, coordinates: &[f64], s: f64) -> Result<Vec<(f64, f64)>, NoVelocity> {
        let factor = |gate: &usize| {
            let g = self.activation.value(coordinates[*gate]);
            let factor = 1.0 - s + s * g;
            match g < 0.0 && factor <= 0.0 {
                true => Err(NoVelocity::Fold { fold: 1.0 / (1.0 - g) }),
                false => Ok((g, factor)),
            }
        };
        self.gates.iter().map(factor).collect()
    }
}

impl StructuredMotion for GateMotion {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn carry(&self, coordinates: &mut [f64], s: f64) {
        for (gated, gate) in self.gates.iter().enumerate() {
            coordinates[gated] *= 1.0 - s + s * self.activation.value(coordinates[*gate]);
        }
    }

    fn trace(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        let factors = self.factors(coordinates, s)?;
        for (x, (_, factor)) in coordinates.iter_mut().zip(factors) {
            match (factor == 0.0, *x == 0.0) {
                (true, true) => return Err(NoVelocity::Merged),
                (true, false) => return Err(NoVelocity::OutsideRange),
                (false, _) => *x /= factor,
            }
        }
        Ok(())
    }

    fn rates(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        let gates = self.factors(coordinates, s)?;
        self.trace(coordinates, s)?;
        coordinates.iter_mut().zip(gates).for_each(|(x, (g, _))| *x *= g - 1.0);
        coordinates.iter_mut().skip(self.gates.len()).for_each(|rest| *rest = 0.0);
        Ok(())
    }
}
