"""The differentiable functions, a file a family; `import cygrad.functions as F`."""

from cygrad.functions.arithmetic import abs, add, div, mul, neg, pow, sqrt, square, sub
from cygrad.functions.convolution import conv1d, conv2d
from cygrad.functions.exponential import exp, expm1, log, log1p
from cygrad.functions.indexing import get_item, take
from cygrad.functions.linalg import matmul
from cygrad.functions.normalization import batch_norm, layer_norm
from cygrad.functions.pooling import avg_pool2d, max_pool2d
from cygrad.functions.reduction import max, mean, min, std, sum, sum_to, variance
from cygrad.functions.selection import clip, maximum, minimum, where
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
from cygrad.functions.trigonometric import (
    arccos,
    arcsin,
    arctan,
    cos,
    cosh,
    sin,
    sinh,
    tan,
    tanh,
)

__all__ = [
    "abs",
    "add",
    "arccos",
    "arcsin",
    "arctan",
    "avg_pool2d",
    "batch_norm",
    "broadcast_to",
    "clip",
    "concat",
    "conv1d",
    "conv2d",
    "copy",
    "cos",
    "cosh",
    "div",
    "exp",
    "expm1",
    "get_item",
    "layer_norm",
    "log",
    "log1p",
    "matmul",
    "max",
    "max_pool2d",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mul",
    "neg",
    "pow",
    "reshape",
    "sin",
    "sinh",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "sub",
    "sum",
    "sum_to",
    "take",
    "tan",
    "tanh",
    "transpose",
    "unsqueeze",
    "variance",
    "where",
]
