//! Files that are one part of a model of several: what is told of one that is opened alone.

use std::path::Path;

use super::{Account, PartName};

/// The digits of each number in the names of parts, as in `model-00001-of-00003.safetensors`.
const DIGITS: usize = 5;

/// The account of what is missing in the file at `path`, where its name says that it is one of several parts.
pub(super) fn account_by_name(path: &Path) -> Account {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    match numbers(&stem) {
        Some((part, count)) => account(path, part, count),
        None => Account::default(),
    }
}

/// The account of what is missing in a file that is this part of so many, counted from 1.
pub(super) fn account(path: &Path, part: u64, count: u64) -> Account {
    let mut account = Account::default();
    if count > 1 {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let why = format!(
            "is part {part} of {count} of a model, whose other parts are not read with it: open the index that lists \
             them all, or join them (llama-gguf-split --merge for GGUF)"
        );
        account.misses(PartName::node(name), why);
    }
    account
}

/// Which part of how many.
fn numbers(stem: &str) -> Option<(u64, u64)> {
    let (rest, count) = stem.rsplit_once("-of-")?;
    let (_, part) = rest.rsplit_once('-')?;
    let number = |text: &str| text.parse().ok().filter(|_| text.len() == DIGITS);
    Some((number(part)?, number(count)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_parts_is_told() {
        let missing = |name: &str| account_by_name(Path::new(name)).missing_text();
        assert!(missing("a/model-00002-of-00003.safetensors").is_some_and(|text| text.contains("part 2 of 3")));
        for whole in ["model-00001-of-00001.safetensors", "model.safetensors", "best-of-3.pt", "a-1-of-2.pt", "x-of-y"]
        {
            assert_eq!(missing(whole), None, "{whole}");
        }
    }
}
