//! The settings of one layer, each of which is asked for, known to need no use, or told.

use std::cell::RefCell;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::super::graph::GraphProblem;
use crate::formats::{Account, PartName};

/// Settings that a trained network does not depend on: names, what training begins with and is kept by, and shapes that
/// the weights tell as well.
const NEEDLESS: [&str; 24] = [
    "activity_regularizer",
    "autocast",
    "batch_input_shape",
    "batch_shape",
    "batch_size",
    "b_constraint",
    "b_regularizer",
    "build_config",
    "compile_config",
    "dynamic",
    "init",
    "input_dim",
    "input_length",
    "module",
    "name",
    "registered_name",
    "seed",
    "shared_object_id",
    "sparse",
    "optional",
    "stateful",
    "trainable",
    "W_constraint",
    "W_regularizer",
];
/// Endings of such settings.
const NEEDLESS_SUFFIXES: [&str; 3] = ["_initializer", "_regularizer", "_constraint"];
/// The longest text of a value that a sentence repeats.
const LONGEST_VALUE: usize = 60;

/// The settings of a layer, which remember what was asked for.
pub(super) struct Settings<'c> {
    /// The layer, as problems call it.
    pub node: &'c str,
    config: &'c Map<String, Value>,
    asked: RefCell<HashSet<String>>,
}

impl<'c> Settings<'c> {
    pub fn new(node: &'c str, config: &'c Map<String, Value>) -> Settings<'c> {
        Settings { node, config, asked: RefCell::default() }
    }

    /// The setting; none where it is absent or null.
    pub fn get(&self, key: &str) -> Option<&'c Value> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.config.get(key).filter(|value| !value.is_null())
    }

    /// These settings do not change what a trained layer of this kind gives.
    pub fn ignore(&self, keys: &[&str]) {
        self.asked.borrow_mut().extend(keys.iter().map(|key| (*key).to_owned()));
    }

    pub fn text(&self, key: &str) -> Option<&'c str> {
        self.get(key)?.as_str()
    }

    pub fn flag(&self, key: &str, absent: bool) -> Result<bool, GraphProblem> {
        self.parsed(key, Value::as_bool).map(|attribute| attribute.unwrap_or(absent))
    }

    pub fn count(&self, key: &str) -> Result<Option<usize>, GraphProblem> {
        self.parsed(key, |value| usize::try_from(value.as_u64()?).ok())
    }

    /// The number of the first of these keys that is told. Old versions write `{"type": "ndarray", "value": 0.1}`.
    pub fn number(&self, keys: &[&str], absent: f64) -> Result<f64, GraphProblem> {
        let mut found = None;
        for key in keys {
            let number = |value: &Value| value.as_f64().or_else(|| value.get("value")?.as_f64());
            found = found.or(self.parsed(key, number)?);
        }
        Ok(found.unwrap_or(absent))
    }

    fn parsed<T>(&self, key: &str, parse: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, GraphProblem> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => parse(value).map(Some).ok_or_else(|| self.problem(key, &not_understood(value))),
        }
    }

    pub fn problem(&self, setting: &str, value: &str) -> GraphProblem {
        GraphProblem::Setting { node: self.node.into(), setting: setting.into(), value: value.into() }
    }

    /// Tells the settings that nothing asked for.
    pub fn close(self, account: &mut Account) {
        let asked = self.asked.into_inner();
        for (key, value) in self.config {
            let is_needless = NEEDLESS.contains(&key.as_str())
                || NEEDLESS_SUFFIXES.iter().any(|extension| key.ends_with(extension))
                || value.is_null();
            if !is_needless && !asked.contains(key) {
                account.misses(PartName::attribute(self.node, key), not_understood(value));
            }
        }
    }
}

/// The words behind the name of a setting.
pub(super) fn not_understood(value: &Value) -> String {
    let mut text = value.to_string();
    if text.chars().count() > LONGEST_VALUE {
        text = text.chars().take(LONGEST_VALUE).chain(std::iter::once('…')).collect();
    }
    format!("is {text}, which is not understood")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_setting_that_nothing_asks_for_is_told() {
        let config = json!({"units": 3, "kernel_initializer": "x", "new": true, "absent": null, "name": "a"});
        let Value::Object(config) = config else { panic!() };
        let settings = Settings::new("a", &config);
        assert_eq!(settings.count("units"), Ok(Some(3)));
        assert!(settings.flag("units", true).is_err());
        let mut account = Account::default();
        settings.close(&mut account);
        let caption = account.missing_text().unwrap();
        assert_eq!(caption, "the setting `new` of `a` is true, which is not understood");
    }
}
