//! Quantised tensors: whole numbers and the steps that they count.

use std::collections::HashMap;

use super::StorageFile;
use super::model::Found;
use super::stored::View;
use super::tensor::{Content, Tensor};
use crate::formats::account::Fate;

/// Whole numbers q that stand for scale·(q − zero).
#[derive(Clone)]
pub(super) struct Quantised {
    pub numbers: View,
    pub steps: Steps,
}

/// The steps of quantised numbers.
#[derive(Clone)]
pub(super) enum Steps {
    /// The same for all.
    One { scale: f64, zero: f64 },
    /// One for each place along an axis.
    Along { axis: usize, scales: Box<Tensor>, zeros: Box<Tensor> },
}

impl Quantised {
    /// What the numbers stand for; in words, why they cannot be read.
    pub fn values(&self, file: &impl StorageFile) -> Result<Vec<f64>, String> {
        let mut values = self.numbers.values(file)?;
        match &self.steps {
            Steps::One { scale, zero } => values.iter_mut().for_each(|value| *value = scale * (*value - zero)),
            Steps::Along { axis, scales, zeros } => {
                let (scales, zeros) = (scales.values(file)?, zeros.values(file)?);
                let shape = &self.numbers.shape;
                let length = shape.get(*axis).copied().unwrap_or(0);
                if scales.len() != length || zeros.len() != length {
                    return Err(format!("has {} scales for {length} places along its axis {axis}", scales.len()));
                }
                let inner = shape[axis + 1..].iter().product::<usize>().max(1);
                for (position, value) in values.iter_mut().enumerate() {
                    let at = position / inner % length;
                    *value = scales[at] * (*value - zeros[at]);
                }
            }
        }
        Ok(values)
    }
}

/// Tells what becomes of the steps to which quantised layers round what goes through them.
///
/// A layer that is quantised as it runs has the step 1, which it never uses: it measures its input each time.
pub(super) fn mark_steps(found: &mut [Found], file: &impl StorageFile, assumed: &mut Vec<String>) {
    let positions: HashMap<String, usize> =
        found.iter().enumerate().map(|(position, entry)| (entry.name.clone(), position)).collect();
    let is_quantised = |entry: &Found| entry.in_model && matches!(entry.tensor.content, Content::Quantised(_));
    let weights = found.iter().filter(|entry| entry.in_model);
    let weights =
        weights.filter_map(|entry| Some((entry.name.strip_suffix("weight")?.to_owned(), is_quantised(entry))));
    let layers: Vec<(String, bool)> = weights.collect();
    let mut runs_so = Vec::new();
    for (layer, has_steps) in layers {
        let position = |end: &str| positions.get(&format!("{layer}{end}")).copied();
        let (Some(scale), Some(zero)) = (position("scale"), position("zero_point")) else { continue };
        let value = |position: usize| found[position].tensor.values(file).ok().filter(|values| values.len() == 1);
        let steps = (value(scale), value(zero));
        let is_dynamic = matches!((steps.0.as_deref(), steps.1.as_deref()), (Some([1.0]), Some([0.0])));
        let fate = if !has_steps {
            // Weights of 16 bits are kept so, and nothing else is rounded.
            if !is_dynamic {
                continue;
            }
            Fate::Needless("changes nothing: the step is 1 and begins at 0".into())
        } else if is_dynamic {
            runs_so.push(layer.trim_end_matches('.').to_owned());
            Fate::Needless("is not used: the layer measures its input each time".into())
        } else {
            Fate::Missing("is the step to which the layer rounds its outputs, which no layer of a flow does".into())
        };
        for position in [scale, zero] {
            (found[position].in_model, found[position].fate) = (false, Some(fate.clone()));
        }
    }
    if let Some(first) = runs_so.first() {
        assumed.push(format!(
            "`{first}` and other quantised layers are given their inputs as they are, where PyTorch rounds them to 8 bits first"
        ));
    }
}
