"""Misuse of every public callable: wrong types, shapes, numbers, and objects whose methods are hostile.

A call either works or raises an ordinary exception that says something; then what came out goes
through a backward pass. Never a crash, a hang, a SystemError or a RecursionError, and never changed
arguments or switched modes after an exception. A call is a line of text, so that it can be printed;
its arguments are drawn from those that the parameter might take, and from those that it must not.
"""

import contextlib
import importlib
import inspect
import io
import os
import tempfile
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

import cygrad as cg
import cygrad.functions as F

MODULES = ["functions", "linalg", "special", "stats", "layers", "models", "optimizers", "hooks"]
MODULES += ["data", "dot", "numerical", "optimize"]

# Not tried: what shows pictures or starts programs, and classes that are protocols.
LEFT_OUT = {"dot.render", "optimizers.HasParams", "cg.get_include", "cg.set_cache_limit"}

# Errors of Python's own that mean a fault of ours, not of the caller.
FAULTS = (SystemError, RecursionError, AssertionError, NameError, UnboundLocalError, BufferError)

SETUP = """\
import numpy as np
import cygrad as cg
import cygrad.functions as F
from fuzz.misuse import Hostile, endless, deep
from cygrad import (data, dot, hooks, layers, linalg, models, numerical, optimize, optimizers,
                    special, stats)
x, m = cg.Variable([1.0, 2.0, 3.0]), cg.Variable([[1.0, 2.0], [3.0, 4.0]])
s, e = cg.Variable(2.0), cg.Variable(np.ones((0, 3)))
c = cg.Variable([0.5, -1.0], requires_grad=False)
t = cg.Variable(np.linspace(-1.0, 1.0, 48).reshape(1, 3, 4, 4))
y = F.sin(m) @ m
"""


class Hostile:
    """Answers every question of NumPy's and Python's, once as asked for, with a trick."""

    def __init__(self, trick: str, victim: Any = None) -> None:
        self.trick, self.victim = trick, victim

    def act(self, answer: Any) -> Any:
        if self.trick == "raise":
            raise ZeroDivisionError("hostile")
        if self.trick == "replace" and isinstance(self.victim, cg.Variable):
            self.victim.data = np.ones((1,) * (self.victim.ndim or 1))
        if self.trick == "nonsense":
            return "nonsense"
        return answer

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.act(np.ones(3))

    def __index__(self) -> Any:
        return self.act(1)

    def __int__(self) -> Any:
        return self.act(1)

    def __float__(self) -> Any:
        return self.act(1.0)

    def __bool__(self) -> Any:
        return self.act(True)

    def __len__(self) -> Any:
        return self.act(2)

    def __getitem__(self, i: Any) -> Any:
        if i not in (0, 1):
            raise IndexError(i)
        return self.act(1.0)

    def __iter__(self) -> Any:
        return iter([self.act(1.0), 2.0])

    def __repr__(self) -> str:
        return f"Hostile({self.trick!r})"


def endless() -> list[Any]:
    """A list that holds itself."""
    found: list[Any] = []
    found.append(found)
    return found


def deep(n: int = 5000) -> list[Any]:
    """A number in many lists."""
    found: Any = 1.0
    for _ in range(n):
        found = [found]
    assert isinstance(found, list)
    return found


# ---- What there is to call --------------------------------------------------------------------


def callables() -> dict[str, Any]:
    """Public functions and classes, by the names under which SETUP has them."""
    found: dict[str, Any] = {}
    for short, module in {
        "cg": cg,
        **{n: importlib.import_module(f"cygrad.{n}") for n in MODULES},
    }.items():
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, types.ModuleType):
                for inner in getattr(thing, "__all__", []) if short == "stats" else []:
                    found[f"{short}.{name}.{inner}"] = getattr(thing, inner)
            elif callable(thing) and f"{short}.{name}" not in LEFT_OUT:
                found[("F" if short == "functions" else short) + f".{name}"] = thing
    return found


def methods(kind: type) -> list[str]:
    """Those to be called on an object, operators among them."""
    left_out = {"__init_subclass__", "__class__", "__new__", "__subclasshook__", "__sizeof__"}
    left_out |= {"__getattribute__", "__setattr__", "__delattr__", "__del__", "__init__"}
    left_out |= {"__reduce__", "__reduce_ex__", "__dir__", "__getstate__", "__enter__", "__exit__"}
    return [
        name
        for name in dir(kind)
        if name not in left_out
        and (name[0] != "_" or name.startswith("__"))
        and callable(getattr(kind, name, None))
    ]


CALLABLES = callables()
NAMES = sorted(CALLABLES)
METHODS = methods(cg.Variable)
VARIABLES = ["x", "m", "s", "e", "c", "t", "y"]

# For any parameter: what it may be, more or less, and what it should not be.
USUAL = [*VARIABLES, "1.5", "[1.0, 2.0, 3.0]", "m.data", "np.ones(3)", "[[1.0, 2.0], [0.5, 4.0]]"]
UNUSUAL = [
    *["None", "True", "-1", "0", "3", "2**31", "2**63", "-2**63", "10**400", "1e308", "-0.0"],
    *["float('nan')", "float('inf')", "1j", "''", "'axis'", "'ij,jk'", "b'x'", "[]", "()", "{}"],
    *["[[1.0], [1.0, 2.0]]", "[None]", "['a']", "[x, m]", "[x, x]", "(m, [s, {'k': x}])", "{1: x}"],
    *["object()", "print", "int", "np", "...", "slice(None, None, -1)", "range(3)", "iter([1])"],
    *["np.ones((0, 3))", "np.ones((2, 2))[::-1, ::-1]", "np.ones(3, dtype='>f8')", "np.array('a')"],
    *["np.ones(3, dtype=complex)", "np.array([1, None])", "np.ones((1,) * 33)", "np.arange(3)"],
    *[
        "np.array([True, False, True])",
        "np.float32(1.5)",
        "np.int8(-1)",
        "np.broadcast_to(1.0, (3, 4))",
    ],
    *["Hostile('answer')", "Hostile('raise')", "Hostile('nonsense')", "Hostile('replace', x)"],
    *[
        "Hostile('replace', m)",
        "endless()",
        "deep()",
        "memoryview(b'abcdefgh')",
        "F.sin",
        "type(x)",
    ],
    *["lambda *a: a[0]", "lambda *a: F.sum(a[0])", "lambda *a: None", "lambda *a: a", "x.grad"],
    *["layers.Linear(2)", "optimizers.SGD()", "np.array([np.nan, np.inf, -np.inf])", "y.creator"],
]
BY_NAME = {
    "axis": ["0", "-1", "1", "None", "(0, 1)", "(0, 0)", "5", "-9", "()", "[0]", "0.5", "2**63"],
    "shape": [
        "(2, 3)",
        "(3,)",
        "()",
        "-1",
        "(-1, -1)",
        "(0,)",
        "(2**62, 2)",
        "(2**63,)",
        "3",
        "(3, 3)",
    ],
    "index": [
        "0",
        "-1",
        "[0, 1]",
        "[9]",
        "(0, 0)",
        "...",
        "None",
        "[True, False, True]",
        "m > 1.0",
    ],
    "indices": ["0", "[0, -1]", "[[0], [1]]", "[2**62]", "[-9]", "[]", "[0.5]", "np.array([2, 0])"],
    "f": ["F.sin", "F.sum", "lambda *a: F.sum(a[0] ** 2)", "lambda *a: F.sin(a[0])", "np.sum"],
    "t": ["[0, 1]", "[1, 1, 0]", "[-100, 0]", "[9, 9]", "[0.5, 1.0]", "[[1], [0]]", "m", "x"],
    "xs": ["[x, x]", "[m, m]", "[x, m]", "[]", "x", "m", "(x, 1.0)", "iter([x, x])"],
    "subscripts": ["'ij,jk->ik'", "'ii'", "'...i'", "'i->ii'", "'ij'", "'ab,ab'", "','", "'i,i,i'"],
    "ord": ["1", "2", "-2", "np.inf", "'fro'", "'nuc'", "0", "3", "-0.5"],
    "kernel_size": ["1", "2", "(2, 3)", "9", "0", "-1", "(1,)"],
    "sizes": ["[1, 2]", "[3]", "[-1, 4]", "[]", "[2**62, 1]", "1"],
    "rng": ["0", "None", "-1", "np.random.default_rng(1)", "2**200", "'seed'"],
}
for alias, name in {
    **dict.fromkeys(["axes", "axis1", "axis2", "source", "argnums", "dim"], "axis"),
    **dict.fromkeys(["newshape", "reps", "repeats", "pad_width", "shift", "n", "num"], "shape"),
    **dict.fromkeys(
        ["stride", "padding", "dilation", "out_size", "hidden_size", "k"], "kernel_size"
    ),
    **dict.fromkeys(["function"], "f"),
    **dict.fromkeys(["labels", "condition", "mask"], "t"),
    **dict.fromkeys(["arrays", "primals", "tangents", "conditions", "choices"], "xs"),
    **dict.fromkeys(["sections", "kth", "offset"], "sizes"),
}.items():
    BY_NAME[alias] = BY_NAME[name]


# ---- A case -----------------------------------------------------------------------------------


def draw(rng: np.random.Generator, texts: list[str]) -> str:
    return texts[rng.integers(len(texts))]


def argument(rng: np.random.Generator, name: str, wild: float) -> str:
    if rng.random() < wild:
        return draw(rng, UNUSUAL)
    if name in BY_NAME and rng.random() < 0.8:
        return draw(rng, BY_NAME[name])
    return draw(rng, USUAL)


def arguments(rng: np.random.Generator, thing: Any) -> str:
    """As many as the signature asks for, sometimes more or fewer, and keywords."""
    wild = rng.choice([0.1, 0.3, 0.6])
    try:
        parameters = list(inspect.signature(thing).parameters.values())
    except (ValueError, TypeError):
        return ", ".join(argument(rng, "", wild) for _ in range(rng.integers(0, 3)))
    texts = []
    for p in parameters:
        if p.name == "self":
            continue
        if p.kind is p.VAR_POSITIONAL:
            texts += [argument(rng, p.name, wild) for _ in range(rng.integers(0, 4))]
        elif p.kind is p.VAR_KEYWORD:
            continue
        elif p.default is p.empty:
            texts.append(argument(rng, p.name, wild))
        elif rng.random() < 0.35:
            texts.append(f"{p.name}={argument(rng, p.name, wild)}")
    if texts and rng.random() < 0.03:
        texts.pop()
    keywords = [text for text in texts if "=" in text.split("(")[0].split("'")[0]]
    return ", ".join([text for text in texts if text not in keywords] + keywords)


def case(rng: np.random.Generator) -> str:
    """An expression."""
    if rng.random() < 0.3:
        method = draw(rng, METHODS)
        target = draw(rng, VARIABLES)
        return f"{target}.{method}({arguments(rng, getattr(cg.Variable, method))})"
    name = draw(rng, NAMES)
    thing = CALLABLES[name]
    call = f"{name}({arguments(rng, thing)})"
    if isinstance(thing, type) and rng.random() < 0.8:
        method = draw(rng, methods(thing))
        call += f".{method}({arguments(rng, getattr(thing, method))})"
    elif name.startswith("cg.") and rng.random() < 0.5:  # a transform's function
        call += f"({argument(rng, '', 0.3)})"
    return call


def failure(seed: int) -> str | None:
    """A few calls on the same Variables, after each of which they must be whole."""
    rng = np.random.default_rng([seed, 3])
    done: list[str] = []
    scope = fresh()
    with elsewhere():
        for _ in range(8):
            call = case(rng)
            done.append(call)
            note(seed, call)
            what = wrong(call, scope)
            if what is not None:
                if wrong(call, fresh()) is not None:
                    done = [call]
                return f"{what}\n{SETUP}" + "\n".join(done)
    return None


def note(seed: int, call: str) -> None:
    """For a crash: the call, in the file that the environment names."""
    path = os.environ.get("CYGRAD_FUZZ_LAST")
    if path:
        with open(path, "w") as file:
            file.write(f"{seed}: {call}\n")


def fresh() -> dict[str, Any]:
    scope: dict[str, Any] = {}
    exec(SETUP, scope)  # noqa: S102
    return scope


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """In an empty folder, with nothing printed."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
                yield
        finally:
            os.chdir(before)


def wrong(call: str, scope: dict[str, Any]) -> str | None:
    before = {name: np.array(scope[name].data) for name in VARIABLES}
    raised = False
    try:
        differentiate(eval(call, scope))
    except FAULTS as error:
        # lists this deep are too deep for Python's own repr, in a message, too
        if not isinstance(error, RecursionError) or "deep()" not in call:
            return f"{type(error).__name__}: {error}"
        raised = True
    except MemoryError:
        raised = True
    except Exception as error:  # noqa: BLE001 - which ones may come, documented_errors.py says
        raised = True
        if not str(error) and not isinstance(error, (StopIteration, KeyError)):
            return f"{type(error).__name__} without a word"
    except BaseException as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    if not cg.is_grad_enabled() or cg.is_test_mode():
        return "left in another mode"
    for name, numbers in before.items():
        after = scope[name]
        if raised and "replace" not in call and not same(after, numbers):
            return f"an error, and {name} is changed"
        if after.data.size < 0 or repr(after) == "":
            return f"{name} is broken"
    return None


def same(x: Any, numbers: Any) -> bool:
    return x.shape == numbers.shape and np.array_equal(x.data, numbers, equal_nan=True)


def differentiate(result: Any, depth: int = 0) -> None:
    """A backward pass from each Variable that came out, with and without create_graph."""
    if isinstance(result, (tuple, list)) and depth < 3:
        for part in result[:5]:
            differentiate(part, depth + 1)
    elif isinstance(result, cg.Variable) and result.creator is not None:
        for create_graph in (False, True):
            F.sum(result).backward(create_graph=create_graph)
