//! The time and the view, with what follows from them elsewhere.

use super::derive;
use crate::session::{
    Camera, Effect, Facing, Orientation, PenCommand, PlaybackCommand, PointCommand, ProbeCommand, Session, ViewCommand,
    WindowCommand,
};

/// Moves the clock as a person asks.
pub fn play(session: &mut Session, command: PlaybackCommand) {
    session.hint = false;
    move_clock(session, command);
}

/// Moves the clock.
pub fn move_clock(session: &mut Session, command: PlaybackCommand) {
    if let Some(shown) = &session.shown {
        session.playback.apply(command, &shown.boundaries);
    }
}

/// Carries out a command of the stage and the layer panel.
pub fn apply(session: &mut Session, command: ViewCommand, effects: &mut Vec<Effect>) {
    if !matches!(command, ViewCommand::Hover(_) | ViewCommand::Points(PointCommand::Rest(_))) {
        session.hint = false;
    }
    // Points are drawn where the data begins and while it rests, on a sheet that is seen from the front.
    if matches!(command, ViewCommand::Hand(PenCommand::Use(Some(_)))) && session.view.pen.pen.is_none() {
        move_clock(session, PlaybackCommand::Pause);
        move_clock(session, PlaybackCommand::Home);
        session.view.camera = Camera { orientation: Orientation::FRONT, facing: Facing::Axes, ..Camera::default() };
    }
    match &command {
        // A point is held at the time at which it was taken, and flows on when it is let go.
        ViewCommand::Points(PointCommand::Probe(ProbeCommand::Grab(_))) => move_clock(session, PlaybackCommand::Pause),
        ViewCommand::Points(PointCommand::Probe(ProbeCommand::LetGo)) => move_clock(session, PlaybackCommand::Play),
        _ => {}
    }
    // A picture that a person turns, or asks to stay, is from then on seen as it is seen now.
    let stays = matches!(command, ViewCommand::Turn { .. } | ViewCommand::Face(Facing::Axes));
    if let (true, Facing::Data, Some(scene)) = (stays, session.view.camera.facing, session.scene()) {
        let seen = scene.extent.frame(session.view.projection).camera(session.playback.t(), session.view.camera);
        session.view.camera = Camera { facing: Facing::Axes, ..seen };
    }
    session.view.apply(match command {
        ViewCommand::Points(command) => {
            let samples = session.scene().map_or(0, |scene| scene.dataset.samples());
            ViewCommand::Points(command.within(samples))
        }
        command => command,
    });
    derive::refine(session, effects);
}

/// Carries out a command of the window's arrangement.
pub fn arrange(session: &mut Session, command: WindowCommand, effects: &mut Vec<Effect>) {
    session.window.apply(command);
    derive::refine(session, effects);
}
