//! Findings: what a window full of them costs in every frame, and how long they take to be found.

use std::hint::black_box;
use std::time::{Duration, Instant};

use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::diagnostics::findings::{Subject, Thresholds, find};
use layerflow::explorer::{ExplorerApp, StartData, Startup};
use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, examples::ExampleNetwork};
use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
use layerflow::session::{
    Command, Findings, LayerMeasures, PanelCommand, PanelPart, PlaybackCommand, Side, ViewCommand, WindowCommand,
};

use crate::{Frames, TIMEOUT, entry, median, ratio, weights};

/// Layers of the network that has every one of them wrong.
const LAYERS: usize = 2_000;
/// Sides of the wide network, and rows of its data.
const WIDE: usize = 2_048;
const ROWS: usize = 10_000;

/// The window with 2,000 layers in the table and their findings listed, against the same with both closed; and the
/// findings themselves.
pub fn measure() {
    let folder = tempfile::tempdir().expect("a folder for temporary files can be made");
    let path = folder.path().join("faulty.json");
    formats::save(&path, &faulty()).expect("the network can be written");
    let mut app = ExplorerApp::new(Startup { network: Some(path), data: None, ..Startup::default() });
    app.wait_for_jobs(TIMEOUT);
    let mut frames = Frames::default();
    frames.window(&mut app);
    app.wait_for_jobs(TIMEOUT);
    let closed = median(|| frames.window(&mut app));
    println!("baseline: the window with a network of {LAYERS} layers, in play: {closed:.2?}");
    app.command(Command::Window(WindowCommand::Side(Side::Findings)));
    app.command(Command::View(ViewCommand::Panel(PanelCommand::TogglePart(PanelPart::Measures))));
    frames.window(&mut app);
    app.wait_for_jobs(TIMEOUT);
    median(|| frames.window(&mut app));
    let found = app.session().latest::<Findings>().map_or(0, |findings| findings.entries().len());
    let rows = app.session().latest::<LayerMeasures>().is_some();
    let open = median(|| frames.window(&mut app));
    println!(
        "the same with {found} findings and the table of measures (there: {rows}): {open:.2?}, {:.2} × closed, \
         {:.2} × the 8 ms aimed at",
        ratio(open, closed),
        ratio(open, Duration::from_millis(8))
    );
    digits();
    wide(&folder);
}

/// 3 × 3 layers without activation, of large weights, two equal units and rank two.
fn faulty() -> Network {
    let layer = |index: usize| {
        // Neither grows nor shrinks much over all layers together.
        let mut weight = weights(index, 3, 3) * 2.0;
        weight[(0, 1)] = 12.0;
        let twin = weight.row(1).into_owned();
        weight.set_row(2, &twin);
        let affine = Affine { weight, bias: None };
        Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity })
    };
    Network::new("faulty".to_owned(), (0..LAYERS).map(layer).collect(), OutputFunction::Identity)
        .expect("the widths fit")
}

fn digits() {
    let network = ExampleNetwork::Digits.load().expect("the example is there");
    let data = Generator::Digits.generate(GeneratorOptions { samples: 1797, ..GeneratorOptions::default() });
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).expect("it flows");
    let forward = median(|| {
        black_box(network.forward(&data.points).ok());
    });
    let time = median(|| {
        let subject = Subject::new(&network).with_flow(Some(&flow)).with_data(Some(&data));
        black_box(find(&subject, &Thresholds::default()));
    });
    println!(
        "baseline: digits forward, {} rows: {forward:.2?}; its findings: {time:.2?}, {:.2} × the 0.5 s aimed at",
        data.samples(),
        ratio(time, Duration::from_millis(500))
    );
}

/// The longest frame of the window while a wide network on many rows is checked in the background.
fn wide(folder: &tempfile::TempDir) {
    let layer = |index: usize, rows, columns| {
        let affine = Affine { weight: weights(index, rows, columns) / (columns as f64).sqrt() * 3.0, bias: None };
        Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Relu })
    };
    let layers = vec![layer(0, WIDE, 16), layer(1, WIDE, WIDE), layer(2, 4, WIDE)];
    let network = Network::new("wide".to_owned(), layers, OutputFunction::Softmax).expect("the widths fit");
    let path = folder.path().join("wide.onnx");
    formats::save(&path, &network).expect("the network can be written");
    let mut table = String::new();
    for row in 0..ROWS {
        let values: Vec<String> = (0..16).map(|column| format!("{:.4}", entry(3, row, column))).collect();
        table.push_str(&format!("{},{}\n", values.join(","), row % 4));
    }
    let data = folder.path().join("wide.csv");
    std::fs::write(&data, table).expect("the data can be written");
    let mut app = ExplorerApp::new(Startup {
        network: Some(path),
        data: Some(StartData::of_argument(data)),
        ..Startup::default()
    });
    let mut frames = Frames::default();
    let (mut longest, mut count) = (Duration::ZERO, 0);
    let start = Instant::now();
    while app.session().latest::<Findings>().is_none() && start.elapsed() < TIMEOUT {
        let began = Instant::now();
        frames.window(&mut app);
        longest = longest.max(began.elapsed());
        count += 1;
        if count == 1 {
            app.command(Command::Playback(PlaybackCommand::Play));
        }
        std::thread::sleep(Duration::from_millis(8));
    }
    println!(
        "{WIDE} × {WIDE} on {ROWS} rows, opened and checked in {:.1?}: the longest of {count} frames {longest:.2?}, \
         {:.2} × the 50 ms aimed at",
        start.elapsed(),
        ratio(longest, Duration::from_millis(50))
    );
}
