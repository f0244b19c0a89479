//! The explorer in a browser's page: files come by drop and by the browser's dialog, and what is written is saved as a download.

use std::path::PathBuf;

use eframe::{CreationContext, WebOptions, WebRunner};
use egui::Context;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlCanvasElement;

use super::page::{self, Given};
use super::{ExplorerApp, Startup};
use crate::io;
use crate::session::{Command, DialogAnswer, DialogPurpose, Outcome};
use crate::system::panics;

/// The element that the explorer is drawn on.
const CANVAS: &str = "layerflow";

/// Opens the explorer in this page.
pub fn start() {
    panics::install();
    let Some(document) = page::document() else { return };
    let canvas = document.get_element_by_id(CANVAS).and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok());
    let Some(canvas) = canvas else { return page::say(&format!("This page has no canvas called “{CANVAS}”.")) };
    spawn_local(async move {
        let create = |creation: &CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
            let mut app = ExplorerApp::new(Startup::default());
            app.begin_first_start();
            if creation.gl.is_some() {
                app.draw_on_gpu(&creation.egui_ctx);
            }
            Ok(Box::new(app))
        };
        match WebRunner::new()
            .start(canvas, WebOptions { dithering: false, ..WebOptions::default() }, Box::new(create))
            .await
        {
            Ok(()) => page::say(""),
            Err(_) => {
                page::say("This browser draws no WebGL, which the explorer needs: allow it, or take another browser.")
            }
        }
    });
}

impl ExplorerApp {
    /// Takes what the browser gave, and gives it what was written.
    pub(super) fn serve_page(&mut self, ctx: &Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        if !dropped.is_empty() {
            page::read_dropped(dropped, ctx.clone());
        }
        for given in page::take() {
            match given {
                Given::Dropped(paths) => self.command(Command::OpenFiles(paths)),
                Given::Chosen(purpose, path) => self.answer(purpose, DialogAnswer::Chosen(path)),
                Given::Cancelled(purpose) => self.answer(purpose, DialogAnswer::Cancelled),
            }
        }
        for (path, bytes) in io::page::take_written() {
            page::save(&path, &bytes);
        }
    }

    /// Has the browser ask for a file to be read. What is written gets the name that it would be offered under: where it goes is
    /// asked by the browser.
    pub(super) fn ask_page(&mut self, purpose: DialogPurpose, name: &str) {
        match (purpose, self.context.get()) {
            // The ending of its name says how numbers are written.
            (DialogPurpose::SaveNumbers(_), _) | (_, None) => self.answer(purpose, DialogAnswer::Unavailable),
            (_, Some(context)) if !purpose.writes() => page::choose(purpose, context.clone()),
            _ => self.answer(purpose, DialogAnswer::Chosen(PathBuf::from(name))),
        }
    }

    fn answer(&mut self, purpose: DialogPurpose, answer: DialogAnswer) {
        self.receive(Outcome::Answer(purpose, answer));
    }
}
