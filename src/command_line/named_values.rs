//! Options whose values have names.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Accepts the names and turns them into values.
pub(super) fn parser<T>(names: Vec<&'static str>, from_name: fn(&str) -> Option<T>) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names)
        .try_map(move |name| from_name(&name).ok_or_else(|| format!("the name {name} is not known")))
}
