//! Refines a network into explicit ResNets and compares them with it: the error falls as 1/N.
//!
//! `cargo run --release --example refine`

use std::error::Error;

use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::examples;
use layerflow::resnet::{Integrator, Refinement, RefinementKind, ResNet};

fn main() -> Result<(), Box<dyn Error>> {
    let (network, data) = examples::spiral()?;
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true)?;
    for steps in [8, 16, 32] {
        let refinement = Refinement { kind: RefinementKind::Full, steps, integrator: Integrator::Euler };
        let resnet = ResNet::new(&flow, refinement, &data.points)?;
        let error = resnet.measure(&data.points, network.output(), &mut |_share, _| true)?;
        println!(
            "N = {steps:2}: {} blocks, error {:.3e}, the same answer for {:.1} % of the points",
            error.blocks,
            error.max_error,
            100.0 * error.prediction_agreement
        );
        // The blocks are a network of their own, which gives what the steps gave.
        let explicit = resnet.network(format!("spiral, N = {steps}"), network.output())?;
        let difference = (explicit.forward(&data.points)?.output - error.output).amax();
        println!("        its {} layers give the same to {difference:.1e}", explicit.layers().len());
    }
    Ok(())
}
