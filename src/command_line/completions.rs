//! `layerflow completions`: what a shell needs to complete the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::CommandLine;
use super::error::CommandError;
use super::output::print;

/// Print the completions of the command line for a shell
#[derive(Args, Clone, Debug)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArguments) -> Result<(), CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut CommandLine::command(), "layerflow", &mut script);
    print(&String::from_utf8_lossy(&script))
}
