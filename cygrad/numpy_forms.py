"""NumPy's functions whose arguments or results differ from ours by more than names.

Each has NumPy's parameters, as far as they make sense here, and calls what is in functions/. The
table in numpy_protocol.py says which stands for what.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import cygrad.functions as F
import cygrad.linalg as LA
from cygrad.core.variable import Variable
from cygrad.functions.operation import as_variable
from cygrad.functions.piecewise import between
from cygrad.functions.rearrangement import rearranged

# NumPy's arguments are of many types: what they are is checked by the functions called.
Argument = Any


def constant(data: Argument) -> Variable:
    """A Variable without a gradient."""
    return Variable(data, requires_grad=False)


# ---- Elementwise ------------------------------------------------------------------------------


def divmod_(a: Argument, b: Argument) -> tuple[Variable, Variable]:
    return F.floor_divide(a, b), F.remainder(a, b)


def modf(x: Variable) -> tuple[Variable, Variable]:
    whole = F.trunc(x)
    return F.copysign(F.sub(x, whole), x), whole


def ldexp(a: Argument, exponent: Argument) -> Variable:
    if isinstance(exponent, Variable):
        raise TypeError("np.ldexp: the exponent is an integer, not a Variable; use its .data")
    return F.mul(a, np.exp2(np.asarray(exponent, dtype=np.float64)))


def clip(
    a: Argument,
    a_min: Argument = None,
    a_max: Argument = None,
    *,
    min: Argument = None,
    max: Argument = None,
) -> Variable:
    return between(a, a_min if min is None else min, a_max if max is None else max)


def real(val: Variable) -> Variable:
    return F.copy(val)


def imag(val: Variable) -> Variable:
    return constant(np.zeros(val.shape))


def unwrap(p: Argument, discont: float | None = None, axis: int = -1) -> Variable:
    v = as_variable(p, "unwrap")
    return F.add(v, np.unwrap(v.data, discont, axis) - v.data)


# ---- Made new ---------------------------------------------------------------------------------


def zeros_like(a: Variable, shape: Argument = None) -> Variable:
    return constant(np.zeros(a.shape if shape is None else shape))


def ones_like(a: Variable, shape: Argument = None) -> Variable:
    return constant(np.ones(a.shape if shape is None else shape))


def full_like(a: Argument, fill_value: Argument, shape: Argument = None) -> Variable:
    target = np.shape(a) if shape is None else shape
    return F.copy(F.broadcast_to(fill_value, target))


def linspace(
    start: Argument,
    stop: Argument,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    axis: int = 0,
) -> Argument:
    y = F.linspace(start, stop, num, endpoint, axis)
    if not retstep:
        return y
    parts = num - 1 if endpoint else num
    return y, F.div(F.sub(stop, start), float(parts) if parts > 0 else math.nan)


def logspace(
    start: Argument,
    stop: Argument,
    num: int = 50,
    endpoint: bool = True,
    base: Argument = 10.0,
    axis: int = 0,
) -> Variable:
    return F.pow(base, F.linspace(start, stop, num, endpoint, axis))


def vander(x: Argument, N: int | None = None, increasing: bool = False) -> Variable:
    v = as_variable(x, "vander")
    powers = range(v.size if N is None else N)
    return F.stack([F.pow(v, k) for k in (powers if increasing else reversed(powers))], -1)


# ---- Choosing and indexing --------------------------------------------------------------------


def where(condition: Argument, x: Argument = None, y: Argument = None) -> Argument:
    if x is None and y is None:
        return np.nonzero(data_of(condition))
    return F.where(condition, x, y)


def compress(condition: Argument, a: Argument, axis: int | None = None) -> Variable:
    return rearranged(as_variable(a, "compress"), lambda p: np.compress(condition, p, axis))


def extract(condition: Argument, arr: Argument) -> Variable:
    return rearranged(as_variable(arr, "extract"), lambda p: np.extract(condition, p))


def delete(arr: Argument, obj: Argument, axis: int | None = None) -> Variable:
    return rearranged(as_variable(arr, "delete"), lambda p: np.delete(p, obj, axis))


def resize(a: Argument, new_shape: Argument) -> Variable:
    return rearranged(as_variable(a, "resize"), lambda p: np.resize(p, new_shape))


def fftshift(x: Argument, axes: Argument = None) -> Variable:
    return rearranged(as_variable(x, "fftshift"), lambda p: np.fft.fftshift(p, axes))


def ifftshift(x: Argument, axes: Argument = None) -> Variable:
    return rearranged(as_variable(x, "ifftshift"), lambda p: np.fft.ifftshift(p, axes))


def diagflat(v: Argument, k: int = 0) -> Variable:
    return F.diag(F.reshape(v, -1), k)


def linalg_diagonal(x: Argument, *, offset: int = 0) -> Variable:
    return F.diagonal(x, offset, -2, -1)


def linalg_trace(x: Argument, *, offset: int = 0) -> Variable:
    return F.trace(x, offset, -2, -1)


def pad(
    array: Argument,
    pad_width: Argument,
    mode: Argument = "constant",
    constant_values: Argument = 0.0,
    reflect_type: str = "even",
) -> Variable:
    if not isinstance(mode, str) or reflect_type != "even":
        raise TypeError(
            "np.pad: a function as mode, and reflect_type='odd', are not differentiated"
        )
    return F.pad(array, pad_width, mode, constant_values)


# ---- Shapes -----------------------------------------------------------------------------------


def reshape(a: Argument, shape: Argument) -> Variable:
    return F.reshape(a, shape)


def ravel(a: Argument) -> Variable:
    return F.reshape(a, -1)


def rollaxis(a: Argument, axis: int, start: int = 0) -> Variable:
    v = as_variable(a, "rollaxis")
    axis = axis % v.ndim if -v.ndim <= axis < v.ndim else axis
    start = start + v.ndim if start < 0 else start
    return F.moveaxis(v, axis, start - 1 if axis < start else start)


def matrix_transpose(x: Argument) -> Variable:
    return F.swapaxes(x, -1, -2)


def each(function: Callable[[Argument], Variable]) -> Callable[..., Argument]:
    """NumPy's atleast_1d and its kin: of one array the array, of several a tuple."""

    def of_all(*arys: Argument) -> Argument:
        results = tuple(function(x) for x in arys)
        return results[0] if len(results) == 1 else results

    return of_all


def fliplr(m: Argument) -> Variable:
    return F.flip(m, 1)


def flipud(m: Argument) -> Variable:
    return F.flip(m, 0)


def broadcast_arrays(*args: Argument) -> tuple[Variable, ...]:
    parts = [as_variable(x, "broadcast_arrays") for x in args]
    shape = np.broadcast_shapes(*[v.shape for v in parts])
    return tuple(F.broadcast_to(v, shape) for v in parts)


def meshgrid(
    *xi: Argument, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> tuple[Variable, ...]:
    return F.meshgrid(*xi, indexing=indexing, sparse=sparse)


def concatenate(arrays: Argument, axis: Argument = 0) -> Variable:
    if isinstance(arrays, Variable):
        arrays = list(arrays)
    if axis is None:
        return F.concat([F.reshape(x, -1) for x in arrays])
    return F.concat(arrays, axis)


def unstack(x: Argument, *, axis: int = 0) -> tuple[Variable, ...]:
    return tuple(F.moveaxis(x, axis, 0))


def block(arrays: Argument) -> Variable:
    def depth(x: Argument) -> int:
        return 1 + max(map(depth, x), default=0) if isinstance(x, list) else 0

    def joined(x: Argument, level: int, ndim: int) -> Variable:
        if not isinstance(x, list):
            v = as_variable(x, "block")
            return F.reshape(v, (1,) * (ndim - v.ndim) + v.shape)
        return F.concat([joined(part, level - 1, ndim) for part in x], -level)

    def most_axes(x: Argument) -> int:
        return max(map(most_axes, x), default=0) if isinstance(x, list) else np.ndim(x)

    levels = depth(arrays)
    return joined(arrays, levels, max(levels, most_axes(arrays)))


def split(ary: Argument, indices_or_sections: Argument, axis: int = 0) -> list[Variable]:
    v = as_variable(ary, "split")
    if np.ndim(indices_or_sections) == 0 and v.shape[axis] % indices_or_sections:
        raise ValueError("np.split: array split does not result in an equal division")
    return list(F.array_split(v, indices_or_sections, axis))


def array_split(ary: Argument, indices_or_sections: Argument, axis: int = 0) -> list[Variable]:
    return list(F.array_split(ary, indices_or_sections, axis))


def hsplit(ary: Argument, indices_or_sections: Argument) -> list[Variable]:
    return split(ary, indices_or_sections, 1 if np.ndim(ary) > 1 else 0)


def vsplit(ary: Argument, indices_or_sections: Argument) -> list[Variable]:
    return split(ary, indices_or_sections, 0)


def dsplit(ary: Argument, indices_or_sections: Argument) -> list[Variable]:
    return split(ary, indices_or_sections, 2)


# ---- Sums and statistics ----------------------------------------------------------------------


def average(
    a: Argument,
    axis: Argument = None,
    weights: Argument = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Argument:
    y = F.average(a, axis, weights, keepdims)
    if not returned:
        return y
    ones = np.ones(np.shape(a))
    total = F.sum(ones if weights is None else F.mul(weights, ones), axis, keepdims)
    return y, total


def percentile(a: Argument, q: Argument, axis: Argument = None, keepdims: bool = False) -> Variable:
    if isinstance(q, Variable):
        raise TypeError("np.percentile: q is not differentiated; use its .data")
    return F.quantile(a, np.asarray(q) / 100.0, axis, keepdims)


def nanprod(a: Argument, axis: Argument = None, keepdims: bool = False) -> Variable:
    v = as_variable(a, "nanprod")
    return F.prod(F.where(np.isnan(v.data), 1.0, v), axis, keepdims)


def nancumsum(a: Argument, axis: int | None = None) -> Variable:
    v = as_variable(a, "nancumsum")
    return F.cumsum(F.where(np.isnan(v.data), 0.0, v), axis)


def nancumprod(a: Argument, axis: int | None = None) -> Variable:
    v = as_variable(a, "nancumprod")
    return F.cumprod(F.where(np.isnan(v.data), 1.0, v), axis)


def ediff1d(ary: Argument) -> Variable:
    return F.diff(F.reshape(ary, -1))


def gradient(f: Argument, *varargs: Argument, axis: Argument = None) -> Argument:
    v = as_variable(f, "gradient")
    if axis is None:
        axes = list(range(v.ndim))
    else:
        axes = list(axis) if isinstance(axis, (tuple, list)) else [axis]
    spacings = varargs or (1.0,)
    if len(spacings) == 1:
        spacings = spacings * len(axes)
    if len(spacings) != len(axes):
        raise TypeError(f"np.gradient: {len(spacings)} spacings for {len(axes)} axes")
    results = tuple(F.gradient(v, h, d) for h, d in zip(spacings, axes, strict=True))
    return results[0] if len(results) == 1 else results


def cov(
    m: Argument,
    y: Argument = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
) -> Variable:
    rows = [F.atleast_2d(m) if rowvar or np.ndim(m) < 2 else F.transpose(m)]
    if y is not None:
        rows.append(F.atleast_2d(y) if rowvar or np.ndim(y) < 2 else F.transpose(y))
    v = F.concat(rows) if len(rows) > 1 else rows[0]
    n = v.shape[1] - ((0 if bias else 1) if ddof is None else ddof)
    deviation = F.sub(v, F.mean(v, 1, True))
    return F.squeeze(F.div(F.matmul(deviation, F.transpose(deviation)), float(n)))


def corrcoef(x: Argument, y: Argument = None, rowvar: bool = True) -> Variable:
    c = cov(x, y, rowvar)
    if c.ndim == 0:
        return F.div(c, c)
    spread = F.sqrt(F.diagonal(c))
    return F.div(F.div(c, F.unsqueeze(spread, 1)), spread)


# ---- Products ---------------------------------------------------------------------------------


def vecdot(a: Argument, b: Argument, *, axis: int = -1) -> Variable:
    return F.sum(F.mul(F.moveaxis(a, axis, -1), F.moveaxis(b, axis, -1)), -1)


def matvec(a: Argument, b: Argument) -> Variable:
    return F.squeeze(F.matmul(a, F.unsqueeze(b, -1)), -1)


def vecmat(a: Argument, b: Argument) -> Variable:
    return F.squeeze(F.matmul(F.unsqueeze(a, -2), b), -2)


def einsum(*operands: Argument) -> Variable:
    return F.einsum(*operands)


def cross(
    a: Argument,
    b: Argument,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Variable:
    return F.cross(a, b, *((axisa, axisb, axisc) if axis is None else (axis,) * 3))


def linalg_cross(a: Argument, b: Argument, *, axis: int = -1) -> Variable:
    return F.cross(a, b, axis, axis, axis)


def svd(a: Argument, full_matrices: bool = True, compute_uv: bool = True) -> Argument:
    if not compute_uv:
        return LA.svdvals(a)
    square = np.ndim(a) > 1 and np.shape(a)[-2] == np.shape(a)[-1]
    return LA.svd(a, full_matrices and not square)  # of a square matrix both are the same


def cond(x: Argument, p: Argument = None) -> Variable:
    if p in (None, 2, -2):
        s = LA.svdvals(x)
        return F.div(s[..., 0], s[..., -1]) if p != -2 else F.div(s[..., -1], s[..., 0])
    return F.mul(LA.norm(x, p, (-2, -1)), LA.norm(LA.inv(x), p, (-2, -1)))


def vector_norm(
    x: Argument, *, axis: Argument = None, keepdims: bool = False, ord: Argument = 2
) -> Variable:
    v = as_variable(x, "vector_norm")
    if axis is not None:
        if isinstance(axis, int):
            return LA.norm(v, ord, axis, keepdims)
        raise TypeError("np.linalg.vector_norm: several axes are not supported for a Variable")
    y = LA.norm(F.reshape(v, -1), ord)
    return F.reshape(y, (1,) * v.ndim) if keepdims else y


def matrix_norm(x: Argument, *, keepdims: bool = False, ord: Argument = "fro") -> Variable:
    return LA.norm(x, ord, (-2, -1), keepdims)


def i0(x: Argument) -> Variable:
    from cygrad.special import i0  # which needs scipy

    return i0(x)


def polyval(p: Argument, x: Argument) -> Variable:
    y = F.mul(as_variable(x, "polyval"), 0.0)
    for c in p if isinstance(p, (list, tuple)) else as_variable(p, "polyval"):
        y = F.add(F.mul(y, x), c)
    return y


# ---- Plain numbers ----------------------------------------------------------------------------


def data_of(x: Argument) -> Argument:
    """x with the arrays of Variables in place of them, in lists and tuples too."""
    if isinstance(x, Variable):
        return x.data
    if isinstance(x, (list, tuple)) and any(isinstance(v, (Variable, list, tuple)) for v in x):
        return type(x)(data_of(v) for v in x) if type(x) in (list, tuple) else x
    return x
