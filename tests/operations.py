"""The table of all operations, over which the generic tests run.

A row has the operation as a function of Variables alone (axes, shapes and other arguments bound),
the same in NumPy, and sample inputs away from kinks and from the ends of the domain. An operation
may have several rows, one for each way to call it that has code of its own.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import cygrad as cg
import cygrad.functions as F
import references

Array = Any


@dataclass(frozen=True)
class Operation:
    """A row of the table.

    `broadcasts`: the inputs may be of any shapes that broadcast; `domains`: between which numbers
    those of other shapes are then drawn, for each input. `elementwise`: any shape will do.
    `exact`: every bit is NumPy's; else a relative error of `rtol` is allowed. `smooth`: the second
    derivative exists (it may be zero) and is checked. `ulps`: by how much the fused gradient may differ
    from the composed rule's, where both sum, in their own order. `composed`: it has no node of its
    own, and an input that it uses twice gets its gradient in parts. `optional`: the places
    of inputs that may be None.
    """

    name: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    inputs: tuple[Array, ...]
    label: str = ""
    broadcasts: bool = False
    elementwise: bool = False
    exact: bool = True
    smooth: bool = True
    rtol: float = 1e-15
    ulps: int = 2
    composed: bool = False
    optional: tuple[int, ...] = ()
    domains: tuple[tuple[float, float], ...] = ((0.4, 1.9), (0.4, 1.9))

    def __str__(self) -> str:
        return f"{self.name}-{self.label}" if self.label else self.name


A = np.array([[0.7, -1.3, 2.1], [-0.4, 1.9, 0.25]])
B = np.array([[-1.1, 0.6, 0.9], [1.7, -2.3, 0.35]])
C = np.array([[0.31, 1.23, -0.77], [2.05, -0.66, -1.41]])
POSITIVE = np.array([[0.7, 1.3, 2.1], [0.4, 1.9, 0.25]])
INSIDE = np.array([[0.7, -0.3, 0.1], [-0.4, 0.9, 0.25]])  # of (-1, 1)
CUBE = np.linspace(-1.7, 2.3, 24).reshape(2, 3, 4)[:, ::-1] ** 3 + 0.1
MASK = np.array([[True, False, True], [False, False, True]])
VECTOR = np.array([0.9, -1.2, 0.45])


def unary(name: str, x: Array, reference: Any = None, **kwargs: Any) -> Operation:
    reference = reference or getattr(np, name)
    return Operation(name, getattr(F, name), reference, (x,), elementwise=True, **kwargs)


def binary(name: str, a: Array, b: Array, reference: Any, **kwargs: Any) -> Operation:
    call = getattr(F, name)
    return Operation(name, call, reference, (a, b), broadcasts=True, elementwise=True, **kwargs)


def bound(name: str, label: str, x: Array, reference: Any, *args: Any, **kwargs: Any) -> Operation:
    """One input, and arguments of the operation that are no Variables."""
    call = getattr(F, name)
    return Operation(name, lambda x: call(x, *args), reference, (x,), label, **kwargs)


def reductions() -> list[Operation]:
    rows = []
    numpy_names = {"sum": "sum", "mean": "mean", "variance": "var", "std": "std"}
    numpy_names |= {"max": "max", "min": "min"}
    for name, numpy_name in numpy_names.items():
        call, reference = getattr(F, name), getattr(np, numpy_name)
        for axis, keepdims in [(None, False), (0, False), (-1, True), ((0, 2), False)]:
            rows.append(
                Operation(
                    name,
                    lambda x, c=call, a=axis, k=keepdims: c(x, axis=a, keepdims=k),
                    lambda x, c=reference, a=axis, k=keepdims: c(x, axis=a, keepdims=k),
                    (CUBE,),
                    f"axis={axis},keepdims={keepdims}",
                    exact=name in ("max", "min"),
                    rtol=1e-14,
                )
            )
    return rows


def products() -> list[Operation]:
    numbers = np.sin(np.arange(1.0, 200.0))
    shapes: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
        ((3,), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3,)),
        ((2, 3), (3, 4)),
        ((2, 2, 3), (3, 4)),
        ((2, 3), (4, 3, 2)),
        ((2, 1, 2, 3), (3, 3, 2)),
        ((3,), (2, 3, 2)),
        ((2, 2, 3), (3,)),
        ((1, 1), (1, 1)),
    ]
    rows = []
    for a, b in shapes:
        x = numbers[: int(np.prod(a))].reshape(a)
        y = numbers[-int(np.prod(b)) :].reshape(b)
        rows.append(
            Operation("matmul", F.matmul, np.matmul, (x, y), f"{a}@{b}", exact=False, rtol=1e-14)
        )
    return rows


def sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def gelu(x: Array) -> Array:
    return 0.5 * x * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * x**3)))


def normal_cdf(x: Array) -> Array:
    return np.vectorize(lambda v: 0.5 * math.erfc(-v / math.sqrt(2.0)))(x)


def softmax(x: Array, axis: int = -1) -> Array:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_sum_exp(x: Array, axis: Any, keepdims: bool) -> Array:
    return np.log(np.exp(x).sum(axis=axis, keepdims=keepdims))


def cross_entropy(x: Array, t: Array) -> Array:
    """The mean over the rows whose label is not negative."""
    counted = t >= 0
    return -np.log(softmax(x)[counted, t[counted]]).mean()


def logistic_loss(x: Array, t: Array) -> Array:
    return (np.log1p(np.exp(x)) - x * t).mean()


def lstm_cell(gates: Array, c: Array) -> Array:
    """h and the new c, side by side."""
    i, f, g, o = np.split(gates, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return np.concatenate([sigmoid(o) * np.tanh(c), c], axis=-1)


def activations() -> list[Operation]:
    close: dict[str, Any] = {"exact": False, "rtol": 4e-15}
    step = [A, np.where(A > 0, A, 0.1 * A)]
    return [
        unary("relu", A, lambda x: np.maximum(x, 0.0)),
        unary("relu_simple", A, lambda x: np.maximum(x, 0.0)),
        bound(
            "leaky_relu", "", step[0], lambda x: np.where(x > 0, x, 0.1 * x), 0.1, elementwise=True
        ),
        unary("sigmoid", A, sigmoid, **close),
        unary("sigmoid_simple", A, sigmoid, **close),
        unary("silu", A, lambda x: np.where(x == -np.inf, -0.0, x * sigmoid(x)), **close),
        unary("gelu", A, lambda x: np.where(x == -np.inf, -0.0, gelu(x)), **close),
        unary("gelu_simple", A, gelu, composed=True, **close),
        bound("gelu", "exact", A, lambda x: x * normal_cdf(x), "none", elementwise=True, **close),
        unary("softplus", A, lambda x: np.logaddexp(0.0, x), **close),
        unary("softplus_simple", A, lambda x: np.logaddexp(x, 0.0), **close),
        unary("erf", A, np.vectorize(math.erf), **close),
        unary("erfc", A, np.vectorize(math.erfc), **close),
    ]


def losses() -> list[Operation]:
    close: dict[str, Any] = {"exact": False, "rtol": 1e-14}
    labels, some = np.array([2, 0]), np.array([-100, 1])
    probabilities = np.array([[0.2, 0.9, 0.0], [1.0, 0.5, 0.7]])
    gates = np.sin(np.arange(24.0)).reshape(2, 12) * 1.5
    return [
        *[
            bound(
                name,
                f"axis={axis}",
                CUBE,
                lambda x, a=axis: softmax(x, a),
                axis,
                ulps=64,
                composed=name == "softmax_simple",
                **close,
            )
            for name in ("softmax", "softmax_simple")
            for axis in (-1, 0)
        ],
        bound(
            "log_softmax", "", CUBE, lambda x: np.log(softmax(x)), exact=False, rtol=1e-12, ulps=64
        ),
        bound(
            "log_softmax",
            "axis=1",
            CUBE,
            lambda x: np.log(softmax(x, 1)),
            1,
            exact=False,
            rtol=1e-12,
            ulps=64,
        ),
        *[
            bound(
                "logsumexp",
                f"{axis},{keepdims}",
                CUBE,
                lambda x, a=axis, k=keepdims: log_sum_exp(x, a, k),
                axis,
                keepdims,
                **close,
            )
            for axis, keepdims in ((None, False), (0, False), ((0, -1), True))
        ],
        bound("cross_entropy", "", A, lambda x: cross_entropy(x, labels), labels, **close),
        bound(
            "cross_entropy",
            "column",
            A,
            lambda x: cross_entropy(x, labels),
            labels[:, None].astype(float),
            **close,
        ),
        bound("cross_entropy", "ignored", A, lambda x: cross_entropy(x, some), some, **close),
        bound("cross_entropy_simple", "", A, lambda x: cross_entropy(x, labels), labels, **close),
        Operation(
            "binary_cross_entropy",
            F.binary_cross_entropy,
            logistic_loss,
            (A, probabilities),
            exact=False,
            rtol=1e-14,
        ),
        Operation(
            "binary_cross_entropy_simple",
            F.binary_cross_entropy_simple,
            logistic_loss,
            (A, probabilities),
            exact=False,
            rtol=1e-14,
            composed=True,
        ),
        *[
            Operation(
                name,
                getattr(F, name),
                lambda x, t: ((x - t) ** 2).mean(),
                (A, B),
                exact=False,
                rtol=1e-15,
            )
            for name in ("mean_squared_error", "mean_squared_error_simple")
        ],
        Operation(
            "lstm_cell",
            lambda g, c: F.concat(F.lstm_cell(g, c), axis=-1),
            lstm_cell,
            (gates, A),
            exact=False,
            rtol=1e-14,
        ),
        Operation(
            "lstm_step",
            lambda *inputs: F.concat(F.lstm_step(*inputs), axis=-1),
            lambda x, h, c, wx, wh, b: lstm_cell(x @ wx + h @ wh + b, c),
            (B[:, :2], C, A, np.cos(gates), np.cos(np.arange(36.0)).reshape(3, 12), gates[0]),
            exact=False,
            rtol=1e-14,
            ulps=64,
        ),
        *[
            Operation(
                name,
                getattr(F, name),
                lambda x, w, b: x @ w + b,
                (x, A, VECTOR),
                label,
                exact=False,
                rtol=1e-14,
                optional=(2,),
            )
            for name in ("linear", "linear_simple")
            for label, x in {
                "vector": B[:, 0],
                "rows": CUBE[0].T[:, :2],
                "stack": CUBE[..., :2],
            }.items()
        ],
        Operation(
            "linear", F.linear, lambda x, w: x @ w, (B.T, A), "no bias", exact=False, rtol=1e-14
        ),
        Operation(
            "dropout_simple",
            lambda x: F.dropout_simple(x, 0.25, 5),
            lambda x: x * (np.random.default_rng(5).random(x.shape) >= 0.25) / 0.75,
            (A,),
            exact=False,
        ),
    ]


def accumulations() -> list[Operation]:
    """Products and running sums; the products with every number of zeros that matters."""
    zeros = {"no zero": [], "one zero": [(0, 1, 2)], "zeros": [(0, 0, 1), (0, 1, 1), (1, 2, 3)]}
    rows = []
    for label, places in zeros.items():
        x = CUBE.copy()
        for place in places:
            x[place] = 0.0
        for axis in (None, 1, (0, -1)):
            rows.append(
                bound("prod", f"{label},axis={axis}", x, lambda x, a=axis: x.prod(a), axis, **CLOSE)
            )
    kept = bound("prod", "keepdims", CUBE, lambda x: x.prod(1, keepdims=True), 1, True, **CLOSE)
    sums = [
        bound("cumsum", f"axis={axis}", CUBE, lambda x, a=axis: x.cumsum(a), axis)
        for axis in (None, 0, 1, -1)
    ]
    return [*rows, kept, *sums]


def arrangements() -> list[Operation]:
    rows = [bound("flip", f"{axis}", CUBE, lambda x, a=axis: np.flip(x, a), axis) for axis in AXES]
    for reps in (1, 2, (2, 1, 3), (3, 1), (2, 1, 1, 2), ()):
        rows.append(bound("tile", f"{reps}", CUBE, lambda x, r=reps: np.tile(x, r), reps))
    for repeats, axis in [(2, None), (3, 1), (1, 0), ([2], -1), ([2, 0, 1], 1), ([1] * 24, None)]:
        rows.append(
            bound(
                "repeat",
                f"{repeats},{axis}",
                CUBE,
                lambda x, r=repeats, a=axis: np.repeat(x, r, a),
                repeats,
                axis,
            )
        )
    for name, k in itertools.product(("tril", "triu"), (0, 1, -1, 7)):
        reference = getattr(np, name)
        rows.append(bound(name, f"{k}", CUBE, lambda x, k=k, r=reference: r(x, k), k))
    return rows


def norms() -> list[Operation]:
    rows = []
    for p, axis in itertools.product((None, 1, 2, 3, 1.5, -1, -2.5, 0, np.inf, -np.inf), (0, -1)):
        rows.append(
            bound(
                "norm",
                f"{p},{axis}",
                CUBE,
                lambda x, p=p, a=axis: np.linalg.norm(x, p, a),
                p,
                axis,
                **CLOSE,
            )
        )
    for p, axis in itertools.product((None, "fro", 1, -1, np.inf, -np.inf), ((0, 2), (-1, 1))):
        rows.append(
            bound(
                "norm",
                f"{p},{axis}",
                CUBE,
                lambda x, p=p, a=axis: np.linalg.norm(x, p, a, True),
                p,
                axis,
                True,
                **CLOSE,
            )
        )
    for p, x in [(None, CUBE), (None, VECTOR), (3, VECTOR), (1, A), ("fro", A)]:
        rows.append(
            bound("norm", f"{p}{x.shape}", x, lambda x, p=p: np.linalg.norm(x, p), p, **CLOSE)
        )
    return rows


def sums_of_products() -> list[Operation]:
    square, flat, tall = CUBE[:, :2, :2], CUBE[0], CUBE[:, :, 0]
    calls: list[tuple[str, tuple[Array, ...]]] = [
        ("ij,kj->ik", (A, B)),
        ("ij,jk", (A, B.T)),
        ("ij,ij->ij", (A, B)),
        ("ij,ij->", (A, B)),
        ("ij,kl->ljki", (A, B[:, :2])),
        ("i,i", (VECTOR, VECTOR[::-1] + 2.0)),
        ("i,j->ji", (VECTOR, VECTOR + 2.0)),
        ("bij,bjk->bik", (CUBE, CUBE.transpose(0, 2, 1))),
        ("ijk->kij", (CUBE,)),
        ("ijk->j", (CUBE,)),
        ("jki", (CUBE,)),
        ("bii->b", (square,)),
        ("bii->ib", (square,)),
        ("bii", (square,)),
        ("bij,kii->bk", (CUBE[:, :2], square)),
        ("ij,jk,ki->", (A, CUBE[0].copy(), CUBE[1].T[:, :2])),
        ("ab,bc,cd,b->ad", (A, flat, flat.T, VECTOR)),
        ("...ij,...j->...i", (CUBE, flat[0])),
        ("i...,...", (CUBE, flat)),
        ("...,ij...->...", (tall[:, :1], CUBE)),
        ("ij,jk->k", (A, B[:1])),
    ]
    rows = []
    for subscripts, operands in calls:
        shapes = ",".join(map(str, [x.shape for x in operands]))
        rows.append(
            Operation(
                "einsum",
                lambda *xs, s=subscripts: F.einsum(s, *xs),
                lambda *xs, s=subscripts: np.einsum(s, *xs),
                operands,
                f"{subscripts}{shapes}",
                exact=False,
                rtol=1e-13,
            )
        )
    return rows


KEPT = F.dropout(np.ones(A.shape), 0.4, rng=7).data  # 0 or 1 / 0.6


def numbers(*shape: int) -> Array:
    """Without ties."""
    return 2.0 * np.sin(1.0 + np.arange(float(np.prod(shape)))).reshape(shape)


def convolutions() -> list[Operation]:
    flat = [
        ("plain", (2, 2, 3, 4), (3, 2, 2, 3), {}),
        ("same", (2, 1, 3, 4), (2, 1, 3, 3), {"padding": (1, 1)}),
        ("strided", (1, 2, 5, 4), (2, 2, 2, 2), {"stride": (2, 1), "padding": (1, 0)}),
        ("dilated", (1, 2, 5, 4), (1, 2, 2, 3), {"padding": (0, 2), "dilation": (3, 2)}),
        ("border", (1, 1, 2, 1), (1, 1, 2, 2), {"stride": (3, 2), "padding": (4, 3)}),
    ]
    line = [
        ("plain", (2, 2, 6), (3, 2, 3), {}),
        ("every step", (2, 2, 5), (1, 2, 3), {"stride": 2, "padding": 2, "dilation": 2}),
    ]
    rows = []
    for name, cases in (("conv2d", flat), ("conv1d", line)):
        call, reference = getattr(F, name), getattr(references, name)
        for label, x, w, steps in cases:
            for bias in (False, True):
                arrays = (numbers(*x), np.cos(numbers(*w)), *[numbers(w[0])] * bias)
                rows.append(
                    Operation(
                        name,
                        lambda *xs, c=call, s=steps: c(*xs, **s),
                        lambda *xs, c=reference, s=steps: c(*xs, **s),
                        arrays,
                        label + (" with bias" if bias else ""),
                        exact=False,
                        rtol=1e-12,
                        optional=(2,),
                    )
                )
    return rows


def poolings() -> list[Operation]:
    rows = []
    for name in ("max_pool2d", "avg_pool2d"):
        call, reference = getattr(F, name), getattr(references, name)
        for kernel, stride, padding in [
            ((2, 2), (2, 2), (0, 0)),
            ((3, 2), (2, 1), (1, 1)),
            ((1, 3), (3, 1), (0, 1)),
        ]:
            rows.append(
                Operation(
                    name,
                    lambda x, c=call, k=kernel, s=stride, p=padding: c(x, k, s, p),
                    lambda x, c=reference, k=kernel, s=stride, p=padding: c(x, k, s, p),
                    (numbers(2, 2, 4, 5),),
                    f"{kernel}",
                    exact=name == "max_pool2d",
                    rtol=1e-13,
                )
            )
    return rows


def normalizations() -> list[Operation]:
    def tested(x: Any, gamma: Any, beta: Any) -> Any:
        with cg.test_mode():
            return F.batch_norm(x, gamma, beta, VECTOR, POSITIVE[0])

    def moved(x: Array, gamma: Array, beta: Array) -> Array:
        return (x - VECTOR) / np.sqrt(POSITIVE[0] + 1e-5) * gamma + beta

    layer, batch = references.layer_norm, references.batch_norm
    return [
        Operation(name, call, reference, inputs, label, exact=False, rtol=1e-12, optional=(1, 2))
        for name, label, call, reference, inputs in [
            ("layer_norm", "x", F.layer_norm, layer, (A,)),
            ("layer_norm", "all", F.layer_norm, layer, (A, VECTOR, C[0])),
            ("layer_norm", "gamma", F.layer_norm, layer, (CUBE, numbers(4))),
            (
                "layer_norm",
                "beta",
                lambda x, beta: F.layer_norm(x, None, beta, 0.1),
                lambda x, beta: layer(x, 1.0, beta, 0.1),
                (A, VECTOR),
            ),
            (
                "layer_norm",
                "axes",
                F.layer_norm,
                lambda x, gamma, beta: layer(x, gamma, beta, axes=2),
                (CUBE, numbers(3, 4), numbers(3, 4) + 1.0),
            ),
            ("batch_norm", "x", F.batch_norm, batch, (A,)),
            ("batch_norm", "all", F.batch_norm, batch, (numbers(4, 3), VECTOR, C[0])),
            ("batch_norm", "positions", F.batch_norm, batch, (CUBE, VECTOR, C[0])),
            ("batch_norm", "running", tested, moved, (A, VECTOR, C[0])),
        ]
    ]


ABOVE_1 = POSITIVE + 1.0


def ufuncs() -> list[Operation]:
    """NumPy's, beside those that stand in the table below."""
    close: dict[str, Any] = {"exact": False}
    far = np.array([[0.0, 0.3, -0.02], [1.7, -2.4, 0.5]])
    return [
        *[unary(name, A) for name in ("sign", "floor", "ceil", "trunc", "rint")],
        *[unary(name, A, **close) for name in ("exp2", "arcsinh", "cbrt", "deg2rad", "rad2deg")],
        *[unary(name, POSITIVE, **close) for name in ("log2", "log10")],
        unary("reciprocal", A),
        unary("arccosh", ABOVE_1, **close),
        unary("arctanh", INSIDE, **close),
        unary("nan_to_num", A),
        Operation("sinc", F.sinc, np.sinc, (far,), exact=False, composed=True),
        *[
            binary(name, A, B, getattr(np, name))
            for name in ("copysign", "fmod", "remainder", "floor_divide")
        ],
        *[
            binary(name, A, B, getattr(np, name), exact=False)
            for name in ("arctan2", "hypot", "logaddexp", "logaddexp2")
        ],
        *[
            Operation(name, getattr(F, name), getattr(np, name), (A, B), composed=True)
            for name in ("fmax", "fmin")
        ],
        Operation("heaviside", F.heaviside, np.heaviside, (A, B)),
        Operation(
            "heaviside",
            lambda h: F.heaviside(A * MASK, h),
            lambda h: np.heaviside(A * MASK, h),
            (B,),
            "at 0",
        ),
        Operation(
            "select",
            lambda a, b, c: F.select([MASK, ~MASK & (A > 0)], [a, b], c),
            lambda a, b, c: np.select([MASK, ~MASK & (A > 0)], [a, b], c),
            (A, B, C),
        ),
    ]


def rearrangements() -> list[Operation]:
    square = CUBE[0][:, :3]
    calls: list[tuple[str, Array, tuple[Any, ...]]] = [
        ("roll", CUBE, (2,)),
        ("roll", CUBE, (-1, 1)),
        ("roll", CUBE, ((1, 5), (0, -1))),
        ("rot90", CUBE, ()),
        ("rot90", CUBE, (-1, (1, 2))),
        ("pad", A, (1,)),
        ("pad", A, ((2, 1), "edge")),
        ("pad", A, ((3, 1), "reflect")),
        ("pad", A, (((2, 1), (0, 4)), "symmetric")),
        ("pad", A, (2, "wrap")),
        ("diag", VECTOR, ()),
        ("diag", VECTOR, (-1,)),
        ("diag", A, (1,)),
        ("diagonal", CUBE, (1, 2, 1)),
        ("trace", square, ()),
        ("trace", CUBE, (-1, 1, 2)),
        ("sort", CUBE, ()),
        ("sort", CUBE, (1,)),
        ("sort", CUBE, (None,)),
        ("moveaxis", CUBE, (0, -1)),
        ("moveaxis", CUBE, ((0, 1), (1, 2))),
        ("swapaxes", CUBE, (0, -1)),
        ("take_along_axis", A, (np.array([[2, 2], [0, -2]]), 1)),
    ]
    rows = [
        bound(name, f"{args}", x, lambda x, n=name, a=args: getattr(np, n)(x, *a), *args)
        for name, x, args in calls
    ]
    rows.append(
        bound(
            "pad",
            "constants",
            A,
            lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=((1, 2), (3, 4))),
            ((1, 0), (0, 2)),
            "constant",
            ((1, 2), (3, 4)),
        )
    )
    for axis in (-1, 0, None):
        rows.append(
            bound(
                "partition",
                f"{axis}",
                CUBE,
                lambda x, a=axis: np.take_along_axis(x, np.argpartition(x, 1, a), a),
                1,
                axis,
            )
        )
    return rows


def joined() -> list[Operation]:
    def both(name: str, label: str, call: Any, reference: Any, *inputs: Array) -> Operation:
        return Operation(name, call, reference, inputs, label, composed=True)

    rows = [
        bound(name, f"{x.ndim}", x, getattr(np, name))
        for name in ("atleast_1d", "atleast_2d", "atleast_3d")
        for x in (np.array(1.5), VECTOR, A, CUBE)
        if x.ndim < int(name[8])  # others are given back as they are
    ]
    for name in ("hstack", "vstack", "dstack", "column_stack"):
        call, reference = getattr(F, name), getattr(np, name)
        for inputs in ((VECTOR, VECTOR + 2.0), (A, B)):
            rows.append(
                both(
                    name,
                    f"{inputs[0].ndim}",
                    lambda *xs, c=call: c(xs),
                    lambda *xs, c=reference: c(xs),
                    *inputs,
                )
            )
    rows += [
        both("append", "flat", F.append, np.append, A, VECTOR),
        both(
            "append",
            "axis",
            lambda a, b: F.append(a, b, 0),
            lambda a, b: np.append(a, b, 0),
            A,
            VECTOR[None],
        ),
        both(
            "meshgrid",
            "xy",
            lambda *xs: F.concat(F.meshgrid(*xs), 1),
            lambda *xs: np.concatenate(np.meshgrid(*xs), 1),
            VECTOR,
            A[0, :2],
        ),
        both(
            "meshgrid",
            "ij",
            lambda *xs: F.stack(F.meshgrid(*xs, indexing="ij")),
            lambda *xs: np.stack(np.meshgrid(*xs, indexing="ij")),
            VECTOR,
            A[0, :2],
            B[0],
        ),
    ]
    for sections in (2, [1, 2], [2, 1]):
        rows.append(
            both(
                "array_split",
                f"{sections}",
                lambda x, s=sections: F.concat(F.array_split(x, s, 1)[::-1], 1),
                lambda x, s=sections: np.concatenate(np.array_split(x, s, 1)[::-1], 1),
                CUBE,
            )
        )
    return rows


def more_products() -> list[Operation]:
    def product(name: str, a: Array, b: Array, *args: Any) -> Operation:
        call, reference = getattr(F, name), getattr(np, name)
        label = f"{a.shape}{b.shape}{args}"
        return Operation(
            name,
            lambda a, b: call(a, b, *args),
            lambda a, b: reference(a, b, *args),
            (a, b),
            label,
            exact=False,
            rtol=1e-13,
        )

    number, other = np.array(1.3), VECTOR[::-1] + 2.0
    five = np.array([1.1, -0.4, 2.0, 0.3, -1.7])
    return [
        *[
            product("dot", a, b)
            for a, b in [(number, A), (VECTOR, other), (A, VECTOR), (A, B.T), (CUBE, CUBE[0].T)]
        ],
        product("dot", CUBE, CUBE.transpose(0, 2, 1)),
        *[product("inner", a, b) for a, b in [(A, number), (VECTOR, other), (CUBE, CUBE[0])]],
        *[product("outer", a, b) for a, b in [(VECTOR, other), (A, number)]],
        product("vdot", A, B),
        product("tensordot", CUBE, CUBE, 3),
        product("tensordot", CUBE, CUBE[0], 2),
        product("tensordot", CUBE, A, ((0, 1), (0, 1))),
        product("tensordot", A, VECTOR, 0),
        *[product("kron", a, b) for a, b in [(VECTOR, other), (A, B), (A, VECTOR), (number, A)]],
        product("cross", VECTOR, other),
        product("cross", A, VECTOR),
        product("cross", CUBE, CUBE[0], 1, 0, 0),
        *[
            product(name, a, b, how)
            for name in ("convolve", "correlate")
            for a, b in [(five, VECTOR), (VECTOR, five), (five, VECTOR[:2])]
            for how in ("full", "same", "valid")
        ],
    ]


def statistics() -> list[Operation]:
    rows = []
    for axis, keepdims in [(None, False), (1, True), ((0, -1), False)]:
        for name, ours in [("var", "variance"), ("std", "std")]:
            rows.append(
                bound(
                    ours,
                    f"ddof,{axis}",
                    CUBE,
                    lambda x, n=name, a=axis, k=keepdims: getattr(np, n)(
                        x, axis=a, keepdims=k, ddof=1
                    ),
                    axis,
                    keepdims,
                    1,
                    **CLOSE,
                )
            )
        for name in ("ptp", "median"):
            rows.append(
                bound(
                    name,
                    f"{axis}",
                    CUBE,
                    lambda x, n=name, a=axis, k=keepdims: getattr(np, n)(x, axis=a, keepdims=k),
                    axis,
                    keepdims,
                    composed=True,
                    **CLOSE,
                )
            )
        for q in (0.3, [0.0, 0.55, 1.0]):
            rows.append(
                bound(
                    "quantile",
                    f"{q},{axis}",
                    CUBE,
                    lambda x, q=q, a=axis, k=keepdims: np.quantile(x, q, a, keepdims=k),
                    q,
                    axis,
                    keepdims,
                    composed=True,
                    exact=False,
                    rtol=1e-13,
                )
            )
    for name in ("nansum", "nanmean", "nanmax", "nanmin", "nanvar", "nanstd"):
        for axis in (None, 0):
            rows.append(
                bound(
                    name,
                    f"{axis}",
                    CUBE,
                    lambda x, n=name, a=axis: getattr(np, n)(x, axis=a),
                    axis,
                    composed=True,
                    **CLOSE,
                )
            )
    weights = np.array([0.5, 1.5])
    rows.append(bound("average", "plain", CUBE, lambda x: np.average(x, 1), 1, **CLOSE))
    for label, axis, x, w in [
        ("same", None, A, POSITIVE),
        ("vector", 0, CUBE, weights),
        ("axis", 1, A, POSITIVE),
        ("axes", (1, 0), A, POSITIVE.T.copy()),
    ]:
        rows.append(
            Operation(
                "average",
                lambda x, w, a=axis: F.average(x, a, w),
                lambda x, w, a=axis: np.sum(x * spread(w, x, a), a) / np.sum(spread(w, x, a), a),
                (x, w),
                label,
                composed=True,
                optional=(1,),
                **CLOSE,
            )
        )
    return rows


def spread(w: Array, x: Array, axis: Any) -> Array:
    """Weights of the shape of axes of x, or of x's own, in x's shape."""
    if w.shape == x.shape:
        return w
    axes = axis if isinstance(axis, tuple) else (axis,)
    w = w.transpose(np.argsort(axes))
    return w.reshape([n if d in axes else 1 for d, n in enumerate(x.shape)]) * np.ones(x.shape)


def neighbours() -> list[Operation]:
    """What depends on the neighbours along an axis."""
    places, values = np.array([-1.0, 0.2, 1.4, 2.0]), np.array([0.3, -1.0, 2.0, 0.7])
    at = np.array([[-2.0, -0.3, 0.4], [1.9, 2.6, 1.0]])
    rows = [
        *[
            bound("cumprod", f"{axis}", A, lambda x, a=axis: np.cumprod(x, a), axis, **CLOSE)
            for axis in (None, 0, -1)
        ],
        bound("cumprod", "zeros", A * MASK, lambda x: np.cumprod(x, 1), 1, **CLOSE),
        *[
            bound("diff", f"{args}", CUBE, lambda x, a=args: np.diff(x, *a), *args, rtol=1e-13)
            for args in ((), (2,), (1, 0), (2, -2))
        ],
        Operation(
            "diff",
            lambda x, a, b: F.diff(x, 1, 1, a, b),
            lambda x, a, b: np.diff(x, 1, 1, a, b),
            (A, B[:, :1], np.array(0.4)),
            "more",
            optional=(1, 2),
        ),
        *[
            bound(
                "gradient",
                f"{axis}",
                CUBE,
                lambda x, a=axis: np.gradient(x, 0.5, axis=a),
                0.5,
                axis,
                **CLOSE,
            )
            for axis in (0, 1, -1)
        ],
        Operation(
            "gradient",
            lambda x, h: F.gradient(x, h, 1),
            lambda x, h: np.gradient(x, h, axis=1),
            (CUBE[:, :, :2], np.array([0.0, 0.4, 1.5])),
            "places",
            exact=False,
            rtol=1e-13,
            composed=True,
        ),
        bound("trapezoid", "dx", A, lambda y: np.trapezoid(y, dx=0.3), None, 0.3, **CLOSE),
        *[
            Operation(
                "trapezoid",
                lambda y, x, a=axis: F.trapezoid(y, x, axis=a),
                lambda y, x, a=axis: np.trapezoid(y, x, axis=a),
                (y, x),
                f"{x.shape}",
                exact=False,
                rtol=1e-14,
                composed=True,
                optional=(1,),
            )
            for y, x, axis in [(A, VECTOR, -1), (A, B, 0)]
        ],
        Operation("interp", F.interp, np.interp, (at, places, values), **CLOSE, composed=True),
        Operation(
            "interp",
            lambda x, xp, fp: F.interp(x, xp, fp, 0.5, -0.5),
            lambda x, xp, fp: np.interp(x, xp, fp, 0.5, -0.5),
            (at, places, values),
            "ends",
            composed=True,
            **CLOSE,
        ),
        Operation(
            "linspace",
            lambda a, b: F.linspace(a, b, 4),
            lambda a, b: np.linspace(a, b, 4),
            (A, VECTOR),
            exact=False,
            rtol=1e-13,
        ),
        Operation(
            "linspace",
            lambda a, b: F.linspace(a, b, 3, False, -1),
            lambda a, b: np.linspace(a, b, 3, False, axis=-1),
            (A, B),
            "open",
            exact=False,
            rtol=1e-13,
        ),
    ]
    return rows


ACCURATE = {"exact": False}
CLOSE: dict[str, Any] = {"exact": False, "rtol": 1e-14}
AXES: list[Any] = [None, 0, -1, (0, 2), ()]

# Other names of operations, known from elsewhere.
ALIASES = {"softmax_cross_entropy": "cross_entropy"}

WITHOUT_GRADIENT = {"accuracy"}  # public functions that are no operations

OPERATIONS: list[Operation] = [
    binary("add", A, B, np.add),
    binary("sub", A, B, np.subtract),
    binary("mul", A, B, np.multiply),
    binary("div", A, B, np.divide),
    binary("pow", POSITIVE, B, np.power, rtol=1e-14, exact=False),
    binary("maximum", A, B, np.maximum),
    binary("minimum", A, B, np.minimum),
    bound("add", "number", A, lambda x: x + 1.7, 1.7, elementwise=True),
    bound("sub", "number", A, lambda x: x - 1.7, 1.7, elementwise=True),
    bound("mul", "number", A, lambda x: x * 1.7, 1.7, elementwise=True),
    bound("div", "number", A, lambda x: x / 1.7, 1.7, elementwise=True),
    Operation("sub", lambda x: F.sub(1.7, x), lambda x: 1.7 - x, (A,), "from", elementwise=True),
    Operation("div", lambda x: F.div(1.7, x), lambda x: 1.7 / x, (A,), "into", elementwise=True),
    Operation("pow", lambda x: F.pow(1.7, x), lambda x: 1.7**x, (A,), "base", exact=False),
    *[
        bound("pow", f"{n}", A, lambda x, n=n: x**n, n, elementwise=True, exact=False)
        for n in (0, 1, 2, 3, -1, -2)
    ],
    *[
        bound("pow", f"{p}", POSITIVE, lambda x, p=p: x**p, p, elementwise=True, exact=False)
        for p in (0.5, 2.7, -0.5)
    ],
    unary("neg", A, np.negative),
    unary("abs", A),
    unary("square", A),
    unary("sqrt", POSITIVE),
    unary("exp", A, **ACCURATE),
    unary("expm1", A, **ACCURATE),
    unary("log", POSITIVE, **ACCURATE),
    unary("log1p", INSIDE, **ACCURATE),
    unary("sin", A, **ACCURATE),
    unary("cos", A, **ACCURATE),
    unary("tan", INSIDE, **ACCURATE),
    unary("sinh", A, **ACCURATE),
    unary("cosh", A, **ACCURATE),
    unary("tanh", A, **ACCURATE),
    unary("arcsin", INSIDE, **ACCURATE),
    unary("arccos", INSIDE, **ACCURATE),
    unary("arctan", A, **ACCURATE),
    unary("copy", A, np.array),
    bound("clip", "both", A, lambda x: np.clip(x, -1.0, 1.5), -1.0, 1.5, elementwise=True),
    bound("clip", "low", A, lambda x: np.maximum(x, 0.1), 0.1, elementwise=True),
    bound("clip", "high", A, lambda x: np.minimum(x, 0.1), None, 0.1, elementwise=True),
    Operation("where", lambda a, b: F.where(MASK, a, b), lambda a, b: np.where(MASK, a, b), (A, B)),
    Operation(
        "where", lambda x: F.where(MASK, x, 2.0), lambda x: np.where(MASK, x, 2.0), (A,), "c"
    ),
    bound("mask_fill", "mask", A, lambda x: np.where(MASK, -1.5, x), MASK, -1.5),
    bound("mask_fill", "row", A, lambda x: np.where(MASK[0], 0, x), MASK[0].tolist(), 0),
    *reductions(),
    *accumulations(),
    *arrangements(),
    *norms(),
    *sums_of_products(),
    bound("dropout", "seed", A, lambda x: x * KEPT, 0.4, 7),
    bound("dropout", "all", A, lambda x: x * 0.0, 1),
    *products(),
    *ufuncs(),
    *rearrangements(),
    *joined(),
    *more_products(),
    *statistics(),
    *neighbours(),
    *activations(),
    *losses(),
    *convolutions(),
    *poolings(),
    *normalizations(),
    bound("broadcast_to", "new axis", A, lambda x: np.tile(x, (4, 1, 1)), (4, 2, 3)),
    bound("broadcast_to", "length 1", A[:, :1], lambda x: np.tile(x, (1, 5)), (2, 5)),
    bound("sum_to", "axis", CUBE, lambda x: x.sum(1, keepdims=True), (2, 1, 4), rtol=1e-14),
    bound("sum_to", "lead", CUBE, lambda x: x.sum((0, 1)), (4,), exact=False, rtol=1e-14),
    bound("sum_to", "scalar", CUBE, lambda x: x.sum(), (), exact=False, rtol=1e-14),
    bound("reshape", "shape", CUBE, lambda x: x.reshape(4, -1), (4, -1)),
    bound("reshape", "flat", CUBE, lambda x: x.reshape(-1), -1),
    bound("transpose", "reversed", CUBE, lambda x: x.T),
    bound("transpose", "axes", CUBE, lambda x: x.transpose(1, 2, 0), (1, 2, 0)),
    bound("squeeze", "all", A[None, :, None], lambda x: x.squeeze()),
    bound("squeeze", "axis", A[None, :, None], lambda x: x.squeeze(2), 2),
    bound("unsqueeze", "axis", A, lambda x: np.expand_dims(x, -1), -1),
    bound("unsqueeze", "axes", A, lambda x: np.expand_dims(x, (0, 2)), (0, 2)),
    Operation(
        "concat", lambda *xs: F.concat(xs), lambda *xs: np.concatenate(xs), (A, VECTOR[None])
    ),
    Operation(
        "concat",
        lambda *xs: F.concat(xs, axis=-1),
        lambda *xs: np.concatenate(xs, axis=-1),
        (A, B[:, :1], C),
        "axis=-1",
    ),
    Operation("stack", lambda *xs: F.stack(xs), lambda *xs: np.stack(xs), (A, B, C)),
    Operation("stack", lambda *xs: F.stack(xs, 2), lambda *xs: np.stack(xs, 2), (A, B), "axis=2"),
    Operation(
        "stack",
        lambda x, y: F.stack([x, y, x])[::-1],
        lambda x, y: np.stack([x, y, x])[::-1],
        (np.array(0.4), np.array(-1.5)),
        "scalars",
    ),
    Operation(
        "get_item",
        lambda x: F.get_item(x, 0) * F.get_item(x, -2) + F.get_item(F.flip(x), 0),
        lambda x: x[0] * x[-2] + x[-1],
        (VECTOR,),
        "numbers of a vector",
    ),
    Operation(
        "split",
        lambda x: F.concat(F.split(x, [1, 0, 2], axis=1)[::-1], axis=1),
        lambda x: np.concatenate([x[:, 1:], x[:, :1]], axis=1),
        (CUBE,),
    ),
    *[
        bound("get_item", label, CUBE, lambda x, i=index: x[i], index)
        for label, index in {
            "int": 1,
            "ints": (1, -1, 2),
            "slice": slice(None, None, -1),
            "slices": (slice(None), slice(2, 0, -1), slice(None, None, 3)),
            "new axes": (None, 0, ..., None),
            "ellipsis": (..., 1),
            "rows": np.array([1, 0, 1, 1]),
            "row matrix": np.array([[1, 0], [-1, 1]]),
            "list": [0, 0],
            "pairs": (np.array([0, 1, 0]), np.array([2, 1, 2])),
            "mixed": (slice(None), np.array([0, 2, 0]), slice(1, 3)),
            "mask": CUBE > 0.5,
            "row mask": np.array([True, False]),
        }.items()
    ],
    bound("take", "flat", CUBE, lambda x: x.take([3, 3, -1]), [3, 3, -1]),
    bound("take", "axis", CUBE, lambda x: x.take([2, 0, 2], 1), [2, 0, 2], 1),
    bound("take", "matrix", CUBE, lambda x: x.take([[2, 0]], -1), [[2, 0]], -1),
    bound("take", "int", CUBE, lambda x: x.take(1, 0), 1, 0),
    *[
        Operation("embedding", lambda w, i=i: F.embedding(i, w), lambda w, i=i: w[i], (A,), label)
        for label, i in {"matrix": np.array([[1, 0, 1]]), "list": [0, 0], "int": 1}.items()
    ],
]

UNARY = [row for row in OPERATIONS if row.elementwise and len(row.inputs) == 1]
BINARY = [row for row in OPERATIONS if row.broadcasts and len(row.inputs) == 2]
