//! What columns and arrays are called.

/// Names of labels, the surest first. `y` may as well be a coordinate.
const LABELS: [&str; 29] = [
    "label",
    "labels",
    "class",
    "classes",
    "target",
    "targets",
    "species",
    "diagnosis",
    "outcome",
    "variety",
    "category",
    "label_name",
    "class_name",
    "target_name",
    "class_label",
    "classification",
    "class_id",
    "label_id",
    "y_true",
    "ytrue",
    "is_class",
    "response",
    "survived",
    "ground_truth",
    "groundtruth",
    "labels_true",
    "true_label",
    "klasse",
    "y",
];
/// Names of columns that tell the rows apart.
const ROWS: [&str; 19] = [
    "",
    "index",
    "idx",
    "id",
    "row",
    "rows",
    "row_id",
    "rowid",
    "row_number",
    "rownames",
    "row_names",
    "level_0",
    "no",
    "nr",
    "#",
    "uid",
    "uuid",
    "serial",
    "sample_id",
];

/// How sure a name is to be that of a label: 0 is the surest; `None` for another name.
pub(super) fn label_rank(name: &str) -> Option<usize> {
    let plain = plain(name);
    LABELS.iter().position(|label| *label == plain)
}

/// Whether the name is that of a label and of nothing else.
pub(super) fn is_sure_label(name: &str) -> bool {
    label_rank(name).is_some_and(|rank| rank + 1 < LABELS.len())
}

/// Whether a column of this name tells the rows apart; pandas calls an index without a name `Unnamed: 0`.
pub(super) fn is_of_rows(name: &str) -> bool {
    let plain = plain(name);
    let is_id = |name: &str| name.ends_with("Id") || name.ends_with("ID");
    ROWS.contains(&plain.as_str()) || plain.starts_with("unnamed:_") || plain.ends_with("_id") || is_id(name)
}

/// In small letters, with one sign between words.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-', '.'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_writing() {
        for name in ["Label", "SPECIES", "class name", "y", " Diagnosis ", "label-name"] {
            assert!(label_rank(name).is_some(), "{name}");
        }
        assert!(label_rank("radius").is_none() && !is_sure_label("Y") && is_sure_label("y_true"));
        for name in ["", "Unnamed: 0", "Unnamed: 0.1", "ID", "PassengerId", "sample_id", "Row"] {
            assert!(is_of_rows(name), "{name}");
        }
        assert!(!is_of_rows("width") && !is_of_rows("humid") && !is_of_rows("5"));
    }
}
