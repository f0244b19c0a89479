//! What is worth a second look in a layer, with a code for scripts and a sentence for people.

use serde::Serialize;

use crate::flow::LayerFlow;
use crate::formats::{ChainProblem, GraphProblem, TensorInfo, shape_text};
use crate::network::Layer;
use crate::resnet::{BlockMeasure, Criterion, StableSteps};

/// From this condition number on, a layer makes errors of single precision as large as its values.
const ILL_CONDITIONED: f64 = 1e8;

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Warning {
    pub code: &'static str,
    pub severity: &'static str,
    pub message: String,
}

impl Warning {
    fn serious(code: &'static str, message: String) -> Warning {
        Warning { code, severity: "warning", message }
    }

    fn info(code: &'static str, message: String) -> Warning {
        Warning { code, severity: "info", message }
    }
}

/// The findings of one layer.
pub(super) fn of_layer(layer: &Layer, motion: &LayerFlow) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(spectrum) = &motion.spectrum {
        let full = spectrum.singular_values.len();
        // What the stored numbers cannot tell from 0 is not there, whatever rounding left of it.
        let stored = spectrum.stored_rank.filter(|stored| stored.rank < spectrum.rank);
        let rank = stored.map_or(spectrum.rank, |stored| stored.rank);
        if rank < full {
            let lost = full - rank;
            let at = stored.map(|stored| format!(" at {} precision", stored.precision.name())).unwrap_or_default();
            let message = format!(
                "rank {rank} of {full}{at}: {} compressed to nothing",
                if lost == 1 { "1 direction is".to_owned() } else { format!("{lost} directions are") }
            );
            warnings.push(Warning::serious("rank_deficient", message));
        }
        if let Some(stored) = spectrum.stored_rank.filter(|stored| stored.is_shown) {
            let message = format!(
                "the flow shows rank {}: what is left in the other directions is below the rounding of {}",
                stored.rank,
                stored.precision.name()
            );
            warnings.push(Warning::info("shown_at_stored_rank", message));
        }
        if let Some(condition) = spectrum.condition_number.filter(|&condition| condition > ILL_CONDITIONED) {
            let message = format!("condition number {condition:.1e}: the smallest direction is all but lost");
            warnings.push(Warning::serious("ill_conditioned", message));
        }
        if spectrum.reflection {
            let message = "reflection: the determinant is negative, so the flow turns through another dimension";
            warnings.push(Warning::info("reflection", message.into()));
        }
    }
    if let Some(time) = motion.fold {
        let name = layer.activation().name();
        let message =
            format!("{name} is not monotone: past s = {time:.3} the flow folds and has neither velocity nor inverse");
        warnings.push(Warning::info("fold", message));
    }
    warnings
}

/// The conditions of the flow model that a residual block does not meet on the data.
pub(super) fn of_block(block: &BlockMeasure) -> Vec<Warning> {
    let finding = |criterion| match criterion {
        Criterion::SmallResidual => Warning::info(
            "large_residual",
            format!("its residual is {:.2} of its input on average: a long step for a flow", block.mean_residual),
        ),
        Criterion::SlowChange => Warning::info(
            "fast_change",
            format!("the next block's parameters differ by {:.2} of its own", block.change_to_next.unwrap_or(0.0)),
        ),
        Criterion::Invertible => Warning::info(
            "not_invertible",
            format!(
                "its branch may stretch by {:.2}, and only below 1 it is sure to be invertible",
                block.lipschitz_bound
            ),
        ),
    };
    block.fails().into_iter().map(finding).collect()
}

/// The finding of a compression that the steps cannot follow.
pub(super) fn of_unstable(unstable: &StableSteps) -> Warning {
    let StableSteps { layer, sigma, least_steps } = unstable;
    let message = format!(
        "layer {layer}: its singular value {sigma:.3e} changes sign in so few Euler steps; take {least_steps} or more"
    );
    Warning::serious("unstable", message)
}

/// The finding of a graph that is understood only in part.
pub(super) fn of_cut(problem: &GraphProblem) -> Warning {
    Warning::serious("not_understood", format!("the network ends before its file does: {problem}"))
}

/// The finding that something of the file is not in the network.
pub(super) fn of_partial(missing: String) -> Warning {
    Warning::serious("partial", format!("the network is partial: {missing}"))
}

/// Something that was guessed.
pub(super) fn of_assumption(sentence: &str) -> Warning {
    Warning::info("assumed", format!("assumed: {sentence}"))
}

/// The finding of a layer that holds numbers that are not finite, or gets them.
pub(super) fn of_not_finite(is_first: bool) -> Warning {
    if is_first {
        Warning {
            code: "not_finite",
            severity: "error",
            message: "holds NaN or infinity: the flow ends before it".into(),
        }
    } else {
        Warning::serious(
            "behind_not_finite",
            "lies behind a layer that holds NaN or infinity: nothing flows here".into(),
        )
    }
}

/// The finding that there is no flow.
pub(super) fn of_no_flow(reason: String) -> Warning {
    Warning::serious("no_flow", reason)
}

/// The finding that a weight has no spectrum.
pub(super) fn of_no_spectrum(problem: &ChainProblem) -> Warning {
    Warning::serious("no_spectrum", format!("without a spectrum: {problem}"))
}

/// The finding that a weight is not listed, and why.
pub(super) fn of_unlisted(tensor: &TensorInfo, why: &str) -> Warning {
    let shape = shape_text(&tensor.shape);
    Warning::serious("no_spectrum", format!("without a spectrum: `{}` ({shape}): {why}", tensor.name))
}

/// The finding of a tensor that the chain of layers leaves out.
pub(super) fn of_problem(problem: &ChainProblem) -> Warning {
    match problem {
        ChainProblem::Folded { .. } => Warning::info("folded_normalisation", problem.to_string()),
        _ => Warning::serious("unused_tensor", problem.to_string()),
    }
}
