//! The window's drawing under guard: a mistake in it is told, and what was open stays.

use egui::{Context, Ui};

use super::ExplorerApp;
use super::contents::WindowContents;
use super::crash::{CrashAnswer, WORK_STAYS};
use super::dialogs::Modals;
use crate::session::Severity;

impl ExplorerApp {
    /// Draws into `ui` as `draw` does. A panic meanwhile is told, and nothing that was asked for in it is done.
    pub(super) fn guarded(&mut self, ui: &mut Ui, draw: impl FnOnce(&mut ExplorerApp, &mut Ui)) {
        let mut crash = std::mem::take(&mut self.crash);
        if crash.has_given_up() {
            match crash.show(ui, WORK_STAYS) {
                Some(CrashAnswer::GoOn) => {
                    self.start_afresh(ui.ctx());
                    crash.try_again();
                }
                Some(CrashAnswer::Close) => self.close_and_keep(),
                None => {}
            }
        } else if let Err(panic) = crash.guard(|| draw(self, ui)) {
            let sentence = format!("layerflow made a mistake while it drew its window. {WORK_STAYS}");
            self.keep_unsaved_now();
            self.session.notices.add(Severity::Error, sentence, panic.details());
            ui.ctx().request_repaint();
        }
        self.crash = crash;
    }

    /// Forgets what widgets remember and closes what stands over the stage: a mistake in one of them need not come again.
    fn start_afresh(&mut self, ctx: &Context) {
        let drew_on_gpu = self.contents.stage.draws_on_gpu();
        self.contents = WindowContents::default();
        if drew_on_gpu {
            self.contents.stage.draw_on_gpu(ctx);
        }
        self.modals = Modals::default();
        self.session.window.modal = None;
        self.session.path_prompt = None;
    }
}
