//! What the stage draws: the flow and everything that is sampled through it before the first frame.
//!
//! Building is the heavy part and runs in a worker; drawing only projects what is stored here.

mod caption;
mod directions;
mod extent;
mod facing;
mod fit;
mod frame;
mod lattice;
mod memory_plan;
mod overflow;
mod principal_rows;
mod refined;
mod score;
mod view_pose;

use std::borrow::Cow;
use std::sync::Arc;

use nalgebra::DMatrix;
use thiserror::Error;

pub use crate::progress::Progress;
pub use caption::{Caption, caption_at};
pub use directions::{Directions, directions, phase_time};
pub use extent::Extent;
pub use fit::Fit;
pub use frame::Frame;
pub use lattice::{Cell, Lattice};
pub use memory_plan::MemoryPlan;
pub use overflow::Overflow;
pub use refined::Refined;
pub use score::{Score, sample_loss};
pub use view_pose::ViewPose;

use crate::dataset::{Dataset, Labels, OrderCheck};
use crate::diagnostics::compare::CompareError;
use crate::flow::{Decomposition, Event, Flow, FlowError, FlowOptions, LayerFlow, SampledPath};
use crate::linalg::evenly_spaced;
use crate::network::{Forward, Layer, Network, NetworkError, OutputFunction};
use crate::progress::part;
use crate::session::{Overlay, PointSettings, coordinate_name, listed, shown};

/// At most this many points leave a trail; more would hide each other.
const MAX_TRAILS: usize = 160;

/// Why a scene could not be built.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SceneError {
    /// The data does not fit the network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The flow could not be built or followed, or the work was cancelled.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// Two networks cannot be compared.
    #[error(transparent)]
    Compare(CompareError),
    /// The same points do not fit a second time.
    #[error("there is room for {fits} of {wanted} points under a second network; show fewer points")]
    Room {
        /// So many fit.
        fits: usize,
        /// So many are on show.
        wanted: usize,
    },
}

impl From<CompareError> for SceneError {
    // What only says that work was stopped stays that.
    fn from(error: CompareError) -> SceneError {
        match error {
            CompareError::Flow(source) => SceneError::Flow(source),
            CompareError::Network(source) => SceneError::Network(source),
            error => SceneError::Compare(error),
        }
    }
}

/// A network with data, ready to be drawn at any time.
#[derive(Debug)]
pub struct Scene {
    /// The plain net.
    pub network: Arc<Network>,
    /// The flow of the plain net.
    pub flow: Arc<Flow>,
    /// The data, as it was given; evenly chosen points of it where there is no room for all.
    pub dataset: Arc<Dataset>,
    /// What was assumed of the classes and the outputs that stand for them.
    pub assumed: Vec<String>,
    /// That the order of the classes is a guess, with how right it is and how right the best one would be; `None` where it
    /// is none, or where no order is better.
    pub guessed_order: Option<String>,
    /// How many answers are right in the order of the classes that is taken, and in the best one.
    pub order: Option<OrderCheck>,
    /// How well the network answers the labels.
    pub score: Option<Score>,
    /// What the points take.
    pub memory: MemoryPlan,
    /// What reads the last layer.
    pub output: OutputFunction,
    /// The plain forward pass of the data.
    pub forward: Forward,
    /// The data's path through the exact flow.
    pub data: SampledPath,
    /// The path of the centre of each class; of none without classes.
    pub centres: SampledPath,
    /// The grid of the input space.
    pub lattice: Lattice,
    /// Its path through the exact flow.
    pub grid: SampledPath,
    /// The samples that leave trails, all over the data.
    pub trail_samples: Vec<usize>,
    /// Where the data's values become too large to go on with.
    pub overflow: Option<Overflow>,
    /// How far the data (or the grid, without data) reaches over the whole flow.
    pub extent: Extent,
    /// The layers (from 1) whose reflection needs the extra dimension.
    pub reflections: Vec<usize>,
    /// Where the flow reflects or folds.
    pub events: Vec<Event>,
    /// Whether the last dimension of the ambient space is there only for reflections.
    pub extra_dimension: bool,
}

impl Scene {
    /// Decomposes the network and samples `dataset` and a grid of the input space through its flow. `known` is a flow
    /// of the same network, if there is one: only another decomposition needs a new one.
    ///
    /// # Errors
    /// If the data does not fit the network, a layer cannot be decomposed, or `progress` answers false.
    pub fn build(
        network: &Arc<Network>,
        dataset: &Arc<Dataset>,
        options: FlowOptions,
        known: Option<Arc<Flow>>,
        progress: &mut Progress<'_>,
    ) -> Result<Scene, SceneError> {
        go_on(progress, 0.0, "running the plain net")?;
        // One dimension more than the widest layer, as a reflection may need it.
        let memory = MemoryPlan::plan(network, options.residual, network.largest_width() + 1, dataset.samples());
        memory.check().map_err(FlowError::from)?;
        let dataset = &if memory.step > 1 { Arc::new(dataset.every(memory.step)) } else { Arc::clone(dataset) };
        let forward = network.forward(&dataset.points)?;
        let overflow = Overflow::find(&forward);
        let matched = dataset.match_classes(network.outputs(), &forward.predictions).unwrap_or_default();
        let dataset = &dataset.renumbered(&matched, network.outputs()).map_or_else(|| Arc::clone(dataset), Arc::new);
        let mut assumed = matched.assumed;
        let is_guess = matched.check.as_ref().is_none_or(|check| !check.is_best());
        let alphabetical = (matched.is_alphabetical && !assumed.is_empty()).then(|| assumed.remove(0));
        let guessed_order = alphabetical.filter(|_| is_guess);
        let decomposed = |progress: &mut Progress<'_>| {
            let flow = Flow::for_data(network, options, &dataset.points, &mut part(progress, 0.0, DECOMPOSED));
            flow.map(Arc::new)
        };
        let flow = match known {
            // That of least motion is one of this data.
            _ if options.decomposition == Decomposition::LeastMotion => decomposed(progress)?,
            Some(flow) if flow.options() == options => flow,
            Some(flow) if flow.options().decomposition == options.decomposition => Arc::new(flow.with_laws(options)),
            _ => decomposed(progress)?,
        };
        go_on(progress, DECOMPOSED, "sampling the data's path")?;
        let data = flow.sample_path(&dataset.points)?;
        let centres = class_centres(&data, &dataset.labels);
        let trail_samples = evenly_spaced(dataset.samples(), MAX_TRAILS);
        go_on(progress, 0.8, "sampling the grid's path")?;
        let grid_points = MemoryPlan::grid_points(network, options.residual, network.largest_width() + 1);
        let lattice = Lattice::within(&dataset.points, grid_points);
        MemoryPlan::check_more(network, options.residual, lattice.points.ncols()).map_err(FlowError::from)?;
        let grid = flow.sample_path(&lattice.points)?;
        let followed = if data.samples() > 0 { &data } else { &grid };
        let extent = Extent::over(&flow, followed, &mut |_, _| progress(0.9, "measuring how far the data reaches"));
        let (class_rows, class_names) = class_directions(network, &dataset.labels, flow.ambient_dimension());
        let extent = extent.ok_or(FlowError::Cancelled)?.with_classes(class_rows, class_names);
        let extra_dimension = flow.ambient_dimension() > network.largest_width();
        let fills_the_rest = |layer: &&LayerFlow| layer.inputs == network.largest_width();
        let reflects = |layer: &&LayerFlow| layer.spectrum.as_ref().is_some_and(|spectrum| spectrum.reflection);
        let reflected =
            flow.layers().iter().filter(|layer| extra_dimension && fills_the_rest(layer) && reflects(layer));
        let reflections = reflected.map(|layer| layer.index).collect();
        Ok(Scene {
            network: Arc::clone(network),
            score: Score::new(network.output(), &forward, &dataset.labels),
            assumed,
            guessed_order,
            order: matched.check,
            events: flow.events(),
            flow,
            dataset: Arc::clone(dataset),
            memory,
            output: network.output(),
            forward,
            data,
            centres,
            lattice,
            grid,
            trail_samples,
            extent,
            overflow,
            reflections,
            extra_dimension,
        })
    }

    /// What is drawn at first: u(x, t) where the picture is the whole truth, because every point of the plane has one
    /// answer; the grid where it is one of the whole input space, since a slice of a larger one looks like a cloud.
    pub fn first_overlays(&self) -> [(Overlay, bool); 2] {
        let has_classes = matches!(self.dataset.labels, Labels::Classes { .. });
        let is_whole = self.dataset.dimension() <= lattice::MAX_WHOLE;
        [(Overlay::Answers, self.flow.ambient_dimension() == 2 && has_classes), (Overlay::Grid, is_whole)]
    }

    /// The number, from 1, that a sample of the scene has among the rows of the data's file.
    pub fn number(&self, sample: usize) -> usize {
        self.dataset.row_of(sample * self.memory.step) + 1
    }

    /// Where the data's values become too large to go on with, in a sentence.
    pub fn overflow_text(&self) -> Option<String> {
        let overflow = self.overflow.as_ref()?;
        Some(overflow.label(self.number(overflow.sample), self.dataset.samples()))
    }

    /// The sample that is this row of the data's file, from 0; `None` where it is not among the points shown.
    pub fn sample_of_row(&self, row: usize) -> Option<usize> {
        let samples: Vec<usize> = (0..self.dataset.samples()).collect();
        let at = samples.binary_search_by(|sample| self.number(*sample).cmp(&(row + 1))).ok()?;
        samples.get(at).copied()
    }

    /// Why points cannot be drawn by hand; `None` where they can.
    pub fn pen_refusal(&self) -> Option<&'static str> {
        if self.network.inputs() != 2 {
            return Some("Only points of two coordinates can be drawn; this network takes another number of inputs.");
        }
        (self.memory.step > 1).then_some("There are too many points to be drawn by hand.")
    }

    /// What the extra dimension is for, in words; `None` where there is none.
    pub fn reflection_text(&self) -> Option<String> {
        if !self.extra_dimension {
            return None;
        }
        let name = coordinate_name(self.flow.ambient_dimension().saturating_sub(1));
        let (word, verb) = if self.reflections.len() == 1 { ("layer", "reflects") } else { ("layers", "reflect") };
        let layers = listed(&self.reflections);
        Some(format!("{name} is an extra dimension: {word} {layers} {verb} (det W < 0) by turning through it."))
    }

    /// What a coordinate is called at time t: also by its column while the points are the rows of their file.
    pub fn coordinate_text(&self, index: usize, t: f64) -> String {
        let name = self.dataset.column_name(index).filter(|_| t == 0.0 && index < self.dataset.dimension());
        name.map_or_else(|| coordinate_name(index), |name| format!("{} · {}", coordinate_name(index), shown(name)))
    }

    /// The samples that leave trails: points all over the data, or some of the selected ones.
    pub fn trail_samples(&self, points: &PointSettings) -> Cow<'_, [usize]> {
        if !points.trails_of_selection {
            return Cow::Borrowed(&self.trail_samples);
        }
        let selected = points.selection.samples();
        evenly_spaced(selected.len(), MAX_TRAILS).into_iter().filter_map(|index| selected.get(index).copied()).collect()
    }
}

/// The path of the mean of each class.
pub(super) fn class_centres(path: &SampledPath, labels: &Labels) -> SampledPath {
    match labels {
        Labels::Classes { of_sample, names } => path.means(of_sample, names.len()),
        Labels::None | Labels::Values(_) => path.means(&[], 0),
    }
}

/// The rows by which the last layer reads each class (classes × d), and the classes' names; none where it is a block or
/// gives numbers.
fn class_directions(network: &Network, labels: &Labels, dimension: usize) -> (DMatrix<f64>, Vec<String>) {
    let Some(Layer::Dense(last)) = network.layers().last().filter(|_| !matches!(labels, Labels::Values(_))) else {
        return (DMatrix::zeros(0, dimension), Vec::new());
    };
    let rows = last.affine.weight.clone().resize_horizontally(dimension, 0.0);
    let name = |class: usize| match labels {
        Labels::Classes { names, .. } => names.get(class).cloned().unwrap_or_else(|| class.to_string()),
        Labels::None | Labels::Values(_) => class.to_string(),
    };
    let names = (0..rows.nrows()).map(name).collect();
    (rows, names)
}

/// The share of the work that the decompositions are taken to be.
const DECOMPOSED: f32 = 0.6;

pub(super) fn go_on(progress: &mut Progress<'_>, share: f32, what: &str) -> Result<(), FlowError> {
    if progress(share, what) { Ok(()) } else { Err(FlowError::Cancelled) }
}
