//! Which tensors of a file belong to which layer of a Keras model.

use std::collections::{HashMap, HashSet};

use nalgebra::{DMatrix, DVector};

use super::super::FormatError;
use super::super::graph::GraphProblem;
use super::super::tensors::TensorFile;
use super::architecture::{LayerConfig, Model};
use super::layout::Layout;
use super::precision::{Mode, mode_of};
use super::{named, numbered};
use crate::formats::{Account, PartName};

/// The tensors of a file, found by the layer's path and by what they are to it.
pub(super) struct Weights<'a> {
    file: &'a TensorFile,
    /// For each layer's path, its tensors by their roles (`kernel`, `bias`, …).
    by_layer: HashMap<String, HashMap<String, usize>>,
    /// The layers whose tensors cannot be told from those of others.
    unclear: HashMap<String, String>,
    /// Tensors whose name comes again behind them in the file.
    hidden: Vec<usize>,
    assumed: Vec<String>,
}

/// Why a layer's weights could not be used.
pub(super) enum WeightFault {
    /// The file is damaged or holds what is no number.
    File(FormatError),
    /// The layer is not what is understood.
    Graph(GraphProblem),
}

impl From<FormatError> for WeightFault {
    fn from(error: FormatError) -> WeightFault {
        WeightFault::File(error)
    }
}

impl From<GraphProblem> for WeightFault {
    fn from(problem: GraphProblem) -> WeightFault {
        WeightFault::Graph(problem)
    }
}

impl<'a> Weights<'a> {
    /// The tensors of `file` for the layers of `model`. `is_listed` says that one list holds those of all layers, in the
    /// model's order.
    pub fn new(file: &'a TensorFile, model: &Model, layout: &Layout, is_listed: bool) -> Weights<'a> {
        let mut weights = Weights {
            file,
            by_layer: HashMap::new(),
            unclear: HashMap::new(),
            hidden: Vec::new(),
            assumed: Vec::new(),
        };
        if is_listed {
            let paths: Vec<(&str, usize)> =
                file.tensors().iter().enumerate().map(|(index, tensor)| (tensor.name.as_str(), index)).collect();
            let assigned = named::assigned(&model.name, &model.leaves(), &paths);
            weights.take(assigned);
        } else if numbered::is_numbered(file) {
            weights.by_layer = numbered::assigned(file, &layout.named_groups, model);
        } else {
            for layer in &model.layers {
                let assigned = named::of_group(file, layout, &model.name, layer);
                weights.take(assigned);
            }
        }
        weights
    }

    fn take(&mut self, assigned: named::Assigned) {
        self.by_layer.extend(assigned.by_layer);
        self.unclear.extend(assigned.unclear);
        self.hidden.extend(assigned.hidden);
        self.assumed.extend(assigned.assumed);
    }

    /// Tells which tensors need no use, and what was guessed.
    pub fn report(&self, account: &mut Account) {
        for tensor in self.file.tensors() {
            if let Some(why) = needless(&tensor.name) {
                account.leaves(PartName::tensor(&tensor.name), why);
            }
        }
        for tensor in self.hidden.iter().filter_map(|&index| self.file.tensors().get(index)) {
            let why = "is not what its name stands for: another tensor of the name comes behind it";
            account.leaves(PartName::tensor(&tensor.name), why);
        }
        self.assumed.iter().for_each(|sentence| account.assume(sentence));
    }

    /// The tensors of the layers of these paths.
    pub fn of_layers(&self, paths: &HashSet<&str>) -> impl Iterator<Item = &'a str> {
        let layers = self.by_layer.iter().filter(|(path, _)| paths.contains(path.as_str()));
        let tensors = layers.flat_map(|(_, tensors)| tensors.values());
        tensors.filter_map(|index| Some(self.file.tensors().get(*index)?.name.as_str()))
    }

    /// The path of the tensor that plays this role in the layer.
    pub fn find(&self, layer: &LayerConfig, role: &str) -> Option<&'a str> {
        let index = self.by_layer.get(&layer.path)?.get(role)?;
        self.file.tensors().get(*index).map(|tensor| tensor.name.as_str())
    }

    /// As `find`, where the layer must have it.
    pub fn needed(&self, layer: &LayerConfig, role: &str) -> Result<&'a str, GraphProblem> {
        self.find(layer, role).ok_or_else(|| {
            let absent = || format!("its {role} is not in the file");
            let problem = self.unclear.get(&layer.path).cloned().unwrap_or_else(absent);
            GraphProblem::Weights { node: layer.path.clone(), problem }
        })
    }

    /// As `needed`, of a tensor whose values are used. Whole numbers are weights only where the layer says that they are
    /// scaled.
    fn of_values(&self, layer: &LayerConfig, role: &str) -> Result<&'a str, GraphProblem> {
        let name = self.needed(layer, role)?;
        let tensor = self.file.info(name);
        let dtype = tensor.map_or("", |tensor| tensor.dtype.as_str());
        let is_whole = ["I", "U", "BOOL"].iter().any(|kind| dtype.starts_with(kind));
        let is_scaled = matches!(mode_of(&layer.config), Mode::Int8 | Mode::Int4) && role.starts_with("kernel");
        let problem = match (is_whole, is_scaled && role == "kernel") {
            (true, _) if !is_scaled => {
                format!("its {role} is of type {dtype}, whole numbers of which no scale is told")
            }
            (false, true) => format!("its {role} is of type {dtype}, where its dtype says that it is quantised"),
            _ => return Ok(name),
        };
        Err(GraphProblem::Weights { node: layer.path.clone(), problem })
    }

    /// The shape of the tensor of this path.
    pub fn shape(&self, path: &str) -> &'a [usize] {
        self.file.info(path).map_or(&[], |tensor| &tensor.shape)
    }

    /// The tensor's values as one vector, which the layer must have.
    pub fn vector(&self, layer: &LayerConfig, role: &str) -> Result<DVector<f64>, WeightFault> {
        Ok(self.file.vector(self.of_values(layer, role)?)?)
    }

    /// The tensor's values as one vector, if it is used.
    pub fn vector_if(
        &self,
        is_used: bool,
        layer: &LayerConfig,
        role: &str,
    ) -> Result<Option<DVector<f64>>, WeightFault> {
        if is_used { self.vector(layer, role).map(Some) } else { Ok(None) }
    }

    /// The tensor as a matrix, which the layer must have.
    pub fn matrix(&self, layer: &LayerConfig, role: &str) -> Result<DMatrix<f64>, WeightFault> {
        Ok(self.file.matrix(self.of_values(layer, role)?)?)
    }
}

/// Why a network is right without a tensor of this path, where that is known by its place.
fn needless(path: &str) -> Option<&'static str> {
    let mut parts = path.split('/');
    let top = parts.clone().next().unwrap_or_default();
    let leaf = path.rsplit('/').next().unwrap_or_default();
    match top {
        "optimizer" | "_optimizer" | "optimizer_weights" | "training_config" => Some("belongs to the optimizer"),
        "metrics" | "_metrics" | "compile_metrics" | "_compile_metrics" | "keras_api" => Some("counts in training"),
        _ if parts
            .any(|part| part == "seed_generator" || part == "random_generator" || part == "_random_generator") =>
        {
            Some("is the state of a random generator")
        }
        _ if leaf.starts_with("seed_generator_state") => Some("is the state of a random generator"),
        _ => None,
    }
}
