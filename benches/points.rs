//! What finding points costs, as ratios against named baselines measured in the same run. `cargo bench --bench points`

#![allow(clippy::expect_used, reason = "a bench without its subject has nothing to print")]

use std::{hint::black_box, time::Duration, time::Instant};

use layerflow::session::{Region, ScreenPoint, nearest};

const POINTS: usize = 100_000;
const SCREEN: [f32; 2] = [1280.0, 800.0];
const REACH: f32 = 10.0;
/// The side of a cell of the index, in screen points: a search looks into at most nine of them.
const CELL: f32 = REACH;
/// Places at which points are looked for in one run.
const QUESTIONS: usize = 50;
/// Odd, so that the median is one of the runs.
const RUNS: usize = 21;

fn main() {
    for count in [POINTS / 10, POINTS, 10 * POINTS] {
        hover(count);
    }
    lasso();
}

/// Finding the point under the mouse among `count`.
fn hover(count: usize) {
    let drawn = points_on_screen(count);
    let questions: Vec<[f32; 2]> = (0..QUESTIONS).map(|index| position(7919 * index + 3)).collect();
    let grid = Grid::new(&drawn);
    for &at in &questions {
        let found = [plain_scan(&drawn, at), nearest(&drawn, at, REACH), grid.nearest(&drawn, at)];
        assert!(found.windows(2).all(|pair| distance(pair[0], at) == distance(pair[1], at)), "a search went wrong");
    }
    let search = |find: &dyn Fn([f32; 2]) -> Option<ScreenPoint>| {
        let all = || {
            questions.iter().for_each(|at| {
                black_box(find(*at));
            });
        };
        median(all) / QUESTIONS as u32
    };
    let plain = search(&|at| plain_scan(&drawn, at));
    let exact = search(&|at| nearest(&drawn, at, REACH));
    let build = median(|| drop(black_box(Grid::new(&drawn))));
    let asked = search(&|at| grid.nearest(&drawn, at));
    println!("baseline: a plain scan of {count} points for the nearest: {plain:.2?}");
    println!("  the search of the window: {exact:.2?}, {:.2} × plain scan", ratio(exact, plain));
    println!(
        "  a grid of cells built for one question: {:.2?}, {:.2} × plain scan ({asked:.2?} for the question alone)",
        build + asked,
        ratio(build + asked, plain)
    );
}

/// Selecting the points inside a lasso, against selecting those in the rectangle around it.
fn lasso() {
    let drawn = points_on_screen(POINTS);
    let corner = |index: usize| {
        let angle = index as f32 * std::f32::consts::TAU / 400.0;
        let radius = 250.0 + 100.0 * (5.0 * angle).sin();
        [SCREEN[0] / 2.0 + radius * angle.cos(), SCREEN[1] / 2.0 + radius * angle.sin()]
    };
    let lasso = Region::Lasso((0..400).map(corner).collect());
    let bounds = Region::Box(lasso.bounds().expect("the lasso has corners"));
    let count = |region: &Region| drawn.iter().filter(|placed| region.contains(placed.at)).count();
    let rectangle = median(|| {
        black_box(count(&bounds));
    });
    let inside = median(|| {
        black_box(drawn.iter().filter(|placed| bounds.contains(placed.at) && lasso.contains(placed.at)).count());
    });
    println!("baseline: {POINTS} points in a rectangle: {rectangle:.2?}");
    println!("  in a lasso of 400 corners: {inside:.2?}, {:.1} × rectangle", ratio(inside, rectangle));
}

fn points_on_screen(count: usize) -> Vec<ScreenPoint> {
    (0..count).map(|index| ScreenPoint { at: position(index), depth: 0.0, sample: index as u32 }).collect()
}

/// Places that fill the screen evenly and in no order.
fn position(index: usize) -> [f32; 2] {
    let share = |step: f64| (index as f64 * step).fract() as f32;
    [SCREEN[0] * share(0.754_877_666), SCREEN[1] * share(0.569_840_29)]
}

fn distance(placed: Option<ScreenPoint>, at: [f32; 2]) -> f32 {
    placed.map_or(f32::INFINITY, |placed| ((placed.at[0] - at[0]).powi(2) + (placed.at[1] - at[1]).powi(2)).sqrt())
}

/// The baseline: the distance to every point, the least of them, and whether it is within reach.
fn plain_scan(drawn: &[ScreenPoint], at: [f32; 2]) -> Option<ScreenPoint> {
    let mut found = None;
    let mut least = f32::INFINITY;
    for placed in drawn {
        let distance = distance(Some(*placed), at);
        if distance < least {
            least = distance;
            found = Some(*placed);
        }
    }
    found.filter(|_| least <= REACH)
}

/// A uniform grid over the screen: the points of each cell, one after the other.
struct Grid {
    across: usize,
    down: usize,
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Grid {
    fn new(drawn: &[ScreenPoint]) -> Grid {
        let [across, down] = SCREEN.map(|side| (side / CELL).ceil() as usize + 1);
        let mut grid = Grid { across, down, starts: vec![0; across * down + 1], members: vec![0; drawn.len()] };
        let cells: Vec<u32> = drawn.iter().map(|placed| grid.cell(placed.at) as u32).collect();
        cells.iter().for_each(|cell| grid.starts[*cell as usize + 1] += 1);
        for index in 1..grid.starts.len() {
            grid.starts[index] += grid.starts[index - 1];
        }
        let mut next = grid.starts.clone();
        for (index, cell) in cells.iter().enumerate() {
            grid.members[next[*cell as usize] as usize] = index as u32;
            next[*cell as usize] += 1;
        }
        grid
    }

    fn cell(&self, at: [f32; 2]) -> usize {
        (at[1] / CELL) as usize * self.across + (at[0] / CELL) as usize
    }

    fn nearest(&self, drawn: &[ScreenPoint], at: [f32; 2]) -> Option<ScreenPoint> {
        let [column, row] = at.map(|x| (x / CELL) as usize);
        let mut found: Option<(f32, ScreenPoint)> = None;
        for row in row.saturating_sub(1)..=(row + 1).min(self.down - 1) {
            let first = row * self.across + column.saturating_sub(1);
            let last = row * self.across + (column + 1).min(self.across - 1);
            for member in &self.members[self.starts[first] as usize..self.starts[last + 1] as usize] {
                let placed = drawn[*member as usize];
                let distance = distance(Some(placed), at);
                if distance <= REACH && found.is_none_or(|(least, _)| distance < least) {
                    found = Some((distance, placed));
                }
            }
        }
        found.map(|(_, placed)| placed)
    }
}

fn median(mut work: impl FnMut()) -> Duration {
    work();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn ratio(part: Duration, whole: Duration) -> f64 {
    part.as_secs_f64() / whole.as_secs_f64()
}
