"""The kernels of erfcx, ndtr, their inverses, and products with logarithms, against mpmath."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import cygrad as cg
from cygrad import special
from cygrad.kernels.elementwise import choose_isa
from derivatives import around
from slopes.error import erfcinv, integral
from ulp import distance

Exact = Callable[..., mp.mpf]
RNG = np.random.default_rng(37)
N = 150
WIDE = 2.0 ** RNG.uniform(-1074, 1023, N)
LINE = np.concatenate(
    [
        RNG.uniform(-39, 39, 2 * N),
        RNG.uniform(-3, 3, N),
        WIDE,
        -WIDE,
        around([0.0, 1.0, 26.5, 26.6, 37.0, 38.5, 1e150], 2),
    ]
)
ENDS = 2.0 ** RNG.uniform(-53, -1, N)
UNIT = np.concatenate(
    [RNG.uniform(0, 1, N), 2.0 ** RNG.uniform(-1074, 0, N), 1 - ENDS, (1 + ENDS) / 2]
)
UNIT = np.concatenate([UNIT, np.abs(around([0.25, 0.5, 0.75, 2.0**-54, 2.0**-53])), [5e-324]])
UNIT = UNIT[(UNIT > 0) & (UNIT < 1)]


def ndtr(x: mp.mpf) -> mp.mpf:
    if x > 0:
        return 1 - ndtr(-x) if x < 50 else mp.mpf(1)
    return integral(0, -x / mp.sqrt(2)) * mp.exp(-x * x / 2) / 2 if x > -1e4 else mp.mpf(0)


def log_ndtr(x: mp.mpf) -> mp.mpf:
    if x > 0:
        return mp.log1p(-ndtr(-x))
    return mp.log(integral(0, -x / mp.sqrt(2)) / 2) - x * x / 2


ONE: dict[str, tuple[Exact, np.ndarray, float]] = {
    "erfcx": (lambda x: integral(0, x), LINE[LINE > -26.7], 1.0),
    "ndtr": (ndtr, LINE, 1.0),
    "log_ndtr": (log_ndtr, LINE[np.abs(LINE) < 1e300], 2.0),
    "erfinv": (lambda x: erfcinv(1 - x), np.concatenate([2 * UNIT - 1, UNIT[UNIT > 1e-30]]), 2.0),
    "erfcinv": (erfcinv, np.concatenate([2 * UNIT, UNIT, [2 - 2.0**-52]]), 2.0),
    "ndtri": (lambda p: -mp.sqrt(2) * erfcinv(2 * p), UNIT, 2.0),
    "logit": (lambda x: mp.log(x) - mp.log1p(-x), UNIT, 1.0),
    "entr": (lambda x: -x * mp.log(x), np.concatenate([UNIT, WIDE[WIDE < 1e300]]), 1.0),
}


def check(name: str, y: np.ndarray, exact: Exact, xs: tuple[np.ndarray, ...], bound: float) -> None:
    with mp.workdps(60):
        for value, *at in zip(y.tolist(), *[x.tolist() for x in xs], strict=True):
            error = distance(value, exact(*[mp.mpf(x) for x in at]))
            assert error <= bound, f"{name}{tuple(at)} gave {value!r}: {error:.3f} ULP"


@pytest.mark.parametrize("name", ONE)
def test_one_argument(name: str) -> None:
    exact, x, bound = ONE[name]
    x = x[(x != 0) & ~((name == "erfinv") & (np.abs(x) == 1))]
    check(name, getattr(special, name)(x).data, exact, (x,), bound)


X = np.concatenate([RNG.uniform(-5, 5, N), WIDE[WIDE < 1e300]])
Y = np.concatenate([RNG.uniform(0.5, 1.5, N), 2.0 ** RNG.uniform(-1074, 1023, X.size - N)])
NEAR = np.abs(X) * (1 + RNG.integers(-(2**30), 2**30, X.size) * 2.0**-52)


@pytest.mark.parametrize(
    ("name", "exact", "x", "y", "bound"),
    [
        ("xlogy", lambda x, y: x * mp.log(y), X, Y, 1.0),
        ("xlog1py", lambda x, y: x * mp.log1p(y), X, Y, 1.0),
        ("xlog1py", lambda x, y: x * mp.log1p(y), X[:N], -ENDS, 1.0),
        ("rel_entr", lambda x, y: x * mp.log(x / y), np.abs(X), NEAR, 2.5),
        ("rel_entr", lambda x, y: x * mp.log(x / y), np.abs(X), Y, 2.5),
        ("kl_div", lambda x, y: x * mp.log(x / y) - x + y, np.abs(X[:N]), NEAR[:N], 4.0),
        # Where x and y are apart, the terms cancel to a fifth.
        ("kl_div", lambda x, y: x * mp.log(x / y) - x + y, np.abs(X[:N]), Y[:N], 12.0),
    ],
)
def test_two_arguments(name: str, exact: Exact, x: np.ndarray, y: np.ndarray, bound: float) -> None:
    different = x != y
    x, y = x[different], y[different]
    check(name, getattr(special, name)(x, y).data, exact, (x, y), bound)


NAMES = [*ONE, "xlogy", "xlog1py", "rel_entr", "kl_div"]


def results(name: str, x: np.ndarray, *, create_graph: bool = False) -> np.ndarray:
    """The value and the gradients."""
    two = name in NAMES[len(ONE) :]
    inputs = [cg.Variable(x.copy()) for _ in range(2 if two else 1)]
    y = getattr(special, name)(*(inputs if not two else [inputs[0], inputs[1] * 1.25]))
    y.backward(create_graph=create_graph)
    return np.array([y.data, *[v.grad.data for v in inputs]])


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bits_everywhere(name: str) -> None:
    best = choose_isa()
    x = ONE[name][1] if name in ONE else X
    x = x[:1021]
    expected = results(name, x)
    np.testing.assert_array_equal(results(name, x, create_graph=True), expected)
    try:
        for isa in ("baseline", "avx2", "avx512"):
            choose_isa(isa)
            for n in (1, 3, 7, 61):
                parts = [results(name, x[i : i + n]) for i in range(0, 244, n)]
                np.testing.assert_array_equal(np.hstack(parts)[:, :244], expected[:, :244])
            if isa == best:
                break
    finally:
        choose_isa(best)


INF = np.inf
NAN = np.nan


@pytest.mark.parametrize(
    ("name", "x", "values", "slopes"),
    [
        (
            "erfcx",
            [-INF, INF, NAN, 0.0],
            [INF, 0.0, NAN, 1.0],
            [-INF, 0.0, NAN, -2 / np.sqrt(np.pi)],
        ),
        (
            "ndtr",
            [-INF, INF, NAN, -0.0],
            [0.0, 1.0, NAN, 0.5],
            [0.0, 0.0, NAN, 1 / np.sqrt(2 * np.pi)],
        ),
        ("log_ndtr", [-INF, INF, NAN], [-INF, 0.0, NAN], [INF, 0.0, NAN]),
        (
            "erfinv",
            [-1.0, 1.0, 1.5, -2.0, NAN],
            [-INF, INF, NAN, NAN, NAN],
            [INF, INF, NAN, NAN, NAN],
        ),
        (
            "erfcinv",
            [0.0, -0.0, 2.0, -1.0, 3.0],
            [INF, INF, -INF, NAN, NAN],
            [-INF, -INF, -INF, NAN, NAN],
        ),
        (
            "ndtri",
            [0.0, -0.0, 1.0, -1.0, 2.0],
            [-INF, -INF, INF, NAN, NAN],
            [INF, INF, INF, NAN, NAN],
        ),
        (
            "logit",
            [0.0, 1.0, -1.0, 2.0, INF],
            [-INF, INF, NAN, NAN, NAN],
            [INF, INF, NAN, NAN, NAN],
        ),
        ("entr", [0.0, -1.0, INF, NAN], [0.0, -INF, -INF, NAN], [INF, NAN, -INF, NAN]),
    ],
)
def test_ends(name: str, x: list[float], values: list[float], slopes: list[float]) -> None:
    for create_graph in (False, True):
        v = cg.Variable(x)
        y = getattr(special, name)(v)
        y.backward(create_graph=create_graph)
        np.testing.assert_array_equal(y.data, values)
        np.testing.assert_allclose(v.grad.data, slopes, rtol=1e-15)


def orders(f: Callable[[Any], Any], x: float, n: int) -> list[float]:
    """The derivatives of orders 1 to n."""
    values = []
    for _ in range(n):
        f = cg.grad(f)
        values.append(float(f(x)))
    return values


def test_derivatives_outside_the_domain_are_nan_in_every_order() -> None:
    for name, x in (
        ("logit", -0.5),
        ("logit", 1.5),
        ("entr", -1.0),
        ("erfinv", 1.5),
        ("ndtri", -1.0),
    ):
        assert np.isnan(orders(getattr(special, name), x, 3)).all(), name
    for f in (special.xlogy, special.rel_entr, special.kl_div):
        for order in (1, 2):
            slopes = orders(lambda y, f=f: f(2.0, y), -1.0, order)
            assert np.isnan(slopes).all(), f.__name__


def test_third_derivatives_in_the_tails() -> None:
    for x, rtol in ((-1e8, 1e-14), (-1e90, 1e-14)):
        np.testing.assert_allclose(orders(special.log_ndtr, x, 3)[1:], [-1.0, -2 / x**3], rtol=rtol)
    assert orders(special.log_ndtr, 60.0, 3) == [0.0, 0.0, 0.0]
    for x in (-3.0, 0.3, 5.0, 1000.0, 1e30):
        exact = [(-2) ** n * mp.factorial(n) * integral(n, mp.mpf(x)) for n in range(1, 7)]
        np.testing.assert_allclose(
            orders(special.erfcx, x, 6), [float(v) for v in exact], rtol=1e-13
        )
    for x in (-40.0, 40.0):
        small = float(mp.exp(-40) / (1 + mp.exp(-40)) ** 2)
        np.testing.assert_allclose(orders(special.log_expit, x, 3)[1], -small, rtol=1e-14)
        np.testing.assert_allclose(orders(special.expit, x, 3)[0], small, rtol=1e-14)


def test_exponential_integrals_where_the_exponential_overflows() -> None:
    pytest.importorskip("scipy")
    with mp.workdps(40):
        slope = float(mp.exp(mp.mpf(709.79)) / mp.mpf(709.79))
    assert orders(special.expi, 709.79, 1) == pytest.approx([slope], rel=1e-15)
    assert orders(special.exp1, -709.79, 1) == pytest.approx([slope], rel=1e-15)
    with mp.workdps(40):
        for x in (700.5, 709.79, 716.0):
            assert distance(special.expi(x).item(), mp.ei(mp.mpf(x))) < 4.0
    assert special.expi(717.0).item() == np.inf


@pytest.mark.parametrize("name", ["xlogy", "rel_entr", "kl_div"])
def test_zero_beside_zero_in_every_mode(name: str) -> None:
    f = getattr(special, name)
    dy = 1.0 if name == "kl_div" else 0.0
    at = np.zeros(2)

    def g(p: Any) -> Any:
        return f(p[0], p[1])

    np.testing.assert_array_equal(cg.grad(g)(at), [0.0, dy])
    np.testing.assert_array_equal(cg.jacobian(lambda p: g(p) * np.ones(4))(at), [[0.0, dy]] * 4)
    np.testing.assert_array_equal(cg.hessian(g)(at), np.zeros((2, 2)))
