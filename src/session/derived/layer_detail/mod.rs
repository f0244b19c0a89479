//! What the layer panel shows of one layer beyond its numbers, made in a worker: heat maps, the unit ball, and what the
//! activation does to the data.

mod glyph;
mod heat_map;

use std::sync::Arc;

use nalgebra::DMatrix;

pub use glyph::Glyph;
pub use heat_map::HeatMap;

use super::{Derivation, Situation, Source};
use crate::diagnostics::{ActivationUse, LayerPath};
use crate::flow::{LayerFlow, Motion, PhaseKind};
use crate::linalg::evenly_spaced;
use crate::linalg::{Rotation, Svd};
use crate::network::{Layer, Node, NodeMap};
use crate::session::SidePanel;
use crate::session::scene::{Progress, Scene, SceneError, go_on};

/// The overview of the weights has at most so many cells a side: about one for a point of the panel.
const MAX_CELLS: usize = 256;
/// The maps of the factors are a third as wide.
const MAX_SMALL_CELLS: usize = 96;
/// At most this many values are counted in a histogram: units times samples.
const MAX_VALUES: usize = 1 << 19;
/// At most this many samples.
const MAX_SAMPLES: usize = 2000;

/// Points whose way through the layer is measured, at most.
const MAX_FOLLOWED: usize = 100;

/// A matrix of the layer with its name.
#[derive(Clone, Debug)]
pub struct NamedMap {
    /// "W", "U", "Σ", "Vᵀ", ….
    pub name: &'static str,
    /// The matrix.
    pub map: Arc<HeatMap>,
}

/// The singular values of one matrix of a residual block's branch.
#[derive(Clone, Debug)]
pub struct BranchSpectrum {
    /// "W₁", "W₂" or "S".
    pub name: &'static str,
    /// Largest first.
    pub singular_values: Vec<f64>,
    /// How many of them are not zero.
    pub rank: usize,
    /// Σσ² / σ₁².
    pub stable_rank: f64,
}

/// What is shown of one layer.
#[derive(Clone, Debug)]
pub struct LayerDetail {
    /// Index of the layer, from 0.
    pub layer: usize,
    /// The layer's own matrices: W, or W₁ and W₂ of a residual block.
    pub weights: Vec<NamedMap>,
    /// The factors of W in their order, in the dimensions in which the layer moves; none for a residual block.
    pub factors: Vec<NamedMap>,
    /// The spectra of the branch's matrices; none for a dense layer, whose flow has its own.
    pub branch: Vec<BranchSpectrum>,
    /// For each phase that turns, its index and its angular velocity A, skew-symmetric, in radians per unit of s.
    pub angular_velocities: Vec<(usize, Arc<HeatMap>)>,
    /// The unit ball; none for a residual block.
    pub glyph: Option<Glyph>,
    /// What the activation gets and gives; none without data.
    pub activation: Option<ActivationUse>,
    /// How far some of the data goes in the layer; none without data.
    pub path: Option<LayerPath>,
}

impl BranchSpectrum {
    fn new(name: &'static str, svd: &Svd) -> BranchSpectrum {
        let (singular_values, rank) = (svd.singular_values().to_vec(), svd.rank());
        BranchSpectrum { name, singular_values, rank, stable_rank: svd.stable_rank() }
    }
}

impl LayerDetail {
    /// Makes the detail of layer `index` of the scene.
    ///
    /// # Errors
    /// If `progress` answers false.
    pub fn build(scene: &Scene, index: usize, progress: &mut Progress<'_>) -> Result<LayerDetail, SceneError> {
        let mut detail = LayerDetail {
            layer: index,
            weights: Vec::new(),
            factors: Vec::new(),
            branch: Vec::new(),
            angular_velocities: Vec::new(),
            glyph: None,
            activation: None,
            path: None,
        };
        let flow = &scene.flow;
        let (Some(layer), Some(own)) = (flow.layers().get(index), scene.network.layers().get(index)) else {
            return Ok(detail);
        };
        go_on(progress, 0.0, "the unit ball")?;
        detail.glyph = Glyph::new(flow, layer);
        go_on(progress, 0.1, "the weights")?;
        for (name, matrix) in weight_matrices(own) {
            detail.weights.push(NamedMap { name, map: Arc::new(map_of(matrix, MAX_CELLS)) });
        }
        go_on(progress, 0.2, "the data before and after the activation")?;
        detail.activation = activation_of(scene, index, own);
        let followed = evenly_spaced(scene.data.samples(), MAX_FOLLOWED);
        if !followed.is_empty() {
            let start = scene.data.positions(flow, index as f64, &followed);
            detail.path = LayerPath::of_layer(flow, index, &start)?;
        }
        if let Layer::Residual(_) = own {
            for (name, matrix) in weight_matrices(own) {
                go_on(progress, 0.3, "the spectra of the branch")?;
                // A matrix that cannot be decomposed is left out; the others are still worth seeing.
                detail.branch.extend(Svd::new(matrix).ok().map(|svd| BranchSpectrum::new(name, &svd)));
            }
        }
        go_on(progress, 0.4, "the factors of W")?;
        detail.factors = factors_of(layer);
        let rotations = || layer.phases.iter().enumerate();
        for (phase, motion) in rotations().map(|(phase, found)| (phase, &found.motion)) {
            let Motion::Rotation(rotation) = motion else { continue };
            go_on(progress, 0.7 + 0.1 * phase as f32, "the angular velocity")?;
            let side = moving_dimension(layer).min(rotation.dimension());
            let velocity = rotation.angular_velocity();
            let map = HeatMap::from_entries(side, side, MAX_SMALL_CELLS, |row, column| velocity[(row, column)]);
            detail.angular_velocities.push((phase, Arc::new(map)));
        }
        Ok(detail)
    }
}

/// The matrices of a layer with their names: W, or W₁ and W₂ (and S) of a residual block.
pub fn weight_matrices(layer: &Layer) -> Vec<(&'static str, &DMatrix<f64>)> {
    match layer {
        Layer::Dense(dense) => vec![("W", &dense.affine.weight)],
        Layer::Node(node) => match &node.map {
            NodeMap::Affine(affine) => vec![("W", &affine.weight)],
            _ => Vec::new(),
        },
        Layer::Residual(residual) => {
            let shortcut = residual.shortcut.as_ref().map(|shortcut| ("S", shortcut));
            [("W₁", &residual.inner.weight), ("W₂", &residual.outer.weight)].into_iter().chain(shortcut).collect()
        }
    }
}

fn map_of(matrix: &DMatrix<f64>, most: usize) -> HeatMap {
    HeatMap::from_entries(matrix.nrows(), matrix.ncols(), most, |row, column| matrix[(row, column)])
}

/// The dimensions in which the layer itself moves: the rest of the ambient space belongs to wider layers.
fn moving_dimension(layer: &LayerFlow) -> usize {
    let reflects = layer.spectrum.as_ref().is_some_and(|spectrum| spectrum.reflection);
    layer.inputs.max(layer.outputs) + usize::from(reflects)
}

/// U, Σ (or S, where it stretches along tilted axes), Vᵀ, or Q, P: what the phases of the layer multiply by. A phase that is left out is the identity.
fn factors_of(layer: &LayerFlow) -> Vec<NamedMap> {
    if layer.spectrum.is_none() {
        return Vec::new();
    }
    let side = moving_dimension(layer);
    let small =
        |matrix: &dyn Fn(usize, usize) -> f64| Arc::new(HeatMap::from_entries(side, side, MAX_SMALL_CELLS, matrix));
    let of_rotation = |rotation: Option<&Rotation>| {
        let matrix = rotation.map_or_else(|| DMatrix::identity(side, side), Rotation::to_matrix);
        small(&|row, column| matrix[(row, column)])
    };
    let at = layer.phases.iter().position(|phase| matches!(phase.motion, Motion::Compression { .. }));
    let rotation = |wanted: &dyn Fn(usize) -> bool| {
        layer.phases.iter().enumerate().filter(|(index, _)| wanted(*index)).find_map(|(_, phase)| match &phase.motion {
            Motion::Rotation(rotation) => Some(rotation),
            _ => None,
        })
    };
    let (law_factors, basis) = match at.map(|at| &layer.phases[at].motion) {
        Some(Motion::Compression { factors, basis, .. }) => (factors.clone(), basis.as_ref()),
        _ => (vec![1.0; layer.inputs], None),
    };
    let sigma = |index: usize| law_factors.get(index).copied().unwrap_or(0.0);
    let along_tilted = |basis: &DMatrix<f64>| {
        let mut scaled = basis.clone();
        scaled.column_iter_mut().enumerate().for_each(|(index, mut column)| column *= sigma(index));
        let stretch = scaled * basis.transpose();
        small(&|row, column| stretch.get((row, column)).copied().unwrap_or(0.0))
    };
    let is_polar = at.is_some_and(|at| layer.phases[at].kind == PhaseKind::Stretch);
    let stretch = match basis {
        Some(basis) if is_polar => {
            let turned = of_rotation(rotation(&|_| true));
            return vec![NamedMap { name: "Q", map: turned }, NamedMap { name: "P", map: along_tilted(basis) }];
        }
        Some(basis) => NamedMap { name: "S", map: along_tilted(basis) },
        None => {
            let diagonal = small(&|row, column| if row == column { sigma(row) } else { 0.0 });
            NamedMap { name: "Σ", map: diagonal }
        }
    };
    let middle = at.unwrap_or_else(|| {
        layer.phases.iter().position(|p| matches!(p.motion, Motion::Rotation(_))).map_or(0, |p| p + 1)
    });
    vec![
        NamedMap { name: "U", map: of_rotation(rotation(&|index| index >= middle)) },
        stretch,
        NamedMap { name: "Vᵀ", map: of_rotation(rotation(&|index| index < middle)) },
    ]
}

/// What the layer's activation gets from some of the data, and what it makes of it.
fn activation_of(scene: &Scene, index: usize, layer: &Layer) -> Option<ActivationUse> {
    let inputs = match index.checked_sub(1) {
        None => &scene.dataset.points,
        Some(before) => scene.forward.layer_outputs.get(before)?,
    };
    let affine = match layer {
        Layer::Dense(dense) => &dense.affine,
        Layer::Residual(residual) => &residual.inner,
        Layer::Node(node) => return activation_of_node(node, inputs),
    };
    let most = (MAX_VALUES / affine.outputs().max(1)).clamp(1, MAX_SAMPLES);
    let samples = evenly_spaced(inputs.ncols(), most);
    ActivationUse::measure(layer.activation(), &affine.apply(&inputs.select_columns(&samples)))
}

/// The same of an operator of a graph that is an activation.
fn activation_of_node(node: &Node, inputs: &DMatrix<f64>) -> Option<ActivationUse> {
    let NodeMap::Activation { activation, .. } = node.map else { return None };
    let own = node.cut.reads();
    let samples = evenly_spaced(inputs.ncols(), (MAX_VALUES / own.len().max(1)).clamp(1, MAX_SAMPLES));
    let given = DMatrix::from_fn(own.len(), samples.len(), |row, column| inputs[(own[row], samples[column])]);
    ActivationUse::measure(activation, &given)
}

impl Derivation for LayerDetail {
    /// The index of the layer.
    type Request = usize;

    const LABEL: &'static str = "Preparing the layer panel";
    // A deep network is walked through many times while it plays.
    const KEPT: usize = 64;

    fn wanted(situation: &Situation<'_>) -> Option<usize> {
        let shows = situation.window.is_in_sight(SidePanel::Layer) && !situation.window.refinement_panel();
        shows.then(|| situation.panel_layer())
    }

    fn build(source: &Source, layer: usize, progress: &mut Progress<'_>) -> Result<Option<LayerDetail>, SceneError> {
        LayerDetail::build(&source.scene, layer, progress).map(Some)
    }

    fn title(layer: &usize) -> String {
        format!("Preparing layer {} for the panel", layer + 1)
    }

    fn replaces(_: &usize, _: &usize) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, Labels};
    use crate::flow::{Decomposition, FlowOptions};
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, Network, OutputFunction, Residual};

    fn scene(weight: &DMatrix<f64>, decomposition: Decomposition) -> Scene {
        let affine = Affine { weight: weight.clone(), bias: None };
        let layers = vec![Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Relu })];
        let network = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        let points = random_matrix(weight.ncols(), 5000, 9);
        let data = Dataset { name: String::new(), points, labels: Labels::None, ..Dataset::default() };
        let options = FlowOptions { decomposition, ..FlowOptions::default() };
        Scene::build(&Arc::new(network), &Arc::new(data), options, None, &mut |_, _| true).unwrap()
    }

    fn dense(map: &NamedMap) -> DMatrix<f64> {
        let [width, height] = map.map.size();
        DMatrix::from_row_slice(height, width, map.map.cells()).map(f64::from)
    }

    #[test]
    fn the_product_of_the_factors_is_the_weight() {
        let reflection = DMatrix::from_row_slice(2, 2, &[0.0, 1.2, 0.8, 0.1]);
        let rotation = DMatrix::from_row_slice(2, 2, &[0.6, -0.8, 0.8, 0.6]);
        for weight in [random_matrix(3, 5, 1), random_matrix(4, 2, 2), reflection, rotation] {
            for decomposition in Decomposition::ALL {
                let scene = scene(&weight, decomposition);
                let detail = LayerDetail::build(&scene, 0, &mut |_, _| true).unwrap();
                let product = detail.factors.iter().map(dense).reduce(|product, factor| product * factor).unwrap();
                let (rows, columns) = weight.shape();
                let difference = (product.view((0, 0), (rows, columns)) - &weight).norm();
                assert!(difference < 1e-5, "{decomposition:?}: {difference}");
                assert!((dense(&detail.weights[0]) - &weight).norm() < 1e-5);
                for (_, map) in &detail.angular_velocities {
                    let velocity = dense(&NamedMap { name: "A", map: Arc::clone(map) });
                    assert!((&velocity + velocity.transpose()).norm() < 1e-6 && velocity.norm() > 1e-3);
                }
            }
        }
    }

    #[test]
    fn a_residual_block_has_the_spectra_of_its_matrices() {
        let inner = Affine { weight: DMatrix::from_row_slice(3, 2, &[3.0, 0.0, 0.0, 4.0, 0.0, 0.0]), bias: None };
        let outer = Affine { weight: DMatrix::from_row_slice(2, 3, &[1.0, 0.0, 0.0, 2.0, 0.0, 0.0]), bias: None };
        let block = Residual { name: String::new(), inner, activation: Activation::Relu, outer, shortcut: None };
        let layers = vec![Layer::Residual(block)];
        let network = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        let data =
            Dataset { name: String::new(), points: random_matrix(2, 9, 1), labels: Labels::None, ..Dataset::default() };
        let options = FlowOptions::default();
        let scene = Scene::build(&Arc::new(network), &Arc::new(data), options, None, &mut |_, _| true).unwrap();
        let branch = LayerDetail::build(&scene, 0, &mut |_, _| true).unwrap().branch;
        let [first, second] = &branch[..] else { panic!("{branch:?}") };
        assert_eq!((first.name, first.rank, second.name, second.rank), ("W₁", 2, "W₂", 1));
        assert!((first.singular_values[0] - 4.0).abs() < 1e-12 && (first.stable_rank - 25.0 / 16.0).abs() < 1e-12);
        assert!((second.singular_values[0] - 5f64.sqrt()).abs() < 1e-12 && second.singular_values[1] < 1e-12);
    }

    #[test]
    fn large_data_is_sampled() {
        let detail = LayerDetail::build(&scene(&random_matrix(3, 2, 1), Decomposition::Svd), 0, &mut |_, _| true);
        let activation = detail.unwrap().activation.unwrap();
        assert!((1000..=MAX_SAMPLES).contains(&activation.samples));
        assert_eq!(activation.units, 3);
    }
}
