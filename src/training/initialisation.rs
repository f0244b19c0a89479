//! Where a matrix begins before training: drawn at random, or a plain map to study.

use nalgebra::DMatrix;

use crate::dataset::Random;
use crate::network::Activation;

/// How a matrix is filled. The first four draw it for training, the others are maps to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Initialisation {
    /// Normal with variance 2/inputs, which keeps the size of the data through layers of ReLU (He et al. 2015).
    He,
    /// Normal with variance 2/(inputs + outputs) (Glorot and Bengio 2010).
    #[default]
    Xavier,
    /// A random matrix with orthonormal rows or columns: all singular values are 1. A square one is a rotation, so that its
    /// layer begins without a reflection.
    Orthogonal,
    /// A residual block that adds nothing: its outer parameters are 0 and its inner ones drawn as by Xavier. Dense
    /// layers are drawn as by Xavier.
    ZeroOuter,
    /// Ones on the diagonal.
    Identity,
    /// A turn of the plane of the first two coordinates.
    Rotation {
        /// The angle in radians, from the first axis towards the second.
        angle: f64,
    },
    /// The first coordinate changes its sign.
    Reflection,
    /// Only the first coordinates remain.
    Projection {
        /// How many remain.
        rank: usize,
    },
    /// The second coordinate is added to the first.
    Shear {
        /// How often it is added.
        amount: f64,
    },
}

impl Initialisation {
    /// Every initialisation with default numbers, in the order in which menus show them.
    pub const ALL: [Initialisation; 9] = [
        Initialisation::Xavier,
        Initialisation::He,
        Initialisation::Orthogonal,
        Initialisation::ZeroOuter,
        Initialisation::Identity,
        Initialisation::Rotation { angle: std::f64::consts::FRAC_PI_4 },
        Initialisation::Reflection,
        Initialisation::Projection { rank: 1 },
        Initialisation::Shear { amount: 1.0 },
    ];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Initialisation::He => "he",
            Initialisation::Xavier => "xavier",
            Initialisation::Orthogonal => "orthogonal",
            Initialisation::ZeroOuter => "zero-outer",
            Initialisation::Identity => "identity",
            Initialisation::Rotation { .. } => "rotation",
            Initialisation::Reflection => "reflection",
            Initialisation::Projection { .. } => "projection",
            Initialisation::Shear { .. } => "shear",
        }
    }

    /// The initialisation of this name, with its default number.
    pub fn from_name(name: &str) -> Option<Initialisation> {
        Initialisation::ALL.into_iter().find(|initialisation| initialisation.name() == name)
    }

    /// What it does, in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Initialisation::He => "Normal with variance 2/inputs: keeps the size of the data through ReLU",
            Initialisation::Xavier => "Normal with variance 2/(inputs + outputs)",
            Initialisation::Orthogonal => "Random, with all singular values 1 and no reflection",
            Initialisation::ZeroOuter => "A residual block begins by adding nothing",
            Initialisation::Identity => "Ones on the diagonal",
            Initialisation::Rotation { .. } => "Turns the plane of the first two coordinates",
            Initialisation::Reflection => "The first coordinate changes its sign",
            Initialisation::Projection { .. } => "Only the first coordinates remain",
            Initialisation::Shear { .. } => "The second coordinate is added to the first",
        }
    }

    /// The one that suits training with an activation.
    pub fn of_activation(activation: Activation) -> Initialisation {
        match activation {
            Activation::Relu | Activation::LeakyRelu { .. } | Activation::Elu { .. } | Activation::RELU6 => {
                Initialisation::He
            }
            Activation::Gelu
            | Activation::GeluTanh
            | Activation::Silu
            | Activation::Swish { .. }
            | Activation::HardSwish
            | Activation::Mish
            | Activation::Celu { .. } => Initialisation::He,
            _ => Initialisation::Xavier,
        }
    }

    /// Whether it is a map to study rather than a random one.
    pub fn is_map(self) -> bool {
        !matches!(
            self,
            Initialisation::He | Initialisation::Xavier | Initialisation::Orthogonal | Initialisation::ZeroOuter
        )
    }

    /// An outputs × inputs matrix.
    pub(crate) fn matrix(self, rows: usize, columns: usize, random: &mut Random) -> DMatrix<f64> {
        // A layer without a unit is refused where its network is made.
        if rows == 0 || columns == 0 {
            return DMatrix::zeros(rows, columns);
        }
        let mut normal = |variance: f64| DMatrix::from_fn(rows, columns, |_, _| variance.sqrt() * random.normal());
        match self {
            Initialisation::He => normal(2.0 / columns.max(1) as f64),
            Initialisation::Xavier | Initialisation::ZeroOuter => normal(2.0 / (rows + columns).max(1) as f64),
            Initialisation::Orthogonal => orthonormal(normal(1.0)),
            Initialisation::Identity => DMatrix::identity(rows, columns),
            Initialisation::Rotation { angle } => {
                let mut turn = DMatrix::identity(rows, columns);
                if rows > 1 && columns > 1 {
                    let (sine, cosine) = libm::sincos(angle);
                    (turn[(0, 0)], turn[(0, 1)]) = (cosine, -sine);
                    (turn[(1, 0)], turn[(1, 1)]) = (sine, cosine);
                }
                turn
            }
            Initialisation::Reflection => {
                let mut mirror = DMatrix::identity(rows, columns);
                mirror.iter_mut().take(1).for_each(|corner| *corner = -1.0);
                mirror
            }
            Initialisation::Projection { rank } => {
                DMatrix::from_fn(rows, columns, |i, k| f64::from(u8::from(i == k && i < rank)))
            }
            Initialisation::Shear { amount } => {
                let mut shear = DMatrix::identity(rows, columns);
                if columns > 1 {
                    shear[(0, 1)] += amount;
                }
                shear
            }
        }
    }
}

/// The orthonormal factor of a Gaussian matrix; with the signs of R's diagonal moved into it every one is equally likely.
fn orthonormal(gaussian: DMatrix<f64>) -> DMatrix<f64> {
    let wide = gaussian.ncols() > gaussian.nrows();
    let tall = if wide { gaussian.transpose() } else { gaussian };
    let factors = tall.qr();
    let (mut q, r) = (factors.q(), factors.r());
    for (k, mut column) in q.column_iter_mut().enumerate() {
        if r[(k, k)] < 0.0 {
            column.neg_mut();
        }
    }
    // Of a reflection and a rotation that differ in one column both are equally likely.
    if q.is_square() && q.determinant() < 0.0 {
        q.column_iter_mut().take(1).for_each(|mut column| column.neg_mut());
    }
    if wide { q.transpose() } else { q }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for initialisation in Initialisation::ALL {
            assert_eq!(Initialisation::from_name(initialisation.name()), Some(initialisation));
        }
    }

    #[test]
    fn random_matrices_have_their_variance_and_orthogonal_ones_their_singular_values() {
        let mut random = Random::new(1);
        let variance = |matrix: DMatrix<f64>| matrix.norm_squared() / matrix.len() as f64;
        assert!((variance(Initialisation::He.matrix(200, 100, &mut random)) - 0.02).abs() < 1e-3);
        assert!((variance(Initialisation::Xavier.matrix(100, 300, &mut random)) - 0.005).abs() < 3e-4);
        for (rows, columns) in [(1, 1), (3, 3), (5, 2), (2, 5)] {
            let matrix = Initialisation::Orthogonal.matrix(rows, columns, &mut random);
            let product = if rows < columns { &matrix * matrix.transpose() } else { matrix.transpose() * &matrix };
            assert!((&product - DMatrix::identity(product.nrows(), product.ncols())).norm() < 1e-12);
            assert!(!matrix.is_square() || matrix.determinant() > 0.0);
        }
    }

    #[test]
    fn a_layer_without_units_or_inputs_is_drawn_as_nothing() {
        for initialisation in Initialisation::ALL {
            for (rows, columns) in [(0, 0), (0, 3), (3, 0)] {
                assert_eq!(initialisation.matrix(rows, columns, &mut Random::new(1)).shape(), (rows, columns));
            }
        }
    }

    #[test]
    fn maps_to_study_are_what_they_are_called() {
        let mut random = Random::new(1);
        let mut matrix = |initialisation: Initialisation| initialisation.matrix(2, 2, &mut random);
        let turn = matrix(Initialisation::Rotation { angle: 0.3 });
        assert!((turn.determinant() - 1.0).abs() < 1e-15 && (turn[(1, 0)] - 0.3_f64.sin()).abs() < 1e-15);
        assert_eq!(matrix(Initialisation::Reflection).determinant(), -1.0);
        assert_eq!(matrix(Initialisation::Projection { rank: 1 }).as_slice(), [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(matrix(Initialisation::Shear { amount: 2.0 }).as_slice(), [1.0, 0.0, 2.0, 1.0]);
        // Layers of width 1 have no plane to turn.
        assert_eq!(Initialisation::Rotation { angle: 1.0 }.matrix(1, 1, &mut random).as_slice(), [1.0]);
    }
}
