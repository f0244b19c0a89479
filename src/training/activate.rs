//! Activations and their slopes over a batch that is kept coordinate by coordinate.

use crate::network::{Activation, softmax, softmax_pull_back};

/// Copies sample `sample` out of a batch; as many coordinates as `vector` has room for.
pub(super) fn take_sample(batch: &[f64], width: usize, sample: usize, vector: &mut [f64]) {
    vector.iter_mut().zip(batch.chunks_exact(width)).for_each(|(x, coordinate)| *x = coordinate[sample]);
}

/// The opposite of [`take_sample`].
pub(super) fn put_sample(batch: &mut [f64], width: usize, sample: usize, vector: &[f64]) {
    vector.iter().zip(batch.chunks_exact_mut(width)).for_each(|(x, coordinate)| coordinate[sample] = *x);
}

/// `after` = σ(`before`) for each of the `width` samples; `vector` has at least as much room as a sample needs.
pub(super) fn activate(activation: Activation, before: &[f64], after: &mut [f64], width: usize, vector: &mut [f64]) {
    match activation {
        Activation::Identity => after.copy_from_slice(before),
        // NaN stays NaN.
        Activation::Relu => each(before, after, |x| if x <= 0.0 { 0.0 } else { x }),
        Activation::Tanh => each(before, after, f64::tanh),
        Activation::Softmax => {
            let vector = &mut vector[..before.len() / width];
            for sample in 0..width {
                take_sample(before, width, sample, vector);
                softmax(vector);
                put_sample(after, width, sample, vector);
            }
        }
        _ => each(before, after, |x| activation.value(x)),
    }
}

/// Turns the gradient with respect to σ(z) into that with respect to z, in place; `before` is z, `after` is σ(z).
pub(super) fn backward(activation: Activation, before: &[f64], after: &[f64], gradient: &mut [f64], width: usize) {
    match activation {
        Activation::Identity => {}
        Activation::Softmax => {
            (0..width).for_each(|sample| softmax_pull_back(after, gradient, sample, width));
        }
        Activation::Relu => scale(gradient, before, |z| f64::from(u8::from(z >= 0.0))),
        Activation::Tanh => scale(gradient, after, |y| 1.0 - y * y),
        Activation::Sigmoid => scale(gradient, after, |y| y * (1.0 - y)),
        _ => scale(gradient, before, |z| activation.slope(z)),
    }
}

fn each(before: &[f64], after: &mut [f64], value: impl Fn(f64) -> f64) {
    after.iter_mut().zip(before).for_each(|(y, z)| *y = value(*z));
}

fn scale(gradient: &mut [f64], by: &[f64], slope: impl Fn(f64) -> f64) {
    gradient.iter_mut().zip(by).for_each(|(g, x)| *g *= slope(*x));
}
