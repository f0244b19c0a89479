"""`python -m layerflow …` is `layerflow …`."""

import subprocess
import sys

from ._program import find_program

if __name__ == "__main__":
    raise SystemExit(subprocess.run([find_program(), *sys.argv[1:]], check=False).returncode)
