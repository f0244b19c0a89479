"""scikit-learn's perceptrons: what is written answers as they do."""

from __future__ import annotations

import numpy as np
import pytest

import layerflow

sklearn = pytest.importorskip("sklearn")
from sklearn.datasets import make_moons  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

X, Y = make_moons(200, noise=0.1, random_state=0)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("labels", [Y, Y + (X[:, 0] > 1.0)], ids=["two", "three"])
def test_a_classifier_is_told_with_its_accuracy(tmp_path, activation, labels):
    model = MLPClassifier(hidden_layer_sizes=(8, 5), activation=activation, max_iter=60, random_state=1)
    with pytest.warns(Warning):
        model.fit(X, labels)
    path = layerflow.save(model, tmp_path / "model.safetensors", X)
    told = layerflow.inspect(path, X, labels)
    assert [layer["outputs"] for layer in told["layers"]] == [8, 5, 1 if labels is Y else 3]
    assert told["network"]["output"] == ("sigmoid" if labels is Y else "softmax")
    assert told["data"]["accuracy"] == pytest.approx(model.score(X, labels), abs=1e-9)


def test_singular_values_are_those_of_numpy(tmp_path):
    model = MLPRegressor(hidden_layer_sizes=(6,), max_iter=20, random_state=0)
    with pytest.warns(Warning):
        model.fit(X, X[:, 0] * X[:, 1])
    told = layerflow.inspect(layerflow.save(model, tmp_path / "model.safetensors", X))
    for layer, weights in zip(told["layers"], model.coefs_):
        np.testing.assert_allclose(layer["singular_values"], np.linalg.svd(weights, compute_uv=False), rtol=1e-10)


def test_a_pipeline_takes_the_columns_as_they_come(tmp_path):
    model = make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(4,), max_iter=30, random_state=0))
    with pytest.warns(Warning):
        model.fit(X * [1.0, 100.0], Y)
    path = layerflow.save(model, tmp_path / "model.safetensors", X * [1.0, 100.0])
    told = layerflow.inspect(path, X * [1.0, 100.0], Y)
    assert told["data"]["accuracy"] == pytest.approx(model.score(X * [1.0, 100.0], Y), abs=1e-9)


def test_what_is_no_scale_is_refused(tmp_path):
    model = make_pipeline(PCA(2), MLPClassifier(hidden_layer_sizes=(4,), max_iter=5))
    with pytest.warns(Warning):
        model.fit(X, Y)
    with pytest.raises(layerflow.LayerflowError, match="pca.*no shift and scale"):
        layerflow.save(model, tmp_path / "model.safetensors", X)
    with pytest.raises(layerflow.LayerflowError, match="not fitted"):
        layerflow.save(MLPClassifier(), tmp_path / "model.safetensors")
    assert not list(tmp_path.iterdir())


def test_partial_fits_are_watched(tmp_path):
    model = MLPClassifier(hidden_layer_sizes=(4,), random_state=0)
    model.partial_fit(X, Y, classes=[0, 1])
    watch = layerflow.watch(model, tmp_path / "run", every=2, x=X)
    first = [weights.copy() for weights in model.coefs_]
    for _ in range(5):
        model.partial_fit(X, Y)
        watch(loss=model.loss_)
    names = [path.name for path in sorted((tmp_path / "run").glob("*.safetensors"))]
    assert names == [f"step_{step:09d}.safetensors" for step in (0, 2, 4)]
    told = [layerflow.inspect(tmp_path / "run" / name)["layers"][0]["singular_values"] for name in names]
    np.testing.assert_allclose(told[0], np.linalg.svd(first[0], compute_uv=False), rtol=1e-10)
    assert told[0] != told[1] != told[2]
