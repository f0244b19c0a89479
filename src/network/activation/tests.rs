//! Values and slopes of activations.

use super::*;

#[test]
fn names_are_read_back() {
    for activation in Activation::ALL.into_iter().chain(Activation::JUMPING) {
        assert_eq!(Activation::from_name(activation.name()), Some(activation));
        let parameters = activation.parameters();
        let given = |name: &str| parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        assert_eq!(Activation::from_name(activation.name()).unwrap().with_parameters(given), activation);
    }
    for function in Elementary::ALL {
        assert_eq!(Activation::from_name(function.name()), Some(Activation::Elementary(function)));
    }
    assert_eq!(Activation::from_name("swish-ish"), None);
}

#[test]
fn slopes_agree_with_central_differences() {
    let h = 1e-6;
    for activation in Activation::ALL.into_iter().filter(|a| a.is_coordinatewise()) {
        for i in -60..60 {
            let x = f64::from(i) * 0.1 + 0.033;
            let difference = (activation.value(x + h) - activation.value(x - h)) / (2.0 * h);
            assert!((activation.slope(x) - difference).abs() < 1e-8, "{activation:?} at {x}");
        }
    }
}

/// Slopes on a grid, far out, and on both sides of each kink.
fn sampled_slopes(activation: Activation) -> impl Iterator<Item = f64> {
    let grid = (-40_000..40_000).map(|i| f64::from(i) * 1e-3);
    let beside = activation.kinks().into_iter().flat_map(|kink| [kink - 1e-9, kink + 1e-9]);
    grid.chain([-1e6, 1e6]).chain(beside).map(move |x| activation.slope(x))
}

#[test]
fn least_slope_is_a_lower_bound_and_nearly_reached() {
    for activation in Activation::ALL.into_iter().filter(|a| a.is_coordinatewise()) {
        let sampled = sampled_slopes(activation).fold(f64::INFINITY, f64::min);
        let least = activation.least_slope();
        assert!(least <= sampled + 1e-12, "{activation:?}: {least} above {sampled}");
        assert!(sampled - least < 1e-5, "{activation:?}: {least} far below {sampled}");
    }
}

#[test]
fn steepest_slope_is_an_upper_bound_and_nearly_reached() {
    for activation in Activation::ALL.into_iter().filter(|a| a.is_coordinatewise()) {
        let sampled = sampled_slopes(activation).map(f64::abs).fold(0.0, f64::max);
        let steepest = activation.steepest_slope();
        assert!(sampled <= steepest + 1e-12 && steepest - sampled < 1e-5, "{activation:?}: {steepest}, {sampled}");
    }
}

#[test]
fn tails_keep_their_relative_accuracy() {
    // Φ(−10) = 7.61985302416052606597e−24.
    let tail = Activation::Gelu.value(-10.0) / -7.619_853_024_160_526e-23;
    assert!((tail - 1.0).abs() < 1e-12);
    assert!((Activation::Softplus.value(-50.0) / (-50.0_f64).exp() - 1.0).abs() < 1e-12);
    let mut huge = [1000.0, 999.0, -1000.0];
    softmax(&mut huge);
    assert!((huge.iter().sum::<f64>() - 1.0).abs() < 1e-15 && huge.iter().all(|p| p.is_finite()));
}

#[test]
fn what_is_not_a_number_stays_so() {
    let of_one = Activation::ALL.into_iter().filter(|activation| activation.is_coordinatewise());
    for activation in of_one {
        assert!(activation.value(f64::NAN).is_nan(), "{}", activation.name());
    }
}

#[test]
fn silu_is_steepest_downward_where_its_second_derivative_is_zero() {
    let x = super::gated::SILU_STEEPEST_DESCENT;
    assert!((x * (0.5 * x).tanh() - 2.0).abs() < 1e-14);
    let (here, beside) = (Activation::Silu.slope(x), 1e-3);
    assert!(here < Activation::Silu.slope(x - beside) && here < Activation::Silu.slope(x + beside));
}
