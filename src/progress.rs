//! How far a long piece of work is, and whether it is to go on: the one way in which work tells and asks.

/// Told the part of the work that is done, from 0 to 1, and what is done now, which may be empty; answers whether to go on.
/// `&mut |_, _| true` listens to nothing and never stops.
pub type Progress<'a> = dyn FnMut(f32, &str) -> bool + 'a;

/// The progress of a part of some work, which begins where `start` of the work is done and is `share` of it.
pub fn part(progress: &mut Progress<'_>, start: f32, share: f32) -> impl FnMut(f32, &str) -> bool {
    move |done, what| progress(start + share * done, what)
}

/// The part that `done` of `count` steps are.
pub fn step(done: usize, count: usize) -> f32 {
    done as f32 / count.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_tells_its_share_of_the_whole_and_hands_the_answer_on() {
        let mut told = Vec::new();
        {
            let mut all = |done: f32, what: &str| {
                told.push((done, what.to_owned()));
                done < 0.75
            };
            let mut half = part(&mut all, 0.5, 0.5);
            assert!(half(step(0, 2), "a"));
            assert!(!half(step(1, 2), "b"));
        }
        assert_eq!(told, [(0.5, "a".to_owned()), (0.75, "b".to_owned())]);
        assert_eq!(step(0, 0), 0.0);
    }
}
