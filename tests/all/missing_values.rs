//! Data with missing values, NaN and infinity: it opens, what lacks a number is counted and told, results keep their rows.

use std::fs;
use std::path::Path;

use egui_kittest::kittest::Queryable;
use layerflow::dataset::numpy::ArchiveWriter;
use layerflow::dataset::{DataChoice, Dataset, DatasetError, LabelChoice, Labels, MissingValues};
use layerflow::explorer::{StartData, Startup};
use serde_json::{Value, json};

use super::support::{array, layerflow, printed, refusal};
use super::window::{Window, click, open, settle, write};

const NETWORK: &str = r#"{"format": "layerflow.network/1", "name": "n", "output": "softmax", "layers": [
  {"type": "dense", "weight": [[1, 2], [0.5, -1], [1, 1]], "bias": [0, 1, -1], "activation": "tanh"},
  {"type": "dense", "weight": [[1, 0, 1], [0, 1, -1]], "bias": [0, 0]}]}"#;

/// Rows 2 and 5 lack a coordinate, row 7 has an infinite one, row 8 has no label.
const TABLE: &str =
    "a,b,label\n1,2,0\nNA,1,1\n0.5,-1,1\n-1,0.25,0\n2,,1\n1.5,1,0\n-inf,3,1\n0,1,\n0.25,0.5,1\n-2,1,0\n";

fn read(text: &str, choice: &DataChoice) -> Result<Dataset, DatasetError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.csv");
    fs::write(&path, text).unwrap();
    Dataset::open_with(&path, None, choice)
}

fn plain(text: &str) -> Dataset {
    read(text, &DataChoice::default()).unwrap()
}

fn left_out(data: &Dataset) -> &[usize] {
    data.left_out.as_ref().map_or(&[], |left_out| &left_out.left_out)
}

#[test]
fn every_word_for_nothing_is_a_missing_value_in_every_dialect() {
    for word in ["", "NA", "nan", "NaN", "?", "null", "None", "n/a", "-", "N/A", "\"\"", "\" NA \"", "inf", "-Infinity"]
    {
        for separator in [",", ";", "\t"] {
            let rows = ["a", "b", "label"].join(separator) + "\n";
            let row = |a: &str, b: &str, label: &str| [a, b, label].join(separator) + "\n";
            let text =
                rows + &row("1.5", "2", "0") + &row(word, "3.25", "1") + &row("0.5", "4", "1") + &row("2", "5", "0");
            let data = plain(&text);
            assert_eq!(
                (data.points.as_slice(), left_out(&data)),
                (&[1.5, 2.0, 0.5, 4.0, 2.0, 5.0][..], &[1][..]),
                "{text}"
            );
            assert!(matches!(&data.labels, Labels::Classes { of_sample, .. } if of_sample[..] == [0, 1, 0]), "{text}");
            let note = &data.notes[0];
            assert!(note.starts_with("left out 1 of 4 rows: column 1 (a): 1 ") && note.contains("row 2"), "{note}");
        }
    }
}

#[test]
fn labels_are_missing_as_numbers_and_as_text_and_what_may_be_a_class_is_one() {
    let classes = |data: &Dataset| match &data.labels {
        Labels::Classes { of_sample, names } => (of_sample.clone(), names.join(" ")),
        other => panic!("{other:?}"),
    };
    let text = plain("a,b,kind\n1,2,dog\n3,4,\n5,6,cat\n7,8,NaN\n9,0,none\n");
    assert_eq!((classes(&text), left_out(&text)), ((vec![1, 0, 2], "cat dog none".to_owned()), &[1, 3][..]));
    assert!(text.notes.iter().any(|note| note.contains("the label in column 3 (kind): 2 missing")), "{:?}", text.notes);
    // Whole numbers beside holes are written with a point.
    let floats = plain("a,b,label\n1,2,1.0\n3,4,nan\n5,6,0.0\n");
    assert_eq!((classes(&floats), left_out(&floats)), ((vec![1, 0], "0 1".to_owned()), &[1][..]));
    let values = plain("a,b,y\n1,2,1.5\n3,4,NA\n5,6,0.25\n");
    assert_eq!((&values.labels, left_out(&values)), (&Labels::Values(vec![1.5, 0.25]), &[1][..]));
    let none = DataChoice { label: LabelChoice::Column("label".into()), ..DataChoice::default() };
    let unlabelled = read("a,b,label\n1,2,\n3,4,NA\n", &none).unwrap();
    assert_eq!((&unlabelled.labels, unlabelled.samples()), (&Labels::None, 2));
    assert!(unlabelled.notes.iter().any(|note| note.contains("the points are not labelled")), "{:?}", unlabelled.notes);
}

#[test]
fn a_column_without_any_value_is_left_out_and_rows_that_all_lack_one_are_told() {
    let data = plain("a,gone,b,label\n1,NA,2,0\n3,,4,1\n5,?,6,1\n");
    assert_eq!((data.dimension(), data.samples()), (2, 3));
    assert!(data.notes.iter().any(|note| note.contains("left out column 2 (gone): it is empty")), "{:?}", data.notes);
    let holes = "a,b,label\n1,,0\n,4,1\n5,nan,1\n";
    let message = read(holes, &DataChoice::default()).unwrap_err().to_string();
    assert!(
        message.contains("each of its 3 rows lacks a value (column 1 (a): 1 missing or NaN; column 2 (b): 2"),
        "{message}"
    );
    let filled = read(holes, &DataChoice { missing: MissingValues::Mean, ..DataChoice::default() }).unwrap();
    assert_eq!(filled.points.as_slice(), [1.0, 4.0, 3.0, 4.0, 5.0, 4.0]);
    assert!(filled.left_out.is_none() && filled.notes[0].contains("the mean of a column takes the place"));
    // Text among numbers is no missing value.
    let text = read(
        "a,b,label\n1,2,0\nlarge,4,1\n",
        &DataChoice { features: Some(vec!["a".into()]), ..DataChoice::default() },
    );
    assert!(text.unwrap_err().to_string().contains("`large`"));
}

#[test]
fn arrays_lose_their_rows_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.npz");
    let values = [1.0, 2.0, f64::NAN, 3.0, 5.0, f64::INFINITY, 7.0, 8.0];
    npz(&path, &[("x", &[4, 2], &values), ("y", &[4], &[0.0, 1.0, 1.0, f64::NAN])]);
    let data = Dataset::open(&path, Some(2)).unwrap();
    assert_eq!((data.points.as_slice(), left_out(&data), data.rows()), (&[1.0, 2.0][..], &[1, 2, 3][..], 4));
    assert!(
        data.notes[0].contains("column 2 (x[1]): 1 inf") && data.notes[0].contains("(y): 1 missing"),
        "{:?}",
        data.notes
    );
    assert_eq!(data.filled().unwrap().points.as_slice(), [1.0, 2.0, 13.0 / 3.0, 3.0, 5.0, 13.0 / 3.0]);
}

/// Writes float arrays.
fn npz(path: &Path, arrays: &[(&str, &[usize], &[f64])]) {
    let mut archive = ArchiveWriter::new(fs::File::create(path).unwrap());
    for (name, shape, values) in arrays {
        archive.add(name, shape, values.iter().copied()).unwrap();
    }
    archive.finish().unwrap();
}

struct Files {
    folder: tempfile::TempDir,
    network: String,
    table: String,
}

fn files() -> Files {
    let folder = tempfile::tempdir().unwrap();
    let network = write(&folder, "network.json", NETWORK).display().to_string();
    let table = write(&folder, "table.csv", TABLE).display().to_string();
    Files { folder, network, table }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn inspect_tells_the_columns_the_rows_and_the_counts() {
    let Files { folder: _folder, network, table } = files();
    let report = parsed(&printed(&["inspect", &network, "--data", &table, "--json"]));
    let finding =
        report["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "not_finite").unwrap();
    assert_eq!(
        (&finding["severity"], &finding["layer"], &finding["value"]),
        (&json!("warning"), &Value::Null, &json!(4.0))
    );
    assert_eq!((&finding["columns"], &finding["rows"]), (&json!([0, 1]), &json!([1, 4, 6, 7])));
    let message = finding["message"].as_str().unwrap();
    for words in [
        "4 of 10 rows",
        "column 1 (a): 1 missing or NaN, 1 −inf",
        "label in column 3 (label): 1",
        "row 2, column 1 (a)",
    ] {
        assert!(message.contains(words), "{message}");
    }
    let data = &report["data"];
    assert_eq!((&data["samples"], &data["rows"]), (&json!(6), &json!(10)));
    assert_eq!(data["left_out"]["rows"], json!([1, 4, 6, 7]));
    assert_eq!(
        data["left_out"]["columns"][1],
        json!({"column": 1, "name": "2 (b)", "missing": 1, "positive_infinity": 0, "negative_infinity": 0, "first_row": 4})
    );
    assert!(printed(&["inspect", &network, "--data", &table]).contains("not_finite"));
    let failed = layerflow(&["inspect", &network, "--data", &table, "--fail-on", "warning"]);
    assert_eq!(failed.status.code(), Some(3));
    let filled = parsed(&printed(&[
        "inspect",
        &network,
        "--data",
        &table,
        "--missing",
        "mean",
        "--label",
        "none",
        "--columns",
        "a,b",
        "--json",
    ]));
    assert!(filled["data"]["left_out"].is_null() && filled["data"]["samples"] == 10);
}

#[test]
fn results_keep_their_rows() {
    let Files { folder, network, table } = files();
    let out = folder.path().join("y.npz");
    let (at, text) = (out.display().to_string(), |output: &std::process::Output| {
        String::from_utf8_lossy(&output.stderr).into_owned()
    });
    let output = layerflow(&["run", &network, "--data", &table, "--out", &at]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        text(&output).contains("3 of 10 rows cannot be computed") && text(&output).contains("rows 2, 5, 7 lack"),
        "{}",
        text(&output)
    );
    let (shape, values) = array(&out, "output");
    assert_eq!(shape, [10, 2]);
    let lacking: Vec<usize> = (0..10).filter(|row| values[2 * row].is_nan()).collect();
    assert_eq!(lacking, [1, 4, 6]);
    assert!(lacking.iter().all(|row| values[2 * row + 1].is_nan()));
    // A row without a label is computed as ever: alone it gives the same.
    let alone = write(&folder, "alone.csv", "a,b\n0,1\n");
    let one = folder.path().join("one.npz");
    printed(&["run", &network, "--data", &alone.display().to_string(), "--out", &one.display().to_string()]);
    assert_eq!(array(&one, "output").1, values[14..16]);

    let flow = folder.path().join("x.json");
    printed(&[
        "flow",
        &network,
        "--data",
        &table,
        "--times",
        "0,2",
        "--out",
        &flow.display().to_string(),
        "--velocity",
    ]);
    let flowed = parsed(&fs::read_to_string(flow).unwrap());
    assert_eq!(flowed["positions"][0].as_array().unwrap().len(), 10);
    assert!(flowed["positions"][1][4][0].is_null() && flowed["velocity"][0][6][0].is_null());
    assert_eq!(flowed["positions"][0][7], json!([0.0, 1.0, 0.0]));

    // Numbers that only overflow within the network are refused with the row of the file.
    let wide = write(&folder, "wide.csv", "a,b,label\n,1,0\n1,1,1\n1e308,1e308,0\n");
    let steep = NETWORK.replace("\"activation\": \"tanh\"", "\"activation\": \"relu\"");
    let steep = write(&folder, "steep.json", &steep).display().to_string();
    let message = refusal(&["run", &steep, "--data", &wide.display().to_string(), "--out", &at], 1);
    assert!(message.contains("row 3"), "{message}");
}

fn found(window: &Window) -> Vec<(&'static str, Option<usize>)> {
    let visible = window.state().session().findings.visible();
    let entries = visible.list().unwrap().entries();
    visible.open().iter().map(|at| (entries[*at].finding.code, entries[*at].finding.layer)).collect()
}

#[test]
fn the_window_opens_what_flows_and_offers_to_drop_or_to_fill_the_rest() {
    let Files { folder, network, table: _ } = files();
    let startup = Startup {
        network: Some(network.into()),
        data: Some(StartData::of_argument(folder.path().join("table.csv"))),
        ..Startup::default()
    };
    let mut window = open(startup);
    settle(&mut window);
    let data = |window: &Window| window.state().session().document().unwrap().data.dataset.clone().unwrap();
    assert_eq!((data(&window).samples(), data(&window).rows()), (6, 10));
    window.get_by_label("4 of 10 rows left out");
    // The numbers of the points are those of the file's rows.
    assert_eq!(window.state().session().scene().unwrap().number(5), 10);
    assert!(found(&window).contains(&("not_finite", None)), "{:?}", found(&window));
    click(&mut window, "Findings");
    click(&mut window, "Fill with the columns' means");
    assert_eq!((data(&window).samples(), left_out(&data(&window)).to_vec()), (9, vec![7]));
    assert!(found(&window).contains(&("not_finite", None)), "{:?}", found(&window));
    click(&mut window, "Drop the rows");
    assert!(!found(&window).contains(&("not_finite", None)), "{:?}", found(&window));
    window.get_by_label("rows with missing values dropped");
    for _ in 0..2 {
        window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
        settle(&mut window);
    }
    assert_eq!(data(&window).samples(), 6);
    assert!(found(&window).contains(&("not_finite", None)));
}
