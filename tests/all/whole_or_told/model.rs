//! Healthy networks, and what is done to one tensor of theirs.

use half::{bf16, f16};
use layerflow::network::Activation;
use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::writers::Format;

/// How a tensor's numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    F64,
    F32,
    F16,
    BF16,
    I8,
    I64,
    /// Float8 with four bits of exponent; only some formats have it.
    F8,
}

/// A tensor as it is written.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub name: String,
    /// The layer that it belongs to, from 0, and whether it is the bias.
    pub layer: usize,
    pub is_bias: bool,
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f64>,
    pub kind: Type,
}

/// A weight and a bias.
pub type Layer = (DMatrix<f64>, Option<DVector<f64>>);

/// A network and its tensors.
pub struct Healthy {
    pub layers: Vec<Layer>,
    pub hidden: Activation,
    /// Of each layer.
    pub activations: Vec<Activation>,
    pub tensors: Vec<Tensor>,
    pub points: DMatrix<f64>,
    pub expected: DMatrix<f64>,
}

/// What was done to one tensor.
#[derive(Clone, Debug)]
pub struct Change {
    /// In words.
    pub text: String,
    /// Whether the file is still what it was.
    pub is_nothing: bool,
    /// How far the outputs may be off, relative to the largest: the rounding of a coarser type.
    pub rounding: f64,
}

impl Change {
    fn new(text: String, rounding: f64) -> Change {
        Change { text, is_nothing: false, rounding }
    }

    fn nothing() -> Change {
        Change { text: "nothing".into(), is_nothing: true, rounding: EXACT }
    }
}

/// The rounding of 32 bits, in which the weights are.
const EXACT: f64 = 1e-6;

impl Type {
    fn rounding(self) -> f64 {
        match self {
            Type::F64 | Type::F32 | Type::I64 | Type::I8 => EXACT,
            Type::F16 => 0.01,
            Type::BF16 => 0.05,
            Type::F8 => 0.3,
        }
    }
}

impl Healthy {
    /// The network of this number, with names as files of this format have them.
    pub fn new(number: u64, format: Format) -> Healthy {
        let mut random = ChaCha8Rng::seed_from_u64(number ^ 0x5eed);
        let depth = random.random_range(2..5);
        let square = random.random_bool(0.4);
        let width = random.random_range(2..7);
        let mut widths: Vec<usize> = (0..=depth).map(|_| random.random_range(2..7)).collect();
        if square {
            widths = vec![width; depth + 1];
        }
        let with_bias = random.random_bool(0.7);
        let layers: Vec<Layer> = widths
            .windows(2)
            .map(|ends| {
                let mut number = || f64::from(random.random_range(-1.0_f32..1.0));
                let weight = DMatrix::from_fn(ends[1], ends[0], |_, _| number());
                let bias = DVector::from_fn(ends[1], |_, _| number());
                (weight, with_bias.then_some(bias))
            })
            .collect();
        Healthy::of(layers, format, random.random_range(0..3))
    }

    /// The network of these layers, with the names of one of the format's ways.
    pub fn of(layers: Vec<Layer>, format: Format, scheme: usize) -> Healthy {
        let points =
            DMatrix::from_fn(layers[0].0.ncols(), 5, |row, column| ((3 * row + 5 * column) % 7) as f64 / 3.0 - 1.0);
        let hidden = Activation::Relu;
        let tensors = tensors(&layers, format, scheme);
        let mut activations = vec![hidden; layers.len() - 1];
        activations.push(Activation::Identity);
        let expected = forward(&layers, &activations, &points);
        Healthy { layers, hidden, activations, tensors, points, expected }
    }

    /// The tensors with one of them changed.
    pub fn changed(&self, number: u64, format: Format) -> (Change, Vec<Tensor>) {
        let mut random = ChaCha8Rng::seed_from_u64(number ^ 0xc4a9);
        let mut tensors = self.tensors.clone();
        let at = random.random_range(0..tensors.len());
        let name = tensors[at].name.clone();
        let change = match random.random_range(0..7) {
            // A file without its last layer is another healthy file, and so is one of the layers 0 and 2, between which an
            // activation may stand.
            0 if self.layers[0].1.is_none()
                && (tensors[at].layer + 1 == self.layers.len()
                    || (name == "net.layers.1.weight" && self.layers.len() == 3)) =>
            {
                Change::nothing()
            }
            0 => {
                tensors.remove(at);
                Change::new(format!("`{name}` dropped"), EXACT)
            }
            // Operators of this format name tensors by number.
            1 if format == Format::Tflite => Change::nothing(),
            1 => {
                let new = renamed(&name, &mut random);
                tensors[at].name.clone_from(&new);
                Change::new(format!("`{name}` called `{new}`"), EXACT)
            }
            2 | 3 => {
                let kinds = format.types();
                let kind = kinds[random.random_range(0..kinds.len())];
                if matches!(kind, Type::I8 | Type::I64) {
                    // What a quantisation leaves in the file without its scale.
                    tensors[at].values.iter_mut().for_each(|value| *value = (*value * 100.0).round());
                }
                tensors[at].kind = kind;
                Change::new(format!("`{name}` as {kind:?}"), kind.rounding())
            }
            4 => requantised(&mut tensors, at, &mut random, format),
            5 if tensors[at].shape.len() == 2 => {
                let (rows, columns) = (tensors[at].shape[0], tensors[at].shape[1]);
                let old = tensors[at].values.clone();
                tensors[at].values = (0..rows * columns).map(|k| old[k % rows * columns + k / rows]).collect();
                tensors[at].shape = vec![columns, rows];
                // Where rows and columns are as many nothing but the numbers tells.
                if rows == columns {
                    undo(&mut tensors, at, old, rows)
                } else {
                    Change::new(format!("`{name}` transposed"), EXACT)
                }
            }
            6 if tensors[at].shape.len() == 2 => {
                let count = tensors[at].values.len();
                tensors[at].shape = vec![count];
                Change::new(format!("`{name}` flattened"), EXACT)
            }
            _ => {
                let row: usize = tensors[at].shape[1..].iter().product();
                let rows = tensors[at].shape[0] - 1;
                tensors[at].shape[0] = rows;
                tensors[at].values.truncate(rows * row);
                Change::new(format!("`{name}` shortened"), EXACT)
            }
        };
        (change, tensors)
    }
}

fn undo(tensors: &mut [Tensor], at: usize, values: Vec<f64>, rows: usize) -> Change {
    tensors[at].values = values;
    tensors[at].shape = vec![rows, rows];
    Change::nothing()
}

/// int8 with its scale in a tensor beside, under one of the names that programs use.
fn requantised(tensors: &mut Vec<Tensor>, at: usize, random: &mut ChaCha8Rng, format: Format) -> Change {
    let tensor = &mut tensors[at];
    let largest = tensor.values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let scale = f64::from((largest.max(1e-6) / 127.0) as f32);
    if !format.types().contains(&Type::I8) {
        return Change::nothing();
    }
    tensor.values.iter_mut().for_each(|value| *value = (*value / scale).round());
    tensor.kind = Type::I8;
    let text = ["_scale", ".scale", "_scales", "_quantization_scale"];
    let beside = format!("{}{}", tensor.name, text[random.random_range(0..text.len())]);
    let (name, layer) = (tensor.name.clone(), tensor.layer);
    let shape = if random.random_bool(0.5) { Vec::new() } else { vec![1] };
    let scale = Tensor { name: beside.clone(), layer, is_bias: true, shape, values: vec![scale], kind: Type::F32 };
    tensors.insert(at + 1, scale);
    Change::new(format!("`{name}` as I8 with `{beside}`"), 0.1)
}

fn renamed(name: &str, random: &mut ChaCha8Rng) -> String {
    match random.random_range(0..6) {
        0 => format!("{name}_old"),
        1 => format!("extra.{name}"),
        2 => name.replace("weight", "wieght").replace("bias", "bais").replace("kernel", "kernal") + "_",
        3 => "tensor".into(),
        4 => format!("ema.{name}"),
        _ => format!("z{name}"),
    }
}

fn tensors(layers: &[Layer], format: Format, scheme: usize) -> Vec<Tensor> {
    let mut tensors = Vec::new();
    for (k, (weight, bias)) in layers.iter().enumerate() {
        let (weight_name, bias_name) = format.names(k, scheme);
        // Row-major: a matrix keeps its columns, so that its transpose's are the rows.
        let (shape, values) = match format.is_transposed() {
            false => (vec![weight.nrows(), weight.ncols()], weight.transpose().as_slice().to_vec()),
            true => (vec![weight.ncols(), weight.nrows()], weight.as_slice().to_vec()),
        };
        tensors.push(Tensor { name: weight_name, layer: k, is_bias: false, shape, values, kind: Type::F32 });
        if let Some(bias) = bias {
            let values = bias.as_slice().to_vec();
            let shape = vec![bias.len()];
            tensors.push(Tensor { name: bias_name, layer: k, is_bias: true, shape, values, kind: Type::F32 });
        }
    }
    tensors
}

/// The network's outputs, each layer with its activation.
pub fn forward(layers: &[Layer], activations: &[Activation], points: &DMatrix<f64>) -> DMatrix<f64> {
    let mut values = points.clone();
    for ((weight, bias), activation) in layers.iter().zip(activations) {
        values = weight * values;
        if let Some(bias) = bias {
            values.column_iter_mut().for_each(|mut column| column += bias);
        }
        values.apply(|value| *value = activation.value(*value));
    }
    values
}

impl Tensor {
    /// Its bytes in the file, little-endian.
    pub fn bytes(&self) -> Vec<u8> {
        let each = |encode: &dyn Fn(f64) -> Vec<u8>| self.values.iter().flat_map(|value| encode(*value)).collect();
        match self.kind {
            Type::F64 => each(&|value| value.to_le_bytes().to_vec()),
            Type::F32 => each(&|value| (value as f32).to_le_bytes().to_vec()),
            Type::F16 => each(&|value| f16::from_f64(value).to_le_bytes().to_vec()),
            Type::BF16 => each(&|value| bf16::from_f64(value).to_le_bytes().to_vec()),
            Type::I8 => each(&|value| vec![(value as i8).cast_unsigned()]),
            Type::I64 => each(&|value| (value as i64).to_le_bytes().to_vec()),
            Type::F8 => each(&|value| vec![float8(value)]),
        }
    }
}

/// The nearest float8 E4M3 by its bits: 1 sign, 4 exponent (bias 7), 3 mantissa.
fn float8(value: f64) -> u8 {
    let decode = |bits: u8| {
        let (exponent, mantissa) = (i32::from(bits >> 3 & 15), f64::from(bits & 7));
        if exponent == 0 { mantissa / 8.0 * 2_f64.powi(-6) } else { (1.0 + mantissa / 8.0) * 2_f64.powi(exponent - 7) }
    };
    let size = value.abs();
    let nearest =
        (0..127_u8).min_by(|one, other| (decode(*one) - size).abs().total_cmp(&(decode(*other) - size).abs()));
    nearest.unwrap_or(0) | if value < 0.0 { 0x80 } else { 0 }
}
