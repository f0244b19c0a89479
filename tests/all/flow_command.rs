//! What is drawn along the flow, as the command line tells it: positions, velocity, u(x, t), and the measures of the way.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{array, data, printed, refusal, relative_error};

/// A network of a tanh layer and a linear one behind it.
const NETWORK: &str = r#"{"format": "layerflow.network/1", "output": "softmax", "layers": [
    {"type": "dense", "weight": [[1.2, -0.7], [0.4, 0.9], [-0.3, 0.5]], "bias": [0.1, -0.2, 0.3], "activation": "tanh"},
    {"type": "dense", "weight": [[0.8, 0.1, -0.6], [-0.5, 0.7, 0.2]], "bias": [0.05, 0.4]}]}"#;

fn written(folder: &Path) -> String {
    let file = folder.join("network.json");
    fs::write(&file, NETWORK).unwrap();
    file.display().to_string()
}

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// `flow` of the moons at some times, with more options.
fn followed(network: &str, times: &str, out: &str, more: &[&str]) {
    let common = ["flow", network, "--data", "moons", "--samples", "20", "--times", times, "--out", out];
    printed(&[&common[..], more].concat());
}

#[test]
fn the_velocity_is_the_slope_of_the_path_and_u_stays_the_same_along_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let network = written(folder);
    // In the middle of phases: rotations, compression, shift and activation of both layers.
    let (times, out) = ("0.1,0.32,0.7,0.93,1.2,1.45,1.8", at(folder, "x.npz"));
    followed(&network, times, &out, &["--velocity", "--answers"]);
    let (shape, velocity) = array(Path::new(&out), "velocity");
    let (times_found, d) = (shape[0], shape[2]);
    assert_eq!((times_found, shape[1]), (7, 20));
    let h = 1e-5;
    let moved = |by: f64, name: &str| {
        let moved: Vec<String> = times.split(',').map(|t| (t.parse::<f64>().unwrap() + by).to_string()).collect();
        let out = at(folder, name);
        followed(&network, &moved.join(","), &out, &[]);
        array(Path::new(&out), "positions").1
    };
    let (before, after) = (moved(-h, "before.npz"), moved(h, "after.npz"));
    let slope: Vec<f64> = before.iter().zip(&after).map(|(before, after)| (after - before) / (2.0 * h)).collect();
    assert!(relative_error(&velocity, &slope) < 1e-7);
    // u at every time is the network's own answer.
    let answer = at(folder, "y.npz");
    printed(&["run", &network, "--data", "moons", "--samples", "20", "--out", &answer]);
    let expected = array(Path::new(&answer), "output").1.repeat(times_found);
    assert!(relative_error(&array(Path::new(&out), "answers").1, &expected) < 1e-10);
    assert_eq!(array(Path::new(&out), "positions").0, [7, 20, d]);
}

#[test]
fn places_of_the_space_are_asked_and_json_says_the_same_as_npz() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let network = written(folder);
    let (followed_out, places, npz, json) =
        (at(folder, "x.csv"), at(folder, "places.csv"), at(folder, "v.npz"), at(folder, "v.json"));
    followed(&network, "0.7", &followed_out, &["--velocity", "--answers"]);
    let table = fs::read_to_string(&followed_out).unwrap();
    assert!(table.starts_with("x_1,x_2,x_3,v_1,v_2,v_3,u_1,u_2\n"), "{table}");
    // The places where the data is at 0.7: what is told there is what is told along the path.
    let positions: Vec<String> =
        table.lines().map(|line| line.split(',').take(3).collect::<Vec<_>>().join(",")).collect();
    fs::write(&places, positions.join("\n")).unwrap();
    for out in [&npz, &json] {
        let arguments = [
            "flow",
            &network,
            "--at",
            &places,
            "--label",
            "none",
            "--times",
            "0.7",
            "--velocity",
            "--answers",
            "--out",
            out,
        ];
        printed(&arguments);
    }
    let path: Vec<f64> = table
        .lines()
        .skip(1)
        .flat_map(|line| line.split(',').skip(3).take(3).map(|value| value.parse::<f64>().unwrap()).collect::<Vec<_>>())
        .collect();
    let (shape, velocity) = array(Path::new(&npz), "velocity");
    assert_eq!((shape, relative_error(&velocity, &path) < 1e-12), (vec![1, 20, 3], true));
    let told: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let flat = |value: &Value| -> Vec<f64> {
        let points = value[0].as_array().unwrap().iter();
        points
            .flat_map(|point| point.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect::<Vec<_>>())
            .collect()
    };
    assert_eq!(flat(&told["velocity"]), velocity);
    assert_eq!(flat(&told["answers"]), array(Path::new(&npz), "answers").1);
    assert!(told.get("positions").is_none() && told["points"].as_array().unwrap().len() == 20);
    assert!(refusal(&["flow", &network, "--at", &places, "--times", "0.7", "--out", &npz], 2).contains("--velocity"));
}

#[test]
fn where_there_is_no_velocity_the_reason_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (at(folder.path(), "silu.json"), at(folder.path(), "v.json"));
    let text =
        r#"{"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": [[1]], "activation": "silu"}]}"#;
    fs::write(&file, text).unwrap();
    let arguments = [
        "flow",
        &file,
        "--data",
        "grid",
        "--samples",
        "4",
        "--times",
        "0.999",
        "--velocity",
        "--answers",
        "--out",
        &out,
    ];
    let output = crate::support::layerflow(&arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("no velocity at t = 0.999 for 4 of 4 points: past s = 0."), "{said}");
    let told: Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    assert!(told["velocity"][0][0][0].is_null() && told["answers"][0][0][0].is_null());
    assert!(told["positions"][0][0][0].is_number());
}

#[test]
fn the_way_of_the_data_and_the_steps_of_a_resnet_are_measured() {
    let network = data("cases/residual/network.json").display().to_string();
    let inputs = data("cases/residual/inputs.csv").display().to_string();
    let text = printed(&["inspect", &network, "--measures", "--data", &inputs, "--json"]);
    let told: Value = serde_json::from_str(&text).unwrap();
    let times = told["trajectory"]["t"].as_array().unwrap();
    assert_eq!(told["trajectory"]["path_length"].as_array().unwrap().len(), times.len());
    let total = told["trajectory"]["path_length"][times.len() - 1].as_f64().unwrap();
    for paths in told["paths"].as_array().unwrap() {
        let layers = paths["layers"].as_array().unwrap();
        let lengths: f64 = layers.iter().map(|layer| layer["length"].as_f64().unwrap()).sum();
        assert!(
            layers.iter().all(|layer| layer["length"].as_f64().unwrap() >= layer["straight"].as_f64().unwrap() - 1e-9)
        );
        // The one that was asked for is that along t.
        assert!(paths["decomposition"] != "svd" || (lengths - total).abs() < 1e-9 * total);
    }
    let names: Vec<&str> =
        told["paths"].as_array().unwrap().iter().filter_map(|paths| paths["decomposition"].as_str()).collect();
    assert_eq!(names, ["svd", "polar", "least-motion"]);
    assert!(told["residual_blocks"][0]["lipschitz_bound"].as_f64().unwrap() > 0.0);
    assert!(told["smaller_steps"].as_array().unwrap().iter().any(|answer| answer["parts"].is_null()));
    let text = printed(&["inspect", &network, "--measures", "--data", &inputs]);
    assert!(text.contains("Residual blocks as steps of a flow") && text.contains("limit"), "{text}");
    let moons = data("moons/model.npz").display().to_string();
    let text = printed(&["inspect", &moons, "--activation", "tanh", "--measures", "--data", "moons", "--json"]);
    let told: Value = serde_json::from_str(&text).unwrap();
    let purity = told["separability"]["neighbour_purity"].as_array().unwrap();
    assert!(purity[purity.len() - 1].as_f64().unwrap() > 0.9);
}
