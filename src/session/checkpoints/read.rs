//! A step is read: its file, its flow, which continues that of a neighbour, and everything that is drawn of it.

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use super::detail::{IN_BACKGROUND, StepDetail};
use crate::flow::{Decomposition, Flow, FlowError};
use crate::formats::{Checkpoint, FormatError, OpenedNetwork};
use crate::network::NetworkError;
use crate::session::document::{Document, FileContents, flowing_part, open_as_before};
use crate::session::rebuild::{Rebuilt, VisibleOutputs};
use crate::session::scene::{Progress, SceneError};
use crate::session::wording::counted;

/// A step that is to be read.
#[derive(Clone, Debug)]
pub struct CheckpointRequest {
    /// Its file, as it was listed.
    pub file: Checkpoint,
    /// What is on show: the data, the choices of the flow, and how the file of the step on show was opened.
    pub document: Document,
    /// The flow that is continued.
    pub neighbour: Option<Arc<Flow>>,
    /// The gauge of that flow.
    pub gauge: u64,
    /// What has to be made together with the flow.
    pub in_sight: VisibleOutputs,
    /// Whether nobody has asked for it yet.
    pub is_ahead: bool,
}

/// What became of it.
#[derive(Debug)]
pub struct CheckpointRead {
    /// Its file, as it was listed.
    pub file: Checkpoint,
    /// The gauge of its flow.
    pub gauge: u64,
    /// What its weights and gradients are like, where it could be read.
    pub detail: Option<Arc<StepDetail>>,
    /// The document with what is drawn of it.
    pub result: Result<(Document, Rebuilt), CheckpointError>,
}

/// Why a step cannot be shown.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// Its file cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It gives only tensors.
    #[error("{}: gives only tensors, and those of the checkpoint on show are layers in no way that fits it; open it by \
             itself", path.display())]
    Tensors {
        /// The file.
        path: PathBuf,
    },
    /// What flows of it is no network.
    #[error("{}: {source}", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NetworkError,
    },
    /// The data on show does not fit it.
    #[error("{}: its network takes {}, and the data on show has {}; open it by itself", path.display(),
            counted(*inputs, "input"), counted(*columns, "column"))]
    Inputs {
        /// The file.
        path: PathBuf,
        /// The inputs of its network.
        inputs: usize,
        /// The columns of the data.
        columns: usize,
    },
    /// It has no scene.
    #[error("{}: {source}", path.display())]
    Scene {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SceneError,
    },
    /// The work was stopped.
    #[error("reading was stopped")]
    Cancelled,
}

impl CheckpointRequest {
    /// Reads the step.
    pub fn run(self, progress: &mut Progress<'_>) -> CheckpointRead {
        let (file, gauge) = (self.file.clone(), self.gauge);
        let result = self.read(progress);
        let measure = |(_, rebuilt): &(Document, Rebuilt)| Arc::new(StepDetail::measure(&rebuilt.scene, IN_BACKGROUND));
        let detail = result.as_ref().ok().map(measure);
        CheckpointRead { file, gauge, detail, result }
    }

    fn read(self, progress: &mut Progress<'_>) -> Result<(Document, Rebuilt), CheckpointError> {
        let CheckpointRequest { file: Checkpoint { path, .. }, mut document, neighbour, in_sight, .. } = self;
        let opened = open_as_before(&path, document.file.opened_by.as_ref())?;
        let Some((opened, opened_by)) = opened else { return Err(CheckpointError::Tensors { path }) };
        let (OpenedNetwork { network, account }, whole) =
            flowing_part(opened).map_err(|source| CheckpointError::Network { path: path.clone(), source })?;
        let (inputs, columns) = (network.inputs(), document.data.dimension());
        if inputs != columns {
            return Err(CheckpointError::Inputs { path, inputs, columns });
        }
        document.file = FileContents { opened_by, ..FileContents::new(account, whole) };
        document.network_path = Some(path.clone());
        let scene = |source| match source {
            SceneError::Flow(FlowError::Cancelled) => CheckpointError::Cancelled,
            source => CheckpointError::Scene { path: path.clone(), source },
        };
        // The decomposition of least motion is one of the data.
        let neighbour = neighbour.filter(|_| document.options.decomposition != Decomposition::LeastMotion);
        let flow = neighbour
            .map(|neighbour| Flow::near(&network, document.options, &neighbour, progress))
            .transpose()
            .map_err(|error| scene(SceneError::Flow(error)))?;
        document.network = Some(Arc::new(network));
        match Rebuilt::build(&mut document, flow.map(Arc::new), in_sight, progress) {
            Some(rebuilt) => Ok((document, rebuilt.map_err(scene)?)),
            None => Err(CheckpointError::Cancelled),
        }
    }
}
