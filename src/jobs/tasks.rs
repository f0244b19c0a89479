//! What each of the session's tasks does in its worker.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(not(target_arch = "wasm32"))]
use super::file_dialog;
use super::worker::{Step, Work, at_once};
use super::{Progress, number_files, settings_file, unsaved_files};
use crate::dataset::{ColumnKind, ColumnOutline, Dataset, DatasetError};
use crate::flow::Flow;
use crate::formats::{FormatError, GraphFile, GraphProblem, Opened, Precision, RunLog, TensorFile, WeightSpectrum};
use crate::network::{ConvolutionError, ImageShape};
use crate::session::file::{self, SessionError, SessionSources};
use crate::session::{
    Counterpart, Document, Effect, Outcome, Preview, Projection, Rebuilt, RunningTraining, Scene, SpectrumRequest,
    Task, UserError, file_name,
};
use crate::{dataset, formats};

/// Why a scene cannot be built; the session asks for none then.
const NOTHING_TO_BUILD: &str = "a scene was asked for without a network or without data";

/// A piece of work with its kind and its title.
pub struct TaskWork {
    /// Its kind; the latest of a kind wins.
    pub task: Task,
    /// What the window calls it.
    pub title: String,
    /// What it does.
    pub run: Work<Outcome>,
}

impl TaskWork {
    fn new(task: Task, title: impl Into<String>, run: impl FnOnce(&Progress) -> Outcome + Send + 'static) -> TaskWork {
        TaskWork { task, title: title.into(), run: at_once(run) }
    }
}

/// The work behind an effect; `None` for an effect that is none.
pub fn task_work(effect: Effect) -> Option<TaskWork> {
    let work = match effect {
        Effect::ReadNetwork(path) => {
            TaskWork::new(Task::Read, format!("Reading {}", file_name(&path)), move |_| read_network(path, None))
        }
        Effect::ReadGraph(path, shape) => {
            TaskWork::new(Task::Read, format!("Reading {}", file_name(&path)), move |_| read_network(path, Some(shape)))
        }
        Effect::AskInputShape(path) => {
            TaskWork::new(Task::Read, format!("Reading {}", file_name(&path)), move |_| {
                match formats::open_with_non_finite(&path, None) {
                    // Without a network the assistant asks.
                    Ok(Opened::Graph(graph)) => Outcome::Graph(path, GraphFile { network: None, ..graph }),
                    _ => read_network(path, None),
                }
            })
        }
        Effect::ReadCounterpart(path) => {
            TaskWork::new(Task::ReadCounterpart, format!("Reading {}", file_name(&path)), move |_| {
                Outcome::Counterpart(read_counterpart(path))
            })
        }
        Effect::ListCheckpoints(path, log) => {
            TaskWork::new(Task::ListCheckpoints, "Listing the checkpoints", move |_| {
                let files = formats::run_checkpoints(&path).map_err(|error| UserError::new(&error));
                let log = RunLog::beside(&path, log.as_ref());
                Outcome::CheckpointsListed(path, files, log)
            })
        }
        Effect::ReadCheckpoint(request) => {
            let doing = if request.is_ahead { "Reading ahead:" } else { "Reading" };
            TaskWork::new(Task::ReadCheckpoint, format!("{doing} {}", file_name(&request.file.path)), move |progress| {
                Outcome::Checkpoint(Box::new(request.run(&mut |share, text| report(progress, share, text))))
            })
        }
        Effect::ReadData(path, inputs) => {
            TaskWork::new(Task::ReadData, format!("Reading {}", file_name(&path)), move |_| read_data(path, inputs))
        }
        Effect::ReadColumns(path, inputs, choice) => {
            TaskWork::new(Task::ReadData, format!("Reading {}", file_name(&path)), move |_| {
                match Dataset::open_with(&path, inputs, &choice) {
                    Ok(data) => Outcome::Data(path, data, Some(choice)),
                    Err(error) => columns_or(path, &error),
                }
            })
        }
        Effect::ListColumns(path) => {
            TaskWork::new(Task::ReadData, format!("Reading the columns of {}", file_name(&path)), move |_| {
                match dataset::outline(&path) {
                    Ok(columns) => Outcome::Columns(path, columns, None),
                    Err(error) => Outcome::Unreadable(path, UserError::new(&error)),
                }
            })
        }
        Effect::DrawPreview(example) => TaskWork::new(Task::Preview, "Preparing the start page", move |progress| {
            let preview = Preview::of(example, &mut |share, text| report(progress, share, text));
            Outcome::Preview(example, preview.map(Arc::new))
        }),
        Effect::TryScalings(request) => TaskWork::new(Task::TryScalings, "Trying the scalings", move |progress| {
            let check = request.run(&mut |share, text| report(progress, share, text));
            Outcome::ScalingsTried(request, check)
        }),
        Effect::ReadFiles(paths, inputs) => {
            TaskWork::new(Task::Read, "Reading the dropped files", move |progress| read_files(paths, inputs, progress))
        }
        Effect::ReadChain(path, file, chain) => {
            TaskWork::new(Task::Read, format!("Reading {}", file_name(&path)), move |_| {
                match formats::build(&file, &chain) {
                    Ok(network) => Outcome::Network(path, network),
                    Err(error) => Outcome::Unreadable(path, UserError::new(&error)),
                }
            })
        }
        Effect::FindSpectrum(file, request) => TaskWork::new(Task::Spectrum, "Finding a spectrum", move |progress| {
            let spectrum = find_spectrum(&file, request, &mut |share, what| report(progress, share, what));
            Outcome::Spectrum(file, spectrum)
        }),
        Effect::Build(document, known) => {
            TaskWork::new(Task::Build, "Building the flow", move |progress| build(document, known, progress))
        }
        Effect::Grow(mut document, known, in_sight) => {
            TaskWork::new(Task::Build, "Building the flow", move |progress| {
                let mut report = |share: f32, text: &str| report(progress, share, text);
                match Rebuilt::build(&mut document, known, in_sight, &mut report) {
                    Some(rebuilt) => Outcome::Rebuilt(document, rebuilt),
                    None => Outcome::Failed(Task::Build, NOTHING_TO_BUILD.to_owned()),
                }
            })
        }
        Effect::Derive(job) => TaskWork::new(Task::Derive(job.kind), job.title.clone(), move |progress| {
            Outcome::Derived(job.run(&mut |share, text| report(progress, share, text)))
        }),
        Effect::Write(bytes, path) => TaskWork::new(Task::Save, format!("Writing {}", file_name(&path)), move |_| {
            let written = formats::write_beside(&path, |writer| writer.write_all(&bytes));
            Outcome::Written(path, written.map_err(|error| UserError::new(&error)))
        }),
        Effect::WriteNumbers(request, path) => {
            TaskWork::new(Task::Save, format!("Writing {}", file_name(&path)), move |_| {
                let written = number_files::write(request.table(), &path);
                Outcome::Written(path, written)
            })
        }
        Effect::Save(network, path) => TaskWork::new(Task::Save, format!("Saving {}", file_name(&path)), move |_| {
            let result = formats::save_as(&path, &network, Precision::Double).map_err(|error| UserError::new(&error));
            Outcome::Saved(path, result)
        }),
        Effect::ReadSession(path, sources) => {
            TaskWork::new(Task::Read, format!("Reading {}", file_name(&path)), move |_| read_session(path, sources))
        }
        Effect::SaveSession(snapshot, path) => {
            TaskWork::new(Task::Save, format!("Saving {}", file_name(&path)), move |_| {
                let result = snapshot.save(&path).map_err(|error| UserError::new(&error));
                Outcome::SessionSaved(path, snapshot.embeds, Box::new(snapshot.shown), result)
            })
        }
        Effect::Train(run) => {
            let mut running = RunningTraining::new(run);
            let step = move |progress: &Progress| {
                let result = match running.go_on(&mut |share, text| report(progress, share, text)) {
                    Ok(Some(pause)) => return Step::Later(pause),
                    Ok(None) => Ok(()),
                    Err(error) => Err(UserError::new(&error)),
                };
                Step::Done(Outcome::Trained(running.feed().clone(), result))
            };
            TaskWork { task: Task::Train, title: "Training".into(), run: Box::new(step) }
        }
        Effect::KeepSettings(path, settings) => TaskWork::new(Task::KeepSettings, "Keeping the settings", move |_| {
            let [before, now] = *settings;
            Outcome::SettingsKept(
                settings_file::keep_settings(&path, &before, &now).map_err(|error| UserError::new(&error)),
            )
        }),
        Effect::KeepUnsaved(folder, work) => TaskWork::new(Task::Unsaved, "Keeping unsaved work", move |_| {
            Outcome::UnsavedKept(unsaved_files::keep_work(&folder, &work).map_err(|error| UserError::new(&error)))
        }),
        Effect::RemoveUnsaved(folder) => TaskWork::new(Task::Unsaved, "Removing work that was kept", move |_| {
            Outcome::UnsavedKept(unsaved_files::remove_work(&folder).map_err(|error| UserError::new(&error)))
        }),
        Effect::ReadUnsaved(folder) => TaskWork::new(Task::Read, "Reading the work that was kept", move |_| {
            match unsaved_files::read_work(&folder) {
                Ok(work) => Outcome::Recovered(folder, Box::new(work)),
                Err(error) => Outcome::UnsavedKept(Err(UserError::new(&error))),
            }
        }),
        // The browser asks in the page.
        #[cfg(target_arch = "wasm32")]
        Effect::ShowDialog(..) => return None,
        #[cfg(not(target_arch = "wasm32"))]
        Effect::ShowDialog(purpose, name) => TaskWork::new(Task::Dialog, purpose.title(), move |_| {
            Outcome::Answer(purpose, file_dialog::ask(purpose, &name))
        }),
        // Drawn by the window, which knows how.
        Effect::WritePicture(..) | Effect::DrawPicture(_) => return None,
        Effect::Cancel(_) | Effect::Quit => return None,
    };
    Some(work)
}

fn report(progress: &Progress, share: f32, text: &str) -> bool {
    progress.set(share, text);
    !progress.cancelled()
}

fn read_session(path: PathBuf, sources: SessionSources) -> Outcome {
    match file::open(&path, &sources) {
        Ok(opened) => Outcome::Session(Box::new(opened)),
        Err(SessionError::Files { problems, .. }) => Outcome::SessionFiles(path, problems, sources),
        Err(error) => Outcome::Unreadable(path, UserError::new(&error)),
    }
}

fn read_network(path: PathBuf, input: Option<ImageShape>) -> Outcome {
    if formats::is_session(&path) {
        return read_session(path, SessionSources::default());
    }
    match formats::run_series(&path) {
        Ok(Some(files)) if files.is_empty() && formats::is_pattern(&path) => {
            let sentence = format!("{}: no file has such a name.", path.display());
            return Outcome::Unreadable(path, UserError { details: sentence.clone(), sentence });
        }
        Ok(Some(files)) => return Outcome::Checkpoints(path, files),
        Ok(None) => {}
        Err(error) => return Outcome::Unreadable(path, UserError::new(&error)),
    }
    // What training has broken is shown as far as it flows.
    match formats::open_to_look(&path, input) {
        Ok(Opened::Network(network)) => Outcome::Network(path, network),
        Ok(Opened::Tensors(tensors)) => Outcome::Tensors(path, tensors),
        Ok(Opened::Graph(graph)) => Outcome::Graph(path, graph),
        Err(error) => Outcome::Unreadable(path, UserError::new(&error)),
    }
}

/// A whole network: a part of one would be compared as if it were all.
fn read_counterpart(path: PathBuf) -> Result<Counterpart, UserError> {
    let refusal = |why: &str| {
        let sentence = format!("{}: {why}", file_name(&path));
        Err(UserError { details: path.display().to_string(), sentence })
    };
    match formats::open_guessing(&path).map_err(|error| UserError::new(&error))? {
        Opened::Network(opened) => match opened.account.missing_text() {
            Some(missing) => refusal(&format!("the network is partial and cannot be compared: {missing}")),
            None => {
                let assumed = opened.account.assumed().to_vec();
                Ok(Counterpart { network: Arc::new(opened.network), assumed, path })
            }
        },
        Opened::Tensors(_) => refusal(
            "gives only tensors, so their order and activations are not known; open it on its own, save it by File ▸ Save \
             network as, and compare with that file",
        ),
        Opened::Graph(graph) => refusal(&format!("the network is partial and cannot be compared: {}", graph.problem)),
    }
}

fn read_data(path: PathBuf, inputs: Option<usize>) -> Outcome {
    let error = match Dataset::open(&path, inputs) {
        Ok(data) => return Outcome::Data(path, data, None),
        Err(error) => error,
    };
    // A choice of columns helps where there are enough of numbers.
    let is_number = |column: &&ColumnOutline| column.kind != ColumnKind::Text;
    match dataset::outline(&path) {
        Ok(columns) if columns.iter().filter(is_number).count() >= inputs.unwrap_or(1) => {
            Outcome::Columns(path, columns, Some(UserError::new(&error)))
        }
        _ => Outcome::Unreadable(path, UserError::new(&error)),
    }
}

/// The columns of a file again, where those that were chosen cannot be taken.
fn columns_or(path: PathBuf, error: &DatasetError) -> Outcome {
    match dataset::outline(&path) {
        Ok(columns) => Outcome::Columns(path, columns, Some(UserError::new(error))),
        Err(_) => Outcome::Unreadable(path, UserError::new(error)),
    }
}

/// The spectrum that is asked for; `None` where the work was cancelled.
fn find_spectrum(
    file: &TensorFile,
    request: SpectrumRequest,
    go_on: &mut crate::progress::Progress<'_>,
) -> Result<Option<WeightSpectrum>, UserError> {
    match request {
        SpectrumRequest::Weight(chain, position) => {
            formats::weight_spectrum(file, &chain, position, go_on).map_err(|error| UserError::new(&error))
        }
        SpectrumRequest::Convolution(convolution) => match convolution.spectrum(go_on) {
            Ok(spectrum) => Ok(Some(spectrum)),
            Err(ConvolutionError::Cancelled) => Ok(None),
            Err(source) => {
                let problem = GraphProblem::Convolution { node: convolution.name.clone(), source };
                let error = FormatError::Graph { path: file.path().into(), source: Box::new(problem) };
                Err(UserError::new(&error))
            }
        },
    }
}

/// Reads networks before data, because a network's width tells the label column of its data from the others.
fn read_files(mut paths: Vec<PathBuf>, inputs: Option<usize>, progress: &Progress) -> Outcome {
    let mut inputs = inputs;
    let count = paths.len();
    paths.sort_by_key(|path| is_named_as_data(path));
    let mut outcomes = Vec::new();
    for (index, path) in paths.into_iter().enumerate() {
        if !report(progress, index as f32 / count as f32, &file_name(&path)) {
            break;
        }
        let outcome = read_either(path, inputs);
        match &outcome {
            Outcome::Network(_, opened) => inputs = Some(opened.network.inputs()),
            Outcome::Tensors(..) => inputs = None,
            _ => {}
        }
        outcomes.push(outcome);
    }
    Outcome::Files(outcomes)
}

/// Tries a file as a network and as data. Where its ending is one that data has, data is tried first.
fn read_either(path: PathBuf, inputs: Option<usize>) -> Outcome {
    let data_first = is_named_as_data(&path);
    let first = if data_first { read_data(path.clone(), inputs) } else { read_network(path.clone(), None) };
    let Outcome::Unreadable(_, likely) = first else { return first };
    let second = if data_first { read_network(path.clone(), None) } else { read_data(path.clone(), inputs) };
    let Outcome::Unreadable(_, unlikely) = second else { return second };
    let other = if data_first { "a network" } else { "data" };
    let details = format!("{}\nas {other}: {}", likely.details, unlikely.sentence);
    Outcome::Unreadable(path, UserError { sentence: likely.sentence, details })
}

fn is_named_as_data(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    dataset::extensions().contains(&extension.as_str())
}

fn build(mut document: Document, known: Option<Arc<Flow>>, progress: &Progress) -> Outcome {
    let (Some(network), Some(dataset)) = (document.network.clone(), document.data.draw()) else {
        return Outcome::Failed(Task::Build, NOTHING_TO_BUILD.to_owned());
    };
    let mut report = |share: f32, text: &str| report(progress, share, text);
    let scene = Scene::build(&network, &dataset, document.options, known, &mut report);
    // What the stage is to show at first takes longer than a frame may where points have many coordinates.
    scene.iter().for_each(|scene| scene.extent.prepare_frame(Projection::Automatic));
    Outcome::Built(document, scene.map(Arc::new))
}
