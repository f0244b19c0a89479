//! What a file of TensorFlow Lite holds, after its schema (version 3).

use std::collections::HashMap;
use std::ops::Range;

use super::flat::{Element, List, Record};
use super::tensors::{ElementType, Quantization, Tensor};
use crate::formats::shape::size;

/// The code of an operator that its name tells.
pub(super) const CUSTOM: i32 = 32;

/// The main graph of a file, and what else it holds.
pub(super) struct Model<'a> {
    pub tensors: Vec<Tensor>,
    pub operators: Vec<Operator<'a>>,
    /// Numbers of tensors.
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
    pub name: String,
    /// The names of the graphs behind the main one.
    pub other_graphs: Vec<String>,
    pub signatures: Vec<Signature>,
    /// The names of descriptions for people and programs.
    pub metadata: Vec<String>,
}

/// One operator with its settings.
pub(super) struct Operator<'a> {
    pub code: i32,
    /// The name of a custom operator.
    pub custom: String,
    /// None where an operand is absent.
    pub inputs: Vec<Option<usize>>,
    pub outputs: Vec<usize>,
    /// Which record its settings are, and they.
    pub options_kind: u8,
    pub options: Option<Record<'a>>,
    /// What else changes the operator and is not understood: words behind its name.
    pub refusal: Option<&'static str>,
}

/// A way in which a file says that it can be called.
pub(super) struct Signature {
    pub key: String,
    pub graph: usize,
    /// Names of tensors by their numbers.
    pub names: HashMap<usize, String>,
}

/// What a record counts, where an element of another list counts 1.
const RECORD_COST: usize = 32;
/// So much may be read for each byte of the file…
const FOR_EACH_BYTE: usize = 4;
/// …and so much in any case.
const ALWAYS_READ: usize = 1 << 16;

/// Reads lists, and no more in all than the file could hold: records may lie over each other.
struct Reader {
    left: usize,
}

impl Reader {
    fn list<'a, T: Element<'a>>(&mut self, record: &Record<'a>, field: usize) -> Result<Vec<T>, String> {
        match record.list(field)? {
            Some(list) => {
                // What is made of a record takes more memory than its place in the list.
                let each = if T::IS_RECORD { RECORD_COST } else { 1 };
                self.spend(list.len().saturating_mul(each))?;
                list.iter().collect()
            }
            None => Ok(Vec::new()),
        }
    }

    fn text(&mut self, record: &Record<'_>, field: usize) -> Result<String, String> {
        let text = record.text(field)?;
        self.spend(text.len())?;
        Ok(text)
    }

    fn spend(&mut self, elements: usize) -> Result<(), String> {
        let left = self.left.checked_sub(elements);
        self.left = left.ok_or("its lists are longer than the file")?;
        Ok(())
    }

    /// Numbers of tensors; −1 stands for none.
    fn positions(&mut self, record: &Record<'_>, field: usize, most: usize) -> Result<Vec<Option<usize>>, String> {
        let position = |number: i32| match usize::try_from(number) {
            Ok(position) if position < most => Ok(Some(position)),
            Err(_) if number == -1 => Ok(None),
            _ => Err(format!("it names tensor {number} of {most}")),
        };
        self.list(record, field)?.into_iter().map(position).collect()
    }
}

/// The content of a file, or why it is damaged.
pub(super) fn read(file: &[u8]) -> Result<Model<'_>, String> {
    let mut reader = Reader { left: file.len().saturating_mul(FOR_EACH_BYTE).saturating_add(ALWAYS_READ) };
    let root = Record::root(file)?;
    let version: u32 = root.number(0, 0)?;
    if version != 3 {
        return Err(format!("its schema has version {version}, and 3 is read"));
    }
    let codes: Vec<(i32, String)> =
        reader.list(&root, 1)?.into_iter().map(|code| operator_code(&mut reader, &code)).collect::<Result<_, _>>()?;
    let graphs: Vec<Record<'_>> = reader.list(&root, 2)?;
    let buffers: Vec<Record<'_>> = reader.list(&root, 4)?;
    let buffers: Vec<Option<Range<usize>>> =
        buffers.iter().map(|buffer| buffer_place(buffer, file.len())).collect::<Result<_, _>>()?;
    let (main, others) = graphs.split_first().ok_or("it holds no graph")?;
    let tensors: Vec<Record<'_>> = reader.list(main, 0)?;
    let mut tensors: Vec<Tensor> =
        tensors.iter().map(|record| tensor(&mut reader, record, &buffers)).collect::<Result<_, _>>()?;
    distinct(&mut tensors);
    let inputs = reader.positions(main, 1, tensors.len())?.into_iter().flatten().collect();
    let outputs = reader.positions(main, 2, tensors.len())?.into_iter().flatten().collect();
    let records: Vec<Record<'_>> = reader.list(main, 3)?;
    let mut operators = Vec::with_capacity(records.len());
    for record in &records {
        operators.push(operator(&mut reader, record, &codes, tensors.len())?);
    }
    let metadata: Vec<Record<'_>> = reader.list(&root, 6)?;
    let signatures: Vec<Record<'_>> = reader.list(&root, 7)?;
    Ok(Model {
        inputs,
        outputs,
        operators,
        name: reader.text(main, 4)?,
        other_graphs: others.iter().map(|graph| reader.text(graph, 4)).collect::<Result<_, _>>()?,
        signatures: signatures.iter().map(|record| signature(&mut reader, record)).collect::<Result<_, _>>()?,
        metadata: metadata.iter().map(|record| reader.text(record, 0)).collect::<Result<_, _>>()?,
        tensors,
    })
}

/// Codes above 127 came later and have a field of their own.
fn operator_code(reader: &mut Reader, record: &Record<'_>) -> Result<(i32, String), String> {
    let old: i8 = record.number(0, 0)?;
    let new: i32 = record.number(3, 0)?;
    Ok((new.max(i32::from(old)), reader.text(record, 1)?))
}

/// Where the bytes of a buffer lie in the file: in its record, or behind all records. None where it is empty.
fn buffer_place(record: &Record<'_>, file: usize) -> Result<Option<Range<usize>>, String> {
    let data: Option<List<'_, u8>> = record.list(0)?;
    if let Some(data) = data.filter(|data| data.len() > 0) {
        return Ok(Some(data.start()..data.start() + data.len()));
    }
    let (offset, bytes): (u64, u64) = (record.number(1, 0)?, record.number(2, 0)?);
    // Writers set both to 1 before they know the place.
    if offset <= 1 || bytes == 0 {
        return Ok(None);
    }
    let position =
        usize::try_from(offset).ok().zip(offset.checked_add(bytes).and_then(|end| usize::try_from(end).ok()));
    match position.filter(|(_, end)| *end <= file) {
        Some((start, end)) => Ok(Some(start..end)),
        None => Err(format!("a buffer of {bytes} bytes at {offset} reaches beyond its end")),
    }
}

fn tensor(reader: &mut Reader, record: &Record<'_>, buffers: &[Option<Range<usize>>]) -> Result<Tensor, String> {
    let shape: Vec<i32> = reader.list(record, 0)?;
    let signature: Vec<i32> = reader.list(record, 7)?;
    let kind: i8 = record.number(1, 0)?;
    let name = reader.text(record, 3)?;
    let buffer: u32 = record.number(2, 0)?;
    let position =
        buffers.get(buffer as usize).ok_or_else(|| format!("tensor `{name}` names buffer {buffer}"))?.clone();
    let quantization = match record.get::<Record<'_>>(4)? {
        Some(record) => quantization(reader, &record)?,
        None => None,
    };
    let lengths: Option<Vec<usize>> = shape.iter().map(|&length| usize::try_from(length).ok()).collect();
    let element = ElementType::of_code(kind);
    let unread = if record.get::<Record<'_>>(6)?.is_some() {
        Some("is sparse, which is not read".to_owned())
    } else if record.number::<u32>(10, 0)? != 0 {
        Some("lies in another file, which is not read".to_owned())
    } else if quantization.as_ref().is_some_and(|quantization| quantization.is_special) {
        Some("is quantised in a way of its own, which is not read".to_owned())
    } else {
        None
    };
    let lengths = lengths.filter(|lengths| size(lengths).is_some());
    let shape = lengths.ok_or_else(|| format!("tensor `{name}` has the shape {shape:?}"))?;
    // An axis that is 1 in the shape and −1 here is open.
    let open = if signature.len() == shape.len() {
        signature.iter().map(|&length| length < 0).collect()
    } else {
        vec![false; shape.len()]
    };
    Ok(Tensor { name, shape, open, element, position, quantization, unread, is_variable: record.number(5, 0_u8)? != 0 })
}

fn quantization(reader: &mut Reader, record: &Record<'_>) -> Result<Option<Quantization>, String> {
    let scales: Vec<f32> = reader.list(record, 2)?;
    let zeros: Vec<i64> = reader.list(record, 3)?;
    let is_special = record.number::<u8>(4, 0)? != 0;
    if scales.is_empty() && !is_special {
        // Only bounds that a training has seen.
        return Ok(None);
    }
    let axis: i32 = record.number(6, 0)?;
    let axis = usize::try_from(axis).map_err(|_| format!("a tensor is quantised along axis {axis}"))?;
    Ok(Some(Quantization { scales: scales.into_iter().map(f64::from).collect(), zeros, axis, is_special }))
}

fn operator<'a>(
    reader: &mut Reader,
    record: &Record<'a>,
    codes: &[(i32, String)],
    tensors: usize,
) -> Result<Operator<'a>, String> {
    let index: u32 = record.number(0, 0)?;
    let (code, custom) = codes.get(index as usize).ok_or_else(|| format!("it names operator {index}"))?;
    reader.spend(custom.len())?;
    let changes: Vec<u8> = reader.list(record, 7)?;
    let refusal = if changes.contains(&1) {
        Some("changes a variable, so that it has a memory")
    } else if record.number::<u8>(11, 0)? != 0 {
        Some("has settings of a kind that is not understood")
    } else {
        None
    };
    Ok(Operator {
        code: *code,
        custom: custom.clone(),
        inputs: reader.positions(record, 1, tensors)?,
        outputs: reader.positions(record, 2, tensors)?.into_iter().flatten().collect(),
        options_kind: record.number(3, 0)?,
        options: record.get(4)?,
        refusal,
    })
}

fn signature(reader: &mut Reader, record: &Record<'_>) -> Result<Signature, String> {
    let mut names = HashMap::new();
    for field in [0, 1] {
        let maps: Vec<Record<'_>> = reader.list(record, field)?;
        for map in &maps {
            let tensor: u32 = map.number(1, 0)?;
            names.insert(tensor as usize, reader.text(map, 0)?);
        }
    }
    let graph: u32 = record.number(4, 0)?;
    Ok(Signature { key: reader.text(record, 2)?, graph: graph as usize, names })
}

/// Gives tensors of the same name, and of none, names of their own.
fn distinct(tensors: &mut [Tensor]) {
    let mut known: HashMap<String, usize> = HashMap::new();
    for (position, tensor) in tensors.iter_mut().enumerate() {
        if tensor.name.is_empty() {
            tensor.name = format!("tensor {position}");
        }
        let count = known.entry(tensor.name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            tensor.name = format!("{} ({count})", tensor.name);
        }
    }
}
