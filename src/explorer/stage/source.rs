//! What is drawn on the stage: the exact flow of the network on show, its ResNet, or another network beside it.

use std::sync::Arc;

use nalgebra::DMatrix;

use crate::explorer::stage::interaction::hover::Answers;
use crate::flow::{Flow, Projector, SampledPath};
use crate::session::{NetworkComparison, Refined, Scene};

/// Whose points are drawn.
#[derive(Clone, Debug)]
pub enum Source {
    /// The exact flow's.
    Plain(Arc<Scene>),
    /// The ResNet's.
    ResNet(Arc<Refined>),
    /// The other network's, on the same clock as far as it goes.
    Counterpart(Arc<NetworkComparison>),
    /// On the way from the network on show to the other: the share of the way, 0 to 1.
    Morph(Arc<Scene>, Arc<NetworkComparison>, f64),
}

impl Source {
    /// Whether it is the very same.
    pub fn is(&self, other: &Source) -> bool {
        match (self, other) {
            (Source::Plain(one), Source::Plain(other)) => Arc::ptr_eq(one, other),
            (Source::ResNet(one), Source::ResNet(other)) => Arc::ptr_eq(one, other),
            (Source::Counterpart(one), Source::Counterpart(other)) => Arc::ptr_eq(one, other),
            (Source::Morph(a, b, share), Source::Morph(other_a, other_b, other_share)) => {
                Arc::ptr_eq(a, other_a) && Arc::ptr_eq(b, other_b) && share == other_share
            }
            _ => false,
        }
    }

    /// The number of points.
    pub fn samples(&self) -> usize {
        match self {
            Source::Plain(scene) | Source::Morph(scene, ..) => scene.data.samples(),
            Source::ResNet(refined) => refined.data.samples(),
            Source::Counterpart(compared) => compared.scene.data.samples(),
        }
    }

    /// The projection of all points of the data at time t, to be taken part by part. `scene` is the one on show.
    pub fn projector<'a>(&'a self, scene: &Scene, t: f64, rows: &DMatrix<f64>) -> Projector<'a> {
        match self {
            Source::Plain(own) => own.data.projector(&own.flow, t, rows),
            Source::ResNet(refined) => refined.data.projector(&scene.flow, t, rows),
            Source::Counterpart(compared) => {
                let flow = &compared.scene.flow;
                compared.scene.data.projector(flow, t.min(flow.duration()), &in_space_of(flow, rows))
            }
            Source::Morph(own, compared, share) => {
                let flow = &compared.scene.flow;
                let there = compared.scene.data.projector(flow, t.min(flow.duration()), &in_space_of(flow, rows));
                own.data.projector(&own.flow, t, rows).toward(there, *share)
            }
        }
    }

    /// The places of some points at time t.
    pub fn project_some(&self, scene: &Scene, t: f64, rows: &DMatrix<f64>, samples: &[usize], out: &mut Vec<[f32; 3]>) {
        self.project_with(scene, t, rows, out, &|source, flow, t, rows, out| {
            source.0.project_some(flow, t, rows, samples, out);
        });
    }

    /// The places of the grid's nodes at time t.
    pub fn project_grid(&self, scene: &Scene, t: f64, rows: &DMatrix<f64>, out: &mut Vec<[f32; 3]>) {
        self.project_with(scene, t, rows, out, &|source, flow, t, rows, out| source.1.project(flow, t, rows, out));
    }

    /// A point's whole position at time t.
    pub fn position(&self, scene: &Scene, t: f64, sample: usize) -> Vec<f32> {
        match self {
            Source::Plain(own) => own.data.position(&own.flow, t, sample),
            Source::ResNet(refined) => refined.data.position(&scene.flow, t, sample),
            Source::Counterpart(compared) => {
                let flow = &compared.scene.flow;
                compared.scene.data.position(flow, t.min(flow.duration()), sample)
            }
            Source::Morph(own, compared, share) => {
                let from = own.data.position(&own.flow, t, sample);
                let flow = &compared.scene.flow;
                let to = compared.scene.data.position(flow, t.min(flow.duration()), sample);
                let share = *share as f32;
                // Coordinates that one of the spaces lacks are 0 there.
                let at = |values: &[f32], index: usize| values.get(index).copied().unwrap_or(0.0);
                (0..from.len().max(to.len())).map(|i| (1.0 - share) * at(&from, i) + share * at(&to, i)).collect()
            }
        }
    }

    /// The answers of the network that it is; on the way to another those of the one that is nearer.
    pub fn answers(&self) -> Answers<'_> {
        match self {
            Source::Morph(_, compared, share) if *share > 0.5 => {
                (&compared.scene.forward.output, &compared.scene.forward.predictions)
            }
            Source::Plain(scene) | Source::Morph(scene, ..) => (&scene.forward.output, &scene.forward.predictions),
            Source::ResNet(refined) => (&refined.error.output, &refined.error.predictions),
            Source::Counterpart(compared) => (&compared.scene.forward.output, &compared.scene.forward.predictions),
        }
    }

    /// The paths of the classes' centres.
    pub fn class_centres(&self) -> &SampledPath {
        match self {
            Source::Plain(scene) | Source::Morph(scene, ..) => &scene.centres,
            Source::ResNet(refined) => &refined.centres,
            Source::Counterpart(compared) => &compared.scene.centres,
        }
    }

    fn project_with(&self, scene: &Scene, t: f64, rows: &DMatrix<f64>, out: &mut Vec<[f32; 3]>, project: &Project<'_>) {
        let other = |compared: &NetworkComparison, out: &mut Vec<[f32; 3]>| {
            let other = &*compared.scene;
            let t = t.min(other.flow.duration());
            project((&other.data, &other.grid), &other.flow, t, &in_space_of(&other.flow, rows), out);
        };
        match self {
            Source::Plain(own) => project((&own.data, &own.grid), &own.flow, t, rows, out),
            Source::ResNet(refined) => project((&refined.data, &refined.grid), &scene.flow, t, rows, out),
            Source::Counterpart(compared) => other(compared, out),
            Source::Morph(own, compared, share) => {
                project((&own.data, &own.grid), &own.flow, t, rows, out);
                let mut there = Vec::new();
                other(compared, &mut there);
                for (from, to) in out.iter_mut().zip(there) {
                    *from = std::array::from_fn(|axis| from[axis] + (to[axis] - from[axis]) * *share as f32);
                }
            }
        }
    }
}

/// Writes the places of the data (the first path) or of the grid at a time of a flow.
type Project<'a> = dyn Fn((&SampledPath, &SampledPath), &Flow, f64, &DMatrix<f64>, &mut Vec<[f32; 3]>) + 'a;

/// The same rows in the space of another flow: coordinates that only one of the two has count nothing.
fn in_space_of(flow: &Flow, rows: &DMatrix<f64>) -> DMatrix<f64> {
    rows.clone().resize_horizontally(flow.ambient_dimension(), 0.0)
}
