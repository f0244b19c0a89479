//! What a picture or a film of the session shows, and how; drawn by `explorer/export`.

mod chart_file;
mod export;
mod figure;
mod settings;
mod timing;

pub use chart_file::{ChartFile, ChartKind};
pub use export::{ExportCommand, PictureExport, PictureNow};
pub use figure::{Figure, POINT_SIZES};
pub use settings::{MAX_PIXELS, PictureSettings, PictureSubject, PictureTheme, SCALES, SettingsProblem};
pub use timing::{Easing, FilmTiming, MAX_FRAMES, PictureTimes};
