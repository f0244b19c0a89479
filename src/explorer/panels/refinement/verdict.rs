//! What the panel finds, in a sentence at its top.

use egui::{Label, RichText, Ui};

use super::input::RefinementInput;
use crate::explorer::theme::{self, Palette};
use crate::network::OutputFunction;
use crate::resnet::{BlockMeasure, RefinementError, Verdict};

/// From this share of equal answers on a ResNet answers as the network does.
const NEARLY_ALL: f64 = 0.99;
/// Outputs without classes may differ by this share.
const SMALL_ERROR: f64 = 0.01;

/// Draws the verdict on the network's own blocks, if it has any, and that on the ResNet of the present N.
pub(super) fn show(ui: &mut Ui, input: &RefinementInput<'_>) {
    let palette = Palette::from_ui(ui);
    if let Some((is_flow, text)) = input.study.and_then(|study| of_blocks(&study.blocks)) {
        let colour = if is_flow { palette.ink } else { palette.warning };
        ui.add(Label::new(RichText::new(text).strong().color(colour)).wrap()).on_hover_text(
            "A ResNet is Euler's method for a flow where each residual is small beside its input (up to 0.25 × ‖x‖ on \
             average over the data) and the parameters change slowly from block to block (up to 25 %).",
        );
    }
    if let Some(refined) = input.refined {
        let has_classes = input.scene.is_some_and(|scene| scene.output != OutputFunction::Identity);
        let (is_near, text) = of_refinement(refined.refinement.steps, &refined.error, has_classes);
        let colour = if is_near { palette.ink } else { palette.warning };
        ui.add(Label::new(RichText::new(text).strong().color(colour)).wrap())
            .on_hover_text("The ResNet of this N beside the flow that it cuts into steps.");
    }
}

/// Whether the blocks are a flow, and why.
fn of_blocks(blocks: &[BlockMeasure]) -> Option<(bool, String)> {
    let verdict = Verdict::new(blocks)?;
    let Verdict { is_flow, largest_step, largest_change, may_fold } = verdict;
    let bound = if is_flow { "at most " } else { "" };
    let steps = format!(
        "steps are {bound}{} × ‖x‖ in block {}",
        theme::significant(largest_step.mean_residual),
        largest_step.layer
    );
    let change = largest_change.map(|(change, block)| {
        format!(
            "; blocks change by {} % at most, from block {} to the next",
            theme::significant(100.0 * change),
            block.layer
        )
    });
    let fold = may_fold.map(|block| {
        format!(
            " Block {} need not be one-to-one: Lip(f) ≤ {}.",
            block.layer,
            theme::significant(block.lipschitz_bound)
        )
    });
    let beginning = if is_flow { "A flow" } else { "Not a flow" };
    Some((is_flow, format!("{beginning}: {steps}{}.{}", change.unwrap_or_default(), fold.unwrap_or_default())))
}

/// Whether the ResNet of so many steps stands for the network, and why.
fn of_refinement(steps: usize, error: &RefinementError, has_classes: bool) -> (bool, String) {
    let is_near = match has_classes {
        true => error.prediction_agreement >= NEARLY_ALL,
        false => error.relative_error <= SMALL_ERROR,
    };
    let beginning = if is_near { "stands for the network" } else { "is too coarse" };
    let same = format!("{} % of the answers are the same, ", theme::figure(100.0 * error.prediction_agreement, 1));
    let text = format!(
        "N = {steps} {beginning}: {}outputs differ by up to {} %.",
        if has_classes { same } else { String::new() },
        theme::significant(100.0 * error.relative_error),
    );
    (is_near, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(layer: usize, mean_residual: f64, change_to_next: Option<f64>, lipschitz_bound: f64) -> BlockMeasure {
        BlockMeasure { layer, mean_residual, largest_residual: mean_residual, change_to_next, lipschitz_bound }
    }

    #[test]
    fn the_verdict_names_the_worst_block_and_the_largest_change() {
        let blocks = [block(4, 0.2, Some(1.41), 0.9), block(5, 1.4, Some(0.3), 2.5), block(6, 0.1, None, 0.5)];
        let (is_flow, text) = of_blocks(&blocks).unwrap();
        assert!(!is_flow);
        assert_eq!(
            text,
            "Not a flow: steps are 1.40 × ‖x‖ in block 5; blocks change by 141 % at most, from block 4 to the next. \
             Block 5 need not be one-to-one: Lip(f) ≤ 2.50."
        );
        let (is_flow, text) = of_blocks(&[block(1, 0.1, None, 0.5)]).unwrap();
        assert!(is_flow);
        assert_eq!(text, "A flow: steps are at most 0.100 × ‖x‖ in block 1.");
        assert_eq!(of_blocks(&[]), None);
    }
}
