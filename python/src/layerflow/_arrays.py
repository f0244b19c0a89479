"""Numbers of any framework as NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._errors import LayerflowError


def to_numpy(values: Any) -> NDArray:
    """The values as an array, wherever they are kept; floats of two bytes that NumPy lacks become f32, losing nothing."""
    if hasattr(values, "detach"):
        values = values.detach()
    if hasattr(values, "cpu") and callable(values.cpu):
        values = values.cpu()
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        # bfloat16 of PyTorch, which tells so only when it is asked for.
        array = np.asarray(values.float() if hasattr(values, "float") else values)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def to_floats(values: Any) -> NDArray[np.floating]:
    """The values as floating point numbers."""
    array = to_numpy(values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def to_rows(x: Any) -> NDArray[np.floating]:
    """Data with one row a sample: pictures and the like are laid out value after value."""
    array = to_floats(x)
    if array.ndim < 2:
        raise LayerflowError(f"x has the shape {array.shape}; give one row for each sample")
    return array.reshape(len(array), -1)
