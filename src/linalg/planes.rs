//! Finding the planes of a rotation.
//!
//! R commutes with its symmetric part S = (R + Rᵀ)/2 and its skew part K = (R − Rᵀ)/2. S has the eigenvalue cos θ twice
//! for each plane, so a symmetric eigenproblem (cheap, unconditionally stable) separates planes of different angles.
//! Where eigenvalues of S lie close together (repeated angles, and all small angles, whose cosines agree to θ²/2) the
//! planes are separated inside their common eigenspace by the Hermitian matrix
//!
//!   H = cos φ · S − i sin φ · K,    H z = cos(θ − φ) z  for  R z = e^{iθ} z,  z = (a − i b)/√2,
//!
//! with φ = π/2 where the angles are near 0 or π (H = −iK resolves angles of 1e-9 to full relative precision) and
//! φ = π/4 near a quarter-turn, where sin θ is stationary.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use nalgebra::{DMatrix, DVector};

use super::LinalgError;
use super::library::{hermitian_eigenvectors, symmetric_eigen};

/// Eigenvalues of S closer than this share an eigenspace: rounding mixes their vectors by 1e-16 over this gap.
const CLUSTER_GAP: f64 = 1e-3;
/// Angles in one eigenspace stay within this range (radians), so that cos(θ − φ) is one-to-one on it.
const CLUSTER_RANGE: f64 = 0.6;
/// |cos θ| below this counts as near a quarter-turn.
const QUARTER_TURN: f64 = 0.4;
/// A plane's second direction shorter than this after orthogonalisation was no plane of its own.
const LOST_DIRECTION: f64 = 0.5;

/// One plane: a turns toward b by `angle`.
struct RotationPlane {
    a: DVector<f64>,
    b: DVector<f64>,
    angle: f64,
}

/// The planes (columns a₁, b₁, a₂, b₂, …) and angles, largest first, of a proper rotation.
pub(super) fn of_rotation(rotation: &DMatrix<f64>) -> Result<(DMatrix<f64>, Vec<f64>), LinalgError> {
    let dimension = rotation.nrows();
    let symmetric = (rotation + rotation.transpose()) * 0.5;
    let (cosines, vectors) = symmetric_eigen(&symmetric)?;
    let ranges = clusters(&cosines);
    let turned = rotation * needed(&vectors, &ranges);
    let mut found = Vec::new();
    let mut at = 0;
    for (start, end) in ranges {
        let size = end - start;
        let basis = vectors.columns(start, size);
        if size == 2 {
            let (cosine, sine) = (basis.column(0).dot(&turned.column(at)), basis.column(1).dot(&turned.column(at)));
            at += 1;
            found.extend(plane_turned(basis.column(0).into_owned(), basis.column(1).into_owned(), cosine, sine));
            continue;
        }
        let restricted = basis.transpose() * turned.columns(at, size);
        at += size;
        for plane in of_restriction(&restricted)? {
            found.push(RotationPlane { a: basis * plane.a, b: basis * plane.b, angle: plane.angle });
        }
    }
    // A stable sort keeps equal angles in the order of the eigenproblem.
    found.sort_by(|one, other| other.angle.total_cmp(&one.angle));
    let mut planes = DMatrix::zeros(dimension, 2 * found.len());
    for (index, plane) in found.iter().enumerate() {
        planes.set_column(2 * index, &plane.a);
        planes.set_column(2 * index + 1, &plane.b);
    }
    Ok((planes, found.iter().map(|plane| plane.angle).collect()))
}

/// The columns whose images tell the planes: in a plane of its own the image of one direction tells that of the other.
fn needed(vectors: &DMatrix<f64>, ranges: &[(usize, usize)]) -> DMatrix<f64> {
    let columns: Vec<usize> =
        ranges.iter().flat_map(|(start, end)| *start..if end - start == 2 { start + 1 } else { *end }).collect();
    vectors.select_columns(&columns)
}

/// Ranges of the ascending `cosines` that share an eigenspace.
fn clusters(cosines: &[f64]) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for end in 1..=cosines.len() {
        if end == cosines.len() || cosines[end] - cosines[end - 1] > CLUSTER_GAP {
            split_wide(cosines, start, end, &mut ranges);
            start = end;
        }
    }
    ranges
}

/// Halves a range at its widest inner gap until its angles lie close enough together. A plane's two equal cosines
/// are never parted, as their gap is rounding. Each split shortens the range, so the recursion ends.
fn split_wide(cosines: &[f64], start: usize, end: usize, ranges: &mut Vec<(usize, usize)>) {
    let angle = |cosine: f64| cosine.clamp(-1.0, 1.0).acos();
    let is_narrow = angle(cosines[start]) - angle(cosines[end - 1]) <= CLUSTER_RANGE;
    if is_narrow || end - start <= 2 {
        ranges.push((start, end));
        return;
    }
    let mut cut = start + 1;
    for at in start + 1..end {
        if cosines[at] - cosines[at - 1] > cosines[cut] - cosines[cut - 1] {
            cut = at;
        }
    }
    split_wide(cosines, start, cut, ranges);
    split_wide(cosines, cut, end, ranges);
}

/// The planes of R restricted to an invariant subspace, in that subspace's own coordinates.
fn of_restriction(restricted: &DMatrix<f64>) -> Result<Vec<RotationPlane>, LinalgError> {
    let size = restricted.nrows();
    let symmetric = (restricted + restricted.transpose()) * 0.5;
    let skew = (restricted - restricted.transpose()) * 0.5;
    let mean_cosine = symmetric.trace() / size as f64;
    if size == 1 {
        // A real eigenvalue of its own: 1, or −1 in a matrix that reflects.
        return if mean_cosine > 0.0 { Ok(Vec::new()) } else { Err(reflects(1)) };
    }
    let phi = if mean_cosine.abs() < QUARTER_TURN { FRAC_PI_4 } else { FRAC_PI_2 };
    let (real, imaginary) = hermitian_eigenvectors(&(&symmetric * phi.cos()), &(&skew * -phi.sin()))?;
    // z = x + iy has the sine z*(−iK)z = −2·yᵀKx; of each pair z, z̄ one has it positive.
    let turned_real = &skew * &real;
    let mut turning: Vec<(f64, usize)> = (0..size)
        .map(|j| (-2.0 * imaginary.column(j).dot(&turned_real.column(j)), j))
        .filter(|(sine, _)| *sine > ANGLE_NOISE)
        .collect();
    // Large angles are the most accurate: they are made orthonormal first.
    turning.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut basis: Vec<DVector<f64>> = Vec::with_capacity(size);
    let mut planes = Vec::new();
    for (_, j) in turning {
        let Some(a) = orthonormalised(real.column(j).into_owned(), &basis) else { continue };
        basis.push(a.clone());
        let Some(b) = orthonormalised(imaginary.column(j).into_owned(), &basis) else {
            basis.pop();
            continue;
        };
        basis.push(b.clone());
        planes.extend(plane_between(restricted, a, b));
    }
    if mean_cosine < 0.0 {
        planes.extend(half_turns(&basis, size)?);
    }
    Ok(planes)
}

/// The plane spanned by a and b with the angle by which the rotation turns it; none if that is rounding.
fn plane_between(rotation: &DMatrix<f64>, a: DVector<f64>, b: DVector<f64>) -> Option<RotationPlane> {
    let (turned_a, turned_b) = (rotation * &a, rotation * &b);
    let cosine = 0.5 * (a.dot(&turned_a) + b.dot(&turned_b));
    let sine = 0.5 * (b.dot(&turned_a) - a.dot(&turned_b));
    plane_turned(a, b, cosine, sine)
}

/// The plane in which the image of a has these coordinates on a and b.
fn plane_turned(a: DVector<f64>, b: DVector<f64>, cosine: f64, sine: f64) -> Option<RotationPlane> {
    let angle = sine.abs().atan2(cosine);
    if angle <= ANGLE_NOISE {
        return None;
    }
    Some(if sine >= 0.0 { RotationPlane { a, b, angle } } else { RotationPlane { a: b, b: a, angle } })
}

/// Pairs up what `basis` leaves of an eigenspace of −1 into planes that turn by π.
fn half_turns(basis: &[DVector<f64>], size: usize) -> Result<Vec<RotationPlane>, LinalgError> {
    let mut leftover = DMatrix::<f64>::identity(size, size);
    for direction in basis {
        leftover.ger(-1.0, direction, direction, 1.0);
    }
    // A projector: eigenvalue 1 on the complement, 0 on the planes already found; ascending order.
    let (_, vectors) = symmetric_eigen(&leftover)?;
    let complement = size - basis.len();
    if !complement.is_multiple_of(2) {
        return Err(reflects(size));
    }
    let first = size - complement;
    Ok((0..complement / 2)
        .map(|pair| RotationPlane {
            a: vectors.column(first + 2 * pair).into_owned(),
            b: vectors.column(first + 2 * pair + 1).into_owned(),
            angle: PI,
        })
        .collect())
}

/// The unit vector along what `basis` leaves of `vector`; none if hardly anything is left. Projected twice, which is
/// enough for full precision (Giraud, Langou & Rozložník 2005).
fn orthonormalised(mut vector: DVector<f64>, basis: &[DVector<f64>]) -> Option<DVector<f64>> {
    vector.normalize_mut();
    for _ in 0..2 {
        for direction in basis {
            let along = direction.dot(&vector);
            vector.axpy(-along, direction, 1.0);
        }
    }
    let length = vector.norm();
    (length > LOST_DIRECTION).then(|| vector / length)
}

/// −1 is an eigenvalue an odd number of times.
fn reflects(dimension: usize) -> LinalgError {
    LinalgError::NotARotation { dimension, reason: "it reflects (its determinant is negative)" }
}

/// Angles below this are rounding: products of orthogonal factors carry about 1e-15 an entry.
pub(super) const ANGLE_NOISE: f64 = 1e-13;
