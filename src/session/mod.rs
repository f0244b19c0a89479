//! What the window is about, without the window: the open network and data, the clock, what is drawn and how it is
//! looked at, the notices.
//!
//! The parts own their state and carry out their own commands; none of them knows the [`Session`]. In the order in which
//! they use each other: `document` (what is open and how it is changed), `view` (settings and commands only), `scene`
//! (what the stage draws), `points`, `derived` (results computed in the background), `findings`, `training`, `checkpoints`.
//! `command` and `effect` name what goes in and out, `state` holds it all and is read by the window, `actions` does
//! what concerns several parts, and `apply` hands every command to one of them.

mod actions;
mod apply;
mod checkpoints;
mod command;
mod derived;
mod document;
mod dropped;
mod effect;
pub mod file;
mod findings;
mod history;
mod kept_view;
mod notice;
mod numbers;
mod open_scene;
mod origin;
mod path_prompt;
mod pictures;
mod playback;
mod points;
mod previews;
mod rebuild;
mod recent;
mod scene;
mod settings;
mod share;
mod share_line;
mod state;
mod subspace_rotation;
#[cfg(test)]
mod testing;
mod training;
mod unsaved;
mod unsaved_work;
mod view;
mod wording;

pub use checkpoints::{
    CheckpointCommand, CheckpointError, CheckpointRead, CheckpointRequest, CheckpointSeries, CheckpointStep,
    PlayDirection, StepDetail, StepMeasure,
};
pub use command::{Command, DialogPurpose, SessionCommand, Task};
pub use derived::*;
pub use document::{
    Ablated, ColumnCommand, ColumnImport, Counterpart, Data, DataSource, Document, EditCommand, Example, FileContents,
    Fix, FixFinder, Fixed, Import, ImportCommand, Insertion, MAX_CLASSES, NetworkChange, NetworkEnd, NumberChange,
    OpenedBy, PointChange, PointError, Preset, RememberedChain, ScalingCheck, ScalingRequest, WeightPart, file_name,
};
pub use dropped::{DropAnswer, DroppedNetwork};
pub use effect::{DialogAnswer, Effect, Outcome, SpectrumRequest, UserError};
pub use findings::{
    Dismissal, FindingCommand, FindingScope, FindingsView, LayerCount, TimeMark, VisibleFindings, title,
};
pub use history::History;
pub use kept_view::{KeptCamera, KeptView, LastFiles};
pub use notice::{Notice, Notices, Severity};
pub use numbers::{ColumnValues, NumberColumn, NumberKind, NumberRequest, NumberTable, NumbersProblem};
pub use path_prompt::PathPrompt;
pub use pictures::{
    ChartFile, ChartKind, Easing, ExportCommand, Figure, FilmTiming, MAX_FRAMES, MAX_PIXELS, POINT_SIZES,
    PictureExport, PictureNow, PictureSettings, PictureSubject, PictureTheme, PictureTimes, SCALES, SettingsProblem,
};
pub use playback::{KeptTime, Playback, PlaybackCommand, SPEEDS};
pub use points::{
    Condition, ConditionProblem, Region, ScreenPoint, TableCell, TableError, nearest, picture_side, pictured,
    pixel_range, pixels, point_table, table_columns, table_csv, table_fits, table_rows,
};
pub use previews::{PREVIEW_ASPECT, Preview, Previews};
pub use rebuild::{Rebuilt, VisibleOutputs};
pub use recent::RecentFiles;
pub use scene::{
    Caption, Cell, Directions, Extent, Fit, Frame, Lattice, MemoryPlan, Overflow, Progress, Refined, Scene, SceneError,
    Score, ViewPose, caption_at, directions, phase_time, sample_loss,
};
pub use settings::{KeyChanges, KeyCommand, Settings};
pub use share_line::ShareLine;
pub use state::Session;
pub use subspace_rotation::SubspaceRotation;
pub use training::{Goal, Pace, RunningTraining, Snapshot, TrainCommand, Training, TrainingChannel, TrainingRun};
pub use unsaved::Unsaved;
pub use unsaved_work::{FoundWork, LeaveAnswer, RecoverAnswer, UnsavedWork};
pub use view::{
    Appearance, Camera, ColorMap, ColorValues, Colouring, Compare, DENSITIES, EPSILONS, Facing, FieldRequest, Filter,
    Folding, Grab, HeatWindow, Hovered, MAX_STEPS, MAX_TRAIL, MatrixEntry, Modal, Orientation, Overlay, Pairing,
    PanelCommand, PanelPart, PanelPosition, PanelSettings, PanelSizes, Pen, PenCommand, PenSettings, Pick,
    PointCommand, PointSettings, ProbeCommand, ProbeSettings, Projection, RADII, Requirement, Room, Section, Selection,
    Side, SidePanel, SizedPanel, Sorting, TOUR_SPEEDS, TableColumn, Tool, Tour, Track, VelocityPicture, ViewCommand,
    ViewSettings, WindowCommand, WindowSettings, WindowSize, column_text,
};
pub use wording::{coordinate_name, counted, listed, own_name, shown, shown_path, subscript};
