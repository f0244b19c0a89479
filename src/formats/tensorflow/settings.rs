//! The settings of a step: each is read, or known to need no reading, or the step is not understood.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::trace::setting;
use crate::formats::graph::GraphProblem;

/// Which of a step's settings were read.
#[derive(Debug, Default)]
pub(in crate::formats) struct Settings {
    read: RefCell<BTreeSet<String>>,
}

impl Settings {
    /// The setting of this name is about to be read.
    pub fn reads(&self, name: &str) {
        self.read.borrow_mut().insert(name.into());
    }

    /// # Errors
    /// If the file holds a setting that was not read and is not known to be needless.
    pub fn finish<'n>(
        &self,
        node: &str,
        held: impl IntoIterator<Item = &'n str>,
        needless: impl Fn(&str) -> bool,
    ) -> Result<(), GraphProblem> {
        let read = self.read.borrow();
        match held.into_iter().find(|name| !read.contains(*name) && !needless(name)) {
            Some(name) => Err(setting(node, &format!("its setting `{name}`"), "is not understood")),
            None => Ok(()),
        }
    }
}
