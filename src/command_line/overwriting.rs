//! Whether a result may be written over what was read.

use std::path::Path;

use clap::Args;

use super::error::CommandError;
use crate::io::is_same;

/// Whether a result may take the place of what it was made of.
#[derive(Args, Clone, Debug)]
pub(in crate::command_line) struct Overwriting {
    /// Write over a file that is also read
    #[arg(long)]
    force: bool,
}

impl Overwriting {
    /// Refuses to write over one of the `inputs`.
    pub(super) fn check(&self, inputs: &[&Path], out: &Path) -> Result<(), CommandError> {
        if !self.force && inputs.iter().any(|input| is_same(input, out)) {
            let out = out.display();
            return Err(CommandError::Usage(format!(
                "--out {out}: is also read, and would be lost; give another name, or --force to write over it"
            )));
        }
        Ok(())
    }
}
