"""Stretches of elementwise operations, tile by tile, with what they broadcast and what they sum.

Sizes are around those of tiles (256 numbers) and of the blocks in which NumPy sums (128).
"""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

Array = Any

SHAPES = [
    (2, 3),
    (3, 8),
    (8, 3),
    (300, 2),
    (2, 300),
    (17, 16),
    (256, 256),
    (255, 257),
    (1, 700),
    (700, 1),
    (3, 1000),
    (7, 5, 11),
    (2, 130, 3),
    (4, 1, 300),
]


def bits(result: Any) -> list[bytes]:
    """Of the leaves; nans are equal."""
    if isinstance(result, (tuple, list)):
        return [b for part in result for b in bits(part)]
    data = np.array(result.data if isinstance(result, cg.Variable) else result, np.float64)
    data[np.isnan(data)] = np.nan
    return [data.tobytes()]


def agrees(eager: Callable[..., Any], points: list[tuple[Array, ...]]) -> Any:
    compiled = cg.compile(eager, fallback=False)
    for point in [points[0], *points]:
        assert bits(compiled(*point)) == bits(eager(*point))
    assert compiled.replays == len(points)
    return compiled


def values(f: Callable[..., Any]) -> Any:
    return cg.no_grad()(lambda *xs: f(*[cg.Variable(x) for x in xs]))


def points_of(*shapes: tuple[int, ...]) -> list[tuple[Array, ...]]:
    generator = np.random.default_rng(sum(shapes[0]))
    return [tuple(generator.normal(size=shape) for shape in shapes) for _ in range(3)]


@pytest.mark.parametrize("n", [2, 7, 8, 9, 127, 128, 129, 255, 256, 257, 264, 300, 1000, 65_537])
def test_sums_of_all(n: int) -> None:
    def f(x: Any) -> Any:
        y = F.sin(x) * x
        return F.sum(y), F.sum(F.exp(-y)), F.sum(y, keepdims=True), F.mean(y * y) * y

    points = points_of((n,))
    agrees(values(f), points)
    agrees(cg.value_and_grad(lambda x: sum(F.sum(part) for part in f(x))), points)


@pytest.mark.parametrize("value", [-0.0, np.inf, -np.inf, np.nan, 1e308])
def test_sums_of_special_values(value: float) -> None:
    def f(x: Any) -> Any:
        y = x * 1.5 - 0.0
        return F.sum(y), F.sum(y, axis=0), F.sum(y, axis=1), F.sum(-y)

    full = np.full((10, 100), value)
    mixed = np.where(np.arange(1000).reshape(10, 100) % 37 == 3, value, 0.25)
    with np.errstate(all="ignore"):
        agrees(values(f), [(full,), (mixed,), (-full,)])


@pytest.mark.parametrize("shape", SHAPES)
def test_sums_along_axes(shape: tuple[int, ...]) -> None:
    axes: list[Any] = [*range(len(shape)), (0, 1), (-2, -1), (0, -1)]

    def f(x: Any) -> Any:
        y = F.tanh(x) + 0.5
        return [F.sum(y, axis=axis) for axis in axes] + [F.sum(y * x, axis=axes[-1]), y]

    agrees(values(f), points_of(shape))
    for axis in axes:
        agrees(values(lambda x, axis=axis: F.sum(F.sin(x) * x, axis=axis)), points_of(shape))


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_and_columns(shape: tuple[int, ...]) -> None:
    row, column = shape[-1:], (*shape[:-1], 1)
    leading = (shape[0],) + (1,) * (len(shape) - 1)

    def f(x: Any, r: Any, c: Any, first: Any, middle: Any) -> Any:
        y = F.sin(x * c) + r
        z = F.maximum(r - y, c * first) / (1.0 + middle * middle)
        return y + z * F.broadcast_to(r, x.shape) - F.broadcast_to(c, x.shape)

    points = points_of(shape, row, column, leading, shape[1:])
    agrees(values(f), points)
    score = cg.value_and_grad(lambda *xs: F.sum(f(*xs) ** 2), argnums=(0, 1, 2, 3, 4))
    agrees(score, points)


@pytest.mark.parametrize("shape", SHAPES)
def test_normalisations(shape: tuple[int, ...]) -> None:
    """What is summed is broadcast to what it was summed of."""

    def f(x: Any, scale: Any) -> Any:
        y = x - F.mean(x, axis=-1, keepdims=True)
        y = y / F.sqrt(F.mean(y * y, axis=-1, keepdims=True) + 1e-5)
        return y * scale - F.mean(y, axis=0)

    points = points_of(shape, shape[-1:])
    agrees(values(f), points)
    agrees(cg.grad(lambda x, s: F.sum(F.exp(-f(x, s))), argnums=(0, 1)), points)


def test_a_view_of_another_shape_has_other_rows() -> None:
    def f(x: Any, r: Any, s: Any) -> Any:
        y = F.sin(x) + r
        z = F.reshape(y, (60, 4)) * s
        return F.sum(F.reshape(z, (12, 20)) + r, axis=0), F.sum(z, axis=0), F.sum(z, axis=1)

    points = points_of((12, 20), (20,), (4,))
    agrees(values(f), points)
    agrees(cg.grad(lambda *xs: sum(F.sum(y) for y in f(*xs)), argnums=(0, 1, 2)), points)


def test_what_is_summed_takes_no_memory() -> None:
    n = 100_000
    compiled = agrees(cg.value_and_grad(lambda x: F.sum(F.sin(x) * F.exp(-x * x))), points_of((n,)))
    assert compiled.program().numbers < 5_000

    def score(x: Any, w: Any, b: Any) -> Any:
        return F.sum(F.tanh(x * w + b) ** 2 * w)

    eager = cg.value_and_grad(score, argnums=(0, 1))
    compiled = agrees(eager, points_of((500, 200), (200,), (500, 1)))
    assert compiled.program().numbers < 10_000


def random_program(seed: int, shape: tuple[int, ...], points: list[tuple[Array, ...]]) -> Any:
    """Some operations on arrays of the shape, on what is broadcast to it, and on sums."""

    def f(x: Any, *others: Any) -> Any:
        choice = random.Random(seed)
        full, small, sums = [x * 1.0], list(others), [F.sum(x)]
        for _ in range(choice.randrange(4, 16)):
            u, v, o = choice.choice(full), choice.choice(full), choice.choice(small)
            kind = choice.randrange(8)
            if kind == 0:
                axes = choice.sample(range(len(shape)), choice.randrange(1, len(shape) + 1))
                small.append(F.sum(F.sin(u), axis=tuple(axes), keepdims=True) * 0.125)
            elif kind == 1:
                sums.append(F.sum(F.exp(-u * u) * v, axis=choice.randrange(len(shape))))
            else:
                full.append([F.sin(u), u * o, o - u, u * v, F.maximum(u, o), u[::-1] + o][kind - 2])
        return [full[-1] * 1.0, full[0] - v, *sums]

    return f


@pytest.mark.parametrize("shape", [(40, 30), (256, 8), (3, 500), (6, 7, 20), (4, 129, 2)])
def test_random_programs(shape: tuple[int, ...]) -> None:
    points = points_of(shape, shape[-1:], shape[1:], (*shape[:-1], 1), ())
    for seed in range(12):
        f = random_program(seed, shape, points)
        agrees(values(f), points)
        agrees(
            cg.value_and_grad(
                lambda *xs, f=f: sum(F.sum(part) for part in f(*xs)), argnums=(0, 1, 2, 3, 4)
            ),
            points,
        )
