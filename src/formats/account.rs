//! What became of everything that a file holds.
//!
//! Every tensor, node, attribute and key of a file is a part. An account is made of the names of all parts, and each is
//! *not understood* until the reader says what it did with it: used (by what), or known to need no use (why). So a reader
//! can forget a part, but not in silence: a network whose account has parts that are not understood is partial, and
//! every command and the window say so. What a reader had to guess is kept as a sentence.

use std::collections::HashMap;
use std::fmt;

use super::network_kind::NetworkKind;

/// How many parts a sentence names before it only counts the others.
const NAMED_PARTS: usize = 3;

/// What became of one part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the network: where and how.
    Used(String),
    /// The network is right without it: why.
    Needless(String),
    /// It is not understood, so that the network may be another than the file's: why.
    Missing(String),
}

/// What a part of a file is, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PartName {
    /// A tensor.
    Tensor(String),
    /// A node or a layer of a graph.
    Node(String),
    /// A setting of a node or a layer.
    Attribute {
        /// The node.
        of: String,
        /// The setting.
        name: String,
    },
    /// A key of a file of text, by its path.
    Key(String),
}

impl PartName {
    /// A tensor.
    pub fn tensor(name: impl Into<String>) -> PartName {
        PartName::Tensor(name.into())
    }

    /// A node or a layer.
    pub fn node(name: impl Into<String>) -> PartName {
        PartName::Node(name.into())
    }

    /// A setting of a node or a layer.
    pub fn attribute(of: impl Into<String>, name: impl Into<String>) -> PartName {
        PartName::Attribute { of: of.into(), name: name.into() }
    }

    /// A key of a file of text.
    pub fn key(path: impl Into<String>) -> PartName {
        PartName::Key(path.into())
    }

    /// The name as the file has it.
    pub fn name(&self) -> String {
        match self {
            PartName::Tensor(name) | PartName::Node(name) | PartName::Key(name) => name.clone(),
            PartName::Attribute { of, name } => format!("{of}.{name}"),
        }
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartName::Tensor(name) => write!(formatter, "tensor `{name}`"),
            PartName::Node(name) => write!(formatter, "`{name}`"),
            PartName::Attribute { of, name } => write!(formatter, "the setting `{name}` of `{of}`"),
            PartName::Key(name) => write!(formatter, "the key `{name}`"),
        }
    }
}

/// One part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub name: PartName,
    /// What became of it.
    pub fate: Fate,
}

/// What became of every part of a file, what was guessed, and where the network ends before its file does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    parts: Vec<Part>,
    positions: HashMap<PartName, usize>,
    assumed: Vec<String>,
    lengths_open: bool,
    ends_after: Option<String>,
    written_as: Option<NetworkKind>,
}

impl Account {
    /// The account of a file with these parts, none of which is understood yet.
    pub fn of_parts(names: impl IntoIterator<Item = PartName>) -> Account {
        let mut account = Account::default();
        for name in names {
            account.add(name);
        }
        account
    }

    fn add(&mut self, name: PartName) -> usize {
        if let Some(position) = self.positions.get(&name) {
            return *position;
        }
        let position = self.parts.len();
        self.positions.insert(name.clone(), position);
        self.parts.push(Part { name, fate: Fate::Missing("is used by nothing in the network".into()) });
        position
    }

    fn set(&mut self, name: PartName, fate: Fate) {
        let position = self.add(name);
        self.parts[position].fate = fate;
    }

    /// The part is in the network; `by` says where and how.
    pub fn uses(&mut self, name: PartName, by: impl Into<String>) {
        self.set(name, Fate::Used(by.into()));
    }

    /// The network is right without the part; `why` says why.
    pub fn leaves(&mut self, name: PartName, why: impl Into<String>) {
        self.set(name, Fate::Needless(why.into()));
    }

    /// The part is not understood; `why` follows its name in a sentence: "is of type F8_E4M3, which is not read".
    pub fn misses(&mut self, name: PartName, why: impl Into<String>) {
        self.set(name, Fate::Missing(why.into()));
    }

    /// Something was guessed: a whole sentence without its full stop.
    pub fn assume(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if !self.assumed.contains(&sentence) {
            self.assumed.push(sentence);
        }
    }

    /// The network ends behind this layer or node, before its file does.
    pub fn ends_after(&mut self, layer: impl Into<String>) {
        self.ends_after = Some(layer.into());
    }

    /// Takes over the parts and guesses of another account of the same file.
    pub fn join(&mut self, other: Account) {
        for part in other.parts {
            self.set(part.name, part.fate);
        }
        other.assumed.into_iter().for_each(|sentence| self.assume(sentence));
        self.ends_after = self.ends_after.take().or(other.ends_after);
    }

    /// Every part, in the order of the file.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What became of the part of this name.
    pub fn fate(&self, name: &PartName) -> Option<&Fate> {
        self.positions.get(name).map(|position| &self.parts[*position].fate)
    }

    /// The parts that are not understood, with the reason.
    pub fn missing(&self) -> impl Iterator<Item = (&PartName, &str)> {
        self.parts.iter().filter_map(|part| match &part.fate {
            Fate::Missing(why) => Some((&part.name, why.as_str())),
            Fate::Used(_) | Fate::Needless(_) => None,
        })
    }

    /// Whether every part is understood.
    pub fn is_whole(&self) -> bool {
        self.missing().next().is_none()
    }

    /// What was guessed, a sentence each.
    pub fn assumed(&self) -> &[String] {
        &self.assumed
    }

    /// Keeps that lengths of the input are guessed, which `sentence` says, as the file leaves them open.
    pub fn leave_lengths_open(&mut self, sentence: impl Into<String>) {
        self.lengths_open = true;
        self.assume(sentence);
    }

    /// Whether lengths of the input are guessed.
    pub fn has_open_lengths(&self) -> bool {
        self.lengths_open
    }

    /// The kind of file, where it is one that networks are written to.
    pub fn written_as(&self) -> Option<NetworkKind> {
        self.written_as
    }

    /// The file is of a kind that networks are written to, or not.
    pub(super) fn set_written_as(&mut self, kind: Option<NetworkKind>) {
        self.written_as = kind;
    }

    /// Whether everything in the file is in the network.
    pub fn is_all_used(&self) -> bool {
        self.parts.iter().all(|part| matches!(part.fate, Fate::Used(_)))
    }

    /// The layer or node behind which the network ends before its file does.
    pub fn end(&self) -> Option<&str> {
        self.ends_after.as_deref()
    }

    /// What is missing and where, in one sentence without its full stop; `None` where nothing is.
    pub fn missing_text(&self) -> Option<String> {
        let missing: Vec<(&PartName, &str)> = self.missing().collect();
        if missing.is_empty() {
            return None;
        }
        let mut named: Vec<String> =
            missing.iter().take(NAMED_PARTS).map(|(name, why)| format!("{name} {why}")).collect();
        if missing.len() > NAMED_PARTS {
            named.push(format!("and {} more", missing.len() - NAMED_PARTS));
        }
        let end = self.end().map(|layer| format!("; the network ends after `{layer}`")).unwrap_or_default();
        Some(named.join("; ") + &end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_reader_speaks_of_is_missing() {
        let mut account = Account::of_parts(["a", "b", "c", "d", "e"].map(PartName::tensor));
        assert_eq!(account.missing().count(), 5);
        account.uses(PartName::tensor("a"), "layer 1");
        account.leaves(PartName::tensor("b"), "a counter");
        let text = account.missing_text().unwrap();
        assert!(text.starts_with("tensor `c` is used by nothing in the network") && !text.contains("more"), "{text}");
        let axis = PartName::attribute("softmax", "axis");
        account.misses(axis.clone(), "is 0, and only the last axis is understood");
        account.ends_after("fc1");
        let text = account.missing_text().unwrap();
        assert!(text.ends_with("and 1 more; the network ends after `fc1`"), "{text}");
        for name in ["c", "d", "e"] {
            account.leaves(PartName::tensor(name), "x");
        }
        assert!(!account.is_whole());
        assert_eq!(account.missing().next().unwrap().0.name(), "softmax.axis");
        account.leaves(axis, "x");
        assert!(account.is_whole() && account.missing_text().is_none());
    }

    #[test]
    fn accounts_of_one_file_are_joined() {
        let mut one = Account::of_parts(["a", "b"].map(PartName::key));
        let mut other = Account::default();
        other.uses(PartName::key("a"), "layer 1");
        other.assume("the order is that of the names");
        other.assume("the order is that of the names");
        one.join(other);
        assert_eq!(one.fate(&PartName::key("a")), Some(&Fate::Used("layer 1".into())));
        assert_eq!((one.missing().count(), one.assumed().len()), (1, 1));
    }
}
