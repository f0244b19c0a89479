//! What the program itself can do about a finding: a change of the network or the data that can be undone.

mod columns;
mod linear;
mod output;
mod rebuilt;
mod scale;
mod units;

use std::sync::OnceLock;

use crate::dataset::{Dataset, Random, Scaling};
use crate::diagnostics::findings::{Finding, Thresholds};
use crate::network::{Layer, Network, NetworkError};
use crate::session::{counted, listed};
pub use output::NetworkEnd;
use rebuilt::rebuilt;

/// A change that takes away what a finding tells of. Layers, units and columns count from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Fix {
    /// Draws the weights of some units anew; what they lead to stays.
    DrawUnits { layer: usize, units: Vec<usize> },
    /// Makes one layer of a linear one and the next; the function stays.
    Merge { layer: usize },
    /// Takes out a layer that does next to nothing.
    Remove { layer: usize },
    /// Moves factors between layers whose activations let them through; the function stays.
    Balance,
    /// Standardises the columns of the data.
    Standardise,
    /// Takes columns out of the data, and their weights out of the first layer.
    LeaveOut { columns: Vec<usize> },
    /// Numbers the classes from 0.
    Renumber,
    /// Ends the network otherwise.
    End(NetworkEnd),
    /// Drops the rows of the data that are left out.
    DropRows,
    /// Gives what is missing in the data the mean of its column.
    FillRows,
}

/// What a fix makes of the network and the data; `None` where one stays as it is.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The network.
    pub network: Option<Network>,
    /// The data, with what was done to it in a few words.
    pub data: Option<(Dataset, &'static str)>,
}

/// Finds the fixes for the findings of one network.
pub struct FixFinder<'a> {
    network: &'a Network,
    data: Option<&'a Dataset>,
    thresholds: &'a Thresholds,
    /// The balanced network.
    balanced: OnceLock<Option<Network>>,
}

impl<'a> FixFinder<'a> {
    /// For this network and its data.
    pub fn new(network: &'a Network, data: Option<&'a Dataset>, thresholds: &'a Thresholds) -> FixFinder<'a> {
        FixFinder { network, data, thresholds, balanced: OnceLock::new() }
    }

    /// What can be done about a finding, one way or another; nothing where that is left to a person.
    pub fn all(&self, finding: &Finding) -> Vec<Fix> {
        match (finding.code, self.data) {
            ("not_finite", Some(data)) if finding.layer.is_none() => {
                let fill = data.filled().map(|_| Fix::FillRows);
                std::iter::once(Fix::DropRows).chain(fill).collect()
            }
            _ => self.find(finding).into_iter().collect(),
        }
    }

    fn find(&self, finding: &Finding) -> Option<Fix> {
        let layer = finding.layer.map_or(0, |layer| layer.saturating_sub(1));
        // A convolution with other rows would be none any more.
        let is_free = finding.layer.is_none() || self.network.origin(layer).is_none();
        let drawn = |units: Vec<usize>| (!units.is_empty()).then_some(Fix::DrawUnits { layer, units });
        let fix = match finding.code {
            "dead_units" => drawn(finding.units.clone()),
            "twin_units" => drawn(units::repeated(self.network.layers().get(layer)?, &finding.units)),
            "unbroken_symmetry" => drawn((0..units::count(self.network.layers().get(layer)?)).collect()),
            "redundant_linear" => linear::can_merge(self.network, layer).then_some(Fix::Merge { layer }),
            "idle_layer" => linear::can_remove(self.network, layer).then_some(Fix::Remove { layer }),
            "large_weights" => self.balances(layer).then_some(Fix::Balance),
            "data_scale" => self.data.map(|_| Fix::Standardise),
            "constant_column" | "leak_column" => columns::can_leave_out(self.network, self.data?, &finding.columns)
                .then(|| Fix::LeaveOut { columns: finding.columns.clone() }),
            // What stands on a hidden layer is no end.
            "output_mismatch" if finding.layer == Some(self.network.layers().len()) => {
                output::fitting(self.network, self.data, self.thresholds).map(Fix::End)
            }
            "data_labels" => columns::renumbered(self.data?).map(|_| Fix::Renumber),
            _ => None,
        };
        fix.filter(|_| is_free)
    }

    /// Whether the weights of a layer are no longer large once the layers are balanced.
    fn balances(&self, layer: usize) -> bool {
        let balanced = self.balanced.get_or_init(|| scale::balanced(self.network)).as_ref();
        let limit = self.thresholds.large_weight;
        let is_small = |layer: &Layer| scale::largest_weight(layer) <= limit;
        balanced.and_then(|network| network.layers().get(layer)).is_some_and(is_small)
    }
}

impl Fix {
    /// What it does, as the text of a button.
    pub fn label(&self) -> String {
        match self {
            Fix::DrawUnits { units, .. } => format!("Initialise {} anew", counted(units.len(), "unit")),
            Fix::Merge { layer } => format!("Merge layers {} and {}", layer + 1, layer + 2),
            Fix::Remove { layer } => format!("Drop layer {}", layer + 1),
            Fix::Balance => "Rescale the layers".to_owned(),
            Fix::Standardise => "Standardise the columns".to_owned(),
            Fix::LeaveOut { columns } if columns.len() == 1 => "Leave the column out".to_owned(),
            Fix::LeaveOut { .. } => "Leave the columns out".to_owned(),
            Fix::Renumber => "Number the classes from 0".to_owned(),
            Fix::End(end) => end.label(),
            Fix::DropRows => "Drop the rows".to_owned(),
            Fix::FillRows => "Fill with the columns' means".to_owned(),
        }
    }

    /// What it does, in a sentence.
    pub fn tip(&self) -> String {
        let text = match self {
            Fix::DrawUnits { layer, units } => {
                let units: Vec<usize> = units.iter().map(|unit| unit + 1).collect();
                return format!(
                    "Draws the weights of {} {} of layer {} at random, as its activation suits, and lets \
                     the data reach them; the weights behind stay. Can be undone.",
                    if units.len() == 1 { "unit" } else { "units" },
                    listed(&units),
                    layer + 1
                );
            }
            Fix::Merge { .. } => {
                "One layer takes the place of the two: the product of their matrices, the same function."
            }
            Fix::Remove { .. } => "Takes the layer out; it changes next to nothing.",
            Fix::Balance => {
                "Moves factors from each unit's weights to those behind it: powers of two, so that the network answers \
                 bit by bit as before."
            }
            Fix::Standardise => {
                "Subtracts each column's mean and divides by its standard deviation: right where that was done in \
                 training, or before training anew."
            }
            Fix::LeaveOut { .. } => {
                "Takes the column out of the data and its weights out of layer 1, whose bias takes over the column's \
                 mean."
            }
            Fix::Renumber => "Subtracts 1 from every label, so that the first class is 0.",
            Fix::End(NetworkEnd { without_activation: None, .. }) => {
                "Another function reads the last layer; the weights stay."
            }
            Fix::End(_) => "The last layer's values are read as they are; the weights stay.",
            Fix::DropRows => "The rows stay out, and are told no longer; the other rows keep their numbers.",
            Fix::FillRows => {
                "The mean of a column's finite values takes the place of what is missing or infinite in it; rows without \
                 a label stay out."
            }
        };
        format!("{text} Can be undone.")
    }

    /// Makes the change; `None` where there is nothing to change any more. `random` draws what is new.
    ///
    /// # Errors
    /// If the layers no longer fit.
    pub fn apply(
        &self,
        network: &Network,
        data: Option<&Dataset>,
        random: &mut Random,
    ) -> Result<Option<Fixed>, NetworkError> {
        let of_network = |layers: Option<Vec<Layer>>| {
            let made = layers.map(|layers| rebuilt(network, layers)).transpose()?;
            Ok(made.map(|made| Fixed { network: Some(made), data: None }))
        };
        match self {
            Fix::DrawUnits { layer, units } => of_network(units::drawn(network, data, (*layer, units), random)),
            Fix::Merge { layer } => of_network(linear::merged(network, *layer)),
            Fix::Remove { layer } => of_network(linear::removed(network, *layer)),
            Fix::Balance => Ok(scale::balanced(network).map(|made| Fixed { network: Some(made), data: None })),
            Fix::Standardise => {
                let scaled = data.map(|data| (data.scaled(Scaling::Standard), "columns standardised"));
                Ok(scaled.map(|scaled| Fixed { network: None, data: Some(scaled) }))
            }
            Fix::LeaveOut { columns } => {
                let Some(data) = data.filter(|data| columns::can_leave_out(network, data, columns)) else {
                    return Ok(None);
                };
                let network = rebuilt(network, columns::layers_without(network, data, columns))?;
                Ok(Some(Fixed {
                    network: Some(network),
                    data: Some((data.without_columns(columns), "columns left out")),
                }))
            }
            Fix::End(end) => Ok(Some(Fixed { network: Some(output::ended(network, *end)?), data: None })),
            Fix::DropRows => {
                let data = data.filter(|data| data.left_out.is_some()).map(Dataset::with_rows_dropped);
                Ok(data.map(|data| Fixed { network: None, data: Some((data, "rows with missing values dropped")) }))
            }
            Fix::FillRows => {
                let data = data.and_then(Dataset::filled);
                let change = "missing values filled with the means of their columns";
                Ok(data.map(|data| Fixed { network: None, data: Some((data, change)) }))
            }
            Fix::Renumber => {
                let data = data.and_then(columns::renumbered);
                Ok(data.map(|data| Fixed { network: None, data: Some((data, "classes numbered from 0")) }))
            }
        }
    }
}

#[cfg(test)]
mod tests;
