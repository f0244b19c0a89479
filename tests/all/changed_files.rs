//! Files that another program shortens, writes to or takes away while they are open: a sentence, and never the end of the
//! program or numbers of two files.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use layerflow::formats::{self, Opened, TensorFile};

/// A file of two tensors for each format whose values are read when they are asked for.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let write = |name: &str, bytes: Vec<u8>| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let values = |count: usize| (0..count).flat_map(|value| (value as f32).to_le_bytes()).collect::<Vec<u8>>();
    let header = br#"{"a":{"dtype":"F32","shape":[64,64],"data_offsets":[0,16384]},"b":{"dtype":"F32","shape":[64,64],"data_offsets":[16384,32768]}}"#;
    let safetensors = [&(header.len() as u64).to_le_bytes()[..], header, &values(8192)].concat();
    let mut gguf = b"GGUF\x03\0\0\0".to_vec();
    gguf.extend([2_u64.to_le_bytes(), 0_u64.to_le_bytes()].concat());
    for (name, offset) in [(b'a', 0_u64), (b'b', 16384)] {
        gguf.extend([&1_u64.to_le_bytes()[..], &[name], &2_u32.to_le_bytes()].concat());
        gguf.extend([64_u64.to_le_bytes(), 64_u64.to_le_bytes()].concat());
        gguf.extend([&0_u32.to_le_bytes()[..], &offset.to_le_bytes()].concat());
    }
    gguf.resize(gguf.len().next_multiple_of(32), 0);
    gguf.extend(values(8192));
    vec![write("a.safetensors", safetensors), write("a.gguf", gguf)]
}

fn opened(path: &Path) -> TensorFile {
    match formats::open(path).unwrap() {
        Opened::Tensors(tensors) => tensors,
        other => panic!("{}: {other:?}", path.display()),
    }
}

/// The file as it is changed, and later than before by any clock.
fn change(path: &Path, change: impl FnOnce(&File)) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    change(&file);
    file.set_modified(SystemTime::now() + Duration::from_secs(10)).unwrap();
}

#[test]
fn a_file_that_changes_is_told_before_its_next_tensor_is_read() {
    let changes: [fn(&File); 4] = [
        |file| file.set_len(0).unwrap(),
        |file| file.set_len(9000).unwrap(),
        |file| file.set_len(1 << 20).unwrap(),
        |mut file| std::io::Write::write_all(&mut file, b"other").unwrap(),
    ];
    for changed in changes {
        let folder = tempfile::tempdir().unwrap();
        for path in cases(folder.path()) {
            let file = opened(&path);
            assert_eq!(file.matrix("a").unwrap()[(63, 63)], 4095.0);
            change(&path, changed);
            let sentence = file.matrix("b").unwrap_err().to_string();
            assert!(sentence.contains("another program has changed it"), "{sentence}");
        }
    }
}

#[test]
fn a_file_that_is_replaced_or_removed_is_read_as_it_was_opened() {
    let folder = tempfile::tempdir().unwrap();
    for path in cases(folder.path()) {
        let file = opened(&path);
        let beside = path.with_extension("new");
        std::fs::write(&beside, "other").unwrap();
        std::fs::rename(&beside, &path).unwrap();
        assert_eq!(file.matrix("b").unwrap()[(0, 0)], 4096.0);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.matrix("a").unwrap()[(0, 1)], 1.0);
    }
}
