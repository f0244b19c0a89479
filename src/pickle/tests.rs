//! Pickles by hand: what is read, and what is refused.

use super::machine::{MAX_VALUES, read};
use super::{PickleError, Value};

fn refused(bytes: &[u8]) -> PickleError {
    read(bytes).unwrap_err()
}

#[test]
fn collections_and_calls_are_kept_in_order() {
    // {'b': (1, -2), 'a': m.f(True)}
    let bytes = b"\x80\x02}q\0(U\x01bK\x01J\xfe\xff\xff\xff\x86X\x01\0\0\0acm\nf\n\x88\x85Rq\x01u.rest";
    let pickle = read(bytes).unwrap();
    let entries = pickle.entries(pickle.root).unwrap();
    let names: Vec<_> = entries.iter().filter_map(|(key, _)| pickle.text(*key)).collect();
    assert_eq!(names, ["b", "a"]);
    assert_eq!(pickle.sequence(entries[0].1).unwrap(), [Value::Int(1), Value::Int(-2)]);
    let (module, name, arguments) = pickle.call(entries[1].1).unwrap();
    assert_eq!((module.as_ref(), name.as_ref(), arguments), ("m", "f", &[Value::Bool(true)][..]));
    assert_eq!(pickle.length, bytes.len() - 4);
}

#[test]
fn integers_of_every_width() {
    for (bytes, value) in [
        (&b"K\xff."[..], 255),
        (b"M\x01\x02.", 513),
        (b"\x8a\x00.", 0),
        (b"\x8a\x01\xff.", -1),
        (b"\x8a\x08\0\0\0\0\0\0\0\x80.", i64::MIN),
        (b"I-7\n.", -7),
        (b"L12L\n.", 12),
    ] {
        assert_eq!(read(bytes).unwrap().root, Value::Int(value), "{bytes:?}");
    }
    assert_eq!(read(b"\x8a\x09123456789.").unwrap().root, Value::Other);
    assert_eq!(read(b"I01\n.").unwrap().root, Value::Bool(true));
}

#[test]
fn what_is_dangerous_or_broken_is_refused() {
    assert_eq!(refused(b"cposix\nsystem\n(Vls\ntR."), PickleError::Dangerous("posix.system".into()));
    assert_eq!(refused(b"\x8c\x08builtins\x8c\x04eval\x93."), PickleError::Dangerous("builtins.eval".into()));
    assert_eq!(refused(b"cos.path\njoin\n."), PickleError::Dangerous("os.path.join".into()));
    assert!(read(b"c__builtin__\nset\n.").is_ok());
    assert_eq!(refused(b""), PickleError::Ends);
    assert_eq!(refused(b"X\xff\xff\xff\xffa"), PickleError::Ends);
    assert_eq!(refused(b"\xff"), PickleError::Instruction { code: 0xff, position: 0 });
    for broken in [&b"."[..], b"(.", b"h\0.", b"NNR.", b"e.", b"K\x01(0", b"0", b"Np999999999999\n."] {
        assert!(read(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn collections_do_not_grow_without_end() {
    let cases = [(&b")"[..], "collections and objects"), (b"N", "on its stack"), (b"(", "marks"), (b"Na", "in its")];
    for (instruction, text) in cases {
        let bytes = [b"]", instruction.repeat(MAX_VALUES + 2).as_slice()].concat();
        assert!(refused(&bytes).to_string().contains(text));
    }
    assert!(matches!(refused(b"Nr\xff\xff\xff\x7f."), PickleError::TooMany { .. }));
}

#[test]
fn numbers_text_and_bytes_of_all_protocols() {
    assert_eq!(read(b"F0.25\n.").unwrap().root, Value::Float(0.25));
    assert_eq!(read(b"G\x3f\xe0\0\0\0\0\0\0.").unwrap().root, Value::Float(0.5));
    for (bytes, expected) in [
        (&b"C\x02\xff\0."[..], &b"\xff\0"[..]),
        (b"\x96\x02\0\0\0\0\0\0\0\xff\0.", b"\xff\0"),
        (b"S'\\xff\\x00'\n.", b"\xff\0"),
        (b"U\x02\xff\0.", b"\xff\0"),
        (b"c_codecs\nencode\n(X\x03\0\0\0\xc3\xbf\0Vlatin1\ntR.", b"\xff\0"),
        (b"c_codecs\nencode\n(V\xff\\u0000\nVlatin1\ntR.", b"\xff\0"),
        (b"c__builtin__\nbytes\n)R.", b""),
    ] {
        let pickle = read(bytes).unwrap();
        assert_eq!(pickle.bytes(pickle.root).as_deref(), Some(expected), "{bytes:?}");
    }
    let pickle = read(b"Va\\u000ab\n.").unwrap();
    assert_eq!(pickle.text(pickle.root).unwrap(), "a\nb");
}

#[test]
fn objects_and_ordered_dictionaries_of_older_protocols() {
    let pickle = read(b"ccollections\nOrderedDict\n(((S'b'\nI1\nl(S'a'\nI2\nlltR.").unwrap();
    let names: Vec<_> =
        pickle.entries(pickle.root).unwrap().iter().map(|(key, _)| pickle.text(*key).unwrap()).collect();
    assert_eq!(names, ["b", "a"]);
    let pickle = read(b"ccopy_reg\n_reconstructor\n(cm\nNet\nc__builtin__\nobject\nNtR(dS'x'\nI1\nsb.").unwrap();
    let (module, name, _) = pickle.call(pickle.root).unwrap();
    assert_eq!((module.as_ref(), name.as_ref()), ("m", "Net"));
    assert_eq!(pickle.entry(pickle.attributes(pickle.root).unwrap(), "x"), Some(Value::Int(1)));
}
