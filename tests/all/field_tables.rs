//! Tables as pandas, numpy, R, spreadsheets and people write them: each gives the right points, and what was guessed or
//! left out is told.

use std::fs;
use std::path::Path;
use std::process::Output;

use layerflow::dataset::{DataChoice, Dataset, DatasetError, LabelChoice, Labels};
use serde_json::Value;

use crate::support::layerflow;

/// The points of the tables, a row each.
const X: [[f64; 2]; 8] = [
    [-2.386, -2.985],
    [0.073, 1.794],
    [-0.466, -1.487],
    [0.77, 1.434],
    [-0.6, 1.089],
    [2.086, -0.414],
    [-1.627, 0.695],
    [0.495, 2.198],
];
/// Their classes.
const CLASSES: [usize; 8] = [0, 1, 0, 1, 1, 0, 0, 1];

/// The lines of a table: `row` writes one of its number, its values and its class.
fn lines(header: &str, row: impl Fn(usize, &str, &str, usize) -> String) -> String {
    let rows = X.iter().zip(CLASSES).enumerate();
    let lines = rows.map(|(index, ([x, y], class))| row(index, &x.to_string(), &y.to_string(), class) + "\n");
    header.to_owned() + &lines.collect::<String>()
}

fn read(text: impl AsRef<[u8]>) -> Result<Dataset, DatasetError> {
    Dataset::from_csv(Path::new("d.csv"), text.as_ref(), Some(2))
}

/// Each table with a part of what has to be told; nothing where that is empty.
fn tables() -> Vec<(&'static str, String, &'static str)> {
    let comma = |decimal: &str| decimal.replace('.', ",");
    let colour = |class: usize| ["#00ff00", "#ff0000"][class];
    let plain =
        |separator: &str, header: &str| lines(header, |_, x, y, class| [x, y, &class.to_string()].join(separator));
    let indexed = |header: &str, index: fn(usize) -> usize| {
        lines(header, move |row, x, y, class| format!("{},{x},{y},{class}", index(row)))
    };
    vec![
        ("plain", plain(",", "x,y,label\n"), ""),
        ("without a header", plain(",", ""), ""),
        ("tabs", plain("\t", "x\ty\tlabel\n"), ""),
        ("semicolons", plain(";", ""), ""),
        ("bars", plain("|", "x|y|label\n"), ""),
        ("spaces", plain("    ", "x y label\n"), ""),
        ("aligned", lines("       x   y  label\n", |_, x, y, class| format!("{x:>9} {y:>9}  {class}")), ""),
        ("carriage returns", plain(",", "").replace('\n', "\r"), ""),
        ("mixed ends of lines", plain(",", "x,y,label\n").replacen('\n', "\r\n", 3).replacen("\r\n", "\r", 1), ""),
        ("a separator behind each line", lines("x,y,label,\n", |_, x, y, class| format!("{x},{y},{class},")), ""),
        ("a tab behind each line", lines("", |_, x, y, _| format!("{x}\t{y}\t")), ""),
        ("sep=", "sep=;\n".to_owned() + &plain(";", "x;y;label\n"), ""),
        ("decimal commas", lines("x;y;label\n", |_, x, y, class| format!("{};{};{class}", comma(x), comma(y))), ""),
        ("decimal commas and tabs", lines("x\ty\n", |_, x, y, _| format!("{}\t{}", comma(x), comma(y))), ""),
        ("quoted decimal commas", lines("", |_, x, y, _| format!("\"{}\",\"{}\"", comma(x), comma(y))), ""),
        ("everything in quotes", lines("\"x\",\"y\"\n", |_, x, y, _| format!("\"{x}\",\"{y}\"")), ""),
        ("quoted separators", lines("", |_, x, y, class| format!("{x},{y},\"a;b;c;d {class}\"")), ""),
        ("blank lines", plain(",", "x,y,label\n").replacen('\n', "\n\n   \n", 3), ""),
        ("lines of separators", plain(",", "x,y,label\n").replacen('\n', "\n,,\n", 2), "left out 2 lines without"),
        ("pandas' index", indexed(",x,y,label\n", |row| row), "left out column 1 (unnamed): it only counts the rows"),
        ("Unnamed: 0", indexed("Unnamed: 0,x,y,label\n", |row| row), "left out column 1 (Unnamed: 0)"),
        ("an index without a header", indexed("", |row| row + 1), "left out column 1 (unnamed): it only counts"),
        ("an id", indexed("id,x,y,label\n", |row| 5 * row * row), "left out column 1 (id): it only identifies"),
        ("a shuffled index", indexed(",x,y,label\n", |row| 3 * row % 8), "left out column 1 (unnamed): it only ident"),
        ("steps", indexed("t,x,y,label\n", |row| 10 * row), "left out column 1 (t): its integers go on by one step"),
        ("sorted keys", indexed("key,x,y,label\n", |row| row * row), "left out column 1 (key): its integers only go"),
        ("row names of R", lines("x y label\n", |row, x, y, class| format!("\"r{row}\" {x} {y} {class}")), "left out"),
        (
            "pandas' numbers",
            lines("0,1\n", |_, x, y, _| format!("{x},{y}")),
            "the first line (0, 1) is taken as a header",
        ),
        ("pandas' numbers and index", lines(",0,1\n", |row, x, y, _| format!("{row},{x},{y}")), "left out column 1"),
        ("savetxt", plain(",", "# x,y,label\n"), ""),
        ("savetxt with spaces", plain(" ", "# x y label\n"), ""),
        ("comments", "# made today\n# by hand\n".to_owned() + &plain(",", "x,y,label\n"), ""),
        ("a row made a comment", plain(",", "x,y,label\n") + "#1,2,0\n", "left out 1 line that would be rows"),
        ("colours behind", lines("", |_, x, y, class| format!("{x},{y},{}", colour(class))), ""),
        ("colours", lines("label,x,y\n", |_, x, y, class| format!("{},{x},{y}", colour(class))), "8 lines that begin"),
        (
            "colours alone",
            lines("", |_, x, y, class| format!("{},{x},{y}", colour(class))),
            "8 lines that begin with #",
        ),
        ("float labels", lines("", |_, x, y, class| format!("{x},{y},{class}.0")), ""),
        (
            "labels in front",
            lines("", |_, x, y, class| format!("{class},{x},{y}")),
            "column 1 (unnamed) is taken as the",
        ),
        ("truth", lines("x,y,label\n", |_, x, y, class| format!("{x},{y},{}", ["False", "True"][class])), ""),
        ("species", lines("Species,x,y\n", |_, x, y, class| format!("{},{x},{y}", ["a", "b"][class])), ""),
        (
            "one-hot",
            lines("x,y,a,b\n", |_, x, y, class| format!("{x},{y},{},{class}", 1 - class)),
            "columns 3 (a), 4 (b) are taken as one label",
        ),
        ("Fortran's exponents", lines("", |_, x, y, _| format!("{x}D+00 {y}d0")), ""),
        (
            "text beside",
            lines("who,x,y,label\n", |_, x, y, class| format!("p{class},{x},{y},{class}")),
            "left out column 1",
        ),
        ("an empty column", lines("x,e,y,label\n", |_, x, y, class| format!("{x},,{y},{class}")), "it is empty"),
        ("a total as label", plain(",", "x,y,label\n").replace(",1\n", ",sum\n"), "holds `sum`"),
    ]
}

#[test]
fn tables_of_all_dialects_are_read_right_and_what_was_guessed_is_told() {
    for (name, text, told) in tables() {
        let data = read(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert_eq!((data.dimension(), data.samples()), (2, 8), "{name}: {:?}\n{text}", data.notes);
        let found: Vec<f64> = data.points.iter().copied().collect();
        assert_eq!(found, X.concat(), "{name}");
        if let Labels::Classes { of_sample, .. } = &data.labels {
            assert_eq!(of_sample[..], CLASSES, "{name}");
        }
        let notes = data.notes.join("; ");
        assert!(if told.is_empty() { notes.is_empty() } else { notes.contains(told) }, "{name}: {notes}");
    }
    let labelled = tables().into_iter().filter(|(_, text, _)| read(text).unwrap().labels != Labels::None).count();
    assert!(labelled > 30, "{labelled}");
}

#[test]
fn every_encoding_is_read() {
    let text = lines("größe,höhe,label\n", |_, x, y, class| format!("{x},{y},{class}"));
    let units: Vec<u16> = std::iter::once(0xfeff).chain(text.encode_utf16()).collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let latin: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    for (content, notes) in [(text.into_bytes(), 0), (little, 0), (big, 0), (latin, 1)] {
        let data = read(&content).unwrap();
        assert_eq!((&data.columns[..], data.notes.len()), (&["größe", "höhe"].map(str::to_owned)[..], notes));
        assert_eq!(data.points.as_slice(), X.concat());
    }
}

#[test]
fn numbers_with_thousands_are_read_and_told() {
    for (text, first) in [
        ("\"1,234.5\",\"2,000.25\"\n\"-3.5\",\"1,000,000\"\n", [1234.5, 2000.25]),
        ("1.234,5;2.000,25\n-3,5;1.000.000\n", [1234.5, 2000.25]),
        ("1 234.5,2\u{a0}000.25\n-3.5,1 000 000\n", [1234.5, 2000.25]),
    ] {
        let data = read(text).unwrap();
        assert_eq!((data.points.as_slice(), data.notes.len()), (&[first[0], first[1], -3.5, 1e6][..], 1), "{text}");
    }
    let unclear = read("1,234;2,345\n3,456;4,567\n").unwrap();
    assert_eq!(unclear.points.as_slice(), [1.234, 2.345, 3.456, 4.567]);
    assert!(unclear.notes[0].contains("is taken as a decimal comma"));
}

#[test]
fn what_cannot_be_read_is_told_with_its_cause_and_what_helps() {
    let plain = lines("x,y\n", |_, x, y, _| format!("{x},{y}"));
    let first = |field: &str| lines("x,y\n", |row, x, y, _| format!("{},{y}", if row == 2 { field } else { x }));
    for (text, caption) in [
        (first("2024-01-31"), vec!["a date"]),
        (first("45%"), vec!["a percentage", "remove the percent signs"]),
        (first("$5"), vec!["an amount of money"]),
        (first("0x1f"), vec!["hexadecimal"]),
        (plain.clone() + "Total,3\n", vec!["line 10, column 1 (x) is `Total`", "the last line"]),
        (plain.clone() + "Source: me\n", vec!["line 10 has 1 column where the others have 2"]),
        (plain.clone() + &plain, vec!["line 10, column 1 (x) is `x`", "the header again"]),
        (plain.clone() + "\"1,2\n3,4\n", vec!["line 10", "never closed"]),
        (lines("x,y,z,u\n", |_, x, y, _| format!("{x},{y},{x},{y}")), vec!["has 4 columns", "--columns", "--label"]),
        (
            lines("x,y\n", |row, x, y, _| if row % 2 == 0 { format!("{x},") } else { format!(",{y}") }),
            vec![
                "each of its 8 rows lacks a value",
                "column 1 (x): 4 missing or NaN; column 2 (y): 4 missing or NaN; the first is in row 1, column 2 (y)",
                "--missing mean",
            ],
        ),
        ("#1,2\n#3,4\n".to_owned(), vec!["all 2 lines that could be rows begin with #"]),
    ] {
        let message = read(&text).unwrap_err().to_string();
        assert!(caption.iter().all(|word| message.contains(word)), "{message}");
    }
    let twice = lines("x,x\n", |_, x, y, _| format!("{x},{y}"));
    let path = tempfile::tempdir().unwrap();
    let file = path.path().join("d.csv");
    fs::write(&file, twice).unwrap();
    let choice = DataChoice { features: Some(vec!["x".to_owned()]), label: LabelChoice::None, ..DataChoice::default() };
    let message = Dataset::open_with(&file, None, &choice).unwrap_err().to_string();
    assert!(message.contains("several columns are called `x`") && message.contains("1, 2"), "{message}");
}

#[test]
fn an_index_that_the_width_needs_is_taken_and_told() {
    let text = lines(",x,y,label\n", |row, x, y, class| format!("{row},{x},{y},{class}"));
    let data = Dataset::from_csv(Path::new("d.csv"), text.as_bytes(), Some(3)).unwrap();
    assert_eq!(data.dimension(), 3);
    assert!(data.notes[0].contains("column 1 (unnamed) is taken as a coordinate, as the network takes 3"));
}

/// A network of two inputs that finds each class of `x` by the sign of its first coordinate.
const NETWORK: &str = r#"{"format": "layerflow.network/1", "name": "n", "output": "softmax", "layers": [{"type": "dense",
    "weight": [[-1.0, 0.0], [1.0, 0.0], [0.0, 0.0]], "bias": [0.0, 0.0, -9.0], "activation": "identity"}]}"#;

fn written(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_perfect_classifier_is_right_however_labels_are_numbered() {
    let folder = tempfile::tempdir().unwrap();
    let network = written(&folder, "n.json", NETWORK);
    let sign = |x: &str| usize::from(!x.starts_with('-'));
    for (names, assumed) in [
        (["0", "1"], ""),
        (["0.0", "1.0"], ""),
        (["1", "2"], "count from 1"),
        (["-1", "1"], "in increasing order"),
        (["cat", "dog"], "in alphabetical order"),
    ] {
        let table = lines("x,y,label\n", |_, x, y, _| format!("{x},{y},{}", names[sign(x)]));
        let file = written(&folder, "d.csv", &table);
        let output = layerflow(&["inspect", &network, "--data", &file, "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["data"]["accuracy"], 1.0, "{names:?}: {report}");
        let sentences = report["data"]["assumed"].as_array().unwrap();
        assert_eq!(sentences.is_empty(), assumed.is_empty(), "{names:?}: {sentences:?}");
        assert!(told(&output).contains(assumed), "{names:?}: {}", told(&output));
    }
    let other =
        written(&folder, "d.csv", &lines("x,y,label\n", |_, x, y, _| format!("{x},{y},{}", ["b", "a"][sign(x)])));
    let output = layerflow(&["inspect", &network, "--data", &other]);
    assert!(
        told(&output).contains("a guess and right for 0.0 %, the best of all orders for 100.0 %"),
        "{}",
        told(&output)
    );
}

#[test]
fn every_command_tells_what_was_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let network = written(&folder, "n.json", NETWORK);
    let table = lines(",x,y,label\n", |row, x, y, class| format!("{row},{x},{y},{class}"));
    let file = written(&folder, "d.csv", &table);
    let out = |name: &str| folder.path().join(name).display().to_string();
    for arguments in [
        vec!["run", &network, "--data", &file, "--out", &out("run.npz")],
        vec!["flow", &network, "--data", &file, "--times", "0.5", "--out", &out("flow.npz")],
        vec!["inspect", &network, "--data", &file],
        vec!["refine", &network, "--steps", "2", "--data", &file, "--out", &out("r.json")],
        vec!["train", "--dataset", &file, "--epochs", "1", "--out", &out("t.json")],
        vec!["train", "--dataset", &file, "--epochs", "1", "--label", "label", "--out", &out("t.json")],
    ] {
        let output = layerflow(&arguments);
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        assert!(told(&output).contains("left out column 1 (unnamed): it only counts the rows"), "{arguments:?}");
    }
    let chosen = ["--columns", "x,1", "--label", "label", "--scale", "standard", "--epochs", "1"];
    let output = layerflow(&[&["train", "--dataset", &file, "--out", &out("t.json")], &chosen[..]].concat());
    assert!(output.status.success() && !told(&output).contains("left out"), "{}", told(&output));
}

/// An array as `numpy.save` writes it.
fn npy(kind: &str, shape: &str, values: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), values].concat()
}

#[test]
fn arrays_of_records_are_columns_and_others_are_named_or_turned() {
    let folder = tempfile::tempdir().unwrap();
    let open = |content: Vec<u8>| {
        let path = folder.path().join("d.npy");
        fs::write(&path, content).unwrap();
        Dataset::open(&path, Some(2)).map_err(|error| error.to_string())
    };
    let record = |index: usize| {
        let [x, y] = X[index];
        let number = (index as i64).to_le_bytes().to_vec();
        [number, x.to_le_bytes().to_vec(), y.to_le_bytes().to_vec(), vec![CLASSES[index] as u8]].concat()
    };
    let kind = "[('index', '<i8'), ('x', '<f8'), ('y', '<f8'), ('label', '|u1')]";
    let data = open(npy(kind, "(8,)", &(0..8).flat_map(record).collect::<Vec<u8>>())).unwrap();
    assert_eq!((data.points.as_slice(), &data.columns[..]), (&X.concat()[..], &["x", "y"].map(str::to_owned)[..]));
    assert!(matches!(&data.labels, Labels::Classes { of_sample, .. } if of_sample[..] == CLASSES));
    assert!(data.notes[0].contains("left out column 1 (index): it only counts the rows"));
    let columns = (0..2).flat_map(|axis| X.iter().flat_map(move |point| point[axis].to_le_bytes()));
    let turned = open(npy("'<f8'", "(2, 8)", &columns.collect::<Vec<u8>>())).unwrap();
    assert_eq!(turned.points.as_slice(), X.concat());
    assert!(turned.notes[0].contains("the array d is 2×8: its columns are taken as the samples"));
    let dates = open(npy("'<M8[s]'", "(2, 2)", &[0; 32])).unwrap_err();
    assert!(dates.contains("holds dates (datetime64)") && dates.contains("astype"), "{dates}");
    let complex = [1.0_f64, 0.5, 2.0, 0.0].map(f64::to_le_bytes).concat();
    let refused = open(npy("'<c16'", "(1, 2)", &complex)).unwrap_err();
    assert!(refused.contains("complex"), "{refused}");
}

#[test]
fn labels_beside_images_that_are_not_as_many_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("a-images-idx3-ubyte");
    fs::write(&images, [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2][..], &[1, 2, 3, 4]].concat()).unwrap();
    fs::write(folder.path().join("a-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 1, 7]).unwrap();
    let data = Dataset::open(&images, Some(2)).unwrap();
    assert_eq!((data.samples(), &data.labels), (2, &Labels::None));
    assert!(data.notes[0].contains("there are 1 of them for 2 samples"), "{:?}", data.notes);
}
