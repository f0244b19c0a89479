//! Undoing a part of an activation: which y had (1−s) y + s σ(y) = x?

use nalgebra::DVector;

use super::{NoVelocity, fold};
use crate::network::{Activation, softmax};

/// Newton steps at most; a step outside the bracket is replaced by bisection, so this many always reach rounding.
const STEPS: usize = 200;
/// Doublings of the bracket at most: from 1 past the largest double.
const DOUBLINGS: usize = 1100;
/// Halvings of a softmax step at most before it is taken for converged.
const HALVINGS: usize = 50;
/// A softmax residual below this, relative to the position, is rounding.
const SOFTMAX_TOLERANCE: f64 = 1e-15;

/// The start y of the path that is at `position` at phase time s, for a layer's own coordinates.
///
/// # Errors
/// Past the fold of an activation that is not monotone, at s = 1 where σ has lost the information, or if the bounded
/// iteration does not converge.
pub(super) fn start_of_path(activation: Activation, position: &mut [f64], s: f64) -> Result<(), NoVelocity> {
    if let Some(fold) = fold::fold_time(activation).filter(|fold| s >= *fold) {
        return Err(NoVelocity::Fold { fold });
    }
    if s == 0.0 {
        return Ok(());
    }
    match activation {
        Activation::Softmax => softmax_start(position, s),
        _ => {
            for x in position.iter_mut() {
                *x = coordinate_start(activation, *x, s)?;
            }
            Ok(())
        }
    }
}

fn coordinate_start(activation: Activation, x: f64, s: f64) -> Result<f64, NoVelocity> {
    match activation {
        Activation::Identity => return Ok(x),
        Activation::Relu if x >= 0.0 => return Ok(x),
        Activation::Relu if s < 1.0 => return Ok(x / (1.0 - s)),
        Activation::LeakyRelu { negative_slope } => {
            return Ok(if x >= 0.0 { x } else { x / (1.0 - s + s * negative_slope) });
        }
        Activation::Elu { .. } if x >= 0.0 => return Ok(x),
        _ => {}
    }
    let excess = |y: f64| (1.0 - s) * y + s * activation.value(y) - x;
    let (mut low, mut high) = bracket(x, excess).ok_or(NoVelocity::OutsideRange)?;
    let mut y = x.clamp(low, high);
    for _ in 0..STEPS {
        let value = excess(y);
        if value == 0.0 {
            return Ok(y);
        }
        if value > 0.0 {
            high = y
        } else {
            low = y
        }
        let newton = y - value / (1.0 - s + s * activation.slope(y));
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        // Newton comes from one side and then goes to and fro between neighbouring numbers: the other end of the bracket
        // need not move at all.
        let settled = (next - y).abs() <= 2.0 * f64::EPSILON * next.abs();
        if settled || high - low <= f64::EPSILON * high.abs().max(low.abs()) {
            return Ok(next);
        }
        y = next;
    }
    Ok(y)
}

/// An interval on whose ends the increasing function `excess` has opposite signs.
fn bracket(around: f64, excess: impl Fn(f64) -> f64) -> Option<(f64, f64)> {
    let mut reach = 1.0;
    for _ in 0..DOUBLINGS {
        let (low, high) = (around - reach, around + reach);
        if excess(low) <= 0.0 && excess(high) >= 0.0 {
            return Some((low, high));
        }
        reach *= 2.0;
    }
    None
}

/// Softmax is the gradient of L(y) = ln Σ e^{y_i}, so y minimises the strictly convex
/// F(y) = (1−s)|y|²/2 + s L(y) − x·y. Newton with halved steps; the Hessian (1−s) I + s(diag p − p pᵀ) is a diagonal
/// and one dyad (Sherman–Morrison).
fn softmax_start(position: &mut [f64], s: f64) -> Result<(), NoVelocity> {
    if s >= 1.0 {
        return Err(NoVelocity::OutsideRange);
    }
    let x = DVector::from_column_slice(position);
    let residual = |y: &DVector<f64>| {
        let mut p = y.clone();
        softmax(p.as_mut_slice());
        (y * (1.0 - s) + &p * s - &x, p)
    };
    let mut y = x.clone();
    let (mut gradient, mut p) = residual(&y);
    for _ in 0..STEPS {
        let length = gradient.norm();
        if length <= SOFTMAX_TOLERANCE * (1.0 + x.norm()) {
            break;
        }
        let diagonal = p.map(|p| 1.0 - s + s * p);
        let solved = gradient.component_div(&diagonal);
        let dyad = p.component_div(&diagonal);
        let newton = &solved + &dyad * (s * p.dot(&solved) / (1.0 - s * p.dot(&dyad)));
        let mut step = 1.0;
        let mut accepted = false;
        for _ in 0..HALVINGS {
            let next = &y - &newton * step;
            let (next_gradient, next_p) = residual(&next);
            if next_gradient.norm() < length {
                (y, gradient, p, accepted) = (next, next_gradient, next_p, true);
                break;
            }
            step *= 0.5;
        }
        if !accepted {
            break;
        }
    }
    position.copy_from_slice(y.as_slice());
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn paths_are_traced_back(choice in 0..Activation::ALL.len(), s in 0.0..0.99_f64, y in prop::collection::vec(-12.0..12.0_f64, 1..6)) {
            let activation = Activation::ALL[choice];
            let mut end = y.clone();
            activation.apply(&mut end);
            let mut position: Vec<f64> = y.iter().zip(&end).map(|(y, end)| (1.0 - s) * y + s * end).collect();
            match fold::fold_time(activation) {
                // Close to the fold the inverse exists but is badly conditioned.
                Some(fold) if s >= fold => prop_assert_eq!(start_of_path(activation, &mut position, s), Err(NoVelocity::Fold { fold })),
                Some(fold) if s > 0.9 * fold => {}
                _ => {
                    start_of_path(activation, &mut position, s).unwrap();
                    for (found, y) in position.iter().zip(&y) {
                        prop_assert!((found - y).abs() <= 1e-9 * (1.0 + y.abs()), "{activation:?} s = {s}: {found} instead of {y}");
                    }
                }
            }
        }
    }

    #[test]
    fn at_the_end_what_the_activation_lost_is_not_found() {
        let mut reached = [0.3];
        start_of_path(Activation::Tanh, &mut reached, 1.0).unwrap();
        assert!((reached[0] - 0.3_f64.atanh()).abs() < 1e-14);
        assert_eq!(start_of_path(Activation::Tanh, &mut [1.5], 1.0), Err(NoVelocity::OutsideRange));
        assert_eq!(start_of_path(Activation::Relu, &mut [-0.5], 1.0), Err(NoVelocity::OutsideRange));
    }
}
