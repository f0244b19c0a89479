//! Options whose values have names.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Accepts the names of all these values.
pub(super) fn by_name<T, const N: usize>(all: [T; N], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let find = move |text: String| {
        let found = all.into_iter().find(|value| name(*value) == text);
        found.ok_or_else(|| format!("the name {text} is not known"))
    };
    PossibleValuesParser::new(all.map(name)).try_map(find)
}

/// Accepts the names and turns them into values.
pub(super) fn parser<T>(names: Vec<&'static str>, from_name: fn(&str) -> Option<T>) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names)
        .try_map(move |name| from_name(&name).ok_or_else(|| format!("the name {name} is not known")))
}
