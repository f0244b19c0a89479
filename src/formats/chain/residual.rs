//! Residual blocks given as tensors only: a repeated pair of layers that keeps a width may be one, and nothing in such a
//! file says whether it is.

use super::entry::ChainEntry;
use super::layer_widths::{inputs, outputs};
use super::problem::ChainProblem;
use super::weights::index::Index;
use crate::formats::names::{layer_name, numbered};
use crate::formats::tensor_info::TensorInfo;

/// The layers of one block: neighbours in the chain whose names share the prefix.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BlockLayers {
    /// `blocks.0` of `blocks.0.fc1.weight`.
    pub prefix: String,
    /// The place of the first layer in the chain.
    pub first: usize,
    /// How many layers there are.
    pub count: usize,
}

impl BlockLayers {
    pub fn last(&self) -> usize {
        self.first + self.count - 1
    }

    fn keeps_width(&self, entries: &[ChainEntry], index: &Index<'_>) -> bool {
        let tensor =
            |position: usize| Some((entries.get(position)?, index.get(entries.get(position)?.weight_name.as_str())?));
        let inputs = tensor(self.first).map(|(entry, tensor)| inputs(entry, tensor));
        let outputs = tensor(self.last()).map(|(entry, tensor)| outputs(entry, tensor));
        let is_dense = (self.first..=self.last())
            .all(|position| entries.get(position).is_some_and(|entry| entry.convolution.is_none()));
        is_dense && inputs.is_some() && inputs == outputs
    }
}

/// The name of the block that the layer may belong to: what stands before the last part of its name.
fn prefix(entry: &ChainEntry) -> Option<&str> {
    layer_name(&entry.weight_name).rsplit_once(['.', '/']).map(|(prefix, _)| prefix)
}

/// `blocks.*` for `blocks.0`; none where there is no number.
fn pattern(prefix: &str) -> Option<String> {
    let start = prefix.find(|character: char| character.is_ascii_digit())?;
    let rest = prefix[start..].trim_start_matches(|character: char| character.is_ascii_digit());
    Some(format!("{}*{rest}", &prefix[..start]))
}

/// Neighbours that share their prefix.
fn groups(entries: &[ChainEntry]) -> Vec<BlockLayers> {
    let mut groups: Vec<BlockLayers> = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        let Some(prefix) = prefix(entry) else { continue };
        match groups.last_mut() {
            Some(group) if group.prefix == prefix && group.last() + 1 == position => group.count += 1,
            _ => groups.push(BlockLayers { prefix: prefix.to_owned(), first: position, count: 1 }),
        }
    }
    groups
}

/// The pattern of what may be residual blocks: numbered groups of layers that keep their width, at least two of them or one
/// that is called a block; groups of one layer only where they are called so. Who chooses layers by hand may well mean those
/// alone.
pub(super) fn proposed(entries: &[ChainEntry], index: &Index<'_>, is_by_hand: bool) -> Option<String> {
    let groups = parted(entries, groups(entries));
    let is_called = |group: &BlockLayers| {
        let lower = group.prefix.to_ascii_lowercase();
        lower.contains("block")
            || lower.split(|character: char| !character.is_ascii_alphabetic()).any(|word| word.starts_with("res"))
    };
    let is_block = |group: &&BlockLayers| (group.count > 1 || is_called(group)) && group.keeps_width(entries, index);
    groups.iter().filter(is_block).find_map(|group| {
        let of = |group: &BlockLayers| pattern(&group.prefix);
        let found = of(group)?;
        let alike = groups.iter().filter(is_block).filter(|other| of(other).as_ref() == Some(&found)).count();
        (alike > 1 || (is_called(group) && group.count > 1 && !is_by_hand)).then_some(found)
    })
}

/// Groups of layers that differ in their last number only, each of which is a block by itself: `blocks.0`, `blocks.1`.
fn parted(entries: &[ChainEntry], groups: Vec<BlockLayers>) -> Vec<BlockLayers> {
    let mut parts = Vec::new();
    for group in groups {
        let lower = group.prefix.to_ascii_lowercase();
        let members = || entries.iter().skip(group.first).take(group.count);
        let numbers: Vec<usize> = members().filter_map(|entry| Some(numbered(&entry.weight_name)?.1)).collect();
        // An activation between two layers would have a number of its own.
        let are_neighbours = numbers.len() == group.count && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let is_called = lower.ends_with("blocks") || lower.ends_with("block");
        if pattern(&group.prefix).is_some() || !is_called || !are_neighbours {
            parts.push(group);
            continue;
        }
        let members = entries.iter().enumerate().skip(group.first).take(group.count);
        parts.extend(members.map(|(first, entry)| BlockLayers {
            prefix: layer_name(&entry.weight_name).to_owned(),
            first,
            count: 1,
        }));
    }
    parts
}

/// Whether single layers in numbered modules of their own keep their width, so that each may be a residual block too.
pub(super) fn may_add(entries: &[ChainEntry], index: &Index<'_>) -> Option<String> {
    let groups = groups(entries);
    let single: Vec<&BlockLayers> =
        groups.iter().filter(|group| group.count == 1 && group.keeps_width(entries, index)).collect();
    let patterns: Vec<String> = single.iter().filter_map(|group| pattern(&group.prefix)).collect();
    patterns.iter().find(|found| patterns.iter().filter(|other| other == found).count() > 1).cloned()
}

/// Whether the pattern, in which `*` stands for anything, fits the whole name.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// The blocks of the layers whose names, or the prefixes of whose names, fit the pattern.
pub(super) fn blocks(entries: &[ChainEntry], pattern: &str) -> Vec<BlockLayers> {
    let is_meant = |group: &BlockLayers| {
        let members = entries.iter().skip(group.first).take(group.count);
        fits(pattern, &group.prefix)
            || members.map(|entry| layer_name(&entry.weight_name)).all(|name| fits(pattern, name))
    };
    parted(entries, groups(entries)).into_iter().filter(is_meant).collect()
}

/// The vector that scales what a block adds, by the name that such parameters have.
pub(super) fn scale<'a>(block: &BlockLayers, entries: &[ChainEntry], index: &Index<'a>) -> Option<&'a str> {
    let outer = entries.get(block.last())?;
    let width = outputs(outer, index.get(outer.weight_name.as_str())?);
    let is_scale = |name: &str| {
        let rest = name.strip_prefix(&block.prefix).and_then(|rest| rest.strip_prefix(['.', '/']));
        let lower = rest.unwrap_or_default().to_ascii_lowercase();
        let mut text = lower.split(['.', '/']);
        text.clone().count() < 3
            && text
                .any(|word| ["gamma", "layer_scale", "layerscale", "ls", "ls1", "scale", "res_scale"].contains(&word))
    };
    let fits = |tensor: &&TensorInfo| {
        tensor.is_numeric && tensor.in_model && matches!(tensor.shape[..], [length] if length == width)
    };
    let mut found = index.values().filter(|tensor| is_scale(&tensor.name)).copied().filter(fits);
    found.next().filter(|_| found.next().is_none()).map(|tensor| tensor.name.as_str())
}

/// What keeps the pattern from being blocks.
pub(super) fn problem(entries: &[ChainEntry], index: &Index<'_>, pattern: &str) -> Option<ChainProblem> {
    let blocks = blocks(entries, pattern);
    let name = |block: &BlockLayers| block.prefix.clone();
    if blocks.is_empty() {
        return Some(ChainProblem::NoBlocks { pattern: pattern.to_owned() });
    }
    let uneven = blocks.iter().find(|block| block.count > 2);
    let uneven = uneven.map(|block| ChainProblem::BlockLayers { name: name(block), count: block.count });
    let wide = || {
        let block = blocks.iter().find(|block| !block.keeps_width(entries, index))?;
        Some(ChainProblem::BlockWidth { name: name(block) })
    };
    uneven.or_else(wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stand_for_names() {
        assert_eq!(pattern("net.blocks.10.fc").as_deref(), Some("net.blocks.*.fc"));
        assert_eq!(pattern("block1").as_deref(), Some("block*"));
        assert_eq!(pattern("block"), None);
        for (pattern, name, expected) in [
            ("blocks.*", "blocks.0", true),
            ("blocks.*", "blocks.0.fc1", true),
            ("blocks.*", "block", false),
            ("*", "anything", true),
            ("a.*.c", "a.b.c", true),
            ("a.*.c", "a.b.d", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("blocks.0", "blocks.0", true),
            ("blocks.0", "blocks.01", false),
            ("", "", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
