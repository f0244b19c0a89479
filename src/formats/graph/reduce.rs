//! What is made of all coordinates along some axes of a value: sums, means, the largest.

use super::GraphProblem;
use super::operators::{Operator, SparseRows};
use super::values::{Graph, ValueId};
use crate::network::NodeMap;

impl Graph {
    /// `factor` times the sum along these axes, counted from 0 without the samples; they are left with length 1 where they
    /// are kept.
    pub fn summed_along(
        &mut self,
        of: ValueId,
        name: &str,
        (axes, keeps): (&[usize], bool),
        factor: f64,
    ) -> Result<ValueId, GraphProblem> {
        let (members, shape) = self.members_along(of, name, axes, keeps)?;
        let rows = members.into_iter().map(|row| row.into_iter().map(|slot| (slot, factor)).collect()).collect();
        self.sparse(of, name, SparseRows { rows, shift: None, text: "sums along axes".into() }, shape)
    }

    /// The largest along these axes.
    pub fn largest_along(
        &mut self,
        of: ValueId,
        name: &str,
        axes: &[usize],
        keeps: bool,
    ) -> Result<ValueId, GraphProblem> {
        let inputs = self.known_shape(of, name)?.iter().product();
        let (windows, shape) = self.members_along(of, name, axes, keeps)?;
        self.operate(
            &[of],
            name,
            Operator::plain("the largest along axes", NodeMap::Largest { inputs, windows }),
            shape,
        )
    }

    /// For each coordinate of the result those that it is made of, and the result's shape.
    fn members_along(
        &mut self,
        of: ValueId,
        name: &str,
        axes: &[usize],
        keeps: bool,
    ) -> Result<(Vec<Vec<usize>>, Vec<usize>), GraphProblem> {
        let shape = self.known_shape(of, name)?;
        if axes.is_empty() || axes.iter().any(|axis| *axis >= shape.len()) {
            let value = "are not among those of its value".to_owned();
            return Err(GraphProblem::Setting { node: name.into(), setting: "its axes".into(), value });
        }
        let width: usize = shape.iter().product();
        self.spend_entries(name, width)?;
        let left = shape.iter().enumerate().filter(|(axis, _)| !axes.contains(axis)).map(|(_, length)| *length);
        let count: usize = left.product();
        let mut members = vec![Vec::new(); count];
        for slot in 0..width {
            let (mut rest, mut to, mut stride) = (slot, 0, 1);
            for (axis, &length) in shape.iter().enumerate().rev() {
                let at = rest % length;
                rest /= length;
                if !axes.contains(&axis) {
                    to += at * stride;
                    stride *= length;
                }
            }
            members[to].push(slot);
        }
        let lengths = shape.iter().enumerate().filter_map(|(axis, &length)| match axes.contains(&axis) {
            false => Some(length),
            true => keeps.then_some(1),
        });
        Ok((members, lengths.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_along_any_axes_are_gathered() {
        let mut graph = Graph::default();
        let x = graph.input(Some(vec![2, 3, 2]));
        let (members, shape) = graph.members_along(x, "a", &[0, 2], false).unwrap();
        assert_eq!((members, shape), (vec![vec![0, 1, 6, 7], vec![2, 3, 8, 9], vec![4, 5, 10, 11]], vec![3]));
        let (members, shape) = graph.members_along(x, "a", &[1], true).unwrap();
        assert_eq!((members[1].clone(), shape), (vec![1, 3, 5], vec![2, 1, 2]));
        assert!(graph.members_along(x, "a", &[3], true).is_err() && graph.largest_along(x, "a", &[], true).is_err());
    }
}
