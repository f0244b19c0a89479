//! Files with convolutions in the window: the import assistant asks the shape of the input and shows spectra.

use egui::Role;
use egui_kittest::kittest::Queryable;
use layerflow::session::{Command, ImportCommand};

use super::support::data;
use super::window::{TIMEOUT, Window, command, first_start};

fn assistant(name: &str) -> Window {
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(data(&format!("convolution/{name}"))));
    window
}

fn type_into(window: &mut Window, field: &str, text: &str) {
    window.get_by_role_and_label(Role::TextInput, field).click();
    window.run_steps(2);
    window.get_by_role_and_label(Role::TextInput, field).type_text(text);
    window.run_steps(3);
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(2);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(3);
}

#[test]
fn the_shape_of_the_input_opens_a_convolutional_network() {
    let mut window = assistant("model.npz");
    window.get_by_label_contains("`conv1.weight` (4×1×3×3) is a convolution");
    type_into(&mut window, "Input shape", "1,8");
    window.get_by_label_contains("(4×1×3×3)");
    type_into(&mut window, "Input shape", ",8");
    window.get_by_label("1×8×8 → 4×6×6");
    window.get_by_label("96 → 10");
    click(&mut window, "Open");
    assert!(window.state().session().import.is_none());
    let network = window.state().session().document().unwrap().network.clone().unwrap();
    assert_eq!((network.inputs(), network.origin(1)), (64, Some("conv 3×3, 4→6, on 6×6")));
    window.get_by_label("conv 3×3, 1→4, on 8×8, with bn1");
}

#[test]
fn several_ways_to_move_are_offered_and_one_is_chosen() {
    let mut window = assistant("pooled.npz");
    type_into(&mut window, "Input shape", "1,8,8");
    window.get_by_label_contains("several ways fit");
    window.get_by_role_and_label(Role::ComboBox, "Ways that fit").click();
    window.run_steps(3);
    window.get_by_label("stride=2,padding=same,pool=none").click();
    window.run_steps(3);
    let import = window.state().session().import.as_ref().unwrap();
    assert_eq!(import.convolutions, "stride=2,padding=same,pool=none");
    assert_eq!(import.chain.fatal_problem(), None);
    command(&mut window, Command::Import(ImportCommand::Convolutions("stride=two".into())));
    window.get_by_label_contains("`stride=two` is not understood");
}

#[test]
fn a_residual_network_shows_spectra_and_why_it_does_not_flow() {
    let mut window = assistant("residual.npz");
    window.get_by_label_contains("belongs to a residual block");
    click(&mut window, "Spectrum of layer 2");
    window.get_by_label("Singular values of layer1.0.conv1.weight");
    window.get_by_label("periodic, size assumed");
    window.get_by_label("192 values");
    type_into(&mut window, "Input shape", "3,8,8");
    click(&mut window, "Spectrum of layer 1");
    window.get_by_label("Singular values of conv1.weight");
    window.get_by_label("conv1.weight · conv 3×3, 3→3, on 8×8");
    window.get_by_label("matrix");
    click(&mut window, "Cancel import");
    assert!(window.state().session().import.is_none());
}

#[test]
fn a_graph_whose_input_is_open_is_read_again_for_a_shape() {
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(data("onnx/open_signal.onnx")));
    // It is shown at a length that is a guess, which is said.
    let session = window.state().session();
    assert_eq!(session.document().unwrap().network.as_ref().unwrap().inputs(), 32);
    let notices = session.notices.shown();
    assert!(notices.iter().any(|notice| notice.sentence.contains("32 is taken for each")));
    click(&mut window, "File");
    click(&mut window, "Input shape…");
    assert!(window.state().session().import.as_ref().unwrap().graph_needs_shape);
    type_into(&mut window, "Input shape", "1,12");
    click(&mut window, "Read the graph for this input shape");
    assert!(window.state().session().import.is_none());
    let network = window.state().session().document().unwrap().network.clone().unwrap();
    assert_eq!((network.inputs(), network.outputs()), (12, 2));
    assert!(!window.state().session().document().unwrap().file.account.has_open_lengths());
}
