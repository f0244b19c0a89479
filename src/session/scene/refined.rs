//! The ResNet of a scene: the same data and grid on their way through Euler steps, and how far they stray.

use super::{Progress, Scene, SceneError, class_centres, go_on};
use crate::flow::SampledPath;
use crate::resnet::{BlockRun, Refinement, RefinementError, ResNet};

/// The N-step ResNet of a scene, ready to be drawn at any time.
#[derive(Debug)]
pub struct Refined {
    /// Which ResNet this is.
    pub refinement: Refinement,
    /// The data's path through the ResNet.
    pub data: SampledPath,
    /// The path of the centre of each class; of none without classes.
    pub centres: SampledPath,
    /// The grid's path.
    pub grid: SampledPath,
    /// Its blocks, phase by phase.
    pub runs: Vec<BlockRun>,
    /// The distance from the plain net.
    pub error: RefinementError,
}

impl Refined {
    /// Follows the scene's data and grid through the ResNet.
    ///
    /// # Errors
    /// If a path cannot be followed or `progress` answers false.
    pub fn build(scene: &Scene, refinement: Refinement, progress: &mut Progress<'_>) -> Result<Refined, SceneError> {
        let flow = &scene.flow;
        go_on(progress, 0.0, "following the data through the ResNet")?;
        let resnet = ResNet::new(flow, refinement, &scene.dataset.points)?;
        let data = resnet.sample_path(&scene.dataset.points)?;
        let centres = class_centres(&data, &scene.dataset.labels);
        go_on(progress, 0.4, "following the grid through the ResNet")?;
        let grid = resnet.sample_path(&scene.lattice.points)?;
        let error = resnet.measure(&scene.dataset.points, scene.output, &mut |share, _| {
            progress(0.7 + 0.3 * share, "measuring the error")
        })?;
        Ok(Refined { refinement, data, centres, grid, runs: resnet.runs(), error })
    }
}
