//! Writing layerflow's own JSON.

use std::io;
use std::io::Write;
use std::path::Path;

use nalgebra::DMatrix;

use super::FormatError;
use super::layerflow_json::FORMAT;
use crate::io::write_beside;
use crate::network::{Affine, Layer, Network};

/// Writes the network to the file at `path`, which is never left half-written.
///
/// # Errors
/// If the file cannot be written, or a layer is an operator that only ONNX has.
pub fn save(path: &Path, network: &Network) -> Result<(), FormatError> {
    FormatError::refuse_operators(path, network)?;
    Ok(write_beside(path, |writer| write(writer, network))?)
}

/// Writes the network, one row of a matrix a line. Numbers are the shortest that read back as the same bits.
///
/// # Errors
/// If `writer` fails.
pub fn write(writer: &mut impl Write, network: &Network) -> io::Result<()> {
    writeln!(writer, "{{\n  \"format\": \"{FORMAT}\",\n  \"name\": {},", text(network.name()))?;
    writeln!(writer, "  \"output\": \"{}\",\n  \"layers\": [", network.output().name())?;
    for (index, layer) in network.layers().iter().enumerate() {
        let comma = if index + 1 < network.layers().len() { "," } else { "" };
        write!(writer, "    {{\"type\": \"{}\", \"name\": {}", layer.kind(), text(layer.name()))?;
        if let Some(origin) = network.origin(index) {
            write!(writer, ", \"origin\": {}", text(origin))?;
        }
        match layer {
            // [`save`] refuses it before.
            Layer::Node(node) => return Err(io::Error::other(format!("the operator {} has no JSON", node.operator))),
            Layer::Dense(dense) => {
                writer.write_all(b", ")?;
                write_affine(writer, &dense.affine)?;
            }
            Layer::Residual(residual) => {
                for (part, affine) in [("inner", &residual.inner), ("outer", &residual.outer)] {
                    write!(writer, ", \"{part}\": {{")?;
                    write_affine(writer, affine)?;
                    writer.write_all(b"}")?;
                }
                if let Some(shortcut) = &residual.shortcut {
                    writer.write_all(b", \"shortcut\": {")?;
                    write_matrix(writer, shortcut)?;
                    writer.write_all(b"}")?;
                }
            }
        }
        write!(writer, ", \"activation\": \"{}\"", layer.activation().name())?;
        for (name, value) in layer.activation().parameters() {
            write!(writer, ", \"{name}\": {value:?}")?;
        }
        writeln!(writer, "}}{comma}")?;
    }
    writer.write_all(b"  ]\n}\n")
}

fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn write_affine(writer: &mut impl Write, affine: &Affine) -> io::Result<()> {
    write_matrix(writer, &affine.weight)?;
    match &affine.bias {
        Some(bias) => {
            writer.write_all(b",\n      \"bias\": ")?;
            write_row(writer, bias.iter())
        }
        None => Ok(()),
    }
}

fn write_matrix(writer: &mut impl Write, matrix: &DMatrix<f64>) -> io::Result<()> {
    writer.write_all(b"\"weight\": [")?;
    for (index, row) in matrix.row_iter().enumerate() {
        writer.write_all(if index == 0 { b"\n        " } else { b",\n        " })?;
        write_row(writer, row.iter())?;
    }
    writer.write_all(b"]")
}

fn write_row<'a>(writer: &mut impl Write, values: impl Iterator<Item = &'a f64>) -> io::Result<()> {
    writer.write_all(b"[")?;
    for (index, value) in values.enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(writer, "{comma}{value:?}")?;
    }
    writer.write_all(b"]")
}
