"""Derivatives of distribution functions and their kin, of the quantiles, and of the inverses of the
incomplete gamma and beta functions.
"""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from cygrad import special, stats
from derivatives import Exact, Slope, differences, line, slope_of
from slopes import densities

pytest.importorskip("scipy.special")

RNG = np.random.default_rng(61)
LINE = line(RNG, 8)
LINE = LINE[(LINE != 0.0) & (np.abs(LINE) > 1e-100)]
POSITIVE = np.concatenate([10.0 ** RNG.uniform(-12, 2.5, 25), RNG.uniform(0.1, 10.0, 10)])
UNIT = np.concatenate([RNG.uniform(0.0, 1.0, 16), 10.0 ** RNG.uniform(-12, 0, 12)])
UNIT = np.concatenate([UNIT, 1.0 - 2.0 ** RNG.uniform(-35, -1, 8)])
FAR_UNIT = np.concatenate([UNIT, 10.0 ** RNG.uniform(-100, -12, 6)])
SCALES = np.concatenate([10.0 ** RNG.uniform(-1, 3, 12), RNG.uniform(0.8, 30.0, 8)])
SHAPES = np.concatenate([10.0 ** RNG.uniform(-0.5, 1.5, 6)])
X = 0.7

# The slope of a quantile is 1 / density there: the rounding of the quantile x counts as often as the
# density's logarithm is steep, x f'(x) / f(x) times, and its own exponent's rounding as often.
LOST = 64.0
AT_MODE = float(mpmath.gammainc(2.5, 1.5, regularized=True))  # where the density is level

mpf, log, exp, sqrt = mpmath.mpf, mpmath.log, densities.exp, mpmath.sqrt
Distribution = Callable[..., mpmath.mpf]


def below(z: mpmath.mpf) -> mpmath.mpf:
    """Of the normal distribution."""
    if z < -1e3:
        return mpf(0)
    return mpmath.erfc(-z / sqrt(2)) / 2 if z < 1e3 else mpf(1)


def log_below(z: mpmath.mpf) -> mpmath.mpf:
    """Its logarithm, by the continued fraction of Mills' ratio in the tail."""
    if z > -30:
        return log(below(z)) if z < 10 else mpmath.log1p(-below(-z))
    fraction = mpf(0)
    for k in range(int(40 + mpmath.mp.prec**2 / (z * z)), 0, -1):
        fraction = k / (-z + fraction)
    return -z * z / 2 - log(sqrt(2 * mpmath.pi) * (-z + fraction))


def t_below(z: mpmath.mpf, n: mpmath.mpf) -> mpmath.mpf:
    tail = mpmath.betainc(n / 2, mpf(1) / 2, 0, n / (n + z * z), regularized=True) / 2
    return tail if z < 0 else 1 - tail


def gamma_below(z: mpmath.mpf, a: mpmath.mpf) -> mpmath.mpf:
    return mpmath.gammainc(a, 0, z, regularized=True)


def beta_below(z: mpmath.mpf, a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    return mpmath.betainc(a, b, 0, z, regularized=True)


def laplace_below(z: mpmath.mpf) -> mpmath.mpf:
    return exp(z) / 2 if z < 0 else 1 - exp(-z) / 2


def cauchy_below(z: mpmath.mpf) -> mpmath.mpf:
    return mpmath.atan2(1, -z) / mpmath.pi


# The distribution function, shapes, and where it is tried.
CDF: dict[str, tuple[Distribution, tuple[float, ...], np.ndarray]] = {
    "norm": (below, (), LINE),
    "laplace": (laplace_below, (), LINE),
    "expon": (lambda z: -mpmath.expm1(-z), (), POSITIVE),
    "logistic": (lambda z: 1 / (1 + mpmath.exp(-z)), (), LINE),
    "cauchy": (cauchy_below, (), LINE),
    "t": (t_below, (3.5,), LINE[np.abs(LINE) < 1e6]),
    "lognorm": (lambda z, s: below(log(z) / s), (0.5,), POSITIVE),
    "gamma": (gamma_below, (2.5,), POSITIVE),
    "chi2": (lambda z, n: gamma_below(z / 2, n / 2), (3.0,), POSITIVE),
    "beta": (beta_below, (2.5, 0.5), UNIT),
}


def slopes_by_x(name: str, shapes: tuple[mpmath.mpf, ...]) -> dict[str, Exact]:
    """The density and its slope."""
    log_density = densities.TABLE[name][0]

    def density(z: mpmath.mpf) -> mpmath.mpf:
        return exp(log_density(z, *shapes))

    def slope(z: mpmath.mpf) -> mpmath.mpf:
        return density(z) * differences(lambda x: log_density(x, *shapes), 1)(z)

    return {"first": density, "second": slope}


def cdf_rows(name: str) -> list[Slope]:
    f, shapes, at = CDF[name]
    given = tuple(mpf(shape) for shape in shapes)
    cdf = getattr(stats, name).cdf

    def exact(z: mpmath.mpf) -> mpmath.mpf:
        return f(z, *given)

    more: dict[str, Any] = slopes_by_x(name, given)
    rows = [
        slope_of(f"{name}.cdf by x", lambda x: cdf(x, *shapes), exact, at, own=1e9, **more),
        slope_of(
            f"{name}.cdf by scale",
            lambda scale: cdf(X, *shapes, 0.0, scale),
            lambda scale: exact(mpf(X) / scale),
            SCALES,
            own=1e9,
        ),
    ]
    for k, shape in enumerate(densities.SHAPES.get(name, [])):
        # the second is not known; the first a quadrature's times the density
        more = {"second": None, "ulps": 16.0, "dense": 64.0} if name == "t" else {"dense": 8.0}
        rows.append(
            slope_of(
                f"{name}.cdf by {shape}",
                lambda v, k=k: cdf(X, *shapes[:k], v, *shapes[k + 1 :]),
                lambda v, k=k: f(mpf(X), *given[:k], v, *given[k + 1 :]),
                SHAPES,
                own=1e9,
                **more,
            )
        )
    return rows


def norm_rows() -> list[Slope]:
    table: dict[str, Exact] = {
        "sf": lambda z: below(-z),
        "logcdf": log_below,
        "logsf": lambda z: log_below(-z),
    }
    return [
        slope_of(
            f"norm.{name} by x",
            getattr(stats.norm, name),
            f,
            LINE[np.abs(LINE) < (1e3 if name != "sf" else 30.0)],
            own=1e9,
        )
        for name, f in table.items()
    ] + [
        slope_of(
            f"norm.{name} by scale",
            lambda s, name=name: getattr(stats.norm, name)(X, 0.0, s),
            lambda s, f=f: f(mpf(X) / s),
            SCALES,
            own=1e9,
        )
        for name, f in table.items()
    ]


def inverse(f: Exact, density: Exact, start: float, p: mpmath.mpf) -> mpmath.mpf:
    """The x with f(x) = p, by Newton's method."""
    x = mpf(start)
    for _ in range(12):
        step = (f(x) - p) / density(x)
        x -= step
        if abs(step) < abs(x) * mpf(10) ** (-mpmath.mp.dps // 2):
            return x - (f(x) - p) / density(x)
    return x


def quantile_row(
    label: str,
    call: Callable[[Any], Any],
    f: Exact,
    density: Exact,
    bend: Exact,
    at: np.ndarray,
    sign: int = 1,
    **more: Any,
) -> Slope:
    """bend: the slope of the logarithm of the density, sign * f'."""

    def value(p: mpmath.mpf) -> mpmath.mpf:
        return inverse(f, lambda x: sign * density(x), float(call(np.array([float(p)])).data[0]), p)

    return Slope(
        label,
        call,
        lambda p: sign / density(value(p)),
        lambda p: -bend(value(p)) / density(value(p)) ** 2,
        at,
        value=value,
        **({"own": 1e9} | more),
    )


def ppf_row(name: str, at: np.ndarray, *shapes: float, **more: Any) -> Slope:
    f = CDF[name][0]
    given = tuple(mpf(shape) for shape in shapes)
    log_density = densities.TABLE[name][0]
    ppf = getattr(stats, name).ppf
    return quantile_row(
        f"{name}.ppf by q",
        lambda q: ppf(q, *shapes),
        lambda z: f(z, *given),
        lambda z: exp(log_density(z, *given)),
        differences(lambda z: log_density(z, *given), 1),
        at,
        **more,
    )


def ppf_by_shape(name: str, k: int, *shapes: float, q: float = 0.3, **more: Any) -> Slope:
    f = CDF[name][0]
    given = [mpf(shape) for shape in shapes]
    log_density = densities.TABLE[name][0]

    def call(v: Any) -> Any:
        return getattr(stats, name).ppf(q, *shapes[:k], v, *shapes[k + 1 :])

    def exact(v: mpmath.mpf) -> mpmath.mpf:
        now = [*given[:k], v, *given[k + 1 :]]
        start = float(call(np.array([float(v)])).data[0])
        return inverse(lambda z: f(z, *now), lambda z: exp(log_density(z, *now)), start, mpf(q))

    label = f"{name}.ppf by {densities.SHAPES[name][k]}"
    return slope_of(label, call, exact, SHAPES, **({"own": 1e9} | more))


def gamma_bend(x: mpmath.mpf) -> mpmath.mpf:
    return mpf(1.5) / x - 1


def gamma_density(x: mpmath.mpf) -> mpmath.mpf:
    return exp(densities.gamma(x, mpf(2.5)))


ROWS = [
    *[row for name in CDF for row in cdf_rows(name)],
    *norm_rows(),
    slope_of("uniform.cdf by x", stats.uniform.cdf, lambda x: x, UNIT, second=None),
    slope_of(
        "uniform.cdf by scale",
        lambda s: stats.uniform.cdf(X, 0.0, s),
        lambda s: mpf(X) / s,
        SCALES[SCALES > X],
    ),
    slope_of("uniform.ppf by q", stats.uniform.ppf, lambda q: q, UNIT, second=None),
    slope_of("expon.ppf by q", stats.expon.ppf, lambda q: -mpmath.log1p(-q), FAR_UNIT),
    slope_of("logistic.ppf by q", stats.logistic.ppf, lambda q: log(q / (1 - q)), FAR_UNIT, own=1e9),
    slope_of(
        "laplace.ppf by q",
        stats.laplace.ppf,
        lambda q: log(2 * q) if q < 0.5 else -log(2 * (1 - q)),
        FAR_UNIT,
        own=1e9,
    ),
    slope_of(
        "cauchy.ppf by q",
        stats.cauchy.ppf,
        lambda q: -1 / mpmath.tan(mpmath.pi * q),
        FAR_UNIT,
        own=1e9,
    ),
    ppf_row("norm", UNIT),
    ppf_row("lognorm", UNIT, 0.5),
    ppf_row("t", UNIT, 3.5, ulps=LOST),
    ppf_row("gamma", UNIT, 2.5, ulps=LOST),
    ppf_row("chi2", UNIT, 3.0, ulps=LOST),
    ppf_row("beta", UNIT, 2.5, 1.5, ulps=LOST),
    ppf_by_shape("lognorm", 0, 0.5),
    ppf_by_shape("t", 0, 3.5, second=None, ulps=16.0, dense=64.0),  # not known; as cdf by df
    ppf_by_shape("gamma", 0, 2.5, rtol=2e-13),
    ppf_by_shape("chi2", 0, 3.0),
    ppf_by_shape("beta", 0, 2.5, 1.5, ulps=16.0),  # of a quadrature, and of the density
    ppf_by_shape("beta", 1, 2.5, 1.5),
    quantile_row(
        "gammaincinv(2.5, y)",
        lambda y: special.gammaincinv(2.5, y),
        lambda x: gamma_below(x, mpf(2.5)),
        gamma_density,
        gamma_bend,
        UNIT,
        ulps=LOST,
    ),
    quantile_row(
        "gammainccinv(2.5, y)",
        lambda y: special.gammainccinv(2.5, y),
        lambda x: mpmath.gammainc(mpf(2.5), x, regularized=True),
        gamma_density,
        gamma_bend,
        UNIT,
        sign=-1,
        ulps=LOST,
        zeros=(AT_MODE,),
    ),
    quantile_row(
        "betaincinv(2.5, 1.5, y)",
        lambda y: special.betaincinv(2.5, 1.5, y),
        lambda x: beta_below(x, mpf(2.5), mpf(1.5)),
        lambda x: exp(densities.beta(x, mpf(2.5), mpf(1.5))),
        lambda x: mpf(1.5) / x - mpf(0.5) / (1 - x),
        UNIT,
        ulps=LOST,
    ),
]  # fmt: skip
