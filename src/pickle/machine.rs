//! The stack machine of pickles, without its power to call anything.

use super::{Node, Pickle, PickleError, Span, Value, opcodes as op};

/// The most values with parts: what thirty thousand tensors need, 20 MB.
const MAX_NODES: usize = 1 << 20;
/// The most values on the stack, in the memo and in collections, each 32 or 64 MB: a hundred thousand
/// tensors need less.
pub(super) const MAX_VALUES: usize = 1 << 21;

/// Reads the pickle that `bytes` begins with.
pub(crate) fn read(bytes: &[u8]) -> Result<Pickle<'_>, PickleError> {
    // Places in the pickle are kept in 32 bits; what lies beyond cannot be reached.
    let bytes = bytes.get(..u32::MAX as usize).unwrap_or(bytes);
    let machine = Machine { bytes, ..Machine::default() };
    machine.run()
}

#[derive(Default)]
pub(super) struct Machine<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) position: usize,
    pub(super) nodes: Vec<Node>,
    pub(super) stack: Vec<Value>,
    /// For each mark the height of the stack.
    pub(super) marks: Vec<usize>,
    pub(super) memo: Vec<Value>,
    /// The values in all collections.
    pub(super) items: usize,
    /// Text without the escapes that it has in the pickle. Its places are counted on from the pickle's end.
    pub(super) unescaped: Vec<u8>,
}

impl<'a> Machine<'a> {
    fn run(mut self) -> Result<Pickle<'a>, PickleError> {
        loop {
            let code = self.take(1)?[0];
            if code == op::STOP {
                let root = self.pop()?;
                let Machine { bytes, nodes, unescaped, position: length, .. } = self;
                return Ok(Pickle { bytes, unescaped, nodes, root, length });
            }
            self.step(code)?;
        }
    }

    fn step(&mut self, code: u8) -> Result<(), PickleError> {
        match code {
            op::NONE => self.push(Value::None),
            op::NEWTRUE | op::NEWFALSE => self.push(Value::Bool(code == op::NEWTRUE)),
            op::BININT | op::BININT1 | op::BININT2 | op::INT | op::LONG | op::LONG1 | op::LONG4 => {
                let value = self.integer(code)?;
                self.push(value)
            }
            op::BINFLOAT => {
                let bytes = self.take(8)?.first_chunk().ok_or(PickleError::Ends)?;
                self.push(Value::Float(f64::from_be_bytes(*bytes)))
            }
            op::FLOAT => {
                let number = self.line()?.text(self.bytes).trim().parse().map_or(Value::Other, Value::Float);
                self.push(number)
            }
            op::STRING
            | op::UNICODE
            | op::BINSTRING
            | op::SHORT_BINSTRING
            | op::BINUNICODE
            | op::SHORT_BINUNICODE
            | op::BINUNICODE8 => {
                let text = self.string(code)?;
                self.push(Value::Text(text))
            }
            op::BINBYTES | op::SHORT_BINBYTES | op::BINBYTES8 | op::BYTEARRAY8 => {
                let length = self.length(code)?;
                let bytes = self.span(length)?;
                self.push(Value::Bytes(bytes))
            }
            op::MARK | op::POP | op::POP_MARK | op::DUP | op::PROTO | op::FRAME => self.control(code),
            op::PUT | op::BINPUT | op::LONG_BINPUT | op::MEMOIZE | op::GET | op::BINGET | op::LONG_BINGET => {
                self.memory(code)
            }
            op::EMPTY_LIST
            | op::EMPTY_TUPLE
            | op::EMPTY_SET
            | op::LIST
            | op::TUPLE
            | op::TUPLE1
            | op::TUPLE2
            | op::TUPLE3
            | op::FROZENSET
            | op::EMPTY_DICT
            | op::DICT => self.collection(code),
            op::APPEND | op::APPENDS | op::ADDITEMS | op::SETITEM | op::SETITEMS => self.extend(code),
            op::GLOBAL
            | op::STACK_GLOBAL
            | op::REDUCE
            | op::NEWOBJ
            | op::NEWOBJ_EX
            | op::BUILD
            | op::INST
            | op::OBJ
            | op::PERSID
            | op::BINPERSID => self.object(code),
            _ => Err(PickleError::Instruction { code, position: self.position - 1 }),
        }
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], PickleError> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let piece = rest.get(..length).ok_or(PickleError::Ends)?;
        self.position += length;
        Ok(piece)
    }

    pub(super) fn skip(&mut self, length: usize) -> Result<(), PickleError> {
        self.take(length).map(|_| ())
    }

    /// An unsigned number of this many bytes, least significant first.
    pub(super) fn unsigned(&mut self, width: usize) -> Result<usize, PickleError> {
        let bytes = self.take(width)?;
        let value = bytes.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        usize::try_from(value).map_err(|_| self.broken())
    }

    pub(super) fn line(&mut self) -> Result<Span, PickleError> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or(PickleError::Ends)?;
        let span = self.span(length)?;
        self.position += 1;
        Ok(span)
    }

    pub(super) fn span(&mut self, length: usize) -> Result<Span, PickleError> {
        let start = self.position;
        self.skip(length)?;
        Ok(Span { start: start as u32, end: self.position as u32 })
    }

    /// Keeps text that does not stand so in the pickle. It is never longer than what it stands for there, twice.
    pub(super) fn keep(&mut self, text: &[u8]) -> Result<Span, PickleError> {
        let start = self.bytes.len() + self.unescaped.len();
        self.unescaped.extend_from_slice(text);
        let position = |position: usize| u32::try_from(position).map_err(|_| self.broken());
        Ok(Span { start: position(start)?, end: position(start + text.len())? })
    }

    pub(super) fn broken(&self) -> PickleError {
        PickleError::Broken { position: self.position }
    }

    pub(super) fn push(&mut self, value: Value) -> Result<(), PickleError> {
        if self.stack.len() >= MAX_VALUES {
            return Err(PickleError::TooMany { what: "values on its stack", most: MAX_VALUES });
        }
        self.stack.push(value);
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Result<Value, PickleError> {
        // What lies below a mark belongs to another collection.
        if self.marks.last().is_some_and(|mark| self.stack.len() <= *mark) {
            return Err(self.broken());
        }
        self.stack.pop().ok_or(self.broken())
    }

    pub(super) fn top(&self) -> Result<Value, PickleError> {
        self.stack.last().copied().ok_or(self.broken())
    }

    pub(super) fn push_node(&mut self, node: Node) -> Result<(), PickleError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(PickleError::TooMany { what: "collections and objects", most: MAX_NODES });
        }
        self.nodes.push(node);
        self.push(Value::Node(self.nodes.len() - 1))
    }

    pub(super) fn count(&mut self, items: usize) -> Result<(), PickleError> {
        self.items += items;
        if self.items > MAX_VALUES {
            return Err(PickleError::TooMany { what: "values in its collections", most: MAX_VALUES });
        }
        Ok(())
    }

    /// The values above the last mark, which is removed.
    pub(super) fn above_mark(&mut self) -> Result<Vec<Value>, PickleError> {
        let mark = self.marks.pop().ok_or(self.broken())?;
        let values = self.stack.split_off(mark.min(self.stack.len()));
        self.count(values.len()).map(|()| values)
    }

    fn control(&mut self, code: u8) -> Result<(), PickleError> {
        match code {
            // Marks are as many as values at most.
            op::MARK if self.marks.len() < MAX_VALUES => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            op::MARK => Err(PickleError::TooMany { what: "marks", most: MAX_VALUES }),
            op::POP => self.pop().map(|_| ()),
            op::POP_MARK => self.above_mark().map(|_| ()),
            op::DUP => self.top().and_then(|value| self.push(value)),
            // The version of the protocol, and the frames of the newer ones, tell nothing that is needed.
            op::PROTO => self.skip(1),
            _ => self.skip(8),
        }
    }

    fn memory(&mut self, code: u8) -> Result<(), PickleError> {
        let index = match code {
            op::BINPUT | op::BINGET => self.unsigned(1)?,
            op::LONG_BINPUT | op::LONG_BINGET => self.unsigned(4)?,
            op::MEMOIZE => self.memo.len(),
            _ => self.line()?.text(self.bytes).trim().parse().map_err(|_| self.broken())?,
        };
        if matches!(code, op::GET | op::BINGET | op::LONG_BINGET) {
            let value = self.memo.get(index).copied().ok_or(self.broken())?;
            return self.push(value);
        }
        let value = self.top()?;
        if index >= MAX_VALUES {
            return Err(PickleError::TooMany { what: "remembered values", most: MAX_VALUES });
        }
        if index >= self.memo.len() {
            self.memo.resize(index + 1, Value::None);
        }
        self.memo[index] = value;
        Ok(())
    }

    fn collection(&mut self, code: u8) -> Result<(), PickleError> {
        let node = match code {
            op::EMPTY_LIST | op::EMPTY_TUPLE | op::EMPTY_SET => Node::Sequence(Vec::new()),
            op::EMPTY_DICT => Node::Dict(Vec::new()),
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let length = 1 + usize::from(code - op::TUPLE1);
                let mut values = (0..length).map(|_| self.pop()).collect::<Result<Vec<Value>, _>>()?;
                values.reverse();
                self.count(length)?;
                Node::Sequence(values)
            }
            op::DICT => Node::Dict(pairs(&self.above_mark()?)),
            _ => Node::Sequence(self.above_mark()?),
        };
        self.push_node(node)
    }

    /// Puts values into the collection below them. What an object of another kind is given is left aside.
    fn extend(&mut self, code: u8) -> Result<(), PickleError> {
        let values = match code {
            op::APPEND => vec![self.pop()?],
            op::SETITEM => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.above_mark()?,
        };
        self.count(values.len())?;
        let Value::Node(index) = self.top()? else { return Err(self.broken()) };
        match (self.nodes.get_mut(index), code) {
            (Some(Node::Sequence(list)), op::APPEND | op::APPENDS | op::ADDITEMS) => list.extend(values),
            (Some(Node::Dict(entries)), op::SETITEM | op::SETITEMS) => entries.extend(pairs(&values)),
            (Some(Node::Object(object)), op::SETITEM | op::SETITEMS) => object.items.extend(pairs(&values)),
            (Some(Node::Object(_)), _) => {}
            _ => return Err(self.broken()),
        }
        Ok(())
    }
}

/// Neighbours as keys and values.
fn pairs(values: &[Value]) -> Vec<(Value, Value)> {
    values.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value)).collect()
}
