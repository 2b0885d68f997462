"""Derivatives of the activations of cygrad.functions, and of what is made of exponentials of sums."""

from typing import Any

import mpmath as mp
import numpy as np

import cygrad.functions as F
from cygrad import special
from derivatives import Slope, around, line

RNG = np.random.default_rng(29)
EDGES = around(
    [0.0, 0.5, 1.0, 1.75, 20.0, 37.0, 40.0, 650.0, 700.0, 709.0, 745.0, 1e8, 1e155, 1e300], 2
)
EVERYWHERE = np.concatenate([line(RNG, 30), EDGES, RNG.uniform(-3.0, 1.0, 100)])
with mp.workdps(60):
    A = 2 * mp.sqrt(2 / mp.pi)
    B = mp.mpf("0.044715") * A


def bell(x: mp.mpf) -> mp.mpf:
    return mp.exp(-x * x)


def logistic(x: mp.mpf) -> mp.mpf:
    return 1 / (1 + mp.exp(-x))


def logistic1(x: mp.mpf) -> mp.mpf:
    return logistic(x) * logistic(-x)


def logistic2(x: mp.mpf) -> mp.mpf:
    return -logistic1(x) * mp.tanh(x / 2)


def gelu1(x: mp.mpf) -> mp.mpf:
    if abs(x) > 100:
        return mp.mpf(x > 0)
    v = A * x + B * x**3
    return logistic(v) + x * logistic1(v) * (A + 3 * B * x * x)


def gelu2(x: mp.mpf) -> mp.mpf:
    if abs(x) > 100:
        return mp.mpf(0)
    v, v1 = A * x + B * x**3, A + 3 * B * x * x
    return logistic1(v) * (2 * v1 + 6 * B * x * x) + x * logistic2(v) * v1**2


def normal(x: mp.mpf) -> mp.mpf:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def normal_below(x: mp.mpf) -> mp.mpf:
    return mp.erfc(-x / mp.sqrt(2)) / 2 if abs(x) < 60 else mp.mpf(x > 0)


def share2(x: mp.mpf) -> mp.mpf:
    return 1 / (1 + mp.mpf(2) ** (-x))


OTHER = 0.25


def beside_number(x: Any) -> Any:
    return F.stack([x, np.full(x.shape, OTHER)], axis=1)


ROWS = [
    Slope("sigmoid", F.sigmoid, logistic1, logistic2, EVERYWHERE),
    Slope("softplus", F.softplus, logistic, logistic1, EVERYWHERE),
    Slope(
        "silu",
        F.silu,
        lambda x: logistic(x) + x * logistic1(x),
        lambda x: 2 * logistic1(x) + x * logistic2(x),
        EVERYWHERE,
        zeros=(2.3993572805154, -2.3993572805154),
    ),
    Slope("gelu", F.gelu, gelu1, None, EVERYWHERE),
    # The second derivative computes with a rounded v = a x + b x^3, whose error counts v times, and
    # with sigmoid'(v), which beyond 20.5 is subnormal.
    Slope(
        "gelu-second",
        F.gelu,
        None,
        gelu2,
        EVERYWHERE[np.abs(np.abs(EVERYWHERE) - 21.0) > 0.5],
        rtol=4e-13,
        zeros=(1.4199, -1.4199),
    ),
    Slope(
        "gelu-none",
        lambda x: F.gelu(x, "none"),
        lambda x: normal_below(x) + x * normal(x),
        lambda x: normal(x) * (2 - x * x),
        EVERYWHERE,
        zeros=(2**0.5, -(2**0.5)),
    ),
    Slope(
        "erf",
        F.erf,
        lambda x: 2 / mp.sqrt(mp.pi) * bell(x),
        lambda x: -4 * x / mp.sqrt(mp.pi) * bell(x),
        EVERYWHERE,
    ),
    Slope(
        "erfc",
        F.erfc,
        lambda x: -2 / mp.sqrt(mp.pi) * bell(x),
        lambda x: 4 * x / mp.sqrt(mp.pi) * bell(x),
        EVERYWHERE,
    ),
    *[
        Slope(
            f"logaddexp-{b}",
            lambda x, b=b: F.logaddexp(x, b),
            lambda x, b=b: logistic(x - b),
            lambda x, b=b: logistic1(x - b),
            EVERYWHERE,
        )
        for b in (0.3, -700.1)
    ],
    *[
        Slope(
            f"logaddexp-second-{a}",
            lambda x, a=a: F.logaddexp(a, x),
            lambda x, a=a: logistic(x - a),
            lambda x, a=a: logistic1(x - a),
            EVERYWHERE,
        )
        for a in (0.3,)
    ],
    Slope(
        "logaddexp2",
        lambda x: F.logaddexp2(x, 0.3),
        lambda x: share2(x - 0.3),
        lambda x: share2(x - 0.3) * share2(0.3 - x) * mp.ln2,
        EVERYWHERE,
    ),
    *[
        Slope(
            f"binary_cross_entropy-{t}",
            lambda x, t=t: F.sum(F.binary_cross_entropy(x, np.full(x.shape, t)) * x.size),
            lambda x, t=t: logistic(x) - t if t < 0.5 else (1 - t) - logistic(-x),
            lambda x, t=t: logistic1(x),
            EVERYWHERE,
        )
        for t in (0.0, 1.0)
    ],
    Slope("expit", special.expit, logistic1, logistic2, EVERYWHERE),
    Slope(
        "log_expit",
        special.log_expit,
        lambda x: logistic(-x),
        lambda x: -logistic1(x),
        EVERYWHERE,
    ),
    # Of two numbers, as functions of one.
    Slope(
        "softmax",
        lambda x: special.softmax(beside_number(x), axis=1)[:, 0],
        lambda x: logistic1(x - OTHER),
        lambda x: logistic2(x - OTHER),
        EVERYWHERE,
    ),
    # The slope is made of e^y, of rounded y: off by as many ULP as they are large.
    *[
        Slope(
            f"log_softmax{label}",
            lambda x: special.log_softmax(beside_number(x), axis=1)[:, 0],
            lambda x: logistic(OTHER - x),
            lambda x: -logistic1(x - OTHER),
            EVERYWHERE[np.abs(EVERYWHERE) < end],
            ulps=ulps,
        )
        for label, end, ulps in (("", 8.0, 8.0), (" in the tails", np.inf, 800.0))
    ],
    Slope(
        "logsumexp",
        lambda x: special.logsumexp(beside_number(x), axis=1),
        lambda x: logistic(x - OTHER),
        lambda x: logistic1(x - OTHER),
        EVERYWHERE,
    ),
]
