"""Where the tests find the package and the program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A wheel that is installed is tested as it is; else the sources are.
try:
    import layerflow  # noqa: F401
except ImportError:
    sys.path.insert(0, str(ROOT / "python" / "src"))

from layerflow import LayerflowError  # noqa: E402
from layerflow._program import VARIABLE, find_program  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def program() -> str:
    """The program: that of the wheel, of the environment, or the one that cargo has built."""
    try:
        return find_program()
    except LayerflowError:
        for profile in ("release", "debug"):
            built = ROOT / "target" / profile / "layerflow"
            if built.is_file():
                os.environ[VARIABLE] = str(built)
                return str(built)
        raise
