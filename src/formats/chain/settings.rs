//! What a file of tensors does not tell of its convolutions: how they move, and what pools behind them.

use std::fmt;

use crate::network::{AveragePooling, ImageShape, Padding, Window};

/// Larger strides, paddings, dilations and pools are not believed.
const LARGEST: usize = 4096;

/// How a convolution moves and what pools behind it, alike along height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvolutionSettings {
    /// The step from one output to the next.
    pub stride: usize,
    /// The zeros around the input.
    pub padding: PaddingRule,
    /// The step from one tap to the next.
    pub dilation: usize,
    /// The average pooling behind the activation.
    pub pooling: PoolingRule,
}

/// The zeros around the input of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaddingRule {
    /// As many on each side.
    Each(usize),
    /// As many as keep the size at stride 1. With PyTorch's axes equally many on both sides; with Keras's the odd one
    /// behind.
    Same,
}

/// An average pooling behind a convolution's activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolingRule {
    /// None.
    None,
    /// The mean of windows of this size that do not overlap.
    Average(usize),
    /// The mean of all places.
    Global,
}

impl Default for ConvolutionSettings {
    fn default() -> ConvolutionSettings {
        ConvolutionSettings { stride: 1, padding: PaddingRule::Each(0), dilation: 1, pooling: PoolingRule::None }
    }
}

impl ConvolutionSettings {
    /// Reads `stride=2,padding=same,dilation=1,pool=global`; what is left out is 1, 0, 1 and none.
    ///
    /// # Errors
    /// In words, if a part is not understood.
    pub fn parse(text: &str) -> Result<ConvolutionSettings, String> {
        let mut settings = ConvolutionSettings::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) =
                part.split_once('=').map(|(key, value)| (key.trim(), value.trim())).unwrap_or((part, ""));
            let number = |least: usize| match value.parse::<usize>() {
                Ok(number) if (least..=LARGEST).contains(&number) => Ok(number),
                _ => Err(format!("`{part}` is not understood; {key} is a whole number from {least} to {LARGEST}")),
            };
            match (key, value) {
                ("stride", _) => settings.stride = number(1)?,
                ("dilation", _) => settings.dilation = number(1)?,
                ("padding", "same") => settings.padding = PaddingRule::Same,
                ("padding", _) => settings.padding = PaddingRule::Each(number(0)?),
                ("pool", "none") => settings.pooling = PoolingRule::None,
                ("pool", "global") => settings.pooling = PoolingRule::Global,
                ("pool", _) => settings.pooling = PoolingRule::Average(number(1)?),
                _ => return Err(format!("`{part}` is not understood; give stride=, padding=, dilation= or pool=")),
            }
        }
        Ok(settings)
    }

    /// Reads settings between semicolons: one for all convolutions, or one for each.
    ///
    /// # Errors
    /// In words, if a part is not understood.
    pub fn parse_list(text: &str) -> Result<Vec<ConvolutionSettings>, String> {
        text.split(';').map(ConvolutionSettings::parse).collect()
    }

    /// The window of a kernel of this size with these settings. `channels_last` says which meaning `same` has.
    pub(super) fn window(&self, size: [usize; 2], input: ImageShape, channels_last: bool) -> Window {
        // A signal has one row and moves along it only.
        let is_signal = size[0] == 1 && input.height() == 1;
        let along = |value: usize, still: usize| [if is_signal { still } else { value }, value];
        let window = Window {
            size,
            stride: along(self.stride, 1),
            dilation: along(self.dilation, 1),
            padding: Padding::default(),
        };
        let padding = match self.padding {
            PaddingRule::Each(count) => {
                let [rows, columns] = along(count, 0);
                Padding::even(rows, columns)
            }
            PaddingRule::Same if channels_last => return window.padded_same(input, false),
            PaddingRule::Same => {
                let half = |axis: usize| self.dilation.saturating_mul(size[axis].saturating_sub(1)) / 2;
                Padding::even(half(0), half(1))
            }
        };
        Window { padding, ..window }
    }

    /// The pooling behind the convolution, for its output.
    pub(super) fn pooling(&self, output: ImageShape) -> Option<AveragePooling> {
        match self.pooling {
            PoolingRule::None => None,
            PoolingRule::Average(size) => {
                let size = [if output.height() == 1 { 1 } else { size }, size];
                Some(AveragePooling::new(Window { stride: size, ..Window::of_size(size) }, true))
            }
            PoolingRule::Global => Some(AveragePooling::global(output)),
        }
    }
}

impl fmt::Display for ConvolutionSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "stride={},padding=", self.stride)?;
        match self.padding {
            PaddingRule::Each(count) => write!(formatter, "{count}")?,
            PaddingRule::Same => formatter.write_str("same")?,
        }
        if self.dilation != 1 {
            write!(formatter, ",dilation={}", self.dilation)?;
        }
        match self.pooling {
            PoolingRule::None => formatter.write_str(",pool=none"),
            PoolingRule::Average(size) => write!(formatter, ",pool={size}"),
            PoolingRule::Global => formatter.write_str(",pool=global"),
        }
    }
}

/// Reads the shape of an input: `C,H,W`, or `C,W` for a signal; `×` and `x` serve as well as commas.
///
/// # Errors
/// In words, if it is not two or three whole numbers of a possible shape.
pub fn parse_input_shape(text: &str) -> Result<ImageShape, String> {
    let form = || format!("`{text}` is no input shape; give channels, height and width as C,H,W, or C,W for a signal");
    let parts: Option<Vec<usize>> = text.split([',', 'x', '×']).map(|part| part.trim().parse().ok()).collect();
    match parts.as_deref() {
        Some([channels, height, width]) => ImageShape::new(*channels, *height, *width),
        Some([channels, width]) => ImageShape::new(*channels, 1, *width),
        _ => return Err(form()),
    }
    .map_err(|error| error.to_string())
}
