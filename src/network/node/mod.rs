//! A layer that is neither dense nor a residual block: one operator of a graph, on its own coordinates of the state.
//!
//! The state of a graph is the vector of all values that are alive between two of its operators. An operator reads its
//! coordinates and writes its result; what is still needed later rests where it is, and what is not is 0 from then on.

mod binary;
mod cut;
mod derivative;
mod map;
mod rounds;
#[cfg(test)]
mod tests;
mod wide;

use std::sync::{Mutex, PoisonError};
use std::thread;

use nalgebra::DMatrix;

pub use binary::Binary;
pub use cut::Cut;
pub use map::NodeMap;
pub use rounds::Stage;
pub use wide::{MatrixProduct, WideConvolution};

/// Products from which on the samples are shared out to threads.
const WORTH_THREADS: usize = 1 << 22;

/// One operator of a graph as a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The node's name in its file; may be empty.
    pub name: String,
    /// The operator, as people call it: `MaxPool 2×2`.
    pub operator: String,
    /// What it does.
    pub map: NodeMap,
    /// On which coordinates.
    pub cut: Cut,
}

impl Node {
    /// A node that is given the whole state and gives the whole next one.
    pub fn whole(name: &str, operator: &str, map: NodeMap) -> Node {
        let cut = Cut::whole(map.inputs(), map.outputs());
        Node { name: name.to_owned(), operator: operator.to_owned(), map, cut }
    }

    /// The next state of each column of `points` (the state's width × samples).
    pub fn apply(&self, points: &DMatrix<f64>) -> DMatrix<f64> {
        let mut moved = DMatrix::zeros(self.cut.outputs(), points.ncols());
        let (inputs, outputs) = (self.cut.inputs(), self.cut.outputs());
        let work = self.map.work().saturating_mul(points.ncols());
        let threads = if work < WORTH_THREADS { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
        let share = points.ncols().div_ceil(threads).max(1);
        if share >= points.ncols() {
            self.apply_columns(points.as_slice(), moved.as_mut_slice());
            return moved;
        }
        let parts = points.as_slice().chunks(share * inputs).zip(moved.as_mut_slice().chunks_mut(share * outputs));
        let waiting = Mutex::new(parts);
        let work = || {
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((from, to)) = next else { break };
                self.apply_columns(from, to);
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                // Where no thread can be had, those that are there do its part.
                if thread::Builder::new().name("operator".into()).spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
        moved
    }

    /// The next states of states that lie one after the other.
    fn apply_columns(&self, points: &[f64], moved: &mut [f64]) {
        let mut given = vec![0.0; self.cut.reads().len()];
        let mut made = vec![0.0; self.cut.writes().len()];
        let states = points.chunks(self.cut.inputs()).zip(moved.chunks_mut(self.cut.outputs()));
        for (from, to) in states {
            given.iter_mut().zip(self.cut.reads()).for_each(|(value, &slot)| *value = from[slot]);
            self.map.apply(&given, &mut made);
            self.cut.kept().iter().for_each(|&slot| to[slot] = from[slot]);
            made.iter().zip(self.cut.writes()).for_each(|(value, &slot)| to[slot] = *value);
        }
    }

    /// A bound of how much further apart two states can be after it; infinite where none is known.
    pub fn lipschitz(&self) -> f64 {
        let mut uses = vec![0_usize; self.cut.inputs()];
        self.cut.reads().iter().for_each(|&slot| uses[slot] += 1);
        let most = uses.iter().copied().max().unwrap_or(0) as f64;
        let own = self.map.lipschitz();
        // What is read and rests too counts twice.
        let rests = self.cut.kept().iter().any(|&slot| uses[slot] > 0);
        let (own, kept) = (own * most.sqrt(), if self.cut.kept().is_empty() { 0.0 } else { 1.0 });
        if rests { own.hypot(kept) } else { own.max(kept) }
    }

    /// The derivative at the state `point` along `direction`.
    pub fn push(&self, point: &[f64], direction: &[f64]) -> Vec<f64> {
        let gather = |from: &[f64]| -> Vec<f64> { self.cut.reads().iter().map(|&slot| from[slot]).collect() };
        let made = self.map.push(&gather(point), &gather(direction));
        let mut moved = vec![0.0; self.cut.outputs()];
        self.cut.kept().iter().for_each(|&slot| moved[slot] = direction[slot]);
        made.iter().zip(self.cut.writes()).for_each(|(value, &slot)| moved[slot] = *value);
        moved
    }

    /// The transposed derivative at the state `point`: what the `covector` of the next state is of this one.
    pub fn pull(&self, point: &[f64], covector: &[f64]) -> Vec<f64> {
        let given: Vec<f64> = self.cut.reads().iter().map(|&slot| point[slot]).collect();
        let made: Vec<f64> = self.cut.writes().iter().map(|&slot| covector[slot]).collect();
        let mut moved = vec![0.0; self.cut.inputs()];
        self.cut.kept().iter().for_each(|&slot| moved[slot] = covector[slot]);
        let own = self.map.pull(&given, &made);
        own.iter().zip(self.cut.reads()).for_each(|(value, &slot)| moved[slot] += value);
        moved
    }

    /// The matrix of derivatives at the state `point`, outputs × inputs.
    pub fn jacobian(&self, point: &[f64]) -> DMatrix<f64> {
        let (inputs, outputs) = (self.cut.inputs(), self.cut.outputs());
        let mut jacobian = DMatrix::zeros(outputs, inputs);
        // As many products as the smaller side asks for.
        if inputs <= outputs {
            for (index, mut column) in jacobian.column_iter_mut().enumerate() {
                let mut direction = vec![0.0; inputs];
                direction[index] = 1.0;
                column.copy_from_slice(&self.push(point, &direction));
            }
        } else {
            for (index, mut row) in jacobian.row_iter_mut().enumerate() {
                let mut covector = vec![0.0; outputs];
                covector[index] = 1.0;
                row.iter_mut().zip(self.pull(point, &covector)).for_each(|(entry, value)| *entry = value);
            }
        }
        jacobian
    }

    /// `jacobian(column)·direction` for each column of `points` with the direction of the same place.
    pub fn push_columns(&self, points: &DMatrix<f64>, directions: &DMatrix<f64>) -> DMatrix<f64> {
        let mut moved = DMatrix::zeros(self.cut.outputs(), points.ncols());
        for ((point, direction), mut to) in
            points.column_iter().zip(directions.column_iter()).zip(moved.column_iter_mut())
        {
            to.copy_from_slice(&self.push(point.as_slice(), direction.as_slice()));
        }
        moved
    }

    /// `jacobian(column)ᵀ·covector` for each column of `points` with the covector of the same place.
    pub fn pull_columns(&self, points: &DMatrix<f64>, covectors: &DMatrix<f64>) -> DMatrix<f64> {
        let mut moved = DMatrix::zeros(self.cut.inputs(), points.ncols());
        for ((point, covector), mut to) in
            points.column_iter().zip(covectors.column_iter()).zip(moved.column_iter_mut())
        {
            to.copy_from_slice(&self.pull(point.as_slice(), covector.as_slice()));
        }
        moved
    }
}
