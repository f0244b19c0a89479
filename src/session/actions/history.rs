//! The way back and forth through what was changed and opened.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{rebuild, series};
use crate::network::Network;
use crate::session::history::{EditSnapshot, Way};
use crate::session::origin::Origin;
use crate::session::{Data, Effect, Session};

/// One step back, or forth again.
pub fn step(session: &mut Session, way: Way, effects: &mut Vec<Effect>) {
    let position = session.history().position();
    let position = match way {
        Way::Undo => position.checked_sub(1),
        Way::Redo => position.checked_add(1),
    };
    position.into_iter().for_each(|position| go_to(session, position, effects));
}

/// To the moment after so many of the changes that are remembered.
pub fn go_to(session: &mut Session, position: usize, effects: &mut Vec<Effect>) {
    let Some(mut now) = EditSnapshot::new(&session.wanted) else { return };
    let first = now.network.clone();
    let (mut here, mut is_left, mut moved) = (origin(session), false, false);
    loop {
        let way = match session.history.position().cmp(&position) {
            Ordering::Greater => Way::Undo,
            Ordering::Less => Way::Redo,
            Ordering::Equal => break,
        };
        // A position behind the last change is the last.
        if way == Way::Redo && !session.history.can_redo() {
            break;
        }
        let Some((moment, left)) = session.history.step(way, now.clone(), &here) else { break };
        (now, moved) = (moment, true);
        if let Some(left) = left {
            (here, is_left) = (left, true);
        }
    }
    if !moved {
        return;
    }
    session.training.end();
    session.training.rejoin(&now.network);
    session.wanted.file = now.file;
    session.wanted.ablated = now.ablated;
    if !is_left {
        return put(session, now.network, Some(now.data), effects);
    }
    if !Arc::ptr_eq(&first, &now.network) {
        series::end(session, effects);
    }
    come_back(session, here);
    session.wanted.network = Some(now.network);
    session.wanted.data = now.data;
    rebuild::build(session, effects);
}

/// Something else is opened, by the step of this name: what was open can come back.
pub fn begin_opening(session: &mut Session, name: String) {
    if let Some(now) = EditSnapshot::new(&session.wanted) {
        let left = origin(session);
        session.history.open(now, left, name);
    }
    session.training.leave();
    (session.session_file, session.example) = (None, None);
    // What the window was started with waits for the first network, whichever it is.
    session.restoring.take_if(|restoring| restoring.network.is_some());
}

/// What was opened is not shown, and what is on show is wanted again.
pub fn cancel_opening(session: &mut Session) {
    let Some(shown) = session.document().and_then(|shown| shown.network.clone()) else { return };
    if let Some(left) = session.history.forget_opening(&shown) {
        come_back(session, left);
    }
}

/// Lets another network, and other data if there is some, take the place of those that are wanted.
pub fn put(session: &mut Session, network: Arc<Network>, data: Option<Data>, effects: &mut Vec<Effect>) {
    session.wanted.network = Some(network);
    session.wanted.data = data.unwrap_or_else(|| session.wanted.data.clone());
    if !session.wanted.data_fits() {
        session.wanted.data = Data::fitting(session.inputs().unwrap_or(1));
    }
    rebuild::grow(session, effects);
}

/// What belongs to the file that is open.
pub fn origin(session: &mut Session) -> Origin {
    Origin {
        network_path: session.wanted.network_path.clone(),
        example: session.example.clone(),
        session_file: session.session_file.clone(),
        keeping: session.unsaved.keeping(),
    }
}

fn come_back(session: &mut Session, left: Origin) {
    let Origin { network_path, example, session_file, keeping } = left;
    session.wanted.network_path = network_path;
    (session.example, session.session_file) = (example, session_file);
    session.unsaved.come_back(keeping);
}
