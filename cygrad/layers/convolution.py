"""Conv2d, and the pooling that goes between convolutions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.layers.arguments import check_size, pair, stream
from cygrad.layers.layer import CheckedLayer
from cygrad.layers.lazy import LazyLayer
from cygrad.layers.state import AwaitedShape

if TYPE_CHECKING:
    from cygrad.core.variable import _MatrixLike
    from cygrad.layers.arguments import _Seed

__all__ = ["AvgPool2d", "Conv2d", "MaxPool2d"]

Pair: TypeAlias = SupportsIndex | tuple[SupportsIndex, SupportsIndex]


class Conv2d(LazyLayer):
    """A two-dimensional convolution, as `cygrad.functions.conv2d` defines it.

    Parameters
    ----------
    out_channels : int
        How many kernels there are.
    kernel_size : int or pair of int
        Their height and width.
    in_channels : int, optional
        The length of x's axis 1; if None, that of the first x, or of a state that is loaded.
    stride, padding, dilation : int or pair of int
        As for `cygrad.functions.conv2d`.
    bias : bool, default True
        Whether there is a b.
    rng : int or numpy.random.Generator, optional
        As for `Linear`.

    Attributes
    ----------
    w : Variable
        Of shape (out_channels, in_channels, height, width); at first normally distributed with
        variance 1 / (in_channels height width).
    b : Variable or None
        Of shape (out_channels,); at first zeros.
    in_size : int or None
        The length of x's axis 1; None as long as it is not known.

    Raises
    ------
    ValueError
        If a size, stride or dilation is less than 1, or padding less than 0; when called, if x does
        not fit.
    TypeError
        If one of them is no int or pair, or rng no source of random numbers.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> layer = L.Conv2d(8, 3, padding=1, rng=0)
    >>> layer(cg.ones(5, 3, 16, 16)).shape
    (5, 8, 16, 16)
    >>> layer
    Conv2d(8, (3, 3), in_channels=3, padding=(1, 1))
    """

    w: Variable
    b: Variable | None

    def __init__(
        self,
        out_channels: SupportsIndex,
        kernel_size: Pair,
        *,
        in_channels: SupportsIndex | None = None,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        bias: bool = True,
        rng: _Seed = None,
    ) -> None:
        self.out_channels = check_size("Conv2d", "out_channels", out_channels)
        self.kernel_size = pair("Conv2d", "kernel_size", kernel_size)
        self.stride = pair("Conv2d", "stride", stride)
        self.padding = pair("Conv2d", "padding", padding, least=0)
        self.dilation = pair("Conv2d", "dilation", dilation)
        self._bias = bool(bias)
        if not bias:
            self.b = None
        self._rng = stream("Conv2d", rng)
        super().__init__("in_channels", in_channels)

    def forward(self, x: _MatrixLike) -> Variable:
        """The convolution of x with w, plus b, what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (batch, in_channels, height, width).

        Returns
        -------
        Variable
            (batch, out_channels, h, w), with h = (height + 2 padding - dilation (kernel_size - 1) -
            1) // stride + 1, and w likewise.

        Raises
        ------
        ValueError
            If x does not fit, or the kernel is larger than the padded x.

        Notes
        -----
        `cygrad.functions.conv2d`, whose gradients it has.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> L.Conv2d(8, 3, stride=2, rng=0).forward(cg.ones(5, 3, 16, 16)).shape
        (5, 8, 7, 7)
        """
        if self.in_size is None:
            x = self._meet(x, 1, ndim=4)
        return F.conv2d(x, self.w, self.b, self.stride, self.padding, self.dilation)

    def _shapes(self, in_size: int | None) -> dict[str, AwaitedShape]:
        shapes: dict[str, AwaitedShape] = {"w": (self.out_channels, in_size, *self.kernel_size)}
        if self._bias:
            shapes["b"] = (self.out_channels,)
        return shapes

    def _initial(self, name: str, shape: tuple[int, ...]) -> Variable:
        inputs = math.prod(shape[1:])
        return self._lecun(shape, inputs) if name == "w" else super()._initial(name, shape)

    def _repr_arguments(self) -> str:
        shown = [f"{self.out_channels}", f"{self.kernel_size}"]
        if self.in_size is not None:
            shown.append(f"in_channels={self.in_size}")
        for name, value, usual in (
            ("stride", self.stride, (1, 1)),
            ("padding", self.padding, (0, 0)),
            ("dilation", self.dilation, (1, 1)),
            ("bias", self._bias, True),
        ):
            if value != usual:
                shown.append(f"{name}={value}")
        return ", ".join(shown)


class _Pool2d(CheckedLayer):
    """A window that slides over the last two axes."""

    def __init__(self, kernel_size: Pair, stride: Pair | None = None, padding: Pair = 0) -> None:
        where = type(self).__name__
        self.kernel_size = pair(where, "kernel_size", kernel_size)
        self.stride = self.kernel_size if stride is None else pair(where, "stride", stride)
        self.padding = pair(where, "padding", padding, least=0)

    def _repr_arguments(self) -> str:
        stride = "" if self.stride == self.kernel_size else f", stride={self.stride}"
        padding = "" if self.padding == (0, 0) else f", padding={self.padding}"
        return f"{self.kernel_size}{stride}{padding}"


class MaxPool2d(_Pool2d):
    """The largest number in each window, as `cygrad.functions.max_pool2d` defines it.

    Parameters
    ----------
    kernel_size : int or pair of int
        The window's height and width.
    stride : int or pair of int, optional
        From one window to the next; if None, kernel_size.
    padding : int or pair of int, default 0
        As for `cygrad.functions.max_pool2d`.

    Raises
    ------
    ValueError
        If kernel_size or stride is less than 1, or padding less than 0.
    TypeError
        If one of them is no int or pair.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> L.MaxPool2d(2)(cg.ones(5, 3, 16, 16)).shape
    (5, 3, 8, 8)
    """

    def forward(self, x: _MatrixLike) -> Variable:
        """The greatest of each window, what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (batch, channels, height, width).

        Returns
        -------
        Variable
            (batch, channels, h, w), with h = (height + 2 padding - kernel_size) // stride + 1, and
            w likewise.

        Raises
        ------
        ValueError
            If x has not four axes, the window is larger than the padded x, or the padding more than
            half the window.

        Notes
        -----
        `cygrad.functions.max_pool2d`: the gradient flows to the maximum, the first among equals.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> L.MaxPool2d(2).forward([[[[1.0, 3.0, 2.0, 2.0], [3.0, 0.0, 2.0, 1.0]]]])
        variable([[[[3., 2.]]]])
        """
        return F.max_pool2d(x, self.kernel_size, self.stride, self.padding)


class AvgPool2d(_Pool2d):
    """The mean of each window, as `cygrad.functions.avg_pool2d` defines it.

    Parameters
    ----------
    kernel_size : int or pair of int
        The window's height and width.
    stride : int or pair of int, optional
        From one window to the next; if None, kernel_size.
    padding : int or pair of int, default 0
        As for `cygrad.functions.avg_pool2d`.

    Raises
    ------
    ValueError
        If kernel_size or stride is less than 1, or padding less than 0.
    TypeError
        If one of them is no int or pair.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.layers as L
    >>> L.AvgPool2d(2)(cg.ones(5, 3, 16, 16)).shape
    (5, 3, 8, 8)
    """

    def forward(self, x: _MatrixLike) -> Variable:
        """The mean of each window, what a call computes.

        Parameters
        ----------
        x : Variable or array_like
            Of shape (batch, channels, height, width).

        Returns
        -------
        Variable
            (batch, channels, h, w), with h = (height + 2 padding - kernel_size) // stride + 1, and
            w likewise.

        Raises
        ------
        ValueError
            If x has not four axes, the window is larger than the padded x, or the padding more than
            half the window.

        Notes
        -----
        `cygrad.functions.avg_pool2d`: each element of a window gets an equal share of the gradient.

        Examples
        --------
        >>> import cygrad as cg
        >>> import cygrad.layers as L
        >>> L.AvgPool2d(2).forward([[[[1.0, 3.0, 2.0, 2.0], [3.0, 1.0, 2.0, 2.0]]]])
        variable([[[[2., 2.]]]])
        """
        return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding)
