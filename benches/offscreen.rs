//! What a frame of a picture or a film costs, as ratios against a named baseline measured in the same run.
//! `cargo bench --bench offscreen`

#![allow(clippy::expect_used, reason = "a bench without its subject has nothing to print")]

use std::{hint::black_box, sync::Arc, time::Duration, time::Instant};

use egui::{Context, Theme};
use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::explorer::{stage::Stage, stage::StageInput, theme};
use layerflow::flow::FlowOptions;
use layerflow::formats::examples;
use layerflow::session::{Figure, Scene, ViewSettings};
use layerflow_offscreen::Offscreen;

const SIZE: [u32; 2] = [800, 600];
const POINTS: usize = 2_000;
const FRAMES: usize = 48;
/// What a frame took through the software driver of a graphics interface where this was first measured, in milliseconds.
const DRIVER: f64 = 79.0;

fn main() {
    let (network, _) = examples::spiral().expect("the embedded spiral");
    let options = GeneratorOptions { samples: POINTS, ..GeneratorOptions::default() };
    let data = Arc::new(Generator::Spiral.generate(options));
    let scene = Scene::build(&Arc::new(network), &data, FlowOptions::default(), None, &mut |_, _| true);
    let scene = Arc::new(scene.expect("the spiral flows"));
    let (view, figure) = (ViewSettings::default(), Figure::default());
    let (context, mut stage) = (Context::default(), Stage::default());
    theme::install(&context);
    context.set_theme(Theme::Light);
    let mut screen = Offscreen::new(SIZE, 1.0).expect("a usual size");
    let baseline = blending();
    let mut frames = Vec::new();
    for number in 0..FRAMES {
        let t = scene.flow.duration() * number as f64 / (FRAMES - 1) as f64;
        let start = Instant::now();
        let picture = screen.frame(&context, number as f64 / 30.0, |ui| {
            drop(stage.show(ui, &input(&scene, &view, &figure, t)));
        });
        black_box(picture.to_rgba());
        frames.push(start.elapsed());
    }
    let (mean, slowest) = (frames.iter().sum::<Duration>() / FRAMES as u32, frames.iter().max().copied());
    let milliseconds = 1e3 * mean.as_secs_f64();
    println!("baseline: a colour blended into each of {} × {} pixels once: {baseline:.2?}", SIZE[0], SIZE[1]);
    println!(
        "  {FRAMES} frames of the spiral with {POINTS} points: {mean:.2?} each, {:.1} × baseline, the slowest {:.2?}",
        mean.as_secs_f64() / baseline.as_secs_f64(),
        slowest.unwrap_or_default()
    );
    println!("  {:.2} × the {DRIVER} ms that a software driver took where it was measured", milliseconds / DRIVER);
}

/// The least that any painter does for a whole picture: one colour over every pixel.
fn blending() -> Duration {
    let mut pixels = vec![[200_u8, 100, 50, 255]; (SIZE[0] * SIZE[1]) as usize];
    let mut times: Vec<Duration> = (0..21)
        .map(|_| {
            let start = Instant::now();
            for pixel in &mut pixels {
                *pixel = pixel.map(|channel| (0.5 * f32::from(channel) + 60.5) as u8);
            }
            black_box(&mut pixels);
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

fn input<'a>(scene: &'a Arc<Scene>, view: &'a ViewSettings, figure: &'a Figure, t: f64) -> StageInput<'a> {
    StageInput { figure: Some(figure), ..StageInput::new(Some(scene), view, t) }
}
