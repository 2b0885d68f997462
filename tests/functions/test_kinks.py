"""Where a rule has a mask: every way to a derivative gives the same, and no second one is made up."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

INF, NAN = np.inf, np.nan
Call = Callable[[Any], Any]

# A function of a vector, and places where its rules choose.
POINTS: list[tuple[str, Call, list[float]]] = [
    ("relu", F.relu, [0.0, -0.0, 1.0, -1.0]),
    ("leaky_relu", F.leaky_relu, [0.0, -0.0, 1.0, -1.0]),
    ("abs", F.abs, [0.0, -0.0, 1.0, -2.0]),
    ("sign", F.sign, [0.0, -1.0]),
    ("clip", lambda x: F.clip(x, -1.0, 1.0), [-1.0, 1.0, 0.0, 3.0]),
    ("maximum", lambda x: F.maximum(x, x[::-1]), [1.0, 2.0, 2.0, 3.0]),
    ("maximum of a number", lambda x: F.maximum(x, 0.0), [0.0, 1.0, -1.0]),
    ("minimum", lambda x: F.minimum(x, 0.0), [0.0, 1.0, -1.0]),
    ("copysign", lambda x: F.copysign(x, [-1.0, 1.0, -1.0]), [0.0, -2.0, 3.0]),
    ("hypot", lambda x: F.hypot(x, x[::-1] * 0.0), [0.0, 1.0, 0.0]),
    ("norm", F.norm, [0.0, 0.0]),
    ("norms", lambda x: F.norm(F.reshape(x, (2, 2)), axis=1), [0.0, 0.0, 3.0, 4.0]),
    ("norm 3", lambda x: F.norm(x, 3), [0.0, 0.0]),
    ("norm 3, one 0", lambda x: F.norm(x, 3), [0.0, 2.0]),
    ("norm 1.5", lambda x: F.norm(x, 1.5), [0.0, 2.0]),
    ("norm 1", lambda x: F.norm(x, 1), [0.0, 2.0]),
    ("norm inf", lambda x: F.norm(x, INF), [2.0, -2.0]),
    ("norm 0", lambda x: F.norm(x, 0), [2.0, 0.0]),
    ("std", F.std, [2.0, 2.0, 2.0]),
    ("stds", lambda x: F.std(F.reshape(x, (2, 2)), axis=1), [2.0, 2.0, 1.0, 3.0]),
    ("nanstd", F.nanstd, [2.0, 2.0, NAN]),
    ("max", F.max, [1.0, 1.0, 0.0]),
    ("min", F.min, [1.0, 1.0, 2.0]),
    ("ptp", F.ptp, [1.0, 1.0]),
    ("nanmax", F.nanmax, [1.0, 1.0, NAN]),
    ("sort", F.sort, [1.0, 1.0, 0.0]),
    ("median", F.median, [1.0, 1.0, 3.0, 0.0]),
    ("prod", F.prod, [0.0, 2.0, 0.0]),
    ("cumprod", F.cumprod, [0.0, 2.0, 0.0]),
    ("where", lambda x: F.where([True, False], x, 0.0), [INF, INF]),
    ("mask_fill", lambda x: F.mask_fill(x, [True, False], 1.0), [INF, 2.0]),
    ("pow", lambda x: F.pow(x, [2.0, 1.0, 0.0, 3.0]), [0.0, 0.0, 0.0, -0.0]),
    ("pow 0", lambda x: x**0, [0.0, 1.0]),
    ("pow 1.5", lambda x: x**1.5, [0.0, 1.0]),
    ("number ** x", lambda x: 0.0**x, [0.0, 1.0]),
    ("logaddexp", lambda x: F.logaddexp(x, -INF), [-INF, 0.0]),
    ("logsumexp", F.logsumexp, [-INF, 0.0, 0.0]),
    ("softmax", F.softmax, [-INF, 0.0, 0.0]),
    ("max_pool2d", lambda x: F.max_pool2d(F.reshape(x, (1, 1, 2, 2)), 2), [1.0, 1.0, 0.0, 0.0]),
]


def matrices(f: Call, x: np.ndarray) -> dict[str, np.ndarray]:
    """The Jacobian of f at x, a vector to a vector, in every way that there is."""

    def flat(v: Any) -> Any:
        return F.reshape(f(v), -1)

    n, m = x.size, flat(cg.Variable(x)).size
    ways: dict[str, Any] = {"jacobian": cg.jacobian(flat)(x)}
    for graph in (False, True):
        rows = []
        for i in range(m):
            v = cg.Variable(x.copy())
            y = flat(v)
            y.grad = cg.Variable(np.eye(m)[i])
            y.backward(create_graph=graph)
            rows.append(np.zeros(n) if v.grad is None else v.grad.data.copy())
        ways[f"backward, create_graph={graph}"] = np.array(rows)
    _, pull = cg.vjp(flat, x)
    ways["vjp"] = np.array([np.asarray(pull(np.eye(m)[i])).reshape(n) for i in range(m)])
    ways["jvp"] = np.stack(
        [np.asarray(cg.jvp(flat, (x,), (np.eye(n)[j],))[1]) for j in range(n)], 1
    )
    # More outputs than inputs: the other direction.
    wide = cg.jacobian(lambda v: F.reshape(F.stack([flat(v)] * (n + 1)), -1))(x)
    ways["jacobian of many outputs"] = np.asarray(wide)[:m]
    return {way: np.asarray(matrix) for way, matrix in ways.items()}


@pytest.mark.parametrize(("name", "f", "at"), POINTS, ids=[name for name, *_ in POINTS])
def test_every_mode_gives_the_same(name: str, f: Call, at: list[float]) -> None:
    found = matrices(f, np.array(at))
    expected = found.pop("backward, create_graph=False")
    assert not np.isnan(expected).any(), expected
    for way, matrix in found.items():
        np.testing.assert_allclose(matrix, expected, rtol=1e-15, err_msg=f"{name}: {way}")


@pytest.mark.parametrize(("name", "f", "at"), POINTS, ids=[name for name, *_ in POINTS])
def test_products_with_the_hessian_agree_with_it(name: str, f: Call, at: list[float]) -> None:
    x = np.array(at)

    def total(v: Any) -> Any:
        return F.sum(f(v))

    whole = np.asarray(cg.hessian(total)(x))
    ones = np.asarray(cg.hvp(total, x, np.ones_like(x)))
    known = ~np.isnan(whole).any(1)
    np.testing.assert_allclose(ones[known], whole.sum(1)[known], rtol=1e-14, err_msg=name)


ROOTS: list[tuple[str, Call, list[float]]] = [
    ("norm", F.norm, [0.0, 0.0]),
    ("norm of one", F.norm, [0.0]),
    ("norm 3", lambda x: F.norm(x, 3), [0.0, 0.0]),
    ("norm 2.5", lambda x: F.norm(x, 2.5), [0.0, 0.0]),
    ("std", F.std, [2.0, 2.0]),
    ("std, ddof", lambda x: F.std(x, ddof=1), [2.0, 2.0]),
    ("nanstd", F.nanstd, [2.0, 2.0]),
    ("hypot", lambda x: F.hypot(x[0], x[1]), [0.0, 0.0]),
    ("linalg.norm", lambda x: np.linalg.norm(x), [0.0, 0.0]),
]


@pytest.mark.parametrize(("name", "f", "at"), ROOTS, ids=[name for name, *_ in ROOTS])
def test_a_root_at_0_has_no_second_derivative(name: str, f: Call, at: list[float]) -> None:
    x = np.array(at)
    for g in (f, lambda v: f(v) ** 2, lambda v: 3.0 * f(v) + F.sum(v)):
        matrix = np.asarray(cg.hessian(g)(x))
        assert np.isnan(matrix).all(), matrix
        assert np.isnan(np.asarray(cg.hvp(g, x, np.ones_like(x)))).all()
    assert not np.asarray(cg.grad(f)(x)).any()


@pytest.mark.parametrize("f", [F.relu, F.abs, F.leaky_relu, lambda x: F.clip(x, 0.0, 1.0), F.max])
def test_piecewise_linear_functions_keep_0(f: Call) -> None:
    x = np.zeros(2)
    assert not np.asarray(cg.hessian(lambda v: F.sum(f(v)))(x)).any()


def test_second_derivatives_away_from_the_kink() -> None:
    x = np.array([3.0, -4.0])
    u = x / 5.0
    expected = (np.eye(2) - np.outer(u, u)) / 5.0
    for f in (F.norm, lambda v: F.hypot(v[0], v[1]), lambda v: F.norm(v, 2.0)):
        np.testing.assert_allclose(cg.hessian(f)(x), expected, rtol=1e-14, atol=1e-17)
    p = 3.5
    y = (np.abs(x) ** p).sum() ** (1 / p)
    s = np.sign(x) * (np.abs(x) / y) ** (p - 1)
    expected = (p - 1) / y * (np.diag((np.abs(x) / y) ** (p - 2)) - np.outer(s, s))
    np.testing.assert_allclose(cg.hessian(lambda v: F.norm(v, p))(x), expected, rtol=1e-13)
    np.testing.assert_allclose(cg.grad(lambda v: F.norm(v, p))(x), s, rtol=1e-14)
    x = np.array([1.0, 2.0, 4.0])
    d, y = x - x.mean(), x.std()
    expected = (np.eye(3) - 1 / 3 - np.outer(d, d) / (3 * y * y)) / (3 * y)
    np.testing.assert_allclose(cg.hessian(F.std)(x), expected, rtol=1e-13)


@pytest.mark.parametrize("p", [1.5, 2.0, 3.0, 3.5, 8.0])
def test_an_element_0_of_another_norm(p: float) -> None:
    """The slope is 0; the second derivative is infinite below p = 2, and 0 above."""
    x = np.array([0.0, 2.0])
    np.testing.assert_allclose(cg.grad(lambda v: F.norm(v, p))(x), [0.0, 1.0])
    second = np.asarray(cg.hessian(lambda v: F.norm(v, p))(x))
    assert not np.isfinite(second[0, 0]) if p < 2 else second[0, 0] == (0.5 if p == 2 else 0.0)


@pytest.mark.parametrize("scale", [1e200, 1e-200, 1e300, 1e-305, 1.0])
def test_nothing_overflows_on_the_way(scale: float) -> None:
    x = np.array([3.0, 4.0]) * scale
    for f in (F.norm, lambda v: F.hypot(v[0], v[1]), lambda v: F.norm(v, 2, axis=0)):
        np.testing.assert_allclose(f(cg.Variable(x)).data, 5.0 * scale, rtol=1e-15)
        np.testing.assert_allclose(cg.grad(f)(x), [0.6, 0.8], rtol=4e-16)
        hessian = np.array([[0.64, -0.48], [-0.48, 0.36]]) / (5.0 * scale)
        np.testing.assert_allclose(cg.hessian(f)(x), hessian, rtol=1e-14)
    for p in (3.0, 0.5, -1.0, 40.0):
        expected = (np.array([3.0, 4.0]) ** p).sum() ** (1 / p)
        np.testing.assert_allclose(F.norm(cg.Variable(x), p).data / scale, expected, rtol=1e-14)
        slope = (np.array([3.0, 4.0]) / expected) ** (p - 1)
        np.testing.assert_allclose(cg.grad(lambda v, p=p: F.norm(v, p))(x), slope, rtol=1e-13)
    np.testing.assert_allclose(F.std(cg.Variable(x)).data, 0.5 * scale, rtol=1e-15)
    np.testing.assert_allclose(cg.grad(F.std)(x), [-0.5, 0.5], rtol=1e-15)
    np.testing.assert_allclose(F.nanstd(cg.Variable(x)).data, 0.5 * scale, rtol=1e-15)
    np.testing.assert_allclose(cg.grad(F.nanstd)(x), [-0.5, 0.5], rtol=1e-15)


def test_rows_of_different_sizes() -> None:
    x = cg.Variable([[3e200, 4e200], [3e-200, 4e-200], [0.0, 0.0], [INF, 1.0], [3.0, 4.0]])
    for keepdims in (False, True):
        x.cleargrad()
        y = F.norm(x, axis=1, keepdims=keepdims)
        expected = np.array([5e200, 5e-200, 0.0, INF, 5.0])
        np.testing.assert_allclose(y.data.ravel(), expected, rtol=1e-15)
        y.backward()
        rows = [[0.6, 0.8], [0.6, 0.8], [0.0, 0.0], [0.6, 0.8]]
        np.testing.assert_allclose(x.grad.data[[0, 1, 2, 4]], rows, rtol=1e-15)


def test_hypot_where_it_overflows_or_is_subnormal() -> None:
    for a, b, slopes in [
        (1.5e308, 1.5e308, [0.5**0.5, 0.5**0.5]),
        (5e-324, 5e-324, [0.5**0.5, 0.5**0.5]),
        (1e-130, 1e150, [1e-280, 1.0]),
        (INF, 1.0, [1.0, 0.0]),
        (2.0, -INF, [0.0, -1.0]),
        (0.0, 0.0, [0.0, 0.0]),
        (0.0, -2.0, [0.0, -1.0]),
    ]:
        x, y = cg.Variable(a), cg.Variable(b)
        F.hypot(x, y).backward()
        np.testing.assert_allclose([x.grad.item(), y.grad.item()], slopes, rtol=4e-16)
