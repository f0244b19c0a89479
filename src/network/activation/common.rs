//! What holds for every activation, whatever its row in the table says.

use super::elementary::Elementary;
use super::softmax::softmax;
use super::table::Activation;

impl Activation {
    /// ReLU held below 6.
    pub const RELU6: Activation = Activation::HardTanh { low: 0.0, high: 6.0 };

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

    /// inf σ' over the real line. Where it is negative σ is not monotone and its flow folds.
    pub fn least_slope(self) -> f64 {
        self.slope_range().least
    }

    /// A bound of |σ'| over the real line, the least one; of softmax, of the norm of its Jacobian matrix.
    pub fn steepest_slope(self) -> f64 {
        self.slope_range().steepest
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
