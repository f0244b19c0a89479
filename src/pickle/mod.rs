//! Python's pickles, read as data.
//!
//! A pickle is a program for a small stack machine whose instructions may call any Python function. Here nothing is ever
//! called: what a pickle wants to call is kept as a note of the function's name and its arguments, and whoever reads the
//! result knows the few names that make tensors. A pickle that names a function with power over the machine is refused.
//! Every instruction consumes a byte of the file and all collections are bounded, so reading ends and memory stays small.

mod escapes;
mod forbidden;
mod machine;
mod objects;
mod opcodes;
mod scalars;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use thiserror::Error;

pub(crate) use machine::read;

/// Why a pickle could not be read, as the reason in a sentence about its file.
#[derive(Clone, Debug, Error, PartialEq)]
pub(crate) enum PickleError {
    #[error("its pickle ends too early")]
    Ends,
    #[error("its pickle has an instruction 0x{code:02x} at byte {position} that is not known")]
    Instruction { code: u8, position: usize },
    #[error("its pickle is broken at byte {position}")]
    Broken { position: usize },
    #[error("its pickle holds more than {most} {what}")]
    TooMany { what: &'static str, most: usize },
    #[error("it wants to call `{0}`, which has power over the computer")]
    Dangerous(String),
}

/// A pickle that was read: a graph of values that begins at `root`.
#[derive(Debug)]
pub(crate) struct Pickle<'a> {
    bytes: &'a [u8],
    /// Pieces that the pickle writes with escapes. Their places are counted on from its end.
    unescaped: Vec<u8>,
    nodes: Vec<Node>,
    /// The value that was pickled.
    pub root: Value,
    /// The bytes that the pickle takes.
    pub length: usize,
}

/// A value of a pickle. What has parts of its own is a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Span),
    Bytes(Span),
    Node(usize),
    /// Very long integers: nothing that a reader of tensors needs.
    Other,
}

/// A piece of the pickle's own bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

/// A value with parts.
#[derive(Debug)]
enum Node {
    /// A tuple or a list.
    Sequence(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// A class or a function, by module and name.
    Global(Span, Span),
    Object(Box<Object>),
    /// What the program that wrote the pickle keeps outside of it.
    Persistent(Value),
}

/// A call that is not made: the class or function, and what it is given.
#[derive(Debug)]
struct Object {
    callee: Value,
    arguments: Value,
    /// What was set in it as in a dictionary.
    items: Vec<(Value, Value)>,
    /// Its attributes, or whatever else it restores itself from.
    state: Value,
}

impl Pickle<'_> {
    fn node(&self, value: Value) -> Option<&Node> {
        match value {
            Value::Node(index) => self.nodes.get(index),
            _ => None,
        }
    }

    fn object(&self, value: Value) -> Option<&Object> {
        match self.node(value)? {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The text of a value that is one.
    pub fn text(&self, value: Value) -> Option<Cow<'_, str>> {
        match value {
            Value::Text(span) => Some(String::from_utf8_lossy(self.piece(span))),
            _ => None,
        }
    }

    /// The number that a value is.
    pub fn number(&self, value: Value) -> Option<f64> {
        match value {
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    /// The bytes that a value is. Before Python had them in pickles it wrote them as text, and Python 2 as a string.
    pub fn bytes(&self, value: Value) -> Option<Cow<'_, [u8]>> {
        match value {
            Value::Bytes(span) | Value::Text(span) => Some(Cow::Borrowed(self.piece(span))),
            _ => match self.call(value)? {
                (module, name, [text, ..]) if module == "_codecs" && name == "encode" => {
                    let text = self.text(*text)?;
                    let bytes = text.chars().map(|character| u8::try_from(u32::from(character)).ok());
                    bytes.collect::<Option<Vec<u8>>>().map(Cow::Owned)
                }
                (module, name, arguments) if is_builtin(&module) && matches!(name.as_ref(), "bytearray" | "bytes") => {
                    match arguments {
                        [] => Some(Cow::Borrowed(&[])),
                        [inside @ (Value::Bytes(_) | Value::Text(_)), ..] => self.bytes(*inside),
                        _ => None,
                    }
                }
                _ => None,
            },
        }
    }

    fn piece(&self, span: Span) -> &[u8] {
        match (span.start as usize).checked_sub(self.bytes.len()) {
            Some(start) => {
                let end = (span.end as usize).saturating_sub(self.bytes.len());
                self.unescaped.get(start..end).unwrap_or_default()
            }
            None => span.bytes(self.bytes),
        }
    }

    /// The parts of a tuple or list.
    pub fn sequence(&self, value: Value) -> Option<&[Value]> {
        match self.node(value)? {
            Node::Sequence(values) => Some(values),
            _ => None,
        }
    }

    /// The entries of a dictionary, or of an object that is one.
    pub fn entries(&self, value: Value) -> Option<&[(Value, Value)]> {
        match self.node(value)? {
            Node::Dict(entries) => Some(entries),
            Node::Object(object) if !object.items.is_empty() => Some(&object.items),
            _ => None,
        }
    }

    /// The value of a key that is text.
    pub fn entry(&self, value: Value, key: &str) -> Option<Value> {
        let entries = self.entries(value)?;
        entries.iter().find(|(name, _)| self.text(*name).is_some_and(|name| name == key)).map(|(_, value)| *value)
    }

    /// The module and name of a class or function.
    pub fn global(&self, value: Value) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
        match self.node(value)? {
            Node::Global(module, name) => Some((module.text(self.bytes), name.text(self.bytes))),
            _ => None,
        }
    }

    /// The module and name of what is called, and the arguments.
    pub fn call(&self, value: Value) -> Option<(Cow<'_, str>, Cow<'_, str>, &[Value])> {
        let object = self.object(value)?;
        let (module, name) = self.global(object.callee)?;
        Some((module, name, self.sequence(object.arguments)?))
    }

    /// What an object restores itself from.
    pub fn state(&self, value: Value) -> Option<Value> {
        Some(self.object(value)?.state)
    }

    /// The attributes of an object. With slots they are a pair, whose first part is the dictionary.
    pub fn attributes(&self, value: Value) -> Option<Value> {
        let state = self.object(value)?.state;
        match self.sequence(state) {
            Some([attributes, ..]) => Some(*attributes),
            _ => Some(state),
        }
    }

    /// All values with parts, in the order in which they were made.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        (0..self.nodes.len()).map(Value::Node)
    }

    /// What an outside value is known by.
    pub fn persistent(&self, value: Value) -> Option<Value> {
        match self.node(value)? {
            Node::Persistent(id) => Some(*id),
            _ => None,
        }
    }
}

/// Whether a module is that of Python's built-in classes and functions.
pub(crate) fn is_builtin(module: &str) -> bool {
    matches!(module, "builtins" | "__builtin__")
}

impl Span {
    fn bytes(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    fn text(self, bytes: &[u8]) -> Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(bytes))
    }
}
