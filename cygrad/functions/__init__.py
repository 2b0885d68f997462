"""The differentiable functions, a file a family; `import cygrad.functions as F`."""

from cygrad.functions.accumulation import cumsum, prod
from cygrad.functions.arithmetic import abs, add, div, mul, neg, pow, sqrt, square, sub
from cygrad.functions.arrangement import flip, repeat, tile
from cygrad.functions.dropout import dropout
from cygrad.functions.einsum import einsum
from cygrad.functions.embedding import embedding
from cygrad.functions.exponential import exp, expm1, log, log1p
from cygrad.functions.indexing import get_item, take
from cygrad.functions.linalg import matmul
from cygrad.functions.norm import norm
from cygrad.functions.reduction import max, mean, min, std, sum, sum_to, variance
from cygrad.functions.selection import (
    clip,
    mask_fill,
    maximum,
    minimum,
    tril,
    triu,
    where,
)
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
    "broadcast_to",
    "clip",
    "concat",
    "copy",
    "cos",
    "cosh",
    "cumsum",
    "div",
    "dropout",
    "einsum",
    "embedding",
    "exp",
    "expm1",
    "flip",
    "get_item",
    "log",
    "log1p",
    "mask_fill",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mul",
    "neg",
    "norm",
    "pow",
    "prod",
    "repeat",
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
    "tile",
    "transpose",
    "tril",
    "triu",
    "unsqueeze",
    "variance",
    "where",
]
