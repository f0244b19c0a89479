//! What a frame of the window costs, as ratios against named baselines measured in the same run. `cargo bench --bench frame`

#![allow(clippy::expect_used, reason = "a bench without its subject has nothing to print")]

use std::{hint::black_box, time::Duration, time::Instant};

use layerflow::{
    dataset::{Generator, GeneratorOptions},
    explorer::{ExplorerApp, Startup},
    flow::{Flow, FlowOptions},
    network::{Activation, Affine, Dense, Layer, Network, OutputFunction},
    offscreen::Offscreen,
};
use nalgebra::{DMatrix, DVector};

const POINTS: usize = 100_000;
const WIDTHS: [usize; 6] = [2, 16, 16, 16, 16, 2];
/// Odd, so that the median is one of the runs.
const RUNS: usize = 21;

fn main() {
    projection();
    whole_frame();
}

/// Drawing 100,000 points in the middle of every phase, against running the network on them.
fn projection() {
    let network = network();
    let dataset = Generator::Spiral.generate(GeneratorOptions { samples: POINTS, ..GeneratorOptions::default() });
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_| true).expect("random layers can be decomposed");
    let path = flow.sample_path(&dataset.points).expect("the data fits the network");
    let rows = DMatrix::identity(3, flow.ambient_dimension());
    let mut places = Vec::new();

    let forward = median(|| drop(black_box(network.forward(black_box(&dataset.points)))));
    println!("baseline: plain forward pass of {POINTS} points through {WIDTHS:?}: {forward:.2?}");
    let phases: Vec<_> =
        flow.layers()[2].phases.iter().map(|phase| (phase.kind.name(), phase.start, phase.end)).collect();
    for (name, start, end) in phases {
        let t = 0.5 * (start + end);
        let frame = median(|| path.project(&flow, black_box(t), &rows, &mut places));
        println!(
            "{:>12} of layer 3, projected to three rows: {frame:.2?}, {:.3} × forward pass",
            name,
            ratio(frame, forward)
        );
    }
}

/// The whole window at the first start, playing, against an empty window.
fn whole_frame() {
    let empty_context = egui::Context::default();
    let mut clock = 0.0;
    let screen = Offscreen::new([1280, 800], 1.0).expect("the size is drawable");
    let mut frame = |context: &egui::Context, draw: &mut dyn FnMut(&mut egui::Ui)| {
        clock += 1.0 / 60.0;
        let mut output = context.run_ui(screen.input(clock), &mut *draw);
        output.textures_delta.clear();
        black_box(context.tessellate(output.shapes, output.pixels_per_point));
    };
    let empty = median(|| frame(&empty_context, &mut |_| {}));
    println!("baseline: an empty window of 1280 × 800: {empty:.2?}");

    let mut app = ExplorerApp::new(Startup::default());
    app.wait_for_jobs(Duration::from_secs(60));
    let context = egui::Context::default();
    let full = median(|| {
        frame(&context, &mut |ui| {
            app.logic(ui.ctx());
            app.ui(ui);
        });
    });
    println!(
        "the window at the first start, playing, laid out and tessellated: {full:.2?}, {:.1} × empty",
        ratio(full, empty)
    );
}

/// A dense tanh network whose weights are the same on every machine.
fn network() -> Network {
    let layer = |(index, widths): (usize, &[usize])| {
        // Irrational steps fill the weights evenly enough for every layer to turn, compress and shift.
        let entry =
            |row: usize, column: usize| ((index * 977 + row * 89 + column * 31) as f64 * 0.618_034).fract() - 0.5;
        let affine = Affine {
            weight: DMatrix::from_fn(widths[1], widths[0], entry),
            bias: Some(DVector::from_fn(widths[1], |row, _| entry(row, 400))),
        };
        Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh })
    };
    let layers = WIDTHS.windows(2).enumerate().map(layer).collect();
    Network::new("bench".to_owned(), layers, OutputFunction::Identity).expect("the widths fit")
}

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn ratio(part: Duration, whole: Duration) -> f64 {
    part.as_secs_f64() / whole.as_secs_f64()
}
