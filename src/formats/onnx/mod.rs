//! ONNX: the graph of a network as other programs run it.

mod accounting;
mod bounds;
mod broadcast;
mod cast;
mod constant;
mod element;
mod elementwise;
mod graph;
mod inline;
mod learned;
mod linear;
mod listing;
mod message;
mod node;
mod nodes;
mod normalise;
mod operands;
mod operators;
mod pick;
mod quadrature;
mod quantised;
mod read;
pub(super) mod recognise;
mod reduce;
mod repeat;
mod resample;
mod rounding;
pub(super) mod scalar;
mod settle;
mod shapes;
mod spelled;
#[cfg(test)]
mod tests;
mod trace;
mod volumes;
mod write;
mod write_node;

pub(super) use read::{open, recognise_file};
pub use write::save_onnx;
