"""The table of elementwise functions whose derivatives are held to exact ones, over all of float64.

A row has a function of one Variable (other arguments bound), its first and second derivative in
mpmath, and the numbers that it is tried on. The rows stand in the folder slopes, a file a family, each
with a list ROWS; test_derivatives.py runs over all of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

Exact = Callable[[mpmath.mpf], mpmath.mpf]


@dataclass(frozen=True)
class Slope:
    """A row of the table.

    `first`, `second`: the exact derivatives, of an mpf to an mpf; None is not tried. `at`: the numbers
    it is tried on; the run marked `dense` takes many more beside each of them.
    `ulps`: the bound on the first derivative's error, in units in the last place, where it is a
    normal number; `rtol`: on the second's, relative. `dense`: the first bound in that run, where it
    is above `ulps`. `zeros`: irrational places where a derivative changes its sign; numbers within
    `near` of them, relative, are left out. `digits`: of mpmath, where more than the usual are needed.

    `value`: the exact function, of a row whose function may be off by more than 1 ULP. Where it is
    off by n, measured at the very number, the derivatives may be n times as far off as the bounds say.
    `own`: as far off the function may be; tried too.
    """

    name: str
    call: Callable[..., Any]
    first: Exact | None
    second: Exact | None
    at: np.ndarray
    ulps: float = 4.0
    dense: float = 0.0
    rtol: float = 1e-13
    zeros: tuple[float, ...] = ()
    near: float = 1e-3
    digits: int = 60
    value: Exact | None = None
    own: float = 1.0

    def __str__(self) -> str:
        return self.name


def differences(exact: Exact, order: int) -> Exact:
    """The first or second derivative of an exact function, to 30 digits.

    By central differences with a tiny step, and with twice the digits until two of them agree.
    """

    def derivative(x: mpmath.mpf, digits: int) -> mpmath.mpf:
        with mpmath.workdps(digits):
            h = mpmath.mpf(10) ** (-digits // 4) * (abs(x) or 1)
            up, down = exact(x + h), exact(x - h)
            if order == 1:
                return (up - down) / (2 * h)
            return (up - 2 * exact(x) + down) / (h * h)

    def settled(x: mpmath.mpf) -> mpmath.mpf:
        digits = 160
        before, value = derivative(x, 120), derivative(x, digits)
        while abs(value - before) > 1e-30 * abs(value) or (not value and exact(x)):
            if digits > 2000:  # a difference of equal numbers
                break
            digits *= 2
            before, value = value, derivative(x, digits)
        return value

    return settled


def slope_of(
    name: str, call: Callable[..., Any], exact: Exact, at: np.ndarray, **more: Any
) -> Slope:
    """The row of a function that mpmath has, or that is written in a line."""
    given = {"first": differences(exact, 1), "second": differences(exact, 2), "value": exact} | more
    return Slope(name, call, at=at, **given)


def around(points: Iterable[float], count: int = 4) -> np.ndarray:
    """The points and `count` floating-point numbers on each side of them, of both signs."""
    parts = []
    for point in points:
        bits = np.float64(point).view(np.int64) + np.arange(-count, count + 1)
        parts += [bits.view(np.float64), -bits.view(np.float64)]
    x = np.concatenate(parts)
    return x[np.isfinite(x)]


def line(rng: np.random.Generator, n: int) -> np.ndarray:
    """About 5 n numbers from all of float64, most of them where functions bend."""
    x = np.concatenate(
        [
            rng.uniform(-1.0, 1.0, n),
            rng.uniform(-40.0, 40.0, 2 * n),
            rng.uniform(-750.0, 750.0, n),
            2.0 ** rng.uniform(-1074, 1024, n) * rng.choice([-1.0, 1.0], n),
        ]
    )
    return x[np.isfinite(x)]


def beside(x: np.ndarray, times: int) -> np.ndarray:
    """So many numbers within 0.1 % of each of x's."""
    nearby = np.repeat(x, times) * np.random.default_rng(31).uniform(0.999, 1.001, x.size * times)
    return nearby[(nearby >= x.min()) & (nearby <= x.max())]
