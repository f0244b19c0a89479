//! The import assistant through the window: a block of a transformer, a wrong shape, a single matrix.

use std::path::{Path, PathBuf};

use egui_kittest::kittest::Queryable;
use layerflow::session::{Command, Settings};
use safetensors::tensor::{Dtype, TensorView, serialize_to_file};

use crate::window::{TIMEOUT, Window, command, first_start};

/// A file with one tensor of small numbers for each name and shape.
fn tensors(folder: &Path, list: &[(&str, [usize; 2])]) -> PathBuf {
    let bytes: Vec<Vec<u8>> = list
        .iter()
        .map(|(_, [rows, columns])| (0..rows * columns).flat_map(|k| (k as f32 * 0.37).sin().to_le_bytes()).collect())
        .collect();
    let views = list
        .iter()
        .zip(&bytes)
        .map(|((name, shape), bytes)| (name.to_string(), TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap()));
    let path = folder.join("model.safetensors");
    serialize_to_file(views, None, &path).unwrap();
    path
}

fn opened(list: &[(&str, [usize; 2])]) -> (tempfile::TempDir, Window) {
    let folder = tempfile::tempdir().unwrap();
    let mut window = first_start();
    command(&mut window, Command::OpenNetwork(tensors(folder.path(), list)));
    (folder, window)
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(3);
    assert!(window.state_mut().wait_for_jobs(TIMEOUT));
    window.run_steps(2);
}

const TRANSFORMER: [(&str, [usize; 2]); 6] = [
    ("embed.weight", [50, 4]),
    ("layers.0.attn.q_proj.weight", [4, 4]),
    ("layers.0.attn.v_proj.weight", [4, 4]),
    ("layers.0.mlp.gate_proj.weight", [6, 4]),
    ("layers.0.mlp.up_proj.weight", [6, 4]),
    ("layers.0.mlp.down_proj.weight", [4, 6]),
];

#[test]
fn a_block_of_a_transformer_is_opened_by_a_click() {
    let (_folder, mut window) = opened(&TRANSFORMER);
    window.get_by_label_contains("2 blocks to open on their own");
    click(&mut window, "query of layers.0.attn");
    click(&mut window, "gate – down of layers.0.mlp");
    click(&mut window, "Open");
    let document = window.state().session().document().unwrap();
    let network = document.network.as_ref().unwrap();
    assert_eq!((network.layers().len(), network.inputs()), (2, 4));
    assert_eq!(network.layers()[0].name(), "layers.0.mlp.gate_proj");
}

#[test]
fn the_choice_is_remembered_for_the_file() {
    let (_folder, mut window) = opened(&TRANSFORMER);
    click(&mut window, "query of layers.0.attn");
    click(&mut window, "Transpose layer 1");
    click(&mut window, "Open");
    let path = window.state().session().recent.paths()[0].clone();
    let kept = Settings::parse(&window.state().session().settings().to_json()).unwrap();
    let mut next = first_start();
    next.state_mut().restore(kept);
    command(&mut next, Command::OpenNetwork(path));
    let import = next.state().session().import.as_ref().unwrap();
    let entry = &import.chain.entries[0];
    assert_eq!((import.chain.entries.len(), entry.weight_name.as_str()), (1, "layers.0.attn.q_proj.weight"));
    assert!(entry.transpose);
}

#[test]
fn any_matrix_is_a_network_of_one_layer() {
    let (_folder, mut window) = opened(&[("a.weight", [3, 5]), ("b.weight", [4, 2])]);
    window.get_by_label_contains("`a.weight` (3×5) gives 3 values, but `b.weight` (4×2) takes 2");
    click(&mut window, "All 2 tensors of the file");
    click(&mut window, "Alone b.weight");
    click(&mut window, "Open");
    assert_eq!(window.state().session().document().unwrap().network.as_ref().unwrap().inputs(), 2);
}

#[test]
fn a_recurrent_layer_is_told_and_its_matrices_are_opened_alone() {
    let (_folder, mut window) =
        opened(&[("lstm.weight_ih_l0", [8, 3]), ("lstm.weight_hh_l0", [8, 2]), ("out.weight", [1, 2])]);
    window.get_by_label_contains("belongs to a recurrent layer");
    click(&mut window, "Spectrum of layer 2");
    assert!(window.state().session().import.as_ref().unwrap().spectrum.is_some());
    click(&mut window, "Alone lstm.weight_hh_l0");
    click(&mut window, "Open");
    assert_eq!(window.state().session().document().unwrap().network.as_ref().unwrap().inputs(), 2);
}

#[test]
fn a_repeated_pattern_is_proposed_as_residual_blocks() {
    let (_folder, mut window) = opened(&[
        ("inp.weight", [4, 3]),
        ("blocks.0.fc1.weight", [6, 4]),
        ("blocks.0.fc2.weight", [4, 6]),
        ("blocks.1.fc1.weight", [6, 4]),
        ("blocks.1.fc2.weight", [4, 6]),
        ("out.weight", [2, 4]),
    ]);
    let residual = |window: &Window| window.state().session().import.as_ref().unwrap().residual_blocks().is_some();
    assert!(residual(&window));
    click(&mut window, "Residual blocks");
    assert!(!residual(&window));
    click(&mut window, "Residual blocks");
    window.get_by_label("Block activation");
    click(&mut window, "Open");
    let document = window.state().session().document().unwrap();
    let kinds: Vec<&str> = document.network.as_ref().unwrap().layers().iter().map(|layer| layer.kind()).collect();
    assert_eq!(kinds, ["dense", "residual", "residual", "dense"]);
}
