"""layer_norm and batch_norm: accuracy, order of summation, running statistics, errors."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import references
from differences import gradients, weights

RNG = np.random.default_rng(47)


# ---- layer_norm -------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0.0, 1e8, -1e8])
def test_an_offset_costs_no_accuracy(offset: float) -> None:
    x = RNG.normal(size=10_000) + offset
    exact = [Fraction(v) for v in x]
    mean = sum(exact) / len(exact)
    scale = math.sqrt(sum((v - mean) ** 2 for v in exact) / len(exact))
    expected = np.array([float(v - mean) / scale for v in exact])
    y = F.layer_norm(cg.Variable(x), eps=0)
    np.testing.assert_allclose(y.data, expected, rtol=1e-13, atol=1e-15)
    z = F.batch_norm(cg.Variable(x[:, None]), eps=0)
    np.testing.assert_allclose(z.data[:, 0], expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("shape", [(4, 1000), (40, 300), (1, 8), (300, 9), (2, 3, 5, 7)], ids=str)
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_fused_backward_is_the_composed_rule(shape: tuple[int, ...], offset: float) -> None:
    xs = [RNG.normal(size=s) for s in (shape, shape[1:], shape[1:])]
    xs[0] += offset
    fused = gradients(F.layer_norm, xs)
    composed = gradients(F.layer_norm, xs, create_graph=True)
    for g, e in zip(fused, composed, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-11, atol=1e-13)


def lane_sum(x: Any) -> float:
    """The order of summation that the kernels promise, in plain Python."""
    whole = len(x) - len(x) % 8
    lanes = [0.0] * 8
    for k in range(whole):
        lanes[k % 8] += float(x[k])
    a, b, c, d, e, f, g, h = lanes
    total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for v in x[whole:]:
        total += float(v)
    return total


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 16, 29, 1003])
def test_the_order_of_summation(n: int) -> None:
    """Bit for bit, so that every CPU gives the same."""
    x = RNG.normal(size=n) * 10.0 ** RNG.integers(-3, 4, n)
    g = RNG.normal(size=n)
    d = x - lane_sum(x) / n
    d = d - lane_sum(d) / n
    scale = 1.0 / math.sqrt(lane_sum(d * d) / n + 1e-5)
    z = d * scale
    v = cg.Variable(x)
    y = F.layer_norm(v)
    np.testing.assert_array_equal(y.data, z)
    y.grad = cg.Variable(g)
    y.backward()
    expected = ((g - lane_sum(g) / n) - z * (lane_sum(g * z) / n)) * scale
    np.testing.assert_array_equal(v.grad.data, expected)


def test_a_row_has_the_same_bits_anywhere() -> None:
    x, gamma, beta = (RNG.normal(size=s) for s in ((300, 37), 37, 37))
    seed = RNG.normal(size=x.shape)
    whole = cg.Variable(x)
    y = F.layer_norm(whole, gamma, beta)
    y.grad = cg.Variable(seed)
    y.backward()
    for k in (0, 1, 299):
        row = cg.Variable(x[k])
        one = F.layer_norm(row, gamma, beta)
        one.grad = cg.Variable(seed[k])
        one.backward()
        np.testing.assert_array_equal(one.data, y.data[k])
        np.testing.assert_array_equal(row.grad.data, whole.grad.data[k])


def test_gamma_says_what_a_row_is() -> None:
    x = RNG.normal(size=(2, 3, 4, 5))
    for axes in (1, 2, 3, 4):
        gamma, beta = (RNG.normal(size=x.shape[-axes:]) for _ in range(2))
        expected = references.layer_norm(x, gamma, beta, axes=axes)
        y = F.layer_norm(cg.Variable(x), gamma, beta)
        np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-13)
        y = F.layer_norm(cg.Variable(x), beta=beta)
        np.testing.assert_allclose(
            y.data, references.layer_norm(x, 1.0, beta, axes=axes), rtol=1e-12, atol=1e-13
        )


def test_equal_numbers_become_zeros() -> None:
    x = cg.Variable([[3.0, 3.0, 3.0], [1e300, 1e300, 1e300]])
    y = F.layer_norm(x)
    np.testing.assert_array_equal(y.data, np.zeros((2, 3)))
    y.grad = cg.Variable(weights((2, 3)))
    y.backward()
    assert np.isfinite(x.grad.data).all()


def test_special_values_stay_in_their_row() -> None:
    x = RNG.normal(size=(4, 5))
    usual = F.layer_norm(cg.Variable(x)).data.copy()
    x[1, 2], x[3, 0] = np.nan, np.inf
    y = F.layer_norm(cg.Variable(x)).data
    np.testing.assert_array_equal(y[::2], usual[::2])
    assert np.isnan(y[1]).all()
    assert np.isnan(y[3]).all()


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (0,), (2, 0, 3)], ids=str)
@pytest.mark.parametrize("create_graph", [False, True])
def test_layer_norm_of_nothing(shape: tuple[int, ...], create_graph: bool) -> None:
    inputs = [cg.Variable(np.ones(s)) for s in (shape, shape[-1:], shape[-1:])]
    y = F.layer_norm(*inputs)
    assert y.shape == shape
    y.backward(create_graph=create_graph)
    for v in inputs:
        np.testing.assert_array_equal(v.grad.data, np.zeros(v.shape), strict=True)


@pytest.mark.parametrize(
    "x, gamma, beta",
    [
        ((), None, None),
        ((3,), (), None),
        ((3,), None, ()),
        ((2, 3), (2,), None),
        ((2, 3), (1,), None),
        ((2, 3), None, (2,)),
        ((2, 3), (3,), (2, 3)),
        ((2, 3), (2, 3), (3,)),
        ((3,), (2, 3), None),
        ((2, 3), (1, 3), None),
    ],
    ids=str,
)
def test_layer_norm_of_shapes_that_do_not_fit(x: Any, gamma: Any, beta: Any) -> None:
    gamma, beta = (None if s is None else np.ones(s) for s in (gamma, beta))
    with pytest.raises(ValueError, match="layer_norm: .*input of shape"):
        F.layer_norm(cg.Variable(np.ones(x), name="input"), gamma, beta)


@pytest.mark.parametrize("bad", [-1e-5, math.nan, math.inf])
def test_numbers_out_of_range(bad: float) -> None:
    x = cg.Variable(np.ones((2, 3)))
    for call in (F.layer_norm, F.batch_norm):
        with pytest.raises(ValueError, match=f"{call.__name__}: eps must be"):
            call(x, eps=bad)
    with pytest.raises(ValueError, match="momentum must be"):
        F.batch_norm(x, momentum=bad)


@pytest.mark.parametrize("bad", [None, "1", 1j, [1.0], cg.Variable(1.0)], ids=repr)
def test_what_is_not_a_number(bad: Any) -> None:
    x = cg.Variable(np.ones((2, 3)))
    for call in (F.layer_norm, F.batch_norm):
        with pytest.raises(TypeError, match=f"{call.__name__}: eps must be a number"):
            call(x, eps=bad)
    with pytest.raises(TypeError, match="momentum must be a number"):
        F.batch_norm(x, momentum=bad)


# ---- batch_norm -------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5, 3), (4, 3, 7), (20, 6, 9, 11)], ids=str)
def test_batch_norm_is_the_formula(shape: tuple[int, ...]) -> None:
    x, gamma, beta = (RNG.normal(size=s) for s in (shape, shape[1], shape[1]))
    inputs = [cg.Variable(v) for v in (x, gamma, beta)]
    y = F.batch_norm(*inputs)
    np.testing.assert_allclose(
        y.data, references.batch_norm(x, gamma, beta), rtol=1e-12, atol=1e-13
    )
    assert y.data.flags.c_contiguous
    y.grad = cg.Variable(weights(shape))
    y.backward()
    axes = (0, *range(2, len(shape)))
    z = references.batch_norm(x)
    r = 1.0 / np.sqrt(x.var(axes, keepdims=True) + 1e-5)
    h = weights(shape) * gamma.reshape(-1, *[1] * (len(shape) - 2))
    gx = r * (h - h.mean(axes, keepdims=True) - z * (h * z).mean(axes, keepdims=True))
    for v, e in zip(
        inputs, (gx, (weights(shape) * z).sum(axes), weights(shape).sum(axes)), strict=True
    ):
        np.testing.assert_allclose(v.grad.data, e, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", ["ndarray", "Variable"])
def test_running_statistics(kind: str) -> None:
    x = RNG.normal(size=(6, 2, 5)) * 3 + 1
    mean, var = np.array([0.5, -1.0]), np.array([2.0, 0.25])
    running = [
        v.copy() if kind == "ndarray" else cg.Variable(v.copy(), requires_grad=False)
        for v in (mean, var)
    ]
    held = [v if kind == "ndarray" else v.data for v in running]
    new = x.mean((0, 2)), x.var((0, 2), ddof=1)
    y = F.batch_norm(cg.Variable(x), None, None, *running, momentum=0.25)
    np.testing.assert_allclose(y.data, references.batch_norm(x), rtol=1e-12, atol=1e-13)
    for r, old, n in zip(held, (mean, var), new, strict=True):
        np.testing.assert_allclose(r, 0.75 * old + 0.25 * n, rtol=1e-13)
    with cg.no_grad():
        F.batch_norm(cg.Variable(x), None, None, *running, momentum=1)
    for r, n in zip(held, new, strict=True):
        np.testing.assert_allclose(r, n, rtol=1e-13)


def test_running_statistics_in_test_mode() -> None:
    x, gamma, beta = (RNG.normal(size=s) for s in ((3, 2, 4), 2, 2))
    mean, var = np.array([0.5, -1.0]), np.array([2.0, 0.25])
    v = cg.Variable(x)
    with cg.test_mode():
        y = F.batch_norm(v, gamma, beta, mean, var, eps=0.1)
        one = F.batch_norm(cg.Variable(x[:1, :, :1]), gamma, beta, mean, var, eps=0.1)
    np.testing.assert_array_equal([mean, var], [[0.5, -1.0], [2.0, 0.25]])
    r = gamma / np.sqrt(var + 0.1)
    expected = (x - mean[:, None]) * r[:, None] + beta[:, None]
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(one.data, y.data[:1, :, :1])
    mean[...], var[...] = 7.0, 9.0  # the graph keeps what it has computed with
    y.backward()
    np.testing.assert_allclose(v.grad.data, np.broadcast_to(r[:, None], x.shape), rtol=1e-14)


def test_test_mode_without_running_statistics_takes_the_batchs() -> None:
    x = RNG.normal(size=(5, 3))
    with cg.test_mode():
        y = F.batch_norm(cg.Variable(x))
    np.testing.assert_array_equal(y.data, F.batch_norm(cg.Variable(x)).data)


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1), (1, 3, 1, 1)], ids=str)
def test_one_number_has_no_variance(shape: tuple[int, ...]) -> None:
    mean, var = np.zeros(3), np.ones(3)
    x = cg.Variable(np.ones(shape), name="sample")
    with pytest.raises(ValueError, match="batch_norm: sample of shape .* one number"):
        F.batch_norm(x, None, None, mean, var)
    np.testing.assert_array_equal([mean, var], [[0.0] * 3, [1.0] * 3])


@pytest.mark.parametrize("shape", [(0, 3), (4, 3, 0), (0, 3, 2, 2), (4, 0), (0, 0)], ids=str)
@pytest.mark.parametrize("create_graph", [False, True])
def test_batch_norm_of_nothing(shape: tuple[int, ...], create_graph: bool) -> None:
    inputs = [cg.Variable(np.ones(s)) for s in (shape, shape[1], shape[1])]
    mean, var = np.zeros(shape[1]), np.ones(shape[1])
    y = F.batch_norm(*inputs, mean, var)
    assert y.shape == shape
    np.testing.assert_array_equal(mean, np.zeros(shape[1]))
    np.testing.assert_array_equal(var, np.ones(shape[1]))
    y.backward(create_graph=create_graph)
    for v in inputs:
        np.testing.assert_array_equal(v.grad.data, np.zeros(v.shape), strict=True)
    with cg.test_mode():
        assert F.batch_norm(*inputs, mean, var).shape == shape


@pytest.mark.parametrize(
    "x, gamma, beta",
    [
        ((), None, None),
        ((3,), None, None),
        ((2, 3), (2,), None),
        ((2, 3), (1,), None),
        ((2, 3), None, (3, 1)),
        ((2, 3), None, ()),
    ],
    ids=str,
)
def test_batch_norm_of_shapes_that_do_not_fit(x: Any, gamma: Any, beta: Any) -> None:
    mean, var = np.zeros(3), np.ones(3)
    gamma, beta = (None if s is None else np.ones(s) for s in (gamma, beta))
    with pytest.raises(ValueError, match="batch_norm: .*shape"):
        F.batch_norm(cg.Variable(np.ones(x)), gamma, beta, mean, var)
    np.testing.assert_array_equal([mean, var], [[0.0] * 3, [1.0] * 3])


def read_only(n: int) -> np.ndarray:
    array = np.ones(n)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("testing", [False, True])
@pytest.mark.parametrize(
    "bad, error",
    [
        (None, ValueError),
        (np.ones(2), ValueError),
        (np.ones((3, 1)), ValueError),
        (np.float64(1.0), TypeError),
        (read_only(3), ValueError),
        (F.broadcast_to(cg.Variable(1.0, requires_grad=False), (3,)), ValueError),
        (cg.Variable(np.ones(3)), ValueError),
        (np.ones(3, np.float32), TypeError),
        (np.ones(3, int), TypeError),
        ([1.0, 1.0, 1.0], TypeError),
        ("abc", TypeError),
    ],
    ids=repr,
)
def test_running_statistics_that_cannot_be_updated(
    bad: Any, error: type[Exception], testing: bool
) -> None:
    x = cg.Variable(RNG.normal(size=(4, 3)))
    good = np.ones(3)
    for running in [(good, bad), (bad, good)]:
        with pytest.raises(error, match="batch_norm: .*running_"):
            if testing:
                with cg.test_mode():
                    F.batch_norm(x, None, None, *running)
            else:
                F.batch_norm(x, None, None, *running)
    np.testing.assert_array_equal(good, np.ones(3))
