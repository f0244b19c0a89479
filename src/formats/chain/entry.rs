//! One layer of a chain: its tensors, and what is known of how they act.

use super::basis::ActivationBasis;
use super::settings::ConvolutionSettings;
use crate::network::Activation;

/// One layer of a chain: a matrix, or the kernel of a convolution.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainEntry {
    /// The tensor that holds W.
    pub weight_name: String,
    /// The tensor that holds b.
    pub bias_name: Option<String>,
    /// Whether a matrix's rows are inputs, so that it must be transposed; whether a kernel's axes are height, width,
    /// inputs, outputs, as Keras has them.
    pub transpose: bool,
    /// How the convolution moves, where the tensor is a kernel.
    pub convolution: Option<ConvolutionSettings>,
    /// The batch normalisation in front of W.
    pub input_normalisation: Option<Normalisation>,
    /// The batch normalisation between W and σ.
    pub normalisation: Option<Normalisation>,
    /// The batch normalisation behind σ.
    pub output_normalisation: Option<Normalisation>,
    /// The slopes of a PReLU, which then stands in place of σ.
    pub slopes: Option<Slopes>,
    /// The vector that scales what a residual block adds, where the layer is the last of one.
    pub scale_name: Option<String>,
    /// σ.
    pub activation: Activation,
    /// What tells σ.
    pub basis: ActivationBasis,
}

impl ChainEntry {
    /// The names of the weight, the bias, the normalisations and the slopes, as the chain sees them.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        let normalisations = self.normalisations().flat_map(|(normalisation, _)| normalisation.names());
        let slopes = self.slopes.iter().map(|slopes| &slopes.name);
        let own = std::iter::once(&self.weight_name).chain(&self.bias_name);
        own.chain(normalisations).chain(slopes).chain(&self.scale_name)
    }

    /// The normalisations, with their places in words.
    pub(super) fn normalisations(&self) -> impl Iterator<Item = (&Normalisation, &'static str)> {
        let positions = ["in front of the weight", "before the activation", "behind the activation"];
        let all = [&self.input_normalisation, &self.normalisation, &self.output_normalisation];
        all.into_iter().zip(positions).filter_map(|(normalisation, position)| Some((normalisation.as_ref()?, position)))
    }
}

/// The tensors of a batch normalisation: y ↦ weight∘(y − mean)/√(variance + ε) + bias.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalisation {
    /// Its name in the file.
    pub name: String,
    /// The tensor of the running mean.
    pub mean_name: String,
    /// The tensor of the running variance.
    pub variance_name: String,
    /// The tensor of the factors; none where it has none.
    pub weight_name: Option<String>,
    /// The tensor of the shifts; none where it has none.
    pub bias_name: Option<String>,
    /// ε: what the library takes by itself, unless a module tells it.
    pub epsilon: f64,
    /// Whether a module tells ε.
    pub is_epsilon_told: bool,
    /// Whether the file tells where it stands.
    pub is_place_told: bool,
}

impl Normalisation {
    /// The tensors' names.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        [&self.mean_name, &self.variance_name].into_iter().chain(&self.weight_name).chain(&self.bias_name)
    }
}

/// The slopes behind a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Slopes {
    /// Their tensor: one slope for all units, or one for each.
    pub name: String,
    /// Whether the file tells that they are slopes, and where.
    pub is_told: bool,
}
