//! What counts as a finding: every threshold with its source.

/// Where the thresholds come from.
pub(super) const SAGEMAKER: &str = "SageMaker Debugger";
pub(super) const AUTOTRAINER: &str = "AutoTrainer (ICSE 2021)";
pub(super) const CHECKER: &str = "TheDeepChecker";
pub(super) const DEFAULT_PAPER: &str = "DEFault (ICSE 2025)";
pub(super) const UMLAUT: &str = "UMLAUT (CHI 2021)";
pub(super) const NEURALINT: &str = "NeuraLint";
pub(super) const OWN: &str = "layerflow";

macro_rules! thresholds {
    ($($(#[$about:meta])* $name:ident = $value:expr;)*) => {
        /// The thresholds of all findings.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Thresholds {
            $($(#[$about])* pub $name: f64,)*
        }

        impl Default for Thresholds {
            fn default() -> Thresholds {
                Thresholds { $($name: $value,)* }
            }
        }

        impl Thresholds {
            /// The names of all thresholds.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// Changes the threshold of this name; false if there is none.
            pub fn set(&mut self, name: &str, value: f64) -> bool {
                match name {
                    $(stringify!($name) => self.$name = value,)*
                    _ => return false,
                }
                true
            }

            /// The threshold of this name.
            pub fn get(&self, name: &str) -> Option<f64> {
                match name {
                    $(stringify!($name) => Some(self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

thresholds! {
    /// A unit is dead where it is active for a smaller share of the samples (SageMaker Debugger).
    dead_active_share = 0.01;
    /// From this share of dead units on a layer is warned of (SageMaker Debugger).
    dead_layer_warning = 0.10;
    /// Below this many dead units a layer is not warned of, since a few die in every training.
    dead_units_warning = 2.0;
    /// Above this share of dead units a layer cannot work (SageMaker Debugger).
    dead_layer_error = 0.50;
    /// tanh is saturated beyond this pre-activation (SageMaker Debugger).
    saturated_tanh = 9.5;
    /// sigmoid is saturated below this pre-activation (SageMaker Debugger).
    saturated_sigmoid_low = -23.0;
    /// sigmoid is saturated above this pre-activation (SageMaker Debugger).
    saturated_sigmoid_high = 17.0;
    /// A unit is saturated where a larger share of its values is (SageMaker Debugger).
    saturated_value_share = 0.50;
    /// From this share of saturated units on a layer is warned of (SageMaker Debugger).
    saturated_layer_warning = 0.10;
    /// A value is softly saturated where the slope is below this share of the steepest.
    soft_saturated_slope = 0.01;
    /// An activation never bends where the slopes of a unit differ by less than this share of the steepest.
    linear_slope_range = 0.01;
    /// A mean |∂loss/∂W| below this has vanished (SageMaker Debugger).
    vanishing_gradient_mean = 1e-7;
    /// A ratio of a layer's gradient norm to the last one's below this has vanished (AutoTrainer).
    vanishing_gradient_ratio = 1e-3;
    /// Gradients above this norm have not vanished, whatever their ratio (AutoTrainer).
    vanishing_gradient_norm = 1e-4;
    /// A ratio of a layer's gradient norm to the last one's above this explodes (AutoTrainer).
    exploding_gradient_ratio = 70.0;
    /// Gradients below this norm do not explode, whatever their ratio.
    exploding_gradient_norm = 10.0;
    /// A network whose mean loss is below this share of the loss of guessing has been trained: its small gradients are no fault.
    trained_loss_share = 0.5;
    /// A signal that falls below this share of the first layer's has vanished (TheDeepChecker).
    vanishing_signal = 1e-3;
    /// A signal that rises above this multiple of the first layer's explodes (TheDeepChecker).
    exploding_signal = 1e3;
    /// A condition number beyond this loses the smallest direction at 32 bits.
    condition_single = 1e6;
    /// A condition number beyond this loses the smallest direction at 64 bits.
    condition_double = 1e12;
    /// A participation ratio below this share of the layer's width is a collapse worth a look.
    collapsed_width_share = 0.05;
    /// A participation ratio below this share of (classes − 1) is a collapse.
    collapsed_class_share = 0.25;
    /// A weight below this is dead (DEFault).
    dead_weight = 1e-5;
    /// From this share of dead weights on a layer is warned of (DEFault).
    dead_weight_share = 0.95;
    /// A weight above this is large (TheDeepChecker).
    large_weight = 10.0;
    /// 1 − cosine below which two units are twins.
    twin_units = 1e-6;
    /// 1 − cosine below which two units are parallel.
    parallel_units = 1e-3;
    /// How far a variance may be from that of an initialisation (TheDeepChecker).
    untrained_variance = 0.01;
    /// A layer is idle where it changes its input and the identity by less than this share.
    idle_layer = 1e-3;
    /// A fall of the classes' purity by more than this that never returns.
    classes_merge = 0.10;
    /// A layer is off the line of equi-separation by more than this factor (He and Su, PNAS 2023).
    idle_depth_factor = 10.0;
    /// Layers over which the separation falls by less than this share do not separate.
    idle_depth_fall = 0.05;
    /// Euler steps of a phase that a layer's singular values should do with.
    euler_steps = 10.0;
    /// The largest column may be this many times the smallest (UMLAUT).
    data_scale_spread = 1e4;
    /// Columns beyond this size are unnormalised (UMLAUT).
    data_scale_size = 100.0;
    /// A value is out of range this many standard deviations from the mean of the training data.
    out_of_range_deviations = 5.0;
    /// From this share of values out of range on the data is warned of.
    out_of_range_share = 0.01;
    /// One class with more than this share of the samples outweighs the others.
    class_share = 0.90;
    /// train − test accuracy (AutoTrainer).
    overfit_gap = 0.10;
    /// train − test accuracy where the train accuracy is above 0.9 (AutoTrainer).
    overfit_gap_accurate = 0.07;
    /// An accuracy less than this above chance is none (AutoTrainer).
    underfit_margin = 0.05;
}
