"""Derivatives of the probabilities of counts and of their logarithms, by the parameters; of the
Dirichlet distribution and the multivariate normal one, by one of their numbers.
"""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

import cygrad as cg
import cygrad.functions as F
from cygrad import stats
from derivatives import Exact, Slope, slope_of

RNG = np.random.default_rng(59)
POSITIVE = np.concatenate([10.0 ** RNG.uniform(-12, 2.5, 30), RNG.uniform(0.1, 10.0, 10)])
POSITIVE = np.concatenate([POSITIVE, 10.0 ** RNG.uniform(-280, -12, 8)])
UNIT = np.concatenate([RNG.uniform(0.0, 1.0, 20), 10.0 ** RNG.uniform(-280, 0, 12)])
UNIT = np.concatenate([UNIT, 1.0 - 2.0 ** RNG.uniform(-50, -1, 10)])

log, log1p, loggamma = mpmath.log, mpmath.log1p, mpmath.loggamma


def exp(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.exp(x) if x > -1e4 else mpmath.mpf(0)


def both(
    label: str,
    name: str,
    call: Callable[[Any, Any], Any],
    f: Exact,
    at: np.ndarray,
    *zeros: float,
    **more: Any,
) -> list[Slope]:
    """The rows of the log-probability and of the probability; zeros: where they are level."""
    more = {"own": 1e9, "zeros": zeros, "near": 0.3, "dense": 16.0} | more
    module = getattr(stats, name)
    kind = "pmf" if "pmf" in module.__all__ else "pdf"
    mass, log_mass = getattr(module, kind), getattr(module, f"log{kind}")
    return [
        slope_of(f"{name}.log{kind}{label}", lambda x: call(log_mass, x), f, at, **more),
        slope_of(f"{name}.{kind}{label}", lambda x: call(mass, x), lambda x: exp(f(x)), at, **more),
    ]


def poisson(k: int, mu: mpmath.mpf) -> mpmath.mpf:
    return (k * log(mu) if k else 0) - mu - loggamma(k + 1)


def binom(k: int, n: int, p: mpmath.mpf) -> mpmath.mpf:
    value = log(mpmath.binomial(n, k))
    return value + (k * log(p) if k else 0) + ((n - k) * log1p(-p) if n > k else 0)


def nbinom(k: int, n: mpmath.mpf, p: mpmath.mpf) -> mpmath.mpf:
    ways = mpmath.fsum(log((n + i) / (i + 1)) for i in range(k))
    return ways + n * log(p) + (k * log1p(-p) if k else 0)


def dirichlet(x: mpmath.mpf, a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    return (a - 1) * log(x) + (b - 1) * log1p(-x) + loggamma(a + b) - loggamma(a) - loggamma(b)


def each(f: Callable[[Any], Any], x: Any) -> Any:
    """f of one number after the other, where it takes a vector as a whole."""
    return F.stack([f(x[k]) for k in range(x.size)])


LEVEL_N = {
    0: 1e9,
    1: 1 / float(np.log(4.0)),
    3: 1.5,
}  # where nbinom's mass is level as a function of n

ROWS = [
    *[
        row
        for k in (0, 1, 2, 3, 40)
        for row in both(
            f"({k}) by mu",
            "poisson",
            lambda f, mu, k=k: f(k, mu),
            lambda mu, k=k: poisson(k, mu),
            POSITIVE,
            k,
            # 1 / 40! is the exponential of -110
            ulps=64.0 if k == 40 else 4.0,
        )
    ],
    *[
        row
        for k in (0, 1)
        for row in both(
            f"({k}) by p",
            "bernoulli",
            lambda f, p, k=k: f(k, p),
            lambda p, k=k: binom(k, 1, p),
            UNIT,
            second=None,  # a straight line
        )
    ],
    *[
        row
        for k, n in ((0, 5), (1, 5), (2, 5), (5, 5), (1, 1000), (300, 1000))
        for row in both(
            f"({k}, {n}) by p",
            "binom",
            lambda f, p, k=k, n=n: f(k, n, p),
            lambda p, k=k, n=n: binom(k, n, p),
            UNIT,
            k / n,
        )
    ],
    *[
        row
        for k in (0, 1, 3)
        for row in both(
            f"({k}) by p",
            "nbinom",
            lambda f, p, k=k: f(k, 2.5, p),
            lambda p, k=k: nbinom(k, mpmath.mpf(2.5), p),
            UNIT,
            2.5 / (2.5 + k),
        )
    ],
    *[
        row
        for k in (0, 1, 3)
        for row in both(
            f"({k}) by n",
            "nbinom",
            lambda f, n, k=k: f(k, n, 0.25),
            lambda n, k=k: nbinom(k, n, mpmath.mpf(0.25)),
            POSITIVE,
            LEVEL_N[k],
            ulps=8.0,
        )
    ],
    *both(
        " by p",
        "categorical",
        lambda f, p: f(np.zeros(p.shape), F.stack([p, 1.0 - p], axis=1)),
        log,
        UNIT,
    )[:1],
    Slope(
        "categorical.pmf by p",
        lambda p: stats.categorical.pmf(np.zeros(p.shape), F.stack([p, 1.0 - p], axis=1)),
        lambda _: mpmath.mpf(1),
        None,
        UNIT,
    ),
    *both(
        " by x",
        "dirichlet",
        lambda f, x: f(F.reshape(x, (1, -1)), np.array([2.5, 0.75])),
        lambda x: dirichlet(x, mpmath.mpf(2.5), mpmath.mpf(0.75)),
        UNIT[UNIT > 1e-15],
    ),
    *both(
        " by alpha",
        "dirichlet",
        lambda f, a: each(lambda v: f(np.array([0.25, 0.75]), F.stack([v, cg.Variable(2.5, requires_grad=False)])), a),
        lambda a: dirichlet(mpmath.mpf(0.25), a, mpmath.mpf(2.5)),
        POSITIVE[:30],
    ),
    *both(
        " by x",
        "multivariate_normal",
        lambda f, x: f(F.reshape(x, (-1, 1)), np.array([0.5]), np.array([[2.0]])),
        lambda x: -(x - mpmath.mpf(0.5)) ** 2 / 4 - log(4 * mpmath.pi) / 2,
        RNG.uniform(-20.0, 20.0, 30),
    ),
    *both(
        " by covariance",
        "multivariate_normal",
        lambda f, v: each(lambda c: f(np.array([0.7]), np.array([0.0]), F.reshape(c, (1, 1))), v),
        lambda v: -(mpmath.mpf(0.7) ** 2) / (2 * v) - log(2 * mpmath.pi * v) / 2,
        RNG.uniform(0.05, 20.0, 20),
    ),
]  # fmt: skip
