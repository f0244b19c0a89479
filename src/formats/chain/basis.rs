//! What tells the activation of a layer.

/// What tells the activation of a layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ActivationBasis {
    /// Nothing in the file: whoever opens it says it.
    #[default]
    Chosen,
    /// There is none: the model's modules say so.
    None,
    /// There is none: in an `nn.Sequential` the numbers of the modules leave no room for one.
    NoRoom,
    /// A module of this path is it.
    Module(String),
    /// It is chosen, but there may be none.
    Doubtful(Doubt),
    /// The module of this path is one like it, but may stand elsewhere. Whoever opens the file may say otherwise.
    Suggested(String),
}

/// Why there may be no activation where one was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The numbers would leave no room for one in an `nn.Sequential`.
    Numbers,
    /// A row of modules ends there.
    End,
    /// Only a normalisation stands behind it.
    Last,
}

impl ActivationBasis {
    /// Whether the file itself tells the activation.
    pub fn is_certain(&self) -> bool {
        matches!(self, ActivationBasis::None | ActivationBasis::NoRoom | ActivationBasis::Module(_))
    }
}
