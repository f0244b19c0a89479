//! What TensorFlow joins with a product or a convolution: a bias, a normalisation, an activation.

use super::call::Call;
use crate::formats::graph::GraphProblem;
use crate::formats::tensorflow::{Normalization, Operand, Trace, setting};
use crate::network::Activation;

/// The place of the first operand behind the value and its weights.
const FIRST_ARGUMENT: usize = 2;

/// The joined operators behind the value, in their order.
pub(super) fn behind(trace: &mut Trace, call: &Call<'_>, mut value: Operand) -> Result<Operand, GraphProblem> {
    let (node, attributes) = (call.node(), call.attributes);
    let names = attributes.texts("fused_ops")?;
    // Written whether or not anything reads them.
    let slope = attributes.float("leakyrelu_alpha", 0.2)?;
    let epsilon = attributes.float("epsilon", 0.0)?;
    let mut position = FIRST_ARGUMENT;
    for name in &names {
        value = match name.as_str() {
            "BiasAdd" => {
                position += 1;
                trace.add_bias(node, &value, call.operand(position - 1)?, call.operator())?
            }
            "FusedBatchNorm" => {
                position += 4;
                normalized(trace, call, &value, [position - 4, position - 3, position - 2, position - 1], epsilon)?
            }
            // Stands where a folded normalisation was.
            "NoOp" => value,
            "Prelu" => {
                position += 1;
                trace.sloped(node, &value, call.operand(position - 1)?, call.operator())?
            }
            other => {
                let activation = match other {
                    "Relu" => Activation::Relu,
                    "Relu6" => Activation::RELU6,
                    "Elu" => Activation::Elu { alpha: 1.0 },
                    "LeakyRelu" => Activation::LeakyRelu { negative_slope: slope },
                    "Sigmoid" => Activation::Sigmoid,
                    "Tanh" => Activation::Tanh,
                    "GeluExact" => Activation::Gelu,
                    "GeluApproximate" => Activation::GeluTanh,
                    _ => return Err(setting(node, "fused_ops", &format!("holds {other}, which is not understood"))),
                };
                trace.activate(node, &value, activation, call.operator())?
            }
        };
    }
    if call.operands.len() > position {
        return Err(setting(node, "it", "has more operands than its joined operators take"));
    }
    Ok(value)
}

/// γ(x − μ)/√(v + ε) + β, the numbers at these places of the operands.
pub(super) fn normalized(
    trace: &mut Trace,
    call: &Call<'_>,
    of: &Operand,
    [gamma, beta, mean, variance]: [usize; 4],
    epsilon: f64,
) -> Result<Operand, GraphProblem> {
    let numbers = Normalization {
        gamma: call.operand(gamma)?,
        beta: call.operand(beta)?,
        mean: call.operand(mean)?,
        variance: call.operand(variance)?,
        epsilon,
    };
    trace.normalize(call.node(), of, &numbers, call.operator())
}
