"""Names of other libraries, and what to write here in their place.

Who comes from PyTorch, NumPy, JAX, Chainer or DeZero writes a name of theirs first. These exist no
more than any other name that does not: an AttributeError, hasattr says False, dir leaves them out.
But the error tells what to write. `TABLE` has all of them; modules look into it when they miss a
name, classes have a `Name` for each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

__all__ = [
    "check_arguments",
    "keyword_error",
    "listed",
    "members",
    "missing",
    "named_elsewhere",
    "of_module",
]

C = TypeVar("C", bound=type)

CO_VARARGS, CO_VARKEYWORDS = 0x04, 0x08  # as in inspect, which takes long to import

# By the class or module: names, and what the error says after "has no attribute". {name} is the
# name that was asked for; F is cygrad.functions, L cygrad.layers, cg cygrad, np NumPy.
TABLE = {
    "Variable": {
        "abs arccos arcsin arctan cos cosh erf exp expm1 gelu leaky_relu log log1p log2 log10 "
        "log_softmax logsumexp neg norm reciprocal relu sigmoid sign silu sin sinh softmax softplus "
        "sqrt square tan tanh tril triu": "write F.{name}(x)",
        "acos": "write F.arccos(x)",
        "asin": "write F.arcsin(x)",
        "atan": "write F.arctan(x)",
        "absolute": "write F.abs(x)",
        "add sub mul div": "write x + y, x - y, x * y, x / y",
        "amax": "write x.max(axis)",
        "amin": "write x.min(axis)",
        "array numpy": "write x.data, an ndarray on the same memory",
        "bmm mm matmul": "write x @ y",
        "broadcast_to": "write F.broadcast_to(x, shape)",
        "byte bool cpu cuda double float half int long to to_cpu to_gpu type": "write x; its "
        "numbers are float64 on the CPU, and x.data.astype(dtype) has other ones",
        "chunk": "write F.array_split(x, n, axis)",
        "clamp": "write x.clip(low, high)",
        "clone": "write x.copy()",
        "contiguous": "write x.copy(), or leave it out: functions take any strides",
        "detach": "write x.data for the numbers, or cg.Variable(x.data, requires_grad=False)",
        "dim": "write x.ndim",
        "expand expand_as": "write F.broadcast_to(x, shape)",
        "add_ copy_ div_ fill_ mul_ normal_ sub_ uniform_": "write into x.data, as x.data += 1 does",
        "flip roll split stack unsqueeze": "write F.{name}(x, ...)",
        "gather": "write F.take_along_axis(x, index, axis)",
        "grad_fn": "write x.creator",
        "index_select": "write x.take(index, axis)",
        "is_leaf": "write x.creator is None",
        "masked_fill": "write F.mask_fill(x, mask, value)",
        "masked_select": "write x[mask]",
        "new_ones new_zeros": "write cg.ones(*shape) or cg.zeros(*shape)",
        "numel": "write x.size",
        "null_grad": "write x.cleargrad()",
        "permute": "write x.transpose(*axes)",
        "pow": "write x ** p",
        "register_hook": "compute with x.grad after the backward pass",
        "requires_grad_": "write x.requires_grad = True or False",
        "retain_grad": "write y.backward(retain_grad=True)",
        "t mT": "write x.T, or F.swapaxes(x, -1, -2) for stacks of matrices",
        "view view_as": "write F.reshape(x, shape)",
        "zero_": "write x.cleargrad() to forget the gradient of x, x.data[...] = 0 to zero numbers",
        "zero_grad": "write x.cleargrad()",
    },
    "Function": {
        "apply": "make an instance and call it: Square()(x)",
        "save_for_backward saved_tensors saved_variables": "write self.inputs in backward, and keep "
        "what else is needed on self",
        "needs_input_grad": "write self.inputs[i].requires_grad",
    },
    "Layer": {
        "add_module register_module": "assign the layer to an attribute",
        "add_param register_parameter": "assign a Variable to an attribute",
        "apply children modules named_children named_modules": "write layer.layers(), pairs of name "
        "and layer",
        "bias weight": "write layer.b and layer.w; layer.params() has all of them",
        "buffers named_buffers": "write layer.state_dict(), which has parameters and buffers",
        "cpu cuda double float half to to_cpu to_gpu": "leave it out: all is float64 on the CPU",
        "eval": "write `with cg.test_mode():` around what is to be evaluated",
        "named_parameters namedparams": "write layer.params(), pairs of name and Variable",
        "parameters": "write layer.params(), pairs of name and Variable; optimizer.setup(layer) and "
        "optimizer.update(layer) take the layer itself",
        "predict": "call it: layer(x), in `with cg.no_grad(), cg.test_mode():`",
        "requires_grad_": "write `for name, p in layer.params(): p.requires_grad = False`",
        "save_weights load_weights": "write layer.save(path) or layer.load(path)",
        "train": "leave it out: training is the rule, and `with cg.test_mode():` the exception",
        "zero_grad": "write layer.cleargrads()",
    },
    "Optimizer": {
        "add_param_group param_groups": "write optimizer.lr for the learning rate; groups with rates "
        "of their own need an optimizer each",
        "apply_gradients": "write optimizer.update(model)",
        "minimize": "write model.cleargrads(), loss.backward() and optimizer.update(model)",
        "step": "write optimizer.update(model), or optimizer.update() after optimizer.setup(model)",
        "zero_grad": "write model.cleargrads(), or x.cleargrad() of a Variable",
    },
    "Schedule": {
        "get_last_lr get_lr": "write schedule.optimizer.lr",
        "last_epoch": "write schedule.count",
    },
    "cygrad": {
        "Tensor tensor Array array from_numpy": "write cg.Variable(data), of numbers; what was "
        "computed is a Variable already",
        "as_tensor as_variable asarray": "leave it out: functions and operators take numbers, arrays "
        "and Variables alike; cg.Variable(data) makes a leaf of numbers, and of a Variable that was "
        "computed too",
        "DataLoader": "write cygrad.data.DataLoader",
        "Layer Linear Module Sequential nn": "write `import cygrad.layers as L`, and L.Layer, "
        "L.Linear, L.Sequential",
        "Model MLP": "write cygrad.models.{name}",
        "Parameter": "write cg.Variable(data): assigned to an attribute of a layer it is a parameter",
        "SGD Adam AdamW": "write cygrad.optimizers.{name}",
        "allclose array_equal isclose isnan isfinite": "write np.{name}, which takes Variables",
        "autograd": "write y.backward(), or cg.grad(f) for the gradient of a function",
        "cat concatenate": "write F.concat([x, y], axis)",
        "cuda device": "leave it out: all is on the CPU",
        "empty empty_like": "write cg.zeros(*shape) or cg.zeros_like(x)",
        "enable_grad set_grad_enabled inference_mode": "write `with cg.no_grad():`; outside of it "
        "gradients are kept",
        "float float32 float64 double get_default_dtype set_default_dtype": "leave it out: every "
        "Variable is float64",
        "functional": "write `import cygrad.functions as F`",
        "is_tensor": "write isinstance(x, cg.Variable)",
        "jacfwd jacrev": "write cg.jacobian(f)",
        "jit": "leave it out: functions run as they are",
        "manual_seed seed": "write rng=0, or another seed, where random numbers are drawn: cg.randn, "
        "layers, models",
        "numpy": "write `import numpy as np`: NumPy's functions take Variables",
        "optim": "write `import cygrad.optimizers`",
        "randint randperm": "write np.random.default_rng(seed).integers or .permutation",
        "random": "write cg.rand, cg.randn or cg.normal",
        "save load": "write model.save(path) or model.load(path)",
        "using_config": "write `with cg.no_grad():` or `with cg.test_mode():`",
        "utils": "write cygrad.data for loaders, cygrad.dot for pictures of graphs",
    },
    "cygrad.functions": {
        "absolute": "write F.abs(x)",
        "acos": "write F.arccos(x)",
        "acosh": "write F.arccosh(x)",
        "asin": "write F.arcsin(x)",
        "asinh": "write F.arcsinh(x)",
        "atan": "write F.arctan(x)",
        "atanh": "write F.arctanh(x)",
        "amax": "write F.max(x, axis)",
        "amin": "write F.min(x, axis)",
        "argmax argmin argsort": "write x.{name}()",
        "atan2": "write F.arctan2(y, x)",
        "average_pooling avg_pool average_pooling_2d": "write F.avg_pool2d(x, kernel_size)",
        "bce_loss binary_cross_entropy_with_logits sigmoid_cross_entropy": "write "
        "F.binary_cross_entropy(x, t): x are logits",
        "bmm mm": "write F.matmul(x, y), or x @ y",
        "cat concatenate": "write F.concat([x, y], axis)",
        "chunk": "write F.array_split(x, n, axis)",
        "clamp": "write F.clip(x, low, high)",
        "convolution_2d": "write F.conv2d(x, w, b)",
        "cross_entropy_loss nll_loss": "write F.cross_entropy(x, t): x are logits, t are labels",
        "divide true_divide": "write F.div(x, y), or x / y",
        "embed_id": "write F.embedding(x, w)",
        "expand broadcast": "write F.broadcast_to(x, shape)",
        "expand_dims": "write F.unsqueeze(x, axis)",
        "flatten view": "write F.reshape(x, shape)",
        "gammaln lgamma": "write cygrad.special.gammaln(x)",
        "gather": "write F.take_along_axis(x, index, axis)",
        "index_select": "write F.take(x, index, axis)",
        "inv solve cholesky det slogdet svd qr eigh expm logm sqrtm": "write cygrad.linalg.{name}",
        "matrix_exp": "write cygrad.linalg.expm(a)",
        "l1_loss mean_absolute_error": "write F.mean(F.abs(x - t))",
        "logsigmoid": "write -F.softplus(-x)",
        "masked_fill": "write F.mask_fill(x, mask, value)",
        "masked_select": "write x[mask]",
        "max_pool max_pooling_2d": "write F.max_pool2d(x, kernel_size)",
        "mse_loss": "write F.mean_squared_error(x, t)",
        "multiply": "write F.mul(x, y), or x * y",
        "negative": "write F.neg(x), or -x",
        "normalize": "write x / F.norm(x, axis=-1, keepdims=True)",
        "one_hot": "write np.eye(n)[labels]; F.cross_entropy takes the labels themselves",
        "permute": "write F.transpose(x, axes)",
        "power float_power": "write F.pow(x, y), or x ** y",
        "rsqrt": "write 1 / F.sqrt(x)",
        "subtract": "write F.sub(x, y), or x - y",
        "swish": "write F.silu(x)",
        "var": "write F.variance(x, axis)",
    },
    "cygrad.linalg": {
        "cho_factor": "write cygrad.linalg.cholesky(a)",
        "cho_solve": "write cygrad.linalg.solve_triangular(l, b, lower=True), and again with trans=1",
        "cond": "write np.linalg.cond(x), which takes Variables",
        "cosm sinm tanm coshm sinhm tanhm signm funm": "write cygrad.linalg.matrix_function(f, x), "
        "for a symmetric x",
        "cross diagonal outer tensordot trace vecdot": "write np.linalg.{name}, which takes "
        "Variables",
        "dot einsum inner kron vdot": "write cygrad.functions.{name}",
        "eig eigvals": "write cygrad.linalg.eigh(a) or eigvalsh(a), for symmetric matrices: others "
        "have complex eigenvalues",
        "fractional_matrix_power": "write cygrad.linalg.matrix_function(lambda w: w**p, x), for a "
        "symmetric x; cygrad.linalg.sqrtm for any",
        "inv_ex": "write cygrad.linalg.inv(a)",
        "logdet": "write cygrad.linalg.slogdet(a).logabsdet",
        "matrix_exp": "write cygrad.linalg.expm(a)",
        "matrix_log": "write cygrad.linalg.logm(a)",
        "matrix_norm vector_norm": "write cygrad.linalg.norm(x, ord, axis)",
        "matrix_rank": "write np.linalg.matrix_rank(x.data): it has no derivative",
        "pinvh": "write cygrad.linalg.pinv(a)",
        "polar": "write cygrad.linalg.matrix_function(lambda w: w**-0.5, x.T @ x): x times that is "
        "the orthogonal factor",
        "solve_ex": "write cygrad.linalg.solve(a, b)",
    },
    "cygrad.layers": {
        "BatchNorm1d BatchNorm2d BatchNorm3d BatchNormalization": "write L.BatchNorm()",
        "BCELoss BCEWithLogitsLoss": "write F.binary_cross_entropy(x, t): x are logits",
        "Conv1d": "write F.conv1d(x, w, b), with w and b in a layer of your own",
        "CrossEntropyLoss NLLLoss": "write F.cross_entropy(x, t): x are logits, t are labels",
        "Dense": "write L.Linear(out_size)",
        "EmbedID": "write L.Embedding(num, size)",
        "GELU ReLU LeakyReLU Sigmoid SiLU Softmax LogSoftmax Softplus Tanh": "a function goes where "
        "a layer goes, such as L.Sequential(L.Linear(3), F.relu)",
        "GRUCell": "write L.GRU(hidden_size), which takes a step a call",
        "LSTMCell": "write L.LSTM(hidden_size), which takes a step a call",
        "RNNCell": "write L.RNN(hidden_size), which takes a step a call",
        "Identity": "leave it out, or give a function, lambda x: x",
        "L1Loss": "write F.mean(F.abs(x - t))",
        "MLP Model": "write cygrad.models.{name}",
        "MSELoss": "write F.mean_squared_error(x, t)",
        "Module": "write L.Layer",
        "ModuleDict ParameterDict": "assign a dict of layers to an attribute",
        "ModuleList": "assign a list of layers to an attribute",
        "Parameter": "write cg.Variable(data): assigned to an attribute of a layer it is a parameter",
        "functional": "write `import cygrad.functions as F`",
    },
    "cygrad.models": {
        "Module": "write cygrad.models.Model",
        "Sequential": "write cygrad.layers.Sequential",
    },
    "cygrad.optimizers": {
        "Adagrad": "write AdaGrad(lr)",
        "CosineAnnealingLR": "write CosineSchedule(optimizer, total_steps)",
        "ExponentialLR": "write ExponentialSchedule(optimizer, gamma)",
        "LBFGS": "write cygrad.optimize.minimize(f, x0, method='L-BFGS-B')",
        "LRScheduler LambdaLR": "derive a class from Schedule, with lr_at(self, count)",
        "LinearLR": "write WarmUp(optimizer, steps)",
        "MomentumSGD": "write Momentum(lr, momentum)",
        "Nesterov NAG": "write Momentum(lr, nesterov=True)",
        "RMSProp": "write RMSprop(lr)",
        "StepLR": "write StepSchedule(optimizer, step_size, gamma)",
        "lr_scheduler": "the schedules are beside the optimizers: cygrad.optimizers.CosineSchedule",
    },
    "cygrad.hooks": {
        "GradientClipping clip_grad_norm_ clip_grad_norm": "write "
        "Adam(hooks=[cygrad.hooks.ClipGrad(max_norm)])",
        "clip_grad_value_": "write Adam(hooks=[cygrad.hooks.ClipValue(max_value)])",
    },
    "cygrad.data": {
        "Dataset TensorDataset": "give the arrays: cygrad.data.DataLoader((inputs, labels))",
        "SeqDataLoader": "write cygrad.data.SequenceLoader",
    },
    "cygrad.numerical": {
        "gradcheck gradgradcheck": "write cygrad.numerical.check_grads(f, *xs, order=1)",
        "numerical_grad numerical_diff": "write cygrad.numerical.diff(f, *xs)",
    },
    "cygrad.dot": {
        "get_dot_graph": "write cygrad.dot.graph(y)",
        "make_dot plot_dot_graph": "write cygrad.dot.render(y, path)",
    },
}

# By the class: arguments of constructors, and what the error says. The row * is for too many
# without a name; {kind} is the class that was called.
ARGUMENTS = {
    "Optimizer": {
        "*": "optimizers are made without parameters: write {kind}(lr=0.001).setup(model)",
        "amsgrad capturable centered dampening differentiable foreach fused maximize": "leave it "
        "out: there is no such variant",
        "alpha": "write lr=",
        "betas": "write beta1=0.9, beta2=0.999",
        "learning_rate": "write lr=",
        "model parameters params": "write {kind}(lr=0.001).setup(model)",
        "momentum nesterov": "write Momentum(lr=0.01, momentum=0.9, nesterov=False)",
        "weight_decay": "write AdamW(weight_decay=0.01); or Adam(hooks=[WeightDecay(0.01)]), with "
        "cygrad.hooks.WeightDecay, to add it to the gradients",
    },
    "Schedule": {
        "T_max": "write total_steps=",
        "eta_min": "write min_lr=",
        "last_epoch verbose": "leave it out; schedule.count is the number of steps",
        "total_iters": "write steps=",
    },
    "Linear": {
        "in_features": "write in_size=, or leave it out: the first x tells",
        "nobias": "write bias=False",
        "out_features": "write out_size=",
    },
    "Conv2d": {
        "*": "the channels that come out are first, and those of x are in_channels=, or told by the "
        "first x: write L.Conv2d(8, 5, stride=1)",
        "groups padding_mode": "leave it out: there is none",
        "ksize": "write kernel_size=",
        "pad": "write padding=",
    },
    "Recurrent": {
        "batch_first": "leave it out: a call takes one step, of shape (batch, in_size)",
        "bidirectional": "leave it out: there is none",
        "input_size": "write in_size=, or leave it out: the first x tells",
        "num_layers": "write L.Sequential(L.LSTM(8), L.LSTM(8))",
    },
    "BatchNorm": {"num_features": "write size=, or leave it out: the first x tells"},
    "LayerNorm": {"normalized_shape": "write shape="},
    "Dropout": {"dropout_ratio ratio rate drop_prob": "write p="},
    "Embedding": {
        "embedding_dim out_size": "write size=",
        "num_embeddings in_size": "write num=",
        "padding_idx max_norm sparse": "leave it out: there is none",
    },
    "_Pool2d": {"ksize": "write kernel_size=", "pad": "write padding="},
    "CheckedLayer": {"device dtype": "leave it out: all is float64 on the CPU"},
}

# Keywords of functions: what it is called where the function has one of these arguments.
KEYWORDS = {
    "axis": "dim dims axes",
    "axes": "dims dim axis",
    "keepdims": "keepdim keep_dims",
    "ddof": "correction",
    "p": "dropout_ratio ratio rate drop_prob",
    "padding": "pad",
    "kernel_size": "ksize",
    "slope": "alpha negative_slope",
    "w": "weight W",
    "b": "bias",
    "t": "target targets label labels",
    "ignore_index": "ignore_label",
    "low": "min a_min min_value",
    "high": "max a_max max_value",
    "gamma": "weight",
    "beta": "bias",
    "k": "diagonal",
    "sizes": "split_size_or_sections indices_or_sections",
    "x": "input",
    "a": "input",
    "shift": "shifts",
    "reps": "repeats",
}

# And what else it says: by the function, or, in the row *, of any.
OTHER_KEYWORDS = {
    "binary_cross_entropy cross_entropy mean_squared_error softmax_cross_entropy": {
        "reduction reduce size_average": "leave it out: the loss is the mean; F.mean(loss) of the sum, "
        "or the loss times the number that it is the mean of, is the sum",
        "weight pos_weight label_smoothing class_weight": "leave it out: there is none; write the "
        "weighted mean with F.log_softmax",
    },
    "variance std var": {
        "unbiased": "write ddof=1 for unbiased=True, the default there; 0 is ours"
    },
    "add sub": {"alpha": "write x + alpha * y"},
    "*": {
        "device": "leave it out: all is on the CPU",
        "dim dims axis": "leave it out: the function has no axis",
        "dtype": "leave it out: all is float64",
        "inplace": "leave it out: the result is a new Variable",
        "keepdim keepdims": "leave it out: the function reduces no axis, or drops none",
        "out": "leave it out: no result is written to an array",
        "reduction": "leave it out: write F.mean or F.sum of the result",
        "train training": "leave it out, and write `with cg.test_mode():` around what is to be "
        "evaluated",
    },
}


def _hints(where: str, table: Mapping[str, Mapping[str, str]] = TABLE) -> dict[str, str]:
    """A part of a table, a name an entry."""
    return {
        name: hint.replace("{name}", name)
        for names, hint in table.get(where, {}).items()
        for name in names.split()
    }


# ---- Classes ----------------------------------------------------------------------------------


class Name:
    """A name that a class does not have, as an attribute of it.

    What an instance, a subclass or another base has under the name comes first. Where there is
    none, the AttributeError says what to write. Attributes that the class has cost nothing more,
    as they would with a `__getattr__`.
    """

    def __init__(self, kind: type, name: str, hint: str) -> None:
        self.kind, self.name, self.__doc__ = kind, name, hint

    # Any: what the other base has.
    def __get__(self, instance: object, owner: type) -> Any:
        of = owner if instance is None else instance
        try:
            return getattr(super(self.kind, of), self.name)
        except AttributeError:
            what = f"type object {owner.__name__!r}"
            if instance is not None:
                what = f"{owner.__name__!r} object"
            raise AttributeError(f"{what} has no attribute {self.name!r}: {self.__doc__}") from None


def members(kind: type, where: str) -> dict[str, object]:
    """What a class gets: its names, and a `__dir__` that leaves them out."""
    hints = _hints(where)

    def __dir__(self: object) -> list[str]:
        names = object.__dir__(self)
        return [name for name in names if name not in hints or hasattr(self, name)]

    return {"__dir__": __dir__} | {name: Name(kind, name, hint) for name, hint in hints.items()}


def named_elsewhere(kind: C) -> C:
    """Give a class written in Python the names of the table's part that is called like it."""
    for name, member in members(kind, kind.__name__).items():
        setattr(kind, name, member)
    return kind


def check_arguments(kind: type, args: Sequence[object], kwargs: Mapping[str, object]) -> None:
    """Raise the TypeError for arguments that a constructor does not take, if there is a hint.

    A class calls it in a `__new__`; where there is no hint, `__init__` makes Python's own error.
    """
    code = getattr(kind.__init__, "__code__", None)  # type: ignore[misc]
    if code is None:
        return
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    first = names[: code.co_argcount - 1][: len(args)]
    strange = [name for name in kwargs if name not in names and not code.co_flags & CO_VARKEYWORDS]
    if (
        len(args) > len(first)
        and not code.co_flags & CO_VARARGS
        or not kwargs.keys().isdisjoint(first)
    ):
        strange = ["*"]
    for name in strange:
        for base in kind.__mro__:
            hint = _hints(base.__name__, ARGUMENTS).get(name)
            if hint is not None:
                what = "these arguments" if name == "*" else f"{name}="
                hint = hint.replace("{kind}", kind.__name__)
                raise TypeError(f"{kind.__name__}() does not take {what}: {hint}")


def keyword_error(
    function: Any, error: TypeError, keywords: Sequence[str]
) -> TypeError | None:  # Any: of any kind, Python's or compiled
    """The error for a call with a keyword of another library's, if it has failed by that."""
    name: str = function.__name__
    text = str(error)
    if not text.partition("()")[0].endswith(name) or "keyword argument" not in text:
        return None
    code = getattr(function, "__code__", None) or getattr(OF_METHODS.get(name), "__code__", None)
    if code is None:
        return None
    own = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    for keyword in keywords:
        if keyword in own or f"'{keyword}'" not in text:
            continue
        hint = next(
            (
                f"write {ours}="
                for ours, theirs in KEYWORDS.items()
                if ours in own and keyword in theirs.split()
            ),
            None,
        )
        for functions in [*OTHER_KEYWORDS][:-1] if name != "*" else []:
            if name.removesuffix("_simple") in functions.split():
                hint = _hints(functions, OTHER_KEYWORDS).get(keyword, hint)
        hint = hint or _hints("*", OTHER_KEYWORDS).get(keyword)
        if hint is not None:
            return TypeError(f"{name}() does not take {keyword}=: {hint}")
    return None


# Functions of cygrad.functions with the arguments of methods in C, which do not tell their own.
OF_METHODS: dict[str, Any] = {}


# ---- Modules ----------------------------------------------------------------------------------


def missing(where: str, name: str, functions: Sequence[str] = ()) -> AttributeError:
    """The error for what a module does not have; `functions` are names that F has in its place."""
    hint = _hints(where).get(name)
    if name in functions:
        hint = f"write F.{name}, after `import cygrad.functions as F`"
    return AttributeError(
        f"module {where!r} has no attribute {name!r}" + (f": {hint}" if hint else "")
    )


def listed(where: str, later: Sequence[str] = ()) -> list[str]:
    """What dir shows of a module: what is in `__all__`, what is loaded later, and dunders."""
    inside = vars(sys.modules[where])
    dunders = [name for name in inside if name.startswith("__")]
    return sorted({*inside["__all__"], *later, *dunders})


def of_module(where: str) -> tuple[Callable[[str], NoReturn], Callable[[], list[str]]]:
    """A module's `__getattr__` and `__dir__`."""

    def __getattr__(name: str) -> NoReturn:
        raise missing(where, name)

    def __dir__() -> list[str]:
        return listed(where)

    return __getattr__, __dir__
