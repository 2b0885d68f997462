"""mypy and pyright, run on files in another folder, so that nothing of the source tree is found."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import cygrad

ROOT = Path(__file__).parents[2]
INSTALLED = Path(cygrad.__file__).parent

needs_stubs = pytest.mark.skipif(
    not (INSTALLED / "core" / "variable.pyi").exists(),
    reason=f"cygrad is imported from {INSTALLED}, which has no stubs beside its modules: build it by "
    ".ci/build, or install it, and then run pytest, not python -m pytest",
)
needs_mypy = pytest.mark.skipif(
    importlib.util.find_spec("mypy") is None, reason="mypy is not installed"
)
needs_new_numpy = pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.2.0",
    reason="the stubs of NumPy before 2.2 lack some of what the package calls",
)
needs_pyright = pytest.mark.skipif(
    shutil.which("pyright") is None,
    reason="there is no pyright: pip install pyright, which brings Node.js",
)


# Type checkers look where packages are installed, or an editable install has put a path; a tree that
# was found by PYTHONPATH they are told of.
FOUND = subprocess.run(
    [sys.executable, "-I", "-c", "import importlib.util as u; print(u.find_spec('cygrad').origin)"],
    capture_output=True,
    check=False,
    text=True,
).stdout.strip()
PATH = {} if FOUND == cygrad.__file__ else {"MYPYPATH": str(INSTALLED.parent)}


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a command in a folder."""
    done = subprocess.run(
        arguments,
        cwd=folder,
        env=os.environ | PATH,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def mypy(folder: Path, *targets: str, config: str = "") -> tuple[int, str]:
    """mypy --strict, free of any configuration file but the lines given."""
    options = ["--strict", "--config-file=", "--no-pretty", "--show-error-codes"]
    if config:
        (folder / "mypy.ini").write_text(config, encoding="utf-8")
        options[1] = "--config-file=mypy.ini"
    return run(folder, sys.executable, "-m", "mypy", *options, *targets)


def pyright(folder: Path, files: Sequence[Path], mode: str) -> tuple[int, str]:
    """pyright on files of a folder."""
    settings = {"typeCheckingMode": mode, "include": [f.name for f in files]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    return run(folder, "pyright", "--pythonpath", sys.executable)
