//! The window that OpenGL draws, through the window library. Where there is no OpenGL it gives the app back.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::{CreationContext, EframeWinitApplication, NativeOptions, UserEvent};
use egui::ViewportBuilder;
use egui_winit::winit::application::ApplicationHandler;
use egui_winit::winit::event::{DeviceEvent, DeviceId, StartCause, WindowEvent};
use egui_winit::winit::event_loop::{ActiveEventLoop, EventLoop};
use egui_winit::winit::window::WindowId;

use crate::explorer::ExplorerApp;
use crate::system::panics::catching;

/// A window that OpenGL draws.
pub(super) struct AcceleratedWindow {
    library: EframeWinitApplication<'static>,
    /// The app until the window library takes it over, which it does once it has OpenGL.
    waiting: Rc<RefCell<Option<ExplorerApp>>>,
    /// What a panic said before.
    panic: Option<String>,
}

impl AcceleratedWindow {
    pub(super) fn new(app: ExplorerApp, viewport: ViewportBuilder, event_loop: &EventLoop<UserEvent>) -> Self {
        let options =
            NativeOptions { viewport, renderer: eframe::Renderer::Glow, dithering: false, ..NativeOptions::default() };
        let waiting = Rc::new(RefCell::new(Some(app)));
        let source = waiting.clone();
        let create = move |creation: &CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
            let mut app = source.borrow_mut().take().ok_or("the window was opened twice")?;
            if creation.gl.is_some() {
                app.draw_on_gpu(&creation.egui_ctx);
            }
            Ok(Box::new(app))
        };
        let library = eframe::create_native("layerflow", options, Box::new(create), event_loop);
        AcceleratedWindow { library, waiting, panic: None }
    }

    /// The app with what a panic said, where the window never opened.
    pub(super) fn into_unopened(self) -> Option<(ExplorerApp, Option<String>)> {
        let app = self.waiting.borrow_mut().take()?;
        Some((app, self.panic))
    }
}

impl ApplicationHandler<UserEvent> for AcceleratedWindow {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.waiting.borrow().is_none() {
            return self.library.resumed(event_loop);
        }
        // The window is made here. The loop must go on after a panic, so that another window can be made.
        if let Err(panic) = catching(|| self.library.resumed(event_loop)) {
            self.panic = Some(panic.message);
            event_loop.exit();
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, window: WindowId, event: WindowEvent) {
        self.library.window_event(event_loop, window, event);
    }

    fn new_events(&mut self, event_loop: &ActiveEventLoop, cause: StartCause) {
        self.library.new_events(event_loop, cause);
    }

    fn user_event(&mut self, event_loop: &ActiveEventLoop, event: UserEvent) {
        self.library.user_event(event_loop, event);
    }

    fn device_event(&mut self, event_loop: &ActiveEventLoop, device: DeviceId, event: DeviceEvent) {
        self.library.device_event(event_loop, device, event);
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        self.library.about_to_wait(event_loop);
    }

    fn suspended(&mut self, event_loop: &ActiveEventLoop) {
        self.library.suspended(event_loop);
    }

    fn exiting(&mut self, event_loop: &ActiveEventLoop) {
        self.library.exiting(event_loop);
    }

    fn memory_warning(&mut self, event_loop: &ActiveEventLoop) {
        self.library.memory_warning(event_loop);
    }
}
