//! Tensors of HDF5 files, which Keras writes.
//!
//! An HDF5 file is a tree of groups with datasets as leaves, but nothing in the format keeps a group from holding
//! itself; the walk is bounded in depth and in the number of objects.

mod elements;
mod groups;
mod layout;
mod links;
mod order;

use std::collections::HashMap;
use std::path::Path;

use hdf5_pure::{Dataset, File, Group};

use super::candidate::LAST_MARK;
use super::tensor_info::{TensorInfo, TensorOrder};
use super::tensors::{TensorFile, TensorSource, ValuesError};
use super::{Account, FormatError, PartName};
use elements::Element;
use groups::{DEEPEST, LeadsTo, MAX_OBJECTS, PassedLink, SIGNATURE};

/// A dataset may take this many times its file's size in memory, as 16-bit numbers do when they are read in 64 bits…
const LARGEST_EXPANSION: u64 = 4;
/// …and this much in any case.
const ALWAYS_READ_BYTES: u64 = 32 << 20;
pub(super) const FORMAT: &str = "HDF5";

/// The datasets of a file that is open, each with the type of its values where HDF5 itself does not have it.
struct Hdf5Tensors {
    datasets: Vec<(Dataset, Element)>,
    file_bytes: u64,
}

/// What a walk through the groups finds.
pub(super) struct Hdf5File {
    pub tensors: TensorFile,
    /// The text attributes of the root.
    pub attributes: HashMap<String, String>,
    /// The groups with a `name` attribute: that name, and the group's path.
    pub named_groups: Vec<(String, String)>,
    /// For each group with a list `weight_names`, that list by the group's path.
    pub weight_names: HashMap<String, Vec<String>>,
}

impl TensorSource for Hdf5Tensors {
    fn values(&self, index: usize) -> Result<Vec<f64>, ValuesError> {
        self.numbers(index).map_err(ValuesError::Tensor)
    }
}

impl Hdf5Tensors {
    fn numbers(&self, index: usize) -> Result<Vec<f64>, String> {
        let (dataset, element) = self.datasets.get(index).ok_or("is not in the file")?;
        let count = element_count(dataset)?.checked_mul(8);
        let most = self.file_bytes.saturating_mul(LARGEST_EXPANSION).saturating_add(ALWAYS_READ_BYTES);
        if count.is_none_or(|bytes| bytes > most) {
            return Err("claims far more values than its file can hold; save the file again".into());
        }
        let values = elements::values(dataset, *element)?;
        let expected = element_count(dataset)?;
        // A changed type may keep several numbers, or parts of one, where the shape counts one.
        if values.len() as u64 != expected {
            return Err(format!("claims {expected} values, but {} are stored; save the file again", values.len()));
        }
        Ok(values)
    }
}

/// Whether a file that begins so is one: its mark stands at 0, or behind what another program puts before it at a power of
/// two.
pub(super) fn is_marked(beginning: &[u8]) -> bool {
    let positions = std::iter::once(0).chain((9..=LAST_MARK.ilog2()).map(|power| 1_usize << power));
    let has_mark = |position: usize| beginning.get(position..).is_some_and(|rest| rest.starts_with(&SIGNATURE));
    positions.into_iter().any(has_mark)
}

/// Walks through the groups of the file whose bytes are given. `path` is the file they are from.
pub(super) fn open(path: &Path, mut bytes: Vec<u8>) -> Result<Hdf5File, FormatError> {
    let file_bytes = bytes.len() as u64;
    let damaged = |reason: String| FormatError::Damaged { path: path.into(), format: FORMAT, reason };
    layout::make_older(&mut bytes);
    let passed = groups::passed_links(&bytes);
    let without_links = links::without_soft_links(&bytes);
    let (file, walk) = match walked(bytes) {
        Ok(walked) => walked,
        Err(reason) => without_links.and_then(|bytes| walked(bytes).ok()).ok_or_else(|| damaged(reason))?,
    };
    let attributes = file.root().attrs().map_err(|error| damaged(error.to_string()))?;
    let text = |(name, value): (String, hdf5_pure::AttrValue)| Some((name, value.as_str()?.to_owned()));
    let attributes = attributes.into_iter().filter_map(text).collect();
    let guessed = walk.found.iter().find(|(_, (_, element))| *element == Element::Guessed);
    let assumed = guessed.map(|(info, _)| {
        format!("the values of two bytes in `{}` and others like it are bfloat16, which HDF5 cannot name", info.name)
    });
    let (named_groups, weight_names) = (walk.named_groups.clone(), walk.listed.weight_names());
    let (tensors, order, datasets) = walk.ordered();
    let tensors = TensorFile::new(path, tensors, Hdf5Tensors { datasets, file_bytes }).ordered(order);
    let tensors = match assumed {
        Some(sentence) => tensors.assuming(sentence),
        None => tensors,
    };
    let tensors = tensors.with_account(account_of_links(&passed));
    Ok(Hdf5File { tensors, attributes, named_groups, weight_names })
}

/// What becomes of the links that are not followed. A second name for what has a place of its own in the file is needless,
/// unless it is called as another layer or weight would be: then that one may be used twice.
fn account_of_links(passed: &[PassedLink]) -> Account {
    let mut account = Account::default();
    for PassedLink { path, leads_to } in passed {
        let part = PartName::node(path);
        match leads_to {
            LeadsTo::File { file, target } => {
                account
                    .misses(part, format!("is a link to `{target}` in another file ({file}), which is not followed"));
            }
            LeadsTo::Here { target, exists: false } => {
                account.misses(part, format!("is a link to `{target}`, which is not in the file"));
            }
            LeadsTo::Here { target, .. } if is_called_alike(path, target) => {
                let why = format!("is a link to `{target}`, and whether that is used once more is not known");
                account.misses(part, why);
            }
            LeadsTo::Here { target, .. } => account.leaves(part, format!("is another name of `{target}`")),
        }
    }
    account
}

fn is_called_alike(path: &str, target: &str) -> bool {
    let leaf = |path: &str| {
        let leaf = path.rsplit('/').next().unwrap_or_default().to_owned();
        leaf.replace(|character: char| character.is_ascii_digit(), "")
    };
    // `fc3` for `fc1`; a weight of the same name in another layer.
    leaf(path) == leaf(target) || super::names::says_weight(path)
}

/// The file, and what a walk through its groups finds; in words, what is wrong with it.
fn walked(bytes: Vec<u8>) -> Result<(File, Walk), String> {
    let file = File::from_bytes(bytes).map_err(|error| error.to_string())?;
    let mut walk = Walk::default();
    walk.group(&file.root(), "", 0)?;
    Ok((file, walk))
}

#[derive(Default)]
struct Walk {
    objects: usize,
    found: Vec<(TensorInfo, (Dataset, Element))>,
    named_groups: Vec<(String, String)>,
    listed: order::Listed,
}

impl Walk {
    fn group(&mut self, group: &Group, prefix: &str, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err(format!("its groups lie more than {DEEPEST} deep within each other"));
        }
        let caption = |error: hdf5_pure::Error| error.to_string();
        let attributes = group.attrs().map_err(caption)?;
        self.listed.take(prefix, &attributes);
        if depth > 0
            && let Some(name) = attributes.get("name").and_then(|value| value.as_str())
        {
            self.named_groups.push((name.to_owned(), prefix.trim_end_matches('/').to_owned()));
        }
        let mut datasets: Vec<(String, Dataset)> = group.iter_datasets().map_err(caption)?.collect();
        datasets.sort_by(|(left, _), (right, _)| super::names::natural_order(left, right));
        for (name, dataset) in datasets {
            self.count()?;
            let (info, element) = info(format!("{prefix}{name}"), &dataset);
            self.found.push((info, (dataset, element)));
        }
        let mut groups: Vec<(String, Group)> = group.iter_groups().map_err(caption)?.collect();
        groups.sort_by(|(left, _), (right, _)| super::names::natural_order(left, right));
        for (name, child) in groups {
            self.count()?;
            self.group(&child, &format!("{prefix}{name}/"), depth + 1)?;
        }
        Ok(())
    }

    /// What was found, in the model's own order where the file lists all of the model's tensors, and else by names.
    fn ordered(mut self) -> (Vec<TensorInfo>, TensorOrder, Vec<(Dataset, Element)>) {
        let positions = self.listed.positions();
        let of = |info: &TensorInfo| positions.get(&info.name).copied();
        let is_listed = self.found.iter().filter(|(info, _)| info.in_model).all(|(info, _)| of(info).is_some());
        let order = if is_listed && !positions.is_empty() { TensorOrder::Own } else { TensorOrder::ByName };
        if order == TensorOrder::Own {
            self.found.sort_by_key(|(info, _)| of(info).unwrap_or(usize::MAX));
        }
        let (tensors, datasets) = self.found.into_iter().unzip();
        (tensors, order, datasets)
    }

    fn count(&mut self) -> Result<(), String> {
        self.objects += 1;
        if self.objects > MAX_OBJECTS {
            return Err(format!("it holds more than {MAX_OBJECTS} groups and datasets"));
        }
        Ok(())
    }
}

fn info(name: String, dataset: &Dataset) -> (TensorInfo, Element) {
    // What the library does not understand of one dataset says nothing of the others.
    let unread = |error: hdf5_pure::Error| (Element::Unread, format!("UNREAD ({error})"));
    let (mut element, mut dtype) = elements::element(dataset).unwrap_or_else(unread);
    let axes = dataset.shape().unwrap_or_else(|error| {
        (element, dtype) = unread(error);
        Vec::new()
    });
    let bytes = element_count(dataset).ok().zip(dataset.element_size().ok());
    let bytes = bytes.and_then(|(count, size)| count.checked_mul(size)).unwrap_or(u64::MAX);
    let shape = axes.into_iter().map(|length| usize::try_from(length).unwrap_or(usize::MAX)).collect();
    // The optimizer's own numbers are no part of the network.
    let in_model = !name.starts_with("optimizer");
    let is_numeric = element != Element::Unread;
    (TensorInfo { name, shape, dtype, bytes, is_numeric, in_model }, element)
}

fn element_count(dataset: &Dataset) -> Result<u64, String> {
    let shape = dataset.shape().map_err(|error| error.to_string())?;
    let product = shape.iter().try_fold(1_u64, |product, &length| product.checked_mul(length));
    product.ok_or_else(|| "has an absurdly large shape; save the file again".into())
}
