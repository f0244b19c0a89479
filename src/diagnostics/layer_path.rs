//! How far the data goes in one layer and in each of its phases.

use nalgebra::DMatrix;

use super::speeds::{MOMENTS, Speeds, along_limit, mean_distance};
use crate::flow::{ExactScheme, Flow, FlowCursor, FlowError, Motion, PhaseKind};

/// How far the data goes in one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerPath {
    /// The layer, from 1.
    pub layer: usize,
    /// Its phases, in their order.
    pub phases: Vec<PhasePath>,
    /// The mean distance from where a point enters the layer to where it leaves it.
    pub straight: f64,
}

/// How far the data goes in one phase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhasePath {
    /// The phase.
    pub kind: PhaseKind,
    /// The mean length of the points' paths in it.
    pub length: f64,
}

impl LayerPath {
    /// How far `start` (d × points), the points where layer `index` (from 0) begins, go in it; `None` where there is no such
    /// layer.
    ///
    /// # Errors
    /// If a continuous limit cannot be followed.
    pub fn of_layer(flow: &Flow, index: usize, start: &DMatrix<f64>) -> Result<Option<LayerPath>, FlowError> {
        let Some(layer) = flow.layers().get(index) else { return Ok(None) };
        let mut cursor = FlowCursor::at_layer(flow, index, start.clone(), &ExactScheme, &ExactScheme);
        let mut path = LayerPath { layer: index + 1, phases: Vec::new(), straight: 0.0 };
        let times: Vec<f64> = (0..MOMENTS).map(|moment| moment as f64 / (MOMENTS - 1) as f64).collect();
        for phase in &layer.phases {
            let begin = cursor.phase_start().clone();
            let speeds = match &phase.motion {
                Motion::Limit(block) => along_limit(block, &mut cursor, &times)?.0,
                motion => Speeds::new(motion, &begin, &cursor.at(1.0)?),
            };
            let length = times.windows(2).map(|pair| speeds.length_between(pair[0], pair[1])).sum();
            path.phases.push(PhasePath { kind: phase.kind, length });
            cursor.next_phase()?;
        }
        path.straight = mean_distance(start, cursor.phase_start());
        Ok(Some(path))
    }

    /// The mean length of the points' paths in the layer.
    pub fn length(&self) -> f64 {
        self.phases.iter().map(|phase| phase.length).sum()
    }
}
