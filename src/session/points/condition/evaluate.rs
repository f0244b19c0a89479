//! A condition on the points of a scene.

use super::super::painting::{answers_values, loss};
use super::parse::{Operand, Relation, Tree, parse};
use super::problem::ConditionProblem;
use crate::dataset::Labels;
use crate::session::{Colouring, Scene};
use crate::training::Loss;

/// How many names a sentence lists.
const LISTED: usize = 8;

/// A condition that can be asked of the points of a scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Any(Vec<Test>),
    All(Vec<Test>),
    Not(Box<Test>),
    Numbers(Number, Relation, Number),
    /// Classes are compared by their number, where they are ordered, and whether they are equal.
    Classes(Class, Relation, Class),
}

/// A number of each point.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Constant(f64),
    Column(usize),
    Label,
    Answer,
    Loss(Loss),
    Row,
}

/// A class of each point.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Class {
    Constant(usize),
    Label,
    Prediction,
}

enum Meaning {
    Number(Number),
    Class(Class),
    /// A class's name or number, if the other side is a class.
    Open,
}

impl Condition {
    /// Reads a condition on the points of `scene`; `kind` is the loss that it means.
    ///
    /// # Errors
    /// If it cannot be read, or names what the data and the network do not have.
    pub fn new(text: &str, scene: &Scene, kind: Loss) -> Result<Condition, ConditionProblem> {
        Ok(Condition { test: Names { scene, kind }.test(&parse(text)?)? })
    }

    /// The points that satisfy it. A number that is not finite satisfies `!=` only.
    pub fn samples(&self, scene: &Scene) -> Vec<usize> {
        (0..scene.dataset.samples()).filter(|sample| self.test.holds(scene, *sample)).collect()
    }
}

impl Test {
    fn holds(&self, scene: &Scene, sample: usize) -> bool {
        match self {
            Test::Any(parts) => parts.iter().any(|part| part.holds(scene, sample)),
            Test::All(parts) => parts.iter().all(|part| part.holds(scene, sample)),
            Test::Not(part) => !part.holds(scene, sample),
            Test::Numbers(one, relation, other) => {
                let of = |number: &Number| number.value(scene, sample).unwrap_or(f64::NAN);
                relation.holds(&of(one), &of(other))
            }
            Test::Classes(one, relation, other) => match (one.value(scene, sample), other.value(scene, sample)) {
                (Some(one), Some(other)) => relation.holds(&one, &other),
                _ => false,
            },
        }
    }
}

impl Relation {
    fn holds<T: PartialOrd>(self, one: &T, other: &T) -> bool {
        match self {
            Relation::Less => one < other,
            Relation::AtMost => one <= other,
            Relation::Equal => one == other,
            Relation::Unequal => one != other,
            Relation::AtLeast => one >= other,
            Relation::More => one > other,
        }
    }
}

impl Number {
    fn value(self, scene: &Scene, sample: usize) -> Option<f64> {
        match (self, &scene.dataset.labels) {
            (Number::Constant(value), _) => Some(value),
            (Number::Column(column), _) => scene.dataset.points.get((column, sample)).copied(),
            (Number::Label, Labels::Values(values)) => values.get(sample).copied(),
            (Number::Label, _) => None,
            (Number::Answer, _) => scene.forward.output.get((0, sample)).copied(),
            (Number::Loss(kind), _) => loss(scene, kind, sample),
            (Number::Row, _) => Some(scene.number(sample) as f64),
        }
    }
}

impl Class {
    fn value(self, scene: &Scene, sample: usize) -> Option<usize> {
        match (self, &scene.dataset.labels) {
            (Class::Constant(class), _) => Some(class),
            (Class::Label, Labels::Classes { of_sample, .. }) => of_sample.get(sample).copied(),
            (Class::Label, _) => None,
            (Class::Prediction, _) => scene.forward.predictions.get(sample).copied(),
        }
    }
}

/// What names mean in a scene.
struct Names<'a> {
    scene: &'a Scene,
    kind: Loss,
}

impl Names<'_> {
    fn test(&self, tree: &Tree) -> Result<Test, ConditionProblem> {
        let all = |parts: &[Tree]| parts.iter().map(|part| self.test(part)).collect::<Result<Vec<Test>, _>>();
        match tree {
            Tree::Any(parts) => Ok(Test::Any(all(parts)?)),
            Tree::All(parts) => Ok(Test::All(all(parts)?)),
            Tree::Not(part) => Ok(Test::Not(Box::new(self.test(part)?))),
            Tree::Comparison(one, relation, other) => self.comparison(one, *relation, other),
        }
    }

    fn comparison(&self, one: &Operand, relation: Relation, other: &Operand) -> Result<Test, ConditionProblem> {
        let kinds =
            || ConditionProblem::Kinds { one: format!("`{}`", one.text()), other: format!("`{}`", other.text()) };
        match (self.meaning(one)?, self.meaning(other)?) {
            (Meaning::Number(one), Meaning::Number(other)) => Ok(Test::Numbers(one, relation, other)),
            (Meaning::Class(one), Meaning::Class(other)) => self.classes(one, relation, other),
            (Meaning::Class(one), Meaning::Open | Meaning::Number(Number::Constant(_))) => {
                self.classes(one, relation, Class::Constant(self.class(other)?))
            }
            (Meaning::Open | Meaning::Number(Number::Constant(_)), Meaning::Class(other)) => {
                self.classes(Class::Constant(self.class(one)?), relation, other)
            }
            (Meaning::Open, _) => Err(self.unknown(one.text())),
            (_, Meaning::Open) => Err(self.unknown(other.text())),
            (Meaning::Number(_), Meaning::Class(_)) | (Meaning::Class(_), Meaning::Number(_)) => Err(kinds()),
        }
    }

    fn classes(&self, one: Class, relation: Relation, other: Class) -> Result<Test, ConditionProblem> {
        let is_ordered = self.class_names().iter().all(|name| name.trim().parse::<i64>().is_ok());
        if !is_ordered && !matches!(relation, Relation::Equal | Relation::Unequal) {
            return Err(ConditionProblem::Order { known: listed(self.class_names()) });
        }
        Ok(Test::Classes(one, relation, other))
    }

    fn meaning(&self, operand: &Operand) -> Result<Meaning, ConditionProblem> {
        let name = match operand {
            Operand::Number(value, _) => return Ok(Meaning::Number(Number::Constant(*value))),
            Operand::Text(_) => return Ok(Meaning::Open),
            Operand::Column(name) => {
                let column = self.column(name).ok_or_else(|| self.unknown(name))?;
                return Ok(Meaning::Number(Number::Column(column)));
            }
            Operand::Name(name) => name,
        };
        let labels = &self.scene.dataset.labels;
        // What a column is called goes before what it would mean without it.
        if let Some(column) = self.column(name) {
            return Ok(Meaning::Number(Number::Column(column)));
        }
        let absent = |what, why: &str| Err(ConditionProblem::Absent { what, why: why.to_owned() });
        Ok(match name.to_lowercase().as_str() {
            "label" | "class" => match labels {
                Labels::None => return absent("the label", "the data has no labels"),
                Labels::Classes { .. } => Meaning::Class(Class::Label),
                Labels::Values(_) => Meaning::Number(Number::Label),
            },
            "predicted" | "prediction" | "answer" if answers_values(self.scene) => Meaning::Number(Number::Answer),
            "predicted" | "prediction" | "answer" => Meaning::Class(Class::Prediction),
            "loss" => match Colouring::Loss(self.kind).refusal(self.scene) {
                Some(why) => return absent("the loss", why.trim_end_matches('.')),
                None => Meaning::Number(Number::Loss(self.kind)),
            },
            "row" | "point" => Meaning::Number(Number::Row),
            word => match word.strip_prefix('x').and_then(|number| number.parse::<usize>().ok()) {
                Some(number) => {
                    let columns = self.scene.dataset.dimension();
                    let column = number.checked_sub(1).filter(|column| *column < columns);
                    Meaning::Number(Number::Column(column.ok_or(ConditionProblem::Column { number, columns })?))
                }
                None => Meaning::Open,
            },
        })
    }

    /// The column of this name; capitals do not matter where only one column is meant.
    fn column(&self, name: &str) -> Option<usize> {
        let columns = &self.scene.dataset.columns;
        let exact = columns.iter().position(|column| column.trim() == name.trim());
        let mut alike = (0..columns.len()).filter(|at| columns[*at].trim().eq_ignore_ascii_case(name.trim()));
        exact.or_else(|| alike.next().filter(|_| alike.next().is_none()))
    }

    fn class_names(&self) -> &[String] {
        match &self.scene.dataset.labels {
            Labels::Classes { names, .. } => names,
            Labels::None | Labels::Values(_) => &[],
        }
    }

    /// The class of this name. Without names a class goes by its number.
    fn class(&self, operand: &Operand) -> Result<usize, ConditionProblem> {
        let (names, text) = (self.class_names(), operand.text());
        let exact = names.iter().position(|name| name == text);
        let alike = || names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let number = || match operand {
            Operand::Number(value, _) if names.is_empty() && value.fract() == 0.0 && *value >= 0.0 => {
                Some(*value as usize)
            }
            // 2.0 and 02 are the class 2.
            Operand::Number(value, _) => {
                names.iter().position(|name| name.trim().parse::<f64>().is_ok_and(|number| number == *value))
            }
            _ => None,
        };
        let outputs = || {
            let class = text.parse::<usize>().ok()?;
            (class < self.scene.network.outputs().max(2)).then_some(class)
        };
        exact
            .or_else(alike)
            .or_else(number)
            .or_else(outputs)
            .ok_or_else(|| ConditionProblem::Class { name: text.to_owned(), known: listed(names) })
    }

    fn unknown(&self, name: &str) -> ConditionProblem {
        let columns = &self.scene.dataset.columns;
        let columns = if columns.is_empty() { "x1, x2, …".to_owned() } else { listed(columns) };
        ConditionProblem::Name {
            name: name.to_owned(),
            known: format!("a column ({columns}), label, predicted, loss or row"),
        }
    }
}

/// The first names of a list.
fn listed(names: &[String]) -> String {
    let more = if names.len() > LISTED { ", …" } else { "" };
    names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ") + more
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nalgebra::DMatrix;

    use super::*;
    use crate::dataset::Dataset;
    use crate::flow::FlowOptions;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};

    /// The answers are the columns' order: class 1 where b is above a.
    fn scene(labels: Labels, columns: &[&str]) -> Scene {
        let affine = Affine { weight: DMatrix::identity(2, 2), bias: None };
        let layer = Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity });
        let network = Network::new("n".into(), vec![layer], OutputFunction::Softmax).unwrap();
        let points = DMatrix::from_row_slice(2, 4, &[1.0, 5.0, 4.6, 2.0, 3.0, 2.0, 6.0, 2.5]);
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let data = Dataset { points, labels, columns, ..Dataset::default() };
        Scene::build(&Arc::new(network), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true).unwrap()
    }

    fn named() -> Scene {
        let names = ["setosa", "virginica"].map(str::to_owned).to_vec();
        scene(Labels::Classes { of_sample: vec![1, 1, 0, 1], names }, &["petal_length", "petal width"])
    }

    fn found(text: &str, scene: &Scene) -> Vec<usize> {
        Condition::new(text, scene, Loss::CrossEntropy)
            .unwrap_or_else(|problem| panic!("{text}: {problem}"))
            .samples(scene)
    }

    #[test]
    fn columns_labels_answers_and_losses_are_compared() {
        let scene = named();
        for (text, expected) in [
            ("petal_length > 4.5", vec![1, 2]),
            ("petal_length > 4.5 and predicted = virginica", vec![2]),
            ("\"petal width\" < petal_length", vec![1]),
            ("PETAL_LENGTH <= 2 and x2 >= 2.5", vec![0, 3]),
            ("label != predicted", vec![1, 2]),
            ("not (label = 'virginica' or row = 3)", vec![]),
            ("predicted = 1", vec![0, 2, 3]),
            ("row >= 3", vec![2, 3]),
            ("loss > 0.6931", vec![1, 2]),
            ("virginica = label and 3 > x2", vec![1, 3]),
        ] {
            assert_eq!(found(text, &scene), expected, "{text}");
        }
    }

    #[test]
    fn numbers_as_classes_are_ordered_and_values_are_numbers() {
        let names = ["0", "1", "2"].map(str::to_owned).to_vec();
        let digits = scene(Labels::Classes { of_sample: vec![0, 1, 2, 1], names }, &[]);
        assert_eq!(
            (found("label >= 1", &digits), found("label = 2.0 or x1 < 2", &digits)),
            (vec![1, 2, 3], vec![0, 2])
        );
        let values = scene(Labels::Values(vec![0.5, 1.5, f64::NAN, 2.0]), &[]);
        assert_eq!((found("label > 1", &values), found("predicted > 0.5", &values)), (vec![1, 3], vec![1]));
    }

    #[test]
    fn what_is_not_there_is_told() {
        let scene = named();
        for (text, caption) in [
            ("petal > 2", "nothing called `petal`; write a column (petal_length, petal width), label"),
            ("`petal` > 2", "nothing called `petal`"),
            ("x3 > 2", "no column x3; the data has 2"),
            ("label = versicolor", "no class `versicolor`; the classes are setosa, virginica"),
            ("label < virginica", "setosa, virginica have no order"),
            ("label = x1", "`label` and `x1` cannot be compared"),
        ] {
            let message = Condition::new(text, &scene, Loss::CrossEntropy).unwrap_err().to_string();
            assert!(message.contains(caption), "{text}: {message}");
        }
        let unlabelled = super::tests::scene(Labels::None, &[]);
        let message = Condition::new("loss > 1", &unlabelled, Loss::CrossEntropy).unwrap_err().to_string();
        assert!(message.contains("the loss cannot be told: The data has no labels"), "{message}");
    }
}
