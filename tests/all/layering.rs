//! The rules of ARCHITECTURE.md that a program can check: who may use whom, who may name the window library, how long a
//! file may be, and what may not stand in code that runs on a user's input.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// From the mathematics to the window. A module may use itself and those before it.
const LAYERS: [&str; 17] = [
    "progress",
    "system",
    "pickle",
    "io",
    "media",
    "linalg",
    "network",
    "dataset",
    "formats",
    "flow",
    "resnet",
    "training",
    "diagnostics",
    "session",
    "jobs",
    "explorer",
    "command_line",
];

/// Modules that may name egui and its relatives.
const WINDOW_LAYERS: [&str; 1] = ["explorer"];
const WINDOW_LIBRARIES: [&str; 5] = ["egui", "eframe", "egui_plot", "epaint", "emath"];

const LONGEST_FILE: usize = 450;

/// Words of a private language, each with the field's word for the same thing: what is searched for has to be found.
const BANNED_WORDS: [(&str, &str); 26] = [
    ("Made", "Derivation, Slot"),
    ("Sight", "ViewPose"),
    ("Walker", "FlowCursor"),
    ("Station", "Checkpoint"),
    ("Travellers", "ActiveTrajectories"),
    ("Exactly", "ExactScheme"),
    ("Looks", "PointStyles"),
    ("Standing", "DrawOrder"),
    ("Story", "SeparationProfile"),
    ("Journey", "TrajectoryMetrics"),
    ("Growth", "IncrementalRebuild"),
    ("Grown", "Rebuilt"),
    ("InSight", "VisibleOutputs"),
    ("Trouble", "UserError"),
    ("Purpose", "DialogPurpose"),
    ("News", "TrainingUpdate"),
    ("Feed", "TrainingChannel"),
    ("place", "index or position"),
    ("places", "indices or positions"),
    ("ending", "extension"),
    ("told", "attribute"),
    ("patience", "timeout"),
    ("judge", "evaluate_loss"),
    ("surprise", "negative_log_likelihood"),
    ("words", "label or text"),
    ("tell", "report"),
];
/// Beginnings of constants, with the usual ones.
const BANNED_BEGINNINGS: [(&str, &str); 2] = [("MOST_", "MAX_"), ("LEAST_", "MIN_")];

/// Types that know many others: whatever carries one out is a function or another type's method, so that the others need
/// not know it. Each with the files that may implement it.
const IMPLEMENTED_IN: [(&str, &[&str]); 1] = [("Session", &["session/state.rs", "session/apply.rs"])];

/// A source file under src/, with the module (first folder or file name) it belongs to.
struct Source {
    path: PathBuf,
    layer: String,
    text: String,
}

impl Source {
    /// The lines before the file's tests, without comments, numbered from 1.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test_file = self
            .path
            .with_extension("")
            .components()
            .any(|part| ["tests", "testing"].iter().any(|tests| part.as_os_str() == *tests));
        let end = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        self.text[..if is_test_file { 0 } else { end }]
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    fn position(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let first = Path::new(inside.components().next().unwrap().as_os_str());
                let layer = first.file_stem().unwrap().to_str().unwrap().to_owned();
                found.push(Source { layer, text: fs::read_to_string(&path).unwrap(), path: inside.to_owned() });
            }
        }
    }
    assert!(found.len() > 20, "only {} files found under {}", found.len(), root.display());
    found
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|known| *known == layer)
}

/// Words in `line` that come right after `prefix`: the module names of `crate::flow::Flow` or of `use crate::{flow, …}`.
fn modules_after<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(prefix).flat_map(move |(start, _)| {
        let rest = &line[start + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => top_level_names(group),
            None => vec![leading_word(rest)],
        }
    })
}

fn leading_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The first words of the items of a `use` group (its text from after the brace), whose own groups are skipped.
fn top_level_names(group: &str) -> Vec<&str> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                // A comma may stand after the last name, and the group's end after that.
                names.extend(Some(leading_word(group[start..at].trim_start())).filter(|name| !name.is_empty()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

/// The file's code with every `use` statement on one line, each with the number of its first line.
fn statements(source: &Source) -> Vec<(usize, String)> {
    let mut joined: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (number, line) in source.code() {
        match joined.last_mut() {
            Some((_, statement)) if open => {
                statement.push(' ');
                statement.push_str(line.trim());
            }
            _ => joined.push((number, line.trim().to_owned())),
        }
        let last = joined.last().map_or("", |(_, statement)| statement);
        let is_use = ["use ", "pub use ", "pub(crate) use "].iter().any(|start| last.starts_with(start));
        open = is_use && !last.trim_end().ends_with(';');
    }
    joined
}

fn uses(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, statement) in statements(source) {
        for prefix in ["crate::", "layerflow::"] {
            found.extend(modules_after(&statement, prefix).map(|module| (number, module.to_owned())));
        }
    }
    found
}

#[test]
fn every_module_of_the_library_has_its_place_in_the_order() {
    for source in sources() {
        let known = ["lib", "main"].contains(&source.layer.as_str()) || rank(&source.layer).is_some();
        assert!(known, "{}: the module {} is not in the layer order", source.path.display(), source.layer);
    }
}

#[test]
fn a_module_uses_only_those_before_it() {
    let mut broken = Vec::new();
    for source in sources() {
        let Some(own_rank) = rank(&source.layer) else { continue };
        for (line, module) in uses(&source) {
            if rank(&module).is_some_and(|used| used > own_rank) {
                broken.push(format!("{}: {} uses {module}", source.position(line), source.layer));
            }
        }
    }
    assert!(broken.is_empty(), "against the layer order:\n{}", broken.join("\n"));
}

#[test]
fn only_the_window_and_its_painter_name_the_window_library() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| !WINDOW_LAYERS.contains(&source.layer.as_str())) {
        // The binary starts the window; it may name nothing else of it.
        let allowed: &[&str] = if source.layer == "main" { &["eframe"] } else { &[] };
        for (line, text) in source.code() {
            for library in WINDOW_LIBRARIES.iter().filter(|library| !allowed.contains(library)) {
                let names_it = text.match_indices(library).any(|(at, _)| {
                    let before = text[..at].chars().next_back();
                    let is_word_start = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '"');
                    is_word_start && text[at + library.len()..].trim_start().starts_with("::")
                });
                if names_it {
                    broken.push(format!("{}: {library}", source.position(line)));
                }
            }
        }
    }
    assert!(broken.is_empty(), "egui is named outside explorer:\n{}", broken.join("\n"));
}

#[test]
fn files_stay_short_enough_to_be_one_concept() {
    let long: Vec<_> = sources()
        .iter()
        .map(|source| (source.text.lines().count(), source.path.display().to_string()))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST_FILE} lines, split them: {long:?}");
}

/// The name of the type that a line begins to implement, and whether a trait is implemented for it.
fn implemented(line: &str) -> Option<(&str, bool)> {
    let rest = line.trim().strip_prefix("impl")?;
    // Generic parameters stand before the type; bounds in them hold no other `>` than those of further brackets.
    let rest = match rest.strip_prefix('<') {
        Some(generic) => {
            let mut depth = 1;
            let end = generic.find(|c: char| {
                depth += i32::from(c == '<') - i32::from(c == '>');
                depth == 0
            })?;
            &generic[end + 1..]
        }
        None => rest.strip_prefix(' ')?,
    };
    let (is_trait, name) = match rest.split_once(" for ") {
        Some((_, name)) => (true, name),
        None => (false, rest),
    };
    let name = name.trim();
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(name.len());
    Some((name[..end].rsplit("::").next()?, is_trait))
}

#[test]
fn types_that_know_many_others_are_implemented_in_few_files() {
    let sources = sources();
    let mut broken = Vec::new();
    for (name, files) in IMPLEMENTED_IN {
        let mut found = vec![0; files.len()];
        for source in &sources {
            for (line, text) in source.code() {
                let Some((_, is_trait)) = implemented(text).filter(|(implemented, _)| *implemented == name) else {
                    continue;
                };
                match files.iter().position(|file| source.path == Path::new(file)) {
                    Some(position) => found[position] += usize::from(!is_trait),
                    None => broken.push(format!("{}: implements {name}", source.position(line))),
                }
            }
        }
        for (file, count) in files.iter().zip(found) {
            if count != 1 {
                broken.push(format!("{file}: {count} times `impl {name}`, not once"));
            }
        }
    }
    assert!(broken.is_empty(), "write a function, or a method of the part concerned:\n{}", broken.join("\n"));
}

#[test]
fn nothing_is_left_for_later_and_nothing_panics_on_purpose() {
    let forbidden =
        [".unwrap()", ".expect(", "todo!(", "unimplemented!(", "panic!(", "dbg!(", "#[allow(dead_code)]", "#![allow("];
    let mut broken = Vec::new();
    for source in sources() {
        for (line, text) in source.code() {
            broken.extend(
                forbidden
                    .iter()
                    .filter(|what| text.contains(**what))
                    .map(|what| format!("{}: {what}", source.position(line))),
            );
        }
        let later = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "XX".to_owned() + "X"];
        for (index, text) in source.text.lines().enumerate() {
            if later.iter().any(|mark| text.contains(mark.as_str())) {
                broken.push(format!("{}: a note for later", source.position(index + 1)));
            }
        }
    }
    assert!(broken.is_empty(), "not in finished code:\n{}", broken.join("\n"));
}

#[test]
fn identifiers_are_words_of_the_field() {
    let is_inner = |c: char| c.is_alphanumeric() || c == '_';
    let mut broken = Vec::new();
    for source in sources() {
        // Sentences for people are no identifiers; they run over lines.
        let mut in_sentence = false;
        for (line, text) in source.code() {
            let text = text.replace("\\\"", "").replace("'\"'", "");
            let mut code = String::new();
            for (index, part) in text.split('"').enumerate() {
                in_sentence ^= index > 0;
                code.push_str(if in_sentence { " " } else { part });
            }
            for word in code.split(|c: char| !is_inner(c)) {
                let banned = BANNED_WORDS.iter().find(|(banned, _)| *banned == word);
                let banned = banned.or_else(|| BANNED_BEGINNINGS.iter().find(|(start, _)| word.starts_with(start)));
                if let Some((_, instead)) = banned {
                    broken.push(format!("{}: {word}; write {instead}", source.position(line)));
                }
            }
        }
    }
    assert!(broken.is_empty(), "not the field's words:\n{}", broken.join("\n"));
}

#[test]
fn the_rules_themselves_see_what_they_should() {
    let source = |text: &str| Source { path: "flow/sample.rs".into(), layer: "flow".into(), text: text.to_owned() };
    let used = |text: &str| uses(&source(text)).into_iter().map(|(_, module)| module).collect::<Vec<_>>();
    assert_eq!(used("use crate::session::Document;"), ["session"]);
    assert_eq!(used("use crate::{\n    linalg::{Svd, jobs},\n    resnet,\n};"), ["linalg", "resnet"]);
    assert_eq!(used("fn f() -> crate::network::Network {"), ["network"]);
    assert_eq!(
        used("// crate::explorer is above\n#[cfg(test)]\nmod tests {\nuse crate::explorer::App;"),
        Vec::<String>::new()
    );
    assert_eq!(implemented("impl Session {"), Some(("Session", false)));
    assert_eq!(implemented("    impl super::Session {"), Some(("Session", false)));
    assert_eq!(implemented("impl Default for crate::session::Session {"), Some(("Session", true)));
    assert_eq!(implemented("impl<'a, T: Into<Option<u8>>> Slot<'a, T> {"), Some(("Slot", false)));
    assert_eq!(implemented("fn f(session: &mut impl Session) {"), None);
}
