"""Numbers of the Bessel functions, of real order: values, and derivatives of the scaled ones.

Where scipy's have their digits, they are scipy's. Where they do not, or cannot have them since a
difference of two cancels (exp(-x) I_n(x) and its slope), they are sums of positive terms
(kernels/cylinder.pyx). Each element is computed by what its own order and argument ask for.

All functions here take arrays of orders and arguments that broadcast, and return an array.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import comb, perm, prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cygrad.functions.exponential import exp
from cygrad.functions.trigonometric import cos, sin
from cygrad.kernels.cylinder import amplitudes, arc_nodes, arc_values, gauss_values, tail
from cygrad.special.operation import scipys

Numbers: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

ARC_END = 25.0  # up to here exp(-x) I_n(x) is a sum over an arc, and its orders
ARC_ORDERS = 8
GAUSS_ORDERS = 4  # and exp(x) K_n(x) over a half-line, of these orders
SERIES_END = 0.25  # up to here the power series of J and I
SERIES_ORDERS = 170.0

ROOT_TWO_PI = 2.5066282746310002
ROOT_HALF_PI = 1.2533141373155003
ROOT_TWO_OVER_PI = 0.7978845608028654
ROOT_HALF = 0.7071067811865476


def _flat(n: Any, x: Any) -> tuple[Numbers, Numbers, tuple[int, ...]]:
    n, x = np.broadcast_arrays(n, x)
    return np.ascontiguousarray(n, float).ravel(), np.ascontiguousarray(x, float).ravel(), x.shape


def _line(x: Numbers) -> Numbers:
    return np.ascontiguousarray(x).ravel()


def _one_order(n: Any, most: int) -> int | None:
    """The order, if there is one only, whole and small: as most are."""
    order = abs(float(n)) if np.ndim(n) == 0 else np.nan
    return int(order) if order <= most and order == int(order) else None


def _whole(n: Numbers) -> Mask:
    return np.isfinite(n) & (np.floor(n) == n)  # type: ignore[no-any-return]


def _parity(n: Numbers) -> Numbers:
    """-1 of an odd n, else 1."""
    return np.where(np.mod(n, 2.0) == 1.0, -1.0, 1.0)


def _far(n: Numbers, x: Numbers) -> Mask:
    """Where the asymptotic series have all digits."""
    with np.errstate(over="ignore"):
        return x >= np.maximum(ARC_END, 0.5 * n * n)


def _times_exp(y: Numbers, x: Numbers) -> Numbers:
    """y exp(x), for results near the largest number too."""
    half = exp(np.where(np.abs(x) < 709.0, 0.0, 0.5 * x)).data
    whole = exp(np.where(np.abs(x) < 709.0, x, 0.0)).data
    return y * whole * half * half


def _power_series(n: Numbers, x: Numbers, sign: float) -> Numbers:
    """(x/2)^n / gamma(n + 1) (1 + sign x^2 / (4 (n + 1)) + ...), for |x| <= SERIES_END.

    n is no negative whole number.
    """
    z = sign * (0.25 * x * x)
    y = np.zeros_like(x)
    for k in range(8, 0, -1):
        y = (z / (k * (n + k))) * (1.0 + y)
    power = np.power(x, n) * np.power(0.5, n)  # x/2 would round what is subnormal
    return power * scipys("rgamma")(n + 1.0) * (1.0 + y)  # type: ignore[no-any-return]


# ---- exp(-|x|) I_n(x) and its derivatives --------------------------------------------------------


@lru_cache(maxsize=256)
def _arc(n: int, m: int) -> tuple[Numbers, Numbers]:
    """Weights and polynomial of arc_values; the sum is 28 times the mean, so that i0(0) is 1."""
    u, square = arc_nodes()
    weights = square**n * u ** max(m - n, 0) / prod(range(1, 2 * n, 2))
    weights[[0, -1]] *= 0.5
    powers = min(m, n)
    polynomial = np.zeros(powers + 1)
    for j in range(powers + 1):
        polynomial[powers - j] = (-1) ** (m - j) * comb(m, j) * perm(n, j)
    return weights, polynomial


def scaled_i(n: Any, x: Any, m: int = 0) -> Numbers:
    """The m-th derivative of exp(-|x|) I_n(x)."""
    order = _one_order(n, ARC_ORDERS)
    if order is not None:
        x = np.asarray(x, float)
        return arc_values(_line(x), order, m, True, *_arc(order, m)).reshape(x.shape)
    n, x, shape = _flat(n, x)
    a = np.abs(x)
    whole = _whole(n)
    order = np.where(whole, np.abs(n), n)
    y = np.full(x.shape, np.nan)
    there = ~np.isnan(n) & (whole | (x >= 0.0))
    own = there & whole & (order <= ARC_ORDERS)
    far = there & ~own & _far(order, a)
    rest = there & ~own & ~far
    if far.any():
        y[far] = tail(order[far], a[far], m, True) / np.sqrt(a[far]) / ROOT_TWO_PI
        if m:
            y[far] *= (-1) ** m * prod(k + 0.5 for k in range(m))
            for _ in range(m):
                y[far] /= a[far]
    for k in np.unique(order[own]):
        at = own & (order == k)
        y[at] = arc_values(a[at], int(k), m, True, *_arc(int(k), m))
    if rest.any():
        y[rest] = _other_scaled_i(order[rest], a[rest], m)
    return (y * np.where(x < 0.0, _parity(order + m), 1.0)).reshape(shape)


def _other_scaled_i(n: Numbers, a: Numbers, m: int) -> Numbers:
    """By scipy's I; the m-th derivative is its central difference of order 2m in n, over 2^m."""
    if m:
        terms = [(-1) ** i * comb(2 * m, i) * scaled_i(n + (m - i), a) for i in range(2 * m + 1)]
        return np.sum(terms, axis=0) * 0.5**m  # type: ignore[no-any-return]
    with np.errstate(all="ignore"):
        y = np.where(a < 300.0, scipys("iv")(n, a) * exp(-a).data, scipys("ive")(n, a))
        near = (a < SERIES_END) & (np.abs(n) < SERIES_ORDERS)
        y[near] = _power_series(n[near], a[near], 1.0) * exp(-a[near]).data
    return y  # type: ignore[no-any-return]


def i(n: Any, x: Any) -> Numbers:
    """I_n(x)."""
    order = _one_order(n, ARC_ORDERS)
    if order is not None:
        x = np.asarray(x, float)
        return arc_values(_line(x), order, 0, False, *_arc(order, 0)).reshape(x.shape)
    n, x, shape = _flat(n, x)
    with np.errstate(all="ignore"):
        y = _times_exp(scaled_i(n, x), np.abs(x))
    whole = _whole(n)
    y = np.where(
        np.isinf(x) & (whole | ((x > 0.0) & ~np.isnan(n))),
        np.where(x > 0, 1.0, _parity(n)) * np.inf,
        y,
    )
    own = whole & (np.abs(n) <= ARC_ORDERS)
    for k in np.unique(np.abs(n[own])):
        at = own & (np.abs(n) == k)
        y[at] = arc_values(x[at], int(k), 0, False, *_arc(int(k), 0))
    return y.reshape(shape)


# ---- exp(x) K_n(x) and its derivatives -----------------------------------------------------------


@lru_cache(maxsize=64)
def _chebyshev(n: int) -> Numbers:
    """T_n(1 + w), of w: 1, n^2, ..., all positive."""
    c = [1.0]
    for k in range(n):
        c.append(c[-1] * (n * n - k * k) / ((2 * k + 1) * (k + 1)))
    return np.array(c)


def scaled_k(n: Any, x: Any, m: int = 0) -> Numbers:
    """The m-th derivative of exp(x) K_n(x)."""
    order = _one_order(n, GAUSS_ORDERS)
    if order is not None:
        x = np.asarray(x, float)
        return gauss_values(_line(x), order, m, True, _chebyshev(order)).reshape(x.shape)
    n, x, shape = _flat(n, x)
    n = np.abs(n)
    y = np.full(x.shape, np.nan)
    y[(x == 0.0) & ~np.isnan(n)] = (-1) ** m * np.inf
    there = (x > 0.0) & ~np.isnan(n)
    own = there & _whole(n) & (n <= GAUSS_ORDERS)
    far = there & ~own & _far(n, x)
    rest = there & ~own & ~far
    for k in np.unique(n[own]):
        at = own & (n == k)
        y[at] = gauss_values(x[at], int(k), m, True, _chebyshev(int(k)))
    if far.any():
        y[far] = tail(n[far], x[far], m, False) / np.sqrt(x[far]) * ROOT_HALF_PI
        if m:
            y[far] *= (-1) ** m * prod(k + 0.5 for k in range(m))
            for _ in range(m):
                y[far] /= x[far]
    if rest.any():
        y[rest] = (
            _differences_of_k(lambda order: scaled_k(n[rest] + order, x[rest]), m)
            if m
            else scipys("kve")(n[rest], x[rest])
        )
    return y.reshape(shape)


def _differences_of_k(kve: Callable[[int], Numbers], m: int) -> Numbers:
    """The m-th derivative of exp(x) K_n(x): its central difference in n, of order 2m, over (-2)^m."""
    with np.errstate(all="ignore"):
        y = kve(m) * 0.5**m
        for i in range(1, 2 * m + 1):
            y = y + (-1) ** i * comb(2 * m, i) * 0.5**m * kve(m - i)
    # The first term is the largest: where it is infinite, so is the sum.
    return (-1) ** m * np.where(np.isnan(y) & (kve(m) == np.inf), np.inf, y)  # type: ignore[no-any-return]


def k(n: Any, x: Any) -> Numbers:
    """K_n(x)."""
    order = _one_order(n, GAUSS_ORDERS)
    if order is not None:
        x = np.asarray(x, float)
        return gauss_values(_line(x), order, 0, False, _chebyshev(order)).reshape(x.shape)
    n, x, shape = _flat(n, x)
    n = np.abs(n)
    with np.errstate(all="ignore"):
        y = _times_exp(scaled_k(n, x), -x)
        own = _whole(n) & (n <= GAUSS_ORDERS)
        for order in np.unique(n[own]):
            at = own & (n == order)
            y[at] = gauss_values(x[at], int(order), 0, False, _chebyshev(int(order)))
        rest = ~own & ~_far(n, x) & (x < 300.0)
        if rest.any():
            y[rest] = scipys("kv")(n[rest], x[rest])
    return y.reshape(shape)


# ---- J_n(x), Y_n(x) ------------------------------------------------------------------------------


def _waves(n: Numbers, x: Numbers) -> tuple[Numbers, Numbers]:
    """J_n(x) and Y_n(x) where x is far."""
    p, q = amplitudes(n, x)
    eighths = np.mod(2.0 * n + 1.0, 8.0)  # of a turn, each a quarter of pi
    c, s = cos(eighths * (0.25 * np.pi)).data, sin(eighths * (0.25 * np.pi)).data
    diagonal = np.mod(eighths, 2.0) == 1.0
    c = np.where(diagonal, np.copysign(ROOT_HALF, c), c)
    s = np.where(diagonal, np.copysign(ROOT_HALF, s), s)
    cos_x, sin_x = cos(x).data, sin(x).data
    cosine, sine = cos_x * c + sin_x * s, sin_x * c - cos_x * s
    size = ROOT_TWO_OVER_PI / np.sqrt(x)
    return size * (p * cosine - q * sine), size * (p * sine + q * cosine)


def j(n: Any, x: Any) -> Numbers:
    """J_n(x)."""
    if np.ndim(n) == 0 and n in (0.0, 1.0) and np.all(np.abs(x) < ARC_END):
        return scipys("j1" if n else "j0")(x)  # type: ignore[no-any-return]
    if _one_order(n, 5) and n > 0 and np.all((x >= SERIES_END) & (x < ARC_END)):
        return scipys("jv")(n, x)  # type: ignore[no-any-return]
    n, x, shape = _flat(n, x)
    a = np.abs(x)
    whole = _whole(n)
    order = np.where(whole, np.abs(n), n)
    there = ~np.isnan(n) & (whole | (x >= 0.0))
    far = there & _far(order, a) & np.isfinite(a)
    near = there & (a < SERIES_END) & (order != 0.0) & (order != 1.0) & (np.abs(n) < SERIES_ORDERS)
    rest = there & ~far & ~near
    y = np.full(x.shape, np.nan)
    with np.errstate(all="ignore"):
        if far.any():
            y[far] = _waves(order[far], a[far])[0]
        if near.any():
            y[near] = _power_series(order[near], a[near], -1.0)
        for known, name in ((0.0, "j0"), (1.0, "j1")):
            at = rest & (order == known)
            if at.any():
                y[at] = scipys(name)(a[at])
                rest = rest & ~at
        if rest.any():
            y[rest] = scipys("jv")(order[rest], a[rest])
    sign = np.where(whole, _parity(n), 1.0)
    sign = np.where(x < 0.0, sign, 1.0) * np.where(n < 0.0, sign, 1.0)
    return (y * sign).reshape(shape)


def y(n: Any, x: Any) -> Numbers:
    """Y_n(x)."""
    if np.ndim(n) == 0 and n in (0.0, 1.0) and np.all(x < ARC_END):
        return scipys("y1" if n else "y0")(x)  # type: ignore[no-any-return]
    if _one_order(n, 5) and n > 0 and np.all((x >= SERIES_END) & (x < ARC_END)):
        return scipys("yv")(n, x)  # type: ignore[no-any-return]
    n, x, shape = _flat(n, x)
    result = np.full(x.shape, np.nan)
    far = _far(n, x) & np.isfinite(x)
    half = ~far & (n < 0.0) & _whole(n + 0.5)
    if half.any():  # Y_(-k - 1/2) = (-1)^k J_(k + 1/2)
        result[half] = _parity(-0.5 - n[half]) * j(-n[half], x[half])
    rest = ~far & ~half & ~np.isnan(n)
    with np.errstate(all="ignore"):
        if far.any():
            result[far] = _waves(n[far], x[far])[1]
        for known, name in ((0.0, "y0"), (1.0, "y1")):
            at = rest & (n == known)
            if at.any():
                result[at] = scipys(name)(x[at])
                rest = rest & ~at
        if rest.any():
            result[rest] = scipys("yv")(n[rest], x[rest])
    return result.reshape(shape)
