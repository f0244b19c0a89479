//! The element types of datasets, as far as the library does not decode them itself.

use hdf5_pure::{DType, Dataset, Datatype, DatatypeByteOrder, Error, FloatingPointLayout};

use crate::formats::elements::FloatType;

/// How the values of a dataset are had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Element {
    /// The library turns them to 64 bits.
    Number,
    /// Their bytes are decoded here, most significant byte first where that is said.
    Float { float: FloatType, big_endian: bool },
    /// As `Float`, by a guess: HDF5 has no type for them, and the file does not say which they are.
    Guessed,
    /// They are no numbers, or not of a type that is read.
    Unread,
}

/// The types by their bits for exponent and fraction.
const FLOATS: [(u32, u8, u8, FloatType, &str); 4] = [
    (2, 5, 10, FloatType::F16, "F16"),
    (2, 8, 7, FloatType::BF16, "BF16"),
    (1, 4, 3, FloatType::F8E4M3, "F8_E4M3"),
    (1, 5, 2, FloatType::F8E5M2, "F8_E5M2"),
];
/// What Keras calls the types that it keeps as bytes.
const NAMED: [(&str, FloatType, &str); 3] = [
    ("bfloat16", FloatType::BF16, "BF16"),
    ("float8_e4m3fn", FloatType::F8E4M3, "F8_E4M3"),
    ("float8_e5m2", FloatType::F8E5M2, "F8_E5M2"),
];

/// The element type of a dataset, and its name.
pub(super) fn element(dataset: &Dataset) -> Result<(Element, String), Error> {
    let other = |text: &str| Ok((Element::Unread, text.to_owned()));
    match dataset.dtype()? {
        DType::Other(datatype) => match *datatype {
            Datatype::FloatingPoint { size, byte_order, layout } => Ok(small_float(size, byte_order, layout)),
            Datatype::Opaque { size, .. } => opaque(dataset, size),
            _ => other("OTHER"),
        },
        DType::String | DType::VariableLengthString => other("TEXT"),
        DType::Compound(_) => other("RECORD"),
        DType::Enum(_) | DType::Array(..) | DType::ObjectReference => other("OTHER"),
        number => Ok((Element::Number, number.to_string().to_uppercase())),
    }
}

fn small_float(size: u32, order: DatatypeByteOrder, layout: FloatingPointLayout) -> (Element, String) {
    let FloatingPointLayout { exponent_size, mantissa_size, exponent_bias, .. } = layout;
    let usual_bias = 1_u32.checked_shl(u32::from(exponent_size.saturating_sub(1))).unwrap_or(0).saturating_sub(1);
    let known = FLOATS.iter().find(|(bytes, exponent, fraction, ..)| {
        (*bytes, *exponent, *fraction) == (size, exponent_size, mantissa_size) && exponent_bias == usual_bias
    });
    match (known, order) {
        (Some((.., float, name)), DatatypeByteOrder::LittleEndian | DatatypeByteOrder::BigEndian) => {
            let big_endian = order == DatatypeByteOrder::BigEndian;
            (Element::Float { float: *float, big_endian }, (*name).to_owned())
        }
        _ => (Element::Unread, format!("FLOAT of {exponent_size} and {mantissa_size} bits")),
    }
}

/// Bytes without a type: Keras says beside them what they are.
fn opaque(dataset: &Dataset, size: u32) -> Result<(Element, String), Error> {
    let attributes = dataset.attrs()?;
    let said = attributes.get("dtype").and_then(|value| value.as_str());
    let known = NAMED.iter().find(|(name, float, _)| Some(*name) == said && float.size() as u32 == size);
    Ok(match (known, said) {
        (Some((_, float, name)), _) => (Element::Float { float: *float, big_endian: false }, (*name).to_owned()),
        (None, None) if size == 2 => (Element::Guessed, "BF16".into()),
        (None, said) => {
            (Element::Unread, said.map_or_else(|| format!("VOID{}", 8 * u64::from(size)), str::to_uppercase))
        }
    })
}

/// The values of a dataset, of which `count` are expected.
pub(super) fn values(dataset: &Dataset, element: Element) -> Result<Vec<f64>, String> {
    let unread = |error: Error| {
        let text = error.to_string();
        if text.contains("data layout version") || text.contains("chunk index") {
            return "is kept in the newest layout of HDF5, which is not read; save the file again with \
                    h5py.File(name, \"w\", libver=\"earliest\")"
                .to_owned();
        }
        format!("cannot be read ({text}); save the file again without filters and virtual or external parts")
    };
    let (float, big_endian) = match element {
        Element::Number => return dataset.read_f64().map_err(unread),
        Element::Float { float, big_endian } => (float, big_endian),
        Element::Guessed => (FloatType::BF16, false),
        Element::Unread => return Err("is of a type that is not read; save it as float32".into()),
    };
    let mut bytes = dataset.read_raw().map_err(unread)?;
    if big_endian {
        bytes.chunks_exact_mut(float.size()).for_each(<[u8]>::reverse);
    }
    Ok(float.decode(&bytes))
}
