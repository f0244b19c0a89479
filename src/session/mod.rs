//! What the window is about, without the window: the open network and data, the clock, what is drawn and how it is
//! looked at, the notices.

mod camera;
mod columns;
mod command;
mod derived;
mod directions;
mod document;
mod effect;
mod examples;
mod extent;
mod findings;
mod finite_layers;
mod fit;
mod frame;
mod history;
mod import;
mod lattice;
mod memory_plan;
mod network_change;
mod notice;
mod panel;
mod pen;
mod playback;
mod point_change;
mod points;
mod preset;
mod principal_rows;
mod rebuild;
mod receive;
mod recent;
mod scene;
mod settings;
mod state;
mod subspace_rotation;
mod tour;
mod train;
mod training_run;
mod view;
mod view_pose;
mod window;
mod wording;

pub use camera::{Camera, Orientation};
pub use columns::{ColumnCommand, ColumnImport};
pub use command::{Command, DialogPurpose, Task};
pub use derived::{
    Answer, Answers, Areas, Arrow, BlockDetail, BlockMatrix, BlockRequest, BranchSpectrum, Change, Derivation,
    DerivedJob, DerivedKind, DerivedOutput, DerivedResults, ErrorSlices, Field, FieldRequest, FindingEntry, Findings,
    Glyph, Gradients, HeatMap, LARGEST_CHANGE, LayerDetail, LayerMeasures, LayerOverview, MEASURES, Measure, NamedMap,
    NeighbourRequest, Neighbours, Particle, ParticleWindow, Particles, Refined, RefinementStudy, SeparationProfile,
    Source, Stored, StudyRequest, slice, weight_matrices,
};
pub use directions::{Directions, directions, phase_time};
pub use document::{Data, DataSource, Document, FileContents, file_name};
pub use effect::{DialogAnswer, Effect, Outcome, SpectrumRequest, UserError};
pub use examples::Example;
pub use extent::{Extent, coordinate_name, subscript};
pub use findings::{
    Dismissal, FindingCommand, FindingKey, FindingScope, FindingsView, Fix, FixFinder, Fixed, LayerCount, TimeMark,
    VisibleFindings, title,
};
pub use fit::Fit;
pub use frame::Frame;
pub use history::{EditCommand, History};
pub use import::{Import, ImportCommand};
pub use lattice::{Cell, Lattice};
pub use memory_plan::MemoryPlan;
pub use network_change::{NetworkChange, NumberChange, WeightPart};
pub use notice::{Notice, Notices, Severity};
pub use panel::{HeatWindow, MatrixEntry, PanelCommand, PanelSettings, Section};
pub use pen::{DENSITIES, Pen, PenCommand, PenSettings, RADII};
pub use playback::{Playback, PlaybackCommand, SPEEDS};
pub use point_change::{MAX_CLASSES, PointChange, PointError};
pub use points::{
    ColorMap, ColorValues, Colouring, Filter, Pick, PointCommand, PointSettings, Region, ScreenPoint, Selection,
    Sorting, TableCell, TableColumn, TableError, Tool, column_text, nearest, picture_side, pictured, pixel_range,
    pixels, table_columns, table_csv, table_fits, table_rows,
};
pub use preset::Preset;
pub use rebuild::{Rebuilt, VisibleOutputs};
pub use recent::RecentFiles;
pub use scene::{Progress, Scene, SceneError};
pub use settings::{RememberedChain, Settings};
pub use state::{PathPrompt, Session};
pub use subspace_rotation::SubspaceRotation;
pub use tour::{TOUR_SPEEDS, Tour};
pub use train::{TrainCommand, Training};
pub use training_run::{Goal, Pace, Snapshot, TrainingChannel, TrainingRun};
pub use view::{Compare, Hovered, MAX_STEPS, MAX_TRAIL, Projection, VelocityPicture, ViewCommand, ViewSettings};
pub use view_pose::ViewPose;
pub use window::{Appearance, Modal, Side, WindowCommand, WindowSettings};
pub use wording::{counted, listed, own_name};
