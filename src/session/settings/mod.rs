//! What is kept between starts: recent files, the arrangement of the window, and how files of tensors were opened.

mod key_changes;
mod merge;
mod stored;

pub use key_changes::{KeyChanges, KeyCommand};

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::stored::{StoredKeptView, StoredLast, StoredSizes};
use super::document::MAX_CHAINS;
use super::kept_view::{KeptView, LastFiles};
use super::recent::MAX_FILES;
use super::{Appearance, Dismissal, PanelSizes, RememberedChain, Side, WindowSettings};
use crate::io::stored_path;

/// The format of the file; a later one is left alone.
const FORMAT: &str = "layerflow.settings/1";

/// What is kept between starts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The files opened lately, newest first.
    pub recent: Vec<PathBuf>,
    /// The files of data opened lately, newest first.
    pub recent_data: Vec<PathBuf>,
    /// The arrangement of the window.
    pub window: WindowSettings,
    /// How large a person made the window and its panels.
    pub sizes: PanelSizes,
    /// What is looked at and how; `None` before anything was kept of it.
    pub view: Option<KeptView>,
    /// The files that were open last.
    pub last: LastFiles,
    /// How files of tensors were opened, newest first.
    pub chains: Vec<RememberedChain>,
    /// The findings that are not told any more, the newest last.
    pub dismissed: Vec<Dismissal>,
    /// Whether the hint of the first start was read.
    pub knows_hint: bool,
    /// What other versions of the program keep in the same file.
    pub others: Map<String, Value>,
    /// The thresholds of findings that are others than usual, by name: written into the file by hand.
    pub thresholds: BTreeMap<String, f64>,
    /// The most memory that the window may take, such as `4GB`: written into the file by hand.
    pub memory: Option<String>,
    /// The commands with other keys than usual.
    pub keys: KeyChanges,
}

/// The settings as they are in their file.
#[derive(Serialize, Deserialize)]
struct SettingsFile {
    format: String,
    #[serde(default, with = "stored_path::list")]
    recent: Vec<PathBuf>,
    #[serde(default, with = "stored_path::list", skip_serializing_if = "Vec::is_empty")]
    recent_data: Vec<PathBuf>,
    network_panel: bool,
    layer_panel: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    side: String,
    appearance: String,
    #[serde(default, skip_serializing_if = "StoredSizes::is_empty")]
    sizes: StoredSizes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    view: Option<StoredKeptView>,
    #[serde(default, skip_serializing_if = "StoredLast::is_empty")]
    last: StoredLast,
    #[serde(default)]
    chains: Vec<RememberedChain>,
    #[serde(default)]
    dismissed: Vec<Dismissal>,
    #[serde(default, skip_serializing_if = "is_false")]
    knows_hint: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    thresholds: BTreeMap<String, f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    memory: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    keys: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
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
        let side = Side::ALL.into_iter().find(|side| side.label() == file.side);
        let window = WindowSettings {
            network_panel: file.network_panel,
            layer_panel: file.layer_panel,
            side: side.unwrap_or_default(),
            appearance: appearance.unwrap_or_default(),
            ..WindowSettings::default()
        };
        let mut chains = file.chains;
        chains.truncate(MAX_CHAINS);
        let mut recent = file.recent;
        recent.truncate(MAX_FILES);
        let mut recent_data = file.recent_data;
        recent_data.truncate(MAX_FILES);
        Ok(Settings {
            recent,
            recent_data,
            window,
            sizes: file.sizes.sizes(),
            view: file.view.map(StoredKeptView::into_kept),
            last: file.last.into_files(),
            chains,
            dismissed: file.dismissed,
            knows_hint: file.knows_hint,
            others: file.others,
            thresholds: file.thresholds,
            memory: file.memory,
            keys: KeyChanges::new(file.keys),
        })
    }

    /// The text of their file.
    pub fn to_json(&self) -> String {
        let file = SettingsFile {
            format: FORMAT.into(),
            recent: self.recent.iter().take(MAX_FILES).cloned().collect(),
            recent_data: self.recent_data.iter().take(MAX_FILES).cloned().collect(),
            network_panel: self.window.network_panel,
            layer_panel: self.window.layer_panel,
            side: self.window.side.label().into(),
            appearance: self.window.appearance.label().into(),
            sizes: StoredSizes::new(&self.sizes),
            view: self.view.as_ref().map(StoredKeptView::new),
            last: StoredLast::new(&self.last),
            chains: self.chains.iter().take(MAX_CHAINS).cloned().collect(),
            dismissed: self.dismissed.clone(),
            knows_hint: self.knows_hint,
            others: self.others.clone(),
            thresholds: self.thresholds.clone(),
            memory: self.memory.clone(),
            keys: self.keys.all().clone(),
        };
        // Text, numbers and lists of them always make JSON.
        serde_json::to_string_pretty(&file).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Overlay, Projection, SizedPanel, ViewCommand, ViewSettings, WindowSize};

    #[test]
    fn settings_come_back() {
        let mut settings = Settings { recent: vec!["/a/b.pt".into()], ..Settings::default() };
        settings.window.layer_panel = false;
        settings.window.appearance = Appearance::Dark;
        settings.thresholds.insert("large_weight".to_owned(), 25.0);
        settings.memory = Some("4GB".to_owned());
        settings.keys.apply(KeyCommand::Set("Save".to_owned(), vec!["F2".to_owned()]));
        settings.recent_data = vec!["/a/c.csv".into()];
        settings.window.side = Side::Probes;
        settings.sizes.set(SizedPanel::Layer, 333);
        settings.sizes.window = Some(WindowSize { width: 1000, height: 700, maximized: true });
        settings.last = LastFiles { network: Some("/a/b.pt".into()), data: Some("/a/c.csv".into()) };
        let mut view = ViewSettings::default();
        view.apply(ViewCommand::Show(Overlay::Trails, false));
        view.apply(ViewCommand::Project(Projection::Space([2, 0, 1])));
        view.apply(ViewCommand::Turn { sideways: 0.3, downward: -0.1 });
        settings.view = Some(KeptView::new(&view, Some("/a/b.pt".to_owned())));
        assert_eq!(Settings::parse(&settings.to_json()).unwrap(), settings);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_and_keys_of_other_versions_come_back() {
        use std::os::unix::ffi::OsStringExt;
        let name = std::ffi::OsString::from_vec(b"/a/bad\xff.json".to_vec());
        let settings = Settings { recent: vec![name.into(), "/b".into()], ..Settings::default() };
        let text = settings.to_json();
        assert_eq!(Settings::parse(&text).unwrap(), settings);
        let newer = text.replacen('{', "{\"zoom\": 2,", 1);
        assert!(Settings::parse(&newer).unwrap().to_json().contains("\"zoom\": 2"));
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
