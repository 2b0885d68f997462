"""Dropout: zeros at random places while training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.layers.arguments import generator
from cygrad.layers.layer import CheckedLayer

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike
    from cygrad.layers.arguments import _Seed

__all__ = ["Dropout"]


class Dropout(CheckedLayer):
    """Sets elements to 0 with probability p and divides the others by 1 - p; in test mode, x.

    Parameters
    ----------
    p : float, default 0.5
        The probability, from 0 to 1.
    rng : int or numpy.random.Generator, optional
        A seed, or the generator to draw from. With a seed, elements differ from call to call,
        and are the same whenever the program is run.

    Raises
    ------
    ValueError
        If p is not between 0 and 1.
    TypeError
        If p is no number, or rng no source of random numbers.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> layer = L.Dropout(0.5, rng=0)
    >>> sorted(set(layer(cg.ones(100)).data.tolist()))
    [0.0, 2.0]
    >>> with cg.test_mode():
    ...     layer(cg.ones(3))
    variable([1., 1., 1.])
    """

    def __init__(self, p: float = 0.5, rng: _Seed = None) -> None:
        if not isinstance(p, (int, float, np.floating, np.integer)):
            raise TypeError(f"Dropout: p must be a number, not {type(p).__name__}")
        self.p = float(p)
        if not 0.0 <= self.p <= 1.0:
            raise ValueError(f"Dropout: p must be between 0 and 1, got {p}")
        self._rng = generator("Dropout", rng)

    def forward(self, x: _ArrayLike) -> Variable:
        """x with elements missing, what a call computes; in test mode, x itself.

        Parameters
        ----------
        x : Variable or array_like
            Of any shape.

        Returns
        -------
        Variable
            Of the same shape.

        Notes
        -----
        x mask / (1 - p), and the gradient gy mask / (1 - p), by `cygrad.functions.dropout`.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> y = L.Dropout(0.5, rng=0).forward(cg.ones(100))
        >>> y.shape, sorted(set(y.tolist()))
        ((100,), [0.0, 2.0])
        """
        return F.dropout(x, self.p, self._rng)

    def _repr_arguments(self) -> str:
        return f"{self.p}"
