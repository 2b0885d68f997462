"""Tell what cygrad runs on, and check gradients of a few functions on this machine."""

import argparse
import importlib.metadata
import os
import platform
import shutil
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad.numerical import check_grads

HELP = "tell the versions and what the CPU offers, and check gradients"

OPTIONAL = ("tqdm", "ipython", "matplotlib", "scipy", "mypy", "cython")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

MATRIX = np.array([[0.7, -1.3, 2.1], [-0.4, 1.9, 0.25]])
CASES: dict[str, tuple[Callable[..., cg.Variable], tuple[NDArray[np.float64], ...]]] = {
    "exp and log": (lambda x: F.log(1.0 + F.exp(x)), (MATRIX,)),
    "sin and cos": (lambda x: F.sin(x) * F.cos(2.0 * x), (MATRIX,)),
    "tanh": (F.tanh, (MATRIX,)),
    "powers": (lambda x: (x * x + 1.0) ** 1.5 / (x**2 + 2.0), (MATRIX,)),
    "broadcasting": (lambda x, b: (x - b) * b, (MATRIX, MATRIX[:1])),
    "matrix product": (lambda x, w: F.tanh(x @ w), (MATRIX, MATRIX.T)),
    "reductions": (lambda x: F.variance(x, axis=0) + F.max(x, axis=0), (MATRIX,)),
    "indexing": (lambda x: x[[1, 0, 1]] * x[:, 1:2].T[0, 0], (MATRIX,)),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It has none."""


def run(options: argparse.Namespace) -> int:
    for name, value in facts().items():
        print(f"{name:18} {value}")
    print()
    wrong = [name for name in CASES if not passes(name)]
    if wrong:
        print(f"\n{len(wrong)} of {len(CASES)} checks of gradients failed")
        return 1
    print(f"\nall {len(CASES)} checks of gradients passed, to second order")
    return 0


def facts() -> dict[str, str]:
    """What cygrad runs on, a line each."""
    config = np.show_config(mode="dicts") or {}
    blas = config.get("Build Dependencies", {}).get("blas", {})
    simd = config.get("SIMD Extensions", {})
    known = [*simd.get("baseline", []), *simd.get("found", [])]
    threads = [f"{name}={os.environ[name]}" for name in THREADS if name in os.environ]
    chosen = os.environ.get("CYGRAD_ISA")
    found = [f"{name} {version}" for name in OPTIONAL if (version := installed(name))]
    return {
        "cygrad": f"{cg.__version__}, {os.path.dirname(cg.__file__)}",
        "Python": f"{platform.python_version()}, {platform.platform()}",
        "NumPy": np.__version__,
        "BLAS of NumPy": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".rstrip(),
        "CPU": f"{platform.machine()}, {os.cpu_count()} threads of hardware",
        "its instructions": f"{' '.join(known) or 'unknown'} (as NumPy finds)",
        "kernels": f"{cg.isa()}, {f'CYGRAD_ISA={chosen}' if chosen else 'CYGRAD_ISA not set'}",
        "BLAS threads": ", ".join(threads) or "not set; OMP_NUM_THREADS=1 is best for small ones",
        "optional packages": ", ".join(found) or "none",
        "Graphviz": shutil.which("dot") or "not found",
    }


def installed(name: str) -> str | None:
    """The version of a package, without importing it."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def passes(name: str) -> bool:
    """Check a case, and print what came of it."""
    f, xs = CASES[name]
    try:
        check_grads(f, *xs, order=2)
    except AssertionError as error:
        print(f"{name:18} FAILED: {error}")
        return False
    print(f"{name:18} ok")
    return True
