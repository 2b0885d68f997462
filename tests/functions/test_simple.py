"""The composed forms compute what the fused ones compute, and refuse what they refuse."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

RNG = np.random.default_rng(0)
M = RNG.normal(size=(4, 3))
P = RNG.uniform(size=(4, 3))
BIG = np.array([[900.0, -900.0, 0.0], [1e3, 1e3, 1e3], [-800.0, 3.0, -40.0], [40.0, -36.0, 745.0]])
LABELS = np.array([2, 0, 1, 1])

# Arguments of each pair: good ones, and bad ones.
CALLS: dict[str, list[Callable[[Any], Any]]] = {
    "cross_entropy": [
        lambda f: f(M, LABELS),
        lambda f: f(M, LABELS[:, None]),
        lambda f: f(M, LABELS.tolist()),
        lambda f: f(M, cg.Variable(LABELS)),
        lambda f: f(M, LABELS.astype(float)),
        lambda f: f(M, cg.Variable(LABELS[:, None], requires_grad=False)),
        lambda f: f(M, [2, -100, 1, -100]),
        lambda f: f(M, [2, -1, 1, -1], -1),
        lambda f: f(M, [2, 0, 1, 1], ignore_index=1),
        lambda f: f(M, [-100] * 4),
        lambda f: f(BIG, LABELS),
        lambda f: f(M[0], 2),
        lambda f: f(M[0], [2]),
        lambda f: f(M.reshape(2, 2, 3), LABELS.reshape(2, 2)),
        lambda f: f(M.reshape(2, 2, 3), LABELS.reshape(2, 2, 1)),
        lambda f: f(M[:, :1], [0, 0, 0, 0]),
        lambda f: f(np.zeros((0, 3)), np.zeros(0, int)),
        lambda f: f(M, [2, -1, 1, 1]),
        lambda f: f(M, [2, 3, 1, 1]),
        lambda f: f(M, LABELS[:3]),
        lambda f: f(M, LABELS[None]),
        lambda f: f(M, LABELS + 0.5),
        lambda f: f(M, [2, 0, np.nan, 1]),
        lambda f: f(M, ["a"] * 4),
        lambda f: f(M, LABELS > 0),
        lambda f: f(M, np.eye(3)[LABELS]),
        lambda f: f(M, LABELS, ignore_index=1.5),
        lambda f: f(M, np.ma.array(LABELS, mask=[1, 0, 0, 0])),
        lambda f: f(2.0, 0),
        lambda f: f(M, None),
    ],
    "mean_squared_error": [
        lambda f: f(M, P),
        lambda f: f(M, cg.Variable(P)),
        lambda f: f(M[0, 0], 1.0),
        lambda f: f(np.zeros((0, 2)), np.zeros((0, 2))),
        lambda f: f(BIG, M),
        lambda f: f(M[:3, :1], M[0]),
        lambda f: f(M, M[0]),
        lambda f: f(M, 1.0),
        lambda f: f(M, M.T),
        lambda f: f(M, "a"),
        lambda f: f(M, np.ma.array(P, mask=P > 0.5)),
    ],
    "binary_cross_entropy": [
        lambda f: f(M, P),
        lambda f: f(M, cg.Variable(P)),
        lambda f: f(M, P > 0.5),
        lambda f: f(BIG, P),
        lambda f: f(BIG, (P > 0.5) * 1.0),
        lambda f: f(0.3, 1),
        lambda f: f(M, P + 5e-4),
        lambda f: f(M[:3, :1], P[0]),
        lambda f: f(M, P[0]),
        lambda f: f(M, P + 0.5),
        lambda f: f(M, P - 0.5),
        lambda f: f(M, np.full(M.shape, np.nan)),
        lambda f: f(M, 2.0 * (P > 0.5)),
    ],
    "linear": [
        lambda f: f(M, M.T),
        lambda f: f(M, M.T, P[:, 0]),
        lambda f: f(M, M.T, [1.0]),
        lambda f: f(M, M.T, P[:, :1]),
        lambda f: f(M, M.T, P[None, :, 0]),
        lambda f: f(M, M.T, 2.0),
        lambda f: f(M[0], M.T, P[:, 0]),
        lambda f: f(np.stack([M, P]), M.T, P[:, 0]),
        lambda f: f(np.stack([M, P]), M.T, np.ones((2, 1, 4))),
        lambda f: f(np.stack([M, P]), np.stack([P.T, M.T])),
        lambda f: f(np.stack([M, P]), np.stack([P.T, M.T]), P[:, 0]),
        lambda f: f(M, np.stack([P.T, M.T]), np.ones((2, 1, 4))),
        lambda f: f(M[0], np.stack([P.T, M.T]), np.ones((2, 4))),
        lambda f: f(M, M),
        lambda f: f(M, M.T, P[:3, 0]),
        lambda f: f(M, M.T, np.ones((2, 1, 4))),
        lambda f: f(M[:1], M.T, P[:, :1]),
        lambda f: f(M[0], M.T, np.ones((1, 4))),
        lambda f: f(M, M[0]),
        lambda f: f(2.0, M.T),
        lambda f: f(np.stack([M, P]), np.stack([M.T, M.T, M.T])),
        lambda f: f(np.stack([M, P]), np.stack([M.T, M.T]), np.ones((3, 1, 4))),
    ],
    "softmax": [
        lambda f: f(M),
        lambda f: f(M, 0),
        lambda f: f(BIG),
        lambda f: f(BIG, axis=0),
        lambda f: f(M.reshape(2, 2, 3), 1),
        lambda f: f(np.zeros((0, 3))),
        lambda f: f(M, 2),
        lambda f: f(M, "a"),
        lambda f: f(M, 0.5),
    ],
    "sigmoid": [lambda f: f(M), lambda f: f(np.array([-36.0, 36.0, -300.0, 500.0])), lambda f: f("a")],
    "softplus": [lambda f: f(M), lambda f: f(BIG), lambda f: f("a")],
    "gelu": [lambda f: f(M), lambda f: f(np.array([-6.0, -4.0, 7.0])), lambda f: f("a")],
    "relu": [lambda f: f(M), lambda f: f(BIG + 0.5), lambda f: f("a")],
    "dropout": [
        lambda f: f(M, 0.0, 3),
        lambda f: f(M, 1.0, 3),
        lambda f: f(M, 1.0, np.random.default_rng(3)),
        lambda f: f(M, 1.5),
        lambda f: f(M, -0.1),
        lambda f: f(M, "a"),
        lambda f: f(M, 0.5, "a"),
        lambda f: f(M, 0.5, -1),
        lambda f: f(M, np.nan),
    ],
}  # fmt: skip
CASES = [(name, i) for name, calls in CALLS.items() for i in range(len(calls))]


def outcome(call: Any, f: Any) -> tuple[Any, list[Any]]:
    """The value and the gradients by all inputs; or the kind of the error."""
    inputs: list[cg.Variable] = []

    def recording(*args: Any, **kwargs: Any) -> Any:
        given = []
        for k, a in enumerate(args):
            labels = (
                k == 1 and "cross_entropy" in f.__name__ and not f.__name__.startswith("binary")
            )
            if isinstance(a, np.ndarray) and not np.ma.isMA(a) and a.dtype == float and not labels:
                a = cg.Variable(a.copy())
            given.append(a)
        inputs.extend(a for a in given if isinstance(a, cg.Variable) and a.requires_grad)
        return f(*given, **kwargs)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            y = call(recording)
        except (TypeError, ValueError, IndexError) as error:
            return type(error), []
        w = cg.Variable(np.cos(np.arange(y.size)).reshape(y.shape), requires_grad=False)
        F.sum(y * w).backward()
    return y.data, [None if x.grad is None else x.grad.data for x in inputs]


@pytest.mark.parametrize(("name", "i"), CASES)
def test_as_the_fused_form(name: str, i: int) -> None:
    call = CALLS[name][i]
    fused, simple = (outcome(call, getattr(F, f)) for f in (name, f"{name}_simple"))
    if isinstance(fused[0], type):
        assert simple[0] is fused[0]
        return
    assert not isinstance(simple[0], type), simple
    close = {"rtol": 1e-12, "atol": 1e-15}
    assert simple[0].shape == fused[0].shape
    np.testing.assert_allclose(simple[0], fused[0], **close)
    for a, b in zip(simple[1], fused[1], strict=True):
        zero = np.zeros(1)
        np.testing.assert_allclose(zero if a is None else a, zero if b is None else b, **close)


def test_dropout_simple() -> None:
    y = F.dropout_simple(np.full(1000, np.inf), 0.25, rng=0).data
    assert set(y) == {0.0, np.inf} and 200 < (y == 0.0).sum() < 300
    assert set(F.dropout_simple(np.ones(99), 0.5, rng=np.random.default_rng(0)).data) == {0.0, 2.0}
    with cg.test_mode():
        np.testing.assert_array_equal(F.dropout_simple(M, 0.5).data, M)
