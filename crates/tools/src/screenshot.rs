//! Takes the README's picture of the window, with neither display nor graphics driver.
//!
//! `cargo xtask screenshot [FILE.png [WIDTH HEIGHT [light|dark [SECONDS]]]]`

use std::{error::Error, path::PathBuf, time::Duration};

use egui::Theme;
use layerflow::explorer::{ExplorerApp, Startup};
use layerflow_offscreen::{Offscreen, Picture};

const FRAMES_PER_SECOND: f64 = 30.0;
/// Longer than decomposing the first network takes on any machine.
const TIMEOUT: Duration = Duration::from_secs(60);

struct Shot {
    file: PathBuf,
    size: [u32; 2],
    theme: Theme,
    /// How long the program has been playing when the picture is taken.
    seconds: f64,
}

fn shot(mut arguments: impl Iterator<Item = String>) -> Result<Shot, Box<dyn Error>> {
    let file = arguments.next().unwrap_or_else(|| "docs/screenshot.png".to_owned()).into();
    let mut side = |default: u32| arguments.next().map_or(Ok(default), |text| text.parse());
    let size = [side(1280)?, side(800)?];
    let theme = if arguments.next().as_deref() == Some("dark") { Theme::Dark } else { Theme::Light };
    let seconds = arguments.next().map_or(Ok(7.0), |text| text.parse())?;
    Ok(Shot { file, size, theme, seconds })
}

fn take(shot: &Shot) -> Result<Picture, Box<dyn Error>> {
    let context = egui::Context::default();
    let mut screen = Offscreen::new(shot.size, 1.0)?;
    let mut app = ExplorerApp::new(Startup::default());
    app.wait_for_jobs(TIMEOUT);
    let mut frame = |time: f64| {
        let mut input = screen.input(time);
        input.system_theme = Some(shot.theme);
        context.run_ui(input, |ui| {
            app.logic(ui.ctx());
            app.ui(ui);
        })
    };
    let frames = (shot.seconds * FRAMES_PER_SECOND) as u32;
    let mut output = frame(0.0);
    for number in 1..=frames {
        output.append(frame(f64::from(number) / FRAMES_PER_SECOND));
    }
    Ok(screen.draw(&context, output))
}

pub fn run(arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let shot = shot(arguments)?;
    take(&shot)?.write_png(&shot.file)?;
    Ok(())
}
