//! The choices that the flow model leaves open.

/// How W is split into motions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decomposition {
    /// W = UΣVᵀ: rotate in, compress along the axes, rotate out.
    #[default]
    Svd,
    /// W = QP: stretch along tilted axes, then one rotation.
    Polar,
    /// W = UΣVᵀ with those U and V, of all that the matrix allows, by which given data goes least far; without data those
    /// of least rotation.
    LeastMotion,
}

/// How a singular value acts over phase time s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompressionLaw {
    /// σ^s: its velocity does not depend on time. A zero singular value goes straight, 1 − s.
    #[default]
    Geometric,
    /// 1 + s(σ − 1): Euler steps reproduce it exactly.
    Straight,
}

/// How phase time s follows the phase's own clock τ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeLaw {
    /// s = 3τ² − 2τ³: velocity is zero where phases are glued.
    #[default]
    Smooth,
    /// s = τ.
    Linear,
}

/// How a residual block x + f(x) moves the data over phase time s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResidualLaw {
    /// x + s f(x): the block as it is, one Euler step, straight from its input to its output.
    #[default]
    Euler,
    /// dx/ds = f(x): the continuous limit of ever smaller steps. It ends elsewhere than the block does. A block whose
    /// shortcut is a projection has none and stays one step.
    Limit,
}

/// All choices together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlowOptions {
    /// How W is split into motions.
    pub decomposition: Decomposition,
    /// How a singular value acts over phase time.
    pub compression: CompressionLaw,
    /// How phase time follows the clock.
    pub time: TimeLaw,
    /// How residual blocks move the data.
    pub residual: ResidualLaw,
}

impl Decomposition {
    /// Every decomposition.
    pub const ALL: [Decomposition; 3] = [Decomposition::Svd, Decomposition::Polar, Decomposition::LeastMotion];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Decomposition::Svd => "svd",
            Decomposition::Polar => "polar",
            Decomposition::LeastMotion => "least-motion",
        }
    }
}

impl CompressionLaw {
    /// Both laws.
    pub const ALL: [CompressionLaw; 2] = [CompressionLaw::Geometric, CompressionLaw::Straight];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CompressionLaw::Geometric => "geometric",
            CompressionLaw::Straight => "straight",
        }
    }

    /// What a singular value σ ≥ 0 multiplies by at phase time s ∈ [0, 1].
    pub fn factor(self, sigma: f64, s: f64) -> f64 {
        match self {
            CompressionLaw::Geometric if sigma > 0.0 => sigma.powf(s),
            // A direction that is lost goes straight under both laws.
            // Summed so it is exact at both ends, however small σ is.
            _ => (1.0 - s) + s * sigma,
        }
    }

    /// d/ds of [`CompressionLaw::factor`].
    pub fn rate(self, sigma: f64, s: f64) -> f64 {
        match self {
            CompressionLaw::Geometric if sigma > 0.0 => sigma.ln() * sigma.powf(s),
            _ => sigma - 1.0,
        }
    }
}

impl ResidualLaw {
    /// Both laws.
    pub const ALL: [ResidualLaw; 2] = [ResidualLaw::Euler, ResidualLaw::Limit];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ResidualLaw::Euler => "euler",
            ResidualLaw::Limit => "limit",
        }
    }
}

impl TimeLaw {
    /// Both laws.
    pub const ALL: [TimeLaw; 2] = [TimeLaw::Smooth, TimeLaw::Linear];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            TimeLaw::Smooth => "smooth",
            TimeLaw::Linear => "linear",
        }
    }

    /// s = λ(τ) for τ ∈ [0, 1].
    pub fn phase_time(self, clock: f64) -> f64 {
        match self {
            TimeLaw::Smooth => clock * clock * (3.0 - 2.0 * clock),
            TimeLaw::Linear => clock,
        }
    }

    /// τ = λ⁻¹(s) for s ∈ [0, 1].
    pub fn clock(self, s: f64) -> f64 {
        match self {
            // With τ = 1/2 + sin φ the cubic becomes s = 1/2 + sin(3φ)/2, from sin 3φ = 3 sin φ − 4 sin³ φ.
            TimeLaw::Smooth => 0.5 + ((2.0 * s.clamp(0.0, 1.0) - 1.0).asin() / 3.0).sin(),
            TimeLaw::Linear => s.clamp(0.0, 1.0),
        }
    }

    /// dλ/dτ.
    pub fn rate(self, clock: f64) -> f64 {
        match self {
            TimeLaw::Smooth => 6.0 * clock * (1.0 - clock),
            TimeLaw::Linear => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_the_inverse_of_phase_time() {
        for law in TimeLaw::ALL {
            for s in [0.0, 1e-6, 0.2, 0.5, 0.9, 1.0] {
                assert!((law.phase_time(law.clock(s)) - s).abs() < 1e-12, "{law:?} {s}");
            }
        }
    }

    #[test]
    fn factors_follow_the_law_from_one_to_sigma() {
        for law in CompressionLaw::ALL {
            for sigma in [0.0, 0.3, 1.0, 7.0] {
                assert_eq!(law.factor(sigma, 0.0), 1.0);
                assert!((law.factor(sigma, 1.0) - sigma).abs() < 1e-12);
            }
        }
    }
}
