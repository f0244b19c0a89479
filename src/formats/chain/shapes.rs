//! What each layer of a chain takes and gives, followed from the input on.

use super::entry::ChainEntry;
use super::kernel_axes::KernelAxes;
use super::layer_widths::{outputs, widths};
use super::lookup::{bias_problem, weight};
use super::problem::ChainProblem;
use super::settings::ConvolutionSettings;
use super::weights::index::Index;
use crate::formats::shape::shape_text;
use crate::formats::tensor_info::TensorInfo;
use crate::network::{Convolution, ConvolutionError, ImageShape, Window};

/// Entries of all lowered matrices of a chain at most, 512 MiB.
pub(super) const MAX_ENTRIES: usize = 1 << 26;

/// What a layer gets or gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Given {
    /// Whatever the layer takes.
    Unknown,
    /// A vector.
    Values(usize),
    /// A picture or a signal with channels.
    Shape(ImageShape),
}

impl Given {
    /// `64`, or `8×26×26`; `None` where it is not known.
    pub fn label(&self) -> Option<String> {
        match self {
            Given::Unknown => None,
            Given::Values(values) => Some(values.to_string()),
            Given::Shape(volume) => Some(volume.to_string()),
        }
    }
}

/// What a chain's layers give, one after the other, and what does not fit.
pub(super) struct Followed {
    /// What each entry gets and gives, its pooling included; where it does not fit, what is known.
    pub widths: Vec<(Given, Given)>,
    pub problems: Vec<ChainProblem>,
}

/// Follows the shapes through the chain.
pub(super) fn follow(entries: &[ChainEntry], input_shape: Option<ImageShape>, index: &Index<'_>) -> Followed {
    let mut followed = Followed { widths: Vec::new(), problems: Vec::new() };
    let has_convolutions = entries.iter().any(|entry| entry.convolution.is_some());
    let mut given = input_shape.filter(|_| has_convolutions).map_or(Given::Unknown, Given::Shape);
    let mut previous: Option<(&ChainEntry, &TensorInfo)> = None;
    let mut numbers = 0_usize;
    for entry in entries {
        let tensor = match weight(index, entry) {
            Ok(tensor) => tensor,
            Err(problem) => {
                followed.problems.push(problem);
                followed.widths.push((given, Given::Unknown));
                (given, previous) = (Given::Unknown, None);
                continue;
            }
        };
        let step = match &entry.convolution {
            Some(settings) => convolution(entry, *settings, tensor, given, &mut numbers),
            None => dense(entry, tensor, given, previous),
        };
        followed.problems.extend(step.problem);
        followed.problems.extend(bias_problem(index, entry, tensor, outputs(entry, tensor)));
        followed.widths.push((step.takes, step.gives));
        (given, previous) = (step.gives, Some((entry, tensor)));
    }
    followed
}

struct Step {
    takes: Given,
    gives: Given,
    problem: Option<ChainProblem>,
}

fn dense(entry: &ChainEntry, tensor: &TensorInfo, given: Given, previous: Option<(&ChainEntry, &TensorInfo)>) -> Step {
    let (inputs, outputs) = widths(tensor, entry.transpose);
    let (found, text) = match given {
        Given::Unknown => (inputs, String::new()),
        Given::Values(values) => (values, String::new()),
        Given::Shape(volume) => (volume.values(), volume.to_string()),
    };
    let (name, shape) = (entry.weight_name.clone(), shape_text(&tensor.shape));
    let problem = (found != inputs).then(|| match previous {
        Some((before, before_tensor)) => ChainProblem::Break {
            first: before.weight_name.clone(),
            first_shape: shape_text(&before_tensor.shape),
            outputs: found,
            second: name,
            second_shape: shape,
            inputs,
        },
        None => ChainProblem::Input { name, shape, inputs, given: text, values: found },
    });
    Step { takes: Given::Values(inputs), gives: Given::Values(outputs), problem }
}

fn convolution(
    entry: &ChainEntry,
    settings: ConvolutionSettings,
    tensor: &TensorInfo,
    given: Given,
    numbers: &mut usize,
) -> Step {
    let (name, shape) = (entry.weight_name.clone(), shape_text(&tensor.shape));
    let failed = |problem| Step { takes: given, gives: Given::Unknown, problem: Some(problem) };
    let input = match given {
        Given::Unknown => return failed(ChainProblem::InputShape { name, shape }),
        Given::Values(_) => return failed(ChainProblem::NoShape { name, shape }),
        Given::Shape(volume) => volume,
    };
    let fault = |source| ChainProblem::Convolution { name: name.clone(), shape: shape.clone(), source };
    let output = match output(entry, settings, tensor, input) {
        Ok(output) => output,
        Err(source) => return failed(fault(source)),
    };
    let mut problem = Convolution::refuse_too_large(input, output).err().map(fault);
    *numbers = numbers.saturating_add(input.values().saturating_mul(output.values()));
    if problem.is_none() && *numbers > MAX_ENTRIES {
        problem = Some(ChainProblem::TooMany { name: name.clone(), most: MAX_ENTRIES });
    }
    let pooled = match settings.pooling(output).map_or(Ok(output), |pooling| pooling.output(output)) {
        Ok(pooled) => pooled,
        Err(source) => return failed(fault(source)),
    };
    Step { takes: given, gives: Given::Shape(pooled), problem }
}

/// The shape of what the convolution gives, before its pooling.
fn output(
    entry: &ChainEntry,
    settings: ConvolutionSettings,
    tensor: &TensorInfo,
    input: ImageShape,
) -> Result<ImageShape, ConvolutionError> {
    let axes = KernelAxes::of_shape(&tensor.shape, entry.transpose);
    let axes = axes.ok_or(ConvolutionError::Zero { part: "size" })?;
    if axes.groups(input.channels()).is_none() {
        return Err(ConvolutionError::Channels { expected: axes.group_inputs, input: input.to_string() });
    }
    let window: Window = settings.window(axes.size, input, entry.transpose);
    let [height, width] = window.outputs(input)?;
    ImageShape::new(axes.outputs, height, width)
}
