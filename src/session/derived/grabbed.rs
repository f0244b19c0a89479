//! A point that was taken in mid-flow: where it goes from there, and which input would have led there.

use nalgebra::{DMatrix, DVector};

use super::{Derivation, Situation, Source};
use crate::diagnostics::probes::NearestInput;
use crate::flow::{Flow, TracedPath};
use crate::session::Grab;
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// Times in each phase at which the line of the path is drawn through, at most.
const KNOTS: usize = 8;
/// Multiplications that finding them may cost.
const LINE_WORK: usize = 400_000_000;

/// The path of the point that was moved.
#[derive(Debug)]
pub struct Grabbed {
    /// What was asked.
    pub request: Grab,
    /// The path, or why there is none, in a sentence.
    pub result: Result<GrabbedPath, String>,
}

/// A path through a place that a point was moved to.
#[derive(Debug)]
pub struct GrabbedPath {
    /// The path.
    pub path: TracedPath,
    /// Times along it, ascending.
    pub times: Vec<f64>,
    /// The positions at these times, d × times.
    pub line: DMatrix<f64>,
    /// How far the point was moved.
    pub moved: f64,
    /// The class answered for the point as it was, and for the place it was moved to.
    pub answers: [usize; 2],
    /// How far the outputs for these are apart.
    pub output_change: f64,
    /// An input that leads near there, where none leads there exactly, and the class that is answered for it.
    pub nearest: Option<(NearestInput, usize)>,
    /// The input that leads there, and how far from there its path is by rounding.
    pub input: Option<(DVector<f64>, f64)>,
}

impl Grabbed {
    /// Follows the moved point of `scene`; `None` where it does not exist, or the stage showed another space.
    pub fn new(scene: &Scene, request: Grab, go_on: &mut dyn FnMut() -> bool) -> Option<Grabbed> {
        let (flow, points) = (&*scene.flow, &scene.dataset.points);
        let fits = request.rows.ncols() == flow.ambient_dimension() && request.sample < points.ncols();
        let input = fits.then(|| points.columns(request.sample, 1).into_owned())?;
        let result = follow(scene, &input, &request, go_on);
        Some(Grabbed { request, result })
    }
}

fn follow(
    scene: &Scene,
    input: &DMatrix<f64>,
    request: &Grab,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<GrabbedPath, String> {
    let flow = &*scene.flow;
    let before = flow.positions(input, request.t).map_err(|error| error.to_string())?.column(0).into_owned();
    let by = displacement(flow, request);
    let position = &before + &by;
    let path = flow.trace(&position, request.t).map_err(|error| format!("Here it cannot be moved: {error}"))?;
    let read = |end: &[f64]| {
        let mut output = end.get(..scene.network.outputs()).unwrap_or(end).to_vec();
        let answer = scene.output.predicted_class(&output);
        scene.output.apply(&mut output);
        (answer, DVector::from_vec(output))
    };
    let end = flow.positions(input, flow.duration()).map_err(|error| error.to_string())?;
    let (own, after) = (read(end.as_slice()), read(path.end().as_slice()));
    let found = path.input(flow).map(|found| {
        let column = DMatrix::from_column_slice(found.len(), 1, found.as_slice());
        let there = flow.positions(&column, request.t).map(|there| (there.column(0) - &position).norm());
        (found, there.unwrap_or(f64::INFINITY))
    });
    let nearest = found.is_none().then(|| {
        let start = input.column(0).into_owned();
        let nearest = NearestInput::find(flow, &start, (request.t, &position), go_on)?;
        let column = DMatrix::from_column_slice(nearest.input.len(), 1, nearest.input.as_slice());
        let answer = scene.network.forward(&column).ok()?.predictions.first().copied()?;
        Some((nearest, answer))
    });
    let times = line_times(flow, path.from);
    let line: Vec<DVector<f64>> = times.iter().filter_map(|t| path.at(flow, *t)).collect();
    let complete = line.len() == times.len() && !line.is_empty();
    let line = if complete { DMatrix::from_columns(&line) } else { DMatrix::zeros(flow.ambient_dimension(), 0) };
    Ok(GrabbedPath {
        path,
        times: if complete { times } else { Vec::new() },
        line,
        moved: by.norm(),
        answers: [own.0, after.0],
        output_change: (own.1 - after.1).norm(),
        nearest: nearest.flatten(),
        input: found,
    })
}

/// The least displacement within the space of the layer of that time that is seen as it was dragged.
///
/// With P the rows of the stage and Π the projection onto that space it is ΠPᵀ(PΠPᵀ)⁺ b: PΠPᵀ is 2 × 2, and a direction in
/// which nothing of the space is seen gets nothing.
fn displacement(flow: &Flow, request: &Grab) -> DVector<f64> {
    let within = flow.within_layer(&request.rows.transpose(), request.t);
    let seen = &request.rows * &within;
    let tolerance = 1e-9 * seen.amax();
    let by = DVector::from_column_slice(&request.by);
    // The library's decomposition does not return on NaN.
    if seen.iter().any(|value| !value.is_finite()) {
        return DVector::zeros(flow.ambient_dimension());
    }
    match seen.pseudo_inverse(tolerance) {
        Ok(inverse) => within * (inverse * by),
        Err(_) => DVector::zeros(flow.ambient_dimension()),
    }
}

/// The ends of the phases from a time on, and times between them as far as these are affordable.
fn line_times(flow: &Flow, from: f64) -> Vec<f64> {
    let phases: usize = flow.layers().iter().map(|layer| layer.phases.len()).sum();
    let cost = 2 * flow.ambient_dimension().pow(2) * phases.max(1);
    let knots = (LINE_WORK / cost.max(1)).clamp(1, KNOTS);
    let mut times = vec![from];
    for phase in flow.layers().iter().flat_map(|layer| &layer.phases) {
        let step = (phase.end - phase.start) / knots as f64;
        times.extend((1..=knots).map(|knot| if knot == knots { phase.end } else { phase.start + step * knot as f64 }));
    }
    times.push(flow.duration());
    times.retain(|t| *t >= from);
    times.dedup_by(|later, earlier| *later - *earlier < 1e-12);
    times
}

impl Derivation for Grabbed {
    type Request = Grab;

    const LABEL: &'static str = "Following the moved point";
    const RETRIED: bool = true;
    const OUTLIVES_DEMAND: bool = false;

    fn wanted(situation: &Situation<'_>) -> Option<Grab> {
        situation.view.points.probe.grab.clone()
    }

    fn build(source: &Source, request: Grab, progress: &mut Progress<'_>) -> Result<Option<Grabbed>, SceneError> {
        go_on(progress, 0.0, "")?;
        Ok(Grabbed::new(&source.scene, request, &mut || progress(0.5, "")))
    }

    // While it is dragged every position is followed to the end.
    fn replaces(under_way: &Grab, wanted: &Grab) -> bool {
        under_way.sample != wanted.sample
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::flow::FlowOptions;
    use crate::formats::examples;

    #[test]
    fn a_point_goes_where_it_is_dragged_and_flows_on_from_there() {
        let (network, data) = examples::spiral().unwrap();
        let scene =
            Scene::build(&Arc::new(network), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap();
        let rows = DMatrix::identity(2, scene.flow.ambient_dimension());
        let grab = |t: f64, by: [f64; 2]| {
            let grab = Grab { sample: 5, t, rows: rows.clone(), by };
            Grabbed::new(&scene, grab, &mut || true).unwrap().result
        };
        // Not moved: it is the path of the point itself.
        let same = grab(0.0, [0.0, 0.0]).unwrap();
        assert_eq!((same.answers[0], same.moved, same.output_change), (same.answers[1], 0.0, 0.0));
        assert_eq!(same.answers[0], scene.forward.predictions[5]);
        assert_eq!(same.input.unwrap().0, scene.dataset.points.column(5));
        // At t = 0 what is dragged is the input.
        let moved = grab(0.0, [0.3, -0.2]).unwrap();
        let (input, miss) = moved.input.unwrap();
        assert!((input[0] - scene.dataset.points[(0, 5)] - 0.3).abs() < 1e-12 && miss < 1e-12);
        assert_eq!(moved.times.len(), moved.line.ncols());
        let column = DMatrix::from_column_slice(2, 1, input.as_slice());
        assert_eq!(scene.network.forward(&column).unwrap().predictions, [moved.answers[1]]);
        // In mid-flow it is seen where it was dragged to.
        let t = 0.4;
        let path = grab(t, [0.1, 0.05]).unwrap().path;
        let own = scene.flow.positions(&scene.dataset.points.columns(5, 1).into_owned(), t).unwrap();
        let seen = &rows * (path.at(&scene.flow, t).unwrap() - own.column(0));
        assert!((seen[0] - 0.1).abs() < 1e-9 && (seen[1] - 0.05).abs() < 1e-9, "{seen}");
        assert!(
            Grabbed::new(&scene, Grab { sample: 1 << 30, t, rows: rows.clone(), by: [0.0; 2] }, &mut || true).is_none()
        );
        assert!(
            Grabbed::new(&scene, Grab { sample: 0, t, rows: DMatrix::identity(2, 1), by: [0.0; 2] }, &mut || true)
                .is_none()
        );
    }
}
