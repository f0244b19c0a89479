//! Modules that act one after another, as values of a graph.

use nalgebra::DVector;

use super::activation::Activated;
use super::fault::Fault;
use super::module::Module;
use super::{activation, volumes, weight};
use crate::formats::graph::{Graph, Scale, ValueId};
use crate::formats::input_lengths::InputLengths;
use crate::formats::tensors::TensorFile;
use crate::network::{Activation, Affine, OutputFunction};

/// What BatchNorm adds to the variance where the pickle does not tell it.
const DEFAULT_EPSILON: f64 = 1e-5;
/// Modules that do nothing once training is over.
const NOTHING: [&str; 8] =
    ["Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "Sequential"];

/// What a module adds.
pub(super) enum Added {
    Value(ValueId),
    /// The function that reads the network.
    Output(OutputFunction),
}

/// The modules of a sequence, those of sequences in it in their place.
#[derive(Default)]
pub(super) struct Line<'a> {
    /// The modules that act, in order.
    pub parts: Vec<Module<'a>>,
    /// The sequences in the sequence.
    pub sequences: Vec<Module<'a>>,
}

impl<'a> Line<'a> {
    /// The modules of a sequence, or the only one.
    pub fn new(module: Module<'a>) -> Line<'a> {
        let mut line = Line::default();
        if module.is("Sequential") {
            line.extend(&module);
            line.sequences.push(module);
        } else {
            line.parts.push(module);
        }
        line
    }

    fn extend(&mut self, sequence: &Module<'a>) {
        for child in sequence.children() {
            if child.is("Sequential") && child.hooks().is_empty() {
                self.extend(&child);
                self.sequences.push(child);
            } else {
                self.parts.push(child);
            }
        }
    }
}

/// The shape of the input, where it must be known and was told.
pub(super) fn input_shape(line: &[Module<'_>], attribute: Option<InputLengths>) -> Option<Vec<usize>> {
    // Which of a module's axes are open is not told by its class, so that nothing can be guessed.
    let Some(InputLengths::Told(volume)) = attribute else { return None };
    let needs = |ends: &[&str]| line.iter().any(|module| ends.iter().any(|end| module.class.ends_with(end)));
    if needs(&["Conv2d", "Pool2d", "BatchNorm2d"]) {
        Some(vec![volume.channels(), volume.height(), volume.width()])
    } else {
        needs(&["Conv1d", "Pool1d"]).then(|| vec![volume.channels(), volume.width()])
    }
}

/// Whether a module does nothing once training is over.
pub(super) fn does_nothing(module: &Module<'_>) -> bool {
    module.is_of_library() && NOTHING.contains(&module.class.as_str())
}

/// Adds a module that is given the value `of`.
pub(super) fn add(graph: &mut Graph, module: &Module<'_>, of: ValueId, file: &TensorFile) -> Result<Added, Fault> {
    let node = module.label();
    if module.is_quantised() {
        return quantised(graph, module, of, file);
    }
    if !module.is_of_library() {
        return Err(module.operator().into());
    }
    weight::refuse_hooks(module, &["weight", "bias"])?;
    if does_nothing(module) {
        return Ok(Added::Value(of));
    }
    match activation::of_module(module)? {
        Some(Activated::Output(output)) => return Ok(Added::Output(output)),
        Some(Activated::Each { activation, inner }) => {
            let by = |factor: f64| Scale { factor: Some(DVector::from_element(1, factor)), shift: None };
            if inner == 1.0 {
                return Ok(Added::Value(graph.activate(of, node, activation)?));
            }
            let scaled = graph.scale(of, node, by(inner), 0)?;
            let value = graph.activate(scaled, node, activation)?;
            return Ok(Added::Value(graph.scale(value, node, by(1.0 / inner), 0)?));
        }
        None => {}
    }
    let value = match module.class.as_str() {
        "Linear" => {
            let weight = weight::read(module, "weight", file)?.ok_or_else(|| weight::without(module, "weight"))?;
            let (weight, bias) = (weight.into_matrix(module)?, weight::read(module, "bias", file)?);
            let bias = bias.map(weight::Weight::into_vector);
            if bias.as_ref().is_some_and(|bias| bias.len() != weight.nrows()) {
                return Err(weight::without(module, "bias").into());
            }
            graph.affine(of, node, Affine { weight, bias })?
        }
        "BatchNorm1d" | "BatchNorm2d" | "SyncBatchNorm" => {
            let scale = batch_normalization(module, file)?;
            graph.scale(of, node, scale, 0)?
        }
        "PReLU" => slopes(graph, module, of, file)?,
        "Flatten" => match (module.number("start_dim"), module.number("end_dim")) {
            (None | Some(1.0), None | Some(-1.0)) => graph.flatten(of),
            (start, end) => {
                let axes = format!("{} to {}", start.unwrap_or(1.0), end.unwrap_or(-1.0));
                return Err(module
                    .fault("its axes", format!("are {axes}; only all but the samples' are understood"))
                    .into());
            }
        },
        "Unflatten" => {
            let lengths = module.lengths("unflattened_size").unwrap_or_default();
            let shape: Option<Vec<usize>> = lengths.iter().map(|length| usize::try_from(*length).ok()).collect();
            match (module.number("dim"), shape) {
                (Some(1.0), Some(shape)) if !shape.is_empty() => graph.reshape(of, node, shape)?,
                _ => return Err(module.fault("its shape", "is not understood").into()),
            }
        }
        _ => volumes::add(graph, module, of, file)?.ok_or_else(|| module.operator())?,
    };
    Ok(Added::Value(value))
}

/// Adds a quantised layer as what it rounds. The steps that it rounds to are told with its tensors.
fn quantised(graph: &mut Graph, module: &Module<'_>, of: ValueId, file: &TensorFile) -> Result<Added, Fault> {
    let node = module.label();
    weight::refuse_hooks(module, &[])?;
    for attribute in ["scale", "zero_point", "version", "qconfig"] {
        module.setting(attribute);
    }
    let value = match module.class.as_str() {
        "Quantize" | "DeQuantize" | "QuantStub" | "DeQuantStub" => of,
        "Linear" | "LinearReLU" => {
            let absent = || weight::without(module, "weight");
            let weight = weight::stored(module, "weight", file)?.ok_or_else(absent)?.into_matrix(module)?;
            let bias = weight::stored(module, "bias", file)?.map(weight::Weight::into_vector);
            if bias.as_ref().is_some_and(|bias| bias.len() != weight.nrows()) {
                return Err(weight::without(module, "bias").into());
            }
            let value = graph.affine(of, node, Affine { weight, bias })?;
            if module.class == "LinearReLU" { graph.activate(value, node, Activation::Relu)? } else { value }
        }
        _ => return Err(module.operator().into()),
    };
    Ok(Added::Value(value))
}

/// γ(x − μ)/√(v + ε) + β as factor and shift.
fn batch_normalization(module: &Module<'_>, file: &TensorFile) -> Result<Scale, Fault> {
    let vector = |name: &str| -> Result<Option<DVector<f64>>, Fault> {
        Ok(weight::read(module, name, file)?.map(weight::Weight::into_vector))
    };
    let (Some(mean), Some(variance)) = (vector("running_mean")?, vector("running_var")?) else {
        return Err(module
            .fault("its statistics", "are those of each batch, so that no sample has a value of its own")
            .into());
    };
    let (gamma, beta) = (vector("weight")?, vector("bias")?);
    let epsilon = epsilon(module);
    Ok(Scale::normalization(module.label(), &mean, &variance, gamma.as_ref(), beta.as_ref(), epsilon)?)
}

/// What a normalisation adds to the variance.
pub(super) fn epsilon(module: &Module<'_>) -> f64 {
    module.number("eps").unwrap_or(DEFAULT_EPSILON)
}

/// max(x, 0) + a∘min(x, 0), the slopes a one for all or one for each channel: a∘x + (1 − a)∘max(x, 0).
fn slopes(graph: &mut Graph, module: &Module<'_>, of: ValueId, file: &TensorFile) -> Result<ValueId, Fault> {
    let node = module.label();
    let slopes = weight::read(module, "weight", file)?.ok_or_else(|| weight::without(module, "weight"))?.into_vector();
    let first = slopes.iter().next().copied().ok_or_else(|| weight::without(module, "weight"))?;
    if slopes.iter().all(|slope| *slope == first) {
        return Ok(graph.activate(of, node, Activation::LeakyRelu { negative_slope: first })?);
    }
    let kept = slopes.map(|slope| 1.0 - slope);
    let straight = graph.scale(of, node, Scale { factor: Some(slopes), shift: None }, 0)?;
    let bent = graph.activate(of, node, Activation::Relu)?;
    let bent = graph.scale(bent, node, Scale { factor: Some(kept), shift: None }, 0)?;
    Ok(graph.sum(straight, bent, node)?)
}
