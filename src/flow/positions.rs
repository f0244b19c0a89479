//! Positions of data along the exact flow, in f64.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::follow::{Exactly, Follow};
use super::{Flow, FlowError, LayerFlow, Motion, SampledPath};

impl Flow {
    /// `inputs` (inputs × samples) padded with zeros to the ambient space, d × samples.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs.
    pub fn embed(&self, inputs: &DMatrix<f64>) -> Result<DMatrix<f64>, FlowError> {
        let expected = self.layers().first().map_or(0, |layer| layer.inputs);
        if inputs.nrows() != expected {
            return Err(FlowError::InputWidth { expected, found: inputs.nrows() });
        }
        Ok(inputs.clone().resize_vertically(self.ambient_dimension(), 0.0))
    }

    /// Positions of `inputs` (inputs × samples) at time t in the ambient space, d × samples, in f64.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs.
    pub fn positions(&self, inputs: &DMatrix<f64>, t: f64) -> Result<DMatrix<f64>, FlowError> {
        let mut points = self.embed(inputs)?;
        let moment = self.moment(t);
        for layer in &self.layers()[..moment.layer] {
            layer.carry_whole(&mut points);
        }
        let layer = &self.layers()[moment.layer];
        let Some(current) = moment.phase else { return Ok(points) };
        if current + 1 == layer.phases.len() && moment.s == 1.0 {
            layer.carry_whole(&mut points);
            return Ok(points);
        }
        let start = points.clone();
        for (index, phase) in layer.phases.iter().enumerate().take(current + 1) {
            let s = if index == current { moment.s } else { 1.0 };
            if phase.motion.is_affine() {
                phase.motion.carry(&mut points, s, &Exactly);
            } else {
                layer.clear_beyond_width(&mut points);
                let before = points.clone();
                phase.motion.finish(&start, &mut points);
                points = before * (1.0 - s) + points * s;
            }
        }
        Ok(points)
    }

    /// The path of `inputs` (inputs × samples) through the exact flow, for drawing.
    ///
    /// # Errors
    /// If `inputs` has another number of rows than the network has inputs.
    pub fn sample_path(&self, inputs: &DMatrix<f64>) -> Result<SampledPath, FlowError> {
        SampledPath::sample(self, inputs, Arc::new(Exactly), &|_, motion, start, points| motion.finish(start, points))
    }
}

impl LayerFlow {
    /// Carries each column of `points` (d × samples) through the layer's affine phases.
    pub(crate) fn carry_affine(&self, points: &mut DMatrix<f64>, follow: &dyn Follow) {
        for phase in self.phases.iter().filter(|phase| phase.motion.is_affine()) {
            phase.motion.carry(points, 1.0, follow);
        }
        if follow.is_exact() {
            self.clear_beyond_width(points);
        }
    }

    fn carry_whole(&self, points: &mut DMatrix<f64>) {
        let start = points.clone();
        self.carry_affine(points, &Exactly);
        for phase in &self.phases {
            phase.motion.finish(&start, points);
        }
    }

    /// Coordinates beyond a layer's width are exactly 0 when its linear phases end; rounding leaves about 1e-16 there.
    fn clear_beyond_width(&self, points: &mut DMatrix<f64>) {
        let beyond = points.nrows() - self.outputs;
        points.rows_mut(self.outputs, beyond).fill(0.0);
    }
}

impl Motion {
    /// Moves the columns of `points` (d × samples), before the layer's last phase, to its end: the activation of
    /// their first coordinates, or the residual branch of the values `start` with which the layer began. Affine
    /// motions move nothing here.
    pub(crate) fn finish(&self, start: &DMatrix<f64>, points: &mut DMatrix<f64>) {
        match self {
            Motion::Activation { activation, width } => {
                points.column_iter_mut().for_each(|mut column| activation.apply(&mut column.as_mut_slice()[..*width]));
            }
            Motion::Residual(residual) => {
                let branch = residual.branch(&start.rows(0, residual.inner.inputs()).into_owned());
                let mut moved = points.rows_mut(0, residual.outer.outputs());
                moved += branch;
            }
            Motion::Rotation(_) | Motion::Compression { .. } | Motion::Shift(_) => {}
        }
    }
}
