//! What a frame of the window costs, as ratios against named baselines measured in the same run. `cargo bench --bench frame`

#![allow(clippy::expect_used, reason = "a bench without its subject has nothing to print")]

use std::{hint::black_box, time::Duration, time::Instant};

use layerflow::{
    dataset::{Generator, GeneratorOptions},
    explorer::{ExplorerApp, Startup},
    flow::{Flow, FlowOptions},
    formats,
    network::{Activation, Affine, Dense, Layer, Network, OutputFunction},
    session::{
        Command, Pace, PanelCommand, PanelPart, PlaybackCommand, Section, TrainCommand, ViewCommand, WindowCommand,
    },
    training::TrainingOptions,
};
use layerflow_offscreen::Offscreen;
use nalgebra::{DMatrix, DVector};

#[path = "frame/findings.rs"]
mod findings;
#[path = "frame/stage.rs"]
mod stage;

const POINTS: usize = 100_000;
const WIDTHS: [usize; 6] = [2, 16, 16, 16, 16, 2];
/// The side of the layer that the panels show.
const WIDE: usize = 1024;
/// Far more than decomposing that layer takes.
const TIMEOUT: Duration = Duration::from_secs(600);
/// Frames a second in training, and how many are measured.
const RATE: f64 = 60.0;
const PACED: u32 = 240;
/// Odd, so that the median is one of the runs.
const RUNS: usize = 21;

fn main() {
    let parts: [(&str, fn()); 8] = [
        ("projection", projection),
        ("evaluator", stage::evaluator),
        ("plot", stage::against_a_plot),
        ("fields", stage::fields),
        ("window", whole_frame),
        ("training", training),
        ("panels", panels),
        ("findings", findings::measure),
    ];
    // `cargo bench --bench frame -- fields training`: only these.
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|argument| argument == name);
    parts.iter().filter(|(name, _)| wanted(name)).for_each(|(_, part)| part());
}

/// Drawing 100,000 points in the middle of every phase, against running the network on them.
fn projection() {
    let network = network(&WIDTHS);
    let dataset = Generator::Spiral.generate(GeneratorOptions { samples: POINTS, ..GeneratorOptions::default() });
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).expect("random layers can be decomposed");
    let path = flow.sample_path(&dataset.points).expect("the data fits the network");
    let rows = DMatrix::identity(3, flow.ambient_dimension());
    let mut positions = Vec::new();

    let forward = median(|| drop(black_box(network.forward(black_box(&dataset.points)))));
    println!("baseline: plain forward pass of {POINTS} points through {WIDTHS:?}: {forward:.2?}");
    let phases: Vec<_> =
        flow.layers()[2].phases.iter().map(|phase| (phase.kind.name(), phase.start, phase.end)).collect();
    for (name, start, end) in phases {
        let t = 0.5 * (start + end);
        let frame = median(|| path.project(&flow, black_box(t), &rows, &mut positions));
        println!(
            "{:>12} of layer 3, projected to three rows: {frame:.2?}, {:.3} × forward pass",
            name,
            ratio(frame, forward)
        );
    }
}

/// The whole window at the first start, playing, against an empty window.
fn whole_frame() {
    let mut nothing = Frames::default();
    let empty = median(|| nothing.draw(&mut |_| {}));
    println!("baseline: an empty window of 1280 × 800: {empty:.2?}");

    let mut app = ExplorerApp::new(Startup::default());
    app.wait_for_jobs(TIMEOUT);
    let mut frames = Frames::default();
    let full = median(|| frames.window(&mut app));
    println!(
        "the window at the first start, playing, laid out and tessellated: {full:.2?}, {:.1} × empty",
        ratio(full, empty)
    );
}

/// The window in play at 60 frames a second while its network is trained, against the same while it is not.
fn training() {
    let mut app = ExplorerApp::new(Startup::default());
    app.wait_for_jobs(TIMEOUT);
    let mut frames = Frames::default();
    frames.window(&mut app);
    app.wait_for_jobs(TIMEOUT);
    let (rest, _) = paced(&mut frames, &mut app);
    println!(
        "baseline: the mean frame of the window at the first start, in play at {RATE} frames a second: {rest:.2?}"
    );
    let options = TrainingOptions { epochs: 100_000, ..*app.session().training().options() };
    for pace in [Pace::Steady, Pace::Unlimited] {
        for asked in [TrainCommand::Options(options), TrainCommand::Pace(pace), TrainCommand::Play] {
            app.command(Command::Train(asked));
        }
        let (trained, flows) = paced(&mut frames, &mut app);
        println!(
            "the same in training, {}, {flows} flows shown in {PACED} frames: {trained:.2?}, {:.2} × at rest",
            pace.label(),
            ratio(trained, rest)
        );
        app.command(Command::Train(TrainCommand::Pause));
        app.wait_for_jobs(TIMEOUT);
    }
}

/// The mean time that a frame takes to be built, of frames that are drawn as often as a screen does; and how many scenes
/// were shown.
fn paced(frames: &mut Frames, app: &mut ExplorerApp) -> (Duration, usize) {
    let mut built = Duration::ZERO;
    let mut scenes = 0;
    let mut last = app.session().scene().map(std::sync::Arc::as_ptr);
    for _ in 0..PACED {
        let start = Instant::now();
        frames.window(app);
        built += start.elapsed();
        let scene = app.session().scene().map(std::sync::Arc::as_ptr);
        scenes += usize::from(scene != last);
        last = scene;
        std::thread::sleep(Duration::from_secs_f64(1.0 / RATE).saturating_sub(start.elapsed()));
    }
    (built / PACED, scenes)
}

/// A layer of 1024 × 1024 in play with every panel open, against the same with all panels hidden.
fn panels() {
    let affine = Affine { weight: weights(0, WIDE, WIDE) / (WIDE as f64).sqrt() * 3.0, bias: None };
    let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh });
    let network = Network::new("wide".to_owned(), vec![layer], OutputFunction::Identity).expect("the widths fit");
    let folder = tempfile::tempdir().expect("a folder for temporary files can be made");
    let path = folder.path().join("wide.json");
    formats::save(&path, &network).expect("the network can be written");

    let mut app = ExplorerApp::new(Startup { network: Some(path), data: None, ..Startup::default() });
    app.wait_for_jobs(TIMEOUT);
    // So fast that the frames measured go through every phase.
    app.command(Command::Playback(PlaybackCommand::SetSpeed(16.0)));
    let mut frames = Frames::default();
    let hide = [WindowCommand::ToggleNetworkPanel, WindowCommand::ToggleLayerPanel];
    hide.into_iter().for_each(|command| app.command(Command::Window(command)));
    // The first frames also come to rest: panels open, the picture is fitted.
    median(|| frames.window(&mut app));
    let hidden = median(|| frames.window(&mut app));
    println!("baseline: a layer of {WIDE} × {WIDE} in play, all panels hidden: {hidden:.2?}");

    hide.into_iter().for_each(|command| app.command(Command::Window(command)));
    let panel = |command| Command::View(ViewCommand::Panel(command));
    for section in Section::ALL {
        if !app.session().view.panel.is_open(section) {
            app.command(panel(PanelCommand::Toggle(section)));
        }
    }
    app.command(panel(PanelCommand::TogglePart(PanelPart::AllLayers)));
    frames.window(&mut app);
    app.wait_for_jobs(TIMEOUT);
    median(|| frames.window(&mut app));
    let open = median(|| frames.window(&mut app));
    let allowed = 2 * hidden + Duration::from_millis(4);
    println!(
        "the same with every panel open: {open:.2?}, {:.2} × hidden, {:.2} × (2 × hidden + 4 ms)",
        ratio(open, hidden),
        ratio(open, allowed)
    );
}

/// Frames of one window, a sixtieth of a second apart.
struct Frames {
    context: egui::Context,
    screen: Offscreen,
    clock: f64,
}

impl Default for Frames {
    fn default() -> Frames {
        let screen = Offscreen::new([1280, 800], 1.0).expect("the size is drawable");
        Frames { context: egui::Context::default(), screen, clock: 0.0 }
    }
}

impl Frames {
    fn draw(&mut self, draw: &mut dyn FnMut(&mut egui::Ui)) {
        self.clock += 1.0 / 60.0;
        let mut output = self.context.run_ui(self.screen.input(self.clock), draw);
        output.textures_delta.clear();
        black_box(self.context.tessellate(output.shapes, output.pixels_per_point));
    }

    fn window(&mut self, app: &mut ExplorerApp) {
        self.draw(&mut |ui| {
            app.logic(ui.ctx());
            app.ui(ui);
        });
    }
}

/// A dense tanh network whose weights are the same on every machine.
fn network(widths: &[usize]) -> Network {
    let layer = |(index, widths): (usize, &[usize])| {
        let weight = weights(index, widths[1], widths[0]);
        let bias = DVector::from_fn(widths[1], |row, _| entry(index, row, 400));
        let affine = Affine { weight, bias: Some(bias) };
        Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh })
    };
    let layers = widths.windows(2).enumerate().map(layer).collect();
    Network::new("bench".to_owned(), layers, OutputFunction::Identity).expect("the widths fit")
}

fn weights(index: usize, rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |row, column| entry(index, row, column))
}

/// Irrational steps fill the weights evenly enough for every layer to turn, compress and shift.
fn entry(index: usize, row: usize, column: usize) -> f64 {
    ((index * 977 + row * 89 + column * 31 + (row * column) % 61) as f64 * 0.618_034).fract() - 0.5
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
