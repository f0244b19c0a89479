//! `layerflow completions`: what a shell needs to complete the command line, and the pages of its manual.

use clap::{Args, Command, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

use super::error::CommandError;
use super::output::print;

/// Print the completions of the command line for a shell, or a page of its manual
#[derive(Args, Clone, Debug)]
pub(super) struct CompletionsArguments {
    /// The shell, or man for the manual's page
    #[arg(value_name = "SHELL", value_parser = target)]
    target: Target,
    /// The subcommand whose page of the manual is printed
    #[arg(long, value_name = "SUBCOMMAND")]
    of: Option<String>,
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Shell(Shell),
    Manual,
}

/// `command` is the whole command line.
pub(super) fn run(arguments: &CompletionsArguments, mut command: Command) -> Result<(), CommandError> {
    command.build();
    let mut text = Vec::new();
    match (arguments.target, &arguments.of) {
        (Target::Shell(_), Some(_)) => {
            return Err(CommandError::Usage("--of goes with the manual: layerflow completions man --of NAME".into()));
        }
        (Target::Shell(shell), None) => clap_complete::generate(shell, &mut command, "layerflow", &mut text),
        (Target::Manual, None) => Man::new(command).render(&mut text).map_err(CommandError::Output)?,
        (Target::Manual, Some(name)) => {
            let Some(subcommand) = command.find_subcommand(name) else {
                return Err(CommandError::Usage(format!(
                    "--of {name}: there is no such subcommand; --help has the list"
                )));
            };
            Man::new(subcommand.clone()).render(&mut text).map_err(CommandError::Output)?;
        }
    }
    print(&String::from_utf8_lossy(&text))
}

fn target(text: &str) -> Result<Target, String> {
    if text == "man" {
        return Ok(Target::Manual);
    }
    let names = || Shell::value_variants().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    text.parse().map(Target::Shell).map_err(|_| format!("give one of {}, man", names()))
}
