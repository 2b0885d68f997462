"""Derivatives of entropies, of products with logarithms, and of the logistic function's inverse."""

import mpmath as mp
import numpy as np

from cygrad import special
from derivatives import Slope, around

RNG = np.random.default_rng(31)
POSITIVE = np.concatenate(
    [
        2.0 ** RNG.uniform(-1074, 1023, 100),
        RNG.uniform(0, 5, 100),
        around([1.0, 2.5, 1e308, 1e-308]),
    ]
)
POSITIVE = POSITIVE[POSITIVE > 0]
UPPER = 1.0 - 2.0 ** RNG.uniform(-53, -1, 60)
UNIT = np.concatenate([RNG.uniform(0, 1, 100), 2.0 ** RNG.uniform(-1022, -1, 60), UPPER])
ONE_OVER_E = float(1 / mp.e)
Y = 2.5

ROWS = [
    Slope("xlogy by x", lambda x: special.xlogy(x, Y), lambda x: mp.log(Y), None, POSITIVE),
    Slope(
        "xlogy by y",
        lambda y: special.xlogy(3.0, y),
        lambda y: 3 / y,
        lambda y: -3 / y**2,
        POSITIVE,
    ),
    Slope(
        "xlog1py by y",
        lambda y: special.xlog1py(3.0, y),
        lambda y: 3 / (1 + y),
        lambda y: -3 / (1 + y) ** 2,
        np.concatenate([POSITIVE, -UPPER]),
    ),
    Slope(
        "entr",
        special.entr,
        lambda x: -1 - mp.log(x),
        lambda x: -1 / x,
        POSITIVE,
        zeros=(ONE_OVER_E,),
    ),
    Slope(
        "rel_entr by x",
        lambda x: special.rel_entr(x, Y),
        lambda x: 1 + mp.log(x / Y),
        lambda x: 1 / x,
        POSITIVE,
        zeros=(Y * ONE_OVER_E,),
    ),
    Slope(
        "rel_entr by y",
        lambda y: special.rel_entr(Y, y),
        lambda y: -Y / y,
        lambda y: Y / y**2,
        POSITIVE,
    ),
    Slope(
        "kl_div by x",
        lambda x: special.kl_div(x, Y),
        lambda x: mp.log(x / Y),
        lambda x: 1 / x,
        POSITIVE,
    ),
    Slope(
        "kl_div by y",
        lambda y: special.kl_div(Y, y),
        lambda y: 1 - Y / y,
        lambda y: Y / y**2,
        POSITIVE,
    ),
    Slope(
        "logit",
        special.logit,
        lambda x: 1 / (x * (1 - x)),
        lambda x: (2 * x - 1) / (x * (1 - x)) ** 2,
        UNIT,
    ),
]
