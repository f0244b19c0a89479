//! What holds for every structured motion: its ends, its velocity, its inverse, and its blocks.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::motion::StructuredMotion;
use super::*;
use crate::flow::NoVelocity;
use crate::linalg::testing::random_matrix;
use crate::network::{
    Activation, Centring, Flattening, ForwardMap, Gate, GroupSoftmax, Groups, MaxPooling, Normalisation, PoolingWindow,
    Prelu,
};

/// v against (x(s + h) − x(s − h))/2h, and the start found again, for each column and several s.
fn assert_is_a_flow(motion: &dyn StructuredMotion, start: &DMatrix<f64>, times: &[f64]) {
    const H: f64 = 1e-6;
    for &s in times {
        let now = motion.at(start, s).unwrap();
        let (before, after) = (motion.at(start, s - H).unwrap(), motion.at(start, s + H).unwrap());
        for sample in 0..start.ncols() {
            let present = now.column(sample).clone_owned();
            let velocity = motion.velocity(&present, s).unwrap();
            let difference = (after.column(sample) - before.column(sample)) / (2.0 * H);
            let miss = (&velocity - &difference).amax();
            assert!(miss <= 1e-4 * (1.0 + difference.amax()), "s = {s}: {velocity} instead of {difference}");
            let found = motion.start_of(&present, s).unwrap();
            let miss = (&found - start.column(sample)).amax();
            assert!(miss <= 1e-10 * (1.0 + start.amax()), "s = {s}: start missed by {miss}");
            let mut completed = present.clone();
            motion.complete(completed.as_mut_slice(), s).unwrap();
            let miss = (completed - motion.at(start, 1.0).unwrap().column(sample)).amax();
            assert!(miss <= 1e-10 * (1.0 + start.amax()), "s = {s}: end missed by {miss}");
        }
    }
    assert_eq!(motion.at(start, 0.0).unwrap(), *start);
}

/// The refined network's own blocks, run as blocks.
fn run_blocks(motion: &dyn StructuredMotion, start: &DMatrix<f64>, steps: usize) -> DMatrix<f64> {
    let mut points = start.clone();
    for block in (0..steps).map_while(|r| motion.block(r, steps, start.nrows())) {
        points += block.branch(&points);
    }
    points
}

const TIMES: [f64; 4] = [0.01, 0.3, 0.6, 0.9];

fn pooling() -> MaxPooling {
    let window = PoolingWindow { padding: vec![[1, 1]; 2], ..PoolingWindow::new(&[3, 3], &[2, 2]) };
    MaxPooling::new(2, &[5, 4], &window, Flattening::ChannelsFirst).unwrap()
}

#[test]
fn a_tournament_is_max_pooling() {
    let pooling = pooling();
    let tournament = Tournament::new(&pooling).unwrap();
    assert_eq!(tournament.rounds().len(), 4, "9 values take ⌈log₂ 9⌉ rounds");
    for offset in [0.0, -10.0] {
        let points = random_matrix(pooling.inputs(), 6, 3).add_scalar(offset);
        let start = tournament.spread().apply(&points).unwrap();
        let (mut exact, mut spare) = (start.clone(), start.clone().resize_vertically(tournament.dimension() + 2, 7.0));
        for round in tournament.rounds() {
            exact = round.at(&exact, 1.0).unwrap();
            spare = round.at(&spare, 1.0).unwrap();
        }
        let expected = pooling.apply(&points).unwrap();
        assert_eq!(exact.rows(0, tournament.outputs()), expected);
        assert_eq!(spare.rows(0, tournament.outputs()), expected);
        assert!(spare.rows(tournament.dimension(), 2).iter().all(|rest| *rest == 7.0));
        for steps in [1, 3, 16] {
            let blocks =
                tournament.rounds().iter().fold(start.clone(), |points, round| run_blocks(round, &points, steps));
            let miss = (blocks.rows(0, tournament.outputs()) - &expected).amax();
            assert!(miss <= 1e-13, "N = {steps}: {miss}");
        }
    }
}

#[test]
fn rounds_of_a_tournament_have_a_velocity_until_they_end() {
    let round = TournamentRound::new(5, vec![(0, 3), (4, 1)]).unwrap();
    assert_is_a_flow(&round, &random_matrix(5, 8, 1), &TIMES);
    let end = |a: f64, b: f64| DVector::from_vec(vec![a, 0.0, 0.0, b, 1.0]);
    assert_eq!(round.velocity(&end(1.0, 0.5), 1.0).unwrap(), DVector::zeros(5));
    assert_eq!(round.velocity(&end(1.0, 1.0), 1.0), Err(NoVelocity::Merged));
    assert_eq!(round.start_of(&end(0.5, 1.0), 1.0), Err(NoVelocity::OutsideRange));
    assert_eq!(round.velocity(&DVector::zeros(4), 0.5), Err(NoVelocity::Dimension { expected: 5, found: 4 }));
    assert!(TournamentRound::new(2, vec![(0, 0)]).is_err() && TournamentRound::new(2, vec![(0, 2)]).is_err());
    let nan = round.at(&DMatrix::from_column_slice(5, 1, &[1.0, 0.0, 0.0, f64::NAN, 0.0]), 0.5).unwrap();
    assert!(nan[0].is_nan(), "what is not a number does not lose in silence");
}

#[test]
fn centring_and_normalising_are_layer_normalisation() {
    for (epsilon, spread) in [(1e-5, 1.0), (1e-2, 30.0), (1.0, 0.1), (1e-12, 1.0)] {
        let groups = Groups::over_axes(&[6, 3], &[0]).unwrap();
        let points = random_matrix(18, 5, 11) * spread;
        let (centre, normalise) = (CentringMotion::new(groups.clone()), NormaliseMotion::new(groups.clone(), epsilon));
        let centred = centre.at(&points, 1.0).unwrap();
        let end = normalise.at(&centred, 1.0).unwrap();
        let map = Normalisation::new(groups, Centring::Mean, epsilon, None, None).unwrap();
        assert!((end - map.apply(&points).unwrap()).amax() <= 1e-12);
        assert_is_a_flow(&centre, &points, &TIMES);
        assert_is_a_flow(&normalise, &centred, &TIMES);
        for steps in [1, 3, 16] {
            let blocks = run_blocks(&centre, &points, steps);
            assert!((blocks - &centred).amax() <= 1e-13 * spread * 4.0, "N = {steps}");
        }
        assert_eq!(centre.velocity(&centred.column(0).clone_owned(), 1.0), Err(NoVelocity::Merged));
    }
}

#[test]
fn the_refined_normalisation_errs_by_one_over_n() {
    let points = random_matrix(10, 20, 5) * 3.0;
    let slopes = |epsilon: f64| -> Vec<f64> {
        let normalise = NormaliseMotion::new(Groups::consecutive(2, 5).unwrap(), epsilon);
        let end = normalise.at(&points, 1.0).unwrap();
        let error = |steps: usize| (normalise.euler(&points, steps).unwrap() - &end).norm();
        [64, 256, 1024].map(|steps| (error(2 * steps) / error(steps)).log2()).to_vec()
    };
    for slope in slopes(1.0) {
        assert!((slope + 1.0).abs() <= 0.1, "slope {slope}");
    }
    // The radial field contracts towards the end, and wipes out most of the error while N is below q/ε.
    for slope in slopes(1e-5) {
        assert!((slope + 2.0).abs() <= 0.1, "slope {slope}");
    }
}

#[test]
fn the_ends_of_a_normalisation() {
    let normalise = NormaliseMotion::new(Groups::consecutive(1, 2).unwrap(), 1e-4);
    let zero = DVector::zeros(2);
    for s in [0.0, 0.5, 1.0] {
        assert_eq!(normalise.velocity(&zero, s).unwrap(), zero);
        assert_eq!(normalise.start_of(&zero, s).unwrap(), zero);
    }
    let beyond = DVector::from_vec(vec![1.0, 1.1]);
    assert_eq!(normalise.velocity(&beyond, 1.0), Err(NoVelocity::OutsideRange));
    assert_eq!(normalise.velocity(&DVector::from_element(2, f64::NAN), 0.5), Err(NoVelocity::OutsideRange));
    let start = DMatrix::from_column_slice(2, 1, &[0.003, -0.01]);
    let end = normalise.at(&start, 1.0).unwrap().column(0).clone_owned();
    assert!((normalise.start_of(&end, 1.0).unwrap() - start.column(0)).amax() <= 1e-15);
    // Without ε the centre has no direction to go, and the sphere is reached by whole rays.
    let bare = NormaliseMotion::new(Groups::consecutive(1, 2).unwrap(), 0.0);
    assert_eq!(bare.velocity(&zero, 0.5), Err(NoVelocity::OutsideRange));
    assert_is_a_flow(&bare, &random_matrix(2, 5, 8), &TIMES);
}

#[test]
fn the_singular_values_of_a_normalisation() {
    let epsilon = 0.07;
    let normalise = NormaliseMotion::new(Groups::consecutive(1, 4).unwrap(), epsilon);
    let point = random_matrix(4, 1, 4);
    const H: f64 = 1e-6;
    let column = |axis: usize| {
        let moved = |h: f64| {
            let mut point = point.clone();
            point[axis] += h;
            normalise.at(&point, 1.0).unwrap()
        };
        (moved(H) - moved(-H)) / (2.0 * H)
    };
    let jacobian = DMatrix::from_fn(4, 4, |row, axis| column(axis)[row]);
    let mut found: Vec<f64> = jacobian.singular_values().iter().copied().collect();
    found.sort_by(f64::total_cmp);
    let spectrum = normalise.spectra(point.as_slice())[0];
    for (found, expected) in found.iter().zip([spectrum.radial, spectrum.tangent, spectrum.tangent, spectrum.tangent]) {
        assert!((found - expected).abs() <= 1e-8, "{found} instead of {expected}");
    }
}

#[test]
fn prelu_unit_by_unit() {
    let prelu = Prelu::new(vec![0.25, 0.0, 1.5, 1.0], 4).unwrap();
    let motion = PreluMotion::new(&prelu);
    let points = random_matrix(4, 9, 2);
    assert_is_a_flow(&motion, &points, &TIMES);
    let end = prelu.apply(&points).unwrap();
    assert!((motion.at(&points, 1.0).unwrap() - &end).amax() <= 1e-15);
    for steps in [1, 3, 16] {
        assert!((run_blocks(&motion, &points, steps) - &end).amax() <= 1e-13, "N = {steps}");
        assert!((motion.euler(&points, steps).unwrap() - &end).amax() <= 1e-13, "N = {steps}");
    }
    let lost = DVector::from_vec(vec![0.0, -1.0, 0.0, 0.0]);
    assert_eq!(motion.velocity(&lost, 1.0), Err(NoVelocity::OutsideRange));

    let folding = Prelu::new(vec![-1.0, 0.5], 2).unwrap();
    let motion = PreluMotion::new(&folding);
    assert_eq!(motion.fold(), Some(0.5));
    assert_is_a_flow(&motion, &random_matrix(2, 9, 3), &[0.1, 0.4]);
    assert!(matches!(motion.velocity(&DVector::zeros(2), 0.6), Err(NoVelocity::Fold { .. })));
    let points = random_matrix(2, 9, 3);
    let end = folding.apply(&points).unwrap();
    for steps in [1, 3, 16] {
        assert!((run_blocks(&motion, &points, steps) - &end).amax() <= 1e-12, "N = {steps}");
        assert!((motion.euler(&points, steps).unwrap() - &end).amax() <= 1e-12, "N = {steps}");
    }
}

#[test]
fn softmax_and_its_logarithm_within_groups() {
    let points = random_matrix(12, 6, 9) * 2.0;
    let groups = || Groups::over_axes(&[3, 4], &[0]).unwrap();
    for map in [GroupSoftmax::new(groups()), GroupSoftmax::logarithm(groups())] {
        let motion = SoftmaxMotion::new(map.clone());
        assert_is_a_flow(&motion, &points, &TIMES);
        let end = map.apply(&points).unwrap();
        assert!((motion.at(&points, 1.0).unwrap() - &end).amax() <= 1e-14);
        assert!((motion.euler(&points, 7).unwrap() - &end).amax() <= 1e-9, "straight paths");
        assert_eq!(motion.velocity(&end.column(0).clone_owned(), 1.0), Err(NoVelocity::Merged));
    }
}

#[test]
fn gates_have_a_velocity_where_they_do_not_turn_over() {
    // Channels of two values, one gate each; σ > 0.
    let gate = Gate::new(7, vec![0, 1, 2, 3], vec![5, 5, 6, 6], Activation::Sigmoid).unwrap();
    let motion = GateMotion::new(&gate).unwrap();
    let points = random_matrix(7, 6, 21);
    let start = motion.spread().apply(&points).unwrap();
    assert_eq!(start.nrows(), 6, "four gated values and two gates; the seventh value is dropped");
    assert_is_a_flow(&motion, &start, &TIMES);
    let end = motion.at(&start, 1.0).unwrap();
    assert!((end.rows(0, motion.outputs()) - gate.apply(&points).unwrap()).amax() <= 1e-15);
    assert!((motion.euler(&start, 5).unwrap() - end).amax() <= 1e-13);

    let product = GateMotion::new(&Gate::halves(1, Activation::Identity).unwrap()).unwrap();
    let at = |b: f64| DVector::from_vec(vec![2.0, b]);
    assert!(product.velocity(&at(-1.0), 0.4).is_ok());
    assert_eq!(product.velocity(&at(-1.0), 0.5), Err(NoVelocity::Fold { fold: 0.5 }));
    assert_eq!(product.velocity(&at(0.0), 1.0), Err(NoVelocity::OutsideRange));
    assert_eq!(product.start_of(&DVector::zeros(2), 1.0), Err(NoVelocity::Merged));
}

#[test]
fn any_other_map_moves_straight() {
    let square = |x: &[f64]| vec![x[0] * x[0] + x[1], f64::INFINITY, 1.0];
    let motion = StraightMotion::new(2, 3, "Square".into(), square);
    let start = DMatrix::from_column_slice(3, 1, &[3.0, -1.0, 0.0]);
    assert_eq!(motion.at(&start, 0.0).unwrap().column(0).as_slice()[0], 3.0);
    assert_eq!(motion.at(&start, 1.0).unwrap().as_slice(), [8.0, f64::INFINITY, 1.0]);
    assert_eq!(motion.at(&start, 0.25).unwrap()[0], 0.75 * 3.0 + 0.25 * 8.0);
    let present = start.column(0).clone_owned();
    let operator = motion.operator().to_owned();
    assert_eq!(motion.velocity(&present, 0.5), Err(NoVelocity::Straight { operator }));
    assert_eq!(motion.velocity(&present, 0.0).unwrap()[0], 5.0);
}

proptest! {
    #[test]
    fn normalisations_are_undone(seed: u64, s in 0.0..0.95_f64, exponent in -12.0..2.0_f64, size in -6.0..6.0_f64) {
        let normalise = NormaliseMotion::new(Groups::consecutive(2, 3).unwrap(), 10_f64.powf(exponent));
        let start = random_matrix(6, 1, seed) * 10_f64.powf(size);
        let present = normalise.at(&start, s).unwrap().column(0).clone_owned();
        let found = normalise.start_of(&present, s).unwrap();
        prop_assert!((found - start.column(0)).amax() <= 1e-12 * start.amax());
    }

    #[test]
    fn tournaments_of_all_windows(seed: u64, length in 1_usize..9, size in 1_usize..6, stride in 1_usize..4, steps in 1_usize..6) {
        let window = PoolingWindow { rounds_up: seed % 2 == 0, ..PoolingWindow::new(&[size.min(length)], &[stride]) };
        let pooling = MaxPooling::new(2, &[length], &window, Flattening::ChannelsLast).unwrap();
        let tournament = Tournament::new(&pooling).unwrap();
        let points = random_matrix(pooling.inputs(), 3, seed);
        let start = tournament.spread().apply(&points).unwrap();
        let end = tournament.rounds().iter().fold(start.clone(), |points, round| round.at(&points, 1.0).unwrap());
        prop_assert_eq!(end.rows(0, tournament.outputs()).into_owned(), pooling.apply(&points).unwrap());
        let blocks = tournament.rounds().iter().fold(start, |points, round| run_blocks(round, &points, steps));
        prop_assert!((blocks.rows(0, tournament.outputs()) - end.rows(0, tournament.outputs())).amax() <= 1e-13);
    }
}
