"""Tape: what was computed at one point, computed again at another, is what is computed there.

So no rule and no composed function has kept a number that depends on an input, such as a mask. Each
row of the table of operations is recorded with its first and second derivatives, and evaluated again
operation by operation where signs are others, numbers are equal, and where there is no number.
"""

import gc
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.core.tape import Tape, again
from operations import OPERATIONS, Operation

Array = Any

# What keeps positions that it has found in the numbers, or looks whether something is there at all,
# cannot be evaluated with others: the tape has seen it read them.
LOOKING = {"average", "interp", "median", "partition", "quantile", "sort"}
# `again` refuses it.
BY_POSITION = {"max_pool2d"}

NAN = float("nan")


def computed(call: Callable[..., Any], arrays: list[Array]) -> tuple[list[Any], list[Any]]:
    """The leaves, and y with the first and second derivatives of a sum of it."""
    xs = [cg.Variable(np.array(a, np.float64)) for a in arrays]
    y = call(*xs)
    found = [y]
    for _ in range(2):
        total = F.sum(F.mul(found[-1] if len(found) == 1 else total_of(found[-1]), 1.5))
        if total.creator is None:
            break
        for x in xs:
            x.cleargrad()
        total.backward(create_graph=True)
        gradients = [x.grad for x in xs if x.grad is not None]
        found.append(gradients)
    return xs, found


def total_of(gradients: list[Any]) -> Any:
    total = F.sum(F.mul(gradients[0], 0.7))
    for gradient in gradients[1:]:
        total = F.add(total, F.sum(F.mul(gradient, 0.9)))
    return total


def flat(found: list[Any]) -> list[Any]:
    return [v for part in found for v in (part if isinstance(part, list) else [part])]


def elsewhere(array: Array) -> list[Array]:
    """Other numbers of the same shape."""
    array = np.array(array, np.float64)
    special = np.resize([0.0, -0.0, np.inf, -1.5, NAN, 1.0, -np.inf, 1e300], array.shape)
    return [-array, np.flip(array), np.full_like(array, 0.5), np.zeros_like(array), special]


def bits(v: Any) -> bytes:
    data = np.array(v.data)
    data[np.isnan(data)] = NAN  # their signs are no part of what is promised
    return data.tobytes()


def key(v: Any) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    return v.data.__array_interface__["data"][0], v.shape, v.strides


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@pytest.mark.filterwarnings("ignore")
def test_a_tape_evaluated_elsewhere(operation: Operation) -> None:
    with np.errstate(all="ignore"):
        with Tape() as tape:
            leaves, found = computed(operation.call, list(operation.inputs))
        if tape.seen:
            assert operation.name in LOOKING
            return
        inputs = [key(x) for x in leaves]
        steps = [(f, [key(x) for x in f.inputs], [key(y) for y in ys]) for f, ys in tape.steps]
        results = [(key(v), v) for v in flat(found)]
        for arrays in zip(*[elsewhere(a) for a in operation.inputs], strict=True):
            try:
                _, expected = computed(operation.call, list(arrays))
            except (ValueError, ArithmeticError):
                continue
            values = {
                k: cg.Variable(np.array(a, np.float64), requires_grad=False)
                for k, a in zip(inputs, arrays, strict=True)
            }
            for f, reads, writes in steps:
                xs = [values.get(k, x) for k, x in zip(reads, f.inputs, strict=True)]
                try:
                    ys = again(f, *xs)
                except NotImplementedError:
                    assert operation.name in BY_POSITION
                    return
                values.update(zip(writes, ys if isinstance(ys, tuple) else (ys,), strict=True))
            for (k, constant), v in zip(results, flat(expected), strict=True):
                assert bits(values.get(k, constant)) == bits(v), arrays


def test_a_tape_is_left_in_order() -> None:
    outer, inner = Tape(), Tape()
    with pytest.raises(RuntimeError, match="not the innermost"):
        outer.__exit__(None, None, None)
    with outer:
        with pytest.raises(RuntimeError, match="records already"):
            outer.__enter__()
        with inner:
            F.sin(cg.Variable(1.0))
            with pytest.raises(RuntimeError, match="not the innermost"):
                outer.__exit__(None, None, None)
        F.cos(cg.Variable(1.0))
    F.tan(cg.Variable(1.0))
    assert [f.name for f, _ in inner.steps] == ["Sin"]
    assert [f.name for f, _ in outer.steps] == ["Cos"]


def test_a_tape_that_is_never_left() -> None:
    """The thread holds it: what is recorded on it stays."""
    recorded = []

    def forget() -> None:
        Tape().__enter__()
        recorded.append(F.sin(cg.Variable(1.0)))
        gc.collect()
        recorded.append(F.cos(recorded[-1]))

    thread = threading.Thread(target=forget)
    thread.start()
    thread.join()
    assert len(recorded) == 2


def test_again_needs_as_many_inputs() -> None:
    f = (cg.Variable(2.0) * cg.Variable(3.0)).creator
    assert f is not None
    product = again(f, cg.Variable(4.0), cg.Variable(5.0))
    assert isinstance(product, cg.Variable) and product.item() == 20.0
    with pytest.raises(ValueError, match="2 inputs, not 1"):
        again(f, cg.Variable(4.0))
    with pytest.raises(TypeError, match="must be a Variable, not float"):
        again(f, cg.Variable(4.0), 5.0)  # type: ignore[arg-type]
