"""A model and its data in the window."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Optional, Sequence

import numpy as np

from ._arrays import to_numpy, to_rows
from ._errors import LayerflowError
from ._keras import is_keras
from ._program import find_program
from ._write import Apply, Name, read, tell, write_checked, write_keras

#: How long a window that cannot open is waited for, in seconds.
FAILING = 0.3


def show(
    model: Any,
    x: Any = None,
    y: Any = None,
    *,
    activations: Optional[Sequence[str]] = None,
    output: Optional[str] = None,
    apply: Optional[Apply] = None,
) -> Path:
    """Opens the window with the model and its data (`y`: labels or values, one a row), and returns at once.

    Complete files are written to a temporary folder that stays, since the window reads it; its path is printed and the
    path of the network's file returned. The window outlives the interpreter. The options are those of `save`. A `model` that
    is the path of a file is opened as it is.

    Raises LayerflowError if the model cannot be expressed, or the window cannot be opened.
    """
    folder = Path(tempfile.mkdtemp(prefix="layerflow-"))
    path = _file_of(model, folder / "model.safetensors", x, activations, output, apply)
    arguments = [str(path), *_data(folder, x, y)]
    print(f"layerflow shows {path}")
    open_window(arguments, folder / "window.log")
    return path


def compare(a: Any, b: Any, x: Any = None, y: Any = None, *, activations: Optional[Sequence[str]] = None) -> None:
    """Opens the window with two models, or files, and the same data under both, and returns at once.

    The rest is as with `show`. Raises LayerflowError if a model cannot be expressed, or the window cannot be opened.
    """
    folder = Path(tempfile.mkdtemp(prefix="layerflow-"))
    one, other = (
        _file_of(model, folder / name, x, activations, None, None)
        for model, name in ((a, "a.safetensors"), (b, "b.safetensors"))
    )
    print(f"layerflow compares {one} and {other}")
    open_window([str(one), str(other), *_data(folder, x, y)], folder / "window.log")


def _file_of(
    model: Any,
    path: Path,
    x: Any,
    activations: Optional[Sequence[str]],
    output: Optional[str],
    apply: Optional[Apply],
) -> Path:
    """The model's file: the one that it is, or a new one."""
    if isinstance(model, (str, Path)):
        return Path(model)
    try:
        network = read(model, activations, output)
    except LayerflowError:
        if output is not None or not is_keras(model):
            raise
        # Pictures, branches, recurrence: what Keras writes itself is read by the program.
        path = path.with_suffix(".keras")
        write_keras(model, path, x)
        return path
    tell(network)
    write_checked(network, path, model, x, apply, output is not None)
    return path


def _data(folder: Path, x: Any, y: Any) -> Sequence[str]:
    if x is not None:
        return ["--data", str(write_data(folder / "data.npz", x, y))]
    if y is not None:
        raise LayerflowError("y is given without x; give the rows that the labels belong to")
    return []


def write_data(path: Path, x: Any, y: Any) -> Path:
    """Writes the rows and their labels."""
    rows = to_rows(x)
    arrays = {"x": rows}
    if y is not None:
        labels = to_numpy(y)
        labels = labels.reshape(-1) if labels.ndim == 2 and labels.shape[1] == 1 else labels
        if len(labels) != len(rows):
            raise LayerflowError(f"x has {len(rows)} rows, but y {len(labels)}; give one label for each row")
        if labels.dtype.kind in "OUS":
            labels = labels.astype(str)
        arrays["y"] = labels
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def open_window(arguments: Sequence[str], log: Name) -> "subprocess.Popen[bytes]":
    """Starts the window on its own; what it tells goes to the file `log`."""
    with open(log, "wb") as told:
        window = subprocess.Popen(
            [find_program(), *arguments], stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True
        )
    # A window that cannot open ends at once, and its reason would be lost.
    end = time.monotonic() + FAILING
    while time.monotonic() < end:
        if window.poll() is not None:
            reason = Path(log).read_text(encoding="utf-8", errors="replace").strip()
            if window.returncode != 0:
                raise LayerflowError(reason or f"layerflow ended with status {window.returncode}")
            break
        time.sleep(0.01)
    # Popen tells of children that still run when it is forgotten; this one is to outlive us.
    window.returncode = window.returncode or 0
    return window
