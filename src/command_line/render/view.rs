//! The options of the view: what the stage shows of the space and from where, what is compared, and what is drawn.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::view_names::{colouring, projection};
use crate::command_line::error::CommandError;
use crate::command_line::named_values::{by_name, parser};
use crate::explorer::stage::overlay_refusal;
use crate::resnet::{Integrator, RefinementKind};
use crate::session::{
    Command, Compare, MAX_STEPS, MAX_TRAIL, Overlay, PictureSettings, PointCommand, Session, VelocityPicture,
    ViewCommand, picture_side,
};

/// What can be drawn beside the points, and in place of dots.
const SHOWN: [&str; 10] =
    ["grid", "areas", "trails", "answers", "motion", "gradients", "arrows", "particles", "streamlines", "pictures"];

#[derive(Args, Clone, Debug)]
pub(super) struct ViewArguments {
    /// What is drawn of the space: auto (unless given); coordinates as 1,2 or 1,2,3; pca, pca3 (principal components of the whole flow);
    /// follow, follow3 (those of the data at each time); classes:A,B or classes:A,B,C; tour
    #[arg(long, value_name = "NAME")]
    projection: Option<String>,
    /// Whether the scale follows the data (unless given) or is one for the whole flow
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(["follow", "still"]))]
    fit: Option<String>,
    /// What is shown: the plain net, its ResNet, both side by side, or one over the other; with --resnet alone the ResNet
    #[arg(long, value_name = "HOW", value_parser = compare_parser())]
    compare: Option<Compare>,
    /// The ResNet's steps in each phase
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MAX_STEPS as u64))]
    resnet: Option<u64>,
    /// What the ResNet refines: every phase (full, unless given), or only the activation while W stays whole
    #[arg(long, value_name = "KIND", value_parser = by_name(RefinementKind::ALL, RefinementKind::name))]
    refine: Option<RefinementKind>,
    /// How the ResNet's steps are taken; euler unless given
    #[arg(long, value_name = "NAME", value_parser = by_name(Integrator::ALL, Integrator::option))]
    integrator: Option<Integrator>,
    /// What is drawn too: grid, trails and motion (what happens now; all three are at first), areas, answers (u(x, t); at
    /// first where the flow has two dimensions), gradients, one of arrows, particles and streamlines (the velocity), pictures
    /// (in place of dots)
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = PossibleValuesParser::new(SHOWN))]
    show: Vec<String>,
    /// What is not drawn
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = PossibleValuesParser::new(SHOWN))]
    hide: Vec<String>,
    /// How far trails reach back in units of t
    #[arg(long, value_name = "T")]
    trail_length: Option<f64>,
    /// What the colours stand for: class (unless given), prediction, mistakes, loss, or a column of the data by name or number
    #[arg(long, value_name = "WHAT", visible_alias = "color")]
    colour: Option<String>,
    /// The turn of the camera sideways and downward in degrees; for projections of three dimensions
    #[arg(long, value_name = "SIDEWAYS,DOWN", num_args = 1, value_delimiter = ',', allow_negative_numbers = true, value_parser = number)]
    camera: Vec<f64>,
    /// The magnification
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    zoom: f64,
    /// The shift of the picture, right and up, in half sizes of the data
    #[arg(long, value_name = "RIGHT,UP", num_args = 1, value_delimiter = ',', allow_negative_numbers = true, value_parser = number)]
    pan: Vec<f64>,
}

impl ViewArguments {
    /// Brings the view of `session`, which shows its scene, to what is asked for, and leaves the rest of it as it is; refuses
    /// what it cannot show.
    pub(super) fn apply(&self, session: &mut Session, settings: &PictureSettings) -> Result<(), CommandError> {
        let Some(scene) = session.scene().cloned() else { return Ok(()) };
        let loss = session.view.points.loss;
        let mut view = |command: ViewCommand| drop(session.apply(Command::View(command)));
        if let Some(name) = &self.projection {
            view(ViewCommand::Project(projection(name, &scene)?));
        }
        self.fit.iter().for_each(|how| view(ViewCommand::AutoFit(how == "follow")));
        self.refine.iter().for_each(|kind| view(ViewCommand::Kind(*kind)));
        self.integrator.iter().for_each(|integrator| view(ViewCommand::Integrate(*integrator)));
        self.resnet.iter().for_each(|steps| view(ViewCommand::Steps(*steps as usize)));
        match (self.compare, self.resnet) {
            (Some(Compare::Plain), Some(_)) => {
                return usage("--resnet has nothing to do with --compare plain; leave one of them out");
            }
            (Some(compare), _) => view(ViewCommand::Compare(compare)),
            (None, Some(_)) => view(ViewCommand::Compare(Compare::ResNet)),
            (None, None) => {}
        }
        if let Some(name) = &self.colour {
            view(ViewCommand::Points(PointCommand::Colour(colouring(name, &scene, loss)?)));
        }
        if let Some(length) = self.trail_length {
            if !(0.0..=MAX_TRAIL).contains(&length) {
                return usage(&format!("--trail-length {length}: give a number from 0 to {MAX_TRAIL}"));
            }
            view(ViewCommand::TrailLength(length));
        }
        let projection = session.view.projection;
        let mut view = |command: ViewCommand| drop(session.apply(Command::View(command)));
        let turns = !self.camera.is_empty() || settings.turn != 0.0;
        if turns && !scene.extent.frame(projection).space {
            return usage("only a picture of three dimensions can be turned; give --projection 1,2,3, pca3 or follow3");
        }
        if let Some([sideways, downward]) = pair("--camera", &self.camera)? {
            view(ViewCommand::Turn { sideways: sideways.to_radians(), downward: downward.to_radians() });
        }
        if !(self.zoom.is_finite() && self.zoom > 0.0) {
            return usage(&format!("--zoom {}: give a number above 0", self.zoom));
        }
        view(ViewCommand::Zoom { factor: self.zoom, at: [0.0, 0.0] });
        if let Some(by) = pair("--pan", &self.pan)? {
            view(ViewCommand::Pan(by));
        }
        self.draw(session)
    }

    /// What is drawn beside the points.
    fn draw(&self, session: &mut Session) -> Result<(), CommandError> {
        if let Some(name) = self.show.iter().find(|name| self.hide.contains(name)) {
            return usage(&format!("--show and --hide both name {name}; leave one of them out"));
        }
        let Some(scene) = session.scene().cloned() else { return Ok(()) };
        let mut moving = self.show.iter().filter_map(|name| velocity(name));
        let picture = moving.next();
        if moving.any(|other| Some(other) != picture) {
            return usage("--show: the velocity is drawn in one way; give one of arrows, particles and streamlines");
        }
        for (names, is_shown) in [(&self.hide, false), (&self.show, true)] {
            for name in names {
                if let Some(overlay) = overlay(name) {
                    session.apply(Command::View(ViewCommand::Show(overlay, is_shown)));
                    let refusal = overlay_refusal(overlay, &session.view, &scene).filter(|_| is_shown);
                    if let Some(why) = refusal {
                        return usage(&format!("--show {name}: {why}"));
                    }
                }
                if name == "pictures" {
                    let dimension = scene.dataset.dimension();
                    if is_shown && picture_side(dimension).is_none() {
                        return usage(&format!(
                            "--show pictures: points of {dimension} coordinates are no square pictures"
                        ));
                    }
                    session.apply(Command::View(ViewCommand::Points(PointCommand::Pictures(is_shown))));
                }
            }
        }
        if picture.is_some() {
            session.apply(Command::View(ViewCommand::ShowVelocity(picture)));
            if let Some(why) = session.view.field_refusal() {
                return usage(&format!("--show: {why}"));
            }
        }
        Ok(())
    }
}

fn usage<T>(sentence: &str) -> Result<T, CommandError> {
    Err(CommandError::Usage(sentence.to_owned()))
}

fn overlay(name: &str) -> Option<Overlay> {
    match name {
        "grid" => Some(Overlay::Grid),
        "areas" => Some(Overlay::Areas),
        "trails" => Some(Overlay::Trails),
        "answers" => Some(Overlay::Answers),
        "motion" => Some(Overlay::Motion),
        "gradients" => Some(Overlay::GradientArrows),
        _ => None,
    }
}

fn velocity(name: &str) -> Option<VelocityPicture> {
    VelocityPicture::ALL.into_iter().find(|picture| picture.label() == name)
}

/// Two numbers, or none.
fn pair(option: &str, numbers: &[f64]) -> Result<Option<[f64; 2]>, CommandError> {
    match numbers {
        [] => Ok(None),
        [first, second] => Ok(Some([*first, *second])),
        _ => usage(&format!("{option} takes two numbers with a comma between them")),
    }
}

fn number(text: &str) -> Result<f64, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| "it must be a finite number".into())
}

fn compare_parser() -> impl TypedValueParser<Value = Compare> {
    let names = vec!["plain", "resnet", "side-by-side", "overlay"];
    parser(names, |name| Compare::ALL.into_iter().find(|c| c.label().to_lowercase().replace(' ', "-") == name))
}
