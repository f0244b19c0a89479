//! What the window's dialog for pictures holds.

use super::figure::Figure;
use super::settings::{PictureSettings, PictureSubject, PictureTheme};
use super::timing::{Easing, FilmTiming, PictureTimes};
use crate::media::MediaKind;

/// The size of a picture in layout points, to begin with.
const SIZE: [u32; 2] = [1280, 720];
/// Pixels to a layout point, to begin with.
const SCALE: f32 = 2.0;
/// Seconds that a layer takes in a film, and the longest that a film is, to begin with.
const SECONDS_A_LAYER: f64 = 2.0;
const LONGEST: f64 = 12.0;
/// Frames a second, to begin with.
const RATE: f64 = 20.0;

/// The dialog for pictures and films: closed, or open with its settings; the last settings are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureExport {
    /// The settings, once it was open.
    settings: Option<PictureSettings>,
    is_open: bool,
}

/// What is asked of the dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum ExportCommand {
    /// Opens it for a kind of file.
    Open(MediaKind),
    /// Takes other settings.
    Change(Box<PictureSettings>),
    /// Closes it.
    Close,
    /// Asks for the name of the file.
    Choose,
    /// Copies the picture of the stage as it is now.
    Copy,
}

/// What of the session the settings of a new picture follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureNow {
    /// The time shown.
    pub t: f64,
    /// The part of the flow that is played.
    pub range: (f64, f64),
    /// Whether the window is dark.
    pub is_dark: bool,
}

impl PictureExport {
    /// The settings, while it is open.
    pub fn shown(&self) -> Option<&PictureSettings> {
        self.settings.as_ref().filter(|_| self.is_open)
    }

    /// The last settings.
    pub fn settings(&self) -> Option<&PictureSettings> {
        self.settings.as_ref()
    }

    /// Opens it for a kind of file, with the time or the range of now and all else as it was last.
    pub fn open(&mut self, kind: MediaKind, now: PictureNow) {
        let mut settings = self.settings.take().unwrap_or_else(|| at_first(kind, now));
        // The whole window is no document of vectors.
        if kind == MediaKind::Svg {
            settings.subject = PictureSubject::Stage;
        }
        let film = settings.film().copied();
        settings.kind = kind;
        settings.times = if kind.holds_picture() { PictureTimes::At(now.t) } else { film_of(film, now) };
        *self = PictureExport { settings: Some(settings), is_open: true };
    }

    /// Takes other settings.
    pub fn change(&mut self, settings: PictureSettings) {
        self.settings = Some(settings);
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.is_open = false;
    }

    /// The settings of a picture that is copied: those of the last, as it is now.
    pub fn to_copy(&self, now: PictureNow) -> PictureSettings {
        let settings = self.settings.clone().unwrap_or_else(|| at_first(MediaKind::Png, now));
        let subject = PictureSubject::Stage;
        PictureSettings { kind: MediaKind::Png, times: PictureTimes::At(now.t), subject, turn: 0.0, ..settings }
    }
}

/// A film over the range of now, otherwise like the one before.
fn film_of(before: Option<FilmTiming>, now: PictureNow) -> PictureTimes {
    let (from, to) = now.range;
    let seconds = ((to - from).abs() * SECONDS_A_LAYER).clamp(1.0, LONGEST);
    let first = FilmTiming { from, to, seconds, rate: RATE, rest: 1.0, times: 0, easing: Easing::Even };
    PictureTimes::Film(before.map_or(first, |before| FilmTiming { from, to, ..before }))
}

fn at_first(kind: MediaKind, now: PictureNow) -> PictureSettings {
    PictureSettings {
        kind,
        subject: PictureSubject::Stage,
        size: SIZE,
        scale: SCALE,
        theme: if now.is_dark { PictureTheme::Dark } else { PictureTheme::Light },
        times: PictureTimes::At(now.t),
        figure: Figure::default(),
        turn: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: PictureNow = PictureNow { t: 1.5, range: (0.0, 3.0), is_dark: true };

    #[test]
    fn it_opens_with_the_time_of_now_and_the_choices_of_before() {
        let mut export = PictureExport::default();
        assert_eq!(export.shown(), None);
        export.open(MediaKind::Gif, NOW);
        let settings = export.shown().cloned().unwrap();
        assert_eq!((settings.theme, settings.check(3.0)), (PictureTheme::Dark, Ok(())));
        assert_eq!(settings.film().map(|film| (film.from, film.to, film.seconds)), Some((0.0, 3.0, 6.0)));
        export.change(PictureSettings { size: [320, 200], subject: PictureSubject::Window, ..settings });
        export.close();
        assert_eq!(export.shown(), None);
        export.open(MediaKind::Svg, PictureNow { t: 0.5, ..NOW });
        let settings = export.shown().unwrap();
        assert_eq!((settings.size, settings.subject), ([320, 200], PictureSubject::Stage));
        assert_eq!((settings.times, settings.check(3.0)), (PictureTimes::At(0.5), Ok(())));
    }
}
