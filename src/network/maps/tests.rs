//! Every map against what PyTorch makes of the same numbers (`tests/data/maps/torch.json`), and what is refused.

use nalgebra::DMatrix;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::linalg::testing::random_matrix;
use crate::network::{Activation, Flattening};

/// A case of the file: its input and PyTorch's output as columns, and its other entries.
struct Case {
    input: DMatrix<f64>,
    output: DMatrix<f64>,
    rest: Value,
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn case(name: &str) -> Case {
    let all: Value = serde_json::from_str(include_str!("../../../tests/data/maps/torch.json")).unwrap();
    let rest = all[name].clone();
    let samples = rest["samples"].as_u64().unwrap() as usize;
    let columns = |key: &str| {
        let values = numbers(&rest[key]);
        DMatrix::from_column_slice(values.len() / samples, samples, &values)
    };
    Case { input: columns("x"), output: columns("y"), rest }
}

fn assert_like_torch(map: &impl ForwardMap, name: &str) {
    let case = case(name);
    let found = map.apply(&case.input).unwrap();
    assert_eq!(found.shape(), (map.outputs(), case.input.ncols()));
    assert_eq!(found.shape(), case.output.shape(), "{name}");
    let largest = case.output.amax();
    assert!((&found - &case.output).amax() <= 1e-14 * (1.0 + largest), "{name}: {}", (found - case.output).amax());
    let wrong = DMatrix::zeros(map.inputs() + 1, 1);
    assert_eq!(map.apply(&wrong), Err(MapError::Width { expected: map.inputs(), found: map.inputs() + 1 }));
}

fn window(size: &[usize], stride: &[usize], padding: &[usize], dilation: &[usize], rounds_up: bool) -> PoolingWindow {
    PoolingWindow {
        padding: padding.iter().map(|each| [*each; 2]).collect(),
        dilation: dilation.to_vec(),
        rounds_up,
        ..PoolingWindow::new(size, stride)
    }
}

/// The map and its case for tensors with channels last: rows and columns of the case are reordered.
fn channels_last(case: &DMatrix<f64>, shape: &[usize]) -> DMatrix<f64> {
    let order: Vec<usize> = (1..shape.len()).chain([0]).collect();
    Selection::transposition(shape, &order).unwrap().apply(case).unwrap()
}

#[test]
fn max_pooling() {
    let first = Flattening::ChannelsFirst;
    let plane = |window: &PoolingWindow| MaxPooling::new(2, &[5, 6], window, first).unwrap();
    assert_like_torch(&plane(&window(&[3, 2], &[2, 1], &[1, 1], &[1, 2], false)), "max_pool_2d");
    assert_like_torch(&plane(&window(&[2, 2], &[3, 3], &[1, 1], &[1, 1], true)), "max_pool_2d_ceil");
    let negative = window(&[3, 3], &[2, 2], &[1, 1], &[1, 1], false);
    assert_like_torch(&plane(&negative), "max_pool_2d_negative");
    let line = MaxPooling::new(3, &[9], &window(&[4], &[2], &[2], &[1], false), first).unwrap();
    assert_like_torch(&line, "max_pool_1d");
    let volume = window(&[2, 3, 2], &[1, 2, 2], &[0, 1, 0], &[1, 1, 1], true);
    assert_like_torch(&MaxPooling::new(2, &[3, 4, 4], &volume, first).unwrap(), "max_pool_3d");

    let case = case("max_pool_2d_negative");
    let last = MaxPooling::new(2, &[5, 6], &negative, Flattening::ChannelsLast).unwrap();
    let found = last.apply(&channels_last(&case.input, &[2, 5, 6])).unwrap();
    assert_eq!(found, channels_last(&case.output, &[2, 3, 3]));
    let windows = last.windows().map(|window| {
        let values = window.iter().map(|index| channels_last(&case.input, &[2, 5, 6])[(*index, 1)]);
        values.fold(f64::NEG_INFINITY, f64::max)
    });
    assert_eq!(windows.collect::<Vec<_>>(), found.column(1).iter().copied().collect::<Vec<_>>());
}

#[test]
fn max_pooling_keeps_what_is_not_a_number() {
    let pooling = MaxPooling::global(2, &[3], Flattening::ChannelsFirst).unwrap();
    for position in 0..3 {
        let mut points = DMatrix::from_element(6, 1, 1.0);
        points[position] = f64::NAN;
        let found = pooling.apply(&points).unwrap();
        assert!(found[0].is_nan() && found[1] == 1.0, "{position}: {found}");
    }
}

#[test]
fn same_padding_gives_as_many_windows_as_steps() {
    for (length, size, stride) in [(7, 3, 2), (8, 3, 2), (5, 2, 1), (4, 5, 3), (9, 2, 4)] {
        for lower in [false, true] {
            let window = PoolingWindow::new(&[size], &[stride]).padded_same(&[length], lower);
            let pooling = MaxPooling::new(1, &[length], &window, Flattening::ChannelsFirst).unwrap();
            assert_eq!(pooling.outputs(), length.div_ceil(stride), "{length} {size} {stride}");
            let [before, after] = window.padding[0];
            assert!(if lower { before >= after } else { after >= before });
        }
    }
}

#[test]
fn normalisations() {
    let epsilons = [("layer_norm", 1e-3), ("rms_norm", 1e-6), ("group_norm", 1e-5), ("instance_norm", 1e-5)];
    for (name, epsilon) in epsilons {
        let rest = case(name).rest;
        let shape = [4, 2, 3];
        let given = |key: &str| rest.get(key).map(numbers);
        let (groups, centring) = match name {
            "layer_norm" => (Groups::over_axes(&[3, 4], &[1]), Centring::Mean),
            "rms_norm" => (Groups::consecutive(3, 4), Centring::Nothing),
            "group_norm" => (Groups::of_channels(&shape, 0, 2), Centring::Mean),
            _ => (Groups::over_axes(&shape, &[1, 2]), Centring::Mean),
        };
        let is_image = name.starts_with(['g', 'i']);
        let spread = |values: Vec<f64>| if is_image { spread_along(&values, &shape, 0).unwrap() } else { values };
        let (scale, shift) = (given("gamma").map(spread), given("beta").map(spread));
        let map = Normalisation::new(groups.unwrap(), centring, epsilon, scale, shift).unwrap();
        assert_like_torch(&map, name);
    }
    let map = Normalisation::new(Groups::consecutive(3, 4).unwrap(), Centring::Mean, 1e-5, Some(vec![1.0; 4]), None);
    assert_eq!(map.unwrap().parameters(), 4);
}

#[test]
fn groups_part_all_coordinates() {
    let shape = [4, 2, 3];
    let groups = Groups::of_channels(&shape, 0, 2).unwrap();
    assert_eq!(
        groups.iter().map(<[usize]>::to_vec).collect::<Vec<_>>(),
        [(0..12).collect::<Vec<_>>(), (12..24).collect()]
    );
    // Channels last: 2 × 3 positions of 4 channels.
    let last = Groups::of_channels(&[2, 3, 4], 2, 2).unwrap();
    assert_eq!(last.iter().next().unwrap(), [0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21]);
    assert_eq!(Groups::listed(&[vec![0, 2], vec![3, 1]]).unwrap().count(), 2);
    for lists in [vec![], vec![vec![0, 1], vec![2]], vec![vec![0, 0]], vec![vec![0, 2]], vec![vec![]]] {
        assert!(Groups::listed(&lists).is_err(), "{lists:?}");
    }
}

#[test]
fn prelu_softmax_and_gates() {
    let shape = [4, 2, 3];
    let slopes = spread_along(&numbers(&case("prelu").rest["slopes"]), &shape, 0).unwrap();
    assert_like_torch(&Prelu::new(slopes, 4).unwrap(), "prelu");
    assert_like_torch(&GroupSoftmax::new(Groups::over_axes(&shape, &[0]).unwrap()), "softmax");
    assert_like_torch(&GroupSoftmax::logarithm(Groups::over_axes(&shape, &[1]).unwrap()), "log_softmax");
    assert_like_torch(&Gate::halves(6, Activation::Sigmoid).unwrap(), "glu");
    assert_like_torch(&Gate::halves(6, Activation::Silu).unwrap(), "swiglu");
    assert!(Gate::halves(2, Activation::Softmax).is_err());
}

#[test]
fn selections() {
    let shape = [2, 5, 6];
    let around = [[0, 0], [1, 3], [2, 1]];
    let padded = |border| Selection::padded(&shape, &around, border).unwrap();
    assert_like_torch(&padded(Border::Reflect), "pad_reflect");
    assert_like_torch(&padded(Border::Edge), "pad_edge");
    assert_like_torch(&padded(Border::Wrap), "pad_wrap");
    assert_like_torch(&padded(Border::Constant(-1.5)), "pad_constant");
    assert_like_torch(&Selection::transposition(&shape, &[2, 0, 1]).unwrap(), "transpose");
    assert_like_torch(&Selection::slice(&shape, 1, 1, 2, 2).unwrap(), "slice");
    assert_like_torch(&Selection::slice(&shape, 2, 4, 5, -1).unwrap(), "flip");
    assert_like_torch(&Selection::repeated(&shape, &[1, 2, 3]).unwrap(), "upsample");
    assert_like_torch(&Selection::concatenation(&[vec![1, 5, 6], vec![1, 5, 6]], 1).unwrap(), "concatenation");
    assert_like_torch(&Selection::broadcast(&[2, 1, 1], &[2, 2, 3]).unwrap(), "broadcast");
}

#[test]
fn embeddings() {
    let table = DMatrix::from_row_slice(5, 3, &numbers(&case("embedding").rest["table"]));
    let embedding = Embedding::new(table.clone(), 4, true).unwrap();
    assert_like_torch(&embedding, "embedding");
    let row = |value: f64, from_end: bool| {
        let embedding = Embedding::new(table.clone(), 1, from_end).unwrap();
        embedding.apply(&DMatrix::from_element(1, 1, value)).map(|found| found.column(0).clone_owned())
    };
    assert_eq!(row(-1.0, true).unwrap(), table.row(4).transpose());
    for value in [0.5, 5.0, -6.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(row(value, true), Err(MapError::Row { rows: 5, .. })), "{value}");
    }
    assert!(row(-1.0, false).is_err());
}

#[test]
fn what_does_not_fit_is_refused() {
    let first = Flattening::ChannelsFirst;
    let pooling = |input: &[usize], window: &PoolingWindow| MaxPooling::new(1, input, window, first).unwrap_err();
    let two = PoolingWindow::new(&[2, 2], &[1, 1]);
    assert!(matches!(pooling(&[4], &two), MapError::PerAxis { axes: 1, found: 2, .. }));
    assert!(matches!(pooling(&[1, 4], &two), MapError::Window { axis: 0, span: 2, available: 1 }));
    assert!(matches!(pooling(&[4, 4], &PoolingWindow::new(&[2, 2], &[0, 1])), MapError::Zero { .. }));
    assert_eq!(pooling(&[2], &window(&[1], &[1], &[1], &[1], false)), MapError::OnlyPadding);
    assert!(matches!(pooling(&[0, 4], &two), MapError::Shape { .. }));
    let groups = || Groups::consecutive(1, 2).unwrap();
    for epsilon in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(Normalisation::new(groups(), Centring::Mean, epsilon, None, None).is_err());
    }
    assert!(Normalisation::new(groups(), Centring::Mean, 1.0, Some(vec![1.0; 3]), None).is_err());
    assert!(Groups::of_channels(&[3, 2], 0, 2).is_err() && Groups::of_channels(&[3], 0, 0).is_err());
    assert!(Groups::over_axes(&[3], &[0, 0]).is_err() && Groups::over_axes(&[3], &[1]).is_err());
    assert!(Groups::consecutive(usize::MAX, 2).is_err() && Groups::consecutive(0, 2).is_err());
    assert!(Prelu::new(vec![], 0).is_err() && Prelu::new(vec![f64::NAN], 1).is_err());
    assert!(Gate::new(2, vec![0], vec![2], Activation::Identity).is_err());
    assert!(Selection::slice(&[3], 0, 1, 2, -2).is_err() && Selection::slice(&[3], 0, 0, 0, 1).is_err());
    assert!(Selection::transposition(&[2, 2], &[0, 0]).is_err());
    assert!(Selection::concatenation(&[vec![2, 2], vec![2, 3]], 0).is_err());
    assert!(Selection::padded(&[2], &[[2, 0]], Border::Reflect).is_err());
    assert!(Selection::padded(&[2], &[[usize::MAX, 1]], Border::Edge).is_err());
    assert!(Selection::broadcast(&[3], &[2]).is_err() && Selection::broadcast(&[1, 2], &[2]).is_err());
    assert!(Selection::new(1, vec![Selected::Coordinate(1)]).is_err());
    for error in [pooling(&[4], &two), MapError::Row { value: 0.5, rows: 5 }] {
        assert!(!error.to_string().contains('\n'));
    }
}

proptest! {
    #[test]
    fn a_selection_is_its_matrix(seed: u64, rows in 1_usize..4, columns in 1_usize..4, before in 0_usize..3) {
        let border = Border::Constant(0.5);
        let padded = Selection::padded(&[rows, columns], &[[before, 1], [0, before]], border).unwrap();
        let points = random_matrix(rows * columns, 3, seed);
        prop_assert_eq!(padded.to_affine().apply(&points), padded.apply(&points).unwrap());
        let weight = padded.to_affine().weight;
        let squares: Vec<usize> = (weight.transpose() * &weight).diagonal().iter().map(|square| *square as usize).collect();
        prop_assert_eq!(padded.copies(), squares);
        prop_assert_eq!(padded.is_permutation(), padded.is_identity());
    }

    #[test]
    fn transpositions_are_undone(a in 1_usize..4, b in 1_usize..4, c in 1_usize..4) {
        let forth = Selection::transposition(&[a, b, c], &[2, 0, 1]).unwrap();
        prop_assert!(forth.is_permutation());
        let back = Selection::transposition(&[c, a, b], &[1, 2, 0]).unwrap();
        prop_assert!(forth.then(&back).unwrap().is_identity());
    }
}
