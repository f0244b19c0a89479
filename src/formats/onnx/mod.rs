//! ONNX: the graph of a network as other programs run it.

mod graph;
mod message;
mod operators;
mod quadrature;
#[cfg(test)]
mod tests;
mod write;

pub use write::save_onnx;
