"""Derivatives of the densities of distributions of numbers and of their logarithms, by x and parameters.

The exact ones are differences of the exact log-densities that are written here. A density is the
exponential of its logarithm: where that is large, the density is off by as many ULP as its
rounding makes, and so are its derivatives; see Slope.value.
"""

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import mpmath
import numpy as np

from cygrad import stats
from derivatives import Exact, Slope, around, line, slope_of

RNG = np.random.default_rng(53)
LINE = np.concatenate([line(RNG, 8), around([1e-300, 1e9], 0)])
LINE = LINE[LINE != 0.0]
POSITIVE = np.concatenate([10.0 ** RNG.uniform(-12, 2.5, 30), RNG.uniform(0.1, 10.0, 10)])
WIDE = np.concatenate([POSITIVE, 10.0 ** RNG.uniform(-250, 250, 10)])
UNIT = np.concatenate([RNG.uniform(0.0, 1.0, 20), 10.0 ** RNG.uniform(-15, 0, 10)])
UNIT = np.concatenate([UNIT, 1.0 - 2.0 ** RNG.uniform(-50, -1, 10)])

log, log1p = mpmath.log, mpmath.log1p
LogDensity = Callable[..., mpmath.mpf]


def exp(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.exp(x) if x > -1e4 else mpmath.mpf(0)


def loggamma(x: mpmath.mpf) -> mpmath.mpf:
    return log_gamma_to(x, mpmath.mp.prec)


@cache
def log_gamma_to(x: mpmath.mpf, precision: int) -> mpmath.mpf:
    """The same numbers are asked for at every point."""
    return mpmath.loggamma(x)


def log_beta(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def norm(z: mpmath.mpf) -> mpmath.mpf:
    return -z * z / 2 - log(2 * mpmath.pi) / 2


def laplace(z: mpmath.mpf) -> mpmath.mpf:
    return -abs(z) - log(2)


def logistic(z: mpmath.mpf) -> mpmath.mpf:
    return -abs(z) - 2 * log1p(exp(-abs(z)))


def cauchy(z: mpmath.mpf) -> mpmath.mpf:
    return -log(mpmath.pi * (1 + z * z))


def t(z: mpmath.mpf, n: mpmath.mpf) -> mpmath.mpf:
    scale = loggamma((n + 1) / 2) - loggamma(n / 2) - log(n * mpmath.pi) / 2
    return scale - (n + 1) / 2 * log1p(z * z / n)


def lognorm(z: mpmath.mpf, s: mpmath.mpf) -> mpmath.mpf:
    return norm(log(z) / s) - log(s) - log(z)


def gamma(z: mpmath.mpf, a: mpmath.mpf) -> mpmath.mpf:
    return (a - 1) * log(z) - z - loggamma(a)


def chi2(z: mpmath.mpf, n: mpmath.mpf) -> mpmath.mpf:
    return gamma(z / 2, n / 2) - log(2)


def beta(z: mpmath.mpf, a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    return (a - 1) * log(z) + (b - 1) * log1p(-z) - log_beta(a, b)


# The exact log-density, shapes, and where it is tried.
TABLE: dict[str, tuple[LogDensity, tuple[float, ...], np.ndarray]] = {
    "norm": (norm, (), LINE),
    "laplace": (laplace, (), LINE),
    "expon": (lambda z: -z, (), WIDE),
    "uniform": (lambda z: mpmath.mpf(0), (), UNIT),
    "logistic": (logistic, (), LINE),
    "cauchy": (cauchy, (), LINE),
    "t": (t, (3.5,), LINE[np.abs(LINE) > 1e-50]),
    "lognorm": (lognorm, (0.5,), WIDE),
    "gamma": (gamma, (2.5,), WIDE),
    "chi2": (chi2, (3.0,), WIDE),
    "beta": (beta, (2.5, 0.5), UNIT),
}
SHAPES = {"t": ["df"], "lognorm": ["s"], "gamma": ["a"], "chi2": ["df"], "beta": ["a", "b"]}
SCALES = np.concatenate([10.0 ** RNG.uniform(-3, 6, 20), RNG.uniform(0.8, 30.0, 12)])
# x at the places of the parameters' rows: inside of every support for every scale and loc there
X = 0.7


def zero(f: Exact, near: float) -> float:
    """The place where the derivative changes its sign."""
    return float(mpmath.findroot(lambda v: mpmath.diff(f, v), near))


# Where the log-density is level, as a function of the parameter, about.
LEVEL = {
    ("norm", "scale"): 0.7,
    ("laplace", "scale"): 0.7,
    ("expon", "scale"): 0.7,
    ("logistic", "scale"): 0.45,
    ("cauchy", "scale"): 0.7,
    ("t", "scale"): 0.7,
    ("gamma", "a"): 1.16,
    ("chi2", "df"): 1.4,
    ("beta", "b"): 0.8,
}


def rows(name: str) -> list[Slope]:
    log_density, shapes, at = TABLE[name]
    module: ModuleType = getattr(stats, name)
    given = [mpmath.mpf(shape) for shape in shapes]

    def both(
        by: str, arguments: Callable[[Any], tuple[Any, ...]], f: Exact, at: np.ndarray
    ) -> list[Slope]:
        more: dict[str, Any] = {"own": 1e9, "dense": 8.0}
        if (name, by) in LEVEL:
            more["zeros"] = (zero(f, LEVEL[name, by]),)
            more["near"] = 0.3 if name not in ("chi2", "beta") else 0.5
        if name == "uniform" and by != "scale":
            more["second"] = None  # 0 everywhere
        if (name, by) in (("gamma", "a"), ("beta", "b")):
            more["rtol"] = 5e-13  # the second of pdf changes its sign at 0.1, or 0.05
        if (name, by) == ("beta", "b"):
            more["ulps"] = 12.0  # of pdf: a logarithm and a difference of digammas, of other signs
        return [
            slope_of(
                f"{name}.logpdf by {by}",
                lambda x: module.logpdf(*arguments(x)),
                f,
                at,
                **(more | ({"second": None} if name == "expon" and by != "scale" else {})),
            ),
            slope_of(
                f"{name}.pdf by {by}",
                lambda x: module.pdf(*arguments(x)),
                lambda x: exp(f(x)),
                at,
                **more,
            ),
        ]

    out = both("x", lambda x: (x, *shapes), lambda x: log_density(x, *given), at)
    out += both(
        "loc",
        lambda loc: (X, *shapes, loc),
        lambda loc: log_density(mpmath.mpf(X) - loc, *given),
        X - at[(at > -1e6) & (at < 1e6)][:32],
    )
    out += both(
        "scale",
        lambda scale: (X, *shapes, 0.0, scale),
        lambda scale: log_density(mpmath.mpf(X) / scale, *given) - log(scale),
        SCALES[SCALES > 0.71] if name in ("uniform", "beta") else SCALES,
    )
    for k, shape in enumerate(SHAPES.get(name, [])):
        before, after = given[:k], given[k + 1 :]
        out += both(
            shape,
            lambda v, k=k: (X, *shapes[:k], v, *shapes[k + 1 :]),
            lambda v, b=before, a=after: log_density(mpmath.mpf(X), *b, v, *a),
            SCALES,
        )
    return out


M = mpmath.mpf
NEAR_1 = X - (1.0 - 2.0 ** RNG.uniform(-40, -3, 12))
# Scales and shapes at which the terms of a slope are all but equal and of other signs, parts of a
# product are close to the ends of float64, or the true 1 - z is far from that of the rounded z.
SMALL_DIFFERENCES: dict[str, tuple[Callable[[Any], Any], Exact, np.ndarray]] = {
    "gamma.pdf(1e-8, 1e-12) by scale": (
        lambda s: stats.gamma.pdf(1e-8, 1e-12, 0.0, s),
        lambda s: exp(gamma(M(1e-8) / s, M(1e-12)) - log(s)),
        SCALES,
    ),
    "chi2.pdf(1e-8, 1e-12) by scale": (
        lambda s: stats.chi2.pdf(1e-8, 1e-12, 0.0, s),
        lambda s: exp(chi2(M(1e-8) / s, M(1e-12)) - log(s)),
        SCALES,
    ),
    "beta.pdf(0.25, 1e-12, 1 + 2^-50) by scale": (
        lambda s: stats.beta.pdf(0.25, 1e-12, 1.0 + 2.0**-50, 0.0, s),
        lambda s: exp(beta(M(0.25) / s, M(1e-12), 1 + M(2) ** -50) - log(s)),
        SCALES[SCALES > 0.3],
    ),
    "beta.pdf(0.3, 1e-300, b) by b": (
        lambda b: stats.beta.pdf(0.3, 1e-300, b),
        lambda b: exp(beta(M(0.3), M(1e-300), b)),
        SCALES[SCALES < 40.0],
    ),
    "beta.pdf(0.3, 1e-12, b) by b, both small": (
        lambda b: stats.beta.pdf(0.3, 1e-12, b),
        lambda b: exp(beta(M(0.3), M(1e-12), b)),
        10.0 ** RNG.uniform(-15, -0.5, 12),
    ),
    "beta.pdf(0.3, a, 1e-12) by a, both small": (
        lambda a: stats.beta.pdf(0.3, a, 1e-12),
        lambda a: exp(beta(M(0.3), a, M(1e-12))),
        10.0 ** RNG.uniform(-15, -0.5, 12),
    ),
    "beta.logpdf(0.7, 2.5, 0.5) by loc, near 1": (
        lambda loc: stats.beta.logpdf(X, 2.5, 0.5, loc),
        lambda loc: beta(M(X) - loc, M(2.5), M(0.5)),
        NEAR_1,
    ),
    "beta.logpdf(0.7, 25, 35) by loc, near 1": (
        lambda loc: stats.beta.logpdf(X, 25.0, 35.0, loc),
        lambda loc: beta(M(X) - loc, M(25), M(35)),
        NEAR_1,
    ),
    "beta.pdf(0.7, 2.5, b) by b, near 1": (
        lambda b: stats.beta.pdf(X, 2.5, b, NEAR_1[0]),
        lambda b: exp(beta(M(X) - M(NEAR_1[0]), M(2.5), b)),
        10.0 ** RNG.uniform(-5, -0.5, 12),
    ),
    "t.pdf(1e6, 1) by scale": (
        lambda s: stats.t.pdf(1e6, 1.0, 0.0, s),
        lambda s: exp(t(1e6 / s, M(1)) - log(s)),
        SCALES[SCALES < 1e4],
    ),
    "t.pdf(1e6, 1 + 1e-9) by scale": (
        lambda s: stats.t.pdf(1e6, 1.0 + 1e-9, 0.0, s),
        lambda s: exp(t(1e6 / s, M(1.0 + 1e-9)) - log(s)),
        SCALES[SCALES < 1e3],
    ),
    "t.pdf(3, df) by a small df": (
        lambda n: stats.t.pdf(3.0, n),
        lambda n: exp(t(M(3), n)),
        10.0 ** RNG.uniform(-15, -0.5, 12),
    ),
    "lognorm.pdf(x, 100)": (
        lambda x: stats.lognorm.pdf(x, 100.0),
        lambda x: exp(lognorm(x, M(100))),
        WIDE[WIDE > 1e-100],  # below, the second is infinite, and nan here: two parts of it meet
    ),
}

TINY = M(1e-300)  # a and z: the density is a / z, and its slopes are right but for as small a part
ROWS = [row for name in TABLE for row in rows(name)]
ROWS.append(
    Slope(
        "beta.pdf(1e-300, 1e-300, b) by b",
        lambda b: stats.beta.pdf(1e-300, 1e-300, b),
        lambda b: TINY * mpmath.psi(1, b) - TINY,
        lambda b: TINY * mpmath.psi(2, b),
        SCALES[SCALES < 40.0],
        ulps=8.0,  # a difference, at b = 1.4 of like terms
        zeros=(float(mpmath.findroot(lambda b: mpmath.psi(1, b) - 1, 1.4)),),
        near=0.3,
    )
)
ROWS += [slope_of(name, call, f, at, own=1e9) for name, (call, f, at) in SMALL_DIFFERENCES.items()]
