//! Pictures and signals in a graph: convolutions and pooling, lowered to matrices where those are small.

use super::GraphProblem;
use super::convolution::GraphConvolution;
use super::operators::{LONGEST_LOWERED, Operator};
use super::values::{Graph, ValueId};
use crate::network::{
    AveragePooling, Convolution, ConvolutionError, Flattening, ImageShape, NodeMap, WideConvolution, Window,
};

/// How the axes of a value are those of a volume.
#[derive(Clone, Copy, Debug)]
struct Axes {
    order: Flattening,
    is_signal: bool,
}

/// What a map of pictures or signals gives.
struct Given {
    /// The lengths of its axes.
    shape: Vec<usize>,
    /// What the map was before it became a matrix.
    text: String,
}

impl Axes {
    fn shape(self, volume: ImageShape) -> Vec<usize> {
        let mut sides = volume.sides().to_vec();
        if self.is_signal {
            sides.remove(0);
        }
        match self.order {
            Flattening::ChannelsFirst => sides.insert(0, volume.channels()),
            Flattening::ChannelsLast => sides.push(volume.channels()),
        }
        sides
    }
}

impl Graph {
    /// A convolution of the value, whose axes lie in this order. `build` makes it for the shape of its input.
    pub fn convolve(
        &mut self,
        of: ValueId,
        name: &str,
        order: Flattening,
        build: impl FnOnce(ImageShape) -> Result<Convolution, ConvolutionError>,
    ) -> Result<ValueId, GraphProblem> {
        let fault = |source| GraphProblem::Convolution { node: name.into(), source };
        let (input, axes) = self.volume(of, name, order)?;
        let convolution = build(input).map_err(fault)?;
        let output = convolution.output(input).map_err(fault)?;
        let text = convolution.label(input);
        self.convolutions.push(GraphConvolution { name: name.into(), convolution: convolution.clone(), input });
        let by_kernel = || {
            let map = WideConvolution::new(convolution.clone(), input, order)?;
            Ok(NodeMap::Convolution(Box::new(map)))
        };
        self.lowered(
            of,
            name,
            [input, output],
            [&|| convolution.lower(input, order).map(|affine| NodeMap::Affine(Box::new(affine))), &by_kernel],
            Given { shape: axes.shape(output), text },
        )
    }

    /// The means over windows of the value.
    pub fn average(
        &mut self,
        of: ValueId,
        name: &str,
        order: Flattening,
        build: impl FnOnce(ImageShape) -> AveragePooling,
    ) -> Result<ValueId, GraphProblem> {
        let fault = |source| GraphProblem::Convolution { node: name.into(), source };
        let (input, axes) = self.volume(of, name, order)?;
        let pooling = build(input);
        let output = pooling.output(input).map_err(fault)?;
        let text = pooling.label(input);
        self.lowered(
            of,
            name,
            [input, output],
            [&|| pooling.lower(input, order).map(|affine| NodeMap::Affine(Box::new(affine))), &|| {
                Ok(NodeMap::Sparse { inputs: input.values(), rows: pooling.rows(input, output, order) })
            }],
            Given { shape: axes.shape(output), text },
        )
    }

    /// The largest values over windows; padding takes no part.
    pub fn largest(
        &mut self,
        of: ValueId,
        name: &str,
        order: Flattening,
        build: impl FnOnce(ImageShape) -> Window,
    ) -> Result<ValueId, GraphProblem> {
        let fault = |source| GraphProblem::Convolution { node: name.into(), source };
        let (input, axes) = self.volume(of, name, order)?;
        let window = build(input);
        let [height, width] = window.outputs(input).map_err(fault)?;
        let output = ImageShape::new(input.channels(), height, width).map_err(fault)?;
        let members = output.values().saturating_mul(window.size[0]).saturating_mul(window.size[1]);
        self.spend_places(name, members)?;
        let windows = window.members(input, output, order);
        if windows.iter().any(Vec::is_empty) {
            let value = "reaches padding only at one of its places, where there is no largest value".to_owned();
            return Err(GraphProblem::Setting { node: name.into(), setting: "its window".into(), value });
        }
        let word = format!("max pooling {}", window.text(input.height() == 1));
        let map = NodeMap::Largest { inputs: input.values(), windows };
        self.operate(&[of], name, Operator::plain(word, map), axes.shape(output))
    }

    /// The convolutions, in the order of the graph.
    pub fn into_convolutions(self) -> Vec<GraphConvolution> {
        self.convolutions
    }

    fn lowered(
        &mut self,
        of: ValueId,
        name: &str,
        [input, output]: [ImageShape; 2],
        [lower, by_rule]: [&dyn Fn() -> Result<NodeMap, ConvolutionError>; 2],
        given: Given,
    ) -> Result<ValueId, GraphProblem> {
        let Given { shape, text } = given;
        let fault = |source| GraphProblem::Convolution { node: name.into(), source };
        // Whether the matrix may be made is known before it takes memory.
        let allowed = Convolution::refuse_too_large(input, output).map_err(fault);
        let is_narrow = input.values().max(output.values()) <= LONGEST_LOWERED;
        let is_small = is_narrow && allowed.and_then(|()| self.spend(name, output.values(), input.values())).is_ok();
        match if is_small { lower() } else { by_rule() }.map_err(fault)? {
            NodeMap::Affine(affine) => self.whole(of, name, *affine, shape, Some(text)),
            map => self.operate(&[of], name, Operator::plain(text, map), shape),
        }
    }

    /// The value as channels, rows and columns; two axes are a signal's.
    fn volume(&self, of: ValueId, name: &str, order: Flattening) -> Result<(ImageShape, Axes), GraphProblem> {
        let shape = self.shape(of).ok_or_else(|| GraphProblem::InputShape { node: name.into() })?;
        let (channels, sides) = match (order, shape) {
            (Flattening::ChannelsFirst, [channels, sides @ ..]) => (*channels, sides),
            (Flattening::ChannelsLast, [sides @ .., channels]) => (*channels, sides),
            (_, []) => (1, &[][..]),
        };
        let (height, width) = match *sides {
            [height, width] => (height, width),
            [width] => (1, width),
            _ => {
                let value = format!("has {} axes, where a picture or a signal is understood", shape.len());
                return Err(GraphProblem::Setting { node: name.into(), setting: "its input".into(), value });
            }
        };
        let volume = ImageShape::new(channels, height, width);
        let volume = volume.map_err(|source| GraphProblem::Convolution { node: name.into(), source })?;
        Ok((volume, Axes { order, is_signal: sides.len() == 1 }))
    }
}
