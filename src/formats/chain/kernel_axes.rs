//! The axes of a convolution's kernel in a file.

/// The window of hardly a convolution is wider.
const WIDEST_WINDOW: usize = 11;

/// The axes of a kernel in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct KernelAxes {
    pub outputs: usize,
    pub group_inputs: usize,
    pub size: [usize; 2],
}

impl KernelAxes {
    /// The axes of a tensor of three or four: outputs, inputs of one group, (height,) width as PyTorch has them, or,
    /// `channels_last`, (height,) width, inputs, outputs as Keras has them.
    pub fn of_shape(shape: &[usize], channels_last: bool) -> Option<KernelAxes> {
        let (outputs, group_inputs, size) = match (shape, channels_last) {
            ([outputs, inputs, width], false) | ([width, inputs, outputs], true) => (outputs, inputs, [1, *width]),
            ([outputs, inputs, height, width], false) | ([height, width, inputs, outputs], true) => {
                (outputs, inputs, [*height, *width])
            }
            _ => return None,
        };
        (!shape.contains(&0)).then_some(KernelAxes { outputs: *outputs, group_inputs: *group_inputs, size })
    }

    /// What the lengths of four axes say of their order, where they do: a window is seldom wider than this, and channels
    /// are seldom fewer than a window is wide. True where the channels come last.
    pub fn channels_last(shape: &[usize]) -> Option<bool> {
        let &[first, second, third, fourth] = shape else { return None };
        let is_window = |sides: [usize; 2]| sides.iter().all(|side| *side <= WIDEST_WINDOW);
        match (is_window([first, second]), is_window([third, fourth])) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }

    /// The groups of a convolution of so many channels.
    pub fn groups(&self, channels: usize) -> Option<usize> {
        let groups = channels / self.group_inputs;
        (groups > 0 && channels.is_multiple_of(self.group_inputs) && self.outputs.is_multiple_of(groups))
            .then_some(groups)
    }
}
