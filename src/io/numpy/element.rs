//! The types of an array's elements.

/// What an element of an array is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementKind {
    /// Truth values, one byte each.
    Bool,
    /// Signed integers.
    Integer,
    /// Unsigned integers.
    Unsigned,
    /// IEEE floating point numbers.
    Float,
    /// Numbers with the first half of the bits of an `F32`. NumPy knows them only as two bytes.
    BFloat16,
    /// Text in UTF-32, padded with zeros.
    Text,
    /// Bytes, padded with zeros.
    Bytes,
    /// Pickled Python objects. Of them text, numbers and arrays are read, as data.
    Object,
    /// Complex numbers: a real and an imaginary part.
    Complex,
    /// Points in time.
    Datetime,
    /// Lengths of time.
    Timedelta,
    /// Bytes without a meaning of their own; numbers of types that NumPy does not know, such as bfloat16, are kept so.
    Void,
    /// What is not known.
    Other,
}

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// What an element is.
    pub kind: ElementKind,
    /// Bytes of one element; 0 where it has no fixed size.
    pub size: usize,
    /// Whether the most significant byte comes first.
    pub big_endian: bool,
}

impl Element {
    /// The name of the type, such as `F32`, `I64`, `BOOL`, in the manner of safetensors.
    pub fn name(self) -> String {
        let bits = 8 * self.size;
        match self.kind {
            ElementKind::Bool => "BOOL".into(),
            ElementKind::Integer => format!("I{bits}"),
            ElementKind::Unsigned => format!("U{bits}"),
            ElementKind::Float => format!("F{bits}"),
            ElementKind::BFloat16 => "BF16".into(),
            ElementKind::Text => "TEXT".into(),
            ElementKind::Bytes => "BYTES".into(),
            ElementKind::Object => "OBJECT".into(),
            ElementKind::Complex => format!("C{bits}"),
            ElementKind::Datetime => "DATETIME".into(),
            ElementKind::Timedelta => "TIMEDELTA".into(),
            ElementKind::Void => format!("VOID{bits}"),
            ElementKind::Other => "OTHER".into(),
        }
    }

    /// Whether its values are read as numbers.
    pub fn is_number(self) -> bool {
        match self.kind {
            ElementKind::Bool => self.size == 1,
            ElementKind::Integer | ElementKind::Unsigned => matches!(self.size, 1 | 2 | 4 | 8),
            ElementKind::Float => matches!(self.size, 2 | 4 | 8),
            ElementKind::BFloat16 => true,
            _ => false,
        }
    }

    /// The element that NumPy spells so: `<f4`, `|V2`, `<M8[D]`.
    pub(crate) fn of_descr(descr: &str) -> Element {
        let other = Element { kind: ElementKind::Other, size: 0, big_endian: false };
        let big_endian = descr.starts_with('>');
        let descr = descr.trim_start_matches(['<', '>', '|', '=']);
        // The unit of a time stands in brackets.
        let descr = descr.split('[').next().unwrap_or_default();
        let mut characters = descr.chars();
        let letter = characters.next();
        let digits = characters.as_str();
        let size = if digits.is_empty() { Ok(1) } else { digits.parse::<usize>() };
        let Ok(size) = size else { return other };
        let (kind, size) = match letter {
            Some('b') => (ElementKind::Bool, size),
            // The letter of truth values alone.
            Some('?') => (ElementKind::Bool, 1),
            Some('i') => (ElementKind::Integer, size),
            Some('u') => (ElementKind::Unsigned, size),
            Some('f') => (ElementKind::Float, size),
            Some('c') => (ElementKind::Complex, size),
            Some('M') => (ElementKind::Datetime, size),
            Some('m') => (ElementKind::Timedelta, size),
            Some('V') => (ElementKind::Void, size),
            // The size of text counts characters of four bytes.
            Some('U') => (ElementKind::Text, size.saturating_mul(4)),
            Some('S' | 'a') => (ElementKind::Bytes, size),
            Some('O') => (ElementKind::Object, 0),
            _ => return other,
        };
        Element { kind, size, big_endian }
    }
}
