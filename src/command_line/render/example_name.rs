//! The names of the networks that come with the program.

use clap::builder::TypedValueParser;

use crate::command_line::named_values::parser;
use crate::session::Example;

/// The names of the examples: those of the menu, in small letters, with hyphens.
pub(super) fn example_parser() -> impl TypedValueParser<Value = Example> {
    const NAMES: [&str; Example::ALL.len()] =
        ["spiral", "spiral-in-the-plane", "residual-spiral", "circles", "moons", "xor", "digits"];
    parser(NAMES.to_vec(), |name| {
        Example::ALL.into_iter().find(|example| example.label().to_lowercase().replace(' ', "-") == name)
    })
}
