"""Every error that a docstring names is raised, by a call in documented_errors.py."""

import builtins
import copy
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documented_errors import FAMILIES, TABLE
from test_docstrings import PUBLIC, entries, function_it_refers_to, sections

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
import cygrad.linalg as LA
import cygrad.models as M
from cygrad import data, dot, hooks, numerical, optimize, optimizers, special, stats
from operations import BINARY

# What the calls find, beside the names below.
MODULES = {
    "F": F,
    "L": L,
    "LA": LA,
    "M": M,
    "cg": cg,
    "np": np,
    "copy": copy,
    "data": data,
    "dot": dot,
    "hooks": hooks,
    "numerical": numerical,
    "optimize": optimize,
    "optimizers": optimizers,
    "special": special,
    "stats": stats,
}


# ---- What the calls use -----------------------------------------------------------------------


class Forward(cg.Function):
    def forward(self, x: Any) -> Any:
        return 2.0 * x


class Wrong(Forward):
    def backward(self, gy: Any) -> Any:
        return gy


class Rate(optimizers.Schedule):
    def lr_at(self, count: int) -> float:
        return self.base_lr


class Twice(L.Layer):
    """Two parameters of the same name."""

    def __init__(self) -> None:
        self.of = {1: L.Linear(1, 1), "1": L.Linear(1, 1)}


def called(layer: Any, x: Any) -> Any:
    layer(x)
    return layer


def misfit() -> cg.Variable:
    x = cg.Variable([1.0, 2.0])
    y = x * x
    x.data = [1.0, 2.0, 3.0]
    return y


def changing() -> cg.Variable:
    shapes = iter([(2,), (2, 1)])
    return F.sum(cg.checkpoint(lambda x: F.reshape(x * x, next(shapes)))(cg.ones(2)))


def with_gradient(number: float) -> cg.Variable:
    x = cg.Variable(1.0)
    x.grad = cg.Variable(number)
    return x


def world() -> dict[str, Any]:
    x, m = cg.Variable([1.0, 2.0, 3.0]), cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    used = cg.ones(2, 2)
    return {
        **MODULES,
        **vars(optimizers),
        "called": called,
        "changing": changing,
        "misfit": misfit,
        "with_gradient": with_gradient,
        "Forward": Forward,
        "Path": Path,
        "Rate": Rate,
        "Twice": Twice,
        "Wrong": Wrong,
        "__file__": __file__,
        "sparse": importlib.import_module("scipy.sparse"),
        "x": x,
        "m": m,
        "none": cg.zeros(0),
        "singular": cg.ones(2, 2),
        "plane": cg.ones(1, 1, 4, 4),
        "nan": float("nan"),
        "used": used,
        "graph": used * used,
    }


# ---- The table --------------------------------------------------------------------------------


def subject(call: str) -> str:
    """The public name that a call is about: the one before a colon, or the one called first."""
    name = re.match(r"[\w.]+", call)
    assert name is not None, call
    root, _, rest = name[0].partition(".")
    return f"{MODULES[root].__name__}.{rest}"


def cases() -> Iterator[tuple[str, str, str]]:
    """(public name, error, call)."""
    error = ""
    for line in filter(None, TABLE.splitlines()):
        if line[0] != " ":
            error = line
            continue
        about, _, call = line.strip().rpartition(": ") if ": " in line else ("", "", line.strip())
        if "(" in about:  # a colon inside the call
            about, call = "", line.strip()
        yield subject(about or call), error, call
    for block in re.split(r"\n(?=\w)", FAMILIES.strip()):
        head, _, names = block.partition("\n")
        error, _, call = head.partition(": ")
        for name in names.split():
            yield subject(name), error, call.replace("{}", name)
    for name in sorted({row.name for row in BINARY}):
        yield f"cygrad.functions.{name}", "ValueError", f"F.{name}(x, [1.0, 2.0])"
        yield f"cygrad.functions.{name}", "TypeError", f"F.{name}(x, 'a')"


CASES = list(cases())
NAMED = {
    (name, error)
    for name, thing in PUBLIC.items()
    for errors in entries(sections(thing).get("Raises", ""))
    for error in errors.split(", ")
}


@pytest.mark.parametrize(("name", "error", "call"), CASES)
def test_it_is_raised(
    name: str, error: str, call: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if name.startswith(("cygrad.special", "cygrad.stats", "cygrad.sparse")):
        pytest.importorskip("scipy")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))  # without Graphviz
    things = world()
    expected = np.linalg.LinAlgError if "." in error else getattr(builtins, error)
    with pytest.raises(expected):
        eval(call, things)


def test_all_are_in_the_table() -> None:
    """ImportError has a test of its own, and a method that refers to a function names no errors."""
    named = {pair for pair in NAMED if pair[1] != "ImportError"}
    tried = {case[:2] for case in CASES}
    assert named <= tried, f"{named - tried} want an example in tests/documented_errors.py"
    unnamed = {name for name, _ in tried - named} - {n for n in PUBLIC if function_it_refers_to(n)}
    assert not unnamed, f"{unnamed} raise what their docstrings have not under Raises"


WITHOUT_SCIPY = """
import inspect, sys
sys.modules["scipy"] = None
import numpy as np
from test_docstrings import PUBLIC
SPECIAL = {"f": np.sum, "d": 1}
for name in sys.argv[1:]:
    parameters = inspect.signature(PUBLIC[name]).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    try:
        PUBLIC[name](**{n: SPECIAL.get(n, np.full(2, 0.5)) for n in needed})
    except ImportError as error:
        assert "scipy" in str(error)
    else:
        print(name, "needs no scipy")
"""


def test_import_error_without_scipy() -> None:
    names = sorted(name for name, error in NAMED if error == "ImportError")
    run = subprocess.run(
        [sys.executable, "-P", "-c", WITHOUT_SCIPY, *names],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert (run.stdout, run.stderr) == ("", "")
