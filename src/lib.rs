//! layerflow: see a neural network as a flow.
//!
//! # The mathematics on one page
//!
//! A plain net is x_k = σ_k(W_k x_{k−1} + b_k). With the singular value decomposition W = U Σ Vᵀ every layer becomes five
//! motions, each in its own clock s from 0 to 1:
//!
//! | phase | position at s | velocity |
//! |---|---|---|
//! | rotate in | exp(s A_V) x, exp(A_V) = Vᵀ | A_V x |
//! | compress | diag(σ_j^s) x; (1−s) x_j where σ_j = 0 | ln σ_j · x_j; −x_j/(1−s) |
//! | rotate out | exp(s A_U) x, exp(A_U) = U | A_U x |
//! | shift | x + s b | b |
//! | activate | (1−s) y + s σ(y), y the phase's start | σ(y) − y |
//!
//! All of them happen in one space as wide as the widest layer (and one dimension more where a layer mirrors its space);
//! narrower layers are padded with zeros. The decomposition is not unique: U and V are chosen proper and of nearly least
//! total rotation ([`linalg`]). Phases that move nothing are left out, the others share the layer's unit of time, and layer
//! k fills t from k − 1 to k ([`flow`]). In each phase s = 3τ² − 2τ³ of the phase's own clock τ, so that the velocity
//! vanishes where phases meet.
//!
//! A ResNet x + f(x) is Euler's method for such a flow. Cutting each phase into N Euler steps turns the plain net into an
//! explicit ResNet whose error falls as 1/N ([`resnet`]). The output function f of the net, carried back along the flow, is
//! u(x, t), the solution of the transport equation ∂u/∂t + v·∇u = 0 with u(x, T) = f(x): constant along every path.
//!
//! The model is that of Z. Li and Z. Shi, *A Flow Model of Neural Networks*, arXiv:1708.06257 (2017).
//!
//! # The modules
//!
//! In this order, each using only those before it: [`linalg`], [`network`], [`dataset`], [`formats`], [`flow`], [`resnet`],
//! [`training`] and [`diagnostics`]. The window and the command line are made of them in modules that are not shown here;
//! a test reads the sources and keeps the order. `examples/` has small programs: `inspect` opens a file and tells what is in it,
//! `follow` follows points into a NumPy archive, `refine` compares a network with its ResNets.
//!
//! ```
//! use layerflow::flow::{Flow, FlowOptions};
//! use layerflow::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
//! use nalgebra::{DMatrix, dmatrix};
//!
//! let affine = Affine { weight: dmatrix![0.0, -2.0; 1.0, 0.0], bias: None };
//! let layer = Layer::Dense(Dense { name: "turn".to_owned(), affine, activation: Activation::Identity });
//! let network = Network::new("example".to_owned(), vec![layer], OutputFunction::Identity)?;
//! let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true)?;
//!
//! // One point in each column; at t = 1 the flow has carried them to where the layer maps them.
//! let points: DMatrix<f64> = dmatrix![1.0, 0.0; 0.0, 1.0];
//! let end = flow.positions(&points, 1.0)?;
//! assert!((end - dmatrix![0.0, -2.0; 1.0, 0.0]).norm() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

// A page is started without arguments.
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub mod command_line;
pub mod dataset;
pub mod diagnostics;
#[doc(hidden)]
pub mod explorer;
pub mod flow;
pub mod formats;
mod io;
#[doc(hidden)]
pub mod jobs;
pub mod linalg;
#[doc(hidden)]
pub mod media;
pub mod network;
#[doc(hidden)]
mod pickle;
pub mod progress;
pub mod resnet;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod system;
pub mod training;
