"""Hooks: what is done to the gradients before an update.

`ClipGrad` bounds their norm, `ClipValue` their elements, `WeightDecay` adds a multiple of the
parameters. A hook is called with the list of the parameters that have gradients, and acts on their
``.grad`` in place; any callable will do. ``Adam(hooks=[ClipGrad(1.0)])`` calls it in each update.
"""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cygrad import elsewhere
from cygrad.core.variable import Variable, _written
from cygrad.optimizers.settings import Configured, Number

__all__ = ["ClipGrad", "ClipValue", "WeightDecay"]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)

LEAST_SQUARES = 1e-200  # a sum of squares below it may have lost what underflowed


class ClipGrad(Configured):
    """Scale all gradients so that their common norm is at most `max_norm`.

    Parameters
    ----------
    max_norm : float
        The greatest L2 norm of all gradients together, 0 or more.

    Raises
    ------
    ValueError, TypeError
        If the number is negative or none; a ValueError also when it is called with a parameter that
        has no gradient, or one of another shape, a TypeError with what is no Variable.
    FloatingPointError
        When it is called and a gradient is NaN or infinite, naming its parameter; no gradient has
        changed then.

    Notes
    -----
    If norm > max_norm, g <- g max_norm / (norm + 1e-6) (Pascanu, Mikolov and Bengio, ICML 2013, as
    in torch.nn.utils.clip_grad_norm_, which also scales norms less than 1e-6 below the bound).
    Called by itself, it returns the norm before the scaling. Squares that overflow or underflow do
    no harm.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.hooks import ClipGrad
    >>> x, y = cg.Variable(1.0), cg.Variable(1.0)
    >>> (3.0 * x + 4.0 * y).backward()
    >>> ClipGrad(1.0)([x, y])
    5.0
    >>> print(f"{x.grad:.3f} {y.grad:.3f}")
    0.600 0.800
    """

    max_norm = Number("float: the greatest norm of all gradients together.")

    def __init__(self, max_norm: float) -> None:
        self.max_norm = max_norm

    def __call__(self, parameters: Iterable[Variable]) -> float:
        pinned = _pinned(parameters, "ClipGrad")
        gradients = [pin.gradient for pin in pinned]
        squares = sum(float(np.vdot(g, g)) for g in gradients)
        if LEAST_SQUARES < squares < math.inf:
            greatest, ratio = 1.0, math.sqrt(squares)
        else:
            greatest = _greatest(pinned)
            if greatest == 0.0:
                return 0.0
            ratio = math.sqrt(sum(float(np.sum((g / greatest) ** 2)) for g in gradients))
        norm = greatest * ratio
        if norm > self.max_norm:
            for pin in _writable(pinned):
                g = pin.gradient
                if greatest != 1.0:
                    g /= greatest
                g *= self.max_norm / (ratio + 1e-6 / greatest)
        return norm


class ClipValue(Configured):
    """Bound each element of the gradients.

    Parameters
    ----------
    max_value : float
        The greatest magnitude, 0 or more.

    Raises
    ------
    ValueError, TypeError
        If the number is negative or none; a ValueError also when it is called with a parameter that
        has no gradient, or one of another shape, a TypeError with what is no Variable.

    Notes
    -----
    g <- min(max(g, -max_value), max_value), as torch.nn.utils.clip_grad_value_. NaN stays.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.hooks import ClipValue
    >>> x = cg.Variable([1.0, -3.0])
    >>> cg.functions.sum(x * x).backward()
    >>> ClipValue(4.0)([x])
    >>> x.grad
    variable([ 2., -4.])
    """

    max_value = Number("float: the greatest magnitude of an element.")

    def __init__(self, max_value: float) -> None:
        self.max_value = max_value

    def __call__(self, parameters: Iterable[Variable]) -> None:
        for pin in _writable(_pinned(parameters, "ClipValue")):
            np.clip(pin.gradient, -self.max_value, self.max_value, out=pin.gradient)


class WeightDecay(Configured):
    """Add to each gradient a multiple of its parameter.

    Parameters
    ----------
    rate : float
        The multiple, 0 or more.

    Raises
    ------
    ValueError, TypeError
        If the number is negative or none; a ValueError also when it is called with a parameter that
        has no gradient, or one of another shape, a TypeError with what is no Variable.

    Notes
    -----
    g <- g + rate p: the gradient of the penalty rate / 2 |p|^2, which passes through the rule's
    means; `cygrad.optimizers.AdamW` decays apart from them.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.hooks import WeightDecay
    >>> from cygrad.optimizers import SGD
    >>> x = cg.Variable(2.0)
    >>> (x * 0.0).backward()
    >>> SGD(lr=0.1, hooks=[WeightDecay(0.5)]).update(x)
    >>> x
    variable(1.9)
    """

    rate = Number("float: the multiple of a parameter that is added.")

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def __call__(self, parameters: Iterable[Variable]) -> None:
        for pin in _writable(_pinned(parameters, "WeightDecay")):
            g = pin.gradient
            g += self.rate * pin.numbers


class _Pinned(NamedTuple):
    """A parameter, its gradient, and the memory that both had when they were checked."""

    parameter: Variable
    grad: Variable
    numbers: NDArray[np.float64]
    gradient: NDArray[np.float64]


def _pinned(parameters: Iterable[Variable], where: str) -> list[_Pinned]:
    """The parameters with their gradients, which must be there and have their shapes."""
    if isinstance(parameters, Variable) or not isinstance(parameters, Iterable):
        raise TypeError(
            f"{where}: is called with a list of Variables, not {type(parameters).__name__}"
        )
    pinned = []
    for p in parameters:
        if not isinstance(p, Variable):
            raise TypeError(f"{where}: a parameter must be a Variable, not {type(p).__name__}")
        grad, numbers = p.grad, p.data
        gradient = None if grad is None else grad.data
        if grad is None or gradient is None or gradient.shape != numbers.shape:
            has = "no gradient" if gradient is None else f"a gradient of shape {gradient.shape}"
            raise ValueError(f"{where}: {_described(p)} has {has}")
        pinned.append(_Pinned(p, grad, numbers, gradient))
    return pinned


def _writable(pinned: list[_Pinned]) -> list[_Pinned]:
    """The same; a gradient on read-only memory, or set for two parameters, first gets its own."""
    seen: set[int] = set()
    own = []
    for pin in pinned:
        if not pin.gradient.flags.writeable or id(pin.grad) in seen:
            copy = pin.gradient.copy()
            pin = pin._replace(grad=Variable(copy), gradient=copy)
        seen.add(id(pin.grad))
        own.append(pin)
    for before, pin in zip(pinned, own, strict=True):
        if pin.grad is not before.grad:
            pin.parameter.grad = pin.grad
        _written(pin.grad)
    return own


def _greatest(pinned: list[_Pinned]) -> float:
    """The greatest magnitude, or an error if there is a NaN or an infinity."""
    greatest = 0.0
    for pin in pinned:
        here = float(np.max(np.abs(pin.gradient), initial=0.0))
        if not math.isfinite(here):
            raise FloatingPointError(
                f"ClipGrad: the gradient of {_described(pin.parameter)} has "
                f"{'NaN' if math.isnan(here) else 'inf'}"
            )
        greatest = max(greatest, here)
    return greatest


def _described(parameter: Variable) -> str:
    return f"{parameter.name or 'variable'} of shape {parameter.shape}"
