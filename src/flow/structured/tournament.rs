//! Max pooling as a tournament: pairs of values meet, and the smaller is lifted to the larger.
//!
//! In a round a pair (a, b) moves by a(s) = a + s·ReLU(b − a) with b fixed. With c = b − a the difference moves as
//! c(s) = c − s·ReLU(c): it keeps its sign, so ReLU(b − a(s)) = (1 − s)·ReLU(b − a) and the velocity is ReLU(b − a(s))/(1 − s).

use nalgebra::DMatrix;

use super::motion::StructuredMotion;
use crate::flow::NoVelocity;
use crate::network::{Activation, Affine, ForwardMap, MapError, MaxPooling, Residual, Selected, Selection};

/// One round: disjoint pairs of coordinates, the first of which becomes the larger of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TournamentRound {
    dimension: usize,
    pairs: Vec<(usize, usize)>,
}

/// All phases of a max pooling: its windows copied side by side, the rounds, and the losers' way to 0.
///
/// The winner of window w ends at coordinate w, so that what follows the rounds turns nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Tournament {
    spread: Selection,
    rounds: Vec<TournamentRound>,
    outputs: usize,
}

impl TournamentRound {
    /// The round of these pairs (a, b) in a space of `dimension` coordinates.
    ///
    /// # Errors
    /// If a coordinate is beyond the dimension or in two pairs.
    pub fn new(dimension: usize, pairs: Vec<(usize, usize)>) -> Result<TournamentRound, MapError> {
        let mut seen = vec![false; dimension];
        for &index in pairs.iter().flat_map(|(a, b)| [a, b]) {
            match seen.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(MapError::Index { what: "coordinate of a pair", index, length: dimension }),
            }
        }
        Ok(TournamentRound { dimension, pairs })
    }

    /// The pairs (a, b).
    pub fn pairs(&self) -> &[(usize, usize)] {
        &self.pairs
    }

    /// Whether a value may stand where it is at phase time s: at the end none is below its partner.
    fn check_range(&self, coordinates: &[f64], s: f64) -> Result<(), NoVelocity> {
        let ends = s >= 1.0;
        for &(a, b) in &self.pairs {
            if ends && coordinates[a] < coordinates[b] {
                return Err(NoVelocity::OutsideRange);
            }
            if ends && coordinates[a] == coordinates[b] {
                return Err(NoVelocity::Merged);
            }
        }
        Ok(())
    }
}

impl StructuredMotion for TournamentRound {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn carry(&self, coordinates: &mut [f64], s: f64) {
        for &(a, b) in &self.pairs {
            let (low, high) = (coordinates[a], coordinates[b]);
            if high > low {
                // Not low + s·(high − low): at s = 1 the winner is the value itself, to the last bit.
                coordinates[a] = (1.0 - s) * low + s * high;
            } else if high.is_nan() {
                coordinates[a] = high;
            }
        }
    }

    fn trace(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        self.check_range(coordinates, s)?;
        for &(a, b) in &self.pairs {
            if coordinates[a] < coordinates[b] {
                coordinates[a] = (coordinates[a] - s * coordinates[b]) / (1.0 - s);
            }
        }
        Ok(())
    }

    fn rates(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        self.check_range(coordinates, s)?;
        let mut rates = vec![0.0; coordinates.len()];
        for &(a, b) in &self.pairs {
            if coordinates[a] < coordinates[b] {
                rates[a] = (coordinates[b] - coordinates[a]) / (1.0 - s);
            }
        }
        coordinates.copy_from_slice(&rates);
        Ok(())
    }

    /// W₁ = e_bᵀ − e_aᵀ, W₂ = e_a/(N − r): what is left of the difference goes in equal parts, exact for every N.
    fn block(&self, r: usize, steps: usize, dimension: usize) -> Option<Residual> {
        let left = steps.checked_sub(r).filter(|left| *left > 0 && dimension >= self.dimension)?;
        let mut inner = DMatrix::zeros(self.pairs.len(), dimension);
        let mut outer = DMatrix::zeros(dimension, self.pairs.len());
        for (unit, &(a, b)) in self.pairs.iter().enumerate() {
            inner[(unit, b)] = 1.0;
            inner[(unit, a)] = -1.0;
            outer[(a, unit)] = 1.0 / left as f64;
        }
        Some(Residual {
            name: String::new(),
            inner: Affine { weight: inner, bias: None },
            activation: Activation::Relu,
            outer: Affine { weight: outer, bias: None },
            shortcut: None,
        })
    }
}

impl Tournament {
    /// The tournament of a max pooling.
    ///
    /// # Errors
    /// If all windows together have more values than can be counted on.
    pub fn new(pooling: &MaxPooling) -> Result<Tournament, MapError> {
        let windows: Vec<Vec<usize>> = pooling.windows().collect();
        let outputs = windows.len();
        // The first value of each window, then the others: places of winners first.
        let mut from: Vec<usize> = windows.iter().filter_map(|window| window.first().copied()).collect();
        let mut members: Vec<Vec<usize>> = Vec::with_capacity(outputs);
        for (window, others) in windows.iter().enumerate() {
            let rest = others.get(1..).unwrap_or_default();
            members.push(std::iter::once(window).chain(from.len()..from.len() + rest.len()).collect());
            from.extend(rest);
        }
        let dimension = from.len();
        let spread = Selection::new(pooling.inputs(), from.into_iter().map(Selected::Coordinate).collect())?;
        let mut rounds = Vec::new();
        while members.iter().any(|window| window.len() > 1) {
            let pairs = members.iter().flat_map(|window| window.chunks_exact(2).map(|pair| (pair[0], pair[1])));
            rounds.push(TournamentRound::new(dimension, pairs.collect())?);
            members.iter_mut().for_each(|window| *window = window.iter().copied().step_by(2).collect());
        }
        Ok(Tournament { spread, rounds, outputs })
    }

    /// The number of coordinates while the rounds last: all values of all windows.
    pub fn dimension(&self) -> usize {
        self.spread.outputs()
    }

    /// What copies each window's values into coordinates of their own.
    pub fn spread(&self) -> &Selection {
        &self.spread
    }

    /// The rounds: ⌈log₂ k⌉ of them for windows of k values.
    pub fn rounds(&self) -> &[TournamentRound] {
        &self.rounds
    }

    /// The number of windows: their maxima are the first coordinates after the last round, and the others are losers.
    pub fn outputs(&self) -> usize {
        self.outputs
    }
}
