//! What was written, as a download.

use std::cell::RefCell;
use std::path::Path;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::document;
use crate::session::file_name;

thread_local! {
    /// The address of the last download: the browser may still be reading there.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Has the browser save a file.
pub(in crate::explorer) fn save(path: &Path, bytes: &[u8]) {
    // A browser that refuses says so itself.
    let _ = try_save(&file_name(path), bytes);
}

fn try_save(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let document = document().ok_or(JsValue::NULL)?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    match LAST.replace(Some(address)) {
        Some(before) => Url::revoke_object_url(&before),
        None => Ok(()),
    }
}
