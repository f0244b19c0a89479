//! What a file of TensorFlow Lite says of its operators and values, changed.

use layerflow::network::Activation;
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::model::{Healthy, forward};
use super::writers::Field;
use super::writers::tflite::{self, Graph, Operator, Value};

/// A graph of which one thing is another than in the healthy one.
pub struct Changed {
    pub text: String,
    pub graph: Graph,
    /// What it gives; none where nothing says what it would be, so that it must be told.
    pub expected: Option<DMatrix<f64>>,
    /// Whether nothing may be said of it.
    pub is_healthy: bool,
}

/// The values that a fused activation can have, up to the first that the schema does not know.
const FUSED: [Option<Activation>; 7] = [
    Some(Activation::Identity),
    Some(Activation::Relu),
    Some(Activation::HardTanh { low: -1.0, high: 1.0 }),
    Some(Activation::RELU6),
    Some(Activation::Tanh),
    None,
    None,
];

/// Types by their numbers in the schema, and some that it does not know.
const KINDS: [i32; 14] = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 15, 17, 18, 90];

/// Codes of operators that take what a dense layer or an activation takes, and some of none.
const CODES: [i32; 12] = [0, 3, 4, 14, 16, 18, 25, 28, 32, 126, 209, 300];

impl Changed {
    /// The same one every time.
    pub fn new(number: u64, healthy: &Healthy) -> Changed {
        let mut random = ChaCha8Rng::seed_from_u64(number ^ 0x7f1e);
        let graph = tflite::graph(healthy, &healthy.tensors, random.random_bool(0.5));
        let mut changed = Changed { text: String::new(), graph, expected: None, is_healthy: false };
        match random.random_range(0..13) {
            0..=2 => changed.quantise(healthy, &mut random),
            3 => changed.fuse(healthy, &mut random),
            4 => changed.leave_out(healthy, &mut random),
            5 => {
                let value = changed.value(&mut random);
                let kind = KINDS[random.random_range(0..KINDS.len())];
                value.kind = kind;
                // What is computed in other floats is right up to their rounding.
                let is_computed = value.bytes.is_empty();
                changed.text = format!("{} of type {kind}", value.name);
                changed.expected = (is_computed && [1, 10, 18].contains(&kind)).then(|| healthy.expected.clone());
            }
            6 => {
                let value = changed.value(&mut random);
                value.shape = match random.random_range(0..5) {
                    0 => value.shape.iter().rev().copied().collect(),
                    1 => [&[1], &value.shape[..]].concat(),
                    2 => vec![value.shape.iter().product()],
                    3 => value.shape.iter().map(|length| length + 1).collect(),
                    _ => vec![-1],
                };
                changed.text = format!("shape {:?} of {}", value.shape, value.name);
                changed.expected = Some(healthy.expected.clone());
            }
            7 => changed.recode(healthy, &mut random),
            8 => {
                // Shuffled weights, axes that are kept, a field of a later schema.
                let (field, value) = [(1, 1), (2, 1), (9, 3), (17, 1), (4, 1)][random.random_range(0..5)];
                let position = changed.dense(&mut random);
                changed.graph.operators[position].settings.push((field, Field::Byte(value)));
                changed.text = format!("setting {field} is {value}");
                // Values have but one axis, and the type of a bias is in the file.
                changed.expected = [2, 4].contains(&field).then(|| healthy.expected.clone());
            }
            9 => {
                let (field, value) =
                    [(5, Field::Byte(1)), (6, Field::Record(Default::default())), (10, Field::Whole(3))]
                        [random.random_range(0..3)]
                    .clone();
                let value_changed = changed.constant(&mut random);
                value_changed.others.push((field, value));
                changed.text = format!("a constant with field {field}");
            }
            10 => {
                let position = changed.dense(&mut random);
                changed.graph.operators[position].settings_kind = [1, 9, 11, 17, 120][random.random_range(0..5)];
                changed.text = "settings of another operator".into();
                let is_empty = changed.graph.operators[position].settings.is_empty();
                // No setting is none of another operator.
                changed.expected = is_empty.then(|| healthy.expected.clone());
            }
            11 => {
                let position = random.random_range(0..changed.graph.operators.len());
                let operator = &mut changed.graph.operators[position];
                let (field, value) = [
                    (7, Field::Bytes(vec![1])),
                    (11, Field::Byte(3)),
                    (5, Field::Bytes(vec![1, 2, 3])),
                    (8, Field::Wholes(vec![0])),
                ][random.random_range(0..4)]
                .clone();
                operator.others.push((field, value));
                changed.text = format!("an operator with field {field}");
                // Custom settings are none of a known operator, and room for passing values is not read by anyone.
                changed.expected = [5, 8].contains(&field).then(|| healthy.expected.clone());
            }
            _ => changed.rewire(healthy, &mut random),
        }
        changed
    }

    fn value(&mut self, random: &mut ChaCha8Rng) -> &mut Value {
        let position = random.random_range(1..self.graph.values.len());
        &mut self.graph.values[position]
    }

    fn constant(&mut self, random: &mut ChaCha8Rng) -> &mut Value {
        let mut held: Vec<&mut Value> = self.graph.values.iter_mut().filter(|value| !value.bytes.is_empty()).collect();
        let position = random.random_range(0..held.len());
        held.swap_remove(position)
    }

    /// The place of a dense layer's operator.
    fn dense(&self, random: &mut ChaCha8Rng) -> usize {
        let operators = &self.graph.operators;
        let all: Vec<usize> =
            (0..operators.len()).filter(|&position| operators[position].code == tflite::FULLY_CONNECTED).collect();
        all[random.random_range(0..all.len())]
    }

    /// Weights of 8 bits, made real by an operator before their layer, with right or wrong scales and zeros.
    fn quantise(&mut self, healthy: &Healthy, random: &mut ChaCha8Rng) {
        let layer = random.random_range(0..healthy.layers.len());
        let operators = &self.graph.operators;
        let position = (0..operators.len())
            .filter(|&position| operators[position].code == tflite::FULLY_CONNECTED)
            .nth(layer)
            .unwrap_or_default();
        let weight = self.graph.operators[position].inputs[1];
        let matrix = &healthy.layers[layer].0;
        let (rows, columns) = matrix.shape();
        let axis = random.random_range(0..3_usize);
        let mut count = [rows, columns, 1][axis];
        let is_fitting = random.random_bool(0.7);
        if !is_fitting {
            // More than any axis has.
            count += 7;
        }
        let scales: Vec<f32> = (0..count).map(|_| random.random_range(0.001..0.02)).collect();
        let zeros: Vec<i64> = (0..count).map(|_| random.random_range(-20..20)).collect();
        let codes = DMatrix::from_fn(rows, columns, |_, _| random.random_range(-127..128_i64));
        let at = |row: usize, column: usize| [row, column, 0][axis];
        let value = &mut self.graph.values[weight as usize];
        value.kind = tflite::INT8;
        value.bytes = codes.transpose().iter().map(|code| (*code as i8).cast_unsigned()).collect();
        (value.scales, value.zeros, value.axis) = (scales.clone(), zeros.clone(), axis.min(1) as i32);
        let shape = value.shape.clone();
        let is_made_real = random.random_bool(0.8);
        if is_made_real {
            let name = format!("{}/real", value.name);
            self.graph.values.push(Value { name, shape, ..Value::default() });
            let real = self.graph.values.len() as i32 - 1;
            self.graph.operators[position].inputs[1] = real;
            let operator = Operator { inputs: vec![weight], outputs: vec![real], ..tflite::bare(tflite::DEQUANTIZE) };
            self.graph.operators.insert(position, operator);
        }
        self.text = format!("8 bits along {axis}, fitting {is_fitting}, made real {is_made_real}");
        if is_fitting {
            let mut layers = healthy.layers.clone();
            layers[layer].0 = DMatrix::from_fn(rows, columns, |row, column| {
                let at = at(row, column);
                f64::from(scales[at]) * (codes[(row, column)] - zeros[at]) as f64
            });
            self.expected = Some(forward(&layers, &healthy.activations, &healthy.points));
            self.is_healthy = is_made_real;
        }
    }

    fn fuse(&mut self, healthy: &Healthy, random: &mut ChaCha8Rng) {
        let position = self.dense(random);
        let fused = random.random_range(0..FUSED.len());
        let layer =
            self.graph.operators[..position].iter().filter(|operator| operator.code == tflite::FULLY_CONNECTED).count();
        self.graph.operators[position].settings = vec![(0, Field::Byte(fused as u8))];
        self.text = format!("layer {layer} with the fused activation {fused}");
        // Behind an activation of its own another may follow, which is one more layer.
        let has_own = self.graph.operators.get(position + 1).is_some_and(|next| next.code == tflite::RELU);
        let Some(activation) = FUSED[fused] else { return };
        let mut values = healthy.points.clone();
        for (k, one) in healthy.layers.iter().enumerate() {
            let first = if k == layer { activation } else { healthy.activations[k] };
            values = forward(std::slice::from_ref(one), &[first], &values);
            if k == layer && has_own {
                values.apply(|value| *value = value.max(0.0));
            }
        }
        self.expected = Some(values);
        self.is_healthy = !has_own;
    }

    /// A layer without its weight or its bias.
    fn leave_out(&mut self, healthy: &Healthy, random: &mut ChaCha8Rng) {
        let position = self.dense(random);
        let layer =
            self.graph.operators[..position].iter().filter(|operator| operator.code == tflite::FULLY_CONNECTED).count();
        let operand = random.random_range(0..3_usize);
        let is_short = random.random_bool(0.5);
        let inputs = &mut self.graph.operators[position].inputs;
        if is_short {
            inputs.truncate(operand);
        } else {
            inputs[operand] = -1;
        }
        self.text = format!("operand {operand} of layer {layer} left out ({is_short})");
        if operand == 2 {
            let mut layers = healthy.layers.clone();
            layers[layer].1 = None;
            self.expected = Some(forward(&layers, &healthy.activations, &healthy.points));
            self.is_healthy = healthy.layers[layer].1.is_none();
        }
    }

    /// Another operator in an operator's place.
    fn recode(&mut self, healthy: &Healthy, random: &mut ChaCha8Rng) {
        let position = random.random_range(0..self.graph.operators.len());
        let code = CODES[random.random_range(0..CODES.len())];
        let operator = &mut self.graph.operators[position];
        let was = operator.code;
        operator.code = code;
        operator.custom = (code == tflite::CUSTOM).then(|| "Relu".to_owned());
        self.text = format!("operator {code} in place of {was}");
        if was == tflite::RELU && [14, 28].contains(&code) {
            // Another activation is another healthy network, which other tests see.
            operator.code = was;
            self.text = "nothing".into();
            self.expected = Some(healthy.expected.clone());
            self.is_healthy = true;
        }
    }

    /// Ends and operands that are others'.
    fn rewire(&mut self, healthy: &Healthy, random: &mut ChaCha8Rng) {
        let last = self.graph.operators.len() - 1;
        let count = self.graph.values.len() as i32;
        match random.random_range(0..5) {
            0 => {
                self.graph.operators.swap(0, last);
                self.text = "operators in another order".into();
                self.expected = Some(healthy.expected.clone());
            }
            1 => {
                self.graph.operators.remove(random.random_range(0..last));
                self.text = "an operator is gone".into();
            }
            2 => {
                self.graph.outputs = vec![count - 1, 0];
                self.text = "two outputs".into();
            }
            3 => {
                self.graph.inputs.push(count - 1);
                self.text = "what is computed is an input".into();
            }
            _ => {
                self.graph.operators[last].inputs.swap(0, 1);
                self.text = "operands swapped".into();
            }
        }
    }
}
