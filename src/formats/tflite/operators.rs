//! What each operator of TensorFlow Lite does to the values of a graph.

use super::call::Call;
use super::names::operator_name;
use super::options::kinds;
use super::schema::CUSTOM;
use super::tensors::{ElementType, Tensor};
use super::windows;
use crate::formats::graph::GraphProblem;
use crate::formats::onnx::scalar::Binary;
use crate::formats::tensorflow::{Array, Cuts, Operand, Reduction, Resizing, Trace, setting};
use crate::network::{Activation, Elementary, OutputFunction};

/// The results of an operator.
pub(super) fn follow(trace: &mut Trace, call: &Call<'_, '_>) -> Result<Vec<Operand>, GraphProblem> {
    call.counts_alike()?;
    let result = result(trace, call)?;
    call.options.finish()?;
    let tensor = call.gives.first().ok_or_else(|| setting(call.node, "it", "gives nothing"))?;
    if matches!(result, Operand::Value(_) | Operand::Padded { .. }) && !tensor.is_real() {
        let value = format!("is of type {}, which no layer gives", tensor.element.name());
        return Err(setting(call.node, "its result", &value));
    }
    Ok(vec![result])
}

fn result(trace: &mut Trace, call: &Call<'_, '_>) -> Result<Operand, GraphProblem> {
    let (node, name) = (call.node, call.name());
    if call.operator.code == CUSTOM {
        return Err(call.unknown());
    }
    if let Some(activation) = activation(call)? {
        call.takes(1)?;
        return trace.activate(node, call.operand(0)?, activation, &name);
    }
    if let Some((operator, kind, fused)) = binary(call.operator.code) {
        call.options.are(kind)?;
        call.takes(2)?;
        let value = trace.binary(node, operator, call.operand(0)?, call.operand(1)?, &name)?;
        return if fused { windows::fused(trace, call, &value, 0) } else { Ok(value) };
    }
    if let Some((operator, kind)) = comparison(call.operator.code) {
        call.options.are(kind)?;
        return trace.compare(node, operator, [call.operand(0)?, call.operand(1)?], &name);
    }
    match name.as_str() {
        "CONV_2D" => windows::convolution(trace, call),
        "DEPTHWISE_CONV_2D" => windows::depthwise(trace, call),
        "AVERAGE_POOL_2D" => windows::pooling(trace, call, true),
        "MAX_POOL_2D" => windows::pooling(trace, call, false),
        "FULLY_CONNECTED" => fully_connected(trace, call),
        "BATCH_MATMUL" => {
            call.options.are(kinds::BATCH_MATMUL)?;
            if call.options.flag(0)? {
                return Err(setting(node, "adj_x", "is on, which is not understood"));
            }
            let is_transposed = call.options.flag(1)?;
            call.takes(2)?;
            trace.multiply(node, call.operand(0)?, call.operand(1)?, is_transposed, &name)
        }
        "ADD_N" => {
            let mut sum = call.operand(0)?.clone();
            for position in 1..call.operands.len() {
                sum = trace.binary(node, Binary::Add, &sum, call.operand(position)?, &name)?;
            }
            Ok(sum)
        }
        "SELECT" | "SELECT_V2" => trace.choose(node, [call.operand(0)?, call.operand(1)?, call.operand(2)?], &name),
        "PRELU" => trace.sloped(node, call.operand(0)?, call.operand(1)?, &name),
        "RSQRT" => {
            let root = trace.activate(node, call.operand(0)?, Activation::Elementary(Elementary::Sqrt), &name)?;
            trace.activate(node, &root, Activation::Elementary(Elementary::Reciprocal), &name)
        }
        "NEG" => trace.binary(node, Binary::Mul, call.operand(0)?, &Array::scalar(-1.0).into(), &name),
        "SOFTMAX" => {
            call.options.are(kinds::SOFTMAX)?;
            let beta = call.options.float(0)?;
            if !beta.is_finite() || beta == 0.0 {
                return Err(setting(node, "beta", &format!("is {beta}")));
            }
            trace.softmax(node, call.operand(0)?, beta)
        }
        "LOG_SOFTMAX" => trace.read(node, call.operand(0)?, OutputFunction::LogSoftmax, &name),
        "ARG_MAX" => arg_max(trace, call),
        "RESHAPE" => {
            call.options.are(kinds::RESHAPE)?;
            let attribute = call.options.integers(0)?;
            let attribute =
                Array::new(vec![attribute.len()], attribute.into_iter().map(|length| length as f64).collect());
            let attribute = attribute.map(Operand::from).ok_or_else(|| call.unknown())?;
            trace.reshape(node, call.operand(0)?, call.optional(1).unwrap_or(&attribute), &name)
        }
        "SQUEEZE" => {
            call.options.are(kinds::SQUEEZE)?;
            trace.squeeze(node, call.operand(0)?, &call.options.integers(0)?, &name)
        }
        "EXPAND_DIMS" => {
            let axis = call.integers(1)?.first().copied().unwrap_or_default();
            trace.expand(node, call.operand(0)?, axis, &name)
        }
        "TRANSPOSE" => trace.transpose(node, call.operand(0)?, call.operand(1)?, &name),
        "SHAPE" => {
            call.options.are(kinds::SHAPE)?;
            trace.lengths(node, call.operand(0)?, &name)
        }
        "PACK" => {
            call.options.are(kinds::PACK)?;
            if call.options.integer(1, 0)? != 0 {
                return Err(call.unknown());
            }
            let operands: Result<Vec<Operand>, GraphProblem> =
                (0..call.operands.len()).map(|position| call.operand(position).cloned()).collect();
            trace.pack(node, &operands?, &name)
        }
        "REDUCE_PROD" => {
            call.options.are(kinds::REDUCER)?;
            if call.options.flag(0)? || !matches!(call.integers(1)?[..], [0 | -1]) {
                return Err(call.unknown());
            }
            trace.multiply_lengths(node, call.operand(0)?, &name)
        }
        "STRIDED_SLICE" => trace.cut(node, call.operand(0)?, &strided(call)?, &name),
        "SLICE" => {
            let cuts = Cuts::of_sizes(call.integers(1)?, &call.integers(2)?);
            trace.cut(node, call.operand(0)?, &cuts, &name)
        }
        "GATHER" => {
            call.options.are(kinds::GATHER)?;
            let axis = i64::from(call.options.integer(0, 0)?);
            if call.options.integer(1, 0)? != 0 {
                return Err(setting(node, "batch_dims", "is not 0, which is not understood"));
            }
            trace.gather(node, call.operand(0)?, call.operand(1)?, axis, &name)
        }
        "CONCATENATION" => {
            call.options.are(kinds::CONCATENATION)?;
            let axis = i64::from(call.options.integer(0, 0)?);
            let operands: Result<Vec<Operand>, GraphProblem> =
                (0..call.operands.len()).map(|position| call.operand(position).cloned()).collect();
            let value = trace.concat(node, &operands?, axis, &name)?;
            windows::fused(trace, call, &value, 1)
        }
        "PAD" => trace.pad(node, call.operand(0)?, call.operand(1)?, &name),
        "PADV2" => match call.operand(2)? {
            Operand::Array(value) if value.only() == Some(0.0) => {
                trace.pad(node, call.operand(0)?, call.operand(1)?, &name)
            }
            _ => Err(setting(node, "its filling", "is not 0, which is not understood")),
        },
        "SPACE_TO_BATCH_ND" => trace.take_apart(node, call.operand(0)?, [call.operand(1)?, call.operand(2)?], &name),
        "BATCH_TO_SPACE_ND" => trace.put_together(node, call.operand(0)?, [call.operand(1)?, call.operand(2)?], &name),
        "MEAN" => {
            call.options.are(kinds::REDUCER)?;
            trace.mean(node, call.operand(0)?, &call.integers(1)?, call.options.flag(0)?, &name)
        }
        "SUM" | "REDUCE_MAX" => {
            call.options.are(kinds::REDUCER)?;
            call.takes(2)?;
            let reduction = if name == "SUM" { Reduction::Sum } else { Reduction::Largest };
            let axes = (&call.integers(1)?[..], call.options.flag(0)?);
            trace.reduce(node, call.operand(0)?, axes, reduction, &name)
        }
        "SQUARED_DIFFERENCE" => {
            call.options.are(kinds::SQUARED_DIFFERENCE)?;
            call.takes(2)?;
            let difference = trace.binary(node, Binary::Sub, call.operand(0)?, call.operand(1)?, &name)?;
            trace.activate(node, &difference, Activation::Elementary(Elementary::Square), &name)
        }
        "TILE" => {
            call.options.are(kinds::TILE)?;
            call.takes(2)?;
            trace.tile(node, call.operand(0)?, &call.integers(1)?, &name)
        }
        "TRANSPOSE_CONV" => transposed(trace, call),
        "RESIZE_BILINEAR" | "RESIZE_NEAREST_NEIGHBOR" => {
            let is_linear = name == "RESIZE_BILINEAR";
            call.options.are(if is_linear { kinds::RESIZE_BILINEAR } else { kinds::RESIZE_NEAREST })?;
            call.takes(2)?;
            let first = if is_linear { 2 } else { 0 };
            let (align_corners, half_pixels) = (call.options.flag(first)?, call.options.flag(first + 1)?);
            let how = Resizing { is_linear, align_corners, half_pixels };
            trace.resize(node, call.operand(0)?, &call.integers(1)?, how, &name)
        }
        "DEQUANTIZE" | "QUANTIZE" => call.operand(0).cloned(),
        "CAST" => cast(trace, call),
        _ => Err(call.unknown()),
    }
}

/// The activation that an operator is.
fn activation(call: &Call<'_, '_>) -> Result<Option<Activation>, GraphProblem> {
    let elementary = |function: Elementary| Some(Activation::Elementary(function));
    Ok(match operator_name(call.operator).as_str() {
        "LOGISTIC" => Some(Activation::Sigmoid),
        "TANH" => Some(Activation::Tanh),
        "RELU" => Some(Activation::Relu),
        "RELU6" => Some(Activation::RELU6),
        "RELU_N1_TO_1" => Some(Activation::HardTanh { low: -1.0, high: 1.0 }),
        "RELU_0_TO_1" => Some(Activation::HardTanh { low: 0.0, high: 1.0 }),
        "LEAKY_RELU" => {
            call.options.are(kinds::LEAKY_RELU)?;
            Some(Activation::LeakyRelu { negative_slope: call.options.float(0)? })
        }
        "ELU" => Some(Activation::Elu { alpha: 1.0 }),
        "HARD_SWISH" => Some(Activation::HardSwish),
        "GELU" => {
            call.options.are(kinds::GELU)?;
            Some(if call.options.flag(0)? { Activation::GeluTanh } else { Activation::Gelu })
        }
        "EXP" => elementary(Elementary::Exp),
        "LOG" => elementary(Elementary::Log),
        "SQRT" => elementary(Elementary::Sqrt),
        "ABS" => elementary(Elementary::Abs),
        "SIN" => elementary(Elementary::Sin),
        "COS" => elementary(Elementary::Cos),
        "SQUARE" => elementary(Elementary::Square),
        "FLOOR" => elementary(Elementary::Floor),
        "CEIL" => elementary(Elementary::Ceil),
        "ROUND" => elementary(Elementary::Round),
        "SIGN" => elementary(Elementary::Sign),
        _ => None,
    })
}

/// An operator of two operands, the kind of its settings, and whether an activation may be fused with it.
fn binary(code: i32) -> Option<(Binary, u8, bool)> {
    match code {
        0 => Some((Binary::Add, kinds::ADD, true)),
        41 => Some((Binary::Sub, kinds::SUB, true)),
        18 => Some((Binary::Mul, kinds::MUL, true)),
        42 => Some((Binary::Div, kinds::DIV, true)),
        55 => Some((Binary::Max, 39, false)),
        57 => Some((Binary::Min, 39, false)),
        78 => Some((Binary::Pow, 56, false)),
        _ => None,
    }
}

/// An operator that compares two operands, and the kind of its settings.
fn comparison(code: i32) -> Option<(Binary, u8)> {
    match code {
        58 => Some((Binary::Less, 40)),
        61 => Some((Binary::Greater, 43)),
        62 => Some((Binary::GreaterOrEqual, 44)),
        63 => Some((Binary::LessOrEqual, 45)),
        _ => None,
    }
}

fn fully_connected(trace: &mut Trace, call: &Call<'_, '_>) -> Result<Operand, GraphProblem> {
    call.options.are(kinds::FULLY_CONNECTED)?;
    call.takes(3)?;
    if call.options.byte(1)? != 0 {
        return Err(setting(call.node, "weights_format", "is shuffled, which is not understood"));
    }
    let keeps_axes = call.options.flag(2)?;
    let parts = [call.optional(1), call.optional(2)];
    let value = trace.fully_connected(call.node, call.operand(0)?, parts, keeps_axes)?;
    windows::fused(trace, call, &value, 0)
}

/// A transposed convolution: the shape of its result, its kernel, its value, and a bias.
fn transposed(trace: &mut Trace, call: &Call<'_, '_>) -> Result<Operand, GraphProblem> {
    call.options.are(kinds::TRANSPOSE_CONV)?;
    call.takes(4)?;
    let is_same = match call.options.byte(0)? {
        0 => true,
        1 => false,
        other => return Err(setting(call.node, "its padding", &format!("is number {other}"))),
    };
    let stride = [call.options.length(2, 0)?, call.options.length(1, 0)?];
    let parts = [call.optional(1), call.optional(3), call.optional(0)];
    let value = trace.convolve_transposed(call.node, call.operand(2)?, parts, (stride, is_same), &call.name())?;
    windows::fused(trace, call, &value, 3)
}

/// The number of the largest along the last axis.
fn arg_max(trace: &mut Trace, call: &Call<'_, '_>) -> Result<Operand, GraphProblem> {
    call.options.are(kinds::ARG_MAX)?;
    let axes = call.given.first().copied().flatten().map_or(0, |tensor| tensor.shape.len() as i64);
    match call.integers(1)?.first() {
        Some(&axis) if axis == -1 || axis == axes - 1 => {
            trace.read(call.node, call.operand(0)?, OutputFunction::Argmax, &call.name())
        }
        _ => Err(setting(call.node, "its axis", "is not the last, which is not understood")),
    }
}

fn strided(call: &Call<'_, '_>) -> Result<Cuts, GraphProblem> {
    call.options.are(kinds::STRIDED_SLICE)?;
    let mask = |field: usize| call.options.integer(field, 0).map(i64::from);
    if call.options.flag(5)? {
        return Err(setting(call.node, "offset", "is on, which is not understood"));
    }
    Ok(Cuts {
        begin: call.integers(1)?,
        end: call.integers(2)?,
        strides: call.integers(3)?,
        begin_mask: mask(0)?,
        end_mask: mask(1)?,
        shrink_mask: mask(4)?,
        others: mask(2)? | mask(3)?,
    })
}

/// A value stays what it is between types of floats; constants take the type that they are given.
fn cast(trace: &mut Trace, call: &Call<'_, '_>) -> Result<Operand, GraphProblem> {
    call.options.are(kinds::CAST)?;
    let to = call.gives.first().map_or(ElementType::Other(-1), |tensor| tensor.element);
    let is_real = |tensor: Option<&Tensor>| tensor.is_some_and(|tensor| tensor.element.is_float());
    match call.operand(0)? {
        Operand::Value(traced) if is_real(call.given.first().copied().flatten()) && to.is_float() => {
            Ok(Operand::Value(traced.clone()))
        }
        kept @ (Operand::Lengths(_) | Operand::Read { by: OutputFunction::Argmax, .. }) if to != ElementType::Bool => {
            Ok(kept.clone())
        }
        truth @ Operand::Spelled { .. } if to.is_float() => trace.as_number(call.node, truth, &call.name()),
        array @ Operand::Array(_) if to.is_float() => Ok(array.clone()),
        array @ Operand::Array(_) => {
            let function = if to == ElementType::Bool { Elementary::Nonzero } else { Elementary::Truncate };
            trace.activate(call.node, array, Activation::Elementary(function), &call.name())
        }
        _ => Err(call.unknown()),
    }
}
