//! A graph under construction: nodes in the order in which they run, constants, and names that occur once.

use std::collections::BTreeMap;

use super::message::{
    AttributeProto, DimensionProto, GraphProto, NodeProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto,
    ValueInfoProto, attribute, element,
};
use crate::formats::Precision;

/// The name of the axis of samples.
const SAMPLES: &str = "samples";

/// A graph whose floating-point values all have one precision.
pub(super) struct GraphWriter {
    precision: Precision,
    graph: GraphProto,
    /// Names of single constants, by their bits.
    scalars: BTreeMap<u64, String>,
    /// The layer that is being written; its nodes and values are named after it.
    layer: String,
}

impl GraphWriter {
    pub(super) fn new(name: &str, precision: Precision) -> GraphWriter {
        let graph = GraphProto { name: name.to_owned(), ..GraphProto::default() };
        GraphWriter { precision, graph, scalars: BTreeMap::new(), layer: String::new() }
    }

    pub(super) fn precision(&self) -> Precision {
        self.precision
    }

    /// The element type of the graph's values.
    pub(super) fn element(&self) -> i32 {
        match self.precision {
            Precision::Single => element::FLOAT,
            Precision::Double => element::DOUBLE,
        }
    }

    /// Nodes from now on belong to this layer.
    pub(super) fn begin_layer(&mut self, name: String) {
        self.layer = name;
    }

    /// Adds the graph's input, samples × `width`.
    pub(super) fn input(&mut self, name: &str, width: usize) -> String {
        let value = self.value(name, width);
        self.graph.input.push(value);
        name.to_owned()
    }

    /// Adds a node with one result; gives the result's name.
    pub(super) fn node(&mut self, operator: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> String {
        let name = format!("{}/{operator}.{}", self.layer, self.graph.node.len());
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|input| (*input).to_owned()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operator.to_owned(),
            attribute: attributes,
            domain: String::new(),
        });
        name
    }

    /// Adds a constant of this name and shape, given row by row.
    pub(super) fn initializer(&mut self, name: String, shape: &[usize], values: impl Iterator<Item = f64>) -> String {
        let raw_data = self.precision.encode(values);
        self.push_tensor(name, shape, self.element(), raw_data)
    }

    /// Adds a constant that belongs to an operator.
    pub(super) fn constant(&mut self, word: &str, shape: &[usize], values: impl Iterator<Item = f64>) -> String {
        let name = self.constant_name(word);
        self.initializer(name, shape, values)
    }

    /// A single number; equal ones are kept once.
    pub(super) fn scalar(&mut self, value: f64) -> String {
        if let Some(name) = self.scalars.get(&value.to_bits()) {
            return name.clone();
        }
        let name = self.constant("number", &[], std::iter::once(value));
        self.scalars.insert(value.to_bits(), name.clone());
        name
    }

    /// Adds a constant of whole numbers.
    pub(super) fn integers(&mut self, word: &str, shape: &[usize], values: &[i64]) -> String {
        let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let name = self.constant_name(word);
        self.push_tensor(name, shape, element::INT64, raw_data)
    }

    fn constant_name(&self, word: &str) -> String {
        format!("constant.{}.{word}", self.graph.initializer.len())
    }

    fn push_tensor(&mut self, name: String, shape: &[usize], data_type: i32, raw_data: Vec<u8>) -> String {
        let dims = shape.iter().map(|&length| length as i64).collect();
        self.graph.initializer.push(TensorProto {
            dims,
            data_type,
            name: name.clone(),
            raw_data,
            ..TensorProto::default()
        });
        name
    }

    fn value(&self, name: &str, width: usize) -> ValueInfoProto {
        let dim = vec![
            DimensionProto { dim_value: None, dim_param: Some(SAMPLES.to_owned()) },
            DimensionProto { dim_value: Some(width as i64), dim_param: None },
        ];
        let tensor_type = TensorTypeProto { elem_type: self.element(), shape: Some(TensorShapeProto { dim }) };
        ValueInfoProto { name: name.to_owned(), kind: Some(TypeProto { tensor_type: Some(tensor_type) }) }
    }

    /// The whole graph, whose output is `value`, samples × `width`, the result of its last node.
    pub(super) fn finish(mut self, value: &str, name: &str, width: usize) -> GraphProto {
        for output in self.graph.node.iter_mut().flat_map(|node| &mut node.output) {
            if output == value {
                name.clone_into(output);
            }
        }
        let output = self.value(name, width);
        self.graph.output.push(output);
        self.graph
    }
}

/// An attribute that is a number.
pub(super) fn float(name: &str, value: f64) -> AttributeProto {
    AttributeProto { name: name.to_owned(), f: value as f32, kind: attribute::FLOAT, ..AttributeProto::default() }
}

/// An attribute that is a whole number.
pub(super) fn integer(name: &str, value: i64) -> AttributeProto {
    AttributeProto { name: name.to_owned(), i: value, kind: attribute::INT, ..AttributeProto::default() }
}

/// An attribute that is a word.
pub(super) fn string(name: &str, value: &str) -> AttributeProto {
    AttributeProto { name: name.to_owned(), s: value.into(), kind: attribute::STRING, ..AttributeProto::default() }
}

/// An attribute that is a list of whole numbers.
pub(super) fn integer_list(name: &str, values: &[usize]) -> AttributeProto {
    let ints = values.iter().map(|value| *value as i64).collect();
    AttributeProto { name: name.to_owned(), ints, kind: attribute::INTS, ..AttributeProto::default() }
}
