//! PyTorch's archives: a pickle of a dictionary of tensors, and their storages.

use super::containers::archive;
use crate::whole_or_told::model::{Tensor, Type};

pub fn pytorch(tensors: &[Tensor]) -> Vec<u8> {
    let mut pickle = Pickle(b"\x80\x02".to_vec());
    pickle.0.extend(b"ccollections\nOrderedDict\n)R(");
    for (key, tensor) in tensors.iter().enumerate() {
        pickle.text(&tensor.name);
        pickle.tensor(tensor, key);
    }
    pickle.0.extend(b"u.");
    let storages = tensors.iter().enumerate().map(|(key, tensor)| (format!("archive/data/{key}"), tensor.bytes()));
    archive(
        std::iter::once(("archive/data.pkl".to_owned(), pickle.0))
            .chain(storages)
            .chain(std::iter::once(("archive/version".to_owned(), b"3\n".to_vec()))),
    )
}

struct Pickle(Vec<u8>);

impl Pickle {
    fn text(&mut self, text: &str) {
        self.0.push(b'X');
        self.0.extend((text.len() as u32).to_le_bytes());
        self.0.extend(text.as_bytes());
    }

    fn number(&mut self, number: usize) {
        self.0.push(b'J');
        self.0.extend((number as i32).to_le_bytes());
    }

    /// `_rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())`.
    fn tensor(&mut self, tensor: &Tensor, key: usize) {
        let storage = match tensor.kind {
            Type::F64 => "DoubleStorage",
            Type::F16 => "HalfStorage",
            Type::BF16 => "BFloat16Storage",
            Type::I8 => "CharStorage",
            Type::I64 => "LongStorage",
            Type::F32 | Type::F8 => "FloatStorage",
        };
        self.0.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        self.text("storage");
        self.0.extend(format!("ctorch\n{storage}\n").as_bytes());
        self.text(&key.to_string());
        self.text("cpu");
        self.number(tensor.values.len());
        self.0.extend(b"tQ");
        self.number(0);
        self.0.push(b'(');
        tensor.shape.iter().for_each(|length| self.number(*length));
        self.0.extend(b"t(");
        for position in 0..tensor.shape.len() {
            self.number(tensor.shape[position + 1..].iter().product());
        }
        self.0.extend(b"t\x89ccollections\nOrderedDict\n)RtR");
    }
}
