"""What a program is made of gives the bits of the kernels: simpler instructions, fused ones, tiles.

Numbers of every kind meet each instruction, alone and beside those that it may be fused with.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

Array = Any

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.75, 1e-310, 1e200, -1e200, np.inf, -np.inf, np.nan]
ANGLES = [1e-9, 0.78, 0.785398163397448, 0.79, -2.0, 1e3, 2e5, -199999.99, 1e22, 1e308]

# Of two numbers. Each way of nesting two of them is a program of its own.
SIMPLE: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: x * y,
    lambda x, y: x / y,
    lambda x, y: -x,
]
OTHERS: list[Callable[[Any], Any]] = [
    lambda x: x**2,
    lambda x: x**3,
    lambda x: 1.0 / x,
    lambda x: 3.0 / x,
    lambda x: x / 3.0,
    lambda x: 3.0 - x,
    lambda x: x - 3.0,
    lambda x: x + 3.0,
    lambda x: x * 3.0,
    lambda x: x * -1.0,
    lambda x: x * 1.0,
    lambda x: x - 0.0,
    lambda x: x + 0.0,
    lambda x: 0.0 - x,
    lambda x: -x * -1.0,
    F.exp,
    F.sqrt,
    F.tan,
    F.sin,
    F.cos,
    lambda x: F.sin(x) * F.cos(x),
    lambda x: F.sin(x * 2.0) - F.sin(x),
]


def bits(result: Any) -> list[bytes]:
    """Of the leaves; nans are equal."""
    if isinstance(result, (tuple, list)):
        return [b for part in result for b in bits(part)]
    data = np.array(result.data if isinstance(result, cg.Variable) else result, np.float64)
    data[np.isnan(data)] = np.nan
    return [data.tobytes()]


def same_everywhere(eager: Callable[..., Any], points: list[Any]) -> Any:
    """The compiled function, which gives at each of the points what the eager one gives."""
    compiled = cg.compile(eager, fallback=False)
    compiled(*points[0])
    for point in points:
        assert bits(compiled(*point)) == bits(eager(*point)), point
    assert compiled.replays == len(points)
    return compiled


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("how", [cg.value_and_grad, cg.hessian])
@pytest.mark.parametrize("f", OTHERS)
def test_an_operation_of_a_number(f: Callable[[Any], Any], how: Any) -> None:
    same_everywhere(how(lambda x: f(f(x) * 0.75)), [(x,) for x in SPECIAL + ANGLES])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("outer", SIMPLE)
@pytest.mark.parametrize("inner", SIMPLE)
def test_an_operation_inside_another(inner: Any, outer: Any) -> None:
    """In both places, with others around them that may be fused too."""

    def f(x: Any) -> Any:
        a, b, c, d = x[0], x[1], x[2], x[3]
        return F.stack(
            [
                outer(inner(a, b), c),
                outer(c, inner(a, b)),
                outer(inner(a, b), inner(c, d)),
                outer(inner(a, b), a * d),
                outer(c * d, outer(inner(a, b), d)),
                outer(inner(a * b, c), d) + a,
            ]
        )

    numbers = [[0.75, -1.25, 3.5, 1 / 3], [1.1, 1.7, -0.3, 1e16]]
    numbers += [
        list(x) for x in itertools.islice(itertools.product(SPECIAL, repeat=4), 0, None, 211)
    ]
    points = [(np.array(x),) for x in numbers]
    same_everywhere(cg.no_grad()(lambda x: f(cg.Variable(x))), points)
    same_everywhere(cg.value_and_grad(lambda x: F.sum(f(x))), points)


def test_a_pendulum() -> None:
    def f(p: Any) -> Any:
        theta, omega, pull, drag = p[0], p[1], p[2], p[3]
        loss = 0.0
        for _ in range(50):
            omega = omega + 0.01 * (-pull * F.sin(theta) - drag * omega)
            theta = theta + 0.01 * omega
            loss = loss + (theta - F.cos(theta)) ** 2
        return loss

    points = [(np.array(x),) for x in ([0.3, 0.1, 9.8, 0.2], [3.0, -9.0, 9.8, 0.0], [0.0] * 4)]
    compiled = same_everywhere(cg.value_and_grad(f), points)
    assert compiled.program().instructions < 15 * 50 + 10


def test_sine_and_cosine_of_one_number() -> None:
    generator = np.random.default_rng(1)
    points = [SPECIAL + ANGLES]
    points += [list(generator.normal(0.0, size, 22)) for size in (0.3, 1.0, 30.0, 1e5, 1e12, 1e300)]
    points += [list(np.arange(-11, 11) * k * np.pi / 4) for k in (1, 3, 1000)]

    def both(x: Any) -> Any:
        return F.concat([F.stack([F.sin(x[k]), F.cos(x[k])]) for k in range(22)])

    f = cg.no_grad()(lambda x: both(cg.Variable(x)))
    compiled = same_everywhere(f, [(np.array(x),) for x in points])
    assert str(compiled.program()).count("sincos") == 22
