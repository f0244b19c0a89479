//! From layers to phases: the ambient space, the decompositions, the time each phase gets.

use nalgebra::{DMatrix, DVector};

use super::{Decomposition, FlowError, FlowOptions, LayerFlow, Motion, Phase, PhaseKind, ResidualLaw, Spectrum, fold};
use crate::linalg::{LinalgError, Rotation, Svd};
use crate::network::{Activation, Layer, MAX_FLOW_DIMENSIONS, Network};

/// Singular values this close to 1 compress nothing.
const NO_COMPRESSION: f64 = 1e-13;

/// Refuses a network that would take hours and all memory, before any work is done for it.
fn refuse_too_wide(network: &Network) -> Result<(), FlowError> {
    match network.too_wide_layer() {
        None => Ok(()),
        Some((index, layer)) => {
            let (rows, columns) = (layer.outputs(), layer.inputs());
            Err(FlowError::TooWide { layer: index + 1, rows, columns, most: MAX_FLOW_DIMENSIONS })
        }
    }
}

/// The matrix of a layer that is split into motions: W, or a residual block's shortcut.
fn linear_part(layer: &Layer) -> Option<&DMatrix<f64>> {
    match layer {
        Layer::Dense(dense) => Some(&dense.affine.weight),
        Layer::Residual(residual) => residual.shortcut.as_ref(),
    }
}

/// The ambient dimension and each layer's part of the flow.
pub(super) fn build(
    network: &Network,
    options: FlowOptions,
    progress: &mut dyn FnMut(usize) -> bool,
) -> Result<(usize, Vec<LayerFlow>), FlowError> {
    refuse_too_wide(network)?;
    let failed = |index: usize| move |source: LinalgError| FlowError::Decomposition { layer: index + 1, source };
    // The ambient dimension must be known before motions are placed in it, and only decompositions tell reflections.
    let mut decomposed: Vec<Option<(Svd, Moving)>> = Vec::with_capacity(network.layers().len());
    for (index, layer) in network.layers().iter().enumerate() {
        if !progress(index) {
            return Err(FlowError::Cancelled);
        }
        decomposed.push(match linear_part(layer) {
            Some(weight) => {
                let svd = Svd::new(weight).map_err(failed(index))?;
                let moving = Moving::new(&svd, options).map_err(failed(index))?;
                Some((svd, moving))
            }
            None => None,
        });
    }
    let dimension =
        decomposed.iter().flatten().map(|(svd, _)| svd.moving_dimension()).fold(network.largest_width(), usize::max);
    let layers = network.layers().iter().zip(decomposed).enumerate();
    let layers = layers.map(|(index, (layer, decomposed))| {
        let origin = network.origin(index).map(str::to_owned);
        LayerFlow { origin, ..layer_flow(index + 1, layer, decomposed, dimension, options.residual) }
    });
    let layers = layers.collect();
    progress(network.layers().len());
    Ok((dimension, layers))
}

/// The linear phases of one layer in its own moving dimension, and the angles that they turn by.
struct Moving {
    motions: Vec<(PhaseKind, Motion)>,
    rotation_in: Vec<f64>,
    rotation_out: Vec<f64>,
    total_rotation: f64,
}

impl Moving {
    fn new(svd: &Svd, options: FlowOptions) -> Result<Moving, LinalgError> {
        let law = options.compression;
        match options.decomposition {
            Decomposition::Svd => {
                let proper = svd.proper()?;
                let (rotation_in, rotation_out) = (proper.rotation_in, proper.rotation_out);
                Ok(Moving {
                    rotation_in: rotation_in.angles().to_vec(),
                    rotation_out: rotation_out.angles().to_vec(),
                    total_rotation: rotation_in.total().hypot(rotation_out.total()),
                    motions: vec![
                        (PhaseKind::RotateIn, Motion::Rotation(rotation_in)),
                        (PhaseKind::Compress, Motion::Compression { law, factors: proper.factors, basis: None }),
                        (PhaseKind::RotateOut, Motion::Rotation(rotation_out)),
                    ],
                })
            }
            Decomposition::Polar => {
                let polar = svd.proper_polar()?;
                let basis = Some(polar.directions);
                Ok(Moving {
                    rotation_in: Vec::new(),
                    rotation_out: polar.rotation.angles().to_vec(),
                    total_rotation: polar.rotation.total(),
                    motions: vec![
                        (PhaseKind::Stretch, Motion::Compression { law, factors: polar.factors, basis }),
                        (PhaseKind::Rotate, Motion::Rotation(polar.rotation)),
                    ],
                })
            }
        }
    }
}

fn layer_flow(
    index: usize,
    layer: &Layer,
    decomposed: Option<(Svd, Moving)>,
    dimension: usize,
    law: ResidualLaw,
) -> LayerFlow {
    let mut motions = Vec::new();
    let mut spectrum = None;
    if let Some((svd, moving)) = decomposed {
        if matches!(layer, Layer::Dense(_)) {
            spectrum = Some(spectrum_of(&svd, &moving));
        }
        let loses_nothing = svd.rank() == layer.inputs();
        motions.extend(
            moving
                .motions
                .into_iter()
                .filter(|(_, motion)| is_moving(motion, loses_nothing))
                .map(|(kind, motion)| (kind, embedded(motion, dimension))),
        );
    }
    motions.extend(last_motions(layer, dimension, law));
    LayerFlow {
        index,
        name: layer.name().to_owned(),
        origin: None,
        inputs: layer.inputs(),
        outputs: layer.outputs(),
        activation: layer.activation(),
        phases: timed(index, motions),
        spectrum,
        fold: fold::fold_time(layer.activation()).filter(|_| matches!(layer, Layer::Dense(_))),
    }
}

/// Shift and activation of a dense layer, or the branch of a residual block.
fn last_motions(layer: &Layer, dimension: usize, law: ResidualLaw) -> Vec<(PhaseKind, Motion)> {
    match layer {
        Layer::Dense(dense) => {
            let mut motions = Vec::new();
            if let Some(bias) = dense.affine.bias.as_ref().filter(|bias| bias.iter().any(|entry| *entry != 0.0)) {
                let padded: DVector<f64> = bias.clone().resize_vertically(dimension, 0.0);
                motions.push((PhaseKind::Shift, Motion::Shift(padded)));
            }
            if dense.activation != Activation::Identity {
                let width = dense.affine.outputs();
                motions.push((PhaseKind::Activate, Motion::Activation { activation: dense.activation, width }));
            }
            motions
        }
        Layer::Residual(residual) => {
            vec![(PhaseKind::Residual, Motion::Residual(Box::new(residual.clone())).under(law))]
        }
    }
}

/// Whether a linear motion moves any data. Directions that only carry padding are multiplied by 0, which moves
/// nothing; `loses_nothing` says that no input direction is among the null ones.
fn is_moving(motion: &Motion, loses_nothing: bool) -> bool {
    match motion {
        Motion::Rotation(rotation) => !rotation.is_identity(),
        Motion::Compression { factors, .. } => {
            !loses_nothing || factors.iter().any(|sigma| *sigma != 0.0 && (sigma - 1.0).abs() > NO_COMPRESSION)
        }
        Motion::Shift(_) | Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) => true,
    }
}

/// The same motion in the ambient space.
fn embedded(motion: Motion, dimension: usize) -> Motion {
    match motion {
        Motion::Rotation(rotation) => Motion::Rotation(Rotation::embedded(rotation, dimension)),
        Motion::Compression { law, mut factors, basis } => {
            factors.resize(dimension, 0.0);
            Motion::Compression { law, factors, basis }
        }
        other => other,
    }
}

/// The phases that remain share the layer's unit of time equally.
fn timed(index: usize, motions: Vec<(PhaseKind, Motion)>) -> Vec<Phase> {
    let count = motions.len() as f64;
    let at = |position: usize| (index - 1) as f64 + position as f64 / count;
    motions
        .into_iter()
        .enumerate()
        .map(|(position, (kind, motion))| Phase { kind, start: at(position), end: at(position + 1), motion })
        .collect()
}

fn spectrum_of(svd: &Svd, moving: &Moving) -> Spectrum {
    let determinant_sign = svd.determinant_sign();
    Spectrum {
        singular_values: svd.singular_values().to_vec(),
        rank: svd.rank(),
        condition_number: svd.condition_number(),
        stable_rank: svd.stable_rank(),
        effective_rank: svd.effective_rank(),
        determinant_sign,
        reflection: determinant_sign == Some(-1),
        rotation_in: moving.rotation_in.clone(),
        rotation_out: moving.rotation_out.clone(),
        total_rotation: moving.total_rotation,
    }
}
