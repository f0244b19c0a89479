//! What a frame of a picture or a film costs, as ratios against what is measured in the same run: one pass over its pixels, and the
//! same frames through the driver of OpenGL, where there is one.
//! `cargo bench --bench offscreen`

#![allow(clippy::expect_used, reason = "a bench without its subject has nothing to print")]

#[cfg(target_os = "linux")]
#[path = "offscreen/driver.rs"]
#[allow(unsafe_code, reason = "OpenGL has no other calls")]
mod driver;

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
    let time = |number: usize| scene.flow.duration() * number as f64 / (FRAMES - 1) as f64;
    let mut frames = Vec::new();
    for number in 0..FRAMES {
        let start = Instant::now();
        let picture = screen.frame(&context, number as f64 / 30.0, |ui| {
            drop(stage.show(ui, &input(&scene, &view, &figure, time(number))));
        });
        black_box(picture.to_rgba());
        frames.push(start.elapsed());
    }
    let (mean, slowest) = (mean(&frames), frames.iter().max().copied());
    println!("baseline: a colour blended into each of {} × {} pixels once: {baseline:.2?}", SIZE[0], SIZE[1]);
    println!(
        "  {FRAMES} frames of the spiral with {POINTS} points: {mean:.2?} each, {:.1} × baseline, the slowest {:.2?}",
        mean.as_secs_f64() / baseline.as_secs_f64(),
        slowest.unwrap_or_default()
    );
    #[cfg(target_os = "linux")]
    match driver::Driver::new(SIZE) {
        Ok(mut driver) => {
            let (context, mut stage) = (Context::default(), Stage::default());
            theme::install(&context);
            context.set_theme(Theme::Light);
            let mut frames = Vec::new();
            for number in 0..FRAMES {
                let start = Instant::now();
                let output = context.run_ui(screen.input(number as f64 / 30.0), |ui| {
                    drop(stage.show(ui, &input(&scene, &view, &figure, time(number))));
                });
                black_box(driver.draw(&context, output));
                frames.push(start.elapsed());
            }
            let through = self::mean(&frames);
            let ratio = mean.as_secs_f64() / through.as_secs_f64();
            println!(
                "  {ratio:.2} × the {through:.2?} each that the same frames take through OpenGL by {}",
                driver.name
            );
        }
        Err(why) => println!("  no OpenGL to compare with: {why}"),
    }
}

fn mean(frames: &[Duration]) -> Duration {
    frames.iter().sum::<Duration>() / frames.len().max(1) as u32
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
