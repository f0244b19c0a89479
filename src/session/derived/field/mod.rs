//! u(x, t) and the velocity field v(x, t) on a plane through the space, sampled for drawing.
//!
//! A worker samples both at few places ([`Field::build`]); the stage only draws what is stored here.

mod answer;
mod areas;
mod arrows;
mod contour;
mod nodes;
mod particles;
mod plane;
mod slice;
mod streamlines;
#[cfg(test)]
mod tests;

use nalgebra::DMatrix;

pub use answer::Answer;
use answer::Reading;
pub use areas::{Areas, LARGEST_CHANGE};
pub use arrows::Arrow;
use nodes::{MAX_WORK, nodes, position, projected};
pub use particles::{Particle, ParticleWindow, Particles};
use plane::SlicePlane;
use slice::Slice;

use super::{Derivation, Situation, Source};
use crate::session::scene::{Progress, Scene, SceneError, go_on};
use crate::session::{FieldRequest, Tour, VelocityPicture};

/// Places along each side at which u is read, at most.
const MAX_ANSWERS: usize = 64;
/// Passes through a branch that its continuous limit takes, about, over those of one step.
const LIMIT_PASSES: usize = 64;

/// u and v on a plane at one time.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it was made for.
    pub request: FieldRequest,
    /// The middle of the plane's part that is drawn, projected as the stage projects.
    pub origin: [f64; 3],
    /// From the middle to the edge along both directions, projected.
    pub reach: [[f64; 3]; 2],
    /// u, if it was asked for and exists.
    pub answers: Option<Answers>,
    /// v as arrows, if they were asked for and v exists.
    pub arrows: Vec<Arrow>,
    /// The lines that follow v, if they were asked for and v exists: places from −1 to 1 in both directions.
    pub streamlines: Vec<Vec<[f64; 2]>>,
    /// The grid's cells, if they were asked for.
    pub areas: Option<Areas>,
    /// What the plane is, and where there is no field why: one sentence each.
    pub text: Vec<String>,
    /// The plane in the space; `None` where the picture has none.
    plane: Option<SlicePlane>,
}

/// u on a grid of the plane, row by row from −1 to 1.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The number of nodes along the first and the second direction.
    pub nodes: [usize; 2],
    /// What u says at each node; `None` where no path leads through the place.
    pub values: Vec<Option<Answer>>,
    /// Pieces of the decision boundary, from −1 to 1 in both directions.
    pub boundary: Vec<[[f64; 2]; 2]>,
}

impl Field {
    /// Samples u and v of the scene's exact flow.
    ///
    /// # Errors
    /// If `progress` answers false.
    pub fn build(scene: &Scene, request: FieldRequest, progress: &mut Progress<'_>) -> Result<Field, SceneError> {
        go_on(progress, 0.0, "placing the plane")?;
        let frame = scene.extent.frame(request.projection);
        // A tour has no field.
        let rows = frame.rows(request.t, &Tour::default());
        let mut field = Field {
            request,
            origin: [0.0; 3],
            reach: [[0.0; 3]; 2],
            answers: None,
            arrows: Vec::new(),
            streamlines: Vec::new(),
            areas: None,
            text: Vec::new(),
            plane: None,
        };
        if request.areas {
            field.areas = Some(Areas::at(scene, request.t, progress)?);
        }
        if !request.answers && request.velocity.is_none() {
            return Ok(field);
        }
        let Some(plane) = SlicePlane::through(scene, (&frame, &rows), request) else {
            field.text.push("u(x, t) and the velocity need a picture of two or three different directions.".to_owned());
            return Ok(field);
        };
        field.origin = projected(&rows, plane.origin.as_slice());
        field.reach = [0, 1].map(|axis| projected(&rows, (&plane.axes[axis] * plane.half[axis]).as_slice()));
        field.text.push(plane.text.clone());
        if request.answers {
            field.read_answers(scene, &plane, progress)?;
        }
        if let Some(picture) = request.velocity {
            field.read_velocity(scene, &plane, &rows, picture, progress)?;
        }
        field.plane = Some(plane);
        Ok(field)
    }

    /// The place of a point of the plane (−1 to 1 in both directions), projected.
    pub fn position(&self, at: [f64; 2]) -> [f64; 3] {
        let [across, up] = &self.reach;
        [0, 1, 2].map(|row| self.origin[row] + at[0] * across[row] + at[1] * up[row])
    }

    /// The place of a point of the plane given by its lengths from the middle along both directions, projected; `None`
    /// where there is no plane.
    pub fn position_of_lengths(&self, lengths: [f64; 2]) -> Option<[f64; 3]> {
        let half = self.plane.as_ref()?.half;
        Some(self.position([lengths[0] / half[0], lengths[1] / half[1]]))
    }

    fn read_answers(
        &mut self,
        scene: &Scene,
        plane: &SlicePlane,
        progress: &mut Progress<'_>,
    ) -> Result<(), SceneError> {
        let reading = Reading::new(scene);
        let nodes = nodes(plane, across(scene, self.request.t));
        let mut values = Vec::with_capacity(nodes[0] * nodes[1]);
        let mut why = None;
        for row in 0..nodes[1] {
            go_on(progress, row as f32 / nodes[1] as f32, "tracing u(x, t) to the end of the flow")?;
            for column in 0..nodes[0] {
                let point = plane.point([position(column, nodes[0]), position(row, nodes[1])]);
                match scene.flow.pull_back(&scene.network, &point, self.request.t) {
                    Ok(read) => values.push(reading.answer(read.as_slice())),
                    Err(error) => {
                        values.push(None);
                        why = Some(error);
                    }
                }
            }
        }
        let found = values.iter().any(Option::is_some);
        match why {
            Some(why) if found => self.text.push(format!("u(x, t) is left blank where {why}.")),
            Some(why) => self.text.push(format!("No u(x, t): {why}.")),
            None => {}
        }
        if found {
            let boundary = contour::boundary(nodes, &values);
            self.answers = Some(Answers { nodes, values, boundary });
        }
        Ok(())
    }

    fn read_velocity(
        &mut self,
        scene: &Scene,
        plane: &SlicePlane,
        rows: &DMatrix<f64>,
        picture: VelocityPicture,
        progress: &mut Progress<'_>,
    ) -> Result<(), SceneError> {
        let mut go_on = |share: f32| go_on(progress, share, "reading the velocity");
        // A few arrows tell whether there is a velocity at all, however it is drawn.
        let most = if picture == VelocityPicture::Arrows { arrows::MAX } else { arrows::MIN };
        let arrows = arrows::arrows(scene, plane, rows, (self.request.t, most), &mut go_on)?;
        let fastest = arrows.found.iter().fold(0.0, |fastest: f64, arrow| fastest.max(arrow.speed));
        if let (Some(why), true) = (arrows.why_not, arrows.found.is_empty()) {
            self.text.push(format!("No velocity: {why}."));
            return Ok(());
        }
        if arrows.found.is_empty() {
            self.text.push("The velocity is zero at this moment: phases begin and end at rest.".to_owned());
            return Ok(());
        }
        match picture {
            VelocityPicture::Arrows => {
                self.text.push(format!("The longest arrow stands for {fastest:.3} units of length a layer."));
                self.arrows = arrows.found;
            }
            VelocityPicture::Particles => {}
            VelocityPicture::Streamlines => match Slice::new(&scene.flow, plane, self.request.t) {
                Ok(slice) => {
                    let lines = streamlines::streamlines(&slice, plane, &mut |share, _| go_on(share).is_ok());
                    self.streamlines = lines.ok_or(crate::flow::FlowError::Cancelled)?;
                }
                Err(why) => self.text.push(format!("No streamlines: {why}.")),
            },
        }
        Ok(())
    }
}

impl Derivation for Field {
    type Request = FieldRequest;

    const LABEL: &'static str = "Sampling u(x, t)";
    const INTERVAL: f64 = 0.08;
    const OUTLIVES_DEMAND: bool = false;

    fn wanted(situation: &Situation<'_>) -> Option<FieldRequest> {
        situation.view.wanted_field(situation.playback.t())
    }

    fn build(source: &Source, request: FieldRequest, progress: &mut Progress<'_>) -> Result<Option<Field>, SceneError> {
        Field::build(&source.scene, request, progress).map(Some)
    }

    // While time runs every frame wants another: one ends before the next begins, or none would ever be ready.
    fn replaces(_: &FieldRequest, _: &FieldRequest) -> bool {
        false
    }
}

/// How many nodes a side may have for u at time t, so that tracing all of them to the end stays bounded.
fn across(scene: &Scene, t: f64) -> usize {
    let dimension = scene.flow.ambient_dimension().max(1);
    let under_way = scene.flow.moment(t).layer;
    let layers = scene.flow.layers()[under_way..].iter().map(|layer| if layer.is_limit() { LIMIT_PASSES } else { 1 });
    let each = 8 * dimension * dimension * layers.sum::<usize>();
    (MAX_WORK / each.max(1)).isqrt().clamp(12, MAX_ANSWERS)
}
