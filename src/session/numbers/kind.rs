//! Which numbers are asked for, and where they come from.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::table::{NumberTable, NumbersProblem};
use crate::session::{Findings, PointSettings, Scene, point_table, table_rows};

/// Numbers of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// What is known of every point.
    Points,
    /// The same of the selected points, in the order of their table.
    SelectedPoints,
    /// Where the points are now.
    Positions,
    /// What every layer gives for them.
    LayerOutputs,
    /// The singular values of every layer.
    SingularValues,
    /// The angles by which every layer turns.
    Angles,
    /// What is wrong with the network.
    Findings,
}

/// What the numbers are taken from, as it was when they were asked for.
#[derive(Clone, Debug)]
pub struct NumberRequest {
    /// Which numbers.
    pub kind: NumberKind,
    /// The scene on show.
    pub scene: Arc<Scene>,
    /// The time shown.
    pub t: f64,
    /// What is selected and how its table is sorted, and by which loss points are measured.
    pub points: PointSettings,
    /// What is wrong, as far as it is found.
    pub findings: Option<Arc<Findings>>,
}

impl NumberKind {
    /// All of them, in the order of the menu.
    pub const ALL: [NumberKind; 7] = [
        NumberKind::Points,
        NumberKind::SelectedPoints,
        NumberKind::Positions,
        NumberKind::LayerOutputs,
        NumberKind::SingularValues,
        NumberKind::Angles,
        NumberKind::Findings,
    ];

    /// What the menu calls them.
    pub fn label(self) -> &'static str {
        match self {
            NumberKind::Points => "Table of all points",
            NumberKind::SelectedPoints => "Table of the selected points",
            NumberKind::Positions => "Positions at this time",
            NumberKind::LayerOutputs => "Outputs of the layers",
            NumberKind::SingularValues => "Singular values",
            NumberKind::Angles => "Angles of the rotations",
            NumberKind::Findings => "Findings",
        }
    }

    /// A name for their file, without an extension.
    pub fn file_stem(self) -> &'static str {
        match self {
            NumberKind::Points => "points",
            NumberKind::SelectedPoints => "selected-points",
            NumberKind::Positions => "positions",
            NumberKind::LayerOutputs => "layer-outputs",
            NumberKind::SingularValues => "singular-values",
            NumberKind::Angles => "angles",
            NumberKind::Findings => "findings",
        }
    }
}

impl NumberRequest {
    /// Makes the table.
    ///
    /// # Errors
    /// If there is nothing to put into it, or the points cannot be followed.
    pub fn table(&self) -> Result<NumberTable, NumbersProblem> {
        let table = match self.kind {
            NumberKind::Points => {
                let all: Vec<usize> = (0..self.scene.dataset.samples()).collect();
                point_table(&self.scene, self.points.loss, &all, self.t)?
            }
            NumberKind::SelectedPoints => {
                let rows = table_rows(&self.scene, &self.points.selection, self.points.sorting, self.t);
                point_table(&self.scene, self.points.loss, &rows, self.t)?
            }
            NumberKind::Positions => self.positions()?,
            NumberKind::LayerOutputs => self.layer_outputs(),
            NumberKind::SingularValues => self.spectra(&[("singular_value", |spectrum| &spectrum.singular_values)]),
            NumberKind::Angles => self.spectra(&[
                ("rotation_in", |spectrum| &spectrum.rotation_in),
                ("rotation_out", |spectrum| &spectrum.rotation_out),
            ]),
            NumberKind::Findings => self.findings()?,
        };
        if table.rows() == 0 {
            return Err(NumbersProblem::Nothing(match self.kind {
                NumberKind::SelectedPoints => "no point is selected; select some on the stage",
                NumberKind::Points | NumberKind::Positions | NumberKind::LayerOutputs => {
                    "there are no points, and so no numbers of them"
                }
                NumberKind::SingularValues | NumberKind::Angles => {
                    "no layer is one matrix, and only a matrix has singular values and angles"
                }
                NumberKind::Findings => "nothing was found to be wrong, and so there is nothing to write",
            }));
        }
        Ok(table)
    }

    /// The numbers that the points have among the rows of the data's file.
    fn rows(&self) -> NumberTable {
        let mut table = NumberTable::default();
        table.add("row", (0..self.scene.dataset.samples()).map(|sample| self.scene.number(sample) as f64).collect());
        table
    }

    fn positions(&self) -> Result<NumberTable, NumbersProblem> {
        let positions = self.scene.flow.positions(&self.scene.dataset.points, self.t)?;
        let mut table = self.rows();
        add_matrix(&mut table, "positions", "x", &positions);
        table.add("t", vec![self.t; positions.ncols()]);
        Ok(table)
    }

    fn layer_outputs(&self) -> NumberTable {
        let mut table = self.rows();
        for (index, values) in self.scene.forward.layer_outputs.iter().enumerate() {
            let array = format!("layer_{}", index + 1);
            add_matrix(&mut table, &array, &format!("{array}_"), values);
        }
        add_matrix(&mut table, "output", "output_", &self.scene.forward.output);
        table
    }

    /// One row for each number of each layer that is a matrix.
    fn spectra(&self, parts: &[SpectrumPart]) -> NumberTable {
        let (mut layers, mut kinds, mut indices, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for layer in self.scene.flow.layers() {
            let Some(spectrum) = &layer.spectrum else { continue };
            for (name, numbers) in parts {
                for (index, value) in numbers(spectrum).iter().enumerate() {
                    layers.push(layer.index as f64);
                    kinds.push((*name).to_owned());
                    indices.push((index + 1) as f64);
                    values.push(*value);
                }
            }
        }
        let mut table = NumberTable::default();
        table.add("layer", layers);
        // Where there are several kinds of numbers each row says which it is.
        if let [(name, _)] = parts {
            table.add("index", indices);
            table.add(name, values);
        } else {
            table.add_texts("rotation", kinds);
            table.add("index", indices);
            table.add("radians", values);
        }
        table
    }

    fn findings(&self) -> Result<NumberTable, NumbersProblem> {
        let findings = self.findings.as_ref();
        let findings = findings.ok_or(NumbersProblem::Nothing("the findings are still being looked for; try again"))?;
        let found = || findings.entries().iter().map(|entry| &entry.finding);
        let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let listed = |list: &[usize]| list.iter().map(|at| (at + 1).to_string()).collect::<Vec<_>>().join(" ");
        let mut table = NumberTable::default();
        table.add_texts("code", found().map(|finding| finding.code.to_owned()).collect());
        table.add_texts("severity", found().map(|finding| finding.severity.name().to_owned()).collect());
        table.add("layer", found().map(|finding| number(finding.layer.map(|layer| layer as f64))).collect());
        table.add_texts("units", found().map(|finding| listed(&finding.units)).collect());
        table.add_texts("columns", found().map(|finding| listed(&finding.columns)).collect());
        table.add_texts("rows", found().map(|finding| listed(&finding.rows)).collect());
        table.add("value", found().map(|finding| number(finding.value)).collect());
        table.add("threshold", found().map(|finding| number(finding.threshold)).collect());
        table.add("t", found().map(|finding| number(finding.t)).collect());
        table.add_texts("message", found().map(|finding| finding.message.clone()).collect());
        table.add_texts("try", found().map(|finding| finding.try_.to_owned()).collect());
        Ok(table)
    }
}

/// A name, and the numbers of a spectrum that it stands for.
type SpectrumPart = (&'static str, fn(&crate::flow::Spectrum) -> &Vec<f64>);

/// Adds the rows of a matrix (values × samples) as columns of one array.
fn add_matrix(table: &mut NumberTable, array: &str, prefix: &str, values: &DMatrix<f64>) {
    for (index, row) in values.row_iter().enumerate() {
        table.add_to(array, format!("{prefix}{}", index + 1), row.iter().copied().collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FlowOptions;
    use crate::formats::examples;

    fn request(kind: NumberKind) -> NumberRequest {
        let (network, data) = examples::spiral().unwrap();
        let scene = Scene::build(&Arc::new(network), &Arc::new(data), FlowOptions::default(), None, &mut |_, _| true);
        NumberRequest {
            kind,
            scene: Arc::new(scene.unwrap()),
            t: 1.25,
            points: PointSettings::default(),
            findings: None,
        }
    }

    #[test]
    fn the_numbers_are_those_of_the_flow_and_the_net() {
        let positions = request(NumberKind::Positions);
        let table = positions.table().unwrap();
        let (scene, samples) = (&positions.scene, positions.scene.dataset.samples());
        assert_eq!((table.rows(), table.columns.len()), (samples, 2 + scene.flow.ambient_dimension()));
        let expected = scene.flow.positions(&scene.dataset.points, 1.25).unwrap();
        let arrays = table.arrays().unwrap();
        assert_eq!(arrays[1].2, expected.as_slice());
        let outputs = request(NumberKind::LayerOutputs).table().unwrap().arrays().unwrap();
        assert_eq!(outputs.len(), 2 + scene.network.layers().len());
        assert_eq!(outputs.last().unwrap().2, scene.forward.output.as_slice());
        let values = request(NumberKind::SingularValues).table().unwrap();
        let all: Vec<f64> = scene
            .flow
            .layers()
            .iter()
            .flat_map(|layer| layer.spectrum.as_ref().unwrap().singular_values.clone())
            .collect();
        assert_eq!(values.arrays().unwrap()[2].2, all);
        assert!(
            request(NumberKind::Angles).table().unwrap().csv().unwrap().starts_with("layer,rotation,index,radians")
        );
        assert!(matches!(request(NumberKind::Findings).table(), Err(NumbersProblem::Nothing(_))));
    }
}
