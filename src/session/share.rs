//! What the window shows as a command line that shows it again.

use super::file::{StoredLook, capture_look, usual_look};
use super::share_line::ShareLine;
use super::{DataSource, Document, Facing, OpenedBy, Orientation, Session};
use crate::dataset::{DataChoice, GeneratorOptions, LabelChoice};
use crate::system::text::is_obeyed;

impl ShareLine {
    /// The command line of what the window shows; `None` before anything is shown.
    pub fn new(session: &Session) -> Option<ShareLine> {
        let document = session.document()?;
        let mut line = ShareLine { arguments: Vec::new(), missing: Vec::new() };
        line.add_network(session, document);
        line.add_data(document);
        line.add_look(&capture_look(session, document), &usual_look(session.scene()?));
        let camera = &session.view.camera;
        if camera.facing == Facing::Axes && camera.orientation == Orientation::default() {
            line.missing.push("that the picture does not turn to the data");
        }
        Some(line)
    }

    /// The line for a shell, the program's name first.
    pub fn text(&self) -> String {
        let arguments = std::iter::once("layerflow").chain(self.arguments.iter().map(String::as_str));
        arguments.map(quoted).collect::<Vec<_>>().join(" ")
    }

    fn add(&mut self, option: &str, value: impl ToString) {
        self.arguments.extend([option.to_owned(), value.to_string()]);
    }

    fn add_network(&mut self, session: &Session, document: &Document) {
        let is_in_file = document.whole_network().is_some_and(|network| session.unsaved().is_in_file(network));
        match (&document.network_path, session.example()) {
            (Some(path), _) => {
                match path.to_str() {
                    Some(text) if text.starts_with('-') => self.arguments.push(format!("./{text}")),
                    Some(text) => self.arguments.push(text.to_owned()),
                    None => self.missing.push("the network, as the name of its file is no text"),
                }
                if !is_in_file {
                    self.missing.push("what was changed of the network");
                }
                if session.checkpoints().is_some() {
                    self.missing.push("the other checkpoints of the run");
                }
            }
            (None, Some(example)) => {
                self.add("--example", super::file::option_name(example));
                if !session.shows_example() {
                    self.missing.push("what was changed of the network");
                }
            }
            (None, None) => self.missing.push("the network, which is in no file"),
        }
        match &document.file.opened_by {
            Some(OpenedBy::Chain(_)) => self.missing.push("which tensors of the file are layers"),
            Some(OpenedBy::Shape(_)) => self.missing.push("the shape of the network's input"),
            None => {}
        }
        if document.ablated.is_some() {
            self.missing.push("which parts of the network are taken out");
        }
    }

    fn add_data(&mut self, document: &Document) {
        let data = &document.data;
        match &data.source {
            DataSource::Generated(generator, options) => {
                self.add("--data", generator.name());
                let usual = GeneratorOptions::default();
                if options.samples != usual.samples {
                    self.add("--samples", options.samples);
                }
                if options.noise != usual.noise {
                    self.add("--noise", options.noise);
                }
                if options.seed != usual.seed {
                    self.add("--seed", options.seed);
                }
            }
            DataSource::File(path) => {
                match path.to_str() {
                    Some(text) => self.add("--data", text),
                    None => self.missing.push("the data, as the name of its file is no text"),
                }
                if let Some(choice) = &data.choice {
                    self.add_columns(choice);
                }
            }
            DataSource::Example(_) => {}
            DataSource::Hand => self.missing.push("the points, which were drawn by hand"),
        }
        if !data.changes.is_empty() {
            self.missing.push("what was changed of the data");
        }
    }

    fn add_columns(&mut self, choice: &DataChoice) {
        if let Some(features) = &choice.features {
            if features.iter().any(|name| name.contains(',')) {
                self.missing.push("the columns of the data, as the name of one holds a comma");
            } else {
                self.add("--columns", features.join(","));
            }
        }
        match &choice.label {
            LabelChoice::Automatic => {}
            LabelChoice::None => self.add("--label", "none"),
            LabelChoice::Column(name) => self.add("--label", name),
        }
        if choice.scaling != Default::default() {
            self.add("--scale", choice.scaling.name());
        }
        self.add_list("--scale-column", "the scaling of single columns", scaling_texts(choice));
        if let Some(classes) = &choice.classes {
            self.add_list("--classes", "the order of the classes", classes.clone());
        }
        if choice.missing != Default::default() {
            self.add("--missing", choice.missing.name());
        }
    }

    /// An option with a list, where no entry of it holds the comma that stands between them.
    fn add_list(&mut self, option: &'static str, what: &'static str, entries: Vec<String>) {
        if entries.iter().any(|entry| entry.contains(',')) {
            self.missing.push(what);
        } else if !entries.is_empty() {
            self.add(option, entries.join(","));
        }
    }

    /// What differs from a window that has just opened.
    fn add_look(&mut self, look: &StoredLook, usual: &StoredLook) {
        let options = [
            ("--decomposition", &look.flow.decomposition, &usual.flow.decomposition),
            ("--compression", &look.flow.compression, &usual.flow.compression),
            ("--time", &look.flow.time, &usual.flow.time),
            ("--residual", &look.flow.residual, &usual.flow.residual),
            ("--velocity", &look.view.velocity, &usual.view.velocity),
            ("--compare", &look.view.compare, &usual.view.compare),
            ("--panel", &look.window.side, &usual.window.side),
            ("--theme", &look.window.appearance, &usual.window.appearance),
            ("--colours", &look.view.points.colours, &usual.view.points.colours),
        ];
        for (option, value, usual) in options {
            if let Some(value) = value.as_ref().filter(|_| value != usual) {
                self.add(option, value.replace('_', "-"));
            }
        }
        self.add("--at", look.time.t);
        if look.time.playing {
            self.arguments.push("--play".into());
        }
        if let (Some(projection), true) = (&look.view.projection, look.view.projection != usual.view.projection) {
            let axes: Vec<String> = projection.axes.iter().map(ToString::to_string).collect();
            let axes = if axes.is_empty() { String::new() } else { format!(":{}", axes.join(",")) };
            self.add("--projection", format!("{}{axes}", projection.kind.replace('_', "-")));
        }
        if let (Some(shown), true) = (&look.view.overlays, look.view.overlays != usual.view.overlays) {
            let shown = if shown.is_empty() { "none".to_owned() } else { shown.join(",").replace('_', "-") };
            self.add("--show", shown);
        }
        if let (Some(length), true) = (look.view.trail_length, look.view.trail_length != usual.view.trail_length) {
            self.add("--trail-length", length);
        }
        if let (Some(refinement), true) = (&look.view.refinement, look.view.refinement != usual.view.refinement) {
            if look.view.compare == usual.view.compare {
                self.add("--compare", "plain");
            }
            self.add("--resnet", refinement.steps);
            self.add("--kind", &refinement.kind);
            self.add("--integrator", refinement.integrator.replace('_', "-"));
        }
        if let (Some(camera), true) = (&look.view.camera, look.view.camera != usual.view.camera) {
            let [w, x, y, z] = camera.orientation;
            let [right, up] = camera.pan;
            // An equals sign, as a number below 0 begins like an option.
            self.arguments.push(format!("--camera={w},{x},{y},{z},{right},{up},{}", camera.zoom));
        }
        if let Some(layer) = look.view.pinned_layer {
            self.add("--layer", layer);
        }
        let rest = [
            (!look.view.points.selection.is_empty(), "the selection"),
            (!look.view.points.hidden.is_empty() || look.view.points.only.is_some(), "which points are hidden"),
            (look.view.points.grab.is_some() || look.view.points.perturbation.is_some(), "the probe of a point"),
            (look.time.range.is_some(), "the range that is looped"),
            (!look.time.marks.is_empty(), "the marks of the timeline"),
            (look.view.projection.as_ref().is_some_and(|shown| shown.kind == "tour"), "how far the tour has come"),
            (!look.findings.thresholds.is_empty(), "the thresholds of findings"),
            (look.view.panel != usual.view.panel, "what of the panels is open"),
            (
                look.window.network_panel == Some(false) || look.window.layer_panel == Some(false),
                "which panels are hidden",
            ),
            (look.view.auto_fit != usual.view.auto_fit, "that the scale stays"),
        ];
        self.missing.extend(rest.iter().filter(|(is_shown, _)| *is_shown).map(|(_, what)| *what));
    }
}

/// A word as a shell reads it back. What a terminal would obey while the line is pasted is written by the octal numbers of
/// its bytes, between `$'` and `'`.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if !word.chars().any(is_obeyed) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let spelled = |c: char| match c {
        '\'' | '\\' => format!("\\{c}"),
        c if is_obeyed(c) => c.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect(),
        c => c.to_string(),
    };
    format!("$'{}'", word.chars().map(spelled).collect::<String>())
}

/// `NAME=KIND` for each column with a scaling of its own.
fn scaling_texts(choice: &DataChoice) -> Vec<String> {
    choice.scaling_of.iter().map(|(column, scaling)| format!("{column}={}", scaling.name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_for_the_shell() {
        assert_eq!(quoted("a/b-c.json"), "a/b-c.json");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("it's \\ \u{1b}[31m\u{202e}é"), r"$'it\'s \\ \033[31m\342\200\256é'");
    }
}
