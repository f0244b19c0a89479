//! The keys that a person has given to commands in place of the usual ones.

use std::collections::BTreeMap;

/// The commands with other keys than usual, each by its name: its keys in words, such as `Ctrl+Shift+K`; none where it has
/// none any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChanges {
    changed: BTreeMap<String, Vec<String>>,
}

/// A change of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyCommand {
    /// Gives a command, named first, these keys and no others.
    Set(String, Vec<String>),
    /// Gives a command its usual keys back.
    Reset(String),
    /// Gives all commands their usual keys back.
    ResetAll,
}

impl KeyChanges {
    /// The changes in a file of settings.
    pub fn new(changed: BTreeMap<String, Vec<String>>) -> KeyChanges {
        KeyChanges { changed }
    }

    /// The changes as they are kept.
    pub fn all(&self) -> &BTreeMap<String, Vec<String>> {
        &self.changed
    }

    /// The keys of a command; `None` where they are the usual ones.
    pub fn of(&self, command: &str) -> Option<&[String]> {
        self.changed.get(command).map(Vec::as_slice)
    }

    /// Carries out a change.
    pub fn apply(&mut self, command: KeyCommand) {
        match command {
            KeyCommand::Set(name, keys) => {
                self.changed.insert(name, keys);
            }
            KeyCommand::Reset(name) => {
                self.changed.remove(&name);
            }
            KeyCommand::ResetAll => self.changed.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_made_and_taken_back() {
        let mut keys = KeyChanges::default();
        keys.apply(KeyCommand::Set("Save".to_owned(), vec!["F2".to_owned()]));
        keys.apply(KeyCommand::Set("Undo".to_owned(), Vec::new()));
        assert_eq!(
            (keys.of("Save"), keys.of("Undo"), keys.of("Redo")),
            (Some(&["F2".to_owned()][..]), Some(&[][..]), None)
        );
        keys.apply(KeyCommand::Reset("Save".to_owned()));
        assert_eq!((keys.of("Save"), keys.all().len()), (None, 1));
        keys.apply(KeyCommand::ResetAll);
        assert_eq!(keys, KeyChanges::default());
    }
}
