//! The window, driven by label and key without a display.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use layerflow::explorer::{ExplorerApp, StartData, Startup};
use layerflow::network::Activation;
use layerflow::session::{Command, Compare, Task};
use tempfile::TempDir;

/// Far more than any job of these tests takes; a test that waits this long hangs.
pub const TIMEOUT: Duration = Duration::from_secs(120);

/// Two layers that take two inputs.
pub const SMALL_NETWORK: &str = r#"{"format": "layerflow.network/1", "name": "small", "output": "softmax", "layers": [
    {"type": "dense", "name": "hidden", "weight": [[1.0, -0.5], [0.25, 2.0]], "bias": [0.1, -0.2], "activation": "tanh"},
    {"type": "dense", "name": "logits", "weight": [[1.5, 0.5], [-0.5, 0.75]], "bias": [0.0, 0.3]}]}"#;

pub type Window = Harness<'static, ExplorerApp>;

pub fn open(startup: Startup) -> Window {
    let mut app = ExplorerApp::new(startup);
    assert!(app.wait_for_jobs(TIMEOUT));
    let mut window = Harness::builder().with_size([1280.0, 800.0]).build_eframe(|_| app);
    window.run_steps(2);
    window
}

pub fn first_start() -> Window {
    open(Startup::default())
}

pub fn command(window: &mut Window, command: Command) {
    window.state_mut().command(command);
    // A flow that is due waits for the field that is being computed, and comes in the next round.
    for _ in 0..3 {
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
        window.run_steps(2);
    }
}

/// Waits for what a click has set going, and for what is computed in the background after it.
pub fn settle(window: &mut Window) {
    for _ in 0..4 {
        window.run_steps(2);
        assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    }
    window.run_steps(2);
}

/// Opens the menu above the stage that holds what has this label, where it is not in sight.
pub fn reveal(window: &mut Window, label: &str) {
    for menu in ["Show", "Drag: ", "Steps of the ResNet"] {
        if window.query_all_by_label(label).next().is_some() {
            return;
        }
        let is_it = |name: String| name == menu || menu.ends_with(' ') && name.starts_with(menu);
        let of_name = window.query_all_by_label_contains(menu);
        let found = of_name.into_iter().find(|node| node.accesskit_node().label().is_some_and(is_it));
        if let Some(found) = found {
            found.click_accesskit();
        }
        window.run_steps(3);
    }
}

/// Clicks what has this label, and waits for what comes of it.
pub fn click(window: &mut Window, label: &str) {
    reveal(window, label);
    window.get_by_label(label).click_accesskit();
    settle(window);
}

pub fn press(window: &mut Window, key: Key) {
    press_with(window, Modifiers::NONE, key);
}

fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(2);
}

pub fn write(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

pub fn t(window: &Window) -> f64 {
    window.state().session().playback.t()
}

fn network_name(window: &Window) -> String {
    window.state().session().document().unwrap().network_name()
}

#[test]
fn the_first_start_shows_a_network_that_is_moving() {
    let mut window = first_start();
    assert!(window.state().session().scene().is_some());
    assert!(window.state().session().playback.playing());
    let before = t(&window);
    window.run_steps(3);
    assert!(t(&window) > before);
    window.get_by_label("Timeline");
    window.get_by_label("Got it").click();
    window.run_steps(2);
    assert!(window.query_by_label("Got it").is_none());
}

#[test]
fn space_and_the_button_play_and_pause() {
    let mut window = first_start();
    press(&mut window, Key::Space);
    assert!(!window.state().session().playback.playing());
    let before = t(&window);
    window.run_steps(3);
    assert_eq!(t(&window), before);
    window.get_by_label("Play").click();
    window.run_steps(2);
    assert!(window.state().session().playback.playing());
    window.get_by_label("Pause");
}

#[test]
fn the_arrow_keys_step_through_phases_and_layers() {
    let mut window = first_start();
    press(&mut window, Key::Home);
    assert_eq!(t(&window), 0.0);
    press(&mut window, Key::ArrowRight);
    assert_eq!(t(&window), window.state().session().boundaries()[1]);
    press_with(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(t(&window), 1.0);
    press(&mut window, Key::ArrowLeft);
    assert!(t(&window) > 0.0 && t(&window) < 1.0);
    press(&mut window, Key::End);
    assert_eq!(t(&window), window.state().session().playback.duration());
    press_with(&mut window, Modifiers::SHIFT, Key::ArrowLeft);
    assert_eq!(t(&window), window.state().session().playback.duration() - 1.0);
}

#[test]
fn speed_and_loop_have_keys() {
    let mut window = first_start();
    press(&mut window, Key::Plus);
    assert_eq!(window.state().session().playback.speed(), 2.0);
    press(&mut window, Key::Minus);
    press(&mut window, Key::Minus);
    assert_eq!(window.state().session().playback.speed(), 0.5);
    let looping = window.state().session().playback.looping();
    press(&mut window, Key::L);
    assert_eq!(window.state().session().playback.looping(), !looping);
}

#[test]
fn dragging_on_the_timeline_scrubs_and_with_shift_loops_a_part() {
    let mut window = first_start();
    let rect = window.get_by_label("Timeline").rect();
    let at = |share: f32| egui::pos2(rect.left() + share * rect.width(), rect.bottom() - 8.0);
    window.drag_at(at(0.25));
    window.run_steps(1);
    window.hover_at(at(0.5));
    window.run_steps(2);
    let duration = window.state().session().playback.duration();
    assert!((t(&window) - 0.5 * duration).abs() < 0.02 * duration);
    assert!(!window.state().session().playback.playing());
    window.drop_at(at(0.5));
    window.run_steps(2);

    let pressed = |pressed, pos| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::SHIFT,
    };
    window.event(egui::Event::ModifiersChanged(Modifiers::SHIFT));
    window.event(pressed(true, at(0.25)));
    window.run_steps(1);
    window.hover_at(at(0.75));
    window.run_steps(2);
    window.event(pressed(false, at(0.75)));
    window.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    window.run_steps(2);
    let (from, to) = window.state().session().playback.range().unwrap();
    assert!((to - from - 0.5 * duration).abs() < 0.03 * duration);
    window.get_by_label("Whole flow").click();
    window.run_steps(2);
    assert_eq!(window.state().session().playback.range(), None);
}

#[test]
fn r_goes_to_the_resnet_and_back() {
    let mut window = first_start();
    press(&mut window, Key::R);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    assert!(window.state().session().view.compare.needs_resnet());
    let steps = window.state().session().view.refinement.steps;
    assert_eq!(window.state().session().refined().unwrap().refinement.steps, steps);
    press(&mut window, Key::R);
    assert_eq!(window.state().session().view.compare, Compare::Plain);
}

#[test]
fn a_network_is_opened_and_its_layers_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "small.json", SMALL_NETWORK);
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(path.clone()));
    assert_eq!(network_name(&window), "small");
    assert_eq!(window.state().session().playback.duration(), 2.0);
    assert_eq!(window.state().session().recent.paths(), [path]);
    window.get_by_label("1  hidden");
    window.get_by_label("2  logits").click();
    window.run_steps(2);
    assert_eq!(t(&window), 1.0);
}

#[test]
fn a_path_on_the_command_line_is_opened_with_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let network = write(&folder, "small.json", SMALL_NETWORK);
    let data = write(&folder, "points.csv", "a,b,label\n0,1,x\n1,0,y\n0.5,0.5,x\n");
    let window =
        open(Startup { network: Some(network), data: Some(StartData::of_argument(data)), ..Startup::default() });
    assert_eq!(network_name(&window), "small");
    let document = window.state().session().document().unwrap();
    assert_eq!(document.data.dataset.as_ref().unwrap().samples(), 3);
    assert_eq!(document.data.name(), "points.csv");
}

#[test]
fn data_on_the_command_line_can_be_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let network = write(&folder, "small.json", SMALL_NETWORK);
    let window = open(Startup {
        network: Some(network),
        data: Some(StartData::of_argument("moons".into())),
        ..Startup::default()
    });
    assert_eq!(network_name(&window), "small");
    assert_eq!(window.state().session().document().unwrap().data.name(), "moons");
}

#[test]
fn a_network_of_another_width_gets_data_that_fits() {
    let folder = tempfile::tempdir().unwrap();
    let wide = r#"{"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": [[1.0, 2.0, 3.0]]}]}"#;
    let path = write(&folder, "wide.json", wide);
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(path));
    let dataset = window.state().session().document().unwrap().data.dataset.clone().unwrap();
    assert_eq!(dataset.dimension(), 3);
    window.get_by_label_contains("takes 3 inputs");
}

#[test]
fn dropped_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(&folder, "points.csv", "a,b,label\n0,1,x\n1,0,y\n0.5,0.5,x\n");
    let network = write(&folder, "small.json", SMALL_NETWORK);
    let mut window = first_start();
    command(&mut window, Command::OpenFiles(vec![data, network]));
    assert_eq!(network_name(&window), "small");
    assert_eq!(window.state().session().document().unwrap().data.name(), "points.csv");
    // All that there is to tell is which class an output stands for: that is a guess.
    let told: Vec<&str> =
        window.state().session().notices.shown().iter().map(|notice| notice.sentence.as_str()).collect();
    assert!(told.iter().all(|sentence| sentence.contains("alphabetical order")), "{told:#?}");
}

/// A file as the window system hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_file_dropped_on_the_window_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "small.json", SMALL_NETWORK);
    let mut window = first_start();
    window.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
    window.run_steps(1);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    assert_eq!(network_name(&window), "small");
}

#[test]
fn a_wrong_file_leaves_what_was_open_and_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "wrong.json", "{\"layers\": [");
    let mut window = first_start();
    let name = network_name(&window);
    command(&mut window, Command::OpenNetwork(path));
    assert_eq!(network_name(&window), name);
    window.get_by_label_contains("wrong.json");
    window.get_by_label("Copy details");
    window.get_by_label("Dismiss").click();
    window.run_steps(2);
    assert!(window.query_by_label_contains("wrong.json").is_none());
}

#[test]
fn a_wrong_file_at_the_start_gives_way_to_the_example() {
    let window =
        open(Startup { network: Some(Path::new("/nowhere/at/all.json").into()), data: None, ..Startup::default() });
    assert!(window.state().session().scene().is_some());
    window.get_by_label_contains("/nowhere/at/all.json");
}

#[test]
fn data_of_another_width_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "wide.csv", "a,b,c,d,e\n1,2,3,4,5.5\n2,3,4,5,6.5\n");
    let mut window = first_start();
    let before = window.state().session().document().unwrap().data.name();
    command(&mut window, Command::OpenData(path));
    assert_eq!(window.state().session().document().unwrap().data.name(), before);
    window.get_by_label_contains("has 5 columns of values, but the network takes 2 inputs");
    window.get_by_label("Cancel the choice of columns").click();
    window.run_steps(3);
    assert_eq!(window.state().session().document().unwrap().data.name(), before);
    assert!(window.state().session().columns.is_none());
}

#[test]
fn a_cancelled_job_leaves_what_was_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "small.json", SMALL_NETWORK);
    let mut window = first_start();
    let name = network_name(&window);
    window.state_mut().command(Command::OpenNetwork(path));
    window.state_mut().command(Command::Cancel(Task::Read));
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    assert_eq!(network_name(&window), name);

    let options = layerflow::flow::FlowOptions {
        decomposition: layerflow::flow::Decomposition::Polar,
        ..layerflow::flow::FlowOptions::default()
    };
    window.state_mut().command(Command::Flow(options));
    window.state_mut().command(Command::Cancel(Task::Build));
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
    assert_eq!(window.state().session().wanted().options, layerflow::flow::FlowOptions::default());
}

#[test]
fn tensors_are_imported_by_answering_one_question() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "tensors.safetensors", tensors());
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(path));
    window.get_by_label_contains("Import tensors.safetensors");
    window.get_by_role_and_label(Role::ComboBox, "Hidden activation").click();
    window.run_steps(3);
    window.get_by_label("softplus").click();
    window.run_steps(3);
    window.get_by_label("Open").click();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
    let document = window.state().session().document().unwrap();
    let layers = document.network.as_ref().unwrap().layers();
    assert_eq!(layers.len(), 2);
    assert_eq!((layers[0].activation(), layers[1].activation()), (Activation::Softplus, Activation::Identity));
    assert!(window.state().session().import.is_none());
}

#[test]
fn a_break_in_the_chain_is_named_and_a_transpose_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "tensors.safetensors", tensors());
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(path));
    window.get_by_label("Transpose layer 2").click();
    window.run_steps(5);
    window.get_by_label_contains("takes 2; choose");
    window.get_by_label("Transpose layer 2").click();
    window.run_steps(5);
    assert!(window.query_by_label_contains("takes 2; choose").is_none());
    window.get_by_label("Cancel import").click();
    window.run_steps(2);
    assert!(window.state().session().import.is_none());
}

#[test]
fn enter_opens_what_the_assistant_proposes() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "tensors.safetensors", tensors());
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(path));
    press(&mut window, Key::Enter);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    assert_eq!(network_name(&window), "tensors");
}

#[test]
fn a_saved_network_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.json");
    let mut window = first_start();
    let before = window.state().session().document().unwrap().network.clone().unwrap();
    command(&mut window, Command::SaveNetwork(path.clone()));
    window.get_by_label_contains("Saved as");
    command(&mut window, Command::OpenNetwork(path));
    assert_eq!(window.state().session().document().unwrap().network.as_deref(), Some(&*before));
}

#[test]
fn panels_can_be_hidden() {
    let mut window = first_start();
    for (panel, heading) in [("Network panel", "Data"), ("Layer panel", "Spectrum")] {
        window.get_by_label(heading);
        window.get_by_label("View").click();
        window.run_steps(3);
        window.get_by_label(panel).click();
        window.run_steps(3);
        assert!(window.query_by_label(heading).is_none());
    }
}

#[test]
fn keys_belong_to_a_text_field_while_it_has_the_focus() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "tensors.safetensors", tensors());
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(path));
    window.get_by_label_contains("All 4 tensors").click();
    window.run_steps(30);
    window.get_by_label("Search").focus();
    window.run_steps(2);
    let playing = window.state().session().playback.playing();
    press(&mut window, Key::R);
    press(&mut window, Key::Space);
    assert_eq!(window.state().session().view.compare, Compare::Plain);
    assert_eq!(window.state().session().playback.playing(), playing);
}

/// A hidden layer 3×2 and an output layer 2×3, with biases.
fn tensors() -> Vec<u8> {
    use safetensors::tensor::{Dtype, TensorView};
    let bytes = |values: &[f64]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let (hidden, output) = (bytes(&[1.0, 0.5, -0.5, 1.0, 0.25, 2.0]), bytes(&[1.0, 0.0, 0.5, -1.0, 1.5, 0.25]));
    let (three, two) = (bytes(&[0.1, 0.2, 0.3]), bytes(&[0.0, 0.5]));
    let view = |shape: &[usize], data| TensorView::new(Dtype::F64, shape.to_vec(), data).unwrap();
    let tensors = [
        ("layer.1.weight", view(&[3, 2], &hidden)),
        ("layer.1.bias", view(&[3], &three)),
        ("layer.2.weight", view(&[2, 3], &output)),
        ("layer.2.bias", view(&[2], &two)),
    ];
    safetensors::serialize(tensors, None).unwrap()
}

#[test]
fn the_integrator_is_chosen_in_the_strip() {
    let mut window = first_start();
    press(&mut window, Key::R);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
    let error = |window: &Window| window.state().session().refined().unwrap().error.max_error;
    let euler = error(&window);
    window.get_by_label("Steps of the ResNet").click();
    window.run_steps(2);
    window.get_by_label("RK4").click();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
    assert!(error(&window) < 0.01 * euler);
    window.get_by_label("activation only").click();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    assert!(error(&window) < 1e-12);
}
