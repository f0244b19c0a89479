//! The program: everything it does is in the library.

use std::process::ExitCode;

use layerflow::system::Allocator;

/// Ends the program in order where there is no memory left.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    layerflow::command_line::main(std::env::args_os())
}
