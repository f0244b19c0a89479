//! The list of what is wrong with the network. Rows are as high as their text needs; only those in sight are drawn.

mod head;
mod row;

use std::sync::Arc;

use egui::{Rect, ScrollArea, Ui, vec2};

use super::super::theme;
use crate::session::{Command, Findings, Session};

/// So many rows more are measured in a frame: the layout of their text takes time.
const MEASURED_A_FRAME: usize = 80;

/// The heights of the rows, kept from frame to frame.
#[derive(Default)]
pub struct FindingsPanel {
    measured: Option<Measured>,
}

struct Measured {
    list: Arc<Findings>,
    rows: Vec<usize>,
    width: f32,
    /// Where each row ends, as far as rows are measured.
    ends: Vec<f32>,
}

impl Measured {
    /// The height of all rows; those that are not measured yet count as the others do on average.
    fn height(&self) -> f32 {
        let known = self.ends.last().copied().unwrap_or(0.0);
        known * self.rows.len() as f32 / self.ends.len().max(1) as f32
    }
}

impl FindingsPanel {
    /// Draws the panel and tells what was asked for.
    pub fn show(&mut self, ui: &mut Ui, session: &Session) -> Vec<Command> {
        let mut commands = Vec::new();
        ui.take_available_width();
        let Some(list) = session.findings.visible().list() else {
            let text = match (session.scene().is_some(), session.is_given_up::<Findings>()) {
                (false, _) => "Open a network to see what is wrong with it.",
                (true, false) => "The network is being checked …",
                (true, true) => "The check was stopped before it was ready.",
            };
            ui.label(theme::note(ui, text));
            return commands;
        };
        head::show(ui, session, list, &mut commands);
        let rows = session.findings.listed();
        if rows.is_empty() {
            ui.label(theme::note(ui, head::nothing(session)));
            return commands;
        }
        ui.separator();
        ScrollArea::vertical().auto_shrink(false).id_salt("findings").show_viewport(ui, |ui, viewport| {
            let width = ui.available_width();
            let measured = self.measure(ui, list, rows, width);
            ui.set_width(width);
            ui.set_height(measured.height());
            let corner = ui.min_rect().left_top();
            let first = measured.ends.partition_point(|end| *end <= viewport.top());
            for (at, position) in measured.rows.iter().enumerate().take(measured.ends.len()).skip(first) {
                let top = at.checked_sub(1).map_or(0.0, |before| measured.ends[before]);
                if top >= viewport.bottom() {
                    break;
                }
                let rect = Rect::from_min_size(corner + vec2(0.0, top), vec2(width, measured.ends[at] - top));
                commands.extend(row::show(ui, rect, session, list, *position));
            }
        });
        commands
    }

    /// The heights of `rows`; some more of them than in the frame before.
    fn measure(&mut self, ui: &Ui, list: &Arc<Findings>, rows: Vec<usize>, width: f32) -> &Measured {
        let same = |kept: &Measured| Arc::ptr_eq(&kept.list, list) && kept.rows == rows && kept.width == width;
        let kept = self.measured.take().filter(same);
        let mut measured = kept.unwrap_or_else(|| Measured { list: list.clone(), rows, width, ends: Vec::new() });
        let known = measured.ends.len();
        for position in measured.rows.iter().skip(known).take(MEASURED_A_FRAME) {
            let end = measured.ends.last().copied().unwrap_or(0.0);
            let height = list.entries().get(*position).map_or(0.0, |entry| row::height(ui, entry, width));
            measured.ends.push(end + height);
        }
        if measured.ends.len() < measured.rows.len() {
            ui.ctx().request_repaint();
        }
        self.measured.insert(measured)
    }
}
