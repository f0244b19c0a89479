//! Lines without the points that cannot be seen: where a flow is straight its path is two points, however finely it was
//! followed.

use egui::{Pos2, Vec2};

/// How far a line may stray from the points that it leaves out, in screen points.
const TOLERANCE: f32 = 0.15;

/// Leaves out points of a line that lie on the way between others, within [`TOLERANCE`].
///
/// From each point that is kept, the directions that pass all points left out since narrow to a cone (the cone
/// intersection method: Sklansky & Gonzalez, "Fast polygonal approximation of digitized curves", 1980); a point outside
/// of it, or a line that turns back, begins the next part.
pub fn without_the_unseen(line: &mut Vec<Pos2>) {
    let Some(&first) = line.first() else { return };
    let mut kept = 1;
    let (mut anchor, mut cone) = (first, Cone::default());
    for index in 1..line.len() {
        if !cone.take(line[index] - anchor) {
            anchor = line[index - 1];
            line[kept] = anchor;
            kept += 1;
            cone = Cone::default();
            cone.take(line[index] - anchor);
        }
    }
    if let Some(&last) = line.last().filter(|_| line.len() > 1) {
        line[kept] = last;
        line.truncate(kept + 1);
    }
}

/// The directions from a point in which a line passes all that it should, and how far away the last was.
#[derive(Default)]
struct Cone {
    sides: Option<[Vec2; 2]>,
    reach: f32,
}

impl Cone {
    /// Narrows the cone to what also passes the place at `offset`; false where there is nothing left.
    fn take(&mut self, offset: Vec2) -> bool {
        let distance = offset.length();
        if distance < self.reach - TOLERANCE {
            return false;
        }
        self.reach = self.reach.max(distance);
        if distance <= TOLERANCE {
            return true;
        }
        let sine = TOLERANCE / distance;
        let (along, across) = (offset * (1.0 - sine * sine).sqrt(), offset.rot90() * sine);
        let [mut right, mut left] = [along + across, along - across];
        if let Some([least, most]) = self.sides {
            let inside = least.dot(offset) > 0.0 && cross(least, offset) >= 0.0 && cross(offset, most) >= 0.0;
            if !inside {
                return false;
            }
            right = if cross(least, right) > 0.0 { right } else { least };
            left = if cross(left, most) > 0.0 { left } else { most };
        }
        self.sides = Some([right, left]);
        true
    }
}

fn cross(a: Vec2, b: Vec2) -> f32 {
    a.x * b.y - a.y * b.x
}

#[cfg(test)]
mod tests {
    use egui::pos2;
    use proptest::prelude::*;

    use super::*;

    fn reduced(line: &[[f32; 2]]) -> Vec<[f32; 2]> {
        let mut line: Vec<Pos2> = line.iter().map(|at| pos2(at[0], at[1])).collect();
        without_the_unseen(&mut line);
        line.into_iter().map(|at| [at.x, at.y]).collect()
    }

    #[test]
    fn straight_lines_are_two_points_and_corners_stay() {
        let straight: Vec<_> = (0..50).map(|step| [3.0 * step as f32, 2.0 * step as f32]).collect();
        assert_eq!(reduced(&straight), [straight[0], straight[49]]);
        let corner = [[0.0, 0.0], [5.0, 0.0], [9.0, 0.0], [9.0, 4.0], [9.0, 8.0]];
        assert_eq!(reduced(&corner), [corner[0], corner[2], corner[4]]);
        // There and back again.
        assert_eq!(reduced(&[[0.0, 0.0], [4.0, 0.0], [8.0, 0.0], [2.0, 0.0]]), [[0.0, 0.0], [8.0, 0.0], [2.0, 0.0]]);
        assert_eq!(reduced(&[[1.0, 2.0]]), [[1.0, 2.0]]);
        assert_eq!(reduced(&[[1.0, 2.0], [1.0, 2.0]]), [[1.0, 2.0], [1.0, 2.0]]);
        assert!(reduced(&[]).is_empty());
    }

    #[test]
    fn a_circle_keeps_its_shape_with_few_points() {
        let at = |step: usize| 2.0 * std::f32::consts::PI * step as f32 / 1000.0;
        let circle: Vec<_> = (0..=1000).map(|step| [100.0 * at(step).cos(), 100.0 * at(step).sin()]).collect();
        let few = reduced(&circle);
        assert!(few.len() > 30 && few.len() < 90, "{}", few.len());
    }

    fn distance(at: Pos2, [from, to]: [Pos2; 2]) -> f32 {
        let way = to - from;
        let share = if way.length_sq() > 0.0 { ((at - from).dot(way) / way.length_sq()).clamp(0.0, 1.0) } else { 0.0 };
        (from + share * way - at).length()
    }

    proptest! {
        #[test]
        fn no_point_is_farther_from_the_line_than_can_be_seen(steps in prop::collection::vec((-3.0f32..3.0, -0.4f32..0.4), 2..60)) {
            let mut at = pos2(300.0, 200.0);
            let mut heading: f32 = 0.0;
            let line: Vec<Pos2> = steps.iter().map(|(length, turn)| {
                heading += turn;
                at += *length * Vec2::angled(heading);
                at
            }).collect();
            let mut few = line.clone();
            without_the_unseen(&mut few);
            prop_assert!(few.first() == line.first() && few.last() == line.last() && few.len() <= line.len());
            for at in line {
                let nearest = few.windows(2).map(|ends| distance(at, [ends[0], ends[1]])).fold(f32::INFINITY, f32::min);
                prop_assert!(nearest < 2.5 * TOLERANCE, "{nearest}");
            }
        }
    }
}
