//! The steps to which quantised layers round what goes through them.

use std::collections::HashMap;

use super::found::Found;
use super::storage_file::StorageFile;
use super::tensor::Content;
use crate::formats::account::Fate;

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
