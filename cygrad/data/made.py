"""Data that is computed: toy problems with random numbers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cygrad.core.creation import _generator
from cygrad.data.loader import at_least_one

__all__ = ["Spirals", "spirals"]


class Spirals(NamedTuple):
    """Points in the plane on three arms of a spiral.

    What `spirals` returns.

    Parameters
    ----------
    points : ndarray
        float64 of shape (n, 2).
    labels : ndarray
        The arm of each, 0 to 2, as int64 of shape (n,).

    Examples
    --------
    >>> from cygrad.data import spirals
    >>> data = spirals(50)
    >>> data.points.shape, data.labels.shape
    ((150, 2), (150,))
    """

    points: NDArray[np.float64]
    labels: NDArray[np.int64]


Spirals.points.__doc__ = "ndarray: float64 of shape (n, 2), the coordinates."
Spirals.labels.__doc__ = "ndarray: int64 of shape (n,), the arm that each point is on, 0 to 2."


def spirals(
    size: int = 100, noise: float = 0.2, rng: int | np.random.Generator | None = 0
) -> Spirals:
    """Points on three arms of a spiral, which no straight line separates, in random order.

    Parameters
    ----------
    size : int, default 100
        Points on each arm.
    noise : float, default 0.2
        Standard deviation of the angle, in radians.
    rng : int or numpy.random.Generator, default 0
        A seed, or the generator to draw from; None for other points each time.

    Returns
    -------
    Spirals
        Points as float64 of shape (3 size, 2), in the unit disk; labels 0 to 2 as int64 of shape
        (3 size,).

    Raises
    ------
    ValueError
        If size is less than 1, or noise negative.
    TypeError
        If size is no int, noise no number, or rng is something else.

    Notes
    -----
    The point at the share r of arm j is at radius r and angle 4 j + 4 r, as in DeZero.

    Examples
    --------
    >>> from cygrad.data import spirals
    >>> points, labels = spirals(50)
    >>> points.shape, labels.shape
    ((150, 2), (150,))
    """
    size = at_least_one("spirals", "size", size)
    if not isinstance(noise, (int, float, np.floating, np.integer)):
        raise TypeError(f"spirals: noise must be a number, not {type(noise).__name__}")
    noise = float(noise)
    if not noise >= 0:
        raise ValueError(f"spirals: noise must not be negative, got {noise}")
    generator = _generator("spirals", rng)
    labels = np.repeat(np.arange(3), size)
    radius = np.tile(np.arange(size) / size, 3)
    angle = 4.0 * labels + 4.0 * radius + noise * generator.standard_normal(3 * size)
    points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    order = generator.permutation(3 * size)
    return Spirals(points[order], labels[order].astype(np.int64))
