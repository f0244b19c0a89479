//! Keras's normalisations of a value by its own mean and deviation.

use nalgebra::DVector;
use serde_json::Value;

use super::super::graph::GraphProblem;
use super::activation::axis_of;
use super::architecture::LayerConfig;
use super::reading::Reading;
use super::settings::Settings;
use super::weights::WeightFault;
use crate::formats::graph::{Groups, Scale, ValueId};

/// ε of LayerNormalization and GroupNormalization, and of RMSNormalization, where the file does not tell it.
const EPSILON: f64 = 1e-3;
const RMS_EPSILON: f64 = 1e-6;
/// UnitNormalization divides by no less than this.
const SHORTEST: f64 = 1e-12;

impl Reading<'_> {
    /// The layer's value; none where its class is none of these.
    pub(super) fn normalised(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<Option<ValueId>, WeightFault> {
        Ok(Some(match layer.class.as_str() {
            "LayerNormalization" => {
                if settings.flag("rms_scaling", false)? {
                    return Err(settings.problem("rms_scaling", "is on, which is not understood").into());
                }
                let epsilon = settings.number(&["epsilon"], EPSILON)?;
                let (gamma, beta) = (settings.flag("scale", true)?, settings.flag("center", true)?);
                self.of_last_axes(layer, settings, of, (true, epsilon), [gamma, beta])?
            }
            "RMSNormalization" => {
                let epsilon = settings.number(&["epsilon"], RMS_EPSILON)?;
                self.of_last_axes(layer, settings, of, (false, epsilon), [true, false])?
            }
            "UnitNormalization" => {
                let (axes, length) = self.last_axes(settings, of)?;
                // x/‖x‖ = x/√(‖x‖²/d) · 1/√d.
                let epsilon = SHORTEST * SHORTEST / length as f64;
                let made = self.graph.normalise(of, settings.node, "UnitNormalization", axes, (false, epsilon))?;
                let factor = DVector::from_element(1, 1.0 / (length as f64).sqrt());
                self.graph.scale(made, settings.node, Scale { factor: Some(factor), shift: None }, 0)?
            }
            "GroupNormalization" => self.of_groups(layer, settings, of)?,
            _ => return Ok(None),
        }))
    }

    fn of_last_axes(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
        how: (bool, f64),
        [has_factor, has_shift]: [bool; 2],
    ) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        let role = if self.weights.find(layer, "scale").is_some() { "scale" } else { "gamma" };
        let factor = self.weights.vector_if(has_factor, layer, role)?;
        let shift = self.weights.vector_if(has_shift, layer, "beta")?;
        if let Some(length) = factor.as_ref().or(shift.as_ref()).map(DVector::len) {
            self.graph.settle(of, length);
        }
        let (axes, length) = self.last_axes(settings, of)?;
        let made = self.graph.normalise(of, node, &layer.class, axes, how)?;
        let shape = self.graph.known_shape(of, node)?;
        let width: usize = shape.iter().product();
        let spread = |vector: Option<DVector<f64>>| match vector {
            None => Ok(None),
            Some(vector) if vector.len() == length => {
                Ok(Some(DVector::from_fn(width, |at, _| vector[at % length.max(1)])))
            }
            Some(vector) => Err(GraphProblem::Widths { node: node.into(), takes: vector.len(), given: length }),
        };
        let scale = Scale { factor: spread(factor)?, shift: spread(shift)? };
        Ok(self.graph.scaled_along(made, node, scale, &shape)?)
    }

    /// The axes, which must be the last ones, and how many coordinates they have together.
    fn last_axes(&self, settings: &Settings<'_>, of: ValueId) -> Result<(Groups, usize), GraphProblem> {
        let shape = self.graph.known_shape(of, settings.node)?;
        let named: Option<Vec<i64>> = match settings.get("axis") {
            None => Some(vec![-1]),
            Some(Value::Array(list)) => list.iter().map(Value::as_i64).collect(),
            Some(value) => value.as_i64().map(|axis| vec![axis]),
        };
        let axes: Option<Vec<usize>> =
            named.and_then(|named| named.into_iter().map(|axis| axis_of(axis, shape.len())).collect());
        let mut axes = axes.unwrap_or_default();
        axes.sort_unstable();
        if axes.is_empty() || !axes.iter().copied().eq(shape.len() - axes.len()..shape.len()) {
            return Err(settings.problem("axis", "is not that of the last of what it is given"));
        }
        let length = axes.iter().map(|axis| shape[*axis]).product();
        Ok((Groups::Axes(axes), length))
    }

    /// The channels, the last axis, in groups; each over all places.
    fn of_groups(&mut self, layer: &LayerConfig, settings: &Settings<'_>, of: ValueId) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        let shape = self.graph.known_shape(of, node)?;
        let axis = settings.get("axis").map_or(Some(-1), Value::as_i64).and_then(|axis| axis_of(axis, shape.len()));
        let axis = axis.ok_or_else(|| settings.problem("axis", "is not one of what it is given"))?;
        let channels = shape[axis];
        let groups = match settings.get("groups").map_or(Some(32), Value::as_i64) {
            // One group for each channel.
            Some(-1) => channels,
            groups => groups.and_then(|groups| usize::try_from(groups).ok()).unwrap_or(0),
        };
        if groups == 0 || !channels.is_multiple_of(groups) {
            return Err(settings.problem("groups", "does not divide its channels").into());
        }
        let mut apart = shape.clone();
        apart.splice(axis..=axis, [groups, channels / groups]);
        let folded = self.graph.reshape(of, node, apart.clone())?;
        let within = (0..apart.len()).filter(|other| *other != axis).collect();
        let epsilon = settings.number(&["epsilon"], EPSILON)?;
        let made = self.graph.normalise(folded, node, &layer.class, Groups::Axes(within), (true, epsilon))?;
        let made = self.graph.reshape(made, node, shape.clone())?;
        let factor = self.weights.vector_if(settings.flag("scale", true)?, layer, "gamma")?;
        let shift = self.weights.vector_if(settings.flag("center", true)?, layer, "beta")?;
        Ok(self.graph.scale(made, node, Scale { factor, shift }, axis)?)
    }
}
