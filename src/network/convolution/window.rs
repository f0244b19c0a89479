//! The window that a convolution or a pooling slides over its input.

use super::{ConvolutionError, Flattening, ImageShape};

/// A window or a padded input longer than this along an axis is refused; below it no place overflows.
const LONGEST: usize = 1 << 31;

/// Zeros around the input, in rows above and below and in columns left and right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Padding {
    /// Rows above and below.
    pub rows: [usize; 2],
    /// Columns left and right.
    pub columns: [usize; 2],
}

/// Size, stride, padding and dilation; each pair is along the height, then along the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The number of taps.
    pub size: [usize; 2],
    /// The step from one output to the next.
    pub stride: [usize; 2],
    /// Zeros around the input.
    pub padding: Padding,
    /// The step from one tap to the next.
    pub dilation: [usize; 2],
}

impl Padding {
    /// As many rows on both sides, and as many columns.
    pub fn even(rows: usize, columns: usize) -> Padding {
        Padding { rows: [rows; 2], columns: [columns; 2] }
    }

    fn along(&self, axis: usize) -> [usize; 2] {
        if axis == 0 { self.rows } else { self.columns }
    }
}

impl Window {
    /// A window of this size that moves by 1, without padding.
    pub fn of_size(size: [usize; 2]) -> Window {
        Window { size, stride: [1; 2], padding: Padding::default(), dilation: [1; 2] }
    }

    /// The same window with the least padding that gives ⌈n/stride⌉ outputs for n inputs: `same` of Keras and
    /// `SAME_UPPER` of ONNX. An odd row or column goes below or right; `lower` puts it above or left (`SAME_LOWER`).
    pub fn padded_same(self, input: ImageShape, lower: bool) -> Window {
        let along = |axis: usize| {
            let (length, stride) = (input.sides()[axis], self.stride[axis].max(1));
            let reach = (length.div_ceil(stride) - 1).saturating_mul(stride).saturating_add(self.span(axis));
            let total = reach.saturating_sub(length);
            let (less, more) = (total / 2, total - total / 2);
            if lower { [more, less] } else { [less, more] }
        };
        Window { padding: Padding { rows: along(0), columns: along(1) }, ..self }
    }

    /// The same window with as much padding behind the input that a last window which only begins on it is counted too.
    pub fn ceiled(self, input: ImageShape) -> Window {
        let along = |axis: usize| {
            let [before, after] = self.padding.along(axis);
            let (length, stride, span) = (input.sides()[axis], self.stride[axis].max(1), self.span(axis));
            let available = length.saturating_add(before).saturating_add(after);
            let Some(room) = available.checked_sub(span) else { return [before, after] };
            let last = room.div_ceil(stride).saturating_mul(stride);
            if last >= length.saturating_add(before) {
                return [before, after];
            }
            [before, after.max((last + span).saturating_sub(length + before))]
        };
        Window { padding: Padding { rows: along(0), columns: along(1) }, ..self }
    }

    /// The number of outputs along the height and the width.
    ///
    /// # Errors
    /// If a size, stride or dilation is 0, or the window does not fit into the padded input, or that is absurdly long.
    pub fn outputs(&self, input: ImageShape) -> Result<[usize; 2], ConvolutionError> {
        let zero = |part| ConvolutionError::Zero { part };
        for (part, pair) in [("size", self.size), ("stride", self.stride), ("dilation", self.dilation)] {
            if pair.contains(&0) {
                return Err(zero(part));
            }
        }
        let along = |axis: usize| {
            let [before, after] = self.padding.along(axis);
            let (span, available) = (self.span(axis), input.sides()[axis].saturating_add(before).saturating_add(after));
            match available.checked_sub(span).filter(|_| available <= LONGEST) {
                Some(room) => Ok(room / self.stride[axis] + 1),
                None => Err(ConvolutionError::Window { span, available }),
            }
        };
        Ok([along(0)?, along(1)?])
    }

    /// The taps of one output that meet the input along an axis, as (tap, place in the input). The others meet padding.
    pub(super) fn taps(&self, axis: usize, output: usize, length: usize) -> impl Iterator<Item = (usize, usize)> {
        let (step, [before, _]) = (self.dilation[axis], self.padding.along(axis));
        let start = output * self.stride[axis];
        let first = before.saturating_sub(start).div_ceil(step);
        let positions = (first..self.size[axis]).map(move |tap| (tap, start + tap * step - before));
        positions.take_while(move |(_, position)| *position < length)
    }

    /// For each value of `output`, which is what [`Window::outputs`] gives with the channels of `input`, the places of the
    /// values of the input that its window meets.
    pub fn members(&self, input: ImageShape, output: ImageShape, order: Flattening) -> Vec<Vec<usize>> {
        let mut windows = vec![Vec::new(); output.values()];
        for channel in 0..output.channels() {
            for row in 0..output.height() {
                for column in 0..output.width() {
                    let window = &mut windows[output.position(order, channel, row, column)];
                    for (_, y) in self.taps(0, row, input.height()) {
                        let along = self.taps(1, column, input.width());
                        window.extend(along.map(|(_, x)| input.position(order, channel, y, x)));
                    }
                }
            }
        }
        windows
    }

    /// Size and what is unusual, for people.
    pub fn text(&self, is_signal: bool) -> String {
        let (size, unusual) = self.label(is_signal);
        size + &unusual
    }

    /// From the first tap to the last.
    fn span(&self, axis: usize) -> usize {
        (self.size[axis].max(1) - 1).saturating_mul(self.dilation[axis]).saturating_add(1)
    }

    /// Size and what is unusual, for people: `3×3`, and `, stride 2, padding 1, dilation 2` where they are not the
    /// ordinary ones.
    pub(super) fn label(&self, is_signal: bool) -> (String, String) {
        let pair = |[rows, columns]: [usize; 2]| match (is_signal, rows == columns) {
            (true, _) | (false, true) => columns.to_string(),
            (false, false) => format!("{rows}×{columns}"),
        };
        let size = if is_signal { self.size[1].to_string() } else { format!("{}×{}", self.size[0], self.size[1]) };
        let mut unusual = String::new();
        if self.stride != [1; 2] {
            unusual += &format!(", stride {}", pair(self.stride));
        }
        let Padding { rows, columns } = self.padding;
        if (rows, columns) != ([0; 2], [0; 2]) {
            let even = rows[0] == rows[1] && columns[0] == columns[1];
            let sides = |[before, after]: [usize; 2]| format!("{before}+{after}");
            let text = match (even, is_signal) {
                (true, _) => pair([rows[0], columns[0]]),
                (false, true) => sides(columns),
                (false, false) => format!("{}×{}", sides(rows), sides(columns)),
            };
            unusual += &format!(", padding {text}");
        }
        if self.dilation != [1; 2] {
            unusual += &format!(", dilation {}", pair(self.dilation));
        }
        (size, unusual)
    }
}
