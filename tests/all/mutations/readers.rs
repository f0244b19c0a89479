//! Everything that may be read of a file, through the readers of weights, of data, of sessions and of settings.

use std::path::Path;
use std::sync::Arc;

use layerflow::dataset::{self, Dataset};
use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, ChainProposal, Opened};
use layerflow::network::{Activation, Network, OutputFunction};
use layerflow::session::file::{self, SessionSources};
use layerflow::session::{Outcome, Scene, Session, Settings};
use nalgebra::DMatrix;

/// A reader may hold this multiple of its file…
const FILE_MULTIPLE: usize = 8;
/// …or this many bytes, whichever is more.
const ALLOWANCE: usize = 256 << 20;
/// Networks no wider and no longer than this flow as well.
const FLOWS: (usize, usize) = (64, 64);

/// The most bytes that reading a file of this size may take.
pub fn most_bytes(file_bytes: usize) -> usize {
    (FILE_MULTIPLE * file_bytes).max(ALLOWANCE)
}

/// What is taken from a file must bear being used.
fn use_network(network: &Network) {
    network.forward(&DMatrix::from_element(network.inputs(), 1, 0.5)).unwrap();
    let (width, length) = FLOWS;
    if network.largest_width() <= width && network.layers().len() <= length {
        // What cannot be decomposed is refused.
        let flow = Flow::new(network, FlowOptions::default(), &mut |_, _| true);
        let path = flow.and_then(|flow| flow.sample_path(&DMatrix::from_element(network.inputs(), 3, 0.5)));
        assert!(path.is_err() || path.unwrap().samples() == 3);
    }
}

/// Opens a session and puts back what it kept. Answers whether it was one.
fn use_session(path: &Path) -> bool {
    let Ok(opened) = file::open(path, &SessionSources::default()) else { return false };
    let (mut document, mut session) = (opened.document.clone(), Session::default());
    session.receive(Outcome::Session(Box::new(opened)));
    let data = document.data.draw().unwrap_or_default();
    let network = document.network.clone().unwrap();
    if network.largest_width() <= FLOWS.0 {
        let scene = Scene::build(&network, &data, document.options, None, &mut |_, _| true);
        session.receive(Outcome::Built(document, scene.map(Arc::new)));
    }
    true
}

/// What is read of a picture is the folder of the folders of classes in which it lies.
fn pictures(path: &Path) -> Option<&Path> {
    let extension = path.extension()?.to_str()?;
    ["png", "jpg"].contains(&extension).then_some(path.parent()?.parent()?)
}

/// Reads what there is: weights with every tensor and the proposed chain, then the data with its columns. Gives how many
/// of the readers took the file.
pub fn read_all(path: &Path) -> usize {
    let weights = match formats::open(path) {
        Ok(Opened::Tensors(file)) => {
            for tensor in file.tensors() {
                let values = file.vector(&tensor.name);
                assert!(values.is_err() || values.unwrap().iter().all(|value| value.is_finite()));
            }
            let chain = ChainProposal::new(&file, Activation::Relu, OutputFunction::Identity);
            let network = formats::build(&file, &chain);
            network.iter().for_each(|opened| use_network(&opened.network));
            usize::from(network.is_ok())
        }
        Ok(Opened::Network(opened)) => {
            use_network(&opened.network);
            1
        }
        Ok(Opened::Graph(graph)) => {
            graph.network.iter().for_each(use_network);
            1
        }
        Err(_) => 0,
    };
    let table = pictures(path).unwrap_or(path);
    let data = Dataset::open(table, None).is_ok();
    let outline = dataset::outline(table).is_ok();
    let session = path.extension().is_some_and(|extension| extension == "layerflow") && use_session(path);
    let is_settings = path.file_name().is_some_and(|name| name == "settings.json");
    let settings = is_settings && Settings::parse(&String::from_utf8_lossy(&std::fs::read(path).unwrap())).is_ok();
    weights + [data, outline, session, settings].map(usize::from).iter().sum::<usize>()
}
