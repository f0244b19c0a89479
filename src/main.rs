//! The program: everything it does is in the library.

#[cfg(not(target_arch = "wasm32"))]
use std::process::ExitCode;

use layerflow::system::Allocator;

/// Ends the program in order where there is no memory left.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> ExitCode {
    layerflow::command_line::main(std::env::args_os())
}

#[cfg(target_arch = "wasm32")]
fn main() {
    layerflow::explorer::web::start();
}
