//! The command line: the window without a subcommand, and one file for each subcommand.
//!
//! Results go to standard output or to a file that is written beside and renamed; a failure is one sentence on
//! standard error. Exit status 0 is success, 1 bad input, 2 a wrong command line.

mod checkpoint_list;
mod column_options;
mod columns;
mod compare;
mod completions;
mod convert;
mod error;
mod findings;
mod flow;
mod inspect;
mod measures;
mod named_values;
mod network_file;
mod options;
mod output;
mod overwriting;
mod refine;
mod render;
mod report;
mod row_places;
mod run;
mod spectra;
mod survey;
mod table;
mod train;
mod warnings;
mod window_options;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, Parser, Subcommand};

use crate::explorer::{self, Renderer};
use crate::system::{memory, panics, signals};
use crate::{dataset, formats};

use error::CommandError;
use named_values::by_name;
use window_options::WindowOptions;

/// How long a film may take to stop where it is and to leave nothing.
const TIME_TO_STOP: Duration = Duration::from_secs(20);

/// See a neural network as a flow: rotations, compressions, shifts and activations in continuous motion.
///
/// Without a subcommand the explorer window opens.
#[derive(Debug, Parser)]
#[command(name = "layerflow", version = env!("LAYERFLOW_VERSION"), args_conflicts_with_subcommands = true, after_help = files_that_are_read())]
struct CommandLine {
    /// A network's file to open in the window; a folder or a pattern of several opens as a film of checkpoints
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Another network to compare it with
    #[arg(value_name = "OTHER", requires = "file")]
    other: Option<PathBuf>,
    /// A data file to open with it, or the name of a built-in dataset
    #[arg(long, value_name = "DATA")]
    data: Option<PathBuf>,
    /// The most memory to take, such as 4GB; three quarters of what is available unless given
    #[arg(long, value_name = "SIZE", global = true, value_parser = memory::size_of_text)]
    memory: Option<u64>,
    /// What draws the window: OpenGL (gl), the processor (cpu), or the processor where there is no OpenGL (auto)
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = by_name(Renderer::ALL, Renderer::name))]
    renderer: Renderer,
    #[command(flatten)]
    window: WindowOptions,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The tables of formats, for the end of the help.
fn files_that_are_read() -> String {
    format!("{}\n\n{}", formats::format_table(), dataset::format_table())
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::InspectArguments),
    Run(run::RunArguments),
    Flow(flow::FlowCommand),
    Refine(refine::RefineArguments),
    Convert(convert::ConvertArguments),
    Train(train::TrainArguments),
    Render(Box<render::RenderArguments>),
    Compare(compare::CompareArguments),
    Completions(completions::CompletionsArguments),
}

impl Command {
    /// Whether the result was asked for as JSON.
    fn asks_for_json(&self) -> bool {
        match self {
            Command::Inspect(arguments) => arguments.json,
            Command::Refine(arguments) => arguments.json,
            Command::Train(arguments) => arguments.json,
            Command::Compare(arguments) => arguments.json,
            _ => false,
        }
    }
}

/// What the window starts with that these arguments (the program's name first) open.
///
/// # Errors
/// If they are no command line, or that of a subcommand; in words.
pub fn startup(arguments: impl IntoIterator<Item = OsString>) -> Result<explorer::Startup, String> {
    let command_line = CommandLine::try_parse_from(arguments).map_err(|error| error.to_string())?;
    match command_line.command {
        Some(_) => Err("a subcommand opens no window".into()),
        None => Ok(command_line.window.startup([command_line.file, command_line.other], command_line.data)),
    }
}

/// Does what the arguments (the program's name first) ask for and answers the exit status.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    memory::begin();
    panics::install();
    signals::bear_limits();
    match panics::catching(|| parse_and_run(arguments)) {
        Ok(code) => code,
        Err(panic) => {
            output::print_note(&format!("layerflow made a mistake and had to stop: {panic}; please report it"));
            ExitCode::FAILURE
        }
    }
}

fn parse_and_run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command_line = match CommandLine::try_parse_from(arguments) {
        Ok(command_line) => command_line,
        Err(error) => {
            // Help and version are no failures and go to standard output. If printing fails there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    memory::set_limit(command_line.memory);
    if let Some(command) = &command_line.command {
        let is_render = matches!(command, Command::Render(_));
        signals::watch(move |name| {
            if is_render {
                render::interrupt(name);
                return TIME_TO_STOP;
            }
            output::print_note(&format!("layerflow was ended by {name}; no result was written"));
            Duration::ZERO
        });
    }
    let result = match &command_line.command {
        None => {
            let startup = command_line.window.startup([command_line.file, command_line.other], command_line.data);
            explorer::run(startup, command_line.renderer).map_err(CommandError::Window)
        }
        Some(Command::Inspect(arguments)) => checkpoint_list::run(arguments),
        Some(Command::Run(arguments)) => run::run(arguments),
        Some(Command::Flow(arguments)) => flow::run(arguments),
        Some(Command::Refine(arguments)) => refine::run(arguments),
        Some(Command::Convert(arguments)) => convert::run(arguments),
        Some(Command::Train(arguments)) => train::run(arguments),
        Some(Command::Render(arguments)) => render::run(arguments),
        Some(Command::Compare(arguments)) => compare::run(arguments),
        Some(Command::Completions(arguments)) => completions::run(arguments, CommandLine::command()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is closed only the exit status tells of the failure.
            output::print_note(&error.to_string());
            if command_line.command.as_ref().is_some_and(Command::asks_for_json) {
                // Who reads standard output finds the error there too; if it is closed there is nobody to tell.
                let _ = output::print_json(&error.report());
            }
            error.exit_code()
        }
    }
}
