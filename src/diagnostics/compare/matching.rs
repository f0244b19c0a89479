//! Which layer of one network is which of the other: by name, else by order and shape.

use std::collections::HashMap;

use crate::network::{Layer, Network};

/// The longest lists that are aligned; longer ones are paired from the front.
const MAX_ALIGNED: usize = 4096;

/// The pairs of layers, from 0, in the order of the first network, and what has no partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// A layer of A and its partner in B.
    pub pairs: Vec<(usize, usize)>,
    /// The layers of A without one.
    pub only_a: Vec<usize>,
    /// The layers of B without one.
    pub only_b: Vec<usize>,
}

/// Pairs the layers of two networks. Names that one network has once and the other too decide; between them layers of one
/// shape are paired in order, as many as can be without crossing.
pub fn match_layers(a: &Network, b: &Network) -> Matching {
    let mut partner: Vec<Option<usize>> = vec![None; a.layers().len()];
    let mut is_taken = vec![false; b.layers().len()];
    let names = unique_names(b);
    for (name, position) in unique_names(a) {
        let found = names.get(name).filter(|other| is_alike(&a.layers()[position], &b.layers()[**other]));
        if let Some(other) = found {
            partner[position] = Some(*other);
            is_taken[*other] = true;
        }
    }
    let free_a: Vec<usize> = (0..partner.len()).filter(|layer| partner[*layer].is_none()).collect();
    let free_b: Vec<usize> = (0..is_taken.len()).filter(|layer| !is_taken[*layer]).collect();
    for (one, other) in aligned(&free_a, &free_b, |one, other| has_same_shape(&a.layers()[one], &b.layers()[other])) {
        partner[one] = Some(other);
        is_taken[other] = true;
    }
    let pairs = partner.iter().enumerate().filter_map(|(one, other)| Some((one, (*other)?))).collect();
    let only_a = (0..partner.len()).filter(|layer| partner[*layer].is_none()).collect();
    let only_b = (0..is_taken.len()).filter(|layer| !is_taken[*layer]).collect();
    Matching { pairs, only_a, only_b }
}

fn unique_names(network: &Network) -> HashMap<&str, usize> {
    let mut found: HashMap<&str, Option<usize>> = HashMap::new();
    for (position, layer) in network.layers().iter().enumerate() {
        let name = layer.name().trim();
        if !name.is_empty() {
            found.entry(name).and_modify(|known| *known = None).or_insert(Some(position));
        }
    }
    found.into_iter().filter_map(|(name, position)| Some((name, position?))).collect()
}

fn is_alike(one: &Layer, other: &Layer) -> bool {
    one.kind() == other.kind()
}

fn has_same_shape(one: &Layer, other: &Layer) -> bool {
    let shape = |layer: &Layer| match layer {
        Layer::Dense(dense) => (dense.affine.weight.shape(), None),
        Layer::Residual(block) => (block.inner.weight.shape(), Some(block.outer.weight.shape())),
        Layer::Node(_) => ((layer.outputs(), layer.inputs()), None),
    };
    shape(one) == shape(other)
}

/// The longest common subsequence of two lists.
fn aligned(one: &[usize], other: &[usize], is_same: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let (rows, columns) = (one.len(), other.len());
    if rows > MAX_ALIGNED || columns > MAX_ALIGNED {
        return one.iter().zip(other).map(|(one, other)| (*one, *other)).filter(|(a, b)| is_same(*a, *b)).collect();
    }
    let mut lengths = vec![0_u16; (rows + 1) * (columns + 1)];
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            lengths[at(row, column)] = match is_same(one[row], other[column]) {
                true => lengths[at(row + 1, column + 1)] + 1,
                false => lengths[at(row + 1, column)].max(lengths[at(row, column + 1)]),
            };
        }
    }
    let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
    while row < rows && column < columns {
        if is_same(one[row], other[column]) {
            pairs.push((one[row], other[column]));
            (row, column) = (row + 1, column + 1);
        } else if lengths[at(row + 1, column)] >= lengths[at(row, column + 1)] {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::network::{Activation, Affine, Dense, OutputFunction};

    fn network(layers: &[(&str, usize, usize)]) -> Network {
        let layer = |(name, inputs, outputs): &(&str, usize, usize)| {
            let affine = Affine { weight: DMatrix::from_element(*outputs, *inputs, 1.0), bias: None };
            Layer::Dense(Dense { name: (*name).into(), affine, activation: Activation::Tanh })
        };
        Network::new("n".into(), layers.iter().map(layer).collect(), OutputFunction::Identity).unwrap()
    }

    #[test]
    fn names_decide_and_the_rest_is_paired_by_shape_in_order() {
        let a = network(&[("in", 2, 5), ("x", 5, 5), ("x", 5, 5), ("head", 5, 3)]);
        let b = network(&[("in", 2, 5), ("y", 5, 5), ("wide", 5, 7), ("back", 7, 5), ("z", 5, 5), ("head", 5, 3)]);
        let matching = match_layers(&a, &b);
        assert_eq!(matching.pairs, [(0, 0), (1, 1), (2, 4), (3, 5)]);
        assert_eq!((matching.only_a, matching.only_b), (vec![], vec![2, 3]));
        // The same name with another shape is still the same layer.
        let c = network(&[("in", 2, 4), ("head", 4, 3)]);
        let matching = match_layers(&a, &c);
        assert_eq!((matching.pairs, matching.only_a), (vec![(0, 0), (3, 1)], vec![1, 2]));
    }
}
