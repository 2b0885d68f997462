"""`extension`: an operation of one's own in Cython, against the same one built in.

100 softpluses of one number, forward and backward: F.softplus, and the one that tests/cimport
builds against the installed cygrad (the guide's example). On one number, what is timed is the call
and the node, not the kernel.
"""

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import Contender, Replayed, Run, Workload
from replay import replayed

LENGTH = 100
SOURCES = Path(__file__).parent.parent / "tests" / "cimport"


@functools.cache
def build() -> Any:
    """The module softplus, built as a user would."""
    folder = Path(tempfile.mkdtemp())
    try:
        for name in ("huber.pyx", "softplus.pyx", "probe.pyx", "build.py"):
            shutil.copy(SOURCES / name, folder)
        subprocess.run(
            [sys.executable, "-P", "build.py", "-q", "build_ext", "--inplace"],
            cwd=folder,
            env=os.environ | {"CFLAGS": "-O2"},
            capture_output=True,
            check=True,
        )
        (path,) = [p for p in folder.glob("softplus.*") if p.suffix in (".so", ".pyd")]
        specification = importlib.util.spec_from_file_location("softplus", path)
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def chain(cg: Any, function: Callable[[Any], Any]) -> Run:
    x = cg.Variable(0.5)

    def run() -> tuple[Any, Any]:
        y = x
        for _ in range(LENGTH):
            y = function(y)
        x.cleargrad()
        y.backward()
        return y, x.grad

    return run


def chain_replayed(cg: Any, function: Callable[[Any], Any]) -> Replayed:
    def chained(x: Any) -> Any:
        for _ in range(LENGTH):
            x = function(x)
        return x

    return replayed(cg, cg.value_and_grad(chained), (0.5,), (0.3,))


def expected() -> tuple[float, float]:
    """log(n + exp(x)), and its derivative, as softplus applied n times is."""
    from math import exp, log

    return log(LENGTH + exp(0.5)), exp(0.5) / (LENGTH + exp(0.5))


def workload() -> Workload:
    return Workload(
        name="extension",
        what=f"{LENGTH} softpluses of one number, forward and backward: an extension's operation",
        contenders=[
            Contender(
                "cygrad",
                "cygrad",
                lambda cg: chain(cg, cg.functions.softplus),
                expected(),
                nodes=LENGTH,
            ),
            Contender(
                "cygrad replayed",
                "cygrad",
                lambda cg: chain_replayed(cg, cg.functions.softplus),
                expected(),
                nodes=LENGTH,
            ),
            Contender(
                "replayed, apply()",
                "cygrad",
                lambda cg: chain_replayed(cg, build().softplus),
                expected(),
                nodes=LENGTH,
            ),
            Contender(
                "extension, apply()",
                "cygrad",
                lambda cg: chain(cg, build().softplus),
                expected(),
                nodes=LENGTH,
            ),
            Contender(
                "extension, Softplus()",
                "cygrad",
                lambda cg: chain(cg, build().Softplus(1.0)),
                expected(),
                nodes=LENGTH,
            ),
        ],
    )
