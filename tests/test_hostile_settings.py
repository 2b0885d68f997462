"""Hostile settings, states and models: what is taken is converted first, and no error leaves half a change.

Of stats, layers, optimizers, hooks, data and optimize; the functions are in test_hostile.py.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad import data, hooks, numerical, optimize
from cygrad.optimizers import SGD, Adam, ExponentialSchedule, WarmUp


def nested(kind: type, depth: int) -> Any:
    found: Any = kind([1.0])
    for _ in range(depth):
        found = kind([found])
    return found


class Pairs:
    """A model of the user's, whose params() gives what it is told."""

    def __init__(self, pairs: Any) -> None:
        self.pairs = pairs

    def params(self) -> Any:
        return self.pairs


class Fickle(Mapping[str, Any]):
    """A state that is right when it is looked at for the first time, and not there afterwards."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state

    def __getitem__(self, name: str) -> Any:
        return self.state.pop(name)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.state))

    def __len__(self) -> int:
        return len(self.state)


def trained(optimizer: Any) -> Any:
    x = cg.Variable([1.0, 2.0])
    F.sum(x * x).backward()
    optimizer.setup(x).update()
    optimizer.of = x
    return optimizer


# Hashing and NumPy's conversions go down a nest of tuples in C, without a limit.
@pytest.mark.parametrize("state", [nested(tuple, 1_000_000), [3], "abc", None, 3, iter([1])])
def test_a_state_must_be_a_mapping(state: Any) -> None:
    for thing in (trained(Adam()), ExponentialSchedule(SGD(), 0.5), L.Linear(1, 1)):
        with pytest.raises(TypeError, match="load_state_dict: the state must be a dict, not"):
            thing.load_state_dict(state)


def test_a_state_is_taken_once() -> None:
    optimizer = trained(Adam())
    before = optimizer.state_dict()
    optimizer.load_state_dict(Fickle(dict(before)))
    assert str(optimizer.state_dict()) == str(before)
    schedule = ExponentialSchedule(SGD(), 0.5)
    schedule.load_state_dict(Fickle(schedule.state_dict()))
    layer = L.Linear(1, 2)
    layer.load_state_dict(Fickle(dict(layer.state_dict())))


def test_a_state_with_names_of_any_kind() -> None:
    schedule = WarmUp(SGD(), 3)
    with pytest.raises(ValueError, match="there is no place for 3"):
        state: Any = {**schedule.state_dict(), 3: 4}
        schedule.load_state_dict(state)


@pytest.mark.parametrize("pairs", [3, "nonsense", [1], [("w",)], [(1, cg.ones(2))], {"w": 1}])
def test_a_model_whose_parameters_are_none(pairs: Any) -> None:
    for method in (SGD().update, SGD().setup, SGD().state_dict):
        with pytest.raises(TypeError, match=r"params\(\) must give pairs \(name, Variable\)"):
            method(Pairs(pairs))


@pytest.mark.parametrize(
    "hook", [hooks.ClipGrad(0.1), hooks.ClipValue(0.1), hooks.WeightDecay(0.1)]
)
def test_a_hook_checks_all_before_it_changes_one(hook: Callable[[Any], Any]) -> None:
    x, y = cg.Variable([1.0, 2.0]), cg.Variable([1.0, 2.0])
    F.sum(x * x).backward()
    for wrong in (y, 3.0, None):
        with pytest.raises((TypeError, ValueError), match="Variable|gradient"):
            hook([x, wrong])
        assert x.grad.data.tolist() == [2.0, 4.0]
    with pytest.raises(TypeError, match="is called with a list of Variables"):
        hook(3)
    hook(v for v in [x])  # asked once
    assert x.grad.data.tolist() != [2.0, 4.0]


def test_a_layer_gets_all_of_its_parameters_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = L.Linear(2, rng=0)
    initial = layer._initial

    def failing(name: str, shape: tuple[int, ...]) -> cg.Variable:
        if name == "b":
            raise MemoryError
        return initial(name, shape)

    monkeypatch.setattr(layer, "_initial", failing)
    with pytest.raises(MemoryError):
        layer(np.ones((1, 5)))
    monkeypatch.undo()
    assert len(layer.params()) == 0
    assert layer(np.ones((1, 3))).shape == (1, 2)


def test_a_buffer_of_no_name_changes_nothing() -> None:
    layer, x = L.Layer(), cg.Variable(1.0)
    names: Any = (3, None, ["a"])
    for name in names:
        with pytest.raises(TypeError, match="register_buffer: name must be a str"):
            layer.register_buffer(name, x)
    assert x.requires_grad
    assert layer.state_dict() == {}


def test_layers_far_down_in_lists() -> None:
    layer = L.Layer()
    nest: Any = [L.Linear(1, 1, bias=False)]
    for _ in range(20_000):
        nest = [nest]
    layer.nest = nest
    ((name, _),) = layer.params()
    assert name == "nest" + 20_001 * ".0" + ".w"


class Liar(float):
    """Whatever it is compared with, it is fine."""

    def __le__(self, other: object) -> bool:
        return True

    __ge__ = __lt__ = __gt__ = __le__


@pytest.mark.parametrize(
    "make",
    [
        lambda x: SGD(lr=x),
        lambda x: L.BatchNorm(2, eps=x),
        lambda x: data.spirals(10, noise=x),
        lambda x: numerical.diff(F.sin, 1.0, h=x),
        lambda x: numerical.check_grads(F.sin, 1.0, h=x),
        lambda x: numerical.check_grads(F.sin, 1.0, rtol=x),
    ],
)
def test_a_number_is_one_before_it_is_checked(make: Callable[[Any], Any]) -> None:
    with pytest.raises(ValueError, match="got -1.0|got nan"):
        make(Liar(-1.0))
    with pytest.raises(TypeError, match="must be a number, not list"):
        make([1.0])


def test_seeds_are_integers() -> None:
    with pytest.raises(TypeError, match="digits: rng must be an int seed"):
        data.digits(seed=nested(list, 1_000_000))
    size: Any = [1]
    with pytest.raises(TypeError, match="digits: test_size must be an int"):
        data.digits(size)


def test_what_scipy_is_given() -> None:
    pytest.importorskip("scipy")
    itself: list[Any] = []
    itself.append(itself)
    number: Any = 3
    with pytest.raises(ValueError, match="nested more than 200 deep, or contain themselves"):
        optimize.minimize(F.sum, itself)
    for name in ("callback", "method"):
        with pytest.raises(TypeError, match=f"minimize: {name} must be"):
            optimize.minimize(F.sum, np.ones(2), **{name: number})
    with pytest.raises(TypeError, match="minimize: f must be a function"):
        optimize.minimize(number, np.ones(2))
    with pytest.raises(TypeError, match="minimize: method returned float"):
        optimize.minimize(F.sum, np.ones(2), method=lambda *a, **k: 1.0)
