//! A network and data of one's own, as they lie in a folder: text labels, missing values, a column of numbers of the rows, a
//! constant, scales far apart. From both files to the right accuracy on the screen.

use std::path::PathBuf;

use egui::Role;
use egui_kittest::kittest::Queryable;
use layerflow::dataset::Labels;
use layerflow::session::{ColumnCommand, Command, EditCommand};
use safetensors::tensor::{Dtype, TensorView, serialize_to_file};
use tempfile::TempDir;

use crate::support::layerflow;
use crate::window::{Window, click, command, first_start, settle, write};

/// The classes, the mean of each column in them, and the order of the network's outputs.
const CLASSES: [&str; 3] = ["setosa", "versicolor", "virginica"];
const MEANS: [[f64; 4]; 3] = [[1.0, 20_000.0, 3.0, 0.5], [4.0, 3_000.0, 3.6, 0.2], [7.0, 40_000.0, 1.6, 0.9]];
const DEVIATIONS: [f64; 4] = [0.7, 2_500.0, 0.4, 0.08];
const ORDER: [usize; 3] = [2, 0, 1];
const ROWS: usize = 600;
/// What stands for a value that is missing.
const MISSING: [&str; 5] = ["NA", "", "?", "nan", "null"];

/// Numbers that look as if drawn at random, uniform in −1…1.
fn noise(row: usize, column: usize) -> f64 {
    let mut state = (row * 4 + column + 1) as u64;
    for _ in 0..3 {
        state = (state ^ (state >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

fn class(row: usize) -> usize {
    (row * 7 + row / 5) % 3
}

fn values(row: usize) -> [f64; 4] {
    std::array::from_fn(|column| MEANS[class(row)][column] + 1.7 * DEVIATIONS[column] * noise(row, column))
}

/// Every 43rd row lacks a value: 0.6 % of the values.
fn lacks(row: usize, column: usize) -> bool {
    row % 43 == 5 && column == row / 43 % 4
}

fn table() -> String {
    let mut text = "sample_id,length,salary,width,ratio,batch,kind\n".to_owned();
    for row in 0..ROWS {
        let field = |column: usize| match lacks(row, column) {
            true => MISSING[row / 43 % 5].to_owned(),
            false if column == 1 => format!("{:.0}", values(row)[1].max(1.0)),
            false => format!("{:.4}", values(row)[column]),
        };
        let fields: Vec<String> = (0..4).map(field).collect();
        text += &format!("{},{},5,{}\n", 1000 + 3 * row + row % 2, fields.join(","), CLASSES[class(row)]);
    }
    text
}

/// A network that was trained on standardised columns: max(z, 0) and max(−z, 0), then the class whose mean m is nearest to z,
/// as z·m − |m|²/2 is largest there.
fn network(folder: &TempDir) -> PathBuf {
    let all: Vec<[f64; 4]> = (0..ROWS).map(values).collect();
    let mean = |of: &dyn Fn(&[f64; 4]) -> f64| all.iter().map(of).sum::<f64>() / ROWS as f64;
    let means: [f64; 4] = std::array::from_fn(|column| mean(&|row| row[column]));
    let deviations: [f64; 4] = std::array::from_fn(|column| mean(&|row| (row[column] - means[column]).powi(2)).sqrt());
    let centre = |class: usize| -> [f64; 4] {
        std::array::from_fn(|column| (MEANS[class][column] - means[column]) / deviations[column])
    };
    let first: Vec<f64> = (0..32)
        .map(|at| (at / 4, at % 4))
        .map(|(row, column)| f64::from(u8::from(row % 4 == column)) * if row < 4 { 1.0 } else { -1.0 })
        .collect();
    let second: Vec<f64> =
        ORDER.iter().flat_map(|class| centre(*class).into_iter().chain(centre(*class).map(|m| -m))).collect();
    let bias: Vec<f64> = ORDER.iter().map(|class| -0.5 * centre(*class).iter().map(|m| m * m).sum::<f64>()).collect();
    let bytes = |values: &[f64]| values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect::<Vec<u8>>();
    let parts = [
        ("fc1.weight", vec![8, 4], bytes(&first)),
        ("fc1.bias", vec![8], bytes(&[0.0; 8])),
        ("fc2.weight", vec![3, 8], bytes(&second)),
        ("fc2.bias", vec![3], bytes(&bias)),
    ];
    let views = parts
        .iter()
        .map(|(name, shape, bytes)| (name.to_string(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    let path = folder.path().join("own.safetensors");
    serialize_to_file(views, None, &path).unwrap();
    path
}

fn score(window: &Window) -> (usize, usize) {
    let score = window.state().session().scene().unwrap().score.unwrap();
    (score.right.unwrap(), score.samples)
}

#[test]
fn own_files_come_to_their_accuracy_in_eight_clicks() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(&folder, "own.csv", table());
    let mut window = first_start();
    // 1: both files are dropped at once.
    command(&mut window, Command::OpenFiles(vec![network(&folder), data]));
    // 2, 3: what the file of tensors does not tell; 4: its network opens, and the data after it.
    window.get_by_role_and_label(Role::ComboBox, "Hidden activation").click();
    window.run_steps(3);
    click(&mut window, "relu");
    click(&mut window, "Open");
    settle(&mut window);
    let told = |window: &Window, text: &str| {
        assert!(window.query_all_by_label_contains(text).next().is_some(), "{text}");
    };
    told(&window, "left out column 1 (sample_id): it only");
    told(&window, "left out column 6 (batch): it holds the same in every row, and the network takes 4");
    told(&window, "left out 14 of 600 rows");
    told(&window, "The order of the classes is a guess: it is right for");
    assert!(matches!(
        &window.state().session().scene().unwrap().dataset.labels,
        Labels::Classes { names, .. } if names[..] == CLASSES
    ));
    assert_eq!(score(&window).1, 586);
    // 5: the page of the data; 6: its scales are far apart; 7: it is read.
    click(&mut window, "Columns…");
    window.get_by_label("First 5 rows of the file");
    window.get_by_label_contains("times as much as another");
    window.get_by_label("x · salary");
    window.get_by_label("label · kind");
    window.get_by_label("– · batch");
    window.get_by_label("it holds the same in every row, and the network takes 4");
    click(&mut window, "Standardise");
    click(&mut window, "Read the columns");
    settle(&mut window);
    let (right, samples) = score(&window);
    assert!(2 * right < samples, "in the order of the alphabet {right} of {samples} are right");
    // 8: the order by which most answers are right.
    click(&mut window, "Use the best order");
    let (right, samples) = score(&window);
    assert!(samples == 586 && right >= 580, "{right} of {samples}");
    let share = format!("{:.1} %", 100.0 * right as f64 / samples as f64);
    window.get_by_label(&format!("Accuracy {share} ({right} of {samples})"));
    assert!(window.query_by_label("Use the best order").is_none());
    // Read again, the data keeps its order; undo brings the alphabet back.
    click(&mut window, "Columns…");
    click(&mut window, "fill in the column's mean");
    click(&mut window, "Read the columns");
    settle(&mut window);
    let (right, samples) = score(&window);
    assert!(samples == 600 && right >= 590, "{right} of {samples}");
    command(&mut window, Command::Edit(EditCommand::Undo));
    command(&mut window, Command::Edit(EditCommand::Undo));
    let (right, samples) = score(&window);
    assert!(samples == 586 && 2 * right < samples, "{right} of {samples}");
}

#[test]
fn an_output_takes_the_class_that_is_chosen_and_its_function_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(&folder, "d.csv", "a,b,label\n1,1,cat\n-1,1,dog\n2,1,cat\n-2,0,dog\n3,0,dog\n");
    let net = r#"{"format": "layerflow.network/1", "name": "sign", "output": "identity", "layers": [
        {"type": "dense", "name": "logits", "weight": [[-1, 0], [1, 0]], "bias": [0, 0]}]}"#;
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(write(&folder, "n.json", net)));
    command(&mut window, Command::OpenData(data));
    window.get_by_label("Accuracy 20.0 % (1 of 5)");
    window.get_by_label_contains("it is right for 20.0 %, the best order for 80.0 %");
    click(&mut window, "Classes and outputs");
    window.get_by_role_and_label(Role::ComboBox, "Class of output 0").click();
    window.run_steps(3);
    click(&mut window, "dog");
    window.get_by_label("Accuracy 80.0 % (4 of 5)");
    window.get_by_label_contains("½ squared error");
    window.get_by_role_and_label(Role::ComboBox, "Output function of the network").click();
    window.run_steps(3);
    click(&mut window, "softmax");
    window.get_by_label_contains("(cross-entropy)");
    let softplus = |z: f64| z.exp().ln_1p();
    let losses = [-2.0, -2.0, -4.0, -4.0, 6.0].map(softplus);
    let loss = window.state().session().scene().unwrap().score.unwrap().loss.unwrap();
    assert!((loss - losses.iter().sum::<f64>() / 5.0).abs() < 1e-12, "{loss}");
}

#[test]
fn a_network_is_drawn_for_data_that_no_network_takes() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(&folder, "own.csv", table());
    let mut window = first_start();
    command(&mut window, Command::OpenData(data));
    click(&mut window, "Coordinate width");
    click(&mut window, "Coordinate ratio");
    click(&mut window, "Scaling of salary: x");
    click(&mut window, "standardised");
    window.get_by_label_contains("Scaling of salary: (x − ");
    click(&mut window, "Draw a network for this data");
    settle(&mut window);
    let document = window.state().session().document().unwrap();
    let (network, dataset) = (document.network.as_ref().unwrap(), document.data.dataset.as_ref().unwrap());
    assert_eq!((network.inputs(), network.outputs(), dataset.dimension()), (4, 3, 4));
    assert!(dataset.points.row(1).mean().abs() < 1e-9 && dataset.points.row(0).mean() > 1.0);
    // A network that is drawn here learns the classes in the order in which they stand: nothing is guessed.
    assert!(window.query_all_by_label_contains("that is a guess").next().is_none());
    command(&mut window, Command::Edit(EditCommand::Undo));
    assert_eq!(window.state().session().document().unwrap().network.as_ref().unwrap().inputs(), 2);
    command(&mut window, Command::Columns(ColumnCommand::Close));
}

#[test]
fn the_command_line_says_both_accuracies_and_takes_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let (net, data) =
        (network(&folder).display().to_string(), write(&folder, "own.csv", table()).display().to_string());
    let inspect = |more: &[&str]| {
        let arguments = ["inspect", &net, "--activation", "relu", "--data", &data, "--scale", "standard", "--json"];
        let output = layerflow(&[&arguments[..], more].concat());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (report["data"].clone(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (report, told) = inspect(&[]);
    assert!(report["accuracy"].as_f64().unwrap() < 0.5 && report["samples"] == 586);
    let order = "virginica,setosa,versicolor";
    for part in
        ["left out column 1 (sample_id)", "left out column 6 (batch)", "in alphabetical order", "that is a guess"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(told.contains(&format!("(--classes {order})")), "{told}");
    let (report, told) = inspect(&["--classes", order, "--missing", "mean"]);
    assert!(report["accuracy"].as_f64().unwrap() > 0.98 && report["samples"] == 600, "{report}");
    assert!(!told.contains("guess") && told.contains("the mean of a column takes the place"), "{told}");
    let (scaled, _) = inspect(&["--scale-column", "salary=min-max", "--classes", order]);
    assert!(scaled["accuracy"].as_f64().unwrap() < report["accuracy"].as_f64().unwrap());
    let refused =
        layerflow(&["inspect", &net, "--activation", "relu", "--data", &data, "--classes", "setosa,virginica"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("class `versicolor` is not named"), "{told}");
}
