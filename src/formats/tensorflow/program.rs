//! The steps of a file followed from its inputs to its outputs, and what became of each.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::array::Array;
use super::trace::{Operand, Trace, Traced};
use crate::formats::graph::{GraphConvolution, GraphNetwork, GraphProblem, WIDEST_INPUT};
use crate::formats::shape::size;
use crate::formats::{Account, FormatError, PartName};
use crate::network::OutputFunction;

/// One operator of a file, with the values that it is given and gives, by their numbers.
#[derive(Clone, Debug)]
pub(in crate::formats) struct Step {
    /// Its name in messages, and that of the layer it begins.
    pub label: String,
    pub operator: String,
    /// None where an operand is absent.
    pub inputs: Vec<Option<usize>>,
    pub outputs: Vec<usize>,
}

/// A file as steps in their order.
pub(in crate::formats) trait Program {
    fn steps(&self) -> &[Step];
    /// The name of a constant; none for values that steps give.
    fn constant(&self, value: usize) -> Option<&str>;
    /// The numbers of a constant; else why they cannot be read, in words behind its name.
    fn array(&self, value: usize) -> Result<Array, String>;
    /// The shape of a value without its samples, as far as the file tells it.
    fn shape(&self, value: usize) -> Option<Vec<usize>>;
    /// The names of a step's settings, each with the reason why a network is right without it where that is so.
    fn settings(&self, step: usize) -> Vec<(String, Option<&'static str>)>;
    /// What a step gives; results beyond those that are listed are not understood.
    fn follow(
        &self,
        trace: &mut Trace,
        step: usize,
        operands: &[Option<Operand>],
    ) -> Result<Vec<Operand>, GraphProblem>;
}

/// A value that the network is given.
#[derive(Clone, Debug)]
pub(in crate::formats) struct Input {
    pub value: usize,
    pub name: String,
    /// Without the samples; none where an axis stays open.
    pub shape: Option<Vec<usize>>,
    /// Why it is no input of a network, where it is none.
    pub refusal: Option<String>,
}

/// Where a network begins and ends.
#[derive(Clone, Debug)]
pub(in crate::formats) struct Ends {
    pub inputs: Vec<Input>,
    /// The outputs with their names.
    pub outputs: Vec<(usize, String)>,
}

/// What was understood of a file.
pub(in crate::formats) struct Followed {
    pub network: GraphNetwork,
    pub convolutions: Vec<GraphConvolution>,
    pub account: Account,
    /// The steps that the network is made of.
    pub used: Vec<usize>,
}

/// Follows every step that an output depends on.
///
/// # Errors
/// If a number of the network is not finite.
pub(in crate::formats) fn run(
    path: &Path,
    name: String,
    program: &dyn Program,
    ends: &Ends,
    mut trace: Trace,
) -> Result<Followed, FormatError> {
    let needed = needed(program, ends);
    let mut values: HashMap<usize, Operand> = HashMap::new();
    let mut remarks = Vec::new();
    let unbegun = begin(&mut trace, ends, &mut values, &mut remarks).err();
    let mut failed: Option<usize> = None;
    for (position, step) in program.steps().iter().enumerate().filter(|(position, _)| needed[*position]) {
        let given = operands(program, step, &values);
        let results = match given.and_then(|operands| program.follow(&mut trace, position, &operands)) {
            Ok(results) => results,
            Err(problem) => {
                failed.get_or_insert(position);
                gaps(program, &mut trace, step, &values, &problem)
            }
        };
        let mut results = results.into_iter();
        for output in &step.outputs {
            values.insert(*output, results.next().unwrap_or(Operand::Opaque));
        }
    }
    let network = match unbegun {
        None => network(path, name, ends, &values, &mut trace, &mut remarks)?,
        Some(problem) => GraphNetwork { network: None, problem: Some(problem) },
    };
    let cut = cut(program, &network, failed);
    let (mut account, used) = account(program, &needed, cut, network.problem.as_ref());
    remarks.into_iter().for_each(|remark| account.assume(remark));
    Ok(Followed { network, convolutions: trace.graph.into_convolutions(), account, used })
}

/// Gives the network its input, or its inputs as parts of one.
fn begin(
    trace: &mut Trace,
    ends: &Ends,
    values: &mut HashMap<usize, Operand>,
    remarks: &mut Vec<String>,
) -> Result<(), GraphProblem> {
    let shape = |input: &Input| input.shape.clone().filter(|shape| size(shape).is_some_and(|all| all <= WIDEST_INPUT));
    if let [input] = &ends.inputs[..] {
        values.insert(input.value, Operand::value(trace.graph.input(shape(input))));
        return Ok(());
    }
    let shapes: Option<Vec<(&str, Vec<usize>)>> =
        ends.inputs.iter().map(|input| Some((input.name.as_str(), shape(input)?))).collect();
    let Some(shapes) = shapes.filter(|shapes| !shapes.is_empty()) else {
        let names: Vec<&str> = ends.inputs.iter().map(|input| input.name.as_str()).collect();
        let problem = format!("the number of its inputs is {} ({})", names.len(), names.join(", "));
        return Err(GraphProblem::Ends { problem });
    };
    let (given, sentence) = trace.graph.inputs_beside_each_other(&shapes)?;
    remarks.push(sentence);
    values.extend(ends.inputs.iter().zip(given).map(|(input, given)| (input.value, Operand::value(given))));
    Ok(())
}

/// Which steps an output depends on.
fn needed(program: &dyn Program, ends: &Ends) -> Vec<bool> {
    let steps = program.steps();
    let mut wanted: HashSet<usize> = ends.outputs.iter().map(|(value, _)| *value).collect();
    let mut needed = vec![false; steps.len()];
    for (position, step) in steps.iter().enumerate().rev() {
        if step.outputs.iter().any(|output| wanted.contains(output)) {
            needed[position] = true;
            wanted.extend(step.inputs.iter().flatten());
        }
    }
    needed
}

fn operands(
    program: &dyn Program,
    step: &Step,
    values: &HashMap<usize, Operand>,
) -> Result<Vec<Option<Operand>>, GraphProblem> {
    let operand = |value: &Option<usize>| -> Result<Option<Operand>, GraphProblem> {
        let Some(value) = *value else { return Ok(None) };
        if let Some(known) = values.get(&value) {
            return Ok(Some(known.clone()));
        }
        let Some(name) = program.constant(value) else { return Ok(Some(Operand::Opaque)) };
        let unread = |text: String| {
            let problem = format!("its constant `{name}` {text}");
            GraphProblem::Weights { node: step.label.clone(), problem }
        };
        program.array(value).map(|array| Some(array.into())).map_err(unread)
    };
    step.inputs.iter().map(operand).collect()
}

/// What stands for the results of a step that is not understood: values of the shapes that the file tells, so that the
/// convolutions behind them can be listed.
fn gaps(
    program: &dyn Program,
    trace: &mut Trace,
    step: &Step,
    values: &HashMap<usize, Operand>,
    problem: &GraphProblem,
) -> Vec<Operand> {
    let before = step.inputs.iter().flatten().find_map(|value| values.get(value)?.of_graph());
    let Some(before) = before else { return Vec::new() };
    let gap = |output: &usize| {
        let shape = program.shape(*output).filter(|shape| size(shape).is_some_and(|width| width <= WIDEST_INPUT));
        Operand::Value(Traced::new(trace.graph.gap(before, problem.clone(), shape)))
    };
    step.outputs.iter().map(gap).collect()
}

fn network(
    path: &Path,
    name: String,
    ends: &Ends,
    values: &HashMap<usize, Operand>,
    trace: &mut Trace,
    remarks: &mut Vec<String>,
) -> Result<GraphNetwork, FormatError> {
    let without = |problem: String| Ok(GraphNetwork { network: None, problem: Some(GraphProblem::Ends { problem }) });
    if let Some((input, refusal)) = ends.inputs.iter().find_map(|input| Some((input, input.refusal.as_ref()?))) {
        return without(format!("its input `{}` {refusal}", input.name));
    }
    let (end, by) = match &ends.outputs[..] {
        [] => return without("it has no output".into()),
        [(output, output_name)] => match values.get(output) {
            Some(Operand::Value(traced)) => (traced.id, None),
            Some(Operand::Read { of, by }) => (*of, Some(*by)),
            _ => return without(format!("its output `{output_name}` is not what a layer gives")),
        },
        several => {
            let mut outputs = Vec::with_capacity(several.len());
            for (output, name) in several {
                match values.get(output) {
                    Some(Operand::Value(traced)) => outputs.push((name.as_str(), traced.id)),
                    _ => return without(format!("its output `{name}` is not what a layer gives")),
                }
            }
            match trace.graph.outputs_behind_each_other(&outputs) {
                Ok((end, sentence)) => {
                    remarks.push(sentence);
                    (end, Some(OutputFunction::Identity))
                }
                Err(problem) => return Ok(GraphNetwork { network: None, problem: Some(problem) }),
            }
        }
    };
    trace.graph.network(name, end, by).map_err(|source| FormatError::Network { path: path.into(), source })
}

/// The first step that the network does not hold.
fn cut(program: &dyn Program, network: &GraphNetwork, failed: Option<usize>) -> Option<usize> {
    let problem = network.problem.as_ref().filter(|problem| !problem.leaves_network_whole())?;
    let (part, _) = problem.part();
    let named = program.steps().iter().position(|step| PartName::node(&step.label) == part);
    match (named, failed) {
        (Some(named), Some(failed)) => Some(named.min(failed)),
        (named, failed) => named.or(failed).or(Some(0)),
    }
}

/// What became of every step, setting and constant; `cut` is the first step that the network does not hold.
fn account(
    program: &dyn Program,
    needed: &[bool],
    cut: Option<usize>,
    problem: Option<&GraphProblem>,
) -> (Account, Vec<usize>) {
    let steps = program.steps();
    let is_before = |position: usize| cut.is_none_or(|cut| position < cut);
    let mut account = Account::default();
    let first = problem.filter(|problem| !problem.leaves_network_whole()).map(GraphProblem::part);
    if let Some((part, why)) = &first {
        // What ends the network is told before what lies behind it.
        account.misses(part.clone(), why.clone());
    }
    let mut used = Vec::new();
    for (position, step) in steps.iter().enumerate() {
        let node = PartName::node(&step.label);
        let is_used = needed[position] && is_before(position);
        if is_used {
            used.push(position);
            account.uses(node, format!("{} of the network", step.operator));
        } else if first.as_ref().is_some_and(|(part, _)| *part == node) {
            // Told already.
        } else if needed[position] {
            account.misses(node, format!("({}) lies behind what is not understood", step.operator));
        } else {
            account.leaves(node, "no output depends on it");
        }
    }
    // A constant that several steps share is used as soon as one of them is.
    let mut constants: Vec<(usize, &Step, usize)> = Vec::new();
    for (position, step) in steps.iter().enumerate() {
        constants.extend(step.inputs.iter().flatten().map(|value| (*value, step, position)));
    }
    let rank = |position: usize| (needed[position], is_before(position));
    constants.sort_by_key(|(_, _, position)| rank(*position));
    for (value, step, position) in constants {
        let Some(name) = program.constant(value) else { continue };
        let part = PartName::tensor(name);
        match rank(position) {
            (true, true) => account.uses(part, format!("of `{}`", step.label)),
            (true, false) => {
                account.misses(part, format!("belongs to `{}`, which the network does not hold", step.label));
            }
            (false, _) => account.leaves(part, "no output depends on it"),
        }
    }
    // What is said of nodes and tensors comes before what is said of settings.
    for (position, step) in steps.iter().enumerate() {
        let is_used = needed[position] && is_before(position);
        for (name, needless) in program.settings(position) {
            let part = PartName::attribute(&step.label, name);
            match needless {
                Some(why) => account.leaves(part, why),
                None if is_used => account.uses(part, format!("of `{}`", step.label)),
                None if needed[position] => account.misses(part, "lies behind what is not understood"),
                None => account.leaves(part, "no output depends on it"),
            }
        }
    }
    (account, used)
}
