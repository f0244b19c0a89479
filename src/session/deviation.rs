//! How far the ResNet's path strays from the exact flow, measured on the sampled paths.

use super::scene::{Progress, Scene, go_on};
use crate::flow::{Flow, FlowError, PhaseKind, SampledPath};
use crate::resnet::{Refinement, RefinementError, RefinementKind};

/// Multiplications that one measurement may cost; a position in d dimensions costs about d².
const MAX_WORK: usize = 400_000_000;
/// More samples than this do not change the curve of the error over time.
const MAX_CURVE_SAMPLES: usize = 200;

/// Compares the path `refined` of the scene's data with the exact one: over time on some of the samples, at the end on
/// as many as the work allows.
pub(super) fn measure(
    scene: &Scene,
    refinement: Refinement,
    refined: &SampledPath,
    progress: &mut Progress<'_>,
) -> Result<RefinementError, FlowError> {
    let flow = &scene.flow;
    let times = boundaries(flow);
    let work = MAX_WORK / flow.ambient_dimension().pow(2).max(1);
    let few = stride(scene.data.samples(), MAX_CURVE_SAMPLES.min(work / times.len().max(1)));
    let mut over_time = Vec::with_capacity(times.len());
    for t in times {
        go_on(progress, 0.7, "measuring the error")?;
        let distances = few.clone().map(|sample| {
            let (plain, resnet) = (scene.data.position(flow, t, sample), refined.position(flow, t, sample));
            norm(plain.iter().zip(&resnet).map(|(a, b)| f64::from(a - b)))
        });
        let (largest, sum) = distances.fold((0.0, 0.0), |(largest, sum): (f64, f64), x| (largest.max(x), sum + x));
        over_time.push((t, largest, sum / few.len().max(1) as f64));
    }
    let mut end = End::default();
    for sample in stride(scene.data.samples(), work) {
        end.add(scene, refined, sample);
    }
    Ok(RefinementError {
        over_time,
        max_error: end.largest_error,
        relative_error: if end.largest > 0.0 { end.largest_error / end.largest } else { 0.0 },
        prediction_agreement: if end.samples > 0 { end.agreeing as f64 / end.samples as f64 } else { 1.0 },
        blocks: blocks(flow, refinement),
    })
}

/// What is gathered at t = L.
#[derive(Default)]
struct End {
    samples: usize,
    agreeing: usize,
    largest_error: f64,
    largest: f64,
}

impl End {
    fn add(&mut self, scene: &Scene, refined: &SampledPath, sample: usize) {
        let Some(plain) = scene.forward.layer_outputs.last().map(|values| values.column(sample)) else { return };
        let resnet = refined.position(&scene.flow, scene.flow.duration(), sample);
        let values: Vec<f64> = resnet.iter().take(plain.len()).map(|x| f64::from(*x)).collect();
        // Coordinates beyond the last layer are 0 in the plain net; what the ResNet has there is error.
        let beyond = resnet.iter().skip(plain.len()).map(|x| f64::from(*x));
        let error = norm(plain.iter().zip(&values).map(|(a, b)| a - b).chain(beyond));
        self.samples += 1;
        self.agreeing += usize::from(scene.output.predicted_class(&values) == scene.forward.predictions[sample]);
        self.largest_error = self.largest_error.max(error);
        self.largest = self.largest.max(plain.norm());
    }
}

/// The number of blocks that the refinement has: N for each refined phase, one for a layer's whole linear map.
fn blocks(flow: &Flow, refinement: Refinement) -> usize {
    let kinds = |layer: &crate::flow::LayerFlow| -> Vec<PhaseKind> { layer.phases.iter().map(|p| p.kind).collect() };
    let of_layer = |layer| {
        let phases = kinds(layer);
        match refinement.kind {
            RefinementKind::Full => phases.len() * refinement.steps,
            RefinementKind::Whole => {
                let is_refined = |kind: &&PhaseKind| matches!(kind, PhaseKind::Activate | PhaseKind::Residual);
                let refined = phases.iter().filter(is_refined).count();
                usize::from(phases.len() > refined) + refined * refinement.steps
            }
        }
    };
    flow.layers().iter().map(of_layer).sum()
}

/// The ends of all phases and the middles between them.
fn boundaries(flow: &Flow) -> Vec<f64> {
    let phases = flow.layers().iter().flat_map(|layer| &layer.phases);
    std::iter::once(0.0).chain(phases.flat_map(|phase| [(phase.start + phase.end) / 2.0, phase.end])).collect()
}

fn stride(samples: usize, most: usize) -> std::iter::StepBy<std::ops::Range<usize>> {
    (0..samples).step_by(samples.div_ceil(most.max(1)).max(1))
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_keep_within_the_budget() {
        for samples in [0, 1, 7, 1000] {
            for most in [0, 1, 3, 999, 5000] {
                let count = stride(samples, most).len();
                assert!(count <= most.max(1) && (count > 0) == (samples > 0));
            }
        }
    }
}
