//! A file of TensorFlow Lite as a program of steps.

use std::collections::{HashMap, HashSet};

use super::call::Call;
use super::names::operator_name;
use super::options::Options;
use super::schema::Model;
use super::tensors::Tensor;
use super::{operators, options};
use crate::formats::graph::{GraphConvolution, GraphProblem};
use crate::formats::tensorflow::{Array, Operand, Program, Step, Trace};
use crate::formats::{Account, PartName};

/// The main graph of a file.
pub(super) struct TfliteProgram<'m, 'a> {
    file: &'a [u8],
    model: &'m Model<'a>,
    steps: Vec<Step>,
}

impl<'m, 'a> TfliteProgram<'m, 'a> {
    pub fn new(file: &'a [u8], model: &'m Model<'a>) -> TfliteProgram<'m, 'a> {
        let mut known: HashMap<String, usize> = HashMap::new();
        let step = |operator: &super::schema::Operator<'a>| {
            let name = operator_name(operator);
            let mut label = operator
                .outputs
                .first()
                .and_then(|&output| model.tensors.get(output))
                .map_or_else(|| name.clone(), |tensor| short(&tensor.name).to_owned());
            let count = known.entry(label.clone()).or_insert(0);
            *count += 1;
            if *count > 1 {
                label = format!("{label} ({count})");
            }
            Step { label, operator: name, inputs: operator.inputs.clone(), outputs: operator.outputs.clone() }
        };
        TfliteProgram { file, model, steps: model.operators.iter().map(step).collect() }
    }

    fn tensor(&self, value: usize) -> Option<&'m Tensor> {
        self.model.tensors.get(value)
    }

    /// The constants that are matrices, and the kernels of convolutions that are not among those whose shape is known.
    pub fn weights(&self, convolutions: &[GraphConvolution]) -> HashSet<String> {
        let known: HashSet<&str> = convolutions.iter().map(|convolution| convolution.name.as_str()).collect();
        let is_listed = |step: &&Step| match step.operator.as_str() {
            "FULLY_CONNECTED" | "BATCH_MATMUL" => true,
            "CONV_2D" | "DEPTHWISE_CONV_2D" => !known.contains(step.label.as_str()),
            _ => false,
        };
        let weight = |step: &Step| self.constant(step.inputs.get(1).copied().flatten()?).map(str::to_owned);
        self.steps.iter().filter(is_listed).filter_map(weight).collect()
    }

    /// Tells that the values between the steps that make the network are whole numbers, or are rounded to them.
    pub fn tell_quantised(&self, used: &[usize], account: &mut Account) {
        let is_rounded = |value: &usize| {
            self.tensor(*value).is_some_and(|tensor| tensor.is_quantised() && tensor.position.is_none())
        };
        let rounded: Vec<&Step> = used
            .iter()
            .filter_map(|&position| self.steps.get(position))
            .filter(|step| step.outputs.iter().chain(step.inputs.iter().flatten()).any(is_rounded))
            .collect();
        if let Some(first) = rounded.first() {
            let why = format!(
                "rounds values to a few bits and holds them within bounds, as {} of its operators do, which no layer does; \
                 the network has the real numbers that its weights stand for, and none of the roundings",
                rounded.len()
            );
            account.misses(PartName::attribute(&first.label, "quantisation"), why);
            return;
        }
        // Weights of whole numbers beside values of floats: the runtime rounds the values as it goes.
        let is_hybrid = |step: &&Step| {
            let mut inputs = step.inputs.iter().flatten().filter_map(|&value| self.tensor(value));
            let is_product = ["FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D", "BATCH_MATMUL"];
            is_product.contains(&step.operator.as_str()) && inputs.any(Tensor::is_quantised)
        };
        let hybrid = used.iter().filter_map(|&position| self.steps.get(position)).filter(is_hybrid).count();
        if hybrid > 0 {
            account.assume(format!(
                "products are exact, where TensorFlow Lite rounds the values before {hybrid} of its operators to 8 bits \
                 (dynamic range quantisation)"
            ));
        }
    }
}

/// Converters join the names of all that one operator was made of.
fn short(name: &str) -> &str {
    name.split(';').next().unwrap_or(name)
}

impl Program for TfliteProgram<'_, '_> {
    fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn constant(&self, value: usize) -> Option<&str> {
        let tensor = self.tensor(value)?;
        (tensor.position.is_some() && !tensor.is_variable).then_some(tensor.name.as_str())
    }

    fn array(&self, value: usize) -> Result<Array, String> {
        let absent = || "is not in the file".to_owned();
        let tensor = self.tensor(value).ok_or_else(absent)?;
        let values = tensor.values(self.file)?;
        if let Some(position) = values.iter().position(|value| !value.is_finite()) {
            let why = format!("holds {} at place {}; every weight must be finite", values[position], position + 1);
            return Err(why);
        }
        Array::new(tensor.shape.clone(), values).ok_or_else(absent)
    }

    fn shape(&self, value: usize) -> Option<Vec<usize>> {
        self.tensor(value)?.sample_shape()
    }

    fn settings(&self, step: usize) -> Vec<(String, Option<&'static str>)> {
        let operator = self.model.operators.get(step);
        operator.map_or_else(Vec::new, |operator| options::present(operator.options_kind, operator.options))
    }

    fn follow(
        &self,
        trace: &mut Trace,
        step: usize,
        operands: &[Option<Operand>],
    ) -> Result<Vec<Operand>, GraphProblem> {
        let (Some(operator), Some(attribute)) = (self.model.operators.get(step), self.steps.get(step)) else {
            return Ok(Vec::new());
        };
        let call = Call {
            node: &attribute.label,
            operator,
            operands,
            given: operator.inputs.iter().map(|value| value.and_then(|value| self.tensor(value))).collect(),
            gives: operator.outputs.iter().filter_map(|&value| self.tensor(value)).collect(),
            options: Options::new(&attribute.label, operator)?,
        };
        operators::follow(trace, &call)
    }
}
