use egui::{Color32, Mesh, Pos2, Stroke, Theme, pos2, vec2};

use super::harness;

#[test]
fn widgets_in_the_dark_theme() {
    widgets(Theme::Dark, "widgets_dark");
}

#[test]
fn widgets_in_the_light_theme() {
    widgets(Theme::Light, "widgets_light");
}

fn widgets(theme: Theme, name: &str) {
    let mut on = true;
    let mut steps = 16.0_f32;
    let mut harness = harness([260.0, 150.0], theme).build_ui(|ui| {
        ui.heading("Layer 2");
        ui.checkbox(&mut on, "Deformed grid");
        ui.add(egui::Slider::new(&mut steps, 1.0..=64.0).text("steps"));
        ui.horizontal(|ui| {
            let _ = ui.button("Play");
            ui.add_enabled(false, egui::Button::new("Stop"));
            ui.hyperlink_to("more", "https://example.org");
        });
        ui.add(egui::ProgressBar::new(0.4).show_percentage());
    });
    harness.run();
    harness.snapshot(name);
}

#[test]
fn shapes_with_soft_edges_gradients_and_clipping() {
    let mut harness = harness([200.0, 120.0], Theme::Light).build_ui(|ui| {
        let painter = ui.painter();
        painter.circle(pos2(50.0, 60.0), 36.0, Color32::LIGHT_YELLOW, Stroke::new(1.5, Color32::DARK_BLUE));
        painter.with_clip_rect(egui::Rect::from_min_size(pos2(20.0, 50.0), vec2(60.0, 20.0))).circle_filled(
            pos2(50.0, 60.0),
            28.0,
            Color32::from_rgba_unmultiplied(200, 40, 40, 128),
        );
        let wave = |x: f32| pos2(x, 20.0 + 12.0 * (x / 9.0).sin());
        painter.line((10..190).map(|x| wave(x as f32)).collect::<Vec<Pos2>>(), Stroke::new(2.0, Color32::DARK_GREEN));
        let mut gradient = Mesh::default();
        let corners = [pos2(110.0, 45.0), pos2(185.0, 55.0), pos2(175.0, 110.0), pos2(105.0, 100.0)];
        let colors = [Color32::RED, Color32::GREEN, Color32::BLUE, Color32::TRANSPARENT];
        for (corner, color) in corners.into_iter().zip(colors) {
            gradient.colored_vertex(corner, color);
        }
        gradient.add_triangle(0, 1, 2);
        gradient.add_triangle(0, 2, 3);
        painter.add(gradient);
    });
    harness.run();
    harness.snapshot("shapes");
}
