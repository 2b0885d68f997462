"""The differentiable functions, a file a family; `import cygrad.functions as F`.

- Arithmetic: add, sub, mul, div, neg, pow, square, sqrt, cbrt, abs, reciprocal, hypot.
- Steps: sign, floor, ceil, rint, trunc, remainder, fmod, floor_divide, copysign, heaviside.
- Exponentials and logarithms: exp, exp2, expm1, log, log2, log10, log1p, logaddexp, logaddexp2.
- Trigonometry: sin, cos, tan, sinc, arcsin, arccos, arctan, arctan2, sinh, cosh, tanh, arcsinh,
  arccosh, arctanh, deg2rad, rad2deg. The error function: erf, erfc.
- Choosing: clip, maximum, minimum, fmax, fmin, where, select, mask_fill, nan_to_num, tril, triu,
  sort, partition.
- Reductions: sum, mean, average, variance, std, max, min, prod, ptp, median, quantile, norm,
  logsumexp, nansum, nanmean, nanvar, nanstd, nanmax, nanmin, sum_to. Along an axis: cumsum,
  cumprod, diff, gradient, trapezoid; between samples: interp.
- Shapes: reshape, transpose, swapaxes, moveaxis, squeeze, unsqueeze, broadcast_to, atleast_1d,
  atleast_2d, atleast_3d, flip, roll, rot90, tile, repeat, pad, copy, diag, diagonal.
- Joining, cutting, making: concat, stack, hstack, vstack, dstack, column_stack, append, split,
  array_split, meshgrid, linspace.
- Indexing: get_item, take, take_along_axis, embedding.
- Products: matmul, linear, einsum, dot, vdot, inner, outer, kron, cross, tensordot, trace,
  convolve, correlate.
- Activations: relu, leaky_relu, sigmoid, gelu, silu, softplus, softmax, log_softmax.
- Losses: cross_entropy (softmax_cross_entropy is another name), binary_cross_entropy,
  mean_squared_error; accuracy, which has no gradient.
- Networks: dropout, mask_of_shape, layer_norm, batch_norm, conv1d, conv2d, max_pool2d, avg_pool2d,
  lstm_cell, lstm_step.
- What fused functions compute, composed of the others in a line or two: linear_simple, relu_simple,
  sigmoid_simple, softplus_simple, gelu_simple, softmax_simple, cross_entropy_simple,
  binary_cross_entropy_simple, mean_squared_error_simple, dropout_simple.

All take what `cygrad.Variable` takes, and raise its TypeError for data that are not real numbers.
Of an argument that is no Variable, no gradient is kept.

A family is imported when one of its functions is first asked for, as importing all takes twice
as long; those that fill in the operators of Variable, at once. (None has a function of its
own name: a module would hide it.) families.py has the table.
"""

from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.functions import (  # noqa: F401  (which fill in the operators)
    arithmetic,
    broadcasting,
    indexing,
    linalg,
    powers,
    reduction,
    rounding,
    shape,
)
from cygrad.functions.families import FAMILIES as _FAMILIES
from cygrad.functions.keywords import explained as _explained

if TYPE_CHECKING:
    from cygrad.functions.accumulation import *
    from cygrad.functions.activation import *
    from cygrad.functions.arithmetic import *
    from cygrad.functions.arrangement import *
    from cygrad.functions.broadcasting import *
    from cygrad.functions.calculus import *
    from cygrad.functions.contraction import *
    from cygrad.functions.convolution import *
    from cygrad.functions.exponential import *
    from cygrad.functions.indexing import *
    from cygrad.functions.inverse import *
    from cygrad.functions.joining import *
    from cygrad.functions.linalg import *
    from cygrad.functions.lookup import *
    from cygrad.functions.loss import *
    from cygrad.functions.masks import *
    from cygrad.functions.normalization import *
    from cygrad.functions.norms import *
    from cygrad.functions.piecewise import *
    from cygrad.functions.pooling import *
    from cygrad.functions.powers import *
    from cygrad.functions.products import *
    from cygrad.functions.rearrangement import *
    from cygrad.functions.recurrent import *
    from cygrad.functions.reduction import *
    from cygrad.functions.rounding import *
    from cygrad.functions.selection import *
    from cygrad.functions.shape import *
    from cygrad.functions.simple import *
    from cygrad.functions.softmaxes import *
    from cygrad.functions.stacking import *
    from cygrad.functions.statistics import *
    from cygrad.functions.trigonometric import *
else:  # type checkers read the stars alone, so that a name that does not exist is an error for them
    __all__ = sorted(_FAMILIES)  # noqa: PLE0605

    def __getattr__(name: str) -> object:
        if name not in _FAMILIES:
            raise elsewhere.missing(__name__, name)
        from importlib import import_module

        family = import_module(f"{__name__}.{_FAMILIES[name]}")
        function = globals()[name] = _explained(getattr(family, name), __name__)
        return function


def __dir__() -> list[str]:
    return elsewhere.listed(__name__)
