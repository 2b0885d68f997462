"""The functions that are public, by the files that they are in. `.ci/build` adds new ones."""

FUNCTIONS = {
    "accumulation": "cumsum prod",
    "activation": "erf erfc gelu leaky_relu relu sigmoid silu softplus",
    "arithmetic": "abs add div mul neg sign sub",
    "arrangement": "flip repeat tile",
    "broadcasting": "broadcast_to copy reshape sum sum_to",
    "calculus": "cumprod diff gradient interp linspace trapezoid",
    "contraction": "einsum",
    "convolution": "conv1d conv2d",
    "exponential": "exp exp2 expm1 log log10 log1p log2 logaddexp logaddexp2",
    "indexing": "get_item take",
    "inverse": "arccosh arcsinh arctan2 arctanh cbrt hypot reciprocal",
    "joining": "append array_split atleast_1d atleast_2d atleast_3d column_stack dstack hstack "
    "meshgrid vstack",
    "linalg": "linear matmul",
    "lookup": "embedding",
    "loss": "accuracy binary_cross_entropy cross_entropy mean_squared_error softmax_cross_entropy",
    "masks": "dropout",
    "normalization": "batch_norm layer_norm",
    "norms": "norm",
    "piecewise": "deg2rad fmax fmin heaviside nan_to_num rad2deg select sinc",
    "pooling": "avg_pool2d max_pool2d",
    "powers": "pow sqrt square",
    "products": "convolve correlate cross dot inner kron outer tensordot vdot",
    "rearrangement": "diag diagonal moveaxis pad partition roll rot90 sort swapaxes "
    "take_along_axis trace",
    "recurrent": "lstm_cell lstm_step",
    "reduction": "max mean min std variance",
    "rounding": "ceil copysign floor floor_divide fmod remainder rint trunc",
    "selection": "clip mask_fill maximum minimum tril triu where",
    "shape": "squeeze transpose unsqueeze",
    "simple": "binary_cross_entropy_simple cross_entropy_simple dropout_simple gelu_simple "
    "linear_simple mean_squared_error_simple relu_simple sigmoid_simple softmax_simple "
    "softplus_simple",
    "softmaxes": "log_softmax logsumexp softmax",
    "stacking": "concat split stack",
    "statistics": "average median nanmax nanmean nanmin nanstd nansum nanvar ptp quantile",
    "trigonometric": "arccos arcsin arctan cos cosh sin sinh tan tanh",
}

# The file of each function.
FAMILIES = {name: file for file, names in FUNCTIONS.items() for name in names.split()}
