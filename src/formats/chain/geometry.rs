//! The ways in which a chain's convolutions may move, and those that fit its shapes.

use super::entry::ChainEntry;
use super::settings::{ConvolutionSettings, PaddingRule, PoolingRule};
use super::weights::index::Index;
use super::{ChainProblem, shapes};
use crate::network::ImageShape;

/// What is tried: the strides, paddings and pools that networks have most often, alike in all convolutions, with a mean
/// of all places at the end or without.
fn usual(count: usize) -> Vec<Vec<ConvolutionSettings>> {
    let mut candidates = Vec::new();
    for pooling in [PoolingRule::None, PoolingRule::Average(2)] {
        for at_end in [pooling, PoolingRule::Global] {
            for stride in [1, 2] {
                for padding in [PaddingRule::Each(0), PaddingRule::Same] {
                    let settings = ConvolutionSettings { stride, padding, dilation: 1, pooling };
                    let mut candidate = vec![settings; count];
                    candidate.iter_mut().rev().take(1).for_each(|last| last.pooling = at_end);
                    if !candidates.contains(&candidate) {
                        candidates.push(candidate);
                    }
                }
            }
        }
    }
    candidates
}

/// The usual ways in which the shapes of the chain fit.
pub(super) fn fitting(
    entries: &[ChainEntry],
    input_shape: Option<ImageShape>,
    index: &Index<'_>,
) -> Vec<Vec<ConvolutionSettings>> {
    let count = entries.iter().filter(|entry| entry.convolution.is_some()).count();
    let fits = |candidate: &Vec<ConvolutionSettings>| {
        let mut tried = entries.to_vec();
        set(&mut tried, candidate);
        // A matrix that is too large says nothing about how the convolutions move.
        shapes::follow(&tried, input_shape, index).problems.iter().all(ChainProblem::is_of_size)
    };
    usual(count).into_iter().filter(fits).collect()
}

/// Gives the convolutions their settings, one for all or one for each; the last stands for those that are missing.
pub(super) fn set(entries: &mut [ChainEntry], settings: &[ConvolutionSettings]) {
    let convolutions = entries.iter_mut().filter_map(|entry| entry.convolution.as_mut());
    for (position, convolution) in convolutions.enumerate() {
        if let Some(given) = settings.get(position).or(settings.last()) {
            *convolution = *given;
        }
    }
}

/// Settings as they are given: one where all are alike, else one for each.
pub fn label(candidate: &[ConvolutionSettings]) -> String {
    let alike = candidate.windows(2).all(|pair| pair[0] == pair[1]);
    let shown = if alike { candidate.get(..1).unwrap_or(&[]) } else { candidate };
    shown.iter().map(ToString::to_string).collect::<Vec<_>>().join(";")
}
