//! The types in which a layer keeps its weights and computes.

use serde_json::{Map, Value};

use super::settings::not_understood;
use crate::formats::{Account, PartName};

/// How a layer keeps its weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As floating-point numbers.
    Plain,
    /// As 8-bit numbers with a scale for each output.
    Int8,
    /// As 4-bit numbers, two in a byte.
    Int4,
    /// As floating-point numbers that are rounded to 8 bits when they are used.
    Float8,
    /// In a way that is not known.
    Other,
}

/// What the setting `dtype` says.
enum Policy<'v> {
    Float(&'v str),
    Quantised { mode: &'v str, source: &'v str },
    Unknown,
}

/// How a layer of these settings keeps its weights.
pub(super) fn mode_of(config: &Map<String, Value>) -> Mode {
    match policy(config.get("dtype")) {
        Policy::Quantised { mode, .. } => match mode.split('/').next().unwrap_or_default() {
            "int8" => Mode::Int8,
            "int4" => Mode::Int4,
            "float8" => Mode::Float8,
            _ => Mode::Other,
        },
        Policy::Float(_) => Mode::Plain,
        Policy::Unknown => Mode::Other,
    }
}

/// Tells what a layer rounds that is computed in 64 bits here.
pub(super) fn report(layer: &str, class: &str, config: &Map<String, Value>, account: &mut Account) {
    let value = config.get("dtype");
    let mut tell_type = |name: &str| match name {
        "float32" | "float64" => {}
        "float16" | "bfloat16" | "mixed_float16" | "mixed_bfloat16" | "half" => {
            let kind = name.trim_start_matches("mixed_");
            account.assume(format!(
                "the rounding to {kind} between the layers of the model is left out, all is computed in 64 bits"
            ));
        }
        _ if class == "InputLayer" && (name.starts_with("int") || name.starts_with("uint") || name == "bool") => {}
        _ => account.misses(PartName::attribute(layer, "dtype"), not_understood(value.unwrap_or(&Value::Null))),
    };
    match policy(value) {
        Policy::Float(name) => tell_type(name),
        Policy::Quantised { source, .. } => tell_type(source),
        Policy::Unknown => tell_type(""),
    }
}

fn policy(value: Option<&Value>) -> Policy<'_> {
    let quantised = |mode, source| Policy::Quantised { mode, source };
    match value {
        None | Some(Value::Null) => Policy::Float("float32"),
        Some(Value::String(name)) => match name.split_once("_from_") {
            Some((mode, source)) => quantised(mode, source),
            None => Policy::Float(name),
        },
        Some(Value::Object(object)) => {
            let text = |key: &str| object.get("config").and_then(|config| config.get(key)).and_then(Value::as_str);
            match (text("mode"), text("source_name"), text("name")) {
                (Some(mode), source, _) => quantised(mode, source.unwrap_or("float32")),
                (None, _, Some(name)) => policy_of_name(name),
                _ => Policy::Unknown,
            }
        }
        Some(_) => Policy::Unknown,
    }
}

fn policy_of_name(name: &str) -> Policy<'_> {
    match name.split_once("_from_") {
        Some((mode, source)) => Policy::Quantised { mode, source },
        None => Policy::Float(name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn policies_of_all_versions() {
        let of = |dtype: Value| {
            let config = Map::from_iter([("dtype".to_owned(), dtype)]);
            let mut account = Account::default();
            report("a", "Dense", &config, &mut account);
            (mode_of(&config), account.assumed().len(), account.is_whole())
        };
        assert_eq!(of(json!("float32")), (Mode::Plain, 0, true));
        assert_eq!(of(json!("int8_from_mixed_bfloat16")), (Mode::Int8, 1, true));
        let policy = json!({"class_name": "Int4DTypePolicy", "config": {"mode": "int4/128", "source_name": "float32"}});
        assert_eq!(of(policy), (Mode::Int4, 0, true));
        assert_eq!(of(json!({"class_name": "Policy", "config": {"name": "mixed_float16"}})), (Mode::Plain, 1, true));
        assert_eq!(of(json!({"class_name": "DTypePolicyMap", "config": {}})), (Mode::Other, 0, false));
        assert_eq!(of(json!("posit8")), (Mode::Plain, 0, false));
    }
}
