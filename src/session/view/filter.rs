//! Which groups of points are drawn.

use std::collections::BTreeSet;

use super::color_map::{ColorMap, ColorValues};
use super::colouring::Colouring;
use super::selection::Selection;

/// The groups of a colouring that are not drawn; it holds on while the colours stand for something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    by: Colouring,
    hidden: BTreeSet<usize>,
    /// The only samples that are drawn.
    only: Option<Selection>,
}

impl Filter {
    /// The colouring whose groups are hidden.
    pub fn by(&self) -> Colouring {
        self.by
    }

    /// Whether all points are drawn.
    pub fn is_empty(&self) -> bool {
        self.hidden.is_empty() && self.only.is_none()
    }

    /// Whether a group of a colouring is not drawn.
    pub fn hides(&self, colouring: Colouring, group: usize) -> bool {
        self.by == colouring && self.hidden.contains(&group)
    }

    /// The groups that are not drawn.
    pub fn hidden(&self) -> impl Iterator<Item = usize> + '_ {
        self.hidden.iter().copied()
    }

    /// Hides a group or draws it again. Groups of another colouring are all drawn then.
    pub fn toggle(&mut self, by: Colouring, group: usize) {
        if self.by != by {
            *self = Filter { by, hidden: BTreeSet::new(), only: self.only.take() };
        }
        if !self.hidden.remove(&group) {
            self.hidden.insert(group);
        }
    }

    /// The only samples that are drawn, where some were singled out.
    pub fn only(&self) -> Option<&Selection> {
        self.only.as_ref()
    }

    /// Draws these samples only, or all again.
    pub fn isolate(&mut self, only: Option<Selection>) {
        self.only = only;
    }

    /// Whether each sample is drawn, with `painting` the one that the groups are of; empty where all are.
    pub fn drawn(&self, painting: &ColorMap) -> Vec<bool> {
        match &painting.shades {
            ColorValues::Groups { of_sample, .. } if !self.hidden.is_empty() => {
                of_sample.iter().map(|group| !self.hidden.contains(group)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The names of the hidden groups, by `painting`.
    pub fn hidden_names<'a>(&self, painting: &'a ColorMap) -> Vec<&'a str> {
        let ColorValues::Groups { names, .. } = &painting.shades else { return Vec::new() };
        self.hidden.iter().filter_map(|group| names.get(*group)).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_hidden_one_by_one() {
        let shades =
            ColorValues::Groups { of_sample: vec![0, 1, 2, 1], names: vec!["a".into(), "b".into(), "c".into()] };
        let painting = ColorMap { title: String::new(), shades };
        let mut filter = Filter::default();
        assert!(filter.drawn(&painting).is_empty());
        filter.toggle(Colouring::Label, 1);
        filter.toggle(Colouring::Label, 2);
        assert_eq!(filter.drawn(&painting), [true, false, false, false]);
        assert_eq!(filter.hidden_names(&painting), ["b", "c"]);
        filter.toggle(Colouring::Label, 2);
        assert_eq!(filter.drawn(&painting), [true, false, true, false]);
        filter.toggle(Colouring::Mistakes, 0);
        assert!(filter.hides(Colouring::Mistakes, 0) && !filter.hides(Colouring::Label, 1));
    }
}
