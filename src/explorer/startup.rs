//! What the program is started with.

use std::path::PathBuf;

use crate::dataset::{DataChoice, Generator, GeneratorOptions};
use crate::flow::FlowOptions;
use crate::session::Example;
use crate::session::file::StoredLook;

/// What the program is started with.
#[derive(Clone, Debug, Default)]
pub struct Startup {
    /// A network to open; the embedded spiral where there is none.
    pub network: Option<PathBuf>,
    /// A network that comes with the program, in its place.
    pub example: Option<Example>,
    /// Data to let flow through it.
    pub data: Option<StartData>,
    /// How the flow is built.
    pub options: FlowOptions,
    /// What is looked at and how; as in a window that has just opened where there is nothing.
    pub look: Option<StoredLook>,
}

/// Data that the program is started with.
#[derive(Clone, Debug)]
pub enum StartData {
    /// A file.
    File(PathBuf),
    /// These columns of a file.
    Columns(PathBuf, DataChoice),
    /// A built-in generator.
    Generator(Generator, GeneratorOptions),
}

impl StartData {
    /// The file, or the built-in data of that name where there is no such file.
    pub fn of_argument(argument: PathBuf) -> StartData {
        let generator = argument.to_str().and_then(Generator::from_name).filter(|_| !argument.exists());
        let drawn = |generator| StartData::Generator(generator, GeneratorOptions::default());
        generator.map_or(StartData::File(argument), drawn)
    }
}
