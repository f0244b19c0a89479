//! A file is opened the way another one of its kind was.

use std::path::Path;

use super::file_contents::OpenedBy;
use super::import::Import;
use super::remembered_chain::RememberedChain;
use crate::formats::{self, FormatError, Opened, OpenedNetwork};

/// Opens a network; where its file leaves a question open, with the answer that was given for another. `None` where it
/// gives only tensors, and nobody has said which are layers or those are not all in it.
///
/// # Errors
/// If the file cannot be opened.
pub(in crate::session) fn open_as_before(
    path: &Path,
    answer: Option<&OpenedBy>,
) -> Result<Option<(OpenedNetwork, Option<OpenedBy>)>, FormatError> {
    let (shape, chain) = match answer {
        Some(OpenedBy::Shape(shape)) => (Some(*shape), None),
        Some(OpenedBy::Chain(chain)) => (None, Some(chain)),
        None => (None, None),
    };
    let by_shape = shape.map(OpenedBy::Shape);
    let tensors = match formats::open_to_look(path, shape)? {
        Opened::Network(opened) => return Ok(Some((opened, by_shape))),
        Opened::Tensors(tensors) => tensors,
        Opened::Graph(graph) => match (graph.network, chain) {
            (Some(network), None) => {
                return Ok(Some((OpenedNetwork { network, account: graph.account }, by_shape)));
            }
            (None, None) => {
                return Err(FormatError::Graph { path: path.into(), source: Box::new(graph.problem) });
            }
            (_, Some(_)) => graph.tensors,
        },
    };
    let Some(chain) = chain else { return Ok(None) };
    let mut import = Import::new(path.into(), tensors);
    chain.apply(&mut import);
    // Where tensors of the chain are missing the assistant is as it was: another chain.
    let applied = RememberedChain::new(&import);
    if !applied.has_same_layers(chain) {
        return Ok(None);
    }
    let opened = formats::build(&import.file, &import.chain)?;
    Ok(Some((opened, Some(OpenedBy::Chain(applied)))))
}
