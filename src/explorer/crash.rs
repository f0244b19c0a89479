//! A mistake of the program while it draws: it is told, and the window goes on.

use egui::{CentralPanel, Ui};

use super::theme;
use crate::system::panics::{Panic, catching};

/// A drawing that fails so often in a row is not tried again by itself.
const MAX_FAILURES: usize = 3;

/// What is said of the work when the window itself fails.
pub(super) const WORK_STAYS: &str =
    "What is open stays as it was before; if the window closes, unsaved work is offered at the next start.";

/// What became of the drawings so far.
#[derive(Clone, Debug, Default)]
pub(super) struct CrashGuard {
    /// How many failed in a row.
    failures: usize,
    last: Option<Panic>,
}

/// What a person wants to be done about a window that cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CrashAnswer {
    /// Draw it again, with the view as it is at the start.
    GoOn,
    /// Close the window in order.
    Close,
}

impl CrashGuard {
    /// Does `work`; tells of a panic in it.
    pub fn guard<T>(&mut self, work: impl FnOnce() -> T) -> Result<T, Panic> {
        let result = catching(work);
        match &result {
            Ok(_) => self.failures = 0,
            Err(panic) => {
                self.failures += 1;
                self.last = Some(panic.clone());
            }
        }
        result
    }

    /// Whether the window failed too often to be drawn.
    pub fn has_given_up(&self) -> bool {
        self.failures >= MAX_FAILURES
    }

    /// Lets the window be drawn again.
    pub fn try_again(&mut self) {
        self.failures = 0;
    }

    /// What is drawn in the place of a window that cannot be.
    pub fn show(&self, ui: &mut Ui, kept: &str) -> Option<CrashAnswer> {
        let details = self.last.as_ref().map(Panic::details).unwrap_or_default();
        let draw = |ui: &mut Ui| {
            ui.add_space(ui.spacing().indent);
            ui.heading("layerflow made a mistake and cannot draw its window.");
            ui.label(kept);
            let mut answer = None;
            ui.horizontal(|ui| {
                if ui.button("Go on with a fresh view").clicked() {
                    answer = Some(CrashAnswer::GoOn);
                }
                if ui.button("Copy details").clicked() {
                    ui.ctx().copy_text(details.clone());
                }
                if ui.button("Close").clicked() {
                    answer = Some(CrashAnswer::Close);
                }
            });
            egui::ScrollArea::vertical().show(ui, |ui| ui.label(theme::note(ui, &details)));
            answer
        };
        CentralPanel::default().show(ui, draw).inner
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::super::{ExplorerApp, Startup};
    use super::*;

    /// A window that panics in as many drawings as are left.
    struct Failing {
        app: ExplorerApp,
        panics: usize,
    }

    fn window(panics: usize) -> Harness<'static, Failing> {
        let draw = |ui: &mut Ui, state: &mut Failing| {
            state.app.logic(&ui.ctx().clone());
            let fails = state.panics > 0 && !state.app.crash.has_given_up();
            state.panics -= usize::from(fails);
            state.app.guarded(ui, |app, ui| {
                if fails {
                    // In the middle of a panel, as it would be.
                    egui::Panel::left("half").show(ui, |_| panic!("index out of bounds"));
                }
                app.ui(ui);
            });
        };
        let app = ExplorerApp::new(Startup::default());
        Harness::builder().with_size([900.0, 600.0]).build_ui_state(draw, Failing { app, panics })
    }

    #[test]
    fn a_panic_while_drawing_is_told_and_the_window_goes_on() {
        let mut harness = window(1);
        harness.run_steps(3);
        let notices = harness.state().app.session().notices.shown();
        assert!(notices[0].sentence.contains("made a mistake while it drew"), "{notices:?}");
        assert!(notices[0].details.contains("index out of bounds"), "{notices:?}");
        harness.get_by_label_contains("made a mistake while it drew");
        harness.get_by_label("File");
    }

    #[test]
    fn a_window_that_cannot_be_drawn_says_so_and_can_go_on_or_close() {
        let mut harness = window(MAX_FAILURES);
        harness.run_steps(MAX_FAILURES + 1);
        harness.get_by_label("layerflow made a mistake and cannot draw its window.");
        harness.get_by_label_contains("index out of bounds");
        harness.get_by_label("Copy details").click();
        harness.run_steps(2);
        harness.get_by_label("Go on with a fresh view").click();
        harness.run_steps(3);
        harness.get_by_label("File");
        let mut harness = window(MAX_FAILURES);
        harness.run_steps(MAX_FAILURES + 1);
        harness.get_by_label("Close").click();
        harness.run_steps(2);
        assert!(harness.state().app.quit);
    }

    #[test]
    fn a_signal_closes_the_window_in_order() {
        let mut harness = window(0);
        harness.run_steps(2);
        harness.state().app.signals.ask();
        harness.run_steps(2);
        let commands = &harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
        assert!(commands.contains(&egui::ViewportCommand::Close), "{commands:?}");
    }
}
