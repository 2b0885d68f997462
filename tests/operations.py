"""The table of all operations, over which the generic tests run.

A row has the operation as a function of Variables alone (axes, shapes and other arguments bound),
the same in NumPy, and sample inputs away from kinks and from the ends of the domain. An operation
may have several rows, one for each way to call it that has code of its own.
"""

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

    `broadcasts`: the inputs may be of any shapes that broadcast. `elementwise`: any shape will do.
    `exact`: every bit is NumPy's; else a relative error of `rtol` is allowed. `smooth`: the second
    derivative exists (it may be zero) and is checked. `optional`: the places of inputs that may be
    None.
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
    optional: tuple[int, ...] = ()

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


ACCURATE = {"exact": False}

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
    *reductions(),
    *products(),
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
]

UNARY = [row for row in OPERATIONS if row.elementwise and len(row.inputs) == 1]
BINARY = [row for row in OPERATIONS if row.broadcasts and len(row.inputs) == 2]
