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
const EARLY_WORDS: [&str; 14] = [
    "encoder",
    "enc",
    "input",
    "inputs",
    "in",
    "inp",
    "embed",
    "embedding",
    "stem",
    "first",
    "begin",
    "start",
    "entry",
    "lift",
];
const LATE_WORDS: [&str; 16] = [
    "decoder",
    "dec",
    "output",
    "outputs",
    "out",
    "outp",
    "head",
    "classifier",
    "final",
    "last",
    "end",
    "logits",
    "logit",
    "predictor",
    "prediction",
    "readout",
];

/// Whether the names tell that the one comes before the other: by numbers, or by words for an early or a late place,
/// and not by the alphabet.
pub(super) fn order_is_told(left: &str, right: &str) -> bool {
    let (mut left_rest, mut right_rest) = (left, right);
    while !left_rest.is_empty() && !right_rest.is_empty() {
        let (left_part, right_part) = (part(left_rest), part(right_rest));
        match (digits(left_part), digits(right_part)) {
            (Some(a), Some(b)) if a != b => return true,
            (Some(_), Some(_)) => {}
            _ if left_part != right_part => {
                // `dense` and `dense_1`: the first of its kind has no number.
                let counted = right.strip_prefix(layer_name(left)).and_then(|rest| rest.strip_prefix('_'));
                let is_counted = counted.is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
                return is_counted || ranks(left_part, right_part).is_ne();
            }
            _ => {}
        }
        left_rest = &left_rest[left_part.len()..];
        right_rest = &right_rest[right_part.len()..];
    }
    false
}

/// `net` and 3 of `net.3.weight`: the container and the number of a layer that is one of a numbered row of modules.
pub(super) fn numbered(name: &str) -> Option<(&str, usize)> {
    let (before, word) = name.rsplit_once('.')?;
    if !matches!(word, "weight" | "running_mean") {
        return None;
    }
    numbered_module(before)
}

/// `net` and 3 of `net.3`; the container of `3` has no name.
pub(super) fn numbered_module(path: &str) -> Option<(&str, usize)> {
    let (container, number) = path.rsplit_once('.').unwrap_or(("", path));
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((container, number.parse().ok().filter(|_| is_number)?))
}

/// Compares parts without digits by the first word in which they differ.
fn word_order(left: &str, right: &str) -> Ordering {
    ranks(left, right).then_with(|| left.cmp(right))
}

/// Compares parts by whether the first word in which they differ is one for an early or a late place.
fn ranks(left: &str, right: &str) -> Ordering {
    let caption = |text: &[&str], word: &str| text.iter().any(|known| known.eq_ignore_ascii_case(word));
    let rank = |word: &str| i8::from(caption(&LATE_WORDS, word)) - i8::from(caption(&EARLY_WORDS, word));
    let (left_text, right_text): (Vec<&str>, Vec<&str>) =
        (left.split(is_separator).collect(), right.split(is_separator).collect());
    let count = left_text.len().max(right_text.len());
    let mut pairs = (0..count).map(|position| {
        (left_text.get(position).copied().unwrap_or_default(), right_text.get(position).copied().unwrap_or_default())
    });
    pairs.find(|(left, right)| left != right).map_or(Ordering::Equal, |(l, r)| rank(l).cmp(&rank(r)))
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

/// Words at the end of a name for what is no weight of a layer, whatever its shape.
const OTHER_WORDS: [&str; 34] = [
    "bias",
    "biases",
    "intercept",
    "intercepts",
    "slope",
    "slopes",
    "alpha",
    "alphas",
    "gamma",
    "beta",
    "mean",
    "means",
    "var",
    "variance",
    "std",
    "window",
    "pad",
    "padding",
    "paddings",
    "pads",
    "mask",
    "masks",
    "running_mean",
    "running_var",
    "moving_mean",
    "moving_variance",
    "scale",
    "scales",
    "zero_point",
    "zero_points",
    "position_ids",
    "freqs",
    "inv_freq",
    "offset",
];
/// Words in a name for data that lies beside a model.
const DATA_WORDS: [&str; 27] = [
    "train",
    "training",
    "test",
    "testing",
    "val",
    "valid",
    "validation",
    "label",
    "labels",
    "target",
    "targets",
    "data",
    "dataset",
    "sample",
    "samples",
    "example",
    "examples",
    "feature",
    "features",
    "observations",
    "points",
    "x",
    "y",
    "xs",
    "ys",
    "predictions",
    "history",
];

/// Whether the name says that it is a bias, a slope or something else that is no matrix of a layer.
pub(super) fn says_other(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let end = lower.trim_end_matches(":0").trim_end_matches(|end: char| end.is_ascii_digit() || is_separator(end));
    let is_end =
        |word: &str| end.strip_suffix(word).is_some_and(|before| before.chars().next_back().is_none_or(is_separator));
    OTHER_WORDS.iter().any(|word| is_end(word))
}

/// Whether the name says that it is data rather than a weight: `training_labels`, `X_train`.
pub(super) fn says_data(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut caption = lower.split(|character: char| !character.is_ascii_alphabetic());
    !says_weight(name) && caption.any(|word| DATA_WORDS.contains(&word))
}

/// Whether the name is one of a branch that goes past a block: `shortcut.0.weight`.
pub(super) fn says_shortcut(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let mut caption = lower.split(|character: char| !character.is_ascii_alphabetic());
    caption.any(|word| ["downsample", "shortcut", "skip", "residual"].contains(&word))
}

/// What the name of a weight says of its axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axes {
    /// Rows are outputs, as PyTorch has them.
    OutputsFirst,
    /// Rows are inputs, as Keras and scikit-learn have them.
    InputsFirst,
    /// Nothing.
    Untold,
}

/// What the name says of the axes of its matrix.
pub(super) fn axes(weight: &str) -> Axes {
    if says_transposed(weight) {
        return Axes::InputsFirst;
    }
    let is_torch = weight.strip_suffix("weight").is_some_and(|before| before.is_empty() || before.ends_with('.'));
    if is_torch || weight.contains("weight_ih") || weight.contains("weight_hh") {
        Axes::OutputsFirst
    } else {
        Axes::Untold
    }
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
