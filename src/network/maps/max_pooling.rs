//! Max pooling over windows in any number of dimensions.

use nalgebra::DMatrix;

use super::shapes::{check_per_axis, separable, strides, values};
use super::{ForwardMap, MapError, check_width};
use crate::network::Flattening;

/// A window or a padded input longer than this along an axis is refused; below it no place overflows.
const LONGEST: usize = 1 << 31;

/// Size, stride, padding and dilation along each spatial axis. Padding counts as −∞: what lies there takes no part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolingWindow {
    /// The number of taps.
    pub size: Vec<usize>,
    /// The step from one output to the next.
    pub stride: Vec<usize>,
    /// Before and after the input.
    pub padding: Vec<[usize; 2]>,
    /// The step from one tap to the next.
    pub dilation: Vec<usize>,
    /// Whether a last window that reaches past the padded input counts, if it starts within the input or the padding before it.
    pub rounds_up: bool,
}

/// The maximum over each window, channel by channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPooling {
    channels: usize,
    flattening: Flattening,
    input: Vec<usize>,
    output: Vec<usize>,
    /// The spatial places of each window, one window after the other, and where each begins; the same for all channels.
    taps: Vec<usize>,
    starts: Vec<usize>,
}

impl PoolingWindow {
    /// A window of this size that moves by `stride`, without padding.
    pub fn new(size: &[usize], stride: &[usize]) -> PoolingWindow {
        let axes = size.len();
        PoolingWindow {
            size: size.to_vec(),
            stride: stride.to_vec(),
            padding: vec![[0; 2]; axes],
            dilation: vec![1; axes],
            rounds_up: false,
        }
    }

    /// The same window with the least padding that gives ⌈n/stride⌉ outputs for n inputs along each axis: `same` of Keras,
    /// `SAME_UPPER` of ONNX. An odd one goes after the input; `lower` puts it before (`SAME_LOWER`).
    pub fn padded_same(mut self, input: &[usize], lower: bool) -> PoolingWindow {
        for (axis, length) in input.iter().enumerate().take(self.padding.len()) {
            let stride = self.stride.get(axis).copied().unwrap_or(1).max(1);
            let reach = (length.div_ceil(stride).max(1) - 1).saturating_mul(stride).saturating_add(self.span(axis));
            let total = reach.saturating_sub(*length);
            let (less, more) = (total / 2, total - total / 2);
            self.padding[axis] = if lower { [more, less] } else { [less, more] };
        }
        self
    }

    /// From the first tap to the last.
    fn span(&self, axis: usize) -> usize {
        let step = self.dilation.get(axis).copied().unwrap_or(1);
        (self.size.get(axis).copied().unwrap_or(1).max(1) - 1).saturating_mul(step).saturating_add(1)
    }

    fn check(&self, axes: usize) -> Result<(), MapError> {
        for (what, list) in [("size of the window", &self.size), ("stride", &self.stride), ("dilation", &self.dilation)]
        {
            check_per_axis(what, axes, list.len())?;
            if list.contains(&0) {
                return Err(MapError::Zero { what });
            }
        }
        check_per_axis("padding", axes, self.padding.len())
    }

    /// The number of outputs along an axis.
    fn outputs(&self, axis: usize, length: usize) -> Result<usize, MapError> {
        let [before, after] = self.padding[axis];
        let (span, stride) = (self.span(axis), self.stride[axis]);
        let available = length.saturating_add(before).saturating_add(after);
        let room = available.checked_sub(span).filter(|_| available <= LONGEST);
        let room = room.ok_or(MapError::Window { axis, span, available })?;
        let whole = room / stride + 1;
        let starts_within = whole.saturating_mul(stride) < length + before;
        Ok(if self.rounds_up && !room.is_multiple_of(stride) && starts_within { whole + 1 } else { whole })
    }

    /// The places along an axis of the taps of one output that meet the input.
    fn met(&self, axis: usize, output: usize, length: usize) -> Vec<usize> {
        let (step, [before, _]) = (self.dilation[axis], self.padding[axis]);
        let start = output * self.stride[axis];
        let first = before.saturating_sub(start).div_ceil(step);
        let positions = (first..self.size[axis]).map(|tap| start + tap * step - before);
        positions.take_while(|position| *position < length).collect()
    }
}

impl MaxPooling {
    /// The pooling of tensors of `channels` and these spatial axes (one, two, three or more).
    ///
    /// # Errors
    /// If the shape is empty or too large, the window has not one entry for each axis or does not fit, or a window meets
    /// nothing but padding.
    pub fn new(
        channels: usize,
        input: &[usize],
        window: &PoolingWindow,
        flattening: Flattening,
    ) -> Result<MaxPooling, MapError> {
        values(&[channels, values(input)?])?;
        window.check(input.len())?;
        let lengths = input.iter().enumerate();
        let output: Vec<usize> =
            lengths.map(|(axis, length)| window.outputs(axis, *length)).collect::<Result<_, _>>()?;
        values(&[channels, values(&output)?])?;
        let steps = strides(input);
        // The taps of a window are the product of those along each axis.
        let along: Vec<Vec<Vec<usize>>> = (0..input.len())
            .map(|axis| (0..output[axis]).map(|at| window.met(axis, at, input[axis])).collect())
            .collect();
        let counts: Vec<usize> = along.iter().map(|axis| axis.iter().map(Vec::len).sum()).collect();
        if along.iter().flatten().any(Vec::is_empty) {
            return Err(MapError::OnlyPadding);
        }
        let (mut taps, mut starts) = (Vec::with_capacity(values(&counts)?), vec![0]);
        let output_steps = strides(&output);
        for index in 0..values(&output)? {
            let axis_taps = |axis: usize| &along[axis][index / output_steps[axis] % output[axis]];
            let sizes: Vec<usize> = (0..input.len()).map(|axis| axis_taps(axis).len()).collect();
            taps.extend(separable(&sizes, |axis, tap| axis_taps(axis)[tap] * steps[axis]));
            starts.push(taps.len());
        }
        Ok(MaxPooling { channels, flattening, input: input.to_vec(), output, taps, starts })
    }

    /// The maximum over all places of each channel.
    ///
    /// # Errors
    /// If the shape is empty or too large.
    pub fn global(channels: usize, input: &[usize], flattening: Flattening) -> Result<MaxPooling, MapError> {
        MaxPooling::new(channels, input, &PoolingWindow::new(input, &vec![1; input.len()]), flattening)
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The lengths of the output's spatial axes.
    pub fn output_shape(&self) -> &[usize] {
        &self.output
    }

    /// The inputs over which each output is the maximum, output after output in the order of the vector.
    pub fn windows(&self) -> impl Iterator<Item = Vec<usize>> {
        let positions = self.starts.len() - 1;
        (0..self.outputs()).map(move |output| {
            let (channel, position) = match self.flattening {
                Flattening::ChannelsFirst => (output / positions, output % positions),
                Flattening::ChannelsLast => (output % self.channels, output / self.channels),
            };
            let taps = &self.taps[self.starts[position]..self.starts[position + 1]];
            taps.iter().map(|tap| self.coordinate(channel, *tap)).collect()
        })
    }

    fn coordinate(&self, channel: usize, place_in_channel: usize) -> usize {
        match self.flattening {
            Flattening::ChannelsFirst => channel * self.input.iter().product::<usize>() + place_in_channel,
            Flattening::ChannelsLast => place_in_channel * self.channels + channel,
        }
    }
}

/// The larger of two numbers; NaN where either is.
fn larger(one: f64, other: f64) -> f64 {
    if one >= other || one.is_nan() { one } else { other }
}

impl ForwardMap for MaxPooling {
    fn inputs(&self) -> usize {
        self.channels * self.input.iter().product::<usize>()
    }

    fn outputs(&self) -> usize {
        self.channels * (self.starts.len() - 1)
    }

    fn apply(&self, points: &DMatrix<f64>) -> Result<DMatrix<f64>, MapError> {
        check_width(self, points)?;
        let mut found = DMatrix::zeros(self.outputs(), points.ncols());
        for (column, mut pooled) in points.column_iter().zip(found.column_iter_mut()) {
            for channel in 0..self.channels {
                for (position, ends) in self.starts.windows(2).enumerate() {
                    let taps = self.taps[ends[0]..ends[1]].iter();
                    let largest =
                        taps.map(|tap| column[self.coordinate(channel, *tap)]).fold(f64::NEG_INFINITY, larger);
                    let to = match self.flattening {
                        Flattening::ChannelsFirst => channel * (self.starts.len() - 1) + position,
                        Flattening::ChannelsLast => position * self.channels + channel,
                    };
                    pooled[to] = largest;
                }
            }
        }
        Ok(found)
    }
}
