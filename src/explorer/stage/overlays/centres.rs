//! The centres of the classes in the grand tour: a plane turns as the mouse drags one of them, which stays under it.

use egui::{Align2, CursorIcon, Rect, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use nalgebra::{DMatrix, DVector};

use crate::dataset::Labels;
use crate::explorer::stage::input::StageInput;
use crate::explorer::stage::points::styles;
use crate::explorer::stage::screen_transform::ScreenTransform;
use crate::explorer::theme::{self, Palette, THICK};
use crate::flow::SampledPath;
use crate::session::{Colouring, Scene, ViewCommand, ViewPose};

/// More centres than this would hide each other and the data.
const MAX: usize = 20;
/// The radius of a centre's mark, and the side of the square in which it can be taken, in screen points.
const RADIUS: f32 = 6.0;
const GRIP: f32 = 20.0;

/// Draws the centre of each class that is shown, to be dragged. `directions` (m × d) are those among which the tour turns,
/// `path` the centres' way.
pub fn handles(
    ui: &Ui,
    transform: &ScreenTransform,
    (input, scene, pose): (&StageInput<'_>, &Scene, &ViewPose),
    (directions, path): (&DMatrix<f64>, &SampledPath),
    commands: &mut Vec<ViewCommand>,
) {
    let Labels::Classes { names, .. } = &scene.dataset.labels else { return };
    if names.len() > MAX || path.samples() != names.len() {
        return;
    }
    let painter = ui.painter_at(transform.rect);
    let palette = Palette::from_ui(ui);
    let filter = &input.view.points.filter;
    let mut positions = Vec::new();
    path.project(&scene.flow, input.t, &pose.rows, &mut positions);
    for (class, (index, name)) in positions.iter().zip(names).enumerate() {
        let Some((at, _)) = transform.place_f32(*index).filter(|_| !filter.hides(Colouring::Label, class)) else {
            continue;
        };
        let grip = Rect::from_center_size(at, vec2(GRIP, GRIP));
        let response = ui.interact(grip, ui.scope_id().with(("centre", class)), Sense::drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, format!("Centre of class {name}")));
        let taken = response.dragged() || response.hovered();
        let (colour, _) = styles::group_look(Colouring::Label, class, palette);
        painter.circle(at, RADIUS, colour, Stroke::new(THICK, if taken { palette.highlight } else { palette.ink }));
        let beside = at + vec2(RADIUS + THICK, 0.0);
        painter.text(beside, Align2::LEFT_CENTER, name, theme::small_font(), palette.ink);
        if let Some(to) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            let position = path.position(&scene.flow, input.t, class).into_iter().map(f64::from);
            let vector = directions * DVector::from_iterator(directions.ncols(), position);
            commands.push(ViewCommand::PullTour { vector: vector.as_slice().to_vec(), to: transform.in_the_plane(to) });
        } else {
            response
                .on_hover_text(format!("The centre of class {name}: drag it to turn the plane so that it follows."));
        }
        if taken {
            ui.ctx().set_cursor_icon(CursorIcon::Grab);
        }
    }
}
