//! Gradients, measures of the layers and errors in the window.

use egui::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use layerflow::session::{
    Command, ErrorSlices, Example, Gradients, LayerMeasures, PanelCommand, PanelPart, Side, ViewCommand,
};

use super::window::{Window, click, command, first_start, settle, t};

#[test]
fn the_gradient_is_followed_along_t_beside_the_other_charts() {
    let mut window = first_start();
    click(&mut window, "All layers at once");
    let gradients = window.state().session().latest::<Gradients>().unwrap().clone();
    let backward = gradients.backward.as_ref().unwrap();
    assert_eq!(backward.layers.len(), window.state().session().scene().unwrap().flow.layers().len());
    assert!(backward.times.windows(2).all(|pair| pair[0] <= pair[1]));
    let chart = window.get_by_label("Gradient, log₁₀: points and weights").rect();
    window.drag_at(chart.center());
    window.run_steps(2);
    window.drop_at(chart.center());
    settle(&mut window);
    let duration = window.state().session().playback.duration();
    assert!((t(&window) - 0.5 * duration).abs() < 0.2 * duration);
    window.hover_at(chart.center());
    window.run_steps(30);
    assert!(window.query_all_by_label_contains("median of the points").next().is_some());
}

#[test]
fn data_without_labels_has_no_gradient_and_that_is_said() {
    let mut window = first_start();
    let generator = layerflow::dataset::Generator::Grid;
    command(&mut window, Command::OpenExample(Example::Moons));
    command(&mut window, Command::Generate(generator, layerflow::dataset::GeneratorOptions::default()));
    click(&mut window, "All layers at once");
    window.get_by_label("Gradient: there is none");
}

fn rows(window: &Window) -> Vec<String> {
    let rows = window.query_all_by_role(Role::Row);
    let labels = rows.filter_map(|row| row.accesskit_node().label());
    labels.filter(|label| label.starts_with("Measures of layer")).collect()
}

#[test]
fn measures_are_sorted_searched_gone_to_and_written() {
    let mut window = first_start();
    click(&mut window, "Measures");
    let table = window.state().session().latest::<LayerMeasures>().unwrap().clone();
    let layers = window.state().session().scene().unwrap().flow.layers().len();
    assert_eq!(table.rows().len(), layers);
    assert_eq!(rows(&window)[0], "Measures of layer 1, row 1");
    click(&mut window, "Sort layers by layer");
    assert_eq!(rows(&window)[0], format!("Measures of layer {layers}, row {layers}"));
    window.get_by_role_and_label(Role::TextInput, "Search the measures").focus();
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, "Search the measures").type_text("2");
    settle(&mut window);
    assert_eq!(rows(&window), ["Measures of layer 2, row 2"]);
    click(&mut window, "Measures of layer 2, row 2");
    let session = window.state().session();
    assert_eq!((session.view.pinned_layer, session.window.side), (Some(1), Side::Layer));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("measures.csv");
    command(&mut window, Command::WriteMeasures(path.clone()));
    window.get_by_label_contains("Written to");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("layer,name,part,") && text.lines().count() == layers + 1, "{text}");
    click(&mut window, "Close measures");
    assert!(rows(&window).is_empty());
}

#[test]
fn errors_are_listed_by_class_and_a_click_selects_the_points() {
    let mut window = first_start();
    command(&mut window, Command::OpenExample(Example::Digits));
    window.state_mut().command(Command::View(ViewCommand::Panel(PanelCommand::TogglePart(PanelPart::Errors))));
    settle(&mut window);
    window.run_steps(20);
    let slices = window.state().session().latest::<ErrorSlices>().unwrap().clone();
    let (all, right) = slices.whole();
    window.get_by_label_contains(&format!("{right} right of {all}"));
    window.get_by_label("Confusion matrix");
    let class = (0..10).find(|class| slices.of_class(*class).0 > slices.of_class(*class).1).unwrap();
    click(&mut window, &format!("Mistakes of class {}", slices.names[class]));
    let selected = window.state().session().view.points.selection.len();
    assert_eq!(selected, slices.of_class(class).0 - slices.of_class(class).1);
    let (sample, _) = slices.surest_mistakes[0];
    let point = window.state().session().scene().unwrap().number(sample);
    let prefix = format!("point {point}: ");
    window.query_all_by_label_contains(&prefix).next().unwrap().click_accesskit();
    settle(&mut window);
    assert_eq!(window.state().session().view.points.selection.samples(), [sample]);
}
