//! The selected samples.

use std::sync::Arc;

/// How new samples change a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// They become the selection.
    Only,
    /// They come to the selection.
    Add,
    /// Those selected are left out, the others come to the selection.
    Toggle,
}

/// A set of samples, in increasing order. A copy is cheap, and tells by its place whether it is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    samples: Arc<[usize]>,
}

impl Default for Selection {
    fn default() -> Self {
        Selection { samples: Arc::from([]) }
    }
}

impl Selection {
    /// The selected samples, in increasing order.
    pub fn samples(&self) -> &[usize] {
        &self.samples
    }

    /// How many are selected.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether none is selected.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Whether `sample` is selected.
    pub fn contains(&self, sample: usize) -> bool {
        self.samples.binary_search(&sample).is_ok()
    }

    /// Whether this is the very same selection, not merely an equal one.
    pub fn is(&self, other: &Selection) -> bool {
        Arc::ptr_eq(&self.samples, &other.samples)
    }

    /// Changes the selection by `samples`, in any order.
    pub fn change(&mut self, pick: Pick, mut samples: Vec<usize>) {
        samples.sort_unstable();
        samples.dedup();
        let changed = match pick {
            Pick::Only => samples,
            Pick::Add => {
                samples.extend(self.samples.iter());
                samples.sort_unstable();
                samples.dedup();
                samples
            }
            Pick::Toggle => {
                let kept = self.samples.iter().copied().filter(|sample| samples.binary_search(sample).is_err());
                let mut changed: Vec<usize> = kept.collect();
                changed.extend(samples.iter().filter(|sample| !self.contains(**sample)));
                changed.sort_unstable();
                changed
            }
        };
        if changed != *self.samples {
            self.samples = changed.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_and_go() {
        let mut selection = Selection::default();
        selection.change(Pick::Only, vec![5, 1, 5]);
        assert_eq!(selection.samples(), [1, 5]);
        selection.change(Pick::Add, vec![3, 1]);
        assert_eq!(selection.samples(), [1, 3, 5]);
        selection.change(Pick::Toggle, vec![4, 3]);
        assert_eq!(selection.samples(), [1, 4, 5]);
        assert!(selection.contains(4) && !selection.contains(3));
    }

    #[test]
    fn an_unchanged_selection_stays_the_same() {
        let mut selection = Selection::default();
        selection.change(Pick::Only, vec![2, 7]);
        let before = selection.clone();
        selection.change(Pick::Add, vec![7]);
        assert!(selection.is(&before));
        selection.change(Pick::Only, Vec::new());
        assert!(selection.is_empty() && !selection.is(&before));
    }
}
