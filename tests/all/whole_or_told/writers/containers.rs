//! Formats that are lists of tensors: safetensors, NumPy's archives, GGUF.

use std::io::{Cursor, Write};

use serde_json::{Map, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::whole_or_told::model::{Healthy, Tensor, Type};

pub fn safetensors(tensors: &[Tensor]) -> Vec<u8> {
    let (mut header, mut data) = (Map::new(), Vec::new());
    for tensor in tensors {
        let kind = match tensor.kind {
            Type::F64 => "F64",
            Type::F32 => "F32",
            Type::F16 => "F16",
            Type::BF16 => "BF16",
            Type::I8 => "I8",
            Type::I64 => "I64",
            Type::F8 => "F8_E4M3",
        };
        let start = data.len();
        data.extend(tensor.bytes());
        let entry = json!({"dtype": kind, "shape": tensor.shape, "data_offsets": [start, data.len()]});
        header.insert(tensor.name.clone(), entry);
    }
    let header = serde_json::Value::Object(header).to_string().into_bytes();
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

/// The index of the healthy file and the two files that hold the tensors, each layer in one of them.
pub fn shards(healthy: &Healthy, tensors: &[Tensor]) -> (Vec<u8>, [(String, Vec<u8>); 2]) {
    let file = |shard: usize| format!("model-0000{}-of-00002.safetensors", shard + 1);
    let shard = |layer: usize| usize::from(2 * layer >= healthy.layers.len());
    let map: Map<String, serde_json::Value> =
        healthy.tensors.iter().map(|tensor| (tensor.name.clone(), file(shard(tensor.layer)).into())).collect();
    let bytes: usize = healthy.tensors.iter().map(|tensor| tensor.bytes().len()).sum();
    let index = json!({"metadata": {"total_size": bytes}, "weight_map": map}).to_string().into_bytes();
    let held = [0, 1].map(|one| {
        let own: Vec<Tensor> = tensors.iter().filter(|tensor| shard(tensor.layer) == one).cloned().collect();
        (file(one), safetensors(&own))
    });
    (index, held)
}

/// An archive of uncompressed entries.
pub fn archive(entries: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn npz(tensors: &[Tensor]) -> Vec<u8> {
    archive(tensors.iter().map(|tensor| (format!("{}.npy", tensor.name), npy(tensor))))
}

fn npy(tensor: &Tensor) -> Vec<u8> {
    let kind = match tensor.kind {
        Type::F64 => "<f8",
        Type::F16 => "<f2",
        Type::I8 => "|i1",
        Type::I64 => "<i8",
        _ => "<f4",
    };
    let lengths: String = tensor.shape.iter().map(|length| format!("{length}, ")).collect();
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({lengths}), }}");
    while (header.len() + 11) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &tensor.bytes()].concat()
}

pub fn gguf(tensors: &[Tensor]) -> Vec<u8> {
    const ALIGNMENT: usize = 32;
    let mut header = b"GGUF\x03\0\0\0".to_vec();
    header.extend((tensors.len() as u64).to_le_bytes());
    header.extend(0_u64.to_le_bytes());
    let mut data: Vec<u8> = Vec::new();
    for tensor in tensors {
        let kind: u32 = match tensor.kind {
            Type::F32 | Type::F8 => 0,
            Type::F16 => 1,
            Type::I8 => 24,
            Type::I64 => 27,
            Type::F64 => 28,
            Type::BF16 => 30,
        };
        header.extend((tensor.name.len() as u64).to_le_bytes());
        header.extend(tensor.name.as_bytes());
        header.extend((tensor.shape.len() as u32).to_le_bytes());
        tensor.shape.iter().rev().for_each(|length| header.extend((*length as u64).to_le_bytes()));
        header.extend(kind.to_le_bytes());
        header.extend((data.len() as u64).to_le_bytes());
        data.extend(tensor.bytes());
        data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
    }
    header.resize(header.len().next_multiple_of(ALIGNMENT), 0);
    header.extend(data);
    header
}
