//! The options of `render`.

use std::path::PathBuf;

use clap::Args;

use super::example_name::example_parser;
use super::picture::PictureArguments;
use super::view::ViewArguments;
use crate::command_line::options::{ChainOptions, FlowArguments, SampleOptions};
use crate::command_line::overwriting::Overwriting;
use crate::session::Example;

/// A picture or a film of the data in the flow: .png, .svg, .webp; .gif, .apng, .webp, .mp4 (by ffmpeg), or a folder of
/// pictures (a name that ends with a slash). The same call writes the same bytes
#[derive(Args, Clone, Debug)]
pub(in crate::command_line) struct RenderArguments {
    /// The network's file
    #[arg(value_name = "FILE", required_unless_present = "example")]
    pub(super) file: Option<PathBuf>,
    /// A network that comes with the program, in place of FILE
    #[arg(long, value_name = "NAME", conflicts_with_all = ["file", "tensors"], value_parser = example_parser())]
    pub(super) example: Option<Example>,
    /// A data file, or one of moons, circles, spiral, xor, blobs, swiss-roll, grid, digits; points all over the input
    /// space where there is none
    #[arg(long, value_name = "DATA")]
    pub(super) data: Option<String>,
    /// The file to write; its ending says of which kind
    #[arg(long, value_name = "OUT")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) overwriting: Overwriting,
    /// The chain chosen by hand: names of weights, first layer to last
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) tensors: Vec<String>,
    #[command(flatten)]
    pub(super) picture: PictureArguments,
    #[command(flatten)]
    pub(super) view: ViewArguments,
    #[command(flatten)]
    pub(super) chain: ChainOptions,
    #[command(flatten)]
    pub(super) flow: FlowArguments,
    #[command(flatten)]
    pub(super) samples: SampleOptions,
}
