//! Which coordinates of the state an operator reads, where it writes, and what rests.

/// The coordinates of a node. Every place lies within its state, and no two results have the same one: [`Cut::new`] sees
/// to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    inputs: usize,
    outputs: usize,
    reads: Vec<usize>,
    writes: Vec<usize>,
    kept: Vec<usize>,
}

impl Cut {
    /// Everything is read, and everything is written, in order.
    pub fn whole(inputs: usize, outputs: usize) -> Cut {
        Cut { inputs, outputs, reads: (0..inputs).collect(), writes: (0..outputs).collect(), kept: Vec::new() }
    }

    /// A state of `widths` (before, after) of which the coordinates `reads` are given to the operator and its results
    /// written to `writes`, while those at `kept` rest; every other is 0 after it. `None` where a place is outside of its
    /// state, or has two values.
    pub fn new(widths: (usize, usize), reads: Vec<usize>, writes: Vec<usize>, kept: Vec<usize>) -> Option<Cut> {
        let (inputs, outputs) = widths;
        let mut is_taken = vec![false; outputs];
        for &slot in writes.iter().chain(&kept) {
            if std::mem::replace(is_taken.get_mut(slot)?, true) {
                return None;
            }
        }
        let fits = reads.iter().chain(&kept).all(|slot| *slot < inputs);
        fits.then_some(Cut { inputs, outputs, reads, writes, kept })
    }

    /// The same places in a space of at least both widths before and after.
    pub fn widened(&self, dimension: usize) -> Cut {
        let dimension = dimension.max(self.inputs).max(self.outputs);
        Cut { inputs: dimension, outputs: dimension, ..self.clone() }
    }

    /// The width of the state before.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The width of the state after.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Of the state before, in the order in which the operator is given them.
    pub fn reads(&self) -> &[usize] {
        &self.reads
    }

    /// Of the state after, in the order of the operator's results.
    pub fn writes(&self) -> &[usize] {
        &self.writes
    }

    /// What rests.
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// Whether the operator is given the whole state in order, and gives the whole next one.
    pub fn is_whole(&self) -> bool {
        let in_order = |slots: &[usize], width: usize| slots.iter().copied().eq(0..width);
        in_order(&self.reads, self.inputs) && in_order(&self.writes, self.outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_do_not_fit_are_refused() {
        assert!(Cut::new((3, 2), vec![0, 0, 2], vec![1], vec![0]).is_some());
        assert!(Cut::new((3, 2), vec![3], vec![1], vec![0]).is_none());
        assert!(Cut::new((3, 2), vec![0], vec![1, 1], vec![]).is_none());
        assert!(Cut::new((3, 2), vec![0], vec![1], vec![1]).is_none());
        assert!(Cut::new((3, 4), vec![0], vec![1], vec![3]).is_none());
        assert!(Cut::whole(3, 2).is_whole());
    }
}
