//! Settings of two windows: what one of them changed is kept whatever the other writes.

use super::Settings;

impl Settings {
    /// What is to be kept where `self` was made from `before`, and `stored` was kept by another window meanwhile: what
    /// changed here is as it is here, all else as it is there.
    pub fn merged(&self, before: &Settings, stored: &Settings) -> Settings {
        let changed = |ours: bool| if ours { self } else { stored };
        Settings {
            recent: merged(&self.recent, &before.recent, &stored.recent, |one, other| one == other),
            recent_data: merged(&self.recent_data, &before.recent_data, &stored.recent_data, |one, other| one == other),
            window: changed(self.window != before.window).window,
            sizes: changed(self.sizes != before.sizes).sizes,
            view: changed(self.view != before.view).view.clone(),
            last: changed(self.last != before.last).last.clone(),
            chains: merged(&self.chains, &before.chains, &stored.chains, |one, other| one.is_of_same_file(other)),
            dismissed: merged(&self.dismissed, &before.dismissed, &stored.dismissed, |one, other| one == other),
            knows_hint: self.knows_hint || stored.knows_hint,
            // Written by hand: what the file says now.
            thresholds: stored.thresholds.clone(),
            memory: stored.memory.clone(),
            keys: changed(self.keys != before.keys).keys.clone(),
            others: stored.others.clone(),
        }
    }
}

/// The entries that are new here, those that are new there, then the others in our order; those that were taken away here are
/// gone.
fn merged<T: Clone + PartialEq>(ours: &[T], before: &[T], theirs: &[T], is_same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    if ours == before {
        return theirs.to_vec();
    }
    let holds = |list: &[T], entry: &T| list.iter().any(|other| is_same(other, entry));
    // What was put in front again counts as new: its order is a change.
    let is_new = |position: usize, entry: &T| before.get(position) != Some(entry);
    let new = ours.iter().enumerate().filter(|(position, entry)| is_new(*position, entry)).map(|(_, entry)| entry);
    let (mut first, rest): (Vec<&T>, Vec<&T>) = new.partition(|entry| !holds(before, entry));
    if let (Some(front), true) = (ours.first(), first.is_empty()) {
        first.push(front);
    }
    let came = theirs.iter().filter(|entry| !holds(before, entry));
    let stayed = ours.iter().chain(theirs.iter().filter(|entry| !holds(before, entry) || holds(ours, entry)));
    let mut result: Vec<T> = Vec::new();
    for entry in first.into_iter().chain(came).chain(rest).chain(stayed) {
        if !holds(&result, entry) {
            result.push(entry.clone());
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn with(recent: &[&str]) -> Settings {
        Settings { recent: recent.iter().map(PathBuf::from).collect(), ..Settings::default() }
    }

    fn recent(settings: &Settings) -> Vec<&str> {
        settings.recent.iter().map(|path| path.to_str().unwrap()).collect()
    }

    #[test]
    fn files_that_two_windows_opened_are_both_kept() {
        let (before, ours, theirs) = (with(&["a", "b"]), with(&["mine", "a", "b"]), with(&["theirs", "a", "b"]));
        assert_eq!(recent(&ours.merged(&before, &theirs)), ["mine", "theirs", "a", "b"]);
        assert_eq!(recent(&before.merged(&before, &theirs)), ["theirs", "a", "b"]);
        // One that is opened again comes first, one that cannot be opened any more is forgotten.
        assert_eq!(recent(&with(&["b", "a"]).merged(&before, &theirs)), ["b", "theirs", "a"]);
        assert_eq!(recent(&with(&["a"]).merged(&before, &theirs)), ["a", "theirs"]);
    }

    #[test]
    fn a_choice_is_that_of_the_window_that_made_it() {
        let before = Settings::default();
        let (mut ours, mut theirs) = (before.clone(), before.clone());
        ours.window.layer_panel = !before.window.layer_panel;
        theirs.recent.push("x".into());
        let merged = ours.merged(&before, &theirs);
        assert_eq!(merged.window, ours.window);
        assert_eq!(recent(&merged), ["x"]);
        theirs.window.network_panel = !before.window.network_panel;
        assert_eq!(before.merged(&before, &theirs).window, theirs.window);
    }
}
