//! From layers to phases: the ambient space, the decompositions, the time each phase gets.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use nalgebra::{DMatrix, DVector};

use super::error::FlowError;
use super::large::{self, Cost, Outcome};
use super::neighbour::{Hints, Neighbour};
use super::{
    Decomposition, FlowOptions, LayerFlow, Motion, NodeMotion, Phase, PhaseKind, ResidualLaw, Spectrum, StoredRank,
    fold, least_motion, neighbour,
};
use crate::linalg::{LinalgError, Rotation, Svd};
use crate::network::{Activation, Layer, MAX_FLOW_DIMENSIONS, Network, Node, NodeMap, Stage, StoredPrecision};
use crate::progress::{Progress, step};
use crate::system::memory;

/// Singular values this close to 1 compress nothing.
const NO_COMPRESSION: f64 = 1e-13;

/// Layers of networks at least as wide, or of at least so many layers, are decomposed on threads of their own; others are
/// done as soon.
const WIDE: usize = 128;
const MANY_LAYERS: usize = 256;

/// Weights of 32 bits with so many rows and columns are shown at the rank that 32 bits can tell, where that is low.
const LONG: usize = 1024;

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

/// About the bytes that the decompositions take: of each layer the factors and what its rotations are made of, each a square
/// of the layer's width.
fn needed(network: &Network) -> u64 {
    /// U, V, their logarithms in planes, and what is worked on while they are found.
    const SQUARES: u64 = 10;
    let shapes = network.layers().iter().filter_map(linear_part).map(DMatrix::shape);
    let entries = shapes.map(|(rows, columns)| {
        let longer = rows.max(columns) as u64;
        // Thin factors have as many columns as there are directions.
        let side = if Svd::is_thin_shape(rows, columns) { rows.min(columns) as u64 } else { longer };
        longer.saturating_mul(side)
    });
    entries.fold(0, u64::saturating_add).saturating_mul(SQUARES * size_of::<f64>() as u64)
}

/// The matrix of a layer that is split into motions: W, or a residual block's shortcut.
fn linear_part(layer: &Layer) -> Option<&DMatrix<f64>> {
    match layer {
        Layer::Dense(dense) => Some(&dense.affine.weight),
        Layer::Residual(residual) => residual.shortcut.as_ref(),
        Layer::Node(_) => None,
    }
}

/// What is kept of a decomposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Everything that moves.
    Motions,
    /// What is told of them in numbers: rotations without directions.
    Numbers,
}

/// The ambient dimension and each layer's part of the flow.
pub(super) fn build(
    network: &Network,
    options: FlowOptions,
    kept: Kept,
    data: Option<&DMatrix<f64>>,
    neighbour: Option<Neighbour<'_>>,
    progress: &mut Progress<'_>,
) -> Result<(usize, Vec<LayerFlow>), FlowError> {
    refuse_too_wide(network)?;
    memory::check(needed(network))?;
    // The ambient dimension must be known before motions are placed in it, and only decompositions tell reflections.
    let data = data.filter(|_| options.decomposition == Decomposition::LeastMotion);
    let inputs = data.map_or_else(Vec::new, |data| least_motion::layer_inputs(network, data));
    let hints = |index: usize| Hints {
        points: inputs.get(index).and_then(Option::as_ref),
        neighbour: neighbour.and_then(|known| neighbour::proper_factors(known, index, network.layers().get(index)?)),
    };
    let decomposed = decompositions(network, (options, kept), &hints, progress)?;
    let dimension = decomposed.iter().flatten().map(|found| found.dimension).fold(network.widest_state(), usize::max);
    let layers = network.layers().iter().zip(decomposed).enumerate();
    let layers = layers.map(|(index, (layer, decomposed))| {
        let origin = network.origin(index).map(str::to_owned);
        LayerFlow { origin, ..layer_flow(index + 1, layer, decomposed, dimension, options.residual) }
    });
    let layers = layers.collect();
    progress(1.0, "");
    Ok((dimension, layers))
}

/// What is kept of the decomposition of one layer: the factors themselves take more memory than the weight.
struct Decomposed {
    moving: Moving,
    spectrum: Spectrum,
    /// Whether no input direction is among the null ones.
    loses_nothing: bool,
    /// The dimension that its motions need.
    dimension: usize,
}

impl Decomposed {
    fn new(
        weight: &DMatrix<f64>,
        (options, kept): (FlowOptions, Kept),
        hints: &Hints<'_>,
        stored: Option<StoredPrecision>,
        report_rank: impl Fn(bool),
    ) -> Result<Decomposed, LinalgError> {
        // Tilted axes are needed whole.
        let thin = if options.decomposition == Decomposition::Polar { None } else { Svd::thin(weight)? };
        // What takes minutes in all of its directions is shown in those that its numbers can tell from none.
        let is_single = stored == Some(StoredPrecision::Single) && options.decomposition != Decomposition::Polar;
        let is_long = is_single && thin.is_none() && weight.nrows().min(weight.ncols()) >= LONG;
        let cut = if is_long { Svd::thin_within(weight, 2.0_f64.powi(-23))? } else { None };
        let is_cut = cut.is_some();
        report_rank(is_cut || thin.is_some());
        let svd = thin.or(cut).map_or_else(|| Svd::new(weight), Ok)?;
        let mut moving = Moving::new(&svd, options, hints)?;
        if kept == Kept::Numbers {
            moving.motions.iter_mut().for_each(|(_, motion)| forget_directions(motion));
        }
        let found = Decomposed {
            spectrum: spectrum_of(&svd, &moving),
            loses_nothing: svd.rank() == weight.ncols(),
            dimension: svd.moving_dimension(),
            moving,
        };
        Ok(found.stored_as(stored, weight.shape(), is_cut))
    }

    /// The same of a weight of this shape that is stored in this type.
    fn stored_as(
        mut self,
        precision: Option<StoredPrecision>,
        (rows, columns): (usize, usize),
        is_shown: bool,
    ) -> Decomposed {
        let values = &self.spectrum.singular_values;
        self.spectrum.stored_rank = precision.map(|precision| StoredRank {
            precision,
            rank: precision.rank(values, rows, columns),
            tolerance: precision.tolerance(values, rows, columns),
            is_shown,
        });
        self
    }
}

/// Leaves of a motion what tells whether it moves anything.
fn forget_directions(motion: &mut Motion) {
    match motion {
        Motion::Rotation(rotation) => *rotation = rotation.without_planes(),
        Motion::Compression { basis, .. } => *basis = None,
        Motion::Shift(_) | Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => {}
    }
}

/// The decomposition of each layer that has a matrix; those of wide networks on as many threads as there are cores.
fn decompositions<'a>(
    network: &Network,
    choices: (FlowOptions, Kept),
    hints: &(dyn Fn(usize) -> Hints<'a> + Sync),
    progress: &mut Progress<'_>,
) -> Result<Vec<Option<Decomposed>>, FlowError> {
    let layers = network.layers();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(layers.len());
    let cost = Cost::of(layers.iter().map(linear_part), threads, needed(network));
    let decompose = |index: usize, goes_on: &mut dyn FnMut() -> bool| {
        let Some(weight) = linear_part(&layers[index]) else { return Ok(None) };
        let (stored, hints) = (network.stored(index), hints(index));
        let directions = cost.directions().clone();
        let report_rank = move |are_few| directions.report(index, are_few);
        let here = |report_rank| Decomposed::new(weight, choices, &hints, stored, report_rank);
        let decomposed = if large::is_large(weight) {
            let (weight, points) = (weight.clone(), hints.points.cloned());
            let (own, neighbour) = (report_rank.clone(), hints.neighbour.clone());
            let work = move || {
                let hints = Hints { points: points.as_ref(), neighbour };
                Decomposed::new(&weight, choices, &hints, stored, own)
            };
            match large::in_background(work, goes_on) {
                Outcome::Ended(decomposed) => decomposed,
                Outcome::GivenUp => return Err(FlowError::Cancelled),
                Outcome::NoThread => here(report_rank),
            }
        } else {
            here(report_rank)
        };
        decomposed.map(Some).map_err(|source| FlowError::Decomposition { layer: index + 1, source })
    };
    let mut report = |done: usize| {
        let next = (done + 1).min(layers.len());
        let (part, takes) = (cost.part(), cost.text());
        // Small layers are counted, and large ones by the clock.
        let part = part.max(step(done, layers.len()));
        progress(part, &format!("decomposing layer {next} of {}{takes}", layers.len()))
    };
    if threads < 2 || (network.largest_width() < WIDE && layers.len() < MANY_LAYERS) {
        let decompose_one =
            |index| if report(index) { decompose(index, &mut || report(index)) } else { Err(FlowError::Cancelled) };
        return (0..layers.len()).map(decompose_one).collect();
    }
    let mut found: Vec<Option<Result<Option<Decomposed>, FlowError>>> = layers.iter().map(|_| None).collect();
    let (next, is_cancelled) = (AtomicUsize::new(0), AtomicBool::new(false));
    let goes_on = thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 0..threads {
            let (send, next, decompose, is_cancelled) = (send.clone(), &next, &decompose, &is_cancelled);
            let work = move || {
                let mut goes_on = || !is_cancelled.load(Ordering::Relaxed);
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    // Nobody takes the result of a cancelled one.
                    if index >= layers.len() || send.send((index, decompose(index, &mut goes_on))).is_err() {
                        break;
                    }
                }
            };
            if thread::Builder::new().name("decomposition".into()).spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        drop(send);
        let mut done = 0;
        let mut goes_on = report(done);
        while goes_on && done < layers.len() {
            match receive.recv_timeout(large::POLL) {
                Ok((index, result)) => {
                    found[index] = Some(result);
                    done += 1;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            goes_on = done == layers.len() || report(done);
        }
        is_cancelled.store(!goes_on, Ordering::Relaxed);
        goes_on
    });
    if !goes_on {
        return Err(FlowError::Cancelled);
    }
    // In their order, so that the first layer that fails is told; what no thread did is done here.
    let each = found.into_iter().enumerate();
    each.map(|(index, result)| result.unwrap_or_else(|| decompose(index, &mut || true))).collect()
}

/// The linear phases of one layer in its own moving dimension, and the angles that they turn by.
struct Moving {
    motions: Vec<(PhaseKind, Motion)>,
    rotation_in: Vec<f64>,
    rotation_out: Vec<f64>,
    total_rotation: f64,
}

impl Moving {
    fn new(svd: &Svd, options: FlowOptions, hints: &Hints<'_>) -> Result<Moving, LinalgError> {
        let law = options.compression;
        match options.decomposition {
            Decomposition::Svd | Decomposition::LeastMotion => {
                let points = hints.points.filter(|_| options.decomposition == Decomposition::LeastMotion);
                let proper = match (points, &hints.neighbour) {
                    (Some(points), _) => {
                        svd.proper_of_least(&|proper| least_motion::path_length(proper, points, options.compression))?
                    }
                    (None, Some(neighbour)) => svd.proper_near(neighbour)?,
                    (None, None) => svd.proper()?,
                };
                let (rotation_in, rotation_out) = (proper.rotation_in, proper.rotation_out);
                Ok(Moving {
                    rotation_in: rotation_in.angles().to_vec(),
                    rotation_out: rotation_out.angles().to_vec(),
                    total_rotation: rotation_in.total().hypot(rotation_out.total()),
                    motions: vec![
                        (PhaseKind::RotateIn, Motion::Rotation(rotation_in)),
                        (PhaseKind::Compress, Motion::Compression { law, factors: proper.factors, basis: proper.tilt }),
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
    decomposed: Option<Decomposed>,
    dimension: usize,
    law: ResidualLaw,
) -> LayerFlow {
    let mut motions = Vec::new();
    let mut spectrum = None;
    if let Some(Decomposed { moving, spectrum: own, loses_nothing, .. }) = decomposed {
        spectrum = matches!(layer, Layer::Dense(_)).then_some(own);
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
        operator: match layer {
            Layer::Node(node) => Some(node.operator.clone()),
            Layer::Dense(_) | Layer::Residual(_) => None,
        },
        inputs: layer.inputs(),
        outputs: layer.outputs(),
        activation: match layer {
            Layer::Node(node) => node.map.activation(),
            Layer::Dense(_) | Layer::Residual(_) => layer.activation(),
        },
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
        Layer::Node(node) => {
            let stages = node.stages().into_iter();
            stages
                .map(|(stage, node)| (kind_of(stage, &node), Motion::Node(Box::new(NodeMotion { stage, node }))))
                .collect()
        }
    }
}

/// What a stage of an operator does.
fn kind_of(stage: Stage, node: &Node) -> PhaseKind {
    match stage {
        Stage::Activate if matches!(node.map, NodeMap::Activation { .. }) => PhaseKind::Activate,
        Stage::Direct | Stage::Activate => PhaseKind::Direct,
        Stage::Gather => PhaseKind::Gather,
        Stage::Compare => PhaseKind::Compare,
        Stage::Centre => PhaseKind::Centre,
        Stage::Normalise => PhaseKind::Normalise,
        Stage::Add => PhaseKind::Add,
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
        Motion::Shift(_) | Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => true,
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
        stored_rank: None,
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
