"""Large arrays are read where the caller has them, and computed in the arrays that are given.

Nobody can tell, but by the memory: arguments stay as they are, results are nobody else's.
"""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

Array = Any

N = 1000


def bits(result: Any) -> list[bytes]:
    if isinstance(result, (tuple, list)):
        return [b for part in result for b in bits(part)]
    data = np.array(result.data if isinstance(result, cg.Variable) else result, np.float64)
    return [data.tobytes()]


def numbers(result: Any) -> list[Array]:
    """The arrays of the leaves."""
    if isinstance(result, (tuple, list)):
        return [a for part in result for a in numbers(part)]
    return [np.asarray(result.data if isinstance(result, cg.Variable) else result)]


def values(f: Callable[..., Any]) -> Any:
    """f of Variables, for arrays, without a graph."""
    return cg.no_grad()(lambda *xs: f(*[cg.Variable(x) for x in xs]))


def agrees(eager: Callable[..., Any], *points: Any) -> Any:
    """The compiled function: it gives what eager gives, and keeps arguments and results apart."""
    compiled = cg.compile(eager, fallback=False)
    compiled(*points[0])
    compiled(*points[1])  # eager's own result, with which a replay is compared
    given = []
    for point in points:
        before, expected = bits(list(point)), bits(eager(*point))
        result = compiled(*point)
        assert bits(result) == expected
        assert bits(list(point)) == before
        for k, array in enumerate(numbers(result)):
            for other in [*numbers(list(point)), *numbers(result)[:k]]:
                assert not np.shares_memory(array, other)
        given.append((result, expected))
    for result, expected in given:  # after the other calls
        assert bits(result) == expected
    return compiled


def arrays(count: int, *shape: int) -> list[Array]:
    generator = np.random.default_rng(count)
    return [generator.normal(size=shape or N) for _ in range(count)]


def test_neither_arguments_nor_results_take_memory_of_the_program() -> None:
    n = 100_000
    compiled = agrees(
        cg.value_and_grad(lambda x: F.sum(F.sin(x[:-1]) * x[1:] + 1.0)),
        *[(x,) for x in arrays(3, n)],
    )
    assert compiled.program().numbers < 5 * n
    compiled = agrees(values(lambda x: (F.sin(x) * 2.0, F.exp(x))), *[(x,) for x in arrays(3, n)])
    assert compiled.program().numbers < 5000


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (F.sin(x), F.sin(x)),
        lambda x: (y := F.sin(x), y, y[::2], y[1:], F.reshape(y, (10, -1)), y[7], y.sum()),
        lambda x: (y := F.sin(x), F.reshape(y, (10, -1)), F.reshape(y, (10, -1)).T),
        lambda x: (F.reshape(F.sin(x), (10, -1)).T, F.reshape(x, (10, -1)).T),
        lambda x: (x[:], x[::-1], x[3:], x * 1.0, x + 0.0),
        lambda x: (F.cumsum(x), F.softmax(F.reshape(x, (-1, 10)), axis=1)),
        lambda x: F.sum(F.outer(x, x[:700]), axis=0),
        lambda x: F.broadcast_to(F.sin(x), (3, N)),
    ],
)
def test_results_are_nobody_elses(f: Callable[[Any], Any]) -> None:
    agrees(values(f), *[(x,) for x in arrays(4)])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: (y := F.sin(x), y * y[3] + y[4] * y[3]),
        lambda x: (y := F.sin(x), F.stack([y[3] * 2.0, y[0], y[999]]), y[0] * y[1]),
        lambda x: (F.sin(x), x * 2.0 if F.sin(x)[1] > 0 else x * 3.0),
        lambda x: (y := F.sin(x), F.sum(F.stack([F.sin(a) for a in y[:40]]))),
    ],
)
def test_single_numbers_of_a_result(f: Callable[[Any], Any]) -> None:
    points = [(abs(x),) for x in arrays(4)]
    agrees(values(f), *points)


def test_gradients_that_are_put_together() -> None:
    """Of views and of single numbers: added in place, one after the other."""

    def f(x: Any) -> Any:
        return F.sum(x[1:] * x[:-1]) + x[3] * x[5] + F.sum(x[::2] ** 2) * x[0]

    def g(x: Any) -> Any:
        return x[3] * x[5]

    points = [(x,) for x in arrays(4)]
    agrees(cg.value_and_grad(f), *points)
    agrees(cg.grad(g), *points)


def test_arguments_of_every_layout() -> None:
    generator = np.random.default_rng(3)
    base = generator.normal(size=(40, 80))
    read_only = base[:, :40].copy()
    read_only.setflags(write=False)
    unaligned = np.frombuffer(b"1" + read_only.tobytes(), np.float64, offset=1).reshape(40, 40)
    points = [
        base[:, :40].copy(),
        base[:, ::2],
        base[:, 40:].T,
        base[::-1, :40],
        read_only,
        np.asfortranarray(base[:, :40]),
        np.broadcast_to(base[0, :40], (40, 40)),
        base[:, :40].astype(">f8"),
        unaligned,
    ]
    eager = cg.value_and_grad(lambda x: F.sum(F.sin(x) * x) + F.sum(x @ x))
    compiled = cg.compile(eager)
    for x in points:
        for scale in (1.0, 0.5):
            assert bits(compiled(x * scale)) == bits(eager(x * scale))
            assert bits(compiled(x)) == bits(eager(x))


def test_variables_as_arguments() -> None:
    generator = np.random.default_rng(4)
    eager: Any = cg.no_grad()(lambda x, y: F.sin(x) * y + x.T)
    compiled = cg.compile(eager, fallback=False)
    for _ in range(3):
        x, y = (cg.Variable(generator.normal(size=(30, 30))) for _ in range(2))
        for a, b in [(x, y), (x.T, y), (x, y[::-1])]:
            result = compiled(a, b)
            assert bits(result) == bits(eager(a, b))
            assert not np.shares_memory(result.data, x.data)


def test_one_memory_in_two_arguments() -> None:
    (x,) = arrays(1, 2 * N)
    eager = cg.grad(lambda a, b: F.sum(F.sin(a) * b + a), argnums=(0, 1))
    agrees(eager, (x[:N], x[N:]), (x[:N], x[1 : N + 1]), (x[:N], x[:N]), (x[3 : N + 3], x[:N]))


def test_the_argument_is_what_an_update_writes_to() -> None:
    """The step computes with what it was before."""

    def steps(wrap: Callable[[Any], Any]) -> list[list[bytes]]:
        w = cg.Variable(np.linspace(-1.0, 1.0, N), name="w", requires_grad=True)
        optimizer = cg.optimizers.SGD(0.1).setup(w)

        def step(x: Any) -> Any:
            y = x * 2.0
            w.cleargrad()
            F.sum((w - 0.5) ** 2 * y).backward()
            optimizer.update()
            return F.sum(y), y, w * 1.0

        wrapped = wrap(step)
        given = [bits(wrapped(x)) for x in arrays(4)]
        return given + [bits(wrapped(w.data)) for _ in range(3)]

    assert steps(lambda f: cg.compile(f, fallback=False)) == steps(lambda f: f)


@pytest.mark.parametrize("n", [3, N])
def test_an_update_of_the_argument_stays_at_the_capture(n: int) -> None:
    w = cg.Variable(np.ones(n), requires_grad=True)
    optimizer = cg.optimizers.SGD(0.1).setup(w)

    def step(x: Any) -> Any:
        y = F.sum(x * 2.0)
        w.cleargrad()
        F.sum(w * w).backward()
        optimizer.update()
        return y

    compiled = cg.compile(step, fallback=False)
    for k in range(4):
        expected = 0.8**k
        np.testing.assert_allclose(w.data, expected)
        np.testing.assert_allclose(compiled(w.data).data, 2.0 * n * expected)
    assert compiled.replays > 0


def test_an_argument_that_is_read_after_its_update_is_refused() -> None:
    w = cg.Variable(np.ones(3), requires_grad=True)
    optimizer = cg.optimizers.SGD(0.1).setup(w)

    def step(x: Any) -> Any:
        w.cleargrad()
        F.sum(w * w).backward()
        optimizer.update()
        return F.sum(F.exp(x))

    with pytest.raises(RuntimeError, match="changes the memory of its own argument"):
        cg.compile(step)(w.data)
    compiled = cg.compile(step)
    for k in range(3):
        compiled(np.full(3, float(k)))
    with pytest.raises(RuntimeError, match="changes the memory of its own argument"):
        compiled(w.data)


def test_gradients_that_flow_after_the_argument_has_changed() -> None:
    """What a graph needs of the arguments is as it was at the call."""
    w = cg.Variable(np.linspace(-1.0, 1.0, N), name="w")
    compiled = cg.compile(lambda x: F.sum(F.sin(w) * x), fallback=False)
    x, y, z = arrays(3)
    compiled(x), compiled(y)
    own = z.copy()
    result = compiled(own)
    own[:] = 1e3
    compiled(x)
    result.backward()
    changed = bits(w.grad)
    w.cleargrad()
    F.sum(F.sin(w) * z).backward()
    assert bits(w.grad) == changed


def test_an_operation_of_the_users() -> None:
    class Double(cg.Function):
        def forward(self, x: Array) -> Array:
            return x * 2.0

        def backward(self, gy: Any) -> Any:
            return gy * 2.0

    agrees(values(lambda x: (Double()(x), Double()(F.sin(x)))), *[(x,) for x in arrays(3)])
    agrees(cg.grad(lambda x: F.sum(F.sin(Double()(x)))), *[(x,) for x in arrays(3)])


def test_a_guard_that_fails_gives_nothing() -> None:
    def f(x: Any) -> Any:
        y = F.sin(x)
        return y * 2.0 if F.sum(y) > 0 else y * 3.0

    points = [(x,) for x in arrays(6)]
    eager = values(f)
    compiled = cg.compile(eager, fallback=False)
    for point in points * 2:
        assert bits(compiled(*point)) == bits(eager(*point))
    assert compiled.captures == 2


def test_threads_at_once() -> None:
    eager = cg.value_and_grad(lambda x: F.sum(F.sin(x) * F.exp(-x * x)))
    compiled = cg.compile(eager, fallback=False)
    xs = arrays(4, 20_000)
    expected = [bits(eager(x)) for x in xs]
    compiled(xs[0]), compiled(xs[1])
    wrong = []

    def work(k: int) -> None:
        for _ in range(30):
            if bits(compiled(xs[k])) != expected[k]:
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
