"""Distribution functions and quantiles: scipy's values, derivatives by all parameters."""

from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest

import cygrad as cg
from cygrad import stats
from cygrad.numerical import check_grads

scipy_stats = pytest.importorskip("scipy.stats")

Q = np.array([0.03, 0.3, 0.62, 0.97])
LOC, SCALE = np.array(0.3), np.array([0.8, 1.7, 1.2, 2.0])
A, B = np.array([1.7, 2.8, 3.1, 12.0]), np.array([2.2, 0.6, 5.0, 1.4])

SHAPES: dict[str, tuple[np.ndarray, ...]] = {
    **dict.fromkeys(["norm", "expon", "logistic", "cauchy", "laplace", "uniform"], ()),
    **dict.fromkeys(["gamma", "t"], (A,)),
    "chi2": (2.0 * A,),
    "lognorm": (0.1 * A,),
    "beta": (A, B),
}
every_distribution = pytest.mark.parametrize("name", SHAPES)


def pair(name: str) -> tuple[ModuleType, Any]:
    return getattr(stats, name), getattr(scipy_stats, name)


def test_every_distribution_is_tested() -> None:
    with_ppf = {name for name in stats.__all__ if "ppf" in getattr(stats, name).__all__}
    assert with_ppf == set(SHAPES)
    assert all("cdf" in getattr(stats, name).__all__ for name in with_ppf)


@every_distribution
def test_values_are_scipys(name: str) -> None:
    ours, theirs = pair(name)
    arguments = (*SHAPES[name], LOC, SCALE)
    x = theirs.ppf(Q, *arguments)
    np.testing.assert_allclose(ours.ppf(Q, *arguments).data, x, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(ours.cdf(x, *arguments).data, theirs.cdf(x, *arguments), rtol=1e-13)
    shapes = [s[0] for s in SHAPES[name]]
    far = np.array([-np.inf, -1e300, -1.0, 0.0, 1.0, 1e300, np.inf, np.nan])
    np.testing.assert_allclose(ours.cdf(far, *shapes).data, theirs.cdf(far, *shapes), rtol=1e-13)
    ends = np.array([0.0, 1.0, -0.1, 1.1, np.nan])
    np.testing.assert_array_equal(ours.ppf(ends, *shapes).data, theirs.ppf(ends, *shapes))


@every_distribution
def test_derivatives(name: str) -> None:
    ours, theirs = pair(name)
    arguments = (*SHAPES[name], LOC, SCALE)
    x = theirs.ppf(Q, *arguments)
    if name == "t":  # without a second derivative by df
        check_grads(ours.ppf, Q, *arguments)
        check_grads(ours.cdf, x, *arguments)
        arguments = arguments[1:]
        check_grads(lambda q, *more: ours.ppf(q, A, *more), Q, *arguments, order=2)
        check_grads(lambda x, *more: ours.cdf(x, A, *more), x, *arguments, order=2)
        return
    check_grads(ours.ppf, Q, *arguments, order=2)
    check_grads(ours.cdf, x, *arguments, order=2)


@every_distribution
def test_a_quantile_inverts(name: str) -> None:
    """cdf(ppf(q)) = q, whatever the parameters: its slopes by them are 0, and 1 by q."""
    ours, _ = pair(name)
    values = [Q, *SHAPES[name], LOC, SCALE]
    xs = [cg.Variable(value) for value in values]
    y = ours.cdf(ours.ppf(*xs), *xs[1:])
    np.testing.assert_allclose(y.data, Q, rtol=1e-12)
    y.backward()
    np.testing.assert_allclose(xs[0].grad.data, 1.0, rtol=1e-12)
    for x in xs[1:]:
        np.testing.assert_allclose(x.grad.data, 0.0, atol=1e-12)


@every_distribution
def test_out_of_range(name: str) -> None:
    """nan, and the slopes too."""
    ours, _ = pair(name)
    good = [0.4, *(float(s[1]) for s in SHAPES[name]), 0.0, 1.0]
    for k in (0, *range(1, len(good) - 2), len(good) - 1):
        for f in (ours.ppf, ours.cdf):
            if k == 0 and f is ours.cdf:
                continue
            xs = [cg.Variable(-1.0 if i == k else v) for i, v in enumerate(good)]
            y = f(*xs)
            y.backward()
            assert np.isnan(y.item())
            assert np.isnan(xs[k].grad.item())


@every_distribution
def test_broadcasting(name: str) -> None:
    ours, theirs = pair(name)
    shapes = [s[:, None] for s in SHAPES[name]]
    y = ours.ppf(Q, *shapes, 0.5, 2.0)
    np.testing.assert_allclose(y.data, theirs.ppf(Q, *shapes, 0.5, 2.0), rtol=1e-13, atol=1e-15)
    check_grads(lambda q: ours.ppf(q, *shapes), Q)


def test_tails() -> None:
    q = np.array([1e-300, 1e-20, 1e-5])
    x = stats.cauchy.ppf(q)
    np.testing.assert_allclose(x.data, -1.0 / (np.pi * q), rtol=1e-9)
    np.testing.assert_allclose(stats.cauchy.cdf(x).data, q, rtol=1e-14)
    np.testing.assert_allclose(stats.laplace.ppf(q).data, np.log(2.0 * q), rtol=1e-15)
    np.testing.assert_allclose(stats.laplace.cdf(stats.laplace.ppf(q)).data, q, rtol=1e-12)
    slope = cg.elementwise_grad(stats.expon.ppf)(np.array([1e-20, 0.5]))
    np.testing.assert_allclose(slope, [1.0, 2.0], rtol=1e-15)


def exact_by_df(df: float, x: float) -> mpmath.mpf:
    """dT/d df at x < 0, from the hypergeometric function, with 60 digits."""

    def cdf(n: mpmath.mpf) -> mpmath.mpf:
        z = n / (n + mpmath.mpf(x) ** 2)
        return mpmath.betainc(n / 2, 0.5, 0, z, regularized=True) / 2

    with mpmath.workdps(60):
        return mpmath.diff(cdf, mpmath.mpf(df), h=mpmath.mpf(10) ** -20)


@pytest.mark.parametrize("df", [0.3, 1.0, 4.0, 19.0, 20.5, 90.0, 1500.0])
@pytest.mark.parametrize("x", [0.01, 0.8, 1.49, 1.51, 3.0, 11.0])
def test_t_by_its_degrees_of_freedom(df: float, x: float) -> None:
    n, at = cg.Variable(df), cg.Variable(-x)
    stats.t.cdf(at, n).backward()
    exact = float(exact_by_df(df, x))
    assert n.grad.item() == pytest.approx(exact, rel=2e-14)
    other = cg.elementwise_grad(lambda n: stats.t.cdf(x, n))(df)
    assert float(other) == pytest.approx(-exact, rel=2e-14)


def test_t_by_many_degrees_of_freedom() -> None:
    """dT/dn goes to f (x^3 + x) / (4 n^2), f the normal density."""
    x = np.array([-0.1, -1.0, -1.5, -3.0, -8.0])
    for n in (1e8, 1e15):
        slope = cg.elementwise_grad(lambda n: stats.t.cdf(x, n))(np.full(5, n))
        limit = scipy_stats.norm.pdf(x) * (x**3 + x) / (4.0 * n * n)
        np.testing.assert_allclose(slope, limit, rtol=1e-4 if n < 1e9 else 1e-11)


def test_a_second_derivative_of_t_by_df_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="second derivatives by the degrees of freedom"):
        cg.hessian(lambda n: stats.t.cdf(-1.0, n))(4.0)
