//! The spectra of weights that lie in files in many ways, against those of the operators as numpy builds them, entry by
//! entry: groups, depthwise, strides, int8 with scales, signals, kernels with their outputs first and last.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{data, layerflow, printed};

/// A transposed convolution and the two of a separable one, behind the layer that ends the network.
const KERNELS: [&str; 3] =
    ["layers/conv2d_transpose/vars/0", "layers/separable_conv2d/vars/0", "layers/separable_conv2d/vars/1"];

#[test]
fn every_weight_has_the_singular_values_of_numpy() {
    let text = std::fs::read_to_string(data("spectra").join("expected.json")).unwrap();
    let expected: BTreeMap<String, BTreeMap<String, Vec<f64>>> = serde_json::from_str(&text).unwrap();
    for (file, weights) in expected {
        if let Some(layers) = whole(&file) {
            for (name, expected) in weights {
                let is_found = layers.iter().any(|values| {
                    values.len() >= expected.len()
                        && values.iter().zip(&expected).all(|(one, other)| (one - other).abs() < 1e-6 * expected[0])
                });
                assert!(is_found, "{file}: {name}: {expected:?}");
            }
            continue;
        }
        let found = spectra(&file);
        let names: Vec<&str> =
            found["weights"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), weights.len(), "{file}: {names:?}");
        for weight in found["weights"].as_array().unwrap() {
            let name = weight["name"].as_str().unwrap();
            let operator = &weight["operator"];
            let values: Vec<f64> = serde_json::from_value(operator["singular_values"].clone()).unwrap();
            let expected = &weights[name];
            // Of a kernel whose place in the network is not known, outputs × all other axes.
            let method = if KERNELS.contains(&name) { "kernel" } else { "matrix" };
            assert_eq!((values.len(), operator["method"].as_str()), (expected.len(), Some(method)), "{file}: {name}");
            for (one, other) in values.iter().zip(expected) {
                assert!((one - other).abs() < 1e-6 * expected[0], "{file}: {name}: {one} {other}");
            }
        }
    }
}

/// The singular values of the layers of a file that gives a whole network.
fn whole(file: &str) -> Option<Vec<Vec<f64>>> {
    let path = data("spectra").join(file);
    let output = layerflow(&["inspect", path.to_str().unwrap(), "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).ok()?;
    if !found["network"].is_object() || !found["network"]["partial"].is_null() {
        return None;
    }
    let values = |layer: &Value| serde_json::from_value(layer["singular_values"].clone()).unwrap_or_default();
    Some(found["layers"].as_array()?.iter().map(values).collect())
}

fn spectra(file: &str) -> Value {
    let path = data("spectra").join(file);
    serde_json::from_str(&printed(&["inspect", path.to_str().unwrap(), "--spectra", "--json"])).unwrap()
}
