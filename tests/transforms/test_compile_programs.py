"""What a program is made of gives the bits of the kernels: simpler instructions, fused ones, tiles.

Numbers of every kind meet each instruction, alone and beside those that it may be fused with.
"""

import itertools
import pickle
import signal
import threading
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

    def one(x: Any) -> Any:
        return F.stack([F.sin(x[k] * 1.0) if k % 2 else F.cos(x[k] - 1.0) for k in range(22)])

    f = cg.no_grad()(lambda x: one(cg.Variable(x)))
    compiled = same_everywhere(f, [(np.array(x),) for x in points])
    assert "sincos" not in str(compiled.program())


# ---- Small arrays --------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("n", range(1, 10))
def test_small_arrays(n: int) -> None:
    """Computed number by number, or not: sums, views, broadcasting, single numbers of them."""

    def f(x: Any) -> Any:
        a = x * x[::-1] - 0.5 * x
        b = F.stack([a[k] * x[n - 1 - k] for k in range(n)]) + F.sum(a)
        c = F.reshape(F.reshape(b, (n, 1)) * x[:2], (-1,))
        d = F.sum(F.reshape(x[0] * a, (1, n)) + F.reshape(b, (n, 1)), axis=0).T
        return F.sum(c) + F.sum(F.tanh(d) * 2.0) + F.sum(x * -1.0)

    generator = np.random.default_rng(n)
    points = [(generator.choice(SPECIAL, n),) for _ in range(30)]
    points += [(np.full(n, zero),) for zero in (0.0, -0.0)] + [(generator.normal(size=n),)]
    same_everywhere(cg.value_and_grad(f), points)
    same_everywhere(cg.no_grad()(lambda x: F.sum(cg.Variable(x) * 1.0)), points)
    same_everywhere(cg.hessian(f), points[-2:])


def test_a_small_system() -> None:
    def slope(y: Any, p: Any) -> Any:
        return F.stack([y[1] * p[0], -y[0] * p[1] - y[1] * y[2], y[0] * y[1] - p[2] * y[2]])

    def f(p: Any) -> Any:
        y = F.stack([p[0] * 0 + 1.0, p[1] * 0, p[2] * 0 + 0.5])
        for _ in range(5):
            first = slope(y, p)
            y = y + 0.01 * slope(y + 0.005 * first, p)
        return F.sum(y * y)

    points = [(np.array(x),) for x in ([1.0, 2.0, 0.3], [-0.1, 0.0, 7.0], [0.5, 0.5, 0.5])]
    compiled = same_everywhere(cg.value_and_grad(f), points)
    assert "(3,) = mul" not in str(compiled.program())


# ---- Stretches, tile by tile --------------------------------------------------------------------

SIZES = [2, 3, 7, 8, 9, 255, 256, 257, 511, 512, 513, 1025, 5000]


def pieces(x: Any, s: Any) -> list[Any]:
    """Of an array and a number: stretches with sums, views, numbers and other sizes in between."""
    n = x.size
    a = F.sin(x) * s + 0.5
    total = F.sum(a * a)
    b = F.exp(-a) / (1.0 + total)  # waits for the sum
    c = (b * x)[::-1] + a  # a view of what the stretch makes
    half = c[: n // 2] * 2.0 - a[n // 2 : n // 2 + n // 2]
    d = F.tanh(c) * F.sum(half) + b[0]  # a number of an array
    e = F.maximum(d, F.reshape(F.reshape(a, (1, n)), (n,))) ** 2
    f = (F.reshape(x, (n, 1)) * F.stack([s, total])).sum(axis=1)  # broadcast to another size
    g = F.maximum(e, f) * 1.0 + F.sum(e) * F.cos(x)
    return [total, a, c, half, g]


@pytest.mark.parametrize("n", SIZES)
def test_stretches(n: int) -> None:
    generator = np.random.default_rng(n)
    points = [(generator.normal(size=n), generator.normal(size=())) for _ in range(4)]

    def values(x: Any, s: Any) -> Any:
        return pieces(cg.Variable(x), cg.Variable(s))

    same_everywhere(cg.no_grad()(values), points)

    def score(x: Any, s: Any) -> Any:
        return sum([F.sum(part * 0.3) for part in pieces(x, s)], start=F.sum(s) * 0.0)

    same_everywhere(cg.value_and_grad(score, argnums=(0, 1)), points)


@pytest.mark.parametrize("n", [5, 256, 700])
def test_a_long_stretch(n: int) -> None:
    """More kernels than a stretch has, with a number of each step that waits."""

    def f(x: Any) -> Any:
        y, seen = x, 0.0
        for k in range(300):
            y = F.sin(y * 1.01 + 0.001 * k) + 0.25 * x
            if k % 3 == 0:
                seen = seen + y.mean()
        return F.sum(y) + seen * seen

    generator = np.random.default_rng(n)
    points = [(generator.normal(size=n),) for _ in range(3)]
    same_everywhere(cg.value_and_grad(f), points)


@pytest.mark.parametrize("n", [5, 8, 255, 256, 257, 1000])
def test_sines_and_cosines_of_arrays(n: int) -> None:
    """Computed at once where both are read; near and far, and where there are none."""
    generator = np.random.default_rng(n)
    points = [(generator.normal(0.0, size, n),) for size in (0.3, 30.0, 1e5, 1e12)]
    points += [(generator.choice(SPECIAL + ANGLES, n),) for _ in range(4)]

    def values(x: Any) -> Any:
        v = cg.Variable(x)
        return F.sin(v), F.cos(v), F.sin(v * 2.0), F.cos(v[::-1]), F.cos(v * 3.0)[1]

    compiled = same_everywhere(cg.no_grad()(values), points)
    assert str(compiled.program()).count("sincos") == 1

    def score(x: Any) -> Any:
        return F.sum(F.sin(x) * 0.5) - F.sum(F.cos(x) * x) + F.sum(F.sin(x[::-1]) * F.cos(x * 2.0))

    same_everywhere(cg.value_and_grad(score), points)
    same_everywhere(cg.grad(lambda x: F.sum(F.sin(x)) + F.sum(F.cos(x))), points)


def test_matrices_beside_stretches() -> None:
    generator = np.random.default_rng(0)
    w = cg.Variable(generator.normal(size=(40, 40)), name="w")

    def f(x: Any) -> Any:
        h = x
        for _ in range(3):
            h = F.tanh(F.matmul(h, w) + h.sum(axis=0)) * 0.5 - h
        return (h * h).sum() + F.softmax(h, axis=1)[0].sum()

    eager = cg.value_and_grad(f)
    points = [(generator.normal(size=(30, 40)),) for _ in range(3)]
    same_everywhere(eager, points)
    compiled = cg.compile(eager)
    for k in range(4):
        w.data = generator.normal(size=(40, 40)) * k
        assert bits(compiled(points[0][0])) == bits(eager(points[0][0]))


def test_a_stretch_takes_little_memory() -> None:
    """What nothing else reads has no array of its own."""

    def f(x: Any) -> Any:
        y = x
        for _ in range(40):
            y = F.sin(y) * 1.5 + 0.1
        return y

    n = 100_000
    compiled = cg.compile(cg.no_grad()(lambda x: f(cg.Variable(x))))
    x = np.linspace(0.0, 1.0, n)
    compiled(x)
    assert compiled.program().numbers < 2 * n + 40 * 256 + 1000


def test_an_interrupt_in_a_long_replay() -> None:
    """It comes soon, gives no result, and the next call is as ever."""

    def f(x: Any) -> Any:
        y = x
        for _ in range(30):
            y = F.sin(y) * 1.5 + 0.1
        return F.sum(y)

    compiled = cg.compile(cg.value_and_grad(f), fallback=False)
    x = np.linspace(0.0, 1.0, 300_000)
    compiled(x)
    expected = bits(compiled(x))
    before = compiled.replays
    timer = threading.Timer(0.05, signal.raise_signal, (signal.SIGINT,))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(20):
            compiled(x)
    timer.join()
    assert compiled.replays < before + 20
    assert bits(compiled(x)) == expected


def test_what_flows_to_an_index_is_added_there() -> None:
    """And nowhere else, where there is a gradient already: -0 + 0 would be 0."""

    def f(x: Any, s: Any) -> Any:
        a = x * 1.0
        first = F.sin(a[0] * 1.0) * 0.3
        return first + F.sum(F.cumsum(a) * s)

    points = [(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array(s)) for s in (0.5, -0.0, 0.0, -2.0)]
    same_everywhere(cg.value_and_grad(f, argnums=(0, 1)), points)


def test_sums_and_routines_are_there_once() -> None:
    """The deviation of std and that of its gradient are one; BLAS tells operands apart."""
    rng = np.random.default_rng(0)
    points = [(rng.normal(size=(6, 5)) * scale,) for scale in (1.0, 2.0, 1e-200, 0.0, 1e200)]
    compiled = same_everywhere(cg.value_and_grad(lambda x: F.sum(F.std(x, axis=1))), points)
    lines = str(compiled.program()).splitlines()
    for name in ("mean", "scales", "sub"):
        assert len([line for line in lines if f"= {name}(" in line]) == 1, name

    def gram(x: Any) -> Any:
        a, b = F.softmax(x), F.softmax(x)
        return F.sum(F.matmul(a, F.transpose(b)) ** 2)

    points = [(rng.normal(size=(40, 30)),) for _ in range(3)]
    same_everywhere(cg.value_and_grad(gram), points)


def test_what_is_put_into_is_a_part_of_what_flows() -> None:
    """As of the second part of a joined array, whose gradient begins behind that of the first."""

    def f(x: Any) -> Any:
        y = x[:5] * 1.0
        z = F.concat([y, y], axis=0)
        return F.concat([z, F.concat([z, x], axis=0)[::2]], axis=0)

    def pulled(seed: Any, x: Any) -> Any:
        return cg.vjp(f, x)[1](seed)[0]

    rng = np.random.default_rng(0)
    points = [[cg.Variable(rng.normal(size=n), requires_grad=False) for n in (35, 39)]]
    points += [[cg.Variable(rng.normal(size=n), requires_grad=False) for n in (35, 39)]]
    compiled = cg.compile(pulled, fallback=False)
    with cg.no_grad():
        for seed, x in points * 2:
            assert bits(compiled(seed, x)) == bits(pulled(seed, x))
        program = compiled.program()
        loaded = pickle.loads(pickle.dumps(program))
        seed, x = points[0]
        assert bits(loaded(seed, x)[0]) == bits(pulled(seed, x))
    for place in range(35):
        unit = cg.Variable(np.eye(35)[place], requires_grad=False)
        with cg.no_grad():
            assert bits(compiled(unit, x)) == bits(pulled(unit, x))
