//! The weight of a layer, also where a hook computes it of other tensors before each use.

use nalgebra::{DMatrix, DVector};

use super::fault::Fault;
use super::module::Module;
use crate::formats::GraphProblem;
use crate::formats::tensors::TensorFile;
use crate::pickle::Value;

/// A tensor of a layer.
pub(super) struct Weight {
    pub shape: Vec<usize>,
    /// The values in row-major order.
    pub values: Vec<f64>,
}

/// The tensor of this name, or `None` where the layer has none.
pub(super) fn read(module: &Module<'_>, name: &str, file: &TensorFile) -> Result<Option<Weight>, Fault> {
    let vector = |end: &str| file.vector(&module.tensor_name(&format!("{name}{end}")));
    for (class, hook) in module.hooks() {
        let of = module.text_of_hook(hook, "name").or_else(|| module.text_of_hook(hook, "_tensor_name"));
        if of.as_deref() != Some(name) {
            continue;
        }
        // The attribute is what the hook computed last.
        let _computed = module.setting(name);
        let axis = match module.of_hook(hook, "dim") {
            Some(Value::Int(axis)) => usize::try_from(axis).ok(),
            _ => None,
        };
        if class.ends_with("weight_norm.WeightNorm") {
            let shape = module.tensor_shape(&format!("{name}_v")).ok_or_else(|| without(module, name))?;
            let (lengths, mut values) = (vector("_g")?, Vec::from(vector("_v")?.data));
            let (groups, group) = groups(&shape, axis);
            let mut squares = vec![0.0; groups];
            values.iter().enumerate().for_each(|(position, value)| squares[group(position)] += value * value);
            if lengths.len() != groups {
                return Err(without(module, name).into());
            }
            for (position, value) in values.iter_mut().enumerate() {
                *value *= lengths[group(position)] / squares[group(position)].sqrt();
            }
            return Ok(Some(Weight { shape, values }));
        }
        if class.ends_with("spectral_norm.SpectralNorm") {
            let shape = module.tensor_shape(&format!("{name}_orig")).ok_or_else(|| without(module, name))?;
            let (left, right, mut values) = (vector("_u")?, vector("_v")?, Vec::from(vector("_orig")?.data));
            let (rows, row) = groups(&shape, axis);
            let columns = values.len().checked_div(rows).unwrap_or(0);
            if left.len() != rows || right.len() != columns {
                return Err(without(module, name).into());
            }
            let mut met = vec![0_usize; rows];
            let mut norm = 0.0;
            for (position, value) in values.iter().enumerate() {
                let row = row(position);
                norm += left[row] * value * right[met[row]];
                met[row] += 1;
            }
            values.iter_mut().for_each(|value| *value /= norm);
            return Ok(Some(Weight { shape, values }));
        }
        if class.starts_with("torch.nn.utils.prune.") {
            let shape = module.tensor_shape(&format!("{name}_orig")).ok_or_else(|| without(module, name))?;
            let (values, kept) = (vector("_orig")?, vector("_mask")?);
            if values.len() != kept.len() {
                return Err(without(module, name).into());
            }
            return Ok(Some(Weight { shape, values: values.component_mul(&kept).data.into() }));
        }
    }
    let Some(shape) = module.tensor_shape(name) else { return Ok(None) };
    Ok(Some(Weight { shape, values: vector("")?.data.into() }))
}

/// The tensor that the file lists under this name of the module, wherever the module keeps it.
pub(super) fn stored(module: &Module<'_>, name: &str, file: &TensorFile) -> Result<Option<Weight>, Fault> {
    let name = module.tensor_name(name);
    let Some(tensor) = file.info(&name) else { return Ok(None) };
    Ok(Some(Weight { shape: tensor.shape.clone(), values: file.vector(&name)?.data.into() }))
}

/// Refuses hooks that do something else than to compute one of these tensors.
pub(super) fn refuse_hooks(module: &Module<'_>, computed: &[&str]) -> Result<(), GraphProblem> {
    let known = ["torch.nn.utils.weight_norm.WeightNorm", "torch.nn.utils.spectral_norm.SpectralNorm"];
    for (class, hook) in module.hooks() {
        let of = module.text_of_hook(hook, "name").or_else(|| module.text_of_hook(hook, "_tensor_name"));
        let is_known = known.contains(&class.as_str()) || class.starts_with("torch.nn.utils.prune.");
        if !is_known || !of.is_some_and(|of| computed.contains(&of.as_str())) {
            return Err(module.fault("its hook", format!("{class} is not understood")));
        }
    }
    Ok(())
}

impl Weight {
    pub fn into_matrix(self, module: &Module<'_>) -> Result<DMatrix<f64>, GraphProblem> {
        match self.shape[..] {
            [rows, columns] if rows > 0 && columns > 0 => Ok(DMatrix::from_row_slice(rows, columns, &self.values)),
            _ => Err(GraphProblem::Weights {
                node: module.label().to_owned(),
                problem: "its weight is no matrix".into(),
            }),
        }
    }

    pub fn into_vector(self) -> DVector<f64> {
        DVector::from_vec(self.values)
    }
}

pub(super) fn without(module: &Module<'_>, name: &str) -> GraphProblem {
    let problem = format!("its {name} is not in the file, or its parts do not fit together");
    GraphProblem::Weights { node: module.label().to_owned(), problem }
}

/// How many places there are along the axis, and the place along it of each value; one of all where there is no axis.
fn groups(shape: &[usize], axis: Option<usize>) -> (usize, impl Fn(usize) -> usize + use<>) {
    let length = axis.and_then(|axis| shape.get(axis).copied()).unwrap_or(1).max(1);
    let inner =
        axis.and_then(|axis| shape.get(axis + 1..)).map_or(usize::MAX, |rest| rest.iter().product::<usize>().max(1));
    (length, move |position| position / inner % length)
}
