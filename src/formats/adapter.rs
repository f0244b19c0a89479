//! What lies beside a low-rank adapter: `adapter_config.json`, which the library PEFT writes, tells the scale of its
//! products, α/r, and what else belongs to it.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use serde_json::Value;

use super::tensor_info::TensorInfo;
use super::tensors::{TensorFile, TensorSource, ValuesError};
use super::{Account, FormatError, PartName, json};

/// The file beside an adapter.
const CONFIG: &str = "adapter_config.json";
/// The longest one that is read.
const LONGEST_CONFIG: u64 = 1 << 20;
/// How PEFT calls the matrix that is applied first.
const FIRSTS: [&str; 2] = [".lora_A", ".lora_embedding_A"];
/// What stands before the name of each layer of the adapted model.
const PREFIX: &str = "base_model.model.";
/// Settings that change nothing in the network that the adapter gives.
const NEEDLESS: [&str; 23] = [
    "auto_mapping",
    "base_model_name_or_path",
    "bias",
    "ensure_weight_tying",
    "eva_config",
    "exclude_modules",
    "inference_mode",
    "layers_pattern",
    "layers_to_transform",
    "loftq_config",
    "lora_dropout",
    "megatron_core",
    "modules_to_save",
    "peft_version",
    "qalora_group_size",
    "r",
    "rank_pattern",
    "revision",
    "runtime_config",
    "target_modules",
    "target_parameters",
    "task_type",
    "lora_alpha",
];
/// Ways of beginning a training that leave the adapted weights as they were.
const PLAIN_BEGINNINGS: [&str; 4] = ["gaussian", "eva", "kaiming", "orthogonal"];

/// The scale of each adapted layer after the tensors of the file.
struct Scaled {
    source: Box<dyn TensorSource>,
    stored: usize,
    scales: Vec<f64>,
}

impl TensorSource for Scaled {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        match index.checked_sub(self.stored) {
            Some(position) => Ok(self.scales.get(position).copied().into_iter().collect()),
            None => self.source.values(index),
        }
    }
}

/// The same file with the scales that the configuration beside it tells, each under the name of its layer.
pub(super) fn join(tensors: TensorFile) -> Result<TensorFile, FormatError> {
    let of_first = |tensor: &TensorInfo| {
        let at = FIRSTS.iter().find_map(|word| tensor.name.rfind(word))?;
        Some((tensor.name[..at].to_owned(), *tensor.shape.first()?))
    };
    let mut layers: Vec<(String, usize)> = tensors.tensors().iter().filter_map(of_first).collect();
    let mut seen = HashSet::new();
    layers.retain(|(layer, _)| seen.insert(layer.clone()));
    let beside = tensors.path().with_file_name(CONFIG);
    if layers.is_empty() || !crate::io::is_file(&beside) {
        return Ok(tensors);
    }
    let unreadable = |source| FormatError::Read { path: beside.clone(), source };
    let mut bytes = Vec::new();
    crate::io::open(&beside).map_err(unreadable)?.take(LONGEST_CONFIG).read_to_end(&mut bytes).map_err(unreadable)?;
    let config: BTreeMap<String, Value> = json::parse(&beside, &bytes)?;
    let mut account = Account::default();
    report(&config, &mut account);
    if config.get("fan_in_fan_out").and_then(Value::as_bool) == Some(true)
        && let Some(square) = layers.iter().find_map(|(layer, _)| square_weight(&tensors, layer))
    {
        let why = format!("is true, and the shape of `{square}` does not tell which of its axes are inputs");
        account.misses(PartName::key("fan_in_fan_out"), why);
    }
    let (mut scales, mut infos) = (Vec::new(), Vec::new());
    for (layer, rank) in layers {
        let name = format!("{layer}.lora_scaling");
        let is_told = ["scaling", "lora_scaling", "scale"].iter().any(|word| {
            let own = format!("{layer}.{word}");
            tensors.info(&own).is_some()
        });
        match scale(&config, layer.strip_prefix(PREFIX).unwrap_or(&layer), rank) {
            _ if is_told => {}
            Ok(scale) => {
                scales.push(scale);
                infos.push(TensorInfo {
                    name,
                    shape: Vec::new(),
                    dtype: CONFIG.into(),
                    bytes: 0,
                    is_numeric: true,
                    in_model: true,
                });
            }
            Err((key, why)) => account.misses(PartName::key(key), format!("{why} (of `{layer}`)")),
        }
    }
    Ok(tensors.with_more(infos, |source, stored| Box::new(Scaled { source, stored, scales })).with_account(account))
}

/// The weight that a layer's adapter changes, where it is in the file and square.
fn square_weight(tensors: &TensorFile, layer: &str) -> Option<String> {
    let names = [".weight", ".base_layer.weight"].map(|end| format!("{layer}{end}"));
    names.into_iter().find(|name| tensors.info(name).is_some_and(|tensor| matches!(tensor.shape[..], [a, b] if a == b)))
}

/// α/r of a layer, or α/√r. The rank is that of the matrices; the configuration must agree.
fn scale(config: &BTreeMap<String, Value>, layer: &str, rank: usize) -> Result<f64, (&'static str, String)> {
    let number = |key: &'static str, pattern: &'static str| -> Result<f64, (&'static str, String)> {
        if let Some(patterns) = config.get(pattern).and_then(Value::as_object) {
            for (own, value) in patterns {
                if is_of(own, layer).ok_or_else(|| (pattern, format!("holds `{own}`, which is not understood")))? {
                    return value.as_f64().ok_or_else(|| (pattern, "is no number".to_owned()));
                }
            }
        }
        config.get(key).and_then(Value::as_f64).ok_or_else(|| (key, "is not a number".to_owned()))
    };
    let alpha = number("lora_alpha", "alpha_pattern")?;
    let attribute = number("r", "rank_pattern")?;
    if attribute != rank as f64 || rank == 0 {
        return Err(("r", format!("is {attribute}, and the matrices have the rank {rank}")));
    }
    let is_root = config.get("use_rslora").and_then(Value::as_bool).unwrap_or(false);
    Ok(if is_root { alpha / attribute.sqrt() } else { alpha / attribute })
}

/// Whether a pattern, the end of a name in whole parts, is of the layer; none where it is more than a name.
fn is_of(pattern: &str, layer: &str) -> Option<bool> {
    let name = pattern.strip_prefix('^').unwrap_or(pattern);
    let is_whole = pattern.starts_with('^');
    let is_plain = name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'));
    let ends =
        || layer.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.') && !is_whole);
    is_plain.then(ends)
}

/// What becomes of the settings.
fn report(config: &BTreeMap<String, Value>, account: &mut Account) {
    for (key, value) in config {
        let part = PartName::key(key);
        let is_off = match value {
            Value::Null | Value::Bool(false) => true,
            Value::Object(object) => object.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        };
        match (key.as_str(), value) {
            ("peft_type", Value::String(kind)) if kind == "LORA" => {
                account.leaves(part, "names the kind of the adapter")
            }
            ("peft_type", kind) => account.misses(part, format!("is {kind}, and only LORA is understood")),
            ("alpha_pattern" | "use_rslora", _) => account.uses(part, "the scales of the adapter"),
            ("lora_alpha" | "r" | "rank_pattern", _) => account.uses(part, "the scales of the adapter"),
            ("init_lora_weights", Value::Bool(_) | Value::Null) => account.leaves(part, "begins a training"),
            ("init_lora_weights", Value::String(kind)) if PLAIN_BEGINNINGS.contains(&kind.as_str()) => {
                account.leaves(part, "begins a training");
            }
            ("init_lora_weights", kind) => {
                account
                    .misses(part, format!("is {kind}: the weights that the adapter changes are not the model's own"));
            }
            _ if is_off => account.leaves(part, "is off"),
            ("use_dora", _) => account.misses(
                part,
                "is true: each row of an adapted weight also gets a learned length, which is not understood",
            ),
            ("fan_in_fan_out", Value::Bool(true)) => account.leaves(part, "the shapes of the adapted weights tell it"),
            (known, _) if NEEDLESS.contains(&known) => account.leaves(part, "says what was trained, or for what"),
            _ => account.misses(part, "is not understood"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(value: Value) -> BTreeMap<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_scale_is_that_of_the_layer() {
        let plain = config(json!({"r": 4, "lora_alpha": 16}));
        assert_eq!(scale(&plain, "fc1", 4), Ok(4.0));
        assert!(scale(&plain, "fc1", 2).unwrap_err().1.contains("have the rank 2"));
        let attribute = config(json!({"r": 4, "lora_alpha": 16, "use_rslora": true, "rank_pattern": {"head.fc2": 2},
            "alpha_pattern": {"fc2": 8, "^fc3": 1}}));
        assert_eq!(scale(&attribute, "fc1", 4), Ok(8.0));
        assert_eq!(scale(&attribute, "head.fc2", 2), Ok(8.0 / 2.0_f64.sqrt()));
        assert_eq!(scale(&attribute, "head.fc3", 4), Ok(8.0));
        assert_eq!(scale(&attribute, "fc3", 4), Ok(0.5));
        assert!(scale(&config(json!({"r": 4, "lora_alpha": 1, "alpha_pattern": {"a.*": 2}})), "fc1", 4).is_err());
        assert!(scale(&config(json!({"r": 4})), "fc1", 4).is_err());
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let mut account = Account::default();
        report(
            &config(json!({"peft_type": "LORA", "r": 4, "lora_dropout": 0.1, "bias": "none", "use_dora": false,
                "init_lora_weights": true, "layer_replication": null, "target_modules": ["fc1"]})),
            &mut account,
        );
        assert!(account.is_whole(), "{:?}", account.missing_text());
        let odd =
            json!({"peft_type": "IA3", "use_dora": true, "init_lora_weights": "pissa", "layer_replication": [[0, 2]]});
        report(&config(odd), &mut account);
        assert_eq!(account.missing().count(), 4);
    }
}
