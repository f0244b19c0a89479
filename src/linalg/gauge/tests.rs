//! The gauge against an exhaustive search of its own, and the invariants of every decomposition.

use std::f64::consts::PI;

use nalgebra::DMatrix;
use proptest::prelude::*;

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::arrangement::Arrangement;
use super::assignment::assigned;
use super::descent::{self, Effort};
use super::energy::sum_of_squared_angles;
use super::exhaustive;
use super::problem::Problem;
use super::search::Least;
use crate::linalg::library::determinant_sign;
use crate::linalg::testing::{random_matrix, random_rotation};
use crate::linalg::{ProperPolar, ProperSvd, Rotation, Svd};

fn total(proper: &ProperSvd) -> f64 {
    proper.rotation_in.total().hypot(proper.rotation_out.total())
}

/// UΣVᵀ = W to 1e-12·‖W‖ with proper factors, whatever the gauge.
fn assert_decomposes(weight: &DMatrix<f64>) -> ProperSvd {
    let svd = Svd::new(weight).unwrap();
    let proper = svd.proper().unwrap();
    let padded = weight.clone().resize(svd.moving_dimension(), svd.moving_dimension(), 0.0);
    let scaled = DMatrix::from_diagonal(&proper.factors.clone().into()) * proper.rotation_in.to_matrix();
    let product = proper.rotation_out.to_matrix() * scaled;
    // Behind the inputs there is nothing to move.
    let moved = product.columns(0, weight.ncols()) - padded.columns(0, weight.ncols());
    assert!(moved.norm() <= 1e-12 * weight.norm(), "{weight}");
    for rotation in [&proper.rotation_in, &proper.rotation_out] {
        let matrix = rotation.to_matrix();
        let gram = matrix.transpose() * &matrix;
        assert!((gram - DMatrix::identity(matrix.nrows(), matrix.ncols())).norm() <= 1e-12 * matrix.nrows() as f64);
        assert_eq!(determinant_sign(&matrix), 1.0);
    }
    let ProperPolar { directions, factors, rotation } = svd.proper_polar().unwrap();
    let stretch = &directions * DMatrix::from_diagonal(&factors.into()) * directions.transpose();
    assert!((rotation.to_matrix() * stretch - padded).norm() <= 1e-12 * weight.norm(), "{weight}");
    proper
}

/// Every way to sign the columns of `basis`.
fn signed(basis: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
    (0..1_u32 << basis.ncols())
        .map(|pattern| {
            let mut changed = basis.clone();
            for (j, mut column) in changed.column_iter_mut().enumerate() {
                if pattern >> j & 1 == 1 {
                    column.neg_mut();
                }
            }
            changed
        })
        .collect()
}

fn permutations(length: usize) -> Vec<Vec<usize>> {
    if length == 0 {
        return vec![Vec::new()];
    }
    permutations(length - 1)
        .into_iter()
        .flat_map(|shorter| {
            (0..length).map(move |at| {
                let mut longer = shorter.clone();
                longer.insert(at, length - 1);
                longer
            })
        })
        .collect()
}

/// The least √(Σθ_V² + Σθ_U²) over all signs, orders and axes, one by one. Exact where there is at most one null
/// direction.
fn exhaustive_optimum(weight: &DMatrix<f64>) -> f64 {
    let svd = Svd::new(weight).unwrap();
    let d = svd.moving_dimension();
    let rank = svd.rank();
    assert!(d - rank <= 1);
    let extended = |basis: &DMatrix<f64>| {
        let mut whole = DMatrix::identity(d, d);
        whole.view_mut((0, 0), basis.shape()).copy_from(basis);
        whole
    };
    let (v, u) = (extended(svd.v()), extended(svd.u()));
    let mut least = f64::INFINITY;
    for order in permutations(d) {
        let (v, u) = (v.select_columns(&order), u.select_columns(&order));
        for (v, u) in signed(&v).into_iter().zip(signed(&u)) {
            // The null direction's sign is free in V and in U separately.
            let null = order.iter().position(|j| *j >= rank);
            let fix = |mut basis: DMatrix<f64>| {
                if basis.determinant() < 0.0 {
                    basis.column_mut(null?).neg_mut();
                }
                sum_of_squared_angles(&basis).ok()
            };
            if let (Some(one), Some(other)) = (fix(v), fix(u)) {
                least = least.min((one + other).sqrt());
            }
        }
    }
    least
}

#[test]
fn total_rotation_is_the_exhaustive_optimum() {
    for (rows, columns) in [(2, 2), (3, 3), (4, 4), (3, 2), (2, 3), (4, 3), (5, 5)] {
        for seed in 0..if rows < 5 { 100 } else { 3 } {
            let weight = random_matrix(rows, columns, seed);
            let found = total(&assert_decomposes(&weight));
            let optimum = exhaustive_optimum(&weight);
            assert!((found - optimum).abs() <= 1e-6, "{rows}×{columns}, seed {seed}: {found} instead of {optimum}");
        }
    }
}

/// The best of restarts of a local search on Σθ² itself, from arrangements at random: every exchange, flip and shift.
fn restarts_optimum(problem: &Problem, restarts: u64) -> f64 {
    let energy = |arrangement: &Arrangement| exhaustive::energy(arrangement, problem).unwrap();
    let mut least = f64::INFINITY;
    for seed in 0..restarts {
        least = least.min(downhill(random_arrangement(problem, seed), problem, &energy).1);
    }
    least.sqrt()
}

/// Any proper arrangement.
fn random_arrangement(problem: &Problem, seed: u64) -> Arrangement {
    let (d, r) = (problem.dimension, problem.rank());
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut axes: Vec<usize> = (0..d).collect();
    axes.shuffle(&mut random);
    axes.truncate(r);
    let signs = (0..r).map(|_| if random.random::<bool>() { 1.0 } else { -1.0 }).collect();
    let mut start = Arrangement { axes, signs };
    if !start.is_proper(problem) {
        start.signs[0] = -start.signs[0];
    }
    start
}

/// Where every exchange, shift and change of signs of two pairs is tried until none gains, with the value there.
fn downhill(mut here: Arrangement, problem: &Problem, energy: &dyn Fn(&Arrangement) -> f64) -> (Arrangement, f64) {
    let (d, r) = (problem.dimension, problem.rank());
    let mut value = energy(&here);
    let mut improves = true;
    while improves {
        improves = false;
        for (j, k) in (0..r).flat_map(|j| (j..d).map(move |k| (j, k))) {
            for (flips, swap) in (0..4).flat_map(|flips| [(flips, false), (flips, true)]) {
                let mut next = here.clone();
                if flips & 1 == 1 {
                    next.signs[j] = -next.signs[j];
                }
                if k < r && k > j && flips & 2 == 2 {
                    next.signs[k] = -next.signs[k];
                }
                if swap && k < r {
                    next.axes.swap(j, k);
                } else if swap {
                    next.axes[j] = next.free_axes(d)[k - r];
                }
                if next == here || !next.is_proper(problem) {
                    continue;
                }
                let found = energy(&next);
                if found < value - 1e-9 {
                    (here, value, improves) = (next, found, true);
                }
            }
        }
    }
    (here, value)
}

/// The best of so many descents by the estimate from random arrangements, compared by their angles, and from there downhill by
/// the angles themselves.
fn estimated_restarts_optimum(problem: &Problem, restarts: u64) -> f64 {
    let energy = |arrangement: &Arrangement| {
        let found = Least::new(arrangement, problem).unwrap();
        found.v.energy() + found.u.energy()
    };
    let effort = Effort { work: usize::MAX, kicks: 0 };
    let ends = (0..restarts).map(|seed| {
        let met = descent::from(random_arrangement(problem, seed), problem, effort);
        let end = met.into_iter().next().map(|(_, arrangement)| arrangement).unwrap();
        let value = energy(&end);
        (end, value)
    });
    let (best, _) = ends.min_by(|one, other| one.1.total_cmp(&other.1)).unwrap();
    downhill(best, problem, &energy).1.sqrt()
}

/// `cargo test --release --lib -- --ignored --nocapture a_thousand_layers` prints the table.
#[test]
#[ignore = "a thousand layers with two hundred restarts each take minutes in a release build"]
fn a_thousand_layers_turn_no_more_than_after_two_hundred_restarts() {
    let shapes =
        [(3, 3), (4, 4), (6, 6), (8, 8), (12, 12), (16, 16), (20, 20), (6, 2), (3, 6), (12, 8), (8, 20), (20, 10)];
    println!("{:>7} {:>7} {:>7}", "shape", "mean", "worst");
    let mut all = Vec::new();
    for (rows, columns) in shapes {
        let ratios: Vec<f64> = (0..1000_u64.div_ceil(shapes.len() as u64))
            .map(|seed| {
                let weight = random_matrix(rows, columns, 1000 + seed);
                let svd = Svd::new(&weight).unwrap();
                let found = total(&svd.proper().unwrap());
                found / estimated_restarts_optimum(&Problem::new(&svd).unwrap(), 200)
            })
            .collect();
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        let worst = ratios.iter().copied().fold(0.0, f64::max);
        println!("{:>7} {mean:>7.4} {worst:>7.4}", format!("{rows}×{columns}"));
        assert!(worst <= 1.05, "{rows}×{columns}: {worst}");
        all.extend(ratios);
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    println!("    all {mean:>7.4}");
    assert!(mean <= 1.01, "{mean}");
}

#[test]
fn no_local_search_finds_much_less() {
    for (rows, columns, seeds, restarts) in
        [(6, 6, 2, 20), (6, 2, 3, 10), (3, 6, 2, 10), (8, 8, 2, 20), (8, 5, 1, 4), (5, 8, 1, 4), (12, 12, 1, 5)]
    {
        for seed in 0..seeds {
            let weight = random_matrix(rows, columns, seed);
            let found = total(&assert_decomposes(&weight));
            let problem = Problem::new(&Svd::new(&weight).unwrap()).unwrap();
            let best = restarts_optimum(&problem, restarts);
            assert!(found <= 1.01 * best, "{rows}×{columns}, seed {seed}: {found} instead of {best}");
        }
    }
}

/// What is proven of every total: √(a² + b²) ≥ (a + b)/√2 of the ways from I to V and to U, which together are no shorter
/// than that from V to U; and no singular direction's way to its axis is longer than the whole.
fn assert_bounds(weight: &DMatrix<f64>) {
    let svd = Svd::new(weight).unwrap();
    let found = total(&assert_decomposes(weight));
    let problem = Problem::new(&svd).unwrap();
    // The polar rotation UVᵀ is the least of those that take V's directions to U's only where nothing is free.
    if problem.is_given() && svd.rank() == problem.dimension {
        let way = svd.proper_polar().unwrap().rotation.total();
        assert!(found >= way / 2.0_f64.sqrt() - 1e-9, "{found} is less than {way}/√2");
    }
    let start = assigned(&problem);
    let first = exhaustive::energy(&start, &problem).unwrap().sqrt();
    assert!(found <= first + 1e-6, "{found} is more than the assignment's {first}");
    for pairs in [&problem.pairs_v, &problem.pairs_u] {
        // Whatever the order and the signs are, a direction goes to some axis.
        let least = |column: usize| pairs.column(column).amax().clamp(0.0, 1.0).acos();
        let longest = (0..problem.rank()).map(least).fold(0.0, f64::max);
        assert!(found >= longest - 1e-9, "{found} is less than {longest}");
    }
}

#[test]
fn proven_bounds_hold() {
    let shapes = [(2, 2), (5, 5), (8, 8), (13, 13), (16, 16), (21, 21), (40, 40), (64, 64), (3, 2), (2, 6), (9, 4)];
    for (rows, columns) in shapes.into_iter().chain([(4, 12), (24, 16), (30, 33), (64, 10), (10, 64), (2, 100)]) {
        for seed in 0..4 {
            assert_bounds(&random_matrix(rows, columns, seed));
        }
    }
    for seed in 0..4 {
        assert_bounds(&random_rotation(30, seed));
        assert_bounds(&(random_matrix(20, 3, seed) * random_matrix(3, 25, seed)));
    }
}

#[test]
fn multiples_of_the_identity() {
    for d in [1, 2, 3, 6, 17] {
        let proper = assert_decomposes(&(DMatrix::identity(d, d) * 2.5));
        assert!(proper.rotation_in.is_identity() && proper.rotation_out.is_identity());
    }
    // −I in even dimension: a half-turn in every plane, which V and U share.
    let proper = assert_decomposes(&-DMatrix::<f64>::identity(4, 4));
    assert!(total(&proper) <= PI * 2.0_f64.sqrt() * 1.000_001);
    // In odd dimension it reflects, and turns through one dimension more.
    let proper = assert_decomposes(&-DMatrix::<f64>::identity(3, 3));
    assert_eq!(proper.factors.len(), 4);
}

#[test]
fn a_wide_identity_needs_no_rotation() {
    for (rows, columns) in [(3, 2), (2, 3), (7, 3), (3, 7), (20, 4)] {
        let proper = assert_decomposes(&DMatrix::identity(rows, columns));
        assert!(total(&proper) < 1e-9, "{rows}×{columns}");
    }
    assert!(total(&assert_decomposes(&DMatrix::zeros(3, 3))) < 1e-9);
}

#[test]
fn a_rotation_is_shared_by_both_factors() {
    // All singular values are equal: each factor takes half the angle, the total is the rotation's own over √2.
    for d in [2, 3, 5, 8] {
        let weight = random_rotation(d, 7);
        let own = Rotation::logarithm(&weight).unwrap().total();
        assert!(total(&assert_decomposes(&weight)) <= own / 2.0_f64.sqrt() * 1.01 + 1e-9, "d = {d}");
    }
}

#[test]
fn the_same_matrix_gives_the_same_gauge() {
    let weight = random_matrix(9, 7, 3);
    let (one, other) = (assert_decomposes(&weight), assert_decomposes(&weight));
    assert_eq!(one.rotation_in, other.rotation_in);
    assert_eq!(one.rotation_out, other.rotation_out);
}

#[test]
fn large_and_degenerate_matrices() {
    assert_decomposes(&random_matrix(130, 130, 1));
    assert_decomposes(&random_matrix(10, 200, 2));
    assert_decomposes(&(random_matrix(60, 3, 3) * random_matrix(3, 60, 4)));
    let permutation = DMatrix::from_fn(40, 40, |i, j| f64::from(u8::from(i == (7 * j + 3) % 40)));
    assert_decomposes(&permutation);
    assert_decomposes(&DMatrix::from_element(12, 12, 1.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_shape_and_rank(rows in 1_usize..12, columns in 1_usize..12, rank in 1_usize..12, seed: u64, scale in -8_i32..8) {
        let rank = rank.min(rows).min(columns);
        let weight = random_matrix(rows, rank, seed) * random_matrix(rank, columns, seed ^ 9) * 10.0_f64.powi(scale);
        let proper = assert_decomposes(&weight);
        let count = proper.factors.iter().filter(|sigma| **sigma > 0.0).count();
        // A multiple of a reflection stretches its padding too.
        let reflects = Svd::new(&weight).unwrap().determinant_sign() == Some(-1) && proper.factors.len() == rank + 1;
        prop_assert!(count == rank || (reflects && count == rank + 1), "{} of {}", count, rank);
    }
}
