//! ONNX: the graph of a network as other programs run it.

mod bounds;
mod constant;
mod elementwise;
mod graph;
mod linear;
mod message;
mod nodes;
mod operators;
mod quadrature;
mod read;
pub(super) mod recognise;
pub(super) mod scalar;
mod settle;
mod shapes;
mod spelled;
#[cfg(test)]
mod tests;
mod trace;
mod volumes;
mod write;

pub(super) use read::open;
pub use write::save_onnx;
