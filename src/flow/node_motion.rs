//! The motion of an operator of a graph in one of its stages.
//!
//! Each but one is straight, x(s) = (1 − s)·x + s·f(x) between the states before and after, both padded with zeros. Where
//! the stage tells how, the way back to x is found and there is a velocity; a direct stage has none. A normalisation goes
//! along each group's own direction, x(s) = x·r^s with r = (‖x‖²/d + ε)^(−½).

#[cfg(test)]
mod tests;

use nalgebra::{DMatrix, DVector};

use super::error::NoVelocity;
use super::inverse;
use crate::network::{Activation, Binary, Node, NodeMap, Stage};

/// Steps of Newton's iteration for a radius, at most.
const STEPS: usize = 200;
/// It stands still where a step changes the logarithm of the radius by less than this.
const STILL: f64 = 1e-15;

/// One stage of a node.
#[derive(Clone, Debug)]
pub struct NodeMotion {
    /// How the points go.
    pub stage: Stage,
    /// From where to where: a node of the stage alone.
    pub node: Node,
}

impl NodeMotion {
    /// Whether the way from the start to the end is not straight.
    pub fn is_curved(&self) -> bool {
        self.stage == Stage::Normalise
    }

    /// Where the columns of `start` (d × samples) are at the stage's end.
    pub(crate) fn end(&self, start: &DMatrix<f64>) -> DMatrix<f64> {
        let inputs = self.node.cut.inputs();
        let end = if start.nrows() == inputs {
            self.node.apply(start)
        } else {
            self.node.apply(&start.rows(0, inputs).into_owned())
        };
        end.resize_vertically(start.nrows(), 0.0)
    }

    /// Where they are at phase time s.
    pub(crate) fn at(&self, start: &DMatrix<f64>, s: f64) -> DMatrix<f64> {
        if s == 0.0 {
            return start.clone();
        }
        let mut end = self.end(start);
        if s == 1.0 {
            return end;
        }
        if let (true, NodeMap::Normalise { length, epsilon, .. }) = (self.is_curved(), &self.node.map) {
            // Outside of the groups it is straight.
            end = end * s + start * (1.0 - s);
            for (from, mut to) in start.column_iter().zip(end.column_iter_mut()) {
                for group in self.node.cut.reads().chunks((*length).max(1)) {
                    let factor = rate(group.iter().map(|&slot| from[slot]), *epsilon, group.len()).powf(s);
                    group.iter().for_each(|&slot| to[slot] = from[slot] * factor);
                }
            }
            return end;
        }
        end * s + start * (1.0 - s)
    }

    /// The place at the stage's start from which one goes through `position` at phase time s.
    pub(crate) fn start_of(&self, position: &DVector<f64>, s: f64) -> Result<DVector<f64>, NoVelocity> {
        if s == 0.0 {
            return Ok(position.clone());
        }
        let cut = &self.node.cut;
        let mut start = position.clone();
        // What is dropped goes straight to 0.
        let mut is_dropped = vec![true; position.len()];
        cut.kept().iter().chain(cut.writes()).for_each(|&slot| is_dropped[slot] = false);
        for (value, _) in start.iter_mut().zip(&is_dropped).filter(|(_, is_dropped)| **is_dropped) {
            *value = if s < 1.0 { *value / (1.0 - s) } else { 0.0 };
        }
        match (self.stage, &self.node.map) {
            (Stage::Compare, NodeMap::Binary { width, operator: Binary::Larger }) => {
                let (winners, losers) = cut.reads().split_at(*width);
                for (&winner, &loser) in winners.iter().zip(losers) {
                    // a(s) = a + s·max(b − a, 0), and b is where it was.
                    let (now, other) = (position[winner], position[loser]);
                    start[winner] = if now < other { (now - s * other) / (1.0 - s) } else { now };
                }
            }
            (Stage::Gather, _) => return self.before_gathering(position, start, s),
            (Stage::Activate, NodeMap::Activation { activation, .. }) => {
                let mut own: Vec<f64> = cut.reads().iter().map(|&slot| position[slot]).collect();
                inverse::start_of_path(*activation, &mut own, s)?;
                cut.reads().iter().zip(own).for_each(|(&slot, value)| start[slot] = value);
            }
            (Stage::Activate, NodeMap::Slopes(slopes)) => {
                for (&slot, negative_slope) in cut.reads().iter().zip(slopes) {
                    let mut own = [position[slot]];
                    inverse::start_of_path(Activation::LeakyRelu { negative_slope: *negative_slope }, &mut own, s)?;
                    start[slot] = own[0];
                }
            }
            (Stage::Normalise, NodeMap::Normalise { length, epsilon, .. }) => {
                for group in cut.reads().chunks((*length).max(1)) {
                    let factor = way_back(group.iter().map(|&slot| position[slot]), *epsilon, group.len(), s)?;
                    group.iter().for_each(|&slot| start[slot] = position[slot] * factor);
                }
            }
            // x − s·mean(x): the mean is multiplied by 1 − s.
            (Stage::Centre, NodeMap::Centre { length, .. }) if cut.reads() == cut.writes() && s < 1.0 => {
                for group in cut.reads().chunks((*length).max(1)) {
                    let mean = group.iter().map(|&slot| position[slot]).sum::<f64>() / group.len() as f64;
                    group.iter().for_each(|&slot| start[slot] += mean * s / (1.0 - s));
                }
            }
            (Stage::Add, NodeMap::Sum { width, factors }) => self.before_adding(*width, factors, &mut start, s)?,
            _ => return Err(self.none()),
        }
        if start.iter().all(|value| value.is_finite()) { Ok(start) } else { Err(NoVelocity::OutsideRange) }
    }

    /// The velocity at `position` at phase time s, per unit of s.
    pub(crate) fn velocity(&self, position: &DVector<f64>, s: f64) -> Result<DVector<f64>, NoVelocity> {
        let start = self.start_of(position, s)?;
        let from = DMatrix::from_column_slice(start.len(), 1, start.as_slice());
        if let (true, NodeMap::Normalise { length, epsilon, .. }) = (self.is_curved(), &self.node.map) {
            // Outside of the groups it is straight.
            let mut velocity = self.end(&from).column(0) - &start;
            for group in self.node.cut.reads().chunks((*length).max(1)) {
                let rate = rate(group.iter().map(|&slot| start[slot]), *epsilon, group.len()).ln();
                group.iter().for_each(|&slot| velocity[slot] = rate * position[slot]);
            }
            return Ok(velocity);
        }
        Ok(self.end(&from).column(0) - start)
    }

    /// y_i = (1 − s)·x_i + s·x_{source of i}: from the sources on, which are known where no ring of places is exchanged.
    fn before_gathering(
        &self,
        position: &DVector<f64>,
        mut start: DVector<f64>,
        s: f64,
    ) -> Result<DVector<f64>, NoVelocity> {
        let cut = &self.node.cut;
        let mut source = vec![None; position.len()];
        cut.writes()
            .iter()
            .zip(cut.reads())
            .for_each(|(&to, &from)| source[to] = Some(from).filter(|from| *from != to));
        let mut is_known: Vec<bool> = source.iter().map(Option::is_none).collect();
        for slot in 0..position.len() {
            let mut waiting = Vec::new();
            let mut at = slot;
            while let Some(from) = source[at].filter(|_| !is_known[at]) {
                if waiting.len() > position.len() {
                    return Err(self.none());
                }
                waiting.push(at);
                at = from;
            }
            for at in waiting.into_iter().rev() {
                let from = source[at].map_or(0.0, |from| start[from]);
                start[at] = (position[at] - s * from) / (1.0 - s);
                is_known[at] = true;
            }
        }
        if start.iter().all(|value| value.is_finite()) { Ok(start) } else { Err(NoVelocity::OutsideRange) }
    }

    /// A sum that is written over one of its own values: y = (1 − s + s·c)·x + s·(the others), which rest or go to 0.
    fn before_adding(&self, width: usize, factors: &[f64], start: &mut DVector<f64>, s: f64) -> Result<(), NoVelocity> {
        let cut = &self.node.cut;
        let parts: Vec<&[usize]> = cut.reads().chunks(width.max(1)).collect();
        let own = parts.iter().position(|part| *part == cut.writes()).ok_or_else(|| self.none())?;
        let is_apart =
            |(number, part): (usize, &&[usize])| number == own || part.iter().all(|slot| !cut.writes().contains(slot));
        if width > LARGEST_SEARCHED || !parts.iter().enumerate().all(is_apart) {
            return Err(self.none());
        }
        let factor = 1.0 - s + s * factors[own];
        for (index, &slot) in cut.writes().iter().enumerate() {
            let others = parts.iter().zip(factors).enumerate().filter(|(number, _)| *number != own);
            let sum: f64 = others.map(|(_, (part, factor))| factor * start[part[index]]).sum();
            start[slot] = (start[slot] - s * sum) / factor;
        }
        Ok(())
    }

    fn none(&self) -> NoVelocity {
        NoVelocity::Direct { operator: self.node.operator.clone() }
    }
}

/// Sums wider than this are not searched for a value that they are written over.
const LARGEST_SEARCHED: usize = 4096;

/// (‖x‖²/d + ε)^(−½).
fn rate(values: impl Iterator<Item = f64>, epsilon: f64, count: usize) -> f64 {
    (values.map(|value| value * value).sum::<f64>() / count as f64 + epsilon).powf(-0.5)
}

/// By which factor a group at phase time s is shorter than it was.
///
/// With ℓ = ln ρ the path is g(ℓ) = ℓ − s/2·ln(e^{2ℓ}/d + ε), which rises and is concave: Newton's iteration from the left,
/// from ℓ₀ = ln ρ(s) + s/2·ln ε where g(ℓ₀) ≤ ln ρ(s), never passes the answer.
fn way_back(values: impl Iterator<Item = f64>, epsilon: f64, count: usize, s: f64) -> Result<f64, NoVelocity> {
    let square = values.map(|value| value * value).sum::<f64>();
    if square == 0.0 {
        return Ok(1.0);
    }
    let now = 0.5 * square.ln();
    let count = (count as f64).ln();
    if epsilon <= 0.0 {
        // g = (1 − s)·ℓ + s/2·ln d.
        let start = (now - 0.5 * s * count) / (1.0 - s);
        return if start.is_finite() { Ok((start - now).exp()) } else { Err(NoVelocity::OutsideRange) };
    }
    let mut radius = now + 0.5 * s * epsilon.ln();
    for _ in 0..STEPS {
        let own = (2.0 * radius - count).exp();
        let missing = now - (radius - 0.5 * s * (own + epsilon).ln());
        let slope = 1.0 - s * own / (own + epsilon);
        let step = missing / slope;
        if !step.is_finite() {
            return Err(NoVelocity::OutsideRange);
        }
        radius += step;
        if step.abs() <= STILL * (1.0 + radius.abs()) {
            return Ok((radius - now).exp());
        }
    }
    Err(NoVelocity::OutsideRange)
}
