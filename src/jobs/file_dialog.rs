//! The dialogs of the desktop that ask for a file.

use std::time::{Duration, Instant};

use rfd::FileDialog;

use crate::dataset;
use crate::formats::{self, SESSION_EXTENSION};
use crate::session::file::SessionPart;
use crate::session::{DialogAnswer, DialogPurpose};

/// A dialog that is answered sooner than a person can was never shown: without a portal and without zenity, rfd
/// answers as if cancelled.
const FASTEST_CANCEL: Duration = Duration::from_millis(500);

/// Asks for a file, under the name `name` where it is one to be written.
pub(super) fn ask(purpose: DialogPurpose, name: &str) -> DialogAnswer {
    let dialog = FileDialog::new().set_title(purpose.title());
    let asked = Instant::now();
    let answer = match purpose {
        DialogPurpose::OpenNetwork | DialogPurpose::CompareWith => {
            dialog.add_filter("Networks", &formats::extensions()).add_filter("All files", &["*"]).pick_file()
        }
        DialogPurpose::OpenCheckpoints => dialog.pick_folder(),
        DialogPurpose::OpenData => {
            dialog.add_filter("Data", &data_filter()).add_filter("All files", &["*"]).pick_file()
        }
        DialogPurpose::SaveNetwork(kind) => {
            dialog.add_filter(kind.label(), &[kind.extension()]).set_file_name(name).save_file()
        }
        DialogPurpose::SaveNumbers(_) => {
            let dialog = dialog.add_filter("Comma-separated values", &["csv"]).add_filter("JSON", &["json"]);
            let dialog = dialog.add_filter("NumPy archive", &["npz"]).add_filter("Parquet", &["parquet"]);
            dialog.set_file_name(name).save_file()
        }
        DialogPurpose::SavePicture(kind) if kind.extension().is_empty() => dialog.set_file_name(name).pick_folder(),
        DialogPurpose::SavePicture(kind) => {
            dialog.add_filter(kind.label(), &[kind.extension()]).set_file_name(name).save_file()
        }
        DialogPurpose::OpenSession => {
            dialog.add_filter("Sessions", &[SESSION_EXTENSION]).add_filter("All files", &["*"]).pick_file()
        }
        DialogPurpose::SaveSession { .. } => {
            dialog.add_filter("Sessions", &[SESSION_EXTENSION]).set_file_name(name).save_file()
        }
        DialogPurpose::FindFile(SessionPart::Network) => {
            dialog.add_filter("Networks", &formats::extensions()).add_filter("All files", &["*"]).pick_file()
        }
        DialogPurpose::FindFile(SessionPart::Data) => {
            dialog.add_filter("Data", &data_filter()).add_filter("All files", &["*"]).pick_file()
        }
        DialogPurpose::SaveMeasures => {
            dialog.add_filter("Comma-separated values", &["csv"]).set_file_name(name).save_file()
        }
        DialogPurpose::SaveChart(kind) => {
            dialog.add_filter(kind.label(), &[kind.extension()]).set_file_name(name).save_file()
        }
    };
    match answer {
        Some(path) => DialogAnswer::Chosen(path),
        None if asked.elapsed() < FASTEST_CANCEL => DialogAnswer::Unavailable,
        None => DialogAnswer::Cancelled,
    }
}

/// What the names of data files end in, for a dialog; an empty ending stands for names without one.
fn data_filter() -> Vec<&'static str> {
    // The dialogs of macOS know no such names; there "All files" shows them.
    let bare = dataset::may_lack_extension() && cfg!(not(target_os = "macos"));
    dataset::extensions().into_iter().chain(bare.then_some("")).collect()
}
