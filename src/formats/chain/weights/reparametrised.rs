//! Weights that PyTorch computes from others: weight norm, spectral norm, pruning masks, parametrizations.
//! Names and formulas: torch/nn/utils/{weight_norm,spectral_norm,prune,parametrize,parametrizations}.py.

use std::collections::HashMap;

use super::index::Index;
use super::source::{Computed, WeightSource};
use super::stored::{fault, stored_shape};
use crate::formats::FormatError;
use crate::formats::shape::shape_text;
use crate::formats::tensor_info::TensorInfo;
use crate::formats::tensors::TensorFile;

/// What stands between a module and the tensors of its parametrizations.
const PARAMETRIZATIONS: &str = "parametrizations.";

/// The computed weights among the tensors.
pub(super) fn find(tensors: &[TensorInfo], index: &Index<'_>) -> Vec<Computed> {
    let mut parts: HashMap<&str, Vec<&str>> = HashMap::new();
    for (beginning, part) in tensors.iter().filter_map(|tensor| split(&tensor.name)) {
        parts.entry(beginning).or_default().push(part);
    }
    parts.values_mut().for_each(|parts| parts.sort_unstable());
    let own = tensors.iter().filter(|tensor| tensor.in_model);
    own.filter_map(|tensor| parametrized(tensor, &parts, index).or_else(|| suffixed(tensor, index))).collect()
}

/// `0.parametrizations.weight.` and `original`.
fn split(name: &str) -> Option<(&str, &str)> {
    let at = name.rfind(PARAMETRIZATIONS)? + PARAMETRIZATIONS.len();
    let parameter = name[at..].find('.')? + 1;
    Some(name.split_at(at + parameter))
}

fn shape<'a>(index: &Index<'a>, name: &str) -> Option<&'a [usize]> {
    index.get(name).map(|tensor| tensor.shape.as_slice())
}

/// `0.parametrizations.weight.original…` is `0.weight`.
fn parametrized(tensor: &TensorInfo, parts: &HashMap<&str, Vec<&str>>, index: &Index<'_>) -> Option<Computed> {
    let (beginning, part) = split(&tensor.name)?;
    let (module, parameter) = beginning.trim_end_matches('.').rsplit_once(PARAMETRIZATIONS)?;
    if !matches!(part, "original" | "original0") {
        return None;
    }
    let named = |part: &str| format!("{beginning}{part}");
    let original = named(part);
    let unknown = WeightSource::Unknown { original: original.clone() };
    let source = match parts.get(beginning)?[..] {
        ["original0", "original1"] if is_weight_norm(&tensor.shape, shape(index, &named("original1"))?) => {
            WeightSource::WeightNorm { magnitude: original, direction: named("original1") }
        }
        ["0._u", "0._v", "original"] => {
            let (left, right) = (named("0._u"), named("0._v"));
            spectral_norm(&tensor.shape, original, left, Some(right), index).unwrap_or(unknown)
        }
        _ => unknown,
    };
    let shape = match &source {
        WeightSource::WeightNorm { direction, .. } => shape(index, direction)?.to_vec(),
        _ => tensor.shape.clone(),
    };
    Some(Computed { name: format!("{module}{parameter}"), shape, source })
}

/// `0.weight_v` beside `0.weight_g`, and `0.weight_orig` beside what is done to it, are `0.weight`.
fn suffixed(tensor: &TensorInfo, index: &Index<'_>) -> Option<Computed> {
    let beside = |name: &str, end: &str| Some(format!("{name}{end}")).filter(|name| index.contains_key(name.as_str()));
    if let Some(name) = tensor.name.strip_suffix("_v") {
        let magnitude = beside(name, "_g")?;
        let is_weight = ["weight", "kernel"].iter().any(|word| name.contains(word));
        let fits =
            is_weight && beside(name, "_orig").is_none() && is_weight_norm(shape(index, &magnitude)?, &tensor.shape);
        let source = WeightSource::WeightNorm { magnitude, direction: tensor.name.clone() };
        return fits.then(|| Computed { name: name.to_owned(), shape: tensor.shape.clone(), source });
    }
    let name = tensor.name.strip_suffix("_orig")?;
    let original = tensor.name.clone();
    let source = match (beside(name, "_mask"), beside(name, "_u"), beside(name, "_v")) {
        (Some(mask), None, None) if shape(index, &mask)? == tensor.shape => WeightSource::Masked { original, mask },
        (None, Some(left), right) => spectral_norm(&tensor.shape, original.clone(), left, right, index)
            .unwrap_or(WeightSource::Unknown { original }),
        _ => WeightSource::Unknown { original },
    };
    Some(Computed { name: name.to_owned(), shape: tensor.shape.clone(), source })
}

/// Whether these may be the shapes of g and v: along each axis g has v's length or 1, or it is one value for all.
fn is_weight_norm(magnitude: &[usize], direction: &[usize]) -> bool {
    let fits = |(one, other): (&usize, &usize)| one == other || *one == 1;
    let long = |shape: &[usize]| shape.iter().filter(|length| **length != 1).count();
    let one_for_all = magnitude.len() <= 1 && long(magnitude) == 0;
    let along_axes = magnitude.len() == direction.len() && magnitude.iter().zip(direction).all(fits);
    direction.len() > 1 && (one_for_all || (along_axes && (long(magnitude) == 1 || long(direction) <= 1)))
}

/// The spectral norm of these parts, if they fit. For u as long as W has rows, W/σ is that of W itself; where the other
/// axis is normalised (a transposed convolution) u is as long as W has columns.
fn spectral_norm(
    original_shape: &[usize],
    original: String,
    left: String,
    right: Option<String>,
    index: &Index<'_>,
) -> Option<WeightSource> {
    let rows = *original_shape.first()?;
    let columns: usize = original_shape.iter().skip(1).product();
    let length = |name: &String| shape(index, name).map(|shape| shape.iter().product::<usize>());
    let (u, v) = (length(&left)?, right.as_ref().map(length));
    let is_straight = u == rows && v.is_none_or(|v| v == Some(columns));
    let is_turned = original_shape.len() == 2 && u == columns && v.is_none_or(|v| v == Some(rows));
    (original_shape.len() > 1 && (is_straight || is_turned)).then_some(WeightSource::SpectralNorm {
        original,
        left,
        right,
    })
}

/// The values of the weight, in row-major order.
pub(super) fn read(file: &TensorFile, source: &WeightSource) -> Result<Vec<f64>, FormatError> {
    let values = |name: &String| Ok::<Vec<f64>, FormatError>(file.vector(name)?.data.into());
    match source {
        WeightSource::WeightNorm { magnitude, direction } => {
            let (g, v) = (values(magnitude)?, values(direction)?);
            weight_norm(&g, stored_shape(file, magnitude), v, stored_shape(file, direction))
                .ok_or_else(|| fault(file, magnitude, format!("does not fit `{direction}`; save the file again")))
        }
        WeightSource::SpectralNorm { original, left, right } => {
            let w = values(original)?;
            let u = values(left)?;
            let v = right.as_ref().map(values).transpose()?;
            let rows = stored_shape(file, original).first().copied().unwrap_or_default();
            let sigma = sigma(&w, rows, &u, v.as_deref());
            match sigma {
                Some(sigma) if sigma != 0.0 => Ok(w.iter().map(|value| value / sigma).collect()),
                _ => {
                    let shape = shape_text(stored_shape(file, original));
                    Err(fault(
                        file,
                        left,
                        format!("gives `{original}` ({shape}) no spectral norm; save the file again"),
                    ))
                }
            }
        }
        WeightSource::Masked { original, mask } => {
            let (w, mask) = (values(original)?, values(mask)?);
            Ok(w.iter().zip(&mask).map(|(value, kept)| value * kept).collect())
        }
        WeightSource::Unknown { original } => values(original),
        WeightSource::LowRank(low_rank) => low_rank.read(file),
    }
}

/// g·v/‖v‖; none where the shapes do not fit.
fn weight_norm(g: &[f64], g_shape: &[usize], v: Vec<f64>, v_shape: &[usize]) -> Option<Vec<f64>> {
    // Along the axes where g has length 1 its place does not move.
    let one_for_all = vec![1; v_shape.len()];
    let lengths = if g.len() == 1 { &one_for_all[..] } else { g_shape };
    let place_in_g = |mut at: usize| {
        let (mut position, mut step) = (0, 1);
        for (length, g_length) in v_shape.iter().zip(lengths).rev() {
            let along = at % length;
            at /= length;
            position += if *g_length == 1 { 0 } else { along * step };
            step *= g_length;
        }
        position
    };
    if v_shape.contains(&0) || lengths.len() != v_shape.len() {
        return None;
    }
    let mut squares = vec![0.0; g.len()];
    for (at, value) in v.iter().enumerate() {
        *squares.get_mut(place_in_g(at))? += value * value;
    }
    let scaled = v.iter().enumerate().map(|(at, value)| {
        let position = place_in_g(at);
        Some(value * g.get(position)? / squares.get(position)?.sqrt())
    });
    scaled.collect()
}

/// uᵀWv, W of so many rows; without v that of v = Wᵀu/‖Wᵀu‖. None where the lengths do not fit.
fn sigma(w: &[f64], rows: usize, u: &[f64], v: Option<&[f64]>) -> Option<f64> {
    let columns = w.len().checked_div(rows)?;
    let is_straight = u.len() == rows;
    let dot = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(a, b)| a * b).sum::<f64>();
    // Wᵀu, or Wu where u lies along the columns.
    let moved: Vec<f64> = if is_straight {
        let mut moved = vec![0.0; columns];
        for (row, factor) in w.chunks_exact(columns).zip(u) {
            moved.iter_mut().zip(row).for_each(|(sum, value)| *sum += factor * value);
        }
        moved
    } else {
        w.chunks_exact(columns).map(|row| dot(row, u)).collect()
    };
    match v {
        Some(v) if v.len() == moved.len() => Some(dot(&moved, v)),
        Some(_) => None,
        None => Some(dot(&moved, &moved).sqrt()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], expected: &[f64]) -> bool {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn a_direction_gets_its_length_along_any_axis() {
        let v = || vec![3.0, 0.0, 4.0, 1.0];
        let rows = weight_norm(&[3.0, 1.0], &[2, 1], v(), &[2, 2]).unwrap();
        assert!(close(&rows, &[3.0, 0.0, 4.0 / 17f64.sqrt(), 1.0 / 17f64.sqrt()]), "{rows:?}");
        let columns = weight_norm(&[10.0, 2.0], &[1, 2], v(), &[2, 2]).unwrap();
        assert!(close(&columns, &[6.0, 0.0, 8.0, 2.0]), "{columns:?}");
        let all = weight_norm(&[26f64.sqrt()], &[], v(), &[2, 2]).unwrap();
        assert!(close(&all, &v()), "{all:?}");
    }

    #[test]
    fn the_spectral_norm_is_that_of_the_stored_vectors() {
        let w = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(sigma(&w, 2, &[1.0, 0.0], Some(&[0.0, 0.0, 1.0])), Some(3.0));
        assert_eq!(sigma(&w, 2, &[0.0, 1.0, 0.0], Some(&[0.0, 1.0])), Some(5.0));
        assert_eq!(sigma(&w, 2, &[1.0, 0.0], None), Some(14f64.sqrt()));
        assert_eq!(sigma(&w, 2, &[1.0, 0.0], Some(&[1.0])), None);
    }
}
