//! FlatBuffers as records whose fields are asked for by number. Every access is checked against the file's length.

use std::marker::PhantomData;

use planus::errors::ErrorKind;
use planus::table_reader::Table;
use planus::{SliceWithStartOffset, TableRead};

/// The bytes of an offset to a record or a text.
const OFFSET_BYTES: usize = 4;

/// A table of the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a>(Table<'a>);

impl<'a> TableRead<'a> for Record<'a> {
    fn from_buffer(buffer: SliceWithStartOffset<'a>, offset: usize) -> Result<Self, ErrorKind> {
        Table::from_buffer(buffer, offset).map(Record)
    }
}

/// What lies one after the other in a list.
pub(super) trait Element<'a>: TableRead<'a> {
    const BYTES: usize;
    /// Whether each is a record elsewhere in the file.
    const IS_RECORD: bool = false;
}

impl<'a> Element<'a> for Record<'a> {
    const BYTES: usize = OFFSET_BYTES;
    const IS_RECORD: bool = true;
}

impl Element<'_> for i32 {
    const BYTES: usize = 4;
}

impl Element<'_> for i64 {
    const BYTES: usize = 8;
}

impl Element<'_> for f32 {
    const BYTES: usize = 4;
}

impl Element<'_> for u8 {
    const BYTES: usize = 1;
}

/// A list of the file, of which nothing is read before it is asked for.
pub(super) struct List<'a, T> {
    buffer: SliceWithStartOffset<'a>,
    length: usize,
    elements: PhantomData<T>,
}

impl<'a, T: Element<'a>> TableRead<'a> for List<'a, T> {
    fn from_buffer(buffer: SliceWithStartOffset<'a>, offset: usize) -> Result<Self, ErrorKind> {
        let start = offset.checked_add(u32::from_buffer(buffer, offset)? as usize).ok_or(ErrorKind::InvalidOffset)?;
        let length = u32::from_buffer(buffer, start)? as usize;
        let buffer = buffer.advance(start)?.advance(OFFSET_BYTES)?;
        match length.checked_mul(T::BYTES).is_some_and(|bytes| bytes <= buffer.len()) {
            true => Ok(List { buffer, length, elements: PhantomData }),
            false => Err(ErrorKind::InvalidLength),
        }
    }
}

impl<'a, T: Element<'a>> List<'a, T> {
    pub fn len(&self) -> usize {
        self.length
    }

    pub fn iter(&self) -> impl Iterator<Item = Result<T, String>> {
        (0..self.length)
            .map(|position| T::from_buffer(self.buffer, position * T::BYTES).map_err(|error| error.to_string()))
    }
}

impl<'a> List<'a, u8> {
    /// Where the bytes begin in the file.
    pub fn start(&self) -> usize {
        self.buffer.offset_from_start
    }
}

impl<'a> Record<'a> {
    /// The record that the file begins with.
    pub fn root(file: &'a [u8]) -> Result<Record<'a>, String> {
        let buffer = SliceWithStartOffset { buffer: file, offset_from_start: 0 };
        Record::from_buffer(buffer, 0).map_err(|error| error.to_string())
    }

    /// The field of this number; none where it is absent.
    pub fn get<T: TableRead<'a>>(&self, field: usize) -> Result<Option<T>, String> {
        self.0.access(field, "record", "field").map_err(|error| error.error_kind.to_string())
    }

    /// The number in a field, or the one that stands for an absent field.
    pub fn number<T: TableRead<'a>>(&self, field: usize, absent: T) -> Result<T, String> {
        Ok(self.get(field)?.unwrap_or(absent))
    }

    /// Whether the field is there.
    pub fn has(&self, field: usize) -> bool {
        !matches!(self.get::<u8>(field), Ok(None))
    }

    /// The text in a field; empty where it is absent. What is no text is read as far as it is one.
    pub fn text(&self, field: usize) -> Result<String, String> {
        let bytes = self.get::<List<'a, u8>>(field)?;
        let bytes = bytes.map(|list| list.buffer.as_slice().get(..list.length).unwrap_or_default()).unwrap_or_default();
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    pub fn list<T: Element<'a>>(&self, field: usize) -> Result<Option<List<'a, T>>, String> {
        self.get(field)
    }
}
