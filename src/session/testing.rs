//! Sessions for tests.

use std::sync::Arc;

use super::{Document, Example, Outcome, Scene, Session};
use crate::flow::FlowOptions;

/// A session that shows the spiral.
pub(super) fn session() -> Session {
    let (network, mut data) = Example::Spiral.load().unwrap();
    let (network, points) = (Arc::new(network), data.draw().unwrap());
    let scene = Scene::build(&network, &points, FlowOptions::default(), None, &mut |_, _| true).unwrap();
    let document = Document { network: Some(network), data, ..Document::default() };
    let mut session = Session::default();
    session.receive(Outcome::Built(document, Ok(Arc::new(scene))));
    session
}
