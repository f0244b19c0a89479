//! One block of the ResNet as the refinement panel shows it: its weights as heat maps, made in a worker.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::made::Made;
use super::scene::{Progress, Scene, SceneError, go_on};
use super::{Effect, HeatMap, Session, Task};
use crate::network::{Affine, Layer};
use crate::resnet::{Refinement, ResNet};

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

/// The blocks of a scene that were looked at.
pub(super) type Blocks = Made<BlockRequest, Arc<BlockDetail>>;

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

impl Session {
    /// The newest block that is ready.
    pub fn block(&self) -> Option<&Arc<BlockDetail>> {
        self.shown.as_ref().and_then(|shown| shown.blocks.newest())
    }

    /// Asks for the block chosen in the refinement panel, if it is neither there nor under way.
    pub fn watch_block(&mut self) -> Option<Effect> {
        let open = self.window.refinement_panel();
        let chosen = self.view.block;
        let shown = self.shown.as_mut()?;
        // The ResNet on show, not the one that is still being built: its list is the one that was clicked.
        let wanted = shown.refined.as_ref().zip(chosen).map(|(refined, number)| (refined.refinement, number));
        let Some(request) = wanted.filter(|_| open) else {
            return shown.blocks.leave().then_some(Effect::Cancel(Task::Block));
        };
        shown.blocks.ask(&shown.scene, &request).then(|| Effect::Block(shown.scene.clone(), request))
    }

    pub(super) fn take_block(&mut self, scene: &Arc<Scene>, result: Result<Option<BlockDetail>, SceneError>) {
        if let Some(shown) = &mut self.shown {
            shown.blocks.take(&shown.scene, scene, result.ok().flatten().map(Arc::new));
        }
    }

    pub(super) fn give_up_block(&mut self) {
        if let Some(shown) = &mut self.shown {
            shown.blocks.give_up();
        }
    }
}
