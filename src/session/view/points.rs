//! The choices that concern the points: how they are coloured, which are shown and selected, by what the mouse selects.

use super::colouring::Colouring;
use super::filter::Filter;
use super::probe::{ProbeCommand, ProbeSettings};
use super::selection::{Pick, Selection};
use super::table_column::{Sorting, TableColumn};
use crate::training::Loss;

/// What a drag with the first button does on the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// Moves the picture, or turns it.
    #[default]
    Pan,
    /// Selects the points in a rectangle.
    Box,
    /// Selects the points inside a drawn line.
    Lasso,
    /// Takes a point in mid-flow to another place.
    Grab,
}

/// The choices that concern the points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointSettings {
    /// What a drag does.
    pub tool: Tool,
    /// What the colours stand for.
    pub colouring: Colouring,
    /// The loss that training makes small: what the points' losses are measured by.
    pub loss: Loss,
    /// The groups that are not drawn.
    pub filter: Filter,
    /// The selected samples.
    pub selection: Selection,
    /// Draw the trails of the selection only.
    pub trails_of_selection: bool,
    /// Draw points that are pictures as such; `None` leaves it to the number of their pixels.
    pub pictures: Option<bool>,
    /// The sample that the mouse rests on, on the stage.
    pub resting: Option<usize>,
    /// Show the table of the selection.
    pub table: bool,
    /// How its rows are sorted.
    pub sorting: Sorting,
    /// The sample of the row that the mouse rests on.
    pub row: Option<usize>,
    /// What the probes do to a point.
    pub probe: ProbeSettings,
}

/// A change of what concerns the points.
#[derive(Clone, Debug, PartialEq)]
pub enum PointCommand {
    /// Drag otherwise.
    Use(Tool),
    /// Let the colours stand for something else.
    Colour(Colouring),
    /// Change the selection by these samples.
    Select(Pick, Vec<usize>),
    /// Select nothing.
    Clear,
    /// Draw a group of a colouring, or no longer.
    ToggleGroup(Colouring, usize),
    /// Draw all groups.
    ShowAllGroups,
    /// Draw these samples only, or all again.
    Isolate(Option<Vec<usize>>),
    /// Draw the trails of the selection only, or those of points all over the data.
    TrailsOfSelection(bool),
    /// Draw points that are pictures as such, or as dots.
    Pictures(bool),
    /// Show the table of the selection, or no longer.
    Table(bool),
    /// Sort the table by a column; by the same again, the other way round.
    Sort(TableColumn),
    /// The mouse rests on the row of a sample, or on none.
    Row(Option<usize>),
    /// The mouse rests on a sample of the stage, or on none.
    Rest(Option<usize>),
    /// The probes.
    Probe(ProbeCommand),
}

impl Tool {
    /// Every tool, in the order in which the window shows them.
    pub const ALL: [Tool; 4] = [Tool::Pan, Tool::Box, Tool::Lasso, Tool::Grab];

    /// The word used in the window.
    pub fn label(self) -> &'static str {
        match self {
            Tool::Pan => "Pan",
            Tool::Box => "Box",
            Tool::Lasso => "Lasso",
            Tool::Grab => "Grab",
        }
    }
}

impl PointCommand {
    /// The command without points that are not among the first `samples`: those on show may have changed while it was given.
    pub(in crate::session) fn within(mut self, samples: usize) -> PointCommand {
        match &mut self {
            PointCommand::Select(_, chosen) | PointCommand::Isolate(Some(chosen)) => {
                chosen.retain(|sample| *sample < samples);
            }
            PointCommand::Row(sample) | PointCommand::Rest(sample) => {
                sample.take_if(|sample| *sample >= samples);
            }
            _ => {}
        }
        self
    }
}

impl PointSettings {
    /// Carries out a command.
    pub fn apply(&mut self, command: PointCommand) {
        match command {
            PointCommand::Use(tool) => self.tool = tool,
            PointCommand::Colour(colouring) => self.colouring = colouring,
            PointCommand::Select(screen_point, samples) => self.selection.change(screen_point, samples),
            PointCommand::Clear => self.selection = Selection::default(),
            PointCommand::ToggleGroup(colouring, group) => self.filter.toggle(colouring, group),
            PointCommand::ShowAllGroups => self.filter = Filter::default(),
            PointCommand::Isolate(samples) => {
                let only = samples.map(|samples| {
                    let mut only = Selection::default();
                    only.change(Pick::Only, samples);
                    only
                });
                self.filter.isolate(only);
            }
            PointCommand::TrailsOfSelection(only) => self.trails_of_selection = only,
            PointCommand::Pictures(drawn) => self.pictures = Some(drawn),
            PointCommand::Table(shown) => self.table = shown,
            PointCommand::Sort(column) => self.sorting = self.sorting.by(column),
            PointCommand::Row(sample) => self.row = sample,
            PointCommand::Rest(sample) => self.resting = sample,
            PointCommand::Probe(command) => self.probe.apply(command),
        }
    }

    /// Measures the points' losses by another loss, also where they are shown already.
    pub(in crate::session) fn measure_by(&mut self, loss: Loss) {
        self.loss = loss;
        if let Colouring::Loss(shown) = &mut self.colouring {
            *shown = loss;
        }
        if let TableColumn::Loss(shown) = &mut self.sorting.column {
            *shown = loss;
        }
    }

    /// Forgets what counts the points, which are others now.
    pub fn reset_for_changed_points(&mut self) {
        (self.selection, self.resting, self.row) = (Selection::default(), None, None);
        self.probe.grab = None;
        self.filter.isolate(None);
    }

    /// Forgets what belongs to the data shown before.
    pub fn reset_for_new_data(&mut self) {
        let (tool, table) = (self.tool, self.table);
        *self = PointSettings { tool, table, ..PointSettings::default() };
    }
}
