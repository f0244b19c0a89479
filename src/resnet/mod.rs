//! The refinement of a plain net into an explicit ResNet: flow-model section 6.
//!
//! Euler with N steps in each phase turns a plain layer into blocks x + W₂·ReLU(W₁x + b₁) + b₂. The paths here are the
//! ones that those blocks compute.

mod block_run;
mod blocks;
mod convergence;
mod finer;
mod integrator;
mod interpolant;
mod measure;
mod refine;
mod runs;
#[cfg(test)]
mod tests;
mod trained;

pub use block_run::BlockRun;
pub use blocks::BlocksError;
pub use convergence::{Convergence, LARGEST_SEARCHED, STUDIED_STEPS, Slope, StepsError};
pub use finer::{Between, FinerAnswers, PARTS, compare_smaller_steps, has_steps, in_smaller_steps};
pub use integrator::Integrator;
pub use measure::{RefinementError, WorstPoint};
pub use refine::{ResNet, StableSteps};
pub use trained::{BlockMeasure, Criterion, Verdict, measure_blocks};

/// Which part of each layer is refined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefinementKind {
    /// W stays one linear map, only the activation is refined.
    Whole,
    /// Every phase is refined.
    #[default]
    Full,
}

impl RefinementKind {
    /// Every kind, in the order in which the window shows them.
    pub const ALL: [RefinementKind; 2] = [RefinementKind::Full, RefinementKind::Whole];

    /// The name used in the window, in results and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            RefinementKind::Whole => "whole",
            RefinementKind::Full => "full",
        }
    }
}

/// How a plain net is refined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refinement {
    /// Which part of each layer is refined.
    pub kind: RefinementKind,
    /// N: steps in each phase, at least 1.
    pub steps: usize,
    /// How a step is taken. Only Euler's steps are blocks of a ResNet; the others are there to be compared with it.
    pub integrator: Integrator,
}
