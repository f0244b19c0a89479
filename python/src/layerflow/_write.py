"""A model written as a file that layerflow opens, and checked against the model's own answers."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any, Callable, Optional, Sequence, Union

import numpy as np

from . import _keras, _pytree, _sklearn, _torch
from ._arrays import to_floats, to_rows
from ._errors import LayerflowError
from ._graph import Graph
from ._layers import Network
from ._lower import OUTPUTS, lower
from ._program import run_program

#: How many rows the model and what was written are compared on.
CHECKED_ROWS = 16

#: A name of a file or folder.
Name = Union[str, "os.PathLike[str]"]
#: Answers of a model to rows of data.
Apply = Callable[[Any], Any]


def read(model: Any, activations: Optional[Sequence[str]] = None, output: Optional[str] = None) -> Network:
    """The layers of a model of any of the kinds that are known.

    Raises LayerflowError if it is of no known kind, or cannot be expressed.
    """
    graph: Graph
    if _pytree.is_pytree(model):
        graph = _pytree.read(model, activations)
    elif activations is not None:
        raise LayerflowError("activations are for nests of arrays; a model has its own")
    elif _torch.is_torch(model):
        graph = _torch.read(model)
    elif _keras.is_keras(model):
        graph = _keras.read(model)
    elif _sklearn.is_sklearn(model):
        graph = _sklearn.read(model)
    else:
        raise LayerflowError(
            f"a {type(model).__module__}.{type(model).__name__} is no model that is known: give a module of PyTorch, a model "
            "of Keras, a perceptron of scikit-learn, or a nest of arrays with activations"
        )
    network = lower(graph)
    if output is not None:
        if output not in ("identity", *OUTPUTS):
            raise LayerflowError(f"the output function `{output}` is not known; give identity, {', '.join(OUTPUTS)}")
        network = Network(network.layers, output, network.name, network.assumed)
    return network


def check(path: Path, network: Network, model: Any, x: Any, apply: Optional[Apply], is_output_own: bool) -> None:
    """Runs the file on some rows and compares with the model's own answers.

    Raises LayerflowError if they differ.
    """
    given = _rows(network.inputs, x)
    own: np.ndarray
    if apply is not None:
        own, tolerance = to_floats(apply(given)).astype(np.float64), 1e-4
    elif _torch.is_torch(model):
        own, tolerance = _torch.answers(model, given)
    elif _keras.is_keras(model):
        own, tolerance = _keras.answers(model, given)
    elif _sklearn.is_sklearn(model):
        own, tolerance = _sklearn.answers(model, given)
    else:
        return
    _compare(path, given, own, tolerance, is_output_own)


def _compare(path: Path, given: np.ndarray, own: np.ndarray, tolerance: float, is_output_own: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="layerflow-") as folder:
        data, out = Path(folder) / "x.npz", Path(folder) / "y.npz"
        np.savez(data, x=given.reshape(len(given), -1))
        run_program(["run", str(path), "--data", str(data), "--out", str(out), "--allow-non-finite"])
        with np.load(out) as written:
            names = sorted((name for name in written.files if name.startswith("layer_")), key=lambda name: int(name[6:]))
            # Where the output function was chosen by hand, the model's own answers stand before it.
            answers = written[names[-1]] if is_output_own else written["output"]
    own = own.reshape(len(own), -1)
    if own.shape != answers.shape:
        raise LayerflowError(
            f"the model answers {own.shape[1]} values a row, but the layers that were read from it {answers.shape[1]}; its "
            "forward pass is not what its modules tell; export it to ONNX and open that file"
        )
    scale = max(1.0, float(np.nanmax(np.abs(own), initial=0.0)))
    same = np.isclose(own, answers, rtol=0.0, atol=tolerance * scale, equal_nan=True)
    if not same.all():
        difference = float(np.nanmax(np.abs(own - answers)))
        raise LayerflowError(
            f"the layers that were read from the model answer otherwise than the model itself (by {difference:.3g} at most, of "
            f"answers up to {scale:.3g}): its forward pass is not what its modules tell; export it to ONNX and open that file"
        )


def _rows(inputs: Callable[[], int], x: Any) -> np.ndarray:
    """Rows to compare on: some of the data, in its own shape, and some that are drawn with its spread."""
    random = np.random.default_rng(0)
    if x is None:
        return random.standard_normal((CHECKED_ROWS, inputs()))
    data = to_floats(x)
    to_rows(data)
    finite = data[np.isfinite(data.reshape(len(data), -1)).all(axis=1)]
    rows = finite[np.linspace(0, len(finite) - 1, min(CHECKED_ROWS, len(finite))).astype(int)] if len(finite) else finite
    spread = rows.std(axis=0) if len(rows) > 1 else np.ones(data.shape[1:])
    center = rows.mean(axis=0) if len(rows) else np.zeros(data.shape[1:])
    drawn = center + (spread + 1e-3) * random.standard_normal((CHECKED_ROWS, *data.shape[1:]))
    return np.concatenate([rows.astype(np.float64), drawn])


def save(
    model: Any,
    path: Name,
    x: Any = None,
    *,
    activations: Optional[Sequence[str]] = None,
    output: Optional[str] = None,
    apply: Optional[Apply] = None,
) -> Path:
    """Writes the model to a `.safetensors` file that layerflow opens as the whole network; returns its path.

    The file appears complete or not at all. It is run on rows of `x` (drawn ones without `x`) and compared with the
    model's own answers first. `activations` are those of a nest of arrays, a name for each layer, and `apply` its
    forward pass, to compare with. `output` is the function behind the last layer that the model leaves to its loss:
    softmax, log_softmax, sigmoid.

    Raises LayerflowError if the model cannot be expressed, or answers otherwise.
    """
    path = Path(path)
    if path.suffix != ".safetensors":
        raise LayerflowError(f"{path} has another ending; networks are written as .safetensors")
    network = read(model, activations, output)
    tell(network)
    write_checked(network, path, model, x, apply, output is not None)
    return path


def write_keras(model: Any, path: Path, x: Any) -> None:
    """Writes a model of Keras as Keras does, for the window reads that too, once it has been found to answer the same.

    Raises LayerflowError if it cannot be written, takes no fixed number of values, or answers otherwise.
    """
    shape = _keras.input_shape(model)
    given = _rows(lambda: int(np.prod(shape)), x)
    if given[0].size != int(np.prod(shape)):
        raise LayerflowError(f"the model takes {int(np.prod(shape))} values, but a row of x has {given[0].size}")
    with tempfile.TemporaryDirectory(prefix="layerflow-") as folder:
        first = Path(folder) / "model.keras"
        try:
            model.save(first)
        except Exception as error:
            raise LayerflowError(f"Keras cannot write the model: {error}") from error
        own, tolerance = _keras.answers(model, given.reshape(len(given), *shape))
        _compare(first, given, own, tolerance, False)
        shutil.copyfile(first, path)


def tell(network: Network) -> None:
    """Tells what was guessed."""
    for sentence in network.assumed:
        warnings.warn(f"layerflow assumes that {sentence}", stacklevel=3)


def write_checked(
    network: Network, path: Path, model: Any, x: Any, apply: Optional[Apply], is_output_own: bool, step: Optional[int] = None
) -> None:
    """Writes the file once it has been found to answer as the model does."""
    with tempfile.TemporaryDirectory(prefix="layerflow-") as folder:
        first = Path(folder) / "model.safetensors"
        network.write(first)
        check(first, network, model, x, apply, is_output_own)
    network.write(path, step)
