"""Names of other libraries: errors that say what to write here, and nothing else."""

import copy
import importlib
import inspect
import os
import pickle
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
import cygrad.models as M
from cygrad import elsewhere
from cygrad.optimizers import SGD, Adam, CosineSchedule

X = cg.Variable([1.0, 2.0], name="x")
INSTANCES: dict[str, Any] = {
    "Variable": X,
    "Function": (X * 2.0).creator,
    "Layer": M.MLP([2]),
    "Optimizer": Adam(),
    "Schedule": CosineSchedule(SGD(), 3),
}
HINTS = {
    (where, name): hint
    for where in elsewhere.TABLE
    for name, hint in elsewhere._hints(where).items()
}
IN_CLASSES = [(where, name) for where, name in HINTS if where in INSTANCES]
IN_MODULES = [(where, name) for where, name in HINTS if where not in INSTANCES]


@pytest.mark.parametrize(("where", "name"), IN_CLASSES)
def test_a_name_that_a_class_does_not_have(where: str, name: str) -> None:
    thing = INSTANCES[where]
    kind = type(thing)
    for owner, what in (
        (thing, f"'{kind.__name__}' object"),
        (kind, f"type object '{kind.__name__}'"),
    ):
        with pytest.raises(AttributeError) as info:
            getattr(owner, name)
        assert str(info.value) == f"{what} has no attribute '{name}': {HINTS[where, name]}"
        assert info.value.__suppress_context__
        assert not hasattr(owner, name)
    assert name not in dir(thing)


@pytest.mark.parametrize(("where", "name"), IN_MODULES)
def test_a_name_that_a_module_does_not_have(where: str, name: str) -> None:
    module = importlib.import_module(where)
    with pytest.raises(AttributeError) as info:
        getattr(module, name)
    assert str(info.value) == f"module '{where}' has no attribute '{name}': {HINTS[where, name]}"
    assert name not in dir(module)


def test_a_function_is_looked_for_in_cygrad() -> None:
    with pytest.raises(AttributeError, match=r"'exp': write F.exp, after `import cygrad.functions"):
        getattr(cg, "exp")  # noqa: B009
    with pytest.raises(AttributeError, match=r"^module 'cygrad' has no attribute 'expp'$"):
        getattr(cg, "expp")  # noqa: B009


def test_a_name_is_in_the_table_once() -> None:
    for where, rows in elsewhere.TABLE.items():
        names = " ".join(rows).split()
        assert len(names) == len(set(names)), where


# What stands for what in the hints.
MEANING: dict[str, Any] = {
    "F": F,
    "L": L,
    "cg": cg,
    "np": np,
    "x": X,
    "y": X,
    "gradient": X,
    "layer": L.Linear(1, in_size=2),
    "model": INSTANCES["Layer"],
    "loss": X,
    "optimizer": INSTANCES["Optimizer"],
    "schedule": INSTANCES["Schedule"],
    "p": X,
    "cygrad": cg,
}


@pytest.mark.parametrize("hint", sorted(set(HINTS.values())))
def test_what_a_hint_says_exists(hint: str) -> None:
    for path in re.findall(r"(?<![\w.])[a-zA-Z]+(?:\.\w+)+", hint):
        first, *rest = path.split(".")
        if first == "self":  # of a Function
            assert hasattr(INSTANCES["Function"], rest[0])
            continue
        thing = MEANING[first]
        for name in rest:
            thing = getattr(thing, name)
    for name in re.findall(r"(?<![\w.])([A-Z]\w+)\(", hint):
        assert name == "Square" or hasattr(cg.optimizers, name)


@pytest.mark.parametrize(
    "hint",
    sorted({h for (w, _), h in HINTS.items() if re.fullmatch(r"write F\.\w+\([xy, ]+\)", h)}),
)
def test_what_a_hint_says_runs(hint: str) -> None:
    x = cg.Variable([[0.3, 0.5], [0.2, 0.7]])
    result = eval(hint.removeprefix("write "), {"F": F, "x": x, "y": x})
    assert isinstance(result, cg.Variable)


# ---- Nothing else changes ---------------------------------------------------------------------


def test_what_a_user_defines_comes_first() -> None:
    class Trained:
        def train(self) -> str:
            return "trained"

    class Mine(M.Model, Trained):
        weight: cg.Variable

        def __init__(self) -> None:
            self.weight = cg.Variable(1.0)
            self.to = "somewhere"

        def parameters(self) -> int:
            return 3

    mine = Mine()
    assert (mine.train(), mine.to, mine.parameters()) == ("trained", "somewhere", 3)
    assert [name for name, _ in mine.params()] == ["weight"]
    assert {"train", "to", "parameters", "weight"} <= set(dir(mine))
    assert Mine.parameters(mine) == 3
    assert not hasattr(Mine, "weight")
    assert "eval" not in dir(mine)
    del mine.to
    with pytest.raises(AttributeError, match="'Mine' object has no attribute 'to': leave it out"):
        mine.to  # noqa: B018


def test_a_getattr_of_a_user_is_asked() -> None:
    class Mine(cg.Variable):
        def __getattr__(self, name: str) -> str:
            return name

    assert Mine(1.0).detach == "detach"


def test_attributes_are_read_as_ever() -> None:
    for thing in INSTANCES.values():
        assert not hasattr(type(thing), "__getattr__")
        for name in set(dir(thing)) - {"__abstractmethods__"}:
            assert hasattr(thing, name)


def test_copies_and_files() -> None:
    for thing in (X, INSTANCES["Layer"]):
        for other in (copy.copy(thing), copy.deepcopy(thing), pickle.loads(pickle.dumps(thing))):
            assert dir(other) == dir(thing)


def test_numpy_and_pytest_take_it_as_ever() -> None:
    assert np.asarray(X).tolist() == [1.0, 2.0]
    assert np.shares_memory(np.asarray(X), X.data)
    np.testing.assert_array_equal(X, [1.0, 2.0])
    assert X.data == pytest.approx(np.asarray(X))
    assert np.stack([X, X]).shape == (2, 2)
    assert repr(X) == "x([1., 2.])"


# ---- What dir shows ---------------------------------------------------------------------------

MODULES = sorted({where for where, _ in IN_MODULES} | {f"cygrad.{m}" for m in cg._MODULES})


@pytest.mark.parametrize("name", MODULES)
def test_dir_shows_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    shown = [n for n in dir(module) if not n.startswith("__")]
    later = cg._MODULES if module is cg else []
    assert shown == sorted({n for n in module.__all__ if n != "__version__"} | set(later))
    assert {"__name__", "__doc__", "__all__"} <= set(dir(module))


def test_modules_load_by_themselves() -> None:
    code = (
        "import sys, cygrad as cg; assert 'optimize' in dir(cg); cg.optimize.minimize; "
        "[getattr(cg, name) for name in dir(cg)]; "
        "print(sorted(m for m in sys.modules if m.partition('.')[0] == 'scipy'))"
    )
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    result = subprocess.run(
        [sys.executable, "-P", "-c", code], env=paths, capture_output=True, check=True, text=True
    )
    assert result.stdout == "[]\n"


def test_signatures_and_help_do_not_stumble() -> None:
    for thing in INSTANCES.values():
        assert inspect.getmembers(thing)
        assert inspect.classify_class_attrs(type(thing))
