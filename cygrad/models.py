"""Models: layers put together, ready to be trained; `import cygrad.models as M`.

`MLP` is Linear layers with an activation between them, `LSTM` a recurrent layer with a Linear layer
on it; `Model` is the class to derive your own from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, SupportsIndex

import cygrad.functions as F
import cygrad.layers as L
from cygrad import elsewhere
from cygrad.core.variable import Variable
from cygrad.layers.arguments import generator

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike
    from cygrad.layers.arguments import _Seed

__all__ = ["LSTM", "MLP", "Model"]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)


class Model(L.Layer):
    """The outermost layer: what an optimizer updates, and what is saved and loaded.

    A subclass makes layers and defines ``forward``, as a subclass of `cygrad.layers.Layer` does,
    of which this is another name.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.functions as F
    >>> import cygrad.layers as L
    >>> import cygrad.models as M
    >>> class Autoencoder(M.Model):
    ...     def __init__(self) -> None:
    ...         self.encoder = L.Linear(2, rng=0)
    ...         self.decoder = L.Linear(5, rng=1)
    ...     def forward(self, x):
    ...         return self.decoder(F.tanh(self.encoder(x)))
    >>> model, x = Autoencoder(), cg.rand(20, 5, rng=2).data
    >>> for step in range(50):
    ...     loss = F.mean((model(x) - x) ** 2)
    ...     model.cleargrads()
    ...     loss.backward()
    ...     for name, parameter in model.params():
    ...         parameter.data -= parameter.grad.data
    >>> loss.item() < 0.1
    True
    """


class MLP(Model):
    """Linear layers with an activation between them, none after the last.

    Parameters
    ----------
    sizes : sequence of int
        The output size of each layer. The first takes its input size from the first batch, or from
        a state that is loaded.
    activation : callable, default F.sigmoid
        A function of a Variable, or a layer.
    rng : int or numpy.random.Generator, optional
        As for `cygrad.layers.Linear`; layers get numbers of their own each.

    Attributes
    ----------
    linears : list of cygrad.layers.Linear
        The layers.

    Raises
    ------
    ValueError
        If there are no sizes, or one is less than 1.
    TypeError
        If a size is no int, activation cannot be called, or rng is no source of random numbers.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.models as M
    >>> model = M.MLP([10, 1], rng=0)
    >>> model(cg.ones(5, 2)).shape
    (5, 1)
    >>> model
    MLP(
      linears.0: Linear(10, in_size=2)
      linears.1: Linear(1, in_size=10)
    )
    """

    def __init__(
        self,
        sizes: Sequence[SupportsIndex],
        activation: Callable[[Variable], Variable] = F.sigmoid,
        rng: _Seed = None,
    ) -> None:
        if not isinstance(sizes, Sequence) or isinstance(sizes, str):
            raise TypeError(
                f"MLP: sizes must be a list of output sizes, not {type(sizes).__name__}"
            )
        if not sizes:
            raise ValueError("MLP: sizes must have at least one output size")
        if not callable(activation):
            raise TypeError(f"MLP: activation of type {type(activation).__name__} cannot be called")
        source = generator("MLP", rng)
        self.linears = [L.Linear(size, rng=source) for size in sizes]
        self.activation = activation

    def forward(self, x: _MatrixLike) -> Variable:
        """The result of the last layer, what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (..., in_size).

        Returns
        -------
        Variable
            Of shape (..., sizes[-1]).

        Raises
        ------
        ValueError
            If x does not fit.

        Notes
        -----
        Each layer is `cygrad.layers.Linear`, x w + b, and all but the last are followed by the
        activation.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.models as M
        >>> M.MLP([10, 1], rng=0).forward(cg.ones(5, 2)).shape
        (5, 1)
        """
        *hidden, last = self.linears
        for linear in hidden:
            x = self.activation(linear(x))
        return last(x)


class LSTM(Model):
    """An LSTM layer and a Linear layer on what it gives, a step of a sequence a call.

    Parameters
    ----------
    hidden_size : int
        That of the LSTM.
    out_size : int
        That of the result.
    rng : int or numpy.random.Generator, optional
        As for `cygrad.layers.Linear`.

    Attributes
    ----------
    lstm : cygrad.layers.LSTM
        The first layer.
    linear : cygrad.layers.Linear
        The second.

    Raises
    ------
    ValueError
        If a size is less than 1; when called, if x does not fit, or has another batch size than
        the call before, without `reset_state` between them.
    TypeError
        If a size is no int, or rng no source of random numbers.

    Examples
    --------
    Learning to go on with a sine, by windows of 30 steps:

    >>> import numpy as np
    >>> import cygrad.functions as F
    >>> import cygrad.models as M
    >>> series = np.sin(np.linspace(0.0, 40.0, 301))
    >>> model = M.LSTM(10, 1, rng=0)
    >>> for epoch in range(10):
    ...     model.reset_state()
    ...     for start in range(0, 300, 30):
    ...         loss = 0.0
    ...         for now, then in zip(series[start:start + 30], series[start + 1:]):
    ...             loss += (model([[now]]) - then) ** 2
    ...         model.cleargrads()
    ...         loss.backward()
    ...         loss.unchain_backward()
    ...         for name, parameter in model.params():
    ...             parameter.data -= 0.01 * parameter.grad.data
    >>> loss.item() / 30 < 0.01
    True
    """

    def __init__(
        self, hidden_size: SupportsIndex, out_size: SupportsIndex, rng: _Seed = None
    ) -> None:
        source = generator("LSTM", rng)
        self.lstm = L.LSTM(hidden_size, rng=source)
        self.linear = L.Linear(out_size, hidden_size, rng=source)

    def forward(self, x: _MatrixLike) -> Variable:
        """The next result, what a call computes: h w + b, with h that of the LSTM layer.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (..., in_size), mostly (batch, in_size): one step of each sequence.

        Returns
        -------
        Variable
            Of shape (..., out_size).

        Raises
        ------
        ValueError
            If x does not fit, or is another batch than in the call before, without `reset_state`
            between them.

        Notes
        -----
        The formulas are those of `cygrad.layers.LSTM`.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.models as M
        >>> model = M.LSTM(10, 1, rng=0)
        >>> model.forward(cg.ones(5, 2)).shape
        (5, 1)
        >>> model.reset_state()
        """
        return self.linear(self.lstm(x))
