//! PyTorch's files: a pickle that names the tensors, and their values beside it. No code of a file is ever run.
//!
//! Since version 1.6 a file is a zip archive (`data.pkl`, and one entry a storage); before that it is a row of pickles
//! followed by the storages. Both give the same tensors: those of a state dict, of a whole module, or of a checkpoint, in
//! the order in which the module has its layers.
//! Layout: torch/serialization.py and torch/_utils.py of PyTorch 1.0 to 2.9.

mod beside;
mod element;
mod embedded;
mod found;
mod keys;
mod legacy;
mod model;
mod modules;
mod open;
mod quantised;
mod rebuilt;
mod rounding;
mod search;
mod sharded;
mod sparse;
mod storage;
mod storage_file;
mod stored;
mod tensor;
mod tensors;
mod zipped;

pub(super) use open::{open, open_pickle, recognise};
