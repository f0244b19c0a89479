//! What the modules of a model tell whose own code says how data goes through them.

use super::activation::{self, Activated};
use super::layers::{does_nothing, epsilon};
use super::module::Module;
use crate::formats::{ModuleNote, ModuleRole};
use crate::pickle::{Pickle, Value};

/// The most modules that are told.
const MAX_MODULES: usize = 1 << 14;
/// Modules of which everything stands in their tensors, or in those of their parts.
const TOLD_BY_TENSORS: [&str; 12] = [
    "Linear",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "PReLU",
    "Embedding",
    "Bilinear",
    "ModuleList",
    "ModuleDict",
    "ParameterList",
    "ParameterDict",
    "NonDynamicallyQuantizableLinear",
];

/// All modules of a model and the sentence that says what is assumed of it; nothing where it is no module.
pub(in super::super) fn notes(pickle: &Pickle<'_>, value: Value, name: &str) -> Option<(Vec<ModuleNote>, String)> {
    let root = Module::new(pickle, value, name.to_owned())?;
    let mut notes = Vec::new();
    collect(&root, &mut notes);
    let class = &root.class;
    let sentence = format!(
        "the layers of `{class}` act one after another, in the order in which it names them; what it does stands in its \
         code, which no file holds"
    );
    Some((notes, sentence))
}

fn collect(module: &Module<'_>, notes: &mut Vec<ModuleNote>) {
    if notes.len() >= MAX_MODULES {
        return;
    }
    notes.push(ModuleNote { path: module.path.clone(), class: module.class.clone(), role: role(module) });
    if module.is_quantised() {
        return;
    }
    module.children().iter().for_each(|child| collect(child, notes));
}

fn role(module: &Module<'_>) -> ModuleRole {
    let has_parts = !module.children().is_empty();
    if module.is_quantised() {
        return match module.class.as_str() {
            "Linear" | "Quantize" => ModuleRole::Needless("its tensors tell what it does"),
            "DeQuantize" | "QuantStub" | "DeQuantStub" => ModuleRole::Needless("changes no values"),
            class => ModuleRole::Unknown(format!("is a quantised {class}, which is not understood")),
        };
    }
    if !module.is_of_library() {
        // A class of one's own without parts and tensors does something that nothing tells.
        return if has_parts || module.has_tensors() {
            ModuleRole::Needless("its parts are told by themselves")
        } else {
            ModuleRole::Unknown(format!("is a module of the class {}, whose code is not in the file", module.class))
        };
    }
    if let Some((hook, _)) = module.hooks().into_iter().find(|(hook, _)| !hook.starts_with("torch.nn.utils.")) {
        return ModuleRole::Unknown(format!("has the hook {hook}, which is not understood"));
    }
    match module.class.as_str() {
        "Flatten" => ModuleRole::Needless("changes no values"),
        class if TOLD_BY_TENSORS.contains(&class) => ModuleRole::Needless("its tensors tell what it does"),
        "BatchNorm1d" | "BatchNorm2d" | "BatchNorm3d" | "SyncBatchNorm" => match module.tensor_shape("running_mean") {
            Some(_) => ModuleRole::BatchNormalisation { epsilon: epsilon(module) },
            None => ModuleRole::Unknown("normalises by the statistics of each batch".into()),
        },
        _ if does_nothing(module) => ModuleRole::Needless("does nothing once training is over"),
        class => match activation::of_module(module) {
            Ok(Some(Activated::Each { activation, inner: 1.0 })) => ModuleRole::Activation(activation),
            Err(problem) => ModuleRole::Unknown(problem.part().1),
            _ if class.contains("Norm") => {
                ModuleRole::Unknown(format!("is a {class}, which divides by a deviation of its own input"))
            }
            _ => ModuleRole::Unknown(format!("is a {class}, which is not understood")),
        },
    }
}
