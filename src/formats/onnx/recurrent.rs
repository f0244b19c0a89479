//! LSTM, GRU and RNN, unrolled over their steps.

use nalgebra::{DMatrix, DVector};

use super::constant::Constant;
use super::node::Node;
use super::operands::{constant_operand, floats, only_operand, operand, settled_operand};
use super::trace::{Fault, Moved, Trace, Value, label};
use crate::formats::graph::{Cell, Recurrence, ValueId};
use crate::network::Activation;

/// A recurrent operator on a sequence of times × samples × features, or of samples × times × features where its layout says so.
pub(super) fn follow<'a>(trace: &mut Trace<'a>, node: &Node<'a>) -> Result<Value, Fault> {
    let name = label(node.proto);
    let samples_first = node.integer("layout", 0) == 1;
    let base = match operand(trace, node, 0)? {
        Value::Moved(moved) if moved.samples == 1 && !samples_first => moved.base,
        Value::Traced(_) if samples_first => settled_operand(trace, node, 0)?.base,
        _ => return Err(node.unknown().into()),
    };
    let cell = match node.op_type.as_str() {
        "LSTM" => Cell::Lstm,
        "GRU" => Cell::Gru { reset_after: node.is_on("linear_before_reset") },
        _ => Cell::Plain,
    };
    let (weight, recurrent) = (only_operand(trace, node, 1)?, only_operand(trace, node, 2)?);
    let bias = constant_operand(trace, node, 3)?;
    for constant in [&weight, &recurrent].into_iter().chain(&bias) {
        floats(node, constant)?;
    }
    if node.operand_name(4).is_some() {
        return Err(node.setting("sequence_lens", "are given, which is not understood").into());
    }
    let starts = [start(trace, node, 5)?, if cell == Cell::Lstm { start(trace, node, 6)? } else { None }];
    if cell == Cell::Lstm
        && constant_operand(trace, node, 7)?.is_some_and(|peeps| peeps.values.iter().any(|x| *x != 0.0))
    {
        return Err(node.setting("its peepholes", "are not 0, which is not understood").into());
    }
    if node.attribute("clip").is_some() || node.is_on("input_forget") {
        return Err(node.setting("clip or input_forget", "is given, which is not understood").into());
    }
    let unfitting = || node.setting("its weights", "do not fit its directions, gates and units");
    let [directions, rows, features] = weight.shape[..] else { return Err(unfitting().into()) };
    let [_, _, units] = recurrent.shape[..] else { return Err(unfitting().into()) };
    let is_backward = match node.word("direction").as_deref() {
        None | Some("forward") => vec![false],
        Some("reverse") => vec![true],
        Some("bidirectional") => vec![false, true],
        Some(_) => return Err(node.setting("direction", "is not understood").into()),
    };
    let gates = cell.gates();
    let attribute = node.integer("hidden_size", i64::try_from(units).unwrap_or(0));
    let fits = directions == is_backward.len()
        && rows == gates.saturating_mul(units)
        && recurrent.shape[..2] == [directions, rows]
        && usize::try_from(attribute).ok() == Some(units)
        && bias.as_ref().is_none_or(|bias| bias.shape == [directions, 2 * rows]);
    if !fits || units == 0 {
        return Err(unfitting().into());
    }
    let functions = activations(node, cell, directions)?;
    let mut hidden = Vec::with_capacity(directions);
    for (direction, &is_reversed) in is_backward.iter().enumerate() {
        let order = order_of_gates(cell);
        let part = |constant: &Constant, columns: usize| {
            let first = direction * rows * columns;
            let at = |row: usize, column: usize| first + (order[row / units] * units + row % units) * columns + column;
            DMatrix::from_fn(rows, columns, |row, column| constant.values.get(at(row, column)).copied().unwrap_or(0.0))
        };
        let shift = |half: usize| {
            let value = |row: usize| {
                let at = direction * 2 * rows + half * rows + order[row / units] * units + row % units;
                bias.as_ref().and_then(|bias| bias.values.get(at).copied()).unwrap_or(0.0)
            };
            DVector::from_fn(rows, |row, _| value(row))
        };
        let of_direction = |start: &Option<Vec<f64>>| -> Result<Option<DVector<f64>>, Fault> {
            let Some(start) = start else { return Ok(None) };
            let own = start.get(direction * units..(direction + 1) * units);
            let own = own.filter(|_| start.len() == directions * units);
            Ok(Some(DVector::from_column_slice(
                own.ok_or_else(|| node.setting("its start", "does not fit its units"))?,
            )))
        };
        let [gate, activation, output] = functions[direction];
        let layer = Recurrence {
            cell,
            weight: part(&weight, features),
            recurrent: part(&recurrent, units),
            bias: shift(0),
            recurrent_bias: shift(1),
            gate,
            activation,
            output,
            start: [of_direction(&starts[0])?, of_direction(&starts[1])?],
            is_reversed,
        };
        let name = if directions == 1 { name.to_owned() } else { format!("{name}, direction {}", direction + 1) };
        hidden.push((trace.graph.unrolled(base, &name, &layer)?, is_reversed));
    }
    if node.output.get(2).is_some_and(|output| !output.is_empty()) {
        // The cell of the last step is not a value of the network; what takes it is told.
        node.pass(2);
    }
    given(trace, name, &hidden, units, samples_first)
}

/// All hidden vectors, and the last of each direction.
fn given(
    trace: &mut Trace<'_>,
    name: &str,
    hidden: &[(Vec<ValueId>, bool)],
    units: usize,
    samples_first: bool,
) -> Result<Value, Fault> {
    let graph = &mut trace.graph;
    let times = hidden.first().map_or(0, |(values, _)| values.len());
    let mut rows = Vec::with_capacity(times * hidden.len());
    for time in 0..times {
        for (values, _) in hidden {
            rows.push(graph.reshape(values[time], name, vec![1, units])?);
        }
    }
    let all = graph.concat(&rows, name, 0)?;
    let all = graph.reshape(all, name, vec![times, hidden.len(), units])?;
    let mut last = Vec::with_capacity(hidden.len());
    for (values, is_reversed) in hidden {
        if let Some(&value) = if *is_reversed { values.first() } else { values.last() } {
            last.push(graph.reshape(value, name, vec![1, units])?);
        }
    }
    let last = graph.concat(&last, name, 0)?;
    let (of_all, of_last) = if samples_first { (0, 0) } else { (2, 1) };
    Ok(Value::Several(vec![Moved::value(all, of_all), Moved::value(last, of_last), Value::Opaque]))
}

/// What the first step begins with: directions × samples × units, the same for every sample; none where all of it is 0.
fn start(trace: &mut Trace<'_>, node: &Node<'_>, position: usize) -> Result<Option<Vec<f64>>, Fault> {
    let Some(constant) = constant_operand(trace, node, position)? else { return Ok(None) };
    if constant.values.iter().all(|value| *value == 0.0) {
        return Ok(None);
    }
    match constant.shape[..] {
        [_, 1, _] => Ok(Some(constant.values.clone())),
        _ => Err(node.mixes_samples("the axis of what it begins with").into()),
    }
}

/// For each gate in our order, i, f, g, o or z, r, n, its place in ONNX's: i, o, f, c and z, r, h.
fn order_of_gates(cell: Cell) -> [usize; 4] {
    if cell == Cell::Lstm { [0, 2, 3, 1] } else { [0, 1, 2, 3] }
}

/// σ of the gates, of what they let in, and of an LSTM's cell, for each direction.
fn activations(node: &Node<'_>, cell: Cell, directions: usize) -> Result<Vec<[Activation; 3]>, Fault> {
    let usual = [Activation::Sigmoid, Activation::Tanh, Activation::Tanh];
    let Some(named) = node.attribute("activations") else { return Ok(vec![usual; directions]) };
    for setting in ["activation_alpha", "activation_beta"] {
        if node.attribute(setting).is_some_and(|given| !given.floats.is_empty()) {
            return Err(node.setting(setting, "is given, which is not understood").into());
        }
    }
    let names: Vec<String> = named.strings.iter().map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
    let each = match cell {
        Cell::Plain => 1,
        Cell::Gru { .. } => 2,
        Cell::Lstm => 3,
    };
    let function = |name: &String| match name.as_str() {
        "sigmoid" => Some(Activation::Sigmoid),
        "tanh" => Some(Activation::Tanh),
        "relu" => Some(Activation::Relu),
        "softsign" => Some(Activation::Softsign),
        "softplus" => Some(Activation::Softplus),
        _ => None,
    };
    let functions: Option<Vec<Activation>> = names.iter().map(function).collect();
    let functions = functions.filter(|functions| functions.len() == each * directions);
    let functions = functions.ok_or_else(|| node.setting("activations", "are not understood"))?;
    Ok(functions
        .chunks(each)
        .map(|own| match own {
            [gate, activation, output] => [*gate, *activation, *output],
            [gate, activation] => [*gate, *activation, *activation],
            [only] => [*only; 3],
            _ => usual,
        })
        .collect())
}
