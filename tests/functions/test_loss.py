"""Activations, softmax and losses: large inputs, ties with their composed forms, labels, errors."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.numerical import check_grads
from differences import gradients, second_gradients

RNG = np.random.default_rng(11)
SCORES = RNG.normal(size=(7, 5)) * 3.0
LABELS = RNG.integers(0, 5, 7)
SHARES = RNG.random((7, 5))
LARGE = np.array([-1e4, -800.0, -40.0, 0.0, 40.0, 800.0, 1e4])


def slope(call: Callable[[cg.Variable], cg.Variable], at: np.ndarray) -> np.ndarray:
    x = cg.Variable(at)
    call(x).backward()
    return x.grad.data


PAIRS: dict[str, tuple[Callable[..., Any], Callable[..., Any], list[np.ndarray]]] = {
    "linear": (F.linear, F.linear_simple, [SCORES, SHARES.T, LABELS * 0.3]),
    "relu": (F.relu, F.relu_simple, [SCORES]),
    "sigmoid": (F.sigmoid, F.sigmoid_simple, [SCORES]),
    "softplus": (F.softplus, F.softplus_simple, [SCORES]),
    "gelu": (F.gelu, F.gelu_simple, [SCORES]),
    "softmax": (F.softmax, F.softmax_simple, [SCORES]),
    "softmax, axis 0": (
        lambda x: F.softmax(x, 0),
        lambda x: F.softmax_simple(x, 0),
        [SCORES],
    ),
    "cross_entropy": (
        lambda x: F.cross_entropy(x, LABELS),
        lambda x: F.cross_entropy_simple(x, LABELS),
        [SCORES],
    ),
    "binary_cross_entropy": (
        F.binary_cross_entropy,
        F.binary_cross_entropy_simple,
        [SCORES, SHARES],
    ),
    "mean_squared_error": (
        F.mean_squared_error,
        F.mean_squared_error_simple,
        [SCORES, SHARES],
    ),
}


@pytest.mark.parametrize("fused, simple, inputs", PAIRS.values(), ids=PAIRS.keys())
def test_the_fused_form_is_the_simple_one(
    fused: Callable[..., Any], simple: Callable[..., Any], inputs: list[np.ndarray]
) -> None:
    """Values, first and second derivatives."""
    close = {"rtol": 1e-11, "atol": 1e-13}
    constants = [cg.Variable(x) for x in inputs]
    np.testing.assert_allclose(fused(*constants).data, simple(*constants).data, **close)
    for derivatives in (gradients, second_gradients):
        for a, b in zip(derivatives(fused, inputs), derivatives(simple, inputs), strict=True):
            np.testing.assert_allclose(a, b, **close)


@pytest.mark.parametrize(
    "call",
    [
        *[F.relu, F.leaky_relu, F.sigmoid, F.silu, F.gelu, F.softplus, F.softmax, F.log_softmax],
        lambda x: F.gelu(x, "none"),
        F.logsumexp,
        lambda x: F.cross_entropy(x, 2),
        lambda x: F.binary_cross_entropy(x, np.full(7, 0.25)),
    ],
)
def test_inputs_of_size_ten_thousand(call: Callable[[cg.Variable], cg.Variable]) -> None:
    for order in (LARGE, LARGE[::-1]):
        x = cg.Variable(order.copy())
        y = call(x)
        y.backward(create_graph=True)
        first, composed = slope(call, order), x.grad
        x.cleargrad()
        composed.backward()
        second = [] if x.grad is None else x.grad.data  # none where it is linear in pieces
        for array in (y.data, first, composed.data, second):
            assert np.isfinite(array).all()
        np.testing.assert_allclose(first, composed.data, rtol=1e-12, atol=1e-300)


def test_values_at_large_inputs() -> None:
    x = cg.Variable([[1e4, -1e4, 0.0]])
    np.testing.assert_array_equal(F.softmax(x).data, [[1.0, 0.0, 0.0]])
    np.testing.assert_array_equal(F.log_softmax(x).data, [[0.0, -2e4, -1e4]])
    assert F.cross_entropy(x, [1]).item() == 2e4
    assert F.logsumexp(x).item() == 1e4
    assert F.logsumexp(cg.Variable([-np.inf, -np.inf])).item() == -np.inf
    assert F.binary_cross_entropy(cg.Variable([1e4, -1e4]), [0.0, 1.0]).item() == 1e4
    assert F.softplus(cg.Variable(-700.0)).item() == np.exp(-700.0)
    assert F.sigmoid(cg.Variable(-740.0)).item() > 0.0


def test_nan_shows() -> None:
    for call in (F.relu, F.leaky_relu, F.sigmoid, F.silu, F.gelu, F.softplus, F.erf):
        y = call(cg.Variable([np.nan, 1.0]))
        assert np.isnan(y.data[0]) and np.isfinite(y.data[1])
    assert np.isnan(F.softmax(cg.Variable([np.nan, 1.0])).data).all()
    assert np.isnan(F.cross_entropy(cg.Variable([[np.nan, 1.0]]), [1]).item())


# ---- cross_entropy ------------------------------------------------------------------------------


def test_rows_that_are_ignored() -> None:
    x = cg.Variable(np.vstack([SCORES, [np.nan] * 5]))
    labels = np.append(LABELS, -100)
    loss = F.cross_entropy(x, labels)
    assert loss.item() == F.cross_entropy(cg.Variable(SCORES), LABELS).item()
    for create_graph in (False, True):
        x.cleargrad()
        loss.backward(create_graph=create_graph)
        np.testing.assert_array_equal(x.grad.data[-1], np.zeros(5))
        assert np.isfinite(x.grad.data).all()


@pytest.mark.parametrize("create_graph", [False, True])
def test_every_row_ignored(create_graph: bool) -> None:
    x = cg.Variable(SCORES[:2])
    loss = F.cross_entropy(x, [7, 7], ignore_index=7)
    loss.backward(create_graph=create_graph)
    assert loss.item() == 0.0
    np.testing.assert_array_equal(x.grad.data, np.zeros((2, 5)))


def test_ignore_index_may_be_a_class() -> None:
    x = cg.Variable(SCORES[:2])
    loss = F.cross_entropy(x, [0, 3], ignore_index=0)
    assert loss.item() == F.cross_entropy(x[1:], [3]).item()


def test_no_rows() -> None:
    x = cg.Variable(np.empty((0, 5)))
    loss = F.cross_entropy(x, np.empty(0, int))
    loss.backward()
    assert loss.item() == 0.0
    assert x.grad.shape == (0, 5)


def test_labels_of_any_integral_kind() -> None:
    x = cg.Variable(SCORES)
    expected = F.cross_entropy(x, LABELS).item()
    for t in (
        LABELS.tolist(),
        LABELS.astype(np.uint8),
        LABELS.astype(np.float32),
        LABELS[:, None],
        cg.Variable(LABELS),
        np.repeat(LABELS, 2)[::2],
    ):
        assert F.cross_entropy(x, t).item() == expected


def test_labels_are_copied() -> None:
    labels = LABELS.copy()
    x = cg.Variable(SCORES)
    loss = F.cross_entropy(x, labels)
    labels[:] = 4
    loss.backward()
    np.testing.assert_array_equal(x.grad.data, slope(lambda x: F.cross_entropy(x, LABELS), SCORES))


@pytest.mark.parametrize(
    "t, message",
    [
        ([0, 5], "label 5 of row 1 is out of range for scores"),
        ([-1, 0], "label -1 of row 0"),
        ([0.5, 1], "whole numbers"),
        ([np.nan, 1], "whole numbers"),
        ([1e300, 1], "beyond"),
        ([0], r"labels of shape \(2,\)"),
        ([[0, 1]], r"labels of shape \(2,\)"),
        (0, r"labels of shape \(2,\)"),
    ],
)
def test_wrong_labels(t: Any, message: str) -> None:
    x = cg.Variable(SCORES[:2], name="scores")
    with pytest.raises(ValueError, match=message):
        F.cross_entropy(x, t)
    assert x.grad is None


def test_labels_of_the_wrong_kind() -> None:
    for t in (["a", "b"], [None, 1], [True, False], [1j, 0]):
        with pytest.raises(TypeError, match="labels must be integers"):
            F.cross_entropy(cg.Variable(SCORES[:2]), t)


def test_scores_without_classes() -> None:
    with pytest.raises(ValueError, match="no axis of classes"):
        F.cross_entropy(cg.Variable(1.0), 0)
    with pytest.raises(ValueError, match="out of range"):
        F.cross_entropy(cg.Variable(np.empty((2, 0))), [0, 0])


# ---- The others ---------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [F.mean_squared_error, F.binary_cross_entropy])
def test_targets_of_another_shape(loss: Callable[..., cg.Variable]) -> None:
    with pytest.raises(ValueError, match=r"shape \(3, 1\).*same shape.*\(3,\)"):
        loss(cg.zeros(3, 1), cg.zeros(3))


def test_mean_squared_error_of_one_variable() -> None:
    x = cg.Variable([1.0, 2.0])
    y = F.mean_squared_error(x, x)
    y.backward()
    assert y.item() == 0.0
    np.testing.assert_array_equal(x.grad.data, [0.0, 0.0])


def test_accuracy() -> None:
    x = cg.Variable(SCORES)
    best = SCORES.argmax(axis=1)
    assert F.accuracy(x, best).item() == 1.0
    assert F.accuracy(x, (best + 1) % 5).item() == 0.0
    assert F.accuracy(x, best[:, None].astype(float)).item() == 1.0
    assert not F.accuracy(x, best).requires_grad
    some = np.where(np.arange(7) < 3, best, -100)
    assert F.accuracy(x, some).item() == 1.0
    with pytest.raises(ValueError, match="label 9 of row 1 is out of range"):
        F.accuracy(x[:2], [0, 9])
    with pytest.raises(ValueError, match="no rows"):
        F.accuracy(cg.zeros(0, 3), np.empty(0, int))
    with pytest.raises(ValueError, match="labels of shape"):
        F.accuracy(x, [1, 2])


@pytest.mark.parametrize("wrong", [-1.0, 2.0, 1.01, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [1, 7, 20_000])
def test_targets_that_are_no_probabilities(wrong: float, n: int) -> None:
    t = np.full((2, n), 0.5)
    t[1, n // 2] = wrong
    message = rf"targets must be from 0 to 1, but there is {re.escape(str(wrong))} in "
    for targets in (t, cg.Variable(t, name="t"), t.T, F.transpose(cg.Variable(t))):
        with pytest.raises(ValueError, match=message):
            F.binary_cross_entropy(np.zeros(targets.shape), targets)


def test_targets_at_the_ends() -> None:
    t = np.array([0.0, 1.0, np.nextafter(1.0, 2.0), -1e-17])
    assert F.binary_cross_entropy(cg.zeros(4), t).item() == pytest.approx(np.log(2))
    assert np.isnan(F.binary_cross_entropy(cg.zeros(0, 3), np.zeros((0, 3))).item())
    check_grads(F.binary_cross_entropy, [2.0, -1.0], [1.0, 0.0], order=2)
    wide = F.broadcast_to(cg.Variable(2.0), (3, 2))
    with pytest.raises(ValueError, match=r"there is 2.0 in variable of shape \(3, 2\)"):
        F.binary_cross_entropy(cg.zeros(3, 2), wide)


def test_binary_labels_where_there_are_classes() -> None:
    x = cg.Variable([[1.5], [-2.0]])
    with pytest.raises(ValueError, match="one score a row, compare logits > 0 with the labels$"):
        F.accuracy(x, [1, 0])
    with pytest.raises(ValueError, match="one score a row, use binary_cross_entropy$"):
        F.cross_entropy(x, [[1], [0]])


def test_logsumexp_at_infinities() -> None:
    assert F.logsumexp(cg.zeros(0)).item() == -np.inf
    np.testing.assert_array_equal(F.logsumexp(cg.zeros(0, 3), axis=0).data, [-np.inf] * 3)
    np.testing.assert_array_equal(F.logsumexp(cg.zeros(3, 0), axis=1, keepdims=True).data, -np.inf)
    assert F.logsumexp(cg.zeros(0, 3), axis=1).shape == (0,)
    assert cg.grad(F.logsumexp)(np.zeros(0)).shape == (0,)
    for x, slopes in {
        (np.inf, 0.0, 1.0): (1.0, 0.0, 0.0),
        (np.inf, 0.0, np.inf): (0.5, 0.0, 0.5),
        (-np.inf, 0.0, 0.0): (0.0, 0.5, 0.5),
        (-np.inf, -np.inf, -np.inf): (0.0, 0.0, 0.0),
    }.items():
        at = np.array(x)
        np.testing.assert_array_equal(cg.grad(F.logsumexp)(at), slopes)
        rows = cg.jacobian(lambda x: F.stack([F.logsumexp(x)] * 5))(at)
        np.testing.assert_array_equal(rows, [slopes] * 5)
        for k, direction in enumerate(np.eye(3)):
            assert cg.jvp(F.logsumexp, (at,), (direction,))[1] == slopes[k]
    assert np.all(cg.hessian(F.logsumexp)(np.array([np.inf, 0.0, 1.0])) == 0.0)


def test_softmax_axes() -> None:
    x = cg.Variable(SCORES.reshape(7, 5, 1))
    np.testing.assert_array_equal(F.softmax(x, 1).data[..., 0], F.softmax(SCORES).data)
    with pytest.raises(IndexError, match="softmax: axis 3"):
        F.softmax(x, 3)
    with pytest.raises(TypeError, match="axis must be an int"):
        F.softmax(x, (0, 1))
    with pytest.raises(ValueError, match="no axis"):
        F.log_softmax(cg.Variable(1.0))
    assert F.softmax(cg.zeros(2, 0)).shape == (2, 0)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="'tanh' or 'none'"):
        F.gelu(1.0, "erf")
    with pytest.raises(TypeError, match="slope"):
        F.leaky_relu(1.0, "steep")
    with pytest.raises(ValueError, match=r"linear: .*\(2, 3\) and weights .*\(2, 3\)"):
        F.linear(cg.zeros(2, 3), cg.zeros(2, 3))
    with pytest.raises(ValueError, match=r"bias of shape \(4,\)"):
        F.linear(cg.zeros(2, 3), cg.zeros(3, 4), cg.zeros(2, 3))
    with pytest.raises(ValueError, match=r"\(\.\.\., 4 n\)"):
        F.lstm_cell(cg.zeros(2, 9), cg.zeros(2, 2))
    with pytest.raises(ValueError, match=r"\(\.\.\., 4 n\)"):
        F.lstm_cell(cg.zeros(4), cg.Variable(1.0))


def test_labels_that_replace_the_scores() -> None:
    class Labels:
        def __init__(self, x: cg.Variable) -> None:
            self.x = x

        def __array__(self, *args: Any, **kwargs: Any) -> Any:
            self.x.data = np.zeros((50_000, 1))
            return np.full(50_000, 9)

    scores = np.zeros((50_000, 10))
    x = cg.Variable(scores)
    loss = F.cross_entropy(x, Labels(x))
    assert loss.item() == F.cross_entropy(scores, np.full(50_000, 9)).item()
    with pytest.raises(RuntimeError, match="data"):
        loss.backward()


@pytest.mark.parametrize("ignored", [None, "a", 1.5, [0], np.array([0, 1])], ids=repr)
def test_ignore_index_is_an_int(ignored: Any) -> None:
    with pytest.raises(TypeError, match="cross_entropy: ignore_index must be an int"):
        F.cross_entropy(SCORES[:2], [0, 1], ignore_index=ignored)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("shape", [(), (0,), (3, 1), (1, 1, 1, 1)], ids=str)
def test_a_cell_whose_state_was_replaced(shape: tuple[int, ...], create_graph: bool) -> None:
    gates, c = cg.zeros(3, 8), cg.ones(3, 2)
    h, _ = F.lstm_cell(gates, c)
    c.data = np.zeros(shape)
    with pytest.raises(RuntimeError, match="LSTMCell .* changed since"):
        h.backward(create_graph=create_graph)
