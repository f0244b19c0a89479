//! What is kept between starts, in a file that other windows write as well.

use std::collections::BTreeMap;
use std::path::PathBuf;

use web_time::Instant;

use super::ExplorerApp;
use super::commands::{Action, keys_of_text};
use super::kept_settings::KeptSettings;
use crate::jobs::{SettingsFile, keep_settings, read_settings, task_work};
use crate::session::{Effect, Severity};
use crate::system::memory;

impl ExplorerApp {
    /// Takes over the settings in the file at `path`, and keeps them there from now on. A file that is not understood is
    /// told and put aside when something changes; what is no file is told and left alone.
    pub fn keep_settings(&mut self, path: PathBuf) {
        let report = |app: &mut ExplorerApp, what: &str, why: String| {
            let sentence = format!("{}: {what}.", path.display());
            app.session.notices.add(Severity::Error, sentence, why);
        };
        let mut is_strange = false;
        match read_settings(&path) {
            SettingsFile::Read(settings) => {
                match settings.memory.as_deref().map(memory::size_of_text) {
                    Some(Ok(bytes)) => memory::set_usual_limit(bytes),
                    Some(Err(why)) => report(self, "its `memory` is not understood; nothing is limited by it", why),
                    None => {}
                }
                let is_there = settings.last.paths().iter().all(|path| path.exists());
                self.session.offers_last &= is_there;
                self.restore(*settings);
                for what in unknown_keys(self.session.keys.all()) {
                    report(self, &what, String::new());
                }
            }
            SettingsFile::Missing => {}
            SettingsFile::NotUnderstood(why) => {
                is_strange = true;
                let what = "the settings are not understood; the usual ones are used, and the file is put aside when they \
                            change";
                report(self, what, why);
            }
            SettingsFile::Unusable(why) => {
                report(
                    self,
                    "the settings cannot be read, so that nothing is kept there; the usual ones are used",
                    why,
                );
                return;
            }
        }
        let now = self.session.settings();
        self.settings = Some(KeptSettings { path, written: now.clone(), asked: now, since: None, is_strange });
    }

    /// Writes them if they have changed.
    pub(super) fn write_changed_settings(&mut self) {
        let Some(kept) = &mut self.settings else { return };
        let settings = self.session.settings();
        if !kept.is_due(&settings) {
            return;
        }
        kept.asked.clone_from(&settings);
        (kept.since, kept.is_strange) = (Some(Instant::now()), false);
        let change = Box::new([kept.written.clone(), settings]);
        if let Some(work) = task_work(Effect::KeepSettings(kept.path.clone(), change)) {
            self.jobs.start_steps(work.task, work.title, work.run);
        }
    }

    /// The window ends: what was not written yet is written now. Where that fails there is nobody left to read why.
    pub(super) fn write_settings_now(&mut self) {
        let settings = self.session.settings();
        if let Some(kept) = self.settings.as_mut().filter(|kept| kept.is_due_at_end(&settings))
            && keep_settings(&kept.path, &kept.written, &settings).is_ok()
        {
            (kept.written, kept.asked) = (settings.clone(), settings);
        }
    }
}

/// What the keys in a file of settings say that is not understood.
fn unknown_keys(all: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let names: Vec<String> = Action::all().into_iter().map(Action::name).collect();
    let mut problems = Vec::new();
    for (name, keys) in all {
        if !names.contains(name) {
            problems.push(format!("it gives keys to `{name}`, which is no command; they do nothing"));
        }
        for text in keys.iter().filter(|text| keys_of_text(text).is_none()) {
            problems.push(format!("the keys `{text}` of `{name}` are not known; write them as `Ctrl+Shift+K`"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_nobody_knows_are_named() {
        let all = [("Save", "F2"), ("Save2", "F2"), ("Undo", "Hyper+K")];
        let all = all.map(|(name, keys)| (name.to_owned(), vec![keys.to_owned()])).into_iter().collect();
        let problems = unknown_keys(&all);
        assert!(
            problems.len() == 2 && problems[0].contains("Save2") && problems[1].contains("Hyper+K"),
            "{problems:?}"
        );
    }
}
