"""What a type checker must refuse: each line with a mark, for the reason in the mark.

It is checked, never run.
"""

# ruff: noqa: B015, B018, F841

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
import cygrad.models as M


class WrongGradient(cg.Function):
    def forward(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return x

    def backward(self, gy: cg.Variable) -> float:  # E: override
        return 1.0


class WrongOutput(cg.Function):
    def forward(self, x: NDArray[np.float64]) -> str:  # E: override
        return "x"


class Pair(cg.Function):
    def forward(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        return x, 1.0


def data(names: list[str], z: NDArray[np.complex128], x: cg.Variable) -> None:
    cg.Variable("1.0")  # E: arg-type
    cg.Variable(1j)  # E: arg-type
    cg.Variable(None)  # E: arg-type
    cg.Variable({"x": 1.0})  # E: arg-type
    cg.Variable(names)  # E: arg-type
    cg.Variable(["1.0"])  # E: list-item
    cg.Variable(z)  # E: arg-type
    cg.Variable([x])  # E: list-item
    cg.Variable(1.0, name=1)  # E: arg-type
    cg.Variable(1.0, dtype=np.float32)  # E: call-arg
    cg.Variable()  # E: call-arg


def attributes(x: cg.Variable) -> None:
    x.data = "1.0"  # E: assignment
    x.grad = 1.0  # E: assignment
    x.name = 1  # E: assignment
    x.shape = (2, 2)  # E: misc
    x.generation = 1  # E: misc
    x.gradient  # E: attr-defined
    x.grad = np.ones(2)  # E: assignment
    x.grad.gradient  # E: union-attr
    x.backward("retain")  # E: arg-type
    x.reshape("2", 2)  # E: call-overload
    x.item(0.5)  # E: arg-type
    x.set_creator(F.sin)  # E: arg-type
    y: int = x.item()  # E: assignment


def operators(x: cg.Variable, z: NDArray[np.complex128]) -> None:
    x + "1"  # E: operator
    "1" * x  # E: operator
    x * None  # E: operator
    x - 1j  # E: operator
    x / z  # E: operator
    x @ 2.0  # E: operator
    x < "1"  # E: operator
    x["a"]  # E: index
    x[0.5]  # E: index
    x[x]  # E: index
    x[0] = 1.0  # E: index
    n: float = x * 2  # E: assignment
    b: bool = x > 0  # E: assignment


def functions(x: cg.Variable) -> None:
    F.sin("x")  # E: arg-type
    F.sin(x, x)  # E: call-arg
    F.sum(x, axis="0")  # E: arg-type
    F.sum(x, axes=0)  # E: call-arg
    F.matmul(x, 2.0)  # E: arg-type
    F.clip(x, high=x)  # E: arg-type
    F.max_pool2d(x, 1.5)  # E: arg-type
    F.concat(x)  # E: arg-type
    F.concat([x, "y"])  # E: list-item
    F.split(x, 2)  # E: arg-type
    F.transpose(x, 1)  # E: arg-type
    F.take(x, [0.5])  # E: list-item
    F.tile(x, 1.5)  # E: arg-type
    F.einsum(x, x)  # E: arg-type
    F.embedding([0.5], x)  # E: list-item
    F.mask_fill(x, x > 0, x)  # E: arg-type
    F.dropout(x, rng="seed")  # E: arg-type
    x.sum(out=x.data)  # E: arg-type
    x.mean(axis="0")  # E: arg-type
    x.astype(np.float32)  # E: arg-type
    x.take([0.5])  # E: list-item
    x.clip("0")  # E: arg-type
    F.quantile(x, x)  # E: arg-type
    F.pad(x, 0.5)  # E: arg-type
    F.softmin(x)  # E: attr-defined
    n: float = F.sum(x)  # E: assignment
    pair: cg.Variable = Pair()(x)  # E: assignment


@cg.no_grad()
def length(x: cg.Variable) -> int:
    return x.size


@cg.no_grad  # E: call-arg
def missing_parentheses(x: cg.Variable) -> int:
    return x.size


def modes(x: cg.Variable) -> None:
    length("x")  # E: arg-type
    s: str = length(x)  # E: assignment
    cg.set_cache_limit("1 GB")  # E: arg-type
    cg.no_grad(x)  # E: call-arg
    cg.rand(2, rng="seed")  # E: arg-type
    cg.full((2,), "1")  # E: arg-type


class Twice(L.Layer):
    def forward(self, x: cg.Variable, times: int = 2) -> cg.Variable:
        return x * times


def layers(x: cg.Variable) -> None:
    L.Linear("3")  # E: arg-type
    L.Linear(3, rng=0.5)  # E: arg-type
    L.Linear(3)("x")  # E: arg-type
    L.Linear(3)(x, x)  # E: call-arg
    Twice()()  # E: call-arg
    Twice()(x, times=x)  # E: arg-type
    L.Sequential(L.Linear(3), 2)  # E: arg-type
    L.Linear(3).load_state_dict([x])  # E: arg-type
    L.Linear(3).w.gradient  # E: attr-defined
    L.Linear(3).b.data  # E: union-attr
    M.MLP(3)  # E: arg-type
    M.MLP([3], activation=F.add)  # E: arg-type
    s: str = Twice()(x)  # E: assignment
    n: int = L.LSTM(3)(x)  # E: assignment
