//! One block of the ResNet as the refinement panel shows it: its weights as heat maps, made in a worker.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::{Derivation, HeatMap, Situation, Source};
use crate::network::{Affine, Layer};
use crate::resnet::{Refinement, ResNet};
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// The maps have at most so many cells a side.
const MAX_CELLS: usize = 128;

/// Which block: of which ResNet, and its number from 0.
pub type BlockRequest = (Refinement, usize);

/// A block's weights.
#[derive(Debug)]
pub struct BlockDetail {
    /// Which block it is.
    pub request: BlockRequest,
    /// Its name in a file.
    pub name: String,
    /// W₁ and W₂ of a block, W of a linear map.
    pub matrices: Vec<BlockMatrix>,
}

/// A matrix of a block with its bias.
#[derive(Debug)]
pub struct BlockMatrix {
    /// "W₁", "W₂" or "W".
    pub name: &'static str,
    /// The matrix.
    pub map: Arc<HeatMap>,
    /// The largest size of a bias; `None` without bias.
    pub largest_bias: Option<f64>,
}

impl BlockDetail {
    /// Makes one block of the scene's ResNet; `None` where there is none of that number.
    ///
    /// # Errors
    /// If the data does not fit or `progress` answers false.
    pub fn build(
        scene: &Scene,
        request: BlockRequest,
        progress: &mut Progress<'_>,
    ) -> Result<Option<BlockDetail>, SceneError> {
        go_on(progress, 0.0, "making the block")?;
        let resnet = ResNet::new(&scene.flow, request.0, &scene.dataset.points)?;
        let layer = resnet.block(request.1);
        go_on(progress, 0.8, "making the block's maps")?;
        Ok(layer.map(|layer| {
            let matrices = match &layer {
                Layer::Dense(dense) => vec![of_affine("W", &dense.affine)],
                Layer::Node(_) => Vec::new(),
                Layer::Residual(block) => vec![of_affine("W₁", &block.inner), of_affine("W₂", &block.outer)],
            };
            BlockDetail { request, name: layer.name().to_owned(), matrices }
        }))
    }
}

fn of_affine(name: &'static str, affine: &Affine) -> BlockMatrix {
    let weight: &DMatrix<f64> = &affine.weight;
    let map = HeatMap::from_entries(weight.nrows(), weight.ncols(), MAX_CELLS, |row, column| weight[(row, column)]);
    BlockMatrix { name, map: Arc::new(map), largest_bias: affine.bias.as_ref().map(DVector::amax) }
}

impl Derivation for BlockDetail {
    type Request = BlockRequest;

    const LABEL: &'static str = "Making the block";

    fn wanted(situation: &Situation<'_>) -> Option<BlockRequest> {
        // Of the ResNet on show, not the one that is still being built: its list is the one that was clicked.
        let refined = situation.refined.as_ref().filter(|_| situation.window.refinement_panel())?;
        situation.view.block.map(|number| (refined.refinement, number))
    }

    fn build(
        source: &Source,
        request: BlockRequest,
        progress: &mut Progress<'_>,
    ) -> Result<Option<BlockDetail>, SceneError> {
        BlockDetail::build(&source.scene, request, progress)
    }
}
