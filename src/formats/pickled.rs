//! The arrays in pickles: dictionaries, lists and tuples of NumPy's arrays and of numbers. No code of a file is ever run.

use std::path::Path;

use super::candidate::{self, Candidate, Evidence};
use super::opened::Opened;
use super::tensor_info::{TensorInfo, TensorOrder};
use super::tensors::{TensorFile, TensorSource, ValuesError};
use super::{FormatError, pytorch};
use crate::formats::input_lengths::InputLengths;
use crate::io::numpy::{Content, ElementKind, Ndarray, NumpyError, ndarray};
use crate::pickle;
use crate::pickle::{Pickle, PickleError, Value};

/// Collections in collections end here.
const DEEPEST: usize = 48;
/// The most values that are looked at: shared parts are met again and again.
const MAX_VISITS: usize = 1 << 20;
/// The most arrays of a file.
const MAX_TENSORS: usize = 1 << 16;
/// The longest name of an array, in bytes.
const LONGEST_NAME: usize = 512;
/// Words in the names of numbers that tell of a training, not of a network.
const NEEDLESS_WORDS: [&str; 14] = [
    "epoch",
    "step",
    "iteration",
    "seed",
    "loss",
    "accuracy",
    "acc",
    "score",
    "lr",
    "rate",
    "batch",
    "time",
    "version",
    "error",
];

/// What a pickle keeps of an array.
pub(super) enum Stored {
    Array(Ndarray<'static>),
    Numbers(Vec<f64>),
}

impl Stored {
    pub fn values(&self, name: &str) -> Result<Vec<f64>, NumpyError> {
        match self {
            Stored::Numbers(values) => Ok(values.clone()),
            Stored::Array(array) => {
                let text = || NumpyError::Element { array: name.into(), element: "TEXT".into() };
                array.values(name)?.into_floats().ok_or_else(text)
            }
        }
    }
}

struct PickledTensors(Vec<(String, Option<Stored>)>);

impl TensorSource for PickledTensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        match self.0.get(index) {
            Some((name, Some(stored))) => stored.values(name).map_err(ValuesError::Numpy),
            _ => Err(ValuesError::Tensor("is no array of numbers; save it as one".into())),
        }
    }
}

/// How surely the file is a pickle.
pub(super) fn recognise(file: &Candidate) -> Option<Evidence> {
    match (&file.content, &file.beginning[..]) {
        (candidate::Content::Bytes, [0x80, 2..=5, ..]) => Some(Evidence::Content),
        // Its first version has no mark; joblib's own form is told by its name.
        (candidate::Content::Bytes, _) => {
            matches!(&*file.extension, "pkl" | "pickle" | "joblib").then_some(Evidence::Name)
        }
        _ => None,
    }
}

/// Opens a pickle: of PyTorch's tensors or modules, else of arrays.
pub(super) fn open(file: &Candidate, input: Option<InputLengths>) -> Result<Opened, FormatError> {
    // What joblib writes is a pickle with its arrays in between.
    if file.extension == "joblib" || file.holds(b"joblib.numpy_pickle") {
        return Err(FormatError::Pickle { path: file.path.clone() });
    }
    match pytorch::open_pickle(&file.path, input)? {
        Some(opened) => Ok(opened),
        None => arrays(&file.path).map(Opened::Tensors),
    }
}

/// Opens a pickle of arrays.
fn arrays(path: &Path) -> Result<TensorFile, FormatError> {
    let bytes = crate::io::read(path).map_err(|source| FormatError::Read { path: path.into(), source })?;
    let pickle = pickle::read(&bytes).map_err(|error| match error {
        PickleError::Dangerous(function) => FormatError::Dangerous { path: path.into(), function },
        error => FormatError::Damaged { path: path.into(), format: "pickle", reason: error.to_string() },
    })?;
    let found =
        tensors(&pickle, "").map_err(|reason| FormatError::Damaged { path: path.into(), format: "pickle", reason })?;
    // What holds no array is an object of some library.
    if found.iter().all(|(_, stored)| stored.is_none()) {
        return Err(FormatError::Pickle { path: path.into() });
    }
    let (infos, stored): (Vec<TensorInfo>, Vec<Option<Stored>>) = found.into_iter().unzip();
    let names = infos.iter().map(|info| info.name.clone());
    let source = PickledTensors(names.zip(stored).collect());
    Ok(TensorFile::new(path, infos, source).ordered(TensorOrder::ByName))
}

/// All arrays, in the order of the pickle; what is neither an array nor a number is listed without values. In words, why
/// there are too many.
pub(super) fn tensors(pickle: &Pickle<'_>, name: &str) -> Result<Vec<(TensorInfo, Option<Stored>)>, String> {
    let mut search = Search { pickle, found: Vec::new(), visits: 0 };
    search.visit(name, pickle.root, 0)?;
    Ok(search.found)
}

struct Search<'a> {
    pickle: &'a Pickle<'a>,
    found: Vec<(TensorInfo, Option<Stored>)>,
    visits: usize,
}

impl<'a> Search<'a> {
    fn visit(&mut self, name: &str, value: Value, depth: usize) -> Result<(), String> {
        self.visits += 1;
        if self.visits > MAX_VISITS {
            return Err("its parts contain each other too often".into());
        }
        if depth > DEEPEST || name.len() > LONGEST_NAME {
            return Err("its parts contain each other too deep".into());
        }
        let pickle = self.pickle;
        if let Some(array) = ndarray(pickle, value) {
            return self.array(name, array, depth);
        }
        if let Some(entries) = pickle.entries(value) {
            for (key, part) in entries {
                let key = match key {
                    Value::Int(number) => number.to_string(),
                    key => pickle.text(*key).map_or_else(|| "?".to_owned(), |text| text.into_owned()),
                };
                self.visit(&join(name, &key), *part, depth + 1)?;
            }
            return Ok(());
        }
        if let Some(parts) = pickle.sequence(value) {
            return match self.numbers(value, depth) {
                Some((shape, values)) if !values.is_empty() => {
                    self.add(name, shape, "F64".into(), 8, Some(Stored::Numbers(values)))
                }
                _ => parts
                    .iter()
                    .enumerate()
                    .try_for_each(|(position, part)| self.visit(&join(name, &position.to_string()), *part, depth + 1)),
            };
        }
        match value {
            // A number beside the arrays may be one of the network's own.
            Value::Int(_) | Value::Float(_) if !is_of_training(name) => {
                let values = self.numbers(value, depth).map(|(_, values)| Stored::Numbers(values));
                self.add(name, Vec::new(), "F64".into(), 8, values)
            }
            // An empty dictionary, or one that was never filled, holds nothing.
            Value::Node(_) if !self.is_empty(value) => self.add(name, Vec::new(), "OBJECT".into(), 0, None),
            _ => Ok(()),
        }
    }

    fn is_empty(&self, value: Value) -> bool {
        let is_of_collections = |(module, _, _): (std::borrow::Cow<'_, str>, _, _)| module == "collections";
        self.pickle.entries(value).is_some_and(<[_]>::is_empty)
            || self.pickle.call(value).is_some_and(is_of_collections)
    }

    fn array(&mut self, name: &str, array: Ndarray<'a>, depth: usize) -> Result<(), String> {
        if let Content::Objects(objects) = &array.content {
            // Text among objects is told; that in a dictionary is a setting or a remark.
            if objects.iter().any(|object| self.pickle.text(*object).is_some()) {
                self.add(name, array.shape.clone(), "OBJECT".into(), 0, None)?;
            }
            // A single object stands for itself.
            let is_single = array.shape.is_empty();
            for (position, object) in objects.iter().enumerate() {
                let name = if is_single { name.to_owned() } else { join(name, &position.to_string()) };
                self.visit(&name, *object, depth + 1)?;
            }
            return Ok(());
        }
        let (shape, element) = (array.shape.clone(), array.element);
        let is_weight = element.is_number() && element.kind != ElementKind::Bool;
        let stored = array.into_owned().filter(|_| is_weight).map(Stored::Array);
        self.add(name, shape, element.name(), element.size, stored)
    }

    /// The shape and values of a number, or of a list of numbers or of lists of equal shapes; `None` for anything else.
    fn numbers(&mut self, value: Value, depth: usize) -> Option<(Vec<usize>, Vec<f64>)> {
        match value {
            Value::Int(number) => return Some((Vec::new(), vec![number as f64])),
            Value::Float(number) => return Some((Vec::new(), vec![number])),
            _ => {}
        }
        self.visits += 1;
        let parts = self.pickle.sequence(value).filter(|_| depth <= DEEPEST && self.visits <= MAX_VISITS)?;
        let mut shape = None;
        let mut values = Vec::new();
        for part in parts {
            let (inner, numbers) = self.numbers(*part, depth + 1)?;
            if shape.get_or_insert_with(|| inner.clone()) != &inner || values.len() > MAX_VISITS {
                return None;
            }
            values.extend(numbers);
        }
        let mut whole = vec![parts.len()];
        whole.extend(shape.unwrap_or_default());
        Some((whole, values))
    }

    fn add(
        &mut self,
        name: &str,
        shape: Vec<usize>,
        dtype: String,
        size: usize,
        stored: Option<Stored>,
    ) -> Result<(), String> {
        if self.found.len() >= MAX_TENSORS {
            return Err(format!("it holds more than {MAX_TENSORS} arrays"));
        }
        let name = if name.is_empty() { "array".to_owned() } else { name.to_owned() };
        let elements = shape.iter().fold(size as u64, |product, axis| product.saturating_mul(*axis as u64));
        let is_numeric = stored.is_some();
        self.found.push((TensorInfo { name, shape, dtype, bytes: elements, is_numeric, in_model: true }, stored));
        Ok(())
    }
}

/// Whether the key of a number is one of a training: it is that word, or ends in it.
fn is_of_training(name: &str) -> bool {
    let key = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let last = key.split(['_', '-', ' ']).next_back().unwrap_or_default();
    NEEDLESS_WORDS.iter().any(|word| last.trim_end_matches('s') == word.trim_end_matches('s'))
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}
