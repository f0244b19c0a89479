//! The instructions of pickles, by the names of Python's `pickletools`.

/// Marks the height of the stack.
pub const MARK: u8 = b'(';
/// The pickle ends; the top of the stack is its value.
pub const STOP: u8 = b'.';
/// Drops the top of the stack.
pub const POP: u8 = b'0';
/// Drops everything above the last mark.
pub const POP_MARK: u8 = b'1';
/// Pushes the top of the stack again.
pub const DUP: u8 = b'2';
/// A float as a line of text.
pub const FLOAT: u8 = b'F';
/// An integer, or a truth value, as a line of text.
pub const INT: u8 = b'I';
/// A signed integer of four bytes.
pub const BININT: u8 = b'J';
/// An unsigned integer of one byte.
pub const BININT1: u8 = b'K';
/// An integer of any size as a line of text.
pub const LONG: u8 = b'L';
/// An unsigned integer of two bytes.
pub const BININT2: u8 = b'M';
/// None.
pub const NONE: u8 = b'N';
/// An object kept outside, named by a line of text.
pub const PERSID: u8 = b'P';
/// An object kept outside, named by the top of the stack.
pub const BINPERSID: u8 = b'Q';
/// Calls a function with a tuple of arguments.
pub const REDUCE: u8 = b'R';
/// Text in quotes, with escapes, as a line.
pub const STRING: u8 = b'S';
/// Text behind its length of four bytes.
pub const BINSTRING: u8 = b'T';
/// Text behind its length of one byte.
pub const SHORT_BINSTRING: u8 = b'U';
/// Text with escapes, as a line.
pub const UNICODE: u8 = b'V';
/// UTF-8 behind its length of four bytes.
pub const BINUNICODE: u8 = b'X';
/// Appends the top of the stack to a list.
pub const APPEND: u8 = b'a';
/// Gives an object its state.
pub const BUILD: u8 = b'b';
/// A class or function, by two lines: module and name.
pub const GLOBAL: u8 = b'c';
/// A dictionary of everything above the last mark.
pub const DICT: u8 = b'd';
/// An empty dictionary.
pub const EMPTY_DICT: u8 = b'}';
/// Appends everything above the last mark to a list.
pub const APPENDS: u8 = b'e';
/// A remembered value, by its number as a line of text.
pub const GET: u8 = b'g';
/// A remembered value, by a number of one byte.
pub const BINGET: u8 = b'h';
/// An instance, by two lines of text and everything above the last mark.
pub const INST: u8 = b'i';
/// A remembered value, by a number of four bytes.
pub const LONG_BINGET: u8 = b'j';
/// A list of everything above the last mark.
pub const LIST: u8 = b'l';
/// An empty list.
pub const EMPTY_LIST: u8 = b']';
/// An instance, by everything above the last mark, its class first.
pub const OBJ: u8 = b'o';
/// Remembers the top of the stack, by a number as a line of text.
pub const PUT: u8 = b'p';
/// Remembers the top of the stack, by a number of one byte.
pub const BINPUT: u8 = b'q';
/// Remembers the top of the stack, by a number of four bytes.
pub const LONG_BINPUT: u8 = b'r';
/// Puts a key and a value into a dictionary.
pub const SETITEM: u8 = b's';
/// A tuple of everything above the last mark.
pub const TUPLE: u8 = b't';
/// An empty tuple.
pub const EMPTY_TUPLE: u8 = b')';
/// Puts keys and values above the last mark into a dictionary.
pub const SETITEMS: u8 = b'u';
/// A float of eight bytes, the most significant first.
pub const BINFLOAT: u8 = b'G';
/// Bytes behind their length of four bytes.
pub const BINBYTES: u8 = b'B';
/// Bytes behind their length of one byte.
pub const SHORT_BINBYTES: u8 = b'C';
/// The version of the protocol.
pub const PROTO: u8 = 0x80;
/// An instance, by its class and a tuple of arguments.
pub const NEWOBJ: u8 = 0x81;
/// A tuple of one value.
pub const TUPLE1: u8 = 0x85;
/// A tuple of two values.
pub const TUPLE2: u8 = 0x86;
/// A tuple of three values.
pub const TUPLE3: u8 = 0x87;
/// True.
pub const NEWTRUE: u8 = 0x88;
/// False.
pub const NEWFALSE: u8 = 0x89;
/// An integer behind its length of one byte.
pub const LONG1: u8 = 0x8a;
/// An integer behind its length of four bytes.
pub const LONG4: u8 = 0x8b;
/// UTF-8 behind its length of one byte.
pub const SHORT_BINUNICODE: u8 = 0x8c;
/// UTF-8 behind its length of eight bytes.
pub const BINUNICODE8: u8 = 0x8d;
/// Bytes behind their length of eight bytes.
pub const BINBYTES8: u8 = 0x8e;
/// An empty set.
pub const EMPTY_SET: u8 = 0x8f;
/// Puts everything above the last mark into a set.
pub const ADDITEMS: u8 = 0x90;
/// A frozen set of everything above the last mark.
pub const FROZENSET: u8 = 0x91;
/// An instance, by its class, a tuple of arguments and a dictionary of named ones.
pub const NEWOBJ_EX: u8 = 0x92;
/// A class or function, by module and name on the stack.
pub const STACK_GLOBAL: u8 = 0x93;
/// Remembers the top of the stack under the next number.
pub const MEMOIZE: u8 = 0x94;
/// The length of the frame that follows.
pub const FRAME: u8 = 0x95;
/// Bytes that can be changed, behind their length of eight bytes.
pub const BYTEARRAY8: u8 = 0x96;
