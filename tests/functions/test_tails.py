"""Values and derivatives where the digits are in the far side: against closed forms."""

import math

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

INF = math.inf


def slope(f: object, at: float) -> float:
    return float(cg.grad(lambda x: F.sum(f(x)))(np.array(at)))


def test_loss_of_a_sure_and_right_answer() -> None:
    tail = math.log1p(math.exp(-45.0))
    assert F.binary_cross_entropy([45.0], [1.0]).data == pytest.approx(tail, rel=1e-15)
    assert F.binary_cross_entropy([-45.0], [0.0]).data == pytest.approx(tail, rel=1e-15)
    assert F.cross_entropy([[45.0, 0.0]], [0]).data == pytest.approx(tail, rel=1e-15)
    assert F.logsumexp([0.0, -45.0]).data == pytest.approx(tail, rel=1e-15)
    np.testing.assert_allclose(F.log_softmax([45.0, 0.0]).data, [-tail, -45.0], rtol=1e-15)


@pytest.mark.parametrize(
    ("x", "t", "loss", "by_x"),
    [
        (INF, 1.0, 0.0, 0.0),
        (-INF, 0.0, 0.0, 0.0),
        (INF, 0.5, INF, 0.5),
        (-INF, 0.5, INF, -0.5),
        (INF, 0.0, INF, 1.0),
        (-INF, 1.0, INF, -1.0),
    ],
)
def test_binary_cross_entropy_of_infinite_logits(
    x: float, t: float, loss: float, by_x: float
) -> None:
    value, gradient = cg.value_and_grad(lambda v: F.binary_cross_entropy(v, np.array([t])))(
        np.array([x])
    )
    assert value == loss
    assert gradient == by_x


def test_rows_of_the_jacobian_of_softmax_add_up_to_nothing() -> None:
    """Each row is p_i (delta_ij - p_j): the diagonal's p (1 - p) is what the others leave."""
    for x in ([40.0, 0.0, 1.0], [0.0, 0.0, 0.0], [-3.0, 700.0, -3.0]):
        p = F.softmax(x).data
        rows = cg.jacobian(F.softmax)(np.array(x))
        rest = np.array([p[[1, 2]].sum(), p[[0, 2]].sum(), p[[0, 1]].sum()])
        expected = np.where(np.eye(3) == 1, np.diag(p * rest), -np.outer(p, p))
        np.testing.assert_allclose(rows, expected, rtol=1e-14)


def test_log_softmax_and_cross_entropy_keep_what_the_others_leave() -> None:
    x = np.array([45.0, 0.0, 1.0])
    p = F.softmax(x).data
    small = p[1] + p[2]
    rows = cg.jacobian(F.log_softmax)(x)
    expected = np.eye(3) - p
    expected[0] = [small, -p[1], -p[2]]
    np.testing.assert_allclose(rows, expected, rtol=1e-14)
    for create_graph in (False, True):
        v = cg.Variable(x[None])
        F.cross_entropy(v, [0]).backward(create_graph=create_graph)
        np.testing.assert_allclose(v.grad.data, [[-small, p[1], p[2]]], rtol=1e-14)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (2, 1)])
def test_hessian_of_logsumexp_is_the_covariance(axis: object) -> None:
    x = np.sin(np.arange(12.0)).reshape(2, 3, 2) * 3.0
    x[0, 1] = -INF
    w = np.cos(np.arange(12.0)).reshape(2, 3, 2)
    w[0, 1] = 0.0
    f = lambda v: F.sum(F.logsumexp(v, axis=axis))
    e = np.exp(x)
    total = e.sum(axis=axis, keepdims=True)
    p = e / np.where(total == 0.0, 1.0, total)
    np.testing.assert_allclose(cg.grad(f)(x), p, rtol=1e-14)
    expected = p * (w - (p * w).sum(axis=axis, keepdims=True))
    np.testing.assert_allclose(cg.hvp(f, x, w), expected, rtol=1e-13, atol=1e-16)


def test_logsumexp_of_nothing_and_of_infinities() -> None:
    assert F.logsumexp([]).data == -INF
    assert F.logsumexp(np.zeros((0, 2)), axis=0).data.tolist() == [-INF, -INF]
    assert F.logsumexp(np.zeros((0, 2)), axis=1).shape == (0,)
    x = np.array([[INF, 0.0], [-INF, -INF], [1.0, -INF]])
    np.testing.assert_array_equal(F.logsumexp(x, axis=1).data, [INF, -INF, 1.0])
    expected = [[1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]
    f = lambda v: F.sum(F.logsumexp(v, axis=1))
    np.testing.assert_array_equal(cg.grad(f)(x), expected)
    np.testing.assert_array_equal(cg.hvp(f, x, np.ones((3, 2))), np.zeros((3, 2)))


@pytest.mark.parametrize("name", ["log", "log2", "log10"])
def test_logarithms_have_no_slope_below_zero(name: str) -> None:
    f = getattr(F, name)
    x = np.array([-2.0, 2.0])
    for g in (cg.grad(lambda v: F.sum(f(v)))(x), np.diagonal(cg.jacobian(f)(x))):
        np.testing.assert_array_equal(np.isnan(g), [True, False])
    h = np.diagonal(cg.hessian(lambda v: F.sum(f(v)))(x))
    np.testing.assert_array_equal(np.isnan(h), [True, False])
    assert slope(f, 0.0) == slope(f, -0.0) == INF


@pytest.mark.parametrize(
    ("name", "outside"),
    [("log1p", -1.5), ("arccosh", -2.0), ("arccosh", 0.5), ("arctanh", 1.5), ("arctanh", -INF)],
)
def test_no_slope_outside_the_domain(name: str, outside: float) -> None:
    f = getattr(F, name)
    assert math.isnan(f(outside).data)
    assert math.isnan(slope(f, outside))
    assert math.isnan(slope(lambda x: cg.grad(lambda v: F.sum(f(v)))(x), outside))


def test_arctan2_at_the_origin_and_at_infinity() -> None:
    f = lambda p: F.arctan2(p[0], p[1])
    origin = np.zeros(2)
    for g in (cg.grad(f)(origin), cg.jacobian(f)(origin)):
        np.testing.assert_array_equal(g, [0.0, 0.0])
    assert cg.jvp(f, (origin,), (np.ones(2),))[1] == 0.0
    assert np.isnan(cg.hessian(f)(origin)).all()
    for point in ([1.0, INF], [INF, 2.0], [-INF, INF]):
        np.testing.assert_array_equal(np.abs(cg.grad(f)(np.array(point))), [0.0, 0.0])
    a, b = 3e-5, 4e-5
    h = cg.hessian(f)(np.array([a, b]))
    expected = np.array([[-2 * a * b, a * a - b * b], [a * a - b * b, 2 * a * b]]) / 2.5e-9**2
    np.testing.assert_allclose(h, expected, rtol=1e-13)


@pytest.mark.parametrize(
    "name", ["tanh", "sigmoid", "arctan", "arcsinh", "erf", "erfc", "gelu", "silu", "softplus"]
)
@pytest.mark.parametrize("at", [1e165, -1e165, 1e200, -1e200, 1e308, -1e308, INF, -INF])
def test_derivatives_far_out_are_no_nan(name: str, at: float) -> None:
    f = getattr(F, name)
    linear = at > 0 and name in ("gelu", "silu", "softplus")
    g = lambda x: cg.grad(lambda v: F.sum(f(v)))(x)
    h = lambda x: cg.grad(lambda v: F.sum(g(v)))(x)
    first = g(np.array(at)) if name != "arcsinh" else 0.0
    assert first == (1.0 if linear else 0.0)
    assert h(np.array(at)) == 0.0
    assert slope(h, at) == 0.0


def test_silu_of_very_negative_numbers_has_its_digits() -> None:
    assert F.silu(-745.0).data == pytest.approx(
        -745.0 * math.exp(-745.0 + 100.0) * math.exp(-100.0), abs=5e-323
    )
    assert F.silu(-INF).data == 0.0
