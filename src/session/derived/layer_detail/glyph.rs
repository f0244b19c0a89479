//! The unit ball of a layer's input on its way to the ellipsoid that W makes of it.
//!
//! Of a ball in n dimensions the three leading right singular vectors v₁, v₂, v₃ are followed, and of where they go three
//! coordinates are seen. At time t they are B(t) = P·M(t)·(v₁ v₂ v₃), a 3×3 matrix, with M(t) what the linear phases
//! have done by then. In a rotation
//!
//! R^s v = v + Σ [(cos sθ − 1)·C + sin sθ·S],  C = (a·v) a + (b·v) b,  S = (a·v) b − (b·v) a,
//!
//! summed over its planes (a, b, θ): what P sees of C and S is stored once, so that a frame costs no pass over d
//! dimensions.

use std::cmp::Reverse;

use nalgebra::{DMatrix, DVector, Matrix3};

use crate::flow::{CompressionLaw, Flow, LayerFlow, Motion};
use crate::linalg::Rotation;
use crate::session::phase_time;

/// As many directions and coordinates as a picture can hold.
const SEEN: usize = 3;
/// What is left of an axis after taking away the directions before it counts as nothing below this.
const DEPENDENT: f64 = 1e-6;

/// The unit ball of one layer, ready to be drawn at any time.
#[derive(Clone, Debug)]
pub struct Glyph {
    /// The coordinates that are seen, indices in the ambient space, at most three.
    pub coordinates: Vec<usize>,
    /// The singular values of the directions that are followed, at most three; 0 where a direction is lost.
    pub singular_values: Vec<f64>,
    /// Whether this is the whole ball in the whole space.
    pub is_whole: bool,
    /// Vᵀ, before the compression: the index of its phase and what it does.
    before: Option<(usize, BallRotation)>,
    /// U (or Q), after it.
    after: Option<(usize, BallRotation)>,
    /// The compression: the index of its phase and its law.
    compression: Option<(usize, CompressionLaw)>,
    /// Where the directions are between the rotations, as seen, before they are compressed.
    between: Matrix3<f64>,
}

/// A rotation of the followed directions, as seen: column k is direction k.
#[derive(Clone, Debug)]
struct BallRotation {
    constant: Matrix3<f64>,
    /// θ, and what cos sθ and sin sθ multiply.
    planes: Vec<(f64, Matrix3<f64>, Matrix3<f64>)>,
}

impl Glyph {
    /// The glyph of a layer; `None` for one without linear phases of its own (a residual block).
    pub fn new(flow: &Flow, layer: &LayerFlow) -> Option<Glyph> {
        layer.spectrum.as_ref()?;
        let found = |matches: &dyn Fn(&Motion) -> bool| layer.phases.iter().position(|phase| matches(&phase.motion));
        let compression = found(&|motion| matches!(motion, Motion::Compression { .. }));
        let rotation = |from: usize, to: usize| {
            let phases = layer.phases.iter().enumerate().take(to).skip(from);
            phases.clone().find_map(|(index, phase)| match &phase.motion {
                Motion::Rotation(rotation) => Some((index, rotation)),
                _ => None,
            })
        };
        // Without a compression both rotations are rigid motions of the ball, one after the other.
        let middle = compression.unwrap_or_else(|| rotation(0, layer.phases.len()).map_or(0, |(index, _)| index + 1));
        let (before, after) = (rotation(0, middle), rotation(middle, layer.phases.len()));
        let followed = followed(flow, layer, compression, before.map(|(_, rotation)| rotation));
        let mut between = followed.start.clone();
        if let Some((_, rotation)) = before {
            rotation.rotate(&mut between, 1.0);
        }
        let coordinates = seen(flow.ambient_dimension(), &between);
        let project =
            |vectors: &DMatrix<f64>| seen_of(&coordinates, |row, column| vectors[(row, column)], vectors.ncols());
        let turning = |rotation: &Rotation, start: &DMatrix<f64>| BallRotation::new(rotation, start, &coordinates);
        let law = compression.and_then(|index| match layer.phases[index].motion {
            Motion::Compression { law, .. } => Some((index, law)),
            _ => None,
        });
        Some(Glyph {
            is_whole: flow.ambient_dimension() <= SEEN && layer.inputs <= SEEN,
            before: before.map(|(index, rotation)| (index, turning(rotation, &followed.start))),
            after: after.map(|(index, rotation)| (index, turning(rotation, &between))),
            compression: law,
            between: project(&between),
            singular_values: followed.singular_values,
            coordinates,
        })
    }

    /// B(t): column k is where direction k is at time t, its entries the seen coordinates; columns and rows beyond
    /// those there are hold zeros. `layer` is the layer that the glyph was made of.
    pub fn at(&self, flow: &Flow, layer: &LayerFlow, t: f64) -> Matrix3<f64> {
        let s = |index: usize| layer.phases.get(index).map_or(1.0, |phase| phase_time(flow, phase, t));
        if let Some((index, turning)) = &self.before
            && s(*index) < 1.0
        {
            return turning.at(s(*index));
        }
        let mut directions = match &self.after {
            Some((index, turning)) => turning.at(s(*index)),
            None => self.between,
        };
        if let Some((index, law)) = self.compression {
            let s = s(index);
            for (mut column, sigma) in directions.column_iter_mut().zip(&self.singular_values) {
                column *= law.factor(*sigma, s);
            }
        }
        directions
    }
}

impl BallRotation {
    fn new(rotation: &Rotation, start: &DMatrix<f64>, coordinates: &[usize]) -> BallRotation {
        let mut constant = seen_of(coordinates, |row, column| start[(row, column)], start.ncols());
        let planes = (0..rotation.angles().len()).map(|index| {
            let (a, b) = rotation.plane(index);
            let dot = |plane: &[f64], column: usize| -> f64 {
                plane.iter().zip(start.column(column).iter()).map(|(x, y)| x * y).sum()
            };
            let along: Vec<[f64; 2]> = (0..start.ncols()).map(|column| [dot(a, column), dot(b, column)]).collect();
            let entry = |direction: &[f64], row: usize| direction.get(row).copied().unwrap_or(0.0);
            let cosine =
                |row: usize, column: usize| along[column][0] * entry(a, row) + along[column][1] * entry(b, row);
            let sine = |row: usize, column: usize| along[column][0] * entry(b, row) - along[column][1] * entry(a, row);
            let cosine = seen_of(coordinates, cosine, start.ncols());
            constant -= cosine;
            (rotation.angles()[index], cosine, seen_of(coordinates, sine, start.ncols()))
        });
        let planes = planes.collect();
        BallRotation { constant, planes }
    }

    fn at(&self, s: f64) -> Matrix3<f64> {
        self.planes.iter().fold(self.constant, |sum, (angle, cosine, sine)| {
            let (sin, cos) = (s * angle).sin_cos();
            sum + cosine * cos + sine * sin
        })
    }
}

/// The directions of the input that are followed, d × up to three, and their singular values.
struct Followed {
    start: DMatrix<f64>,
    singular_values: Vec<f64>,
}

fn followed(flow: &Flow, layer: &LayerFlow, compression: Option<usize>, before: Option<&Rotation>) -> Followed {
    let (dimension, count) = (flow.ambient_dimension(), layer.inputs.min(SEEN));
    let mut directions: Vec<DVector<f64>> = Vec::with_capacity(count);
    let mut singular_values = Vec::with_capacity(count);
    let axis = |index: usize| DVector::from_fn(dimension, |row, _| f64::from(u8::from(row == index)));
    let mut lost = 1.0;
    if let Some(Motion::Compression { factors, basis, .. }) = compression.map(|index| &layer.phases[index].motion) {
        lost = 0.0;
        let mut order: Vec<usize> = (0..factors.len()).filter(|index| factors[*index] > 0.0).collect();
        order.sort_by(|one, other| factors[*other].total_cmp(&factors[*one]));
        for index in order.into_iter().take(count) {
            let direction = match basis {
                Some(basis) if index < basis.ncols() => {
                    DVector::from_fn(dimension, |row, _| basis.get((row, index)).copied().unwrap_or(0.0))
                }
                _ => axis(index),
            };
            let mut start = DMatrix::from_columns(&[direction]);
            if let Some(rotation) = before {
                rotation.rotate(&mut start, -1.0);
            }
            directions.push(start.column(0).into_owned());
            singular_values.push(factors[index]);
        }
    }
    // What the singular directions leave of the input is lost (or, without a compression, keeps its length).
    for index in 0..layer.inputs {
        if directions.len() >= count {
            break;
        }
        let mut rest = axis(index);
        for direction in &directions {
            let along = direction.dot(&rest);
            rest.axpy(-along, direction, 1.0);
        }
        let length = rest.norm();
        if length > DEPENDENT {
            directions.push(rest / length);
            singular_values.push(lost);
        }
    }
    Followed { start: DMatrix::from_columns(&directions), singular_values }
}

/// The coordinates in which the directions are seen best: all of a small space, else for each direction the one in
/// which it is largest, each once.
fn seen(dimension: usize, directions: &DMatrix<f64>) -> Vec<usize> {
    if dimension <= SEEN {
        return (0..dimension).collect();
    }
    let mut coordinates: Vec<usize> = Vec::with_capacity(SEEN);
    for direction in directions.column_iter() {
        let free = (0..dimension).filter(|row| !coordinates.contains(row));
        let best = free.max_by(|one, other| {
            let size = |row: &usize| direction[*row].abs();
            size(one).total_cmp(&size(other)).then(Reverse(one).cmp(&Reverse(other)))
        });
        coordinates.extend(best);
    }
    coordinates
}

/// The 3×3 matrix of what the coordinates show of `columns` columns.
fn seen_of(coordinates: &[usize], entry: impl Fn(usize, usize) -> f64, columns: usize) -> Matrix3<f64> {
    Matrix3::from_fn(|row, column| match coordinates.get(row) {
        Some(coordinate) if column < columns => entry(*coordinate, column),
        _ => 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Decomposition, FlowOptions};
    use crate::linalg::testing::random_matrix;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

    fn flow(weight: &DMatrix<f64>, decomposition: Decomposition) -> Flow {
        let affine = Affine { weight: weight.clone(), bias: None };
        let layers = vec![Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Tanh })];
        let network = Network::new(String::new(), layers, OutputFunction::Identity).unwrap();
        let options = FlowOptions { decomposition, ..FlowOptions::default() };
        Flow::new(&network, options, &mut |_, _| true).unwrap()
    }

    /// What the flow itself does to the directions that the glyph follows, as seen.
    fn expected(flow: &Flow, glyph: &Glyph, start: &Matrix3<f64>, inputs: usize, t: f64) -> Matrix3<f64> {
        let count = glyph.singular_values.len();
        let points = DMatrix::from_fn(inputs, count, |row, column| start[(row, column)]);
        let moved = flow.positions(&points, t).unwrap();
        seen_of(&glyph.coordinates, |row, column| moved[(row, column)], count)
    }

    #[test]
    fn in_two_and_three_dimensions_the_glyph_is_what_the_flow_does() {
        let reflection = DMatrix::from_row_slice(2, 2, &[0.0, 1.2, 0.8, 0.1]);
        let rank_one = random_matrix(2, 1, 3) * random_matrix(1, 3, 4);
        let cube = random_matrix(3, 3, 2);
        // Of odd dimension: −W has the other sign of the determinant. A reflection would need a fourth dimension.
        let proper = &cube * cube.determinant().signum();
        for weight in [random_matrix(2, 2, 1), proper, rank_one, reflection, random_matrix(3, 2, 5)] {
            for decomposition in Decomposition::ALL {
                let flow = flow(&weight, decomposition);
                let layer = &flow.layers()[0];
                let glyph = Glyph::new(&flow, layer).unwrap();
                assert!(glyph.is_whole);
                let start = glyph.at(&flow, layer, 0.0);
                let gram = start.transpose() * start;
                let count = glyph.singular_values.len();
                assert!((gram.view((0, 0), (count, count)) - DMatrix::identity(count, count)).norm() < 1e-12);
                let end_of_linear = layer.phases.iter().filter(|phase| phase.motion.is_affine()).count();
                let end = layer.phases[end_of_linear - 1].end;
                for step in 0..=20 {
                    let t = end * f64::from(step) / 20.0;
                    let difference = glyph.at(&flow, layer, t) - expected(&flow, &glyph, &start, weight.ncols(), t);
                    assert!(difference.norm() < 1e-12, "{weight} {decomposition:?} {t}: {difference}");
                }
            }
        }
    }

    #[test]
    fn of_many_dimensions_the_leading_directions_end_with_their_singular_values() {
        let flow = flow(&random_matrix(6, 9, 7), Decomposition::Svd);
        let layer = &flow.layers()[0];
        let glyph = Glyph::new(&flow, layer).unwrap();
        assert!(!glyph.is_whole);
        assert_eq!(glyph.singular_values, layer.spectrum.as_ref().unwrap().singular_values[..3]);
        // Between the rotations each direction lies along its own coordinate.
        let compressed = layer.phases[1].end;
        let seen = glyph.at(&flow, layer, compressed);
        let expected = Matrix3::from_diagonal(&nalgebra::Vector3::from_column_slice(&glyph.singular_values));
        assert!((seen.abs() - expected).norm() < 1e-9, "{seen}");
    }
}
