"""Sequential: layers and functions one after the other; and Flatten, which stands between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias, overload

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.functions.operation import as_variable
from cygrad.layers.layer import Layer

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["Flatten", "Sequential"]

Step: TypeAlias = Callable[..., Variable]


class Sequential(Layer):
    """Layers and functions, each applied to the result of the one before.

    Parameters
    ----------
    *steps : Layer or callable
        Each takes one Variable, and returns one.

    Attributes
    ----------
    steps : list
        They themselves; indexing, iteration and len go to it.

    Raises
    ------
    TypeError
        If a step cannot be called.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.functions as F
    >>> import cygrad.layers as L
    >>> net = L.Sequential(L.Linear(3, rng=0), F.tanh, L.Linear(1, rng=1))
    >>> net(cg.ones(5, 2)).shape
    (5, 1)
    >>> net
    Sequential(
      0: Linear(3, in_size=2)
      1: tanh
      2: Linear(1, in_size=3)
    )
    >>> net[0].w.shape
    (2, 3)
    """

    def __init__(self, *steps: Step) -> None:
        for i, step in enumerate(steps):
            if not callable(step):
                raise TypeError(
                    f"Sequential: step {i} is of type {type(step).__name__}, which cannot be "
                    "called; a list of layers is passed as Sequential(*layers)"
                )
        self.steps = list(steps)

    # Any: the first step may take something else than a Variable.
    def forward(self, x: Any) -> Variable:
        """The result of the last step, what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            What the first step takes.

        Returns
        -------
        Variable
            What the last step returns; x as a Variable if there are no steps.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> L.Sequential(cg.functions.square, cg.functions.sum).forward([1.0, 2.0])
        variable(5.0)
        """
        for step in self.steps:
            x = step(x)
        return as_variable(x, type(self).__name__)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    # Any: a step that is asked for may be any kind of layer.
    @overload
    def __getitem__(self, index: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, index: slice[Any, Any, Any]) -> Sequential: ...
    def __getitem__(self, index: SupportsIndex | slice[Any, Any, Any]) -> Any:
        return Sequential(*self.steps[index]) if isinstance(index, slice) else self.steps[index]

    def _repr_parts(self) -> list[tuple[str, str]]:
        return [
            (
                str(i),
                repr(step) if isinstance(step, Layer) else getattr(step, "__name__", repr(step)),
            )
            for i, step in enumerate(self.steps)
        ]


class Flatten(Layer):
    """All axes but the first made into one.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> L.Flatten()(cg.ones(5, 2, 3)).shape
    (5, 6)
    """

    def forward(self, x: _ArrayLike) -> Variable:
        """x with two axes, what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of at least one axis.

        Returns
        -------
        Variable
            Of shape (x.shape[0], all others multiplied).

        Raises
        ------
        ValueError
            If x is a number.

        Notes
        -----
        `cygrad.functions.reshape`: the gradient is reshaped to x's shape.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> L.Flatten().forward(cg.ones(5, 2, 3)).shape
        (5, 6)
        """
        x = as_variable(x, type(self).__name__)
        if x.ndim == 0:
            raise ValueError("Flatten: x must have at least one axis, but its shape is ()")
        return F.reshape(x, (x.shape[0], math.prod(x.shape[1:])))
