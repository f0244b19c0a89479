//! Faults of the data and its labels.

use layerflow::dataset::{Dataset, Random};
use layerflow::network::Network;

use super::Planted;
use super::bases::Bases;
use super::plant::{drawn, with_classes, with_column};
use layerflow::network::Activation;

pub fn all(bases: &Bases) -> Vec<Planted> {
    let mut planted = Vec::new();
    for (position, (network, data)) in [&bases.tanh, &bases.relu, &bases.digits, &bases.sigmoid].into_iter().enumerate()
    {
        let column = if data.dimension() > 2 { 20 } else { position % 2 };
        let mut add = |code, data: Dataset, columns: &[usize]| {
            planted.push(Planted::new(code, None, network.clone(), Some(&data)).naming(columns));
        };
        add("data_scale", with_column(data, column, |_, value| 1e6 * value), &[column]);
        add("data_scale", with_column(data, column, |_, value| 1e-7 * value), &[column]);
        let holes = |row: usize, value: f64| if row % 9 == 2 { f64::NAN } else { value };
        add("not_finite", with_column(data, column, holes), &[column]);
        let far = |row: usize, value: f64| if row == 5 { f64::NEG_INFINITY } else { value };
        add("not_finite", with_column(data, column, far), &[column]);
        add("constant_column", with_column(data, column, |_, _| 0.25), &[column]);
        add("leak_column", with_column(data, column, |row, _| row as f64 + 1.0), &[column]);
        let mut order: Vec<usize> = (0..data.samples()).collect();
        Random::new(4).shuffle(&mut order);
        add("leak_column", with_column(data, column, |row, _| order[row] as f64), &[column]);
        let classes = network.outputs();
        let labels = class_of(data);
        add("leak_column", with_column(data, column, |row, _| 2.0 * labels[row] as f64 - 1.0), &[column]);
        add("data_labels", with_classes(data, classes + 1, |_, class| class + 1), &[]);
        add("data_labels", with_classes(data, classes, |row, class| if row % 20 == 0 { class } else { 1 }), &[]);
        add("data_labels", with_classes(data, classes, |_, _| 0), &[]);
    }
    planted.extend(bases.plain().into_iter().map(holes_in_a_file));
    planted.extend(learning(bases));
    planted
}

/// Data from a file of text some of whose fields are empty.
fn holes_in_a_file((network, data): &super::bases::Base) -> Planted {
    let labels = class_of(data);
    let column = if data.dimension() > 2 { 20 } else { 1 };
    let mut text = (0..data.dimension()).map(|column| format!("c{column}")).collect::<Vec<_>>().join(",") + ",label\n";
    for (row, point) in data.points.column_iter().enumerate() {
        let hole = |at: usize| at == column && row % 7 == 3;
        let field = |(at, value): (usize, &f64)| if hole(at) { String::new() } else { value.to_string() };
        let fields: Vec<String> = point.iter().enumerate().map(field).collect();
        text += &format!("{},{}\n", fields.join(","), labels[row]);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holes.csv");
    std::fs::write(&path, text).unwrap();
    let read = Dataset::open(&path, Some(network.inputs())).unwrap();
    Planted::new("not_finite", None, network.clone(), Some(&read)).naming(&[column])
}

fn class_of(data: &Dataset) -> Vec<usize> {
    match &data.labels {
        layerflow::dataset::Labels::Classes { of_sample, .. } => of_sample.clone(),
        _ => panic!("no classes"),
    }
}

fn learning(bases: &Bases) -> Vec<Planted> {
    let mut planted = Vec::new();
    let beside = |code, network: &Network, data: &Dataset, test: Dataset| {
        let mut fault = Planted::new(code, None, network.clone(), Some(data));
        fault.test = Some(test);
        fault
    };
    for (network, data) in [&bases.tanh, &bases.relu, &bases.digits] {
        let classes = network.outputs();
        let wrong = with_classes(data, classes, |row, class| if row % 4 == 0 { (class + 1) % classes } else { class });
        planted.push(beside("overfit", network, data, wrong));
        let far = with_column(data, 0, |row, value| if row % 3 == 0 { value + 60.0 } else { value });
        let far = with_column(&far, 1, |_, value| value + 60.0);
        let mut outside = beside("out_of_range", network, data, far);
        // Columns that never change have no deviation to count in.
        outside.indices = if data.dimension() == 2 { vec![0, 1] } else { vec![1] };
        planted.push(outside);
        let shuffled = with_classes(data, classes, |row, _| (row * 7 / 3 + row / 11) % classes);
        planted.push(Planted::new("underfit", None, network.clone(), Some(&shuffled)));
    }
    let (_, data) = &bases.tanh;
    let untrained = drawn("constant", &[2, 4, 2], Activation::Tanh, 1e-3, 1.0, 8);
    planted.push(Planted::new("underfit", None, untrained, Some(data)));
    planted
}
