//! What became of every node, attribute and tensor of a graph.

use std::collections::{HashMap, HashSet};

use super::message::{GraphProto, NodeProto};
use super::node::needless;
use super::trace::label;
use crate::formats::graph::GraphProblem;
use crate::formats::{Account, PartName};

/// How far a node was followed.
#[derive(Clone, Debug)]
pub(super) enum Course {
    Followed,
    Unknown(GraphProblem),
    /// It is given this value, which is not understood.
    After(String),
}

/// The account of a graph whose nodes took these courses and whose network stands for these outputs.
pub(super) fn accounted(graph: &GraphProto, courses: &[Course], taken: &[String]) -> Account {
    let names = part_names(graph);
    let mut account = Account::default();
    let needed = needed(graph, taken);
    let mut fates: HashMap<&str, Result<&str, Option<&str>>> = HashMap::new();
    for (position, node) in graph.node.iter().enumerate() {
        let name = names[position].as_str();
        let part = PartName::node(name);
        let mut takes = |fate: Result<&'_ str, Option<&'_ str>>| {
            // What one node uses is used, whatever others do with it; what none uses may still be missing.
            for input in &node.input {
                let known = fates.get(input.as_str());
                if !matches!(known, Some(Ok(_))) && (fate.is_ok() || !matches!(known, Some(Err(Some(_))))) {
                    fates.insert(input, unborrowed(fate, name));
                }
            }
        };
        match courses.get(position) {
            _ if !needed.contains(&position) && !courses.is_empty() => {
                account.leaves(part, "is not on the way to the output");
                takes(Err(None));
            }
            Some(Course::Followed) => {
                account.uses(part, format!("{} of the network", node.op_type));
                for attribute in &node.attribute {
                    let part = PartName::attribute(name, &attribute.name);
                    match needless(&node.op_type, &attribute.name) {
                        Some(why) => account.leaves(part, why),
                        None => account.uses(part, node.op_type.clone()),
                    }
                }
                takes(Ok(name));
            }
            Some(Course::Unknown(problem)) => {
                account.misses(part, problem.part().1);
                takes(Err(Some(name)));
            }
            Some(Course::After(value)) => {
                account.misses(part, format!("is given `{value}`, which is not understood"));
                takes(Err(Some(name)));
            }
            None => account.misses(part, format!("({}) is not followed", node.op_type)),
        }
    }
    for tensor in &graph.initializer {
        let part = PartName::tensor(&tensor.name);
        match fates.get(tensor.name.as_str()) {
            Some(Ok(node)) => account.uses(part, format!("`{node}`")),
            Some(Err(Some(node))) => account.misses(part, format!("is given to `{node}`, which is not understood")),
            Some(Err(None)) => account.leaves(part, "is given to nodes that are not on the way to the output"),
            None if courses.is_empty() && !graph.node.is_empty() => {
                account.misses(part, "is used by nothing in the network");
            }
            None => account.leaves(part, "is given to no node"),
        }
    }
    let sparse = graph.sparse_initializer.iter().filter_map(|sparse| sparse.values.as_ref());
    for tensor in sparse {
        let is_taken = graph.node.iter().any(|node| node.input.contains(&tensor.name));
        match is_taken {
            true => account.misses(PartName::tensor(&tensor.name), "is sparse, which is not read"),
            false => account.leaves(PartName::tensor(&tensor.name), "is given to no node"),
        }
    }
    account
}

/// The fate under the name of the node.
fn unborrowed<'n>(fate: Result<&str, Option<&str>>, name: &'n str) -> Result<&'n str, Option<&'n str>> {
    match fate {
        Ok(_) => Ok(name),
        Err(Some(_)) => Err(Some(name)),
        Err(None) => Err(None),
    }
}

/// What each node is called; one that shares its name with another by what it gives.
fn part_names(graph: &GraphProto) -> Vec<String> {
    let mut known = HashSet::new();
    let name = |(position, node): (usize, &NodeProto)| {
        let label = label(node).to_owned();
        if known.insert(label.clone()) {
            return label;
        }
        let result = node.output.first().cloned().unwrap_or_default();
        let name = if result.is_empty() { format!("node {}", position + 1) } else { result };
        if known.insert(name.clone()) { name } else { format!("{name} (node {})", position + 1) }
    };
    graph.node.iter().enumerate().map(name).collect()
}

/// The places of the nodes on whose results these outputs depend.
fn needed(graph: &GraphProto, taken: &[String]) -> HashSet<usize> {
    let mut givers: HashMap<&str, usize> = HashMap::new();
    for (position, node) in graph.node.iter().enumerate() {
        node.output.iter().for_each(|name| {
            givers.insert(name, position);
        });
    }
    let mut waiting: Vec<&str> = taken.iter().map(String::as_str).collect();
    let mut needed = HashSet::new();
    while let Some(name) = waiting.pop() {
        if let Some(&position) = givers.get(name)
            && needed.insert(position)
        {
            waiting.extend(graph.node[position].input.iter().map(String::as_str));
        }
    }
    needed
}
