//! What is kept between starts: recent files, the arrangement of the window, and how files of tensors were opened.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Appearance, Dismissal, Import, Session, WindowSettings};
use crate::formats::{BlockChoice, ChainProblem, ChainProposal};
use crate::network::{Activation, OutputFunction};

/// How many files' chains are remembered.
const MAX_CHAINS: usize = 64;
/// The format of the file; a later one is left alone.
const FORMAT: &str = "layerflow.settings/1";

/// What is kept between starts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The files opened lately, newest first.
    pub recent: Vec<PathBuf>,
    /// The arrangement of the window.
    pub window: WindowSettings,
    /// How files of tensors were opened, newest first.
    pub chains: Vec<RememberedChain>,
    /// The findings that are not told any more, the newest last.
    pub dismissed: Vec<Dismissal>,
}

/// How a file of tensors was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RememberedChain {
    file: PathBuf,
    layers: Vec<RememberedLayer>,
    output: String,
    #[serde(default)]
    input_shape: String,
    #[serde(default)]
    convolutions: String,
    /// The pattern of the residual blocks; none in a plain chain.
    #[serde(default)]
    residual_blocks: Option<String>,
    #[serde(default)]
    block_activation: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RememberedLayer {
    weight: String,
    bias: Option<String>,
    transpose: bool,
    activation: String,
}

/// The settings as they are in their file.
#[derive(Serialize, Deserialize)]
struct SettingsFile {
    format: String,
    #[serde(default)]
    recent: Vec<PathBuf>,
    network_panel: bool,
    layer_panel: bool,
    appearance: String,
    #[serde(default)]
    chains: Vec<RememberedChain>,
    #[serde(default)]
    dismissed: Vec<Dismissal>,
}

impl Settings {
    /// The settings in the text of their file; in words, why they are not understood.
    ///
    /// # Errors
    /// If the text is no JSON, or not of this format.
    pub fn parse(text: &str) -> Result<Settings, String> {
        let file: SettingsFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if file.format != FORMAT {
            return Err(format!("its format is `{}`", file.format));
        }
        let appearance = Appearance::ALL.into_iter().find(|appearance| appearance.label() == file.appearance);
        let window = WindowSettings {
            network_panel: file.network_panel,
            layer_panel: file.layer_panel,
            appearance: appearance.unwrap_or_default(),
            ..WindowSettings::default()
        };
        let mut chains = file.chains;
        chains.truncate(MAX_CHAINS);
        Ok(Settings { recent: file.recent, window, chains, dismissed: file.dismissed })
    }

    /// The text of their file.
    pub fn to_json(&self) -> String {
        let file = SettingsFile {
            format: FORMAT.into(),
            recent: self.recent.clone(),
            network_panel: self.window.network_panel,
            layer_panel: self.window.layer_panel,
            appearance: self.window.appearance.label().into(),
            chains: self.chains.clone(),
            dismissed: self.dismissed.clone(),
        };
        // Text, numbers and lists of them always make JSON; paths that are not text do not, and are not kept then.
        serde_json::to_string_pretty(&file).unwrap_or_default()
    }
}

impl RememberedChain {
    fn new(import: &Import) -> RememberedChain {
        let layers = import.chain.entries.iter().map(|entry| RememberedLayer {
            weight: entry.weight_name.clone(),
            bias: entry.bias_name.clone(),
            transpose: entry.transpose,
            activation: entry.activation.name().into(),
        });
        RememberedChain {
            file: import.path.clone(),
            layers: layers.collect(),
            output: import.chain.output.name().into(),
            input_shape: import.input_shape.clone(),
            convolutions: import.convolutions.clone(),
            residual_blocks: match import.chain.blocks() {
                BlockChoice::Residual(pattern) => Some(pattern.clone()),
                BlockChoice::Ask | BlockChoice::Plain => None,
            },
            block_activation: import.chain.block_activation().name().into(),
        }
    }

    /// Puts the assistant back to where it was, if the file still has all these tensors.
    fn apply(&self, import: &mut Import) {
        let weights: Vec<String> = self.layers.iter().map(|layer| layer.weight.clone()).collect();
        let output = OutputFunction::from_name(&self.output).unwrap_or_default();
        // The layers that the file proposes, perhaps in another order, are still the whole of it.
        let mut chain = import
            .chain
            .clone()
            .reordered(&weights)
            .unwrap_or_else(|| ChainProposal::of_names(&import.file, &weights, Activation::Identity, output));
        if chain.problems.iter().any(|problem| matches!(problem, ChainProblem::Missing { .. })) {
            return;
        }
        chain.output = output;
        let activation = |name: &str| Activation::from_name(name).unwrap_or_default();
        let blocks = self.residual_blocks.clone().map_or(BlockChoice::Plain, BlockChoice::Residual);
        chain.set_blocks(blocks, activation(&self.block_activation));
        for (position, layer) in self.layers.iter().enumerate() {
            if let Some(entry) = chain.entries.get_mut(position) {
                entry.bias_name = layer.bias.clone();
                entry.transpose = layer.transpose;
                if entry.activation != activation(&layer.activation) {
                    chain.set_activation(position, activation(&layer.activation));
                }
            }
        }
        import.put_back(chain, &self.input_shape, &self.convolutions);
    }
}

impl Session {
    /// What is to be kept.
    pub fn settings(&self) -> Settings {
        let recent = self.recent.paths().to_vec();
        let dismissed = self.findings.dismissed().to_vec();
        Settings { recent, window: self.window, chains: self.chains.clone(), dismissed }
    }

    /// Takes over what was kept.
    pub fn restore(&mut self, settings: Settings) {
        self.window = settings.window;
        self.chains = settings.chains;
        self.findings.restore(settings.dismissed);
        settings.recent.iter().rev().for_each(|path| self.recent.add(path));
        super::findings::refresh(self);
    }

    /// Remembers how the file in the assistant is opened.
    pub(super) fn remember_chain(&mut self) {
        let Some(import) = &self.import else { return };
        let chain = RememberedChain::new(import);
        self.chains.retain(|known| known.file != chain.file);
        self.chains.insert(0, chain);
        self.chains.truncate(MAX_CHAINS);
    }

    /// Opens the assistant, as the file was opened last if it was.
    pub(super) fn begin_import(&mut self, mut import: Import) {
        let is_same = |chain: &&RememberedChain| chain.file == import.path;
        if let Some(chain) = self.chains.iter().find(is_same).cloned() {
            chain.apply(&mut import);
        }
        self.import = Some(import);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back() {
        let mut settings = Settings { recent: vec!["/a/b.pt".into()], ..Settings::default() };
        settings.window.layer_panel = false;
        settings.window.appearance = Appearance::Dark;
        assert_eq!(Settings::parse(&settings.to_json()).unwrap(), settings);
    }

    #[test]
    fn settings_of_before_have_nothing_dismissed() {
        let text = Settings::default().to_json();
        let older = text.replace(",\n  \"dismissed\": []", "");
        assert!(!older.contains("dismissed"), "{older}");
        assert_eq!(Settings::parse(&older).unwrap(), Settings::default());
    }

    #[test]
    fn damaged_and_newer_settings_are_left_alone() {
        assert!(Settings::parse("").is_err());
        let newer = Settings::default().to_json().replace("settings/1", "settings/2");
        assert!(Settings::parse(&newer).unwrap_err().contains("settings/2"));
    }
}
