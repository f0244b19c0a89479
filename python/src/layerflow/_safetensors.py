"""Files of tensors: eight bytes for the length of a header, the header as JSON, the values."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Mapping

import numpy as np
from numpy.typing import NDArray

#: The names of the types of values that are written.
TYPES = {"float64": "F64", "float32": "F32", "float16": "F16"}


def write_tensors(path: Path, tensors: Mapping[str, NDArray], metadata: Mapping[str, str]) -> None:
    """Writes the file beside and renames it, so that whoever looks at the folder sees a whole file or none."""
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    start, values = 0, []
    for name, tensor in tensors.items():
        # Other types than those named become the widest: no value is rounded.
        kind = TYPES.get(tensor.dtype.name)
        tensor = np.asarray(tensor, dtype=tensor.dtype.newbyteorder("<") if kind else "<f8", order="C")
        end = start + tensor.nbytes
        header[name] = {"dtype": kind or "F64", "shape": list(tensor.shape), "data_offsets": [start, end]}
        values.append(tensor)
        start = end
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for tensor in values:
                file.write(tensor.tobytes())
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
