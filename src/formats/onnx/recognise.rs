//! Which activation a spelled-out function is.
//!
//! Exporters write the same activation in many ways: x·sigmoid(x), x/2·(1 + erf(x/√2)), log(1 + eˣ). A spelled-out
//! function is therefore not compared with patterns but with the activations themselves, at many points: on a grid, far
//! out, and around every place where one of its operators bends, jumps or turns, so that between such places both are
//! analytic.

use super::scalar::{Binary, Scalar, Unary};
use crate::network::{Activation, Elementary};

/// How far a spelled-out function may be from an activation: constants are often rounded to 32 bits. The exact GELU and
/// its approximation by tanh are 5e−4 apart.
const TOLERANCE: f64 = 2e-6;
/// What a product of x with a difference of numbers near 1 is off by, as part of |x|.
const ROUNDING: f64 = 1e-14;
/// Points are compared on a grid up to this…
const GRID_REACH: f64 = 12.0;
/// …in steps of this.
const GRID_STEP: f64 = 0.375;
/// …and at these, on both sides.
const FAR_POINTS: [f64; 14] = [14.0, 20.0, 30.0, 60.0, 100.0, 200.0, 500.0, 1e3, 1e4, 1e5, 1e6, 1e8, 1e10, 1e12];
/// Beyond this a function may overflow as it is spelled out, which is no difference.
const OVERFLOWS_FROM: f64 = 30.0;
/// Points around a place where something happens, in its own measure.
const AROUND: [f64; 10] = [1e-6, 1e-3, 0.01, 0.1, 0.3, 1.0, 2.0, 5.0, 20.0, 100.0];
/// More places than this are no activation's.
const MAX_PLACES: usize = 48;
/// More constants than this are not tried as parameters.
const MAX_PARAMETERS: usize = 24;
/// Halvings of an interval in which a function changes its sign.
const HALVINGS: usize = 200;

/// σ(factor·x + shift).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) struct Recognised {
    pub activation: Activation,
    pub factor: f64,
    pub shift: f64,
}

/// A place where an operator bends or turns, and the measure in which it does.
#[derive(Clone, Copy, Debug)]
struct Spot {
    at: f64,
    measure: f64,
}

/// The points at which a function is compared, with its values.
struct Samples {
    points: Vec<(f64, f64)>,
    /// The largest |f| near 0: what is far below it is no difference.
    scale: f64,
}

/// The activation that the function is.
pub(in crate::formats) fn recognise(scalar: &Scalar) -> Option<Recognised> {
    if let Scalar::Unary(Unary::Activation(activation), of) = scalar
        && let Some((factor, shift)) = of.as_affine()
    {
        return Some(Recognised { activation: *activation, factor, shift });
    }
    let samples = Samples::from_scalar(scalar)?;
    let arguments = arguments(scalar);
    let parameters = parameters(scalar);
    let plain = std::iter::once((1.0, 0.0));
    let mut inner = plain.chain(arguments.iter().copied().filter(|argument| *argument != (1.0, 0.0)));
    inner.find_map(|(factor, shift)| {
        let is = |activation: &Activation| {
            samples.agree(
                |x| activation.value(factor * x + shift),
                activation.kinks().iter().map(|kink| (kink - shift) / factor),
                scalar,
            )
        };
        let activation = candidates(scalar, &samples, &arguments, &parameters, (factor, shift)).find(is)?;
        Some(Recognised { activation, factor, shift })
    })
}

/// Whether the two functions sum to 1 everywhere: the probabilities of two classes.
pub(super) fn complement(one: &Scalar, other: &Scalar) -> bool {
    let is = |samples: Option<Samples>, scalar: &Scalar, rest: &Scalar| {
        samples.is_some_and(|samples| samples.agree(|x| 1.0 - rest.value(x), std::iter::empty(), scalar))
    };
    is(Samples::from_scalar(one), one, other) && is(Samples::from_scalar(other), other, one)
}

/// Activations that the function of factor·x + shift may be, the plainest first.
fn candidates<'a>(
    scalar: &'a Scalar,
    samples: &'a Samples,
    arguments: &'a [(f64, f64)],
    parameters: &'a [f64],
    (factor, shift): (f64, f64),
) -> impl Iterator<Item = Activation> + 'a {
    let of = move |u: f64| scalar.value((u - shift) / factor);
    let plain = Activation::ALL.into_iter().filter(|activation| activation.is_coordinatewise());
    let elementary = Elementary::ALL.into_iter().map(Activation::Elementary);
    let ends = [samples.points.first(), samples.points.last()].map(|end| end.map_or(0.0, |(_, value)| *value));
    let [low, high] = if factor > 0.0 { ends } else { [ends[1], ends[0]] };
    let below = [-30.0, -14.0].map(of).into_iter().find(|value| value.is_finite()).unwrap_or_default();
    let attribute = parameters.iter().flat_map(|&c| {
        [
            Activation::LeakyRelu { negative_slope: c },
            Activation::Elu { alpha: c },
            Activation::Celu { alpha: c },
            Activation::Swish { beta: c },
            Activation::Squareplus { b: c },
            Activation::SoftShrink { lambda: c.abs() },
            Activation::HardShrink { lambda: c.abs() },
            Activation::ThresholdedRelu { threshold: c },
        ]
    });
    let derived = [
        Activation::HardTanh { low, high },
        Activation::LeakyRelu { negative_slope: -of(-1.0) },
        Activation::Elu { alpha: -below },
        Activation::Celu { alpha: -below },
    ];
    let lines = arguments.iter().map(|&(slope, shift)| Activation::HardSigmoid { slope, shift });
    plain.chain(elementary).chain(lines).chain(attribute).chain(derived).filter(has_sense)
}

/// Whether the parameters are those of an activation.
fn has_sense(activation: &Activation) -> bool {
    activation.parameters().iter().all(|(_, value)| value.is_finite())
        && match *activation {
            Activation::HardTanh { low, high } => low <= high,
            Activation::Celu { alpha } => alpha > 0.0,
            Activation::Squareplus { b } => b >= 0.0,
            Activation::Swish { beta } => beta != 0.0,
            _ => true,
        }
}

/// The arguments a·x + b of the function's operators, each once.
fn arguments(scalar: &Scalar) -> Vec<(f64, f64)> {
    let mut found: Vec<(f64, f64)> = Vec::new();
    for part in scalar.all_parts() {
        if let Some(affine) = part.as_affine().filter(|(factor, _)| *factor != 0.0)
            && !found.contains(&affine)
            && found.len() < MAX_PARAMETERS
        {
            found.push(affine);
        }
    }
    found
}

/// The constants of the function and what they may stand for.
fn parameters(scalar: &Scalar) -> Vec<f64> {
    let mut found: Vec<f64> = Vec::new();
    for part in scalar.all_parts() {
        let own = match part {
            Scalar::Constant(value) => vec![*value, -value, 1.0 / value],
            Scalar::Unary(Unary::Activation(activation), _) => {
                activation.parameters().into_iter().map(|(_, value)| value).collect()
            }
            _ => Vec::new(),
        };
        for value in own {
            if value.is_finite() && !found.contains(&value) && found.len() < MAX_PARAMETERS {
                found.push(value);
            }
        }
    }
    found
}

impl Samples {
    /// None where the function has more places than any activation.
    fn from_scalar(scalar: &Scalar) -> Option<Samples> {
        let mut points = usual_points();
        let spots = spots(scalar)?;
        for spot in &spots {
            points.push(spot.at);
            points
                .extend(AROUND.iter().flat_map(|step| [spot.at - step * spot.measure, spot.at + step * spot.measure]));
        }
        points.sort_by(f64::total_cmp);
        points.dedup();
        let points: Vec<(f64, f64)> = points.into_iter().map(|x| (x, scalar.value(x))).collect();
        let near = points.iter().filter(|(x, y)| x.abs() <= GRID_REACH && y.is_finite());
        let scale = near.map(|(_, y)| y.abs()).fold(0.0, f64::max).min(1.0);
        Some(Samples { points, scale })
    }

    /// Whether the function is `other`, which bends at `kinks`.
    fn agree(&self, other: impl Fn(f64) -> f64, kinks: impl Iterator<Item = f64>, scalar: &Scalar) -> bool {
        let close = |x: f64, found: f64| {
            let expected = other(x);
            if !found.is_finite() && x.abs() >= OVERFLOWS_FROM || found.is_nan() && expected.is_nan() {
                return true;
            }
            let rounding = ROUNDING * x.abs();
            found == expected || (found - expected).abs() <= TOLERANCE * expected.abs().max(self.scale) + rounding
        };
        let beside = |kink: f64| {
            let step = 1e-3 * kink.abs().max(1.0);
            [kink - step, kink, kink + step]
        };
        self.points.iter().all(|(x, y)| close(*x, *y)) && kinks.flat_map(beside).all(|x| close(x, scalar.value(x)))
    }
}

/// Points near 0 and far out.
fn usual_points() -> Vec<f64> {
    let steps = (GRID_REACH / GRID_STEP) as i32;
    let near = (-steps..=steps).map(|step| f64::from(step) * GRID_STEP);
    near.chain(FAR_POINTS.into_iter().flat_map(|x| [-x, x])).collect()
}

/// Where the operators of the function bend, jump or turn; none where there are more places than any activation has.
fn spots(scalar: &Scalar) -> Option<Vec<Spot>> {
    let mut found: Vec<Spot> = Vec::new();
    for part in scalar.all_parts() {
        match part {
            Scalar::Unary(Unary::Activation(activation), of) => {
                for level in activation.kinks().into_iter().chain([0.0]) {
                    add_places(of, &Scalar::Constant(level), &mut found);
                }
            }
            Scalar::Binary(operator, left, right) if operator.compares() => add_places(left, right, &mut found),
            Scalar::Binary(Binary::Div | Binary::Remainder, _, divisor) => {
                add_places(divisor, &Scalar::Constant(0.0), &mut found);
            }
            Scalar::Binary(Binary::And | Binary::Or | Binary::Xor, left, right) => {
                add_places(left, &Scalar::Constant(0.0), &mut found);
                add_places(right, &Scalar::Constant(0.0), &mut found);
            }
            Scalar::Choice(parts) => add_places(&parts[0], &Scalar::Constant(0.0), &mut found),
            _ => {}
        }
        if found.len() > MAX_PLACES {
            return None;
        }
    }
    Some(found)
}

/// Where the two functions meet: at once where both are affine, else by their changes of order.
fn add_places(left: &Scalar, right: &Scalar, found: &mut Vec<Spot>) {
    let mut add = |at: f64, measure: f64| {
        if at.is_finite() && !found.iter().any(|spot| spot.at == at && spot.measure <= measure) {
            found.push(Spot { at, measure });
        }
    };
    if let (Some((a, b)), Some((c, d))) = (left.as_affine(), right.as_affine()) {
        if a != c {
            add((d - b) / (a - c), 1.0 / (a - c).abs());
        }
        return;
    }
    let difference = |x: f64| left.value(x) - right.value(x);
    let mut points = usual_points();
    points.sort_by(f64::total_cmp);
    let values: Vec<f64> = points.iter().map(|x| difference(*x)).collect();
    for (position, pair) in values.windows(2).enumerate() {
        if pair[0] == 0.0 {
            add(points[position], 1.0);
        } else if pair[0] * pair[1] < 0.0 {
            let (mut low, mut high) = (points[position], points[position + 1]);
            for _ in 0..HALVINGS {
                let middle = 0.5 * (low + high);
                if difference(middle) * pair[0] > 0.0 { low = middle } else { high = middle }
            }
            add(high, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    fn unary(activation: Activation, of: Scalar) -> Scalar {
        Scalar::Unary(Unary::Activation(activation), Rc::new(of))
    }

    fn binary(operator: Binary, left: Scalar, right: Scalar) -> Scalar {
        Scalar::Binary(operator, Rc::new(left), Rc::new(right))
    }

    const X: Scalar = Scalar::Variable;

    fn number(value: f64) -> Scalar {
        Scalar::Constant(value)
    }

    fn plain(scalar: &Scalar) -> Option<Activation> {
        recognise(scalar).filter(|found| (found.factor, found.shift) == (1.0, 0.0)).map(|found| found.activation)
    }

    fn elementary(function: Elementary, of: Scalar) -> Scalar {
        unary(Activation::Elementary(function), of)
    }

    #[test]
    fn spelled_out_activations_are_recognised() {
        let sigmoid = |of: Scalar| unary(Activation::Sigmoid, of);
        assert_eq!(plain(&binary(Binary::Mul, X, sigmoid(X))), Some(Activation::Silu));
        // x/2·(1 + erf(x/√2)) with constants of 32 bits.
        let root = f64::from(std::f32::consts::SQRT_2);
        let erf = elementary(Elementary::Erf, binary(Binary::Div, X, number(root)));
        let gelu = binary(Binary::Mul, binary(Binary::Mul, X, binary(Binary::Add, erf, number(1.0))), number(0.5));
        assert_eq!(plain(&gelu), Some(Activation::Gelu));
        let softplus =
            |of: Scalar| elementary(Elementary::Log, binary(Binary::Add, elementary(Elementary::Exp, of), number(1.0)));
        assert_eq!(plain(&softplus(X)), Some(Activation::Softplus));
        let clipped = binary(Binary::Max, X, binary(Binary::Mul, X, number(0.25)));
        assert_eq!(plain(&clipped), Some(Activation::LeakyRelu { negative_slope: 0.25 }));
        let quick = binary(Binary::Mul, X, sigmoid(binary(Binary::Mul, X, number(1.702))));
        assert_eq!(plain(&quick), Some(Activation::Swish { beta: 1.702 }));
        let mish = binary(Binary::Mul, X, unary(Activation::Tanh, softplus(X)));
        assert_eq!(plain(&mish), Some(Activation::Mish));
        let relu6 = binary(Binary::Min, unary(Activation::Relu, X), number(6.0));
        assert_eq!(plain(&relu6), Some(Activation::RELU6));
        let root = elementary(Elementary::Sqrt, binary(Binary::Add, binary(Binary::Mul, X, X), number(3.0)));
        let squareplus = binary(Binary::Mul, binary(Binary::Add, X, root), number(0.5));
        assert_eq!(plain(&squareplus), Some(Activation::Squareplus { b: 3.0 }));
    }

    #[test]
    fn activations_of_a_line_are_recognised() {
        let line = || binary(Binary::Add, binary(Binary::Mul, X, number(2.0)), number(-1.0));
        let silu = binary(Binary::Mul, line(), unary(Activation::Sigmoid, line()));
        let found = Recognised { activation: Activation::Silu, factor: 2.0, shift: -1.0 };
        assert_eq!(recognise(&silu), Some(found));
        let held = binary(Binary::Min, binary(Binary::Max, line(), number(0.0)), number(1.0));
        assert_eq!(plain(&held), Some(Activation::HardSigmoid { slope: 2.0, shift: -1.0 }));
    }

    #[test]
    fn what_happens_far_out_is_seen() {
        for (low, high) in [(-1e7, 1e7), (-3e10, 5.0), (100.0, 101.0)] {
            let held = binary(Binary::Min, binary(Binary::Max, X, number(low)), number(high));
            assert_eq!(plain(&held), Some(Activation::HardTanh { low, high }));
        }
        let above = binary(Binary::Greater, X, number(4321.5));
        assert_eq!(plain(&binary(Binary::Mul, X, above)), Some(Activation::ThresholdedRelu { threshold: 4321.5 }));
        // ReLU with a step a long way off, once spelled by a comparison and once as a sigmoid.
        let relu = || unary(Activation::Relu, X);
        let step = binary(Binary::Greater, X, number(5000.0));
        assert_eq!(recognise(&binary(Binary::Add, relu(), step)), None);
        let step = unary(Activation::Sigmoid, binary(Binary::Sub, X, number(1000.0)));
        assert_eq!(recognise(&binary(Binary::Add, relu(), step)), None);
        let high = binary(Binary::Min, X, number(100.0));
        assert_eq!((recognise(&high), high.as_affine()), (None, None));
    }

    #[test]
    fn small_functions_are_compared_by_their_own_scale() {
        let small = binary(Binary::Mul, unary(Activation::Tanh, X), number(1e-7));
        assert_eq!(recognise(&small), None);
    }

    #[test]
    fn lines_are_read_off_their_spelling() {
        let line = binary(Binary::Div, binary(Binary::Sub, X, number(3.0)), number(4.0));
        assert_eq!(line.as_affine(), Some((0.25, -0.75)));
        assert_eq!(unary(Activation::Tanh, X).as_affine(), None);
        assert_eq!(unary(Activation::Tanh, number(0.0)).as_constant(), Some(0.0));
    }
}
