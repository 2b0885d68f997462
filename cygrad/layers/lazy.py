"""LazyLayer: a layer that may take its input size from its first batch, or from a saved state."""

from __future__ import annotations

import math
from collections.abc import Mapping
from threading import RLock
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

from cygrad.core.repetition import UNDER_WAY, keep_layer
from cygrad.core.variable import Variable
from cygrad.functions.operation import as_variable
from cygrad.layers.arguments import check_size
from cygrad.layers.layer import CheckedLayer
from cygrad.layers.state import AwaitedShape

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["LazyLayer"]


# Held while a layer gets its parameters, so that the first calls of several threads make them once.
# One for all layers, which can be copied and pickled, and a lock cannot.
making = RLock()


class LazyLayer(CheckedLayer):
    """A layer whose parameters have shapes that depend on the input's size.

    A subclass sets what its `_shapes` and `_initial` need, then calls this constructor; its
    ``forward`` begins with ``if self.in_size is None: x = self._meet(x, axis)``.
    """

    in_size: int | None = None
    _rng: np.random.Generator  # where parameters are drawn at random

    def __init__(self, name: str, in_size: SupportsIndex | None) -> None:
        if in_size is not None:
            self._make_parameters(self._shapes(check_size(type(self).__name__, name, in_size)))

    def _shapes(self, in_size: int | None) -> dict[str, AwaitedShape]:
        """The shapes of all parameters; None stands where an unknown input size would."""
        raise NotImplementedError

    def _initial(self, name: str, shape: tuple[int, ...]) -> Variable:
        """The parameter that training begins with."""
        return Variable(np.zeros(shape))

    def _lecun(self, shape: tuple[int, ...], n: int) -> Variable:
        """Normally distributed with variance 1 / n, for n inputs to each output.

        Outputs then vary as much as inputs do (LeCun et al., Efficient BackProp, 1998).
        """
        return Variable(self._rng.normal(0.0, math.sqrt(1.0 / n), shape))

    def _meet(self, x: _ArrayLike, axis: int, ndim: int | None = None) -> Variable:
        """Make the parameters for inputs of x's length along the axis."""
        x = as_variable(x, type(self).__name__)
        shape = x.shape  # once: another thread may assign x.data
        if ndim is not None and len(shape) != ndim:
            raise ValueError(f"{type(self).__name__}: x must have {ndim} axes, not shape {shape}")
        if len(shape) <= max(axis, 0) or shape[axis] < 1:
            raise ValueError(
                f"{type(self).__name__}: x of shape {shape} has nothing along axis {axis}, the "
                "size of which the parameters have"
            )
        with making:
            self._make_for(shape, shape[axis])
        if UNDER_WAY:  # a repetition of the call is to find them
            keep_layer(self, anew=True)
        return x

    def _make_for(self, x_shape: tuple[int, ...], in_size: int) -> None:
        if self.in_size is not None:  # another thread was the first
            return
        shapes = self._shapes(in_size)
        for name, shape in shapes.items():
            given = self.__dict__.get(name)  # assigned by the user before the first batch
            if isinstance(given, Variable) and given.shape != shape:
                raise ValueError(
                    f"{type(self).__name__}: x of shape {x_shape} needs {name} of shape {shape}, "
                    f"but it was assigned with shape {given.shape}"
                )
        self._make_parameters(shapes)

    def _awaited_shapes(
        self, shapes: Mapping[str, tuple[int, ...]], prefix: str
    ) -> dict[str, AwaitedShape]:
        return self._shapes(self._size_in(shapes, prefix)) if self.in_size is None else {}

    def _make_parameters(self, shapes: Mapping[str, AwaitedShape]) -> None:
        with making:
            if self.in_size is not None:  # another thread was the first
                return
            made = {}  # all of them first: there may be no memory for the last
            for name, shape in shapes.items():
                given = self.__dict__.get(name)  # as above
                if not isinstance(given, Variable):
                    given = self._initial(name, tuple(n for n in shape if n is not None))
                made[name] = given
            for name, parameter in made.items():
                self._place(name, parameter)
            # Last: other threads go on when it is there.
            self.in_size = self._size_in(shapes, "")

    def _place(self, name: str, value: Variable) -> None:
        """Make a parameter the layer's own."""
        setattr(self, name, value)

    def _size_in(self, shapes: Mapping[str, AwaitedShape], prefix: str) -> int | None:
        """The input size that parameters of these shapes would have, if it is one."""
        for name, shape in self._shapes(None).items():
            given = shapes.get(prefix + name, ())
            if None in shape and len(given) == len(shape):
                return given[shape.index(None)] or None
        return None
