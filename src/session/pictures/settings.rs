//! What is drawn of the session, how large and in which colours.

use thiserror::Error;

use super::figure::{Figure, POINT_SIZES};
use super::timing::{FilmTiming, MAX_FRAMES, PictureTimes};
use crate::media::MediaKind;

/// The most pixels of a picture: one gigabyte of colours.
pub const MAX_PIXELS: u64 = 1 << 28;
/// The least and the largest number of pixels to a layout point.
pub const SCALES: [f32; 2] = [0.25, 8.0];
/// The least side in layout points.
const MIN_SIDE: u32 = 16;

/// What a picture or a film shows of the session, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureSettings {
    /// The kind of file.
    pub kind: MediaKind,
    /// What is drawn.
    pub subject: PictureSubject,
    /// The size in layout points: texts and points have one size in them.
    pub size: [u32; 2],
    /// Pixels to a layout point.
    pub scale: f32,
    /// Light or dark.
    pub theme: PictureTheme,
    /// When.
    pub times: PictureTimes,
    /// What stands beside the data.
    pub figure: Figure,
    /// How far the camera turns about the screen's vertical axis over the whole film, in radians.
    pub turn: f64,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureSubject {
    /// The stage.
    #[default]
    Stage,
    /// The whole window.
    Window,
}

/// The colours of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PictureTheme {
    /// On white.
    #[default]
    Light,
    /// On black.
    Dark,
    /// Without a background, for white paper.
    Transparent,
    /// Without a background, for black paper.
    TransparentDark,
}

/// Why these settings make no picture.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SettingsProblem {
    /// Too small or too large.
    #[error(
        "a picture of {width} × {height} pixels cannot be written as {format}; choose sides from {least} to {most} pixels"
    )]
    Size { width: u64, height: u64, format: &'static str, least: u32, most: u32 },
    /// Too many pixels.
    #[error("{width} × {height} pixels are more than {MAX_PIXELS}; choose a smaller size or scale")]
    Pixels { width: u64, height: u64 },
    /// The scale.
    #[error("the scale {scale} is not between {} and {}", SCALES[0], SCALES[1])]
    Scale { scale: f32 },
    /// The size of the points.
    #[error("the radius {radius} of points is not between {} and {}", POINT_SIZES[0], POINT_SIZES[1])]
    PointRadius { radius: f32 },
    /// A time beyond the flow.
    #[error("the time {t} is outside the flow, which lasts from 0 to {end}")]
    Time { t: f64, end: f64 },
    /// Frames a second.
    #[error("{rate} frames a second cannot be shown as {format}; choose more than 0 and at most {most}")]
    Rate { rate: f64, format: &'static str, most: f64 },
    /// Too long.
    #[error("the film would have more than {MAX_FRAMES} frames; choose fewer seconds or fewer frames a second")]
    Frames,
    /// A number of seconds that is none.
    #[error("{0} seconds are no duration; choose a number from 0 on")]
    Seconds(f64),
    /// A film as a picture.
    #[error("{0} holds one picture; give --at for one moment, or a name that ends in .gif, .apng, .webp or .mp4")]
    NoFilm(&'static str),
    /// A picture as a film.
    #[error("{0} holds a film; leave --at out, or give a name that ends in .png, .svg or .webp")]
    NoPicture(&'static str),
    /// The whole window as vectors.
    #[error("SVG is written of the stage and of charts; write the whole window as PNG")]
    WindowAsVectors,
    /// A film without a background in a format that needs one.
    #[error("MP4 has no transparency; choose light or dark, or write APNG or WebP")]
    NoTransparency,
}

impl PictureTheme {
    /// All of them, in the order in which the window shows them.
    pub const ALL: [PictureTheme; 4] =
        [PictureTheme::Light, PictureTheme::Dark, PictureTheme::Transparent, PictureTheme::TransparentDark];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            PictureTheme::Light => "light",
            PictureTheme::Dark => "dark",
            PictureTheme::Transparent => "transparent",
            PictureTheme::TransparentDark => "transparent-dark",
        }
    }

    /// Whether its inks are those for black.
    pub fn is_dark(self) -> bool {
        matches!(self, PictureTheme::Dark | PictureTheme::TransparentDark)
    }

    /// Whether it has no background.
    pub fn is_transparent(self) -> bool {
        matches!(self, PictureTheme::Transparent | PictureTheme::TransparentDark)
    }
}

impl PictureSubject {
    /// Both.
    pub const ALL: [PictureSubject; 2] = [PictureSubject::Stage, PictureSubject::Window];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            PictureSubject::Stage => "stage",
            PictureSubject::Window => "window",
        }
    }
}

impl PictureSettings {
    /// The size in pixels.
    pub fn pixels(&self) -> [u32; 2] {
        self.size.map(|side| (side as f32 * self.scale).round() as u32)
    }

    /// The film, where it is one.
    pub fn film(&self) -> Option<&FilmTiming> {
        match &self.times {
            PictureTimes::Film(film) => Some(film),
            PictureTimes::At(_) => None,
        }
    }

    /// Whether they make a picture or a film of a flow that lasts until `end`.
    ///
    /// # Errors
    /// If they do not, with the remedy.
    pub fn check(&self, end: f64) -> Result<(), SettingsProblem> {
        if !(SCALES[0]..=SCALES[1]).contains(&self.scale) {
            return Err(SettingsProblem::Scale { scale: self.scale });
        }
        if let Some(radius) = self.figure.point_radius.filter(|r| !(POINT_SIZES[0]..=POINT_SIZES[1]).contains(r)) {
            return Err(SettingsProblem::PointRadius { radius });
        }
        let (format, most) = (self.kind.label(), self.kind.max_side());
        let [width, height] = self.size.map(|side| (f64::from(side) * f64::from(self.scale)).round() as u64);
        let is_side = |side: u64| (u64::from(MIN_SIDE)..=u64::from(most)).contains(&side);
        if !is_side(width) || !is_side(height) || self.size.iter().any(|side| *side < MIN_SIDE) {
            return Err(SettingsProblem::Size { width, height, format, least: MIN_SIDE, most });
        }
        if width * height > MAX_PIXELS {
            return Err(SettingsProblem::Pixels { width, height });
        }
        if self.kind == MediaKind::Svg && self.subject == PictureSubject::Window {
            return Err(SettingsProblem::WindowAsVectors);
        }
        if self.kind == MediaKind::Mp4 && self.theme.is_transparent() {
            return Err(SettingsProblem::NoTransparency);
        }
        let inside = |t: f64| if (0.0..=end).contains(&t) { Ok(()) } else { Err(SettingsProblem::Time { t, end }) };
        match &self.times {
            PictureTimes::At(_) if !self.kind.holds_picture() => Err(SettingsProblem::NoPicture(format)),
            PictureTimes::At(t) => inside(*t),
            PictureTimes::Film(_) if !self.kind.holds_film() => Err(SettingsProblem::NoFilm(format)),
            PictureTimes::Film(film) => {
                inside(film.from)?;
                inside(film.to)?;
                self.check_duration(film)
            }
        }
    }

    fn check_duration(&self, film: &FilmTiming) -> Result<(), SettingsProblem> {
        let (format, most) = (self.kind.label(), self.kind.max_rate());
        if !(film.rate > 0.0 && film.rate <= most) {
            return Err(SettingsProblem::Rate { rate: film.rate, format, most });
        }
        if let Some(seconds) = [film.seconds, film.rest].into_iter().find(|seconds| seconds.is_nan() || *seconds < 0.0)
        {
            return Err(SettingsProblem::Seconds(seconds));
        }
        let rest = film.rest * film.rate;
        if film.frames() > MAX_FRAMES || !rest.is_finite() || rest > MAX_FRAMES as f64 {
            return Err(SettingsProblem::Frames);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::timing::Easing;
    use super::*;

    fn picture() -> PictureSettings {
        PictureSettings {
            kind: MediaKind::Png,
            subject: PictureSubject::Stage,
            size: [640, 480],
            scale: 2.0,
            theme: PictureTheme::Light,
            times: PictureTimes::At(1.0),
            figure: Figure::default(),
            turn: 0.0,
        }
    }

    fn film(kind: MediaKind) -> PictureSettings {
        let timing =
            FilmTiming { from: 0.0, to: 3.0, seconds: 2.0, rate: 25.0, rest: 0.0, times: 0, easing: Easing::Even };
        PictureSettings { kind, times: PictureTimes::Film(timing), ..picture() }
    }

    #[test]
    fn what_makes_no_picture_is_refused_with_the_reason() {
        assert_eq!(picture().check(3.0), Ok(()));
        assert_eq!(film(MediaKind::Gif).check(3.0), Ok(()));
        let refused = |settings: PictureSettings| settings.check(3.0).unwrap_err().to_string();
        assert!(refused(PictureSettings { times: PictureTimes::At(3.5), ..picture() }).contains("from 0 to 3"));
        assert!(refused(PictureSettings { scale: f32::NAN, ..picture() }).contains("scale"));
        assert!(refused(PictureSettings { size: [0, 10], ..picture() }).contains("pixels"));
        assert!(refused(PictureSettings { size: [u32::MAX; 2], ..picture() }).contains("pixels"));
        assert!(refused(PictureSettings { kind: MediaKind::Gif, ..picture() }).contains("holds a film"));
        assert!(refused(film(MediaKind::Png)).contains("one picture"));
        let mp4 = PictureSettings { theme: PictureTheme::Transparent, ..film(MediaKind::Mp4) };
        assert!(refused(mp4).contains("transparency"));
        let mut fast = film(MediaKind::Gif);
        if let PictureTimes::Film(timing) = &mut fast.times {
            timing.rate = 60.0;
        }
        assert!(refused(fast).contains("at most 50"));
    }
}
