//! The links of a file's groups that lead nowhere by themselves: soft links, and links into other files.
//!
//! The library gives what hard links lead to and passes the others over, so that the groups are walked here once more, by
//! the HDF5 file format specification (III.A to III.G, IV.A): tables of symbols, messages of object headers, and heaps of
//! messages where a group has many. Nothing is read outside the bytes, and no other file is opened.

use std::cell::Cell;
use std::collections::HashSet;

/// What a file begins with, at 0 or behind a block of the user's whose length is a power of two.
pub(super) const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
const FIRST_USER_BLOCK: usize = 512;
/// Kinds of messages.
const LINK_INFO: u16 = 0x02;
const LINK: u16 = 0x06;
const CONTINUED: u16 = 0x10;
const SYMBOL_TABLE: u16 = 0x11;
/// Kinds of links.
const HARD: u8 = 0;
const SOFT: u8 = 1;
const EXTERNAL: u8 = 64;
/// A symbol's entry: where its name is, where the object is, what is kept with it; its length.
const ENTRY: usize = 40;
/// So many steps are taken for each byte of a file, and so many in any case: parts that lie over each other, or lead back to
/// themselves, would else be walked again and again.
const STEPS_FOR_EACH_BYTE: usize = 16;
const ALWAYS_STEPS: usize = 1 << 20;
/// Nothing has this address.
const NO_ADDRESS: u64 = u64::MAX;

/// A link that is no place of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PassedLink {
    /// The link's path, without a leading slash.
    pub path: String,
    pub leads_to: LeadsTo,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LeadsTo {
    /// A path of this file; whether there is something.
    Here { target: String, exists: bool },
    /// Another file.
    File { file: String, target: String },
}

/// The links that the library passes over. Only files whose addresses take eight bytes are understood, as all are that
/// HDF5 writes by itself.
pub(super) fn passed_links(bytes: &[u8]) -> Vec<PassedLink> {
    let starts = std::iter::once(0).chain((0..48).map(|power| FIRST_USER_BLOCK << power));
    let start = starts.take_while(|start| *start < bytes.len()).find(|start| bytes[*start..].starts_with(&SIGNATURE));
    let Some(file) = start.and_then(|start| bytes.get(start..)) else { return Vec::new() };
    let left = Cell::new(file.len().saturating_mul(STEPS_FOR_EACH_BYTE).saturating_add(ALWAYS_STEPS));
    let file = Bytes { content: file, left: &left };
    let root = match file.byte(8) {
        Some(version @ (0 | 1)) if file.slice(13, 2) == Some(&[8, 8]) => {
            file.address(if version == 0 { 24 } else { 28 } + 4 * 8 + 8)
        }
        Some(2 | 3) if file.slice(9, 2) == Some(&[8, 8]) => file.address(12 + 3 * 8),
        _ => None,
    };
    let mut walk = Walk { file, seen: HashSet::new(), nodes: HashSet::new(), paths: HashSet::new(), links: Vec::new() };
    if let Some(root) = root {
        walk.object(root, "", 0);
    }
    walk.settled()
}

#[derive(Clone, Copy)]
struct Bytes<'a> {
    content: &'a [u8],
    /// The steps that may still be taken in the file.
    left: &'a Cell<usize>,
}

impl<'a> Bytes<'a> {
    /// Other bytes of the same file.
    fn part(self, content: &'a [u8]) -> Bytes<'a> {
        Bytes { content, ..self }
    }

    /// Takes so many steps, if they are left.
    fn step(self, count: usize) -> Option<()> {
        self.left.set(self.left.get().checked_sub(count)?);
        Some(())
    }

    fn slice(self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.step(1)?;
        self.content.get(at..at.checked_add(length)?)
    }

    fn byte(self, at: usize) -> Option<u8> {
        self.content.get(at).copied()
    }

    /// A number of so many bytes, the lowest first.
    fn number(self, at: usize, width: usize) -> Option<u64> {
        Some(self.slice(at, width)?.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn length(self, at: usize, width: usize) -> Option<usize> {
        usize::try_from(self.number(at, width)?).ok()
    }

    fn address(self, at: usize) -> Option<usize> {
        self.number(at, 8).filter(|address| *address != NO_ADDRESS).and_then(|address| usize::try_from(address).ok())
    }

    /// The text up to the next zero.
    fn text(self, at: usize) -> Option<String> {
        let rest = self.content.get(at..)?;
        let end = rest.iter().take(self.left.get()).position(|byte| *byte == 0)?;
        self.step(end)?;
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    }
}

/// A link message.
enum Link {
    Hard(usize),
    Soft(String),
    External(String, String),
}

struct Walk<'a> {
    file: Bytes<'a>,
    /// The object headers that were read.
    seen: HashSet<usize>,
    /// The nodes of trees that were read.
    nodes: HashSet<usize>,
    /// The paths of all objects.
    paths: HashSet<String>,
    links: Vec<PassedLink>,
}

impl Walk<'_> {
    fn object(&mut self, at: usize, prefix: &str, depth: usize) {
        if depth > DEEPEST || self.seen.len() >= MAX_OBJECTS || !self.seen.insert(at) {
            return;
        }
        for (kind, data) in messages(self.file, at) {
            let data = self.file.part(data);
            match kind {
                LINK => {
                    if let Some((name, link, _)) = link(data) {
                        self.link(prefix, &name, link, depth);
                    }
                }
                LINK_INFO => {
                    let counted = if data.byte(1).unwrap_or_default() & 1 == 0 { 2 } else { 10 };
                    if let Some(heap) = data.address(counted) {
                        for (name, link) in heap_links(self.file, heap) {
                            self.link(prefix, &name, link, depth);
                        }
                    }
                }
                SYMBOL_TABLE => {
                    if let (Some(tree), Some(heap)) = (data.address(0), data.address(8)) {
                        let names = self.file.address(heap.saturating_add(24));
                        let mut entries = Vec::new();
                        self.symbols(tree, 0, &mut entries);
                        for entry in entries {
                            if let Some((name, link)) = names.and_then(|names| symbol(self.file, entry, names)) {
                                self.link(prefix, &name, link, depth);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn link(&mut self, prefix: &str, name: &str, link: Link, depth: usize) {
        let path = format!("{prefix}{name}");
        let leads_to = match link {
            Link::Hard(at) => {
                self.object(at, &format!("{path}/"), depth + 1);
                self.paths.insert(path);
                return;
            }
            Link::Soft(target) => LeadsTo::Here { target, exists: false },
            Link::External(file, target) => LeadsTo::File { file, target },
        };
        if self.links.len() < MAX_OBJECTS {
            self.links.push(PassedLink { path, leads_to });
        }
    }

    /// The places of the entries of all nodes below a tree's node.
    fn symbols(&mut self, at: usize, depth: usize, found: &mut Vec<usize>) {
        let file = self.file;
        if depth > DEEPEST || found.len() > MAX_OBJECTS || !self.nodes.insert(at) {
            return;
        }
        if file.slice(at, 5) == Some(b"SNOD\x01") {
            let count = file.length(at + 6, 2).unwrap_or_default();
            found.extend((0..count).map(|entry| at + 8 + entry * ENTRY));
        } else if file.slice(at, 5) == Some(b"TREE\0") {
            let count = file.length(at + 6, 2).unwrap_or_default();
            for child in (0..count).filter_map(|child| file.address(at + 24 + 8 + child * 16)) {
                self.symbols(child, depth + 1, found);
            }
        }
    }

    /// The links, of which it is known now whether their targets exist.
    fn settled(self) -> Vec<PassedLink> {
        let Walk { paths, mut links, .. } = self;
        links.sort_by(|left, right| left.path.cmp(&right.path));
        links.dedup();
        for link in &mut links {
            if let LeadsTo::Here { target, exists } = &mut link.leads_to {
                let group = link.path.rsplit_once('/').map_or("", |(group, _)| group);
                let whole = if target.starts_with('/') { target.clone() } else { format!("{group}/{target}") };
                let parts: Vec<&str> = whole.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
                let whole = parts.join("/");
                *exists = whole.is_empty() || paths.contains(&whole);
            }
        }
        links
    }
}

/// The messages of an object header and of what continues it.
fn messages(file: Bytes<'_>, at: usize) -> Vec<(u16, &[u8])> {
    let mut found = Vec::new();
    let (is_newer, prefix, mut blocks) = if file.slice(at, 5) == Some(b"OHDR\x02") {
        let flags = file.byte(at + 5).unwrap_or_default();
        let optional = if flags & 0x20 == 0 { 0 } else { 16 } + if flags & 0x10 == 0 { 0 } else { 4 };
        let (size_at, width) = (at + 6 + optional, 1_usize << (flags & 3));
        let Some(size) = file.length(size_at, width) else { return found };
        (true, if flags & 4 == 0 { 4 } else { 6 }, vec![(size_at + width, size)])
    } else if file.byte(at) == Some(1) {
        let Some(size) = file.length(at + 8, 4) else { return found };
        (false, 8, vec![(at + 16, size)])
    } else {
        return found;
    };
    let mut next = 0;
    while let Some(&(start, size)) = blocks.get(next).filter(|_| next < MAX_OBJECTS) {
        next += 1;
        let mut position = start;
        let Some(end) = start.checked_add(size).filter(|end| *end <= file.content.len()) else { continue };
        while position + prefix <= end {
            let (kind, length) = if is_newer {
                (file.number(position, 1), file.length(position + 1, 2))
            } else {
                (file.number(position, 2), file.length(position + 2, 2))
            };
            let (Some(kind), Some(length)) = (kind, length) else { break };
            let Some(data) = file.slice(position + prefix, length).filter(|_| position + prefix + length <= end) else {
                break;
            };
            let kind = kind as u16;
            if kind == CONTINUED
                && let (Some(block), Some(size)) = (file.part(data).address(0), file.part(data).length(8, 8))
                && !blocks.iter().any(|(known, _)| known.abs_diff(block) < 5)
            {
                // A newer one has a mark before its messages, and its checksum behind them.
                let (ahead, around) = if is_newer { (4, 8) } else { (0, 0) };
                blocks.push((block.saturating_add(ahead), size.saturating_sub(around)));
            }
            found.push((kind, data));
            position += prefix + length;
        }
    }
    found
}

/// The link that the bytes begin with, and how many bytes it takes.
fn link(bytes: Bytes<'_>) -> Option<(String, Link, usize)> {
    let flags = bytes.byte(1).filter(|flags| bytes.byte(0) == Some(1) && flags & 0xe0 == 0)?;
    let mut at = 2;
    let kind = if flags & 8 == 0 {
        HARD
    } else {
        at += 1;
        bytes.byte(2)?
    };
    at += if flags & 4 == 0 { 0 } else { 8 };
    if flags & 0x10 != 0 {
        bytes.byte(at).filter(|characters| *characters <= 1)?;
        at += 1;
    }
    let width = 1_usize << (flags & 3);
    let length = bytes.length(at, width).filter(|length| *length > 0)?;
    at += width;
    let name = std::str::from_utf8(bytes.slice(at, length)?).ok().filter(|name| !name.contains(['/', '\0']))?;
    at += length;
    if kind == HARD {
        return Some((name.to_owned(), Link::Hard(bytes.address(at)?), at + 8));
    }
    let length = bytes.length(at, 2).filter(|length| *length > 0)?;
    let value = bytes.slice(at + 2, length)?;
    let link = match kind {
        SOFT => Link::Soft(std::str::from_utf8(value).ok()?.trim_end_matches('\0').to_owned()),
        EXTERNAL => {
            let value = bytes.part(value);
            let file = value.text(1).filter(|_| value.byte(0) == Some(0))?;
            let target = value.text(2 + file.len())?;
            Link::External(file, target)
        }
        // Of a kind that a program made itself: it leads somewhere that only the program knows.
        kind if kind > EXTERNAL => Link::External("a program's own kind of link".into(), String::new()),
        _ => return None,
    };
    Some((name.to_owned(), link, at + 2 + length))
}

/// The links in the blocks of a heap. What a deleted link leaves behind is overwritten by zeros or other links.
fn heap_links(file: Bytes<'_>, heap: usize) -> Vec<(String, Link)> {
    let mut links = Vec::new();
    let is_heap = file.slice(heap, 5) == Some(b"FRHP\0");
    let field = |at: usize, width| file.length(heap.checked_add(at)?, width).filter(|_| is_heap);
    let (Some(columns), Some(first), Some(bits)) = (field(110, 2), field(112, 8), field(128, 2)) else { return links };
    let row = columns.saturating_mul(first).max(1);
    let mark = [&b"FHDB\0"[..], &(heap as u64).to_le_bytes()].concat();
    let mut at = 0;
    let next = |at: usize| file.content.get(at..)?.windows(mark.len()).position(|window| window == mark);
    while let Some(step) = next(at) {
        at += step;
        let width = bits.div_ceil(8);
        let offset = file.length(at + mark.len(), width.min(8)).unwrap_or_default();
        let doubled = (offset / row).checked_ilog2().unwrap_or(0);
        let size = first.checked_shl(doubled).unwrap_or(usize::MAX);
        let end = at.saturating_add(size).min(file.content.len());
        at += mark.len();
        let mut position = at + width;
        while let Some(rest) =
            file.content.get(position..end).filter(|rest| !rest.is_empty() && links.len() < MAX_OBJECTS)
        {
            if file.step(1).is_none() {
                return links;
            }
            match link(file.part(rest)) {
                Some((name, link, length)) => {
                    links.push((name, link));
                    position += length;
                }
                None => position += 1,
            }
        }
    }
    links
}

/// A symbol's name and what it leads to.
fn symbol(file: Bytes<'_>, entry: usize, names: usize) -> Option<(String, Link)> {
    let name = file.text(names.checked_add(file.length(entry, 8)?)?)?;
    let link = match file.number(entry + 16, 4)? {
        2 => Link::Soft(file.text(names.checked_add(file.length(entry + 24, 4)?)?)?),
        _ => Link::Hard(file.address(entry + 8)?),
    };
    Some((name, link))
}

/// How deep groups may lie within each other. Keras nests three or four deep for each model within a model.
pub(super) const DEEPEST: usize = 48;
/// The most groups and datasets that are looked at.
pub(super) const MAX_OBJECTS: usize = 50_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of a text in bytes.
    fn positions(bytes: &[u8], text: &[u8]) -> Vec<usize> {
        (0..bytes.len()).filter(|at| bytes[*at..].starts_with(text)).collect()
    }

    fn file() -> Vec<u8> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/keras/mistyped.h5");
        std::fs::read(path).unwrap()
    }

    /// Each of many children of a node being the node itself, there would be as many ways as children to the power of the
    /// depth.
    #[test]
    fn a_tree_that_holds_itself_is_walked_once() {
        let mut bytes = file();
        let nodes = positions(&bytes, b"TREE\0");
        assert!(!nodes.is_empty());
        for node in nodes {
            bytes[node + 6..node + 8].copy_from_slice(&12_u16.to_le_bytes());
            for child in 0..12 {
                let at = node + 32 + child * 16;
                bytes[at..at + 8].copy_from_slice(&(node as u64).to_le_bytes());
            }
        }
        assert_eq!(passed_links(&bytes), []);
    }

    /// The steps come to an end however often the parts of a file lie over each other.
    #[test]
    fn the_steps_are_bounded() {
        let left = Cell::new(100);
        let bytes = Bytes { content: &[b'x'; 1000], left: &left };
        assert_eq!(bytes.text(0), None);
        let short = Bytes { content: b"abc\0", left: &left };
        let read = (0..1000).take_while(|_| short.text(0).is_some()).count();
        assert_eq!(read, 33);
    }
}
