//! No module of the library leads back to itself: the code can be read from the bottom up, one file after the other.
//!
//! An edge leads from the file that names an item to the file that defines it: re-exports are followed to their source,
//! and a file that only re-exports an item does not use it. Tests are left out.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs,
    path::Path,
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path as it is written, by its segments.
type Segments = Vec<String>;

/// What a file's code names, tests left out.
#[derive(Default)]
struct Names {
    /// The items of its `use` statements: the path, the name here, and whether it is exported again.
    uses: Vec<(Segments, String, bool)>,
    /// The paths in its code outside of `use`.
    paths: Vec<Segments>,
    /// Every identifier outside of `use` that begins a path.
    identifiers: HashSet<String>,
}

impl Names {
    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Punct(mark) if mark.as_char() == '#' && is_test_attribute(tokens.get(at + 1)) => {
                    at = end_of_item(&tokens, at + 2);
                    continue;
                }
                TokenTree::Ident(word) if *word == "mod" => {
                    if let Some(TokenTree::Group(body)) = tokens.get(at + 2) {
                        let mut inner = Names::default();
                        inner.read(body.stream());
                        self.take_inner(inner);
                        at += 3;
                        continue;
                    }
                }
                TokenTree::Ident(word) if *word == "use" => {
                    let end = end_of_item(&tokens, at);
                    let is_public = is_exported(&tokens[..at]);
                    read_use(&tokens[at + 1..end - 1], &mut Vec::new(), is_public, &mut self.uses);
                    at = end;
                    continue;
                }
                // `pub(in path)` says who may name an item; it names none.
                TokenTree::Ident(word) if *word == "pub" && matches!(tokens.get(at + 1), Some(TokenTree::Group(_))) => {
                    at += if is_range(&tokens[at + 1]) { 2 } else { 1 };
                    continue;
                }
                TokenTree::Ident(word) => {
                    let (path, end) = path_from(&tokens, at, word.to_string());
                    self.identifiers.extend(path.first().cloned());
                    self.paths.extend(Some(path).filter(|path| path.len() > 1));
                    at = end;
                    continue;
                }
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }
}

impl Names {
    /// Adds what a module within the same file names: its parent is the file.
    fn take_inner(&mut self, inner: Names) {
        let outwards = |mut path: Segments| {
            match path.first().map(String::as_str) {
                Some("super") if path.get(1).is_some_and(|next| next == "super") => {
                    path.remove(0);
                }
                Some("super" | "self") => path[0] = "self".to_owned(),
                _ => {}
            }
            path
        };
        self.uses.extend(inner.uses.into_iter().map(|(path, name, _)| (outwards(path), name, false)));
        self.paths.extend(inner.paths.into_iter().map(outwards));
        self.identifiers.extend(inner.identifiers);
    }
}

fn is_test_attribute(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// The position behind the item that starts at or after `at`: behind its `;` or its body.
fn end_of_item(tokens: &[TokenTree], at: usize) -> usize {
    let mut is_use = false;
    for (position, token) in tokens.iter().enumerate().skip(at) {
        match token {
            TokenTree::Ident(word) if *word == "use" => is_use = true,
            TokenTree::Punct(mark) if mark.as_char() == ';' => return position + 1,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !is_use => return position + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Whether `pub`, with or without a range, stands at the end of `tokens`.
fn is_exported(tokens: &[TokenTree]) -> bool {
    let last = tokens
        .iter()
        .rev()
        .find(|token| !matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis));
    matches!(last, Some(TokenTree::Ident(word)) if *word == "pub")
}

/// Whether this is what stands behind `pub` in `pub(in path)` and the like.
fn is_range(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    let first = group.stream().into_iter().next().map(|first| first.to_string());
    group.delimiter() == Delimiter::Parenthesis
        && first.is_some_and(|first| ["in", "super", "crate", "self"].contains(&&*first))
}

fn is_mark(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == sign)
}

fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    is_mark(tokens.get(at), ':') && is_mark(tokens.get(at + 1), ':')
}

/// The path that starts with `first` at `at`, and the position behind it.
fn path_from(tokens: &[TokenTree], at: usize, first: String) -> (Segments, usize) {
    let (mut path, mut at) = (vec![first], at + 1);
    while is_separator(tokens, at) {
        let Some(TokenTree::Ident(word)) = tokens.get(at + 2) else { break };
        path.push(word.to_string());
        at += 3;
    }
    (path, at)
}

/// Adds every item of a `use` tree.
fn read_use(tokens: &[TokenTree], before: &mut Segments, is_public: bool, uses: &mut Vec<(Segments, String, bool)>) {
    let depth = before.len();
    let mut renamed = None;
    let mut has_group = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if *word == "as" => renamed = tokens.get(at + 1).map(ToString::to_string),
            TokenTree::Ident(_) if renamed.is_some() => {}
            TokenTree::Ident(word) => before.push(word.to_string()),
            TokenTree::Group(group) => {
                has_group = true;
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for item in inside.split(|token| is_mark(Some(token), ',')).filter(|item| !item.is_empty()) {
                    read_use(item, before, is_public, uses);
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    if !has_group {
        if before.last().is_some_and(|last| last == "self") {
            before.pop();
        }
        let is_glob = is_mark(tokens.last(), '*');
        let last = if is_glob { Some(format!("*{}", before.join("::"))) } else { before.last().cloned() };
        let name = renamed.or(last).unwrap_or_default();
        uses.push((before.clone(), name, is_public));
    }
    before.truncate(depth);
}

/// The library's modules by their path (`linalg::gauge`), with what each names.
struct Modules {
    names: BTreeMap<String, Names>,
    /// What a module exports of others: by module, the name and the path behind it.
    exports: HashMap<String, HashMap<String, Segments>>,
}

impl Modules {
    fn new(files: impl Iterator<Item = (String, String)>) -> Modules {
        let mut names = BTreeMap::new();
        for (module, text) in files {
            let mut found = Names::default();
            found.read(text.parse().unwrap_or_else(|error| panic!("{module}: {error}")));
            names.insert(module, found);
        }
        let mut modules = Modules { names, exports: HashMap::new() };
        let mut exports: HashMap<String, HashMap<String, Segments>> = HashMap::new();
        for (module, found) in &modules.names {
            for (path, name, _) in found.uses.iter().filter(|(_, _, is_public)| *is_public) {
                if let Some(absolute) = modules.absolute(module, path) {
                    exports.entry(module.clone()).or_default().insert(name.clone(), absolute);
                }
            }
        }
        // What `pub use room::*` brings is what the room exports.
        let rooms: Vec<(String, String)> = exports
            .iter()
            .flat_map(|(module, names)| {
                let globs = names.iter().filter(|(name, _)| name.starts_with('*'));
                globs.map(|(_, room)| (module.clone(), room.join("::")))
            })
            .collect();
        for (module, room) in rooms {
            let of_room = exports.get(&room).cloned().unwrap_or_default();
            let names = exports.entry(module).or_default();
            for (name, path) in of_room {
                names.entry(name).or_insert(path);
            }
        }
        modules.exports = exports;
        modules
    }

    /// The path from the library's root; `None` where it does not lead into the library.
    fn absolute(&self, module: &str, path: &[String]) -> Option<Segments> {
        let mut base: Segments = module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let rest = match path.first()?.as_str() {
            "crate" => {
                base.clear();
                &path[1..]
            }
            "self" => &path[1..],
            "super" => {
                let up = path.iter().take_while(|part| *part == "super").count();
                base.truncate(base.len().saturating_sub(up));
                &path[up..]
            }
            first => {
                let child = if module.is_empty() { first.to_owned() } else { format!("{module}::{first}") };
                self.names.contains_key(&child).then_some(path)?
            }
        };
        base.extend(rest.iter().cloned());
        Some(base)
    }

    /// The module that defines the last item of a path from the root.
    fn home(&self, path: &[String], depth: usize) -> String {
        let mut at = String::new();
        for (position, part) in path.iter().enumerate() {
            let next = if at.is_empty() { part.clone() } else { format!("{at}::{part}") };
            if self.names.contains_key(&next) {
                at = next;
            } else if let Some(source) = self.exports.get(&at).and_then(|names| names.get(part)).filter(|_| depth < 12)
            {
                let onwards: Segments = source.iter().chain(&path[position + 1..]).cloned().collect();
                return self.home(&onwards, depth + 1);
            } else {
                break;
            }
        }
        at
    }

    /// For every module those that it uses, each with an item that it names there.
    fn edges(&self) -> BTreeMap<&str, BTreeMap<String, String>> {
        let mut edges = BTreeMap::new();
        for (module, found) in &self.names {
            let only_exported = |name: &String, is_public: bool| is_public && !found.identifiers.contains(name);
            let used =
                found.uses.iter().filter(|(_, name, public)| !only_exported(name, *public)).map(|(path, ..)| path);
            let mut targets = BTreeMap::new();
            for path in used.chain(&found.paths) {
                let Some(absolute) = self.absolute(module, path) else { continue };
                let home = self.home(&absolute, 0);
                if home != *module && !home.is_empty() {
                    targets.entry(home).or_insert_with(|| path.join("::"));
                }
            }
            edges.insert(module.as_str(), targets);
        }
        edges
    }

    /// A cycle through as few modules as can be for each group of modules that lead to each other.
    fn cycles(&self) -> Vec<String> {
        let edges = self.edges();
        let mut told = BTreeSet::new();
        let mut found = Vec::new();
        for start in edges.keys().copied() {
            let Some(cycle) = shortest_cycle(&edges, start) else { continue };
            if cycle.iter().any(|module| told.contains(module)) {
                continue;
            }
            let steps = cycle.iter().zip(cycle.iter().cycle().skip(1));
            let text: Vec<String> = steps.map(|(from, to)| format!("{from} names {}", edges[from][*to])).collect();
            told.extend(cycle);
            found.push(text.join(", "));
        }
        found
    }
}

fn shortest_cycle<'a>(edges: &'a BTreeMap<&str, BTreeMap<String, String>>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut before: HashMap<&str, &str> = HashMap::new();
    let mut level = vec![start];
    while !level.is_empty() {
        let mut next = Vec::new();
        for from in level {
            for to in edges.get(from).into_iter().flat_map(BTreeMap::keys).map(String::as_str) {
                if to == start {
                    let mut cycle = vec![from];
                    while let Some(earlier) = cycle.last().and_then(|last| before.get(last)) {
                        cycle.push(earlier);
                    }
                    cycle.reverse();
                    return Some(cycle);
                }
                if edges.contains_key(to) && !before.contains_key(to) {
                    before.insert(to, from);
                    next.push(to);
                }
            }
        }
        level = next;
    }
    None
}

/// The modules under `folder`, with their texts.
fn files(folder: &Path, module: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let inner = if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
        let is_test = ["tests", "testing"].contains(&name);
        if path.is_dir() {
            files(&path, &inner, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test && name != "main" {
            let module = if ["mod", "lib"].contains(&name) { module } else { &inner };
            found.push((module.to_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn no_module_leads_back_to_itself() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut found);
    let cycles = Modules::new(found.into_iter()).cycles();
    assert!(cycles.is_empty(), "{} cycles of modules:\n{}", cycles.len(), cycles.join("\n"));
}

#[test]
fn cycles_are_seen_through_re_exports_and_only_there() {
    let modules = |files: &[(&str, &str)]| {
        Modules::new(files.iter().map(|(module, text)| ((*module).to_owned(), (*text).to_owned()))).cycles()
    };
    let room = ("room", "mod a; mod b; pub use a::A; pub use b::{B, c as d};");
    let b = ("room::b", "pub struct B;");
    assert_eq!(modules(&[room, ("room::a", "use super::B; pub struct A(B);"), b]), [""; 0]);
    let through = modules(&[room, ("room::a", "use super::B; pub struct A(B);"), ("room::b", "fn b() -> super::A {}")]);
    assert_eq!(through, ["room::a names super::B, room::b names super::A"]);
    let own = "mod a; pub use a::A; fn f() -> A {}";
    assert_eq!(modules(&[("room", own), ("room::a", "use crate::room::f; pub struct A;")]).len(), 1);
    let in_tests = "pub struct A; #[cfg(test)] mod tests { use crate::room::f; }";
    assert_eq!(modules(&[("room", own), ("room::a", in_tests)]), [""; 0]);
    let within = "pub struct A; mod inner { use super::A; use crate::room::b::B; }";
    assert_eq!(modules(&[("room::a", within), ("room::b", "pub struct B;")]), [""; 0]);
    let upwards = "pub struct A; mod inner { use super::super::f; }";
    assert_eq!(modules(&[("room", "mod a; pub use a::A; fn f() -> A {}"), ("room::a", upwards)]).len(), 1);
    let visible = ("room::a", "pub(in crate::room) struct A;");
    assert_eq!(modules(&[("room", own), visible]), [""; 0]);
    let hall = ("hall", "mod room; pub use room::*;");
    let rooms = [hall, ("hall::room", "mod a; mod b; pub use a::A; pub use b::B;"), ("hall::room::a", "pub struct A;")];
    let [hall, inner, a] = rooms;
    assert_eq!(modules(&[hall, inner, a, ("hall::room::b", "use crate::hall::A; pub struct B(A);")]), [""; 0]);
    let back = ("hall::room::a", "use crate::hall::B; pub struct A(B);");
    let back = modules(&[hall, inner, back, ("hall::room::b", "use crate::hall::A; pub struct B(A);")]);
    assert_eq!(back, ["hall::room::a names crate::hall::B, hall::room::b names crate::hall::A"]);
    let renamed = ("room::a", "fn f() { super::d() } pub struct A;");
    assert_eq!(modules(&[room, renamed, ("room::b", "use crate::room::A as Other; pub fn c() {}")]).len(), 1);
}
