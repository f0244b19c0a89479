//! The rows of the list of commands.

use egui::{Key, KeyboardShortcut};

use super::row::{NO_COUNTERPART, NO_NETWORK, NO_OPEN_LENGTH, NO_SELECTION, row};
use super::tips::{colour_label, compare_tip, tool_tip};
use super::{Action, Description, ctrl, ctrl_shift, history_rows, key, range_rows, shift};
use crate::diagnostics::probes::Perturbation;
use crate::explorer::stage::overlay_refusal;
use crate::media::MediaKind;
use crate::session::{
    CheckpointCommand, Colouring, Command, DialogPurpose, EditCommand, ExportCommand, Facing, ImportCommand, Modal,
    NumberKind, PanelCommand, PanelPart, PenCommand, PlayDirection, PlaybackCommand, PointCommand, ProbeCommand,
    Session, SidePanel, TrainCommand, VelocityPicture, ViewCommand, WindowCommand,
};

/// A small step in time.
const NUDGE: f64 = 0.02;
const NEWEST: &str = "This is the newest checkpoint.";

impl Action {
    /// What there is to know of it at this moment, with its usual keys.
    pub fn usual(self, session: &Session) -> Description {
        let play = |label: &str, tip, command| {
            row(label, tip, Command::Playback(command)).refused(session.scene().is_none(), NO_NETWORK)
        };
        let show = |label: &str, tip, command| {
            row(label, tip, Command::View(command)).refused(session.scene().is_none(), NO_NETWORK)
        };
        let window = |label: &str, tip, command| row(label, tip, Command::Window(command));
        let step = |label: &str, tip, command| {
            row(label, tip, Command::Checkpoints(command)).refused_for(session.checkpoint_refusal())
        };
        let at_checkpoint = session.checkpoints().and_then(|series| series.asked());
        let checkpoints = session.checkpoints().map_or(0, |series| series.steps().len());
        let is_newest = at_checkpoint.is_some_and(|at| at + 1 >= checkpoints);
        let (view, arrangement) = (&session.view, session.window);
        match self {
            Action::Palette => window(
                "All commands…",
                "Search commands, examples, files, layers and columns",
                WindowCommand::Show(Some(Modal::Palette)),
            )
            .keys(&[ctrl(Key::P), ctrl(Key::K)]),
            Action::NewNetwork => {
                let tip = "Draw a network with random weights that suits the data; undo brings back what was open";
                row("New network", tip, Command::Edit(EditCommand::New))
                    .keys(&[ctrl(Key::N)])
                    .refused(session.document().is_none(), NO_NETWORK)
            }
            Action::OpenNetwork => {
                row("Open network…", "Read a network from a file", Command::Ask(DialogPurpose::OpenNetwork))
                    .keys(&[ctrl(Key::O)])
            }
            Action::OpenData => row(
                "Open data…",
                "Let data from a file flow through the network",
                Command::Ask(DialogPurpose::OpenData),
            ),
            Action::OpenCheckpoints => row(
                "Open folder of checkpoints…",
                "Show the checkpoints of a training as a film, and follow it while it runs",
                Command::Ask(DialogPurpose::OpenCheckpoints),
            ),
            Action::PreviousCheckpoint => {
                step("Previous checkpoint", "Back to the checkpoint before", CheckpointCommand::Previous)
                    .keys(&[key(Key::PageUp)])
                    .refused(at_checkpoint == Some(0), "This is the first checkpoint.")
            }
            Action::NextCheckpoint => step("Next checkpoint", "On to the next checkpoint", CheckpointCommand::Next)
                .keys(&[key(Key::PageDown)])
                .refused(is_newest, NEWEST),
            Action::NewestCheckpoint => step(
                "Newest checkpoint",
                "To the newest checkpoint, and to every newer one when it appears",
                CheckpointCommand::Newest,
            )
            .keys(&[shift(Key::PageDown)])
            .refused(is_newest, NEWEST),
            Action::PlayCheckpoints(direction) => {
                let (label, tip) = match direction {
                    PlayDirection::On => ("Play checkpoints", "Show one checkpoint after the other, or stop"),
                    PlayDirection::Back => {
                        ("Play checkpoints backwards", "Show one checkpoint before the other, or stop")
                    }
                };
                let playing = session.checkpoints().and_then(|series| series.playing());
                step(label, tip, CheckpointCommand::TogglePlay(direction)).toggle(playing == Some(direction))
            }
            Action::FollowCheckpoints => {
                let follows = session.checkpoints().is_some_and(|series| series.follows());
                step(
                    "Follow the newest checkpoint",
                    "Show every newer checkpoint of the run when it appears",
                    CheckpointCommand::Follow(!follows),
                )
                .toggle(follows)
            }
            Action::CompareWith => row(
                "Compare with…",
                "Read another network and show the same data under both",
                Command::Ask(DialogPurpose::CompareWith),
            )
            .refused(session.document().is_none(), NO_NETWORK),
            Action::EndComparison => row("End comparison", "Show the network alone again", Command::EndComparison)
                .refused(session.counterpart().is_none(), NO_COUNTERPART),
            Action::Pairing(pairing) => show(
                &format!("Two networks: {}", pairing.label()),
                "How the network and the one that it is compared with are seen together",
                ViewCommand::Pair(Some(pairing)),
            )
            .choice(session.counterpart().is_some() && view.pairing == Some(pairing))
            .refused(session.counterpart().is_none(), NO_COUNTERPART),
            Action::Example(example) => {
                let name = example.label();
                row(
                    &format!("Open example: {name}"),
                    "A network that comes with layerflow, and its data",
                    Command::OpenExample(example),
                )
                .menu(name)
            }
            Action::SaveNetwork(kind) => {
                let command = Command::Ask(DialogPurpose::SaveNetwork(kind));
                row(&format!("Save network as {}…", kind.label()), "Write the network that is shown to a file", command)
                    .menu(&format!("{}…", kind.label()))
                    .refused(session.document().is_none(), NO_NETWORK)
            }
            Action::Export(kind) => {
                let name = if kind.holds_picture() { "picture" } else { "film" };
                let keys: &[KeyboardShortcut] = match kind {
                    MediaKind::Png => &[ctrl(Key::E)],
                    MediaKind::Gif => &[ctrl_shift(Key::E)],
                    _ => &[],
                };
                let label = format!("Export {name} as {}…", kind.label());
                let tip = "Draw what is shown to a file of any size, with the choice of what stands beside the data";
                row(&label, tip, Command::Export(ExportCommand::Open(kind)))
                    .menu(&format!("{}…", kind.label()))
                    .keys(keys)
                    .refused(session.scene().is_none(), NO_NETWORK)
            }
            Action::SaveNumbers(kind) => row(
                &format!("Save numbers: {}…", kind.label().to_lowercase()),
                "Write them to a file: .csv, .json, .npz or .parquet, as its name says",
                Command::Ask(DialogPurpose::SaveNumbers(kind)),
            )
            .menu(&format!("{}…", kind.label()))
            .refused(session.scene().is_none(), NO_NETWORK)
            .refused(kind == NumberKind::SelectedPoints && session.view.points.selection.is_empty(), NO_SELECTION),
            Action::CopyPicture => {
                let tip = "Copy the stage as it is now, in the size and colours of the last export";
                row("Copy picture of the stage", tip, Command::Export(ExportCommand::Copy))
                    .keys(&[ctrl_shift(Key::C)])
                    .refused(session.scene().is_none(), NO_NETWORK)
            }
            Action::Save => {
                let tip =
                    "Save what is open the way it was opened: the session, or the network's file; else under a name";
                row("Save", tip, Command::Save).keys(&[ctrl(Key::S)]).refused(session.document().is_none(), NO_NETWORK)
            }
            Action::OpenSession => {
                let tip = "Open a saved view of the window, with its network and data";
                row("Open session…", tip, Command::Ask(DialogPurpose::OpenSession))
            }
            Action::InputShape => {
                let tip = "The lengths of the network's input, which its file leaves open and which were guessed";
                let is_open = session.document().is_some_and(|document| document.file.account.has_open_lengths());
                row("Input shape…", tip, Command::Import(ImportCommand::AskInputShape))
                    .refused(!is_open, NO_OPEN_LENGTH)
            }
            Action::SaveSession(embeds) => {
                let (label, tip) = match embeds {
                    false => {
                        ("Save session as…", "Write everything that the window shows to a file that opens it again")
                    }
                    true => (
                        "Save session with everything inside…",
                        "The same with network and data inside, so that the file can be given away",
                    ),
                };
                row(label, tip, Command::Ask(DialogPurpose::SaveSession { embeds }))
                    .refused(session.document().is_none(), NO_NETWORK)
            }
            Action::Share => {
                let tip = "The command line that opens a window showing the same";
                row("Copy as command…", tip, Command::Share(true)).refused(session.document().is_none(), NO_NETWORK)
            }
            Action::Undo => history_rows::undo(session),
            Action::Redo => history_rows::redo(session),
            Action::PlayPause => {
                play("Play or pause", "Let time run, or stop it", PlaybackCommand::Toggle).keys(&[key(Key::Space)])
            }
            Action::PreviousPhase => {
                play("Previous phase", "Back to the phase boundary before", PlaybackCommand::PreviousPhase)
                    .keys(&[key(Key::ArrowLeft)])
            }
            Action::NextPhase => play("Next phase", "On to the next phase boundary", PlaybackCommand::NextPhase)
                .keys(&[key(Key::ArrowRight)]),
            Action::PreviousLayer => play(
                "Previous layer",
                "Back to the start of this layer, or of the one before",
                PlaybackCommand::PreviousLayer,
            )
            .keys(&[shift(Key::ArrowLeft)]),
            Action::NextLayer => play("Next layer", "On to the next layer's start", PlaybackCommand::NextLayer)
                .keys(&[shift(Key::ArrowRight)]),
            Action::FlowStart => play("Start of the flow", "To the data as it is given, t = 0", PlaybackCommand::Home)
                .keys(&[key(Key::Home)]),
            Action::FlowEnd => play("End of the flow", "To the last layer's outputs, t = L", PlaybackCommand::End)
                .keys(&[key(Key::End)]),
            Action::Faster => play("Faster", "The next higher speed", PlaybackCommand::Faster)
                .keys(&[key(Key::Plus), key(Key::Equals)]),
            Action::Slower => play("Slower", "The next lower speed", PlaybackCommand::Slower).keys(&[key(Key::Minus)]),
            Action::NudgeBack => play("A little back", "A fiftieth of a layer back", PlaybackCommand::Nudge(-NUDGE))
                .keys(&[key(Key::Comma)]),
            Action::NudgeOn => {
                play("A little on", "A fiftieth of a layer on", PlaybackCommand::Nudge(NUDGE)).keys(&[key(Key::Period)])
            }
            Action::TimeIn => play(
                "Magnify the timeline",
                "Less of the flow on the timeline, around the present time",
                PlaybackCommand::ZoomTime { factor: 2.0, at: None },
            )
            .keys(&[key(Key::CloseBracket)]),
            Action::TimeOut => play(
                "More of the timeline",
                "More of the flow on the timeline, around the present time",
                PlaybackCommand::ZoomTime { factor: 0.5, at: None },
            )
            .keys(&[key(Key::OpenBracket)]),
            Action::TimeAll => {
                play("Whole timeline", "The whole flow on the timeline again", PlaybackCommand::ShowAllTime)
                    .refused(session.playback.visible().is_none(), "The whole flow is in sight already.")
            }
            Action::Loop => play(
                "Loop",
                "Start again at the end, or stop there; drag on the timeline with Shift to loop a part of it",
                PlaybackCommand::ToggleLoop,
            )
            .keys(&[key(Key::L)])
            .toggle(session.playback.looping()),
            Action::WholeFlow => play("Whole flow", "Play the whole flow again", PlaybackCommand::ClearRange)
                .refused(session.playback.range().is_none(), "The whole flow is played already."),
            Action::LoopFrom => range_rows::loop_from(session),
            Action::LoopTo => range_rows::loop_to(session),
            Action::Mark => range_rows::mark(session),
            Action::NextMark => range_rows::next_mark(session),
            Action::ToggleResNet => show(
                "Plain net or ResNet",
                "From the plain net to its ResNet as last shown, or back",
                ViewCommand::ToggleResNet,
            )
            .keys(&[key(Key::R)]),
            Action::Compare(compare) => {
                show(&format!("Compare: {}", compare.label()), compare_tip(compare), ViewCommand::Compare(compare))
                    .choice(view.compare == compare && !(session.counterpart().is_some() && view.pairing.is_some()))
            }
            Action::ShowEverything => {
                show("Show everything", "Bring all points into sight, from the present direction", ViewCommand::Fit)
            }
            Action::ResetCamera => {
                show("Fit", "Show everything again, from the first direction", ViewCommand::ResetCamera)
            }
            Action::AutoFit => {
                show("Auto-fit", "Let the scale follow the data slowly", ViewCommand::AutoFit(!view.auto_fit))
                    .toggle(view.auto_fit)
            }
            Action::TurnToData => {
                let turns = view.camera.facing == Facing::Data;
                let facing = if turns { Facing::Axes } else { Facing::Data };
                show(
                    "Turn to the data",
                    "Let a picture in space turn around the layers' ends so that the data is not seen edge-on",
                    ViewCommand::Face(facing),
                )
                .toggle(turns)
            }
            Action::Overlay(overlay) => {
                let refusal = session.scene().and_then(|scene| overlay_refusal(overlay, view, scene));
                let is_on = view.shows(overlay);
                show(overlay.label(), overlay.tip(), ViewCommand::Show(overlay, !is_on))
                    .toggle(is_on)
                    .refused_for(refusal)
            }
            Action::Velocity(picture) => {
                let label = picture.map_or("none", VelocityPicture::label);
                show(
                    &format!("Velocity: {label}"),
                    "How the velocity field v(x, t) is drawn",
                    ViewCommand::ShowVelocity(picture),
                )
                .choice(view.velocity == picture)
                .refused_for(view.field_refusal())
            }
            Action::Tool(tool) => {
                show(&format!("Drag: {}", tool.label()), tool_tip(tool), ViewCommand::Points(PointCommand::Use(tool)))
                    .choice(view.points.tool == tool)
            }
            Action::Colour(colouring) => {
                let refusal = session.scene().and_then(|scene| colouring.refusal(scene));
                let command = ViewCommand::Points(PointCommand::Colour(colouring));
                show(
                    &format!("Colour by {}", colour_label(colouring)),
                    "What the colours of the points stand for",
                    command,
                )
                .choice(view.points.colouring == colouring)
                .refused_for(refusal)
            }
            Action::ColourByLoss => Action::Colour(Colouring::Loss(view.points.loss)).describe(session),
            Action::SelectNone => {
                show("Select no point", "Clear the selection", ViewCommand::Points(PointCommand::Clear))
                    .refused(view.points.selection.is_empty(), NO_SELECTION)
            }
            Action::Table => show(
                "Table of the selection",
                "The selected points in rows, below the stage",
                ViewCommand::Points(PointCommand::Table(!view.points.table)),
            )
            .toggle(view.points.table)
            .refused(view.points.selection.is_empty(), NO_SELECTION),
            Action::Perturb(kind) => {
                let label = kind.map_or("not moved", Perturbation::label);
                let command = ViewCommand::Points(PointCommand::Probe(ProbeCommand::Perturb(kind)));
                show(&format!("Perturb: {label}"), "Move the selected point a little and follow it", command)
                    .choice(view.points.probe.perturbation == kind)
                    .refused(view.points.selection.is_empty(), NO_SELECTION)
            }
            Action::PutBack => show(
                "Put the grabbed point back",
                "Let the point be where it was before it was moved in mid-flow",
                ViewCommand::Points(PointCommand::Probe(ProbeCommand::PutBack)),
            )
            .refused(view.points.probe.grab.is_none(), "No point was moved in mid-flow."),
            Action::EndAblation => row(
                "End the ablation",
                "Bring back all parts of the network that were taken out",
                Command::Edit(EditCommand::EndAblation),
            )
            .refused(session.wanted().ablated.is_none(), "No part of the network is taken out."),
            Action::Pen(pen) => show(
                &format!("Pen: {}", pen.label()),
                "Change the points by hand, at t = 0",
                ViewCommand::Hand(PenCommand::Use(Some(pen))),
            )
            .choice(view.pen.pen == Some(pen))
            .refused_for(session.pen_refusal()),
            Action::NoPen => {
                show("Put the pen away", "The mouse selects and moves again", ViewCommand::Hand(PenCommand::Use(None)))
                    .refused(view.pen.pen.is_none(), "No pen is in use.")
            }
            Action::Train => train(
                session,
                "Train",
                "Train the network on the data to the last epoch; the flow follows",
                TrainCommand::Play,
            ),
            Action::PauseTraining => {
                row("Pause training", "Stop after the step under way", Command::Train(TrainCommand::Pause))
                    .refused(!session.training().running(), "The network is not in training.")
            }
            Action::TrainStep => {
                train(session, "Train one step", "One step down the gradient of one batch", TrainCommand::Step)
            }
            Action::TrainEpoch => train(
                session,
                "Train one epoch",
                "To the end of this epoch: every sample is used once",
                TrainCommand::Epoch,
            ),
            Action::NetworkPanel => window(
                "Network panel",
                "The panel on the left: layers, data, training",
                WindowCommand::ToggleNetworkPanel,
            )
            .toggle(arrangement.is_in_sight(SidePanel::Network)),
            Action::LayerPanel => {
                window("Layer panel", "The panel on the right: what the layer does", WindowCommand::ToggleLayerPanel)
                    .toggle(arrangement.is_in_sight(SidePanel::Layer))
            }
            Action::Side(side) => window(
                &format!("Panel: {}", side.label()),
                "What the panel on the right is about",
                WindowCommand::Side(side),
            )
            .choice(arrangement.is_in_sight(SidePanel::Layer) && arrangement.side == side),
            Action::AllLayers => show(
                "All layers at once",
                "The strip of charts over all layers",
                ViewCommand::Panel(PanelCommand::TogglePart(PanelPart::AllLayers)),
            )
            .toggle(view.panel.shows(PanelPart::AllLayers)),
            Action::Presentation => window(
                "Presentation",
                "The stage, its caption and the timeline on the whole screen, in larger type",
                WindowCommand::TogglePresentation,
            )
            .keys(&[key(Key::F11)])
            .toggle(arrangement.folding.presents),
            Action::FrameTime => {
                let tip = "How long a frame takes, and how many there are a second, under the title of the stage";
                window("Frame time", tip, WindowCommand::ToggleFrameTime).toggle(arrangement.frame_time)
            }
            Action::Appearance(appearance) => {
                let label = appearance.label();
                window(&format!("Appearance: {label}"), "Light or dark", WindowCommand::Appearance(appearance))
                    .menu(label)
                    .choice(arrangement.appearance == appearance)
            }
            Action::StartPage => {
                let tip = "Examples as live pictures, and the ways to begin with what is your own";
                window("Start page", tip, WindowCommand::Show(Some(Modal::Start)))
            }
            Action::Keys => window(
                "Keys…",
                "Look up the keys of all commands, and change them",
                WindowCommand::Show(Some(Modal::Keys)),
            ),
            Action::Model => {
                let tip = "The whole idea on one screen, with a live picture for each phase";
                window("The model", tip, WindowCommand::Show(Some(Modal::Model)))
            }
            Action::Quit => row("Quit", "Close the window", Command::Quit).keys(&[ctrl(Key::Q)]),
        }
    }
}

fn train(session: &Session, label: &str, tip: &'static str, command: TrainCommand) -> Description {
    row(label, tip, Command::Train(command))
        .refused(session.training().running(), "The network is in training.")
        .refused_for(session.training_refusal())
}
