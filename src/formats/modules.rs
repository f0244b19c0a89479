//! What a file tells of a model's modules without telling how data goes through them.
//!
//! A whole PyTorch module names its parts and their settings, but what its own code does with them stands in no file. So
//! its tensors are proposed as a chain like any others, and what the modules say is kept beside them: each of them is
//! used by the chain, needless, or not understood.

use crate::network::Activation;

use super::{Account, PartName};

/// A module of the model that a file was saved from.
#[derive(Clone, Debug, PartialEq)]
pub struct ModuleNote {
    /// Its name in the model, as the names of its tensors begin: `net.1`; empty for the model itself.
    pub path: String,
    /// Its class, without the package: `ReLU`.
    pub class: String,
    /// What it does.
    pub role: ModuleRole,
}

/// What a module does.
#[derive(Clone, Debug, PartialEq)]
pub enum ModuleRole {
    /// Nothing that its tensors and parts do not say already: why.
    Needless(&'static str),
    /// It is an activation.
    Activation(Activation),
    /// It is a batch normalisation with this ε.
    BatchNormalisation {
        /// What is added to the variance.
        epsilon: f64,
    },
    /// It is something else: in words that follow its name.
    Unknown(String),
}

impl ModuleNote {
    /// The part of the file that it is.
    pub fn part(&self) -> PartName {
        PartName::node(if self.path.is_empty() { &self.class } else { &self.path })
    }
}

/// Enters the modules into the account of their file: what a chain must use is missing until it does.
pub(super) fn enter(modules: &[ModuleNote], account: &mut Account) {
    for module in modules {
        match &module.role {
            ModuleRole::Needless(why) => account.leaves(module.part(), *why),
            ModuleRole::Activation(activation) => {
                let why = format!("is {}, and no layer of the network has that activation", activation.name());
                account.misses(module.part(), why);
            }
            ModuleRole::BatchNormalisation { epsilon } => {
                account.misses(module.part(), format!("normalises batches with ε = {epsilon}, which no layer does"));
            }
            ModuleRole::Unknown(why) => account.misses(module.part(), why.as_str()),
        }
    }
}

/// Marks as used the activations of modules that the layers of a network have, with the same settings.
pub(super) fn use_activations(modules: &[ModuleNote], account: &mut Account, layers: &[Activation]) {
    for module in modules {
        if let ModuleRole::Activation(activation) = &module.role
            && layers.contains(activation)
        {
            account.uses(module.part(), "the activation of layers");
        }
    }
}

/// The ε of the batch normalisation of this name, where a module tells it. A chain that takes it counts the module as used.
pub(super) fn epsilon_of(modules: &[ModuleNote], name: &str) -> Option<f64> {
    modules.iter().find(|module| module.path == name).and_then(|module| match module.role {
        ModuleRole::BatchNormalisation { epsilon } => Some(epsilon),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_missing_until_a_layer_does_what_it_does() {
        let note = |path: &str, role| ModuleNote { path: path.into(), class: "X".into(), role };
        let modules = [
            note("", ModuleRole::Needless("its parts are listed by themselves")),
            note("act", ModuleRole::Activation(Activation::Relu)),
            note("last", ModuleRole::Activation(Activation::Tanh)),
            note("bn", ModuleRole::BatchNormalisation { epsilon: 1e-3 }),
            note("norm", ModuleRole::Unknown("is a LayerNorm".into())),
        ];
        let mut account = Account::default();
        enter(&modules, &mut account);
        use_activations(&modules, &mut account, &[Activation::Relu, Activation::Identity]);
        let missing: Vec<String> = account.missing().map(|(part, _)| part.name()).collect();
        assert_eq!(missing, ["last", "bn", "norm"]);
        assert_eq!((epsilon_of(&modules, "bn"), epsilon_of(&modules, "act")), (Some(1e-3), None));
    }
}
