//! Projections of the digits' flow: what follows the data neither flips nor jumps.

use std::sync::Arc;

use layerflow::dataset::{Generator, GeneratorOptions};
use layerflow::flow::FlowOptions;
use layerflow::network::Activation;
use layerflow::session::{Projection, Scene, SubspaceRotation, Tour};
use nalgebra::DMatrix;

use super::support;

/// A layer lasts four seconds at normal speed.
const FRAMES_A_LAYER: f64 = 4.0 * 30.0;

fn digits() -> Scene {
    let network = support::network(&support::data("digits/model.json"), Activation::Relu);
    let options = GeneratorOptions { samples: 100, noise: 0.0, ..GeneratorOptions::default() };
    let data = Generator::Digits.generate(options);
    Scene::build(&Arc::new(network), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap()
}

#[test]
fn what_follows_the_digits_turns_slowly_and_sees_more() {
    let scene = digits();
    let tour = Tour::default();
    for (following, fixed) in [
        (Projection::FollowingPlane, Projection::PrincipalPlane),
        (Projection::FollowingSpace, Projection::PrincipalSpace),
    ] {
        let (following, fixed) = (scene.extent.frame(following), scene.extent.frame(fixed));
        let (mut largest, mut seen, mut seen_by_fixed) = (0.0_f64, 0.0, 0.0);
        let mut before = following.rows(0.0, &tour);
        let frames = (scene.flow.duration() * FRAMES_A_LAYER) as usize;
        for frame in 0..=frames {
            let t = frame as f64 / FRAMES_A_LAYER;
            let now = following.rows(t, &tour);
            assert!((&now * now.transpose() - DMatrix::identity(now.nrows(), now.nrows())).amax() < 1e-6);
            largest = largest.max(SubspaceRotation::between(&before, &now).unwrap().angle());
            seen += scene.extent.share_at(&now, t);
            seen_by_fixed += scene.extent.share_at(&fixed.rows(t, &tour), t);
            before = now;
        }
        assert!(largest < 0.2, "{largest} rad in one frame");
        assert!(seen > 1.1 * seen_by_fixed, "{seen} against {seen_by_fixed} over {frames} frames");
    }
}
