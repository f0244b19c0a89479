//! The table of all activations. A new one is a type with a [`Shape`] in a file of this folder and a row here, and the
//! name that a format of files has for it in that format's own list.

use super::elementary::Elementary;
use super::exponential::DEFAULT_ALPHA;
use super::gated::QUICK_GELU;
use super::linear::DEFAULT_NEGATIVE_SLOPE;
use super::shape::{Shape, SlopeRange};

/// A row: the variant with its parameters, its name in files, the file with its formulas, and what menus show of it with
/// the usual parameters: in the order of the rows, those that jump apart.
macro_rules! activations {
    ($(
        $(#[$attribute:meta])*
        $variant:ident $({ $($(#[$note:meta])* $parameter:ident,)* })? = $name:literal in $file:ident
            $(continuous [$($continuous:expr),*])? $(jumping [$($jumping:expr),*])?;
    )*) => {
        /// An activation function σ, as a layer of a plain net applies it to W·x + b.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub enum Activation {
            $($(#[$attribute])* $variant $({ $($(#[$note])* $parameter: f64,)* })?,)*
            /// An elementary function, as graphs apply them.
            Elementary(Elementary),
        }

        impl Activation {
            /// Every continuous activation with its default parameter, in the order in which menus show them.
            pub const ALL: [Activation; [$($($($continuous,)*)?)*].len()] = [$($($($continuous,)*)?)*];
            /// The activations that jump, with their default parameter.
            pub const JUMPING: [Activation; [$($($($jumping,)*)?)*].len()] = [$($($($jumping,)*)?)*];

            /// The name used in files and on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    Activation::RELU6 => "relu6",
                    $(Activation::$variant { .. } => $name,)*
                    Activation::Elementary(function) => function.name(),
                }
            }

            /// The parameters that a file must keep, with their names: `negative_slope`, `alpha`, …; none for most.
            pub fn parameters(self) -> Vec<(&'static str, f64)> {
                match self {
                    Activation::RELU6 | Activation::Elementary(_) => Vec::new(),
                    $(Activation::$variant $({ $($parameter,)* })? =>
                        vec![$($((stringify!($parameter), $parameter),)*)?],)*
                }
            }

            /// The same activation with other parameters; `given` answers the value of a parameter's name where there
            /// is one.
            pub fn with_parameters(self, given: impl Fn(&str) -> Option<f64>) -> Activation {
                match self {
                    Activation::RELU6 | Activation::Elementary(_) => self,
                    $(Activation::$variant $({ $($parameter,)* })? => Activation::$variant $({
                        $($parameter: given(stringify!($parameter)).unwrap_or($parameter),)*
                    })?,)*
                }
            }

            /// σ(x) of one coordinate; NaN of NaN. Softmax has no such value; of a single coordinate it is 1.
            pub fn value(self, x: f64) -> f64 {
                // The larger of NaN and a number is the number: maxima would make health of what is broken.
                if x.is_nan() {
                    return x;
                }
                match self {
                    $(Activation::$variant $({ $($parameter,)* })? =>
                        super::$file::$variant $({ $($parameter,)* })?.value(x),)*
                    Activation::Elementary(function) => function.value(x),
                }
            }

            /// σ'(x) of one coordinate; at a kink the slope from the right. Softmax: 0, as for a single coordinate.
            pub fn slope(self, x: f64) -> f64 {
                match self {
                    $(Activation::$variant $({ $($parameter,)* })? =>
                        super::$file::$variant $({ $($parameter,)* })?.slope(x),)*
                    Activation::Elementary(function) => function.slope(x),
                }
            }

            /// The bounds of σ' over the real line; of softmax, of the norm of its Jacobian matrix.
            pub fn slope_range(self) -> SlopeRange {
                match self {
                    $(Activation::$variant $({ $($parameter,)* })? =>
                        super::$file::$variant $({ $($parameter,)* })?.slope_range(),)*
                    Activation::Elementary(function) => function.slope_range(),
                }
            }

            /// Where σ bends sharply or jumps: places where its slope is not continuous.
            pub fn kinks(self) -> Vec<f64> {
                match self {
                    $(Activation::$variant $({ $($parameter,)* })? =>
                        super::$file::$variant $({ $($parameter,)* })?.kinks(),)*
                    Activation::Elementary(function) => function.kinks(),
                }
            }

            /// Whether σ is straight between its kinks.
            pub fn is_piecewise_linear(self) -> bool {
                match self {
                    $(Activation::$variant $({ $($parameter,)* })? =>
                        super::$file::$variant $({ $($parameter,)* })?.is_piecewise_linear(),)*
                    Activation::Elementary(function) => function.is_piecewise_linear(),
                }
            }
        }
    };
}

activations! {
    /// σ(x) = x: the layer is affine.
    #[default]
    Identity = "identity" in linear continuous [Activation::Identity];
    /// σ(x) = max(x, 0).
    Relu = "relu" in linear continuous [Activation::Relu];
    /// σ(x) = x for x ≥ 0, else `negative_slope`·x.
    LeakyRelu {
        /// The slope for x < 0.
        negative_slope,
    } = "leaky_relu" in linear continuous [Activation::LeakyRelu { negative_slope: DEFAULT_NEGATIVE_SLOPE }];
    /// σ(x) = x for x ≥ 0, else `alpha`·(eˣ − 1).
    Elu {
        /// The value −α is approached for x → −∞.
        alpha,
    } = "elu" in exponential continuous [Activation::Elu { alpha: DEFAULT_ALPHA }];
    /// σ(x) = tanh x.
    Tanh = "tanh" in sigmoid continuous [Activation::Tanh];
    /// σ(x) = 1/(1 + e⁻ˣ).
    Sigmoid = "sigmoid" in sigmoid continuous [Activation::Sigmoid];
    /// σ(x) = ln(1 + eˣ).
    Softplus = "softplus" in sigmoid continuous [Activation::Softplus];
    /// σ(x) = x·Φ(x), Φ the normal distribution function (exact, by erf).
    Gelu = "gelu" in gated continuous [Activation::Gelu];
    /// The tanh approximation of GELU: x/2·(1 + tanh(√(2/π)(x + 0.044715 x³))).
    GeluTanh = "gelu_tanh" in gated continuous [Activation::GeluTanh];
    /// σ(x) = x/(1 + e⁻ˣ), also called swish.
    Silu = "silu" in gated continuous [Activation::Silu];
    /// σ(x)_i = e^{x_i} / Σ_j e^{x_j}: acts on the whole vector.
    Softmax = "softmax" in softmax continuous [Activation::Softmax];
    /// σ(x) = x held between `low` and `high`; from 0 to 6 it is called ReLU6.
    HardTanh {
        /// The least value.
        low,
        /// The largest value.
        high,
    } = "hard_tanh" in hard continuous [Activation::RELU6, Activation::HardTanh { low: -1.0, high: 1.0 }];
    /// σ(x) = `slope`·x + `shift`, held between 0 and 1.
    HardSigmoid {
        /// The slope of the middle part.
        slope,
        /// σ(0).
        shift,
    } = "hard_sigmoid" in hard continuous [Activation::HardSigmoid { slope: 1.0 / 6.0, shift: 0.5 }];
    /// σ(x) = x·min(max(x/6 + ½, 0), 1).
    HardSwish = "hard_swish" in hard continuous [Activation::HardSwish];
    /// σ(x) = x for x ≥ 0, else α(e^{x/α} − 1).
    Celu {
        /// The value −α is approached for x → −∞, with slope 1 at 0 whatever it is.
        alpha,
    } = "celu" in exponential continuous [Activation::Celu { alpha: DEFAULT_ALPHA }];
    /// σ(x) = λx for x ≥ 0, else λα(eˣ − 1), with the constants that keep mean 0 and variance 1 (Klambauer et al.
    /// 2017).
    Selu = "selu" in exponential continuous [Activation::Selu];
    /// σ(x) = x·tanh(ln(1 + eˣ)).
    Mish = "mish" in gated continuous [Activation::Mish];
    /// σ(x) = x/(1 + |x|).
    Softsign = "softsign" in algebraic continuous [Activation::Softsign];
    /// σ(x) = ln(1/(1 + e⁻ˣ)).
    LogSigmoid = "log_sigmoid" in sigmoid continuous [Activation::LogSigmoid];
    /// σ(x) = x − tanh x.
    TanhShrink = "tanh_shrink" in sigmoid continuous [Activation::TanhShrink];
    /// σ(x) = x − `lambda` above `lambda`, x + `lambda` below −`lambda`, 0 between.
    SoftShrink {
        /// λ ≥ 0.
        lambda,
    } = "soft_shrink" in shrink continuous [Activation::SoftShrink { lambda: 0.5 }];
    /// σ(x) = x/(1 + e^{−βx}); with β = 1.702 the quick GELU.
    Swish {
        /// β.
        beta,
    } = "swish" in gated continuous [Activation::Swish { beta: QUICK_GELU }];
    /// σ(x) = (x + √(x² + `b`))/2.
    Squareplus {
        /// b ≥ 0.
        b,
    } = "squareplus" in algebraic continuous [Activation::Squareplus { b: 4.0 }];
    /// σ(x) = 0 below −1, (x + 1)²/4 up to 1, x above.
    SparsePlus = "sparse_plus" in hard continuous [Activation::SparsePlus];
    /// σ(x) = x where |x| > `lambda`, else 0: it jumps.
    HardShrink {
        /// λ ≥ 0.
        lambda,
    } = "hard_shrink" in shrink jumping [Activation::HardShrink { lambda: 0.5 }];
    /// σ(x) = x above `threshold`, else 0: it jumps.
    ThresholdedRelu {
        /// Where it jumps.
        threshold,
    } = "thresholded_relu" in shrink jumping [Activation::ThresholdedRelu { threshold: 1.0 }];
}
