//! A part of the screen that is drawn with the mouse.

/// A rectangle, or what lies inside a closed line; in screen points.
#[derive(Clone, Debug, PartialEq)]
pub enum Region {
    /// Between two opposite corners.
    Box([[f32; 2]; 2]),
    /// Inside a line that is closed from its last corner to its first.
    Lasso(Vec<[f32; 2]>),
}

impl Region {
    /// Whether the place is inside. A line that crosses itself encloses what is cut off from the outside an odd number
    /// of times (the even-odd rule).
    pub fn contains(&self, at: [f32; 2]) -> bool {
        match self {
            Region::Box([first, second]) => (0..2)
                .all(|axis| first[axis].min(second[axis]) <= at[axis] && at[axis] <= first[axis].max(second[axis])),
            Region::Lasso(corners) => inside(corners, at),
        }
    }

    /// The corners of the smallest rectangle around it: `None` for a line without corners.
    pub fn bounds(&self) -> Option<[[f32; 2]; 2]> {
        let corners = match self {
            Region::Box(corners) => corners.as_slice(),
            Region::Lasso(corners) => corners,
        };
        let first = *corners.first()?;
        let around = corners.iter().fold([first, first], |[low, high], corner| {
            [0, 1].map(|end| {
                [0, 1].map(|axis| if end == 0 { low[axis].min(corner[axis]) } else { high[axis].max(corner[axis]) })
            })
        });
        Some(around)
    }
}

/// Counts how often a ray to the right of `at` crosses the line. An edge owns its lower end and not its upper one, so
/// that a ray through a corner counts once.
fn inside(corners: &[[f32; 2]], [x, y]: [f32; 2]) -> bool {
    let Some(&last) = corners.last() else { return false };
    let mut from = last;
    let mut inside = false;
    for &to in corners {
        if (from[1] > y) != (to[1] > y) {
            // In f64 the place of the crossing of two f32 points is exact enough to decide for neighbouring f32.
            let share = (f64::from(y) - f64::from(from[1])) / (f64::from(to[1]) - f64::from(from[1]));
            let crossing = f64::from(from[0]) + share * (f64::from(to[0]) - f64::from(from[0]));
            inside ^= f64::from(x) < crossing;
        }
        from = to;
    }
    inside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_concave_polygon_holds_what_is_inside() {
        // An arrow head that points to the right, with a notch on its left.
        let arrow = Region::Lasso(vec![[0.0, 0.0], [10.0, 5.0], [0.0, 10.0], [4.0, 5.0]]);
        for inside in [[5.0, 5.0], [9.0, 5.0], [1.0, 1.0], [1.0, 9.0], [4.1, 5.0]] {
            assert!(arrow.contains(inside), "{inside:?}");
        }
        for outside in [[3.9, 5.0], [2.0, 5.0], [10.1, 5.0], [5.0, 1.0], [5.0, 9.0], [-1.0, 0.0], [20.0, 5.0]] {
            assert!(!arrow.contains(outside), "{outside:?}");
        }
    }

    #[test]
    fn the_heart_of_a_star_is_outside_by_the_even_odd_rule() {
        let corner = |index: usize| {
            let angle = std::f32::consts::TAU * (index * 2 % 5) as f32 / 5.0;
            [angle.sin(), -angle.cos()]
        };
        let star = Region::Lasso((0..5).map(corner).collect());
        assert!(!star.contains([0.0, 0.0]));
        assert!(star.contains([0.0, -0.8]));
        assert!(!star.contains([0.0, 0.9]));
    }

    #[test]
    fn a_ray_through_corners_counts_once() {
        let diamond = Region::Lasso(vec![[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]);
        assert!(diamond.contains([0.0, 0.0]) && diamond.contains([-0.5, 0.0]));
        assert!(!diamond.contains([-2.0, 0.0]) && !diamond.contains([-2.0, 1.0]) && !diamond.contains([2.0, 0.0]));
    }

    #[test]
    fn lines_without_an_inside_hold_nothing() {
        assert!(!Region::Lasso(Vec::new()).contains([0.0, 0.0]));
        assert!(!Region::Lasso(vec![[0.0, 0.0], [1.0, 1.0]]).contains([0.5, 0.5]));
        assert_eq!(Region::Lasso(Vec::new()).bounds(), None);
    }

    proptest! {
        #[test]
        fn a_rectangle_is_the_lasso_around_it(corners in prop::array::uniform2(prop::array::uniform2(-9.0f32..9.0)), at in prop::array::uniform2(-9.0f32..9.0)) {
            let [[a, b], [c, d]] = corners;
            let lasso = Region::Lasso(vec![[a, b], [c, b], [c, d], [a, d]]);
            prop_assert_eq!(Region::Box(corners).contains(at), lasso.contains(at));
            prop_assert_eq!(Region::Box(corners).bounds(), lasso.bounds());
        }
    }
}
