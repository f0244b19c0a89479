//! What is said of the picture in its lower right corner: how true it is, and what is not seen in it.

use super::overlays::{axes, counterpart_note, field, gradient_arrows, grid};
use super::pane::Pane;
use super::points::pictures::Atlas;
use super::source::Source;
use crate::session::Overflow;

/// What the picture of a tour shows, in words.
const TOUR: &str = "A turning plane";

impl Pane<'_> {
    /// What the axes are called now: coordinates also by their columns, while the points are the rows of their file.
    pub(super) fn axis_names(&self) -> Vec<String> {
        let own = |(row, label): (usize, &String)| match self.frame.coordinates.get(row) {
            Some(index) => self.scene.coordinate_text(*index, self.input.t),
            None => label.clone(),
        };
        self.frame.labels.iter().enumerate().map(own).collect()
    }

    /// The notes on a view of these sources, a line each.
    pub(super) fn notes(&self, sources: &[Source]) -> Vec<String> {
        let now = self.scene.extent.share_at(&self.pose.rows, self.input.t);
        let turning_plane = [TOUR.to_owned()];
        let labels = if self.frame.tour_directions().is_some() { &turning_plane[..] } else { &self.frame.labels };
        let mut notes = vec![axes::truth(labels, now, self.frame.share, self.scene.extent.dimension())];
        notes.extend(self.scene.reflection_text());
        if sources.iter().any(|source| matches!(source, Source::Plain(_))) {
            notes.extend(field::label(self.input));
            notes.extend(gradient_arrows::label(self.input, self.scene));
        }
        notes.extend(self.atlas.and_then(Atlas::label));
        notes.extend(self.scene.memory.thinned());
        let is_behind = |overflow: &Overflow| self.input.t >= overflow.t();
        notes.extend(self.scene.overflow_text().filter(|_| self.scene.overflow.as_ref().is_some_and(is_behind)));
        if sources.len() > 1 {
            notes.extend(grid::label(self.scene.data.samples()));
        }
        if self.is_paired() && !matches!(sources, [Source::Plain(_)]) {
            notes.push(counterpart_note::text(self.scene, self.input.t, sources));
        }
        if !self.styles.hidden.is_empty() {
            notes.push(format!("Hidden: {}.", self.styles.hidden.join(", ")));
        }
        if self.scene.dataset.samples() == 0 {
            notes.push("There are no points: only the grid of the input space moves.".to_owned());
        }
        notes
    }
}
