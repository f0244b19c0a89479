//! The import assistant: it begins with a file that gave only tensors, and ends with a network or without.

use std::sync::Arc;

use super::open;
use crate::formats::{TensorFile, WeightSpectrum};
use crate::session::{
    Effect, Import, ImportCommand, OpenedBy, RememberedChain, Session, Severity, SpectrumRequest, Task, UserError,
};

/// Opens the assistant, as the file was opened last if it was.
pub fn begin(session: &mut Session, mut import: Import) {
    RememberedChain::restore(&session.chains, &mut import);
    session.import = Some(import);
}

/// Carries out a command.
pub fn apply(session: &mut Session, command: ImportCommand, effects: &mut Vec<Effect>) {
    if command == ImportCommand::AskInputShape {
        let document = session.document().filter(|document| document.file.account.has_open_lengths());
        effects.extend(document.and_then(|document| document.network_path.clone()).map(Effect::AskInputShape));
        return;
    }
    let Some(import) = &mut session.import else { return };
    match command {
        ImportCommand::Open if import.chain.fatal_problem().is_some() => {}
        ImportCommand::Open => {
            effects.push(Effect::ReadChain(import.path.clone(), import.file.clone(), import.chain.clone()));
            let chain = OpenedBy::Chain(RememberedChain::new(import));
            session.opened_by = Some((import.path.clone(), chain));
            RememberedChain::remember(&mut session.chains, import);
        }
        ImportCommand::Spectrum(position) => {
            let request = SpectrumRequest::Weight(import.chain.clone(), position);
            effects.push(Effect::FindSpectrum(import.file.clone(), request));
        }
        ImportCommand::ReadGraph => {
            let shape = import.typed_shape();
            session.opened_by = shape.map(|shape| (import.path.clone(), OpenedBy::Shape(shape)));
            effects.extend(shape.map(|shape| Effect::ReadGraph(import.path.clone(), shape)));
        }
        ImportCommand::GraphSpectrum(position) => {
            let convolution = import.convolutions_of_graph.get(position).cloned();
            let request = convolution.map(SpectrumRequest::Convolution);
            effects.extend(request.map(|request| Effect::FindSpectrum(import.file.clone(), request)));
        }
        ImportCommand::Close => {
            session.import = None;
            effects.push(Effect::Cancel(Task::Spectrum));
            // Data that came with the file is for the network on show then.
            if let Some((path, choice)) = session.waiting_data.take_if(|_| session.wanted.network.is_some()) {
                open::read_data(session, path, choice, effects);
            }
            open::fall_back(session, effects);
        }
        command => import.apply(command),
    }
}

/// Takes the spectrum of a weight of `file`.
pub fn accept_spectrum(
    session: &mut Session,
    file: &Arc<TensorFile>,
    result: Result<Option<WeightSpectrum>, UserError>,
) {
    let Some(import) = session.import.as_mut().filter(|import| Arc::ptr_eq(&import.file, file)) else { return };
    match result {
        Ok(Some(spectrum)) => import.spectrum = Some(spectrum),
        Ok(None) => {}
        Err(trouble) => session.notices.add(Severity::Error, trouble.sentence, trouble.details),
    }
}
