//! The settings of an operator: which fields its record has, which were read, and which need no reading.

use super::flat::{List, Record};
use super::schema::Operator;
use crate::formats::graph::GraphProblem;
use crate::formats::tensorflow::{Settings, setting};

/// Fields of a record beyond this number are of a schema that is not known.
const MAX_FIELDS: usize = 32;

/// The settings of one operator as they are read.
pub(super) struct Options<'o, 'a> {
    node: &'o str,
    record: Option<Record<'a>>,
    kind: u8,
    settings: Settings,
}

impl<'o, 'a> Options<'o, 'a> {
    /// # Errors
    /// If they are those of another operator, or more changes this one than its settings.
    pub fn new(node: &'o str, operator: &Operator<'a>) -> Result<Options<'o, 'a>, GraphProblem> {
        if let Some(refusal) = operator.refusal {
            return Err(setting(node, "it", refusal));
        }
        let (kind, record) = (operator.options_kind, operator.options);
        Ok(Options { node, record: record.filter(|_| kind != 0), kind, settings: Settings::default() })
    }

    /// The settings must be of this kind, where there are any.
    pub fn are(&self, kind: u8) -> Result<(), GraphProblem> {
        if self.record.is_some() && self.kind != kind {
            return Err(setting(self.node, "its settings", "are those of another operator"));
        }
        Ok(())
    }

    fn damaged(&self, error: &str) -> GraphProblem {
        setting(self.node, "its settings", &format!("cannot be read ({error})"))
    }

    fn reads(&self, field: usize) {
        self.settings.reads(&field_name(self.kind, field));
    }

    pub fn byte(&self, field: usize) -> Result<i8, GraphProblem> {
        self.reads(field);
        self.record.map_or(Ok(0), |record| record.number(field, 0)).map_err(|error| self.damaged(&error))
    }

    pub fn flag(&self, field: usize) -> Result<bool, GraphProblem> {
        Ok(self.byte(field)? != 0)
    }

    pub fn integer(&self, field: usize, absent: i32) -> Result<i32, GraphProblem> {
        self.reads(field);
        self.record.map_or(Ok(absent), |record| record.number(field, absent)).map_err(|error| self.damaged(&error))
    }

    pub fn float(&self, field: usize) -> Result<f64, GraphProblem> {
        self.reads(field);
        let value = self.record.map_or(Ok(0.0_f32), |record| record.number(field, 0.0));
        value.map(f64::from).map_err(|error| self.damaged(&error))
    }

    /// A length, which must not be negative.
    pub fn length(&self, field: usize, absent: i32) -> Result<usize, GraphProblem> {
        let value = self.integer(field, absent)?;
        let name = field_name(self.kind, field);
        usize::try_from(value).map_err(|_| setting(self.node, &name, &format!("is {value}")))
    }

    pub fn integers(&self, field: usize) -> Result<Vec<i64>, GraphProblem> {
        self.reads(field);
        let Some(record) = self.record else { return Ok(Vec::new()) };
        let list: Option<List<'a, i32>> = record.list(field).map_err(|error| self.damaged(&error))?;
        // No value has many axes.
        let list = list.filter(|list| list.len() <= MAX_FIELDS);
        let numbers = list.iter().flat_map(|list| list.iter().map(|number| number.map(i64::from)));
        numbers.collect::<Result<_, _>>().map_err(|error| self.damaged(&error))
    }

    /// # Errors
    /// If a field is set that was neither read nor is needless.
    pub fn finish(&self) -> Result<(), GraphProblem> {
        let held = present(self.kind, self.record);
        let names = held.iter().map(|(name, _)| name.as_str());
        self.settings
            .finish(self.node, names, |name| held.iter().any(|(own, needless)| own == name && needless.is_some()))
    }
}

/// The settings that an operator's record holds, and why some need no reading.
pub(super) fn present(kind: u8, record: Option<Record<'_>>) -> Vec<(String, Option<&'static str>)> {
    let Some(record) = record.filter(|_| kind != 0) else { return Vec::new() };
    let fields = (0..MAX_FIELDS).filter(|field| record.has(*field));
    fields.map(|field| (field_name(kind, field), needless(kind, field))).collect()
}

fn field_name(kind: u8, field: usize) -> String {
    let known = fields(kind).get(field).map(|name| (*name).to_owned());
    known.unwrap_or_else(|| format!("setting {field} of {kind}"))
}

/// Why a network is right without a field.
fn needless(kind: u8, field: usize) -> Option<&'static str> {
    match fields(kind).get(field).copied()? {
        "asymmetric_quantize_inputs" => Some("tells how the runtime rounds values, which is told of the whole file"),
        "quantized_bias_type" | "out_type" | "in_data_type" | "out_data_type" | "output_type" => {
            Some("is the type that the tensor itself has")
        }
        "pot_scale_int16" => Some("tells how numbers of 16 bits are scaled, which the tensors have themselves"),
        "values_count" | "num_splits" => Some("is the number of its operands or results"),
        // An operand tells it as well, and is what the runtime reads.
        "new_shape" => Some("is told by its second operand, or read where that is absent"),
        _ => None,
    }
}

/// The names of the fields of a kind of settings, in the order of the schema.
fn fields(kind: u8) -> &'static [&'static str] {
    match kind {
        kinds::CONVOLUTION => &[
            "padding",
            "stride_w",
            "stride_h",
            "fused_activation_function",
            "dilation_w_factor",
            "dilation_h_factor",
            "quantized_bias_type",
        ],
        kinds::DEPTHWISE => &[
            "padding",
            "stride_w",
            "stride_h",
            "depth_multiplier",
            "fused_activation_function",
            "dilation_w_factor",
            "dilation_h_factor",
        ],
        kinds::POOLING => {
            &["padding", "stride_w", "stride_h", "filter_width", "filter_height", "fused_activation_function"]
        }
        kinds::FULLY_CONNECTED => &[
            "fused_activation_function",
            "weights_format",
            "keep_num_dims",
            "asymmetric_quantize_inputs",
            "quantized_bias_type",
        ],
        kinds::TRANSPOSE_CONV => {
            &["padding", "stride_w", "stride_h", "fused_activation_function", "quantized_bias_type"]
        }
        kinds::RESIZE_BILINEAR => &["new_height", "new_width", "align_corners", "half_pixel_centers"],
        kinds::RESIZE_NEAREST => &["align_corners", "half_pixel_centers"],
        kinds::SOFTMAX => &["beta"],
        kinds::CONCATENATION => &["axis", "fused_activation_function"],
        kinds::ADD | kinds::SUB => &["fused_activation_function", "pot_scale_int16"],
        kinds::MUL | kinds::DIV => &["fused_activation_function"],
        kinds::RESHAPE => &["new_shape"],
        kinds::GATHER => &["axis", "batch_dims"],
        kinds::REDUCER => &["keep_dims"],
        kinds::SQUEEZE => &["squeeze_dims"],
        kinds::STRIDED_SLICE => {
            &["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask", "offset"]
        }
        kinds::SPLIT => &["num_splits"],
        kinds::CAST => &["in_data_type", "out_data_type"],
        kinds::ARG_MAX => &["output_type"],
        kinds::SHAPE => &["out_type"],
        kinds::PACK => &["values_count", "axis"],
        kinds::LEAKY_RELU => &["alpha"],
        kinds::BATCH_MATMUL => &["adj_x", "adj_y", "asymmetric_quantize_inputs"],
        kinds::GELU => &["approximate"],
        _ => &[],
    }
}

/// Kinds of settings that have fields.
pub(super) mod kinds {
    pub const CONVOLUTION: u8 = 1;
    pub const DEPTHWISE: u8 = 2;
    pub const POOLING: u8 = 5;
    pub const FULLY_CONNECTED: u8 = 8;
    pub const SOFTMAX: u8 = 9;
    pub const CONCATENATION: u8 = 10;
    pub const ADD: u8 = 11;
    pub const RESIZE_BILINEAR: u8 = 15;
    pub const RESHAPE: u8 = 17;
    pub const MUL: u8 = 21;
    pub const GATHER: u8 = 23;
    pub const REDUCER: u8 = 27;
    pub const SUB: u8 = 28;
    pub const DIV: u8 = 29;
    pub const SQUEEZE: u8 = 30;
    pub const STRIDED_SLICE: u8 = 32;
    pub const SPLIT: u8 = 35;
    pub const CAST: u8 = 37;
    pub const ARG_MAX: u8 = 40;
    pub const TRANSPOSE_CONV: u8 = 49;
    pub const TILE: u8 = 51;
    pub const SHAPE: u8 = 55;
    pub const PACK: u8 = 59;
    pub const RESIZE_NEAREST: u8 = 74;
    pub const LEAKY_RELU: u8 = 75;
    pub const SQUARED_DIFFERENCE: u8 = 76;
    pub const BATCH_MATMUL: u8 = 101;
    pub const GELU: u8 = 116;
}
