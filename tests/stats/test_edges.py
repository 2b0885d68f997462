"""Densities at the ends of their support: slopes finite where they exist, in every mode."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
from cygrad import stats

Density = Callable[[cg.Variable], Any]


def slopes(f: Density, x: float) -> list[float]:
    """The first derivative, in each mode."""
    _, tangent = cg.jvp(f, (x,), (1.0,))
    vector = cg.jacobian(lambda v: cg.functions.stack([f(v), 2.0 * f(v)]))(x)
    return [
        float(cg.grad(f)(x)),
        float(tangent),
        float(np.asarray(vector)[0]),
        0.5 * float(np.asarray(vector)[1]),
    ]


# name: the density of one number, where, its first and its second derivative
ENDS: dict[str, tuple[Density, float, float, float]] = {
    "poisson 0": (lambda mu: stats.poisson.pmf(0, mu), 0.0, -1.0, 1.0),
    "poisson 1": (lambda mu: stats.poisson.pmf(1, mu), 0.0, 1.0, -2.0),
    "poisson 2": (lambda mu: stats.poisson.pmf(2, mu), 0.0, 0.0, 1.0),
    "poisson 3": (lambda mu: stats.poisson.pmf(3, mu), 0.0, 0.0, 0.0),
    "poisson 1.5": (lambda mu: stats.poisson.pmf(1.5, mu), 0.0, 0.0, 0.0),
    "bernoulli 0 at 0": (lambda p: stats.bernoulli.pmf(0, p), 0.0, -1.0, 0.0),
    "bernoulli 1 at 0": (lambda p: stats.bernoulli.pmf(1, p), 0.0, 1.0, 0.0),
    "bernoulli 0 at 1": (lambda p: stats.bernoulli.pmf(0, p), 1.0, -1.0, 0.0),
    "bernoulli 2 at 1": (lambda p: stats.bernoulli.pmf(2, p), 1.0, 0.0, 0.0),
    "binom 0 at 0": (lambda p: stats.binom.pmf(0, 2, p), 0.0, -2.0, 2.0),
    "binom 1 at 0": (lambda p: stats.binom.pmf(1, 2, p), 0.0, 2.0, -4.0),
    "binom 2 at 0": (lambda p: stats.binom.pmf(2, 2, p), 0.0, 0.0, 2.0),
    "binom 0 at 1": (lambda p: stats.binom.pmf(0, 2, p), 1.0, 0.0, 2.0),
    "binom 1 at 1": (lambda p: stats.binom.pmf(1, 2, p), 1.0, -2.0, -4.0),
    "binom 2 at 1": (lambda p: stats.binom.pmf(2, 2, p), 1.0, 2.0, 2.0),
    "binom 3 at 1": (lambda p: stats.binom.pmf(3, 2, p), 1.0, 0.0, 0.0),
    "nbinom 0 at 1": (lambda p: stats.nbinom.pmf(0, 2.0, p), 1.0, 2.0, 2.0),
    "nbinom 1 at 1": (lambda p: stats.nbinom.pmf(1, 2.0, p), 1.0, -2.0, -8.0),
    "nbinom 2 at 1": (lambda p: stats.nbinom.pmf(2, 2.0, p), 1.0, 0.0, 6.0),
    "nbinom 3 at 0": (lambda p: stats.nbinom.pmf(3, 1.0, p), 0.0, 1.0, -6.0),
    "gamma 1": (lambda x: stats.gamma.pdf(x, 1.0), 0.0, -1.0, 1.0),
    "gamma 2": (lambda x: stats.gamma.pdf(x, 2.0), 0.0, 1.0, -2.0),
    "gamma 3": (lambda x: stats.gamma.pdf(x, 3.0), 0.0, 0.0, 1.0),
    "gamma 2 by loc": (lambda m: stats.gamma.pdf(0.5, 2.0, m, 2.0), 0.5, -0.25, -0.25),
    "gamma 1 by scale": (lambda s: stats.gamma.pdf(0.0, 1.0, 0.0, s), 2.0, -0.25, 0.25),
    "gamma by shape": (lambda a: stats.gamma.pdf(0.0, a), 3.0, 0.0, 0.0),
    "chi2 2": (lambda x: stats.chi2.pdf(x, 2.0), 0.0, -0.25, 0.125),
    "chi2 4": (lambda x: stats.chi2.pdf(x, 4.0), 0.0, 0.25, -0.25),
    "beta at 0": (lambda x: stats.beta.pdf(x, 2.0, 2.0), 0.0, 6.0, -12.0),
    "beta at 1": (lambda x: stats.beta.pdf(x, 2.0, 2.0), 1.0, -6.0, -12.0),
    "beta uniform": (lambda x: stats.beta.pdf(x, 1.0, 1.0), 0.0, 0.0, 0.0),
    "beta 1, 3": (lambda x: stats.beta.pdf(x, 1.0, 3.0), 0.0, -6.0, 6.0),
    "expon": (lambda x: stats.expon.pdf(x), 0.0, -1.0, 1.0),
    "lognorm": (lambda x: stats.lognorm.pdf(x, 0.7), 0.0, 0.0, 0.0),
    "categorical": (lambda p: stats.categorical.pmf(0, p * np.array([1.0, 0.0])), 0.0, 1.0, 0.0),
    "dirichlet": (
        lambda x: stats.dirichlet.pdf(cg.functions.stack([x, 1.0 - x]), [2.0, 1.0]),
        0.0,
        2.0,
        0.0,
    ),
    "log gamma 1": (lambda x: stats.gamma.logpdf(x, 1.0), 0.0, -1.0, 0.0),
    "log beta": (lambda x: stats.beta.logpdf(x, 1.0, 3.0), 0.0, -2.0, -2.0),
    "log chi2": (lambda x: stats.chi2.logpdf(x, 2.0), 0.0, -0.5, 0.0),
    "log poisson": (lambda mu: stats.poisson.logpmf(0, mu), 0.0, -1.0, 0.0),
    "log binom": (lambda p: stats.binom.logpmf(0, 3, p), 0.0, -3.0, -3.0),
    "log nbinom": (lambda p: stats.nbinom.logpmf(0, 3.5, p), 1.0, 3.5, -3.5),
}


@pytest.mark.parametrize("name", ENDS)
def test_slopes_at_the_ends(name: str) -> None:
    f, x, first, second = ENDS[name]
    np.testing.assert_allclose(slopes(f, x), first, rtol=1e-14, atol=1e-15)
    found = [float(cg.hessian(f)(x)), float(cg.jvp(cg.grad(f), (x,), (1.0,))[1])]
    np.testing.assert_allclose(found, second, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", ENDS)
def test_ends_among_others(name: str) -> None:
    """An element's slope is its own, whatever stands beside it."""
    f, x, first, second = ENDS[name]
    if name in ("categorical", "dirichlet", "gamma by shape"):
        pytest.skip("takes one number, or has no slope there")
    xs = cg.Variable([0.25, x, 0.75])
    y = f(xs)
    y.backward(create_graph=True)
    g = xs.grad
    np.testing.assert_allclose(g.data[1], first, rtol=1e-14, atol=1e-15)
    assert np.isfinite(g.data).all()
    xs.cleargrad()
    g.backward()
    curve = np.zeros(3) if xs.grad is None else xs.grad.data  # None: linear
    np.testing.assert_allclose(curve[1], second, rtol=1e-13, atol=1e-14)
    assert np.isfinite(curve).all()


# mpmath, of the same floating-point arguments.
NBINOM = -2.236279974976207
BETA = 17.39017043509059
POISSON = -18.188326730660016
GAMMA = 16.350449664250668


def test_digits_that_large_parameters_keep() -> None:
    for found, right in (
        (stats.nbinom.logpmf(12, 3e16, 1 - 4e-16), NBINOM),
        (stats.beta.logpdf(0.5, 1e15, 1e15), BETA),
        (stats.poisson.logpmf(1e15, 1e15), POISSON),
        (stats.gamma.logpdf(1.0, 1e15, scale=1e-15), GAMMA),
    ):
        np.testing.assert_allclose(found.item(), right, rtol=1e-14)
    assert stats.gamma.logpdf(1.0, 1.0).item() == -1.0
    assert stats.gamma.logpdf(1e-3, 1.0).item() == -1e-3
    assert stats.beta.logpdf(0.3, 1.0, 1.0).item() == 0.0
    freedom = math.exp(math.log(1e16))
    slope = cg.grad(lambda p: stats.t.logpdf(1.0, cg.functions.exp(p)))(math.log(1e16))
    np.testing.assert_allclose(float(slope), 0.5 / freedom, rtol=1e-12)
    slope = cg.grad(lambda a: cg.special.betaln(a, 4.0))(2e19)
    np.testing.assert_allclose(float(slope), -4.0 / 2e19, rtol=1e-15)
