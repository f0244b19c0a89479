//! The decision boundary: where the class that wins changes, found cell by cell from the classes' scores.

use super::answer::Answer;
use super::nodes::position;

/// Pieces of the boundary between the nodes, from −1 to 1 in both directions. Cells with a blank corner have none.
pub(super) fn boundary(nodes: [usize; 2], values: &[Option<Answer>]) -> Vec<[[f64; 2]; 2]> {
    let mut pieces = Vec::new();
    for row in 1..nodes[1] {
        for column in 1..nodes[0] {
            // Around the cell, so that neighbours in the list are neighbours on the plane.
            let corners = [(column - 1, row - 1), (column, row - 1), (column, row), (column - 1, row)];
            let at = corners.map(|(column, row)| [position(column, nodes[0]), position(row, nodes[1])]);
            let answers = corners.map(|(column, row)| values.get(row * nodes[0] + column).and_then(Option::as_ref));
            let [Some(a), Some(b), Some(c), Some(d)] = answers.map(|answer| answer.and_then(scored)) else { continue };
            cell(at, [a, b, c, d], &mut pieces);
        }
    }
    pieces
}

fn scored(answer: &Answer) -> Option<(usize, &[f64])> {
    match answer {
        Answer::Class { class, scores, .. } => Some((*class, scores)),
        Answer::Value(_) => None,
    }
}

fn cell(at: [[f64; 2]; 4], corners: [(usize, &[f64]); 4], pieces: &mut Vec<[[f64; 2]; 2]>) {
    let mut classes = corners.map(|(class, _)| class);
    classes.sort_unstable();
    let mut seen = None;
    for class in classes {
        if seen.replace(class) == Some(class) {
            continue;
        }
        let lead = corners.map(|(_, scores)| lead(scores, class));
        let crossing = |edge: usize| {
            let (one, other) = (lead[edge], lead[(edge + 1) % 4]);
            let share = one / (one - other);
            let (from, to) = (at[edge], at[(edge + 1) % 4]);
            let between = |axis: usize| from[axis] + share * (to[axis] - from[axis]);
            ((one > 0.0) != (other > 0.0) && share.is_finite()).then(|| [between(0), between(1)])
        };
        let crossings: Vec<[f64; 2]> = (0..4).filter_map(crossing).collect();
        pieces.extend(crossings.chunks_exact(2).map(|pair| [pair[0], pair[1]]));
        // Two classes have one boundary, which is the same from both sides.
        if classes[0] != class && corners.iter().all(|(other, _)| *other == class || *other == classes[0]) {
            pieces.truncate(pieces.len() - crossings.len() / 2);
        }
    }
}

/// How far a class is ahead of the best of the others; negative where it loses.
fn lead(scores: &[f64], class: usize) -> f64 {
    let others = scores.iter().enumerate().filter(|(index, _)| *index != class).map(|(_, score)| *score);
    scores.get(class).copied().unwrap_or(f64::NEG_INFINITY) - others.fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_boundary_is_met_exactly() {
        let nodes = [9, 7];
        let score = |column: usize, row: usize| position(column, nodes[0]) + 0.5 * position(row, nodes[1]) - 0.1;
        let values: Vec<Option<Answer>> = (0..nodes[0] * nodes[1])
            .map(|index| {
                let score = score(index % nodes[0], index / nodes[0]);
                Some(Answer::Class { class: usize::from(score > 0.0), strength: 1.0, scores: vec![0.0, score] })
            })
            .collect();
        let pieces = boundary(nodes, &values);
        assert!(pieces.len() >= 7);
        assert!(pieces.iter().flatten().all(|[x, y]| (x + 0.5 * y - 0.1).abs() < 1e-12));
        assert!(boundary(nodes, &vec![None; 63]).is_empty());
    }
}
