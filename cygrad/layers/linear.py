"""Linear: a product with a weight matrix, and a bias."""

from __future__ import annotations

from typing import TYPE_CHECKING, SupportsIndex

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.layers.arguments import check_size, stream
from cygrad.layers.lazy import LazyLayer
from cygrad.layers.state import AwaitedShape

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike
    from cygrad.layers.arguments import _Seed

__all__ = ["Linear"]


class Linear(LazyLayer):
    """x w + b, for x of shape (..., in_size).

    Parameters
    ----------
    out_size : int
        The length of the result's last axis.
    in_size : int, optional
        The length of x's last axis; if None, that of the first x, or of a state that is loaded.
    bias : bool, default True
        Whether there is a b.
    rng : int or numpy.random.Generator, optional
        A seed, or a generator that one number is drawn from. The same seed gives the same
        parameters, made at once or on the first batch.

    Attributes
    ----------
    w : Variable
        Of shape (in_size, out_size); at first normally distributed with variance 1 / in_size.
    b : Variable or None
        Of shape (out_size,); at first zeros.
    in_size : int or None
        The length of x's last axis; None as long as it is not known.

    Raises
    ------
    ValueError
        If a size is less than 1; when called, if x does not fit.
    TypeError
        If a size is no int, or rng no source of random numbers.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> layer = L.Linear(3, rng=0)
    >>> layer(cg.ones(5, 2)).shape
    (5, 3)
    >>> layer
    Linear(3, in_size=2)
    """

    w: Variable
    b: Variable | None

    def __init__(
        self,
        out_size: SupportsIndex,
        in_size: SupportsIndex | None = None,
        bias: bool = True,
        rng: _Seed = None,
    ) -> None:
        self.out_size = check_size("Linear", "out_size", out_size)
        self._bias = bool(bias)
        if not bias:
            self.b = None
        self._rng = stream("Linear", rng)
        super().__init__("in_size", in_size)

    def forward(self, x: _MatrixLike) -> Variable:
        """x w + b, what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (..., in_size).

        Returns
        -------
        Variable
            Of shape (..., out_size).

        Raises
        ------
        ValueError
            If x does not fit.

        Notes
        -----
        `cygrad.functions.linear`: dx = gy w^T, dw = x^T gy and db = gy, summed over the leading
        axes.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> layer = L.Linear(1)
        >>> layer.load_state_dict({"w": [[1.0], [2.0]], "b": [3.0]})
        >>> layer.forward([[1.0, 1.0], [0.0, 1.0]])
        variable([[6.],
                  [5.]])
        """
        if self.in_size is None:
            x = self._meet(x, -1)
        try:
            return F.linear(x, self.w, self.b)
        except ValueError as error:
            if Variable(x).shape[-1:] == (self.in_size,):
                raise
            raise ValueError(
                f"{error}; the weights are (in_size, out_size), and this is "
                f"Linear(out_size={self.out_size}, in_size={self.in_size})"
            ) from None

    def _shapes(self, in_size: int | None) -> dict[str, AwaitedShape]:
        shapes: dict[str, AwaitedShape] = {"w": (in_size, self.out_size)}
        if self._bias:
            shapes["b"] = (self.out_size,)
        return shapes

    def _initial(self, name: str, shape: tuple[int, ...]) -> Variable:
        return self._lecun(shape, shape[0]) if name == "w" else super()._initial(name, shape)

    def _repr_arguments(self) -> str:
        size = "" if self.in_size is None else f", in_size={self.in_size}"
        return f"{self.out_size}{size}{'' if self._bias else ', bias=False'}"
