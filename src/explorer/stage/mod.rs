//! The stage: one or two views of the data at the time t, under the strip that chooses what is compared.

mod input;
mod interaction;
mod notes;
mod overlays;
mod pane;
mod points;
mod screen_transform;
mod source;
mod toolbar;

use std::sync::Arc;

use egui::{Context, Rect, Response, RichText, Sense, TextureHandle, Ui, vec2};

use crate::explorer::theme::{GAP, Palette};
use crate::session::{
    Compare, EditCommand, Facing, Fit, Frame, Pairing, PointCommand, Projection, Scene, ViewCommand, ViewPose,
};
pub use input::StageInput;
use overlays::captions::CaptionCache;
use overlays::frame_times::FrameTimes;
pub use overlays::refusal::overlay_refusal;
use pane::{Buffers, Pane};
pub use points::mesh_points::{MeshPoint, mesh_points};
use points::pictures::Atlas;
use points::sprites::Sprites;
use points::stamps;
use points::styles::PointStyles;
use source::Source;

/// Seconds in which one projection turns into another.
const TURNING_SECONDS: f64 = 1.2;

/// The stage's memory from frame to frame: the point texture, and what need not be computed again for each frame.
#[derive(Default)]
pub struct Stage {
    texture: Option<TextureHandle>,
    sprites: Option<Arc<Sprites>>,
    fitted: Option<Fitted>,
    atlas: Option<Atlas>,
    turning: ProjectionTransition,
    /// Whether the picture turned to the data in the frame before.
    turned_to_data: bool,
    frame_times: FrameTimes,
    buffers: [Buffers; 2],
    /// What of the space fills the view while a pen is in hand: the sheet rests while it is drawn on.
    held: Option<(Projection, Fit)>,
    captions: CaptionCache,
}

/// What depends on the scene and the choices but not on the time.
struct Fitted {
    scene: Arc<Scene>,
    projection: Projection,
    frame: Frame,
    styles: PointStyles,
}

impl Stage {
    /// Whether a box or a lasso is being drawn.
    pub fn selecting(&self) -> bool {
        self.buffers.iter().any(Buffers::selecting)
    }

    /// What was drawn by hand since the last call.
    pub fn take_edits(&mut self) -> Vec<EditCommand> {
        self.buffers.iter_mut().flat_map(Buffers::take_edits).collect()
    }

    /// Has points drawn by the GPU from now on: the stage is in a window that has one.
    pub fn draw_on_gpu(&mut self, context: &Context) {
        self.sprites = Some(Arc::new(Sprites::new(context.clone())));
    }

    /// The texture of the points' shapes, once it is made.
    pub fn point_texture(&self) -> Option<egui::TextureId> {
        self.texture.as_ref().map(TextureHandle::id)
    }

    /// Whether points are drawn by the GPU.
    pub fn draws_on_gpu(&self) -> bool {
        self.sprites.is_some()
    }

    /// Draws the stage into all the room that `ui` has, and tells what the user asked for.
    pub fn show(&mut self, ui: &mut Ui, input: &StageInput<'_>) -> Vec<ViewCommand> {
        let mut commands = Vec::new();
        let Some(scene) = input.scene else {
            empty(ui, input.opening);
            return commands;
        };
        if input.figure.is_none() && !input.presents {
            toolbar::show(ui, input, scene, &mut commands);
        }
        let room = ui.available_rect_before_wrap();
        let dark = ui.visuals().dark_mode;
        let fits = |fitted: &Fitted| Arc::ptr_eq(&fitted.scene, scene) && fitted.projection == input.view.projection;
        let same_scene = self.fitted.as_ref().is_some_and(|fitted| Arc::ptr_eq(&fitted.scene, scene));
        if !self.fitted.as_ref().is_some_and(fits) {
            self.turning.begin(same_scene);
        }
        // Back to the data, and back to the first direction, leads a way, not a jump.
        let turns_to_data = input.view.camera.facing == Facing::Data;
        if turns_to_data && !self.turned_to_data && same_scene {
            self.turning.begin(same_scene);
        }
        self.turned_to_data = turns_to_data;
        let fitted = match self.fitted.take().filter(fits) {
            Some(fitted) => fitted,
            None => Fitted {
                scene: Arc::clone(scene),
                projection: input.view.projection,
                frame: scene.extent.frame(input.view.projection),
                styles: PointStyles::new(scene, &input.view.points, dark),
            },
        };
        let fitted = self.fitted.insert(fitted);
        if !fitted.styles.fit(&input.view.points, dark) {
            fitted.styles = PointStyles::new(scene, &input.view.points, dark);
        }
        let texture = self.texture.get_or_insert_with(|| stamps::texture(ui.ctx()));
        let plain = Source::Plain(Arc::clone(scene));
        let resnet = input.refined.map(|refined| Source::ResNet(Arc::clone(refined)));
        self.atlas = Atlas::wanted(self.atlas.take(), ui.ctx(), scene, &input.view.points);
        let atlas = self.atlas.as_ref();
        let frame = &fitted.frame;
        let pose = frame.pose(input.t, input.view);
        let fit = pose.fit;
        let held = self.held.filter(|(projection, _)| *projection == input.view.projection).map(|(_, held)| held);
        self.held = input.pen.map(|_| (input.view.projection, held.unwrap_or(fit)));
        let fit = self.held.map_or(fit, |(_, held)| held);
        let wanted = ViewPose { fit, ..pose };
        let (pose, turning) = self.turning.advance(ui, wanted);
        let caption = self.captions.at(scene, input.t);
        let can_draw = |sprites: &&Arc<Sprites>| atlas.is_none() && sprites.take(scene.dataset.samples());
        let (styles, sprites) = (&fitted.styles, self.sprites.as_ref().filter(can_draw));
        let view = Pane { input, scene, frame, pose: &pose, turning, styles, texture, atlas, sprites, caption };
        let [first, second] = &mut self.buffers;
        let other = input.compared.map(|compared| Source::Counterpart(Arc::clone(compared)));
        let pairing = input.view.pairing.filter(|_| input.has_counterpart);
        let resting = match (pairing, input.view.compare) {
            (Some(Pairing::SideBySide), _) => {
                let [left, right] = halves(room);
                let resting = view.show(ui, left, &[plain], first, &mut commands);
                resting.or(view.show(ui, right, other.as_slice(), second, &mut commands))
            }
            (Some(Pairing::Overlay), _) => {
                let both: Vec<Source> = std::iter::once(plain).chain(other).collect();
                view.show(ui, room, &both, first, &mut commands)
            }
            (Some(Pairing::Morph), _) => {
                let way = |compared| Source::Morph(Arc::clone(scene), Arc::clone(compared), input.view.morph);
                view.show(ui, room, input.compared.map(way).as_slice(), first, &mut commands)
            }
            (None, Compare::Plain) => view.show(ui, room, &[plain], first, &mut commands),
            (None, Compare::ResNet) => view.show(ui, room, resnet.as_slice(), first, &mut commands),
            (None, Compare::SideBySide) => {
                let [left, right] = halves(room);
                let resting = view.show(ui, left, &[plain], first, &mut commands);
                resting.or(view.show(ui, right, resnet.as_slice(), second, &mut commands))
            }
            (None, Compare::Overlay) => {
                let both: Vec<Source> = std::iter::once(plain).chain(resnet).collect();
                view.show(ui, room, &both, first, &mut commands)
            }
        };
        if input.frame_time {
            let points = match (atlas, sprites) {
                (Some(_), _) => "pictures",
                (None, Some(_)) => "sprites",
                (None, None) => "triangles",
            };
            self.frame_times.show(ui, room, points);
        } else {
            self.frame_times.clear();
        }
        if resting != input.view.points.resting {
            commands.push(ViewCommand::Points(PointCommand::Rest(resting)));
        }
        ui.advance_cursor_after_rect(room);
        commands
    }
}

/// The two halves of a room, with a gap between them.
fn halves(room: Rect) -> [Rect; 2] {
    let (left, right) = room.split_left_right_at_fraction(0.5);
    let gap = vec2(GAP / 2.0, 0.0);
    [Rect::from_min_max(left.min, left.max - gap), Rect::from_min_max(right.min + gap, right.max)]
}

/// The way from the projection before to the one that is chosen.
#[derive(Default)]
struct ProjectionTransition {
    /// What was drawn last.
    last: Option<ViewPose>,
    /// Where the way began, and the share of it that is done.
    from: Option<(ViewPose, f64)>,
}

impl ProjectionTransition {
    /// Sets out from what was drawn last; from nowhere where that was another scene.
    fn begin(&mut self, same_scene: bool) {
        self.from = self.last.take().filter(|_| same_scene).map(|last| (last, 0.0));
    }

    /// What is drawn in this frame on the way to `wanted`, and whether there is still a way to go.
    fn advance(&mut self, ui: &Ui, wanted: ViewPose) -> (ViewPose, bool) {
        let seconds = f64::from(ui.input(|input| input.unstable_dt)).clamp(0.0, 0.1);
        let under_way = self.from.take().and_then(|(from, share)| {
            let share = share + seconds / TURNING_SECONDS;
            let pose = (share < 1.0).then(|| from.toward(&wanted, share * share * (3.0 - 2.0 * share)))??;
            Some((from, share, pose))
        });
        let turning = under_way.is_some();
        let pose = match under_way {
            Some((from, share, pose)) => {
                self.from = Some((from, share));
                ui.ctx().request_repaint();
                pose
            }
            None => wanted,
        };
        self.last = Some(pose.clone());
        (pose, turning)
    }
}

fn empty(ui: &mut Ui, opening: Option<&str>) {
    let palette = Palette::from_ui(ui);
    let (rect, response): (Rect, Response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, palette.stage);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Stage: nothing is open"));
    let mut centred = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink(2.0 * GAP)));
    centred.vertical_centered(|ui| {
        ui.add_space((rect.height() * 0.4).max(0.0));
        match opening {
            Some(name) => {
                ui.label(RichText::new(format!("Opening {name} …")).heading());
                ui.label("Its layers are being decomposed; the bar below shows how far it is.");
            }
            None => {
                ui.label(RichText::new("No network is open").heading());
                ui.label("Open one with File ▸ Open network… (Ctrl+O), or drop a file on this window.");
            }
        }
    });
}
