//! Numbers and text of pickles.

use super::machine::Machine;
use super::{PickleError, Span, Value, escapes, opcodes as op};

impl<'a> Machine<'a> {
    pub(super) fn integer(&mut self, code: u8) -> Result<Value, PickleError> {
        match code {
            op::BININT1 => Ok(Value::Int(self.unsigned(1)? as i64)),
            op::BININT2 => Ok(Value::Int(self.unsigned(2)? as i64)),
            op::BININT => Ok(Value::Int(i64::from(self.unsigned(4)? as u32 as i32))),
            op::INT | op::LONG => {
                let text = self.line()?.text(self.bytes);
                Ok(match text.trim_end_matches('L') {
                    "00" => Value::Bool(false),
                    "01" => Value::Bool(true),
                    digits => digits.parse().map_or(Value::Other, Value::Int),
                })
            }
            _ => {
                let length = self.unsigned(if code == op::LONG1 { 1 } else { 4 })?;
                let bytes = self.take(length)?;
                if length > 8 {
                    return Ok(Value::Other);
                }
                let raw = bytes.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
                // The sign of a short integer is its own highest bit.
                let unused = 64 - 8 * length as u32;
                Ok(Value::Int((raw.checked_shl(unused).unwrap_or(0) as i64).checked_shr(unused).unwrap_or(0)))
            }
        }
    }

    /// The length that comes before text or bytes.
    pub(super) fn length(&mut self, code: u8) -> Result<usize, PickleError> {
        match code {
            op::SHORT_BINSTRING | op::SHORT_BINUNICODE | op::SHORT_BINBYTES => self.unsigned(1),
            op::BINSTRING | op::BINUNICODE | op::BINBYTES => self.unsigned(4),
            _ => self.unsigned(8),
        }
    }

    pub(super) fn string(&mut self, code: u8) -> Result<Span, PickleError> {
        match code {
            op::UNICODE => {
                let line = self.line()?;
                Ok(escapes::of_unicode(line.bytes(self.bytes)).map_or(Ok(line), |text| self.keep(&text))?)
            }
            op::STRING => {
                let Span { start, end } = self.line()?;
                // The text stands in quotes.
                let line = if end >= start + 2 { Span { start: start + 1, end: end - 1 } } else { Span { start, end } };
                Ok(escapes::of_string(line.bytes(self.bytes)).map_or(Ok(line), |text| self.keep(&text))?)
            }
            _ => {
                let length = self.length(code)?;
                self.span(length)
            }
        }
    }
}
