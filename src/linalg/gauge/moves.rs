//! The discrete changes by which an arrangement is improved.

use super::arrangement::Arrangement;

/// One change of an arrangement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Move {
    /// Pair j changes its sign.
    Flip(usize),
    /// Pairs j and k change their signs: a half-turn.
    Flips(usize, usize),
    /// Pairs j and k exchange their axes; pair j's new row is `first` (±1) times pair k's old one, and pair k's `second`
    /// times pair j's. With `first` = −`second` it is a quarter-turn.
    Exchange { j: usize, k: usize, first: f64, second: f64 },
    /// Pair j goes to the free axis of this index with this sign, and leaves its own free.
    Shift { j: usize, free: usize, sign: f64 },
}

impl Move {
    pub fn apply(self, arrangement: &mut Arrangement, free_axes: &mut [usize]) {
        let Arrangement { axes, signs } = arrangement;
        match self {
            Move::Flip(j) => signs[j] = -signs[j],
            Move::Flips(j, k) => {
                signs[j] = -signs[j];
                signs[k] = -signs[k];
            }
            Move::Exchange { j, k, first, second } => {
                axes.swap(j, k);
                (signs[j], signs[k]) = (first * signs[k], second * signs[j]);
            }
            Move::Shift { j, free, sign } => {
                std::mem::swap(&mut axes[j], &mut free_axes[free]);
                signs[j] = sign;
            }
        }
    }
}
