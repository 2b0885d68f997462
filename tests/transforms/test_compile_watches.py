"""compile: what is in containers, classes and modules is part of the key, and iterators are eager."""

import collections
import functools
import itertools
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import cygrad as cg

settings: Any = types.ModuleType("settings")


@dataclass(slots=True)
class Slots:
    k: float = 2.0


class Config:
    k = 2.0
    weights: tuple[float, ...] | list[float] = ()


def config() -> Any:
    return type("Config", (Config,), {"k": 2.0, "weights": [2.0]})


def set_k(x: Any) -> None:
    x.k += 1.0


def moved(x: dict[str, float]) -> None:
    x["a"] = x.pop("a")


# What a function closes over, how it uses that, and how it is changed between calls.
CHANGES: list[tuple[Callable[[], Any], Callable[[Any], Any], Callable[[Any], None]]] = [
    (Slots, lambda s: s.k, set_k),
    (lambda: {1, 2}, len, lambda s: s.add(len(s) + 5)),
    (lambda: collections.deque([1.0, 2.0], 3), sum, lambda s: s.append(s[-1] + 5.0)),
    (lambda: bytearray(b"ab"), lambda s: s[0], lambda s: s.__setitem__(0, s[0] + 1)),
    (lambda: {"a": 1.0, "b": 2.0}, lambda s: next(iter(s.values())), moved),
    (
        lambda: collections.OrderedDict(a=1.0, b=2.0),
        lambda s: next(iter(s.values())),
        lambda s: s.move_to_end(next(iter(s))),
    ),
    (lambda: [2.0].__getitem__, lambda s: s(0), lambda s: s.__self__.__setitem__(0, 5.0)),
    (config, lambda s: s.k, set_k),
    (config, lambda s: s().k, set_k),
    (lambda: config()(), lambda s: s.k, lambda s: set_k(type(s))),
    (config, lambda s: s.weights[0], lambda s: s.weights.__setitem__(0, 5.0)),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_what_is_changed_between_calls(number: int) -> None:
    make, use, change = CHANGES[number]
    of = make()
    f = cg.compile(lambda x: x * use(of), fallback=False)
    for _ in range(3):
        for x in (1.0, 2.0, 3.0):
            assert f(x) == x * use(of)
        change(of)
    assert f.replays > 0


def test_arguments_of_a_partial() -> None:
    numbers, more = [1.0], {"k": [1.0]}
    f = cg.compile(
        functools.partial(lambda s, x, more: x * s[0] * more["k"][0], numbers, more=more)
    )
    for k in range(6):
        assert f(2.0) == 2.0 * numbers[0] * more["k"][0]
        (numbers if k % 2 else more["k"])[0] += 1.0


def test_settings_in_a_module() -> None:
    settings.k = 1.0
    f = cg.compile(lambda x: x * settings.k, fallback=False)
    for _ in range(3):
        assert [f(x) for x in (1.0, 2.0, 3.0)] == [x * settings.k for x in (1.0, 2.0, 3.0)]
        settings.k += 1.0
    assert f.replays > 0


ITERATORS: list[Callable[[], Any]] = [
    itertools.count,
    lambda: itertools.cycle([0.0] * 6 + [1.0]),
    lambda: (k % 5 for k in range(100)),
    lambda: iter(np.arange(100.0).tolist()),
]


@pytest.mark.parametrize("make", ITERATORS)
def test_functions_with_iterators_stay_eager(make: Callable[[], Any]) -> None:
    mine, others = make(), make()
    f = cg.compile(lambda x: x * 2.0 if next(others) % 7 == 6 else x)
    with pytest.warns(UserWarning, match="others is an iterator"):
        assert f(1.0) == (2.0 if next(mine) % 7 == 6 else 1.0)
    for _ in range(20):
        assert f(1.0) == (2.0 if next(mine) % 7 == 6 else 1.0)
