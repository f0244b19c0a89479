//! The stage's own part of a frame: the evaluator against a plain sum, all of it against a plot of the same points, and
//! the fields that a worker samples for it.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_plot::{Plot, PlotPoint, Points};
use layerflow::dataset::{Dataset, Generator, GeneratorOptions, Labels};
use layerflow::explorer::stage::{Stage, StageInput};
use layerflow::flow::{Flow, FlowOptions};
use layerflow::session::{Field, Overlay, Projection, Scene, VelocityPicture, ViewCommand, ViewSettings};
use nalgebra::DMatrix;

use super::{Frames, POINTS, WIDE, entry, median, network, ratio};

/// Few values a point, so that a million points fit into memory.
const STAGE_WIDTHS: [usize; 4] = [2, 8, 8, 2];
/// What is aimed at: a frame's evaluation beside a plain sum of the values it reads, and the stage beside a plot.
const MAX_BESIDE_A_SUM: f64 = 2.0;
const MAX_BESIDE_A_PLOT: f64 = 0.25;
/// As many values for each width of the evaluator, so that only the width differs.
const EVALUATED_VALUES: usize = 6_400_000;

/// One frame's evaluation against a plain sum over the very values that it reads.
pub fn evaluator() {
    for width in [64, 512] {
        let samples = EVALUATED_VALUES / width;
        let flow = Flow::new(&network(&[width, width]), FlowOptions::default(), &mut |_, _| true);
        let flow = flow.expect("random layers can be decomposed");
        let points = DMatrix::from_fn(width, samples, |row, sample| entry(3, row, sample));
        let path = flow.sample_path(&points).expect("the data fits the network");
        let values: Vec<f32> = points.iter().map(|value| *value as f32).collect();
        let rows = DMatrix::identity(3, flow.ambient_dimension());
        let sum = median(|| {
            black_box(black_box(&values).iter().sum::<f32>());
        });
        println!("baseline: a plain sum over {samples} × {width} values of 32 bits: {sum:.2?}");
        let mut positions = Vec::new();
        for phase in &flow.layers()[0].phases {
            let t = 0.5 * (phase.start + phase.end);
            let frame = median(|| path.project(&flow, black_box(t), &rows, &mut positions));
            // Between the values before and after an activation a point moves straight: both are read.
            let arrays = if phase.motion.is_affine() { 1 } else { 2 };
            let each = ratio(frame, sum) / f64::from(arrays);
            println!(
                "{:>12} at d = {width}: {frame:.2?} over {arrays} such arrays, {each:.2} × the sum for each (aim: ≤ {MAX_BESIDE_A_SUM})",
                phase.kind.name()
            );
        }
    }
}

/// The stage (evaluate, lay out, tessellate) against egui_plot with the same points, and its growth with their number.
pub fn against_a_plot() {
    let mut few: Vec<Duration> = Vec::new();
    for samples in [POINTS / 10, POINTS, 10 * POINTS] {
        let scene = scene(samples);
        let choices = [
            ("flat, points alone", false, Projection::PrincipalPlane),
            ("in depth, points alone", false, Projection::PrincipalSpace),
            ("in depth, with grid and trails", true, Projection::PrincipalSpace),
        ];
        let plot = (samples == POINTS).then(|| plot(&scene));
        for (index, (name, lines, projection)) in choices.into_iter().enumerate() {
            let time = stage(&scene, lines, projection, true);
            println!("the stage with {samples} points, {name}: {time:.2?}");
            if let Some(plot) = plot {
                println!(
                    "    egui_plot with the same points: {plot:.2?}; {:.3} × the plot (aim: ≤ {MAX_BESIDE_A_PLOT})",
                    ratio(time, plot)
                );
                let triangles = stage(&scene, lines, projection, false);
                println!(
                    "    without OpenGL 3.2 the points are triangles: {triangles:.2?}, {:.3} × the plot",
                    ratio(triangles, plot)
                );
            }
            match few.get(index) {
                None => few.push(time),
                Some(least) => {
                    let growth = ratio(time, *least) / (samples as f64 / (POINTS / 10) as f64);
                    println!("    a point costs {growth:.2} × what it costs among {} (aim: about 1)", POINTS / 10);
                }
            }
        }
    }
}

fn stage(scene: &Arc<Scene>, lines: bool, projection: Projection, gpu: bool) -> Duration {
    let mut view = ViewSettings::default();
    let commands = [
        ViewCommand::Project(projection),
        ViewCommand::Show(Overlay::Grid, lines),
        ViewCommand::Show(Overlay::Trails, lines),
    ];
    commands.into_iter().for_each(|command| view.apply(command));
    let (mut stage, mut frames, mut t) = (Stage::default(), Frames::default(), 1.0);
    if gpu {
        stage.draw_on_gpu(&frames.context);
    }
    median(|| {
        // At normal speed a layer lasts four seconds.
        t += 1.0 / 240.0;
        let input = StageInput::new(Some(scene), &view, t);
        frames.draw(&mut |ui| drop(black_box(stage.show(ui, &input))));
    })
}

/// egui_plot's points, at the places of the scene's data in the middle of the second layer.
fn plot(scene: &Scene) -> Duration {
    let mut positions = Vec::new();
    let rows = DMatrix::identity(2, scene.flow.ambient_dimension());
    scene.data.project(&scene.flow, 1.5, &rows, &mut positions);
    let points: Vec<PlotPoint> = positions.iter().map(|at| PlotPoint::new(at[0], at[1])).collect();
    let mut frames = Frames::default();
    median(|| {
        frames.draw(&mut |ui| {
            let all = Points::new("points", points.as_slice()).radius(3.0);
            Plot::new("plot").show(ui, |plot| plot.points(all));
        });
    })
}

fn scene(samples: usize) -> Arc<Scene> {
    let data = Generator::Spiral.generate(GeneratorOptions { samples, ..GeneratorOptions::default() });
    build(&STAGE_WIDTHS, data)
}

fn build(widths: &[usize], data: Dataset) -> Arc<Scene> {
    let network = Arc::new(network(widths));
    let scene = Scene::build(&network, &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true);
    Arc::new(scene.expect("the data fits the network"))
}

/// The field of a wide layer in a worker, and how long the worker may be deaf to a cancel.
pub fn fields() {
    let points = DMatrix::from_fn(WIDE, 100, |row, sample| entry(5, row, sample));
    let scene =
        build(&[WIDE, WIDE], Dataset { name: String::new(), points, labels: Labels::None, ..Dataset::default() });
    for phase in &scene.flow.layers()[0].phases {
        for (name, answers, velocity, areas) in [
            ("u(x, t)", true, None, false),
            ("arrows", false, Some(VelocityPicture::Arrows), false),
            ("streamlines", false, Some(VelocityPicture::Streamlines), false),
            ("areas", false, None, true),
        ] {
            let mut view = ViewSettings::default();
            let shown = [
                ViewCommand::Show(Overlay::Answers, answers),
                ViewCommand::ShowVelocity(velocity),
                ViewCommand::Show(Overlay::Areas, areas),
            ];
            shown.into_iter().for_each(|command| view.apply(command));
            let request = view.wanted_field(0.5 * (phase.start + phase.end)).expect("something is asked for");
            let start = Instant::now();
            let (mut asked, mut longest) = (start, Duration::ZERO);
            let field = Field::build(&scene, request, &mut |_, _| {
                longest = longest.max(asked.elapsed());
                asked = Instant::now();
                true
            });
            black_box(field.expect("nothing cancels it"));
            let whole = start.elapsed();
            println!(
                "{name} at d = {WIDE}, {}: {whole:.2?}, asking every {longest:.2?} at least whether to go on",
                phase.kind.name()
            );
        }
    }
}
