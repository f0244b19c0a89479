//! The options of the file: its kind, size and colours, its time or times, and what stands beside the data.

use std::path::Path;

use clap::Args;

use crate::command_line::error::CommandError;
use crate::command_line::named_values::by_name;
use crate::media::MediaKind;
use crate::session::{
    Appearance, Easing, Figure, FilmTiming, PictureSettings, PictureSubject, PictureTheme, PictureTimes, Playback,
    Session,
};

/// Seconds that a layer takes in a film, and the longest that a film is, where nothing else is asked for.
const SECONDS_A_LAYER: f64 = 2.0;
const LONGEST: f64 = 12.0;
/// Frames a second, where nothing else is asked for: a GIF grows with every frame.
const RATE: f64 = 30.0;
const GIF_RATE: f64 = 20.0;

#[derive(Args, Clone, Debug)]
pub(super) struct PictureArguments {
    /// Width and height in layout points, in which texts and points have one size
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = size)]
    size: [u32; 2],
    /// Pixels to a layout point
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pixel_scale: f32,
    /// The colours; light, or those of the session, unless given
    #[arg(long, value_name = "THEME", value_parser = by_name(PictureTheme::ALL, PictureTheme::name))]
    theme: Option<PictureTheme>,
    /// What is drawn: the stage, or the whole window
    #[arg(long, value_name = "WHAT", default_value = "stage", value_parser = by_name(PictureSubject::ALL, PictureSubject::name))]
    what: PictureSubject,
    /// The time t of one picture; layer k ends at t = k. The end of the flow, or the time of the session, unless given
    #[arg(long, value_name = "T", conflicts_with_all = ["from", "to", "seconds", "fps", "rest", "loop_times"])]
    at: Option<f64>,
    /// The time t at which a film begins; 0 unless given
    #[arg(long, value_name = "T")]
    from: Option<f64>,
    /// The time t at which it ends; the end of the flow unless given
    #[arg(long, value_name = "T")]
    to: Option<f64>,
    /// Frames a second; 20 for a GIF, else 30 unless given
    #[arg(long, value_name = "N")]
    fps: Option<f64>,
    /// Seconds that the film lasts; 2 for each layer, at most 12, unless given
    #[arg(long, value_name = "S")]
    seconds: Option<f64>,
    /// Seconds for which the last frame rests
    #[arg(long, value_name = "S")]
    rest: Option<f64>,
    /// How often the film is shown: forever, or a number of times
    #[arg(long = "loop", value_name = "TIMES", value_parser = times)]
    loop_times: Option<u16>,
    /// How time runs: evenly, slowly at both ends of the film, or slowly at the boundaries of the phases
    #[arg(long, value_name = "HOW", default_value = "even", value_parser = by_name(Easing::ALL, Easing::name))]
    easing: Easing,
    /// Degrees by which the camera turns over the film; for projections of three dimensions
    #[arg(long, value_name = "DEGREES", default_value_t = 0.0, allow_negative_numbers = true)]
    turn: f64,
    /// A heading in the upper left corner
    #[arg(long, value_name = "TEXT", default_value = "")]
    heading: String,
    /// The radius of the points in layout points
    #[arg(long, value_name = "R")]
    point_size: Option<f32>,
    /// What is not written beside the data: name (of the flow), caption (what happens, the time and the phase), legend, scale, axes, notes, or all
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = clap::builder::PossibleValuesParser::new(CAPTIONS))]
    without: Vec<String>,
}

const CAPTIONS: [&str; 7] = ["name", "caption", "legend", "scale", "axes", "notes", "all"];

impl PictureArguments {
    /// The kind of file that the name asks for.
    pub(super) fn kind(&self, out: &Path) -> Result<MediaKind, CommandError> {
        let known = MediaKind::ALL.iter().map(|kind| kind.extension()).filter(|extension| !extension.is_empty());
        let known: Vec<String> = known.map(|extension| format!(".{extension}")).collect();
        MediaKind::of_path(out).ok_or_else(|| {
            let names = known.join(", ");
            CommandError::Usage(format!(
                "--out {}: give a name that ends in {names}, or with a slash for a folder of pictures",
                out.display()
            ))
        })
    }

    /// What is asked for; the rest is as `session`, which shows its scene, has it.
    pub(super) fn settings(&self, kind: MediaKind, session: &Session) -> Result<PictureSettings, CommandError> {
        let without = |name: &str| self.without.iter().any(|given| given == name || given == "all");
        let figure = Figure {
            heading: self.heading.clone(),
            flow_name: !without("name"),
            caption: !without("caption"),
            legend: !without("legend"),
            scale_bar: !without("scale"),
            axes: !without("axes"),
            notes: !without("notes"),
            point_radius: self.point_size,
            ..Figure::default()
        };
        if !self.turn.is_finite() {
            return Err(CommandError::Usage(format!("--turn {}: give a number of degrees", self.turn)));
        }
        Ok(PictureSettings {
            kind,
            subject: self.what,
            size: self.size,
            scale: self.pixel_scale,
            theme: self.theme.unwrap_or(match session.window.appearance {
                Appearance::Dark => PictureTheme::Dark,
                Appearance::Light | Appearance::System => PictureTheme::Light,
            }),
            times: self.times(kind, &session.playback)?,
            figure,
            turn: self.turn.to_radians(),
        })
    }

    fn times(&self, kind: MediaKind, shown: &Playback) -> Result<PictureTimes, CommandError> {
        let options = [
            ("--from", self.from.is_some()),
            ("--to", self.to.is_some()),
            ("--seconds", self.seconds.is_some()),
            ("--fps", self.fps.is_some()),
            ("--rest", self.rest.is_some()),
            ("--loop", self.loop_times.is_some()),
            ("--turn", self.turn != 0.0),
            ("--easing", self.easing != Easing::Even),
        ];
        let asked_as_film = options.iter().find(|(_, is_given)| *is_given).map(|(name, _)| *name);
        // A WebP is a picture unless something of a film is asked for.
        let is_film = self.at.is_none() && (!kind.holds_picture() || kind.holds_film() && asked_as_film.is_some());
        if !is_film {
            if let Some(option) = asked_as_film {
                let remedy = "give a name that ends in .gif, .apng, .webp or .mp4, or leave it out";
                return Err(CommandError::Usage(format!("{option} is for films, and this is one picture; {remedy}")));
            }
            return Ok(PictureTimes::At(self.at.unwrap_or(shown.t())));
        }
        let (from, to) = shown.range().unwrap_or((0.0, shown.duration()));
        let (from, to) = (self.from.unwrap_or(from), self.to.unwrap_or(to));
        Ok(PictureTimes::Film(FilmTiming {
            from,
            to,
            seconds: self.seconds.unwrap_or(((to - from).abs() * SECONDS_A_LAYER).clamp(1.0, LONGEST)),
            rate: self.fps.unwrap_or(if kind == MediaKind::Gif { GIF_RATE } else { RATE }),
            rest: self.rest.unwrap_or(0.0),
            times: self.loop_times.unwrap_or(0),
            easing: self.easing,
        }))
    }
}

fn size(text: &str) -> Result<[u32; 2], String> {
    let sides = text
        .split_once(['x', 'X', '×'])
        .and_then(|(width, height)| Some([width.trim().parse::<u32>().ok()?, height.trim().parse::<u32>().ok()?]));
    sides
        .filter(|sides| sides.iter().all(|side| *side > 0))
        .ok_or_else(|| "give width and height as 1280x720".to_owned())
}

fn times(text: &str) -> Result<u16, String> {
    match text {
        "forever" => Ok(0),
        _ => text
            .parse()
            .ok()
            .filter(|times| *times > 0)
            .ok_or_else(|| "give forever, or a number from 1 to 65535".into()),
    }
}
