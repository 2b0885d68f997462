"""Gradients as functions, and scipy's optimizers: what they take and what they give."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F

Array = NDArray[np.float64]


class Line(NamedTuple):
    slope: Array
    start: float


def rosenbrock(x: cg.Variable) -> cg.Variable:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def cube(x: cg.Variable) -> cg.Variable:
    return x**3


def with_aux(x: cg.Variable) -> tuple[cg.Variable, dict[str, cg.Variable]]:
    return cube(x), {"square": x * x}


def loss(line: Line, weights: dict[str, Array]) -> cg.Variable:
    return F.sum(line.slope * weights["w"]) + line.start


@cg.checkpoint
def step(h: cg.Variable, n: int = 3) -> cg.Variable:
    for _ in range(n):
        h = F.tanh(h)
    return h


def main() -> None:
    x = np.array([0.5, 2.0])
    g: Array = cg.grad(rosenbrock)(x)
    value, g = cg.value_and_grad(rosenbrock)(x)
    number: float = value
    assert number == 306.5 and g.tolist() == [-351.0, 350.0]

    slope: float = cg.grad(cube)(2.0)
    second: float = cg.grad(cg.grad(cube))(2.0)
    assert (slope, second) == (12.0, 12.0)

    v = cg.Variable(2.0)
    gv: cg.Variable = cg.grad(cube)(v)
    gv.backward()

    line: Line = cg.grad(loss)(Line(x, 1.0), {"w": x})
    assert line.slope.tolist() == [0.5, 2.0] and line.start == 1.0
    by_line, by_weights = cg.grad(loss, argnums=(0, 1))(Line(x, 1.0), {"w": x})
    assert by_line.start == 1.0 and by_weights["w"].tolist() == [0.5, 2.0]
    slope, aux = cg.grad(with_aux, has_aux=True)(2.0)
    assert aux["square"] == 4.0

    by_both: tuple[Array, Array] = cg.grad(F.dot, (0, 1))(x, x)
    (number, aux), slope = cg.value_and_grad(with_aux, has_aux=True)(2.0)
    curvature, aux = cg.hessian(with_aux, has_aux=True)(2.0)
    assert len(by_both) == 2 and number == 8.0 and slope == curvature == 12.0

    h: Array = cg.hessian(rosenbrock)(x)
    j: Array = cg.jacobian(cg.elementwise_grad(F.sin))(x)
    p: Array = cg.hvp(rosenbrock, x, np.array([1.0, 0.0]))
    assert h.shape == j.shape == (2, 2) and p.shape == (2,)
    y, tangent = cg.jvp(F.mul, (2.0, 3.0), (1.0, 0.0))
    y, pull = cg.vjp(F.mul, 2.0, 3.0)
    assert pull(1.0) == (3.0, 2.0) and tangent == 3.0 and y == 6.0

    out: cg.Variable = step(cg.Variable(1.0), n=2)
    out.backward()


if __name__ == "__main__":
    main()
