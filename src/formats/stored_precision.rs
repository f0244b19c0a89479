//! In which type the weights of each layer are stored: what the file's tensors are of, and which of that a layer's numbers show.
//!
//! A file names the types of its tensors. Where several are among them, or a normalisation was multiplied into the weights, the
//! numbers of a layer tell which it is: they are all of one type, or whole multiples of a step.

use nalgebra::DMatrix;

use super::tensor_info::TensorInfo;
use crate::network::{Layer, Network, StoredPrecision};

/// Values that are scaled together are multiples of one step, at least so many of them: fewer show too large a step.
const FEWEST: usize = 16;
/// Weights of one step in blocks of a row, as files of large language models have them.
const BLOCK: usize = 32;
/// Steps between the least and the largest value of one scale at most: 8 bits, and some room for rounding.
const MAX_STEPS: f64 = 257.0;
/// What a value may be off a whole multiple of the step, in the least steps there can be: products with a scale are rounded to 32
/// bits, and Euclid's algorithm multiplies that by as much as there are steps.
const OFF: f64 = 0.05;

/// The types that a file's tensors are of, finest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct StoredTypes {
    floats: Vec<Option<StoredPrecision>>,
    has_steps: bool,
}

impl StoredTypes {
    /// The types of these tensors.
    pub(super) fn of(tensors: &[TensorInfo]) -> StoredTypes {
        let weights = tensors.iter().filter(|tensor| tensor.in_model && tensor.shape.len() > 1);
        let mut types = StoredTypes::default();
        for tensor in weights {
            match float(&tensor.dtype) {
                Some(float) if !types.floats.contains(&float) => types.floats.push(float),
                Some(_) => {}
                None => types.has_steps |= is_of_few_bits(&tensor.dtype),
            }
        }
        let epsilon = |precision: &Option<StoredPrecision>| precision.and_then(StoredPrecision::epsilon).unwrap_or(0.0);
        types.floats.sort_by(|one, other| epsilon(one).total_cmp(&epsilon(other)));
        types
    }

    /// The network with the precision of each of its layers.
    pub(super) fn annotate(&self, network: Network) -> Network {
        let precisions = network.layers().iter().map(|layer| self.of_layer(layer)).collect();
        network.with_stored(precisions)
    }

    fn of_layer(&self, layer: &Layer) -> Option<StoredPrecision> {
        match layer {
            Layer::Dense(dense) => self.of_weight(&dense.affine.weight),
            Layer::Residual(residual) => residual.shortcut.as_ref().and_then(|weight| self.of_weight(weight)),
            Layer::Node(_) => None,
        }
    }

    /// The coarsest of the file's types that holds every entry. What nothing holds was computed from what is stored, as by a
    /// normalisation: of floats it has at most the finest of the types; of steps nothing is known.
    fn of_weight(&self, weight: &DMatrix<f64>) -> Option<StoredPrecision> {
        let held = self.floats.iter().rev().find(|precision| weight.iter().all(|value| holds(**precision, *value)));
        match held {
            // Steps are multiples of a scale, which a type of floats holds by chance only where they are few.
            Some(precision) if !self.has_steps => *precision,
            _ if self.has_steps => {
                let step = step_of(weight);
                step.map_or(held.copied().flatten(), |step| Some(StoredPrecision::Quantised { step }))
            }
            _ => self.floats.first().copied().flatten(),
        }
    }
}

/// The precision of a type of floats, `Some(None)` for 64 bits; `None` for another type.
fn float(dtype: &str) -> Option<Option<StoredPrecision>> {
    Some(match dtype {
        "F64" | "F128" => None,
        "F32" => Some(StoredPrecision::Single),
        "F16" => Some(StoredPrecision::Half),
        "BF16" => Some(StoredPrecision::BrainHalf),
        "F8_E4M3" | "F8_E4M3FNUZ" => Some(StoredPrecision::Eighth { fraction_bits: 3 }),
        "F8_E5M2" | "F8_E5M2FNUZ" => Some(StoredPrecision::Eighth { fraction_bits: 2 }),
        _ => return None,
    })
}

/// Whether a type holds whole numbers that steps belong to: integers of up to 8 bits, and the blocks of GGUF.
fn is_of_few_bits(dtype: &str) -> bool {
    let integers = ["I8", "U8", "I4", "U4", "QINT8", "QUINT8", "INT8", "UINT8", "INT4", "UINT4"];
    integers.contains(&dtype) || dtype.starts_with(['Q']) || dtype.starts_with("IQ")
}

/// Whether a number is one of a type.
fn holds(precision: Option<StoredPrecision>, value: f64) -> bool {
    match precision {
        None => true,
        Some(StoredPrecision::Single) => f64::from(value as f32) == value,
        Some(StoredPrecision::Half) => half::f16::from_f64(value).to_f64() == value,
        Some(StoredPrecision::BrainHalf) => half::bf16::from_f64(value).to_f64() == value,
        Some(StoredPrecision::Eighth { fraction_bits }) => {
            // Half precision has all exponents of both types; what is left of the fraction beyond their bits must be 0.
            let bits = half::f16::from_f64(value);
            let beyond = bits.to_bits() & ((1_u16 << (10 - u16::from(fraction_bits))) - 1);
            bits.to_f64() == value && (beyond == 0 || value.abs() < 2.0_f64.powi(-5))
        }
        Some(StoredPrecision::Quantised { .. }) => false,
    }
}

/// The largest step of a matrix whose rows, columns or blocks are whole multiples of steps.
fn step_of(weight: &DMatrix<f64>) -> Option<f64> {
    let (rows, columns) = weight.shape();
    let all: Vec<f64> = weight.iter().copied().collect();
    let row = |row: usize| weight.row(row).iter().copied().collect::<Vec<f64>>();
    let column = |column: usize| weight.column(column).iter().copied().collect::<Vec<f64>>();
    let of_groups = |groups: &mut dyn Iterator<Item = Vec<f64>>| -> Option<f64> {
        groups.map(|group| step_of_group(&group)).try_fold(0.0_f64, |largest, step| Some(largest.max(step?)))
    };
    let blocks = |lines: Vec<Vec<f64>>| {
        let is_whole = lines.first().is_some_and(|line| line.len().is_multiple_of(BLOCK));
        let mut each = lines.iter().flat_map(|line| line.chunks(BLOCK).map(<[f64]>::to_vec));
        if is_whole { of_groups(&mut each) } else { None }
    };
    let found = step_of_group(&all)
        .or_else(|| of_groups(&mut (0..rows).map(row)))
        .or_else(|| of_groups(&mut (0..columns).map(column)))
        .or_else(|| blocks((0..rows).map(row).collect()))
        .or_else(|| blocks((0..columns).map(column).collect()));
    found.filter(|step| *step > 0.0)
}

/// The step of values whose differences are whole multiples of it, by Euclid's algorithm; 0 where all are equal, and `None` where
/// there is none of at least a 257th of their range.
fn step_of_group(values: &[f64]) -> Option<f64> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = largest - least;
    if range == 0.0 {
        return Some(0.0);
    }
    if !range.is_finite() || values.len() < FEWEST {
        return None;
    }
    let smallest = range / MAX_STEPS;
    let mut step = range;
    for value in values {
        let mut rest = value - least;
        // Euclid: what is left of one by the other, until nothing is. Each turn halves the larger at least.
        while rest > OFF * smallest {
            let over = step % rest;
            // What is a whole multiple to rounding leaves next to nothing, or next to all.
            (step, rest) = (rest, if rest - over < OFF * smallest { 0.0 } else { over });
            if step < smallest {
                return None;
            }
        }
        // The range is a multiple too, the longest, and so the one whose rounding counts least: without it the error of one value
        // would be that of the next times as much as there are steps.
        step = range / (range / step).round();
    }
    Some(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, OutputFunction};

    fn tensor(dtype: &str) -> TensorInfo {
        TensorInfo {
            name: dtype.into(),
            shape: vec![2, 2],
            dtype: dtype.into(),
            bytes: 0,
            is_numeric: true,
            in_model: true,
        }
    }

    fn found(types: &[&str], weight: &DMatrix<f64>) -> Option<StoredPrecision> {
        let types = StoredTypes::of(&types.iter().map(|dtype| tensor(dtype)).collect::<Vec<_>>());
        let affine = Affine { weight: weight.clone(), bias: None };
        let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity });
        let network = Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap();
        types.annotate(network).stored(0)
    }

    #[test]
    fn a_layer_is_of_the_coarsest_type_of_its_file_that_holds_it() {
        let weight = random_matrix(40, 40, 1);
        let single = weight.map(|value| f64::from(value as f32));
        let half = weight.map(|value| half::f16::from_f64(value).to_f64());
        let brain = weight.map(|value| half::bf16::from_f64(value).to_f64());
        assert_eq!(found(&["F32"], &single), Some(StoredPrecision::Single));
        assert_eq!(found(&["F16", "F32"], &single), Some(StoredPrecision::Single));
        assert_eq!(found(&["F32", "F16"], &half), Some(StoredPrecision::Half));
        assert_eq!(found(&["F32", "BF16"], &brain), Some(StoredPrecision::BrainHalf));
        // What was multiplied into the weights leaves none of the types.
        assert_eq!(found(&["F32"], &weight), Some(StoredPrecision::Single));
        assert_eq!(found(&["F16", "F32"], &weight), Some(StoredPrecision::Single));
        // Whole numbers in a file of 64 bits are exact.
        assert_eq!(found(&["F64"], &DMatrix::identity(3, 3)), None);
        assert_eq!(found(&["F64", "F32"], &weight), None);
        assert_eq!(found(&[], &single), None);
    }

    #[test]
    fn steps_are_found_in_the_numbers() {
        let weight = random_matrix(20, 64, 5);
        let quantised = |largest: &dyn Fn(usize, usize) -> f64, zero: f64| {
            let single = |value: f64| f64::from(value as f32);
            DMatrix::from_fn(20, 64, |row, column| {
                let step = single(largest(row, column) / 127.0);
                single(((weight[(row, column)] / step).round().clamp(-127.0, 127.0) - zero) * step)
            })
        };
        let row = |row: usize, _: usize| weight.row(row).amax();
        let column = |_: usize, column: usize| weight.column(column).amax();
        let block = |row: usize, column: usize| weight.view((row, column / 32 * 32), (1, 32)).amax();
        let all = |_: usize, _: usize| weight.amax();
        type Largest<'a> = &'a dyn Fn(usize, usize) -> f64;
        let each: [(Largest<'_>, f64); 5] = [(&row, 0.0), (&column, 3.0), (&block, 0.0), (&all, 7.0), (&all, 0.0)];
        for (index, (largest, zero)) in each.into_iter().enumerate() {
            let expected = (0..20 * 64).map(|at| largest(at / 64, at % 64) / 127.0).fold(0.0, f64::max);
            match found(&["I8", "F32"], &quantised(largest, zero)) {
                Some(StoredPrecision::Quantised { step }) => {
                    assert!((step / expected - 1.0).abs() < 1e-3, "{index}: {step}, {expected}")
                }
                other => panic!("{index}: {other:?}"),
            }
        }
        // Floats beside them have no steps, and what was computed from either tells nothing.
        let single = weight.map(|value| f64::from(value as f32));
        assert_eq!(found(&["I8", "F32"], &single), Some(StoredPrecision::Single));
        assert_eq!(found(&["I8", "F32"], &weight), None);
    }

    #[test]
    fn eight_bits_of_float() {
        let exact = DMatrix::from_row_slice(1, 4, &[1.0, -1.125, 448.0, 0.001953125]);
        assert_eq!(found(&["F8_E4M3"], &exact), Some(StoredPrecision::Eighth { fraction_bits: 3 }));
        assert_eq!(found(&["F8_E4M3", "F32"], &exact.map(|value| value * 1.0625)), Some(StoredPrecision::Single));
    }
}
