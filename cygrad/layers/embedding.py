"""Embedding: a vector for each of a number of things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.layers.arguments import check_size, stream
from cygrad.layers.layer import CheckedLayer

if TYPE_CHECKING:
    from cygrad.core.variable import _Integers
    from cygrad.layers.arguments import _Seed

__all__ = ["Embedding"]


class Embedding(CheckedLayer):
    """The rows of a matrix, by their numbers.

    Parameters
    ----------
    num : int
        How many rows there are.
    size : int
        How long they are.
    rng : int or numpy.random.Generator, optional
        As for `Linear`.

    Attributes
    ----------
    w : Variable
        Of shape (num, size); at first from the standard normal distribution.

    Raises
    ------
    ValueError
        If num or size is less than 1.
    IndexError
        When called, if there is no such row.
    TypeError
        If num or size is no int, or rng no source of random numbers.

    Examples
    --------
    >>> import cygrad.layers as L
    >>> layer = L.Embedding(10, 4, rng=0)
    >>> layer([[1, 2, 3], [3, 0, 9]]).shape
    (2, 3, 4)
    """

    def __init__(self, num: SupportsIndex, size: SupportsIndex, rng: _Seed = None) -> None:
        self.num = check_size("Embedding", "num", num)
        self.size = check_size("Embedding", "size", size)
        self.w = Variable(stream("Embedding", rng).standard_normal((self.num, self.size)))

    # Any: numbers of any precision.
    def forward(
        self, x: Variable | SupportsIndex | NDArray[np.integer[Any] | np.floating[Any]] | _Integers
    ) -> Variable:
        """The rows x of w, what a call computes.

        Parameters
        ----------
        x : int, array_like of int, or Variable
            Of any shape; whole numbers.

        Returns
        -------
        Variable
            Of x's shape and one axis more, of length size.

        Raises
        ------
        IndexError
            If there is no such row.
        ValueError
            If a number is not whole.
        TypeError
            If x does not hold numbers.

        Notes
        -----
        `cygrad.functions.embedding`: the gradients of a row that is taken several times add up.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> layer = L.Embedding(10, 4, rng=0)
        >>> layer.forward([1, 1, 2]).shape
        (3, 4)
        """
        return F.embedding(x, self.w)

    def _repr_arguments(self) -> str:
        return f"{self.num}, {self.size}"
