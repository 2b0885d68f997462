"""Gradient descent on the Rosenbrock function, by an optimizer of one's own."""

import math
from collections.abc import Callable, Sequence

import cygrad as cg


def rosenbrock(x0: cg.Variable, x1: cg.Variable) -> cg.Variable:
    return 100 * (x1 - x0**2) ** 2 + (x0 - 1) ** 2


def gradient(y: cg.Variable, x: cg.Variable) -> cg.Variable:
    """dy/dx, differentiable itself."""
    x.cleargrad()
    y.backward(create_graph=True)
    g: cg.Variable | None = x.grad
    x.cleargrad()
    if g is None:
        raise ValueError(f"{y!r} does not depend on {x!r}")
    return g


def descend(
    f: Callable[..., cg.Variable], xs: Sequence[cg.Variable], lr: float, steps: int
) -> list[float]:
    for _ in range(steps):
        for x in xs:
            x.cleargrad()
        f(*xs).backward()
        for x in xs:
            x.data -= lr * x.grad.data
    return [x.item() for x in xs]


def main() -> None:
    x0 = cg.Variable(0.0, name="x0")
    x1 = cg.Variable(2.0, name="x1", requires_grad=True)
    best: list[float] = descend(rosenbrock, [x0, x1], lr=0.001, steps=10_000)
    assert best == [0.9944984367782456, 0.9890050527419593]

    x = cg.Variable(1.0)
    y = gradient(gradient(x**3, x), x)
    assert math.isclose(float(y), 6.0)


if __name__ == "__main__":
    main()
