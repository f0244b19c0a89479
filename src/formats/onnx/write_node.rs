//! Operators of a graph, written in ONNX's operators on rows of samples.

use super::graph::{GraphWriter, integer, integer_list};
use super::operators::activate;
use crate::network::{Affine, Binary, Flattening, ImageShape, Node, NodeMap, WideConvolution};

/// Adds the node to the state `value` (samples × the state's width); gives the name of the next state.
pub(super) fn push_node(graph: &mut GraphWriter, node: &Node, index: usize, value: &str) -> String {
    let cut = &node.cut;
    let given = if cut.reads().iter().copied().eq(0..cut.inputs()) {
        value.to_owned()
    } else {
        gather(graph, value, cut.reads().iter().copied())
    };
    let made = push_map(graph, &node.map, index, &given);
    if cut.writes().iter().copied().eq(0..cut.outputs()) {
        return made;
    }
    // The state before, one 0, and what was made, side by side; each place of the next state is one of them.
    let pads = graph.integers("pads", &[4], &[0, 0, 0, 1]);
    let padded = graph.node("Pad", &[value, &pads], vec![]);
    let all = graph.node("Concat", &[&padded, &made], vec![integer("axis", 1)]);
    let mut sources = vec![cut.inputs(); cut.outputs()];
    cut.kept().iter().for_each(|&slot| sources[slot] = slot);
    cut.writes().iter().enumerate().for_each(|(number, &slot)| sources[slot] = cut.inputs() + 1 + number);
    gather(graph, &all, sources.into_iter())
}

fn push_map(graph: &mut GraphWriter, map: &NodeMap, index: usize, given: &str) -> String {
    match map {
        NodeMap::Largest { windows, .. } => {
            // Shorter windows name their first member again.
            let longest = windows.iter().map(Vec::len).max().unwrap_or(1);
            let members = windows.iter().flat_map(|window| {
                let first = window.first().copied().unwrap_or(0);
                (0..longest).map(move |at| window.get(at).copied().unwrap_or(first))
            });
            let members = gather(graph, given, members);
            let folded = reshape(graph, &members, &[windows.len(), longest]);
            let axes = graph.integers("axes", &[1], &[2]);
            graph.node("ReduceMax", &[&folded, &axes], vec![integer("keepdims", 0)])
        }
        NodeMap::Centre { inputs, length } => {
            let folded = reshape(graph, given, &[inputs / length, *length]);
            let mean = mean(graph, &folded);
            let centred = graph.node("Sub", &[&folded, &mean], vec![]);
            reshape(graph, &centred, &[*inputs])
        }
        NodeMap::Normalise { inputs, length, epsilon } => {
            let folded = reshape(graph, given, &[inputs / length, *length]);
            let square = graph.node("Mul", &[&folded, &folded], vec![]);
            let square = mean(graph, &square);
            let epsilon = graph.scalar(*epsilon);
            let sum = graph.node("Add", &[&square, &epsilon], vec![]);
            let deviation = graph.node("Sqrt", &[&sum], vec![]);
            let divided = graph.node("Div", &[&folded, &deviation], vec![]);
            reshape(graph, &divided, &[*inputs])
        }
        NodeMap::Softmax { inputs, length } => {
            let folded = reshape(graph, given, &[inputs / length, *length]);
            let shares = graph.node("Softmax", &[&folded], vec![integer("axis", 2)]);
            reshape(graph, &shares, &[*inputs])
        }
        NodeMap::Activation { activation, .. } => activate(graph, *activation, given),
        // max(x, 0) − a·max(−x, 0).
        NodeMap::Slopes(slopes) => {
            let right = graph.node("Relu", &[given], vec![]);
            let negative = graph.node("Neg", &[given], vec![]);
            let left = graph.node("Relu", &[&negative], vec![]);
            let slopes = graph.initializer(format!("{index}.slopes"), &[slopes.len()], slopes.iter().copied());
            let scaled = graph.node("Mul", &[&left, &slopes], vec![]);
            graph.node("Sub", &[&right, &scaled], vec![])
        }
        NodeMap::Affine(affine) => push_matrix(graph, affine, index, given),
        NodeMap::Convolution(map) => push_convolution(graph, map, index, given),
        // Every row has as many entries, where some are 0 times the first value.
        NodeMap::Sparse { rows, .. } => {
            let longest = rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
            let entry = |row: &Vec<(usize, f64)>, at: usize| row.get(at).copied().unwrap_or((0, 0.0));
            let entries: Vec<(usize, f64)> =
                rows.iter().flat_map(|row| (0..longest).map(move |at| entry(row, at))).collect();
            let members = gather(graph, given, entries.iter().map(|(slot, _)| *slot));
            let factors = entries.iter().map(|(_, factor)| *factor);
            let factors = graph.initializer(format!("{index}.factors"), &[entries.len()], factors);
            let scaled = graph.node("Mul", &[&members, &factors], vec![]);
            let folded = reshape(graph, &scaled, &[rows.len(), longest]);
            let axes = graph.integers("axes", &[1], &[2]);
            graph.node("ReduceSum", &[&folded, &axes], vec![integer("keepdims", 0)])
        }
        NodeMap::Sum { width, factors } => {
            let mut sum: Option<String> = None;
            for (number, factor) in factors.iter().enumerate() {
                let part = gather(graph, given, number * width..(number + 1) * width);
                let part = if *factor == 1.0 {
                    part
                } else {
                    let factor = graph.scalar(*factor);
                    graph.node("Mul", &[&part, &factor], vec![])
                };
                sum = Some(match sum {
                    Some(before) => graph.node("Add", &[&before, &part], vec![]),
                    None => part,
                });
            }
            sum.unwrap_or_else(|| given.to_owned())
        }
        NodeMap::Copy(_) => given.to_owned(),
        NodeMap::Scale { factor, shift } => {
            let factor = graph.initializer(format!("{index}.factor"), &[factor.len()], factor.iter().copied());
            let scaled = graph.node("Mul", &[given, &factor], vec![]);
            let shift = graph.initializer(format!("{index}.shift"), &[shift.len()], shift.iter().copied());
            graph.node("Add", &[&scaled, &shift], vec![])
        }
        NodeMap::Binary { width, operator } => {
            let left = gather(graph, given, 0..*width);
            let right = gather(graph, given, *width..2 * width);
            let word = match operator {
                Binary::Product => "Mul",
                Binary::Quotient => "Div",
                Binary::Larger => "Max",
                Binary::Smaller => "Min",
                Binary::Power => "Pow",
            };
            graph.node(word, &[&left, &right], vec![])
        }
        NodeMap::MatrixProduct(product) => {
            let left = gather(graph, given, 0..product.left());
            let left = reshape(graph, &left, &[product.batch, product.rows, product.shared]);
            let right = gather(graph, given, product.left()..product.left() + product.right());
            let right = reshape(graph, &right, &[product.batch, product.shared, product.columns]);
            let made = graph.node("MatMul", &[&left, &right], vec![]);
            reshape(graph, &made, &[product.outputs()])
        }
    }
}

/// W·x + b: with samples as rows, x·Wᵀ + b.
fn push_matrix(graph: &mut GraphWriter, affine: &Affine, index: usize, value: &str) -> String {
    let (rows, columns) = affine.weight.shape();
    // The transpose's columns, one after the other, are the rows.
    let entries = affine.weight.transpose();
    let weight = graph.initializer(format!("{index}.weight"), &[rows, columns], entries.iter().copied());
    let bias = affine.bias.as_ref();
    let bias = bias.map(|bias| graph.initializer(format!("{index}.bias"), &[bias.len()], bias.iter().copied()));
    let inputs: Vec<&str> = [value, &weight].into_iter().chain(bias.as_deref()).collect();
    graph.node("Gemm", &inputs, vec![integer("transB", 1)])
}

fn push_convolution(graph: &mut GraphWriter, map: &WideConvolution, index: usize, value: &str) -> String {
    let convolution = map.convolution();
    let picture = picture(graph, value, map.input(), map.order());
    let (kernel, window) = (convolution.kernel(), convolution.window());
    let [height, width] = kernel.size();
    let shape = [kernel.outputs(), kernel.group_inputs(), height, width];
    let weight = graph.initializer(format!("{index}.weight"), &shape, kernel.values().iter().copied());
    let bias = convolution.bias();
    let bias = bias.map(|bias| graph.initializer(format!("{index}.bias"), &[bias.len()], bias.iter().copied()));
    let inputs: Vec<&str> = [picture.as_str(), &weight].into_iter().chain(bias.as_deref()).collect();
    let padding = window.padding;
    let pads = [padding.rows[0], padding.columns[0], padding.rows[1], padding.columns[1]];
    let attributes = vec![
        integer_list("strides", &window.stride),
        integer_list("dilations", &window.dilation),
        integer_list("pads", &pads),
        integer("group", convolution.groups() as i64),
    ];
    let made = graph.node("Conv", &inputs, attributes);
    let made = match map.order() {
        Flattening::ChannelsFirst => made,
        Flattening::ChannelsLast => graph.node("Transpose", &[&made], vec![integer_list("perm", &[0, 2, 3, 1])]),
    };
    reshape(graph, &made, &[map.output().values()])
}

/// The row of values as a picture with its channels first.
fn picture(graph: &mut GraphWriter, value: &str, shape: ImageShape, order: Flattening) -> String {
    let [height, width] = shape.sides();
    match order {
        Flattening::ChannelsFirst => reshape(graph, value, &[shape.channels(), height, width]),
        Flattening::ChannelsLast => {
            let picture = reshape(graph, value, &[height, width, shape.channels()]);
            graph.node("Transpose", &[&picture], vec![integer_list("perm", &[0, 3, 1, 2])])
        }
    }
}

/// The means over the last of three axes.
fn mean(graph: &mut GraphWriter, value: &str) -> String {
    let axes = graph.integers("axes", &[1], &[2]);
    graph.node("ReduceMean", &[value, &axes], vec![integer("keepdims", 1)])
}

/// The columns of these numbers.
fn gather(graph: &mut GraphWriter, value: &str, slots: impl Iterator<Item = usize>) -> String {
    let slots: Vec<i64> = slots.map(|slot| slot as i64).collect();
    let slots = graph.integers("places", &[slots.len()], &slots);
    graph.node("Gather", &[value, &slots], vec![integer("axis", 1)])
}

/// Each sample under another shape.
fn reshape(graph: &mut GraphWriter, value: &str, shape: &[usize]) -> String {
    let lengths: Vec<i64> = std::iter::once(0).chain(shape.iter().map(|length| *length as i64)).collect();
    let lengths = graph.integers("shape", &[lengths.len()], &lengths);
    graph.node("Reshape", &[value, &lengths], vec![])
}
