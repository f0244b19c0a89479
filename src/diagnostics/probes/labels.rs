//! The labels of some of the points.

use crate::dataset::Labels;

/// The labels of `samples`, in their order; those of samples that have none are left out.
pub fn labels_of(labels: &Labels, samples: &[usize]) -> Labels {
    match labels {
        Labels::None => Labels::None,
        Labels::Classes { of_sample, names } => Labels::Classes {
            of_sample: samples.iter().filter_map(|sample| of_sample.get(*sample).copied()).collect(),
            names: names.clone(),
        },
        Labels::Values(values) => {
            Labels::Values(samples.iter().filter_map(|sample| values.get(*sample).copied()).collect())
        }
    }
}
