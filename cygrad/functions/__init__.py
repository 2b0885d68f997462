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
- Networks: dropout, layer_norm, batch_norm, conv1d, conv2d, max_pool2d, avg_pool2d, lstm_cell,
  lstm_step.
- What fused functions compute, composed of the others in a line or two: linear_simple, relu_simple,
  sigmoid_simple, softplus_simple, gelu_simple, softmax_simple, cross_entropy_simple,
  binary_cross_entropy_simple, mean_squared_error_simple, dropout_simple.

All take what `cygrad.Variable` takes, and raise its TypeError for data that are not real numbers.
Of an argument that is no Variable, no gradient is kept.

The core is imported at once; a family that not every program needs when one of its functions is
first asked for, as importing all takes twice as long. (None of these has a function of its own
name: a module would hide it.)
"""

import importlib
from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.core.variable import Variable as _Variable
from cygrad.functions.accumulation import cumsum, prod
from cygrad.functions.activation import erf, erfc, gelu, leaky_relu, relu, sigmoid, silu, softplus
from cygrad.functions.arithmetic import abs, add, div, mul, neg, pow, sqrt, square, sub
from cygrad.functions.exponential import (
    exp,
    exp2,
    expm1,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    logaddexp2,
)
from cygrad.functions.indexing import get_item, take
from cygrad.functions.keywords import explained as _explained
from cygrad.functions.linalg import linear, matmul
from cygrad.functions.reduction import max, mean, min, std, sum, sum_to, variance
from cygrad.functions.rounding import (
    ceil,
    copysign,
    floor,
    floor_divide,
    fmod,
    remainder,
    rint,
    sign,
    trunc,
)
from cygrad.functions.selection import clip, mask_fill, maximum, minimum, tril, triu, where
from cygrad.functions.shape import (
    broadcast_to,
    concat,
    copy,
    reshape,
    split,
    squeeze,
    stack,
    transpose,
    unsqueeze,
)
from cygrad.functions.trigonometric import arccos, arcsin, arctan, cos, cosh, sin, sinh, tan, tanh

if TYPE_CHECKING:
    from cygrad.functions.arrangement import flip, repeat, tile
    from cygrad.functions.calculus import cumprod, diff, gradient, interp, linspace, trapezoid
    from cygrad.functions.contraction import einsum
    from cygrad.functions.convolution import conv1d, conv2d
    from cygrad.functions.inverse import arccosh, arcsinh, arctan2, arctanh, cbrt, hypot, reciprocal
    from cygrad.functions.joining import (
        append,
        array_split,
        atleast_1d,
        atleast_2d,
        atleast_3d,
        column_stack,
        dstack,
        hstack,
        meshgrid,
        vstack,
    )
    from cygrad.functions.lookup import embedding
    from cygrad.functions.loss import (
        accuracy,
        binary_cross_entropy,
        cross_entropy,
        mean_squared_error,
        softmax_cross_entropy,
    )
    from cygrad.functions.masks import dropout
    from cygrad.functions.normalization import batch_norm, layer_norm
    from cygrad.functions.norms import norm
    from cygrad.functions.piecewise import (
        deg2rad,
        fmax,
        fmin,
        heaviside,
        nan_to_num,
        rad2deg,
        select,
        sinc,
    )
    from cygrad.functions.pooling import avg_pool2d, max_pool2d
    from cygrad.functions.products import (
        convolve,
        correlate,
        cross,
        dot,
        inner,
        kron,
        outer,
        tensordot,
        vdot,
    )
    from cygrad.functions.rearrangement import (
        diag,
        diagonal,
        moveaxis,
        pad,
        partition,
        roll,
        rot90,
        sort,
        swapaxes,
        take_along_axis,
        trace,
    )
    from cygrad.functions.recurrent import lstm_cell, lstm_step
    from cygrad.functions.simple import (
        binary_cross_entropy_simple,
        cross_entropy_simple,
        dropout_simple,
        gelu_simple,
        linear_simple,
        mean_squared_error_simple,
        relu_simple,
        sigmoid_simple,
        softmax_simple,
        softplus_simple,
    )
    from cygrad.functions.softmaxes import log_softmax, logsumexp, softmax
    from cygrad.functions.statistics import (
        average,
        median,
        nanmax,
        nanmean,
        nanmin,
        nanstd,
        nansum,
        nanvar,
        ptp,
        quantile,
    )

__all__ = [
    "abs",
    "accuracy",
    "add",
    "append",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "array_split",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "average",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_simple",
    "broadcast_to",
    "cbrt",
    "ceil",
    "clip",
    "column_stack",
    "concat",
    "conv1d",
    "conv2d",
    "convolve",
    "copy",
    "copysign",
    "correlate",
    "cos",
    "cosh",
    "cross",
    "cross_entropy",
    "cross_entropy_simple",
    "cumprod",
    "cumsum",
    "deg2rad",
    "diag",
    "diagonal",
    "diff",
    "div",
    "dot",
    "dropout",
    "dropout_simple",
    "dstack",
    "einsum",
    "embedding",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "flip",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gelu",
    "gelu_simple",
    "get_item",
    "gradient",
    "heaviside",
    "hstack",
    "hypot",
    "inner",
    "interp",
    "kron",
    "layer_norm",
    "leaky_relu",
    "linear",
    "linear_simple",
    "linspace",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_softmax",
    "logaddexp",
    "logaddexp2",
    "logsumexp",
    "lstm_cell",
    "lstm_step",
    "mask_fill",
    "matmul",
    "max",
    "max_pool2d",
    "maximum",
    "mean",
    "mean_squared_error",
    "mean_squared_error_simple",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "moveaxis",
    "mul",
    "nan_to_num",
    "nanmax",
    "nanmean",
    "nanmin",
    "nanstd",
    "nansum",
    "nanvar",
    "neg",
    "norm",
    "outer",
    "pad",
    "partition",
    "pow",
    "prod",
    "ptp",
    "quantile",
    "rad2deg",
    "reciprocal",
    "relu",
    "relu_simple",
    "remainder",
    "repeat",
    "reshape",
    "rint",
    "roll",
    "rot90",
    "select",
    "sigmoid",
    "sigmoid_simple",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softmax_cross_entropy",
    "softmax_simple",
    "softplus",
    "softplus_simple",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "sub",
    "sum",
    "sum_to",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "trace",
    "transpose",
    "trapezoid",
    "tril",
    "triu",
    "trunc",
    "unsqueeze",
    "variance",
    "vdot",
    "vstack",
    "where",
]

# The family in which each function is that is imported when first asked for.
_FAMILIES = {
    name: family
    for family, names in {
        "arrangement": "flip repeat tile",
        "calculus": "cumprod diff gradient interp linspace trapezoid",
        "contraction": "einsum",
        "convolution": "conv1d conv2d",
        "inverse": "arccosh arcsinh arctan2 arctanh cbrt hypot reciprocal",
        "joining": "append array_split atleast_1d atleast_2d atleast_3d column_stack dstack "
        "hstack meshgrid vstack",
        "lookup": "embedding",
        "loss": "accuracy binary_cross_entropy cross_entropy mean_squared_error "
        "softmax_cross_entropy",
        "masks": "dropout",
        "normalization": "batch_norm layer_norm",
        "norms": "norm",
        "piecewise": "deg2rad fmax fmin heaviside nan_to_num rad2deg select sinc",
        "pooling": "avg_pool2d max_pool2d",
        "products": "convolve correlate cross dot inner kron outer tensordot vdot",
        "rearrangement": "diag diagonal moveaxis pad partition roll rot90 sort swapaxes "
        "take_along_axis trace",
        "recurrent": "lstm_cell lstm_step",
        "simple": "binary_cross_entropy_simple cross_entropy_simple dropout_simple gelu_simple "
        "linear_simple mean_squared_error_simple relu_simple sigmoid_simple softmax_simple "
        "softplus_simple",
        "softmaxes": "log_softmax logsumexp softmax",
        "statistics": "average median nanmax nanmean nanmin nanstd nansum nanvar ptp quantile",
    }.items()
    for name in names.split()
}


if not TYPE_CHECKING:  # a name that does not exist is then an error for type checkers too

    def __getattr__(name: str) -> object:
        if name not in _FAMILIES:
            raise elsewhere.missing(__name__, name)
        family = importlib.import_module(f"{__name__}.{_FAMILIES[name]}")
        function: object = _explained(getattr(family, name), __name__)
        globals()[name] = function
        return function


def __dir__() -> list[str]:
    return elsewhere.listed(__name__)


for _name in [name for name in __all__ if name in globals()]:
    globals()[_name] = _explained(globals()[_name], __name__)
for _name in ("sum", "mean", "max", "min"):
    elsewhere.OF_METHODS[_name] = globals()[_name]
    _explained(getattr(_Variable, _name))

import cygrad.functions.methods as _methods  # noqa: F401  (it uses what is above)
