"""Functions of a user's own: one input or several, one output or several, attributes."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F

Array = NDArray[np.float64]


class Sine(cg.Function):
    def forward(self, x: Array) -> Array:
        return np.sin(x)

    def backward(self, gy: cg.Variable) -> cg.Variable:
        (x,) = self.inputs
        return gy * F.cos(x)


class Scaled(cg.Function):
    """c * x; no gradient where c is 0."""

    def __init__(self, c: float) -> None:
        self.c = c

    def forward(self, x: Array) -> Array:
        return self.c * x

    def backward(self, gy: cg.Variable) -> cg.Variable | None:
        return gy * self.c if self.c else None


class Product(cg.Function):
    def forward(self, a: Array, b: Array) -> Array:
        return a * b

    def backward(self, gy: cg.Variable) -> tuple[cg.Variable, cg.Variable]:
        a, b = self.inputs
        return gy * b, gy * a


class Largest(cg.Function):
    """The greatest of any number of inputs, as a number."""

    def forward(self, *xs: Array) -> float:
        self.winner = max(range(len(xs)), key=lambda i: float(xs[i]))
        return float(xs[self.winner])

    def backward(self, gy: cg.Variable) -> tuple[cg.Variable | None, ...]:
        return tuple(gy if i == self.winner else None for i in range(len(self.inputs)))


class Polar(cg.Function):
    def forward(self, x: Array, y: Array) -> tuple[Array, Array]:
        return np.hypot(x, y), np.arctan2(y, x)

    def backward(self, gr: cg.Variable, ga: cg.Variable) -> tuple[cg.Variable, cg.Variable]:
        x, y = self.inputs
        r = F.sqrt(x * x + y * y)
        return gr * x / r - ga * y / r**2, gr * y / r + ga * x / r**2


class Halves(cg.Function):
    def forward(self, x: Array) -> tuple[Array, ...]:
        return tuple(np.split(x, 2))

    def backward(self, *gys: cg.Variable) -> cg.Variable:
        return F.concat(gys)


def sine(x: cg.Variable) -> cg.Variable:
    return Sine()(x)


def main() -> None:
    x = cg.Variable(0.0)
    y = Sine()(x)
    assert_type(y, cg.Variable)
    y.backward()
    assert x.grad.item() == 1.0
    assert sine(x).item() == 0.0
    assert y.creator is not None
    assert y.creator.inputs[0] is x
    assert y.creator.name == "Sine"
    assert y.creator.generation == 0
    assert_type(y.creator.outputs, tuple[cg.Variable | None, ...])

    assert_type(Scaled(2.0)([1.0, 2.0]), cg.Variable)
    assert_type(Product()(x, 2.0), cg.Variable)
    assert_type(Largest()(x, 1.0, 2.0), cg.Variable)
    assert Largest()(x, 1.0, 2.0).item() == 2.0

    polar = Polar()(3.0, cg.Variable(4.0))
    assert_type(polar, tuple[cg.Variable, cg.Variable])
    r, angle = polar
    (r + angle).backward()
    assert r.item() == 5.0

    halves = Halves()(cg.Variable([1.0, 2.0, 3.0, 4.0]))
    assert_type(halves, tuple[cg.Variable, ...])
    assert [h.shape for h in halves] == [(2,), (2,)]


if __name__ == "__main__":
    main()
