//! What a command leads to outside the session, and what comes back from there.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use super::{
    BlockDetail, BlockRequest, DialogPurpose, Document, Field, FieldRequest, LayerDetail, LayerOverview,
    NeighbourRequest, Neighbours, Rebuilt, Refined, RefinementStudy, Scene, SceneError, Selection, SeparationProfile,
    Settings, StudyRequest, Task, TrainingChannel, TrainingRun, VisibleOutputs,
};
use crate::dataset::{ColumnOutline, DataChoice, Dataset};
use crate::flow::Flow;
use crate::formats::{ChainProposal, GraphConvolution, GraphFile, OpenedNetwork, TensorFile, WeightSpectrum};
use crate::network::{ImageShape, Network};
use crate::resnet::Refinement;

/// Work to be done outside the session.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Read a network.
    ReadNetwork(PathBuf),
    /// Read a network whose graph leaves the shape of its input open.
    ReadGraph(PathBuf, ImageShape),
    /// Read data; the network's number of inputs, where it is known, tells the label column from the others.
    ReadData(PathBuf, Option<usize>),
    /// Read these columns of a file of data, for this number of inputs.
    ReadColumns(PathBuf, Option<usize>, DataChoice),
    /// Find out which columns a file of data has.
    ListColumns(PathBuf),
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
    /// Follow the scene's data through a ResNet.
    Refine(Arc<Scene>, Refinement),
    /// Measure how the error of the scene's ResNet falls with N.
    RefinementStudy(Arc<Scene>, StudyRequest),
    /// Make one block of the scene's ResNet.
    Block(Arc<Scene>, BlockRequest),
    /// Sample u and the velocity of the scene's flow.
    Field(Arc<Scene>, FieldRequest),
    /// Find the neighbours of a point of the scene, or of its ResNet.
    Neighbours(Arc<Scene>, Option<Arc<Refined>>, NeighbourRequest),
    /// Follow the selected points of the scene.
    SeparationProfile(Arc<Scene>, Selection),
    /// Make what the layer panel shows of the layer with this index.
    Inspect(Arc<Scene>, usize),
    /// Make what the strip of all layers shows.
    LayerOverview(Arc<Scene>),
    /// Write the network.
    Save(Arc<Network>, PathBuf),
    /// Train the network, telling the window of it on the way.
    Train(TrainingRun),
    /// Write what is kept between starts.
    KeepSettings(PathBuf, Settings),
    /// Ask for a path, with a name to begin with.
    ShowDialog(DialogPurpose, String),
    /// Drop the work of this kind.
    Cancel(Task),
    /// Close the window.
    Quit,
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
    /// Data.
    Data(PathBuf, Dataset),
    /// The columns of a file of data, and why they were not taken as they are, if that was tried.
    Columns(PathBuf, Vec<ColumnOutline>, Option<UserError>),
    /// Several files, in the order in which they were given.
    Files(Vec<Outcome>),
    /// A file that could not be read.
    Unreadable(PathBuf, UserError),
    /// The document (with its data drawn) and its scene, or why there is none.
    Built(Document, Result<Arc<Scene>, SceneError>),
    /// The document that grew and its scene, or why there is none.
    Rebuilt(Document, Result<Rebuilt, SceneError>),
    /// A ResNet's path.
    Refined(Arc<Scene>, Result<Arc<Refined>, SceneError>),
    /// How the ResNet's error falls with N.
    Studied(Arc<Scene>, Result<Arc<RefinementStudy>, SceneError>),
    /// One block of the ResNet, if there is one of that number.
    Block(Arc<Scene>, Result<Option<BlockDetail>, SceneError>),
    /// u and the velocity on a plane.
    Field(Arc<Scene>, Result<Arc<Field>, SceneError>),
    /// The neighbours of a point.
    Neighbours(Arc<Scene>, Result<Neighbours, SceneError>),
    /// How far apart the selected points are.
    SeparationProfile(Arc<Scene>, Result<SeparationProfile, SceneError>),
    /// What the layer panel shows of the layer with this index.
    Inspected(Arc<Scene>, usize, Result<Arc<LayerDetail>, SceneError>),
    /// What the strip of all layers shows.
    Surveyed(Arc<Scene>, Result<Arc<LayerOverview>, SceneError>),
    /// The spectrum of a weight of this file; `None` where the work was cancelled.
    Spectrum(Arc<TensorFile>, Result<Option<WeightSpectrum>, UserError>),
    /// A file was written, or not.
    Saved(PathBuf, Result<(), UserError>),
    /// A training run has ended.
    Trained(Arc<TrainingChannel>, Result<(), UserError>),
    /// What is kept between starts was written, or not.
    SettingsKept(Result<(), UserError>),
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
        UserError { sentence: error.to_string(), details }
    }
}
