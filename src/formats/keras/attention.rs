//! Keras's layers that multiply values which both come from the input: attention and products.

use nalgebra::{DMatrix, DVector};
use serde_json::Value;

use super::super::graph::GraphProblem;
use super::activation::axis_of;
use super::architecture::LayerConfig;
use super::operands::{Operand, Operands};
use super::reading::Reading;
use super::settings::Settings;
use super::weights::WeightFault;
use crate::formats::graph::{Scale, ValueId};
use crate::network::Affine;

/// What is added to the scores of places that are hidden.
const HIDDEN: f64 = -1e9;

impl Reading<'_> {
    /// The layer's value; none where its class is none of these.
    pub(super) fn attention_layer(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        operands: &Operands,
    ) -> Result<Option<ValueId>, WeightFault> {
        Ok(Some(match layer.class.as_str() {
            "MultiHeadAttention" => self.heads(layer, settings, operands)?,
            "Attention" => self.plain_attention(layer, settings, operands)?,
            "Dot" => self.contraction(settings, operands)?,
            _ => return Ok(None),
        }))
    }

    /// softmax(Q·Kᵀ/√d)·V for each head, the heads joined by a last matrix.
    fn heads(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        operands: &Operands,
    ) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        settings.ignore(&["dropout", "value_dim", "flash_attention"]);
        let value_of = |position: usize, name: &str| operands.at(position, &[name]).and_then(Operand::value);
        let query = value_of(0, "query").ok_or_else(|| settings.problem("its query", "is not a value of the model"))?;
        let value = value_of(1, "value").ok_or_else(|| settings.problem("its value", "is not a value of the model"))?;
        let key = value_of(2, "key").unwrap_or(value);
        if settings.flag("use_gate", false)? {
            return Err(settings.problem("use_gate", "is on, which is not understood").into());
        }
        if settings.get("output_shape").is_some() || settings.get("sliding_window").is_some() {
            return Err(settings.problem("its shape or window", "is not the usual, which is not understood").into());
        }
        let is_usual = |axes: &Value| axes.as_array().is_some_and(|axes| axes.len() == 1 && axes[0] == 1);
        if settings.get("attention_axes").is_some_and(|axes| !is_usual(axes)) {
            return Err(settings.problem("attention_axes", "are not that of the places").into());
        }
        let heads = settings.count("num_heads")?.filter(|heads| *heads > 0);
        let heads = heads.ok_or_else(|| settings.problem("num_heads", "is not told"))?;
        let has_bias = settings.flag("use_bias", true)?;
        let mut made = Vec::with_capacity(3);
        for (part, of) in [("query", query), ("key", key), ("value", value)] {
            let affine = self.projection(layer, part, has_bias, false)?;
            let width = affine.outputs();
            if !width.is_multiple_of(heads) || self.graph.known_shape(of, node)?.len() != 2 {
                return Err(settings.problem("its heads", "do not fit its input").into());
            }
            let projected = self.graph.affine(of, &format!("{node}: {part}"), affine)?;
            let tokens = self.graph.known_shape(projected, node)?[0];
            let apart = self.graph.reshape(projected, node, vec![tokens, heads, width / heads])?;
            made.push(self.turned_axes(apart, node, if part == "key" { &[1, 2, 0] } else { &[1, 0, 2] })?);
        }
        let size = self.graph.known_shape(made[0], node)?[2];
        if settings.count("key_dim")?.is_some_and(|attribute| attribute != size) {
            return Err(settings.problem("key_dim", "is not that of its kernels").into());
        }
        let factor = Some(DVector::from_element(1, 1.0 / (size as f64).sqrt()));
        let query = self.graph.scale(made[0], node, Scale { factor, shift: None }, 0)?;
        let mut scores = self.graph.matrix_product(query, made[1], node)?;
        if operands.constant(settings, usize::MAX, &["use_causal_mask"]).and_then(Value::as_bool) == Some(true) {
            scores = self.causal(scores, node)?;
        }
        let shares = self.graph.softmax_along(scores, node, vec![2])?;
        let seen = self.graph.matrix_product(shares, made[2], node)?;
        let shape = self.graph.known_shape(seen, node)?;
        let together = self.turned_axes(seen, node, &[1, 0, 2])?;
        let together = self.graph.reshape(together, node, vec![shape[1], shape[0] * shape[2]])?;
        let last = self.projection(layer, "output", has_bias, true)?;
        Ok(self.graph.affine(together, &format!("{node}: output"), last)?)
    }

    /// The matrix of a part: inputs × heads × size in the file, and heads × size × outputs of the last.
    fn projection(
        &self,
        layer: &LayerConfig,
        part: &str,
        has_bias: bool,
        is_last: bool,
    ) -> Result<Affine, WeightFault> {
        let role = format!("{part}/kernel");
        let name = self.weights.needed(layer, &role)?;
        let (shape, values) = (self.weights.shape(name), self.weights.vector(layer, &role)?);
        let [first, second, third] = *shape else {
            let problem = format!("its kernel of {part} has the shape {shape:?}");
            return Err(GraphProblem::Weights { node: layer.path.clone(), problem }.into());
        };
        let (inputs, outputs) = if is_last { (first * second, third) } else { (first, second * third) };
        let weight = DMatrix::from_fn(outputs, inputs, |row, column| values[column * outputs + row]);
        let bias = self.weights.vector_if(has_bias, layer, &format!("{part}/bias"))?;
        super::dense::check_bias(&layer.path, outputs, bias.as_ref())?;
        Ok(Affine { weight, bias })
    }

    /// softmax(Q·Kᵀ)·V of a list of query, value and key.
    fn plain_attention(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        operands: &Operands,
    ) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        settings.ignore(&["dropout"]);
        if !matches!(settings.text("score_mode"), None | Some("dot")) {
            return Err(settings.problem("score_mode", "is not the product, which is not understood").into());
        }
        let list: Option<Vec<ValueId>> = operands.joined().iter().map(Operand::value).collect();
        let (query, value, key) = match list.as_deref() {
            Some([query, value]) => (*query, *value, *value),
            Some([query, value, key]) => (*query, *value, *key),
            _ => return Err(settings.problem("its input", "is not a query, a value and a key").into()),
        };
        if [query, value, key].iter().any(|of| self.graph.shape(*of).is_none_or(|shape| shape.len() != 2)) {
            return Err(settings.problem("its input", "has other axes than places and features").into());
        }
        let key = self.turned_axes(key, node, &[1, 0])?;
        let mut scores = self.graph.matrix_product(query, key, node)?;
        if settings.flag("use_scale", false)? {
            let factor = Some(self.weights.vector(layer, "scale")?);
            scores = self.graph.scale(scores, node, Scale { factor, shift: None }, 0)?;
        }
        if settings.flag("causal", false)?
            || operands.constant(settings, usize::MAX, &["use_causal_mask"]).and_then(Value::as_bool) == Some(true)
        {
            scores = self.causal(scores, node)?;
        }
        let shares = self.graph.softmax_along(scores, node, vec![1])?;
        Ok(self.graph.matrix_product(shares, value, node)?)
    }

    /// Hides from each place those behind it.
    fn causal(&mut self, scores: ValueId, node: &str) -> Result<ValueId, GraphProblem> {
        let shape = self.graph.known_shape(scores, node)?;
        let [.., queries, keys] = shape[..] else { return Ok(scores) };
        let width = shape.iter().product();
        let hides = |at: usize| at % keys > at / keys % queries;
        let shift = DVector::from_fn(width, |at, _| if hides(at) { HIDDEN } else { 0.0 });
        self.graph.shifted(scores, node, shift)
    }

    /// The sum of products along an axis of each of two values.
    fn contraction(&mut self, settings: &Settings<'_>, operands: &Operands) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        if settings.flag("normalize", false)? {
            return Err(settings.problem("normalize", "is on, which is not understood").into());
        }
        let list: Option<Vec<ValueId>> = operands.joined().iter().map(Operand::value).collect();
        let Some([left, right]) = list.as_deref().and_then(|list| <[ValueId; 2]>::try_from(list).ok()) else {
            return Err(settings.problem("its input", "is not two values").into());
        };
        let axes: Option<Vec<i64>> = match settings.get("axes") {
            Some(Value::Array(list)) => list.iter().map(Value::as_i64).collect(),
            Some(value) => value.as_i64().map(|axis| vec![axis; 2]),
            None => None,
        };
        let (a, b) = (self.graph.known_shape(left, node)?, self.graph.known_shape(right, node)?);
        let wrong = || settings.problem("axes", "are not understood");
        let axes = axes.filter(|axes| axes.len() == 2 && a.len() <= 2 && b.len() <= 2).ok_or_else(wrong)?;
        let (of_left, of_right) =
            (axis_of(axes[0], a.len()).ok_or_else(wrong)?, axis_of(axes[1], b.len()).ok_or_else(wrong)?);
        // Both with the axis that is summed last in the first, and first in the second.
        let (mut first, mut second) = (left, right);
        if a.len() == 1 {
            first = self.graph.reshape(first, node, vec![1, a[0]])?;
        } else if of_left == 0 {
            first = self.turned_axes(first, node, &[1, 0])?;
        }
        if b.len() == 1 {
            second = self.graph.reshape(second, node, vec![b[0], 1])?;
        } else if of_right == 1 {
            second = self.turned_axes(second, node, &[1, 0])?;
        }
        let product = self.graph.matrix_product(first, second, node)?;
        let rest = |shape: &[usize], axis: usize| {
            shape.iter().enumerate().filter(|(at, _)| *at != axis).map(|(_, length)| *length).collect::<Vec<usize>>()
        };
        let mut shape = [rest(&a, of_left), rest(&b, of_right)].concat();
        if shape.is_empty() {
            shape.push(1);
        }
        Ok(self.graph.reshape(product, node, shape)?)
    }

    /// The axes in another order, as a selection.
    fn turned_axes(&mut self, of: ValueId, node: &str, order: &[usize]) -> Result<ValueId, GraphProblem> {
        let shape = self.graph.known_shape(of, node)?;
        let stride = |axis: usize| -> usize { shape[axis + 1..].iter().product() };
        let turned: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
        let mut positions = vec![0_usize];
        for (&axis, &length) in order.iter().zip(&turned) {
            let stride = stride(axis);
            positions =
                positions.iter().flat_map(|position| (0..length).map(move |at| position + at * stride)).collect();
        }
        self.graph.pick(of, node, &positions, turned)
    }
}
