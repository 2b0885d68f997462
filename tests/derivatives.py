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
    `dense`: the bound in that run, where it is above `ulps`. `ulps`: the bound on the first derivative's error, in units in the last place, where it is a normal
    number; `rtol`: on the second's, relative. `zeros`: irrational places where a derivative changes
    its sign; numbers within `near` of them, relative, are left out.
    `digits`: of mpmath, where more than the usual are needed.
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

    def __str__(self) -> str:
        return self.name


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
