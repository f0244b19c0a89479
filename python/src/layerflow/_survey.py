"""Many files in one table."""

from __future__ import annotations

import glob
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union

from ._errors import LayerflowError
from ._program import run_program
from ._write import Name

#: What the table says of every layer or tensor, where it is told.
LAYER_COLUMNS = (
    "index", "name", "kind", "inputs", "outputs", "activation", "rank", "condition_number", "spectral_norm", "stable_rank",
    "effective_rank", "total_rotation", "reflection",
)  # fmt: skip
Row = Dict[str, Any]


def survey(
    paths: Union[Name, Iterable[Name]], client: Any = None, *, out: Optional[Name] = None, options: Sequence[str] = ()
) -> Any:
    """One table of the layers of many files, a row a layer: a `pandas.DataFrame`, written to `out` (Parquet or CSV) if given.

    `paths` is a file, a folder, a pattern (`models/**/*.safetensors`) or several of them. Each file is told of by `layerflow
    inspect --json` in a process of its own, on this machine's cores, or on the workers of `client`, an existing
    `dask.distributed.Client`, which need this package and see the same paths. A file in several parts is worked on tensor by
    tensor. A file that cannot be read is a row with its `error`; the others go on. The rows stand in the order of the files,
    whoever does the work.

    Raises LayerflowError if there is no file, or pandas is missing.
    """
    try:
        import pandas
    except ImportError:
        raise LayerflowError("survey makes a pandas table; install pandas (and pyarrow for Parquet)") from None
    files = _files(paths)
    tasks = _mapped(client, _tasks_of, [(file, tuple(options)) for file in files])
    rows = _mapped(client, _rows_of, [task for of_file in tasks for task in of_file])
    table = pandas.DataFrame([row for of_task in rows for row in of_task])
    if out is not None:
        if Path(out).suffix == ".parquet":
            table.to_parquet(out)
        elif Path(out).suffix == ".csv":
            table.to_csv(out, index=False)
        else:
            raise LayerflowError(f"{out} has another ending; a table is written as .parquet or .csv")
    return table


def _mapped(client: Any, work: Any, tasks: Sequence[Any]) -> List[Any]:
    if client is not None:
        return list(client.gather(client.map(work, tasks, pure=False)))
    # Each task waits for a process of its own: threads are enough to start them.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(pool.map(work, tasks))


def _files(paths: Union[Name, Iterable[Name]]) -> List[str]:
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    files: List[str] = []
    for name in given:
        text = os.fspath(name)
        if os.path.isdir(text):
            found = [os.path.join(text, entry) for entry in sorted(os.listdir(text)) if not entry.startswith(".")]
            files += [entry for entry in found if os.path.isfile(entry)]
        elif os.path.exists(text) or not glob.has_magic(text):
            # A file that is missing is a row with that error.
            files.append(text)
        else:
            files += sorted(entry for entry in glob.glob(text, recursive=True) if os.path.isfile(entry))
    if not files:
        raise LayerflowError(f"there is no file at {', '.join(os.fspath(name) for name in given)}")
    return files


def _tasks_of(job: Any) -> List[Any]:
    """One task for a file; for an index of parts one for each tensor."""
    file, options = job
    if not file.endswith(".index.json"):
        return [(file, None, options)]
    try:
        listed = json.loads(run_program(["inspect", file, "--tensors", "--json"]))["tensors"]
    except (LayerflowError, ValueError, KeyError):
        # The task itself tells the reason.
        return [(file, None, options)]
    matrices = [tensor["name"] for tensor in listed if len(tensor["shape"]) >= 2]
    return [(file, name, options) for name in matrices] or [(file, None, options)]


def _rows_of(task: Any) -> List[Row]:
    """The rows of one task; of one that fails the row with its error."""
    file, tensor, options = task
    chosen = [] if tensor is None else [f"--tensors={tensor}", "--spectra"]
    row: Row = {"file": file, "error": None, "findings": None, "note": None}
    try:
        told = json.loads(run_program(["inspect", file, "--json", *chosen, *options]))
    except LayerflowError as error:
        return [{**row, "error": str(error)}]
    except ValueError as error:
        return [{**row, "error": f"what layerflow printed is no JSON: {error}"}]
    return _flattened(row, told)


def _flattened(row: Row, told: Row) -> List[Row]:
    findings = {finding["code"] for finding in told.get("findings") or told.get("warnings") or []}
    row["findings"] = ", ".join(sorted(findings))
    partial = (told.get("network") or {}).get("partial")
    row["note"] = partial["message"] if partial else None
    # Of files that give only tensors each weight has a spectrum; there is no order and no flow.
    weights = [{**weight, **(weight.get("operator") or {})} for weight in told.get("weights") or []]
    rows = []
    for layer in told.get("layers") or weights:
        values = {key: layer.get(key) for key in LAYER_COLUMNS}
        rows.append({**row, **values, "singular_values": layer.get("singular_values")})
    return rows or [row]
