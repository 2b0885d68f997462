"""Derivatives of log-densities by one argument, of the beta function's logarithm, and of what these
are made of.
"""

import mpmath
import numpy as np

from cygrad import special, stats
from cygrad.special import stirling
from derivatives import Slope, around, line

RNG = np.random.default_rng(29)
LINE = line(RNG, 30)
POSITIVE = np.concatenate(
    [10.0 ** RNG.uniform(-10, 15, 80), RNG.uniform(0.2, 40.0, 80), around([1.0, 2.0, 16.0, 18.0])]
)
POSITIVE = POSITIVE[POSITIVE > 0.0]
UNIT = np.concatenate([RNG.uniform(0.0, 1.0, 80), 10.0 ** RNG.uniform(-15, 0, 60)])

log, psi, polygamma = mpmath.log, mpmath.digamma, mpmath.polygamma
HALF = mpmath.mpf(1) / 2

# A sum of two or three terms, each with an error below an ULP, and a factor.
SUMS = 8.0

ROWS = [
    Slope("norm.logpdf", stats.norm.logpdf, lambda z: -z, lambda z: mpmath.mpf(-1), LINE),
    Slope(
        "cauchy.logpdf",
        stats.cauchy.logpdf,
        lambda z: -2 * z / (1 + z * z),
        lambda z: -2 * (1 - z * z) / (1 + z * z) ** 2,
        LINE,
        zeros=(1.0, -1.0),
    ),
    Slope(
        "logistic.logpdf",
        stats.logistic.logpdf,
        lambda z: -mpmath.tanh(z / 2),
        lambda z: -HALF * mpmath.sech(z / 2) ** 2,
        LINE,
        digits=80,
    ),
    Slope(
        "t.logpdf",
        lambda z: stats.t.logpdf(z, 3.5),
        lambda z: -(mpmath.mpf(4.5)) * z / (mpmath.mpf(3.5) + z * z),
        lambda z: -(mpmath.mpf(4.5)) * (mpmath.mpf(3.5) - z * z) / (mpmath.mpf(3.5) + z * z) ** 2,
        LINE,
        zeros=(3.5**0.5, -(3.5**0.5)),
        ulps=SUMS,
    ),
    Slope(
        "lognorm.logpdf",
        lambda x: stats.lognorm.logpdf(x, 0.5),
        lambda x: -(4 * log(x) + 1) / x,
        lambda x: (4 * log(x) - 3) / x**2,
        POSITIVE,
        zeros=(float(np.exp(-0.25)), float(np.exp(0.75))),
        near=0.1,
        ulps=SUMS,
    ),
    Slope(
        "gamma.logpdf",
        lambda x: stats.gamma.logpdf(x, 2.5),
        lambda x: mpmath.mpf(1.5) / x - 1,
        lambda x: -mpmath.mpf(1.5) / x**2,
        POSITIVE,
    ),
    Slope(
        "gamma.logpdf by a",
        lambda a: stats.gamma.logpdf(1.0, a),
        lambda a: -psi(a),
        lambda a: -polygamma(1, a),
        POSITIVE,
        zeros=(1.4616321449683623,),
        near=0.3,
        ulps=40.0,  # near the zero, of a sum of 16 terms less a logarithm
    ),
    Slope(
        "beta.logpdf",
        lambda x: stats.beta.logpdf(x, 2.5, 0.5),
        lambda x: mpmath.mpf(1.5) / x + HALF / (1 - x),
        lambda x: -mpmath.mpf(1.5) / x**2 + HALF / (1 - x) ** 2,
        UNIT,
        zeros=(3**0.5 / (1 + 3**0.5),),
        near=0.02,
    ),
    Slope(
        "poisson.logpmf",
        lambda mu: stats.poisson.logpmf(3, mu),
        lambda mu: 3 / mu - 1,
        lambda mu: -3 / mu**2,
        POSITIVE,
    ),
    Slope(
        "nbinom.logpmf by n",
        lambda n: stats.nbinom.logpmf(3, n, 1.0 - 2.0**-52),
        lambda n: 1 / n + 1 / (n + 1) + 1 / (n + 2) + mpmath.log1p(-(mpmath.mpf(2) ** -52)),
        lambda n: -1 / n**2 - 1 / (n + 1) ** 2 - 1 / (n + 2) ** 2,
        POSITIVE,
        ulps=SUMS,
    ),
    Slope(
        "betaln",
        lambda a: special.betaln(a, 4.0),
        lambda a: psi(a) - psi(a + 4),
        lambda a: polygamma(1, a) - polygamma(1, a + 4),
        POSITIVE,
        ulps=SUMS,
    ),
    Slope(
        "betaln by the small one",
        lambda a: special.betaln(3e14, a),
        lambda a: psi(a) - psi(a + mpmath.mpf(3e14)),
        lambda a: polygamma(1, a) - polygamma(1, a + mpmath.mpf(3e14)),
        POSITIVE,
        ulps=SUMS,
    ),
    Slope(
        "stirling",
        stirling.stirling,
        lambda x: psi(x) - log(x) + 1 / (2 * x),
        lambda x: polygamma(1, x) - 1 / x - 1 / (2 * x * x),
        POSITIVE,
        ulps=16.0,  # below 1 a difference that loses some digits
        digits=80,
    ),
    Slope(
        "log1p_less",
        stirling.log1p_less,
        lambda u: -u / (1 + u),
        lambda u: -1 / (1 + u) ** 2,
        np.concatenate([POSITIVE, -UNIT]),
    ),
    Slope(
        "deviance by x",
        lambda x: stirling.deviance(x, 3.0),
        lambda x: log(x / 3),
        lambda x: 1 / x,
        POSITIVE,
    ),
    Slope(
        "deviance by m",
        lambda m: stirling.deviance(3.0, m),
        lambda m: 1 - 3 / m,
        lambda m: 3 / m**2,
        POSITIVE,
    ),
    Slope(
        "half_step",
        stirling.half_step,
        lambda h: psi(h + HALF) - psi(h) - 1 / (2 * h),
        lambda h: polygamma(1, h + HALF) - polygamma(1, h) + 1 / (2 * h * h),
        POSITIVE,
        ulps=SUMS,
        digits=80,
    ),
]
