//! The functions by which PyTorch rebuilds tensors, read from their names and arguments.

use super::element::Element;
use super::quantised::{Quantised, Steps};
use super::sparse::Sparse;
use super::storage::{Storage, index};
use super::stored::View;
use super::tensor::{Content, Tensor};
use crate::io::numpy::ndarray;
use crate::pickle::{Pickle, Value};

/// Wrappers in wrappers end here.
const DEEPEST_WRAPPER: usize = 8;
/// More axes than any weight has.
const MAX_AXES: usize = 16;

/// The tensor that a value is; `None` for any other value. One that cannot be read says so when its values are asked for.
pub(super) fn tensor(pickle: &Pickle<'_>, value: Value) -> Option<Tensor> {
    within(pickle, value, 0)
}

fn within(pickle: &Pickle<'_>, value: Value, depth: usize) -> Option<Tensor> {
    if let Some(storage) = Storage::new(pickle, value) {
        return Some(bare(&storage));
    }
    if let Some(array) = ndarray(pickle, value) {
        return Some(Tensor::array(array));
    }
    let (module, name, arguments) = pickle.call(value)?;
    rebuilt(pickle, &module, &name, arguments, depth)
}

fn rebuilt(pickle: &Pickle<'_>, module: &str, name: &str, arguments: &[Value], depth: usize) -> Option<Tensor> {
    let package = module.split('.').next().unwrap_or_default();
    if package != "torch" || depth > DEEPEST_WRAPPER {
        return None;
    }
    let inner = |value: Value| within(pickle, value, depth + 1);
    let found = match (name, arguments) {
        ("_rebuild_tensor" | "_rebuild_tensor_v2", [storage, offset, shape, strides, ..]) => {
            view(pickle, [*storage, *offset, *shape, *strides], None).map(Tensor::stored)
        }
        ("_rebuild_tensor_v3", [storage, offset, shape, strides, _, _, dtype, ..]) => {
            match (element(pickle, *dtype), view(pickle, [*storage, *offset, *shape, *strides], Some(*dtype))) {
                (_, Some(view)) => Some(Tensor::stored(view)),
                (Err(name), _) => Some(Tensor::unread(&name, axes(pickle, *shape).unwrap_or_default(), unread(&name))),
                (Ok(_), None) => None,
            }
        }
        (
            "_rebuild_device_tensor_from_numpy"
            | "_rebuild_parameter"
            | "_rebuild_parameter_with_state"
            | "Parameter"
            | "Buffer"
            | "_rebuild_device_tensor_from_cpu_tensor",
            [data, ..],
        ) => inner(*data),
        // A subclass of tensors: the function that rebuilds the plain tensor, its class, and the arguments.
        ("_rebuild_from_type_v2", [function, _, arguments, ..]) => {
            let (module, name) = pickle.global(*function)?;
            let arguments = pickle.sequence(*arguments)?;
            rebuilt(pickle, &module, &name, arguments, depth + 1)
        }
        ("_rebuild_qtensor", [storage, offset, shape, strides, steps, ..]) => {
            quantised(pickle, [*storage, *offset, *shape, *strides], *steps, depth)
        }
        ("_rebuild_sparse_tensor" | "_rebuild_sparse_csr_tensor", [layout, parts, ..]) => {
            sparse(pickle, *layout, pickle.sequence(*parts)?, depth)
        }
        ("_rebuild_meta_tensor_no_storage", [dtype, shape, ..]) => {
            let dtype = element(pickle, *dtype).map_or_else(|name| name, |element| element.name.to_owned());
            let why = "was on the meta device when it was saved, so that the file has no values of it".into();
            Some(Tensor::unread(&format!("META {dtype}"), axes(pickle, *shape)?, why))
        }
        ("_rebuild_wrapper_subclass", [class, _, shape, ..]) => {
            let (_, class) = pickle.global(*class)?;
            Some(Tensor::unread(&class, axes(pickle, *shape)?, unread(&class)))
        }
        ("_rebuild_nested_tensor", [buffer, ..]) => {
            let shape = inner(*buffer).map(|buffer| buffer.shape).unwrap_or_default();
            Some(Tensor::unread("NESTED", shape, "is a nested tensor, whose rows have different lengths".into()))
        }
        _ => None,
    };
    // Whatever else PyTorch rebuilds is a tensor too.
    found.or_else(|| name.starts_with("_rebuild_").then(|| Tensor::unread(name, Vec::new(), unread(name))))
}

fn unread(what: &str) -> String {
    format!("is of type {what}, which is not read")
}

/// A storage without a tensor around it.
fn bare(storage: &Storage) -> Tensor {
    let name = storage.class.trim_end_matches("Storage");
    Tensor::unread(&storage.class, Vec::new(), format!("is a storage of {name}s without a tensor; save a tensor"))
}

/// The type that a dtype names, or its name where it is not known.
fn element(pickle: &Pickle<'_>, dtype: Value) -> Result<Element, String> {
    let name = pickle.global(dtype).map(|(_, name)| name.into_owned()).unwrap_or_else(|| "dtype".into());
    Element::of_dtype(&name).ok_or(name)
}

fn view(pickle: &Pickle<'_>, [storage, offset, shape, strides]: [Value; 4], dtype: Option<Value>) -> Option<View> {
    let storage = Storage::new(pickle, storage)?;
    let element = match dtype {
        Some(dtype) => element(pickle, dtype).ok()?,
        None => Element::of_storage(&storage.class)?,
    };
    let (shape, strides) = (axes(pickle, shape)?, axes(pickle, strides)?);
    if shape.len() != strides.len() {
        return None;
    }
    let offset = storage.view_offset.checked_add(index(offset)?)?;
    Some(View { storage: storage.key, shape, strides, offset, element })
}

fn quantised(pickle: &Pickle<'_>, positions: [Value; 4], steps: Value, depth: usize) -> Option<Tensor> {
    let shape = axes(pickle, positions[2]).unwrap_or_default();
    let Some(numbers) = view(pickle, positions, None) else {
        let class = Storage::new(pickle, positions[0]).map_or_else(|| "quantised".into(), |storage| storage.class);
        let name = class.trim_end_matches("Storage").to_owned();
        return Some(Tensor::unread(&name, shape, unread(&name)));
    };
    let parts = pickle.sequence(steps).unwrap_or_default();
    let scheme = parts.first().and_then(|scheme| pickle.global(*scheme)).map(|(_, name)| name.into_owned());
    let steps = match (scheme.as_deref(), parts) {
        (Some("per_tensor_affine" | "per_tensor_symmetric"), [_, scale, zero, ..]) => {
            let (scale, zero) = (pickle.number(*scale)?, pickle.number(*zero)?);
            Some(Steps::One { scale, zero })
        }
        (Some(scheme), [_, scales, zeros, axis, ..]) if scheme.starts_with("per_channel") => {
            let inner = |value: Value| within(pickle, value, depth + 1).map(Box::new);
            let (scales, zeros) = (inner(*scales)?, inner(*zeros)?);
            let axis = index(*axis).filter(|axis| *axis < shape.len());
            axis.map(|axis| Steps::Along { axis, scales, zeros })
        }
        _ => None,
    };
    let Some(steps) = steps else {
        let scheme = scheme.unwrap_or_else(|| "unknown".into());
        let why = format!("is quantised by the scheme {scheme}, which is not read");
        return Some(Tensor::unread(numbers.element.name, shape, why));
    };
    let plain = Tensor::stored(numbers.clone());
    Some(Tensor { is_weight: true, content: Content::Quantised(Box::new(Quantised { numbers, steps })), ..plain })
}

fn sparse(pickle: &Pickle<'_>, layout: Value, parts: &[Value], depth: usize) -> Option<Tensor> {
    let inner = |value: &Value| within(pickle, *value, depth + 1);
    // The layout is called for by its name, as Python cannot pickle it.
    let layout = match pickle.call(layout) {
        Some((_, _, [name, ..])) => pickle.text(*name)?.into_owned(),
        _ => pickle.global(layout)?.1.into_owned(),
    };
    let layout = layout.trim_start_matches("torch.").to_owned();
    let (shape, sparse) = match (layout.as_str(), parts) {
        ("sparse_coo", [positions, values, shape, ..]) => {
            let (positions, values) = (inner(positions)?, inner(values)?);
            (*shape, Sparse::Places { positions, values })
        }
        ("sparse_csr" | "sparse_csc", [starts, positions, values, shape, ..]) => {
            let (starts, positions, values) = (inner(starts)?, inner(positions)?, inner(values)?);
            let by_rows = layout == "sparse_csr";
            (*shape, Sparse::Compressed { by_rows, starts, positions, values })
        }
        (_, parts) => {
            let shape = parts.iter().rev().find_map(|part| axes(pickle, *part)).unwrap_or_default();
            return Some(Tensor::unread(&layout, shape, unread(&layout)));
        }
    };
    let (Sparse::Places { positions, values } | Sparse::Compressed { positions, values, .. }) = &sparse;
    let (dtype, is_weight, bytes) =
        (values.dtype.clone(), values.is_weight, positions.bytes.saturating_add(values.bytes));
    Some(Tensor { shape: axes(pickle, shape)?, dtype, bytes, is_weight, content: Content::Sparse(Box::new(sparse)) })
}

fn axes(pickle: &Pickle<'_>, value: Value) -> Option<Vec<usize>> {
    // `torch.Size` is a class around the tuple.
    let values = match pickle.call(value) {
        Some((_, name, [inside])) if name == "Size" => pickle.sequence(*inside)?,
        _ => pickle.sequence(value)?,
    };
    (values.len() <= MAX_AXES).then(|| values.iter().map(|axis| index(*axis)).collect())?
}
