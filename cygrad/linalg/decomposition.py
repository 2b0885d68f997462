"""What the decompositions share: a function of one matrix with several outputs.

A gradient may need outputs that the user has dropped: they are kept as arrays, which serve where no
graph of the gradient is wanted; where one is, the decomposition is computed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.backward import Partial
from cygrad.core.mode import is_grad_enabled
from cygrad.core.variable import Variable

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

_Array: TypeAlias = NDArray[np.float64]


def transposed(x: Variable) -> Variable:
    order = list(range(x.ndim))
    order[-2:] = order[:-3:-1]
    return F.transpose(x, order)


def as_matrix(x: _MatrixLike, where: str, square: bool = False) -> Variable:
    v = x if isinstance(x, Variable) else Variable(x, requires_grad=False)
    described = f"{v.name or 'variable'} of shape {v.shape}"
    if v.ndim < 2:
        raise LinAlgError(f"{where}: {described} is not a matrix, nor a stack of matrices")
    if square and v.shape[-1] != v.shape[-2]:
        raise LinAlgError(
            f"{where}: {described} is not a square matrix, nor a stack of square matrices "
            "(..., n, n)"
        )
    return v


def check_finite(a: _Array, where: str) -> _Array:
    """a, or LinAlgError: LAPACK's iterations for singular values never end beside inf or nan."""
    if not np.isfinite(a).all():
        raise LinAlgError(
            f"{where}: the matrix of shape {a.shape} holds inf or nan, and has no singular values"
        )
    return a


def filled(g: Variable | None, y: Variable) -> Variable:
    """The gradient of y, zeros where nothing has flowed."""
    return Variable(np.zeros(y.shape), requires_grad=False) if g is None else g


class Decomposition(Partial):
    """A function of one matrix with several outputs; None flows from those that are not used."""

    kept: tuple[_Array, ...]

    def decompose(self, a: _Array) -> tuple[_Array, ...]:
        raise NotImplementedError

    def again(self) -> Decomposition:
        """Another of the same kind, for the second derivatives."""
        return type(self)()

    def forward(self, a: _Array) -> tuple[_Array, ...]:
        try:
            self.kept = tuple(self.decompose(a))
        except LinAlgError as error:
            name = self.name.lower()
            message = str(error).removeprefix(f"{name}: ")
            raise LinAlgError(f"{name}: {message}") from None
        return self.kept

    def results(self) -> tuple[Variable, ...]:
        """The outputs, differentiable if the gradient has to be."""
        if not is_grad_enabled():
            return tuple(Variable(y, requires_grad=False) for y in self.kept)
        outputs = [y for y in self.outputs if y is not None]
        return tuple(outputs) if len(outputs) == len(self.kept) else self.again()(*self.inputs)
