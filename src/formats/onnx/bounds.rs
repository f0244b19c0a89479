//! What the messages of a file would take in memory, before they are read.
//!
//! An empty message takes two bytes in a file and hundreds in memory, so that a small file could fill the memory with
//! messages that say nothing.

use super::message::{
    AttributeProto, DimensionProto, FunctionProto, GraphProto, NodeProto, OperatorSetIdProto, SparseTensorProto,
    StringStringEntryProto, TensorProto, ValueInfoProto,
};

/// Messages may take this many times the file, as those of a hundred thousand small nodes do…
const LARGEST_EXPANSION: usize = 12;
/// …and this much in any case.
const ALWAYS_READ_BYTES: usize = 32 << 20;
/// Messages deeper within each other than this are left to the reader, which refuses them too.
const DEEPEST: usize = 100;
/// The wire type of a field with a length: text, bytes or a message.
const WITH_LENGTH: u64 = 2;

/// A kind of message, as far as messages within it are counted.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Function,
    Graph,
    Sparse,
    Node,
    Attribute,
    Tensor,
    Value,
    Type,
    TensorType,
    Shape,
    /// Nothing within it takes more memory than in the file.
    Leaf,
}

impl Kind {
    /// The kind of the message in a field, and what it takes in memory by itself; none for other fields.
    fn of_field(self, field: u64) -> Option<(Kind, usize)> {
        match (self, field) {
            (Kind::Model, 7) => Some((Kind::Graph, 0)),
            (Kind::Model, 8) => Some((Kind::Leaf, size_of::<OperatorSetIdProto>())),
            (Kind::Model, 14) | (Kind::Tensor, 13) => Some((Kind::Leaf, size_of::<StringStringEntryProto>())),
            (Kind::Model, 25) => Some((Kind::Function, size_of::<FunctionProto>())),
            (Kind::Function, 4 | 5) => Some((Kind::Leaf, size_of::<String>())),
            (Kind::Function, 9) => Some((Kind::Leaf, size_of::<OperatorSetIdProto>())),
            (Kind::Function, 11) => Some((Kind::Attribute, size_of::<AttributeProto>())),
            (Kind::Graph, 15) => Some((Kind::Sparse, size_of::<SparseTensorProto>())),
            (Kind::Sparse, 1) => Some((Kind::Tensor, 0)),
            (Kind::Graph, 1) | (Kind::Function, 7) => Some((Kind::Node, size_of::<NodeProto>())),
            (Kind::Graph, 5) | (Kind::Attribute, 5 | 10) => Some((Kind::Tensor, size_of::<TensorProto>())),
            (Kind::Graph, 11..=13) => Some((Kind::Value, size_of::<ValueInfoProto>())),
            (Kind::Node, 5) => Some((Kind::Attribute, size_of::<AttributeProto>())),
            (Kind::Attribute, 6) => Some((Kind::Graph, size_of::<GraphProto>())),
            (Kind::Node, 1 | 2) | (Kind::Attribute, 9) => Some((Kind::Leaf, size_of::<String>())),
            (Kind::Value, 2) => Some((Kind::Type, 0)),
            (Kind::Type, 1) => Some((Kind::TensorType, 0)),
            (Kind::TensorType, 2) => Some((Kind::Shape, 0)),
            (Kind::Shape, 1) => Some((Kind::Leaf, size_of::<DimensionProto>())),
            _ => None,
        }
    }
}

/// Whether the messages of this file are in proportion to it. What is no message at all is left to the reader.
pub(super) fn is_in_proportion(file: &[u8]) -> bool {
    let most = file.len().saturating_mul(LARGEST_EXPANSION).saturating_add(ALWAYS_READ_BYTES);
    // A list that grows takes up to twice its size.
    bytes_in_memory(file, Kind::Model, 0).saturating_mul(2) <= most
}

fn bytes_in_memory(mut message: &[u8], kind: Kind, depth: usize) -> usize {
    let mut bytes = 0_usize;
    while let Some((field, wire, rest)) = tag(message) {
        let (payload, rest) = match wire {
            0 => (&[][..], varint(rest).map(|(_, rest)| rest)),
            1 => (&[][..], rest.get(8..)),
            WITH_LENGTH => match with_length(rest) {
                Some((payload, rest)) => (payload, Some(rest)),
                None => (&[][..], None),
            },
            5 => (&[][..], rest.get(4..)),
            _ => (&[][..], None),
        };
        if wire == WITH_LENGTH
            && depth < DEEPEST
            && let Some((inner, own)) = kind.of_field(field)
        {
            bytes = bytes.saturating_add(own).saturating_add(bytes_in_memory(payload, inner, depth + 1));
        }
        let Some(rest) = rest else { break };
        message = rest;
    }
    bytes
}

/// The number of the next field, its wire type, and what follows.
fn tag(message: &[u8]) -> Option<(u64, u64, &[u8])> {
    let (key, rest) = varint(message)?;
    Some((key >> 3, key & 7, rest))
}

fn with_length(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = varint(message)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// Seven bits a byte, the least significant first; the last byte is below 128.
fn varint(message: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (position, byte) in message.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(7 * position as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, &message[position + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::super::message::{GraphProto, ModelProto};
    use super::*;

    fn model(node: Vec<NodeProto>) -> Vec<u8> {
        ModelProto { graph: Some(GraphProto { node, ..GraphProto::default() }), ..ModelProto::default() }
            .encode_to_vec()
    }

    #[test]
    fn messages_are_counted_as_they_lie_in_memory() {
        let node = NodeProto { input: vec!["a".into(); 3], ..NodeProto::default() };
        let expected = 2 * (size_of::<NodeProto>() + 3 * size_of::<String>());
        assert_eq!(bytes_in_memory(&model(vec![node; 2]), Kind::Model, 0), expected);
    }

    #[test]
    fn graphs_within_graphs_are_counted_too_and_have_a_bottom() {
        let within = |graph: GraphProto| {
            let attribute = AttributeProto { g: Some(Box::new(graph)), ..AttributeProto::default() };
            let node = NodeProto { attribute: vec![attribute], ..NodeProto::default() };
            GraphProto { node: vec![node], ..GraphProto::default() }
        };
        let two = ModelProto { graph: Some(within(within(GraphProto::default()))), ..ModelProto::default() };
        let each = size_of::<NodeProto>() + size_of::<AttributeProto>() + size_of::<GraphProto>();
        assert_eq!(bytes_in_memory(&two.encode_to_vec(), Kind::Model, 0), 2 * each);
        let mut message = Vec::new();
        for _ in 0..2000 {
            // A graph as attribute 6 of a node's field 5, of a graph's field 1.
            for field in [6_u8, 5, 1] {
                let mut outer = vec![field << 3 | 2];
                prost::encoding::encode_varint(message.len() as u64, &mut outer);
                outer.extend_from_slice(&message);
                message = outer;
            }
        }
        assert!(is_in_proportion(&[&[0x3a_u8, 0x80, 0x80, 0x01][..], &message].concat()));
    }

    #[test]
    fn a_file_of_empty_messages_is_out_of_proportion() {
        assert!(is_in_proportion(&model(vec![NodeProto::default(); 1000])));
        assert!(!is_in_proportion(&model(vec![NodeProto::default(); 400_000])));
        let attributes = vec![AttributeProto::default(); 200_000];
        assert!(!is_in_proportion(&model(vec![NodeProto { attribute: attributes, ..NodeProto::default() }])));
        assert!(is_in_proportion(&[0xff; 64]) && is_in_proportion(b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
    }
}
