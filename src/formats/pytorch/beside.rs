//! What a checkpoint keeps beside its model, and why a network is right without it.

/// Words of what belongs to a training and not to the model.
const TRAINING: [&str; 34] = [
    "optim",
    "optimizer",
    "optimizers",
    "optimiser",
    "sched",
    "scheduler",
    "schedulers",
    "scaler",
    "amp",
    "callback",
    "callbacks",
    "loop",
    "loops",
    "rng",
    "random",
    "hyper",
    "hparams",
    "hyperparameters",
    "config",
    "cfg",
    "args",
    "history",
    "metric",
    "metrics",
    "loss",
    "losses",
    "acc",
    "accuracy",
    "epoch",
    "epochs",
    "iteration",
    "score",
    "seed",
    "lr",
];
/// Words of averaged copies of a model.
const AVERAGES: [&str; 6] = ["ema", "swa", "avg", "average", "averaged", "shadow"];
/// Words of what a model is trained with.
const DATA: [&str; 13] = [
    "train",
    "training",
    "test",
    "testing",
    "val",
    "validation",
    "valid",
    "labels",
    "targets",
    "dataset",
    "replay",
    "indices",
    "idx",
];
/// Words that may stand beside those above without a meaning of their own.
const FILLERS: [&str; 38] = [
    "state",
    "states",
    "dict",
    "dicts",
    "model",
    "net",
    "network",
    "module",
    "weights",
    "params",
    "parameters",
    "list",
    "best",
    "last",
    "current",
    "torch",
    "cuda",
    "cpu",
    "gpu",
    "np",
    "numpy",
    "python",
    "lr",
    "grad",
    "global",
    "step",
    "steps",
    "info",
    "log",
    "logs",
    "value",
    "values",
    "num",
    "x",
    "y",
    "data",
    "set",
    "buffer",
];
/// Words of numbers that tell a model's sizes or a training's progress.
const COUNTS: [&str; 26] = [
    "size", "sizes", "dim", "dims", "num", "n", "count", "width", "depth", "layers", "hidden", "features", "channels",
    "classes", "step", "steps", "batch", "batches", "version", "iter", "iters", "best", "time", "patience", "decay",
    "momentum",
];

/// Why something beside a model, known by its key, does not belong to it; `None` where its key does not tell.
pub(super) fn of_key(key: &str) -> Option<&'static str> {
    let text = label(key);
    if is_all(&text, &TRAINING) {
        return Some("belongs to a training, not to the model");
    }
    is_all(&text, &DATA).then_some("is data by its name, not a weight")
}

/// Whether the key is that of an averaged copy of a model.
pub(super) fn is_average(key: &str) -> bool {
    is_all(&label(key), &AVERAGES)
}

/// The key without the words of an average: `model` for `model_ema`; empty where nothing is left.
pub(super) fn without_average(key: &str) -> String {
    let rest: Vec<String> = label(key).into_iter().filter(|word| !AVERAGES.contains(&word.as_str())).collect();
    rest.join("_")
}

/// Whether a number of this name tells a size or the progress of a training, and scales nothing.
pub(super) fn is_count(key: &str) -> bool {
    let text = label(key.rsplit('.').next().unwrap_or(key));
    let attribute = |word: &String| COUNTS.contains(&word.as_str()) || TRAINING.contains(&word.as_str());
    text.iter().any(attribute)
}

/// Whether every word is one of these or has no meaning of its own, and at least one is one of these.
fn is_all(text: &[String], kind: &[&str]) -> bool {
    let is_kind = |word: &String| kind.contains(&word.as_str());
    let is_filler = |word: &String| FILLERS.contains(&word.as_str()) || word.len() == 1;
    text.iter().any(is_kind) && text.iter().all(|word| is_kind(word) || is_filler(word))
}

/// The words of a key, in lower case: `lrScheduler_2` gives lr and scheduler.
fn label(key: &str) -> Vec<String> {
    let mut text = vec![String::new()];
    let mut before = None;
    for letter in key.chars() {
        let begins = letter.is_uppercase() && before.is_some_and(char::is_lowercase);
        if begins || !letter.is_alphabetic() {
            text.push(String::new());
        }
        if let Some(word) = text.last_mut().filter(|_| letter.is_alphabetic()) {
            word.extend(letter.to_lowercase());
        }
        before = Some(letter);
    }
    text.retain(|word| !word.is_empty());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_tell_that_something_is_beside_the_model() {
        for key in [
            "optimizer",
            "optimizer_state_dict",
            "optimizer_states",
            "lr_schedulers",
            "callbacks",
            "rng_state",
            "hyper_parameters",
            "grad_scaler",
            "optimizer_G",
            "loss",
            "cuda_rng_state",
            "lrScheduler",
            "best_acc",
            "metrics",
            "args",
        ] {
            assert_eq!(of_key(key), Some("belongs to a training, not to the model"), "{key}");
        }
        for key in ["training_labels", "X_train", "y_test", "replay_buffer", "train_data", "val_idx"] {
            assert_eq!(of_key(key), Some("is data by its name, not a weight"), "{key}");
        }
        for key in
            ["schema", "metric_head", "ema_block", "large", "lossy", "head", "mean", "std", "configurator", "weights"]
        {
            assert!(of_key(key).is_none() && !is_average(key), "{key}");
        }
        for (key, rest) in
            [("ema", ""), ("model_ema", "model"), ("ema_state_dict", "state_dict"), ("swaModel", "model")]
        {
            assert!(is_average(key), "{key}");
            assert_eq!(without_average(key), rest);
        }
        assert!(is_count("input_size") && is_count("epoch") && is_count("n_layers"));
        assert!(!is_count("alpha") && !is_count("lora.scale") && !is_count("temperature"));
    }
}
