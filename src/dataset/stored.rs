//! Points as they stand in files of JSON of our own: every number comes back with the same bits.

use std::sync::Arc;

use nalgebra::DMatrix;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::labels::Labels;
use super::left_out::{ColumnGaps, LeftOut};
use super::points::Dataset;

/// Points with their labels, as they are stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredPoints {
    name: String,
    dimension: usize,
    /// Coordinate after coordinate, point after point.
    values: Vec<Number>,
    #[serde(default)]
    classes: Option<StoredClasses>,
    #[serde(default)]
    numbers: Option<Vec<Number>>,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_out: Option<StoredLeftOut>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_class_order_given: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredClasses {
    of_sample: Vec<usize>,
    names: Vec<String>,
}

/// Rows of the points' file that do not flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredLeftOut {
    rows: usize,
    left_out: Vec<usize>,
    values: Vec<Number>,
    #[serde(default)]
    classes: Option<StoredClasses>,
    #[serde(default)]
    numbers: Option<Vec<Number>>,
    unlabelled: Vec<usize>,
    columns: Vec<StoredGaps>,
    is_dropped: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredGaps {
    coordinate: Option<usize>,
    name: String,
    missing: usize,
    positive: usize,
    negative: usize,
    first: usize,
}

/// A number, which JSON knows only where it is finite.
#[derive(Clone, Copy, Debug)]
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_finite() => serializer.serialize_f64(value),
            value => serializer.serialize_str(&value.to_string()),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        match NumberOrText::deserialize(deserializer)? {
            NumberOrText::Number(value) => Ok(Number(value)),
            NumberOrText::Text(text) => match text.parse::<f64>() {
                Ok(value) if !value.is_finite() => Ok(Number(value)),
                _ => Err(serde::de::Error::custom(format!("`{text}` is no number"))),
            },
        }
    }
}

fn numbers(values: &[f64]) -> Vec<Number> {
    values.iter().copied().map(Number).collect()
}

fn values(numbers: &[Number]) -> Vec<f64> {
    numbers.iter().map(|Number(value)| *value).collect()
}

fn stored_labels(labels: &Labels) -> (Option<StoredClasses>, Option<Vec<Number>>) {
    match labels {
        Labels::None => (None, None),
        Labels::Classes { of_sample, names } => {
            (Some(StoredClasses { of_sample: of_sample.clone(), names: names.clone() }), None)
        }
        Labels::Values(values) => (None, Some(numbers(values))),
    }
}

/// The labels of so many samples; `None` where they do not fit.
fn labels(samples: usize, classes: Option<StoredClasses>, numbers: Option<Vec<Number>>) -> Option<Labels> {
    match (classes, numbers) {
        (None, None) => Some(Labels::None),
        (Some(StoredClasses { of_sample, names }), None) => {
            let fits = of_sample.len() == samples && of_sample.iter().all(|class| *class < names.len());
            fits.then_some(Labels::Classes { of_sample, names })
        }
        (None, Some(numbers)) => (numbers.len() == samples).then(|| Labels::Values(values(&numbers))),
        (Some(_), Some(_)) => None,
    }
}

impl From<&Dataset> for StoredPoints {
    fn from(data: &Dataset) -> StoredPoints {
        let (classes, labels) = stored_labels(&data.labels);
        StoredPoints {
            name: data.name.clone(),
            dimension: data.dimension(),
            values: numbers(data.points.as_slice()),
            classes,
            numbers: labels,
            columns: data.columns.clone(),
            notes: data.notes.clone(),
            left_out: data.left_out.as_deref().map(StoredLeftOut::from),
            is_class_order_given: data.is_class_order_given,
        }
    }
}

impl From<&LeftOut> for StoredLeftOut {
    fn from(left_out: &LeftOut) -> StoredLeftOut {
        let (classes, labels) = stored_labels(&left_out.labels);
        let gaps = left_out.columns.iter().map(|gaps| StoredGaps {
            coordinate: gaps.coordinate,
            name: gaps.name.clone(),
            missing: gaps.missing,
            positive: gaps.positive,
            negative: gaps.negative,
            first: gaps.first,
        });
        StoredLeftOut {
            rows: left_out.rows,
            left_out: left_out.left_out.clone(),
            values: numbers(left_out.points.as_slice()),
            classes,
            numbers: labels,
            unlabelled: left_out.unlabelled.clone(),
            columns: gaps.collect(),
            is_dropped: left_out.is_dropped,
        }
    }
}

impl StoredPoints {
    /// The points; `None` where the parts do not fit together.
    pub fn into_dataset(self) -> Option<Dataset> {
        let StoredPoints {
            name,
            dimension,
            values: stored,
            classes,
            numbers,
            columns,
            notes,
            left_out,
            is_class_order_given,
        } = self;
        let samples = stored.len().checked_div(dimension)?;
        // A sheet without points is one too.
        if samples.checked_mul(dimension) != Some(stored.len()) {
            return None;
        }
        let labels = labels(samples, classes, numbers)?;
        let left_out = match left_out {
            Some(left_out) => Some(Arc::new(left_out.into_left_out(dimension)?)),
            None => None,
        };
        let points = DMatrix::from_vec(dimension, samples, values(&stored));
        Some(Dataset { name, points, labels, columns, notes, left_out, is_class_order_given })
    }
}

impl StoredLeftOut {
    fn into_left_out(self, dimension: usize) -> Option<LeftOut> {
        let StoredLeftOut { rows, left_out, values: stored, classes, numbers, unlabelled, columns, is_dropped } = self;
        let count = left_out.len();
        let is_ascending = left_out.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = count.checked_mul(dimension) == Some(stored.len())
            && left_out.iter().all(|row| *row < rows)
            && unlabelled.iter().all(|position| *position < count);
        if !is_ascending || !fits {
            return None;
        }
        let labels = labels(count, classes, numbers)?;
        let gaps = columns.into_iter().map(|gaps| ColumnGaps {
            coordinate: gaps.coordinate,
            name: gaps.name,
            missing: gaps.missing,
            positive: gaps.positive,
            negative: gaps.negative,
            first: gaps.first,
        });
        let (points, columns) = (DMatrix::from_vec(dimension, count, values(&stored)), gaps.collect());
        Some(LeftOut { rows, left_out, points, labels, unlabelled, columns, is_dropped })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn points_come_back_bit_by_bit_with_what_was_left_out() {
        let text = "a,b,label\n0.1,1e-300,x\nnan,2,y\n0.3333333333333333,-inf,x\n5,6,y\n";
        let mut data = Dataset::from_csv(Path::new("a.csv"), text.as_bytes(), Some(2)).unwrap();
        assert!(data.left_out.is_some() && data.samples() == 2);
        let back = |data: &Dataset| {
            let text = serde_json::to_string(&StoredPoints::from(data)).unwrap();
            serde_json::from_str::<StoredPoints>(&text).unwrap().into_dataset().unwrap()
        };
        assert_eq!(back(&data), data);
        data.labels = Labels::Values(vec![f64::NAN, 2.5]);
        let read = back(&data);
        assert!(matches!(&read.labels, Labels::Values(values) if values[0].is_nan() && values[1] == 2.5));
    }

    #[test]
    fn a_sheet_without_points_comes_back() {
        let empty = Dataset { points: DMatrix::zeros(2, 0), ..Dataset::default() };
        assert_eq!(StoredPoints::from(&empty).into_dataset(), Some(empty));
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        for text in [
            r#"{"name": "a", "dimension": 0, "values": []}"#,
            r#"{"name": "a", "dimension": 2, "values": [1, 2, 3]}"#,
            r#"{"name": "a", "dimension": 1, "values": [1], "classes": {"of_sample": [1], "names": ["x"]}}"#,
            r#"{"name": "a", "dimension": 1, "values": [1], "numbers": [1, 2]}"#,
        ] {
            assert!(serde_json::from_str::<StoredPoints>(text).unwrap().into_dataset().is_none(), "{text}");
        }
        assert!(serde_json::from_str::<StoredPoints>(r#"{"name": "a", "dimension": 1, "values": ["one"]}"#).is_err());
    }
}
