//! Convolutions against a loop over the definition, pooling by hand, and spectra against the matrices themselves.

use nalgebra::{DMatrix, DVector};
use proptest::prelude::*;

use super::{
    AveragePooling, Convolution, ConvolutionError, ConvolutionSpectrum, Flattening, ImageShape, Kernel, Padding,
    SpectrumMethod, Window,
};
use crate::linalg::library;

/// Numbers without any symmetry.
fn numbers(count: usize, seed: usize) -> Vec<f64> {
    (0..count).map(|at| ((at * 37 + seed * 101 + 11) % 97) as f64 / 48.0 - 1.0).collect()
}

fn kernel(outputs: usize, group_inputs: usize, size: [usize; 2], seed: usize) -> Kernel {
    let count = outputs * group_inputs * size[0] * size[1];
    Kernel::new(outputs, group_inputs, size, numbers(count, seed)).unwrap()
}

/// The definition, place by place on a padded copy of the input, apart from everything that is tested.
fn directly(convolution: &Convolution, bias: &DVector<f64>, input: ImageShape, x: &[f64]) -> Vec<f64> {
    let Window { size, stride, padding, dilation } = *convolution.window();
    let (rows, columns) = (padding.rows, padding.columns);
    let height = input.height() + rows[0] + rows[1];
    let width = input.width() + columns[0] + columns[1];
    let mut padded = vec![vec![vec![0.0; width]; height]; input.channels()];
    for (channel, plane) in padded.iter_mut().enumerate() {
        for y in 0..input.height() {
            for z in 0..input.width() {
                plane[y + rows[0]][z + columns[0]] = x[(channel * input.height() + y) * input.width() + z];
            }
        }
    }
    let outputs = convolution.kernel().outputs();
    let (group_in, group_out) = (convolution.kernel().group_inputs(), outputs / convolution.groups());
    let mut result = Vec::new();
    for output in 0..outputs {
        let mut y = 0;
        while y + dilation[0] * (size[0] - 1) < height {
            let mut z = 0;
            while z + dilation[1] * (size[1] - 1) < width {
                let mut sum = bias[output];
                for within in 0..group_in {
                    for a in 0..size[0] {
                        for b in 0..size[1] {
                            let channel = output / group_out * group_in + within;
                            let at = padded[channel][y + a * dilation[0]][z + b * dilation[1]];
                            sum += at * convolution.kernel().at(output, within, a, b);
                        }
                    }
                }
                result.push(sum);
                z += stride[1];
            }
            y += stride[0];
        }
    }
    result
}

/// The order of the values of a volume in channels-last flattening: for each, its place channels-first.
fn last_from_first(volume: ImageShape) -> Vec<usize> {
    let mut order = vec![0; volume.values()];
    for channel in 0..volume.channels() {
        for row in 0..volume.height() {
            for column in 0..volume.width() {
                let last = volume.position(Flattening::ChannelsLast, channel, row, column);
                order[last] = volume.position(Flattening::ChannelsFirst, channel, row, column);
            }
        }
    }
    order
}

prop_compose! {
    fn any_case()(
        groups in 1_usize..3, group_in in 1_usize..3, group_out in 1_usize..3,
        size in [1_usize..4, 1_usize..4], stride in [1_usize..4, 1_usize..4], dilation in [1_usize..3, 1_usize..3],
        rows in [0_usize..3, 0_usize..3], columns in [0_usize..3, 0_usize..3],
        extra in [0_usize..4, 0_usize..4], is_signal in any::<bool>(), seed in 0_usize..50,
    ) -> (Convolution, DVector<f64>, ImageShape) {
        let (mut size, mut padding) = (size, Padding { rows, columns });
        let mut sides = [0, 1].map(|axis| dilation[axis] * (size[axis] - 1) + 1 + extra[axis]);
        if is_signal {
            size[0] = 1;
            padding.rows = [0; 2];
            sides[0] = 1;
        }
        let kernel = kernel(groups * group_out, group_in, size, seed);
        let bias = DVector::from_vec(numbers(groups * group_out, seed + 7));
        let convolution = Convolution::new(kernel, groups).unwrap();
        let convolution = convolution.with_stride(stride).with_dilation(dilation).with_padding(padding);
        let convolution = convolution.with_bias(bias.clone()).unwrap();
        (convolution, bias, ImageShape::new(groups * group_in, sides[0], sides[1]).unwrap())
    }
}

proptest! {
    #[test]
    fn the_matrix_does_what_the_definition_says((convolution, bias, input) in any_case()) {
        let x = numbers(input.values(), 3);
        let expected = directly(&convolution, &bias, input, &x);
        let affine = convolution.lower(input, Flattening::ChannelsFirst).unwrap();
        let output = convolution.output(input).unwrap();
        prop_assert_eq!(output.values(), expected.len());
        let found = affine.apply(&DMatrix::from_vec(x.len(), 1, x.clone()));
        for (found, expected) in found.iter().zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-12);
        }
        // The other flattening is the same map in other coordinates.
        let last = convolution.lower(input, Flattening::ChannelsLast).unwrap();
        let (ins, outs) = (last_from_first(input), last_from_first(output));
        for (row, first_row) in outs.iter().enumerate() {
            for (column, first_column) in ins.iter().enumerate() {
                prop_assert_eq!(last.weight[(row, column)], affine.weight[(*first_row, *first_column)]);
            }
        }
    }

    /// With the stride dividing the torus, the periodic convolution has exactly the singular values of its matrix.
    #[test]
    fn each_frequency_gives_its_singular_values(
        groups in 1_usize..3, group_in in 1_usize..3, group_out in 1_usize..3, size in [1_usize..4, 1_usize..4],
        stride in [1_usize..3, 1_usize..3], dilation in [1_usize..3, 1_usize..3], left in [1_usize..4, 1_usize..4],
        seed in 0_usize..50,
    ) {
        let kernel = kernel(groups * group_out, group_in, size, seed);
        let convolution = Convolution::new(kernel, groups).unwrap().with_stride(stride).with_dilation(dilation);
        let torus = [left[0] * stride[0], left[1] * stride[1]];
        let input = ImageShape::new(groups * group_in, torus[0], torus[1]).unwrap();
        let matrix = periodic_matrix(&convolution, input, left);
        let expected = library::singular_values(&matrix).unwrap();
        let found = convolution.periodic_spectrum(torus, &mut |_, _| true).unwrap();
        prop_assert_eq!(found.method, SpectrumMethod::Periodic { torus, frequencies: left });
        // Groups that cannot fill their channels give fewer values; the matrix has zeros in their place.
        prop_assert!(found.singular_values.len() <= expected.len());
        let padded = found.singular_values.iter().chain(std::iter::repeat(&0.0));
        for (found, expected) in padded.zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-10, "{} {}", found, expected);
        }
    }
}

/// The convolution on a torus, entry by entry, `left` outputs along each axis.
fn periodic_matrix(convolution: &Convolution, input: ImageShape, left: [usize; 2]) -> DMatrix<f64> {
    let Window { size, stride, dilation, .. } = *convolution.window();
    let outputs = convolution.kernel().outputs();
    let (group_in, group_out) = (convolution.kernel().group_inputs(), outputs / convolution.groups());
    let mut matrix = DMatrix::zeros(outputs * left[0] * left[1], input.values());
    for output in 0..outputs {
        for y in 0..left[0] {
            for z in 0..left[1] {
                for within in 0..group_in {
                    for a in 0..size[0] {
                        for b in 0..size[1] {
                            let row = (y * stride[0] + a * dilation[0]) % input.height();
                            let column = (z * stride[1] + b * dilation[1]) % input.width();
                            let channel = output / group_out * group_in + within;
                            let from = (channel * input.height() + row) * input.width() + column;
                            matrix[((output * left[0] + y) * left[1] + z, from)] +=
                                convolution.kernel().at(output, within, a, b);
                        }
                    }
                }
            }
        }
    }
    matrix
}

#[test]
fn same_padding_is_that_of_keras_and_of_onnx() {
    let input = ImageShape::new(1, 6, 5).unwrap();
    let window = Window { stride: [2, 2], ..Window::of_size([3, 4]) };
    // Of 6 rows 3 outputs reach 2·2 + 3 = 7 rows: one more; of 5 columns 3 outputs reach 8: three more.
    let upper = window.padded_same(input, false);
    assert_eq!(upper.padding, Padding { rows: [0, 1], columns: [1, 2] });
    assert_eq!(upper.outputs(input).unwrap(), [3, 3]);
    assert_eq!(window.padded_same(input, true).padding, Padding { rows: [1, 0], columns: [2, 1] });
}

#[test]
fn a_normalisation_folds_into_the_convolution() {
    let convolution = Convolution::new(kernel(2, 1, [2, 2], 1), 1).unwrap();
    let bias = DVector::from_row_slice(&[0.5, -1.0]);
    let (factor, shift) = (DVector::from_row_slice(&[2.0, -3.0]), DVector::from_row_slice(&[0.25, 4.0]));
    let input = ImageShape::new(1, 3, 2).unwrap();
    let x = DMatrix::from_vec(6, 1, numbers(6, 5));
    let plain = convolution.with_bias(bias).unwrap();
    let folded = plain.clone().then_scale(factor.clone(), shift.clone()).unwrap();
    let before = plain.lower(input, Flattening::ChannelsFirst).unwrap().apply(&x);
    let after = folded.lower(input, Flattening::ChannelsFirst).unwrap().apply(&x);
    for position in 0..4 {
        let channel = position / 2;
        assert!((after[position] - (factor[channel] * before[position] + shift[channel])).abs() < 1e-14);
    }
}

#[test]
fn keras_kernels_are_turned_to_the_same_axes() {
    let values = numbers(2 * 3 * 2 * 4, 0);
    let kernel = Kernel::of_channels_last([2, 3], 2, 4, &values).unwrap();
    for (output, input, row, column) in [(0, 0, 0, 0), (3, 1, 1, 2), (2, 0, 1, 0), (1, 1, 0, 2)] {
        assert_eq!(kernel.at(output, input, row, column), values[((row * 3 + column) * 2 + input) * 4 + output]);
    }
    assert!(Kernel::of_channels_last([2, 2], 2, 4, &values).is_err());
}

#[test]
fn pooling_is_the_mean_of_what_the_window_meets() {
    let input = ImageShape::new(2, 2, 3).unwrap();
    let window =
        Window { padding: Padding { rows: [0, 0], columns: [1, 0] }, stride: [1, 2], ..Window::of_size([2, 2]) };
    let x = DMatrix::from_vec(12, 1, (1..=12).map(f64::from).collect());
    let mean = |counts_padding| {
        let pooling = AveragePooling::new(window, counts_padding);
        assert_eq!(pooling.output(input).unwrap(), ImageShape::new(2, 1, 2).unwrap());
        pooling.lower(input, Flattening::ChannelsFirst).unwrap().apply(&x).as_slice().to_vec()
    };
    assert_eq!(mean(true), [1.25, 4.0, 4.25, 10.0]);
    assert_eq!(mean(false), [2.5, 4.0, 8.5, 10.0]);
    let global = AveragePooling::global(input);
    assert_eq!(global.lower(input, Flattening::ChannelsFirst).unwrap().apply(&x).as_slice(), [3.5, 9.5]);
    assert_eq!(global.label(input), "global average pooling, 2 channels, on 2×3");
}

#[test]
fn what_is_refused_and_how_it_is_said() {
    let convolution = Convolution::new(kernel(8, 3, [3, 3], 0), 1).unwrap();
    let volume = |channels, height, width| ImageShape::new(channels, height, width).unwrap();
    assert_eq!(convolution.label(volume(3, 28, 28)), "conv 3×3, 3→8, on 28×28");
    let unusual = convolution.clone().with_stride([2, 1]).with_padding(Padding::even(1, 1)).with_dilation([2, 2]);
    assert_eq!(unusual.label(volume(3, 9, 8)), "conv 3×3, 3→8, on 9×8, stride 2×1, padding 1, dilation 2");
    let signal = Convolution::new(kernel(4, 1, [1, 5], 0), 2).unwrap().padded_same(volume(2, 1, 16), false);
    assert_eq!(signal.label(volume(2, 1, 16)), "conv 5, 2→4, on 16, padding 2, 2 groups");
    let refused = |input| convolution.lower(input, Flattening::ChannelsFirst).unwrap_err();
    assert!(matches!(refused(volume(1, 28, 28)), ConvolutionError::Channels { expected: 3, .. }));
    assert!(matches!(refused(volume(3, 2, 28)), ConvolutionError::Window { span: 3, available: 2 }));
    assert!(matches!(refused(volume(3, 28, 28)), ConvolutionError::TooLarge { rows: 5408, columns: 2352, .. }));
    assert!(matches!(ImageShape::new(1 << 20, 1 << 20, 1 << 40), Err(ConvolutionError::ImageShape { .. })));
    assert!(Kernel::new(2, usize::MAX, [3, 3], vec![0.0; 18]).is_err());
    assert!(Convolution::new(kernel(4, 1, [1, 1], 0), 3).is_err());
    let far = convolution.clone().with_dilation([usize::MAX, 1]).with_padding(Padding::even(usize::MAX, 0));
    assert!(matches!(far.output(volume(3, 8, 8)), Err(ConvolutionError::Window { .. })));
    let still = convolution.with_stride([0, 1]);
    assert!(matches!(still.output(volume(3, 8, 8)), Err(ConvolutionError::Zero { part: "stride" })));
    assert!(still.periodic_spectrum([8, 8], &mut |_, _| true).is_err());
}

#[test]
fn small_spectra_are_of_the_matrix_and_large_ones_of_the_torus() {
    let convolution = Convolution::new(kernel(4, 2, [3, 3], 2), 1).unwrap().with_padding(Padding::even(1, 1));
    let input = ImageShape::new(2, 6, 6).unwrap();
    let small = convolution.operator_spectrum(input, &mut |_, _| true).unwrap();
    let matrix = convolution.lower(input, Flattening::ChannelsFirst).unwrap().weight;
    assert_eq!(small.method, SpectrumMethod::Matrix);
    assert!((small.singular_values[0] - matrix.singular_values().max()).abs() < 1e-12);
    let large = convolution.operator_spectrum(ImageShape::new(2, 64, 64).unwrap(), &mut |_, _| true).unwrap();
    assert_eq!(large.method, SpectrumMethod::Periodic { torus: [64, 64], frequencies: [64, 64] });
    assert_eq!(large.singular_values.len(), 2 * 64 * 64);
    // What is padded with zeros is a part of a larger torus, so it stretches no more.
    assert!(small.singular_values[0] <= large.singular_values[0]);
    let kernel = convolution.kernel_spectrum().unwrap();
    assert!(kernel.singular_values[0] <= large.singular_values[0] + 1e-12);
    assert!(large.singular_values[0] <= 3.0 * kernel.singular_values[0]);
    assert_eq!(convolution.periodic_spectrum([8, 8], &mut |_, _| false), Err(ConvolutionError::Cancelled));
}

/// Values of numpy: `numpy.linalg.svd(numpy.fft.fft2(kernel, (4, 5), axes=(0, 1)))`, axes of the kernel h, w, out, in.
#[test]
fn the_periodic_spectrum_is_that_of_numpy() {
    let convolution = Convolution::new(kernel(2, 3, [3, 3], 4), 1).unwrap();
    let found = convolution.periodic_spectrum([4, 5], &mut |_, _| true).unwrap().singular_values;
    assert_eq!(found.len(), 40);
    for (position, expected) in [(0, 6.21526389), (1, 6.21526389), (2, 5.75722127), (39, 0.75416938)] {
        assert!((found[position] - expected).abs() < 1e-8, "{}", found[position]);
    }
    let reshaped = convolution.kernel_spectrum().unwrap().singular_values;
    assert!((reshaped[0] - 3.2673125).abs() < 1e-7 && (reshaped[1] - 2.71713613).abs() < 1e-7);
}

/// A kernel of one tap is decomposed once; what a stride passes over are zeros.
#[test]
fn a_pointwise_convolution_has_the_values_of_its_kernel_at_every_place() {
    let volume = ImageShape::new(4, 5, 6).unwrap();
    for (outputs, groups, stride) in [(3, 1, [1, 1]), (6, 1, [2, 2]), (2, 2, [1, 2]), (8, 4, [3, 1]), (4, 4, [1, 1])] {
        let values = (0..outputs * 4 / groups).map(|k| ((7 * k + 3) % 11) as f64 - 4.0).collect();
        let kernel = Kernel::new(outputs, 4 / groups, [1, 1], values).unwrap();
        let convolution = Convolution::new(kernel, groups).unwrap().with_stride(stride);
        let found = convolution.operator_spectrum(volume, &mut |_, _| true).unwrap();
        let matrix = convolution.lower(volume, Flattening::ChannelsFirst).unwrap().weight;
        let expected = ConvolutionSpectrum::of_matrix(&matrix).unwrap();
        assert_eq!(
            (found.method, found.rank),
            (SpectrumMethod::Matrix, expected.rank),
            "{outputs} {groups} {stride:?}"
        );
        assert_eq!(found.singular_values.len(), expected.singular_values.len());
        for (one, other) in found.singular_values.iter().zip(&expected.singular_values) {
            assert!((one - other).abs() < 1e-12 * expected.singular_values[0], "{outputs} {groups} {stride:?}");
        }
    }
}
