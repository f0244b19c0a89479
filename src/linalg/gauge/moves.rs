//! The discrete changes by which an arrangement is improved.

use nalgebra::DMatrix;

use super::arrangement::Arrangement;

/// One change of an arrangement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Move {
    /// Pair j changes its sign.
    Flip(usize),
    /// Pair j goes to a free axis, and may change its sign.
    Shift { j: usize, axis: usize, flip: bool },
    /// Pairs j and k exchange their axes (or stay), and may change their signs.
    Pair { j: usize, k: usize, swap: bool, flips: [bool; 2] },
}

impl Move {
    /// Whether the determinants of V and U change sign, where no null direction can make up for it.
    pub fn reflects(self) -> bool {
        match self {
            Move::Flip(_) => true,
            Move::Shift { flip, .. } => flip,
            Move::Pair { swap, flips, .. } => swap ^ flips[0] ^ flips[1],
        }
    }

    pub fn applied(self, from: &Arrangement) -> Arrangement {
        let mut to = from.clone();
        let mut flip = |j: usize, really: bool| {
            if really {
                to.signs[j] = -to.signs[j];
            }
        };
        match self {
            Move::Flip(j) => flip(j, true),
            Move::Shift { j, axis, flip: really } => {
                flip(j, really);
                to.axes[j] = axis;
            }
            Move::Pair { j, k, swap, flips } => {
                flip(j, flips[0]);
                flip(k, flips[1]);
                if swap {
                    to.axes.swap(j, k);
                }
            }
        }
        to
    }

    /// By how much tr V + tr U grows, without the null directions.
    pub fn gain(self, from: &Arrangement, sum: &DMatrix<f64>) -> f64 {
        let now = |j: usize| from.signs[j] * sum[(from.axes[j], j)];
        let then = |j: usize, axis: usize, flip: bool| {
            let aligned = from.signs[j] * sum[(axis, j)];
            if flip { -aligned } else { aligned }
        };
        match self {
            Move::Flip(j) => -2.0 * now(j),
            Move::Shift { j, axis, flip } => then(j, axis, flip) - now(j),
            Move::Pair { j, k, swap, flips } => {
                let (axis_j, axis_k) = if swap { (from.axes[k], from.axes[j]) } else { (from.axes[j], from.axes[k]) };
                then(j, axis_j, flips[0]) + then(k, axis_k, flips[1]) - now(j) - now(k)
            }
        }
    }
}
