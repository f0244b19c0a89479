use super::schema;
use crate::formats::PartName;
use crate::formats::opened::Opened;

const FILE: &[u8] = include_bytes!("../../../tests/data/tensorflow/cnn_f32.tflite");

fn open(bytes: &[u8]) -> Result<Opened, crate::formats::FormatError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.tflite");
    std::fs::write(&path, bytes).unwrap();
    super::open(&path, None)
}

#[test]
fn the_schema_is_read() {
    let model = schema::read(FILE).unwrap();
    assert_eq!((model.inputs.len(), model.outputs.len(), model.other_graphs.len()), (1, 1, 0));
    let codes: Vec<i32> = model.operators.iter().map(|operator| operator.code).collect();
    assert_eq!(codes[..3], [3, 4, 3]);
    let kernel = model.operators[1].inputs[1].unwrap();
    assert_eq!(model.tensors[kernel].shape, [1, 3, 3, 4]);
    assert!(model.tensors[kernel].values(FILE).unwrap().len() == 36);
}

/// Every place of the file is set to numbers that offsets and lengths must not be believed with.
#[test]
fn damaged_files_are_refused_or_partial_and_never_believed() {
    for position in (0..FILE.len() - 4).step_by(3) {
        for number in [0, 1, 0x7fff_ffff, 0xffff_fff0, FILE.len() as u32] {
            let mut bytes = FILE.to_vec();
            bytes[position..position + 4].copy_from_slice(&u32::to_le_bytes(number));
            if bytes.get(4..8) == Some(super::IDENTIFIER) && position % 24 == 0 {
                // Whole readings take longer.
                let _ = open(&bytes);
            }
            let _ = schema::read(&bytes);
        }
    }
    for length in (0..FILE.len()).step_by(97) {
        assert!(schema::read(&FILE[..length]).is_err() || length > FILE.len() / 2);
    }
}

#[test]
fn every_operator_and_constant_has_its_fate() {
    let Opened::Network(opened) = open(FILE).unwrap() else { panic!("is no network") };
    assert!(opened.account.is_whole());
    let model = schema::read(FILE).unwrap();
    for tensor in model.tensors.iter().filter(|tensor| tensor.position.is_some()) {
        assert!(opened.account.fate(&PartName::tensor(&tensor.name)).is_some(), "{}", tensor.name);
    }
    assert!(opened.account.parts().len() > model.operators.len() + 8);
}
