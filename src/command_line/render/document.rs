//! The network and the data of a picture, as a document with its scene.

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
use crate::session::{Data, DataSource, Document, FileContents, Scene, SceneError};

/// Opens what is asked for and lets the data flow.
pub(super) fn build(
    arguments: &RenderArguments,
    progress: &mut Progress<'_>,
) -> Result<(Document, Arc<Scene>), CommandError> {
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
        (None, None) => return Err(CommandError::Usage("render needs a FILE or --example NAME".to_owned())),
    };
    let Some(network) = document.network.clone() else {
        return Err(CommandError::Usage("render needs a FILE or --example NAME".to_owned()));
    };
    match &arguments.data {
        Some(name) => document.data = data(name, arguments, &network)?,
        None if arguments.example.is_none() => {
            print_note("without --data points all over the input space stand in for data");
        }
        None => {}
    }
    let dataset = document.data.draw().unwrap_or_default();
    let file = arguments.file.clone().unwrap_or_default();
    let scene = Scene::build(&network, &dataset, options, None, progress).map_err(|error| match error {
        SceneError::Flow(FlowError::Cancelled) => {
            interrupted().map_or(CommandError::Media(crate::media::MediaError::Cancelled), CommandError::Interrupted)
        }
        SceneError::Flow(source) => CommandError::Flow { path: file, source },
        SceneError::Network(source) => CommandError::Network { path: file, source },
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
