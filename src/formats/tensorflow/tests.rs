use super::trace::{Length, Traced};
use super::*;
use crate::formats::onnx::scalar::Binary;
use crate::network::{Activation, Elementary, Padding};

fn array(shape: &[usize], values: &[f64]) -> Operand {
    Array::new(shape.to_vec(), values.to_vec()).unwrap().into()
}

/// A trace with one input of this shape.
fn with_input(shape: &[usize], samples: Option<usize>) -> (Trace, Operand) {
    let mut trace = Trace::new(1 << 20, samples);
    let id = trace.graph.input(Some(shape.to_vec()));
    (trace, Operand::value(id))
}

fn shape(trace: &Trace, operand: &Operand) -> Vec<usize> {
    trace.graph.shape(operand.of_graph().unwrap()).unwrap().to_vec()
}

#[test]
fn the_axis_of_the_samples_is_kept() {
    let (mut trace, x) = with_input(&[2, 3], None);
    let mut reshaped = |target: &[f64]| {
        let target = array(&[target.len()], target);
        trace.reshape("r", &x, &target, "Reshape").map(|value| (shape(&trace, &value), value))
    };
    assert_eq!(reshaped(&[-1.0, 6.0]).unwrap().0, [6]);
    assert_eq!(reshaped(&[1.0, 3.0, 2.0]).unwrap().0, [3, 2]);
    // Rows of three numbers, two for each sample: not a value of three coordinates.
    assert!(matches!(reshaped(&[-1.0, 3.0]).unwrap().1, Operand::Folded(_)));
    assert!(reshaped(&[-1.0, 2.0]).is_err() && reshaped(&[6.0]).is_err() && reshaped(&[-1.0, -1.0]).is_err());
    let (mut trace, x) = with_input(&[1], None);
    let only_samples = trace.squeeze("q", &x, &[1], "Squeeze").unwrap();
    assert!(trace.softmax("s", &only_samples, 1.0).is_err());
}

#[test]
fn shapes_that_are_computed_from_shapes_are_followed() {
    let (mut trace, x) = with_input(&[2, 3], None);
    let lengths = trace.lengths("s", &x, "Shape").unwrap();
    let first = Cuts { begin: vec![0], end: vec![1], strides: vec![1], shrink_mask: 1, ..Cuts::default() };
    let samples = trace.cut("c", &lengths, &first, "StridedSlice").unwrap();
    let target = trace.pack("p", &[samples, Array::scalar(6.0).into()], "Pack").unwrap();
    let flat = trace.reshape("r", &x, &target, "Reshape").unwrap();
    assert_eq!(shape(&trace, &flat), [6]);
    let product = trace.multiply_lengths("m", &lengths, "Prod").unwrap();
    assert!(matches!(product, Operand::Lengths(found) if *found == vec![Length::Samples(6)]));
}

#[test]
fn slices_end_where_numpy_ends_them() {
    let mut trace = Trace::new(1 << 20, None);
    let values = array(&[5], &[0.0, 1.0, 2.0, 3.0, 4.0]);
    let mut cut = |begin: i64, end: i64, step: i64, begin_mask: i64, end_mask: i64| {
        let cuts =
            Cuts { begin: vec![begin], end: vec![end], strides: vec![step], begin_mask, end_mask, ..Cuts::default() };
        match trace.cut("c", &values, &cuts, "StridedSlice") {
            Ok(Operand::Array(array)) => Some(array.values().to_vec()),
            _ => None,
        }
    };
    assert_eq!(cut(1, -1, 2, 0, 0), Some(vec![1.0, 3.0]));
    assert_eq!(cut(-2, 99, 1, 0, 0), Some(vec![3.0, 4.0]));
    assert_eq!(cut(0, 0, -1, 1, 1), Some(vec![4.0, 3.0, 2.0, 1.0, 0.0]));
    assert_eq!(cut(3, 0, -2, 0, 0), Some(vec![3.0, 1.0]));
    assert_eq!(cut(0, 5, 0, 0, 0), None);
}

#[test]
fn spelled_out_functions_become_activations() {
    let (mut trace, x) = with_input(&[3], None);
    let number = |value: f64| Operand::from(Array::scalar(value));
    let gate = trace.activate("s", &x, Activation::Sigmoid, "Sigmoid").unwrap();
    let Operand::Value(Traced { forms, .. }) = trace.binary("m", Binary::Mul, &x, &gate, "Mul").unwrap() else {
        panic!("is no value")
    };
    assert!((forms[0].scalar.value(2.0) - Activation::Silu.value(2.0)).abs() < 1e-12);
    // A comparison is no value before it is used to choose.
    let positive = trace.compare("g", Binary::Greater, [&x, &number(0.0)], "Greater").unwrap();
    let bent = trace.activate("e", &x, Activation::Elementary(Elementary::Exp), "Exp").unwrap();
    let below = trace.binary("b", Binary::Sub, &bent, &number(1.0), "Sub").unwrap();
    let elu = trace.choose("c", [&positive, &x, &below], "SelectV2").unwrap();
    assert!(matches!(elu, Operand::Value(_)), "{elu:?}");
}

#[test]
fn what_does_not_fit_is_named() {
    let (mut trace, x) = with_input(&[4, 4, 2], Some(1));
    for other in [array(&[3], &[1.0; 3]), array(&[2, 4, 4, 2], &[1.0; 64]), array(&[1, 1, 1, 1, 1], &[1.0])] {
        assert!(trace.binary("a", Binary::Add, &x, &other, "Add").is_err());
    }
    assert!(trace.binary("a", Binary::Add, &x, &array(&[1, 4, 1, 2], &[1.0; 8]), "Add").is_ok());
    assert!(trace.mean("m", &x, &[0, 1, 2], false, "Mean").is_err());
    assert!(trace.squeeze("q", &x, &[], "Squeeze").is_err() && trace.squeeze("q", &x, &[0], "Squeeze").is_err());
    let around = array(&[4, 2], &[0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    let padded = trace.pad("p", &x, &around, "Pad").unwrap();
    let expected = Padding { rows: [1, 1], columns: [0, 1] };
    assert!(matches!(&padded, Operand::Padded { padding, .. } if *padding == expected));
    assert!(trace.activate("r", &padded, Activation::Relu, "Relu").is_err());
    let settings = Settings::default();
    settings.reads("alpha");
    assert!(settings.finish("n", ["alpha", "beta"], |name| name == "beta").is_ok());
    assert!(settings.finish("n", ["gamma"], |_| false).is_err());
}
