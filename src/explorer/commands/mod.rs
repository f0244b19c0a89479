//! The commands of the window as data: what each is called, which keys it has, whether it is available, what it does.
//! The menus, the keyboard, the list of keys and the command palette are made from this list. Its keys are those that a person has
//! given to a command, where that was done.

mod history_rows;
mod key_names;
mod range_rows;
mod row;
mod table;
mod tips;

pub use key_names::{keys_of_text, text_of_keys};

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use crate::diagnostics::probes::Perturbation;
use crate::formats::NetworkKind;
use crate::media::MediaKind;
use crate::session::{
    Appearance, Colouring, Command, Compare, Example, NumberKind, Overlay, Pairing, Pen, PlayDirection, Session, Side,
    Tool, VelocityPicture,
};

/// A command of the window. A new one is a variant, its place in [`Action::all`] and its row in `table.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Shows all commands, to be searched.
    Palette,
    /// Draws a new network for the data.
    NewNetwork,
    /// Reads a network from a file.
    OpenNetwork,
    /// Reads data from a file.
    OpenData,
    /// Reads a folder of checkpoints.
    OpenCheckpoints,
    /// Shows the checkpoint before.
    PreviousCheckpoint,
    /// Shows the next checkpoint.
    NextCheckpoint,
    /// Shows the newest checkpoint.
    NewestCheckpoint,
    /// Plays the checkpoints in a direction, or stops.
    PlayCheckpoints(PlayDirection),
    /// Shows every newer checkpoint when it appears.
    FollowCheckpoints,
    /// Reads another network to compare with.
    CompareWith,
    /// Shows the network alone again.
    EndComparison,
    /// How the network is seen together with the other one.
    Pairing(Pairing),
    /// Shows a network that comes with the program.
    Example(Example),
    /// Writes the network to a file of a kind.
    SaveNetwork(NetworkKind),
    /// The dialog for pictures and films, for a kind of file.
    Export(MediaKind),
    /// Copies the picture of the stage.
    CopyPicture,
    /// Writes numbers of what is shown.
    SaveNumbers(NumberKind),
    /// Saves what is open the way it was opened.
    Save,
    /// Opens a saved view of the window.
    OpenSession,
    /// Saves the view of the window, with network and data embedded in any case or not.
    SaveSession(bool),
    /// Another shape of the input.
    InputShape,
    /// Shows the command line that shows the same.
    Share,
    /// Takes the last change back.
    Undo,
    /// Makes it again.
    Redo,
    /// Starts the clock or stops it.
    PlayPause,
    /// To the phase boundary before.
    PreviousPhase,
    /// To the next phase boundary.
    NextPhase,
    /// To the start of this layer, or of the one before.
    PreviousLayer,
    /// To the next layer's start.
    NextLayer,
    /// t = 0.
    FlowStart,
    /// t = L.
    FlowEnd,
    /// The next speed.
    Faster,
    /// The speed before.
    Slower,
    /// A little back.
    NudgeBack,
    /// A little on.
    NudgeOn,
    /// Magnifies the timeline.
    TimeIn,
    /// Shows more of the flow on the timeline.
    TimeOut,
    /// Shows the whole flow on the timeline.
    TimeAll,
    /// Starts again at the end, or stops there.
    Loop,
    /// Plays the whole flow rather than a part.
    WholeFlow,
    /// Loops from the present time on.
    LoopFrom,
    /// Loops up to the present time.
    LoopTo,
    /// Marks the present time on the timeline, or takes the mark away.
    Mark,
    /// To the next mark of the timeline.
    NextMark,
    /// From the plain net to its ResNet, or back.
    ToggleResNet,
    /// What the stage compares.
    Compare(Compare),
    /// Shows everything from the present direction.
    ShowEverything,
    /// Shows everything from the first direction.
    ResetCamera,
    /// Lets the scale follow the data.
    AutoFit,
    /// Draws an overlay on the stage, or not.
    Overlay(Overlay),
    /// Draws the velocity field in a way, or not.
    Velocity(Option<VelocityPicture>),
    /// What a drag does.
    Tool(Tool),
    /// What the colours of the points stand for.
    Colour(Colouring),
    /// Lets the colours stand for the loss that training makes small.
    ColourByLoss,
    /// Selects no point.
    SelectNone,
    /// Shows the table of the selection.
    Table,
    /// Moves the selected point a little, or not any more.
    Perturb(Option<Perturbation>),
    /// Lets the point be that was taken in mid-flow.
    PutBack,
    /// Brings back all parts that were taken out.
    EndAblation,
    /// Draws points by hand.
    Pen(Pen),
    /// Puts the pen away.
    NoPen,
    /// Trains to the last epoch.
    Train,
    /// Stops training.
    PauseTraining,
    /// One batch.
    TrainStep,
    /// To the end of the epoch.
    TrainEpoch,
    /// The panel on the left.
    NetworkPanel,
    /// The panel on the right.
    LayerPanel,
    /// What the panel on the right is about.
    Side(Side),
    /// The strip of all layers.
    AllLayers,
    /// How long frames take.
    FrameTime,
    /// The stage and the timeline alone.
    Presentation,
    /// Lets a picture in space turn so that the data is not seen edge-on.
    TurnToData,
    /// Light or dark.
    Appearance(Appearance),
    /// The page of examples and of ways to begin.
    StartPage,
    /// The list of keys, where they can be changed.
    Keys,
    /// The screen that explains the model.
    Model,
    /// Closes the window.
    Quit,
}

/// What there is to know of a command at this moment.
#[derive(Clone, Debug)]
pub struct Description {
    /// What it is called.
    pub label: String,
    /// What a menu calls it whose title says the rest.
    pub menu_label: String,
    /// What it does, in a sentence or less.
    pub tip: &'static str,
    /// Its keys; the first is shown.
    pub shortcuts: Vec<KeyboardShortcut>,
    /// How its state is marked.
    pub mark: Mark,
    /// Why it is not available now, in a sentence; `None` where it is.
    pub refusal: Option<&'static str>,
    /// What it does.
    pub command: Command,
}

/// How the state of a command is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// It has none.
    #[default]
    None,
    /// On or off by itself.
    Toggle(bool),
    /// One of several, of which one is chosen.
    Choice(bool),
}

/// What the mouse does with a key held down, and the keys that belong to what has the focus.
pub const GESTURES: [[&str; 2]; 14] = [
    ["Drag", "on the stage: move the picture; in space: turn it"],
    ["Shift drag", "on the stage, in space: move the picture"],
    ["Wheel, pinch", "on the stage: magnify around the mouse"],
    ["Double click", "on the stage: show everything again"],
    ["Ctrl +  Ctrl −", "everything in the window larger or smaller"],
    ["Ctrl 0", "everything in its usual size"],
    ["Drag", "an edge of a panel: make it wider or narrower"],
    ["Wheel, drag", "on the weights of a layer: magnify, move"],
    ["Wheel", "on the timeline: magnify it around the mouse; sideways: move along it"],
    ["Double click", "on the timeline: show the whole flow again"],
    ["Shift drag", "on the timeline: loop a part of it"],
    ["Shift click", "on a point: it joins or leaves the selection"],
    ["Shift drag", "a box or a lasso: its points join the selection"],
    ["Esc", "leave a text field, close a menu or a window, select no point"],
];

impl Action {
    /// Every command, in the order of the list of keys and of the palette.
    pub fn all() -> Vec<Action> {
        let mut all = vec![
            Action::PlayPause,
            Action::PreviousPhase,
            Action::NextPhase,
            Action::PreviousLayer,
            Action::NextLayer,
            Action::FlowStart,
            Action::FlowEnd,
            Action::Faster,
            Action::Slower,
            Action::NudgeBack,
            Action::NudgeOn,
            Action::TimeIn,
            Action::TimeOut,
            Action::TimeAll,
            Action::Loop,
            Action::WholeFlow,
            Action::LoopFrom,
            Action::LoopTo,
            Action::Mark,
            Action::NextMark,
            Action::ToggleResNet,
            Action::NewNetwork,
            Action::OpenNetwork,
            Action::OpenData,
            Action::OpenCheckpoints,
            Action::PreviousCheckpoint,
            Action::NextCheckpoint,
            Action::NewestCheckpoint,
            Action::PlayCheckpoints(PlayDirection::On),
            Action::PlayCheckpoints(PlayDirection::Back),
            Action::FollowCheckpoints,
            Action::CompareWith,
            Action::EndComparison,
        ];
        all.extend(NetworkKind::ALL.map(Action::SaveNetwork));
        all.extend(MediaKind::ALL.map(Action::Export));
        all.push(Action::CopyPicture);
        all.extend(NumberKind::ALL.map(Action::SaveNumbers));
        all.extend([
            Action::InputShape,
            Action::Save,
            Action::OpenSession,
            Action::SaveSession(false),
            Action::SaveSession(true),
        ]);
        all.push(Action::Share);
        all.extend([Action::Undo, Action::Redo, Action::Palette, Action::Quit]);
        all.extend(Compare::ALL.map(Action::Compare));
        all.extend(Pairing::ALL.map(Action::Pairing));
        all.extend([Action::ShowEverything, Action::ResetCamera, Action::AutoFit, Action::TurnToData]);
        all.extend(Overlay::ALL.map(Action::Overlay));
        all.push(Action::Velocity(None));
        all.extend(VelocityPicture::ALL.map(|picture| Action::Velocity(Some(picture))));
        all.extend(Tool::ALL.map(Action::Tool));
        all.extend([Colouring::Label, Colouring::Prediction, Colouring::Mistakes].map(Action::Colour));
        all.push(Action::ColourByLoss);
        all.extend([Action::SelectNone, Action::Table]);
        all.push(Action::Perturb(None));
        all.extend(Perturbation::ALL.map(|kind| Action::Perturb(Some(kind))));
        all.extend([Action::PutBack, Action::EndAblation]);
        all.extend(Pen::ALL.map(Action::Pen));
        all.push(Action::NoPen);
        all.extend([Action::Train, Action::PauseTraining, Action::TrainStep, Action::TrainEpoch]);
        all.extend([Action::NetworkPanel, Action::LayerPanel]);
        all.extend(Side::ALL.map(Action::Side));
        all.extend([Action::AllLayers, Action::Presentation, Action::FrameTime]);
        all.extend(Appearance::ALL.map(Action::Appearance));
        all.extend([Action::StartPage, Action::Keys, Action::Model]);
        all.extend(Example::ALL.map(Action::Example));
        all.retain(|action| action.is_here());
        all
    }

    /// Whether it can be done where the program runs: a page has no folders, starts no programs and is closed by its browser.
    pub fn is_here(self) -> bool {
        match self {
            Action::OpenCheckpoints | Action::Quit => !cfg!(target_arch = "wasm32"),
            Action::Export(kind) => kind.is_written_here(),
            _ => true,
        }
    }

    /// What there is to know of it at this moment, with the keys that a person has given to it.
    pub fn describe(self, session: &Session) -> Description {
        let usual = self.usual(session);
        // Every command is described in every frame; most people change no keys.
        if session.keys.all().is_empty() {
            return usual;
        }
        match session.keys.of(&self.name()) {
            Some(keys) => {
                let shortcuts = keys.iter().filter_map(|text| keys_of_text(text)).collect();
                Description { shortcuts, ..usual }
            }
            None => usual,
        }
    }

    /// Its name in the settings.
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// What it does, if it is available.
    pub fn command(self, session: &Session) -> Option<Command> {
        let description = self.describe(session);
        description.refusal.is_none().then_some(description.command)
    }

    /// Its keys, the longest combinations of all commands first: a shortcut also matches with more modifiers held down.
    pub fn bindings(session: &Session) -> Vec<(KeyboardShortcut, Action)> {
        let keys = |action: Action| action.describe(session).shortcuts.into_iter().map(move |keys| (keys, action));
        let mut bindings: Vec<_> = Action::all().into_iter().flat_map(keys).collect();
        bindings.sort_by_key(|(keys, _)| !(keys.modifiers.shift || keys.modifiers.alt));
        bindings
    }
}

impl Description {
    /// The keys that are shown beside it; empty where it has none.
    pub fn keys_text(&self, ctx: &Context) -> String {
        self.shortcuts.first().map(|keys| keys_text(ctx, keys)).unwrap_or_default()
    }

    /// The tip, with the keys behind it.
    pub fn tip_with_keys(&self, ctx: &Context) -> String {
        match self.keys_text(ctx) {
            keys if keys.is_empty() => self.tip.to_owned(),
            keys => format!("{} ({keys})", self.tip),
        }
    }
}

/// Keys as the desktop writes them; arrows and signs as what stands on the key.
pub fn keys_text(ctx: &Context, keys: &KeyboardShortcut) -> String {
    let (text, key) = (ctx.format_shortcut(keys), keys.logical_key);
    let sign = match key {
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::Plus => "+",
        Key::Minus => "−",
        Key::Comma => ",",
        Key::Period => ".",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        _ => return text,
    };
    let modifiers = text.strip_suffix(key.name()).or_else(|| text.strip_suffix(key.symbol_or_name()));
    modifiers.map_or_else(|| text.clone(), |modifiers| format!("{modifiers}{sign}"))
}

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

/// Ctrl or Cmd, and Shift.
const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

/// Ctrl, or Cmd on a Mac.
const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_words_and_keys_of_its_own() {
        let session = Session::default();
        let (mut labels, mut keys) = (Vec::new(), Vec::new());
        for action in Action::all() {
            let description = action.describe(&session);
            assert!(!description.label.is_empty() && !description.menu_label.is_empty(), "{action:?}");
            assert!(!description.tip.is_empty() && !description.tip.ends_with('.'), "{action:?}");
            assert!(!labels.contains(&description.label), "{} twice", description.label);
            labels.push(description.label);
            for shortcut in description.shortcuts {
                assert!(!keys.contains(&shortcut), "{action:?}: {shortcut:?} belongs to another command too");
                keys.push(shortcut);
            }
        }
    }

    #[test]
    fn the_keys_are_written_once_and_readably() {
        let ctx = Context::default();
        assert_eq!(keys_text(&ctx, &key(Key::ArrowLeft)), "←");
        assert!(keys_text(&ctx, &shift(Key::ArrowRight)).ends_with('→'));
        assert!(keys_text(&ctx, &ctrl(Key::Q)).ends_with('Q'));
    }

    #[test]
    fn what_is_not_available_says_why_and_does_nothing() {
        let session = Session::default();
        for action in [Action::PlayPause, Action::Undo, Action::SaveNetwork(NetworkKind::Onnx), Action::Train] {
            assert!(action.describe(&session).refusal.is_some_and(|reason| reason.ends_with('.')), "{action:?}");
            assert_eq!(action.command(&session), None);
        }
        assert_eq!(Action::Quit.command(&session), Some(Command::Quit));
    }
}
