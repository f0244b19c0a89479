//! How a model was trained, as far as its file says: what it was compiled with.

use serde_json::{Map, Value};

use crate::formats::{Account, PartName};
use crate::network::{Loss, Objective};

/// What the settings are called in an account.
const NODE: &str = "compile_config";

/// The settings within an architecture.
pub(super) fn within(config: &Value) -> Option<&Value> {
    config.get("compile_config").or_else(|| config.get("training_config")).filter(|compiled| compiled.is_object())
}

/// What the model was trained for. None of it changes an answer, so what is not known here is needless to the network.
pub(super) fn objective(compiled: &Value, account: &mut Account) -> Objective {
    let mut objective = Objective::default();
    for (key, value) in compiled.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        let part = PartName::attribute(NODE, key);
        match key.as_str() {
            "loss" => {
                let found = loss(value);
                objective.loss = found.map(|(loss, _)| loss);
                objective.of_logits = found.is_some_and(|(_, of_logits)| of_logits);
                match found {
                    Some((loss, _)) => account.uses(part, format!("tells that {} was made small", loss.name())),
                    None => account.leaves(part, "is a loss of training that changes no answer, and is not known here"),
                }
            }
            // The second name stands in HDF5 files.
            "optimizer" | "optimizer_config" => {
                (objective.optimiser, objective.rate) = optimiser(value);
                account.uses(part, format!("tells that the network was trained by {objective}"));
            }
            _ => account.leaves(part, "says how the model was trained"),
        }
    }
    objective
}

/// The loss, and whether it is of logits; `None` where it is one of several, or none of those known.
fn loss(value: &Value) -> Option<(Loss, bool)> {
    match value {
        Value::String(name) => Some((named(name)?, false)),
        Value::Array(losses) => losses.first().filter(|_| losses.len() == 1).and_then(loss),
        Value::Object(object) => match object.get("class_name").and_then(Value::as_str) {
            Some(class) => {
                let config = object.get("config").unwrap_or(&Value::Null);
                // A function stands by its name.
                let name = if class == "function" { config.as_str()? } else { class };
                let name = config.get("fn").and_then(Value::as_str).filter(|_| named(name).is_none()).unwrap_or(name);
                Some((named(name)?, config.get("from_logits").and_then(Value::as_bool).unwrap_or(false)))
            }
            // By the output's name.
            None => object.values().next().filter(|_| object.len() == 1).and_then(loss),
        },
        _ => None,
    }
}

/// The loss of this name, however it is spelled: `mse`, `mean_squared_error`, `MeanSquaredError`.
fn named(name: &str) -> Option<Loss> {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Some(match letters.as_str() {
        "binarycrossentropy" => Loss::BinaryCrossEntropy,
        "categoricalcrossentropy" => Loss::CategoricalCrossEntropy,
        "sparsecategoricalcrossentropy" => Loss::SparseCrossEntropy,
        "mse" | "meansquarederror" => Loss::SquaredError,
        "mae"
        | "meanabsoluteerror"
        | "huber"
        | "huberloss"
        | "logcosh"
        | "mape"
        | "meanabsolutepercentageerror"
        | "msle"
        | "meansquaredlogarithmicerror" => Loss::AbsoluteError,
        "hinge" | "squaredhinge" | "categoricalhinge" => Loss::Hinge,
        _ => return None,
    })
}

/// The name and the learning rate.
fn optimiser(value: &Value) -> (Option<String>, Option<f64>) {
    if let Some(name) = value.as_str() {
        return (Some(name.to_owned()), None);
    }
    let empty = Map::new();
    let config = value.get("config").and_then(Value::as_object).unwrap_or(&empty);
    let rate = config.get("learning_rate").or_else(|| config.get("lr"));
    let at_first = |schedule: &Value| schedule.get("config")?.get("initial_learning_rate")?.as_f64();
    let rate = rate.and_then(|rate| rate.as_f64().or_else(|| at_first(rate)));
    (value.get("class_name").and_then(Value::as_str).map(str::to_owned), rate)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(compiled: Value) -> (Objective, Account) {
        let mut account = Account::default();
        let objective = objective(&compiled, &mut account);
        (objective, account)
    }

    #[test]
    fn losses_are_known_however_they_are_written() {
        let of = |value: Value| loss(&value);
        assert_eq!(of(json!("mse")), Some((Loss::SquaredError, false)));
        assert_eq!(of(json!("mean_squared_error")), Some((Loss::SquaredError, false)));
        let logits = json!({"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": true}});
        assert_eq!(of(logits), Some((Loss::SparseCrossEntropy, true)));
        let function = json!({"class_name": "function", "config": "binary_crossentropy", "module": "builtins"});
        assert_eq!(of(function), Some((Loss::BinaryCrossEntropy, false)));
        assert_eq!(of(json!({"out": "hinge"})), Some((Loss::Hinge, false)));
        assert_eq!(of(json!(["mae"])), Some((Loss::AbsoluteError, false)));
        for unknown in [json!({"a": "mse", "b": "mse"}), json!("my_loss"), json!(["mse", "mse"]), json!(3), json!(null)]
        {
            assert_eq!(of(unknown), None);
        }
    }

    #[test]
    fn the_optimiser_and_its_rate_are_told() {
        let sgd = json!({"class_name": "SGD", "config": {"learning_rate": 0.10000000149011612}});
        let (found, account) = read(json!({"optimizer": sgd, "loss": "mse", "jit_compile": false, "metrics": null}));
        assert_eq!(found.to_string(), "SGD with a learning rate of 0.1");
        assert!(account.is_whole() && account.parts().len() == 3);
        let schedule = json!({"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.5}});
        let adam = json!({"class_name": "Adam", "config": {"learning_rate": schedule}});
        assert_eq!(read(json!({"optimizer_config": adam})).0.rate, Some(0.5));
        assert_eq!(read(json!({"optimizer": "rmsprop"})).0.to_string(), "rmsprop");
    }
}
