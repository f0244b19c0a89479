"""The program `layerflow`: where it is, and how it is run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Sequence

from ._errors import LayerflowError

#: The environment variable that names another program than the one of this package.
VARIABLE = "LAYERFLOW_PROGRAM"


def find_program() -> str:
    """The program's path: that of the environment variable, that of this package, or the one on the search path."""
    given = os.environ.get(VARIABLE)
    if given:
        if not Path(given).is_file():
            raise LayerflowError(f"{VARIABLE} is `{given}`, which is no file; give the path of the program or unset it")
        return given
    name = "layerflow" + (".exe" if os.name == "nt" else "")
    user_scheme = "nt_user" if os.name == "nt" else "posix_user"
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    folders.append(sysconfig.get_path("scripts", scheme=user_scheme))
    for folder in folders:
        if folder and (program := Path(folder) / name).is_file():
            return str(program)
    found = shutil.which(name)
    if found is None:
        raise LayerflowError(
            f"the program {name} is not found; install the wheel of layerflow, or name the program in {VARIABLE}"
        )
    return found


def run_program(arguments: Sequence[str]) -> str:
    """Runs the program and returns what it prints.

    Raises LayerflowError with the program's own sentence if it fails.
    """
    try:
        done = subprocess.run(
            [find_program(), *arguments], check=False, capture_output=True, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        raise LayerflowError(f"the program cannot be started: {error}") from error
    if done.returncode != 0:
        raise LayerflowError(done.stderr.strip() or f"layerflow ended with status {done.returncode}")
    return done.stdout
