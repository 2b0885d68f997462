"""The differentiable functions, a file a family; `import cygrad.functions as F`."""

from cygrad.functions.accumulation import cumsum, prod
from cygrad.functions.activation import erf, erfc, gelu, leaky_relu, relu, sigmoid, silu, softplus
from cygrad.functions.arithmetic import abs, add, div, mul, neg, pow, sqrt, square, sub
from cygrad.functions.arrangement import flip, repeat, tile
from cygrad.functions.convolution import conv1d, conv2d
from cygrad.functions.dropout import dropout
from cygrad.functions.einsum import einsum
from cygrad.functions.embedding import embedding
from cygrad.functions.exponential import exp, expm1, log, log1p
from cygrad.functions.indexing import get_item, take
from cygrad.functions.linalg import linear, matmul
from cygrad.functions.loss import accuracy, binary_cross_entropy, cross_entropy, mean_squared_error
from cygrad.functions.loss import cross_entropy as softmax_cross_entropy  # DeZero's name
from cygrad.functions.norm import norm
from cygrad.functions.normalization import batch_norm, layer_norm
from cygrad.functions.pooling import avg_pool2d, max_pool2d
from cygrad.functions.recurrent import lstm_cell, lstm_step
from cygrad.functions.reduction import max, mean, min, std, sum, sum_to, variance
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
from cygrad.functions.softmax import log_softmax, logsumexp, softmax
from cygrad.functions.trigonometric import arccos, arcsin, arctan, cos, cosh, sin, sinh, tan, tanh

__all__ = [
    "abs",
    "accuracy",
    "add",
    "arccos",
    "arcsin",
    "arctan",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_simple",
    "broadcast_to",
    "clip",
    "concat",
    "conv1d",
    "conv2d",
    "copy",
    "cos",
    "cosh",
    "cross_entropy",
    "cross_entropy_simple",
    "cumsum",
    "div",
    "dropout",
    "dropout_simple",
    "einsum",
    "embedding",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "flip",
    "gelu",
    "gelu_simple",
    "get_item",
    "layer_norm",
    "leaky_relu",
    "linear",
    "linear_simple",
    "log",
    "log1p",
    "log_softmax",
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
    "min",
    "minimum",
    "mul",
    "neg",
    "norm",
    "pow",
    "prod",
    "relu",
    "relu_simple",
    "repeat",
    "reshape",
    "sigmoid",
    "sigmoid_simple",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softmax_cross_entropy",
    "softmax_simple",
    "softplus",
    "softplus_simple",
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
