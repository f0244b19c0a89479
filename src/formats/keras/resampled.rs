//! Keras's layers that change the size of pictures and signals: padding, cropping, up-sampling.

use serde_json::Value;

use super::super::graph::GraphProblem;
use super::architecture::LayerConfig;
use super::reading::Reading;
use super::settings::{Settings, not_understood};
use crate::formats::graph::{Around, Shares, ValueId, linear_shares, nearest_shares};

/// The largest factor and padding that a picture is given.
const MOST: u64 = 1 << 16;

impl Reading<'_> {
    /// The layer's value; none where its class is none of these.
    pub(super) fn resampled(
        &mut self,
        layer: &LayerConfig,
        settings: &Settings<'_>,
        of: ValueId,
    ) -> Result<Option<ValueId>, GraphProblem> {
        let node = settings.node;
        let class = layer.class.as_str();
        let sides = match class {
            "ZeroPadding1D" | "Cropping1D" | "UpSampling1D" => 1,
            "ZeroPadding2D" | "Cropping2D" | "UpSampling2D" => 2,
            _ => return Ok(None),
        };
        let shape = self.graph.known_shape(of, node)?;
        let first = usize::from(settings.text("data_format") == Some("channels_first"));
        if shape.len() != sides + 1 {
            return Err(settings.problem("its input", &format!("has {} axes", shape.len())));
        }
        if class.starts_with("UpSampling") {
            return self.up_sampled(settings, of, &shape, first, sides).map(Some);
        }
        let (key, sign) = if class.starts_with("Zero") { ("padding", 1) } else { ("cropping", -1) };
        let value = settings.get(key);
        let pads = match value {
            None => Some(vec![(1, 1); sides]),
            Some(value) => pads(value, sides),
        };
        let pads = pads.ok_or_else(|| settings.problem(key, &value.map_or_else(String::new, not_understood)))?;
        let mut of_axes = vec![(0, 0); shape.len()];
        for (own, (before, after)) in of_axes.iter_mut().skip(first).zip(pads) {
            *own = (sign * before, sign * after);
        }
        self.graph.framed(of, node, &of_axes, Around::Number(0.0)).map(Some)
    }

    fn up_sampled(
        &mut self,
        settings: &Settings<'_>,
        of: ValueId,
        shape: &[usize],
        first: usize,
        sides: usize,
    ) -> Result<ValueId, GraphProblem> {
        let size = settings.get("size").or(settings.get("length"));
        let factors = match size {
            None => Some(vec![2; sides]),
            Some(Value::Array(list)) => list.iter().map(count).collect::<Option<Vec<usize>>>(),
            Some(value) => count(value).map(|factor| vec![factor; sides]),
        };
        let factors = factors.filter(|factors| factors.len() == sides && !factors.contains(&0));
        let factors =
            factors.ok_or_else(|| settings.problem("size", &size.map_or_else(String::new, not_understood)))?;
        let mode = settings.text("interpolation").unwrap_or("nearest");
        let mut shares: Vec<Shares> = Vec::with_capacity(shape.len());
        for (axis, &length) in shape.iter().enumerate() {
            let factor = axis.checked_sub(first).and_then(|side| factors.get(side)).copied().unwrap_or(1);
            let made = length.saturating_mul(factor).min(crate::formats::graph::LONGEST + 1);
            let scale = factor as f64;
            shares.push(match mode {
                "nearest" => nearest_shares(length, made, |at| (at / factor) as f64),
                // Values lie in the middle of their places.
                "bilinear" => linear_shares(length, made, |at| (at as f64 + 0.5) / scale - 0.5),
                other => {
                    let value = format!("is {other}, which is not understood");
                    return Err(settings.problem("interpolation", &value));
                }
            });
        }
        self.graph.resized(of, settings.node, &shares, mode)
    }
}

fn count(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64().filter(|value| *value <= MOST)?).ok()
}

/// A number for all, one for each side, or one before and one after each.
fn pads(value: &Value, sides: usize) -> Option<Vec<(i64, i64)>> {
    let number = |value: &Value| i64::try_from(value.as_u64().filter(|value| *value <= MOST)?).ok();
    let pair = |list: &[Value]| match list {
        [before, after] => Some((number(before)?, number(after)?)),
        _ => None,
    };
    match value {
        Value::Array(list) if sides == 1 => Some(vec![pair(list)?]),
        Value::Array(list) if list.len() == sides => list
            .iter()
            .map(|side| match side {
                Value::Array(list) => pair(list),
                value => number(value).map(|same| (same, same)),
            })
            .collect(),
        value => number(value).map(|same| vec![(same, same); sides]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paddings_are_told_in_three_ways() {
        assert_eq!(pads(&json!(2), 2), Some(vec![(2, 2), (2, 2)]));
        assert_eq!(pads(&json!([1, 2]), 2), Some(vec![(1, 1), (2, 2)]));
        assert_eq!(pads(&json!([1, 2]), 1), Some(vec![(1, 2)]));
        assert_eq!(pads(&json!([[0, 1], [2, 3]]), 2), Some(vec![(0, 1), (2, 3)]));
        assert_eq!(pads(&json!([[0, 1], -3]), 2), None);
        assert_eq!(pads(&json!("same"), 2), None);
    }
}
