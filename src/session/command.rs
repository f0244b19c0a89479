//! What a person asks for; applied after drawing.

use std::path::PathBuf;

use super::file::SessionPart;
use super::{
    ChartFile, ChartKind, CheckpointCommand, ColumnCommand, DerivedKind, DropAnswer, EditCommand, Example,
    ExportCommand, FindingCommand, ImportCommand, KeyCommand, LeaveAnswer, NumberKind, PlaybackCommand, RecoverAnswer,
    SizedPanel, TrainCommand, ViewCommand, WindowCommand,
};
use crate::dataset::{DataChoice, Generator, GeneratorOptions};
use crate::flow::FlowOptions;
use crate::formats::NetworkKind;
use crate::media::MediaKind;

/// One thing a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Read a network from a file and show it.
    OpenNetwork(PathBuf),
    /// Read data from a file and let it flow.
    OpenData(PathBuf),
    /// Read these columns of a file of data.
    OpenColumns(PathBuf, DataChoice),
    /// Read another network and compare the one that is shown with it.
    CompareWith(PathBuf),
    /// Show the network alone again.
    EndComparison,
    /// The checkpoints of a training.
    Checkpoints(CheckpointCommand),
    /// Write the network that is shown.
    SaveNetwork(PathBuf),
    /// Write the measures of the layers as comma-separated values.
    WriteMeasures(PathBuf),
    /// Write numbers of what is shown.
    WriteNumbers(NumberKind, PathBuf),
    /// The keys of commands.
    Keys(KeyCommand),
    /// Ask for a file for a chart.
    SaveChart(ChartFile),
    /// Write the picture or the film of the last settings.
    WritePicture(PathBuf),
    /// The dialog for pictures and films.
    Export(ExportCommand),
    /// Files of either kind, as they are dropped on the window.
    OpenFiles(Vec<PathBuf>),
    /// What becomes of a network that was dropped on another.
    Dropped(DropAnswer),
    /// Show a network that comes with the program.
    OpenExample(Example),
    /// Let the data of a built-in generator flow.
    Generate(Generator, GeneratorOptions),
    /// Build the flow otherwise.
    Flow(FlowOptions),
    /// Ask for a path, and then open or save.
    Ask(DialogPurpose),
    /// The text in the path field that stands in for a file dialog.
    EditPath(String),
    /// Take the path in the path field.
    AcceptPath,
    /// Close the path field.
    ClosePath,
    /// The clock.
    Playback(PlaybackCommand),
    /// The stage and the layer panel.
    View(ViewCommand),
    /// The arrangement of the window.
    Window(WindowCommand),
    /// A panel was made so large, in points.
    Resize(SizedPanel, u16),
    /// Open the files again that were open last, or not.
    OpenLast(bool),
    /// The import assistant.
    Import(ImportCommand),
    /// Which columns of a file are the data.
    Columns(ColumnCommand),
    /// What is wrong with the network.
    Findings(FindingCommand),
    /// Change the network by hand.
    Edit(EditCommand),
    /// Train the network.
    Train(TrainCommand),
    /// Stop a job; what was open stays open.
    Cancel(Task),
    /// Take a notice away.
    Dismiss(u64),
    /// Take the first hint away.
    DismissHint,
    /// Save what is open the way it was opened.
    Save,
    /// Show the command line that shows what is shown.
    Share(bool),
    /// The session's file.
    Session(SessionCommand),
    /// The answer to the question about unsaved work.
    Leave(LeaveAnswer),
    /// What is to become of work that was found.
    Recover(RecoverAnswer),
    /// Close the window.
    Quit,
}

/// What is done with a session's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionCommand {
    /// Open one.
    Open(PathBuf),
    /// Write what the window shows.
    Save {
        /// The file.
        path: PathBuf,
        /// Whether network and data are embedded in any case.
        embeds: bool,
    },
    /// Take this file for a part that is missing or has changed.
    Take(SessionPart, PathBuf),
    /// Take files that have changed as they are now.
    TakeChanged,
    /// Leave the session whose files are missing.
    Leave,
}

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogPurpose {
    /// A network to read.
    OpenNetwork,
    /// Data to read.
    OpenData,
    /// A network to compare with.
    CompareWith,
    /// A folder of checkpoints to read.
    OpenCheckpoints,
    /// A file of this kind to write the network to.
    SaveNetwork(NetworkKind),
    /// A file of comma-separated values for the measures of the layers.
    SaveMeasures,
    /// A picture or a film.
    SavePicture(MediaKind),
    /// Numbers of what is shown.
    SaveNumbers(NumberKind),
    /// A chart.
    SaveChart(ChartKind),
    /// A session to read.
    OpenSession,
    /// A file to write the session to.
    SaveSession {
        /// Whether network and data are embedded in any case.
        embeds: bool,
    },
    /// A file of the session that is missing or has changed.
    FindFile(SessionPart),
}

/// The kinds of work that a session asks for; of each kind the latest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Reading a network, or finding out what dropped files are.
    Read,
    /// Reading data.
    ReadData,
    /// Drawing a picture of the start page.
    Preview,
    /// Trying the open network on data under each scaling.
    TryScalings,
    /// Reading the network to compare with.
    ReadCounterpart,
    /// Finding out which checkpoints there are.
    ListCheckpoints,
    /// Reading one of them.
    ReadCheckpoint,
    /// Decomposing the network and sampling the data's path.
    Build,
    /// Computing a result of the open scene.
    Derive(DerivedKind),
    /// Decomposing one weight of the import assistant.
    Spectrum,
    /// Writing a file.
    Save,
    /// Drawing a picture or a film.
    Export,
    /// Training the network.
    Train,
    /// Waiting for a file dialog.
    Dialog,
    /// Writing what is kept between starts.
    KeepSettings,
    /// Keeping, reading or removing unsaved work.
    Unsaved,
}

impl DialogPurpose {
    /// Whether a file is written.
    pub fn writes(self) -> bool {
        match self {
            DialogPurpose::SaveNetwork(_)
            | DialogPurpose::SaveMeasures
            | DialogPurpose::SavePicture(_)
            | DialogPurpose::SaveNumbers(_)
            | DialogPurpose::SaveChart(_)
            | DialogPurpose::SaveSession { .. } => true,
            DialogPurpose::OpenNetwork
            | DialogPurpose::CompareWith
            | DialogPurpose::OpenCheckpoints
            | DialogPurpose::OpenData
            | DialogPurpose::OpenSession
            | DialogPurpose::FindFile(_) => false,
        }
    }

    /// The title of the dialog.
    pub fn title(self) -> &'static str {
        match self {
            DialogPurpose::OpenNetwork => "Open network",
            DialogPurpose::OpenData => "Open data",
            DialogPurpose::CompareWith => "Compare with",
            DialogPurpose::OpenCheckpoints => "Open folder of checkpoints",
            DialogPurpose::SaveNetwork(_) => "Save network as",
            DialogPurpose::SaveMeasures => "Write measures as CSV",
            DialogPurpose::SaveNumbers(_) => "Save numbers",
            DialogPurpose::SaveChart(ChartKind::Csv) => "Save the chart's numbers as CSV",
            DialogPurpose::SaveChart(_) => "Save the chart as a picture",
            DialogPurpose::SavePicture(kind) if kind.holds_picture() => "Export picture",
            DialogPurpose::SavePicture(_) => "Export film",
            DialogPurpose::OpenSession => "Open session",
            DialogPurpose::SaveSession { .. } => "Save session as",
            DialogPurpose::FindFile(SessionPart::Network) => "Look for the network of the session",
            DialogPurpose::FindFile(SessionPart::Data) => "Look for the data of the session",
        }
    }
}

impl Task {
    /// What is being done, as the start of a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Task::Read => "Reading the network",
            Task::ReadData => "Reading the data",
            Task::Preview => "Preparing the start page",
            Task::TryScalings => "Trying the scalings",
            Task::ReadCounterpart => "Reading the network to compare with",
            Task::ListCheckpoints => "Listing the checkpoints",
            Task::ReadCheckpoint => "Reading a checkpoint",
            Task::Build => "Building the flow",
            Task::Derive(kind) => kind.label(),
            Task::Spectrum => "Finding a spectrum",
            Task::Save => "Saving",
            Task::Export => "Drawing",
            Task::Train => "Training",
            Task::Dialog => "The file dialog",
            Task::KeepSettings => "Keeping the settings",
            Task::Unsaved => "Keeping unsaved work",
        }
    }
}
