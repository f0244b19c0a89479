"""What layerflow tells of a file, as Python's own values."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np
from numpy.typing import NDArray

from ._arrays import to_rows
from ._program import run_program
from ._show import write_data
from ._write import Name


def inspect(path: Name, x: Any = None, y: Any = None, *, options: Sequence[str] = ()) -> Dict[str, Any]:
    """Layers, singular values, rotations and findings of a network's file, as `layerflow inspect --json` tells them.

    With `x` (and `y`) also accuracy, gradients, and the measures along the flow. `options` go to the command as they are:
    ["--activation", "relu"] for a file that gives only tensors.

    Raises LayerflowError with the program's sentence if the file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="layerflow-") as folder:
        arguments = ["inspect", str(path), "--json", *options]
        if x is not None:
            arguments += ["--data", str(write_data(Path(folder) / "data.npz", x, y))]
        told: Dict[str, Any] = json.loads(run_program(arguments))
    return told


def flow(path: Name, x: Any, times: Sequence[float], *, options: Sequence[str] = ()) -> NDArray[np.float64]:
    """Where the rows of `x` are at these times of the flow: times x rows x dimension of the ambient space.

    Times run from 0 to the number of layers. Raises LayerflowError with the program's sentence if there is no flow.
    """
    spelled: List[str] = [repr(float(time)) for time in times]
    with tempfile.TemporaryDirectory(prefix="layerflow-") as folder:
        data, out = Path(folder) / "x.npz", Path(folder) / "flow.npz"
        np.savez(data, x=to_rows(x))
        command = ["flow", str(path), "--data", str(data), f"--times={','.join(spelled)}", "--out", str(out), *options]
        run_program(command)
        with np.load(out) as written:
            return np.asarray(written["positions"], dtype=np.float64)
