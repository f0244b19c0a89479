//! What a graph rounds to floats of few bits, and how that is told: all is computed in 64 bits.

use super::message::element;
use super::node::Node;
use super::trace::{LeftOut, Told, Trace, label};
use crate::formats::PartName;

/// Tells that a function that jumps is given what the graph rounds to a float of few bits: it may come out on the other
/// side of the jump.
pub(super) fn tell_jump(trace: &mut Trace<'_>, node: &Node<'_>) {
    if let Some(rounding) = trace.rounds_to.and_then(Rounding::from_number) {
        let why = format!("jumps, and the rounding to {} of what it is given is left out", rounding.name);
        let part = PartName::node(label(node.proto));
        trace.left_out.push(LeftOut { part, fate: Told::Missing(why) });
    }
}

/// What a float of few bits makes of a number.
pub(super) struct Rounding {
    pub name: &'static str,
    /// By what part of a value it changes it at most.
    most: &'static str,
    /// Whether outputs come out close to those of the graph all the same: on average within 3e-4 of a value.
    is_small: bool,
}

impl Rounding {
    /// The rounding of this type; none of those of at least 32 bits.
    pub fn from_number(number: i32) -> Option<Rounding> {
        match number {
            element::FLOAT16 => Some(Rounding { name: "float16", most: "0.05 %", is_small: true }),
            element::BFLOAT16 => Some(Rounding { name: "bfloat16", most: "0.4 %", is_small: false }),
            _ => None,
        }
    }

    /// Tells that the rounding is left out; `part` is what asks for it.
    pub fn account_for(&self, trace: &mut Trace<'_>, number: i32, part: PartName) {
        trace.rounds_to = Some(number);
        let Rounding { name, most, is_small } = self;
        let fate = match is_small {
            true => Told::Assumed(format!(
                "the rounding to {name}, at each step by up to {most} of a value, is left out: all is computed in 64 bits"
            )),
            false => {
                Told::Missing(format!("rounds to {name} at each step by up to {most} of a value, which is left out"))
            }
        };
        trace.left_out.push(LeftOut { part, fate });
    }
}
