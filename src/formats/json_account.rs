//! The account of a network in a file of text: keys that its reader does not know.

use super::{Account, PartName};

/// Keys that say something of a network which it computes nothing with. They may stand anywhere.
const NEEDLESS_KEYS: [&str; 22] = [
    "format",
    "version",
    "format_version",
    "comment",
    "comments",
    "_comment",
    "description",
    "note",
    "notes",
    "author",
    "authors",
    "license",
    "url",
    "source",
    "date",
    "created",
    "generator",
    "accuracy",
    "train_accuracy",
    "test_accuracy",
    "loss",
    "epochs",
];

/// An account in which each unknown key is missing that is not known to need no use.
pub(super) fn account_of_unknown(keys: impl IntoIterator<Item = String>) -> Account {
    let mut account = Account::default();
    for path in keys {
        let key = path.rsplit('.').next().unwrap_or_default();
        if NEEDLESS_KEYS.contains(&key) {
            account.leaves(PartName::key(path), "describes the network");
        } else {
            account.misses(PartName::key(path), "is not known");
        }
    }
    account
}
