//! The blocks of a refined network in their order, without building them: runs of consecutive blocks of one phase.

use super::block_run::BlockRun;
use super::blocks::activation_steps;
use super::{RefinementKind, ResNet};
use crate::flow::{LayerFlow, Motion};
use crate::network::{Activation, Stage};

impl ResNet<'_> {
    /// The runs of blocks, first to last: N blocks for each refined phase and for the continuous limit of a residual
    /// block, one for a linear map that is kept whole, for a softmax and for a residual block that is its own Euler step.
    pub fn runs(&self) -> Vec<BlockRun> {
        self.flow.layers().iter().flat_map(|layer| self.runs_of(layer)).collect()
    }

    /// The number of blocks, which are explicit for Euler's steps.
    pub fn blocks(&self) -> usize {
        self.runs().iter().map(|run| run.blocks).sum()
    }

    pub(super) fn runs_of(&self, layer: &LayerFlow) -> Vec<BlockRun> {
        let steps = self.refinement.steps;
        let end = layer.index as f64;
        let run = |phase, text, blocks, times| BlockRun { layer: layer.index, phase, text, blocks, times };
        if layer.is_residual() {
            // With its shortcut it is one Euler step as it stands; its continuous limit takes N.
            let last = layer.phases.len().checked_sub(1);
            return vec![run(last, "residual", if layer.is_limit() { steps } else { 1 }, (end - 1.0, end))];
        }
        let mut runs = Vec::new();
        for (index, phase) in layer.phases.iter().enumerate() {
            let times = (phase.start, phase.end);
            let text = phase.kind.label();
            match &phase.motion {
                Motion::Activation { activation: Activation::Softmax, .. } => {
                    runs.push(run(Some(index), text, 1, times))
                }
                Motion::Node(stage) => {
                    let blocks = if stage.stage == Stage::Compare { steps } else { 1 };
                    runs.push(run(Some(index), text, blocks, times));
                }
                Motion::Activation { activation, .. } => {
                    runs.push(run(Some(index), text, activation_steps(*activation, steps).len(), times));
                }
                _ if self.refinement.kind == RefinementKind::Full => runs.push(run(Some(index), text, steps, times)),
                _ => match runs.last_mut() {
                    Some(whole) => whole.times.1 = phase.end,
                    None => runs.push(run(None, "linear", 1, times)),
                },
            }
        }
        runs
    }
}
