//! Records in the compact form of Thrift, in which Parquet describes itself.

const INT: u8 = 5;
const LONG: u8 = 6;
const TEXT: u8 = 8;
const LIST: u8 = 9;
const RECORD: u8 = 12;
/// A list of fewer has its length beside its kind.
const SHORT_LIST: usize = 15;

/// The fields of a record, added by rising number.
#[derive(Default)]
pub(super) struct Fields {
    bytes: Vec<u8>,
    last: u8,
}

impl Fields {
    /// The number of the field, by how much it is above the one before, and its kind.
    fn head(&mut self, number: u8, kind: u8) {
        // Fields rise by less than 16 in all records of the format.
        self.bytes.push(number.saturating_sub(self.last) << 4 | kind);
        self.last = number;
    }

    pub(super) fn int(&mut self, number: u8, value: i64) {
        self.head(number, INT);
        signed(&mut self.bytes, value);
    }

    pub(super) fn long(&mut self, number: u8, value: i64) {
        self.head(number, LONG);
        signed(&mut self.bytes, value);
    }

    pub(super) fn text(&mut self, number: u8, text: &str) {
        self.head(number, TEXT);
        self.bare_text(text);
    }

    pub(super) fn fields(&mut self, number: u8, fields: Fields) {
        self.head(number, RECORD);
        self.bytes.extend(fields.end());
    }

    pub(super) fn list(&mut self, number: u8, records: Vec<Fields>) {
        self.list_head(number, RECORD, records.len());
        records.into_iter().for_each(|record| self.bytes.extend(record.end()));
    }

    pub(super) fn ints(&mut self, number: u8, values: &[i64]) {
        self.list_head(number, INT, values.len());
        values.iter().for_each(|value| signed(&mut self.bytes, *value));
    }

    pub(super) fn texts(&mut self, number: u8, texts: &[&str]) {
        self.list_head(number, TEXT, texts.len());
        texts.iter().for_each(|text| self.bare_text(text));
    }

    /// The record.
    pub(super) fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }

    fn list_head(&mut self, number: u8, kind: u8, length: usize) {
        self.head(number, LIST);
        if length < SHORT_LIST {
            self.bytes.push((length as u8) << 4 | kind);
        } else {
            self.bytes.push(0xF0 | kind);
            variable(&mut self.bytes, length as u64);
        }
    }

    fn bare_text(&mut self, text: &str) {
        variable(&mut self.bytes, text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Small numbers of either sign in few bytes: 0, −1, 1, −2, … are 0, 1, 2, 3, ….
fn signed(bytes: &mut Vec<u8>, value: i64) {
    variable(bytes, ((value << 1) ^ (value >> 63)) as u64);
}

/// Seven bits a byte, the lowest first; all but the last have the highest bit.
pub(super) fn variable(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_as_few_bytes_as_they_need() {
        let bytes = |value| {
            let mut bytes = Vec::new();
            signed(&mut bytes, value);
            bytes
        };
        assert_eq!((bytes(0), bytes(-1), bytes(63), bytes(64)), (vec![0], vec![1], vec![126], vec![128, 1]));
        assert_eq!(bytes(i64::MIN).len(), 10);
    }

    #[test]
    fn long_lists_say_their_length() {
        let mut fields = Fields::default();
        fields.ints(2, &[0; 20]);
        assert_eq!(fields.end()[..3], [0x29, 0xF5, 20]);
    }
}
