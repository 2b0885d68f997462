"""RNN, LSTM and GRU against their textbook forms, and what they remember."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from differences import grad_arrays, weights

Cell = Callable[[cg.Variable, Sequence[cg.Variable]], Sequence[cg.Variable]]

BATCH, IN, HIDDEN, STEPS = 3, 2, 4, 5


def sigmoid(x: cg.Variable) -> cg.Variable:
    return 1.0 / (1.0 + F.exp(-x))


def inputs() -> list[np.ndarray]:
    return list(np.random.default_rng(5).normal(size=(STEPS, BATCH, IN)))


def with_random_biases(layer: Any) -> Any:
    """Zeros would hide a bias that is in the wrong place."""
    for name, parameter in layer.params():
        if name.startswith("b"):
            parameter.data[...] = np.random.default_rng(len(name)).normal(size=parameter.shape)
    return layer


def columns(v: cg.Variable, count: int) -> list[cg.Variable]:
    """Leaves of their own, one for each gate."""
    return [cg.Variable(part.copy()) for part in np.split(v.data, count, axis=-1)]


def textbook(layer: Any, gates: int) -> list[list[cg.Variable]]:
    """The parameters, in the order of their names, a matrix or bias for each gate."""
    return [columns(parameter, gates) for _, parameter in layer.params()]


def rnn(x: cg.Variable, state: Any, p: Any) -> Any:
    (b,), (wh,), (wx,) = p
    h = F.tanh(x @ wx + state[0] @ wh + b)
    return (h,)


def lstm(x: cg.Variable, state: Any, p: Any) -> Any:
    (bi, bf, bg, bo), (hi, hf, hg, ho), (xi, xf, xg, xo) = p
    h, c = state
    i = sigmoid(x @ xi + h @ hi + bi)
    f = sigmoid(x @ xf + h @ hf + bf)
    g = F.tanh(x @ xg + h @ hg + bg)
    o = sigmoid(x @ xo + h @ ho + bo)
    c = f * c + i * g
    return o * F.tanh(c), c


def gru(x: cg.Variable, state: Any, p: Any) -> Any:
    (bhr, bhz, bhn), (bxr, bxz, bxn), (hr, hz, hn), (xr, xz, xn) = p
    (h,) = state
    r = sigmoid(x @ xr + bxr + h @ hr + bhr)
    z = sigmoid(x @ xz + bxz + h @ hz + bhz)
    n = F.tanh(x @ xn + bxn + r * (h @ hn + bhn))
    return ((1.0 - z) * n + z * h,)


CASES = [
    pytest.param(L.RNN, 1, 1, rnn, id="RNN"),
    pytest.param(L.LSTM, 4, 2, lstm, id="LSTM"),
    pytest.param(L.GRU, 3, 1, gru, id="GRU"),
]
KINDS = [L.RNN, L.LSTM, L.GRU]


def total(hs: Sequence[cg.Variable]) -> cg.Variable:
    """A number that depends on every element of every step."""
    y = F.sum(hs[0] * weights(hs[0].shape))
    for step, h in enumerate(hs[1:], 1):
        y = y + F.sum(h * weights(h.shape, step))
    return y


def slopes(y: cg.Variable, xs: Sequence[cg.Variable], order: int) -> list[np.ndarray]:
    """The gradients; of order 2, those of a weighted sum of the gradients."""
    y.backward(create_graph=order > 1)
    if order == 1:
        return grad_arrays(xs)
    firsts = [x.grad for x in xs]
    for x in xs:
        x.cleargrad()
    z: Any = 0.0
    for first in firsts:
        # A polynomial of each gradient, the same one for a part as for the whole.
        z = z + F.sum(first * first * (0.5 + first))
    z.backward()
    return grad_arrays(xs)


@pytest.mark.parametrize(("kind", "gates", "states", "cell"), CASES)
@pytest.mark.parametrize("order", [1, 2])
def test_it_is_the_textbook_form(kind: Any, gates: int, states: int, cell: Any, order: int) -> None:
    layer = with_random_biases(kind(HIDDEN, IN, rng=0))
    parts = textbook(layer, gates)
    xs = [cg.Variable(x) for x in inputs()]
    ys = [cg.Variable(x) for x in inputs()]

    hs = [layer(x) for x in xs]
    expected = []
    state = (cg.Variable(np.zeros((BATCH, HIDDEN)), requires_grad=False),) * states
    for y in ys:
        state = cell(y, state, parts)
        expected.append(state[0])
    for h, e in zip(hs, expected, strict=True):
        assert np.abs(h.data - e.data).max() < 1e-14

    ours = slopes(total(hs), [p for _, p in layer.params()] + xs, order)
    flat = [v for group in parts for v in group]
    theirs = slopes(total(expected), flat + ys, order)
    joined = [
        np.concatenate(theirs[i * gates : (i + 1) * gates], axis=-1) for i in range(len(parts))
    ] + theirs[len(flat) :]
    for a, b in zip(ours, joined, strict=True):
        assert np.abs(b).max() > 1e-3
        assert np.abs(a - b).max() < 1e-13 * max(1.0, np.abs(b).max())


@pytest.mark.parametrize("kind", KINDS)
def test_the_state_is_kept_and_forgotten(kind: Any) -> None:
    layer = kind(HIDDEN, rng=0)
    a, b = inputs()[:2]
    first, second = layer(a).data, layer(b).data
    layer.reset_state()
    assert np.array_equal(layer(a).data, first)
    assert np.array_equal(layer(b).data, second)
    assert not np.array_equal(layer(b).data, second)


@pytest.mark.parametrize("kind", KINDS)
def test_another_batch_size_needs_a_reset(kind: Any) -> None:
    layer = kind(HIDDEN, rng=0)
    layer(np.ones((3, IN)))
    before = layer(np.ones((3, IN))).data
    with pytest.raises(ValueError, match=rf"{kind.__name__}: x of shape \(2, 2\).*reset_state"):
        layer(np.ones((2, IN)))
    layer.reset_state()
    assert layer(np.ones((2, IN))).shape == (2, HIDDEN)
    layer.reset_state()
    layer(np.ones((3, IN)))
    assert np.array_equal(layer(np.ones((3, IN))).data, before)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (IN,), (5, 3, IN), (3, IN + 1)])
def test_wrong_input_changes_nothing(kind: Any, shape: tuple[int, ...]) -> None:
    layer, unharmed = kind(HIDDEN, rng=0), kind(HIDDEN, rng=0)
    x = np.ones((3, IN))
    layer(x)
    unharmed(x)
    with pytest.raises(ValueError, match="shape|linear"):
        layer(np.ones(shape))
    assert np.array_equal(layer(x).data, unharmed(x).data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("x", [1.0, np.ones(0), np.ones((5, 3, 0)), np.ones((3, 0)), "text", None])
def test_a_wrong_first_input_makes_no_parameters(kind: Any, x: Any) -> None:
    layer = kind(HIDDEN, rng=0)
    with pytest.raises((ValueError, TypeError)):
        layer(x)
    assert len(layer.params()) == 0
    layer(np.ones((3, IN)))
    assert np.array_equal(layer.wx.data, kind(HIDDEN, IN, rng=0).wx.data)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_batch(kind: Any) -> None:
    assert kind(HIDDEN, rng=0)(np.ones((0, IN))).shape == (0, HIDDEN)


@pytest.mark.parametrize("kind", KINDS)
def test_in_no_grad_no_graph_is_kept(kind: Any) -> None:
    layer = kind(HIDDEN, rng=0)
    with cg.no_grad():
        h = layer(np.ones((3, IN)))
    assert h.creator is None
    F.sum(layer(np.ones((3, IN)))).backward()
    assert layer.wh.grad is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_is_no_parameter(kind: Any) -> None:
    layer = kind(HIDDEN, rng=0)
    h = layer(np.ones((3, IN)))
    before = [name for name, _ in layer.params()]
    h.unchain()
    layer(np.ones((3, IN)))
    assert [name for name, _ in layer.params()] == before
    assert list(layer.state_dict()) == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_variance_of_weights(kind: Any) -> None:
    layer = kind(64, 256, rng=0)
    assert abs(layer.wx.data.std() * 16.0 - 1.0) < 0.02
    assert abs(layer.wh.data.std() * 8.0 - 1.0) < 0.02
    assert all(not p.data.any() for name, p in layer.params() if name.startswith("b"))


def test_a_loss_on_the_last_step_alone() -> None:
    layer = L.LSTM(HIDDEN, rng=0)
    for x in inputs():
        h = layer(x)
    F.sum(h).backward()
    assert np.abs(layer.wx.grad.data).min() > 0.0
