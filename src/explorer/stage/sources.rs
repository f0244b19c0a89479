//! What is drawn of a flow: the plain net, or its ResNet.

use super::interaction::hover;
use super::overlays::trails::Source;
use crate::flow::SampledPath;

/// The answers of the network that a source is: the ResNet's are its own.
pub fn answers(source: &Source) -> hover::Answers<'_> {
    match source {
        Source::Plain(scene) => (&scene.forward.output, &scene.forward.predictions),
        Source::ResNet(refined) => (&refined.error.output, &refined.error.predictions),
    }
}

/// The paths of the data and of the grid.
pub fn paths(source: &Source) -> (&SampledPath, &SampledPath) {
    match source {
        Source::Plain(scene) => (&scene.data, &scene.grid),
        Source::ResNet(refined) => (&refined.data, &refined.grid),
    }
}

/// The paths of the classes' centres.
pub fn class_centres(source: &Source) -> &SampledPath {
    match source {
        Source::Plain(scene) => &scene.centres,
        Source::ResNet(refined) => &refined.centres,
    }
}
