//! How fast the refinement of a network approaches it: the error against N, its slope, and the N that suffice.
//!
//! `cargo run --release --example convergence [NETWORK DATA]`; the spiral that comes with the program without them.

use std::error::Error;
use std::path::Path;

use layerflow::dataset::Dataset;
use layerflow::flow::{Flow, FlowOptions};
use layerflow::formats::{self, Opened, OpenedNetwork, examples};
use layerflow::resnet::{Convergence, Integrator, RefinementKind};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (network, data) = match arguments.as_slice() {
        [] => examples::spiral()?,
        [network, data] => {
            let Opened::Network(OpenedNetwork { network, .. }) = formats::open(Path::new(network))? else {
                return Err(format!("{network}: gives only tensors; convert it to JSON first").into());
            };
            let data = Dataset::open(Path::new(data), Some(network.inputs()))?;
            (network, data)
        }
        _ => return Err("give a network and its data, or nothing".into()),
    };
    let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true)?;
    for integrator in Integrator::ALL {
        let what = (RefinementKind::Full, integrator);
        let study = Convergence::study(&flow, what, &data.points, network.output(), &mut |_, _| true)?;
        println!("{}, {} points", integrator.name(), study.samples);
        for error in &study.errors {
            println!(
                "  N = {:4}: error {:.3e}, same answer {:.2} %",
                error.steps,
                error.max_error,
                100.0 * error.agreement
            );
        }
        match study.slope {
            Some(slope) => println!("  slope {:.3} from N = {} to {}", slope.exponent, slope.from, slope.to),
            None => println!("  no smooth range"),
        }
        println!("  error of the knots {:.3e}", study.interpolation_error);
        match study.least_agreeing {
            Some(steps) => println!("  all predictions agree at N = {steps} for the first time"),
            None => println!("  some prediction differs for every N that was tried"),
        }
        for stable in &study.stable_steps {
            println!("  layer {}: σ = {:.3e} asks for N ≥ {}", stable.layer, stable.sigma, stable.least_steps);
        }
    }
    Ok(())
}
