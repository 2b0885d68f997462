"""Arguments whose own code runs in the middle of a call, and assigns .data of the other ones.

Every array lies between numbers that are nan: what is read beyond it shows in the result, and what
is written beyond it in the nan.
"""

import inspect
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
import cygrad.special as SP

ERRORS = (ValueError, TypeError, IndexError, RuntimeError, OverflowError, MemoryError, ImportError)
MARGIN = 4096
SHAPES: list[tuple[int, ...]] = [(6,), (4, 4), (2, 3, 4, 4), ()]


class Arena:
    """Variables with nan around their memory, and a way to give them all other memory."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.memory: list[tuple[np.ndarray, int]] = []
        self.variables: list[cg.Variable] = []

    def array(self, shape: tuple[int, ...]) -> np.ndarray:
        n = int(np.prod(shape))
        whole = np.full(n + 2 * MARGIN, np.nan)
        whole[MARGIN : MARGIN + n] = self.rng.uniform(0.3, 0.9, n)
        self.memory.append((whole, n))
        return whole[MARGIN : MARGIN + n].reshape(shape)

    def variable(self, shape: tuple[int, ...]) -> cg.Variable:
        self.variables.append(cg.Variable(self.array(shape)))
        return self.variables[-1]

    def change(self, kind: int) -> None:
        for v in self.variables:
            shapes = [(1,) * v.ndim, (), (2, *v.shape), tuple(n + 3 for n in v.shape)]
            v.data = self.array(shapes[kind])

    def is_whole(self) -> bool:
        return all(
            bool(np.isnan(a[:MARGIN]).all() and np.isnan(a[MARGIN + n :]).all())
            for a, n in self.memory
        )


class Hostile:
    """Whatever it is asked for, it first changes the Variables, then gives its value."""

    def __init__(self, value: Any, change: Callable[[], None]) -> None:
        self.value = value
        self.change = change

    def __index__(self) -> int:
        self.change()
        return int(self.value)

    def __int__(self) -> int:
        self.change()
        return int(self.value)

    def __float__(self) -> float:
        self.change()
        return float(self.value)

    def __bool__(self) -> bool:
        self.change()
        return bool(self.value)

    def __len__(self) -> int:
        self.change()
        return len(self.value)

    def __getitem__(self, key: Any) -> Any:
        self.change()
        return self.value[key]

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        self.change()
        return np.array(self.value)


VALUES: list[Any] = [0, 1, -1, 2, [0, 1], [1, 1], [[1, 2], [0, 3]], 0.5, np.ones((4, 4), bool)]


def wrap(value: Any, how: int, change: Callable[[], None]) -> Any:
    """The value as a hostile object, or as a sequence of such."""
    if how == 0:
        return Hostile(value, change)
    if isinstance(value, list):
        items = [Hostile(item, change) for item in value]
    else:
        items = [Hostile(value, change), value]
    return items if how == 1 else tuple(items)


def outcome(call: Callable[[], Any], variables: list[cg.Variable]) -> list[np.ndarray] | None:
    """All numbers that a call and its backward pass give; None if it raises."""
    try:
        y = call()
        ys = [v for v in (y if isinstance(y, (tuple, list)) else [y]) if isinstance(v, cg.Variable)]
        found = [v.data for v in ys]
        for v in variables:
            v.cleargrad()
        try:
            for v in ys:
                if v.creator is not None:
                    v.backward()
        except ERRORS as error:
            assert not isinstance(error, RecursionError)
        found += [v.grad.data for v in variables if v.grad is not None]
    except ERRORS as error:
        assert not isinstance(error, RecursionError)
        return None
    return found


def has_nan(found: list[np.ndarray] | None) -> bool:
    return found is not None and any(bool(np.isnan(a).any()) for a in found)


def parameters_of(function: Callable[..., Any]) -> list[inspect.Parameter] | None:
    try:
        return list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return None


def arguments(
    function: Callable[..., Any], arena: Arena, shape: tuple[int, ...], place: int, given: Any
) -> tuple[list[Any], dict[str, Any]] | None:
    """Variables for what a function needs, and `given` at a place; None without such a place."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    parameters = parameters_of(function)
    if parameters is None or place >= len(parameters):
        return None
    for k, p in enumerate(parameters):
        if (
            k == place
            and p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)
            and (p.default is not p.empty)
        ):
            kwargs[p.name] = given
        elif k == place:
            args.append(given)
        elif p.kind == p.VAR_POSITIONAL or (p.default is p.empty and p.kind != p.VAR_KEYWORD):
            args.append(arena.variable(shape))
    return args, kwargs


def callables() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in (F, LA, SP):
        for name in module.__all__:
            function = getattr(module, name)
            if callable(function) and not isinstance(function, type):
                yield f"{module.__name__}.{name}", function
    for name in dir(cg.Variable):
        method = getattr(cg.Variable, name, None)
        hidden = name.startswith("_") and name not in ("__getitem__", "__pow__", "__matmul__")
        if callable(method) and not hidden and not isinstance(method, type):
            yield f"Variable.{name}", method
    for name in ("concatenate", "take", "repeat", "tile", "where", "reshape", "sum", "split"):
        yield f"np.{name}", getattr(np, name)


FUNCTIONS = dict(callables())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_read_is_what_was_checked(name: str) -> None:
    function = FUNCTIONS[name]
    parameters = parameters_of(function) or []
    first = 1 if name.startswith("Variable.") else 0
    cases = itertools.product(SHAPES, range(first, len(parameters)), VALUES)
    for turn, (shape, place, value) in enumerate(cases):
        how = 0 if isinstance(value, np.ndarray) else turn % 3
        kind = turn % 4
        arena = Arena(0)

        def change(arena: Arena = arena, kind: int = kind) -> None:
            arena.change(kind)

        made = arguments(function, arena, shape, place, wrap(value, how, change))
        if made is None:
            return
        args, kwargs = made
        found = outcome(lambda f=function, a=args, k=kwargs: f(*a, **k), arena.variables)
        assert arena.is_whole(), (shape, place, how, value, kind)
        if has_nan(found):
            plain = [plain_outcome(function, shape, place, value, how, k) for k in (None, kind)]
            assert any(map(has_nan, plain)), (shape, place, how, value, kind, found)


def plain_outcome(
    function: Callable[..., Any],
    shape: tuple[int, ...],
    place: int,
    value: Any,
    how: int,
    kind: int | None,
) -> list[np.ndarray] | None:
    """The same with arguments that do nothing, before or after a change."""
    arena = Arena(0)
    given = value
    if how:
        given = value if isinstance(value, list) else [value, value]
        given = given if how == 1 else tuple(given)
    made = arguments(function, arena, shape, place, given)
    assert made is not None
    if kind is not None:
        arena.change(kind)
    args, kwargs = made
    return outcome(lambda: function(*args, **kwargs), arena.variables)


def test_the_functions_are_there() -> None:
    assert len(FUNCTIONS) > 250
