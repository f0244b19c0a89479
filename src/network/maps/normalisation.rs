//! Layer, group, instance and root-mean-square normalisation.

use nalgebra::DMatrix;

use super::{ForwardMap, Groups, MapError, check_width};

/// Whether a group's mean is taken away before its length is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centring {
    /// LayerNorm, GroupNorm, InstanceNorm: the group is centred.
    Mean,
    /// RMSNorm: it is not.
    Nothing,
}

/// y = γ⊙(x − mean)/√(var + ε) + β within each group; without centring x/√(mean x² + ε).
#[derive(Clone, Debug, PartialEq)]
pub struct Normalisation {
    groups: Groups,
    centring: Centring,
    epsilon: f64,
    scale: Option<Vec<f64>>,
    shift: Option<Vec<f64>>,
    parameters: usize,
}

impl Normalisation {
    /// The normalisation of these groups. `scale` (γ) and `shift` (β) have one value for each coordinate of a group, the same
    /// in all groups, or one for each coordinate of the vector.
    ///
    /// # Errors
    /// If ε is negative or not finite, or γ or β has another number of values.
    pub fn new(
        groups: Groups,
        centring: Centring,
        epsilon: f64,
        scale: Option<Vec<f64>>,
        shift: Option<Vec<f64>>,
    ) -> Result<Normalisation, MapError> {
        if !epsilon.is_finite() || epsilon < 0.0 {
            return Err(MapError::Number { what: "ε", value: epsilon, must: "finite and not negative" });
        }
        let parameters = [&scale, &shift].into_iter().flatten().map(Vec::len).sum();
        let scale = scale.map(|given| groups.spread("γ", given)).transpose()?;
        let shift = shift.map(|given| groups.spread("β", given)).transpose()?;
        Ok(Normalisation { groups, centring, epsilon, scale, shift, parameters })
    }

    /// The same, of which this many numbers were learned: where γ and β were spread from fewer.
    pub fn with_parameters(self, parameters: usize) -> Normalisation {
        Normalisation { parameters, ..self }
    }

    /// The coordinates that are normalised together.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Whether the mean is taken away.
    pub fn centring(&self) -> Centring {
        self.centring
    }

    /// ε.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// γ for each coordinate.
    pub fn scale(&self) -> Option<&[f64]> {
        self.scale.as_deref()
    }

    /// β for each coordinate.
    pub fn shift(&self) -> Option<&[f64]> {
        self.shift.as_deref()
    }
}

/// r = (‖x‖²/d + ε)^(−½) of a group.
pub(crate) fn inverse_length(group: &[f64], epsilon: f64) -> f64 {
    let mean_square = group.iter().map(|x| x * x).sum::<f64>() / group.len() as f64;
    1.0 / (mean_square + epsilon).sqrt()
}

/// The mean of a group.
pub(crate) fn group_mean(group: &[f64]) -> f64 {
    group.iter().sum::<f64>() / group.len() as f64
}

impl ForwardMap for Normalisation {
    fn inputs(&self) -> usize {
        self.groups.width()
    }

    fn outputs(&self) -> usize {
        self.groups.width()
    }

    fn parameters(&self) -> usize {
        self.parameters
    }

    fn apply(&self, points: &DMatrix<f64>) -> Result<DMatrix<f64>, MapError> {
        check_width(self, points)?;
        let mut moved = points.clone();
        for mut column in moved.column_iter_mut() {
            let vector = column.as_mut_slice();
            self.groups.change(vector, |group| {
                if self.centring == Centring::Mean {
                    let mean = group_mean(group);
                    group.iter_mut().for_each(|x| *x -= mean);
                }
                let factor = inverse_length(group, self.epsilon);
                group.iter_mut().for_each(|x| *x *= factor);
            });
            if let Some(scale) = &self.scale {
                vector.iter_mut().zip(scale).for_each(|(x, factor)| *x *= factor);
            }
            if let Some(shift) = &self.shift {
                vector.iter_mut().zip(shift).for_each(|(x, shift)| *x += shift);
            }
        }
        Ok(moved)
    }
}
