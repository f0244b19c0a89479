//! What a repeated pattern of layers is taken for.

/// What a repeated pattern of layers is taken for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum BlockChoice {
    /// That is a question, which has to be answered first.
    #[default]
    Ask,
    /// A plain chain.
    Plain,
    /// Residual blocks: the layers whose names fit this pattern, in which `*` stands for anything.
    Residual(String),
}
