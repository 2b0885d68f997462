"""What NumPy does not have, written with it: convolution, pooling, normalization."""

from typing import Any

import numpy as np

Array = Any
Pair = tuple[int, int]


def windows(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    border: float = 0.0,
) -> Array:
    """(N, C, H, W) into (N, C, OH, OW, KH, KW)."""
    x = np.pad(x, [(0, 0), (0, 0), *[(p, p) for p in padding]], constant_values=border)
    span = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    seen = np.lib.stride_tricks.sliding_window_view(x, span, (2, 3))
    return seen[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]


def conv2d(
    x: Array,
    w: Array,
    b: Array = 0.0,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
) -> Array:
    y = np.einsum("ncpqij,ocij->nopq", windows(x, w.shape[2:], stride, padding, dilation), w)
    return y + np.reshape(b, (-1, 1, 1))


def conv1d(
    x: Array, w: Array, b: Array = 0.0, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Array:
    rows = x[:, :, None], w[:, :, None]
    return conv2d(*rows, b, (1, stride), (0, padding), (1, dilation))[:, :, 0]


def max_pool2d(x: Array, kernel: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    return windows(x, kernel, stride, padding, border=-np.inf).max((-1, -2))


def avg_pool2d(x: Array, kernel: Pair, stride: Pair, padding: Pair = (0, 0)) -> Array:
    return windows(x, kernel, stride, padding).mean((-1, -2))


def layer_norm(
    x: Array, gamma: Array = 1.0, beta: Array = 0.0, eps: float = 1e-5, axes: int = 1
) -> Array:
    axis = tuple(range(-axes, 0))
    variance = x.var(axis, keepdims=True)
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(variance + eps) * gamma + beta


def batch_norm(x: Array, gamma: Array = 1.0, beta: Array = 0.0, eps: float = 1e-5) -> Array:
    axis = (0, *range(2, x.ndim))
    gamma, beta = (np.reshape(v, (-1,) + (1,) * (x.ndim - 2)) for v in (gamma, beta))
    z = (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + eps)
    return z * gamma + beta
