//! layerflow: see a neural network as a flow.
pub mod dataset;
pub mod flow;
pub mod linalg;
pub mod network;
pub mod resnet;
