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
from cygrad.elsewhere import arguments, classes, hints, modules
from cygrad.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    CosineSchedule,
    ExponentialSchedule,
    Momentum,
    RMSprop,
    StepSchedule,
    WarmUp,
)

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
    for table in (classes.TABLE, modules.TABLE)
    for where in table
    for name, hint in hints(table, where).items()
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
    for where, rows in {**classes.TABLE, **modules.TABLE}.items():
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


OF_ARGUMENTS = {hint for rows in arguments.ARGUMENTS.values() for hint in rows.values()}


@pytest.mark.parametrize("hint", sorted({*HINTS.values(), *OF_ARGUMENTS}))
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
        assert name == "Square" or hasattr(cg.optimizers, name) or hasattr(cg.hooks, name)
    # Names with an equals sign are parameters.
    for name in re.findall(r"\bwrite (\w+)=", hint):
        assert any(name in inspect.signature(k).parameters for ks in CLASSES.values() for k in ks)


@pytest.mark.parametrize(
    "hint",
    sorted({h for (w, _), h in HINTS.items() if re.fullmatch(r"write F\.\w+\([xy, ]+\)", h)}),
)
def test_what_a_hint_says_runs(hint: str) -> None:
    x = cg.Variable([[0.3, 0.5], [0.2, 0.7]])
    result = eval(hint.removeprefix("write "), {"F": F, "x": x, "y": x})
    assert isinstance(result, cg.Variable)


# ---- Arguments --------------------------------------------------------------------------------

OPTIMIZERS = [SGD, Momentum, RMSprop, AdaGrad, Adam, AdamW]
RECURRENT = [L.RNN, L.LSTM, L.GRU]
LAZY = [L.Linear, L.Conv2d, L.LayerNorm, L.BatchNorm, *RECURRENT]
POOLS = [L.MaxPool2d, L.AvgPool2d]
CLASSES: dict[str, list[Any]] = {
    "Optimizer": OPTIMIZERS,
    "Schedule": [StepSchedule, ExponentialSchedule, CosineSchedule, WarmUp],
    "Recurrent": RECURRENT,
    "CheckedLayer": [*LAZY, L.Dropout, L.Embedding, *POOLS],
    "Dropout": [L.Dropout],
    "Embedding": [L.Embedding],
    "_Pool2d": POOLS,
    **{kind.__name__: [kind] for kind in LAZY[:4]},
}
TAKEN = {
    (AdamW, "weight_decay"),
    (RMSprop, "alpha"),
    (Momentum, "momentum"),
    (Momentum, "nesterov"),
}
REFUSED = [
    (kind, name, hint)
    for where in arguments.ARGUMENTS
    for name, hint in hints(arguments.ARGUMENTS, where).items()
    for kind in CLASSES[where]
    if name != "*" and (kind, name) not in TAKEN
]


@pytest.mark.parametrize(("kind", "name", "hint"), REFUSED)
def test_an_argument_of_another_library(kind: Any, name: str, hint: str) -> None:
    with pytest.raises(TypeError) as info:
        kind(**{name: 1})
    assert str(info.value) == f"{kind.__name__}() does not take {name}=: " + hint.replace(
        "{kind}", kind.__name__
    )


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_with_parameters(kind: Any) -> None:
    parameters = L.Linear(1, in_size=2).params()
    with pytest.raises(
        TypeError, match=r"without parameters: write \w+\(lr=0.001\).setup\(model\)"
    ):
        kind(parameters, lr=1e-3)
    with pytest.raises(TypeError, match=r"the model is for setup\(\)|without parameters: write"):
        kind(parameters, 1e-3)


def test_channels_in_the_order_of_others() -> None:
    with pytest.raises(TypeError, match="Conv2d.* the channels that come out are first"):
        L.Conv2d(3, 8, 5)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("kind", "arguments", "named", "message"),
    [
        (Adam, (), {"rate": 1}, "Adam.__init__() got an unexpected keyword argument 'rate'"),
        (L.Linear, (), {}, "Linear.__init__() missing 1 required positional argument: 'out_size'"),
        (CosineSchedule, (SGD(), 1, 2, 3), {}, "takes from 3 to 4 positional arguments but 5"),
        (L.Linear, (1,), {"out_size": 1}, "got multiple values for argument 'out_size'"),
    ],
)
def test_other_wrong_arguments_are_pythons_errors(
    kind: Any, arguments: tuple[Any, ...], named: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        kind(*arguments, **named)


def test_a_class_of_a_user_takes_what_it_takes() -> None:
    class Mine(Adam):
        def __init__(
            self, params: list[cg.Variable], betas: tuple[float, float], **rest: Any
        ) -> None:
            super().__init__(beta1=betas[0], beta2=betas[1])
            self.rest = rest

    class Positional(L.Conv2d):
        def __init__(self, *sizes: int) -> None:
            super().__init__(sizes[1], sizes[2], in_channels=sizes[0])

    assert Mine([X], betas=(0.5, 0.6), weight_decay=1).rest == {"weight_decay": 1}
    assert Positional(3, 8, 5).w.shape == (8, 3, 5, 5)


def test_signatures_are_those_of_the_constructors() -> None:
    for kind in (kind for kinds in CLASSES.values() for kind in kinds):
        of_init = list(inspect.signature(kind.__init__).parameters)
        assert list(inspect.signature(kind).parameters) == of_init[1:]


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


def test_hints_are_read_when_something_is_missed() -> None:
    code = (
        "import sys, cygrad as cg, cygrad.layers as L, cygrad.optimizers as O; L.Linear(1); O.Adam(); "
        "before = {'cygrad.elsewhere.modules', 'cygrad.elsewhere.arguments'} & set(sys.modules); "
        "hasattr(cg, 'tensor'); "
        "print(before, 'cygrad.elsewhere.modules' in sys.modules)"
    )
    paths = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    result = subprocess.run(
        [sys.executable, "-P", "-c", code], env=paths, capture_output=True, check=True, text=True
    )
    assert result.stdout == "set() True\n"


def test_signatures_and_help_do_not_stumble() -> None:
    for thing in INSTANCES.values():
        assert inspect.getmembers(thing)
        assert inspect.classify_class_attrs(type(thing))
