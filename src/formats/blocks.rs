//! The blocks of transformers, found by the names of their matrices: what can be opened of a file whose tensors make no
//! single chain.

use std::collections::{HashMap, HashSet};

use super::names::natural_order;
use super::tensor_info::TensorInfo;

/// The words for the first and the second matrix of an MLP, in the names of well-known models.
const MLP_WORDS: [(&str, &str); 14] = [
    ("up_proj", "down_proj"),
    ("ffn_up", "ffn_down"),
    ("fc1", "fc2"),
    ("linear1", "linear2"),
    ("lin1", "lin2"),
    ("c_fc", "c_proj"),
    ("dense_h_to_4h", "dense_4h_to_h"),
    ("intermediate.dense", "output.dense"),
    ("w3", "w2"),
    ("w_1", "w_2"),
    ("wi", "wo"),
    ("wi_1", "wo"),
    ("mlp.0", "mlp.2"),
    ("up", "down"),
];
/// The words for the gate beside the first matrix: their outputs are multiplied.
const GATE_WORDS: [(&str, &str); 5] =
    [("up_proj", "gate_proj"), ("ffn_up", "ffn_gate"), ("w3", "w1"), ("wi_1", "wi_0"), ("up", "gate")];
/// The words for the matrices of an attention: query, key, value, output, or several at once.
const ATTENTION_WORDS: [(&str, &[&str]); 5] = [
    ("query", &["q_proj", "attn_q", "query", "wq", "to_q", "q_lin"]),
    ("key", &["k_proj", "attn_k", "key", "wk", "to_k", "k_lin"]),
    ("value", &["v_proj", "attn_v", "value", "wv", "to_v", "v_lin"]),
    ("output", &["o_proj", "attn_output", "out_proj", "wo", "to_out.0", "out_lin", "attention.output.dense"]),
    ("query, key, value", &["c_attn", "in_proj_weight", "query_key_value", "attn_qkv", "qkv"]),
];

/// What can be opened of a block: what it is called, and the weights of the chain, first layer to last.
pub type Choice = (String, Vec<String>);

/// Matrices that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The part of their names that they share.
    pub name: String,
    /// What can be opened.
    pub choices: Vec<Choice>,
}

/// The MLPs and attentions among the tensors, in the order in which people count their names.
pub fn blocks(tensors: &[TensorInfo]) -> Vec<Block> {
    let is_matrix = |tensor: &&TensorInfo| tensor.in_model && tensor.is_numeric && tensor.shape.len() == 2;
    let shapes: HashMap<&str, &[usize]> =
        tensors.iter().filter(is_matrix).map(|tensor| (tensor.name.as_str(), tensor.shape.as_slice())).collect();
    let names = || tensors.iter().filter(is_matrix).map(|tensor| tensor.name.as_str());
    let mut found: HashMap<String, Vec<Choice>> = HashMap::new();
    for (shared, choices) in names().filter_map(|name| mlp(&shapes, name)) {
        found.entry(shared).or_default().extend(choices);
    }
    // The last matrix of some MLPs is called as the output of an attention is.
    let used: HashSet<String> = found.values().flatten().flat_map(|(_, names)| names.clone()).collect();
    for name in names().filter(|name| !used.contains(*name)) {
        if let Some((shared, word)) = attention(name) {
            found.entry(shared).or_default().push((word.to_owned(), vec![name.to_owned()]));
        }
    }
    let mut blocks: Vec<Block> = found.into_iter().map(|(name, choices)| Block { name, choices }).collect();
    blocks.sort_by(|left, right| natural_order(&left.name, &right.name));
    blocks
}

/// The first matrix that belongs to an attention: its queries, or queries, keys and values at once. The words for the
/// others mean other things as well.
pub(super) fn first_query(tensors: &[TensorInfo]) -> Option<&str> {
    let is_matrix = |tensor: &&TensorInfo| tensor.in_model && tensor.is_numeric && tensor.shape.len() == 2;
    let is_query = |name: &&str| attention(name).is_some_and(|(_, word)| word.starts_with("query"));
    tensors.iter().filter(is_matrix).map(|tensor| tensor.name.as_str()).find(is_query)
}

/// The MLP that begins with this matrix: what its names share, and its chains. With a gate the product of two matrices
/// is no chain; each of them can be followed on its own.
fn mlp(shapes: &HashMap<&str, &[usize]>, first: &str) -> Option<(String, Vec<Choice>)> {
    MLP_WORDS.iter().find_map(|(up, down)| {
        let at = word_at(first, up)?;
        let replaced = |word: &str| format!("{}{word}{}", &first[..at], &first[at + up.len()..]);
        let second = Some(replaced(down)).filter(|second| {
            let second = shapes.get(second.as_str());
            second.zip(shapes.get(first)).is_some_and(|(second, first)| chains(first, second))
        })?;
        let text = |word: &str| word.rsplit(['.', '_']).find(|part| *part != "proj").unwrap_or(word).to_owned();
        let mut choices = vec![(format!("{} – {}", text(up), text(down)), vec![first.to_owned(), second.clone()])];
        let gate = GATE_WORDS.iter().find(|(word, _)| word == up).map(|(_, gate)| replaced(gate));
        if let Some(gate) = gate.filter(|gate| shapes.contains_key(gate.as_str())) {
            choices.push((format!("gate – {}", text(down)), vec![gate, second]));
        }
        Some((first[..at].trim_end_matches(['.', '/', '_']).to_owned(), choices))
    })
}

/// Whether one matrix takes what the other gives, as they are or both transposed.
fn chains(first: &[usize], second: &[usize]) -> bool {
    match (first, second) {
        ([rows, columns], [next_rows, next_columns]) => rows == next_columns || columns == next_rows,
        _ => false,
    }
}

/// What the names of an attention share, and which of its matrices this is.
fn attention(name: &str) -> Option<(String, &'static str)> {
    ATTENTION_WORDS.iter().find_map(|(word, spellings)| {
        let at = spellings.iter().find_map(|spelling| word_at(name, spelling))?;
        Some((name[..at].trim_end_matches(['.', '/', '_']).to_owned(), *word))
    })
}

/// The last place of a whole word: no letter or digit stands beside it.
fn word_at(name: &str, word: &str) -> Option<usize> {
    let is_part = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    name.rmatch_indices(word)
        .map(|(at, _)| at)
        .find(|&at| !is_part(name[..at].chars().next_back()) && !is_part(name[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[(&str, [usize; 2])]) -> Vec<(String, Vec<String>)> {
        let info = |(name, shape): &(&str, [usize; 2])| TensorInfo {
            name: (*name).into(),
            shape: shape.to_vec(),
            dtype: "F32".into(),
            bytes: 0,
            is_numeric: true,
            in_model: true,
        };
        let tensors: Vec<TensorInfo> = names.iter().map(info).collect();
        let text = |block: Block| (block.name, block.choices.into_iter().map(|(text, _)| text).collect());
        blocks(&tensors).into_iter().map(text).collect()
    }

    #[test]
    fn gated_blocks_and_attentions_are_found_in_order() {
        let found = found(&[
            ("model.layers.10.mlp.up_proj.weight", [8, 4]),
            ("model.layers.10.mlp.down_proj.weight", [4, 8]),
            ("model.layers.2.mlp.gate_proj.weight", [8, 4]),
            ("model.layers.2.mlp.up_proj.weight", [8, 4]),
            ("model.layers.2.mlp.down_proj.weight", [4, 8]),
            ("model.layers.2.self_attn.q_proj.weight", [4, 4]),
            ("model.layers.2.self_attn.v_proj.weight", [4, 4]),
            ("model.embed_tokens.weight", [100, 4]),
        ]);
        let expected = [
            ("model.layers.2.mlp", vec!["up – down", "gate – down"]),
            ("model.layers.2.self_attn", vec!["query", "value"]),
            ("model.layers.10.mlp", vec!["up – down"]),
        ];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((name, choices), (expected_name, expected_choices)) in found.iter().zip(expected) {
            assert_eq!(
                (name.as_str(), choices),
                (expected_name, &expected_choices.into_iter().map(String::from).collect())
            );
        }
    }

    #[test]
    fn other_spellings() {
        let names = |list: &[(&str, [usize; 2])]| found(list).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&[("h.0.mlp.c_fc.weight", [4, 8]), ("h.0.mlp.c_proj.weight", [8, 4])]), ["h.0.mlp"]);
        assert_eq!(names(&[("blk.1.ffn_up.weight", [8, 4]), ("blk.1.ffn_down.weight", [4, 8])]), ["blk.1"]);
        assert_eq!(names(&[("transformer.in_proj_weight", [12, 4])]), ["transformer"]);
        assert_eq!(names(&[("fc1.weight", [8, 4]), ("fc2.weight", [3, 7])]), Vec::<String>::new());
        assert_eq!(names(&[("keyboard.weight", [8, 4])]), Vec::<String>::new());
    }
}
