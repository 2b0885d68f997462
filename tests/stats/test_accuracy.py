"""Log-densities and all their slopes against mpmath, for parameters from 1e-10 to 1e15.

The bound is 1e-12, relative; where a value or a slope passes through zero, relative to the least of 1
(of 1 over the parameter, for a slope) and the largest of the terms that make it up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest

import cygrad as cg
from cygrad import stats

M = mpmath.mpf
Terms = Sequence[mpmath.mpf]
Formula = Callable[..., Terms]  # of mpf's: what is to be added up
BOUND = 1e-12


def size(rng: np.random.Generator, low: float = -10.0, high: float = 15.0) -> float:
    return float(10.0 ** rng.uniform(low, high))


def shape(rng: np.random.Generator) -> float:
    """A parameter of any size, or an ordinary one."""
    kind = rng.integers(3)
    return size(rng) if kind == 0 else size(rng, 3.0) if kind == 1 else float(rng.uniform(0.3, 40))


@dataclass(frozen=True)
class Row:
    """A distribution: the terms of its log-density, those of its slopes by argument, its arguments."""

    name: str
    value: Formula
    slopes: dict[int, Formula]
    draw: Callable[[np.random.Generator], tuple[float, ...]]

    def __str__(self) -> str:
        return self.name

    def call(self, *arguments: Any) -> Any:
        module = getattr(stats, self.name.split("-")[0])
        return (module.logpmf if hasattr(module, "logpmf") else module.logpdf)(*arguments)


def lg(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.loggamma(x)


def psi(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.digamma(x)


def log(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.log(x)


def location(rng: np.random.Generator) -> tuple[float, ...]:
    scale = size(rng)
    loc = float(rng.choice([0.0, rng.normal() * size(rng, -3, 3)]))
    return float(loc + scale * rng.normal() * size(rng, -3, 1.5)), loc, scale


def from_z(density: Formula, slope: Formula) -> dict[str, Any]:
    """A location-scale family: of the terms in z, and those of the slope by z."""

    def by_scale(x: M, loc: M, scale: M) -> Terms:
        return [-(x - loc) / scale**2 * t for t in slope((x - loc) / scale)] + [-1 / scale]

    return {
        "value": lambda x, loc, scale: [*density((x - loc) / scale), -log(scale)],
        "slopes": {
            0: lambda x, loc, scale: [t / scale for t in slope((x - loc) / scale)],
            1: lambda x, loc, scale: [-t / scale for t in slope((x - loc) / scale)],
            2: by_scale,
        },
        "draw": location,
    }


def expon_draw(rng: np.random.Generator) -> tuple[float, ...]:
    scale = size(rng)
    return scale * float(rng.exponential()), 0.0, scale


def t_draw(rng: np.random.Generator) -> tuple[float, ...]:
    return float(rng.normal() * size(rng, -4, 4)), shape(rng)


def gamma_draw(rng: np.random.Generator) -> tuple[float, ...]:
    a = shape(rng)
    near = rng.integers(2)
    return (abs(a + np.sqrt(a) * float(rng.normal())) if near else size(rng)), a


def scaled_gamma_draw(rng: np.random.Generator) -> tuple[float, ...]:
    z, a = gamma_draw(rng)
    scale = size(rng, -12, 12)
    return z * scale, a, 0.0, scale


def beta_draw(rng: np.random.Generator) -> tuple[float, ...]:
    a, b = shape(rng), shape(rng)
    mean = a / (a + b)
    deviation = np.sqrt(mean * (b / (a + b)) / (a + b + 1))
    x = float(mean + deviation * rng.normal()) if rng.integers(2) else float(rng.uniform())
    return (x, a, b) if 0 < x < 1 else beta_draw(rng)


def poisson_draw(rng: np.random.Generator) -> tuple[float, ...]:
    k = float(round(shape(rng)))
    mean = abs(k + np.sqrt(k) * float(rng.normal())) if rng.integers(2) else size(rng)
    return k, mean or 1.0


def binom_draw(rng: np.random.Generator) -> tuple[float, ...]:
    k, rest = float(round(shape(rng))), float(round(shape(rng)))
    n = k + rest or 1.0
    p = k / n + np.sqrt(k / n * rest / n / n) * float(rng.normal())
    return (k, n, p) if 0 < p < 1 else (k, n, float(rng.uniform()))


def nbinom_draw(rng: np.random.Generator) -> tuple[float, ...]:
    k, n = float(round(shape(rng))), shape(rng)
    p = n / (n + k) + np.sqrt(n * k / (n + k) ** 3) * float(rng.normal())
    return (k, n, p) if 0 < p < 1 else (k, n, float(rng.uniform()))


def lognorm_draw(rng: np.random.Generator) -> tuple[float, ...]:
    s, scale = size(rng, -10, 3), size(rng)
    x = float(scale * np.exp(s * rng.normal()))
    return (x, s, 0.0, scale) if 1e-300 < x < 1e300 else lognorm_draw(rng)


def t_by_df(x: M, df: M) -> Terms:
    w = x * x / df
    return [
        (psi((df + 1) / 2) - psi(df / 2)) / 2 - 1 / (2 * df),
        -mpmath.log1p(w) / 2 + w / (1 + w) / 2,
        w / (1 + w) / (2 * df),
    ]


def gamma_by_scale(x: M, a: M, loc: M, scale: M) -> Terms:
    return [-a / scale, x / scale**2]


ROOT = mpmath.log(2 * mpmath.pi) / 2
ROWS = [
    Row("norm", **from_z(lambda z: [-z * z / 2, -ROOT], lambda z: [-z])),
    Row("laplace", **from_z(lambda z: [-abs(z), -log(M(2))], lambda z: [-mpmath.sign(z)])),
    Row(
        "cauchy",
        **from_z(
            lambda z: [-mpmath.log1p(z * z), -log(mpmath.pi)], lambda z: [-2 * z / (1 + z * z)]
        ),
    ),
    Row(
        "logistic",
        **from_z(
            lambda z: [-abs(z), -2 * mpmath.log1p(mpmath.exp(-abs(z)))],
            lambda z: [-mpmath.tanh(z / 2)],
        ),
    ),
    Row("expon", **(from_z(lambda z: [-z], lambda z: [M(-1)]) | {"draw": expon_draw})),
    Row(
        "lognorm",
        lambda x, s, loc, scale: [-(log(x / scale) ** 2) / (2 * s * s), -log(s), -log(x), -ROOT],
        {
            0: lambda x, s, loc, scale: [-log(x / scale) / s**2 / x, -1 / x],
            1: lambda x, s, loc, scale: [log(x / scale) ** 2 / s**3, -1 / s],
            3: lambda x, s, loc, scale: [log(x / scale) / s**2 / scale],
        },
        lognorm_draw,
    ),
    Row(
        "t",
        lambda x, df: [
            lg((df + 1) / 2) - lg(df / 2) - log(df) / 2,
            -log(mpmath.pi) / 2,
            -(df + 1) / 2 * mpmath.log1p(x * x / df),
        ],
        {0: lambda x, df: [-(df + 1) * x / (df + x * x)], 1: t_by_df},
        t_draw,
    ),
    Row(
        "gamma",
        lambda x, a: [(a - 1) * log(x), -x, -lg(a)],
        {0: lambda x, a: [(a - 1) / x, M(-1)], 1: lambda x, a: [log(x), -psi(a)]},
        gamma_draw,
    ),
    Row(
        "gamma-scaled",
        lambda x, a, loc, scale: [(a - 1) * log(x / scale), -x / scale, -lg(a), -log(scale)],
        {
            0: lambda x, a, loc, scale: [(a - 1) / x, -1 / scale],
            1: lambda x, a, loc, scale: [log(x / scale), -psi(a)],
            3: gamma_by_scale,
        },
        scaled_gamma_draw,
    ),
    Row(
        "chi2",
        lambda x, df: [(df / 2 - 1) * log(x / 2), -x / 2, -lg(df / 2), -log(M(2))],
        {
            0: lambda x, df: [(df / 2 - 1) / x, M(-0.5)],
            1: lambda x, df: [log(x / 2) / 2, -psi(df / 2) / 2],
        },
        gamma_draw,
    ),
    Row(
        "beta",
        lambda x, a, b: [
            (a - 1) * log(x),
            (b - 1) * mpmath.log1p(-x),
            lg(a + b) - lg(a) - lg(b),
        ],
        {
            0: lambda x, a, b: [(a - 1) / x, -(b - 1) / (1 - x)],
            1: lambda x, a, b: [log(x), psi(a + b) - psi(a)],
            2: lambda x, a, b: [mpmath.log1p(-x), psi(a + b) - psi(b)],
        },
        beta_draw,
    ),
    Row(
        "poisson",
        lambda k, mu: [k * log(mu), -mu, -lg(k + 1)],
        {1: lambda k, mu: [k / mu, M(-1)]},
        poisson_draw,
    ),
    Row(
        "binom",
        lambda k, n, p: [
            lg(n + 1) - lg(k + 1) - lg(n - k + 1),
            k * log(p),
            (n - k) * mpmath.log1p(-p),
        ],
        {2: lambda k, n, p: [k / p, -(n - k) / (1 - p)]},
        binom_draw,
    ),
    Row(
        "nbinom",
        lambda k, n, p: [
            lg(n + k) - lg(k + 1) - lg(n),
            n * log(p),
            k * mpmath.log1p(-p),
        ],
        {
            1: lambda k, n, p: [psi(n + k) - psi(n), log(p)],
            2: lambda k, n, p: [n / p, -k / (1 - p)],
        },
        nbinom_draw,
    ),
]


def error(value: float, terms: Terms, unit: float) -> float:
    """Relative to the sum, or to the least of the unit and the largest term."""
    exact = mpmath.fsum(terms)
    scale = max(abs(exact), min(M(unit), max(abs(t) for t in terms)))
    return float(abs(M(value) - exact) / scale) if scale else abs(value)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_log_density_and_slopes(row: Row) -> None:
    worst(row, 60, np.random.default_rng(23))


def worst(row: Row, n: int, rng: np.random.Generator) -> dict[str, float]:
    """Raise if an error is above the bound; return the worst of the values and of each slope."""
    errors: dict[str, float] = {}
    draws = [row.draw(rng) for _ in range(n)]
    xs = [cg.Variable([d[i] for d in draws]) for i in range(len(draws[0]))]
    y = row.call(*xs)
    y.backward()
    with mpmath.workdps(60):
        for at, arguments in enumerate(draws):
            exact = [M(a) for a in arguments]
            found = {"value": error(y.data[at], row.value(*exact), 1.0)}
            for i, slope in row.slopes.items():
                unit = 1.0 / abs(arguments[i]) if arguments[i] else 1.0
                found[f"slope {i}"] = error(xs[i].grad.data[at], slope(*exact), unit)
            for name, off in found.items():
                assert off <= BOUND, f"{row}{arguments}: {name} {off:.3g} off"
                errors[name] = max(errors.get(name, 0.0), off)
    return errors


def test_dirichlet() -> None:
    rng = np.random.default_rng(23)
    for _ in range(40):
        alpha = np.array([shape(rng) for _ in range(int(rng.integers(2, 6)))])
        mean = alpha / alpha.sum()
        deviation = np.sqrt(mean * (1.0 - mean) / (alpha.sum() + 1.0))
        x = np.clip(mean + deviation * rng.normal(size=alpha.shape), 1e-12, 1.0)
        x /= x.sum()
        point, parameters = cg.Variable(x), cg.Variable(alpha)
        y = stats.dirichlet.logpdf(point, parameters)
        y.backward()
        with mpmath.workdps(60):
            xs, a = [M(v) for v in x.tolist()], [M(v) for v in alpha.tolist()]
            total = mpmath.fsum(a)
            terms = [(p - 1) * log(v) for v, p in zip(xs, a, strict=True)]
            terms += [lg(total), *[-lg(p) for p in a]]
            assert error(y.item(), terms, 1.0) < BOUND
            for i, (v, p) in enumerate(zip(xs, a, strict=True)):
                # by a proportion: what the others' sum to is not held
                assert error(point.grad.data[i], [(p - 1) / v, total, -total], float(total)) < BOUND
                # 1 / p: what a digamma differs by from its logarithm
                by_alpha = [log(v), psi(total) - psi(p), 1 / p, -1 / p]
                assert error(parameters.grad.data[i], by_alpha, 1.0) < BOUND


BY_SCALE = {
    "gamma": (lambda s: stats.gamma.logpdf(3e-12, 1e-8, 0.0, s), lambda z: -(M(1e-8) - z), 3e-12),
    "chi2": (lambda s: stats.chi2.logpdf(3e-12, 1e-8, 0.0, s), lambda z: -(M(1e-8) - z) / 2, 3e-12),
    "beta": (
        lambda s: stats.beta.logpdf(0.25, 1e-9, 1.0 + 2.0**-50, 0.0, s),
        lambda z: -(M(1e-9) - M(2) ** -50 * z / (1 - z)),
        0.25,
    ),
    "lognorm": (
        lambda s: stats.lognorm.logpdf(3.0, 1e12, 0.0, s),
        lambda z: log(z) / M(10) ** 24,
        3.0,
    ),
    "t": (
        lambda s: stats.t.logpdf(3.0, 1e-9, 0.0, s),
        lambda z: M(1e-9) * (z * z - 1) / (M(1e-9) + z * z),
        3.0,
    ),
    "t inside": (
        lambda s: stats.t.logpdf(0.25, 1e-9, 0.0, s),
        lambda z: M(1e-9) * (z * z - 1) / (M(1e-9) + z * z),
        0.25,
    ),
}


@pytest.mark.parametrize("name", BY_SCALE)
def test_slopes_by_scale_that_are_small_differences(name: str) -> None:
    """-(z f'(z) + 1) / scale, where both terms are near to 1."""
    density, minus_sum, x = BY_SCALE[name]
    scale = cg.Variable(1.7)
    density(scale).backward()
    with mpmath.workdps(60):
        exact = minus_sum(M(x) / M(1.7)) / M(1.7)
        assert abs(M(scale.grad.item()) - exact) < 1e-14 * abs(exact)
    second = cg.hessian(density)(1.7)
    step = 1e-5
    slopes = [float(cg.grad(density)(1.7 + d)) for d in (-step, step)]
    np.testing.assert_allclose(second, (slopes[1] - slopes[0]) / (2 * step), rtol=1e-7)
