//! Networks whose results were computed elsewhere, with NumPy and SciPy.

use std::fs;
use std::path::PathBuf;

use layerflow::flow::{Decomposition, Flow, FlowOptions, LayerFlow, Spectrum};
use layerflow::network::{Activation, Network};
use nalgebra::DMatrix;
use serde_json::Value;

use crate::support::{data, network, points, relative_error};

/// A case: the network, its inputs, and what is expected.
struct Case {
    name: String,
    network: Network,
    inputs: DMatrix<f64>,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let folders = fs::read_dir(data("cases")).unwrap().map(|entry| entry.unwrap().path());
    let cases: Vec<Case> = folders.map(read_case).collect();
    assert_eq!(cases.len(), 24);
    cases
}

fn read_case(folder: PathBuf) -> Case {
    let network = network(&folder.join("network.json"), Activation::Identity);
    let inputs = points(&folder.join("inputs.csv"), network.inputs());
    let expected = serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    Case { name, network, inputs, expected }
}

fn flow(case: &Case, decomposition: Decomposition) -> Flow {
    let options = FlowOptions { decomposition, ..FlowOptions::default() };
    Flow::new(&case.network, options, &mut |_, _| true).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// A list of rows, one a sample, as the values of a matrix with one column a sample.
fn samples(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().flat_map(numbers).collect()
}

#[test]
fn the_forward_pass_gives_the_expected_layer_outputs() {
    for case in cases() {
        let forward = case.network.forward(&case.inputs).unwrap();
        let expected = case.expected["layer_outputs"].as_array().unwrap();
        assert_eq!(forward.layer_outputs.len(), expected.len());
        for (layer, expected) in forward.layer_outputs.iter().zip(expected) {
            assert!(relative_error(layer.as_slice(), &samples(expected)) < 1e-10, "{}", case.name);
        }
        assert!(relative_error(forward.output.as_slice(), &samples(&case.expected["output"])) < 1e-10);
    }
}

#[test]
fn the_flow_reaches_every_layer_at_its_end() {
    for case in cases() {
        for decomposition in Decomposition::ALL {
            let flow = flow(&case, decomposition);
            for (index, expected) in case.expected["layer_outputs"].as_array().unwrap().iter().enumerate() {
                let positions = flow.positions(&case.inputs, (index + 1) as f64).unwrap();
                let expected = samples(expected);
                let width = expected.len() / positions.ncols();
                let own = positions.rows(0, width).into_owned();
                let error = relative_error(own.as_slice(), &expected);
                assert!(error < 1e-10, "{}, layer {}: {error}", case.name, index + 1);
                let beyond = positions.rows(width, positions.nrows() - width);
                assert!(beyond.amax() <= 1e-10 * positions.amax(), "{}: the padding is not empty", case.name);
            }
        }
    }
}

/// The layers that have a spectrum, with what is expected of each.
fn spectra<'a>(case: &'a Case, flow: &'a Flow) -> impl Iterator<Item = (&'a LayerFlow, &'a Spectrum, &'a Value)> {
    let expected = case.expected["layers"].as_array().unwrap();
    assert_eq!(flow.layers().len(), expected.len());
    let layers = flow.layers().iter().zip(expected);
    layers.filter_map(|(layer, expected)| Some((layer, layer.spectrum.as_ref()?, expected)))
}

#[test]
fn spectra_ranks_and_reflections_are_as_expected() {
    for case in cases() {
        let flow = flow(&case, Decomposition::Svd);
        assert_eq!(flow.ambient_dimension() as u64, case.expected["ambient_dimension"].as_u64().unwrap());
        for (layer, spectrum, expected) in spectra(&case, &flow) {
            let position = format!("{}, layer {}", case.name, layer.index);
            assert_eq!(expected["kind"], "dense", "{position}");
            let singular_values = numbers(&expected["singular_values"]);
            assert!(relative_error(&spectrum.singular_values, &singular_values) < 1e-10, "{position}");
            assert_eq!(spectrum.rank as u64, expected["rank"].as_u64().unwrap(), "{position}");
            assert_eq!(spectrum.determinant_sign.map(i64::from), expected["determinant_sign"].as_i64(), "{position}");
            assert_eq!(spectrum.reflection, expected["reflection"].as_bool().unwrap(), "{position}");
            assert!((spectrum.stable_rank - expected["stable_rank"].as_f64().unwrap()).abs() < 1e-9, "{position}");
        }
    }
}

#[test]
fn rotations_are_hardly_larger_than_those_of_the_assignment() {
    let mut compared = 0;
    for case in cases() {
        let flow = flow(&case, Decomposition::Svd);
        for (layer, spectrum, expected) in spectra(&case, &flow) {
            if let Some(assigned) = expected["total_rotation_assigned"].as_f64() {
                let allowed = 1.05 * assigned + 1e-9;
                assert!(spectrum.total_rotation <= allowed, "{}, layer {}", case.name, layer.index);
                compared += 1;
            }
        }
    }
    assert!(compared >= 13);
}

#[test]
fn polar_angles_are_as_expected() {
    let mut compared = 0;
    for case in cases() {
        let flow = flow(&case, Decomposition::Polar);
        for (layer, spectrum, expected) in spectra(&case, &flow) {
            let position = format!("{}, layer {}", case.name, layer.index);
            assert!(spectrum.rotation_in.is_empty(), "{position}");
            let Some(angles) = expected.get("polar_angles").map(numbers) else { continue };
            // Planes that do not turn are no planes; the list may leave them out.
            let found = spectrum.rotation_out.iter().copied().chain(std::iter::repeat(0.0));
            let padded = angles.iter().copied().chain(std::iter::repeat(0.0));
            let planes = angles.len().max(spectrum.rotation_out.len());
            // An ill-conditioned layer's rotation is known no better than this.
            assert!(found.zip(padded).take(planes).all(|(found, angle)| (found - angle).abs() < 1e-8), "{position}");
            compared += 1;
        }
    }
    assert!(compared >= 13);
}
