//! Dense layers, with kernels of 8 and 4 bits and the adapters of a fine-tuning.

use nalgebra::{DMatrix, DVector};
use serde_json::Value;

use super::super::graph::GraphProblem;
use super::architecture::LayerConfig;
use super::precision::{Mode, mode_of};
use super::reading::Reading;
use super::settings::Settings;
use super::weights::WeightFault;
use crate::formats::PartName;
use crate::formats::graph::ValueId;
use crate::network::Affine;

/// The variables of a layer that rounds to 8-bit floats while it runs.
const FLOAT8_STATE: [&str; 6] = [
    "inputs_scale",
    "inputs_amax_history",
    "kernel_scale",
    "kernel_amax_history",
    "outputs_grad_scale",
    "outputs_grad_amax_history",
];

impl Reading<'_> {
    pub(super) fn dense(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<ValueId, WeightFault> {
        let node = settings.node;
        let units = settings.count("units")?.or(settings.count("output_dim")?);
        let kernel = self.kernel(layer, settings, of, units)?;
        let weight = self.adapted(layer, settings, kernel)?.transpose();
        if let Some(units) = units.filter(|units| *units != weight.nrows()) {
            return Err(
                weights(node, format!("its kernel gives {} outputs, its units are {units}", weight.nrows())).into()
            );
        }
        let has_bias = settings.flag("use_bias", settings.flag("bias", true)?)?;
        let bias = self.weights.vector_if(has_bias, layer, "bias")?;
        check_bias(node, weight.nrows(), bias.as_ref())?;
        Ok(self.graph.affine(of, node, Affine { weight, bias })?)
    }

    /// The kernel, inputs × outputs, as the layer multiplies with it.
    fn kernel(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
        units: Option<usize>,
    ) -> Result<DMatrix<f64>, WeightFault> {
        let node = settings.node;
        let quantisation = settings.get("quantization_config");
        let mode = mode_of(&layer.config);
        if mode == Mode::Other {
            let value = "is of a kind whose weights are not understood";
            return Err(settings.problem("its dtype", value).into());
        }
        let stored = self.weights.matrix(layer, "kernel")?;
        match mode {
            Mode::Int8 => {
                self.tell_rounded_inputs(quantisation, layer.config.contains_key("quantization_config"), 8);
                let scale = self.weights.vector(layer, "kernel_scale")?;
                Ok(divided(node, stored, &scale)?)
            }
            Mode::Int4 => {
                let has_config = layer.config.contains_key("quantization_config");
                if quantisation.is_some() || !has_config {
                    self.tell_rounded_inputs(quantisation, has_config, 4);
                }
                let inputs = self.graph.shape(of).and_then(<[usize]>::last).copied();
                let whole = unpacked(node, &stored, inputs, units)?;
                self.rescaled(layer, node, whole)
            }
            Mode::Float8 => {
                let why = "scales the rounding to 8 bits while the network runs";
                for name in FLOAT8_STATE.iter().filter_map(|role| self.weights.find(layer, role)) {
                    self.account.leaves(PartName::tensor(name), why);
                }
                let rounds =
                    "the model rounds the inputs and kernels of its float8 layers to 8 bits, which is left out";
                self.account.assume(rounds);
                Ok(stored)
            }
            Mode::Plain | Mode::Other => Ok(stored),
        }
    }

    /// The inputs of a layer of 8-bit weights are rounded too, with a scale of each sample's own.
    fn tell_rounded_inputs(&mut self, config: Option<&Value>, is_told: bool, bits: u8) {
        let config = config.and_then(|config| config.get("config"));
        let quantiser = config.and_then(|config| config.get("activation_quantizer"));
        let is_absent = is_told && config.is_some() && quantiser.is_none_or(Value::is_null);
        if !is_absent {
            let sentence = format!(
                "the weights are those of the {bits}-bit layers, whose inputs are taken as they are, where the model rounds them to 8 bits"
            );
            self.account.assume(sentence);
        }
    }

    /// Whole numbers of 4 bits times their scales: one for each output, or for each group of inputs as well.
    fn rescaled(&self, layer: &LayerConfig, node: &str, whole: DMatrix<f64>) -> Result<DMatrix<f64>, WeightFault> {
        let name = self.weights.needed(layer, "kernel_scale")?;
        let [groups, outputs] = *self.weights.shape(name) else {
            let scale = self.weights.vector(layer, "kernel_scale")?;
            return Ok(divided(node, whole, &scale)?);
        };
        let scale = self.weights.matrix(layer, "kernel_scale")?;
        let zero = self.weights.matrix(layer, "kernel_zero")?;
        let of_input = self.weights.vector(layer, "g_idx")?;
        if outputs != whole.ncols() || zero.shape() != scale.shape() || of_input.len() != whole.nrows() {
            return Err(weights(node, "the scales of its kernel are of another shape".into()).into());
        }
        let mut kernel = whole;
        for (row, group) in of_input.iter().enumerate() {
            // A whole number that is kept as a float.
            let group = *group as usize;
            if group >= groups {
                return Err(weights(node, format!("row {row} is of group {group}, of {groups}")).into());
            }
            for column in 0..outputs {
                kernel[(row, column)] = (kernel[(row, column)] - zero[(group, column)]) * scale[(group, column)];
            }
        }
        Ok(kernel)
    }

    /// The kernel with what a fine-tuning added: W + α/r·A·B.
    fn adapted(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        kernel: DMatrix<f64>,
    ) -> Result<DMatrix<f64>, WeightFault> {
        let rank = settings.count("lora_rank")?;
        let alpha = settings.get("lora_alpha").and_then(Value::as_f64);
        if self.weights.find(layer, "lora_kernel_a").is_none() && self.weights.find(layer, "lora_kernel_b").is_none() {
            // Keras merges the adapters where it saves without them.
            return Ok(kernel);
        }
        let (down, up) = (self.weights.matrix(layer, "lora_kernel_a")?, self.weights.matrix(layer, "lora_kernel_b")?);
        let fits = down.ncols() == up.nrows() && (down.nrows(), up.ncols()) == kernel.shape();
        if !fits || rank.is_some_and(|rank| rank != down.ncols()) {
            return Err(weights(
                settings.node,
                "its adapters (lora_kernel_a, lora_kernel_b) do not fit its kernel".into(),
            )
            .into());
        }
        let rank = down.ncols() as f64;
        if let Some(alpha) = alpha.filter(|alpha| *alpha != rank) {
            self.account.assume(format!(
                "the adapters of `{}` are scaled by lora_alpha/lora_rank = {alpha}/{rank}, as the model was trained; Keras itself forgets \
                 lora_alpha when it loads the file",
                settings.node
            ));
        }
        Ok(kernel + down * up * (alpha.unwrap_or(rank) / rank))
    }
}

/// Each column divided by its scale.
fn divided(node: &str, mut kernel: DMatrix<f64>, scale: &DVector<f64>) -> Result<DMatrix<f64>, GraphProblem> {
    if scale.len() != kernel.ncols() || scale.iter().any(|scale| *scale == 0.0) {
        return Err(weights(node, "the scales of its kernel do not fit its outputs".into()));
    }
    kernel.column_iter_mut().zip(scale.iter()).for_each(|(mut column, scale)| column /= *scale);
    Ok(kernel)
}

/// Two numbers from each byte: along the outputs, in older versions along the inputs.
fn unpacked(
    node: &str,
    packed: &DMatrix<f64>,
    inputs: Option<usize>,
    units: Option<usize>,
) -> Result<DMatrix<f64>, GraphProblem> {
    let (rows, columns) = packed.shape();
    let halves = |packed: f64| {
        // Both halves are signed; the lower one comes first.
        let byte = packed as i64;
        let signed = |half: i64| (((half & 15) ^ 8) - 8) as f64;
        [signed(byte), signed(byte >> 4)]
    };
    match (inputs, units) {
        (Some(inputs), Some(units)) if rows == inputs && columns == units.div_ceil(2) => {
            Ok(DMatrix::from_fn(rows, units, |row, column| halves(packed[(row, column / 2)])[column % 2]))
        }
        (Some(inputs), Some(units)) if rows == inputs.div_ceil(2) && columns == units => {
            Ok(DMatrix::from_fn(inputs, units, |row, column| halves(packed[(row / 2, column)])[row % 2]))
        }
        _ => Err(weights(
            node,
            format!("its 4-bit kernel of {rows}×{columns} bytes does not fit its inputs and outputs"),
        )),
    }
}

pub(super) fn check_bias(node: &str, outputs: usize, bias: Option<&DVector<f64>>) -> Result<(), GraphProblem> {
    match bias.map(DVector::len) {
        Some(found) if found != outputs => Err(weights(node, format!("{found} biases for {outputs} outputs"))),
        _ => Ok(()),
    }
}

pub(super) fn weights(node: &str, problem: String) -> GraphProblem {
    GraphProblem::Weights { node: node.into(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_lie_in_each_byte() {
        // The example of Keras's own documentation.
        let packed = DMatrix::from_row_slice(2, 2, &[125.0, 2.0, 24.0, 0.0]);
        let whole = unpacked("a", &packed, Some(2), Some(3)).unwrap();
        assert_eq!(whole, DMatrix::from_row_slice(2, 3, &[-3.0, 7.0, 2.0, -8.0, 1.0, 0.0]));
        let packed = DMatrix::from_row_slice(2, 2, &[45.0, -121.0, 1.0, 0.0]);
        let whole = unpacked("a", &packed, Some(3), Some(2)).unwrap();
        assert_eq!(whole, DMatrix::from_row_slice(3, 2, &[-3.0, 7.0, 2.0, -8.0, 1.0, 0.0]));
        assert!(unpacked("a", &packed, Some(5), Some(2)).is_err());
    }
}
