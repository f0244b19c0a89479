//! The activation functions σ of a layer and their slopes.
//!
//! All of them act on one coordinate at a time, except softmax, which acts on the whole vector.

mod elementary;
mod parameters;
#[cfg(test)]
mod tests;

pub use elementary::Elementary;

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
    /// σ(x) = x held between `low` and `high`; from 0 to 6 it is called ReLU6.
    HardTanh {
        /// The least value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// σ(x) = `slope`·x + `shift`, held between 0 and 1.
    HardSigmoid {
        /// The slope of the middle part.
        slope: f64,
        /// σ(0).
        shift: f64,
    },
    /// σ(x) = x·min(max(x/6 + ½, 0), 1).
    HardSwish,
    /// σ(x) = x for x ≥ 0, else α(e^{x/α} − 1).
    Celu {
        /// The value −α is approached for x → −∞, with slope 1 at 0 whatever it is.
        alpha: f64,
    },
    /// σ(x) = λx for x ≥ 0, else λα(eˣ − 1), with the constants that keep mean 0 and variance 1 (Klambauer et al. 2017).
    Selu,
    /// σ(x) = x·tanh(ln(1 + eˣ)).
    Mish,
    /// σ(x) = x/(1 + |x|).
    Softsign,
    /// σ(x) = ln(1/(1 + e⁻ˣ)).
    LogSigmoid,
    /// σ(x) = x − tanh x.
    TanhShrink,
    /// σ(x) = x − `lambda` above `lambda`, x + `lambda` below −`lambda`, 0 between.
    SoftShrink {
        /// λ ≥ 0.
        lambda: f64,
    },
    /// σ(x) = x/(1 + e^{−βx}); with β = 1.702 the quick GELU.
    Swish {
        /// β.
        beta: f64,
    },
    /// σ(x) = (x + √(x² + `b`))/2.
    Squareplus {
        /// b ≥ 0.
        b: f64,
    },
    /// σ(x) = 0 below −1, (x + 1)²/4 up to 1, x above.
    SparsePlus,
    /// σ(x) = x where |x| > `lambda`, else 0: it jumps.
    HardShrink {
        /// λ ≥ 0.
        lambda: f64,
    },
    /// σ(x) = x above `threshold`, else 0: it jumps.
    ThresholdedRelu {
        /// Where it jumps.
        threshold: f64,
    },
    /// An elementary function, as graphs apply them.
    Elementary(Elementary),
    /// σ(x)_i = e^{x_i} / Σ_j e^{x_j}: acts on the whole vector.
    Softmax,
}

/// The slope of leaky ReLU where a file does not name one (PyTorch's default).
pub const DEFAULT_NEGATIVE_SLOPE: f64 = 0.01;
/// The α of ELU where a file does not name one.
pub const DEFAULT_ALPHA: f64 = 1.0;
/// β of the swish that stands for GELU where it must be quick.
pub const QUICK_GELU: f64 = 1.702;
/// The cubic coefficient in the tanh approximation of GELU (Hendrycks & Gimpel 2016).
pub const GELU_TANH_CUBIC: f64 = 0.044715;
/// α of SELU, to the digits that its authors and all libraries give.
pub const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
/// λ of SELU.
pub const SELU_LAMBDA: f64 = 1.050_700_987_355_480_5;
/// Mish'(x) is least here, by bisection of its second derivative.
const MISH_STEEPEST_DESCENT: f64 = -2.256_376_39;
/// Mish'(x) is largest here, by bisection of its second derivative.
const MISH_STEEPEST_ASCENT: f64 = 1.490_571_19;
/// SiLU'(x) is least here. With s = 1/(1 + e⁻ˣ), s' = s(1 − s) and s'' = s'(1 − 2s) = −s'·tanh(x/2), SiLU = x·s has
/// SiLU'' = 2s' + x·s'' = s'·(2 − x·tanh(x/2)): zero at ±x with x·tanh(x/2) = 2. SiLU' rises from here to the positive
/// one; here it is −0.0998.
const SILU_STEEPEST_DESCENT: f64 = -2.399_357_280_515_467_5;
/// The tanh approximation of GELU is steepest downward here; found by bisection of its second derivative.
const GELU_TANH_STEEPEST_DESCENT: f64 = -1.418_943_213_374_9;

impl Activation {
    /// Every continuous activation with its default parameter, in the order in which menus show them.
    pub const ALL: [Activation; 25] = [
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
        Activation::RELU6,
        Activation::HardTanh { low: -1.0, high: 1.0 },
        Activation::HardSigmoid { slope: 1.0 / 6.0, shift: 0.5 },
        Activation::HardSwish,
        Activation::Celu { alpha: DEFAULT_ALPHA },
        Activation::Selu,
        Activation::Mish,
        Activation::Softsign,
        Activation::LogSigmoid,
        Activation::TanhShrink,
        Activation::SoftShrink { lambda: 0.5 },
        Activation::Swish { beta: QUICK_GELU },
        Activation::Squareplus { b: 4.0 },
        Activation::SparsePlus,
    ];
    /// The activations that jump, with their default parameter.
    pub const JUMPING: [Activation; 2] =
        [Activation::HardShrink { lambda: 0.5 }, Activation::ThresholdedRelu { threshold: 1.0 }];
    /// ReLU held below 6.
    pub const RELU6: Activation = Activation::HardTanh { low: 0.0, high: 6.0 };

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
            Activation::RELU6 => "relu6",
            Activation::HardTanh { .. } => "hard_tanh",
            Activation::HardSigmoid { .. } => "hard_sigmoid",
            Activation::HardSwish => "hard_swish",
            Activation::Celu { .. } => "celu",
            Activation::Selu => "selu",
            Activation::Mish => "mish",
            Activation::Softsign => "softsign",
            Activation::LogSigmoid => "log_sigmoid",
            Activation::TanhShrink => "tanh_shrink",
            Activation::SoftShrink { .. } => "soft_shrink",
            Activation::Swish { .. } => "swish",
            Activation::Squareplus { .. } => "squareplus",
            Activation::SparsePlus => "sparse_plus",
            Activation::HardShrink { .. } => "hard_shrink",
            Activation::ThresholdedRelu { .. } => "thresholded_relu",
            Activation::Elementary(function) => function.name(),
        }
    }

    /// The activation of this name, with its default parameter; `None` for a name that is not known.
    pub fn from_name(name: &str) -> Option<Activation> {
        let elementary = Elementary::ALL.into_iter().map(Activation::Elementary);
        let mut all = Activation::ALL.into_iter().chain(Activation::JUMPING).chain(elementary);
        all.find(|activation| activation.name() == name)
    }

    /// Whether σ acts on each coordinate by itself (all but softmax).
    pub fn is_coordinatewise(self) -> bool {
        self != Activation::Softmax
    }

    /// σ(x) of one coordinate; NaN of NaN. Softmax has no such value; of a single coordinate it is 1.
    pub fn value(self, x: f64) -> f64 {
        // The larger of NaN and a number is the number: the maxima below would make health of what is broken.
        if x.is_nan() {
            return x;
        }
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
            Activation::HardTanh { low, high } => x.max(low).min(high),
            Activation::HardSigmoid { slope, shift } => (slope * x + shift).clamp(0.0, 1.0),
            Activation::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Activation::Celu { alpha } => x.max(0.0) + alpha * (x.min(0.0) / alpha).exp_m1(),
            Activation::Selu => SELU_LAMBDA * (x.max(0.0) + SELU_ALPHA * x.min(0.0).exp_m1()),
            Activation::Mish => x * Activation::Softplus.value(x).tanh(),
            Activation::Softsign => x / (1.0 + x.abs()),
            Activation::LogSigmoid => -Activation::Softplus.value(-x),
            Activation::TanhShrink => x - x.tanh(),
            Activation::SoftShrink { lambda } => (x - lambda).max(0.0) + (x + lambda).min(0.0),
            Activation::Swish { beta } => x * sigmoid(beta * x),
            Activation::Squareplus { b } => squareplus(x, b),
            Activation::SparsePlus if x <= -1.0 => 0.0,
            Activation::SparsePlus if x >= 1.0 => x,
            Activation::SparsePlus => 0.25 * (x + 1.0) * (x + 1.0),
            Activation::HardShrink { lambda } if x.abs() <= lambda => 0.0,
            Activation::HardShrink { .. } => x,
            Activation::ThresholdedRelu { threshold } if x <= threshold => 0.0,
            Activation::ThresholdedRelu { .. } => x,
            Activation::Elementary(function) => function.value(x),
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
            Activation::HardTanh { low, high } => step(x >= low && x < high),
            Activation::HardSigmoid { slope, shift } => slope * step((0.0..1.0).contains(&(slope * x + shift))),
            Activation::HardSwish if x < -3.0 => 0.0,
            Activation::HardSwish if x >= 3.0 => 1.0,
            Activation::HardSwish => x / 3.0 + 0.5,
            Activation::Celu { .. } | Activation::Selu if x >= 0.0 => {
                if self == Activation::Selu {
                    SELU_LAMBDA
                } else {
                    1.0
                }
            }
            Activation::Celu { alpha } => (x / alpha).exp(),
            Activation::Selu => SELU_LAMBDA * SELU_ALPHA * x.exp(),
            Activation::Mish => {
                let tanh = Activation::Softplus.value(x).tanh();
                tanh + x * (1.0 - tanh * tanh) * sigmoid(x)
            }
            Activation::Softsign => (1.0 + x.abs()).powi(-2),
            Activation::LogSigmoid => sigmoid(-x),
            Activation::TanhShrink => x.tanh().powi(2),
            Activation::SoftShrink { lambda } => step(x >= lambda || x < -lambda),
            Activation::Swish { beta } => {
                let gate = sigmoid(beta * x);
                gate * (1.0 + beta * x * (1.0 - gate))
            }
            Activation::Squareplus { b } => 0.5 + 0.5 * x / (x * x + b).sqrt(),
            Activation::SparsePlus => (0.5 * (x + 1.0)).clamp(0.0, 1.0),
            Activation::HardShrink { lambda } => step(x.abs() > lambda),
            Activation::ThresholdedRelu { threshold } => step(x > threshold),
            Activation::Elementary(function) => function.slope(x),
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
            // The slope of x·sigmoid(βx) at x is that of SiLU at βx.
            Activation::Swish { .. } => Activation::Silu.least_slope(),
            Activation::HardSigmoid { slope, .. } => slope.min(0.0),
            Activation::HardSwish => -0.5,
            Activation::Mish => self.slope(MISH_STEEPEST_DESCENT),
            // A jump down at a negative threshold.
            Activation::ThresholdedRelu { threshold } if threshold < 0.0 => f64::NEG_INFINITY,
            Activation::Elementary(function) => function.least_slope(),
            Activation::HardTanh { .. }
            | Activation::Celu { .. }
            | Activation::Selu
            | Activation::Softsign
            | Activation::LogSigmoid
            | Activation::TanhShrink
            | Activation::SoftShrink { .. }
            | Activation::Squareplus { .. }
            | Activation::SparsePlus
            | Activation::HardShrink { .. }
            | Activation::ThresholdedRelu { .. }
            | Activation::Relu
            | Activation::Tanh
            | Activation::Sigmoid
            | Activation::Softplus
            | Activation::Softmax => 0.0,
        }
    }

    /// A bound of |σ'| over the real line, the least one; of softmax, of the norm of its Jacobian matrix.
    pub fn steepest_slope(self) -> f64 {
        match self {
            Activation::LeakyRelu { negative_slope } => negative_slope.abs().max(1.0),
            Activation::Elu { alpha } => alpha.abs().max(1.0),
            Activation::Sigmoid => 0.25,
            // σ(x) = x·g(x) with g(x) + g(−x) = 1 has σ'(x) + σ'(−x) = 1.
            Activation::Gelu | Activation::GeluTanh | Activation::Silu | Activation::Swish { .. } => {
                1.0 - self.least_slope()
            }
            Activation::HardSigmoid { slope, .. } => slope.abs(),
            Activation::HardSwish => 1.5,
            Activation::Selu => SELU_LAMBDA * SELU_ALPHA,
            Activation::Mish => self.slope(MISH_STEEPEST_ASCENT),
            Activation::HardShrink { .. } | Activation::ThresholdedRelu { .. } => f64::INFINITY,
            Activation::Elementary(function) => function.steepest_slope(),
            Activation::HardTanh { .. }
            | Activation::Celu { .. }
            | Activation::Softsign
            | Activation::LogSigmoid
            | Activation::TanhShrink
            | Activation::SoftShrink { .. }
            | Activation::Squareplus { .. }
            | Activation::SparsePlus => 1.0,
            // diag p − p pᵀ has norm at most ½, reached for two equal probabilities.
            Activation::Softmax => 0.5,
            Activation::Identity | Activation::Relu | Activation::Tanh | Activation::Softplus => 1.0,
        }
    }

    /// Where σ bends sharply or jumps: places where its slope is not continuous.
    pub fn kinks(self) -> Vec<f64> {
        match self {
            Activation::Relu
            | Activation::LeakyRelu { .. }
            | Activation::Elu { .. }
            | Activation::Selu
            | Activation::Elementary(Elementary::Abs | Elementary::Sign | Elementary::Nonzero | Elementary::Positive) =>
            {
                vec![0.0]
            }
            Activation::HardTanh { low, high } => vec![low, high],
            Activation::HardSigmoid { slope, shift } if slope != 0.0 => vec![-shift / slope, (1.0 - shift) / slope],
            Activation::HardSwish => vec![-3.0, 3.0],
            Activation::SoftShrink { lambda } | Activation::HardShrink { lambda } => vec![-lambda, lambda],
            Activation::ThresholdedRelu { threshold } => vec![threshold],
            _ => Vec::new(),
        }
    }

    /// Whether σ is straight between its kinks.
    pub fn is_piecewise_linear(self) -> bool {
        matches!(
            self,
            Activation::Identity
                | Activation::Relu
                | Activation::LeakyRelu { .. }
                | Activation::HardTanh { .. }
                | Activation::HardSigmoid { .. }
                | Activation::SoftShrink { .. }
                | Activation::Elementary(Elementary::Abs)
        )
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

fn step(is_on: bool) -> f64 {
    f64::from(u8::from(is_on))
}

/// (x + √(x² + b))/2; left of 0, where the two all but cancel, as b/(2(√(x² + b) − x)).
fn squareplus(x: f64, b: f64) -> f64 {
    let root = (x * x + b).sqrt();
    if x >= 0.0 || b == 0.0 { 0.5 * (x + root) } else { 0.5 * b / (root - x) }
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
