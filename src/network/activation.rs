//! The activation functions σ of a layer and their slopes.
//!
//! All of them act on one coordinate at a time, except softmax, which acts on the whole vector.

use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

/// An activation function σ, as a layer of a plain net applies it to W·x + b.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Activation {
    /// σ(x) = x: the layer is affine.
    #[default]
    Identity,
    /// σ(x) = max(x, 0).
    Relu,
    /// σ(x) = x for x ≥ 0, else `negative_slope`·x.
    LeakyRelu {
        /// The slope for x < 0.
        negative_slope: f64,
    },
    /// σ(x) = x for x ≥ 0, else `alpha`·(eˣ − 1).
    Elu {
        /// The value −α is approached for x → −∞.
        alpha: f64,
    },
    /// σ(x) = tanh x.
    Tanh,
    /// σ(x) = 1/(1 + e⁻ˣ).
    Sigmoid,
    /// σ(x) = ln(1 + eˣ).
    Softplus,
    /// σ(x) = x·Φ(x), Φ the normal distribution function (exact, by erf).
    Gelu,
    /// The tanh approximation of GELU: x/2·(1 + tanh(√(2/π)(x + 0.044715 x³))).
    GeluTanh,
    /// σ(x) = x/(1 + e⁻ˣ), also called swish.
    Silu,
    /// σ(x)_i = e^{x_i} / Σ_j e^{x_j}: acts on the whole vector.
    Softmax,
}

/// The slope of leaky ReLU where a file does not name one (PyTorch's default).
pub const DEFAULT_NEGATIVE_SLOPE: f64 = 0.01;
/// The α of ELU where a file does not name one.
pub const DEFAULT_ALPHA: f64 = 1.0;
/// The cubic coefficient in the tanh approximation of GELU (Hendrycks & Gimpel 2016).
pub const GELU_TANH_CUBIC: f64 = 0.044715;
/// SiLU'(x) is least at the root of x = 2·coth(x/2)·…, here to full precision; there SiLU' = −0.0998.
const SILU_STEEPEST_DESCENT: f64 = -2.399_357_280_520_467;
/// The tanh approximation of GELU is steepest downward here; found by bisection of its second derivative.
const GELU_TANH_STEEPEST_DESCENT: f64 = -1.418_943_213_374_9;

impl Activation {
    /// Every activation with its default parameter, in the order in which menus show them.
    pub const ALL: [Activation; 11] = [
        Activation::Identity,
        Activation::Relu,
        Activation::LeakyRelu { negative_slope: DEFAULT_NEGATIVE_SLOPE },
        Activation::Elu { alpha: DEFAULT_ALPHA },
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Gelu,
        Activation::GeluTanh,
        Activation::Silu,
        Activation::Softmax,
    ];

    /// The name used in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Identity => "identity",
            Activation::Relu => "relu",
            Activation::LeakyRelu { .. } => "leaky_relu",
            Activation::Elu { .. } => "elu",
            Activation::Tanh => "tanh",
            Activation::Sigmoid => "sigmoid",
            Activation::Softplus => "softplus",
            Activation::Gelu => "gelu",
            Activation::GeluTanh => "gelu_tanh",
            Activation::Silu => "silu",
            Activation::Softmax => "softmax",
        }
    }

    /// The activation of this name, with its default parameter; `None` for a name that is not known.
    pub fn from_name(name: &str) -> Option<Activation> {
        Activation::ALL.into_iter().find(|activation| activation.name() == name)
    }

    /// Whether σ acts on each coordinate by itself (all but softmax).
    pub fn is_coordinatewise(self) -> bool {
        self != Activation::Softmax
    }

    /// σ(x) of one coordinate. Softmax has no such value; of a single coordinate it is 1.
    pub fn value(self, x: f64) -> f64 {
        match self {
            Activation::Identity => x,
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu { negative_slope } => {
                if x >= 0.0 {
                    x
                } else {
                    negative_slope * x
                }
            }
            Activation::Elu { alpha } => {
                if x >= 0.0 {
                    x
                } else {
                    alpha * x.exp_m1()
                }
            }
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => sigmoid(x),
            // max(x, 0) + ln(1 + e^{−|x|}) neither overflows nor loses the tail.
            Activation::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Activation::Gelu => x * normal_cdf(x),
            // 1 + tanh z = 2·sigmoid(2z), which keeps the relative accuracy of the left tail.
            Activation::GeluTanh => x * sigmoid(2.0 * gelu_tanh_argument(x)),
            Activation::Silu => x * sigmoid(x),
            Activation::Softmax => 1.0,
        }
    }

    /// σ'(x) of one coordinate; at a kink the slope from the right. Softmax: 0, as for a single coordinate.
    pub fn slope(self, x: f64) -> f64 {
        match self {
            Activation::Identity => 1.0,
            Activation::Relu => f64::from(u8::from(x >= 0.0)),
            Activation::LeakyRelu { negative_slope } => {
                if x >= 0.0 {
                    1.0
                } else {
                    negative_slope
                }
            }
            Activation::Elu { alpha } => {
                if x >= 0.0 {
                    1.0
                } else {
                    alpha * x.exp()
                }
            }
            Activation::Tanh => {
                let value = x.tanh();
                1.0 - value * value
            }
            Activation::Sigmoid => sigmoid(x) * sigmoid(-x),
            Activation::Softplus => sigmoid(x),
            Activation::Gelu => normal_cdf(x) + x * normal_density(x),
            Activation::GeluTanh => {
                let gate = sigmoid(2.0 * gelu_tanh_argument(x));
                let argument_slope = (2.0 / PI).sqrt() * (1.0 + 3.0 * GELU_TANH_CUBIC * x * x);
                gate + x * 2.0 * gate * (1.0 - gate) * argument_slope
            }
            Activation::Silu => {
                let gate = sigmoid(x);
                gate * (1.0 + x * (1.0 - gate))
            }
            Activation::Softmax => 0.0,
        }
    }

    /// inf σ' over the real line. Where it is negative σ is not monotone and its flow folds.
    pub fn least_slope(self) -> f64 {
        match self {
            Activation::Identity => 1.0,
            Activation::LeakyRelu { negative_slope } => negative_slope.min(1.0),
            Activation::Elu { alpha } => alpha.min(0.0),
            // GELU'' = (2 − x²)·φ(x), so GELU' is least at x = −√2.
            Activation::Gelu => self.slope(-SQRT_2),
            Activation::GeluTanh => self.slope(GELU_TANH_STEEPEST_DESCENT),
            Activation::Silu => self.slope(SILU_STEEPEST_DESCENT),
            Activation::Relu | Activation::Tanh | Activation::Sigmoid | Activation::Softplus | Activation::Softmax => {
                0.0
            }
        }
    }

    /// A bound of |σ'| over the real line, the least one; of softmax, of the norm of its Jacobian matrix.
    pub fn steepest_slope(self) -> f64 {
        match self {
            Activation::LeakyRelu { negative_slope } => negative_slope.abs().max(1.0),
            Activation::Elu { alpha } => alpha.abs().max(1.0),
            Activation::Sigmoid => 0.25,
            // σ(x) = x·g(x) with g(x) + g(−x) = 1 has σ'(x) + σ'(−x) = 1.
            Activation::Gelu | Activation::GeluTanh | Activation::Silu => 1.0 - self.least_slope(),
            // diag p − p pᵀ has norm at most ½, reached for two equal probabilities.
            Activation::Softmax => 0.5,
            Activation::Identity | Activation::Relu | Activation::Tanh | Activation::Softplus => 1.0,
        }
    }

    /// Applies σ in place to one layer's vector.
    pub fn apply(self, vector: &mut [f64]) {
        match self {
            Activation::Identity => {}
            Activation::Softmax => softmax(vector),
            _ => vector.iter_mut().for_each(|x| *x = self.value(*x)),
        }
    }
}

/// 1/(1 + e⁻ˣ), without overflow and with relative accuracy in both tails.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// Replaces a vector by its softmax; the largest entry is subtracted first so that nothing overflows.
pub fn softmax(vector: &mut [f64]) {
    let largest = vector.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for x in vector.iter_mut() {
        *x = (*x - largest).exp();
        sum += *x;
    }
    vector.iter_mut().for_each(|x| *x /= sum);
}

/// Φ(x); erfc keeps the relative accuracy of the left tail, which 1 + erf would lose.
fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

fn gelu_tanh_argument(x: f64) -> f64 {
    (2.0 / PI).sqrt() * (x + GELU_TANH_CUBIC * x * x * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for activation in Activation::ALL {
            assert_eq!(Activation::from_name(activation.name()), Some(activation));
        }
        assert_eq!(Activation::from_name("swish-ish"), None);
    }

    #[test]
    fn slopes_agree_with_central_differences() {
        let h = 1e-6;
        for activation in Activation::ALL.into_iter().filter(|a| a.is_coordinatewise()) {
            for i in -60..60 {
                let x = f64::from(i) * 0.1 + 0.05;
                let difference = (activation.value(x + h) - activation.value(x - h)) / (2.0 * h);
                assert!((activation.slope(x) - difference).abs() < 1e-8, "{activation:?} at {x}");
            }
        }
    }

    #[test]
    fn least_slope_is_a_lower_bound_and_nearly_reached() {
        for activation in Activation::ALL.into_iter().filter(|a| a.is_coordinatewise()) {
            let sampled =
                (-40_000..40_000).map(|i| activation.slope(f64::from(i) * 1e-3)).fold(f64::INFINITY, f64::min);
            let least = activation.least_slope();
            assert!(least <= sampled + 1e-12, "{activation:?}: {least} above {sampled}");
            assert!(sampled - least < 1e-5, "{activation:?}: {least} far below {sampled}");
        }
    }

    #[test]
    fn steepest_slope_is_an_upper_bound_and_nearly_reached() {
        for activation in Activation::ALL.into_iter().filter(|a| a.is_coordinatewise()) {
            let slopes = (-40_000..40_000).map(|i| activation.slope(f64::from(i) * 1e-3).abs());
            let (sampled, steepest) = (slopes.fold(0.0, f64::max), activation.steepest_slope());
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
}
