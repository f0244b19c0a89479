//! What the developers of layerflow run; `README.md` has the list.

mod accuracies;
#[path = "../../../tests/all/mutations/allocation.rs"]
mod allocation;
mod icon;
mod mutate;
mod screenshot;

use std::error::Error;

/// Damaged files are compared with the memory that they take.
#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("icon") => icon::run(),
        Some("screenshot") => screenshot::run(arguments),
        Some("accuracies") => accuracies::run(),
        Some("mutate-worker") => {
            mutate::work(arguments);
            Ok(())
        }
        Some("mutate") if mutate::run(arguments) => Ok(()),
        Some("mutate") => Err("damaged files led to faults".into()),
        _ => {
            eprint!("{}", include_str!("../README.md"));
            Err("name one of these".into())
        }
    }
}
