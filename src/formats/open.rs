//! Opening a file of weights: its format is found, and its reader called.

use std::path::Path;

use super::candidate::Candidate;
use super::error::FormatError;
use super::graph::GraphProblem;
use super::input_lengths::{InputLengths, TRIED, TRIED_LONG};
use super::opened::{GraphFile, Opened};
use super::{adapter, detect, folder, non_finite, parts, quantised, session_network};
use crate::network::ImageShape;

/// Opens a weight file. Its content tells its format; its name only helps to say what a file is that is not read.
///
/// ```
/// use layerflow::formats::{self, Opened};
///
/// # let folder = std::env::temp_dir().join(format!("layerflow-open-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("turn.json");
/// std::fs::write(&path, r#"{"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": [[0, -1], [1, 0]]}]}"#)?;
/// match formats::open(&path)? {
///     // Its account says what became of every part of the file; whole: nothing was left out.
///     Opened::Network(opened) => {
///         assert!(opened.account.is_whole());
///         assert_eq!((opened.network.inputs(), opened.network.outputs()), (2, 2));
///     }
///     // Only tensors: `ChainProposal` and `build` make a network of them.
///     Opened::Tensors(_) => unreachable!("the layers are known"),
///     Opened::Graph(graph) => unreachable!("{}", graph.problem),
/// }
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be read, is damaged, or is of a format that is not read.
pub fn open(path: &Path) -> Result<Opened, FormatError> {
    open_for(path, None)
}

/// Opens a weight file as [`open_for`] does, and lets NaN and infinity through: the network is one to look at, not to run.
///
/// # Errors
/// As [`open`], except for numbers that are not finite.
pub fn open_with_non_finite(path: &Path, input: Option<ImageShape>) -> Result<Opened, FormatError> {
    non_finite::allowing(|| open_for(path, input))
}

/// Opens a weight file as [`open`] does. Where it leaves the lengths of its input open, one with which the whole graph is
/// understood is guessed; the account of the network says so.
///
/// # Errors
/// As [`open`].
pub fn open_guessing(path: &Path) -> Result<Opened, FormatError> {
    let mut opened = open(path)?;
    let Opened::Graph(GraphFile { problem: GraphProblem::InputShape { node }, .. }) = &opened else {
        return Ok(opened);
    };
    let node = node.clone();
    let mut last = None;
    for length in TRIED {
        match guess(path, length) {
            Guess::Understood(understood) => return Ok(*understood),
            Guess::Problem(problem) => last = Some((length, problem)),
            Guess::Nothing => {}
        }
    }
    if last.as_ref().is_some_and(|(_, problem)| problem.may_be_of_length()) {
        for length in TRIED_LONG {
            match guess(path, length) {
                Guess::Understood(understood) => return Ok(*understood),
                Guess::Problem(problem) => {
                    let may_be_longer = problem.may_be_of_length();
                    last = Some((length, problem));
                    if !may_be_longer {
                        break;
                    }
                }
                Guess::Nothing => break,
            }
        }
    }
    if let (Opened::Graph(graph), Some((length, last))) = (&mut opened, last) {
        graph.problem = GraphProblem::NoGuess { node, length, last: Box::new(last) };
        let (part, why) = graph.problem.part();
        graph.account.misses(part, why);
    }
    Ok(opened)
}

/// What came of a guessed length.
enum Guess {
    /// The whole graph is understood.
    Understood(Box<Opened>),
    /// The graph was followed as far as this.
    Problem(GraphProblem),
    /// The length does not make a shape of the input.
    Nothing,
}

/// Opens a file with all lengths of its input that it leaves open this long.
fn guess(path: &Path, length: usize) -> Guess {
    let sentence = || {
        format!(
            "the file leaves lengths of its input open, and {length} is taken for each; tell others by --input-shape or \
             File ▸ Input shape…"
        )
    };
    match open_of(path, Some(InputLengths::Guessed(length))) {
        Ok(Opened::Network(mut network)) => {
            network.account.leave_lengths_open(sentence());
            Guess::Understood(Box::new(Opened::Network(network)))
        }
        // Understood as a whole, but too wide for a flow: a shorter input may be none.
        Ok(Opened::Graph(mut graph)) if graph.network.is_some() && graph.problem.leaves_network_whole() => {
            graph.account.leave_lengths_open(sentence());
            Guess::Understood(Box::new(Opened::Graph(graph)))
        }
        Ok(Opened::Graph(graph)) => match graph.problem {
            GraphProblem::InputShape { .. } | GraphProblem::Ends { .. } => Guess::Nothing,
            problem => Guess::Problem(problem),
        },
        _ => Guess::Nothing,
    }
}

/// Opens a weight file to be looked at: with lengths of its input guessed as [`open_guessing`] does where none are told by
/// `input`, and with NaN and infinity let through.
///
/// # Errors
/// As [`open_with_non_finite`].
pub fn open_to_look(path: &Path, input: Option<ImageShape>) -> Result<Opened, FormatError> {
    non_finite::allowing(|| if input.is_some() { open_for(path, input) } else { open_guessing(path) })
}

/// Opens a weight file as [`open`] does. Where it holds a graph that leaves the shape of its input open, `input` tells it.
///
/// # Errors
/// As [`open`].
pub fn open_for(path: &Path, input: Option<ImageShape>) -> Result<Opened, FormatError> {
    open_of(path, input.map(InputLengths::Told))
}

fn open_of(path: &Path, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    match open_as_stored(path, input)? {
        Opened::Tensors(tensors) => {
            let part = parts::account_by_name(tensors.path());
            Ok(Opened::Tensors(adapter::join(quantised::join(tensors.with_account(part)))?))
        }
        opened => Ok(opened),
    }
}

fn open_as_stored(path: &Path, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    if path.is_dir() {
        return open_as_stored(&folder::model_in(path)?, input);
    }
    let (format, file) = detect::format_of(Candidate::open(path)?)?;
    if let Some((network, shape)) = session_network::file_of(&file)? {
        let named = if network.is_dir() { folder::model_in(&network)? } else { network };
        let (format, named) = detect::format_of(Candidate::open(&named)?)?;
        // One session that named another could go round in circles.
        return match session_network::recognise(&named) {
            Some(_) => Err(session_network::names_a_session(path)),
            None => format.open(&named, input.or(shape.map(InputLengths::Told))),
        };
    }
    let mut opened = format.open(&file, input)?;
    if let Opened::Network(network) = &mut opened {
        network.account.set_written_as(format.written);
    }
    Ok(opened)
}
