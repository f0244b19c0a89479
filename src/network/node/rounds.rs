//! The stages of a node: motions one after the other that together are its map.
//!
//! A window of k values is a tournament of ⌈log₂ k⌉ rounds. A round takes pairs (a, b) of its values and makes
//! a + ReLU(b − a) of a, while b rests; at the end the winners go to their places and the losers to 0. Windows that share
//! values are copied apart first. A layer normalisation is centred, then brought to its length.

use super::Node;
use super::binary::Binary;
use super::cut::Cut;
use super::map::NodeMap;

/// How the points go in one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Straight from x to f(x), as the operator has no motion of its own.
    Direct,
    /// To copies or to other places.
    Gather,
    /// A round of comparisons.
    Compare,
    /// To the mean 0.
    Centre,
    /// Each group along its own direction: x·r^s.
    Normalise,
    /// Each value to its activation.
    Activate,
    /// One Euler step: x + s·f.
    Add,
}

impl Node {
    /// The stages of the node, first to last, each a node of its own.
    pub fn stages(&self) -> Vec<(Stage, Node)> {
        let stage = match &self.map {
            NodeMap::Largest { windows, .. } => {
                return self.tournament(windows).unwrap_or_else(|| vec![(Stage::Direct, self.clone())]);
            }
            NodeMap::Centre { .. } => Stage::Centre,
            NodeMap::Normalise { .. } if self.cut.reads() == self.cut.writes() => Stage::Normalise,
            NodeMap::Activation { .. } | NodeMap::Slopes(_) if self.cut.reads() == self.cut.writes() => Stage::Activate,
            NodeMap::Copy(_) => Stage::Gather,
            NodeMap::Sum { .. } => Stage::Add,
            _ => Stage::Direct,
        };
        vec![(stage, self.clone())]
    }

    fn tournament(&self, windows: &[Vec<usize>]) -> Option<Vec<(Stage, Node)>> {
        let cut = &self.cut;
        let part = |operator: &str, map, cut| Node {
            name: self.name.clone(),
            operator: format!("{}: {operator}", self.operator),
            map,
            cut,
        };
        let mut stages = Vec::new();
        let mut slots: Vec<Vec<usize>> =
            windows.iter().map(|window| window.iter().map(|&member| cut.reads()[member]).collect()).collect();
        let mut width = cut.inputs();
        if !are_disjoint(&slots, cut.kept(), width) {
            let reads: Vec<usize> = slots.concat();
            // What rests stays below; the copies lie behind it.
            let first = cut.kept().iter().max().map_or(0, |last| last + 1);
            let writes: Vec<usize> = (first..first + reads.len()).collect();
            let mut next = first;
            for window in &mut slots {
                for slot in window {
                    *slot = next;
                    next += 1;
                }
            }
            let copied = Cut::new((width, next), reads, writes, cut.kept().to_vec())?;
            stages.push((Stage::Gather, part("copies", NodeMap::Copy(copied.reads().len()), copied)));
            width = next;
        }
        // The winner of a window stays at its first place.
        let mut left = slots.clone();
        while left.iter().any(|window| window.len() > 1) {
            let (mut winners, mut losers) = (Vec::new(), Vec::new());
            for window in &mut left {
                let half = window.len().div_ceil(2);
                let rest = window.split_off(half);
                winners.extend(window.iter().take(rest.len()));
                losers.extend(rest);
            }
            let mut sorted = winners.clone();
            sorted.sort_unstable();
            let kept = (0..width).filter(|slot| sorted.binary_search(slot).is_err()).collect();
            let reads: Vec<usize> = winners.iter().chain(&losers).copied().collect();
            let map = NodeMap::Binary { width: winners.len(), operator: Binary::Larger };
            stages.push((
                Stage::Compare,
                part("a round of comparisons", map, Cut::new((width, width), reads, winners, kept)?),
            ));
        }
        let winners: Vec<usize> = left.iter().filter_map(|window| window.first().copied()).collect();
        let gathered = Cut::new((width, cut.outputs()), winners, cut.writes().to_vec(), cut.kept().to_vec())?;
        stages.push((Stage::Gather, part("the largest to their places", NodeMap::Copy(windows.len()), gathered)));
        Some(stages)
    }

    /// The width of the widest state on the way through the stages.
    pub fn widest(&self) -> usize {
        let cut = &self.cut;
        let ends = cut.inputs().max(cut.outputs());
        let NodeMap::Largest { windows, .. } = &self.map else { return ends };
        let slot = |member: &usize| cut.reads()[*member];
        let slots: Vec<Vec<usize>> = windows.iter().map(|window| window.iter().map(slot).collect()).collect();
        if are_disjoint(&slots, cut.kept(), cut.inputs()) {
            return ends;
        }
        let members: usize = windows.iter().map(Vec::len).sum();
        ends.max(cut.kept().iter().max().map_or(0, |last| last + 1) + members)
    }
}

/// Whether no place is in two windows, or in one that also rests.
fn are_disjoint(windows: &[Vec<usize>], kept: &[usize], width: usize) -> bool {
    let mut is_taken = vec![false; width];
    windows.iter().flatten().chain(kept).all(|&slot| !std::mem::replace(&mut is_taken[slot], true))
}
