//! The gauge of a matrix that is a neighbour of one whose gauge is known: a layer after another step of its training.
//!
//! Seen in the bases V₀ and U₀ of the neighbour, the pairs of W = UΣVᵀ are close to axes where W has moved little:
//! V₀ᵀV and U₀ᵀU are close to the same signed permutation. So the assignment that the search begins with, made there,
//! continues every direction on its axis and with its sign, also where two singular values have changed their order.
//! Nothing is searched: the least rotation would be another arrangement as soon as another one is shorter, which is a jump.
//! Of equal singular values the common basis is turned toward the neighbour's.
//!
//! A direction of W itself may go far while W does not: by ‖ΔW‖ over the distance to the next singular value. Where it goes
//! too far for one step the axes follow it over several (`tilt`). Where a singular value passes through 0 its v stays
//! and its u turns round, once what lies along it is all but compressed away: the determinant changes its sign, and no choice
//! of proper rotations goes past that.

use nalgebra::DMatrix;

use super::arrangement::Arrangement;
use super::assignment::assigned;
use super::factors::ProperSvd;
use super::problem::Problem;
use super::search::Least;
use super::shared;
use super::tilt::{tilted, turned_by};
use crate::linalg::{LinalgError, Rotation, Svd};

impl Svd {
    /// The decomposition with proper U and V whose directions are those of `neighbour`, as near as this matrix has them.
    ///
    /// # Errors
    /// If an iteration does not converge or a logarithm is not accurate.
    pub fn proper_near(&self, neighbour: &ProperSvd) -> Result<ProperSvd, LinalgError> {
        if let Some(shared) = shared::of_orthogonal(self)? {
            return Ok(shared);
        }
        let mut problem = Problem::new(self)?;
        let turn_back = neighbour.rotation_out.clone().inverse();
        let mut seen = problem.clone();
        seen.pairs_v = seen_by(&neighbour.rotation_in, neighbour, &problem.pairs_v);
        seen.pairs_u = seen_by(&turn_back, neighbour, &problem.pairs_u);
        seen.turn_clusters_with(&mut problem)?;
        let mut arrangement = assigned(&seen);
        follow_inputs(&mut arrangement, &seen, &problem);
        let inputs = self.v().nrows();
        let Some(found) = tilted(&arrangement, &problem, neighbour, inputs)? else {
            return Ok(Least::new(&arrangement, &problem)?.into_proper());
        };
        let proper = Least::new(&found.arrangement, &found.problem)?.into_proper();
        Ok(ProperSvd { tilt: Some(found.directions), ..proper })
    }
}

/// Directions as a rotation of the neighbour, in whose space they are the first coordinates, takes them: seen along the
/// neighbour's singular directions.
fn seen_by(rotation: &Rotation, neighbour: &ProperSvd, directions: &DMatrix<f64>) -> DMatrix<f64> {
    let mut turned = turned_by(rotation, directions);
    if let Some(tilt) = &neighbour.tilt {
        let along = tilt.tr_mul(&turned.rows(0, tilt.nrows()));
        turned.rows_mut(0, tilt.nrows()).copy_from(&along);
    }
    turned.resize_vertically(directions.nrows(), 0.0)
}

/// Where v and u of a pair look at opposite sides of its axis, v decides.
fn follow_inputs(arrangement: &mut Arrangement, seen: &Problem, problem: &Problem) {
    let assigned = arrangement.clone();
    for (j, (axis, sign)) in arrangement.axes.iter().zip(&mut arrangement.signs).enumerate() {
        let (v, u) = (seen.pairs_v[(*axis, j)], seen.pairs_u[(*axis, j)]);
        if v * u < 0.0 {
            *sign = v.signum();
        }
    }
    if !arrangement.is_proper(problem) {
        *arrangement = assigned;
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::linalg::testing::random_matrix;

    /// How far the columns of V and U that carry singular values went, at most.
    fn largest_jump(before: &ProperSvd, after: &ProperSvd) -> f64 {
        let matrices =
            |proper: &ProperSvd| [proper.rotation_in.to_matrix().transpose(), proper.rotation_out.to_matrix()];
        let mut largest = 0.0_f64;
        for (one, other) in matrices(before).iter().zip(&matrices(after)) {
            for (axis, factor) in after.factors.iter().enumerate() {
                if *factor > 0.0 {
                    largest = largest.max((one.column(axis) - other.column(axis)).norm());
                }
            }
        }
        largest
    }

    fn is_whole(proper: &ProperSvd, weight: &DMatrix<f64>) -> bool {
        let (u, vt) = (proper.rotation_out.to_matrix(), proper.rotation_in.to_matrix());
        let mut middle = DMatrix::from_diagonal(&proper.factors.clone().into());
        if let Some(tilt) = &proper.tilt {
            middle = tilt * middle * tilt.transpose();
        }
        let stretched = u * middle * vt;
        let padded = weight.clone().resize(stretched.nrows(), stretched.ncols(), 0.0);
        // What flows lies in the first coordinates, as many as the layer has inputs.
        (stretched.columns(0, weight.ncols()) - padded.columns(0, weight.ncols())).norm() < 1e-10
    }

    #[test]
    fn singular_values_that_change_their_order_keep_their_axes() {
        let turn = |angle: f64| DMatrix::from_row_slice(2, 2, &[angle.cos(), -angle.sin(), angle.sin(), angle.cos()]);
        let weight = |s: f64| {
            turn(0.4 + 0.01 * s) * DMatrix::from_diagonal(&nalgebra::dvector![1.2 - 0.02 * s, 1.0]) * turn(-0.9)
        };
        let mut before = Svd::new(&weight(0.0)).unwrap().proper().unwrap();
        for step in 1..=20 {
            let svd = Svd::new(&weight(f64::from(step) + 0.5)).unwrap();
            let after = svd.proper_near(&before).unwrap();
            assert!(is_whole(&after, &weight(f64::from(step) + 0.5)));
            assert!(largest_jump(&before, &after) < 0.02, "{step}: {}", largest_jump(&before, &after));
            before = after;
        }
    }

    #[test]
    fn no_direction_of_a_slow_walk_jumps() {
        for (rows, columns) in [(2, 2), (5, 5), (8, 3), (3, 8), (12, 12), (20, 2)] {
            // Far apart, so that the directions go as slowly as the matrix.
            let base = Svd::new(&random_matrix(rows, columns, 1)).unwrap();
            let rank = rows.min(columns);
            let spread = DMatrix::from_diagonal(&nalgebra::DVector::from_fn(rank, |j, _| 1.0 + j as f64));
            let weight = base.u().columns(0, rank) * spread * base.v().columns(0, rank).transpose();
            let way = random_matrix(rows, columns, 2);
            let way = &way * (0.01 * weight.norm() / way.norm());
            let mut before = Svd::new(&weight).unwrap().proper().unwrap();
            for step in 1..=30 {
                let next = &weight + &way * f64::from(step);
                let svd = Svd::new(&next).unwrap();
                let after = svd.proper_near(&before).unwrap();
                assert!(is_whole(&after, &next), "{rows}x{columns}");
                // Davis and Kahan: ‖ΔW‖ over the distance to the next singular value, √2 of it as chords.
                let values = svd.singular_values();
                let gap = values.windows(2).map(|pair| pair[0] - pair[1]).fold(values[rank - 1], f64::min);
                let bound = 3.0 * way.norm() / gap.min(values[0]);
                let jump = largest_jump(&before, &after);
                assert!(jump <= bound, "{rows}x{columns}, step {step}: {jump} over {bound}");
                before = after;
            }
        }
    }

    #[test]
    fn equal_singular_values_keep_the_basis_of_the_neighbour() {
        // Two equal values: any common basis serves, and that of the neighbour is not the one nearest to the axes.
        let factors = |first: f64| DMatrix::from_diagonal(&nalgebra::dvector![first, 2.0, 0.5]);
        let (left, right) = (Svd::new(&random_matrix(3, 3, 4)).unwrap(), Svd::new(&random_matrix(3, 3, 5)).unwrap());
        let weight = |first: f64| left.u() * factors(first) * right.v().transpose();
        let before = Svd::new(&weight(2.01)).unwrap().proper().unwrap();
        let after = Svd::new(&weight(2.0)).unwrap().proper_near(&before).unwrap();
        assert!(is_whole(&after, &weight(2.0)));
        assert!(largest_jump(&before, &after) < 1e-6, "{}", largest_jump(&before, &after));
    }

    #[test]
    fn a_neighbour_of_another_space_serves_as_far_as_it_reaches() {
        // A reflection needs one dimension more than its neighbour without.
        let weight = DMatrix::from_row_slice(2, 2, &[1.0, 0.2, 0.1, 0.01]);
        let before = Svd::new(&weight).unwrap().proper().unwrap();
        let mirrored = DMatrix::from_row_slice(2, 2, &[1.0, 0.2, 0.1, 0.03]);
        let svd = Svd::new(&mirrored).unwrap();
        assert_ne!(svd.moving_dimension(), before.rotation_in.dimension());
        let after = svd.proper_near(&before).unwrap();
        assert!(is_whole(&after, &mirrored));
        assert!(is_whole(&Svd::new(&weight).unwrap().proper_near(&after).unwrap(), &weight));
    }
}
