"""Divided differences of a function of eigenvalues, to rounding also where these are equal.

f[a, b] = (f(b) - f(a)) / (b - a) loses digits as the values come together. There it is computed as
an integral, of f' over the interval and of f'' over the triangle for f[a, b, c] (Hermite and
Genocchi), by Gauss's rules of 6 nodes and of 4. Their difference estimates the error, and of both
ways the one of less error is taken: so neither a pole between two values nor a function that
oscillates between them does harm. Where neither has its digits, as for tanh where it is nearly 1,
the interval is cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cygrad.core.mode import recorded
from cygrad.core.variable import Variable
from cygrad.linalg.decomposition import _Array

__all__ = ["Elementwise", "derivatives", "first_differences", "second_differences"]

Elementwise: TypeAlias = Callable[[Variable], Variable]

EPS = float(np.finfo(np.float64).eps)
CANCELS = 1.0 / 16.0  # the part of two numbers that their difference is, where digits get lost
FEW = 64.0 * EPS  # the relative error that needs no second look
PANELS = (1, 8, 32)  # into which an interval is cut, at first and where digits are missing
MOST_POINTS = 1 << 20  # at once


def _rule(count: int) -> tuple[_Array, _Array]:
    """Nodes and weights of Gauss's rule between 0 and 1."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1.0), 0.5 * weights


RULES = tuple(_rule(count) for count in (6, 4))


def derivatives(f: Elementwise, x: _Array, order: int) -> _Array:
    """The derivative of that order of f at each number of x."""
    flat = np.ascontiguousarray(x, dtype=np.float64).reshape(-1)
    if flat.size == 0:
        return np.zeros(x.shape)
    with recorded():
        point = Variable(flat.copy())
        y: Variable | None = f(point)
        for k in range(order):
            if y is None:
                break
            point.cleargrad()
            y.backward(create_graph=k + 1 < order)
            y = point.grad
    values = np.zeros(flat.shape) if y is None else np.array(y.data, dtype=np.float64)
    return values.reshape(x.shape)


def first_differences(f: Elementwise, w: _Array, fw: _Array) -> tuple[_Array, _Array]:
    """f[w_i, w_j], with f' on the diagonal, and bounds of their errors; of shape (..., n, n)."""
    n = w.shape[-1]
    i, j = np.triu_indices(n)
    a, b, fa, fb = w[..., i], w[..., j], fw[..., i], fw[..., j]
    with np.errstate(all="ignore"):
        values = (fb - fa) / (b - a)
        errors = 2.0 * EPS * (np.abs(fa) + np.abs(fb)) / np.abs(b - a)
        doubtful = (np.abs(fb - fa) <= CANCELS * (np.abs(fa) + np.abs(fb))) | (a == b)
        for panels in PANELS:
            places = np.flatnonzero(doubtful)
            for some in _parts(places, 6 * panels):
                x, y = a.flat[some], b.flat[some]
                integrals, bounds = _integrals(f, x, y, panels)
                better = (x == y) | (bounds <= errors.flat[some])
                values.flat[some] = np.where(better, integrals, values.flat[some])
                errors.flat[some] = np.where(better, bounds, errors.flat[some])
            doubtful &= (a < b) & (errors > FEW * np.abs(values))
    ys = np.empty((2, *w.shape, n))
    ys[..., i, j] = ys[..., j, i] = values, errors
    return ys[0], ys[1]


def _parts(places: NDArray[np.intp], points: int) -> Iterator[NDArray[np.intp]]:
    """The places, in parts of so few that all the points of theirs fit in memory."""
    step = MOST_POINTS // points
    for start in range(0, places.size, step):
        yield places[start : start + step]


def _integrals(f: Elementwise, a: _Array, b: _Array, panels: int) -> tuple[_Array, _Array]:
    """The means of f' between a and b, by the rules in so many panels, and bounds of the errors."""
    sums, sizes = [], []
    for nodes, weights in RULES:
        places = ((np.arange(panels)[:, None] + nodes) / panels).reshape(-1)
        weights = np.tile(weights / panels, panels)
        slopes = derivatives(f, a[:, None] + (b - a)[:, None] * places, 1)
        # All the nodes of equal values are the same; their weights add up to 1.
        sums.append(np.where(a == b, slopes[:, 0], slopes @ weights))
        sizes.append(np.abs(slopes) @ weights)
    return sums[0], np.abs(sums[0] - sums[1]) + 4.0 * EPS * sizes[0]


def second_differences(f: Elementwise, w: _Array, first: _Array, errors: _Array) -> _Array:
    """f[w_i, w_j, w_k], with f'' / 2 where all are equal; of shape (..., n, n, n)."""
    n = w.shape[-1]
    i, j, k = (x.reshape(-1) for x in np.indices((n, n, n)))
    ordered = (i <= j) & (j <= k)
    i, j, k = i[ordered], j[ordered], k[ordered]
    a, b, c = w[..., i], w[..., j], w[..., k]
    low, high = first[..., i, j], first[..., j, k]
    with np.errstate(all="ignore"):
        values = (high - low) / (c - a)
        bounds = 2.0 * (errors[..., i, j] + errors[..., j, k]) / (c - a)
        doubtful = (np.abs(high - low) <= CANCELS * (np.abs(high) + np.abs(low))) | (a == c)
        for some in _parts(np.flatnonzero(doubtful), 36):
            x, y, z = a.flat[some], b.flat[some], c.flat[some]
            integrals, others = _double_integrals(f, x, y, z)
            better = (x == z) | (others <= bounds.flat[some])
            values.flat[some] = np.where(better, integrals, values.flat[some])
    ys = np.empty((*w.shape, n, n))
    for p, q, r in ((i, j, k), (i, k, j), (j, i, k), (j, k, i), (k, i, j), (k, j, i)):
        ys[..., p, q, r] = values
    return ys


def _double_integrals(f: Elementwise, a: _Array, b: _Array, c: _Array) -> tuple[_Array, _Array]:
    """Over the triangle a + s (b - a + t (c - b)), with s and t between 0 and 1."""
    sums, sizes = [], []
    for nodes, weights in RULES:
        s, t = nodes[:, None], nodes
        inner = (b - a)[:, None, None] + (c - b)[:, None, None] * t
        curves = derivatives(f, a[:, None, None] + s * inner, 2)
        both = (nodes * weights)[:, None] * weights
        total = (curves * both).sum(axis=(-2, -1))
        sums.append(np.where(a == c, 0.5 * curves[:, 0, 0], total))
        sizes.append((np.abs(curves) * both).sum(axis=(-2, -1)))
    return sums[0], np.abs(sums[0] - sums[1]) + 4.0 * EPS * sizes[0]
