//! Models as calls of layers: which result feeds which layer, in the order in which they are computed.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::super::FormatError;
use super::super::graph::GraphProblem;
use super::architecture::{LayerConfig, Model};
use super::calls::{Argument, Place};
use super::operands::{Operand, Operands};
use super::reading::Reading;
use super::weights::WeightFault;
use crate::formats::PartName;
use crate::formats::graph::{ValueId, WIDEST_INPUT};
use crate::formats::input_lengths::{InputLengths, shape_of};
use crate::formats::shape::size;
use crate::network::Flattening;

/// What was understood of a model.
pub(super) struct Understood {
    /// The last value that was understood; none where not even the input is.
    pub end: Option<ValueId>,
    /// What came next and was not.
    pub problem: Option<GraphProblem>,
}

/// A layer and the number of one of its calls.
type CallId = (usize, usize);

/// The calls of a model and what they have given so far.
struct Calls<'m> {
    model: &'m Model,
    layers: HashMap<&'m str, usize>,
    values: HashMap<CallId, ValueId>,
}

impl Reading<'_> {
    /// The whole model; `asked` is the shape of its input where the file leaves it open.
    pub(super) fn whole(&mut self, model: &Model, asked: Option<InputLengths>) -> Result<Understood, FormatError> {
        let shapes: Vec<Option<Vec<usize>>> = model.inputs.iter().map(|name| input_shape(model, name, asked)).collect();
        let is_absurd = |shape: &Option<Vec<usize>>| {
            shape.as_ref().is_some_and(|shape| size(shape).is_none_or(|width| width > WIDEST_INPUT))
        };
        if shapes.iter().any(is_absurd) {
            let problem = format!("an input of the model claims more than {WIDEST_INPUT} values");
            return Ok(Understood { end: None, problem: Some(GraphProblem::Ends { problem }) });
        }
        let given = match shapes.as_slice() {
            [] => vec![self.graph.input(None)],
            [shape] => vec![self.graph.input(shape.clone())],
            several => match self.inputs_beside_each_other(model, several) {
                Ok(given) => given,
                Err(problem) => return Ok(Understood { end: None, problem: Some(problem) }),
            },
        };
        self.model(model, &given)
    }

    /// Several inputs as parts of one, in the model's order.
    fn inputs_beside_each_other(
        &mut self,
        model: &Model,
        shapes: &[Option<Vec<usize>>],
    ) -> Result<Vec<ValueId>, GraphProblem> {
        let named: Option<Vec<(&str, Vec<usize>)>> =
            model.inputs.iter().zip(shapes).map(|(name, shape)| Some((name.as_str(), shape.clone()?))).collect();
        let Some(named) = named else {
            let problem = format!("the model has {} inputs ({})", shapes.len(), model.inputs.join(", "));
            return Err(GraphProblem::Ends { problem });
        };
        let (given, sentence) = self.graph.inputs_beside_each_other(&named)?;
        self.account.assume(sentence);
        Ok(given)
    }

    /// The output of a model that is given these values; several one behind the other.
    fn model(&mut self, model: &Model, given: &[ValueId]) -> Result<Understood, FormatError> {
        let mut calls = Calls { model, layers: HashMap::new(), values: HashMap::new() };
        for (index, layer) in model.layers.iter().enumerate() {
            calls.layers.insert(&layer.name, index);
        }
        let first = given.first().copied();
        if model.outputs.is_empty() {
            return Ok(Understood { end: first, problem: None });
        }
        let order = match calls.order(&model.outputs) {
            Ok(order) => order,
            Err(problem) => return Ok(Understood { end: None, problem: Some(problem) }),
        };
        let mut end = first;
        for id in order {
            let layer = &model.layers[id.0];
            let operands = calls.operands(id, given);
            let before = operands.as_ref().ok().and_then(|operands| operands.joined().iter().find_map(Operand::value));
            let added = match (operands, &layer.inner) {
                (Err(problem), _) => Err(problem.into()),
                (Ok(operands), Some(inner)) => match self.inner(layer, inner, &operands)? {
                    Understood { end: Some(end), problem: None } => Ok(end),
                    understood => return Ok(understood),
                },
                (Ok(operands), None) if layer.class == "InputLayer" => {
                    self.input(model, layer, operands, given).map_err(WeightFault::from)
                }
                (Ok(operands), None) => self.layer(layer, operands),
            };
            match added {
                Ok(value) => {
                    calls.values.insert(id, value);
                    end = Some(value);
                }
                Err(WeightFault::File(error)) => return Err(error),
                // What feeds the layer is the last that is understood on the way to it.
                Err(WeightFault::Graph(problem)) => {
                    return Ok(Understood { end: before.or(first), problem: Some(problem) });
                }
            }
        }
        if let [_] = &model.outputs[..] {
            return Ok(Understood { end, problem: None });
        }
        let value = |output| calls.find(output).and_then(|call| calls.values.get(&call)).copied();
        let named = model.outputs.iter().map(|output| (output.layer.as_str(), value(output)));
        let outputs: Vec<(&str, ValueId)> = named.filter_map(|(name, value)| Some((name, value?))).collect();
        match self.graph.outputs_behind_each_other(&outputs) {
            Ok((end, sentence)) => {
                self.account.assume(sentence);
                Ok(Understood { end: Some(end), problem: None })
            }
            Err(problem) => Ok(Understood { end, problem: Some(problem) }),
        }
    }

    /// A model as a layer of another.
    fn inner(&mut self, layer: &LayerConfig, model: &Model, operands: &Operands) -> Result<Understood, FormatError> {
        let given: Vec<ValueId> = operands.joined().iter().filter_map(Operand::value).collect();
        let inputs = model.inputs.len().max(1);
        if model.outputs.len() > 1 || given.len() != inputs {
            let value = format!("has {inputs} inputs and {} outputs", model.outputs.len());
            let problem = GraphProblem::Setting { node: layer.path.clone(), setting: "the model".into(), value };
            return Ok(Understood { end: given.first().copied(), problem: Some(problem) });
        }
        let is_on = |(name, operand): &&(String, Operand)| match operand {
            Operand::Constant(Value::Null | Value::Bool(false)) => false,
            _ => name != "name",
        };
        for (name, _) in operands.named.iter().filter(is_on) {
            self.account
                .misses(PartName::attribute(&layer.path, format!("call, argument {name}")), "is not understood");
        }
        self.model(model, &given)
    }

    /// The input of a model, by its place among them.
    fn input(
        &mut self,
        model: &Model,
        layer: &LayerConfig,
        operands: Operands,
        given: &[ValueId],
    ) -> Result<ValueId, GraphProblem> {
        let settings = super::settings::Settings::new(&layer.path, &layer.config);
        settings.ignore(&["dtype", "input_dtype"]);
        if settings.flag("ragged", false)? {
            return Err(settings.problem("ragged", "is true: rows of different lengths are not understood"));
        }
        super::precision::report(&layer.path, &layer.class, &layer.config, &mut self.account);
        settings.close(&mut self.account);
        let position = model.inputs.iter().position(|name| *name == layer.name).unwrap_or(0);
        let value = operands.joined().first().and_then(Operand::value).or_else(|| given.get(position).copied());
        value.ok_or_else(|| GraphProblem::Ends { problem: format!("nothing is given to `{}`", layer.name) })
    }
}

impl Calls<'_> {
    /// The call that a reference names.
    fn find(&self, position: &Place) -> Option<CallId> {
        let index = *self.layers.get(position.layer.as_str())?;
        let layer = self.model.layers.get(index)?;
        let call = position.node.checked_sub(layer.first_node)?;
        let exists = position.tensor == 0 && (call < layer.calls.len() || layer.class == "InputLayer" && call == 0);
        exists.then_some((index, call))
    }

    fn needs(&self, id: CallId) -> Vec<Option<CallId>> {
        let layer = &self.model.layers[id.0];
        let positions = layer.calls.get(id.1).map_or_else(Vec::new, |call| call.positions());
        positions.into_iter().map(|position| self.find(position)).collect()
    }

    /// The calls that the outputs need, each after those that it is given.
    fn order(&self, outputs: &[Place]) -> Result<Vec<CallId>, GraphProblem> {
        let lost = |name: &str| GraphProblem::Ends {
            problem: format!("`{name}` is given what is not in the model, or what comes from itself"),
        };
        let mut waits_for: HashMap<CallId, BTreeSet<CallId>> = HashMap::new();
        let mut feeds: HashMap<CallId, Vec<CallId>> = HashMap::new();
        let wanted = outputs.iter().map(|output| self.find(output).ok_or_else(|| lost("the output")));
        let mut waiting = wanted.collect::<Result<Vec<CallId>, GraphProblem>>()?;
        while let Some(id) = waiting.pop() {
            if waits_for.contains_key(&id) {
                continue;
            }
            let needs: Option<BTreeSet<CallId>> = self.needs(id).into_iter().collect();
            let needs = needs.ok_or_else(|| lost(&self.model.layers[id.0].name))?;
            for need in &needs {
                feeds.entry(*need).or_default().push(id);
                waiting.push(*need);
            }
            waits_for.insert(id, needs);
        }
        let mut ready: BTreeSet<CallId> =
            waits_for.iter().filter(|(_, needs)| needs.is_empty()).map(|(id, _)| *id).collect();
        let mut order = Vec::with_capacity(waits_for.len());
        while let Some(id) = ready.pop_first() {
            order.push(id);
            for fed in feeds.get(&id).into_iter().flatten() {
                let needs = waits_for.entry(*fed).or_default();
                if needs.remove(&id) && needs.is_empty() {
                    ready.insert(*fed);
                }
            }
        }
        match waits_for.into_iter().find(|(_, needs)| !needs.is_empty()) {
            None => Ok(order),
            Some((id, _)) => Err(lost(&self.model.layers[id.0].name)),
        }
    }

    fn operands(&self, id: CallId, given: &[ValueId]) -> Result<Operands, GraphProblem> {
        let layer = &self.model.layers[id.0];
        let Some(call) = layer.calls.get(id.1) else { return Ok(Operands::new(Vec::new(), Vec::new())) };
        let lost = || GraphProblem::Ends { problem: format!("`{}` is given what is not in the model", layer.name) };
        let operand = |argument: &Argument| self.operand(argument, given).ok_or_else(lost);
        let positional = call.arguments.iter().map(operand).collect::<Result<_, _>>()?;
        let named = call.settings.iter().map(|(name, argument)| Ok((name.clone(), operand(argument)?)));
        Ok(Operands::new(positional, named.collect::<Result<_, GraphProblem>>()?))
    }

    fn operand(&self, argument: &Argument, given: &[ValueId]) -> Option<Operand> {
        Some(match argument {
            Argument::Input => Operand::Value(*given.first()?),
            Argument::Tensor(position) => Operand::Value(*self.values.get(&self.find(position)?)?),
            Argument::List(list) => {
                Operand::List(list.iter().map(|item| self.operand(item, given)).collect::<Option<_>>()?)
            }
            Argument::Constant(value) => Operand::Constant(value.clone()),
        })
    }
}

/// The shape of an input without the samples: what the layer's settings tell, else the model's, else what was asked for;
/// none where an axis stays open.
fn input_shape(model: &Model, name: &str, asked: Option<InputLengths>) -> Option<Vec<usize>> {
    let layer = model.layers.iter().find(|layer| layer.name == name)?;
    // A model within the model may be what tells it.
    if let Some(inner) = &layer.inner {
        return inner.inputs.first().and_then(|first| input_shape(inner, first, asked));
    }
    let attribute = ["batch_shape", "batch_input_shape"].iter().find_map(|key| layer.config.get(*key));
    let shape = attribute.or(model.input_shape.as_ref()).and_then(Value::as_array)?;
    let lengths = shape.iter().skip(1).map(|length| length.as_u64().and_then(|length| usize::try_from(length).ok()));
    let axes: Vec<Option<usize>> = lengths.collect();
    shape_of(&axes, asked, Flattening::ChannelsLast)
}
