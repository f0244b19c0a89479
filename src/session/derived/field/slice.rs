//! The velocity along a plane: what of v(x, t) stays in it, in lengths along its two directions.

use super::plane::SlicePlane;
use crate::flow::{CoordinateVelocity, Flow, Motion, NoVelocity};

/// Undoing an activation in one coordinate takes as long as so many multiplications, about: a few Newton steps, each with
/// an exponential or two.
const INVERSION: usize = 400;
/// Looking up what a table tells of a coordinate.
const LOOKUP: usize = 12;
/// Coordinates from which on a table is worth it.
const MANY: usize = 64;
/// Passes through a residual branch that undoing it takes, about.
const PASSES: usize = 16;

/// v(x, t) at one time on a plane.
///
/// In a linear phase v is affine in x, so three velocities give it on the whole plane:
/// v(o + a e₁ + b e₂) = v(o) + a (v(o + e₁) − v(o)) + b (v(o + e₂) − v(o)).
/// An activation that acts on each coordinate by itself is asked through a table where there are many coordinates; others
/// and residual blocks are asked at every place.
pub(super) struct Slice<'a> {
    flow: &'a Flow,
    plane: &'a SlicePlane,
    t: f64,
    affine: Option<Affine>,
    table: Option<CoordinateVelocity>,
}

struct Affine {
    constant: [f64; 2],
    /// Per half of the plane along each direction.
    slopes: [[f64; 2]; 2],
}

impl<'a> Slice<'a> {
    /// The slice at time t.
    ///
    /// # Errors
    /// Where a linear phase has no velocity; an activation or a residual block says so place by place.
    pub(super) fn new(flow: &'a Flow, plane: &'a SlicePlane, t: f64) -> Result<Slice<'a>, NoVelocity> {
        let mut slice = Slice { flow, plane, t, affine: None, table: None };
        if slice.motion().is_none_or(Motion::is_affine) {
            let constant = slice.read([0.0; 2])?;
            let along = |at: [f64; 2]| slice.read(at).map(|there| [0, 1].map(|axis| there[axis] - constant[axis]));
            let slopes = [along([1.0, 0.0])?, along([0.0, 1.0])?];
            slice.affine = Some(Affine { constant, slopes });
        } else if plane.origin.len() >= MANY {
            let reach = |row: usize| (0..2).map(|axis| plane.half[axis] * plane.axes[axis][row].abs()).sum::<f64>();
            let ends = plane.origin.iter().enumerate().map(|(row, x)| (x - reach(row), x + reach(row)));
            let range = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |all, own| (all.0.min(own.0), all.1.max(own.1)));
            slice.table = flow.coordinate_velocity(t, range);
        }
        Ok(slice)
    }

    /// v at a place of the plane (−1 to 1 in both directions), in lengths along its directions per unit of t.
    ///
    /// # Errors
    /// Where there is no velocity.
    pub(super) fn velocity(&self, at: [f64; 2]) -> Result<[f64; 2], NoVelocity> {
        match &self.affine {
            Some(Affine { constant, slopes: [first, second] }) => {
                Ok([0, 1].map(|axis| constant[axis] + at[0] * first[axis] + at[1] * second[axis]))
            }
            None => self.read(at),
        }
    }

    /// About as many multiplications as one velocity takes.
    pub(super) fn cost(&self) -> usize {
        match self.motion() {
            _ if self.affine.is_some() => 4,
            _ if self.table.is_some() => LOOKUP * self.plane.origin.len(),
            Some(Motion::Residual(residual)) => PASSES * residual.inner.inputs() * residual.inner.outputs() * 2,
            Some(Motion::Limit(block)) => 2 * block.inner.inputs() * block.inner.outputs(),
            _ => INVERSION * self.plane.origin.len(),
        }
        .max(1)
    }

    fn motion(&self) -> Option<&'a Motion> {
        let moment = self.flow.moment(self.t);
        let layer = self.flow.layers().get(moment.layer)?;
        Some(&layer.phases.get(moment.phase?)?.motion)
    }

    fn read(&self, at: [f64; 2]) -> Result<[f64; 2], NoVelocity> {
        if let Some(table) = &self.table {
            let SlicePlane { origin, axes, half, .. } = self.plane;
            let mut along = [0.0; 2];
            for row in 0..table.width().min(origin.len()) {
                let parts = [axes[0][row], axes[1][row]];
                let v = table.at(origin[row] + at[0] * half[0] * parts[0] + at[1] * half[1] * parts[1])?;
                along = [along[0] + v * parts[0], along[1] + v * parts[1]];
            }
            return Ok(along);
        }
        let velocity = self.flow.velocity(&self.plane.point(at), self.t)?;
        Ok([0, 1].map(|axis| self.plane.axes[axis].dot(&velocity)))
    }
}
