//! Particles that drift with the velocity field on a plane: with time while it moves, along the field as it stands while
//! it rests.

use super::slice::Slice;
use super::{Field, SlicePlane};
use crate::flow::Flow;

/// Particles at most.
const MAX: usize = 420;
/// About as many multiplications as the particles may cost a frame: a millisecond or two.
const FRAME_WORK: usize = 3_000_000;
/// Time moves at most this far in one step; more is taken in several.
const LONGEST_STEP: f64 = 0.05;
/// A longer move of time, in layers, is a jump: the particles stay where they are.
const JUMP: f64 = 0.45;
/// At most this many steps a frame.
const MAX_STEPS: usize = 9;
/// Seconds in which the fastest particle crosses half of the plane while time rests.
const CROSSING: f64 = 3.0;
/// How long a particle lives, in seconds: from, and so much longer at most.
const LIFE: (f64, f64) = (1.6, 2.2);
/// Seconds in which it appears, and vanishes.
const FADE: f64 = 0.35;
/// The two shares of the additive sequence that fills a square evenly (Roberts 2018: powers of 1/ρ, ρ³ = ρ + 1).
const SPREAD: [f64; 2] = [0.754_877_666_246_692_8, 0.569_840_290_998_053_3];

/// The part of a plane that is seen: from and to along both directions, in halves of the plane.
pub type ParticleWindow = [[f64; 2]; 2];

/// Particles on the plane of a field. The same calls give the same particles.
#[derive(Clone, Debug, Default)]
pub struct Particles {
    all: Vec<Particle>,
    /// How many have been born: the place in the sequence of starts.
    born: u32,
    /// How many a frame can move.
    room: usize,
    t: f64,
}

/// A particle.
#[derive(Clone, Debug, PartialEq)]
pub struct Particle {
    /// Lengths along the plane's directions from its middle.
    pub at: [f64; 2],
    /// How far it moves on in a second, along both.
    pub pace: [f64; 2],
    /// From 0 (not there) to 1.
    pub strength: f32,
    age: f64,
    life: f64,
}

impl Particles {
    /// The particles as they are.
    pub fn all(&self) -> &[Particle] {
        &self.all
    }

    /// Moves on to time t of the flow, `seconds` of the wall clock later: by v itself where time has moved, else along
    /// the field as it stands, the fastest across half the plane in three seconds. What leaves `window` fades and begins
    /// anew inside it. True while anything moves.
    pub fn advance(&mut self, flow: &Flow, field: &Field, t: f64, seconds: f64, window: ParticleWindow) -> bool {
        let Some(plane) = &field.plane else {
            self.all.clear();
            return false;
        };
        let moved = t - std::mem::replace(&mut self.t, t);
        let seconds = if seconds.is_finite() { seconds.clamp(0.0, 0.1) } else { 0.0 };
        let moves = if moved != 0.0 && moved.abs() <= JUMP {
            self.with_time(flow, plane, t - moved, moved, seconds)
        } else {
            self.along_the_field(flow, plane, t, seconds)
        };
        if moves {
            self.renew(plane, seconds, window);
        }
        moves
    }

    fn with_time(&mut self, flow: &Flow, plane: &SlicePlane, from: f64, moved: f64, seconds: f64) -> bool {
        let steps = ((moved.abs() / LONGEST_STEP).ceil() as usize).clamp(1, MAX_STEPS);
        let step = moved / steps as f64;
        for index in 0..steps {
            // The field of the step's middle makes the step right to second order in time.
            let Ok(slice) = Slice::new(flow, plane, from + (index as f64 + 0.5) * step) else { continue };
            self.limit(slice.cost() * steps);
            let rate = if seconds > 0.0 { moved / seconds } else { 0.0 };
            self.all.iter_mut().for_each(|particle| particle.step(&slice, plane, step, rate));
        }
        true
    }

    fn along_the_field(&mut self, flow: &Flow, plane: &SlicePlane, t: f64, seconds: f64) -> bool {
        let Ok(slice) = Slice::new(flow, plane, t) else { return false };
        self.limit(slice.cost());
        // The corners and the middle tell how fast the field is, whatever the particles happen to meet.
        let probes = [[0.0, 0.0], [-0.9, -0.9], [0.9, -0.9], [-0.9, 0.9], [0.9, 0.9]];
        let speeds = probes.iter().filter_map(|at| slice.velocity(*at).ok()).map(|[a, b]| a.hypot(b));
        let fastest = speeds.filter(|speed| speed.is_finite()).fold(0.0, f64::max);
        let rate = plane.half[0].min(plane.half[1]) / (CROSSING * fastest);
        if !rate.is_finite() {
            return false;
        }
        self.all.iter_mut().for_each(|particle| particle.step(&slice, plane, rate * seconds, rate));
        true
    }

    /// As many particles as a frame can move; those too many vanish.
    fn limit(&mut self, cost: usize) {
        self.room = (FRAME_WORK / (4 * cost)).clamp(1, MAX);
        self.all.iter_mut().skip(self.room).for_each(Particle::vanish);
        while self.all.len() < self.room {
            // They wait for their beginning, each a little longer, so that they do not all end at once.
            let life = LIFE.1 * self.all.len() as f64 / MAX as f64;
            self.all.push(Particle { at: [f64::NAN; 2], pace: [0.0; 2], strength: 0.0, age: 0.0, life });
        }
    }

    fn renew(&mut self, plane: &SlicePlane, seconds: f64, window: ParticleWindow) {
        let mut room = self.room;
        self.all.retain_mut(|particle| {
            particle.age += seconds;
            let stays = room > 0;
            room = room.saturating_sub(1);
            let inside = (0..2).all(|axis| {
                let at = particle.at[axis] / plane.half[axis];
                at >= window[axis][0] && at <= window[axis][1]
            });
            if !inside && !particle.waits() {
                particle.vanish();
            }
            let ends = particle.age >= particle.life;
            if ends && stays {
                self.born = self.born.wrapping_add(1);
                let share = |axis: usize| (f64::from(self.born) * SPREAD[axis]).fract();
                let begins = |axis: usize| window[axis][0] + share(axis) * (window[axis][1] - window[axis][0]);
                let at = [0, 1].map(|axis| begins(axis) * plane.half[axis]);
                let life = LIFE.0 + LIFE.1 * share(0);
                *particle = Particle { at, pace: [0.0; 2], strength: 0.0, age: 0.0, life };
            }
            particle.strength = (particle.age.min(particle.life - particle.age) / FADE).clamp(0.0, 1.0) as f32;
            stays || !ends
        });
    }
}

impl Particle {
    /// One step of the classical Runge–Kutta method by `duration` of the flow's time; `rate` is that time a second.
    fn step(&mut self, slice: &Slice<'_>, plane: &SlicePlane, duration: f64, rate: f64) {
        if self.waits() {
            return;
        }
        let velocity = |at: [f64; 2]| slice.velocity([0, 1].map(|axis| at[axis] / plane.half[axis])).ok();
        let moved = |by: [f64; 2], share: f64| [0, 1].map(|axis| self.at[axis] + share * duration * by[axis]);
        let next = || {
            let first = velocity(self.at)?;
            let second = velocity(moved(first, 0.5))?;
            let third = velocity(moved(second, 0.5))?;
            let fourth = velocity(moved(third, 1.0))?;
            Some([0, 1].map(|axis| (first[axis] + 2.0 * (second[axis] + third[axis]) + fourth[axis]) / 6.0))
        };
        match next().filter(|mean| mean.iter().all(|x| x.is_finite())) {
            Some(mean) => {
                self.at = moved(mean, 1.0);
                self.pace = mean.map(|x| rate * x);
            }
            None => self.vanish(),
        }
    }

    /// Whether it has no place yet.
    fn waits(&self) -> bool {
        self.at[0].is_nan()
    }

    /// Lets it fade from now on.
    fn vanish(&mut self) {
        self.age = self.age.max(self.life - FADE);
    }
}
