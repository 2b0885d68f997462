"""LayerNorm and BatchNorm: to mean 0 and variance 1, then a learned scale and shift."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.layers.arguments import check_size
from cygrad.layers.lazy import LazyLayer
from cygrad.layers.state import AwaitedShape

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike

__all__ = ["BatchNorm", "LayerNorm"]


class LayerNorm(LazyLayer):
    """Normalizes over the last axes, each sample by itself.

    Parameters
    ----------
    shape : int or tuple of int, optional
        The lengths of the last axes to normalize over; if None, the last axis of the first x, or
        of a state that is loaded.
    eps : float, default 1e-5
        Added to the variance.

    Attributes
    ----------
    gamma, beta : Variable
        The scale and the shift, of that shape; at first ones and zeros.
    in_size : int or None
        The length of x's last axis; None as long as it is not known.

    Raises
    ------
    ValueError
        If a length is less than 1, or eps is negative; when called, if x does not fit.
    TypeError
        If a length is no int.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> L.LayerNorm(eps=0.0)(cg.Variable([[1.0, 3.0], [10.0, 20.0]]))
    variable([[-1.,  1.],
              [-1.,  1.]])
    """

    gamma: Variable
    beta: Variable

    def __init__(
        self, shape: SupportsIndex | tuple[SupportsIndex, ...] | None = None, eps: float = 1e-5
    ) -> None:
        self.eps = _check_number("LayerNorm", "eps", eps)
        if not isinstance(shape, (tuple, list)):
            self._leading: tuple[int, ...] = ()
            super().__init__("shape", shape)
            return
        if not shape:
            raise ValueError("LayerNorm: shape must have at least one length, got ()")
        lengths = tuple(check_size("LayerNorm", "shape", length) for length in shape)
        self._leading = lengths[:-1]
        super().__init__("shape", lengths[-1])

    def forward(self, x: _MatrixLike) -> Variable:
        """x normalized over its last axes, times gamma, plus beta: what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (..., *shape).

        Returns
        -------
        Variable
            Of x's shape.

        Raises
        ------
        ValueError
            If x does not fit.

        Notes
        -----
        (x - mean) / sqrt(variance + eps) gamma + beta, by `cygrad.functions.layer_norm`, whose
        gradients it has.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> L.LayerNorm(eps=0.0).forward([[1.0, 3.0], [10.0, 20.0]])
        variable([[-1.,  1.],
                  [-1.,  1.]])
        """
        if self.in_size is None:
            x = self._meet(x, -1)
        return F.layer_norm(x, self.gamma, self.beta, self.eps)

    def _shapes(self, in_size: int | None) -> dict[str, AwaitedShape]:
        shape = (*self._leading, in_size)
        return {"gamma": shape, "beta": shape}

    def _initial(self, name: str, shape: tuple[int, ...]) -> Variable:
        return Variable(np.ones(shape)) if name == "gamma" else super()._initial(name, shape)

    def _repr_arguments(self) -> str:
        shape = self._leading if self.in_size is None else (*self._leading, self.in_size)
        return ", ".join(map(str, shape)) if len(shape) < 2 else str(shape)


class BatchNorm(LazyLayer):
    """Normalizes each channel over the batch; in test mode, by what it learned of earlier batches.

    Parameters
    ----------
    size : int, optional
        The number of channels, the length of axis 1; if None, that of the first x, or of a state
        that is loaded.
    momentum : float, default 0.1
        The weight of each new batch in the running statistics.
    eps : float, default 1e-5
        Added to the variance.

    Attributes
    ----------
    gamma, beta : Variable
        The scale and the shift, of shape (size,); at first ones and zeros.
    running_mean, running_var : Variable
        Statistics of the batches seen outside `cygrad.test_mode`, saved and not trained.
    in_size : int or None
        The length of x's axis 1; None as long as it is not known.

    Raises
    ------
    ValueError
        If size is less than 1, or momentum or eps is negative; when called, if x does not fit.
    TypeError
        If size is no int, or momentum or eps no number.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> layer = L.BatchNorm(momentum=0.5)
    >>> y = layer(cg.Variable([[1.0, 30.0], [3.0, 10.0]]))
    >>> layer.running_mean, layer.running_var
    (variable([ 1., 10.]), variable([  1.5, 100.5]))
    """

    gamma: Variable
    beta: Variable
    running_mean: Variable
    running_var: Variable

    def __init__(
        self, size: SupportsIndex | None = None, momentum: float = 0.1, eps: float = 1e-5
    ) -> None:
        self.momentum = _check_number("BatchNorm", "momentum", momentum)
        self.eps = _check_number("BatchNorm", "eps", eps)
        super().__init__("size", size)

    def forward(self, x: _MatrixLike) -> Variable:
        """x normalized channel by channel, times gamma, plus beta: what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (batch, size) or (batch, size, ...).

        Returns
        -------
        Variable
            Of x's shape.

        Raises
        ------
        ValueError
            If x does not fit.

        Notes
        -----
        (x - mean) / sqrt(variance + eps) gamma + beta, by `cygrad.functions.batch_norm`, whose
        gradients it has. The mean and the variance are the batch's, and move the running ones; in
        `cygrad.test_mode` they are the running ones.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> layer = L.BatchNorm(eps=0.0)
        >>> layer.forward([[1.0, 30.0], [3.0, 10.0]])
        variable([[-1.,  1.],
                  [ 1., -1.]])
        """
        if self.in_size is None:
            x = self._meet(x, 1)
        mean, variance = self.running_mean, self.running_var
        return F.batch_norm(x, self.gamma, self.beta, mean, variance, self.momentum, self.eps)

    def _shapes(self, in_size: int | None) -> dict[str, AwaitedShape]:
        names = ("gamma", "beta", "running_mean", "running_var")
        return {name: (in_size,) for name in names}

    def _initial(self, name: str, shape: tuple[int, ...]) -> Variable:
        at_one = name in ("gamma", "running_var")
        return Variable(np.ones(shape)) if at_one else super()._initial(name, shape)

    def _place(self, name: str, value: Variable) -> None:
        if name.startswith("running"):
            self.register_buffer(name, value)
        else:
            super()._place(name, value)

    def _refused_numbers(self) -> dict[str, Callable[[NDArray[np.float64]], NDArray[np.bool_]]]:
        return {"running_mean": np.isnan, "running_var": lambda variance: ~(variance >= 0.0)}

    def _repr_arguments(self) -> str:
        return "" if self.in_size is None else f"{self.in_size}"


def _check_number(where: str, name: str, value: float) -> float:
    if not isinstance(value, (int, float, np.floating, np.integer)):
        raise TypeError(f"{where}: {name} must be a number, not {type(value).__name__}")
    number = float(value)
    if not 0.0 <= number < np.inf:
        raise ValueError(f"{where}: {name} must be finite and not negative, got {value}")
    return number
