//! One view of the stage: what is drawn, in which order, and what the mouse does there.

use std::sync::Arc;

use egui::{Painter, Pos2, Rect, Response, Sense, Stroke, TextureHandle, Ui};

use super::input::StageInput;
use super::interaction::grab::GrabTool;
use super::interaction::hover;
use super::interaction::navigation;
use super::interaction::pen::{PenPlane, PenTool};
use super::interaction::region_selection::{self, RegionSelection};
use super::overlays::areas;
use super::overlays::axes;
use super::overlays::captions;
use super::overlays::centres;
use super::overlays::field::{self, Background};
use super::overlays::gradient_arrows;
use super::overlays::grid;
use super::overlays::legend;
use super::overlays::marks;
use super::overlays::motion;
use super::overlays::probe;
use super::overlays::trails::Trails;
use super::overlays::velocity;
use super::points::cloud::Cloud;
use super::points::cloud_style::CloudStyle;
use super::points::pictures::{Atlas, Card};
use super::points::sprites::Sprites;
use super::points::stamps;
use super::points::styles::PointStyles;
use super::screen_transform::ScreenTransform;
use super::source::Source;
use super::toolbar::projection;
use crate::explorer::panels::refinement::controls::kind_label;
use crate::explorer::theme::{self, GAP, Palette};
use crate::flow::LayerFlow;
use crate::resnet::{Integrator, Refinement};
use crate::session::{
    Caption, Compare, EditCommand, Figure, Frame, Neighbours, Overlay, Pairing, Particles, Pen, PointCommand,
    ProbeCommand, Region, Scene, Tool, VelocityPicture, ViewCommand, ViewPose, nearest,
};

/// How near the mouse must be to a point to mean it.
const REACH: f32 = 10.0;
/// How strong the lines to the neighbours of a point are.
const NEIGHBOUR_LINE: f32 = 0.6;

/// What all views of one frame share.
pub struct Pane<'a> {
    /// What the stage shows.
    pub input: &'a StageInput<'a>,
    /// The open scene.
    pub scene: &'a Arc<Scene>,
    /// The fitted projection.
    pub frame: &'a Frame,
    /// How it is looked at in this frame.
    pub pose: &'a ViewPose,
    /// Whether the picture is on its way from another projection.
    pub turning: bool,
    /// What each point looks like.
    pub styles: &'a PointStyles,
    /// The point shapes.
    pub texture: &'a TextureHandle,
    /// The pictures of points that are drawn as such.
    pub atlas: Option<&'a Atlas>,
    /// What the GPU draws the points by, where it does.
    pub sprites: Option<&'a Arc<Sprites>>,
    /// What happens now, in a sentence.
    pub caption: &'a Caption,
}

/// Buffers of one view, kept so that a frame does not allocate them anew.
#[derive(Default)]
pub struct Buffers {
    background: Background,
    particles: Particles,
    region: RegionSelection,
    pen: PenTool,
    grab: GrabTool,
    card: Card,
    /// The first group that the legend shows.
    legend: usize,
    layers: [LayerBuffers; 2],
}

#[derive(Default)]
struct LayerBuffers {
    /// Where the lines of error begin or end.
    ends: Vec<[f32; 3]>,
    grid: Vec<[f32; 3]>,
    cloud: Cloud,
    trails: Trails,
}

impl Buffers {
    /// Whether a box or a lasso is being drawn.
    pub fn selecting(&self) -> bool {
        self.region.running()
    }

    /// What was drawn by hand since the last call.
    pub fn take_edits(&mut self) -> Vec<EditCommand> {
        self.pen.take()
    }

    /// The samples drawn inside a region.
    fn inside(&self, region: &Region, layers: usize) -> Vec<usize> {
        let Some([low, high]) = region.bounds() else { return Vec::new() };
        let bounds = Region::Box([low, high]);
        let drawn = self.layers.iter().take(layers).flat_map(|layer| layer.cloud.drawn());
        let inside = drawn.filter(|placed| bounds.contains(placed.at) && region.contains(placed.at));
        inside.map(|placed| placed.sample as usize).collect()
    }
}

impl Pane<'_> {
    /// Draws `sources` (the exact flow, its ResNet, or one over the other) into `rect`. Gives the sample that the mouse
    /// rests on.
    pub fn show(
        &self,
        ui: &mut Ui,
        rect: Rect,
        sources: &[Source],
        buffers: &mut Buffers,
        commands: &mut Vec<ViewCommand>,
    ) -> Option<usize> {
        let name = match sources {
            [Source::Plain(_)] => "plain net",
            [Source::ResNet(_)] => "ResNet",
            [Source::Counterpart(_)] => "other network",
            [Source::Morph(..)] => "on the way to the other network",
            [_, Source::Counterpart(_)] => "both networks",
            [] if self.is_paired() => "other network, not ready",
            [] => "ResNet, not ready",
            _ => "plain net and ResNet",
        };
        let response = ui.interact(rect, ui.scope_id().with(("stage", name)), Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, format!("Stage: {name}")));
        let painter = ui.painter_at(rect);
        let palette = Palette::from_ui(ui);
        if !self.input.figure.is_some_and(|figure| figure.is_transparent) {
            match self.sprites {
                Some(_) => painter.add(Sprites::ground(rect, palette.stage)),
                None => painter.rect_filled(rect, 0.0, palette.stage),
            };
        }
        let transform = ScreenTransform::for_pose(self.pose, rect);
        // A pen takes the place of the tools that pan and select.
        let pen = self.input.pen.map(|pen| (pen, &self.input.view.pen));
        let drawing = pen.zip(PenPlane::new(&transform, &self.pose.rows)).filter(|_| !sources.is_empty());
        let pointer = navigation::PointerUse { tool: self.input.view.points.tool, is_drawing: drawing.is_some() };
        let zoom = self.input.view.camera.zoom;
        commands.extend(navigation::follow(ui, &response, (&transform, zoom), pointer, self.frame.space));
        let settings = &self.input.view.points;

        self.project(ui, sources, buffers);
        let plain = sources.iter().any(|source| matches!(source, Source::Plain(_)));
        if plain && !self.turning {
            self.draw_field(ui, &painter, &transform, buffers);
        }
        self.draw_lines(&painter, palette, &transform, sources, buffers);
        match self.frame.tour_directions() {
            Some(directions) => {
                projection::handles(ui, &transform, self.pose, (directions, &self.frame.labels), commands);
            }
            None if self.turning || !self.says(|figure| figure.axes) => {}
            None => axes::axes(&painter, palette, &transform, &self.axis_names()),
        }
        if let ([first, second], [_, _]) = (&buffers.layers, sources) {
            grid::error_lines(&painter, palette, &transform, &first.ends, &second.ends);
        }
        let (rows, origin) = transform.on_screen(&self.pose.rows);
        for (source, layer) in sources.iter().zip(&mut buffers.layers).rev() {
            // Where both are shown the plain net is what is compared to: the ResNet is drawn through it.
            let ghost = sources.len() > 1 && matches!(source, Source::Plain(_));
            let (styles, texture, atlas, sprites) = (self.styles, self.texture, self.atlas, self.sprites);
            let radius = self.input.figure.and_then(|figure| figure.point_radius).unwrap_or(theme::POINT_RADIUS);
            let style = CloudStyle { styles, texture, atlas, sprites, palette, radius, ghost };
            let projector = source.projector(self.scene, self.input.t, &rows).moved_by(origin);
            painter.extend(layer.cloud.shapes(&transform, &projector, style));
            let drawn = layer.cloud.drawn();
            painter.extend(stamps::rings(drawn, &settings.selection, self.texture, palette.highlight));
        }
        if let (Some(directions), Some(source)) = (self.frame.tour_directions(), sources.first()) {
            let seen = (self.input, &**self.scene, self.pose);
            centres::handles(ui, &transform, seen, (directions, source.class_centres()), commands);
        }
        if plain {
            let seen = (self.input, &**self.scene, self.pose);
            gradient_arrows::draw(&painter, &transform, seen, self.styles);
            probe::draw(&painter, palette, &transform, seen);
        }
        let draws_motion = self.input.view.shows(Overlay::Motion) && self.input.view.hovered.is_none() && !self.turning;
        if draws_motion && drawing.is_none() {
            motion::draw(&painter, palette, &transform, (self.input, self.scene, self.pose));
        }
        marks::directions_of_hovered(&painter, palette, &transform, (self.input, self.scene, self.pose));
        self.mark_others(&painter, palette, sources.len(), buffers);
        let draws_over = drawing.is_some_and(|((pen, _), _)| pen != Pen::Drag);
        let found = if draws_over { None } else { self.point_under_the_mouse(ui, &response, sources, buffers) };
        let asked = if let Some((pen, plane)) = &drawing {
            buffers.pen.follow(ui, &response, *pen, plane, buffers.layers[0].cloud.drawn());
            buffers.pen.draw(ui, &painter, &response, *pen, plane);
            None
        } else if let Some(moved) = self.grab(ui, &response, &transform, plain, buffers) {
            Some(PointCommand::Probe(moved))
        } else if let Some(region) = buffers.region.follow(ui, &response, settings.tool) {
            Some(region_selection::selection(ui, buffers.inside(&region, sources.len()), false))
        } else {
            response.clicked().then(|| region_selection::selection(ui, found.into_iter().collect(), true))
        };
        commands.extend(asked.map(ViewCommand::Points));
        buffers.region.draw(&painter, palette, settings.tool);
        self.label(ui, (&painter, palette, rect), sources, &transform);
        if !self.says(|figure| figure.legend) {
            return found;
        }
        let end = legend::show(ui, rect, (self.styles, self.texture), (settings, &mut buffers.legend), commands);
        if plain && field::current(self.input).is_some_and(|field| field.areas.is_some()) {
            areas::legend(&painter, palette, rect, end);
        }
        found
    }

    /// Whether the network is shown together with another one.
    pub(super) fn is_paired(&self) -> bool {
        self.input.has_counterpart && self.input.view.pairing.is_some()
    }

    /// Whether this is said beside the data: in a window all is.
    fn says(&self, of: fn(&Figure) -> bool) -> bool {
        self.input.figure.is_none_or(of)
    }

    /// What the tool that takes points in mid-flow asks for, where it is in use.
    fn grab(
        &self,
        ui: &Ui,
        response: &Response,
        transform: &ScreenTransform,
        plain: bool,
        buffers: &mut Buffers,
    ) -> Option<ProbeCommand> {
        if self.input.view.points.tool != Tool::Grab || !plain {
            return None;
        }
        let Buffers { grab, layers: [first, _], .. } = buffers;
        grab.point_out(ui, response);
        grab.follow(ui, response, (transform, self.pose, self.input.t), first.cloud.drawn())
    }

    fn draw_field(&self, ui: &Ui, painter: &Painter, transform: &ScreenTransform, buffers: &mut Buffers) {
        let Some(field) = field::current(self.input) else { return };
        let palette = Palette::from_ui(ui);
        let Buffers { background, particles, layers: [first, _], .. } = buffers;
        background.draw(painter, ui.visuals().dark_mode, transform, field);
        if let Some(found) = field.areas.as_ref().filter(|_| self.input.view.shows(Overlay::Areas)) {
            areas::cells(painter, palette, transform, (&self.scene.lattice.cells, &first.grid), found);
        }
        match self.input.view.velocity {
            Some(VelocityPicture::Arrows) => velocity::arrows(painter, palette, transform, field),
            Some(VelocityPicture::Streamlines) => velocity::streamlines(painter, palette, transform, field),
            Some(VelocityPicture::Particles) => {
                velocity::particles(ui, painter, transform, (&self.scene.flow, field, self.input.t), particles);
            }
            None => {}
        }
    }

    /// The positions of this frame that lines are drawn through; those of the data are found while it is drawn.
    fn project(&self, ui: &Ui, sources: &[Source], buffers: &mut Buffers) {
        let (t, view, rows) = (self.input.t, self.input.view, &self.pose.rows);
        let scene = &**self.scene;
        for (source, layer) in sources.iter().zip(&mut buffers.layers) {
            if sources.len() > 1 {
                source.project_some(scene, t, rows, &grid::error_samples(source.samples()), &mut layer.ends);
            }
            if view.shows(Overlay::Grid) || view.shows(Overlay::Areas) {
                source.project_grid(scene, t, rows, &mut layer.grid);
            }
            let trails = (source, &*self.scene.trail_samples(&view.points));
            if self.shows_trails() && layer.trails.follow(scene, trails, rows, t, view.trail_length) {
                ui.ctx().request_repaint();
            }
        }
    }

    fn shows_trails(&self) -> bool {
        self.input.view.shows(Overlay::Trails) && !self.input.scrubs_checkpoints
    }

    fn draw_lines(
        &self,
        painter: &Painter,
        palette: &Palette,
        transform: &ScreenTransform,
        sources: &[Source],
        buffers: &Buffers,
    ) {
        for (source, layer) in sources.iter().zip(&buffers.layers) {
            if self.input.view.shows(Overlay::Grid) {
                let second = sources.len() > 1 && !matches!(source, Source::Plain(_));
                let colour = if second { palette.resnet_grid } else { palette.grid };
                grid::lattice(painter, transform, &self.scene.lattice, &layer.grid, colour);
            }
        }
        for (_, layer) in sources.iter().zip(&buffers.layers) {
            if self.shows_trails() {
                let samples = self.scene.trail_samples(&self.input.view.points);
                layer.trails.draw(painter, transform, samples.iter().map(|sample| self.styles.trail_colour(*sample)));
            }
        }
    }

    /// Marks the point that the mouse rests on and tells about it; gives its sample.
    fn point_under_the_mouse(
        &self,
        ui: &Ui,
        response: &Response,
        sources: &[Source],
        buffers: &mut Buffers,
    ) -> Option<usize> {
        let painter = ui.painter_at(response.rect);
        let palette = Palette::from_ui(ui);
        let Buffers { layers, card, .. } = buffers;
        let layers = || sources.iter().zip(&*layers);
        let pointer = response.hover_pos().filter(|_| !response.dragged());
        let found = pointer.and_then(|at| {
            let near =
                |(source, layer): (_, &LayerBuffers)| Some((source, nearest(layer.cloud.drawn(), at.into(), REACH)?));
            layers().find_map(near)
        });
        let (source, placed) = found?;
        ring(&painter, palette, stamps::screen_pos(&placed), theme::THIN);
        let sample = placed.sample as usize;
        let position = source.position(self.scene, self.input.t, sample);
        let picture = card.picture(ui.ctx(), self.scene, &self.input.view.points, sample);
        let card = hover::Card {
            scene: self.scene,
            sample,
            position: &position,
            t: self.input.t,
            answers: source.answers(),
            is_partial: self.input.is_partial,
            picture,
            neighbours: self.neighbours(sample),
        };
        response.clone().on_hover_ui_at_pointer(|ui| card.show(ui));
        Some(sample)
    }

    /// The neighbours of the point under the mouse, once they are known.
    fn neighbours(&self, sample: usize) -> Option<&Neighbours> {
        self.input.neighbours.map(Arc::as_ref).filter(|found| found.request.sample == sample)
    }

    /// Marks what the table and the neighbours point to: the row under the mouse, and lines to the nearest points.
    fn mark_others(&self, painter: &Painter, palette: &Palette, count: usize, buffers: &Buffers) {
        let settings = &self.input.view.points;
        let neighbours = settings.resting.and_then(|sample| self.neighbours(sample));
        if settings.row.is_none() && settings.resting.is_none() {
            return;
        }
        for layer in buffers.layers.iter().take(count) {
            let find = |sample: usize| layer.cloud.drawn().iter().find(|placed| placed.sample as usize == sample);
            if let Some(placed) = settings.row.and_then(find) {
                ring(painter, palette, stamps::screen_pos(placed), theme::THICK);
            }
            // The same point in the other view, too.
            if let Some(placed) = settings.resting.and_then(find) {
                ring(painter, palette, stamps::screen_pos(placed), theme::THIN);
            }
            let Some(found) = neighbours else { continue };
            let Some(from) = find(found.request.sample) else { continue };
            for placed in found.nearest.iter().filter_map(|(sample, _)| find(*sample)) {
                let line = Stroke::new(theme::THIN, palette.highlight.gamma_multiply(NEIGHBOUR_LINE));
                painter.line_segment([stamps::screen_pos(from), stamps::screen_pos(placed)], line);
            }
        }
    }

    fn label(
        &self,
        ui: &Ui,
        (painter, palette, rect): (&Painter, &Palette, Rect),
        sources: &[Source],
        transform: &ScreenTransform,
    ) {
        if self.says(|figure| figure.scale_bar) {
            axes::scale_bar(painter, palette, transform);
        }
        let is_limit = self.scene.flow.layers().iter().any(LayerFlow::is_limit);
        let plain = if is_limit { "Continuous limit of the blocks" } else { "Plain net, exact flow" };
        let title = match sources {
            [Source::Plain(_)] if self.is_paired() => format!("A: {plain}"),
            [Source::Plain(_)] => plain.to_owned(),
            [Source::Counterpart(compared)] => format!("B: {}, exact flow", compared.counterpart.name()),
            [Source::Morph(_, compared, share)] => {
                format!("{} % of the way from A to B: {}", theme::figure(100.0 * share, 0), compared.counterpart.name())
            }
            [_, Source::Counterpart(compared)] => format!("A (faint) and B: {}", compared.counterpart.name()),
            [] if self.is_paired() => "The other network is not followed yet …".to_owned(),
            [] => "The ResNet is being computed …".to_owned(),
            [Source::ResNet(refined)] => format!("ResNet, {}", steps(refined)),
            [_, Source::ResNet(refined)] if is_limit => {
                format!("Continuous limit (faint) and ResNet, {}", steps(refined))
            }
            [_, Source::ResNet(refined)] => format!("Plain net (faint) and ResNet, {}", steps(refined)),
            _ => format!("{plain}; the ResNet is being computed …"),
        };
        let is_divided = match self.input.view.pairing.filter(|_| self.is_paired()) {
            Some(pairing) => pairing == Pairing::SideBySide,
            None => self.input.view.compare == Compare::SideBySide,
        };
        let is_second = is_divided && !matches!(sources, [Source::Plain(_)]);
        let texts = captions::CaptionTexts {
            figure: self.input.figure,
            is_second,
            presents: self.input.presents,
            caption: self.caption,
            flow_name: title,
            time: (&self.scene.flow, self.input.t),
        };
        captions::head(ui, painter, palette, rect, &texts);
        if !self.says(|figure| figure.notes) {
            return;
        }
        let notes = self.notes(sources);
        let width = rect.width() - axes::SCALE_BAR - 6.0 * GAP;
        if rect.height() > 120.0 && width > 100.0 {
            let ground =
                (!self.input.figure.is_some_and(|figure| figure.is_transparent)).then(|| captions::ground(palette));
            axes::lower_right(painter, palette, (rect, width, ground), notes.join("\n"));
        }
    }
}

fn steps(refined: &crate::session::Refined) -> String {
    let Refinement { kind, steps, integrator } = refined.refinement;
    let by = if integrator == Integrator::Euler { String::new() } else { format!(" by {}", integrator.name()) };
    format!("N = {steps} steps in {}{by}", kind_label(kind))
}

fn ring(painter: &Painter, palette: &Palette, at: Pos2, width: f32) {
    painter.circle_stroke(at, theme::POINT_RADIUS + 3.0, Stroke::new(width, palette.highlight));
}
