//! Where the straight path of an activation stops being one-to-one.

use crate::network::Activation;

/// s* = 1/(1 − min σ') of an activation that is not monotone: past it y ↦ (1−s) y + s σ(y) folds, and there is no
/// velocity field and no inverse. `None` for a monotone one.
///
/// The slope of the map is 1 − s(1 − σ'(y)), first zero where σ' is least.
pub fn fold_time(activation: Activation) -> Option<f64> {
    let least = activation.least_slope();
    (least < 0.0).then(|| 1.0 / (1.0 - least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_with_a_dip_fold() {
        for activation in Activation::ALL {
            let folds = matches!(
                activation,
                Activation::Gelu
                    | Activation::GeluTanh
                    | Activation::Silu
                    | Activation::Swish { .. }
                    | Activation::HardSwish
                    | Activation::Mish
            );
            assert_eq!(fold_time(activation).is_some(), folds, "{activation:?}");
        }
        assert!((fold_time(Activation::Silu).unwrap() - 1.0 / 1.0998).abs() < 1e-4);
        assert!((fold_time(Activation::LeakyRelu { negative_slope: -1.0 }).unwrap() - 0.5).abs() < 1e-15);
    }
}
