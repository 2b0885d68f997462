"""RNN, LSTM and GRU: layers that remember, a step of a sequence a call."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, SupportsIndex

import numpy as np

import cygrad.functions as F
from cygrad.core.repetition import UNDER_WAY, keep_layer
from cygrad.core.variable import Variable
from cygrad.functions.operation import as_variable
from cygrad.layers.arguments import check_size, stream
from cygrad.layers.lazy import LazyLayer
from cygrad.layers.state import AwaitedShape

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike
    from cygrad.layers.arguments import _Seed

__all__ = ["GRU", "LSTM", "RNN"]


class Recurrent(LazyLayer):
    """What the recurrent layers share: sizes, and the hidden state h between calls.

    h is set through __dict__: __setattr__ would take time to find out that it is no parameter.
    `_step` takes a matrix, a row for each sequence; other x are made one, and their results of x's
    shape again.
    """

    _states: tuple[str, ...] = ("_h",)
    _gates = 1  # how many products of each input and each state there are
    _h: Variable | None = None

    wx: Variable
    wh: Variable

    def __init__(
        self, hidden_size: SupportsIndex, in_size: SupportsIndex | None = None, rng: _Seed = None
    ) -> None:
        self.hidden_size = check_size(type(self).__name__, "hidden_size", hidden_size)
        self._rng = stream(type(self).__name__, rng)
        super().__init__("in_size", in_size)

    def reset_state(self) -> None:
        """Forget earlier calls, h: the next one begins a sequence, of any batch size.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> layer = L.GRU(3, rng=0)
        >>> a = layer(cg.ones(5, 2))
        >>> layer.reset_state()
        >>> bool((layer(cg.ones(5, 2)) == a).all())
        True
        """
        self._h = None

    def _begin(self, x: _ArrayLike) -> Variable:
        """x as a Variable, if the layer can take it as its next input."""
        if UNDER_WAY:  # forward may be called itself, and h is not set by __setattr__
            keep_layer(self)
        x = as_variable(x, type(self).__name__)
        shape = x.shape  # once: another thread may assign x.data
        if not shape:
            raise ValueError(
                f"{type(self).__name__}: x must have shape (..., in_size), one step of each "
                f"sequence, but it has shape {shape}"
            )
        if self._h is not None and self._h.shape[:-1] != shape[:-1]:
            batch, held = shape[:-1], self._h.shape[:-1]
            raise ValueError(
                f"{type(self).__name__}: x of shape {shape} is a batch of "
                f"{batch[0] if len(batch) == 1 else batch}, but the layer remembers one of "
                f"{held[0] if len(held) == 1 else held}; call reset_state() to begin anew"
            )
        if self.in_size is None:
            self._meet(x, -1)
        elif shape[-1] != self.in_size and len(shape) != 2:
            raise ValueError(
                f"{type(self).__name__}: x of shape {shape} does not have the in_size "
                f"{self.in_size} on its last axis"
            )
        return x

    def _step(self, x: Variable) -> Variable:
        """The next h, for a matrix x."""
        raise NotImplementedError

    def _step_of_batches(self, x: Variable) -> Variable:
        """The same for x of any other number of axes."""
        batch = x.shape[:-1]
        rows = math.prod(batch)
        state = self.__dict__
        held = {name: state.get(name) for name in self._states}
        try:
            for name, before in held.items():
                if before is not None:
                    state[name] = F.reshape(before, (rows, self.hidden_size))
            self._step(F.reshape(x, (rows, x.shape[-1])))
            after = {n: F.reshape(state[n], (*batch, self.hidden_size)) for n in self._states}
        except BaseException:
            state.update(held)
            raise
        state.update(after)
        return after["_h"]

    def _zeros(self, x: Variable) -> Variable:
        return Variable(np.zeros((len(x), self.hidden_size)), requires_grad=False)

    def _shapes(self, in_size: int | None) -> dict[str, AwaitedShape]:
        columns = self._gates * self.hidden_size
        return {"wx": (in_size, columns), "wh": (self.hidden_size, columns), "b": (columns,)}

    def _initial(self, name: str, shape: tuple[int, ...]) -> Variable:
        weights = name in ("wx", "wh")
        return self._lecun(shape, shape[0]) if weights else super()._initial(name, shape)

    def _repr_arguments(self) -> str:
        return f"{self.hidden_size}" + ("" if self.in_size is None else f", in_size={self.in_size}")


class RNN(Recurrent):
    """A recurrent layer: h = tanh(x wx + b + h wh), a step a call.

    Parameters
    ----------
    hidden_size : int
        The length of h for each sequence.
    in_size : int, optional
        The length of x's last axis; if None, that of the first x, or of a state that is loaded.
    rng : int or numpy.random.Generator, optional
        As for `Linear`.

    Attributes
    ----------
    wx, wh, b : Variable
        Of shapes (in_size, hidden_size), (hidden_size, hidden_size), (hidden_size,). Weights are
        normally distributed at first, with variance 1 / rows; b is zeros.
    in_size : int or None
        The length of x's last axis; None as long as it is not known.

    Raises
    ------
    ValueError
        If a size is less than 1; when called, if x does not fit, or is another batch than in the
        call before, without `reset_state` between them.
    TypeError
        If a size is no int, or rng no source of random numbers.

    Notes
    -----
    The layer keeps h, and with it the graph of all steps since `reset_state`. In a long sequence,
    cut it: ``loss.unchain_backward()`` after ``loss.backward()``.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> layer = L.RNN(3, rng=0)
    >>> for step in range(4):
    ...     h = layer(cg.ones(5, 2))
    >>> h.shape
    (5, 3)
    >>> layer.reset_state()
    """

    b: Variable

    def forward(self, x: _ArrayLike) -> Variable:
        """The next h: tanh(x wx + b + h wh), what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (..., in_size), mostly (batch, in_size): one step of each sequence.

        Returns
        -------
        Variable
            Of shape (..., hidden_size).

        Raises
        ------
        ValueError
            If x does not fit, or is another batch than in the call before, without `reset_state`
            between them.

        Notes
        -----
        h is that of the call before; without one, h wh is left out.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> layer = L.RNN(3, rng=0)
        >>> a, b = layer.forward(cg.ones(5, 2)), layer.forward(cg.ones(5, 2))
        >>> b.shape, bool((a == b).any())       # it remembers the first
        ((5, 3), False)
        """
        x = self._begin(x)
        return self._step(x) if x.ndim == 2 else self._step_of_batches(x)

    def _step(self, x: Variable) -> Variable:
        a = F.linear(x, self.wx, self.b)
        if self._h is not None:
            a = a + self._h @ self.wh
        h = F.tanh(a)
        self.__dict__["_h"] = h
        return h


class LSTM(Recurrent):
    """Long short-term memory, a step a call.

    Parameters
    ----------
    hidden_size : int
        The length of h, and of the memory c, for each sequence.
    in_size : int, optional
        The length of x's last axis; if None, that of the first x, or of a state that is loaded.
    rng : int or numpy.random.Generator, optional
        As for `Linear`.

    Attributes
    ----------
    wx, wh, b : Variable
        Of shapes (in_size, 4 hidden_size), (hidden_size, 4 hidden_size), (4 hidden_size,): beside
        each other those of the gates i, f, g, o. Weights are normally distributed at first, with
        variance 1 / rows; b is zeros.
    in_size : int or None
        The length of x's last axis; None as long as it is not known.

    Raises
    ------
    ValueError
        If a size is less than 1; when called, if x does not fit, or is another batch than in the
        call before, without `reset_state` between them.
    TypeError
        If a size is no int, or rng no source of random numbers.

    Notes
    -----
    With (i, f, g, o) = x wx + b + h wh,

        c = sigmoid(f) c + sigmoid(i) tanh(g)
        h = sigmoid(o) tanh(c)

    from h = c = 0 (Hochreiter, Schmidhuber 1997; with the forget gate of Gers et al. 2000). The
    layer keeps h and c, and with them the graph of all steps since `reset_state`. In a long
    sequence, cut it: ``loss.unchain_backward()`` after ``loss.backward()``.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> layer = L.LSTM(3, rng=0)
    >>> for step in range(4):
    ...     h = layer(cg.ones(5, 2))
    >>> h.shape
    (5, 3)
    >>> layer.wx.shape
    (2, 12)
    """

    _states = ("_h", "_c")
    _gates = 4
    _c: Variable | None = None

    b: Variable

    def reset_state(self) -> None:
        """Forget earlier calls, h and c: the next one begins a sequence, of any batch size.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> layer = L.LSTM(3, rng=0)
        >>> a = layer(cg.ones(5, 2))
        >>> layer.reset_state()
        >>> bool((layer(cg.ones(5, 2)) == a).all())
        True
        """
        self._h = self._c = None

    def forward(self, x: _ArrayLike) -> Variable:
        """The next h, what a call computes; the formulas are those of `LSTM`.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (..., in_size), mostly (batch, in_size): one step of each sequence.

        Returns
        -------
        Variable
            Of shape (..., hidden_size).

        Raises
        ------
        ValueError
            If x does not fit, or is another batch than in the call before, without `reset_state`
            between them.

        Notes
        -----
        `cygrad.functions.lstm_step` is the same step, with h and c in the caller's hands.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> layer = L.LSTM(3, rng=0)
        >>> a, b = layer.forward(cg.ones(5, 2)), layer.forward(cg.ones(5, 2))
        >>> b.shape, bool((a == b).any())       # it remembers the first
        ((5, 3), False)
        """
        x = self._begin(x)
        return self._step(x) if x.ndim == 2 else self._step_of_batches(x)

    def _step(self, x: Variable) -> Variable:
        if self._h is None or self._c is None:
            h, c = F.lstm_step(x, None, None, self.wx, self.wh, self.b)
        else:
            h, c = F.lstm_step(x, self._h, self._c, self.wx, self.wh, self.b)
        state = self.__dict__
        state["_h"], state["_c"] = h, c
        return h


class GRU(Recurrent):
    """A gated recurrent unit, a step a call.

    Parameters
    ----------
    hidden_size : int
        The length of h for each sequence.
    in_size : int, optional
        The length of x's last axis; if None, that of the first x, or of a state that is loaded.
    rng : int or numpy.random.Generator, optional
        As for `Linear`.

    Attributes
    ----------
    wx, wh : Variable
        Of shapes (in_size, 3 hidden_size) and (hidden_size, 3 hidden_size): beside each other
        those of r, z and n. Normally distributed at first, with variance 1 / rows.
    bx, bh : Variable
        Of shape (3 hidden_size,); at first zeros.
    in_size : int or None
        The length of x's last axis; None as long as it is not known.

    Raises
    ------
    ValueError
        If a size is less than 1; when called, if x does not fit, or is another batch than in the
        call before, without `reset_state` between them.
    TypeError
        If a size is no int, or rng no source of random numbers.

    Notes
    -----
    With the parts of (xr, xz, xn) = x wx + bx and (hr, hz, hn) = h wh + bh, as PyTorch has it,

        r = sigmoid(xr + hr)
        z = sigmoid(xz + hz)
        n = tanh(xn + r hn)
        h = (1 - z) n + z h

    from h = 0 (Cho et al. 2014). The layer keeps h, and with it the graph of all steps since
    `reset_state`.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> layer = L.GRU(3, rng=0)
    >>> for step in range(4):
    ...     h = layer(cg.ones(5, 2))
    >>> h.shape
    (5, 3)
    """

    _gates = 3

    bx: Variable
    bh: Variable

    def forward(self, x: _ArrayLike) -> Variable:
        """The next h, what a call computes; the formulas are those of `GRU`.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (..., in_size), mostly (batch, in_size): one step of each sequence.

        Returns
        -------
        Variable
            Of shape (..., hidden_size).

        Raises
        ------
        ValueError
            If x does not fit, or is another batch than in the call before, without `reset_state`
            between them.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> layer = L.GRU(3, rng=0)
        >>> a, b = layer.forward(cg.ones(5, 2)), layer.forward(cg.ones(5, 2))
        >>> b.shape, bool((a == b).any())       # it remembers the first
        ((5, 3), False)
        """
        x = self._begin(x)
        return self._step(x) if x.ndim == 2 else self._step_of_batches(x)

    def _step(self, x: Variable) -> Variable:
        h = self._zeros(x) if self._h is None else self._h
        size = self.hidden_size
        gx = F.linear(x, self.wx, self.bx)
        gh = F.linear(h, self.wh, self.bh)
        r, z = F.split(F.sigmoid(gx[:, : 2 * size] + gh[:, : 2 * size]), [size, size], axis=1)
        n = F.tanh(gx[:, 2 * size :] + r * gh[:, 2 * size :])
        h = n + z * (h - n)
        self.__dict__["_h"] = h
        return h

    def _shapes(self, in_size: int | None) -> dict[str, AwaitedShape]:
        shapes = super()._shapes(in_size)
        columns = shapes.pop("b")
        return {**shapes, "bx": columns, "bh": columns}
