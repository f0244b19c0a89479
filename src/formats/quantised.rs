//! Weights that are kept in few bits, with their scales and zero points in tensors beside them: w = scale · (q − zero).
//!
//! Which tensor is whose scale is told by names, and along which axis it runs by shapes. Where they do not tell, the weight
//! is not understood.

use std::collections::{HashMap, HashSet};

use super::elements::IntegerType;
use super::names::says_transposed;
use super::shape::shape_text;
use super::tensor_info::TensorInfo;
use super::tensors::{TensorFile, TensorSource, ValuesError};

/// What is put behind a weight's name, or in the place of its last word, for its scale…
const SCALES: [&str; 6] = ["_scale", "_scale_inv", "_scales", ".scale", ".scale_inv", ".scales"];
const LAYER_SCALES: [&str; 4] = ["scale", "scales", "scale_weight", "weight_scales"];
/// …and for its zero point.
const ZEROS: [&str; 6] = ["_zero_point", "_zero_points", "_zeros", "_zp", ".zero_point", ".zero_points"];
const LAYER_ZEROS: [&str; 4] = ["zero_point", "zero_points", "zeros", "zp"];
/// The words among them that tell of a layer, but not of which of its tensors.
const OPEN_WORDS: [&str; 6] = ["scale", "scales", "zero_point", "zero_points", "zeros", "zp"];
/// Words in the names of weights that hold several values in one number.
const PACKED_WORDS: [&str; 3] = ["qweight", "packed", "blocks"];
/// The side of the square blocks that some large models use.
const USUAL_BLOCK: usize = 128;

/// The tensors of a file with their quantised weights made plain.
struct Joined {
    /// All tensors but those that are joined to others.
    tensors: Vec<TensorInfo>,
    /// How the values of each are had.
    recipes: Vec<Recipe>,
    /// Those that are joined, and to which weight.
    joined: Vec<(TensorInfo, String)>,
    assumed: Vec<String>,
}

/// How the values of a tensor are had from those that are stored.
struct Recipe {
    /// The place of the stored tensor.
    position: usize,
    scale: Option<Scale>,
}

/// A scale and where in a matrix of rows and columns each of its values counts.
#[derive(Clone, Copy)]
struct Scale {
    /// The place of the scale among the stored tensors.
    position: usize,
    zero: Option<usize>,
    columns: usize,
    per: Per,
}

/// What shares a value of a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Per {
    Tensor,
    Row,
    Column,
    /// Blocks of so many rows and columns; the scale has one value for each, this many beside each other.
    Block {
        rows: usize,
        columns: usize,
        across: usize,
    },
}

impl Per {
    fn position(self, row: usize, column: usize) -> usize {
        match self {
            Per::Tensor => 0,
            Per::Row => row,
            Per::Column => column,
            Per::Block { rows, columns, across } => row / rows * across + column / columns,
        }
    }
}

/// Reads the stored values and applies the scales.
struct JoinedSource {
    source: Box<dyn TensorSource>,
    recipes: Vec<Recipe>,
}

impl TensorSource for JoinedSource {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        let Some(recipe) = self.recipes.get(index) else { return Ok(Vec::new()) };
        let mut values = self.source.values(recipe.position)?;
        let Some(scale) = recipe.scale else { return Ok(values) };
        let factors = self.source.values(scale.position)?;
        let zeros = scale.zero.map(|zero| self.source.values(zero)).transpose()?;
        let columns = scale.columns.max(1);
        for (at, value) in values.iter_mut().enumerate() {
            let position = scale.per.position(at / columns, at % columns);
            let zero = match zeros.as_deref() {
                None => 0.0,
                // A single zero point is that of all.
                Some([zero]) => *zero,
                Some(zeros) => zeros.get(position).copied().unwrap_or(f64::NAN),
            };
            *value = (*value - zero) * factors.get(position).copied().unwrap_or(f64::NAN);
        }
        Ok(values)
    }
}

/// The file with the scales in it applied to their weights.
pub(super) fn join(file: TensorFile) -> TensorFile {
    match joined(file.tensors()) {
        Some(Joined { tensors, recipes, joined, assumed }) => {
            let file = file.with_joined(tensors, joined, |source| Box::new(JoinedSource { source, recipes }));
            assumed.into_iter().fold(file, TensorFile::assuming)
        }
        None => file,
    }
}

/// `None` where no weight has a scale.
fn joined(tensors: &[TensorInfo]) -> Option<Joined> {
    let index: HashMap<&str, usize> = tensors.iter().enumerate().map(|(at, info)| (info.name.as_str(), at)).collect();
    let mut found: HashMap<usize, Result<Scale, String>> = HashMap::new();
    let mut used: HashMap<usize, usize> = HashMap::new();
    let mut assumed = Vec::new();
    for (at, weight) in tensors.iter().enumerate().filter(|(_, tensor)| is_quantised(tensor)) {
        let scales = companions(&index, &weight.name, &SCALES, &LAYER_SCALES);
        let zeros = companions(&index, &weight.name, &ZEROS, &LAYER_ZEROS);
        let scale = match (&scales[..], &zeros[..]) {
            ([], []) => continue,
            ([scale], [] | [_]) => {
                let zero = zeros.first().copied();
                applied(tensors, at, *scale, zero, &mut assumed)
            }
            ([], _) => Err("with a zero point and no scale".into()),
            _ => Err("with several scales".into()),
        };
        if let Ok(scale) = scale {
            used.extend(std::iter::once(scale.position).chain(scale.zero).map(|position| (position, at)));
        }
        found.insert(at, scale);
    }
    if found.is_empty() {
        return None;
    }
    let mut joined = Joined { tensors: Vec::new(), recipes: Vec::new(), joined: Vec::new(), assumed };
    for (position, tensor) in tensors.iter().enumerate() {
        if let Some(weight) = used.get(&position) {
            joined.joined.push((tensor.clone(), tensors[*weight].name.clone()));
            continue;
        }
        let mut info = tensor.clone();
        let scale = match found.get(&position) {
            Some(Ok(scale)) => {
                info.is_numeric = true;
                Some(*scale)
            }
            Some(Err(problem)) => {
                info.is_numeric = false;
                info.dtype = format!("{} {problem}", info.dtype);
                None
            }
            None => None,
        };
        joined.tensors.push(info);
        joined.recipes.push(Recipe { position, scale });
    }
    Some(joined)
}

/// Whether a type is one that weights are kept in with a scale.
fn is_quantised(tensor: &TensorInfo) -> bool {
    let is_small = matches!(tensor.dtype.as_str(), "I8" | "U8" | "I16") || tensor.dtype.starts_with("F8_");
    let is_packed = PACKED_WORDS.iter().any(|word| tensor.name.contains(word));
    is_small && !is_packed && tensor.in_model && tensor.shape.len() >= 2
}

/// The places of the tensors that belong to a weight by their names.
fn companions(index: &HashMap<&str, usize>, weight: &str, behind: &[&str], instead: &[&str]) -> Vec<usize> {
    let layer = weight.rfind(['.', '/']).map_or("", |at| &weight[..=at]);
    let names = behind.iter().map(|extension| format!("{weight}{extension}"));
    let names = names.chain(instead.iter().map(|word| format!("{layer}{word}")));
    let mut seen = HashSet::new();
    names.filter_map(|name| index.get(name.as_str()).copied()).filter(|position| seen.insert(*position)).collect()
}

/// How a scale and a zero point go with a weight; in words behind the weight's type, why that is not clear.
fn applied(
    tensors: &[TensorInfo],
    weight: usize,
    scale: usize,
    zero: Option<usize>,
    assumed: &mut Vec<String>,
) -> Result<Scale, String> {
    let (weight, info) = (&tensors[weight], &tensors[scale]);
    if !info.is_numeric || info.shape.contains(&0) {
        return Err(format!("with a scale of type {}", info.dtype));
    }
    // Keras divides by what it calls so.
    if says_transposed(&weight.name) {
        return Err("with a scale whose use is not known".into());
    }
    let rows = weight.shape.first().copied().unwrap_or(1);
    let columns: usize = weight.shape.iter().skip(1).product();
    let is_matrix = weight.shape.len() == 2;
    let count: usize = info.shape.iter().product();
    let leads = info.shape.first() == Some(&count);
    if weight.dtype == "U8" && count != 1 && count != rows && count != columns {
        return Err("with scales of parts of its rows, which may hold two values in each byte".into());
    }
    let layer = weight.name.rfind(['.', '/']).map_or("", |at| &weight.name[..=at]);
    for (name, what) in
        [(Some(scale), "scale"), (zero, "zero point")].map(|(at, what)| (at.map(|at| &tensors[at].name), what))
    {
        let is_open = name.and_then(|name| name.strip_prefix(layer)).is_some_and(|word| OPEN_WORDS.contains(&word));
        if let Some(name) = name.filter(|_| is_open) {
            assumed.push(format!("`{name}` is the {what} of `{}`", weight.name));
        }
    }
    let mut assume = |what: String| assumed.push(format!("`{}` holds {what} of `{}`", info.name, weight.name));
    let per = match info.shape[..] {
        _ if count == 1 => Per::Tensor,
        [_] if count == rows && is_matrix && rows == columns => {
            assume("the scales of the rows".into());
            Per::Row
        }
        _ if leads && count == rows => Per::Row,
        [1, across] if is_matrix && across == columns => Per::Column,
        [_] if is_matrix && count == columns => {
            assume("the scales of the columns".into());
            Per::Column
        }
        [down, across] if is_matrix && down == rows && across > 1 && columns.is_multiple_of(across) => {
            let columns = columns / across;
            assume(format!("the scales of {columns} neighbours in each row"));
            Per::Block { rows: 1, columns, across }
        }
        [down, across]
            if is_matrix && (down, across) == (rows.div_ceil(USUAL_BLOCK), columns.div_ceil(USUAL_BLOCK)) =>
        {
            assume(format!("the scales of blocks of {USUAL_BLOCK}×{USUAL_BLOCK}"));
            Per::Block { rows: USUAL_BLOCK, columns: USUAL_BLOCK, across }
        }
        _ => return Err(format!("with a scale of the shape {}, which does not fit", shape_text(&info.shape))),
    };
    if let Some(zero) = zero.map(|zero| &tensors[zero]) {
        let zeros: usize = zero.shape.iter().product();
        let is_number = zero.is_numeric || IntegerType::of_name(&zero.dtype).is_some();
        if !is_number || (zeros != count && zeros != 1) {
            return Err(format!("with a zero point of the shape {}, which does not fit", shape_text(&zero.shape)));
        }
    }
    Ok(Scale { position: scale, zero, columns, per })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    struct Fixed(Vec<Vec<f64>>);

    impl TensorSource for Fixed {
        fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
            Ok(self.0[index].clone())
        }
    }

    fn file(tensors: &[Stored]) -> TensorFile {
        let info = |(name, dtype, shape, _): &Stored| TensorInfo {
            name: (*name).into(),
            shape: shape.to_vec(),
            dtype: (*dtype).into(),
            bytes: 0,
            is_numeric: dtype.starts_with('F'),
            in_model: true,
        };
        let values = tensors.iter().map(|(.., values)| values.to_vec()).collect();
        join(TensorFile::new(Path::new("a"), tensors.iter().map(info).collect(), Fixed(values)))
    }

    /// Name, type, shape and values.
    type Stored = (&'static str, &'static str, &'static [usize], &'static [f64]);

    const QUANTS: Stored = ("fc.weight", "I8", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);

    #[test]
    fn scales_and_zero_points_are_applied() {
        let cases: [(&[Stored], [f64; 6]); 6] = [
            (&[QUANTS, ("fc.weight_scale", "F32", &[], &[0.5])], [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]),
            (&[QUANTS, ("fc.scales", "F32", &[2, 1], &[1.0, 10.0])], [1.0, 2.0, 3.0, 40.0, 50.0, 60.0]),
            (&[QUANTS, ("fc.weight.scale", "F32", &[1, 3], &[1.0, 10.0, 100.0])], [1.0, 20.0, 300.0, 4.0, 50.0, 600.0]),
            (
                &[QUANTS, ("fc.weight_scale_inv", "F32", &[1, 1], &[2.0]), ("fc.zero_point", "I32", &[1], &[1.0])],
                [0.0, 2.0, 4.0, 6.0, 8.0, 10.0],
            ),
            (
                &[QUANTS, ("fc.scale", "F32", &[2], &[1.0, 2.0]), ("fc.zeros", "I8", &[2], &[1.0, 4.0])],
                [0.0, 1.0, 2.0, 0.0, 2.0, 4.0],
            ),
            (&[QUANTS, ("fc.scale", "F32", &[2, 3], &[2.0; 6])], [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]),
        ];
        for (tensors, expected) in cases {
            let file = file(tensors);
            assert_eq!(file.vector("fc.weight").unwrap().as_slice(), expected, "{tensors:?}");
            let names: Vec<&str> = file.tensors().iter().map(|tensor| tensor.name.as_str()).collect();
            assert_eq!(names, ["fc.weight"]);
            assert_eq!(file.joined().len(), tensors.len() - 1);
            assert!(file.account().missing().all(|(part, _)| part.name() == "fc.weight"));
        }
    }

    #[test]
    fn what_is_not_clear_is_not_understood() {
        for (tensors, text) in [
            (&[QUANTS, ("fc.weight_scale", "F32", &[4], &[1.0; 4])][..], "I8 with a scale of the shape 4 values"),
            (&[QUANTS, ("fc.zero_point", "I8", &[], &[1.0])], "I8 with a zero point and no scale"),
            (
                &[QUANTS, ("fc.weight_scale", "F32", &[], &[1.0]), ("fc.scale", "F32", &[], &[1.0])],
                "I8 with several scales",
            ),
            (
                &[("fc.kernel", QUANTS.1, QUANTS.2, QUANTS.3), ("fc.kernel_scale", "F32", &[3], &[1.0; 3])],
                "use is not known",
            ),
        ] {
            let file = file(tensors);
            assert!(file.tensors()[0].dtype.contains(text), "{}", file.tensors()[0].dtype);
            assert!(!file.tensors()[0].is_numeric && file.joined().is_empty());
        }
        assert_eq!(file(&[QUANTS]).tensors()[0].dtype, "I8");
    }
}
