//! What pickles would call: it is kept as data, and nothing is called.

use super::forbidden::is_forbidden;
use super::machine::Machine;
use super::{Node, Object, PickleError, Span, Value, opcodes as op};

/// The longest name of a module or a function, in bytes. Python's own are shorter than a hundred.
const LONGEST_NAME: usize = 1024;

impl<'a> Machine<'a> {
    pub(super) fn object(&mut self, code: u8) -> Result<(), PickleError> {
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
