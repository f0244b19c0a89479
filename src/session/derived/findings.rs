//! What is wrong with the open network, with what can be done about it.

use web_time::Instant;

use super::finding_key::FindingKey;
use super::pace::paced;
use super::{Derivation, Situation, Source};
use crate::dataset::Dataset;
use crate::diagnostics::findings::{Finding, Subject, Thresholds, find_while};
use crate::flow::FlowError;
use crate::network::Network;
use crate::session::scene::{Progress, Scene, SceneError, go_on};
use crate::session::{DataSource, Fix, FixFinder};

/// What is wrong with a network, the worst first.
#[derive(Debug, Default)]
pub struct Findings {
    entries: Vec<FindingEntry>,
    /// The positions of the entries of each layer, the first layer first.
    of_layer: Vec<Vec<usize>>,
    /// How many rows of the data were looked at; none without data.
    pub samples: usize,
    /// How long it took to find them, in seconds.
    seconds: f64,
}

/// A finding in the window.
#[derive(Debug)]
pub struct FindingEntry {
    /// What is wrong.
    pub finding: Finding,
    /// What it is known by.
    pub key: FindingKey,
    /// What the program can do about it.
    pub fixes: Vec<Fix>,
}

impl Findings {
    /// Looks for everything that is wrong with the network of `scene`, or with the `whole` of which that is the part that
    /// flows, or with a part of a network (`is_part`); `data` is what it is trained or used on.
    ///
    /// # Errors
    /// If `progress` answers false.
    pub fn build(
        scene: &Scene,
        (whole, is_part): (Option<&Network>, bool),
        data: Option<&Dataset>,
        thresholds: &Thresholds,
        progress: &mut Progress<'_>,
    ) -> Result<Findings, SceneError> {
        let began = Instant::now();
        // Where the first layer does not flow, what is drawn is no layer of the network.
        let flow = (whole.and_then(Network::first_not_finite) != Some(0)).then_some(&*scene.flow);
        let network = whole.unwrap_or(&scene.network);
        let subject = Subject::new(network).with_flow(flow).of_part(is_part).with_data(data);
        let found = find_while(&subject, thresholds, &mut |share, _| progress(0.9 * share, "checking"));
        let found = found.ok_or(FlowError::Cancelled)?;
        go_on(progress, 0.9, "finding what can be done")?;
        let fixes = FixFinder::new(&scene.network, subject.data(), thresholds);
        let entry = |finding: Finding| {
            // What can be changed is what flows.
            let is_free = whole.is_none() || finding.layer.is_none();
            let fixes = if is_free { fixes.all(&finding) } else { Vec::new() };
            let key = FindingKey::new(&finding);
            FindingEntry { finding, key, fixes }
        };
        let entries = found.into_iter().map(entry).collect();
        let samples = subject.sample().map_or(0, |sample| sample.rows.len());
        let seconds = began.elapsed().as_secs_f64();
        Ok(Findings { samples, seconds, ..Findings::from_entries(entries, network.layers().len()) })
    }

    /// These findings of a network of so many layers.
    pub fn from_entries(entries: Vec<FindingEntry>, layers: usize) -> Findings {
        let mut of_layer = vec![Vec::new(); layers];
        for (position, entry) in entries.iter().enumerate() {
            let layer = entry.finding.layer.and_then(|layer| of_layer.get_mut(layer.wrapping_sub(1)));
            layer.into_iter().for_each(|list| list.push(position));
        }
        Findings { entries, of_layer, ..Findings::default() }
    }

    /// All of them, the worst first.
    pub fn entries(&self) -> &[FindingEntry] {
        &self.entries
    }

    /// The positions of those of a layer, from 0.
    pub fn of_layer(&self, index: usize) -> &[usize] {
        self.of_layer.get(index).map_or(&[], Vec::as_slice)
    }
}

impl Derivation for Findings {
    type Request = ();

    const LABEL: &'static str = "Checking the network";
    const WAITS_FOR_REST: bool = true;
    /// What is wrong is known by its layer, whatever the phases of that layer are.
    const OUTLIVES_PHASES: bool = true;

    /// Only a network in training changes all the time.
    fn interval(situation: &Situation<'_>, latest: Option<&Self>) -> f64 {
        paced(situation, latest.map(|findings| findings.seconds))
    }

    fn wanted(situation: &Situation<'_>) -> Option<()> {
        // While points are drawn they are not what the network is meant for yet.
        let is_drawn = situation.document.data.source == DataSource::Hand;
        (!is_drawn || situation.view.pen.pen.is_none()).then_some(())
    }

    fn build(source: &Source, (): (), progress: &mut Progress<'_>) -> Result<Option<Findings>, SceneError> {
        let (whole, data) = (source.whole.as_deref(), source.data.as_deref());
        Findings::build(&source.scene, (whole, source.is_part), data, &source.thresholds, progress).map(Some)
    }
}
