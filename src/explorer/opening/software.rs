//! The window that the processor draws: slower, but it needs nothing of the system than a display.
//!
//! Input, clipboard, cursor, accessibility and commands to the window go through the same library as with OpenGL
//! (`egui_winit`); the frames are drawn by `layerflow_offscreen` and handed to the display as pixels.

use std::mem::take;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::UserEvent;
use egui::{Context, RawInput, ViewportBuilder, ViewportCommand, ViewportEvent, ViewportId, ViewportInfo};
use egui_winit::winit::application::ApplicationHandler;
use egui_winit::winit::event::{DeviceEvent, DeviceId, WindowEvent};
use egui_winit::winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoopProxy};
use egui_winit::winit::window::{Window, WindowId};
use egui_winit::{State, accesskit_winit, create_window, process_viewport_commands, update_viewport_info};

use super::canvas::Canvas;
use crate::explorer::ExplorerApp;

/// The least time from one frame to the next: no display shows more of them.
const FRAME_TIME: Duration = Duration::from_millis(16);
/// How often what needs no drawing is done while nothing of the window is to be seen.
const HIDDEN_TIME: Duration = Duration::from_millis(100);

/// A window that the processor draws.
pub(super) struct SoftwareWindow {
    app: ExplorerApp,
    viewport: ViewportBuilder,
    proxy: EventLoopProxy<UserEvent>,
    open: Option<OpenWindow>,
    failure: Option<String>,
}

/// The window once it is there.
struct OpenWindow {
    context: Context,
    window: Arc<Window>,
    state: State,
    info: ViewportInfo,
    canvas: Canvas,
    /// Input that no frame has had yet, since none was drawn.
    pending: RawInput,
    /// When the next frame is due.
    due: Option<Instant>,
    last_frame: Instant,
    is_shown: bool,
}

impl SoftwareWindow {
    pub(super) fn new(app: ExplorerApp, viewport: ViewportBuilder, proxy: EventLoopProxy<UserEvent>) -> Self {
        SoftwareWindow { app, viewport, proxy, open: None, failure: None }
    }

    /// Why it did not open, or had to close.
    pub(super) fn failure(&self) -> Option<String> {
        self.failure.clone()
    }

    /// Whether it has opened.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn fail(&mut self, event_loop: &ActiveEventLoop, said: String) {
        self.failure = Some(said);
        event_loop.exit();
    }

    /// Draws a frame, or does what needs no drawing where nothing of the window is to be seen.
    fn frame(&mut self, event_loop: &ActiveEventLoop) {
        let Some(open) = &mut self.open else { return };
        let input = open.input();
        let asks_to_close = input.viewport().close_requested();
        let is_visible = !open.is_shown || open.info.visible().unwrap_or(true);
        let commands = if is_visible {
            let mut output = open.context.run_ui(input, |ui| {
                self.app.logic(ui.ctx());
                self.app.ui(ui);
            });
            let platform = take(&mut output.platform_output);
            open.state.handle_platform_output_with_event_loop(&open.window, event_loop, platform);
            let commands = output.viewport_output.remove(&ViewportId::ROOT).map(|viewport| viewport.commands);
            if let Err(said) = open.canvas.draw(&open.context, output) {
                return self.fail(event_loop, said);
            }
            if !open.is_shown {
                open.window.set_visible(true);
                open.is_shown = true;
            }
            commands
        } else {
            let mut output = open.context.run_logic(&input, |context| self.app.logic(context));
            open.pending = input;
            open.state.handle_platform_output_with_event_loop(&open.window, event_loop, output.platform_output);
            output.viewport_commands.remove(&ViewportId::ROOT)
        };
        let commands = commands.unwrap_or_default();
        let is_cancelled = commands.contains(&ViewportCommand::CancelClose);
        open.info.events.clear();
        // None of the commands of this program is answered with an action.
        process_viewport_commands(&open.context, &mut open.info, commands, &open.window, &mut Vec::new());
        if asks_to_close && !is_cancelled {
            event_loop.exit();
        }
    }
}

impl OpenWindow {
    fn new(
        event_loop: &ActiveEventLoop,
        viewport: &ViewportBuilder,
        proxy: &EventLoopProxy<UserEvent>,
    ) -> Result<OpenWindow, String> {
        let context = Context::default();
        // Hidden until there is something to see in it.
        let hidden = viewport.clone().with_visible(false);
        let window = create_window(&context, event_loop, &hidden)
            .map_err(|error| format!("the display gives no window: {error}"))?;
        let window = Arc::new(window);
        let mut info = ViewportInfo::default();
        update_viewport_info(&mut info, &context, &window, true);
        let scale = Some(window.scale_factor() as f32);
        let max_side = Some(layerflow_offscreen::MAX_SIDE as usize);
        let mut state = State::new(context.clone(), ViewportId::ROOT, event_loop, scale, window.theme(), max_side);
        state.init_accesskit(event_loop, &window, proxy.clone());
        let canvas = Canvas::new(event_loop.owned_display_handle(), window.clone())?;
        let waker = proxy.clone();
        context.set_request_repaint_callback(move |request| {
            // Where the loop has ended there is nothing to draw.
            let _ = waker.send_event(UserEvent::RequestRepaint {
                viewport_id: request.viewport_id,
                when: Instant::now() + request.delay,
                cumulative_pass_nr: request.current_cumulative_pass_nr,
            });
        });
        let (pending, last_frame) = (RawInput::default(), Instant::now());
        Ok(OpenWindow { context, window, state, info, canvas, pending, due: None, last_frame, is_shown: false })
    }

    /// What has come in since the last frame.
    fn input(&mut self) -> RawInput {
        self.last_frame = Instant::now();
        update_viewport_info(&mut self.info, &self.context, &self.window, false);
        let mut input = take(&mut self.pending);
        input.append(self.state.take_egui_input(&self.window));
        input.viewports = std::iter::once((ViewportId::ROOT, self.info.clone())).collect();
        input
    }

    /// Asks for a frame no later than `when`, and no sooner than frames are drawn.
    fn draw_by(&mut self, when: Instant) {
        let is_seen = self.info.visible().unwrap_or(true);
        let when = when.max(self.last_frame + if is_seen { FRAME_TIME } else { HIDDEN_TIME });
        self.due = Some(self.due.map_or(when, |due| due.min(when)));
    }

    fn on_accessibility(&mut self, event: &accesskit_winit::WindowEvent) {
        match event {
            accesskit_winit::WindowEvent::InitialTreeRequested => self.context.enable_accesskit(),
            accesskit_winit::WindowEvent::ActionRequested(request) => {
                self.state.on_accesskit_action_request(request.clone());
            }
            accesskit_winit::WindowEvent::AccessibilityDeactivated => return self.context.disable_accesskit(),
        }
        self.draw_by(Instant::now());
    }
}

impl ApplicationHandler<UserEvent> for SoftwareWindow {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.open.is_none() {
            match OpenWindow::new(event_loop, &self.viewport, &self.proxy) {
                Ok(open) => self.open = Some(open),
                Err(said) => return self.fail(event_loop, said),
            }
        }
        self.frame(event_loop);
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(open) = &mut self.open else { return };
        match &event {
            WindowEvent::RedrawRequested => return self.frame(event_loop),
            WindowEvent::Occluded(is_occluded) => open.info.occluded = Some(*is_occluded),
            WindowEvent::CloseRequested => {
                open.info.events.push(ViewportEvent::Close);
                open.draw_by(Instant::now());
            }
            _ => {}
        }
        if open.state.on_window_event(&open.window, &event).repaint {
            open.draw_by(Instant::now());
        }
    }

    fn user_event(&mut self, _: &ActiveEventLoop, event: UserEvent) {
        let Some(open) = &mut self.open else { return };
        match event {
            UserEvent::RequestRepaint { when, cumulative_pass_nr, viewport_id } => {
                let drawn = open.context.cumulative_pass_nr_for(viewport_id);
                // An older request was answered by the frames drawn since.
                if drawn <= cumulative_pass_nr + 1 {
                    open.draw_by(when);
                }
            }
            UserEvent::AccessKitActionRequest(request) => open.on_accessibility(&request.window_event),
        }
    }

    fn device_event(&mut self, _: &ActiveEventLoop, _: DeviceId, event: DeviceEvent) {
        if let (DeviceEvent::MouseMotion { delta }, Some(open)) = (event, &mut self.open)
            && open.state.on_mouse_motion(delta)
        {
            open.draw_by(Instant::now());
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let Some(open) = &mut self.open else { return };
        if open.due.is_some_and(|due| due <= Instant::now()) {
            open.due = None;
            if open.info.visible().unwrap_or(true) {
                open.window.request_redraw();
            } else {
                // A window of which nothing is to be seen may be asked for no frame.
                return self.frame(event_loop);
            }
        }
        event_loop.set_control_flow(open.due.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }

    fn exiting(&mut self, _: &ActiveEventLoop) {
        self.app.end();
    }
}
