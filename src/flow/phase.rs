//! The phases of a layer and what they do.

use nalgebra::DVector;

use crate::linalg::Rotation;
use crate::network::{Activation, Residual, StoredPrecision};

use super::{CompressionLaw, ExactScheme, NodeMotion, PhaseScheme};

/// What a phase does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseKind {
    /// exp(s A_V), exp(A_V) = Vᵀ.
    RotateIn,
    /// diag(σ^s) along the axes.
    Compress,
    /// exp(s A_U), exp(A_U) = U.
    RotateOut,
    /// Polar: P = VΣVᵀ, along tilted axes.
    Stretch,
    /// Polar: Q = UVᵀ.
    Rotate,
    /// x + s b.
    Shift,
    /// (1−s) y + s σ(y).
    Activate,
    /// x + s f(x), or its continuous limit.
    Residual,
    /// Straight from x to f(x): an operator that has no motion of its own.
    Direct,
    /// To other places, or to copies.
    Gather,
    /// One round of a max pooling's tournament: a + s ReLU(b − a).
    Compare,
    /// x − s·mean(x).
    Centre,
    /// x·r^s, r = (‖x‖²/d + ε)^(−½).
    Normalise,
    /// A sum of a graph: x + s·f, f what the other branches gave.
    Add,
}

impl PhaseKind {
    /// The name used in results.
    pub fn name(self) -> &'static str {
        match self {
            PhaseKind::RotateIn => "rotate_in",
            PhaseKind::Compress => "compress",
            PhaseKind::RotateOut => "rotate_out",
            PhaseKind::Stretch => "stretch",
            PhaseKind::Rotate => "rotate",
            PhaseKind::Shift => "shift",
            PhaseKind::Activate => "activate",
            PhaseKind::Residual => "residual",
            PhaseKind::Direct => "direct",
            PhaseKind::Gather => "gather",
            PhaseKind::Compare => "compare",
            PhaseKind::Centre => "centre",
            PhaseKind::Normalise => "normalise",
            PhaseKind::Add => "add",
        }
    }

    /// The words used in the window.
    pub fn label(self) -> &'static str {
        match self {
            PhaseKind::RotateIn => "rotate in",
            PhaseKind::Compress => "compress",
            PhaseKind::RotateOut => "rotate out",
            PhaseKind::Stretch => "stretch",
            PhaseKind::Rotate => "rotate",
            PhaseKind::Shift => "shift",
            PhaseKind::Activate => "activate",
            PhaseKind::Residual => "residual",
            PhaseKind::Direct => "direct",
            PhaseKind::Gather => "gather",
            PhaseKind::Compare => "compare",
            PhaseKind::Centre => "centre",
            PhaseKind::Normalise => "normalise",
            PhaseKind::Add => "add",
        }
    }
}

/// One phase: its part of the time and its motion.
#[derive(Clone, Debug)]
pub struct Phase {
    /// What it does.
    pub kind: PhaseKind,
    /// The time t of the whole flow at which it starts.
    pub start: f64,
    /// The time t at which it ends.
    pub end: f64,
    /// The motion, in phase time s ∈ [0, 1].
    pub motion: Motion,
}

/// The motion of a phase.
#[derive(Clone, Debug)]
pub enum Motion {
    /// x ↦ R^s x.
    Rotation(Rotation),
    /// Coordinate j (of `basis`, or of the axes) is multiplied by the law of `factors[j]`.
    Compression {
        /// The law over s.
        law: CompressionLaw,
        /// σ_j along direction j; 0 where a direction is lost.
        factors: Vec<f64>,
        /// The directions, as columns; the axes where there is none.
        basis: Option<nalgebra::DMatrix<f64>>,
    },
    /// x ↦ x + s b.
    Shift(DVector<f64>),
    /// y ↦ (1−s) y + s σ(y) on the first `width` coordinates.
    Activation {
        /// σ.
        activation: Activation,
        /// How many coordinates it acts on.
        width: usize,
    },
    /// x ↦ Sx + s f(x).
    Residual(Box<Residual>),
    /// dx/ds = f(x): the continuous limit of a block whose shortcut is the identity.
    Limit(Box<Residual>),
    /// A stage of an operator of a graph.
    Node(Box<NodeMotion>),
}

/// How many singular values a layer's stored numbers can tell from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoredRank {
    /// The type in which the weights are stored.
    pub precision: StoredPrecision,
    /// How many singular values are above `tolerance`.
    pub rank: usize,
    /// What rounding to that type may leave of 0.
    pub tolerance: f64,
    /// Whether the flow shows the layer at this rank: a large layer whose other directions hold no more than rounding.
    pub is_shown: bool,
}

impl StoredRank {
    /// For people: `rank 3 at float32 precision`.
    pub fn text(&self) -> String {
        format!("rank {} at {} precision", self.rank, self.precision.name())
    }
}

/// What the singular value decomposition of a layer's W tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Singular values, largest first, min(m, n) of them.
    pub singular_values: Vec<f64>,
    /// How many of them are not zero to rounding.
    pub rank: usize,
    /// The rank at the precision in which the weights are stored, where that is less than 64 bits.
    pub stored_rank: Option<StoredRank>,
    /// σ₁/σ_min over all of them; `None` where the smallest is zero to rounding.
    pub condition_number: Option<f64>,
    /// ‖W‖_F²/σ₁²; 0 for W = 0.
    pub stable_rank: f64,
    /// exp of the entropy of σ/Σσ; 0 for W = 0.
    pub effective_rank: f64,
    /// −1, 0 or 1 for a square W.
    pub determinant_sign: Option<i8>,
    /// det W < 0: the flow turns through one more dimension.
    pub reflection: bool,
    /// The angles of Vᵀ (empty for the polar decomposition), largest first, radians.
    pub rotation_in: Vec<f64>,
    /// The angles of U (of Q for the polar decomposition), largest first, radians.
    pub rotation_out: Vec<f64>,
    /// √(Σθ²) over both.
    pub total_rotation: f64,
}

/// One layer's part of the flow: t ∈ [index−1, index].
#[derive(Clone, Debug)]
pub struct LayerFlow {
    /// Counted from 1.
    pub index: usize,
    /// The layer's own name; may be empty.
    pub name: String,
    /// What it was before it became a matrix, such as a convolution; `None` where it was one already.
    pub origin: Option<String>,
    /// The width of its input.
    pub inputs: usize,
    /// The width of its output.
    pub outputs: usize,
    /// The operator, where the layer is neither dense nor a residual block.
    pub operator: Option<String>,
    /// σ.
    pub activation: Activation,
    /// The phases that move something, in order; empty for a layer that is the identity.
    pub phases: Vec<Phase>,
    /// The decomposition's numbers; `None` for a residual layer.
    pub spectrum: Option<Spectrum>,
    /// s* of an activation that is not monotone: past it the flow folds.
    pub fold: Option<f64>,
}

/// Where in the phases a time falls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhasePosition {
    /// Index into `Flow::layers`, from 0.
    pub layer: usize,
    /// Index into the layer's phases; `None` where it has none.
    pub phase: Option<usize>,
    /// The phase's own clock τ ∈ [0, 1].
    pub clock: f64,
    /// Phase time s = λ(τ).
    pub s: f64,
}

impl LayerFlow {
    /// Whether the layer is a residual block.
    pub fn is_residual(&self) -> bool {
        self.phases.last().is_some_and(|phase| matches!(phase.motion, Motion::Residual(_) | Motion::Limit(_)))
    }

    /// Whether the layer is followed along the continuous limit of a residual block.
    pub fn is_limit(&self) -> bool {
        self.phases.last().is_some_and(|phase| matches!(phase.motion, Motion::Limit(_)))
    }

    /// Whether the layer is an operator of a graph, each of whose phases is a stage of it.
    pub fn is_node(&self) -> bool {
        self.operator.is_some()
    }

    /// The width of the widest state within the layer.
    pub fn widest(&self) -> usize {
        let of_phase = |phase: &Phase| match &phase.motion {
            Motion::Node(stage) => stage.node.cut.inputs().max(stage.node.cut.outputs()),
            _ => 0,
        };
        self.phases.iter().map(of_phase).fold(self.inputs.max(self.outputs), usize::max)
    }

    /// How the layer's own phases are followed: a residual block with a projection is one Euler step as it stands, so
    /// its projection is never cut into more.
    pub(crate) fn scheme<'a>(&self, scheme: &'a dyn PhaseScheme) -> &'a dyn PhaseScheme {
        if self.is_residual() { &ExactScheme } else { scheme }
    }
}
