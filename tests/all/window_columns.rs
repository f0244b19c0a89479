//! The choice of a data file's columns in the window.

use egui::Role;
use egui_kittest::kittest::Queryable;
use layerflow::dataset::{Labels, Scaling};
use layerflow::session::{ColumnCommand, Command};

use super::window::{TIMEOUT, Window, command, first_start, write};

/// Three columns of numbers and one of text, for a network of two inputs.
const TABLE: &str = "height,width,weight,kind\n1,10,0.5,cat\n2,20,0.25,dog\n3,60,0.125,cat\n";

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(3);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
}

fn opened() -> (tempfile::TempDir, Window) {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "animals.csv", TABLE);
    let mut window = first_start();
    command(&mut window, Command::OpenData(path));
    (folder, window)
}

#[test]
fn columns_are_chosen_where_it_is_not_clear_which_are_coordinates() {
    let (_folder, mut window) = opened();
    window.get_by_label_contains("has 4 columns of values, but the network takes 2 inputs");
    let columns = window.state().session().columns.as_ref().unwrap();
    assert_eq!((columns.label, &columns.coordinates[..]), (Some(3), &[true, true, false, false][..]));
    click(&mut window, "Coordinate width");
    window.get_by_label_contains("1 column is chosen as coordinates, but the network takes 2");
    click(&mut window, "Coordinate weight");
    click(&mut window, "Read the columns");
    let dataset = window.state().session().document().unwrap().data.dataset.clone().unwrap();
    assert_eq!(dataset.points.row(1).iter().copied().collect::<Vec<_>>(), [0.5, 0.25, 0.125]);
    assert!(matches!(&dataset.labels, Labels::Classes { names, .. } if names == &["cat", "dog"]));
    assert!(window.state().session().columns.is_none());
}

#[test]
fn standardisation_is_offered_shown_and_remembered() {
    let (_folder, mut window) = opened();
    window.get_by_role_and_label(Role::ComboBox, "Scaling of the values").click();
    window.run_steps(3);
    click(&mut window, "standardised");
    window.get_by_label_contains("(x − 30.0)/");
    click(&mut window, "Label kind");
    click(&mut window, "Read the columns");
    let dataset = window.state().session().document().unwrap().data.dataset.clone().unwrap();
    assert!(dataset.points.row_mean().iter().all(|mean| mean.is_finite()));
    assert!(dataset.points.row(1).sum().abs() < 1e-12 && dataset.labels == Labels::None);
    window.get_by_label("2 columns standardised");
    click(&mut window, "Columns…");
    assert_eq!(window.state().session().columns.as_ref().unwrap().scaling, Scaling::Standard);
    command(&mut window, Command::Columns(ColumnCommand::Close));
    assert!(window.state().session().columns.is_none());
    window.get_by_label("2 columns standardised");
}

#[test]
fn a_column_that_counts_the_rows_is_found_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let rows = (0..6).map(|row| format!("{row},{}.5,{}.25,{}.75,{}\n", row * row, 7 - row, row % 4, row % 2));
    let table = ",a,b,c,label\n".to_owned() + &rows.collect::<String>();
    let path = write(&folder, "indexed.csv", &table);
    let mut window = first_start();
    command(&mut window, Command::OpenData(path));
    window.get_by_label("Column 1 (unnamed) is left out: it only counts the rows.");
    window.get_by_label("it only counts the rows");
    let columns = window.state().session().columns.as_ref().unwrap();
    assert_eq!((columns.label, columns.coordinates[0]), (Some(4), false));
    window.get_by_label("0.5, 1.5, 4.5");
    click(&mut window, "Coordinate c");
    assert_eq!(window.state().session().columns.as_ref().unwrap().count(), 3);
}

#[test]
fn what_was_left_out_is_told_where_nothing_has_to_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let rows = (0..6).map(|row| format!("{row},{}.5,{}.25,{}\n", row * row, 7 - row, row % 2));
    let path = write(&folder, "indexed.csv", &(",a,b,label\n".to_owned() + &rows.collect::<String>()));
    let mut window = first_start();
    command(&mut window, Command::OpenData(path));
    window.get_by_label_contains("left out column 1 (unnamed): it only counts the rows");
}

#[test]
fn the_scaling_of_the_training_is_found_by_the_answers() {
    // The sign of x is the class, once the mean is taken away.
    let network = r#"{"format": "layerflow.network/1", "output": "softmax",
        "layers": [{"type": "dense", "weight": [[-1.0], [1.0]], "bias": [0.0, 0.0], "activation": "identity"}]}"#;
    let rows = (0..40).map(|row| format!("{},{}\n", row, usize::from(row > 19)));
    let table = format!("x,class\n{}", rows.collect::<String>());
    let folder = tempfile::tempdir().unwrap();
    let (network, data) = (write(&folder, "sign.json", network), write(&folder, "shifted.csv", table));
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(network));
    command(&mut window, Command::Columns(ColumnCommand::Choose(data)));
    window.get_by_label("as they are 52.5 %");
    window.get_by_label("The network answers far more of them right with values standardised.");
    click(&mut window, "standardised 100.0 %");
    assert_eq!(window.state().session().columns.as_ref().unwrap().scaling, Scaling::Standard);
    assert!(window.query_by_label_contains("answers far more").is_none());
    // Other columns are tried anew; without a label nothing is.
    command(&mut window, Command::Columns(ColumnCommand::Label(None)));
    assert!(window.query_by_label_contains("Right answers").is_none());
}
