//! The stack machine of pickles, without its power to call anything.

use super::forbidden::is_forbidden;
use super::{Node, Object, Pickle, PickleError, Span, Value, escapes, opcodes as op};

/// The most values with parts: what thirty thousand tensors need, 20 MB.
const MAX_NODES: usize = 1 << 20;
/// The most values on the stack, in the memo and in collections, each 32 or 64 MB: a hundred thousand
/// tensors need less.
pub(super) const MAX_VALUES: usize = 1 << 21;
/// The longest name of a module or a function, in bytes. Python's own are shorter than a hundred.
const LONGEST_NAME: usize = 1024;

/// Reads the pickle that `bytes` begins with.
pub(crate) fn read(bytes: &[u8]) -> Result<Pickle<'_>, PickleError> {
    // Places in the pickle are kept in 32 bits; what lies beyond cannot be reached.
    let bytes = bytes.get(..u32::MAX as usize).unwrap_or(bytes);
    let machine = Machine { bytes, ..Machine::default() };
    machine.run()
}

#[derive(Default)]
struct Machine<'a> {
    bytes: &'a [u8],
    position: usize,
    nodes: Vec<Node>,
    stack: Vec<Value>,
    /// For each mark the height of the stack.
    marks: Vec<usize>,
    memo: Vec<Value>,
    /// The values in all collections.
    items: usize,
    /// Text without the escapes that it has in the pickle. Its places are counted on from the pickle's end.
    unescaped: Vec<u8>,
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

    fn take(&mut self, length: usize) -> Result<&'a [u8], PickleError> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let piece = rest.get(..length).ok_or(PickleError::Ends)?;
        self.position += length;
        Ok(piece)
    }

    fn skip(&mut self, length: usize) -> Result<(), PickleError> {
        self.take(length).map(|_| ())
    }

    /// An unsigned number of this many bytes, least significant first.
    fn unsigned(&mut self, width: usize) -> Result<usize, PickleError> {
        let bytes = self.take(width)?;
        let value = bytes.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        usize::try_from(value).map_err(|_| self.broken())
    }

    fn line(&mut self) -> Result<Span, PickleError> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or(PickleError::Ends)?;
        let span = self.span(length)?;
        self.position += 1;
        Ok(span)
    }

    fn span(&mut self, length: usize) -> Result<Span, PickleError> {
        let start = self.position;
        self.skip(length)?;
        Ok(Span { start: start as u32, end: self.position as u32 })
    }

    /// Keeps text that does not stand so in the pickle. It is never longer than what it stands for there, twice.
    fn keep(&mut self, text: &[u8]) -> Result<Span, PickleError> {
        let start = self.bytes.len() + self.unescaped.len();
        self.unescaped.extend_from_slice(text);
        let position = |position: usize| u32::try_from(position).map_err(|_| self.broken());
        Ok(Span { start: position(start)?, end: position(start + text.len())? })
    }

    fn broken(&self) -> PickleError {
        PickleError::Broken { position: self.position }
    }

    fn push(&mut self, value: Value) -> Result<(), PickleError> {
        if self.stack.len() >= MAX_VALUES {
            return Err(PickleError::TooMany { what: "values on its stack", most: MAX_VALUES });
        }
        self.stack.push(value);
        Ok(())
    }

    fn pop(&mut self) -> Result<Value, PickleError> {
        // What lies below a mark belongs to another collection.
        if self.marks.last().is_some_and(|mark| self.stack.len() <= *mark) {
            return Err(self.broken());
        }
        self.stack.pop().ok_or(self.broken())
    }

    fn top(&self) -> Result<Value, PickleError> {
        self.stack.last().copied().ok_or(self.broken())
    }

    fn push_node(&mut self, node: Node) -> Result<(), PickleError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(PickleError::TooMany { what: "collections and objects", most: MAX_NODES });
        }
        self.nodes.push(node);
        self.push(Value::Node(self.nodes.len() - 1))
    }

    fn count(&mut self, items: usize) -> Result<(), PickleError> {
        self.items += items;
        if self.items > MAX_VALUES {
            return Err(PickleError::TooMany { what: "values in its collections", most: MAX_VALUES });
        }
        Ok(())
    }

    /// The values above the last mark, which is removed.
    fn above_mark(&mut self) -> Result<Vec<Value>, PickleError> {
        let mark = self.marks.pop().ok_or(self.broken())?;
        let values = self.stack.split_off(mark.min(self.stack.len()));
        self.count(values.len()).map(|()| values)
    }

    fn integer(&mut self, code: u8) -> Result<Value, PickleError> {
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
    fn length(&mut self, code: u8) -> Result<usize, PickleError> {
        match code {
            op::SHORT_BINSTRING | op::SHORT_BINUNICODE | op::SHORT_BINBYTES => self.unsigned(1),
            op::BINSTRING | op::BINUNICODE | op::BINBYTES => self.unsigned(4),
            _ => self.unsigned(8),
        }
    }

    fn string(&mut self, code: u8) -> Result<Span, PickleError> {
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

    fn object(&mut self, code: u8) -> Result<(), PickleError> {
        match code {
            op::GLOBAL => {
                let (module, name) = (self.line()?, self.line()?);
                self.push_global(module, name)
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Value::Text(module), Value::Text(name)) = (module, name) else { return Err(self.broken()) };
                self.push_global(module, name)
            }
            op::REDUCE | op::NEWOBJ => {
                let (arguments, callee) = (self.pop()?, self.pop()?);
                self.push_call(callee, arguments)
            }
            op::NEWOBJ_EX => {
                let (_, arguments, callee) = (self.pop()?, self.pop()?, self.pop()?);
                self.push_call(callee, arguments)
            }
            op::INST => {
                let (module, name) = (self.line()?, self.line()?);
                let arguments = self.above_mark()?;
                self.push_global(module, name)?;
                let callee = self.pop()?;
                self.push_node(Node::Sequence(arguments))?;
                let arguments = self.pop()?;
                self.push_call(callee, arguments)
            }
            op::OBJ => {
                let mut arguments = self.above_mark()?;
                let callee = if arguments.is_empty() { return Err(self.broken()) } else { arguments.remove(0) };
                self.push_node(Node::Sequence(arguments))?;
                let arguments = self.pop()?;
                self.push_call(callee, arguments)
            }
            op::BUILD => {
                let state = self.pop()?;
                let Value::Node(index) = self.top()? else { return Err(self.broken()) };
                if let Some(Node::Object(object)) = self.nodes.get_mut(index) {
                    object.state = state;
                }
                Ok(())
            }
            op::PERSID => {
                let id = self.line()?;
                self.push_node(Node::Persistent(Value::Text(id)))
            }
            _ => {
                let id = self.pop()?;
                self.push_node(Node::Persistent(id))
            }
        }
    }

    fn push_global(&mut self, module: Span, name: Span) -> Result<(), PickleError> {
        if (module.end - module.start) as usize > LONGEST_NAME || (name.end - name.start) as usize > LONGEST_NAME {
            return Err(self.broken());
        }
        let (module_text, name_text) = (module.text(self.bytes), name.text(self.bytes));
        if is_forbidden(&module_text, &name_text) {
            return Err(PickleError::Dangerous(format!("{module_text}.{name_text}")));
        }
        self.push_node(Node::Global(module, name))
    }

    fn push_call(&mut self, callee: Value, arguments: Value) -> Result<(), PickleError> {
        let (callee, arguments) = self.reconstructed(callee, arguments);
        // A legacy file keeps the classes of its modules outside, together with their source text.
        let callee = match callee {
            Value::Node(index) => match self.nodes.get(index) {
                Some(Node::Persistent(Value::Node(id))) => match self.nodes.get(*id) {
                    Some(Node::Sequence(parts)) => parts.get(1).copied().unwrap_or(callee),
                    _ => callee,
                },
                _ => callee,
            },
            _ => return Err(self.broken()),
        };
        let items = self.pairs_of_ordered_dict(callee, arguments);
        self.count(items.len())?;
        self.push_node(Node::Object(Box::new(Object { callee, arguments, items, state: Value::None })))
    }

    fn sequence(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Node(index) => match self.nodes.get(index)? {
                Node::Sequence(values) => Some(values),
                _ => None,
            },
            _ => None,
        }
    }

    /// The module and name of a function.
    fn function(&self, value: Value) -> Option<(&'a [u8], &'a [u8])> {
        match value {
            Value::Node(index) => match self.nodes.get(index)? {
                Node::Global(module, name) => Some((module.bytes(self.bytes), name.bytes(self.bytes))),
                _ => None,
            },
            _ => None,
        }
    }

    /// Older protocols make an object by a function that is given its class.
    fn reconstructed(&self, callee: Value, arguments: Value) -> (Value, Value) {
        let function = self.function(callee);
        match (function, self.sequence(arguments)) {
            (
                Some((b"copy_reg" | b"copyreg", b"_reconstructor" | b"__newobj__" | b"__newobj_ex__")),
                Some([class, ..]),
            ) => (*class, arguments),
            _ => (callee, arguments),
        }
    }

    /// Python 2 gives an ordered dictionary its entries as a list of pairs.
    fn pairs_of_ordered_dict(&self, callee: Value, arguments: Value) -> Vec<(Value, Value)> {
        let Some((b"collections", b"OrderedDict")) = self.function(callee) else { return Vec::new() };
        let pairs = self.sequence(arguments).and_then(|arguments| self.sequence(*arguments.first()?));
        let pair = |pair: &Value| match self.sequence(*pair) {
            Some([key, value]) => Some((*key, *value)),
            _ => None,
        };
        pairs.unwrap_or_default().iter().filter_map(pair).collect()
    }
}

/// Neighbours as keys and values.
fn pairs(values: &[Value]) -> Vec<(Value, Value)> {
    values.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value)).collect()
}
