"""Derivatives of cygrad.functions: exponentials, logarithms, and what is made of them."""

import mpmath as mp
import numpy as np

import cygrad.functions as F
from derivatives import Slope, around, line

RNG = np.random.default_rng(23)
EDGES = around([0.0, 0.5, 1.0, 20.0, 40.0, 650.0, 709.0, 745.0, 1e8, 1e155, 1e300])
EVERYWHERE = np.concatenate([line(RNG, 30), EDGES])
POSITIVE = np.concatenate([np.abs(EVERYWHERE), around([2.0**-1022, 5e-309])])
POSITIVE = POSITIVE[POSITIVE > 0]
NEAR_ONE = 1.0 - 2.0 ** RNG.uniform(-53, 0, 50)
INSIDE = np.concatenate([RNG.uniform(-1.0, 1.0, 100), NEAR_ONE, -NEAR_ONE, around([0.0])])
INSIDE = INSIDE[np.abs(INSIDE) < 1]
MODERATE = np.concatenate([line(RNG, 30), around([0.0, 1.0])])
MODERATE = MODERATE[np.abs(MODERATE) < 1e6]


def sech2(x: mp.mpf) -> mp.mpf:
    return mp.sech(x) ** 2


ROWS = [
    Slope("exp", F.exp, mp.exp, mp.exp, EVERYWHERE),
    Slope("expm1", F.expm1, mp.exp, mp.exp, EVERYWHERE),
    Slope("exp2", F.exp2, lambda x: 2**x * mp.ln2, lambda x: 2**x * mp.ln2**2, EVERYWHERE),
    Slope("log", F.log, lambda x: 1 / x, lambda x: -1 / x**2, POSITIVE),
    Slope(
        "log1p",
        F.log1p,
        lambda x: 1 / (1 + x),
        lambda x: -1 / (1 + x) ** 2,
        np.concatenate([POSITIVE, -NEAR_ONE]),
    ),
    Slope(
        "log2",
        F.log2,
        lambda x: 1 / (x * mp.ln2),
        lambda x: -1 / (x**2 * mp.ln2),
        POSITIVE,
    ),
    Slope(
        "log10",
        F.log10,
        lambda x: 1 / (x * mp.ln10),
        lambda x: -1 / (x**2 * mp.ln10),
        POSITIVE,
    ),
    Slope("sin", F.sin, mp.cos, lambda x: -mp.sin(x), EVERYWHERE),
    Slope("cos", F.cos, lambda x: -mp.sin(x), lambda x: -mp.cos(x), EVERYWHERE),
    Slope(
        "tan",
        F.tan,
        lambda x: mp.sec(x) ** 2,
        lambda x: 2 * mp.tan(x) * mp.sec(x) ** 2,
        EVERYWHERE,
    ),
    Slope("sinh", F.sinh, mp.cosh, mp.sinh, EVERYWHERE),
    Slope("cosh", F.cosh, mp.sinh, mp.cosh, EVERYWHERE),
    Slope("tanh", F.tanh, sech2, lambda x: -2 * mp.tanh(x) * sech2(x), EVERYWHERE),
    Slope(
        "arcsin",
        F.arcsin,
        lambda x: 1 / mp.sqrt(1 - x * x),
        lambda x: x / mp.sqrt(1 - x * x) ** 3,
        INSIDE,
    ),
    Slope(
        "arccos",
        F.arccos,
        lambda x: -1 / mp.sqrt(1 - x * x),
        lambda x: -x / mp.sqrt(1 - x * x) ** 3,
        INSIDE,
    ),
    Slope(
        "arctan",
        F.arctan,
        lambda x: 1 / (1 + x * x),
        lambda x: -2 * x / (1 + x * x) ** 2,
        EVERYWHERE,
    ),
    Slope(
        "arcsinh",
        F.arcsinh,
        lambda x: 1 / mp.sqrt(1 + x * x),
        lambda x: -x / mp.sqrt(1 + x * x) ** 3,
        EVERYWHERE,
    ),
    Slope(
        "arccosh",
        F.arccosh,
        lambda x: 1 / mp.sqrt(x * x - 1),
        lambda x: -x / mp.sqrt(x * x - 1) ** 3,
        1.0 + POSITIVE[POSITIVE > 1e-15],
    ),
    Slope(
        "arctanh",
        F.arctanh,
        lambda x: 1 / (1 - x * x),
        lambda x: 2 * x / (1 - x * x) ** 2,
        INSIDE,
    ),
    Slope(
        "cbrt",
        F.cbrt,
        lambda x: mp.cbrt(x) / (3 * x),
        lambda x: -2 * mp.cbrt(x) / (9 * x * x),
        POSITIVE,
    ),
    Slope(
        "sqrt",
        F.sqrt,
        lambda x: 1 / (2 * mp.sqrt(x)),
        lambda x: -1 / (4 * x * mp.sqrt(x)),
        POSITIVE,
    ),
    *[
        Slope(
            f"arctan2(y, {x:g})",
            lambda y, x=x: F.arctan2(y, x),
            lambda y, x=x: x / (mp.mpf(x) ** 2 + y * y),
            lambda y, x=x: -2 * x * y / (mp.mpf(x) ** 2 + y * y) ** 2,
            EVERYWHERE,
        )
        for x in (3.0, -0.7, 1e-200, 1e300)
    ],
    *[
        Slope(
            f"arctan2({y:g}, x)",
            lambda x, y=y: F.arctan2(y, x),
            lambda x, y=y: -y / (mp.mpf(y) ** 2 + x * x),
            lambda x, y=y: 2 * x * y / (mp.mpf(y) ** 2 + x * x) ** 2,
            EVERYWHERE,
        )
        for y in (3.0, -0.7, 1e-200, 1e300)
    ],
    Slope("div(x, 1.7)", lambda x: F.div(x, 1.7), lambda _: 1 / mp.mpf(1.7), None, EVERYWHERE),
    Slope(
        "div(x, [1.7])",
        lambda x: F.div(x, np.full(x.shape, 1.7)),
        lambda _: 1 / mp.mpf(1.7),
        None,
        EVERYWHERE,
    ),
    *[
        Slope(
            f"div({name}, x)",
            lambda x, of=of: F.div(of(x), x),
            lambda x: -mp.mpf(1.7) / x**2,
            lambda x: 2 * mp.mpf(1.7) / x**3,
            np.concatenate([POSITIVE, -POSITIVE[::5]]),
        )
        for name, of in {"1.7": lambda _: 1.7, "[1.7]": lambda x: np.full(x.shape, 1.7)}.items()
    ],
    Slope("deg2rad", F.deg2rad, lambda _: mp.pi / 180, None, EVERYWHERE),
    Slope("rad2deg", F.rad2deg, lambda _: 180 / mp.pi, None, EVERYWHERE),
]
