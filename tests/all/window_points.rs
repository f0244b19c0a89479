//! The points of the window: selecting, filtering and colouring them by mouse and key without a display.

use egui::epaint::Primitive;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, pos2, vec2};
use egui_kittest::kittest::Queryable;
use layerflow::explorer::{ExplorerApp, StartData, Startup};
use layerflow::session::{
    Colouring, Command, Compare, Example, PlaybackCommand, PointCommand, Selection, Tool, ViewCommand,
};
use tempfile::TempDir;

use super::window::{TIMEOUT, Window, command, first_start, open, press, write};

/// One layer that moves points toward the origin: at t = 0 the data lies where the file puts it.
const SQUEEZE: &str = r#"{"format": "layerflow.network/1", "name": "squeeze", "output": "softmax", "layers": [
    {"type": "dense", "name": "only", "weight": [[1.0, 0.0], [0.0, 1.0]], "activation": "tanh"}]}"#;

/// Sides of the lattice of points, from −1 to 1.
const SIDE: usize = 5;

/// The coordinate of a column or row of the lattice.
fn coordinate(index: usize) -> f32 {
    index as f32 * 2.0 / (SIDE - 1) as f32 - 1.0
}

/// A window at t = 0 with 25 points on a lattice, row by row from the lower left; those of the left two columns are of
/// class 0, the others of class 1.
pub fn lattice() -> (Window, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let network = write(&folder, "squeeze.json", SQUEEZE);
    let mut rows = String::from("a,b,class\n");
    for row in 0..SIDE {
        for column in 0..SIDE {
            rows += &format!("{},{},{}\n", coordinate(column), coordinate(row), usize::from(column > 1));
        }
    }
    let data = write(&folder, "lattice.csv", rows);
    let mut window = open(Startup { network: Some(network), data: Some(StartData::File(data)), ..Startup::default() });
    command(&mut window, Command::Playback(PlaybackCommand::Home));
    command(&mut window, Command::View(ViewCommand::AutoFit(false)));
    // What is assumed of the data is said over the foot of the stage, where some of the points are.
    let notices: Vec<_> = window.state().session().notices.shown().iter().map(|notice| notice.id).collect();
    notices.into_iter().for_each(|id| command(&mut window, Command::Dismiss(id)));
    (window, folder)
}

/// Where the stage draws a place: the data reaches from −1 to 1 and fills 86 % of the smaller side.
pub fn at(window: &Window, [x, y]: [f32; 2]) -> Pos2 {
    let rect = window.get_by_label("Stage: plain net").rect();
    let scale = 0.86 * rect.width().min(rect.height()) / 2.0;
    pos2(rect.center().x + scale * x, rect.center().y - scale * y)
}

fn button(window: &mut Window, pos: Pos2, pressed: bool, modifiers: Modifiers) {
    window.event(Event::ModifiersChanged(modifiers));
    window.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
    window.run_steps(1);
}

/// A drag through `positions`, given in the data's coordinates.
pub fn drag(window: &mut Window, positions: &[[f32; 2]], modifiers: Modifiers) {
    let path: Vec<Pos2> = positions.iter().map(|position| at(window, *position)).collect();
    window.hover_at(path[0]);
    window.run_steps(1);
    button(window, path[0], true, modifiers);
    for position in &path[1..] {
        window.hover_at(*position);
        window.run_steps(1);
    }
    button(window, path[path.len() - 1], false, modifiers);
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    window.run_steps(2);
}

pub fn click(window: &mut Window, position: [f32; 2], modifiers: Modifiers) {
    let pos = at(window, position);
    window.hover_at(pos);
    window.run_steps(2);
    button(window, pos, true, modifiers);
    button(window, pos, false, modifiers);
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    window.run_steps(2);
}

fn selected(window: &Window) -> &[usize] {
    let selection: &Selection = &window.state().session().view.points.selection;
    selection.samples()
}

pub fn choose(window: &mut Window, label: &str) {
    super::window::reveal(window, label);
    window.get_by_label(label).click();
    window.run_steps(3);
}

#[test]
fn a_click_selects_shift_adds_and_takes_away_and_escape_clears() {
    let (mut window, _folder) = lattice();
    click(&mut window, [-1.0, -1.0], Modifiers::NONE);
    assert_eq!(selected(&window), [0]);
    click(&mut window, [0.0, 0.0], Modifiers::SHIFT);
    assert_eq!(selected(&window), [0, 12]);
    click(&mut window, [-1.0, -1.0], Modifiers::SHIFT);
    assert_eq!(selected(&window), [12]);
    click(&mut window, [0.25, 0.25], Modifiers::NONE);
    assert!(selected(&window).is_empty());
    click(&mut window, [1.0, 1.0], Modifiers::NONE);
    assert_eq!(selected(&window), [24]);
    press(&mut window, Key::Escape);
    assert!(selected(&window).is_empty());
}

#[test]
fn a_box_selects_what_it_holds_and_shift_adds() {
    let (mut window, _folder) = lattice();
    choose(&mut window, "Box");
    drag(&mut window, &[[-1.1, -1.1], [-0.5, -0.8], [0.2, -0.2]], Modifiers::NONE);
    assert_eq!(selected(&window), [0, 1, 2, 5, 6, 7]);
    drag(&mut window, &[[0.8, 0.8], [1.1, 1.1], [1.15, 1.15]], Modifiers::SHIFT);
    assert_eq!(selected(&window), [0, 1, 2, 5, 6, 7, 24]);
    drag(&mut window, &[[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]], Modifiers::NONE);
    assert!(selected(&window).is_empty());
}

#[test]
fn a_lasso_selects_exactly_the_points_inside() {
    let (mut window, _folder) = lattice();
    choose(&mut window, "Lasso");
    // An arrow head to the right with a notch on its left: the point in the notch is outside.
    let arrow = [[-1.15, -1.15], [1.15, 0.0], [-1.15, 1.15], [-0.3, 0.0]];
    drag(&mut window, &arrow, Modifiers::NONE);
    assert_eq!(selected(&window), [0, 6, 7, 12, 13, 14, 16, 17, 20]);
    assert_eq!(window.state().session().view.points.tool, Tool::Lasso);
}

#[test]
fn escape_gives_up_a_lasso_and_keeps_the_selection() {
    let (mut window, _folder) = lattice();
    click(&mut window, [0.0, 0.0], Modifiers::NONE);
    choose(&mut window, "Lasso");
    let path = [[-1.15, -1.15], [1.15, -1.15], [1.15, 1.15]].map(|position| at(&window, position));
    button(&mut window, path[0], true, Modifiers::NONE);
    window.hover_at(path[1]);
    window.run_steps(2);
    press(&mut window, Key::Escape);
    window.hover_at(path[2]);
    window.run_steps(1);
    button(&mut window, path[2], false, Modifiers::NONE);
    assert_eq!(selected(&window), [12]);
    press(&mut window, Key::Escape);
    assert!(selected(&window).is_empty());
}

#[test]
fn a_class_is_hidden_by_a_click_on_the_legend() {
    let (mut window, _folder) = lattice();
    choose(&mut window, "Legend: 0");
    choose(&mut window, "Box");
    let everything = [[-1.15, -1.15], [0.0, 0.0], [1.15, 1.15]];
    drag(&mut window, &everything, Modifiers::NONE);
    assert!(selected(&window).iter().all(|sample| sample % SIDE > 1));
    assert_eq!(selected(&window).len(), 15);
    choose(&mut window, "Show all");
    drag(&mut window, &everything, Modifiers::NONE);
    assert_eq!(selected(&window).len(), 25);
    assert!(window.query_by_label("Show all").is_none());
}

#[test]
fn colours_stand_for_what_is_chosen() {
    let (mut window, _folder) = lattice();
    for (name, colouring) in [
        ("prediction", Colouring::Prediction),
        ("right or wrong", Colouring::Mistakes),
        ("loss", Colouring::Loss(layerflow::training::Loss::CrossEntropy)),
        ("a column of the data", Colouring::Column(0)),
        ("class", Colouring::Label),
    ] {
        window.get_by_label_contains("Colour: ").click();
        window.run_steps(3);
        choose(&mut window, name);
        assert_eq!(window.state().session().view.points.colouring, colouring);
    }
    // The network answers class 0 where the first coordinate is the larger one.
    window.get_by_label_contains("Colour: ").click();
    window.run_steps(3);
    choose(&mut window, "right or wrong");
    choose(&mut window, "Legend: right");
    choose(&mut window, "Box");
    drag(&mut window, &[[-1.15, -1.15], [0.0, 0.0], [1.15, 1.15]], Modifiers::NONE);
    let wrong = |sample: &usize| (sample % SIDE >= sample / SIDE) == (sample % SIDE > 1);
    assert_eq!(selected(&window), (0..25).filter(wrong).collect::<Vec<_>>());
}

#[test]
fn a_selection_is_kept_when_only_the_flow_is_built_otherwise() {
    let (mut window, _folder) = lattice();
    click(&mut window, [0.0, 0.0], Modifiers::NONE);
    let options = layerflow::flow::FlowOptions { time: layerflow::flow::TimeLaw::Linear, ..Default::default() };
    command(&mut window, Command::Flow(options));
    assert_eq!(selected(&window), [12]);
    command(&mut window, Command::Generate(layerflow::dataset::Generator::Moons, Default::default()));
    super::window::settle(&mut window);
    assert!(selected(&window).is_empty());
}

/// How many parts of the window a graphics card is asked to draw by itself: at first, and after each command.
fn drawn_on_gpu(example: Example, asked: &[ViewCommand]) -> Vec<usize> {
    let context = egui::Context::default();
    let mut app = ExplorerApp::new(Startup::default());
    app.draw_on_gpu(&context);
    app.command(Command::OpenExample(example));
    let frame = |app: &mut ExplorerApp| {
        app.wait_for_jobs(TIMEOUT);
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 800.0));
        let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
        let mut output = context.run_ui(input, |ui| {
            app.logic(ui.ctx());
            app.ui(ui);
        });
        output.textures_delta.clear();
        let primitives = context.tessellate(output.shapes, output.pixels_per_point);
        primitives.iter().filter(|part| matches!(part.primitive, Primitive::Callback(_))).count()
    };
    let mut counts = vec![frame(&mut app)];
    for asked in asked {
        app.command(Command::View(asked.clone()));
        // The second frame has the ResNet that the first asks for.
        frame(&mut app);
        counts.push(frame(&mut app));
    }
    counts
}

#[test]
fn the_card_draws_the_ground_and_the_points_of_every_view_but_no_pictures() {
    let compare = [Compare::SideBySide, Compare::Overlay].map(ViewCommand::Compare);
    assert_eq!(drawn_on_gpu(Example::Spiral, &compare), [1 + 1, 2 + 2, 1 + 2]);
    let dots = ViewCommand::Points(PointCommand::Pictures(false));
    assert_eq!(drawn_on_gpu(Example::Digits, &[dots]), [0, 1 + 1]);
}

#[test]
fn the_loss_of_points_is_the_one_that_training_makes_small() {
    use layerflow::session::TrainCommand;
    use layerflow::training::Loss;
    let mut window = first_start();
    let colour = |loss| Command::View(ViewCommand::Points(PointCommand::Colour(Colouring::Loss(loss))));
    command(&mut window, colour(Loss::CrossEntropy));
    let mut options = *window.state().session().training().options();
    options.objective.loss = Loss::SquaredError;
    command(&mut window, Command::Train(TrainCommand::Options(options)));
    let points = &window.state().session().view.points;
    assert_eq!((points.loss, points.colouring), (Loss::SquaredError, Colouring::Loss(Loss::SquaredError)));
    window.get_by_label("Colour: ½ squared error");
}
