//! A file that gives only tensors: names and shapes now, values when they are asked for.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use nalgebra::{DMatrix, DVector};

use super::budget::Budget;
use super::shape::shape_text;
use super::tensor_info::{TensorInfo, TensorOrder};
use super::{Account, FormatError, ModuleNote, PartName, WeightForm, modules, non_finite};
use crate::io::numpy::NumpyError;
use crate::system::{cancel, memory};

/// An open file of tensors.
pub struct TensorFile {
    path: PathBuf,
    tensors: Vec<TensorInfo>,
    order: TensorOrder,
    modules: Vec<ModuleNote>,
    /// What the reader knows of the file's parts beyond their names, and what it guessed.
    known: Account,
    source: Box<dyn TensorSource>,
    /// Whose values were read.
    reads: Vec<AtomicBool>,
    /// What they may take together.
    budget: Budget,
    /// The tensors that are weights, where the file's graph tells it.
    weights: Option<HashSet<String>>,
    /// What weights are beyond what their shapes say, by their names.
    forms: HashMap<String, WeightForm>,
    /// Tensors that are in the values of others, and in whose: the scales of quantised weights.
    joined: Vec<(TensorInfo, String)>,
    /// Whether values may be NaN or infinite.
    non_finite: bool,
    /// The places of the tensors by their names, made when one is first asked for.
    positions: OnceLock<HashMap<String, usize>>,
}

/// Reads the values of one format.
pub(super) trait TensorSource: Send + Sync {
    /// The values of the tensor at this place of the list, in row-major order.
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError>;
}

/// Why values could not be read. The caller adds the file.
#[derive(Debug)]
pub(super) enum ValuesError {
    /// In words that follow the tensor's name.
    Tensor(String),
    Numpy(NumpyError),
    /// The file cannot be read, or has changed.
    Read(std::io::Error),
}

impl TensorFile {
    pub(super) fn new(path: &Path, tensors: Vec<TensorInfo>, source: impl TensorSource + 'static) -> TensorFile {
        let reads = tensors.iter().map(|_| AtomicBool::new(false)).collect();
        TensorFile {
            path: path.into(),
            tensors,
            order: TensorOrder::default(),
            modules: Vec::new(),
            known: Account::default(),
            source: Box::new(source),
            reads,
            budget: Budget::of_file(length_of(path)),
            joined: Vec::new(),
            non_finite: non_finite::are_allowed(),
            weights: None,
            forms: HashMap::new(),
            positions: OnceLock::new(),
        }
    }

    /// The same file with what its weights are beyond what their shapes say.
    pub(super) fn with_forms(self, forms: HashMap<String, WeightForm>) -> TensorFile {
        TensorFile { forms, ..self }
    }

    /// What the tensor of this name is beyond what its shape says, where the file tells it.
    pub fn form(&self, name: &str) -> Option<&WeightForm> {
        self.forms.get(name)
    }

    /// The place of the tensor of this name: the first where several have it.
    fn position(&self, name: &str) -> Option<usize> {
        let positions = self.positions.get_or_init(|| {
            let named = self.tensors.iter().enumerate().rev();
            named.map(|(position, tensor)| (tensor.name.clone(), position)).collect::<HashMap<String, usize>>()
        });
        positions.get(name).copied()
    }

    /// The tensor of this name.
    pub(super) fn info(&self, name: &str) -> Option<&TensorInfo> {
        self.position(name).and_then(|position| self.tensors.get(position))
    }

    /// The same file whose values are in companions of so many bytes.
    pub(super) fn with_companions(self, bytes: u64) -> TensorFile {
        let budget = Budget::of_file(length_of(&self.path).saturating_add(bytes));
        TensorFile { budget, ..self }
    }

    /// The same file, whose graph takes these tensors as weights and all others as something else.
    pub(super) fn with_weights(self, weights: HashSet<String>) -> TensorFile {
        TensorFile { weights: Some(weights), ..self }
    }

    /// The names of the tensors that are weights, where the file's graph tells it.
    pub fn weights(&self) -> Option<&HashSet<String>> {
        self.weights.as_ref()
    }

    pub(super) fn with_modules(self, modules: Vec<ModuleNote>) -> TensorFile {
        TensorFile { modules, ..self }
    }

    /// The same file with something that its reader guessed: a whole sentence without its full stop.
    pub(super) fn assuming(mut self, sentence: impl Into<String>) -> TensorFile {
        self.known.assume(sentence);
        self
    }

    /// The same file with these tensors instead of its own, whose values `source` makes of those of the file; `joined`
    /// are in the values of others, and in whose.
    pub(super) fn with_joined(
        self,
        tensors: Vec<TensorInfo>,
        joined: Vec<(TensorInfo, String)>,
        source: impl FnOnce(Box<dyn TensorSource>) -> Box<dyn TensorSource>,
    ) -> TensorFile {
        let TensorFile { path, order, modules, known, source: stored, budget, non_finite, weights, forms, .. } = self;
        let reads = tensors.iter().map(|_| AtomicBool::new(false)).collect();
        let source = source(stored);
        let positions = OnceLock::new();
        TensorFile {
            path,
            tensors,
            order,
            modules,
            known,
            source,
            reads,
            budget,
            joined,
            non_finite,
            weights,
            forms,
            positions,
        }
    }

    /// Tensors that are in the values of others, and in whose: the scales of quantised weights.
    pub fn joined(&self) -> &[(TensorInfo, String)] {
        &self.joined
    }

    pub(super) fn ordered(self, order: TensorOrder) -> TensorFile {
        TensorFile { order, ..self }
    }

    /// The same file with more tensors behind its own. `source` is given what reads those of the file, and how many they
    /// are.
    pub(super) fn with_more(
        mut self,
        more: Vec<TensorInfo>,
        source: impl FnOnce(Box<dyn TensorSource>, usize) -> Box<dyn TensorSource>,
    ) -> TensorFile {
        self.source = source(self.source, self.tensors.len());
        self.reads.extend(more.iter().map(|_| AtomicBool::new(false)));
        self.tensors.extend(more);
        TensorFile { positions: OnceLock::new(), ..self }
    }

    /// The tensors, and what reads their values.
    pub(super) fn into_source(self) -> (Vec<TensorInfo>, Box<dyn TensorSource>) {
        (self.tensors, self.source)
    }

    /// Takes what the reader knows of the file's parts beyond their names.
    pub(super) fn with_account(mut self, known: Account) -> TensorFile {
        self.known.join(known);
        self
    }

    /// Whether values may be NaN or infinite.
    pub(super) fn allows_non_finite(&self) -> bool {
        self.non_finite
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every tensor, in the order of the file.
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    /// What the order of the tensors tells.
    pub fn order(&self) -> TensorOrder {
        self.order
    }

    /// What the file tells of the model's modules; empty where it holds nothing but tensors.
    pub fn modules(&self) -> &[ModuleNote] {
        &self.modules
    }

    /// The account of the file in which no tensor of the model is understood yet.
    pub fn account(&self) -> Account {
        let mut account = Account::of_parts(self.tensors.iter().map(|tensor| PartName::tensor(&tensor.name)));
        for (tensor, why) in self.tensors.iter().filter_map(|tensor| Some((tensor, tensor.needless()?))) {
            account.leaves(PartName::tensor(&tensor.name), why);
        }
        modules::enter(&self.modules, &mut account);
        for (tensor, weight) in &self.joined {
            account.uses(PartName::tensor(&tensor.name), format!("is in the values of `{weight}`"));
        }
        account.join(self.known.clone());
        account
    }

    /// The account of a file whose reader has read just the tensors that it made a network of.
    pub(super) fn account_of_reads(&self) -> Account {
        let mut account = self.account();
        for (tensor, read) in self.tensors.iter().zip(&self.reads) {
            if read.load(Ordering::Relaxed) {
                account.uses(PartName::tensor(&tensor.name), "its values are part of a layer");
            } else if !tensor.is_numeric && tensor.needless().is_none() {
                let why = format!("is of type {}, which is not read", tensor.dtype);
                account.misses(PartName::tensor(&tensor.name), why);
            }
        }
        account
    }

    /// The matrix of this name.
    ///
    /// # Errors
    /// If there is no such tensor, it has not two axes, or its values cannot be read or are not finite.
    pub fn matrix(&self, name: &str) -> Result<DMatrix<f64>, FormatError> {
        let (info, values) = self.values(name)?;
        match info.shape[..] {
            [rows, columns] if rows > 0 && columns > 0 => Ok(DMatrix::from_row_slice(rows, columns, &values)),
            _ => Err(self.fault(name, format!("has the shape {}, but a matrix is needed", shape_text(&info.shape)))),
        }
    }

    /// The values of this tensor, whatever its shape, as one vector.
    ///
    /// # Errors
    /// If there is no such tensor, or its values cannot be read or are not finite.
    pub fn vector(&self, name: &str) -> Result<DVector<f64>, FormatError> {
        self.values(name).map(|(_, values)| DVector::from_vec(values))
    }

    fn values(&self, name: &str) -> Result<(&TensorInfo, Vec<f64>), FormatError> {
        let Some(index) = self.position(name) else {
            return Err(self.fault(name, "is not in the file; `inspect --tensors` lists what is".into()));
        };
        cancel::check().map_err(|source| FormatError::Read { path: self.path.clone(), source })?;
        let info = &self.tensors[index];
        let expected = info.shape.iter().fold(1_usize, |product, axis| product.saturating_mul(*axis));
        if !self.reads[index].swap(true, Ordering::Relaxed) {
            self.budget.take(expected).map_err(|problem| self.fault(name, problem))?;
        }
        self.check_memory([name])?;
        let values = self.source.values(index).map_err(|error| match error {
            ValuesError::Tensor(problem) => self.fault(name, problem),
            ValuesError::Numpy(NumpyError::Io(source)) | ValuesError::Read(source) => {
                FormatError::Read { path: self.path.clone(), source }
            }
            ValuesError::Numpy(source) => FormatError::Numpy { path: self.path.clone(), source },
        })?;
        if values.len() != expected {
            let problem = format!("has {} values where its shape needs {expected}; save the file again", values.len());
            return Err(self.fault(name, problem));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite() && !self.non_finite) {
            let value = values[at];
            return Err(self.fault(name, format!("holds {value} at {}; every weight must be finite", spot(info, at))));
        }
        Ok((info, values))
    }

    /// Whether there is memory for the values of these tensors, which are there twice while they become matrices.
    pub(super) fn check_memory<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<(), FormatError> {
        let infos = names.into_iter().filter_map(|name| self.info(name));
        let bytes = infos.fold(0_u64, |sum, info| {
            let values = info.shape.iter().fold(1_u64, |product, axis| product.saturating_mul(*axis as u64));
            sum.saturating_add(values.saturating_mul(2 * size_of::<f64>() as u64))
        });
        memory::check(bytes).map_err(|source| FormatError::Memory { path: self.path.clone(), source })
    }

    fn fault(&self, tensor: &str, problem: String) -> FormatError {
        FormatError::Tensor { path: self.path.clone(), tensor: tensor.into(), problem }
    }
}

/// The bytes of the file at `path`; 0 where it is none.
fn length_of(path: &Path) -> u64 {
    crate::io::OpenFile::open(path).map_or(0, |file| file.length())
}

impl fmt::Debug for TensorFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TensorFile").field("path", &self.path).field("tensors", &self.tensors).finish()
    }
}

/// The place of a value, counted from 1.
fn spot(info: &TensorInfo, at: usize) -> String {
    match info.shape[..] {
        [_, columns] if columns > 0 => format!("row {}, column {}", at / columns + 1, at % columns + 1),
        _ => format!("place {}", at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Short;

    impl TensorSource for Short {
        fn values(&self, _: usize) -> Result<Vec<f64>, ValuesError> {
            Ok(vec![1.0; 3])
        }
    }

    #[test]
    fn a_source_that_gives_too_little_is_found_out() {
        let info = TensorInfo {
            name: "w".into(),
            shape: vec![2, 2],
            dtype: "F32".into(),
            bytes: 16,
            is_numeric: true,
            in_model: true,
        };
        let file = TensorFile::new(Path::new("a.h5"), vec![info], Short);
        let sentence = file.matrix("w").unwrap_err().to_string();
        assert!(sentence.contains("has 3 values where its shape needs 4"), "{sentence}");
    }
}
