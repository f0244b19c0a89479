//! What Keras calls its activations.

use serde_json::Value;

use super::super::graph::GraphProblem;
use crate::network::Activation;

/// The slope of `LeakyReLU` where the layer's configuration does not tell it.
const LAYER_NEGATIVE_SLOPE: f64 = 0.3;
/// The slope of `activation="leaky_relu"`.
const FUNCTION_NEGATIVE_SLOPE: f64 = 0.2;
/// SELU(x) = λ·ELU(x) with this α (Klambauer et al. 2017).
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
/// The λ of SELU.
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

/// An activation, and a factor that its values are multiplied by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Activated {
    pub activation: Activation,
    pub factor: f64,
}

impl From<Activation> for Activated {
    fn from(activation: Activation) -> Activated {
        Activated { activation, factor: 1.0 }
    }
}

/// The activation that a configuration names: by a string, or by an object with its class and settings.
pub(super) fn of_value(node: &str, value: Option<&Value>) -> Result<Activated, GraphProblem> {
    match value {
        None | Some(Value::Null) => Ok(Activation::Identity.into()),
        Some(Value::String(name)) => of_name(node, name),
        Some(Value::Object(object)) => match (object.get("class_name"), object.get("config")) {
            (Some(Value::String(class)), Some(Value::String(name))) if class == "function" => of_name(node, name),
            (Some(Value::String(class)), Some(config)) => {
                of_layer(node, class, config)?.ok_or_else(|| unknown(node, class))
            }
            _ => Err(unknown(node, "without a name")),
        },
        Some(_) => Err(unknown(node, "without a name")),
    }
}

fn of_name(node: &str, name: &str) -> Result<Activated, GraphProblem> {
    let activation = match name {
        "linear" => Activation::Identity,
        "swish" => Activation::Silu,
        "leaky_relu" => Activation::LeakyRelu { negative_slope: FUNCTION_NEGATIVE_SLOPE },
        "selu" => {
            return Ok(Activated { activation: Activation::Elu { alpha: SELU_ALPHA }, factor: SELU_SCALE });
        }
        // Keras knows `gelu` only as the exact one where it is named by a string.
        "gelu_tanh" => return Err(unknown(node, name)),
        name => Activation::from_name(name).ok_or_else(|| unknown(node, name))?,
    };
    Ok(activation.into())
}

/// The activation that a layer of this class is; none for a class that is no activation.
pub(super) fn of_layer(node: &str, class: &str, config: &Value) -> Result<Option<Activated>, GraphProblem> {
    let number = |keys: [&str; 2], absent: f64| {
        let told = keys.iter().find_map(|key| config.get(*key));
        // Old versions write a number as an array object: {"type": "ndarray", "value": 0.1}.
        told.and_then(|value| value.as_f64().or_else(|| value.get("value")?.as_f64())).unwrap_or(absent)
    };
    let activation = match class {
        "Activation" => return of_value(node, config.get("activation")).map(Some),
        "ReLU" => {
            for setting in ["max_value", "threshold"] {
                let told = config.get(setting).filter(|value| !value.is_null());
                if let Some(value) = told.filter(|value| value.as_f64() != Some(0.0)) {
                    let value = format!("is {value}, which is not understood");
                    return Err(GraphProblem::Setting { node: node.into(), setting: setting.into(), value });
                }
            }
            match number(["negative_slope", "alpha"], 0.0) {
                0.0 => Activation::Relu,
                negative_slope => Activation::LeakyRelu { negative_slope },
            }
        }
        "LeakyReLU" => {
            Activation::LeakyRelu { negative_slope: number(["negative_slope", "alpha"], LAYER_NEGATIVE_SLOPE) }
        }
        "ELU" => Activation::Elu { alpha: number(["alpha", "alpha"], 1.0) },
        "Softmax" => Activation::Softmax,
        _ => return Ok(None),
    };
    Ok(Some(activation.into()))
}

fn unknown(node: &str, name: &str) -> GraphProblem {
    let known = "relu, leaky_relu, elu, selu, tanh, sigmoid, softplus, gelu, silu, softmax and linear are";
    GraphProblem::Setting {
        node: node.into(),
        setting: "its activation".into(),
        value: format!("{name} is not understood ({known})"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn activations_are_named_in_three_ways() {
        let of = |value: Value| of_value("a", Some(&value)).map(|activated| activated.activation);
        assert_eq!(of(json!("swish")), Ok(Activation::Silu));
        assert_eq!(of(json!({"class_name": "function", "config": "relu"})), Ok(Activation::Relu));
        let leaky = json!({"class_name": "LeakyReLU", "config": {"negative_slope": 0.125}});
        assert_eq!(of(leaky), Ok(Activation::LeakyRelu { negative_slope: 0.125 }));
        assert!(of(json!("mish")).unwrap_err().to_string().contains("`a`: its activation mish is not understood"));
        let selu = of_value("a", Some(&json!("selu"))).unwrap();
        assert!((selu.factor - 1.0507).abs() < 1e-4);
    }

    #[test]
    fn settings_of_activation_layers() {
        let of = |class: &str, config: Value| of_layer("a", class, &config);
        let relu6 = of("ReLU", json!({"max_value": 6.0})).unwrap_err().to_string();
        assert!(relu6.contains("max_value is 6.0"), "{relu6}");
        let leaky = of("ReLU", json!({"max_value": null, "negative_slope": [], "alpha": 0.5})).unwrap().unwrap();
        assert_eq!(leaky.activation, Activation::Relu);
        assert_eq!(of("LSTM", json!({})), Ok(None));
        let old = of("LeakyReLU", json!({"alpha": {"type": "ndarray", "value": 0.25}})).unwrap().unwrap();
        assert_eq!(old.activation, Activation::LeakyRelu { negative_slope: 0.25 });
    }
}
