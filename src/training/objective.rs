//! What training makes small: the loss, and what it costs to move the data and to bend the parameters.

use super::TrainingError;
use super::kernels::View;
use super::layout::{AffineAt, LayerAt, Layout};
use super::loss::Loss;

/// loss + ½·decay·∑‖W‖² + transport·∑ₖ mean‖fₖ‖² + smoothness·∑ₖ‖θₖ₊₁ − θₖ‖².
///
/// ‖fₖ‖² is what residual block k moves a sample, squared: as a cost it makes the paths of the flow straight and slow, the
/// kinetic energy of Benamou and Brenier (2000). θₖ₊₁ − θₖ is the change of the parameters between neighbouring
/// residual blocks of the same shape; as a cost it makes the velocity field change slowly in time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Objective {
    /// The distance from the labels.
    pub loss: Loss,
    /// λ, the decay of the weights; biases do not decay.
    pub decay: f64,
    /// The cost of transport.
    pub transport: f64,
    /// The cost of parameters that change between blocks.
    pub smoothness: f64,
}

impl Objective {
    /// # Errors
    /// If a factor is negative or not finite.
    pub fn check(&self) -> Result<(), TrainingError> {
        let factors =
            [("weight decay", self.decay), ("transport cost", self.transport), ("smoothness", self.smoothness)];
        for (option, value) in factors {
            if !(value.is_finite() && value >= 0.0) {
                return Err(TrainingError::Option { option, value, range: "0 or larger and finite" });
            }
        }
        Ok(())
    }

    /// Adds the gradient of what depends on the parameters alone, and gives its value.
    pub(super) fn add_of_parameters(&self, layout: &Layout, parameters: &[f64], gradient: &mut [f64]) -> f64 {
        self.add_decay(layout, parameters, gradient) + self.add_smoothness(layout, parameters, gradient)
    }

    fn add_decay(&self, layout: &Layout, parameters: &[f64], gradient: &mut [f64]) -> f64 {
        if self.decay == 0.0 {
            return 0.0;
        }
        let mut squares = 0.0;
        for part in layout.layers.iter().flat_map(LayerAt::parts) {
            let View { values, .. } = part.matrix(parameters);
            for (slope, weight) in gradient[part.weights()].iter_mut().zip(values) {
                squares += weight * weight;
                *slope += self.decay * weight;
            }
        }
        0.5 * self.decay * squares
    }

    fn add_smoothness(&self, layout: &Layout, parameters: &[f64], gradient: &mut [f64]) -> f64 {
        if self.smoothness == 0.0 {
            return 0.0;
        }
        let mut squares = 0.0;
        for pair in layout.layers.windows(2).filter(|pair| are_alike(&pair[0], &pair[1])) {
            for (one, other) in pair[0].all().zip(pair[1].all()) {
                let change = parameters[other] - parameters[one];
                squares += change * change;
                gradient[other] += 2.0 * self.smoothness * change;
                gradient[one] -= 2.0 * self.smoothness * change;
            }
        }
        self.smoothness * squares
    }
}

/// Whether two layers are residual blocks of the same shape, so that their parameters can be compared one by one.
fn are_alike(one: &LayerAt, other: &LayerAt) -> bool {
    let shape = |at: &AffineAt| (at.rows, at.columns, at.bias.is_some());
    let are_blocks = matches!((one, other), (LayerAt::Residual { .. }, LayerAt::Residual { .. }));
    are_blocks && one.parts().map(|part| shape(&part)).eq(other.parts().map(|part| shape(&part)))
}
