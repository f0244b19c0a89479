//! How alike two networks see the data: linear centred kernel alignment (Kornblith et al. 2019).

use nalgebra::DMatrix;

/// ‖X Yᵀ‖² / (‖X Xᵀ‖ ‖Y Yᵀ‖) of the activations X and Y (units × the same samples), each unit's mean taken away: 1 where one
/// is the other turned and scaled, 0 where they have nothing in common. `None` where one of them is constant.
pub fn kernel_alignment(one: &DMatrix<f64>, other: &DMatrix<f64>) -> Option<f64> {
    if one.ncols() != other.ncols() || one.ncols() == 0 {
        return None;
    }
    let (one, other) = (centred(one), centred(other));
    let is_flat = |values: &DMatrix<f64>| values.iter().all(|value| *value == 0.0);
    if is_flat(&one) || is_flat(&other) {
        return None;
    }
    if one == other {
        return Some(1.0);
    }
    // The smaller of the two products has the same norm: of few samples XᵀX is taken in place of XXᵀ.
    let own = |values: &DMatrix<f64>| {
        if values.ncols() < values.nrows() {
            (values.transpose() * values).norm()
        } else {
            (values * values.transpose()).norm()
        }
    };
    let alignment = (&one * other.transpose()).norm_squared() / (own(&one) * own(&other));
    alignment.is_finite().then_some(alignment)
}

/// Each row without its mean; scaled, so that squares of squares stay finite.
fn centred(values: &DMatrix<f64>) -> DMatrix<f64> {
    let mut centred = values.clone();
    for mut row in centred.row_iter_mut() {
        let first = row[0];
        // Rounding must not make a constant unit look like one that varies.
        let mean = if row.iter().all(|value| *value == first) { first } else { row.mean() };
        row.add_scalar_mut(-mean);
    }
    let largest = centred.amax();
    if largest > 0.0 && largest.is_finite() { centred / largest } else { centred }
}

#[cfg(test)]
mod tests {
    use nalgebra::dmatrix;

    use super::*;

    #[test]
    fn a_turn_changes_nothing_and_constant_units_have_no_alignment() {
        let x = dmatrix![1.0, 2.0, 4.0, -1.0; 0.5, 0.0, 3.0, 2.0];
        let turn = dmatrix![0.6, -0.8; 0.8, 0.6];
        assert!((kernel_alignment(&x, &(3.0 * turn * &x)).unwrap() - 1.0).abs() < 1e-14);
        assert_eq!(kernel_alignment(&x, &x), Some(1.0));
        assert_eq!(kernel_alignment(&x, &DMatrix::from_element(3, 4, 0.1)), None);
        // By hand: centred x·y = 0.
        let (a, b) = (dmatrix![1.0, -1.0, 1.0, -1.0], dmatrix![1.0, 1.0, -1.0, -1.0]);
        assert_eq!(kernel_alignment(&a, &b), Some(0.0));
    }
}
