//! What the names of tensors tell: their order, and which bias belongs to which weight.

use std::cmp::Ordering;

/// Words for a weight in a name, and for the bias beside it. Longer words come before those they contain.
const PAIRS: [(&str, &[&str]); 9] = [
    ("weights", &["biases", "bias"]),
    ("weight", &["bias"]),
    ("kernel", &["bias"]),
    // Keras 3 numbers the variables of a layer.
    ("vars/0", &["vars/1"]),
    ("coefs", &["intercepts"]),
    ("coef", &["intercept"]),
    ("matrix", &["bias", "vector"]),
    ("W", &["b", "B"]),
    ("w", &["b"]),
];

/// Compares names as people count: digits by their value, so that `layer.2` comes before `layer.10`.
pub(super) fn natural_order(left: &str, right: &str) -> Ordering {
    let (mut left_rest, mut right_rest) = (left, right);
    while !left_rest.is_empty() && !right_rest.is_empty() {
        let (left_part, right_part) = (part(left_rest), part(right_rest));
        let order = match (digits(left_part), digits(right_part)) {
            // Without leading zeros the longer number is the larger, whatever its length.
            (Some(a), Some(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            _ => word_order(left_part, right_part),
        };
        if order.is_ne() {
            return order;
        }
        left_rest = &left_rest[left_part.len()..];
        right_rest = &right_rest[right_part.len()..];
    }
    left_rest.len().cmp(&right_rest.len()).then_with(|| left.cmp(right))
}

/// Words that tell where in a network a layer is: before the layers that are only counted, or behind them.
const EARLY_WORDS: [&str; 7] = ["encoder", "enc", "input", "in", "embed", "stem", "first"];
const LATE_WORDS: [&str; 11] =
    ["decoder", "dec", "output", "out", "head", "classifier", "final", "last", "logits", "predictor", "readout"];

/// Compares parts without digits by the first word in which they differ.
fn word_order<'a>(left: &'a str, right: &'a str) -> Ordering {
    let words = |text: &'static [&'static str], word: &str| text.iter().any(|known| known.eq_ignore_ascii_case(word));
    let rank = |word: &str| i8::from(words(&LATE_WORDS, word)) - i8::from(words(&EARLY_WORDS, word));
    let (left_words, right_words): (Vec<&str>, Vec<&str>) =
        (left.split(is_separator).collect(), right.split(is_separator).collect());
    let word = |words: &[&'a str], place: usize| words.get(place).copied().unwrap_or_default();
    let mut pairs = (0..left_words.len().max(right_words.len())).map(|k| (word(&left_words, k), word(&right_words, k)));
    let by_rank = pairs.find(|(left, right)| left != right).map_or(Ordering::Equal, |(l, r)| rank(l).cmp(&rank(r)));
    by_rank.then_with(|| left.cmp(right))
}

/// The longest beginning that is all digits or has none.
fn part(text: &str) -> &str {
    let numeric = text.starts_with(|character: char| character.is_ascii_digit());
    let end = text.find(|character: char| character.is_ascii_digit() != numeric).unwrap_or(text.len());
    &text[..end]
}

fn digits(part: &str) -> Option<&str> {
    part.starts_with(|character: char| character.is_ascii_digit()).then(|| part.trim_start_matches('0'))
}

/// The names that the bias of this weight may have, the likeliest first.
pub(super) fn bias_names(weight: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (word, biases) in PAIRS {
        let Some(at) = find_word(weight, word) else { continue };
        let (before, after) = (&weight[..at], &weight[at + word.len()..]);
        names.extend(biases.iter().map(|bias| format!("{before}{bias}{after}")));
    }
    names
}

/// What is left of a weight's name without the word for weight: the name of its layer.
pub(super) fn layer_name(weight: &str) -> &str {
    for word in ["weights", "weight", "kernel", "vars/0"] {
        if let Some(before) = weight.strip_suffix(word).or_else(|| weight.strip_suffix(&format!("{word}:0"))) {
            let trimmed = before.trim_end_matches(['.', '/', '_']);
            return if trimmed.is_empty() { weight } else { trimmed };
        }
    }
    weight
}

/// Whether the name says that rows are inputs, as Keras and scikit-learn store their matrices.
pub(super) fn says_transposed(weight: &str) -> bool {
    ["kernel", "coefs", "vars/0"].iter().any(|word| find_word(weight, word).is_some())
}

/// Whether the name is one of a residual block's: `layer1.0.conv2.weight`, `shortcut.0.weight`.
pub(super) fn says_residual(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if ["downsample", "shortcut", "skip", "resid", "resblock"].iter().any(|word| lower.contains(word)) {
        return true;
    }
    // Stages of blocks of convolutions, as ResNets call them: a word with a number, a number, a convolution.
    let parts: Vec<&str> = lower.split(['.', '/']).collect();
    parts.windows(3).any(|three| {
        let is_stage = ["layer", "stage", "block", "group"].iter().any(|word| three[0].starts_with(word));
        is_stage && three[1].bytes().all(|byte| byte.is_ascii_digit()) && three[2].starts_with("conv")
    })
}

/// Whether the name is one of a recurrent layer's: `lstm.weight_hh_l0`, `gru/gru_cell/recurrent_kernel`.
pub(super) fn says_recurrent(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let whole = lower.split(|character: char| !character.is_ascii_alphabetic());
    let is_cell = |part: &str| ["lstm", "gru", "rnn", "bilstm", "bigru"].contains(&part);
    lower.contains("weight_hh") || lower.contains("recurrent_kernel") || whole.into_iter().any(is_cell)
}

/// Whether any word in the name says that it is a weight.
pub(super) fn says_weight(name: &str) -> bool {
    PAIRS.iter().any(|(word, _)| find_word(name, word).is_some())
}

/// The last place of `word`. A single letter must stand by itself: at the start or after a separator, and before a
/// digit, a separator or the end.
fn find_word(name: &str, word: &str) -> Option<usize> {
    name.rmatch_indices(word).map(|(at, _)| at).find(|&at| {
        let starts = name[..at].chars().next_back().is_none_or(is_separator);
        let ends =
            name[at + word.len()..].chars().next().is_none_or(|next| is_separator(next) || next.is_ascii_digit());
        word.len() > 1 || (starts && ends)
    })
}

fn is_separator(character: char) -> bool {
    matches!(character, '.' | '/' | '_' | ':' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_people_count() {
        let mut names =
            ["layer.10.weight", "layer.2.weight", "W11", "W2", "dense_1/kernel", "dense/kernel", "layer.02.weight"];
        names.sort_by(|left, right| natural_order(left, right));
        assert_eq!(
            names,
            ["W2", "W11", "dense/kernel", "dense_1/kernel", "layer.02.weight", "layer.2.weight", "layer.10.weight"]
        );
        assert_eq!(natural_order("a99999999999999999999999", "a100000000000000000000000"), Ordering::Less);
        assert_eq!(natural_order("", "a"), Ordering::Less);
        for (first, second) in [
            ("encoder.2.weight", "decoder.0.weight"),
            ("fc_in.weight", "fc1.weight"),
            ("hidden.3.weight", "classifier.weight"),
            ("layers.9.weight", "output.weight"),
        ] {
            assert_eq!(natural_order(first, second), Ordering::Less, "{first} {second}");
        }
    }

    #[test]
    fn names_of_recurrent_layers() {
        for name in [
            "lstm.weight_ih_l0",
            "encoder.rnn.weight_hh_l1",
            "gru_1/gru_cell/recurrent_kernel:0",
            "lstm_cell.weight_ih",
        ] {
            assert!(says_recurrent(name), "{name}");
        }
        for name in ["fc1.weight", "congruent.weight", "dense/kernel", "hh.weight"] {
            assert!(!says_recurrent(name), "{name}");
        }
    }

    #[test]
    fn each_weight_knows_its_bias() {
        for (weight, bias) in [
            ("0.weight", "0.bias"),
            ("W3", "b3"),
            ("net.W_1", "net.b_1"),
            ("w2", "b2"),
            ("coefs_0", "intercepts_0"),
            ("dense_1/kernel:0", "dense_1/bias:0"),
            ("weights1", "biases1"),
        ] {
            assert_eq!(bias_names(weight).first().map(String::as_str), Some(bias), "{weight}");
        }
        assert!(bias_names("arr_0").is_empty());
        assert_eq!(layer_name("net.fc1.weight"), "net.fc1");
        assert_eq!(layer_name("kernel"), "kernel");
    }
}
