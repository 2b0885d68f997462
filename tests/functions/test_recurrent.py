"""lstm_step against lstm_cell on gates made by hand, over several steps; and what both refuse."""

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

Array = Any
Step = Callable[..., tuple[cg.Variable, cg.Variable]]
NAMES = ("wx", "wh", "b", "h", "c", "x")


def composed(x: Any, h: Any, c: Any, wx: Any, wh: Any, b: Any) -> tuple[cg.Variable, cg.Variable]:
    """The step of operations that have derivatives of their own."""
    gates = x @ wx + b + h @ wh
    n = c.shape[-1]
    i, f, g, o = (gates[..., k * n : (k + 1) * n] for k in range(4))
    c = F.sigmoid(f) * c + F.sigmoid(i) * F.tanh(g)
    return F.sigmoid(o) * F.tanh(c), c


def with_cell(x: Any, h: Any, c: Any, wx: Any, wh: Any, b: Any) -> tuple[cg.Variable, cg.Variable]:
    return F.lstm_cell(F.linear(x, wx, b) + h @ wh, c)


STEPS: dict[str, Step] = {"lstm_step": F.lstm_step, "lstm_cell": with_cell}
every_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())


def inputs(lead: tuple[int, ...], m: int, n: int) -> dict[str, cg.Variable]:
    rng = np.random.default_rng([m, n, *lead])
    shapes = [(m, 4 * n), (n, 4 * n), (4 * n,), (*lead, n), (*lead, n), (*lead, m)]
    return {
        name: cg.Variable(rng.normal(size=shape), name=name)
        for name, shape in zip(NAMES, shapes, strict=True)
    }


def unrolled(step: Step, v: dict[str, cg.Variable], steps: int = 4) -> cg.Variable:
    h, c = v["h"], v["c"]
    loss: Any = 0.0
    for k in range(steps):
        h, c = step(v["x"] * (1.0 - 0.3 * k), h, c, v["wx"], v["wh"], v["b"])
        loss = loss + F.sum(F.sin(h)) + F.mean(c * c)
    return loss


def compare(a: dict[str, cg.Variable], b: dict[str, cg.Variable], rtol: float = 1e-11) -> None:
    for name, v in a.items():
        expected = b[name].grad
        assert (v.grad is None) == (expected is None), name
        if v.grad is not None:
            assert v.grad.shape == v.shape
            np.testing.assert_allclose(v.grad.data, expected.data, rtol, 1e-12, err_msg=name)


@every_step
@pytest.mark.parametrize("create_graph", [False, True], ids=["fused", "composed"])
@pytest.mark.parametrize(
    ("lead", "m", "n"),
    [
        ((3,), 2, 4),
        ((), 2, 3),
        ((2, 3), 1, 5),
        ((1,), 1, 1),
        ((140,), 2, 16),  # with four steps, more rows than are kept
        ((300,), 1, 2),  # as many at once
        ((0,), 2, 3),
        ((3,), 0, 4),
        ((3,), 2, 0),
    ],
)
def test_gradients(step: Step, create_graph: bool, lead: tuple[int, ...], m: int, n: int) -> None:
    ours, theirs = inputs(lead, m, n), inputs(lead, m, n)
    y, expected = unrolled(step, ours), unrolled(composed, theirs)
    if n > 0 and 0 not in lead:
        assert y.item() == pytest.approx(expected.item(), rel=1e-13)
    y.backward(create_graph=create_graph)
    expected.backward()
    compare(ours, theirs)


@every_step
def test_second_order(step: Step) -> None:
    results = []
    for function in (step, composed):
        v = inputs((3,), 2, 4)
        unrolled(function, v, 2).backward(create_graph=True)
        norm: Any = 0.0
        for x in v.values():
            norm = norm + F.sum(x.grad * x.grad)
            x.cleargrad()
        norm.backward()
        results.append(v)
    compare(*results)


@pytest.mark.parametrize("name", NAMES)
@every_step
def test_constants(step: Step, name: str) -> None:
    results = []
    for function in (step, composed):
        v = inputs((3,), 2, 4)
        v[name].requires_grad = False
        unrolled(function, v).backward()
        results.append(v)
    assert results[0][name].grad is None
    compare(*results)


@pytest.mark.parametrize("name", NAMES)
def test_weights_and_states_that_are_computed(name: str) -> None:
    results = []
    for function in (F.lstm_step, composed):
        v = inputs((3,), 2, 4)
        unrolled(function, {**v, name: v[name] * 1.5}).backward()
        results.append(v)
    compare(*results)


def test_views_and_transposed_weights() -> None:
    results = []
    for function in (F.lstm_step, composed):
        v = inputs((3,), 2, 4)
        leaves = {
            "wx": cg.Variable(v["wx"].data.T.copy()),
            "wh": cg.Variable(v["wh"].data[::-1].copy()),
            "x": cg.Variable(np.repeat(v["x"].data, 2, axis=1)),
            "h": cg.Variable(v["h"].data.T.copy()),
        }
        views = {
            "wx": leaves["wx"].T,
            "wh": leaves["wh"][::-1],
            "x": leaves["x"][:, ::2],
            "h": leaves["h"].T,
        }
        y = unrolled(function, {**v, **views})
        y.backward()
        results.append(leaves)
    compare(*results)


def test_one_step_alone() -> None:
    ours, theirs = inputs((3,), 2, 4), inputs((3,), 2, 4)
    unrolled(F.lstm_step, ours, 1).backward()
    unrolled(composed, theirs, 1).backward()
    compare(ours, theirs)


def test_no_state_is_a_state_of_zeros() -> None:
    results = []
    for states in ((None, None), (np.zeros((3, 4)), np.zeros((3, 4)))):
        v = inputs((3,), 2, 4)
        h, c = F.lstm_step(v["x"], *states, v["wx"], v["wh"], v["b"])
        h, c = F.lstm_step(v["x"], h, c, v["wx"], v["wh"], v["b"])
        (F.sum(h * h) + F.sum(c)).backward()
        results.append(v)
    compare(*results)
    assert F.lstm_step(np.ones(2), None, None, np.ones((2, 4)), None, np.ones(4))[0].shape == (1,)


@every_step
@pytest.mark.parametrize("output", [0, 1])
def test_a_loss_of_one_output(step: Step, output: int) -> None:
    results = []
    for function in (step, composed):
        v = inputs((3,), 2, 4)
        F.sum(function(v["x"], v["h"], v["c"], v["wx"], v["wh"], v["b"])[output]).backward()
        results.append(v)
    compare(*results)


@every_step
def test_the_outputs_are_of_one_function(step: Step) -> None:
    v = inputs((3,), 2, 4)
    h, c = step(v["x"], v["h"], v["c"], v["wx"], v["wh"], v["b"])
    f = h.creator
    assert c.creator is f
    assert f.outputs == (h, c)
    assert f.name in ("LSTMStep", "LSTMCell")
    assert h.generation == c.generation == f.generation + 1
    (F.sum(h * 2.0) + F.sum(c * 3.0)).backward(retain_grad=True)
    np.testing.assert_array_equal(h.grad.data, np.full((3, 4), 2.0))
    np.testing.assert_array_equal(c.grad.data, np.full((3, 4), 3.0))
    del h
    assert f.outputs == (None, c)
    other = cg.Variable(np.zeros((3, 4)))
    other.set_creator(f)  # as if it were h
    v["wh"].cleargrad()
    F.sum(other * 2.0).backward()
    assert v["wh"].grad is not None


@every_step
def test_no_grad(step: Step) -> None:
    v = inputs((3,), 2, 4)
    with cg.no_grad():
        h, c = step(v["x"], v["h"], v["c"], v["wx"], v["wh"], v["b"])
    assert h.creator is None and c.creator is None and not h.requires_grad
    h, c = step(
        *[v[name].data for name in ("x", "h", "c")], v["wx"].data, v["wh"].data, v["b"].data
    )
    assert h.creator is None and not c.requires_grad


@every_step
def test_two_passes_and_a_pass_over_part_of_the_graph(step: Step) -> None:
    ours, theirs = inputs((3,), 2, 4), inputs((3,), 2, 4)
    for function, v in ((step, ours), (composed, theirs)):
        h, c = function(v["x"], v["h"], v["c"], v["wx"], v["wh"], v["b"])
        F.sum(h).backward()
        h2, c2 = function(v["x"], h, c, v["wx"], v["wh"], v["b"])
        y = F.sum(h2) + F.sum(c2)
        y.backward()
        y.backward()
    compare(ours, theirs)


@every_step
def test_truncation(step: Step) -> None:
    results = []
    for function in (step, composed):
        v = inputs((3,), 2, 4)
        h, c = v["h"], v["c"]
        for _ in range(3):
            h, c = function(v["x"], h, c, v["wx"], v["wh"], v["b"])
            loss = F.sum(h * h)
            loss.backward()
            h.unchain()
            c.unchain()
        results.append(v)
    compare(*results)


@every_step
def test_truncation_by_the_loss(step: Step) -> None:
    """The loss depends on h alone; the c beside it must not lead behind the window either."""
    v = inputs((3,), 2, 4)
    h, c = step(v["x"], v["h"], v["c"], v["wx"], v["wh"], v["b"])
    loss = F.sum(h)
    loss.backward()
    loss.unchain_backward()
    assert loss.creator is not None and h.creator is None and c.creator is None
    v["c"].cleargrad()
    F.sum(F.lstm_step(v["x"], h, c, v["wx"], v["wh"], v["b"])[1]).backward()
    assert v["c"].grad is None and c.grad is not None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (2,), (4,), (16,), (3, 16), (3, 40), (0, 4), (2, 3, 4)])
def test_other_data_before_the_pass(name: str, shape: tuple[int, ...]) -> None:
    v = inputs((3,), 2, 4)
    for steps in (1, 2):
        fresh = inputs((3,), 2, 4)
        h, c = fresh["h"], fresh["c"]
        for _ in range(steps):
            h, c = F.lstm_step(fresh["x"], h, c, fresh["wx"], fresh["wh"], fresh["b"])
        loss = F.sum(h) + F.sum(c)
        if shape == v[name].shape:
            continue
        fresh[name].data = np.ones(shape)
        with pytest.raises(RuntimeError, match="changed since|data replaced"):
            loss.backward()


@pytest.mark.parametrize("which", [0, 1])
def test_other_data_of_an_output_before_the_pass(which: int) -> None:
    v = inputs((3,), 2, 4)
    outputs = F.lstm_step(v["x"], v["h"], v["c"], v["wx"], v["wh"], v["b"])
    outputs[which].data = np.ones((2, 2))
    with pytest.raises(RuntimeError):
        F.sum(outputs[which]).backward()
    loss = F.sum(outputs[1 - which])
    loss.backward()  # zeros flow to the other one


class Marked(cg.Variable):
    """One that weak references can point to."""


@every_step
def test_freed_at_once(step: Step, no_collector: None) -> None:
    v = inputs((3,), 2, 4)
    x = Marked(v["x"].data)
    h, c = v["h"], v["c"]
    for _ in range(3):
        h, c = step(x, h, c, v["wx"], v["wh"], v["b"])
    loss = F.sum(h)
    loss.backward()
    seen = weakref.ref(x)
    x.cleargrad()
    del x, h, loss
    assert seen() is not None
    del c
    assert seen() is None


def test_long_sequences_are_freed_without_recursion() -> None:
    v = inputs((), 1, 1)
    h, c = v["h"], v["c"]
    for _ in range(50_000):
        h, c = F.lstm_step(v["x"], h, c, v["wx"], v["wh"], v["b"])
    F.sum(h).backward()
    assert np.isfinite(v["wx"].grad.data).all()
    del h, c


def test_inputs_and_states_are_not_written_to() -> None:
    v = inputs((3,), 2, 4)
    before = {name: np.array(x.data) for name, x in v.items()}
    unrolled(F.lstm_step, v).backward()
    for name, x in v.items():
        np.testing.assert_array_equal(x.data, before[name])
        x.grad.data[...] = 7.0


def test_bad_shapes() -> None:
    good: list[Any] = [np.ones((3, 2)), np.ones((3, 4)), np.ones((3, 4))]
    weights: list[Any] = [np.ones((2, 16)), np.ones((4, 16)), np.ones(16)]
    wrong: list[tuple[int, Any]] = [
        (0, np.ones((3, 3))),
        (0, np.ones(2)),
        (0, 1.0),
        (1, np.ones((3, 5))),
        (1, np.ones((1, 4))),
        (2, np.ones(4)),
        (2, 1.0),
        (3, np.ones((2, 12))),
        (3, np.ones(16)),
        (4, np.ones((2, 16))),
        (4, np.ones((4, 16, 1))),
        (5, np.ones((1, 16))),
        (5, 1.0),
    ]
    for k, x in wrong:
        arguments = [*good, *weights]
        arguments[k] = cg.Variable(x, name="culprit")
        with pytest.raises(ValueError, match=r"lstm_step: .*culprit"):
            F.lstm_step(*arguments)
    with pytest.raises(TypeError, match="both"):
        F.lstm_step(good[0], None, good[2], *weights)
    with pytest.raises(TypeError, match="both"):
        F.lstm_step(good[0], good[1], None, *weights)
    with pytest.raises(ValueError, match="fit"):
        F.lstm_step(good[0], None, None, np.ones((2, 15)), None, np.ones(15))
    with pytest.raises(TypeError, match="lstm_step"):
        F.lstm_step("x", good[1], good[2], *weights)
