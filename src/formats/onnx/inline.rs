//! Operators that a file makes of others itself: each use is replaced by the nodes that it stands for.

use std::collections::HashMap;

use super::message::{AttributeProto, FunctionProto, GraphProto, NodeProto};
use super::trace::label;

/// Functions deeper within each other than this stay as they are, and are told.
const DEEPEST: usize = 16;
/// A graph may become this many times as long…
const LONGEST: usize = 64;
/// …and this long in any case.
const ALWAYS_MADE: usize = 1 << 14;

/// Replaces the nodes that are functions of the file. Those of another version of the operators stay, as do those that
/// would make the graph far longer than the file.
pub(super) fn inline(graph: &mut GraphProto, functions: &[FunctionProto], version: i64) {
    let same_version = |function: &&FunctionProto| {
        function.opset_import.iter().all(|set| !set.domain.is_empty() || set.version == version)
    };
    let known: HashMap<(&str, &str), &FunctionProto> = functions
        .iter()
        .filter(same_version)
        .map(|function| ((function.domain.as_str(), function.name.as_str()), function))
        .collect();
    let inner: usize = functions.iter().map(|function| function.node.len()).sum();
    let most = (graph.node.len() + inner).saturating_mul(LONGEST).max(ALWAYS_MADE);
    for _ in 0..DEEPEST {
        let of = |node: &NodeProto| known.get(&(node.domain.as_str(), node.op_type.as_str())).copied();
        let length: usize = graph.node.iter().map(|node| of(node).map_or(1, |function| function.node.len())).sum();
        if length > most || !graph.node.iter().any(|node| of(node).is_some()) {
            return;
        }
        let mut nodes = Vec::with_capacity(length);
        for node in std::mem::take(&mut graph.node) {
            match of(&node) {
                Some(function) => nodes.extend(body(function, &node)),
                None => nodes.push(node),
            }
        }
        graph.node = nodes;
    }
}

/// The nodes that a node stands for, under names of its own.
fn body(function: &FunctionProto, node: &NodeProto) -> Vec<NodeProto> {
    let own = label(node);
    let mut names: HashMap<&str, String> = HashMap::new();
    for (inner, outer) in [(&function.input, &node.input), (&function.output, &node.output)] {
        let absent = || format!("{own}/absent");
        let is_output = std::ptr::eq(inner, &function.output);
        for (position, name) in inner.iter().enumerate() {
            let given = outer.get(position).cloned().unwrap_or_default();
            // An output that nobody takes still needs a name of its own.
            let given = if given.is_empty() && is_output { format!("{}.{name}", absent()) } else { given };
            names.insert(name, given);
        }
    }
    let renamed = |name: &String| match names.get(name.as_str()) {
        Some(outer) => outer.clone(),
        None if name.is_empty() => String::new(),
        None => format!("{own}/{name}"),
    };
    let value = |attribute: &AttributeProto| -> Option<AttributeProto> {
        if attribute.ref_attr_name.is_empty() {
            return Some(attribute.clone());
        }
        let is_it = |stated: &&AttributeProto| stated.name == attribute.ref_attr_name;
        let stated = node.attribute.iter().find(is_it).or_else(|| function.attribute_proto.iter().find(is_it))?;
        Some(AttributeProto { name: attribute.name.clone(), ..stated.clone() })
    };
    let inner = |inner: &NodeProto| NodeProto {
        input: inner.input.iter().map(renamed).collect(),
        output: inner.output.iter().map(renamed).collect(),
        name: format!("{own}/{}", label(inner)),
        op_type: inner.op_type.clone(),
        attribute: inner.attribute.iter().filter_map(value).collect(),
        domain: inner.domain.clone(),
    };
    function.node.iter().map(inner).collect()
}
