//! What is known of a tensor before its values are read: name, shape, type.

/// One tensor, known by name, shape and type.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorInfo {
    /// The tensor's name in the file.
    pub name: String,
    /// The length of each axis; empty for a single value.
    pub shape: Vec<usize>,
    /// The type of its elements: `F64`, `F32`, `F16`, `BF16`, `I64`, …
    pub dtype: String,
    /// The bytes of its values in the file.
    pub bytes: u64,
    /// Whether its values can be read as weights.
    pub is_numeric: bool,
    /// Whether it belongs to the model; a checkpoint also holds its optimizer's tensors and copies of the model.
    pub in_model: bool,
}

impl TensorInfo {
    /// Why a network is right without this tensor, where that is known by its name.
    pub fn needless(&self) -> Option<&'static str> {
        if !self.in_model {
            return Some("belongs to an optimizer, or to another copy of the model");
        }
        self.name.ends_with("num_batches_tracked").then_some("counts the steps of a training")
    }
}

/// What the order of a file's tensors tells of the layers' order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TensorOrder {
    /// Little: names are asked first.
    #[default]
    ByName,
    /// It is the order in which the model itself has its layers.
    Own,
}
