//! Every command of the window, by keyboard alone: by its keys, and found in the command palette.

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable;
use layerflow::explorer::commands::{Action, Description, Mark};
use layerflow::session::{
    Colouring, Command, Compare, DialogPurpose, EditCommand, Example, ExportCommand, LeaveAnswer, Modal, NetworkChange,
    Overlay, Playback, PlaybackCommand, Projection, Session, ViewCommand, column_text,
};

use super::window::{TIMEOUT, Window, command, first_start, press, t};

fn session(window: &Window) -> &Session {
    window.state().session()
}

fn describe(window: &Window, action: Action) -> Description {
    action.describe(session(window))
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(2);
}

fn open_palette(window: &mut Window) {
    press_with(window, Modifiers::COMMAND, Key::P);
    assert_eq!(session(window).window.modal, Some(Modal::Palette));
}

fn type_text(window: &mut Window, text: &str) {
    window.event(Event::Text(text.to_owned()));
    window.run_steps(1);
}

/// Finds a command by its name and carries it out.
fn by_palette(window: &mut Window, label: &str) {
    open_palette(window);
    type_text(window, label);
    press(window, Key::Enter);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
}

/// A window in which nothing moves by itself, with a change that can be taken back.
fn at_rest() -> Window {
    let mut window = first_start();
    command(&mut window, Command::Playback(PlaybackCommand::Pause));
    window
}

/// How much of the flow the timeline shows.
fn span(playback: &Playback) -> f64 {
    playback.visible().map_or(playback.duration(), |(from, to)| to - from)
}

#[test]
fn every_shortcut_does_what_its_label_says() {
    let mut window = at_rest();
    for action in Action::all() {
        for keys in describe(&window, action).shortcuts {
            command(&mut window, Command::Playback(PlaybackCommand::Seek(1.5)));
            command(&mut window, Command::Playback(PlaybackCommand::SetSpeed(1.0)));
            let before = (session(&window).playback.clone(), session(&window).view.compare);
            let layers = session(&window).document().unwrap().network.as_ref().unwrap().layers().len();
            let press_keys = |window: &mut Window| {
                press_with(window, keys.modifiers, keys.logical_key);
                assert!(window.state_mut().wait_for_jobs(TIMEOUT));
                window.run_steps(2);
            };
            match action {
                // A dialog of the desktop and the end of the program are no part of a test; their keys have one of
                // their own beside the keyboard.
                Action::OpenNetwork => {
                    assert_eq!(action.command(session(&window)), Some(Command::Ask(DialogPurpose::OpenNetwork)));
                }
                Action::SaveNetwork(kind) => {
                    assert_eq!(action.command(session(&window)), Some(Command::Ask(DialogPurpose::SaveNetwork(kind))));
                }
                Action::Export(kind) => {
                    press_keys(&mut window);
                    assert_eq!(session(&window).export.shown().unwrap().kind, kind);
                    command(&mut window, Command::Export(ExportCommand::Close));
                }
                // A copy is drawn as large as the last picture: the first keys have drawn none.
                Action::CopyPicture => {
                    let expected = Command::Export(ExportCommand::Copy);
                    assert_eq!(action.command(session(&window)), Some(expected));
                }
                Action::Save => assert_eq!(action.command(session(&window)), Some(Command::Save)),
                // The keys behind it are pressed with the network that is open.
                Action::NewNetwork => {
                    assert_eq!(action.command(session(&window)), Some(Command::Edit(EditCommand::New)));
                }
                Action::Quit => assert_eq!(action.command(session(&window)), Some(Command::Quit)),
                Action::Undo => {
                    command(&mut window, Command::Edit(EditCommand::Change(NetworkChange::Remove(0))));
                    assert_ne!(session(&window).wanted().network.as_ref().unwrap().layers().len(), layers);
                    press_keys(&mut window);
                    assert_eq!(session(&window).wanted().network.as_ref().unwrap().layers().len(), layers);
                }
                Action::Redo => {
                    assert!(session(&window).history().can_redo());
                    press_keys(&mut window);
                    assert!(!session(&window).history().can_redo());
                    assert_ne!(session(&window).wanted().network.as_ref().unwrap().layers().len(), layers);
                }
                _ => {
                    press_keys(&mut window);
                    let playback = &session(&window).playback;
                    let boundaries = session(&window).boundaries();
                    match action {
                        Action::PlayPause => {
                            assert!(playback.playing());
                            press_keys(&mut window);
                            assert!(!session(&window).playback.playing());
                        }
                        Action::PreviousPhase => {
                            assert!(playback.t() < 1.5 && boundaries.contains(&playback.t()));
                        }
                        Action::NextPhase => assert!(playback.t() > 1.5 && boundaries.contains(&playback.t())),
                        Action::PreviousLayer => assert_eq!(playback.t(), 1.0),
                        Action::NextLayer => assert_eq!(playback.t(), 2.0),
                        Action::FlowStart => assert_eq!(playback.t(), 0.0),
                        Action::FlowEnd => assert_eq!(playback.t(), playback.duration()),
                        Action::Faster => assert_eq!(playback.speed(), 2.0),
                        Action::Slower => assert_eq!(playback.speed(), 0.5),
                        Action::Loop => assert_ne!(playback.looping(), before.0.looping()),
                        Action::LoopFrom | Action::LoopTo => {
                            let (from, to) =
                                if action == Action::LoopFrom { (1.5, playback.duration()) } else { (0.0, 1.5) };
                            assert_eq!(playback.range(), Some((from, to)));
                            let whole = PlaybackCommand::SetRange(0.0, playback.duration());
                            command(&mut window, Command::Playback(whole));
                        }
                        Action::Mark => assert_eq!(playback.marks(), [1.5]),
                        Action::NextMark => assert_eq!(playback.t(), 1.5),
                        Action::ToggleResNet => {
                            assert!(session(&window).view.compare.needs_resnet() && !before.1.needs_resnet());
                            command(&mut window, Command::View(ViewCommand::Compare(Compare::Plain)));
                        }
                        Action::Palette => {
                            assert_eq!(session(&window).window.modal, Some(Modal::Palette));
                            press_keys(&mut window);
                            assert_eq!(session(&window).window.modal, None);
                        }
                        Action::NudgeBack => assert!((1.4..1.5).contains(&playback.t())),
                        Action::NudgeOn => assert!((1.5..1.6).contains(&playback.t()) && playback.t() > 1.5),
                        Action::TimeIn => assert!(span(playback) < span(&before.0)),
                        Action::TimeOut => {
                            assert!((span(playback) - (2.0 * span(&before.0)).min(playback.duration())).abs() < 1e-9);
                        }
                        // Without a film there is nowhere to go; with one they are pressed by the tests of films.
                        Action::PreviousCheckpoint | Action::NextCheckpoint | Action::NewestCheckpoint => {
                            assert!(describe(&window, action).refusal.is_some());
                            assert_eq!(playback.t(), 1.5);
                        }
                        Action::Presentation => {
                            assert!(session(&window).window.folding.presents);
                            press_keys(&mut window);
                            assert!(!session(&window).window.folding.presents);
                        }
                        other => panic!("{other:?} has keys that no test presses"),
                    }
                }
            }
        }
    }
}

#[test]
fn the_palette_finds_every_command_by_its_name() {
    let mut window = at_rest();
    for action in Action::all() {
        let before = describe(&window, action);
        // What has no file of its own yet is saved by a dialog.
        let is_dialog = matches!(before.command, Command::Ask(_) | Command::Save);
        // Opening one example is like opening another, which takes its time.
        let is_like_another = matches!(action, Action::Example(example) if example != Example::Moons);
        if matches!(action, Action::Quit | Action::Palette | Action::Train) || is_dialog || is_like_another {
            continue;
        }
        by_palette(&mut window, &before.label);
        if before.refusal.is_some() {
            assert_eq!(session(&window).window.modal, Some(Modal::Palette), "{action:?} was carried out");
            window.get_by_label_contains("Not available:");
            press(&mut window, Key::Escape);
            assert_eq!(session(&window).window.modal, None, "{action:?}");
            continue;
        }
        let after = describe(&window, action);
        match before.mark {
            Mark::Toggle(on) => assert_eq!(after.mark, Mark::Toggle(!on), "{action:?}"),
            Mark::Choice(_) => assert_eq!(after.mark, Mark::Choice(true), "{action:?}"),
            Mark::None => {}
        }
        match action {
            Action::Model | Action::Keys | Action::StartPage => {
                let modal = match action {
                    Action::Model => Modal::Model,
                    Action::Keys => Modal::Keys,
                    _ => Modal::Start,
                };
                assert_eq!(session(&window).window.modal, Some(modal));
                press(&mut window, Key::Escape);
            }
            Action::Example(_) => {
                // What was done before is work, and asked about.
                command(&mut window, Command::Leave(LeaveAnswer::Discard));
                assert_eq!(session(&window).document().unwrap().data.name(), "moons");
            }
            // What is drawn of the plain net is refused beside the ResNet, and a pen holds the clock at the start.
            Action::Compare(_) => command(&mut window, Command::View(ViewCommand::Compare(Compare::Plain))),
            Action::PlayPause => press(&mut window, Key::Space),
            Action::Export(kind) => {
                assert_eq!(session(&window).export.shown().unwrap().kind, kind);
                command(&mut window, Command::Export(ExportCommand::Close));
            }
            Action::Share => {
                assert!(session(&window).share.is_some());
                press(&mut window, Key::Escape);
                assert!(session(&window).share.is_none());
            }
            _ => {}
        }
        assert_eq!(session(&window).window.modal, None, "{action:?}");
    }
}

#[test]
fn the_palette_goes_to_layers_columns_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept.json");
    let mut window = at_rest();
    command(&mut window, Command::SaveNetwork(path.clone()));
    command(&mut window, Command::OpenNetwork(path.clone()));
    command(&mut window, Command::Playback(PlaybackCommand::Pause));
    by_palette(&mut window, "go layer 2");
    assert_eq!(t(&window), 1.0);
    let second = column_text(&session(&window).scene().unwrap().dataset, 1);
    by_palette(&mut window, &format!("colour column {second}"));
    assert_eq!(session(&window).view.points.colouring, Colouring::Column(1), "{second}");
    by_palette(&mut window, "example moons");
    assert_ne!(session(&window).document().unwrap().network_path, Some(path.clone()));
    by_palette(&mut window, "recent kept");
    assert_eq!(session(&window).document().unwrap().network_path, Some(path));
}

#[test]
fn arrow_keys_choose_a_row_and_esc_leaves_all_as_it_was() {
    let mut window = at_rest();
    let before = session(&window).view.clone();
    open_palette(&mut window);
    type_text(&mut window, "speed nothing is called so");
    window.get_by_label("Nothing is called so.");
    press(&mut window, Key::Enter);
    assert_eq!(session(&window).window.modal, Some(Modal::Palette));
    press(&mut window, Key::Escape);
    assert_eq!(session(&window).window.modal, None);
    assert_eq!(session(&window).view, before);

    // The list goes round: one up from the first row is the last, one down from there the first again.
    command(&mut window, Command::Playback(PlaybackCommand::Seek(1.5)));
    open_palette(&mut window);
    for _ in 0..3 {
        press(&mut window, Key::ArrowDown);
    }
    for _ in 0..4 {
        press(&mut window, Key::ArrowUp);
    }
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::Enter);
    assert!(t(&window) < 1.5, "the second command goes back a phase");
}

#[test]
fn keys_typed_into_the_palette_are_no_commands_and_the_window_has_them_again_after_it() {
    let mut window = at_rest();
    press_with(&mut window, Modifiers::COMMAND, Key::K);
    press(&mut window, Key::R);
    press(&mut window, Key::Space);
    assert_eq!(session(&window).view.compare, Compare::Plain);
    assert!(!session(&window).playback.playing());
    press(&mut window, Key::Escape);
    window.run_steps(2);
    press(&mut window, Key::Space);
    assert!(session(&window).playback.playing());
}

#[test]
fn what_is_refused_on_the_tour_says_why() {
    let mut window = at_rest();
    command(&mut window, Command::View(ViewCommand::Project(Projection::Tour)));
    by_palette(&mut window, "u(x, t)");
    window.get_by_label_contains("Not available: The tour's plane never rests");
    assert!(!session(&window).view.shows(Overlay::Answers));
}
