//! The fields of arrays of records, as the header spells them: `[('x', '<f4'), ('pair', '<i4', (2, 3))]`.

use super::element::{Element, ElementKind};
use super::shape::parse_shape;

/// Records in records end here.
const DEEPEST: usize = 8;
/// The most fields of a record.
const MAX_FIELDS: usize = 4096;

/// What a record consists of.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Its bytes.
    pub size: usize,
    pub fields: Vec<Field>,
}

/// A field. One of a record in a record is called by both names, with a dot between them.
#[derive(Debug)]
pub(super) struct Field {
    pub name: String,
    pub element: Element,
    /// Bytes before it.
    pub offset: usize,
    /// The length of each axis, where it is an array itself.
    pub shape: Vec<usize>,
}

/// The record that the text begins with; in words, why it is not understood.
pub(super) fn parse(text: &str) -> Result<Record, &'static str> {
    let mut parser = Parser { rest: text, fields: 0 };
    parser.record(0)
}

const BROKEN: &str = "its header describes records in a way that is not understood";

struct Parser<'a> {
    rest: &'a str,
    fields: usize,
}

impl<'a> Parser<'a> {
    fn record(&mut self, depth: usize) -> Result<Record, &'static str> {
        if depth > DEEPEST {
            return Err("its records contain each other too deep");
        }
        let mut record = Record::default();
        self.need("[")?;
        while !self.next("]") {
            self.field(&mut record, depth)?;
            self.next(",");
        }
        Ok(record)
    }

    fn field(&mut self, record: &mut Record, depth: usize) -> Result<(), &'static str> {
        self.fields += 1;
        if self.fields > MAX_FIELDS {
            return Err("its records have too many fields");
        }
        self.need("(")?;
        // A field with a title has both in the place of its name.
        let name = if self.next("(") {
            self.text()?;
            self.need(",")?;
            let name = self.text()?;
            self.next(",");
            self.need(")")?;
            name
        } else {
            self.text()?
        };
        self.need(",")?;
        let inner = if self.rest.starts_with('[') { Some(self.record(depth + 1)?) } else { None };
        let element = match &inner {
            Some(_) => None,
            None => Some(Element::of_descr(self.text()?)),
        };
        let shape = if self.next(",") && self.rest.starts_with('(') { self.shape()? } else { Vec::new() };
        self.next(",");
        self.need(")")?;
        let count = shape.iter().try_fold(1_usize, |product, axis| product.checked_mul(*axis));
        let size = match (&inner, element) {
            (Some(inner), _) => inner.size,
            (None, Some(element)) => element.size,
            (None, None) => 0,
        };
        let bytes = count.and_then(|count| count.checked_mul(size)).ok_or("its records are absurdly large")?;
        let offset = record.size;
        record.size = record.size.checked_add(bytes).ok_or("its records are absurdly large")?;
        match (inner, element) {
            // Between the values of two inner records lie the others of the first, which one step does not skip.
            (Some(inner), _) if !shape.is_empty() => {
                let element = Element { kind: ElementKind::Void, size: inner.size, big_endian: false };
                record.fields.push(Field { name: name.into(), element, offset, shape });
            }
            (Some(inner), _) => record.fields.extend(inner.fields.into_iter().map(|field| Field {
                name: format!("{name}.{}", field.name),
                offset: offset + field.offset,
                ..field
            })),
            // What fills a gap has no name.
            (None, Some(element)) if !(name.is_empty() && element.kind == ElementKind::Void) => {
                record.fields.push(Field { name: name.into(), element, offset, shape });
            }
            _ => {}
        }
        Ok(())
    }

    fn shape(&mut self) -> Result<Vec<usize>, &'static str> {
        let shape = parse_shape(self.rest).ok_or(BROKEN)?;
        let end = self.rest.find(')').ok_or(BROKEN)?;
        self.rest = self.rest[end + 1..].trim_start();
        Ok(shape)
    }

    fn text(&mut self) -> Result<&'a str, &'static str> {
        let quote = self.rest.chars().next().filter(|quote| matches!(quote, '\'' | '"')).ok_or(BROKEN)?;
        let (text, rest) = self.rest[1..].split_once(quote).ok_or(BROKEN)?;
        self.rest = rest.trim_start();
        Ok(text)
    }

    fn need(&mut self, token: &str) -> Result<(), &'static str> {
        if self.next(token) { Ok(()) } else { Err(BROKEN) }
    }

    fn next(&mut self, token: &str) -> bool {
        let after = self.rest.strip_prefix(token);
        self.rest = after.unwrap_or(self.rest).trim_start();
        after.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_record_is_refused() {
        for text in ["[", "[(", "[('a')]", "[('a', '<f4'", "[('a', '<f4', (2)", "[('a' '<f4')]", &"[('a', ".repeat(20)]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("[]").unwrap().fields.is_empty());
        let huge = "[('a', '<f4', (4294967296, 4294967296))]";
        assert!(parse(huge).unwrap_err().contains("absurdly large"));
        let inner = parse("[('p', [('x', '<f4'), ('y', '<f4')], (3,))]").unwrap();
        assert_eq!((inner.size, inner.fields[0].element.kind), (24, ElementKind::Void));
    }
}
