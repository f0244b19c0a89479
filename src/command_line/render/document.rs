//! The network and the data of a picture, as a document with its scene, and how a session looked at them.

use std::sync::Arc;

use super::arguments::RenderArguments;
use super::interruption::interrupted;
use crate::command_line::error::CommandError;
use crate::command_line::options::{load_data, load_network};
use crate::command_line::output::print_note;
use crate::dataset::Generator;
use crate::flow::FlowError;
use crate::network::Network;
use crate::progress::Progress;
use crate::session::file::{self, OpenedSession, SessionSources, StoredLook};
use crate::session::{Data, DataSource, Document, FileContents, Scene, SceneError};

/// What is asked for.
pub(super) struct Opened {
    pub(super) document: Document,
    /// How the session looked at it; `None` where no session is opened.
    pub(super) look: Option<StoredLook>,
    /// What of the session is not as it was or not known, a sentence each.
    pub(super) notes: Vec<String>,
}

/// Opens what is asked for.
pub(super) fn open(arguments: &RenderArguments) -> Result<Opened, CommandError> {
    if let Some(path) = &arguments.session {
        let OpenedSession { document, look, notes, .. } = file::open(path, &SessionSources::default())?;
        let assumed = document.file.account.assumed().iter().map(|note| format!("assumed: {note}"));
        let notes = notes.into_iter().chain(assumed.collect::<Vec<_>>()).collect();
        return Ok(Opened { document, look: Some(look), notes });
    }
    let options = arguments.flow.options();
    let mut document = match (&arguments.example, &arguments.file) {
        (Some(example), _) => {
            let (network, data) = example.load()?;
            Document { network: Some(Arc::new(network)), data, options, ..Document::default() }
        }
        (None, Some(file)) => {
            let loaded = load_network(file, &arguments.tensors, &arguments.chain)?;
            Document {
                data: Data::fitting(loaded.network.inputs()),
                network: Some(Arc::new(loaded.network)),
                network_path: Some(file.clone()),
                file: FileContents::new(loaded.account, None),
                options,
                ..Document::default()
            }
        }
        (None, None) => {
            return Err(CommandError::Usage("render needs a FILE, --example NAME or --session SESSION".to_owned()));
        }
    };
    match (&arguments.data, &document.network) {
        (Some(name), Some(network)) => document.data = data(name, arguments, network)?,
        _ if arguments.example.is_none() => {
            print_note("without --data points all over the input space stand in for data");
        }
        _ => {}
    }
    Ok(Opened { document, look: None, notes: Vec::new() })
}

/// Lets the data flow.
pub(super) fn build(
    mut document: Document,
    arguments: &RenderArguments,
    progress: &mut Progress<'_>,
) -> Result<(Document, Arc<Scene>), CommandError> {
    let Some(network) = document.network.clone() else {
        return Err(CommandError::Usage("there is no network to be drawn; give a FILE, --example or --session".into()));
    };
    let dataset = document.data.draw().unwrap_or_default();
    let of = document.network_path.clone().or(arguments.session.clone()).unwrap_or_default();
    let scene = Scene::build(&network, &dataset, document.options, None, progress).map_err(|error| match error {
        SceneError::Flow(FlowError::Cancelled) => {
            interrupted().map_or(CommandError::Media(crate::media::MediaError::Cancelled), CommandError::Interrupted)
        }
        SceneError::Flow(source) => CommandError::Flow { path: of, source },
        SceneError::Network(source) => CommandError::Network { path: of, source },
        // A picture of one network is compared with none.
        error @ (SceneError::Compare(_) | SceneError::Room { .. }) => CommandError::Window(error.to_string()),
    })?;
    Ok((document, Arc::new(scene)))
}

fn data(name: &str, arguments: &RenderArguments, network: &Network) -> Result<Data, CommandError> {
    let dataset = Arc::new(load_data(name, &arguments.samples, network)?);
    let source = match Generator::from_name(name) {
        Some(generator) => DataSource::Generated(generator, generator.training_options()),
        None => DataSource::File(name.into()),
    };
    Ok(Data { source, dataset: Some(dataset), choice: None, changes: Vec::new() })
}
