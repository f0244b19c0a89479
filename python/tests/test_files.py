"""Files, nests of arrays, the program: what needs no framework."""

from __future__ import annotations

import json

import numpy as np
import pytest

import layerflow
from layerflow._layers import LIST_KEY
from layerflow._program import VARIABLE, find_program

RANDOM = np.random.default_rng(3)


def dense(inputs, outputs):
    return {"kernel": RANDOM.standard_normal((inputs, outputs)), "bias": RANDOM.standard_normal(outputs)}


PARAMETERS = {"params": {"Dense_10": dense(5, 1), "Dense_0": dense(2, 4), "Dense_2": dense(4, 5)}}


def forward(x):
    layers = PARAMETERS["params"]
    h = np.tanh(x @ layers["Dense_0"]["kernel"] + layers["Dense_0"]["bias"])
    h = np.maximum(h @ layers["Dense_2"]["kernel"] + layers["Dense_2"]["bias"], 0)
    return h @ layers["Dense_10"]["kernel"] + layers["Dense_10"]["bias"]


def test_a_nest_is_read_in_the_natural_order_of_its_names(tmp_path):
    x = RANDOM.standard_normal((30, 2))
    with pytest.warns(UserWarning, match="Dense_0, params.Dense_2, params.Dense_10"):
        path = layerflow.save(
            PARAMETERS, tmp_path / "model.safetensors", x, activations=["tanh", "relu"], apply=forward
        )
    positions = layerflow.flow(path, x, [0, 1.5, 3])
    assert positions.shape[:2] == (3, 30)
    np.testing.assert_allclose(positions[0, :, :2], x)
    np.testing.assert_allclose(positions[2, :, :1], forward(x), rtol=1e-9, atol=1e-9)


def test_a_forward_pass_that_differs_is_found_out(tmp_path):
    with pytest.warns(UserWarning), pytest.raises(layerflow.LayerflowError, match="answer otherwise"):
        layerflow.save(PARAMETERS, tmp_path / "m.safetensors", activations=["relu", "relu"], apply=forward)
    assert not list(tmp_path.iterdir())


def test_pairs_are_layers_too(tmp_path):
    pairs = [(RANDOM.standard_normal((3, 4)), RANDOM.standard_normal(4)), (RANDOM.standard_normal((4, 2)), np.zeros(2))]
    with pytest.warns(UserWarning):
        path = layerflow.save(pairs, tmp_path / "m.safetensors", activations=["gelu", "identity"])
    assert [layer["activation"] for layer in layerflow.inspect(path)["layers"]] == ["gelu", "identity"]


@pytest.mark.parametrize(
    ("model", "activations", "told"),
    [
        (PARAMETERS, None, "give activations"),
        (PARAMETERS, ["relu"], "1 activations are given for 3 layers"),
        ({"a": dense(2, 3), "b": dense(4, 1)}, ["relu"], "takes 4 values"),
        ({"a": {**dense(2, 3), "scale": np.ones(3)}}, [], "scale"),
        ({"a": dense(2, 3), "embedding": np.ones((3, 3))}, [], "`embedding` belongs to no layer"),
        ({}, [], "no layer"),
        (3, None, "no model that is known"),
    ],
)
def test_what_is_not_understood_is_told(tmp_path, model, activations, told):
    with pytest.raises(layerflow.LayerflowError, match=told):
        layerflow.save(model, tmp_path / "m.safetensors", activations=activations)
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_the_program_s_own_sentence(tmp_path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00{")
    with pytest.raises(layerflow.LayerflowError, match="broken.safetensors"):
        layerflow.inspect(broken)


def test_the_list_of_layers_stands_in_the_header(tmp_path):
    with pytest.warns(UserWarning):
        path = layerflow.save(PARAMETERS, tmp_path / "m.safetensors", activations=["tanh", "relu"], output="softmax")
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    listed = json.loads(header["__metadata__"][LIST_KEY])
    assert listed["output"] == "softmax" and len(listed["layers"]) == 3
    assert header["0.weight"]["dtype"] == "F64"


def test_a_program_that_is_missing_is_told(monkeypatch):
    monkeypatch.setenv(VARIABLE, "/nowhere/layerflow")
    with pytest.raises(layerflow.LayerflowError, match=VARIABLE):
        find_program()


def test_a_window_that_cannot_open_is_told(tmp_path, monkeypatch):
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.warns(UserWarning), pytest.raises(layerflow.LayerflowError, match="display"):
        layerflow.show(PARAMETERS, np.zeros((3, 2)), [0, 1, 0], activations=["tanh", "relu"])


def test_a_folder_with_checkpoints_is_not_written_over(tmp_path):
    with pytest.warns(UserWarning):
        watch = layerflow.watch(PARAMETERS, tmp_path / "run", every=3, activations=["tanh", "relu"])
    for step in range(7):
        watch(PARAMETERS, loss=1.0 / (step + 1))
    names = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert names == ["log.jsonl", *(f"step_{step:09d}.safetensors" for step in (0, 3, 6))]
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert lines == [{"step": 3, "loss": 1.0 / 3}, {"step": 6, "loss": 1.0 / 6}]
    with pytest.raises(layerflow.LayerflowError, match="up to step 6"):
        layerflow.watch(PARAMETERS, tmp_path / "run", activations=["tanh", "relu"])
    with pytest.warns(UserWarning):
        again = layerflow.watch(PARAMETERS, tmp_path / "run", every=3, activations=["tanh", "relu"], resume=True)
    assert again.step == 6
    with pytest.raises(layerflow.LayerflowError, match="at least 1"):
        layerflow.watch(PARAMETERS, tmp_path / "other", every=0)
    with pytest.raises(layerflow.LayerflowError, match="`loss` is no number"):
        again.write(loss="much")


def test_a_survey_goes_on_behind_a_broken_file(tmp_path):
    pandas = pytest.importorskip("pandas")
    with pytest.warns(UserWarning):
        layerflow.save(PARAMETERS, tmp_path / "b.safetensors", activations=["tanh", "relu"])
    (tmp_path / "a.safetensors").write_bytes(b"")
    (tmp_path / "c.safetensors").write_bytes(b"{}")
    table = layerflow.survey(tmp_path, out=tmp_path / "table.csv")
    assert list(table["error"].notna()) == [True, False, False, False, True]
    assert list(table["name"][1:4]) == ["params.Dense_0", "params.Dense_2", "params.Dense_10"]
    assert len(pandas.read_csv(tmp_path / "table.csv")) == 5
    missing = layerflow.survey([tmp_path / "nothing.onnx"])
    assert "nothing.onnx" in missing["error"][0]
    with pytest.raises(layerflow.LayerflowError, match="no file"):
        layerflow.survey(str(tmp_path / "*.gguf"))


def test_a_survey_on_a_cluster_is_that_of_this_machine(tmp_path):
    distributed = pytest.importorskip("distributed")
    pandas = pytest.importorskip("pandas")
    for step in range(4):
        weight = RANDOM.standard_normal((3, 2)).tolist()
        network = {"format": "layerflow.network/1", "layers": [{"type": "dense", "weight": weight}]}
        (tmp_path / f"step_{step}.json").write_text(json.dumps(network))
    (tmp_path / "step_9.npz").write_bytes(b"")
    alone = layerflow.survey(tmp_path)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            pandas.testing.assert_frame_equal(layerflow.survey(tmp_path, client), alone)
    assert len(alone) == 5 and alone["error"].notna().sum() == 1



def test_a_comparison_needs_a_display_too(tmp_path, monkeypatch):
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.warns(UserWarning):
        path = layerflow.save(PARAMETERS, tmp_path / "m.safetensors", activations=["tanh", "relu"])
    with pytest.warns(UserWarning), pytest.raises(layerflow.LayerflowError):
        layerflow.compare(path, PARAMETERS, np.zeros((3, 2)), [0, 1, 0], activations=["tanh", "relu"])
