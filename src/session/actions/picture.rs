//! Pictures and films of what is shown: the dialog, and what is drawn of it.

use std::path::PathBuf;

use crate::media::MediaKind;
use crate::session::{
    Appearance, DialogPurpose, Effect, ExportCommand, PictureNow, PictureSettings, Session, Severity, UserError,
};

/// Carries out a command of the dialog; gives what a path is then to be asked for.
pub fn apply(session: &mut Session, command: ExportCommand, effects: &mut Vec<Effect>) -> Option<DialogPurpose> {
    session.shown.as_ref()?;
    match command {
        ExportCommand::Open(kind) => {
            let now = now(session);
            session.export.open(kind, now);
        }
        ExportCommand::Change(settings) => session.export.change(*settings),
        ExportCommand::Close => session.export.close(),
        ExportCommand::Choose => {
            let kind = session.export.shown().filter(|settings| is_possible(session, settings))?.kind;
            session.export.close();
            return Some(DialogPurpose::SavePicture(kind));
        }
        ExportCommand::Copy => effects.push(Effect::DrawPicture(Box::new(session.export.to_copy(now(session))))),
    }
    None
}

/// Draws the picture or the film of the last settings, to be written.
pub fn write(session: &Session, path: PathBuf) -> Option<Effect> {
    let settings = session.export.settings().filter(|settings| is_possible(session, settings))?;
    let fits = |kind: &MediaKind| if settings.film().is_some() { kind.holds_film() } else { kind.holds_picture() };
    let (kind, path) = match (settings.kind, MediaKind::of_path(&path).filter(fits)) {
        (MediaKind::Folder, _) => (MediaKind::Folder, path),
        // The name says of which kind the file is.
        (_, Some(named)) => (named, path),
        (kind, None) => {
            let name = format!("{}.{}", path.display(), kind.extension());
            (kind, PathBuf::from(name))
        }
    };
    Some(Effect::WritePicture(Box::new(PictureSettings { kind, ..settings.clone() }), path))
}

/// A picture or a film was written, or not.
pub fn written(session: &mut Session, path: PathBuf, result: Result<(), UserError>) {
    match result {
        Ok(()) => session.notices.add(Severity::Done, format!("Written to {}.", path.display()), ""),
        Err(trouble) => session.notices.add(Severity::Error, trouble.sentence, trouble.details),
    }
}

/// A picture was drawn to be copied, or not.
pub fn drawn(session: &mut Session, result: Result<(), UserError>) {
    match result {
        Ok(()) => session.notices.add(Severity::Done, "The picture of the stage is copied.".to_owned(), ""),
        Err(trouble) => session.notices.add(Severity::Error, trouble.sentence, trouble.details),
    }
}

fn is_possible(session: &Session, settings: &PictureSettings) -> bool {
    settings.check(session.playback.duration()).is_ok()
}

fn now(session: &Session) -> PictureNow {
    let range = session.playback.range().unwrap_or((0.0, session.playback.duration()));
    PictureNow { t: session.playback.t(), range, is_dark: session.window.appearance == Appearance::Dark }
}
