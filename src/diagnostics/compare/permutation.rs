//! Whether one network is the other with its hidden units in another order, which changes nothing that it does.

use std::collections::HashMap;

use nalgebra::{DMatrix, DVector};

use crate::network::{Affine, Layer, Network};

/// Hidden units in another order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permutation {
    /// For each layer whose units are in another order its index, from 0, and for each unit of B the unit of A that it is.
    /// Of a residual block the hidden units are meant, of which only the block itself knows.
    pub layers: Vec<(usize, Vec<usize>)>,
}

/// How B is A with hidden units in another order; `None` where it is something else, or A itself.
///
/// With P the order of the units in front, a unit of B is the unit of A whose weights, put into that order, are the same,
/// bit by bit. Units that are twins in that are told apart by what they give to the layer behind.
pub fn find_permutation(a: &Network, b: &Network) -> Option<Permutation> {
    if a.layers().len() != b.layers().len() || a.output() != b.output() || a.layers() == b.layers() {
        return None;
    }
    let mut order: Vec<usize> = (0..a.inputs()).collect();
    let mut layers = Vec::new();
    for (index, (one, other)) in a.layers().iter().zip(b.layers()).enumerate() {
        let is_last = index + 1 == a.layers().len();
        if one.activation() != other.activation() {
            return None;
        }
        match (one, other) {
            (Layer::Dense(one), Layer::Dense(other)) => {
                let next = |network: &Network| network.layers().get(index + 1).and_then(outgoing);
                let found = match is_last {
                    true => (0..one.affine.weight.nrows()).collect(),
                    false => order_of_rows(&one.affine, &other.affine, &order, next(a), next(b))?,
                };
                if !is_same(&one.affine, &other.affine, &found, &order) {
                    return None;
                }
                order = found;
                if !is_in_order(&order) {
                    layers.push((index, order.clone()));
                }
            }
            (Layer::Residual(one), Layer::Residual(other)) => {
                // What passes beside the branch keeps its order; a shortcut could change it, and is left to be a change.
                let stream: Vec<usize> =
                    if one.shortcut.is_none() { order.clone() } else { (0..one.outer.weight.nrows()).collect() };
                let found = order_of_rows(
                    &one.inner,
                    &other.inner,
                    &order,
                    Some(one.outer.weight.clone()),
                    Some(other.outer.weight.clone()),
                )?;
                let shortcuts = match (&one.shortcut, &other.shortcut) {
                    (Some(one), Some(other)) => is_same_matrix(one, other, &stream, &order),
                    (None, None) => true,
                    _ => false,
                };
                let branch = is_same(&one.inner, &other.inner, &found, &order)
                    && is_same(&one.outer, &other.outer, &stream, &found);
                if !branch || !shortcuts {
                    return None;
                }
                if !is_in_order(&found) {
                    layers.push((index, found));
                }
                order = stream;
            }
            _ => return None,
        }
    }
    (!layers.is_empty() && is_in_order(&order)).then_some(Permutation { layers })
}

/// What a layer takes of the units in front of it, a column a unit; `None` of an operator, whose places are fixed.
fn outgoing(layer: &Layer) -> Option<DMatrix<f64>> {
    match layer {
        Layer::Dense(dense) => Some(dense.affine.weight.clone()),
        Layer::Residual(block) => Some(block.inner.weight.clone()),
        Layer::Node(_) => None,
    }
}

fn is_in_order(order: &[usize]) -> bool {
    order.iter().enumerate().all(|(position, unit)| position == *unit)
}

fn bias_of(affine: &Affine, unit: usize) -> u64 {
    affine.bias.as_ref().and_then(|bias: &DVector<f64>| bias.get(unit)).map_or(0, |value| (value + 0.0).to_bits())
}

/// For each row of `other` the row of `one` that it is.
fn order_of_rows(
    one: &Affine,
    other: &Affine,
    columns: &[usize],
    next_one: Option<DMatrix<f64>>,
    next_other: Option<DMatrix<f64>>,
) -> Option<Vec<usize>> {
    if one.weight.shape() != other.weight.shape() || columns.len() != one.weight.ncols() {
        return None;
    }
    let (behind_one, behind_other) = (next_one?, next_other?);
    // −0 is 0.
    let bits = |value: f64| (value + 0.0).to_bits();
    let key = |affine: &Affine, unit: usize, columns: &mut dyn Iterator<Item = usize>, behind: &DMatrix<f64>| {
        let mut key: Vec<u64> =
            columns.filter_map(|column| affine.weight.get((unit, column)).copied()).map(bits).collect();
        key.push(bias_of(affine, unit));
        let mut given: Vec<u64> =
            if unit < behind.ncols() { behind.column(unit).iter().copied().map(bits).collect() } else { Vec::new() };
        // The units behind may be in another order too.
        given.sort_unstable();
        key.extend(given);
        key
    };
    let mut known: HashMap<Vec<u64>, Vec<usize>> = HashMap::new();
    for unit in (0..one.weight.nrows()).rev() {
        known.entry(key(one, unit, &mut columns.iter().copied(), &behind_one)).or_default().push(unit);
    }
    let all = other.weight.ncols();
    (0..other.weight.nrows())
        .map(|unit| known.get_mut(&key(other, unit, &mut (0..all), &behind_other))?.pop())
        .collect()
}

/// Whether the rows of `other` are these rows of `one`, with its columns in this order.
fn is_same(one: &Affine, other: &Affine, rows: &[usize], columns: &[usize]) -> bool {
    let biases = rows.iter().enumerate().all(|(unit, from)| bias_of(other, unit) == bias_of(one, *from));
    biases && is_same_matrix(&one.weight, &other.weight, rows, columns)
}

fn is_same_matrix(one: &DMatrix<f64>, other: &DMatrix<f64>, rows: &[usize], columns: &[usize]) -> bool {
    let fits = one.shape() == other.shape() && rows.len() == one.nrows() && columns.len() == one.ncols();
    fits && columns.iter().enumerate().all(|(column, from)| {
        rows.iter().enumerate().all(|(row, row_from)| other.get((row, column)) == one.get((*row_from, *from)))
    })
}
