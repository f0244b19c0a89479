//! The page of a browser around the explorer: its name, what it is given, and what it saves.

mod downloads;
mod given;

pub(super) use downloads::save;
pub(super) use given::{Given, choose, read_dropped, take};

use web_sys::Document;

/// The element that says what is wrong where nothing can be drawn.
const SAID: &str = "said";

/// The page.
pub(super) fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Names the page.
pub(super) fn name(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Says a sentence in place of the explorer.
pub(super) fn say(sentence: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(SAID)) {
        element.set_text_content(Some(sentence));
    }
}
