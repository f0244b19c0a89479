//! Files that a person gives the page. A browser reads them in its own time; what is read waits for the next frame.

use std::cell::RefCell;
use std::path::PathBuf;

use egui::{Context, DroppedFileHandle};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;

use crate::io::page;
use crate::session::DialogPurpose;

/// The field that the browser asks for a file with, while it asks.
const FIELD: &str = "layerflow-file";

/// What came from the browser.
pub(in crate::explorer) enum Given {
    /// Files that were dropped together.
    Dropped(Vec<PathBuf>),
    /// The file that was chosen for this purpose.
    Chosen(DialogPurpose, PathBuf),
    /// None was.
    Cancelled(DialogPurpose),
}

thread_local! {
    static GIVEN: RefCell<Vec<Given>> = const { RefCell::new(Vec::new()) };
}

/// What has come since the last call.
pub(in crate::explorer) fn take() -> Vec<Given> {
    GIVEN.take()
}

fn put(given: Given, context: &Context) {
    GIVEN.with_borrow_mut(|waiting| waiting.push(given));
    context.request_repaint();
}

/// Reads files that were dropped. One that the browser cannot read is opened all the same, and told as one that is not there.
pub(in crate::explorer) fn read_dropped(files: Vec<DroppedFileHandle>, context: Context) {
    spawn_local(async move {
        let mut paths = Vec::new();
        for file in files {
            if let Ok(bytes) = file.bytes_async().await {
                page::give(file.path(), bytes);
            }
            paths.push(file.path().to_owned());
        }
        put(Given::Dropped(paths), &context);
    });
}

/// Has the browser ask for a file.
pub(in crate::explorer) fn choose(purpose: DialogPurpose, context: Context) {
    if ask(purpose, &context).is_none() {
        put(Given::Cancelled(purpose), &context);
    }
}

/// The browser's own dialog, which it shows only for a field of the page; `None` where the page has no place for one.
fn ask(purpose: DialogPurpose, context: &Context) -> Option<()> {
    let document = super::document()?;
    let field: HtmlInputElement = document.create_element("input").ok()?.dyn_into().ok()?;
    field.set_type("file");
    field.set_id(FIELD);
    field.set_hidden(true);
    let answer = |listen: fn(DialogPurpose, HtmlInputElement, Context)| {
        let (field, context) = (field.clone(), context.clone());
        Closure::once_into_js(move || {
            field.remove();
            listen(purpose, field, context);
        })
    };
    let chosen = answer(|purpose, field, context| spawn_local(read_chosen(purpose, field, context)));
    let cancelled = answer(|purpose, _, context| put(Given::Cancelled(purpose), &context));
    field.add_event_listener_with_callback("change", chosen.unchecked_ref()).ok()?;
    field.add_event_listener_with_callback("cancel", cancelled.unchecked_ref()).ok()?;
    document.body()?.append_child(&field).ok()?;
    field.click();
    Some(())
}

/// Reads the file that was chosen. One that the browser cannot read is opened all the same, and told as one that is not there.
async fn read_chosen(purpose: DialogPurpose, field: HtmlInputElement, context: Context) {
    let Some(file) = field.files().and_then(|files| files.get(0)) else {
        return put(Given::Cancelled(purpose), &context);
    };
    let path = PathBuf::from(file.name());
    if let Ok(content) = JsFuture::from(file.array_buffer()).await {
        page::give(&path, Uint8Array::new(&content).to_vec());
    }
    put(Given::Chosen(purpose, path), &context);
}
