"""Keras models: what is written answers as they do, or is refused."""

from __future__ import annotations

import numpy as np
import pytest

import layerflow

keras = pytest.importorskip("keras")
from keras import layers  # noqa: E402

from layerflow._show import _file_of  # noqa: E402

X = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)


def sequential():
    return keras.Sequential(
        [
            layers.Input((2,)),
            layers.Rescaling(0.5, offset=0.1),
            layers.Dense(6, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(5, activation="gelu"),
            layers.Dense(4),
            layers.LeakyReLU(negative_slope=0.1),
            keras.Sequential([layers.Dense(3, activation="softmax")]),
        ]
    )


def functional():
    x = given = layers.Input((2,))
    x = layers.Dense(5, activation="tanh")(x)
    for _ in range(2):
        h = layers.Dense(7, activation="silu")(x)
        x = layers.Add()([x, layers.Dense(5)(h)])
    x = layers.Add()([layers.Dense(4)(x), layers.Dense(4)(layers.Dense(6, activation="elu")(x))])
    return keras.Model(given, layers.Dense(2)(layers.ReLU()(x)))


@pytest.mark.parametrize("build", [sequential, functional])
def test_what_is_written_answers_as_the_model(tmp_path, build):
    keras.utils.set_random_seed(0)
    model = build()
    for weight in model.weights:
        weight.assign(weight + 0.3 * np.abs(np.random.default_rng(1).standard_normal(weight.shape)))
    path = layerflow.save(model, tmp_path / "model.safetensors", X)
    told = layerflow.inspect(path, X, np.asarray(model(X)).argmax(1))
    assert told["data"]["accuracy"] == 1.0
    if build is functional:
        assert [layer["kind"] for layer in told["layers"]] == ["dense", *["residual"] * 3, "dense", "dense"]
        ends = layerflow.flow(path, X, [len(told["layers"])])[0][:, :2]
        np.testing.assert_allclose(ends, np.asarray(model(X)), atol=1e-4)


def test_a_training_is_watched(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    with pytest.raises(layerflow.LayerflowError, match="not built"):
        layerflow.save(model, tmp_path / "model.safetensors", X)
    watch = layerflow.watch(model, tmp_path / "run", every=4)
    model.fit(X, (X[:, 0] > 0).astype(int), batch_size=10, epochs=3, verbose=0, callbacks=[watch])
    names = sorted(path.name for path in (tmp_path / "run").glob("*.safetensors"))
    assert names[-3:] == [f"step_{step:09d}.safetensors" for step in (4, 8, 12)]
    told = layerflow.inspect(tmp_path / "run" / names[-1])
    values = np.linalg.svd(np.asarray(model.layers[0].kernel, dtype=float), compute_uv=False)
    np.testing.assert_allclose(told["layers"][0]["singular_values"], values, rtol=1e-6)


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: keras.Sequential([layers.Input((2,)), layers.Dense(3), layers.LayerNormalization()]), "LayerNormalization"),
        (lambda: keras.Sequential([layers.Input((2,)), layers.Dense(3, activation=lambda x: x * 2)]), "function of its own"),
        (lambda: keras.Sequential([layers.Input((2,)), layers.ReLU(max_value=2, negative_slope=0.1)]), "settings"),
    ],
)
def test_what_cannot_be_expressed_is_refused(tmp_path, build, told):
    with pytest.raises(layerflow.LayerflowError, match=told):
        layerflow.save(build(), tmp_path / "model.safetensors", X)
    assert not list(tmp_path.iterdir())


def test_a_class_of_its_own_is_refused(tmp_path):
    model = Own()
    model(X)
    with pytest.raises(layerflow.LayerflowError, match="class of its own"):
        layerflow.save(model, tmp_path / "model.safetensors", X)


def test_what_is_no_chain_of_layers_is_shown_as_keras_writes_it(tmp_path):
    keras.utils.set_random_seed(2)
    given = layers.Input((6, 6, 2))
    x = layers.MaxPooling2D(2)(layers.Conv2D(4, 3, padding="same", activation="relu")(given))
    x = layers.Concatenate()([layers.Flatten()(x), layers.GlobalAveragePooling2D()(x)])
    model = keras.Model(given, layers.Dense(3, activation="softmax")(x))
    pictures = np.random.default_rng(3).standard_normal((20, 6, 6, 2)).astype(np.float32)
    path = _file_of(model, tmp_path / "model.safetensors", pictures, None, None, None)
    assert path == tmp_path / "model.keras"
    told = layerflow.inspect(path, pictures, np.asarray(model(pictures)).argmax(1))
    assert told["data"]["accuracy"] == 1.0
    # Rows that lie flat are the same pictures.
    assert _file_of(model, tmp_path / "flat.safetensors", pictures.reshape(20, -1), None, None, None).is_file()
    with pytest.raises(layerflow.LayerflowError, match="72 values, but a row of x has 3"):
        _file_of(model, tmp_path / "other.safetensors", X[:6].reshape(4, 3), None, None, None)
