//! All integration tests, in one binary: linking the libraries once is most of the cost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod command_line;
mod convert_command;
mod convolution;
mod files;
mod findings_command;
mod gallery;
mod graph_files;
mod layering;
mod limit;
mod mutations;
mod pictures;
mod projections;
mod reference_cases;
mod refine_command;
mod refinement;
mod support;
mod train_command;
mod whole_or_told;
mod window;
mod window_by_hand;
mod window_columns;
mod window_controls;
mod window_convolution;
mod window_field;
mod window_import;
mod window_layer_panel;
mod window_points;
mod window_projection;
mod window_refinement;
mod window_selection;
mod window_stage;
mod window_training;
