//! Means and standard deviations in one pass.

/// Means and standard deviations of columns, from one pass over the rows (Welford's recurrence, which loses no digits
/// where the mean is large).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes a value in.
    pub fn add(&mut self, value: f64) {
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
    }

    /// The mean and the standard deviation.
    pub fn finish(self) -> (f64, f64) {
        (self.mean, (self.squares / self.count.max(1.0)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_keep_their_digits() {
        let mut moments = Moments::default();
        [1e9, 1e9 + 2.0].into_iter().for_each(|value| moments.add(value));
        assert_eq!(moments.finish(), (1e9 + 1.0, 1.0));
    }
}
