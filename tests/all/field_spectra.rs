//! The spectra of weights that lie in files in many ways, against those of the operators as numpy builds them, entry by
//! entry: groups, depthwise, strides, int8 with scales, signals, kernels with their outputs first and last.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{data, printed};

#[test]
fn every_weight_has_the_singular_values_of_numpy() {
    let text = std::fs::read_to_string(data("spectra").join("expected.json")).unwrap();
    let expected: BTreeMap<String, BTreeMap<String, Vec<f64>>> = serde_json::from_str(&text).unwrap();
    for (file, weights) in expected {
        let found = spectra(&file);
        let names: Vec<&str> =
            found["weights"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), weights.len(), "{file}: {names:?}");
        for weight in found["weights"].as_array().unwrap() {
            let name = weight["name"].as_str().unwrap();
            let operator = &weight["operator"];
            let values: Vec<f64> = serde_json::from_value(operator["singular_values"].clone()).unwrap();
            let expected = &weights[name];
            // Transposed and separable kernels as their class lays them out, behind the layer that ends the network.
            let is_kernel = weight["kind"].as_str().unwrap().ends_with("kernel");
            let method = if is_kernel { "kernel" } else { "matrix" };
            assert_eq!((values.len(), operator["method"].as_str()), (expected.len(), Some(method)), "{file}: {name}");
            for (one, other) in values.iter().zip(expected) {
                assert!((one - other).abs() < 1e-6 * expected[0], "{file}: {name}: {one} {other}");
            }
        }
    }
}

fn spectra(file: &str) -> Value {
    let path = data("spectra").join(file);
    serde_json::from_str(&printed(&["inspect", path.to_str().unwrap(), "--spectra", "--json"])).unwrap()
}
