//! The layers of a Keras model as values of a graph.

use nalgebra::DVector;
use serde_json::Value;

use super::super::graph::GraphProblem;
use super::activation::axis_of;
use super::architecture::LayerConfig;
use super::operands::Operands;
use super::precision;
use super::reading::Reading;
use super::settings::Settings;
use super::weights::WeightFault;
use crate::formats::PartName;
use crate::formats::graph::{Scale, ValueId};
use crate::formats::shape::size;

/// What BatchNormalization adds to the variance where the file does not tell it.
const DEFAULT_EPSILON: f64 = 1e-3;
/// Normalization divides by no less than this.
const MIN_DEVIATION: f64 = 1e-7;
/// Layers that hand on what they are given once training is over.
pub(super) const IDLE: [&str; 15] = [
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "RandomBrightness",
    "RandomContrast",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
];
/// Layers that do the same at each time when they are applied to all times at once.
const ALIKE_AT_EACH_TIME: [&str; 5] = ["Activation", "Dense", "ELU", "LeakyReLU", "ThresholdedReLU"];

impl Reading<'_> {
    /// The value that the layer gives in one of its calls. What its settings and the call hold beyond what is understood
    /// is told.
    pub(super) fn layer(&mut self, layer: &LayerConfig, operands: Operands) -> Result<ValueId, WeightFault> {
        if let Some(operator) = &layer.foreign {
            return Err(GraphProblem::Operator { node: layer.path.clone(), operator: operator.clone() }.into());
        }
        let settings = Settings::new(&layer.path, &layer.config);
        settings.ignore(&["dtype"]);
        precision::report(&layer.path, &layer.class, &layer.config, &mut self.account);
        let value = self.understood(layer, &settings, &operands)?;
        settings.close(&mut self.account);
        operands.close(&layer.path, &mut self.account);
        Ok(value)
    }

    fn understood(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        operands: &Operands,
    ) -> Result<ValueId, WeightFault> {
        if let Ok(of) = operands.only(settings) {
            if let Some(value) = self.activation_layer(of, &layer.class, settings)? {
                return Ok(value);
            }
            if let Some(value) = self.plain(layer, settings, of)? {
                return Ok(value);
            }
        }
        if let Some(value) = self.attention_layer(layer, settings, operands)? {
            return Ok(value);
        }
        let value = self.operator(&layer.class, settings, operands)?;
        Ok(value.ok_or_else(|| GraphProblem::Operator { node: layer.path.clone(), operator: layer.class.clone() })?)
    }

    /// The layers that are given one value; none for a class that is not known.
    fn plain(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<Option<ValueId>, WeightFault> {
        let node = settings.node;
        let value = match layer.class.as_str() {
            "Dense" => {
                let value = self.dense(layer, settings, of)?;
                self.activation(value, node, settings.get("activation"))?
            }
            "BatchNormalization" => {
                let scale = self.batch_normalization(layer, settings)?;
                let axis = self.channel_axis(settings, of)?;
                self.graph.scale(of, node, scale, axis)?
            }
            "Normalization" => self.normalization(layer, settings, of)?,
            "Rescaling" => {
                let factor = numbers(settings.get("scale")).unwrap_or_else(|| DVector::from_element(1, 1.0));
                let shift = numbers(settings.get("offset"));
                let axis = self.graph.shape(of).map_or(0, |shape| shape.len().saturating_sub(1));
                self.graph.scale(of, node, Scale { factor: Some(factor), shift }, axis)?
            }
            "PReLU" => self.parametric_relu(layer, settings, of)?,
            "Embedding" => self.embedded(layer, settings, of)?,
            "TimeDistributed" => self.at_each_time(layer, settings, of)?,
            "Flatten" => self.flattened(settings, of)?,
            "Reshape" if layer.config.contains_key("target_shape") => {
                let target = settings.get("target_shape").and_then(Value::as_array);
                let lengths: Vec<i64> =
                    target.map_or_else(Vec::new, |list| list.iter().filter_map(Value::as_i64).collect());
                self.reshaped(of, node, &lengths)?
            }
            "Permute" => {
                let order = settings.get("dims").and_then(Value::as_array);
                let order: Option<Vec<usize>> = order.and_then(|list| {
                    list.iter().map(|axis| usize::try_from(axis.as_u64()?).ok()?.checked_sub(1)).collect()
                });
                let order = order.ok_or_else(|| settings.problem("dims", "is not an order of axes"))?;
                self.turned(settings, of, &order)?
            }
            "RepeatVector" => {
                let count = settings.count("n")?.ok_or_else(|| settings.problem("n", "is not told"))?;
                let width = self.graph.width(of).ok_or_else(|| GraphProblem::InputShape { node: node.into() })?;
                let total = size(&[count, width]).filter(|total| *total <= MAX_REPEATED);
                let total = total.ok_or_else(|| settings.problem("n", "is too large"))?;
                let positions: Vec<usize> = (0..total).map(|at| at % width.max(1)).collect();
                self.graph.select(of, &positions, vec![count, width], node)?
            }
            class if IDLE.contains(&class) => {
                settings.ignore(&[
                    "rate",
                    "p",
                    "noise_shape",
                    "stddev",
                    "l1",
                    "l2",
                    "data_format",
                    "factor",
                    "mode",
                    "fill_mode",
                    "fill_value",
                    "interpolation",
                    "height_factor",
                    "width_factor",
                    "value_range",
                ]);
                of
            }
            _ => {
                if let Some(value) = self.normalised(layer, settings, of)? {
                    return Ok(Some(value));
                }
                if let Some(value) = self.recurrent(layer, settings, of)? {
                    return Ok(Some(value));
                }
                if let Some(value) = self.resampled(layer, settings, of)? {
                    return Ok(Some(value));
                }
                match self.convolutional(layer, settings, of)? {
                    Some(value) => self.activation(value, node, settings.get("activation"))?,
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(value))
    }

    /// A slope for each coordinate; along the shared axes it is the same.
    fn parametric_relu(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        settings.ignore(&["shared_axes"]);
        let name = self.weights.needed(layer, "alpha")?;
        let (slopes, stored) = (self.weights.vector(layer, "alpha")?, self.weights.shape(name).to_vec());
        if slopes.len() == 1 || self.graph.shape(of).is_none() {
            return Ok(self.graph.leaky(of, slopes, node, 0)?);
        }
        let shape = self.listed_shape(of, node)?;
        let fits = stored.len() == shape.len()
            && stored.iter().zip(&shape).all(|(stored, length)| stored == length || *stored == 1);
        if !fits {
            let problem = format!("its slopes have the shape {stored:?}, what it is given {shape:?}");
            return Err(GraphProblem::Weights { node: node.into(), problem }.into());
        }
        let width = size(&shape).unwrap_or_default();
        let spread = DVector::from_fn(width, |at, _| {
            let (mut rest, mut position, mut stride) = (at, 0, 1);
            for (stored, length) in stored.iter().zip(&shape).rev() {
                position += if *stored == 1 { 0 } else { rest % length * stride };
                rest /= length;
                stride *= stored;
            }
            slopes.get(position).copied().unwrap_or_default()
        });
        Ok(self.graph.leaky(of, spread, node, 0)?)
    }

    /// A row of a table for each number.
    fn embedded(&mut self, layer: &LayerConfig, settings: &Settings<'_>, of: ValueId) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        if settings.flag("mask_zero", false)? {
            let value = "is on: layers that pass over places of padding are not understood";
            return Err(settings.problem("mask_zero", value).into());
        }
        if settings.get("quantization_config").is_some() || settings.get("lora_rank").is_some() {
            return Err(settings.problem("its table", "is quantised or adapted, which is not understood").into());
        }
        let table = self.weights.matrix(layer, "embeddings")?;
        let wanted = [settings.count("input_dim")?, settings.count("output_dim")?];
        let found = [table.nrows(), table.ncols()];
        if wanted.iter().zip(found).any(|(wanted, found)| wanted.is_some_and(|wanted| wanted != found)) {
            let problem = format!("its table is {}×{}, which is not what its settings say", found[0], found[1]);
            return Err(GraphProblem::Weights { node: node.into(), problem }.into());
        }
        Ok(self.graph.rows_of(of, node, table)?)
    }

    /// A layer that is applied to what lies at each time.
    fn at_each_time(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<ValueId, WeightFault> {
        settings.ignore(&["layer"]);
        let operator = |class: &str| {
            let operator = format!("TimeDistributed({class})");
            GraphProblem::Operator { node: settings.node.into(), operator }
        };
        let inner = layer.wrapped.as_deref().ok_or_else(|| operator("?"))?;
        let class = inner.class.as_str();
        if !(ALIKE_AT_EACH_TIME.contains(&class) || IDLE.contains(&class)) {
            return Err(operator(class).into());
        }
        let operands = Operands::new(vec![super::operands::Operand::Value(of)], Vec::new());
        self.layer(inner, operands)
    }

    /// The shape of a value whose coordinates are few enough to be listed one by one.
    pub(super) fn listed_shape(&self, of: ValueId, node: &str) -> Result<Vec<usize>, GraphProblem> {
        let shape = self.graph.shape(of).ok_or_else(|| GraphProblem::InputShape { node: node.into() })?;
        match size(shape).filter(|width| *width <= MAX_LISTED) {
            Some(_) => Ok(shape.to_vec()),
            None => {
                let rows = size(shape).unwrap_or(usize::MAX);
                Err(GraphProblem::TooLarge { node: node.into(), rows, columns: 1 })
            }
        }
    }

    /// Keras flattens pictures with their channels last, however they lie.
    fn flattened(&mut self, settings: &Settings<'_>, of: ValueId) -> Result<ValueId, GraphProblem> {
        let axes = self.graph.shape(of).map_or(0, <[usize]>::len);
        let of = match settings.text("data_format") {
            Some("channels_first") if axes > 1 => {
                let order: Vec<usize> = (1..axes).chain([0]).collect();
                self.turned(settings, of, &order)?
            }
            _ => of,
        };
        Ok(self.graph.flatten(of))
    }

    /// The axes in another order.
    fn turned(&mut self, settings: &Settings<'_>, of: ValueId, order: &[usize]) -> Result<ValueId, GraphProblem> {
        let node = settings.node;
        let shape = self.listed_shape(of, node)?;
        let mut seen = order.to_vec();
        seen.sort_unstable();
        if !seen.iter().copied().eq(0..shape.len()) {
            return Err(settings.problem("its axes", "are not those of what it is given"));
        }
        let stride = |axis: usize| -> usize { shape.iter().skip(axis + 1).product() };
        let turned: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
        let mut positions = vec![0_usize];
        for (&axis, &length) in order.iter().zip(&turned) {
            let stride = stride(axis);
            positions =
                positions.iter().flat_map(|position| (0..length).map(move |at| position + at * stride)).collect();
        }
        self.graph.select(of, &positions, turned, node)
    }

    /// One length may be −1: what is left.
    pub(super) fn reshaped(&mut self, of: ValueId, node: &str, lengths: &[i64]) -> Result<ValueId, GraphProblem> {
        let known: Option<usize> = lengths
            .iter()
            .filter(|&&length| length != -1)
            .try_fold(1_usize, |size, &length| size.checked_mul(usize::try_from(length).ok()?));
        let width = self.graph.width(of);
        let shape: Option<Vec<usize>> = lengths
            .iter()
            .map(|&length| match length {
                -1 => width?.checked_div(known?),
                length => usize::try_from(length).ok(),
            })
            .collect();
        let shape = shape.ok_or_else(|| GraphProblem::InputShape { node: node.into() })?;
        self.graph.reshape(of, node, shape)
    }

    /// The axis that a normalisation acts along, without that of the samples; the last where the file tells none.
    fn channel_axis(&self, settings: &Settings<'_>, of: ValueId) -> Result<usize, GraphProblem> {
        let axis = match settings.get("axis") {
            None => -1,
            Some(Value::Array(list)) if list.len() == 1 => list.first().and_then(Value::as_i64).unwrap_or(0),
            Some(axis) => axis.as_i64().unwrap_or(0),
        };
        let axes = self.graph.shape(of).map_or(1, <[usize]>::len);
        axis_of(axis, axes).ok_or_else(|| settings.problem("axis", "is not one of what it is given"))
    }

    /// γ(x − μ)/√(v + ε) + β as factor and shift.
    fn batch_normalization(&self, layer: &LayerConfig, settings: &Settings<'_>) -> Result<Scale, WeightFault> {
        settings.ignore(&[
            "momentum",
            "renorm",
            "renorm_clipping",
            "renorm_momentum",
            "fused",
            "synchronized",
            "virtual_batch_size",
        ]);
        let weights = self.weights;
        let (mean, variance) = (weights.vector(layer, "moving_mean")?, weights.vector(layer, "moving_variance")?);
        let gamma = weights.vector_if(settings.flag("scale", true)?, layer, "gamma")?;
        let beta = weights.vector_if(settings.flag("center", true)?, layer, "beta")?;
        let epsilon = settings.number(&["epsilon"], DEFAULT_EPSILON)?;
        Ok(Scale::normalization(settings.node, &mean, &variance, gamma.as_ref(), beta.as_ref(), epsilon)?)
    }

    /// (x − μ)/√v, or x·√v + μ where the layer is inverted. The numbers are weights where they were adapted to data, else
    /// settings.
    fn normalization(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        let part = |role: &'static str| -> Result<DVector<f64>, WeightFault> {
            match numbers(settings.get(role)) {
                Some(attribute) => Ok(attribute),
                None => self.weights.vector(layer, role),
            }
        };
        let (mean, variance) = (part("mean")?, part("variance")?);
        if let Some(name) = self.weights.find(layer, "count") {
            self.account.leaves(PartName::tensor(name), "counts the samples that the layer was adapted to");
        }
        if mean.len() != variance.len() {
            let problem = format!("{} means for {} variances", mean.len(), variance.len());
            return Err(GraphProblem::Weights { node: node.into(), problem }.into());
        }
        let deviation = variance.map(|variance| variance.max(0.0).sqrt().max(MIN_DEVIATION));
        let scale = if settings.flag("invert", false)? {
            Scale { factor: Some(deviation), shift: Some(mean) }
        } else {
            let shift = -mean.component_div(&deviation);
            Scale { factor: Some(deviation.map(|deviation| 1.0 / deviation)), shift: Some(shift) }
        };
        let shape = self.graph.shape(of).map(<[usize]>::to_vec);
        let several = settings.get("axis").and_then(Value::as_array).is_some_and(|axes| axes.len() > 1);
        match (scale.factor.as_ref().map_or(1, DVector::len), shape) {
            (1, _) => {
                settings.ignore(&["axis"]);
                Ok(self.graph.scale(of, node, scale, 0)?)
            }
            // Along all axes each coordinate has its own.
            (length, Some(shape)) if several && size(&shape) == Some(length) => {
                let flat = self.graph.flatten(of);
                let value = self.graph.scale(flat, node, scale, 0)?;
                Ok(self.graph.reshape(value, node, shape)?)
            }
            _ => {
                let axis = self.channel_axis(settings, of)?;
                Ok(self.graph.scale(of, node, scale, axis)?)
            }
        }
    }
}

/// The most coordinates of a value whose places are listed.
const MAX_LISTED: usize = 1 << 24;
/// The most coordinates that a repetition makes.
const MAX_REPEATED: usize = 1 << 16;

/// A number, or lists of numbers.
fn numbers(value: Option<&Value>) -> Option<DVector<f64>> {
    fn collect(value: &Value, numbers: &mut Vec<f64>) {
        match value {
            Value::Array(list) => list.iter().for_each(|item| collect(item, numbers)),
            other => numbers.extend(other.as_f64()),
        }
    }
    let mut found = Vec::new();
    collect(value?, &mut found);
    (!found.is_empty()).then(|| DVector::from_vec(found))
}
