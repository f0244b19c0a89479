//! The refined network as explicit blocks x + W₂·ReLU(W₁x + b₁) + b₂: flow-model section 6.
//!
//! One ReLU layer alone gives only velocities of one sign; with W₁ = [I; −I] and W₂ = h[A, −A] two of them give any
//! linear field, as ReLU(x) − ReLU(−x) = x. The blocks make an ordinary network: it takes the plain net's own inputs
//! (its first layer embeds them in the ambient space), gives its outputs (its last projects back), and knows of no flow.

use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use super::interpolant::Interpolant;
use super::{BlockRun, Integrator, RefinementKind, ResNet};
use crate::flow::{CompressionLaw, LayerFlow, Motion, NodeMotion, Phase, fold_time};
use crate::network::{
    Activation, Affine, Binary, Dense, Layer, Network, NetworkError, Node, NodeMap, OutputFunction, Residual, Stage,
};
use crate::system::memory::{self, NotEnough};

/// Numbers in all blocks together at most: 2 GiB of f64.
const LARGEST: usize = 1 << 28;

/// Why a refinement has no explicit blocks.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum BlocksError {
    /// More numbers than can be kept.
    #[error(
        "the refined network would hold {numbers:.1e} numbers; take fewer steps, or refine activations only (whole)"
    )]
    TooLarge { numbers: f64 },
    /// More than there is memory for.
    #[error(transparent)]
    Memory(#[from] NotEnough),
    /// Only Euler's steps are blocks of this form.
    #[error("a step of {} is no block x + W₂·ReLU(W₁x + b₁) + b₂; only Euler's steps are", integrator.name())]
    NotEuler { integrator: Integrator },
    /// A number came out infinite, as for a singular value of 1e308.
    #[error("the refined network is not finite: {0}")]
    NotFinite(#[from] NetworkError),
}

impl ResNet<'_> {
    /// The explicit network of this refinement, read by `output`.
    ///
    /// # Errors
    /// If it would be too large or not finite, or its steps are not Euler's.
    pub fn network(&self, name: String, output: OutputFunction) -> Result<Network, BlocksError> {
        if self.refinement.integrator != Integrator::Euler {
            return Err(BlocksError::NotEuler { integrator: self.refinement.integrator });
        }
        let numbers = self.numbers();
        if numbers > LARGEST as f64 {
            return Err(BlocksError::TooLarge { numbers });
        }
        // Each block is made before it is put among the others.
        memory::check((numbers * 2.0 * size_of::<f64>() as f64) as u64)?;
        let dimension = self.flow.ambient_dimension();
        let (first, last) = (self.flow.layers().first(), self.flow.layers().last());
        let inputs = first.map_or(0, |layer| layer.inputs);
        let outputs = last.map_or(0, |layer| layer.outputs);
        let mut layers = vec![plain("embed".into(), DMatrix::identity(dimension, inputs), None, Activation::Identity)];
        self.flow.layers().iter().for_each(|layer| self.push_layer(layer, &mut layers));
        layers.push(plain("project".into(), DMatrix::identity(outputs, dimension), None, Activation::Identity));
        Ok(Network::new(name, layers, output)?)
    }

    /// About how many numbers the blocks hold.
    fn numbers(&self) -> f64 {
        let dimension = self.flow.ambient_dimension() as f64;
        let steps = self.refinement.steps as f64;
        let mut numbers = 0.0;
        for (layer, interpolant) in self.flow.layers().iter().zip(&self.interpolants) {
            for phase in &layer.phases {
                numbers += match (&phase.motion, interpolant) {
                    (Motion::Activation { width, .. }, Some(interpolant)) => {
                        2.0 * steps * dimension * (*width * (interpolant.knots().len() + 1)) as f64
                    }
                    (Motion::Activation { width, .. }, None) => 2.0 * steps * dimension * *width as f64,
                    (Motion::Residual(_), _) => 3.0 * dimension * dimension,
                    (Motion::Node(stage), _) => match compared(stage) {
                        Some((winners, _)) => 2.0 * steps * dimension * winners.len() as f64,
                        None => stage.node.map.parameters() as f64,
                    },
                    (Motion::Limit(block), _) => 2.0 * steps * dimension * block.inner.outputs() as f64,
                    (Motion::Shift(_), _) => 3.0 * steps * dimension,
                    _ if self.refinement.kind == RefinementKind::Whole => dimension * dimension,
                    _ => 4.0 * steps * dimension * dimension,
                };
            }
        }
        numbers
    }

    /// Block `number` (from 0) alone; `None` where there is none. Only Euler's steps are blocks.
    pub fn block(&self, number: usize) -> Option<Layer> {
        let mut before = 0;
        let runs = self.runs();
        let run = runs.iter().find(|run| {
            let found = number < before + run.blocks;
            before += if found { 0 } else { run.blocks };
            found
        });
        let maker = self.maker(run.filter(|_| self.refinement.integrator == Integrator::Euler)?)?;
        Some(maker(number - before))
    }

    fn push_layer(&self, layer: &LayerFlow, layers: &mut Vec<Layer>) {
        for run in self.runs_of(layer) {
            let Some(maker) = self.maker(&run) else { continue };
            layers.extend((0..run.blocks).map(maker));
            let last = run.phase.and_then(|phase| layer.phases.get(phase)).map(|phase| &phase.motion);
            if let Some(Motion::Activation { activation: Activation::Softmax, width }) = last {
                let embedding = DMatrix::identity(self.flow.ambient_dimension(), *width);
                let name = format!("layer {} {} embed", run.layer, run.text);
                layers.push(plain(name, embedding, None, Activation::Identity));
            }
        }
    }

    /// What makes each block of a run, with all that they share computed once.
    fn maker<'a>(&'a self, run: &BlockRun) -> Option<Box<dyn Fn(usize) -> Layer + 'a>> {
        let layer = self.flow.layers().get(run.layer - 1)?;
        let name = format!("layer {} {}", run.layer, run.text);
        let Some(index) = run.phase else {
            let whole = self.whole_map(layer);
            return Some(Box::new(move |_| whole.clone()));
        };
        let phase = layer.phases.get(index)?;
        match &phase.motion {
            Motion::Residual(residual) => {
                let padded = self.padded(residual, format!("layer {} block", run.layer));
                Some(Box::new(move |_| Layer::Residual(padded.clone())))
            }
            Motion::Limit(block) => {
                // f in N parts of length 1/N.
                let h = 1.0 / self.refinement.steps as f64;
                let mut part = self.padded(block, String::new());
                part.outer.weight *= h;
                part.outer.bias = part.outer.bias.map(|bias| bias * h);
                let layer = run.layer;
                Some(Box::new(move |r| {
                    Layer::Residual(Residual { name: format!("layer {layer} block {}", r + 1), ..part.clone() })
                }))
            }
            Motion::Activation { activation, width } => {
                Some(self.activation_maker(*activation, *width, self.interpolants.get(run.layer - 1)?.as_ref(), name))
            }
            Motion::Node(stage) => Some(self.node_maker(stage, name)),
            _ => Some(self.linear_maker(phase, name)),
        }
    }

    /// W and b of a layer as one linear map of the ambient space.
    fn whole_map(&self, layer: &LayerFlow) -> Layer {
        let dimension = self.flow.ambient_dimension();
        let mut weight = DMatrix::identity(dimension, dimension);
        let mut bias = DMatrix::zeros(dimension, 1);
        for phase in layer.phases.iter().filter(|phase| phase.motion.is_affine()) {
            if !matches!(phase.motion, Motion::Shift(_)) {
                phase.motion.carry(&mut weight, 1.0, self.scheme.as_ref());
            }
            phase.motion.carry(&mut bias, 1.0, self.scheme.as_ref());
        }
        let bias = DVector::from_column_slice(bias.as_slice());
        plain(format!("layer {} linear", layer.index), weight, Some(bias), Activation::Identity)
    }

    /// The N steps of an affine phase.
    fn linear_maker<'a>(&'a self, phase: &'a Phase, name: String) -> Box<dyn Fn(usize) -> Layer + 'a> {
        let dimension = self.flow.ambient_dimension();
        let steps = self.refinement.steps;
        let h = 1.0 / steps as f64;
        match &phase.motion {
            Motion::Rotation(rotation) => {
                let block = linear_block(rotation.angular_velocity() * h);
                Box::new(move |r| block(format!("{name} {}", r + 1)))
            }
            Motion::Compression { law, factors, basis } => Box::new(move |r| {
                let rates: Vec<f64> = factors.iter().map(|sigma| step_rate(*law, *sigma, r, steps)).collect();
                let mut generator = DMatrix::from_diagonal(&DVector::from_vec(rates));
                if let Some(basis) = basis {
                    let side = basis.nrows();
                    let tilted = basis * generator.view((0, 0), (side, side)) * basis.transpose();
                    generator.view_mut((0, 0), (side, side)).copy_from(&tilted);
                }
                linear_block(generator)(format!("{name} {}", r + 1))
            }),
            Motion::Shift(bias) => Box::new(move |r| {
                let (inner, outer) = (DMatrix::zeros(1, dimension), DMatrix::zeros(dimension, 1));
                block(format!("{name} {}", r + 1), inner, None, outer, Some(bias * h))
            }),
            Motion::Activation { .. } | Motion::Residual(_) | Motion::Limit(_) | Motion::Node(_) => {
                Box::new(move |_| {
                    plain(name.clone(), DMatrix::identity(dimension, dimension), None, Activation::Identity)
                })
            }
        }
    }

    /// The steps of an activation.
    fn activation_maker<'a>(
        &'a self,
        activation: Activation,
        width: usize,
        interpolant: Option<&'a Interpolant>,
        name: String,
    ) -> Box<dyn Fn(usize) -> Layer + 'a> {
        let dimension = self.flow.ambient_dimension();
        if activation == Activation::Softmax {
            // It acts on all coordinates together, so no block of single coordinates gives it: it is kept as it is.
            return Box::new(move |_| plain(name.clone(), DMatrix::identity(width, dimension), None, activation));
        }
        let steps = activation_steps(activation, self.refinement.steps);
        Box::new(move |r| {
            let (_, s, h) = steps[r.min(steps.len() - 1)];
            let name = format!("{name} {}", r + 1);
            match interpolant {
                Some(interpolant) => interpolated_step(interpolant, width, dimension, s, h, name),
                None => {
                    // Below zero the value is a·y and the velocity (a−1)/(1−s+sa)·x = −(a−1)/(1−s+sa)·ReLU(−x).
                    let a = -activation.value(-1.0);
                    let rate = h * (1.0 - a) / (1.0 - s + s * a);
                    let mut inner = DMatrix::zeros(width, dimension);
                    inner.fill_diagonal(-1.0);
                    let mut outer = DMatrix::zeros(dimension, width);
                    outer.fill_diagonal(rate);
                    block(name, inner, None, outer, None)
                }
            }
        })
    }

    /// The steps of a stage of an operator of a graph. A round of comparisons is a + ReLU(b − a)/(N − r), exact for every N;
    /// any other stage is one block, the operator itself in the ambient space.
    fn node_maker<'a>(&'a self, stage: &'a NodeMotion, name: String) -> Box<dyn Fn(usize) -> Layer + 'a> {
        let (dimension, steps) = (self.flow.ambient_dimension(), self.refinement.steps);
        let Some((winners, losers)) = compared(stage) else {
            return Box::new(move |_| Layer::Node(Box::new(widened(&stage.node, &name, dimension))));
        };
        Box::new(move |r| {
            let mut inner = DMatrix::zeros(winners.len(), dimension);
            let mut outer = DMatrix::zeros(dimension, winners.len());
            let rate = 1.0 / (steps - r.min(steps - 1)) as f64;
            for (pair, (&winner, &loser)) in winners.iter().zip(losers).enumerate() {
                inner[(pair, loser)] = 1.0;
                inner[(pair, winner)] = -1.0;
                outer[(winner, pair)] = rate;
            }
            block(format!("{name} {}", r + 1), inner, None, outer, None)
        })
    }

    /// A residual block in the ambient space: it is its own Euler step.
    fn padded(&self, residual: &Residual, name: String) -> Residual {
        let dimension = self.flow.ambient_dimension();
        let widened = |affine: &Affine, rows: usize, columns: usize| Affine {
            weight: affine.weight.clone().resize(rows, columns, 0.0),
            bias: affine.bias.clone().map(|bias| bias.resize_vertically(rows, 0.0)),
        };
        Residual {
            name,
            inner: widened(&residual.inner, residual.inner.outputs(), dimension),
            activation: residual.activation,
            outer: widened(&residual.outer, dimension, residual.outer.inputs()),
            shortcut: residual.shortcut.as_ref().map(|shortcut| shortcut.clone().resize(dimension, dimension, 0.0)),
        }
    }
}

/// The places a and b of a round of comparisons, each a + ReLU(b − a); none for another stage.
fn compared(stage: &NodeMotion) -> Option<(&[usize], &[usize])> {
    match stage.node.map {
        NodeMap::Binary { width, operator: Binary::Larger } if stage.stage == Stage::Compare => {
            Some(stage.node.cut.reads().split_at(width))
        }
        _ => None,
    }
}

/// An operator in the ambient space, where what it does not write and does not keep becomes 0.
fn widened(node: &Node, name: &str, dimension: usize) -> Node {
    let cut = node.cut.widened(dimension);
    Node { name: name.to_owned(), operator: node.operator.clone(), map: node.map.clone(), cut }
}

/// Blocks x + Gx, G the `generator` (h times that of the phase), as W₁ = [I; −I] and W₂ = [G, −G]; one for each name.
fn linear_block(generator: DMatrix<f64>) -> impl Fn(String) -> Layer {
    let dimension = generator.nrows();
    let mut inner = DMatrix::zeros(2 * dimension, dimension);
    inner.view_mut((0, 0), (dimension, dimension)).fill_with_identity();
    inner.view_mut((dimension, 0), (dimension, dimension)).fill_diagonal(-1.0);
    let mut outer = DMatrix::zeros(dimension, 2 * dimension);
    outer.columns_mut(0, dimension).copy_from(&generator);
    outer.columns_mut(dimension, dimension).copy_from(&-generator);
    move |name| block(name, inner.clone(), None, outer.clone(), None)
}

/// (r, s, step length) of each block of an activation. Where it folds at s*, blocks start before s* and the last of
/// them takes the rest: a path is straight, so that one long step is as exact as many.
pub(super) fn activation_steps(activation: Activation, steps: usize) -> Vec<(usize, f64, f64)> {
    let h = 1.0 / steps as f64;
    let count = match fold_time(activation) {
        Some(fold) => ((fold * steps as f64).ceil() as usize).clamp(1, steps),
        None => steps,
    };
    (0..count)
        .map(|r| {
            let s = r as f64 * h;
            (r, s, if r + 1 == count { 1.0 - s } else { h })
        })
        .collect()
}

/// h times the rate of one direction in step r of N: ln σ/N; −1/(N−r) where it is lost; the straight law's own rate.
fn step_rate(law: CompressionLaw, sigma: f64, r: usize, steps: usize) -> f64 {
    match law {
        CompressionLaw::Geometric if sigma > 0.0 => sigma.ln() / steps as f64,
        _ => (sigma - 1.0) / (steps as f64 + r as f64 * (sigma - 1.0)),
    }
}

/// One step of the interpolated velocity of an activation, the same for each of the first `width` coordinates.
///
/// At phase time s the knots stand at x_k = (1−s) y_k + s σ(y_k) with velocities v_k = σ(y_k) − y_k. From a knot p in
/// the middle, v(x) = v_p + m_p·ReLU(x − x_p) + Σ_{k>p} (m_k − m_{k−1})·ReLU(x − x_k) to the right, m_k the slope
/// between knots k and k+1, and its mirror image to the left.
fn interpolated_step(interpolant: &Interpolant, width: usize, dimension: usize, s: f64, h: f64, name: String) -> Layer {
    let (knots, values) = (interpolant.knots(), interpolant.values());
    let positions: Vec<f64> = knots.iter().zip(values).map(|(y, value)| (1.0 - s) * y + s * value).collect();
    let velocities: Vec<f64> = knots.iter().zip(values).map(|(y, value)| value - y).collect();
    let slopes: Vec<f64> = positions
        .windows(2)
        .zip(velocities.windows(2))
        .map(|(x, v)| if x[1] > x[0] { (v[1] - v[0]) / (x[1] - x[0]) } else { 0.0 })
        .collect();
    let middle = knots.len() / 2;
    // (sign of x, knot, weight): weight·ReLU(sign·(x − x_knot)).
    let mut units = vec![(1.0, middle, slopes[middle]), (-1.0, middle, -slopes[middle - 1])];
    units.extend((middle + 1..slopes.len()).map(|k| (1.0, k, slopes[k] - slopes[k - 1])));
    units.extend((1..middle).map(|k| (-1.0, k, slopes[k] - slopes[k - 1])));
    let hidden = units.len() * width;
    let mut inner = DMatrix::zeros(hidden, dimension);
    let mut bias = DVector::zeros(hidden);
    let mut outer = DMatrix::zeros(dimension, hidden);
    let mut shift = DVector::zeros(dimension);
    for coordinate in 0..width {
        shift[coordinate] = h * velocities[middle];
        for (unit, (sign, knot, weight)) in units.iter().enumerate() {
            let row = coordinate * units.len() + unit;
            inner[(row, coordinate)] = *sign;
            bias[row] = -sign * positions[*knot];
            outer[(coordinate, row)] = h * weight;
        }
    }
    block(name, inner, Some(bias), outer, Some(shift))
}

fn plain(name: String, weight: DMatrix<f64>, bias: Option<DVector<f64>>, activation: Activation) -> Layer {
    Layer::Dense(Dense { name, affine: Affine { weight, bias }, activation })
}

fn block(
    name: String,
    inner: DMatrix<f64>,
    inner_bias: Option<DVector<f64>>,
    outer: DMatrix<f64>,
    outer_bias: Option<DVector<f64>>,
) -> Layer {
    Layer::Residual(Residual {
        name,
        inner: Affine { weight: inner, bias: inner_bias },
        activation: Activation::Relu,
        outer: Affine { weight: outer, bias: outer_bias },
        shortcut: None,
    })
}
