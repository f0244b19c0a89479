//! The velocity of one coordinate in an activation's phase, from a table: many places ask for it.
//!
//! All coordinates of a layer have the same σ, so that v = σ(y) − y with (1−s) y + s σ(y) = x is one function of x for all of
//! them, with the slope v' = (σ'(y) − 1)/(1 − s + s σ'(y)). Between knots it is the cubic of the values and slopes there.
//! Where that misses the middle between two knots (beside a kink, or where x holds little of y) it is found anew each time.

use super::{Flow, Motion, NoVelocity, fold, inverse};
use crate::network::Activation;

/// Cells of the table.
const CELLS: usize = 512;
/// What the cubic may miss in the middle of a cell, over the largest velocity.
const MISS: f64 = 1e-6;

/// v(x) of a coordinate, per unit of t.
pub(crate) struct CoordinateVelocity {
    activation: Activation,
    s: f64,
    /// ds/dt.
    rate: f64,
    /// How many coordinates it holds for; the others rest.
    width: usize,
    low: f64,
    cell: f64,
    /// v and v' at the left and the right end of each cell; `None` where it is found anew each time.
    cells: Vec<Option<[f64; 4]>>,
}

impl Flow {
    /// The velocity of the single coordinates at time t, to be asked for mostly between `low` and `high`; `None` where t
    /// does not fall into an activation that acts on each coordinate by itself.
    pub(crate) fn coordinate_velocity(&self, t: f64, (low, high): (f64, f64)) -> Option<CoordinateVelocity> {
        let moment = self.moment(t);
        let phase = self.layers()[moment.layer].phases.get(moment.phase?)?;
        let Motion::Activation { activation, width } = &phase.motion else { return None };
        let is_past_the_fold = fold::fold_time(*activation).is_some_and(|fold| moment.s >= fold);
        if !activation.is_coordinatewise() || is_past_the_fold || high <= low || !(high - low).is_finite() {
            return None;
        }
        let rate = self.options().time.rate(moment.clock) / (phase.end - phase.start);
        let mut table = CoordinateVelocity {
            activation: *activation,
            s: moment.s,
            rate,
            width: *width,
            low,
            cell: (high - low) / CELLS as f64,
            cells: Vec::new(),
        };
        table.fill();
        Some(table)
    }
}

impl CoordinateVelocity {
    /// How many coordinates it holds for; the others rest.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// v(x).
    ///
    /// # Errors
    /// Where no path leads through x.
    pub(crate) fn at(&self, x: f64) -> Result<f64, NoVelocity> {
        let cells = (x - self.low) / self.cell;
        // A place before the first cell, and NaN, become cell 0 or none.
        match self.cells.get(cells as usize).copied().flatten().filter(|_| cells >= 0.0) {
            Some(ends) => Ok(self.rate * cubic(ends, self.cell, cells.fract())),
            None => Ok(self.rate * self.found_anew(x)?[0]),
        }
    }

    fn fill(&mut self) {
        let knots: Vec<Option<[f64; 2]>> =
            (0..=CELLS).map(|index| self.found_anew(self.low + self.cell * index as f64).ok()).collect();
        let largest = knots.iter().flatten().map(|[value, _]| value.abs()).fold(0.0, f64::max);
        let cell = |index: usize| {
            let ([left, leaves], [right, arrives]) = (knots[index]?, knots[index + 1]?);
            let ends = [left, leaves, right, arrives];
            let [middle, _] = self.found_anew(self.low + self.cell * (index as f64 + 0.5)).ok()?;
            let miss = (cubic(ends, self.cell, 0.5) - middle).abs();
            (miss <= MISS * largest).then_some(ends)
        };
        self.cells = (0..CELLS).map(cell).collect();
    }

    /// v and v' per unit of s.
    fn found_anew(&self, x: f64) -> Result<[f64; 2], NoVelocity> {
        let mut start = [x];
        inverse::start_of_path(self.activation, &mut start, self.s)?;
        let slope = self.activation.slope(start[0]);
        Ok([self.activation.value(start[0]) - start[0], (slope - 1.0) / (1.0 - self.s + self.s * slope)])
    }
}

/// The cubic with the values and slopes (left, its slope, right, its slope) at the ends of a cell, at `share` of the cell.
fn cubic([left, leaves, right, arrives]: [f64; 4], cell: f64, share: f64) -> f64 {
    let rest = 1.0 - share;
    let ends = rest * rest * (1.0 + 2.0 * share) * left + share * share * (3.0 - 2.0 * share) * right;
    ends + cell * share * rest * (rest * leaves - share * arrives)
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use super::*;
    use crate::flow::FlowOptions;
    use crate::network::{Affine, Dense, Layer, Network, OutputFunction};

    #[test]
    fn it_is_the_velocity_of_the_flow() {
        for activation in Activation::ALL.into_iter().filter(|a| a.is_coordinatewise() && *a != Activation::Identity) {
            let affine = Affine { weight: DMatrix::identity(1, 1), bias: None };
            let layer = Layer::Dense(Dense { name: String::new(), affine, activation });
            let network = Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap();
            let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
            let mut compared = 0;
            for t in [0.1, 0.4, 0.6, 0.9] {
                let Some(table) = flow.coordinate_velocity(t, (-3.0, 3.0)) else { continue };
                for x in (-70..=70).map(|i| f64::from(i) * 0.0523) {
                    match (table.at(x), flow.velocity(&DVector::from_element(1, x), t)) {
                        (Ok(found), Ok(expected)) => {
                            let close = (found - expected[0]).abs() <= 1e-5 * (1.0 + expected[0].abs());
                            assert!(close, "{activation:?} at {x}, {t}: {found} instead of {}", expected[0]);
                            compared += 1;
                        }
                        (found, expected) => assert_eq!(found.err(), expected.err()),
                    }
                }
            }
            assert!(compared > 0, "{activation:?}");
        }
    }
}
