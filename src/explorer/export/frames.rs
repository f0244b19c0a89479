//! The frames of a picture or a film: a session of its own is brought to each time and drawn until nothing changes any more.

use egui::{Color32, Context, FullOutput, RawInput, Rect, Theme, Ui};
use layerflow_offscreen::Offscreen;

use super::cut::cut;
use crate::explorer::contents::{WindowContents, stage_input};
use crate::explorer::export::svg;
use crate::explorer::theme;
use crate::media::{Frame, MediaError, MediaKind};
use crate::progress::Progress;
use crate::session::{
    Camera, Command, DerivedKind, Effect, Figure, Outcome, PictureSettings, PictureSubject, PictureTimes,
    PlaybackCommand, Session, Tour,
};

/// A layout, and trails that are filled over several frames, rest after at most so many.
const MAX_PASSES: usize = 40;
/// The first frame of a layout is only measured.
const MIN_FIRST_PASSES: usize = 3;
/// What is computed for a frame may ask for more, so often at most.
const MAX_ROUNDS: usize = 16;
/// The longest step of the clock that the tour takes at once.
const LONGEST_STEP: f64 = 0.1;
/// Seconds after which everything that is wanted may be asked for.
const LONG: f64 = 1e3;

/// What draws the frames.
pub(super) struct FrameSource {
    context: Context,
    screen: Offscreen,
    session: Session,
    contents: WindowContents,
    settings: PictureSettings,
    figure: Figure,
    camera: Camera,
    tour: Tour,
    /// Seconds since the first frame, for what moves by itself; it never goes back.
    clock: f64,
}

impl FrameSource {
    /// The frames of `session`, which must be one of its own.
    pub(super) fn new(session: Session, settings: PictureSettings) -> Result<FrameSource, MediaError> {
        let refused = |error: layerflow_offscreen::Error| MediaError::Draw(error.to_string());
        let mut screen = Offscreen::new(settings.pixels(), settings.scale).map_err(refused)?;
        // In a document of vectors what shines through a picture is drawn behind it.
        if settings.theme.is_transparent() || settings.kind == MediaKind::Svg {
            screen = screen.with_background(Color32::TRANSPARENT);
        }
        let context = Context::default();
        theme::install(&context);
        context.set_theme(if settings.theme.is_dark() { Theme::Dark } else { Theme::Light });
        // What fades in would be half there in the first frame.
        context.all_styles_mut(|style| style.animation_time = 0.0);
        let figure = Figure { is_transparent: settings.theme.is_transparent(), ..settings.figure.clone() };
        let (camera, tour) = (session.view.camera, session.view.tour.clone());
        let contents = WindowContents::default();
        Ok(FrameSource { context, screen, session, contents, settings, figure, camera, tour, clock: 0.0 })
    }

    /// Draws a frame by its number; `progress` hears what is computed for it.
    pub(super) fn draw(&mut self, number: usize, progress: &mut Progress<'_>) -> Result<Frame, MediaError> {
        let output = self.output(number, progress)?;
        let picture = self.screen.draw(&self.context, output);
        Ok(Frame { size: [picture.width(), picture.height()], rgba: picture.to_rgba() })
    }

    /// The first frame as vectors.
    pub(super) fn vectors(&mut self, progress: &mut Progress<'_>) -> Result<String, MediaError> {
        let mut output = self.output(0, progress)?;
        self.screen.update_textures(&mut output.textures_delta);
        let (size, pixels, points) = (self.settings.size, self.settings.pixels(), self.contents.stage.point_texture());
        let pixels_per_point = output.pixels_per_point;
        let FrameSource { context, screen, .. } = self;
        let mut raster = |shape: &egui::epaint::ClippedShape, part: Rect| {
            let painted = FullOutput { shapes: vec![shape.clone()], pixels_per_point, ..FullOutput::default() };
            cut(&screen.draw(context, painted), part, pixels_per_point)
        };
        Ok(svg::document(size, pixels, &output.shapes, points, &mut raster))
    }

    /// The shapes of a frame.
    fn output(&mut self, number: usize, progress: &mut Progress<'_>) -> Result<FullOutput, MediaError> {
        self.seek(number);
        self.compute(progress)?;
        let least = if number == 0 { MIN_FIRST_PASSES } else { 1 };
        let mut output: Option<FullOutput> = None;
        for pass in 0..MAX_PASSES {
            let next = self.pass();
            let rests = next.viewport_output.values().all(|viewport| !viewport.repaint_delay.is_zero());
            match &mut output {
                Some(output) => output.append(next),
                None => output = Some(next),
            }
            if rests && pass + 1 >= least {
                break;
            }
        }
        output.ok_or(MediaError::Cancelled)
    }

    /// Brings the session to a frame: its time, the camera, and what moves by itself.
    fn seek(&mut self, number: usize) {
        let (t, seconds, turned) = match &self.settings.times {
            PictureTimes::At(t) => (*t, 0.0, 0.0),
            PictureTimes::Film(film) => {
                // After a whole turn the film begins where it ended.
                let turned = number as f64 / film.frames().max(1) as f64;
                (film.t(number, self.session.boundaries()), 1.0 / film.rate, turned)
            }
        };
        if number == 0 {
            self.session.view.tour = self.tour.clone();
            self.contents = WindowContents::default();
        } else {
            self.clock += seconds;
            let mut left = seconds;
            while left > 0.0 {
                self.session.advance(left.min(LONGEST_STEP));
                left -= LONGEST_STEP;
            }
        }
        self.session.apply(Command::Playback(PlaybackCommand::Seek(t)));
        self.session.view.camera = self.camera;
        self.session.view.camera.turn(self.settings.turn * turned, 0.0);
    }

    /// Computes what the frame shows beside the data, here and now.
    fn compute(&mut self, progress: &mut Progress<'_>) -> Result<(), MediaError> {
        for _ in 0..MAX_ROUNDS {
            let mut is_complete = true;
            for effect in self.session.watch_derived(LONG) {
                let Effect::Derive(job) = effect else { continue };
                if !self.shows(job.kind) {
                    continue;
                }
                is_complete = false;
                let mut goes_on = true;
                let output = job.run(&mut |share, text| {
                    goes_on = progress(share, text);
                    goes_on
                });
                if !goes_on {
                    return Err(MediaError::Cancelled);
                }
                self.session.receive(Outcome::Derived(output));
            }
            if is_complete {
                break;
            }
        }
        Ok(())
    }

    /// Whether a result is in the picture.
    fn shows(&self, kind: DerivedKind) -> bool {
        let on_the_stage = matches!(
            kind,
            DerivedKind::Refined
                | DerivedKind::Field
                | DerivedKind::GradientArrows
                | DerivedKind::PerturbedPoint
                | DerivedKind::Grabbed
                | DerivedKind::NetworkComparison
        );
        on_the_stage || self.settings.subject == PictureSubject::Window
    }

    fn pass(&mut self) -> FullOutput {
        let input = RawInput { system_theme: None, ..self.screen.input(self.clock) };
        let FrameSource { context, session, contents, settings, figure, .. } = self;
        context.run_ui(input, |ui: &mut Ui| match settings.subject {
            // What widgets ask for is for a window.
            PictureSubject::Stage => {
                let mut input = stage_input(session, None);
                input.figure = Some(figure);
                drop(contents.stage.show(ui, &input));
            }
            PictureSubject::Window => {
                session.window.fit(ui.available_width());
                drop(contents.show(ui, session, &[]));
            }
        })
    }
}
