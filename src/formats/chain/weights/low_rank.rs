//! Low-rank adaptations (LoRA): W + (α/r)·B·A, with A (r × inputs) and B (outputs × r) beside the weight or without it.

use super::index::Index;
use super::stored::{fault, stored_shape};
use crate::formats::FormatError;
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensors::TensorFile;

/// How libraries call the matrix that is applied first, and the other one.
const PAIRS: [(&str, &str); 8] = [
    ("lora_A", "lora_B"),
    ("lora_a", "lora_b"),
    ("lora_down", "lora_up"),
    ("lora.down", "lora.up"),
    ("lora_linear_layer.down", "lora_linear_layer.up"),
    ("lora_kernel_a", "lora_kernel_b"),
    ("lora_embedding_A", "lora_embedding_B"),
    ("loraA", "loraB"),
];
/// Where the weight itself stands, behind the name of the layer.
const BASES: [&str; 6] = [".weight", ".base_layer.weight", ".linear.weight", ".original.weight", "/kernel", ".kernel"];
/// How the scale α/r is called, and α alone.
const SCALES: [&str; 3] = ["scaling", "lora_scaling", "scale"];
const ALPHAS: [&str; 2] = ["alpha", "lora_alpha"];

/// A weight and the product of two narrow matrices.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::formats::chain) struct LowRank {
    base: Option<String>,
    first: String,
    second: String,
    /// Whether the first matrix is inputs × r and the second r × outputs, so that their product is transposed.
    is_turned: bool,
    /// Whether the weight has inputs as rows, as the product of turned matrices does.
    base_is_turned: bool,
    /// The tensor of the scale.
    scale: Option<String>,
    /// Whether that is α, which is divided by r.
    is_alpha: bool,
    rank: usize,
}

/// The low-rank adaptations among the tensors: the name and the shape of each weight, and how it is computed.
pub(super) fn find(tensors: &[TensorInfo], index: &Index<'_>) -> Vec<(String, Vec<usize>, LowRank)> {
    tensors.iter().filter(|tensor| tensor.in_model).filter_map(|tensor| of_first(tensor, index)).collect()
}

fn of_first(first: &TensorInfo, index: &Index<'_>) -> Option<(String, Vec<usize>, LowRank)> {
    let (at, word, other) = PAIRS.iter().find_map(|(word, other)| Some((first.name.rfind(word)?, *word, *other)))?;
    let (before, after) = (&first.name[..at], &first.name[at + word.len()..]);
    let second = index.get(format!("{before}{other}{after}").as_str()).copied()?;
    let layer = before.trim_end_matches(['.', '_', '/']);
    let base = BASES.iter().find_map(|end| index.get(format!("{layer}{end}").as_str()).copied());
    let [a_rows, a_columns] = flattened(&first.shape)?;
    let [b_rows, b_columns] = flattened(&second.shape)?;
    let fits = |outputs: usize, inputs: usize| {
        base.is_none_or(|base| match flattened(&base.shape) {
            Some([rows, columns]) => [rows, columns] == [outputs, inputs] || [rows, columns] == [inputs, outputs],
            None => false,
        })
    };
    let straight = (a_rows == b_columns && fits(b_rows, a_columns)).then_some((b_rows, a_columns, a_rows));
    let turned = (a_columns == b_rows && first.shape.len() == 2 && second.shape.len() == 2 && fits(b_columns, a_rows))
        .then_some((b_columns, a_rows, a_columns));
    // Where both fit the rank is the smaller one, and at last what the spelling is used for.
    let is_turned = match (straight, turned) {
        (Some((.., straight)), Some((.., turned))) if straight != turned => turned < straight,
        (Some(_), Some(_)) => matches!(word, "lora_a" | "lora_kernel_a"),
        (Some(_), None) => false,
        (None, Some(_)) => true,
        (None, None) => return None,
    };
    let (outputs, inputs, rank) = if is_turned { turned? } else { straight? };
    let scale_of = |text: &[&str]| {
        let near = text
            .iter()
            .flat_map(|word| [format!("{layer}.{word}"), format!("{before}{word}"), format!("{layer}.lora.{word}")]);
        let mut names = near.chain(text.iter().map(|word| (*word).to_owned()));
        names.find(|name| {
            index
                .get(name.as_str())
                .is_some_and(|tensor| tensor.shape.iter().product::<usize>() == 1 && tensor.is_numeric)
        })
    };
    let scale = scale_of(&SCALES);
    let is_alpha = scale.is_none();
    let scale = scale.or_else(|| scale_of(&ALPHAS));
    let name = base.map_or_else(|| format!("{layer}.weight"), |base| base.name.clone());
    let product_shape = match (&first.shape[..], is_turned) {
        ([_, inputs @ ..], false) => [&[outputs], inputs].concat(),
        _ => vec![outputs, inputs],
    };
    let shape = base.map_or(product_shape, |base| base.shape.clone());
    let base_is_turned = match base.map(|base| flattened(&base.shape)) {
        Some(Some([rows, columns])) if rows != columns => [rows, columns] == [inputs, outputs],
        Some(_) => is_turned && base.is_some_and(|base| base.name.ends_with("kernel")),
        None => false,
    };
    let low_rank = LowRank {
        base: base.map(|base| base.name.clone()),
        first: first.name.clone(),
        second: second.name.clone(),
        is_turned,
        base_is_turned,
        scale,
        is_alpha,
        rank,
    };
    Some((name, shape, low_rank))
}

/// Rows, and all other axes together.
fn flattened(shape: &[usize]) -> Option<[usize; 2]> {
    match shape {
        [rows, rest @ ..] if !rest.is_empty() && !shape.contains(&0) => {
            Some([*rows, rest.iter().try_fold(1_usize, |product, axis| product.checked_mul(*axis))?])
        }
        _ => None,
    }
}

impl LowRank {
    pub(super) fn parts(&self) -> Vec<&String> {
        self.base.iter().chain([&self.first, &self.second]).chain(&self.scale).collect()
    }

    /// What the file does not tell of it.
    pub(super) fn assumption(&self, name: &str) -> Option<String> {
        let LowRank { first, second, rank, .. } = self;
        match (&self.base, &self.scale) {
            (Some(_), Some(_)) => None,
            (None, Some(_)) => {
                Some(format!("`{name}` is `{second}`·`{first}` alone, since the file holds no weight that they change"))
            }
            (Some(_), None) => Some(format!(
                "`{second}`·`{first}` is added to `{name}` with the scale 1 (alpha = r = {rank}), which the file does not tell"
            )),
            (None, None) => Some(format!(
                "`{name}` is `{second}`·`{first}` alone with the scale 1 (alpha = r = {rank}), since the file holds neither a \
                 weight that they change nor a scale"
            )),
        }
    }

    /// The values of the weight, in row-major order.
    pub(super) fn read(&self, file: &TensorFile) -> Result<Vec<f64>, FormatError> {
        let (a, b) = (file.vector(&self.first)?, file.vector(&self.second)?);
        let scale = match &self.scale {
            Some(name) => {
                let value = file.vector(name)?.get(0).copied().unwrap_or(1.0);
                if self.is_alpha { value / self.rank as f64 } else { value }
            }
            None => 1.0,
        };
        let shape = |name: &String| flattened(stored_shape(file, name)).unwrap_or_default();
        let ([a_rows, a_columns], [b_rows, b_columns]) = (shape(&self.first), shape(&self.second));
        let a = nalgebra::DMatrix::from_row_slice(a_rows, a_columns, a.as_slice());
        let b = nalgebra::DMatrix::from_row_slice(b_rows, b_columns, b.as_slice());
        // Outputs × inputs, then as the weight itself lies in the file.
        let mut product = if self.is_turned { (a * b).transpose() } else { b * a } * scale;
        if self.base_is_turned {
            product = product.transpose();
        }
        // Row-major.
        let mut values: Vec<f64> = product.transpose().data.into();
        if let Some(base) = &self.base {
            let base_values = file.vector(base)?;
            if base_values.len() != values.len() {
                return Err(fault(file, base, format!("does not fit `{}`; save the file again", self.first)));
            }
            values.iter_mut().zip(base_values.iter()).for_each(|(value, base)| *value += base);
        }
        Ok(values)
    }
}
