//! `layerflow render`: a picture or a film of the flow, without display and driver.

mod document;
mod picture;
mod view;
mod view_names;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clap::Args;

use super::error::CommandError;
use super::options::{ChainOptions, FlowArguments, Overwriting, SampleOptions};
use super::output::print_note;
use crate::explorer::export;
use crate::formats;
use crate::media::MediaError;
use crate::session::{Outcome, Session};

/// The signal that asked the program to end, once there was one.
static INTERRUPTED: Mutex<Option<&'static str>> = Mutex::new(None);

/// A picture or a film of the data in the flow: .png, .svg, .webp; .gif, .apng, .webp, .mp4 (by ffmpeg), or a folder of
/// pictures (a name that ends with a slash). The same call writes the same bytes
#[derive(Args, Clone, Debug)]
pub(super) struct RenderArguments {
    /// The network's file
    #[arg(value_name = "FILE", required_unless_present = "example")]
    file: Option<PathBuf>,
    /// A network that comes with the program, in place of FILE
    #[arg(long, value_name = "NAME", conflicts_with_all = ["file", "tensors"], value_parser = document::example_parser())]
    example: Option<crate::session::Example>,
    /// A data file, or one of moons, circles, spiral, xor, blobs, swiss-roll, grid, digits; points all over the input
    /// space where there is none
    #[arg(long, value_name = "DATA")]
    data: Option<String>,
    /// The file to write; its ending says of which kind
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    overwriting: Overwriting,
    /// The chain chosen by hand: names of weights, first layer to last
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    tensors: Vec<String>,
    #[command(flatten)]
    picture: picture::PictureArguments,
    #[command(flatten)]
    view: view::ViewArguments,
    #[command(flatten)]
    chain: ChainOptions,
    #[command(flatten)]
    flow: FlowArguments,
    #[command(flatten)]
    samples: SampleOptions,
}

/// The program is asked to end: what is being drawn is not wanted any more.
pub(super) fn interrupt(name: &'static str) {
    if let Ok(mut interrupted) = INTERRUPTED.lock() {
        *interrupted = Some(name);
    }
}

fn interrupted() -> Option<&'static str> {
    INTERRUPTED.lock().ok().and_then(|interrupted| *interrupted)
}

pub(super) fn run(arguments: &RenderArguments) -> Result<(), CommandError> {
    let out = &arguments.out;
    let kind = arguments.picture.kind(out)?;
    let inputs = [arguments.file.as_deref(), arguments.data.as_deref().map(Path::new)];
    arguments.overwriting.check(&inputs.into_iter().flatten().collect::<Vec<&Path>>(), out)?;
    if kind != crate::media::MediaKind::Folder {
        formats::check_writable(out)?;
    }
    let mut hears = hear();
    let (document, scene) = document::build(arguments, &mut hears)?;
    for note in scene.assumed.iter().map(|note| format!("assumed: {note}")).chain(scene.memory.thinned()) {
        print_note(&format!("{}: {note}", document.data.name()));
    }
    let settings = arguments.picture.settings(kind, &scene.flow)?;
    let mut session = Session::default();
    session.receive(Outcome::Built(document, Ok(scene)));
    arguments.view.apply(&mut session, &settings)?;
    settings
        .check(session.playback.duration())
        .map_err(|problem| CommandError::Usage(format!("--out {}: {problem}", out.display())))?;
    let result = export::run(session.for_pictures(), settings, out, &mut hears);
    clear_line();
    result.map_err(|error| match (error, interrupted()) {
        (MediaError::Cancelled, Some(name)) => CommandError::Interrupted(name),
        (error, _) => CommandError::Media(error),
    })
}

/// Shows how far the work is on a terminal, and answers whether it is still wanted.
fn hear() -> impl FnMut(f32, &str) -> bool {
    let mut shown = String::new();
    let is_terminal = io::stderr().is_terminal();
    move |share, text| {
        let line = format!("{:3.0} % {text}", 100.0 * share);
        if is_terminal && line != shown {
            // With standard error closed there is nobody to see it.
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
            shown = line;
        }
        interrupted().is_none()
    }
}

/// Takes the line about the progress away.
fn clear_line() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}
