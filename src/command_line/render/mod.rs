//! `layerflow render`: a picture or a film of the flow, without display and driver.

mod arguments;
mod document;
mod example_name;
mod interruption;
mod picture;
mod view;
mod view_names;

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::error::CommandError;
use super::output::print_note;
use crate::explorer::export;
use crate::formats;
use crate::media::MediaError;
use crate::session::{Command, Outcome, PlaybackCommand, Session};
pub(super) use arguments::RenderArguments;
use document::Opened;
pub(super) use interruption::interrupt;
use interruption::interrupted;

pub(super) fn run(arguments: &RenderArguments) -> Result<(), CommandError> {
    let out = &arguments.out;
    let kind = arguments.picture.kind(out)?;
    let inputs = [arguments.file.as_deref(), arguments.session.as_deref(), arguments.data.as_deref().map(Path::new)];
    arguments.overwriting.check(&inputs.into_iter().flatten().collect::<Vec<&Path>>(), out)?;
    if kind != crate::media::MediaKind::Folder {
        formats::check_writable(out)?;
    }
    let mut hears = hear();
    let Opened { document, look, notes } = document::open(arguments)?;
    let (document, scene) = document::build(document, arguments, &mut hears)?;
    notes.iter().for_each(|note| print_note(note));
    for note in scene.assumed.iter().map(|note| format!("assumed: {note}")).chain(scene.memory.thinned()) {
        print_note(&format!("{}: {note}", document.data.name()));
    }
    let mut session = Session::default();
    session.receive(Outcome::Built(document, Ok(scene)));
    match &look {
        Some(look) => session
            .apply_stored_view(arguments.session.as_deref().unwrap_or(Path::new("")), look)
            .iter()
            .for_each(|sentence| print_note(sentence)),
        None => drop(session.apply(Command::Playback(PlaybackCommand::End))),
    }
    let settings = arguments.picture.settings(kind, &session)?;
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
