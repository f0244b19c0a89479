//! The program: everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    layerflow::command_line::main(std::env::args_os())
}
