//! How the window looks when it opens: options that its command `Copy as command` writes.

use std::fmt::Debug;
use std::path::PathBuf;

use clap::Args;

use super::named_values::by_name;
use super::options::{FlowArguments, SampleOptions};
use crate::explorer::{StartData, Startup};
use crate::resnet::{Integrator, RefinementKind};
use crate::session::file::{
    StoredCamera, StoredFlow, StoredLook, StoredPointSettings, StoredProjection, StoredRefinement, StoredTime,
    StoredView, StoredWindow, option_name,
};
use crate::session::{Appearance, Compare, Example, MAX_STEPS, Overlay, Side, VelocityPicture};

/// How the window looks when it opens.
#[derive(Args, Clone, Debug)]
pub(super) struct WindowOptions {
    /// Open a network that comes with the program: spiral, spiral-in-the-plane, residual-spiral, circles, moons, xor, digits
    #[arg(long, value_name = "NAME", conflicts_with = "file", value_parser = example)]
    example: Option<Example>,
    /// Begin at this time t, at rest
    #[arg(long, value_name = "T", value_parser = time)]
    at: Option<f64>,
    /// Let time run from there
    #[arg(long)]
    play: bool,
    /// Show the N-step ResNet in place of the plain net, or as --compare says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MAX_STEPS as i64))]
    resnet: Option<u16>,
    /// What the ResNet refines: every phase, or only the activation
    #[arg(long, value_name = "KIND", default_value = "full", value_parser = by_name(RefinementKind::ALL, RefinementKind::name))]
    kind: RefinementKind,
    /// How its steps are taken
    #[arg(long, value_name = "NAME", default_value = "euler", value_parser = by_name(Integrator::ALL, Integrator::option))]
    integrator: Integrator,
    /// What is compared: plain, res-net, side-by-side or overlay
    #[arg(long, value_name = "HOW", value_parser = one_of(Compare::ALL))]
    compare: Option<String>,
    /// Which coordinates are drawn: automatic, plane:0,1, space:0,1,2, principal-plane, principal-space, following-plane,
    /// following-space, class-plane:0,1, class-space:0,1,2 or tour
    #[arg(long, value_name = "NAME", value_parser = projection)]
    projection: Option<StoredProjection>,
    /// What is drawn beside the points: grid, areas, trails, answers, gradient-arrows, or none
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = overlay)]
    show: Option<Vec<String>>,
    /// How the velocity field is drawn: arrows, particles or streamlines
    #[arg(long, value_name = "HOW", value_parser = one_of(VelocityPicture::ALL))]
    velocity: Option<String>,
    /// How far trails reach back, in layers
    #[arg(long, value_name = "T", value_parser = time)]
    trail_length: Option<f64>,
    /// What the colours of the points stand for: label, prediction, mistakes, loss, or column:K
    #[arg(long, value_name = "WHAT", value_parser = colours)]
    colours: Option<String>,
    /// Where the stage is looked at from: the turn as a quaternion w,x,y,z, the shift right and up, and the zoom
    #[arg(long, value_name = "W,X,Y,Z,RIGHT,UP,ZOOM", value_parser = camera, allow_hyphen_values = true)]
    camera: Option<Camera>,
    /// Keep the panel on the right at this layer
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    layer: Option<u32>,
    /// What the panel on the right is about: layer, refinement, findings or probes
    #[arg(long, value_name = "NAME", value_parser = one_of(Side::ALL))]
    panel: Option<String>,
    /// Light, dark, or as the system
    #[arg(long, value_name = "NAME", value_parser = one_of(Appearance::ALL))]
    theme: Option<String>,
    #[command(flatten)]
    flow: FlowArguments,
    #[command(flatten)]
    samples: SampleOptions,
}

/// A camera as it is given.
#[derive(Clone, Debug)]
struct Camera(StoredCamera);

impl WindowOptions {
    /// What the window starts with.
    pub(super) fn startup(&self, [network, counterpart]: [Option<PathBuf>; 2], data: Option<PathBuf>) -> Startup {
        let data =
            data.map(|argument| match (StartData::of_argument(argument), self.samples.columns.choice_if_made()) {
                (StartData::Generator(generator, _), _) => {
                    StartData::Generator(generator, self.samples.generator_options(2))
                }
                (StartData::File(path), Some(choice)) => StartData::Columns(path, choice),
                (data, _) => data,
            });
        Startup { network, counterpart, example: self.example, data, options: self.flow.options(), look: self.look() }
    }

    /// What is looked at; `None` where nothing was said.
    fn look(&self) -> Option<StoredLook> {
        let refinement = self.resnet.map(|steps| StoredRefinement {
            kind: name(self.kind),
            steps: usize::from(steps),
            integrator: name(self.integrator),
        });
        let compare = self.compare.clone().or(self.resnet.map(|_| name(Compare::ResNet)));
        let view = StoredView {
            projection: self.projection.clone(),
            overlays: self.show.as_ref().map(|shown| shown.iter().filter(|name| *name != "none").cloned().collect()),
            velocity: self.velocity.clone(),
            trail_length: self.trail_length,
            compare,
            refinement,
            camera: self.camera.clone().map(|Camera(camera)| camera),
            pinned_layer: self.layer.map(|layer| layer as usize),
            points: StoredPointSettings { colours: self.colours.clone(), ..StoredPointSettings::default() },
            ..StoredView::default()
        };
        let window =
            StoredWindow { side: self.panel.clone(), appearance: self.theme.clone(), ..StoredWindow::default() };
        let is_silent = view == StoredView::default() && window == StoredWindow::default() && self.at.is_none();
        if is_silent && !self.play {
            return None;
        }
        // A window plays when it opens; one that is to show a moment rests there.
        let time =
            StoredTime { t: self.at.unwrap_or(0.0), playing: self.play || self.at.is_none(), ..Default::default() };
        Some(StoredLook {
            flow: StoredFlow::default(),
            time,
            view,
            window,
            findings: Default::default(),
            training: None,
        })
    }
}

/// The name of a choice as a session keeps it.
fn name(choice: impl Debug) -> String {
    option_name(choice).replace('-', "_")
}

/// Accepts the names of these choices, and gives them as a session keeps them.
fn one_of<T: Debug + Copy, const N: usize>(
    all: [T; N],
) -> impl Fn(&str) -> Result<String, String> + Clone + Send + Sync + 'static {
    let names = all.map(option_name);
    move |text| match names.iter().any(|name| name == text) {
        true => Ok(text.replace('-', "_")),
        false => Err(format!("give one of {}", names.join(", "))),
    }
}

fn example(text: &str) -> Result<Example, String> {
    let found = Example::ALL.into_iter().find(|example| option_name(example) == text);
    found.ok_or_else(|| format!("give one of {}", Example::ALL.map(option_name).join(", ")))
}

fn overlay(text: &str) -> Result<String, String> {
    if text == "none" { Ok(text.to_owned()) } else { one_of(Overlay::ALL)(text) }
}

fn time(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value),
        _ => Err("it must be a finite number, 0 or larger".into()),
    }
}

fn colours(text: &str) -> Result<String, String> {
    let is_column = text.strip_prefix("column:").is_some_and(|index| index.parse::<usize>().is_ok());
    match is_column || ["label", "prediction", "mistakes", "loss"].contains(&text) {
        true => Ok(text.to_owned()),
        false => Err("give label, prediction, mistakes, loss, or column:K with K from 0".into()),
    }
}

fn projection(text: &str) -> Result<StoredProjection, String> {
    let (kind, axes) = text.split_once(':').unwrap_or((text, ""));
    let axes: Option<Vec<usize>> =
        if axes.is_empty() { Some(Vec::new()) } else { axes.split(',').map(|axis| axis.parse().ok()).collect() };
    let axes = axes.ok_or("the axes are numbers from 0 with commas between them, as in plane:0,1")?;
    let needed = match kind {
        "plane" | "class-plane" => 2,
        "space" | "class-space" => 3,
        "automatic" | "principal-plane" | "principal-space" | "following-plane" | "following-space" | "tour" => 0,
        _ => return Err("there is no projection of this name; --help has the list".into()),
    };
    if axes.len() != needed {
        return Err(format!("{kind} takes {needed} numbers behind a colon"));
    }
    Ok(StoredProjection { kind: kind.replace('-', "_"), axes })
}

fn camera(text: &str) -> Result<Camera, String> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[w, x, y, z, right, up, zoom])
            if [w, x, y, z, right, up].iter().all(|number| number.is_finite()) && zoom.is_finite() && zoom > 0.0 =>
        {
            Ok(Camera(StoredCamera { orientation: [w, x, y, z], pan: [right, up], zoom, facing: None }))
        }
        _ => Err("give seven finite numbers with commas between them, the last above 0".into()),
    }
}
