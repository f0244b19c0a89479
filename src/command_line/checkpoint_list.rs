//! `layerflow inspect` of many files: the checkpoints of a folder, of a pattern, or those named one by one.

use std::path::PathBuf;

use serde::Serialize;

use super::columns::aligned;
use super::error::{CommandError, ErrorReport};
use super::inspect::{InspectArguments, Inspected, chain_of, inspect, run_one};
use super::output::{print, print_json_line, print_note};
use crate::formats::{Checkpoint, checkpoint_series, checkpoints, is_pattern};
use crate::system::panics;

/// What is told of one of many files, a line of JSON.
#[derive(Serialize)]
struct Row<'a> {
    file: String,
    /// The training step that the file's name tells.
    step: Option<u64>,
    bytes: u64,
    #[serde(flatten)]
    content: RowContent<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum RowContent<'a> {
    Inspected(&'a Inspected),
    Error(ErrorReport),
}

/// `layerflow inspect`, of one file or of many.
pub(super) fn run(arguments: &InspectArguments) -> Result<(), CommandError> {
    let Some(files) = of_paths(&arguments.files)? else { return run_one(arguments) };
    match &arguments.tensors {
        Some(None) => Err(CommandError::Usage("--tensors lists those of one file; give one file".into())),
        Some(Some(names)) => run_all(&files, &chain_of(names), arguments),
        None => run_all(&files, &[], arguments),
    }
}

/// The files that are told of one by one, in their order; `None` where one network is asked for.
fn of_paths(paths: &[PathBuf]) -> Result<Option<Vec<Checkpoint>>, CommandError> {
    let [path] = paths else {
        let files = paths.iter().map(|path| Checkpoint::from_path(path.clone())).collect();
        return Ok((!paths.is_empty()).then_some(files));
    };
    if is_pattern(path) {
        let files = checkpoints(path)?;
        if files.is_empty() {
            let problem = "no file has such a name; mind the quotes around the pattern";
            return Err(CommandError::Usage(format!("{}: {problem}", path.display())));
        }
        return Ok(Some(files));
    }
    Ok(checkpoint_series(path)?)
}

/// Tells of every file: without `--json` what the names tell, else of one after the other what `inspect` tells of it. A
/// file that cannot be read is a line with its error, and the others go on.
fn run_all(files: &[Checkpoint], chain: &[String], arguments: &InspectArguments) -> Result<(), CommandError> {
    if !arguments.json {
        return print(&table(files));
    }
    let (mut failed, mut refused) = (0, None);
    for file in files {
        let inspected = match panics::catching(|| inspect(&file.path, chain, arguments)) {
            Ok(inspected) => inspected,
            Err(panic) => {
                let problem = format!("layerflow made a mistake with it: {panic}; please report it");
                Err(CommandError::Usage(format!("{}: {problem}", file.path.display())))
            }
        };
        let content = match &inspected {
            Ok(inspected) => RowContent::Inspected(inspected),
            Err(error) => RowContent::Error(error.report()),
        };
        let name = file.path.display().to_string();
        print_json_line(&Row { file: name, step: file.step, bytes: file.bytes, content })?;
        match inspected {
            Ok(inspected) => refused = refused.or(inspected.check(&file.path, arguments).err()),
            Err(error) => {
                failed += 1;
                print_note(&error.to_string());
            }
        }
    }
    if failed == files.len() {
        return Err(CommandError::NoneRead { count: failed });
    }
    if failed > 0 {
        print_note(&format!("{failed} of {} files could not be read; their lines hold the reasons", files.len()));
    }
    refused.map_or(Ok(()), Err)
}

fn table(files: &[Checkpoint]) -> String {
    let mut rows = vec![["step", "bytes", "file"].map(str::to_owned).to_vec()];
    rows.extend(files.iter().map(|file| {
        let step = file.step.map_or_else(|| "–".to_owned(), |step| step.to_string());
        vec![step, file.bytes.to_string(), file.path.display().to_string()]
    }));
    let count = files.len();
    aligned(&rows) + &format!("{count} files, not opened; --json tells of each what is in it, and FILE alone of one\n")
}
