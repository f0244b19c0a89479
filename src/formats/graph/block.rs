//! The layers of a block: residual layers that hand on what is still needed beside what they make.

use std::collections::HashMap;

use nalgebra::{DMatrix, DVector};

use super::GraphProblem;
use super::compose::at_width;
use super::forms::{Form, Linear};
use super::plan::Plan;
use super::scale::Scale;
use super::values::{Expression, Graph, ValueId};
use crate::network::{Activation, Affine, Dense, Layer, Residual};

impl Graph {
    /// The layers from `base` to the join, first to last.
    ///
    /// Linear maps alone are one matrix; linear + (affine, σ, affine) is S·x + W₂·σ(W₁x + b₁) + b₂, the bias of a
    /// projecting shortcut taken into b₂.
    pub(super) fn block(&self, join: ValueId, base: ValueId) -> Result<Vec<Layer>, GraphProblem> {
        if self.is_cut(join, base) {
            return self.cut_block(join, base);
        }
        let plan = self.plan(join, base)?;
        let (arguments, last) = self.forms(&plan, base)?;
        let name = self.name_of(join);
        let mut layers = Vec::with_capacity(plan.steps.len() + 1);
        let widths = |sources: &[usize]| -> Vec<(usize, usize)> {
            sources.iter().map(|&source| (source, plan.sources[source].width)).collect()
        };
        if plan.steps.is_empty() {
            let affine = stacked(&[(&last, self.width_of(join)?)], &widths(&[0]));
            return Ok(vec![Layer::Dense(Dense { name: name.into(), affine, activation: Activation::Identity })]);
        }
        for (step, (activation, gives)) in plan.steps.iter().enumerate() {
            let state = widths(&plan.state(step));
            let of_source = |source: &usize| Some((arguments.get(source)?, plan.sources[*source].width));
            let inner = stacked(&gives.iter().filter_map(of_source).collect::<Vec<_>>(), &state);
            // What is handed on, of the old sources and of the new ones.
            let is_last = step + 1 == plan.steps.len();
            let next = plan.state(step + 1);
            let handed: Vec<Form> = if is_last {
                vec![last.clone()]
            } else {
                next.iter().map(|&source| Form::from_number(source)).collect()
            };
            let rows = |at: usize| if is_last { self.width_of(join) } else { Ok(plan.sources[next[at]].width) };
            let handed: Vec<(&Form, usize)> =
                handed.iter().enumerate().map(|(at, form)| Ok((form, rows(at)?))).collect::<Result<_, _>>()?;
            let shortcut = stacked(&handed, &state).weight;
            let outer = stacked(&handed, &widths(gives));
            let layer_name = if is_last {
                name
            } else {
                gives.first().map_or(name, |&source| self.layer_name(plan.sources[source].id))
            };
            layers.extend(layer(layer_name, inner, *activation, outer, shortcut));
        }
        Ok(layers)
    }

    /// For each activation of the block what it is given, and the join, as forms of the sources.
    fn forms(&self, plan: &Plan, base: ValueId) -> Result<(HashMap<usize, Form>, Form), GraphProblem> {
        let mut forms: HashMap<usize, Form> = HashMap::from([(base.0, Form::from_number(0))]);
        let mut arguments = HashMap::new();
        let mut last = Form::default();
        for &id in &plan.values {
            let form = |of: ValueId| forms.get(&of.0).cloned().unwrap_or_default();
            let width = self.width_of(id)?;
            let source = arguments.len() + 1;
            last = match &self.values[id.0].expression {
                Expression::Affine { affine, of, .. } => form(*of).mapped(affine),
                Expression::Scale { scale, of, .. } => form(*of).scaled(scale),
                Expression::Activate { of, .. } => {
                    arguments.insert(source, form(*of));
                    Form::from_number(source)
                }
                // a·z + (1 − a)·relu(z).
                Expression::Leaky { slopes, of, .. } => {
                    let argument = form(*of);
                    let straight = argument.scaled(&Scale { factor: Some(slopes.clone()), shift: None });
                    let rest = Scale { factor: Some(slopes.map(|slope| 1.0 - slope)), shift: None };
                    arguments.insert(source, argument);
                    straight.plus(Form::from_number(source).scaled(&rest), width)
                }
                Expression::Combine { terms, .. } => terms.iter().fold(Form::default(), |sum, (factor, of)| {
                    let factor = Some(DVector::from_element(1, *factor)).filter(|_| *factor != 1.0);
                    sum.plus(form(*of).scaled(&Scale { factor, shift: None }), width)
                }),
                Expression::Concat { parts, .. } => parts
                    .iter()
                    .fold(Form::default(), |sum, (of, positions)| sum.plus(form(*of).placed(positions, width), width)),
                Expression::Input | Expression::Node { .. } | Expression::Gap { .. } => Form::default(),
            };
            forms.insert(id.0, last.clone());
        }
        Ok((arguments, last))
    }

    /// What a layer in the middle of a block is called: as the matrix before its activation, else as the activation.
    fn layer_name(&self, activation: ValueId) -> &str {
        let mut below =
            std::iter::successors(Some(activation), |id| self.values[id.0].expression.only_operand()).skip(1);
        let is_named = |id: &ValueId| matches!(self.values[id.0].expression, Expression::Affine { .. });
        let stops = |id: &ValueId| {
            matches!(self.values[id.0].expression, Expression::Activate { .. } | Expression::Leaky { .. })
        };
        let matrix = below.by_ref().take_while(|id| !stops(id)).find(is_named);
        self.name_of(matrix.unwrap_or(activation))
    }
}

/// The forms below each other as one affine map of the sources beside each other; what is of other sources is left out.
fn stacked(forms: &[(&Form, usize)], state: &[(usize, usize)]) -> Affine {
    let rows = forms.iter().map(|(_, rows)| rows).sum();
    let columns = state.iter().map(|(_, width)| width).sum();
    let mut weight = DMatrix::zeros(rows, columns);
    let mut bias: Option<DVector<f64>> = None;
    let mut top = 0;
    for (form, height) in forms {
        let mut left = 0;
        for (source, width) in state {
            if let Some((_, linear)) = form.terms.iter().find(|(of, _)| of == source) {
                match linear {
                    Linear::Matrix(matrix) => weight.view_mut((top, left), (*height, *width)).copy_from(matrix),
                    Linear::Diagonal(diagonal) => {
                        weight.view_mut((top, left), (*height, *width)).set_diagonal(&at_width(diagonal, *width));
                    }
                }
            }
            left += width;
        }
        if let Some(shift) = &form.shift {
            let bias = bias.get_or_insert_with(|| DVector::zeros(rows));
            bias.rows_mut(top, *height).copy_from(&at_width(shift, *height));
        }
        top += height;
    }
    Affine { weight, bias }
}

/// S·x + outer(σ(inner(x))); without S it is plain.
fn layer(name: &str, inner: Affine, activation: Activation, outer: Affine, shortcut: DMatrix<f64>) -> Vec<Layer> {
    let is_identity =
        |matrix: &DMatrix<f64>| matrix.is_square() && *matrix == DMatrix::identity(matrix.nrows(), matrix.ncols());
    let dense = |affine, activation| Layer::Dense(Dense { name: name.into(), affine, activation });
    if shortcut.iter().all(|value| *value == 0.0) {
        let is_plain = outer.bias.is_none() && is_identity(&outer.weight);
        let rest = (!is_plain).then(|| dense(outer, Activation::Identity));
        return std::iter::once(dense(inner, activation)).chain(rest).collect();
    }
    let shortcut = (!is_identity(&shortcut)).then_some(shortcut);
    vec![Layer::Residual(Residual { name: name.into(), inner, activation, outer, shortcut })]
}

/// The layer of slopes a for each coordinate behind W·x + b: diag(a)W·x + diag(1 − a)·relu(W·x + b) + a∘b.
pub(super) fn leaky(name: String, inner: Affine, slopes: &DVector<f64>) -> Layer {
    let mut shortcut = inner.weight.clone();
    shortcut.row_iter_mut().zip(slopes.iter()).for_each(|(mut row, slope)| row *= *slope);
    let weight = DMatrix::from_diagonal(&slopes.map(|slope| 1.0 - slope));
    let bias = inner.bias.as_ref().map(|bias| bias.component_mul(slopes));
    let outer = Affine { weight, bias };
    Layer::Residual(Residual { name, inner, activation: Activation::Relu, outer, shortcut: Some(shortcut) })
}
