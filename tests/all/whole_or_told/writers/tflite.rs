//! TensorFlow Lite.

use super::flat::{self, Field, Record};
use crate::whole_or_told::model::{Healthy, Tensor, Type};

pub const FLOAT: i32 = 0;
pub const INT8: i32 = 9;
pub const FULLY_CONNECTED: i32 = 9;
pub const RELU: i32 = 19;
pub const DEQUANTIZE: i32 = 6;
pub const CUSTOM: i32 = 32;
/// The kind of the settings of FULLY_CONNECTED.
pub const DENSE_SETTINGS: u8 = 8;

/// A value of the graph.
#[derive(Clone, Debug, Default)]
pub struct Value {
    pub name: String,
    pub shape: Vec<i32>,
    /// Its number in the schema.
    pub kind: i32,
    /// Empty where the graph computes it.
    pub bytes: Vec<u8>,
    pub scales: Vec<f32>,
    pub zeros: Vec<i64>,
    pub axis: i32,
    /// Other fields of its record.
    pub others: Vec<(usize, Field)>,
}

/// An operator of the graph.
#[derive(Clone, Debug)]
pub struct Operator {
    pub code: i32,
    pub custom: Option<String>,
    pub inputs: Vec<i32>,
    pub outputs: Vec<i32>,
    pub settings_kind: u8,
    pub settings: Vec<(usize, Field)>,
    /// Other fields of its record.
    pub others: Vec<(usize, Field)>,
}

/// A graph.
#[derive(Clone, Debug)]
pub struct Graph {
    pub values: Vec<Value>,
    pub operators: Vec<Operator>,
    pub inputs: Vec<i32>,
    pub outputs: Vec<i32>,
}

/// The graph of the healthy network with these tensors; the activation of a hidden layer is fused with it or not.
pub fn graph(healthy: &Healthy, tensors: &[Tensor], is_fused: bool) -> Graph {
    let value = |name: String, width: usize| Value { name, shape: vec![1, width as i32], ..Value::default() };
    let mut values = vec![value("serving_default_x:0".into(), healthy.points.nrows())];
    let mut operators: Vec<Operator> = Vec::new();
    // The operands are those of the healthy file, with whatever became of them.
    let position = |values: &mut Vec<Value>, k: usize, is_bias: bool| {
        let own = healthy.tensors.iter().position(|tensor| tensor.layer == k && tensor.is_bias == is_bias)?;
        let name = &healthy.tensors[own].name;
        let now = tensors.iter().find(|tensor| tensor.layer == k && tensor.is_bias == is_bias && is_same(tensor, name));
        values.push(match now {
            Some(tensor) => constant(tensor),
            None => Value {
                name: name.clone(),
                shape: healthy.tensors[own].shape.iter().map(|length| *length as i32).collect(),
                ..Value::default()
            },
        });
        Some(values.len() as i32 - 1)
    };
    let mut last = 0;
    let depth = healthy.layers.len();
    for (k, (weight, _)) in healthy.layers.iter().enumerate() {
        let mut inputs = vec![last, position(&mut values, k, false).unwrap_or(-1)];
        inputs.push(position(&mut values, k, true).unwrap_or(-1));
        let is_hidden = k + 1 < depth;
        let give = |values: &mut Vec<Value>, operator: &str| {
            values.push(value(format!("model/dense_{k}/{operator}"), weight.nrows()));
            values.len() as i32 - 1
        };
        last = give(&mut values, "MatMul");
        let settings = if is_hidden && is_fused { vec![(0, Field::Byte(1))] } else { Vec::new() };
        operators.push(Operator {
            inputs,
            outputs: vec![last],
            settings_kind: DENSE_SETTINGS,
            settings,
            ..bare(FULLY_CONNECTED)
        });
        if is_hidden && !is_fused {
            let of = last;
            last = give(&mut values, "Relu");
            operators.push(Operator { inputs: vec![of], outputs: vec![last], ..bare(RELU) });
        }
    }
    Graph { values, operators, inputs: vec![0], outputs: vec![last] }
}

/// A renamed tensor is the operand that it was: operators name their operands by number.
fn is_same(tensor: &Tensor, name: &str) -> bool {
    tensor.name == name || !tensor.name.contains("scale")
}

/// An operator without operands and settings.
pub fn bare(code: i32) -> Operator {
    Operator {
        code,
        custom: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
        settings_kind: 0,
        settings: Vec::new(),
        others: Vec::new(),
    }
}

fn constant(tensor: &Tensor) -> Value {
    let kind = match tensor.kind {
        Type::F32 | Type::F8 => FLOAT,
        Type::F16 => 1,
        Type::I64 => 4,
        Type::I8 => INT8,
        Type::F64 => 10,
        Type::BF16 => 18,
    };
    let shape = tensor.shape.iter().map(|length| *length as i32).collect();
    Value { name: tensor.name.clone(), shape, kind, bytes: tensor.bytes(), ..Value::default() }
}

/// The file of a graph.
pub fn file(graph: &Graph) -> Vec<u8> {
    let mut codes: Vec<(i32, Option<String>)> = Vec::new();
    // The first buffer is empty, and stands for all that is computed.
    let mut buffers = vec![Record::default()];
    let mut values = Vec::new();
    for value in &graph.values {
        let mut fields = vec![
            (0, Field::Wholes(value.shape.clone())),
            (1, Field::Byte(value.kind as u8)),
            (3, Field::Text(value.name.clone())),
        ];
        if !value.bytes.is_empty() {
            fields.push((2, Field::Whole(buffers.len() as i32)));
            buffers.push(Record(vec![(0, Field::Bytes(value.bytes.clone()))]));
        }
        if !value.scales.is_empty() {
            let quantization = vec![
                (2, Field::Floats(value.scales.clone())),
                (3, Field::Longs(value.zeros.clone())),
                (6, Field::Whole(value.axis)),
            ];
            fields.push((4, Field::Record(Record(quantization))));
        }
        fields.extend(value.others.clone());
        values.push(Record(fields));
    }
    let mut operators = Vec::new();
    for operator in &graph.operators {
        let code = (operator.code, operator.custom.clone());
        let index = codes.iter().position(|known| *known == code).unwrap_or_else(|| {
            codes.push(code);
            codes.len() - 1
        });
        let mut fields = vec![
            (0, Field::Whole(index as i32)),
            (1, Field::Wholes(operator.inputs.clone())),
            (2, Field::Wholes(operator.outputs.clone())),
        ];
        if operator.settings_kind != 0 {
            fields.push((3, Field::Byte(operator.settings_kind)));
            fields.push((4, Field::Record(Record(operator.settings.clone()))));
        }
        fields.extend(operator.others.clone());
        operators.push(Record(fields));
    }
    let code = |(code, custom): (i32, Option<String>)| {
        let mut fields = vec![(0, Field::Byte(code.min(127) as u8)), (2, Field::Whole(1)), (3, Field::Whole(code))];
        fields.extend(custom.map(|name| (1, Field::Text(name))));
        Record(fields)
    };
    let main = Record(vec![
        (0, Field::Records(values)),
        (1, Field::Wholes(graph.inputs.clone())),
        (2, Field::Wholes(graph.outputs.clone())),
        (3, Field::Records(operators)),
        (4, Field::Text("main".into())),
    ]);
    let root = Record(vec![
        (0, Field::Whole(3)),
        (1, Field::Records(codes.into_iter().map(code).collect())),
        (2, Field::Records(vec![main])),
        (3, Field::Text("written here".into())),
        (4, Field::Records(buffers)),
    ]);
    flat::file(b"TFL3", &root)
}
