//! The activation functions σ of a layer and their slopes.
//!
//! All of them act on one coordinate at a time, except softmax, which acts on the whole vector.

mod elementary;
mod parameters;
mod slopes;
#[cfg(test)]
mod tests;
mod value;

pub use elementary::Elementary;
pub use value::{sigmoid, softmax};

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
}
