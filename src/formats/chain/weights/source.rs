//! How a weight is computed from the tensors of a file.

use super::low_rank::LowRank;

/// How a weight is computed from the tensors of the file. The names are theirs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum WeightSource {
    /// g·v/‖v‖, the norm over the axes along which g has length 1.
    WeightNorm { magnitude: String, direction: String },
    /// W/σ with σ = uᵀWv, the largest singular value as the training followed it.
    SpectralNorm { original: String, left: String, right: Option<String> },
    /// W where the mask is 1, 0 where it is 0.
    Masked { original: String, mask: String },
    /// A weight and the product of two narrow matrices.
    LowRank(LowRank),
    /// W itself, to which something is done that the file does not tell.
    Unknown { original: String },
}

impl WeightSource {
    /// The names of the tensors that it is computed from.
    pub fn parts(&self) -> Vec<&String> {
        match self {
            WeightSource::WeightNorm { magnitude, direction } => vec![magnitude, direction],
            WeightSource::SpectralNorm { original, left, right } => [original, left].into_iter().chain(right).collect(),
            WeightSource::Masked { original, mask } => vec![original, mask],
            WeightSource::LowRank(low_rank) => low_rank.parts(),
            WeightSource::Unknown { original } => vec![original],
        }
    }
}

/// A weight that is computed: its name, its shape, and how.
pub(super) struct Computed {
    pub name: String,
    pub shape: Vec<usize>,
    pub source: WeightSource,
}
