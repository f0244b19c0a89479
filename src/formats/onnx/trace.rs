//! What the values of an ONNX graph are, as its nodes are followed one after the other.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use super::constant::{Constant, Folder, decode};
use super::element::{Element, Kind, type_name};
use super::message::{GraphProto, NodeProto, TensorProto};
use super::scalar::Scalar;
use crate::formats::budget::Budget;
use crate::formats::graph::{Graph, GraphProblem, ValueId};
use crate::formats::{FormatError, PartName};

/// A value of the graph.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Constant(Rc<Constant>),
    /// What comes from the network's input.
    Traced(Traced),
    /// Functions of the same value side by side on an axis of their own: an integral by its nodes.
    Fan {
        base: ValueId,
        terms: Rc<Vec<Scalar>>,
        node: String,
    },
    /// The lengths of a traced value's axes; none for that of the samples.
    Lengths(Vec<Option<usize>>),
    /// What reads a traced value at the very end.
    Read {
        of: ValueId,
        as_what: Reading,
    },
    /// The values of a node's results.
    Several(Vec<Value>),
    /// What comes from something that is not understood.
    Opaque,
}

/// How the largest of a value's coordinates is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading {
    /// By its number.
    Number,
    /// By 1 at its place and 0 elsewhere.
    OneHot,
    /// By the name of its class.
    Label,
}

/// A function of a value, coordinate by coordinate. It stays spelled out until it is needed as a whole.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    pub base: ValueId,
    pub scalar: Rc<Scalar>,
    /// The last operator of the function, and the node's name.
    pub operator: String,
    pub node: String,
    /// Samples are on the last axis.
    pub transposed: bool,
    /// A last axis of length 1 was added.
    pub unsqueezed: bool,
    pub kind: Kind,
}

/// What is left out of a node, or of the input, that is followed all the same.
pub(super) struct LeftOut {
    pub part: PartName,
    pub fate: Told,
}

/// How it is told.
pub(super) enum Told {
    /// As an assumption: a whole sentence.
    Assumed(String),
    /// As missing: why, behind the name of the part.
    Missing(String),
}

/// Why a node could not be followed.
pub(super) enum Fault {
    /// The file is damaged.
    File(FormatError),
    /// It is not understood.
    Graph(GraphProblem),
}

impl From<GraphProblem> for Fault {
    fn from(problem: GraphProblem) -> Fault {
        Fault::Graph(problem)
    }
}

/// The values so far.
pub(super) struct Trace<'a> {
    pub graph: Graph,
    path: &'a Path,
    initializers: HashMap<&'a str, &'a TensorProto>,
    /// The tensors of nodes that are constants, by what they give.
    constants: HashMap<&'a str, &'a TensorProto>,
    pub(super) values: HashMap<&'a str, Value>,
    folder: Folder,
    /// What constants may take together: many may have their values at one place of a file.
    budget: Budget,
    /// The axes of the network's input with that of the samples, where the file tells how many there are.
    pub input_axes: Option<usize>,
    /// The number of samples, where the file tells it.
    pub samples: Option<usize>,
    /// Values that are softmax, and of what.
    pub softmaxes: Vec<(ValueId, ValueId)>,
    /// Sentences about what is taken for something else than the file says.
    pub remarks: Vec<String>,
    /// What is left out of nodes that are followed all the same.
    pub left_out: Vec<LeftOut>,
    /// The type of few bits to which the graph has rounded.
    pub rounds_to: Option<i32>,
}

impl Traced {
    pub fn from_value(base: ValueId) -> Traced {
        Traced {
            base,
            scalar: Rc::new(Scalar::Variable),
            operator: String::new(),
            node: String::new(),
            transposed: false,
            unsqueezed: false,
            kind: Kind::Float,
        }
    }

    /// Another value of the same kind, on axes like those of this one.
    pub fn like(&self, base: ValueId) -> Traced {
        Traced { base, scalar: Rc::new(Scalar::Variable), ..self.clone() }
    }
}

impl<'a> Trace<'a> {
    pub fn new(path: &'a Path, graph: &'a GraphProto) -> Trace<'a> {
        let initializers = graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
        let folder = Folder::from_path(path);
        let inner =
            graph.node.iter().flat_map(|node| node.attribute.iter().filter_map(|attribute| attribute.t.as_ref()));
        let held = folder.held(graph.initializer.iter().chain(inner));
        let constants = graph.node.iter().filter(|node| node.op_type == "Constant");
        let constants = constants.filter_map(|node| {
            let tensor = node.attribute.iter().find_map(|attribute| attribute.t.as_ref())?;
            Some((node.output.first()?.as_str(), tensor))
        });
        Trace {
            graph: Graph::of_bytes(held),
            path,
            initializers,
            constants: constants.collect(),
            values: HashMap::new(),
            folder,
            budget: Budget::of_file(held),
            input_axes: None,
            samples: None,
            softmaxes: Vec::new(),
            remarks: Vec::new(),
            left_out: Vec::new(),
            rounds_to: None,
        }
    }

    /// The axes of a value with that of the samples; of one whose shape is not told as many as the input has.
    pub fn rank(&self, of: ValueId) -> Option<usize> {
        match self.graph.shape(of) {
            Some(shape) => Some(shape.len() + 1),
            None => self.input_axes,
        }
    }

    /// The lengths of a value's axes without that of the samples; none where the width is still open.
    ///
    /// # Errors
    /// If the shape is not told though the value has several axes.
    pub fn lengths(&self, of: ValueId, node: &str) -> Result<Option<Vec<usize>>, GraphProblem> {
        match self.graph.shape(of) {
            Some(shape) => Ok(Some(shape.to_vec())),
            None if matches!(self.input_axes, None | Some(2)) => Ok(None),
            None => Err(GraphProblem::InputShape { node: node.into() }),
        }
    }

    pub fn is_initializer(&self, name: &str) -> bool {
        self.initializers.contains_key(name)
    }

    pub fn set(&mut self, name: &'a str, value: Value) {
        // One that is not understood takes nothing, and what needs it is told.
        let value = match &value {
            Value::Constant(constant) if self.budget.take(constant.values.len()).is_err() => Value::Opaque,
            _ => value,
        };
        self.values.insert(name, value);
    }

    /// The value of this name.
    pub fn get(&mut self, node: &NodeProto, name: &str) -> Result<Value, Fault> {
        if let Some(Value::Opaque) = self.values.get(name) {
            let (node, name) = (label(node).into(), format!("its operand `{name}`"));
            return Err(GraphProblem::Setting { node, setting: name, value: "is not understood".into() }.into());
        }
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        match self.initializers.get(name) {
            Some(tensor) if Element::from_number(tensor.data_type).is_none() => {
                let (node, setting) = (label(node).into(), format!("its operand `{name}`"));
                let value = format!("is of type {}, which is not read", type_name(tensor.data_type));
                Err(GraphProblem::Setting { node, setting, value }.into())
            }
            Some(tensor) => Ok(Value::Constant(Rc::new(self.read(tensor)?))),
            None => Err(GraphProblem::Ends {
                problem: format!("`{}` is given `{name}`, which no node before it gives", label(node)),
            }
            .into()),
        }
    }

    /// The number of the type of a constant.
    pub fn element_of(&self, name: &str) -> Option<i32> {
        self.initializers.get(name).or(self.constants.get(name)).map(|tensor| tensor.data_type)
    }

    /// The values of a tensor of the file.
    pub fn read(&mut self, tensor: &TensorProto) -> Result<Constant, Fault> {
        let fault = |problem: String| {
            Fault::File(FormatError::Tensor { path: self.path.into(), tensor: tensor.name.clone(), problem })
        };
        let constant =
            decode(tensor, &mut self.folder).map_err(|problem| fault(format!("{problem}; save it again")))?;
        self.budget.take(constant.values.len()).map_err(fault)?;
        match constant.values.iter().position(|value| value.is_nan()) {
            Some(position) => Err(fault(format!("holds NaN at place {}; every weight must be finite", position + 1))),
            None => Ok(constant),
        }
    }

    /// What is known of the value of this name, without reading initializers.
    pub fn known(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }
}

/// What a node is called: by its name, else by its result.
pub(super) fn label(node: &NodeProto) -> &str {
    if node.name.is_empty() { node.output.first().map_or("", String::as_str) } else { &node.name }
}
