//! layerflow: see a neural network as a flow.
pub mod command_line;
pub mod dataset;
pub mod explorer;
pub mod flow;
pub mod formats;
pub mod jobs;
pub mod linalg;
pub mod network;
pub mod offscreen;
pub mod resnet;
pub mod session;
