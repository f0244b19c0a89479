//! The network on show compared with another one: the other's flow of the same data, and how the two differ.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::{Derivation, HeatMap, Situation, Source};
use crate::diagnostics::compare::Comparison;
use crate::network::{Layer, Network};
use crate::session::Counterpart;
use crate::session::scene::{Progress, Scene, SceneError};

/// Two networks under the same data.
#[derive(Debug)]
pub struct NetworkComparison {
    /// The other network.
    pub counterpart: Counterpart,
    /// Its flow of the data on show.
    pub scene: Arc<Scene>,
    /// How the two differ; points are counted as the scene on show counts them.
    pub comparison: Comparison,
    /// W_B − W_A of the pairs of matrices of one shape, as far as there is room for their pictures.
    pub differences: Vec<WeightDifference>,
}

/// W_B − W_A of a pair of matrices.
#[derive(Debug)]
pub struct WeightDifference {
    /// The layer of A, from 0.
    pub layer: usize,
    /// Which matrix of a residual block; `None` for a dense layer.
    pub part: Option<&'static str>,
    /// The difference.
    pub map: Arc<HeatMap>,
}

/// Cells of a picture in a row or column at most, and cells of all together.
const MAX_CELLS: usize = 192;
const MAX_ALL_CELLS: usize = 8 << 20;

/// W_B − W_A of the pairs, in the order of the comparison.
fn differences(networks: [&Network; 2], comparison: &Comparison) -> Vec<WeightDifference> {
    let mut room = MAX_ALL_CELLS;
    let mut found = Vec::new();
    for layer in &comparison.layers {
        for part in layer.matrices.iter().map(|matrix| matrix.part) {
            let [a, b] = [(networks[0], layer.a), (networks[1], layer.b)];
            let [Some(a), Some(b)] = [a, b].map(|(network, index)| matrix_of(network.layers().get(index)?, part))
            else {
                continue;
            };
            if a.shape() != b.shape() {
                continue;
            }
            let (rows, columns) = a.shape();
            let map =
                HeatMap::from_entries(rows, columns, MAX_CELLS, |row, column| b[(row, column)] - a[(row, column)]);
            let Some(left) = room.checked_sub(map.cells().len()) else { return found };
            room = left;
            found.push(WeightDifference { layer: layer.a, part, map: Arc::new(map) });
        }
    }
    found
}

fn matrix_of<'a>(layer: &'a Layer, part: Option<&str>) -> Option<&'a DMatrix<f64>> {
    match (layer, part) {
        (Layer::Dense(dense), None) => Some(&dense.affine.weight),
        (Layer::Residual(block), Some("inner")) => Some(&block.inner.weight),
        (Layer::Residual(block), Some("outer")) => Some(&block.outer.weight),
        (Layer::Residual(block), Some("shortcut")) => block.shortcut.as_ref(),
        _ => None,
    }
}

impl NetworkComparison {
    /// Follows the data of `scene` through the other network and compares the two.
    ///
    /// # Errors
    /// If the other network does not take the data, there is no room for as many points a second time, or `progress`
    /// answers false.
    pub fn build(
        scene: &Scene,
        counterpart: &Counterpart,
        progress: &mut Progress<'_>,
    ) -> Result<NetworkComparison, SceneError> {
        let options = scene.flow.options();
        let mut half = |share: f32, what: &str| progress(0.5 * share, what);
        let other = Scene::build(&counterpart.network, &scene.dataset, options, None, &mut half)?;
        if other.data.samples() != scene.data.samples() {
            let (fits, wanted) = (other.data.samples(), scene.data.samples());
            return Err(SceneError::Room { fits, wanted });
        }
        let data = (scene.dataset.samples() > 0).then_some(&*scene.dataset);
        let mut half = |share: f32, what: &str| progress(0.5 + 0.5 * share, what);
        let comparison = Comparison::new(&scene.network, &counterpart.network, data, options, &mut half)?;
        let differences = differences([&scene.network, &counterpart.network], &comparison);
        Ok(NetworkComparison { counterpart: counterpart.clone(), scene: Arc::new(other), comparison, differences })
    }
}

impl Derivation for NetworkComparison {
    type Request = Counterpart;

    const LABEL: &'static str = "Comparing the networks";
    const FAILURE: Option<&'static str> = Some("The networks could not be compared");
    // The two are drawn together: both must be of one moment of the data.
    const OUTLIVES_SCENE: bool = false;
    const OUTLIVES_DEMAND: bool = false;

    fn wanted(situation: &Situation<'_>) -> Option<Counterpart> {
        let counterpart = situation.counterpart?;
        counterpart.refusal(&situation.scene.network).is_none().then(|| counterpart.clone())
    }

    fn build(
        source: &Source,
        request: Counterpart,
        progress: &mut Progress<'_>,
    ) -> Result<Option<NetworkComparison>, SceneError> {
        NetworkComparison::build(&source.scene, &request, progress).map(Some)
    }

    fn title(request: &Counterpart) -> String {
        format!("Comparing with {}", request.name())
    }
}
