"""The functions that are public, by the files that they are in."""

from __future__ import annotations

# Imported with cygrad.functions.
AT_ONCE = {
    "arithmetic": "abs add div mul neg sign sub",
    "broadcasting": "broadcast_to copy reshape sum sum_to",
    "exponential": "exp exp2 expm1 log log10 log1p log2 logaddexp logaddexp2",
    "indexing": "get_item take",
    "linalg": "linear matmul",
    "powers": "pow sqrt square",
    "reduction": "max mean min std variance",
    "rounding": "ceil copysign floor floor_divide fmod remainder rint trunc",
    "selection": "clip mask_fill maximum minimum tril triu where",
    "shape": "squeeze transpose unsqueeze",
    "stacking": "concat split stack",
    "trigonometric": "arccos arcsin arctan cos cosh sin sinh tan tanh",
}
# Imported when one of the functions is first asked for.
LATER = {
    "accumulation": "cumsum prod",
    "activation": "erf erfc gelu leaky_relu relu sigmoid silu softplus",
    "arrangement": "flip repeat tile",
    "calculus": "cumprod diff gradient interp linspace trapezoid",
    "contraction": "einsum",
    "convolution": "conv1d conv2d",
    "inverse": "arccosh arcsinh arctan2 arctanh cbrt hypot reciprocal",
    "joining": "append array_split atleast_1d atleast_2d atleast_3d column_stack dstack hstack "
    "meshgrid vstack",
    "lookup": "embedding",
    "loss": "accuracy binary_cross_entropy cross_entropy mean_squared_error softmax_cross_entropy",
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
}


def files_of(table: dict[str, str]) -> dict[str, str]:
    """The file of each function."""
    return {name: file for file, names in table.items() for name in names.split()}


CORE = files_of(AT_ONCE)
FAMILIES = CORE | files_of(LATER)
