//! The data on the stage, from the stored values to places on the screen: evaluated and culled in one pass, on all cores
//! where there are many points, and sorted where there is depth.

use std::ops::Range;
use std::sync::Arc;

use egui::{Rect, Shape};

use super::cloud_style::CloudStyle;
use super::depth;
use super::gpu_points::Points;
use super::parallel;
use super::shade::Shade;
use super::styles::DrawOrder;
use super::thinned::Thinning;
use super::triangles::Triangles;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::flow::Projector;
use crate::session::ScreenPoint;

/// Points that are evaluated at a time: their places stay in the processor's nearest cache.
const PART: usize = 1024;
/// A core is given at least as many points: fewer take less time than the start of a thread.
const MIN_SHARE: usize = 16 * PART;

/// The points of one source as they were drawn last, and the memory that the next frame writes over.
#[derive(Default)]
pub struct Cloud {
    drawn: Arc<Vec<ScreenPoint>>,
    unsorted: Vec<ScreenPoint>,
    triangles: Triangles,
    thinning: Thinning,
    kept: Arc<Vec<ScreenPoint>>,
}

impl Cloud {
    /// The points that are drawn, in the order in which they are: far ones first, those at the front last.
    pub fn drawn(&self) -> &[ScreenPoint] {
        &self.drawn
    }

    /// Every point that falls into the view and is not hidden, those at the front over the others, and those that have a
    /// picture as such. `projector` gives places on the screen, as [`ScreenTransform::on_screen`] wants them.
    pub fn shapes(
        &mut self,
        transform: &ScreenTransform,
        projector: &Projector<'_>,
        style: CloudStyle<'_>,
    ) -> [Shape; 2] {
        // By the next frame nothing else uses the points.
        let mut drawn = Arc::try_unwrap(std::mem::take(&mut self.drawn)).unwrap_or_default();
        let seen = transform.rect.expand(2.0 * style.radius);
        let draw_order = &style.styles.draw_order;
        let front = if transform.space {
            let (parts, front) = position(projector, draw_order, seen, &mut self.unsorted, depth::counts);
            let parts = parts.into_iter().map(|(part, counts)| (self.unsorted.get(part).unwrap_or_default(), counts));
            depth::sort(&parts.collect::<Vec<_>>(), &mut drawn);
            front
        } else {
            let (parts, front) = position(projector, draw_order, seen, &mut drawn, |_| ());
            gather(&parts, &mut drawn);
            front
        };
        drawn.extend(front);
        self.drawn = Arc::new(drawn);
        let shade = Shade { depth: transform.depth, background: style.palette.stage, ghost: style.ghost };
        match style.sprites {
            Some(sprites) => {
                let styles = style.styles.table();
                // By the next frame nothing else uses these either.
                let mut kept = Arc::try_unwrap(std::mem::take(&mut self.kept)).unwrap_or_default();
                // Points through which others are looked at shine through each other.
                let is_thinned = !style.ghost && self.thinning.thin(&self.drawn, seen, &styles, &mut kept);
                self.kept = Arc::new(kept);
                let placed = Arc::clone(if is_thinned { &self.kept } else { &self.drawn });
                let points = Points { placed, styles, shade };
                [sprites.shape(transform.rect, points), Shape::Noop]
            }
            None => self.triangles.shapes(&self.drawn, shade, style),
        }
    }
}

/// Part of the places, and what was found out about the points in it.
type Part<T> = (Range<usize>, T);

/// Finds the points that are within `seen` and not hidden. The usual ones are written into `usual`, in the parts that are
/// given with what `study` finds in them; those at the front are given apart.
fn position<T: Send>(
    projector: &Projector<'_>,
    draw_order: &[DrawOrder],
    seen: Rect,
    usual: &mut Vec<ScreenPoint>,
    study: fn(&[ScreenPoint]) -> T,
) -> (Vec<Part<T>>, Vec<ScreenPoint>) {
    let samples = projector.samples().min(draw_order.len());
    usual.resize(samples, ScreenPoint::default());
    let share = samples.div_ceil(parallel::count()).next_multiple_of(PART).max(MIN_SHARE);
    let work = usual.chunks_mut(share).zip((0..).step_by(share)).map(|(usual, first)| {
        move || {
            let mut front = Vec::new();
            let count = place_some(projector, draw_order, seen, first..first + usual.len(), usual, &mut front);
            ((first..first + count, study(&usual[..count])), front)
        }
    });
    let (parts, fronts): (Vec<_>, Vec<_>) = parallel::run_all(work.collect()).into_iter().unzip();
    (parts, fronts.concat())
}

/// Moves the points of all parts together.
fn gather(parts: &[Part<()>], usual: &mut Vec<ScreenPoint>) {
    let mut count = 0;
    for (part, ()) in parts {
        if part.start > count {
            usual.copy_within(part.clone(), count);
        }
        count += part.len();
    }
    usual.truncate(count);
}

/// [`position`] for some of the samples; gives the number of usual ones that were written.
fn place_some(
    projector: &Projector<'_>,
    draw_order: &[DrawOrder],
    seen: Rect,
    samples: Range<usize>,
    usual: &mut [ScreenPoint],
    front: &mut Vec<ScreenPoint>,
) -> usize {
    let mut positions = [[0.0; 3]; PART];
    let mut count = 0;
    for first in samples.clone().step_by(PART) {
        let positions = &mut positions[..PART.min(samples.end - first)];
        projector.project(first, positions);
        count += cull(positions, &draw_order[first..], first, seen, &mut usual[count..], front);
    }
    count
}

/// Takes the points from sample `first` on that are within `seen` and not hidden; gives the number of usual ones.
fn cull(
    positions: &[[f32; 3]],
    draw_order: &[DrawOrder],
    first: usize,
    seen: Rect,
    usual: &mut [ScreenPoint],
    front: &mut Vec<ScreenPoint>,
) -> usize {
    let mut count = 0;
    for ((&[x, y, depth], draw_order), sample) in positions.iter().zip(draw_order).zip(first as u32..) {
        // A place that is not a number is nowhere.
        let inside = (x >= seen.min.x) & (x <= seen.max.x) & (y >= seen.min.y) & (y <= seen.max.y);
        let placed = ScreenPoint { at: [x, y], depth, sample };
        // Every point is written and only those that are drawn are kept: nothing for the processor to guess.
        if let Some(next) = usual.get_mut(count) {
            *next = placed;
        }
        count += usize::from(inside & (*draw_order == DrawOrder::Usual));
        if inside & (*draw_order == DrawOrder::Front) {
            front.push(placed);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};
    use nalgebra::{DMatrix, dmatrix};

    use super::*;
    use crate::flow::{Flow, FlowOptions};
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

    fn culled(positions: &[[f32; 3]], draw_order: &[DrawOrder]) -> Vec<ScreenPoint> {
        let seen = Rect::from_min_size(pos2(0.0, 0.0), vec2(200.0, 200.0));
        let (mut usual, mut front) = (vec![ScreenPoint::default(); positions.len()], Vec::new());
        let count = cull(positions, draw_order, 0, seen, &mut usual, &mut front);
        usual.truncate(count);
        usual.extend(front);
        usual
    }

    #[test]
    fn hidden_and_wild_points_are_not_drawn_and_those_at_the_front_last() {
        let wild = f32::NAN;
        let positions = [[9.0, 9.0, 0.9], [8.0, 9.0, -0.9], [wild, 9.0, 0.0], [7.0, 9.0, 0.0], [300.0, 9.0, 0.0]];
        let drawn = culled(&positions, &[DrawOrder::Usual; 5]);
        assert_eq!(drawn.iter().map(|placed| placed.sample).collect::<Vec<_>>(), [0, 1, 3]);
        let draw_order = [DrawOrder::Front, DrawOrder::Hidden, DrawOrder::Front, DrawOrder::Usual, DrawOrder::Front];
        assert_eq!(culled(&positions, &draw_order).iter().map(|placed| placed.sample).collect::<Vec<_>>(), [3, 0]);
    }

    #[test]
    fn many_points_on_all_cores_are_placed_like_each_by_itself() {
        let affine = Affine { weight: dmatrix![0.6, -0.8; 0.8, 0.6], bias: None };
        let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity });
        let network = Network::new(String::new(), vec![layer], OutputFunction::Identity).unwrap();
        let flow = Flow::new(&network, FlowOptions::default(), &mut |_, _| true).unwrap();
        // The last share is not a full one, and neither is its last part.
        let samples = 3 * MIN_SHARE + PART / 2 + 1;
        let points = DMatrix::from_fn(2, samples, |row, sample| ((3 * sample + row) as f64 * 0.618_034).fract() - 0.5);
        let path = flow.sample_path(&points).unwrap();
        let projector = path.projector(&flow, 0.3, &DMatrix::identity(2, 2));
        let draw_order: Vec<DrawOrder> = (0..samples)
            .map(|sample| match sample % 7 {
                0 => DrawOrder::Hidden,
                3 => DrawOrder::Front,
                _ => DrawOrder::Usual,
            })
            .collect();
        let seen = Rect::from_min_max(pos2(-0.3, -0.4), pos2(0.5, 0.2));
        // What was there before is written over.
        let mut usual = vec![ScreenPoint { sample: 7, ..ScreenPoint::default() }; 2 * samples];
        let (parts, front) = position(&projector, &draw_order, seen, &mut usual, |_| ());
        gather(&parts, &mut usual);
        let (mut expected, mut expected_front) = (Vec::new(), Vec::new());
        for (sample, draw_order) in draw_order.iter().enumerate() {
            let mut position = [[0.0; 3]];
            projector.project(sample, &mut position);
            let [[x, y, depth]] = position;
            let placed = ScreenPoint { at: [x, y], depth, sample: sample as u32 };
            match draw_order {
                _ if !seen.contains(pos2(x, y)) => {}
                DrawOrder::Hidden => {}
                DrawOrder::Usual => expected.push(placed),
                DrawOrder::Front => expected_front.push(placed),
            }
        }
        assert!(expected.len() > MIN_SHARE && expected_front.len() > 1000);
        assert!(usual == expected && front == expected_front);
    }
}
