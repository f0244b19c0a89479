//! Names of projections and colours, which depend on the network and the data.

use crate::command_line::error::CommandError;
use crate::session::{Colouring, Projection, Scene};
use crate::training::Loss;

/// The projection of a name.
pub(super) fn projection(name: &str, scene: &Scene) -> Result<Projection, CommandError> {
    let refused = |problem: String| Err(CommandError::Usage(format!("--projection {name}: {problem}")));
    match name {
        "auto" => return Ok(Projection::Automatic),
        "pca" => return Ok(Projection::PrincipalPlane),
        "pca3" => return Ok(Projection::PrincipalSpace),
        "follow" => return Ok(Projection::FollowingPlane),
        "follow3" => return Ok(Projection::FollowingSpace),
        "tour" => return Ok(Projection::Tour),
        _ => {}
    }
    if let Some(classes) = name.strip_prefix("classes:") {
        let known = scene.extent.classes();
        if known.is_empty() {
            return refused("the last layer has no directions of classes; give pca, follow or coordinates".to_owned());
        }
        let mut chosen = Vec::new();
        for class in classes.split(',').map(str::trim) {
            match known.iter().position(|name| name == class) {
                Some(index) => chosen.push(index),
                None => return refused(format!("{class} is none of the classes {}", known.join(", "))),
            }
        }
        return match chosen[..] {
            [first, second] => Ok(Projection::ClassPlane([first, second])),
            [first, second, third] => Ok(Projection::ClassSpace([first, second, third])),
            _ => refused("give two or three classes".to_owned()),
        };
    }
    let dimension = scene.extent.dimension();
    let mut chosen = Vec::new();
    for coordinate in name.split(',') {
        let number: Option<usize> = coordinate.trim().trim_start_matches('x').parse().ok();
        match number {
            Some(number) if (1..=dimension).contains(&number) => chosen.push(number - 1),
            Some(number) => return refused(format!("there is no coordinate {number}; the flow has {dimension}")),
            None => {
                let known = "auto, pca, pca3, follow, follow3, tour, classes:A,B or coordinates as 1,2";
                return refused(format!("is no projection; give one of {known}"));
            }
        }
    }
    match chosen[..] {
        [first, second] => Ok(Projection::Plane([first, second])),
        [first, second, third] => Ok(Projection::Space([first, second, third])),
        _ => refused("give two or three coordinates".to_owned()),
    }
}

/// What the colours of a name stand for; `loss` is the one that training makes small.
pub(super) fn colouring(name: &str, scene: &Scene, loss: Loss) -> Result<Colouring, CommandError> {
    let refused = |problem: &str| Err(CommandError::Usage(format!("--colour {name}: {problem}")));
    let chosen = match name {
        "class" | "label" | "value" => return Ok(Colouring::Label),
        "prediction" => Colouring::Prediction,
        "mistakes" => Colouring::Mistakes,
        "loss" => Colouring::Loss(loss),
        _ => {
            let dimension = scene.dataset.dimension();
            let named = (0..dimension).find(|column| scene.dataset.column_name(*column) == Some(name));
            let numbered = name.parse().ok().filter(|number| (1..=dimension).contains(number)).map(|number| number - 1);
            match named.or(numbered) {
                Some(column) => Colouring::Column(column),
                None => return refused("is neither class, prediction, mistakes, loss nor a column of the data"),
            }
        }
    };
    match chosen.refusal(scene) {
        Some(why) => refused(why),
        None => Ok(chosen),
    }
}
