//! What a command leads to outside the session, and what comes back from there.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use super::file::{FileProblem, Look, OpenedSession, SessionSnapshot, SessionSources};
use super::{
    CheckpointRead, CheckpointRequest, Counterpart, DerivedJob, DerivedOutput, DerivedWork, DialogPurpose, Document,
    Example, NumberRequest, PictureSettings, Preview, Rebuilt, ScalingCheck, ScalingRequest, Scene, SceneError,
    Settings, Task, TrainingChannel, TrainingRun, UnsavedWork, VisibleOutputs,
};
use crate::dataset::{ColumnOutline, DataChoice, Dataset};
use crate::flow::Flow;
use crate::formats::{
    ChainProposal, Checkpoint, GraphConvolution, GraphFile, OpenedNetwork, RunLog, TensorFile, WeightSpectrum,
};
use crate::media::Frame;
use crate::network::{ImageShape, Network};
use crate::system::text::{MAX_SENTENCE, bounded};

/// Work to be done outside the session.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Read a network.
    ReadNetwork(PathBuf),
    /// Read a network whose graph leaves the shape of its input open.
    ReadGraph(PathBuf, ImageShape),
    /// Read a network whose input has guessed lengths, and ask for them.
    AskInputShape(PathBuf),
    /// Read a network to compare with.
    ReadCounterpart(PathBuf),
    /// Find out which checkpoints a folder or a pattern of names holds, and how the log beside them goes on.
    ListCheckpoints(PathBuf, Option<Arc<RunLog>>),
    /// Read a checkpoint and make what is drawn of it.
    ReadCheckpoint(Box<CheckpointRequest>),
    /// Read data; the network's number of inputs, where it is known, tells the label column from the others.
    ReadData(PathBuf, Option<usize>),
    /// Read these columns of a file of data, for this number of inputs.
    ReadColumns(PathBuf, Option<usize>, DataChoice),
    /// Find out which columns a file of data has.
    ListColumns(PathBuf),
    /// Follow some of an example's data for the start page.
    DrawPreview(Example),
    /// Try the open network on data under each scaling.
    TryScalings(ScalingRequest),
    /// Find out what each file is, and read it.
    ReadFiles(Vec<PathBuf>, Option<usize>),
    /// Read the tensors of a chain and join them to a network.
    ReadChain(PathBuf, Arc<TensorFile>, ChainProposal),
    /// Find a spectrum of a weight of this file.
    FindSpectrum(Arc<TensorFile>, SpectrumRequest),
    /// Decompose the network (unless its flow is known already) and sample the data's path.
    Build(Document, Option<Arc<Flow>>),
    /// Build a scene that takes the place of one that it grew out of, with what is in sight of it.
    Grow(Document, Option<Arc<Flow>>, VisibleOutputs),
    /// Compute a result of the open scene.
    Derive(DerivedJob),
    /// Write these bytes.
    Write(Arc<[u8]>, PathBuf),
    /// Make a table of numbers and write it.
    WriteNumbers(NumberRequest, PathBuf),
    /// Draw a picture or a film and write it.
    WritePicture(Box<PictureSettings>, PathBuf),
    /// Draw a picture and copy it.
    DrawPicture(Box<PictureSettings>),
    /// Read a session, with what takes the place of files that it names.
    ReadSession(PathBuf, SessionSources),
    /// Write the session.
    SaveSession(Box<SessionSnapshot>, PathBuf),
    /// Write the network.
    Save(Arc<Network>, PathBuf),
    /// Train the network, telling the window of it on the way.
    Train(TrainingRun),
    /// Write what is kept between starts: as it was when this window wrote it last, and as it is now.
    KeepSettings(PathBuf, Box<[Settings; 2]>),
    /// Keep unsaved work in a folder.
    KeepUnsaved(PathBuf, UnsavedWork),
    /// Read work that was kept.
    ReadUnsaved(PathBuf),
    /// Remove work that was kept.
    RemoveUnsaved(PathBuf),
    /// Ask for a path, with a name to begin with.
    ShowDialog(DialogPurpose, String),
    /// Drop the work of this kind.
    Cancel(Task),
    /// Close the window.
    Quit,
}

impl From<DerivedWork> for Effect {
    fn from(work: DerivedWork) -> Effect {
        match work {
            DerivedWork::Start(job) => Effect::Derive(job),
            DerivedWork::Cancel(kind) => Effect::Cancel(Task::Derive(kind)),
        }
    }
}

/// Whose spectrum is asked for.
#[derive(Clone, Debug)]
pub enum SpectrumRequest {
    /// That of the weight at this place of a chain.
    Weight(ChainProposal, usize),
    /// That of a convolution of a graph.
    Convolution(GraphConvolution),
}

/// What comes back.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one comes back for a job, and is taken apart at once")]
pub enum Outcome {
    /// A file with a whole network.
    Network(PathBuf, OpenedNetwork),
    /// A file with tensors only.
    Tensors(PathBuf, TensorFile),
    /// A file with a graph that is understood in part.
    Graph(PathBuf, GraphFile),
    /// The network to compare with, or why it could not be read.
    Counterpart(Result<Counterpart, UserError>),
    /// A folder or a pattern of several networks that was opened.
    Checkpoints(PathBuf, Vec<Checkpoint>),
    /// The checkpoints that it holds now, and the log beside them.
    CheckpointsListed(PathBuf, Result<Vec<Checkpoint>, UserError>, Option<Arc<RunLog>>),
    /// A checkpoint that was read.
    Checkpoint(Box<CheckpointRead>),
    /// Data, and the choice of its columns where one was made.
    Data(PathBuf, Dataset, Option<DataChoice>),
    /// The columns of a file of data, and why they were not taken as they are, if that was tried.
    Columns(PathBuf, Vec<ColumnOutline>, Option<UserError>),
    /// A picture of the start page; `None` where there is none.
    Preview(Example, Option<Arc<Preview>>),
    /// What was tried, and how many answers were right under each scaling where that can be told.
    ScalingsTried(ScalingRequest, Option<ScalingCheck>),
    /// Several files, in the order in which they were given.
    Files(Vec<Outcome>),
    /// A file that could not be read.
    Unreadable(PathBuf, UserError),
    /// The document (with its data drawn) and its scene, or why there is none.
    Built(Document, Result<Arc<Scene>, SceneError>),
    /// The document that grew and its scene, or why there is none.
    Rebuilt(Document, Result<Rebuilt, SceneError>),
    /// A result of the open scene.
    Derived(DerivedOutput),
    /// The spectrum of a weight of this file; `None` where the work was cancelled.
    Spectrum(Arc<TensorFile>, Result<Option<WeightSpectrum>, UserError>),
    /// A session.
    Session(Box<OpenedSession>),
    /// A session that names files which are not as they were, and what was said to take their place.
    SessionFiles(PathBuf, Vec<FileProblem>, SessionSources),
    /// A session was written, with everything embedded or not, what the window showed, and what was left out; or it was not.
    SessionSaved(PathBuf, bool, Box<Look>, Result<Option<String>, UserError>),
    /// A text was written, or not.
    Written(PathBuf, Result<(), UserError>),
    /// A picture or a film was written, or not.
    PictureWritten(PathBuf, Result<(), UserError>),
    /// A picture was drawn to be copied, or not.
    PictureDrawn(Result<Arc<Frame>, UserError>),
    /// A file was written, or not.
    Saved(PathBuf, Result<(), UserError>),
    /// A training run has ended.
    Trained(Arc<TrainingChannel>, Result<(), UserError>),
    /// What is kept between starts was written, or not.
    SettingsKept(Result<(), UserError>),
    /// Work that was kept was read again, from this folder.
    Recovered(PathBuf, Box<(Network, Option<Dataset>)>),
    /// Unsaved work was kept or removed, or not.
    UnsavedKept(Result<(), UserError>),
    /// The answer to a file dialog.
    Answer(DialogPurpose, DialogAnswer),
    /// A worker failed in a way that was not foreseen.
    Failed(Task, String),
}

/// How a file dialog ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogAnswer {
    /// With a path.
    Chosen(PathBuf),
    /// Without.
    Cancelled,
    /// It was never shown: this desktop has none.
    Unavailable,
}

/// Why something could not be done, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// One plain sentence with the file, the place in it and the remedy.
    pub sentence: String,
    /// What lies behind it.
    pub details: String,
}

impl UserError {
    /// The sentence of an error, and the errors behind it as details.
    pub fn new(error: &(dyn Error + 'static)) -> UserError {
        let mut details = format!("{error:?}");
        let mut cause = error.source();
        while let Some(error) = cause {
            details.push_str(&format!("\ncaused by: {error}"));
            cause = error.source();
        }
        UserError { sentence: bounded(&error.to_string(), MAX_SENTENCE).into_owned(), details }
    }
}
