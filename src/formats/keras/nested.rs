//! Layers that keep their tensors in parts of their own: the cells of recurrent layers, the matrices of attention.

use super::architecture::LayerConfig;

/// A part of a layer in a file that counts tensors: the path of its group, the words before its roles, and the roles.
pub(super) struct Part {
    pub group: &'static str,
    pub prefix: &'static str,
    pub roles: &'static [&'static str],
}

const CELL: [&str; 3] = ["kernel", "recurrent_kernel", "bias"];
const MATRIX: [&str; 2] = ["kernel", "bias"];
const RECURRENT: [Part; 1] = [Part { group: "/cell", prefix: "", roles: &CELL }];
const BIDIRECTIONAL: [Part; 2] = [
    Part { group: "/forward_layer/cell", prefix: "forward/", roles: &CELL },
    Part { group: "/backward_layer/cell", prefix: "backward/", roles: &CELL },
];
const ATTENTION: [Part; 4] = [
    Part { group: "/query_dense", prefix: "query/", roles: &MATRIX },
    Part { group: "/key_dense", prefix: "key/", roles: &MATRIX },
    Part { group: "/value_dense", prefix: "value/", roles: &MATRIX },
    Part { group: "/output_dense", prefix: "output/", roles: &MATRIX },
];

/// The parts of a layer of this class; none where it keeps its tensors together.
pub(super) fn parts(layer: &LayerConfig) -> &'static [Part] {
    match layer.class.as_str() {
        "LSTM" | "GRU" | "SimpleRNN" => &RECURRENT,
        "Bidirectional" => &BIDIRECTIONAL,
        "MultiHeadAttention" => &ATTENTION,
        _ => &[],
    }
}

/// The words before the role of a tensor in a file that names tensors: `within` is its path below the layer's own.
pub(super) fn prefix(layer: &LayerConfig, within: &[&str]) -> &'static str {
    let first = within.first().copied().unwrap_or_default();
    let is_called = |part: &&Part| {
        let name = part.prefix.trim_end_matches('/');
        match layer.class.as_str() {
            "Bidirectional" => first.starts_with(name),
            _ => {
                first == name
                    || first.strip_suffix("_dense") == Some(name)
                    || first == "attention_output" && name == "output"
            }
        }
    };
    parts(layer).iter().filter(|part| !part.prefix.is_empty()).find(is_called).map_or("", |part| part.prefix)
}

/// The path of a tensor's parent below the part that is called as the layer; none where no part is.
pub(super) fn below<'p>(layer: &LayerConfig, parent: &'p str) -> Option<(&'p str, Vec<&'p str>)> {
    let mut end = parent.len();
    // From the right: a model may be called as the layer within it.
    loop {
        let head = &parent[..end];
        let is_own = head.strip_suffix(&layer.name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
        if is_own {
            let rest = parent[end..].trim_start_matches('/');
            return Some((head, if rest.is_empty() { Vec::new() } else { rest.split('/').collect() }));
        }
        end = head.rfind('/')?;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::architecture;
    use super::*;
    use crate::formats::Account;

    #[test]
    fn parts_are_found_by_their_paths() {
        let layer = |class: &str| {
            let list = json!([{"class_name": class, "config": {"name": "a/b"}}]);
            let config = json!({"class_name": "Sequential", "config": {"layers": list}});
            architecture::model(&config, &mut Account::default()).unwrap().layers.remove(0)
        };
        let attention = layer("MultiHeadAttention");
        assert_eq!(below(&attention, "m/a/b/query"), Some(("m/a/b", vec!["query"])));
        assert_eq!(below(&attention, "m/a/c"), None);
        assert_eq!(prefix(&attention, &["attention_output"]), "output/");
        assert_eq!(prefix(&attention, &["value_dense"]), "value/");
        assert_eq!(prefix(&layer("Bidirectional"), &["backward_lstm_2", "lstm_cell"]), "backward/");
        assert_eq!(prefix(&layer("LSTM"), &["lstm_cell"]), "");
        assert!(parts(&layer("Dense")).is_empty());
    }
}
