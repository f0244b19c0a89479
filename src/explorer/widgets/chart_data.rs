//! The numbers of a chart, from the menu of its right click: on the clipboard, or on their way to a file.

use std::sync::Arc;

use egui::{Context, Id, Response};

use crate::session::NumberTable;

/// Where the numbers wait that a chart was asked to save.
fn waiting() -> Id {
    Id::unique("numbers of a chart")
}

/// Adds the menu to a chart; `series` gives its lines by name, whose axes are called `x` and `y`.
pub fn menu(response: &Response, (x, y): (&str, &str), series: impl Fn() -> Vec<(String, Vec<[f64; 2]>)>) {
    response.context_menu(|ui| {
        let text = || table((x, y), series()).csv().unwrap_or_default();
        if ui.button("Copy data").on_hover_text("Put the numbers on the clipboard as comma-separated values.").clicked()
        {
            ui.ctx().copy_text(text());
            ui.close();
        }
        if ui.button("Save data as CSV…").on_hover_text("Write the numbers to a file.").clicked() {
            let text: Arc<str> = text().into();
            ui.ctx().data_mut(|data| data.insert_temp(waiting(), text));
            ui.close();
        }
    });
}

/// The numbers that a chart was asked to save since the last call.
pub fn take(ctx: &Context) -> Option<Arc<str>> {
    ctx.data_mut(|data| data.remove_temp(waiting()))
}

/// One row for each point of each line.
fn table((x, y): (&str, &str), series: Vec<(String, Vec<[f64; 2]>)>) -> NumberTable {
    let mut table = NumberTable::default();
    let points = || series.iter().flat_map(|(name, points)| points.iter().map(move |point| (name, point)));
    table.add_texts("series", points().map(|(name, _)| name.clone()).collect());
    table.add(x, points().map(|(_, point)| point[0]).collect());
    table.add(y, points().map(|(_, point)| point[1]).collect());
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_has_a_row_with_its_line() {
        let series = vec![("a".to_owned(), vec![[1.0, 0.5], [2.0, f64::NAN]]), ("b".to_owned(), vec![[1.0, -3.0]])];
        assert_eq!(table(("N", "error"), series).csv().unwrap(), "series,N,error\na,1,0.5\na,2,\nb,1,-3\n");
    }
}
