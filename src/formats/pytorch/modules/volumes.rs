//! PyTorch's convolutions and poolings of pictures and signals.

use super::fault::{Fault, unclear};
use super::module::Module;
use super::weight;
use crate::formats::GraphProblem;
use crate::formats::graph::{Graph, ValueId};
use crate::formats::tensors::TensorFile;
use crate::network::{AveragePooling, Convolution, Flattening, ImageShape, Kernel, Padding, Window};

const ORDER: Flattening = Flattening::ChannelsFirst;

/// The module's value, or none where its class is no convolution or pooling.
pub(super) fn add(
    graph: &mut Graph,
    module: &Module<'_>,
    of: ValueId,
    file: &TensorFile,
) -> Result<Option<ValueId>, Fault> {
    let node = module.label();
    let value = match module.class.as_str() {
        "Conv1d" | "Conv2d" => convolve(graph, module, of, file)?,
        "AvgPool1d" | "AvgPool2d" => {
            let window = pooling_window(module)?;
            let counts_padding = module.setting("count_include_pad").is_none() || module.is_true("count_include_pad");
            if let Some(divisor) = module.number("divisor_override") {
                return Err(module.fault("its divisor", format!("is {divisor}, which is not understood")).into());
            }
            graph.average(of, node, ORDER, |_| AveragePooling::new(window, counts_padding))?
        }
        "AdaptiveAvgPool1d" | "AdaptiveAvgPool2d" => {
            let sides = graph.shape(of).map(<[usize]>::to_vec);
            let sides = sides.ok_or_else(|| GraphProblem::InputShape { node: node.into() })?;
            let window = adaptive_window(module, &sides)?;
            graph.average(of, node, ORDER, |_| AveragePooling::new(window, false))?
        }
        "MaxPool1d" | "MaxPool2d" => {
            let window = pooling_window(module)?;
            let dilation = pair(module, "dilation")?.unwrap_or([1; 2]);
            graph.largest(of, node, ORDER, |_| Window { dilation, ..window })?
        }
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn convolve(graph: &mut Graph, module: &Module<'_>, of: ValueId, file: &TensorFile) -> Result<ValueId, Fault> {
    let node = module.label();
    let weight = weight::read(module, "weight", file)?.ok_or_else(|| weight::without(module, "weight"))?;
    let (outputs, group_inputs, size) = match weight.shape[..] {
        [outputs, inputs, width] => (outputs, inputs, [1, width]),
        [outputs, inputs, height, width] => (outputs, inputs, [height, width]),
        _ => return Err(weight::without(module, "weight").into()),
    };
    let fault = |source| GraphProblem::Convolution { node: node.into(), source };
    let kernel = Kernel::new(outputs, group_inputs, size, weight.values).map_err(fault)?;
    let bias = weight::read(module, "bias", file)?.map(weight::Weight::into_vector);
    let stride = pair(module, "stride")?.unwrap_or([1; 2]);
    let dilation = pair(module, "dilation")?.unwrap_or([1; 2]);
    let groups = module.number("groups").unwrap_or(1.0) as usize;
    match module.text("padding_mode").as_deref() {
        None | Some("zeros") => {}
        Some(mode) => {
            return Err(module.fault("its padding", format!("is {mode}, and only zeros are understood")).into());
        }
    }
    let same = module.text("padding").as_deref() == Some("same");
    let padding = if module.text("padding").is_some() { None } else { pair_or_zero(module, "padding")? };
    let build = |input: ImageShape| {
        let mut plain = Convolution::new(kernel, groups)?.with_stride(stride).with_dilation(dilation);
        if let Some([rows, columns]) = padding {
            plain = plain.with_padding(Padding::even(rows, columns));
        }
        if same {
            plain = plain.padded_same(input, false);
        }
        match bias {
            Some(bias) => plain.with_bias(bias),
            None => Ok(plain),
        }
    };
    Ok(graph.convolve(of, node, ORDER, build)?)
}

fn pooling_window(module: &Module<'_>) -> Result<Window, GraphProblem> {
    let size = pair(module, "kernel_size")?.ok_or_else(|| unclear(module, "kernel_size"))?;
    let stride = pair(module, "stride")?.unwrap_or(size);
    let [rows, columns] = pair_or_zero(module, "padding")?.unwrap_or_default();
    if module.is_true("ceil_mode") {
        return Err(module.fault("its ceil_mode", "is true, which is not understood"));
    }
    Ok(Window { stride, padding: Padding::even(rows, columns), ..Window::of_size(size) })
}

/// Windows that cut each side into as many parts as are wanted, where they are of one length.
fn adaptive_window(module: &Module<'_>, shape: &[usize]) -> Result<Window, GraphProblem> {
    let is_signal = module.class.ends_with("1d");
    let (height, width) = match *shape {
        [_, width] if is_signal => (1, width),
        [_, height, width] if !is_signal => (height, width),
        _ => return Err(unclear(module, "its input")),
    };
    let wanted = pair(module, "output_size")?.ok_or_else(|| unclear(module, "output_size"))?;
    let part = |length: usize, parts: usize| (parts > 0 && length.is_multiple_of(parts)).then(|| length / parts);
    match (part(height, wanted[0]), part(width, wanted[1])) {
        (Some(rows), Some(columns)) => Ok(Window { stride: [rows, columns], ..Window::of_size([rows, columns]) }),
        _ => Err(module.fault("its output_size", format!("{wanted:?} cuts its input into parts of different lengths"))),
    }
}

/// Lengths along the height and the width, where none is 0.
fn pair(module: &Module<'_>, name: &str) -> Result<Option<[usize; 2]>, GraphProblem> {
    match pair_or_zero(module, name)? {
        Some([0, _] | [_, 0]) => Err(unclear(module, name)),
        pair => Ok(pair),
    }
}

/// One length for both axes, or one for each; a signal has a height of 1 and no padding above it.
fn pair_or_zero(module: &Module<'_>, name: &str) -> Result<Option<[usize; 2]>, GraphProblem> {
    if module.setting(name).is_none() {
        return Ok(None);
    }
    let lengths = module.lengths(name).unwrap_or_default();
    let lengths: Vec<usize> = lengths.iter().filter_map(|length| usize::try_from(*length).ok()).collect();
    let height = if name == "padding" { 0 } else { 1 };
    match (module.class.ends_with("1d"), &lengths[..]) {
        (true, &[width]) => Ok(Some([height, width])),
        (false, &[side]) => Ok(Some([side; 2])),
        (false, &[height, width]) => Ok(Some([height, width])),
        _ => Err(unclear(module, name)),
    }
}
