//! The blocks of the ResNet in their order, and the weights of the one that is chosen.

use egui::{Button, ScrollArea, Sense, Ui, vec2};

use super::heading::section;
use super::input::RefinementInput;
use crate::explorer::theme;
use crate::explorer::widgets::heat_map::{self, Heat};
use crate::resnet::{BlockRun, Integrator};
use crate::session::{BlockDetail, HeatWindow, ViewCommand};

/// The height of the list.
const LIST: f32 = 150.0;
/// The largest side of a heat map.
const MAP: f32 = 130.0;
/// The side of an entry, where there is room.
const CELL: f32 = 14.0;

pub(super) fn show(ui: &mut Ui, input: &RefinementInput<'_>, commands: &mut Vec<ViewCommand>) {
    let Some(refined) = input.refined else { return };
    section(
        ui,
        "Blocks",
        "Every block x + W₂·ReLU(W₁x + b₁) + b₂ from the first to the last. A click shows its weights.",
    );
    if refined.refinement.integrator != Integrator::Euler {
        ui.label(theme::note(ui, "Only Euler's steps are blocks of this form; choose Euler to see them."));
        return;
    }
    let under_way = block_at(&refined.runs, input.t);
    // Of its own height wherever the panel is scrolled to, rather than of what is left of the panel.
    let list = ScrollArea::vertical().id_salt("blocks").max_height(LIST).min_scrolled_height(LIST);
    let list = list.auto_shrink([false, true]);
    list.show_rows(ui, ui.spacing().interact_size.y, refined.error.blocks, |ui, rows| {
        for number in rows {
            let Some((run, r)) = find(&refined.runs, number) else { continue };
            let chosen = input.view.block == Some(number);
            let now = if under_way == Some(number) { " (now)" } else { "" };
            let text = format!("{} · layer {} {} {}/{}{now}", number + 1, run.layer, run.text, r + 1, run.blocks);
            let row = Button::selectable(chosen, text).truncate();
            if ui.add(row).on_hover_text("Show this block's W₁ and W₂; once more hides them.").clicked() {
                commands.push(ViewCommand::ShowBlock((!chosen).then_some(number)));
            }
        }
    });
    match (input.view.block, input.block) {
        (Some(number), _) if number >= refined.error.blocks => {
            let text = format!("There is no block {} with this N; choose one from the list.", number + 1);
            ui.label(theme::note(ui, text));
        }
        (Some(number), Some(block)) if block.request == (refined.refinement, number) => weights(ui, block),
        (Some(_), _) => {
            ui.label(theme::note(ui, "Making the block …"));
        }
        (None, _) => {}
    }
}

fn weights(ui: &mut Ui, block: &BlockDetail) {
    ui.label(theme::note(ui, format!("{}, each entry on hover", block.name)));
    for matrix in &block.matrices {
        let map = &matrix.map;
        let (rows, columns) = (map.rows as f32, map.columns as f32);
        let cell = CELL.min(MAP / rows.max(columns).max(1.0));
        let name = format!("{} of the block", matrix.name);
        ui.horizontal(|ui| {
            let size = vec2((cell * columns).max(1.0), (cell * rows).max(1.0));
            Heat { name: &name, map, size, window: HeatWindow::default(), entry: None }.show(ui, Sense::hover());
            ui.vertical(|ui| {
                ui.label(format!("{}, {}×{}", matrix.name, map.rows, map.columns));
                let bias = matrix.largest_bias.map_or_else(
                    || "no bias".to_owned(),
                    |largest| format!("bias up to {}", theme::significant(largest)),
                );
                ui.label(theme::note(ui, bias));
                heat_map::legend(ui, map.largest);
            });
        });
    }
}

/// The run of block `number`, and which of its blocks that is.
fn find(runs: &[BlockRun], number: usize) -> Option<(&BlockRun, usize)> {
    let mut before = 0;
    runs.iter().find_map(|run| {
        let found = (number < before + run.blocks).then(|| (run, number - before));
        before += run.blocks;
        found
    })
}

/// The block that is under way at time t.
fn block_at(runs: &[BlockRun], t: f64) -> Option<usize> {
    let mut before = 0;
    for run in runs {
        let (start, end) = run.times;
        if t < end {
            let share = ((t - start) / (end - start)).clamp(0.0, 1.0);
            return Some(before + ((share * run.blocks as f64) as usize).min(run.blocks.saturating_sub(1)));
        }
        before += run.blocks;
    }
    before.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_number_and_time() {
        let run = |layer, blocks, times| BlockRun { layer, phase: Some(0), text: "rotate", blocks, times };
        let runs = [run(1, 4, (0.0, 0.5)), run(1, 1, (0.5, 1.0)), run(2, 2, (1.0, 2.0))];
        let positions: Vec<_> =
            (0..7).map(|number| find(&runs, number).map(|(run, r)| (run.layer, r)).unwrap()).collect();
        assert_eq!(positions, [(1, 0), (1, 1), (1, 2), (1, 3), (1, 0), (2, 0), (2, 1)]);
        assert!(find(&runs, 7).is_none());
        for (t, number) in [(0.0, 0), (0.3, 2), (0.7, 4), (1.0, 5), (1.6, 6), (2.0, 6)] {
            assert_eq!(block_at(&runs, t), Some(number), "{t}");
        }
        assert_eq!(block_at(&[], 0.0), None);
    }
}
