//! FlatBuffers as TensorFlow Lite has them.

/// A field of a record.
#[derive(Clone, Debug)]
pub enum Field {
    Byte(u8),
    Whole(i32),
    Text(String),
    Bytes(Vec<u8>),
    Wholes(Vec<i32>),
    Longs(Vec<i64>),
    Floats(Vec<f32>),
    Record(Record),
    Records(Vec<Record>),
}

/// A record: its fields with their numbers.
#[derive(Clone, Debug, Default)]
pub struct Record(pub Vec<(usize, Field)>);

/// The bytes of a record's place for each field, which is as much as the largest needs.
const SLOT: usize = 8;
/// Where the first field is, behind the place of the record's list of fields.
const FIRST: usize = 8;
/// What lists begin at a multiple of, behind their length.
const ALIGNMENT: usize = 16;

/// The file whose first record this is.
pub fn file(identifier: &[u8; 4], root: &Record) -> Vec<u8> {
    let mut out = vec![0; 8];
    out[4..].copy_from_slice(identifier);
    let position = record(&mut out, root);
    refer(&mut out, 0, position);
    out
}

/// Writes that what lies at `to` is meant at `from`.
fn refer(out: &mut [u8], from: usize, to: usize) {
    out[from..from + 4].copy_from_slice(&((to - from) as u32).to_le_bytes());
}

/// Appends the record and all that belongs to it, and gives its place.
fn record(out: &mut Vec<u8>, record: &Record) -> usize {
    let fields = record.0.iter().map(|(number, _)| number + 1).max().unwrap_or(0);
    let size = FIRST + SLOT * record.0.len();
    out.resize(out.len().next_multiple_of(SLOT), 0);
    let table = out.len();
    let mut positions = vec![0_u16; fields];
    for (slot, (number, _)) in record.0.iter().enumerate() {
        positions[*number] = (FIRST + SLOT * slot) as u16;
    }
    out.extend((4 + 2 * fields as u16).to_le_bytes());
    out.extend((size as u16).to_le_bytes());
    positions.iter().for_each(|position| out.extend(position.to_le_bytes()));
    out.resize(out.len().next_multiple_of(SLOT), 0);
    let start = out.len();
    out.extend(((start - table) as i32).to_le_bytes());
    out.resize(start + size, 0);
    for (slot, (_, field)) in record.0.iter().enumerate() {
        let at = start + FIRST + SLOT * slot;
        match field {
            Field::Byte(value) => out[at] = *value,
            Field::Whole(value) => out[at..at + 4].copy_from_slice(&value.to_le_bytes()),
            _ => {
                let position = elsewhere(out, field);
                refer(out, at, position);
            }
        }
    }
    start
}

/// Appends what a field only points to.
fn elsewhere(out: &mut Vec<u8>, field: &Field) -> usize {
    let (length, bytes): (usize, Vec<u8>) = match field {
        Field::Record(inner) => return record(out, inner),
        Field::Records(records) => {
            let start = list(out, records.len(), &vec![0; 4 * records.len()]);
            for (position, inner) in records.iter().enumerate() {
                let to = record(out, inner);
                refer(out, start + 4 + 4 * position, to);
            }
            return start;
        }
        Field::Text(text) => (text.len(), [text.as_bytes(), b"\0"].concat()),
        Field::Bytes(bytes) => (bytes.len(), bytes.clone()),
        Field::Wholes(values) => (values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        Field::Longs(values) => (values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        Field::Floats(values) => (values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        Field::Byte(_) | Field::Whole(_) => (0, Vec::new()),
    };
    list(out, length, &bytes)
}

fn list(out: &mut Vec<u8>, length: usize, bytes: &[u8]) -> usize {
    out.resize((out.len() + 4).next_multiple_of(ALIGNMENT) - 4, 0);
    let start = out.len();
    out.extend((length as u32).to_le_bytes());
    out.extend(bytes);
    start
}
