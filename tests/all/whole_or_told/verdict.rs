//! What the program makes of a file, against what its network gives.

use std::path::Path;

use layerflow::formats::{self, Account, ChainProposal, Opened, OpenedNetwork};
use layerflow::network::OutputFunction;

use super::model::Healthy;

/// What became of a file.
#[derive(Debug)]
pub enum Verdict {
    /// The outputs are right, and nothing was said.
    Right,
    /// It was refused, or something was said.
    Told(String),
    /// Other outputs without a word.
    Wrong(f64),
}

/// Opens the file as `run --activation relu` does. `rounding` is how far its outputs may be off.
pub fn of(path: &Path, healthy: &Healthy, rounding: f64) -> Verdict {
    let opened = match formats::open(path) {
        Ok(Opened::Network(opened)) => opened,
        Ok(Opened::Graph(graph)) => return Verdict::Told(graph.problem.to_string()),
        Ok(Opened::Tensors(tensors)) => {
            let chain = ChainProposal::new(&tensors, healthy.hidden, OutputFunction::Identity);
            match formats::build(&tensors, &chain) {
                Ok(opened) => opened,
                Err(error) => return Verdict::Told(error.to_string()),
            }
        }
        Err(error) => return Verdict::Told(error.to_string()),
    };
    let OpenedNetwork { network, account } = opened;
    if let Some(told) = told(&account) {
        return Verdict::Told(told);
    }
    if network.inputs() != healthy.points.nrows() {
        return Verdict::Told(format!("{} inputs", network.inputs()));
    }
    let found = network.forward(&healthy.points).unwrap().output;
    if found.shape() != healthy.expected.shape() {
        return Verdict::Wrong(f64::INFINITY);
    }
    let scale = healthy.expected.amax().max(1.0);
    let error = (found - &healthy.expected).amax() / scale;
    if error < rounding { Verdict::Right } else { Verdict::Wrong(error) }
}

fn told(account: &Account) -> Option<String> {
    account.missing_text().or_else(|| account.assumed().first().cloned())
}
