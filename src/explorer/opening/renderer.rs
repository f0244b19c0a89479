//! What draws the window.

/// What draws the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renderer {
    /// OpenGL, and the processor where there is none.
    #[default]
    Automatic,
    /// OpenGL or nothing.
    OpenGl,
    /// The processor: slower, and needs no graphics driver.
    Cpu,
}

impl Renderer {
    /// Each of them.
    pub const ALL: [Renderer; 3] = [Renderer::Automatic, Renderer::OpenGl, Renderer::Cpu];

    /// Its name as an option's value.
    pub fn name(self) -> &'static str {
        match self {
            Renderer::Automatic => "auto",
            Renderer::OpenGl => "gl",
            Renderer::Cpu => "cpu",
        }
    }
}
