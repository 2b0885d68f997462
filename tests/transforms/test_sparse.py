"""sparse_jacobian and sparse_hessian: the matrices are the dense ones, and few products give them."""

import copy
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad import Variable, linalg
from random_functions import random_function

pytest.importorskip("scipy")

Array = NDArray[np.float64]


def dense_jacobian(f: Callable[..., Any], *args: Any) -> Array:
    return np.reshape(cg.jacobian(f)(*args), (-1, np.size(args[0])))


def holds(f: Callable[..., Any], *args: Any) -> Any:
    """The sparse Jacobian; it is the dense one."""
    jacobian = cg.sparse_jacobian(f)
    for _ in range(3):  # captured, replayed and compared, replayed
        found = jacobian(*args)
        expected = dense_jacobian(f, *args)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found.toarray(), expected, rtol=1e-12, atol=1e-12)
        args = (args[0] * 1.01, *args[1:])
    return jacobian


def chained(x: Any) -> Any:
    """Luksan and Vlcek, problem 5.1: its constraints."""
    a, b, c = x[:-2], x[1:-1], x[2:]
    return (
        3.0 * b**3 + 2.0 * c - 5.0 + F.sin(b - c) * F.sin(b + c) + 4.0 * b - a * F.exp(a - b) - 3.0
    )


def rosenbrock(x: Any) -> Any:
    return F.sum(100.0 * (x[:-1] ** 2 - x[1:]) ** 2 + (x[:-1] - 1.0) ** 2)


# ---- Jacobians --------------------------------------------------------------------------------


def test_a_band() -> None:
    jacobian = holds(chained, np.linspace(-1.0, 2.0, 60))
    assert jacobian.colours == 3
    assert jacobian(np.ones(60)).nnz == 3 * 58


def test_a_dense_row_and_dense_columns() -> None:
    x = np.linspace(0.5, 1.5, 50)
    assert holds(lambda x: F.sum(x * x), x).colours == 1
    rows = holds(lambda x: F.stack([F.sum(x**2), x[0] * x[1], F.sum(F.exp(x))]), x)
    assert rows.colours == 3
    columns = holds(lambda x: F.sin(x) * x[7] + x[3], x)
    assert columns.colours == 3
    assert columns(x).nnz == 3 * 50 - 2


def test_numbers_and_shapes() -> None:
    found = cg.sparse_jacobian(lambda x: x**2)(3.0)
    assert found.shape == (1, 1) and found.toarray() == 6.0
    holds(lambda x: F.sin(x.T)[:, 1:], np.arange(12.0).reshape(3, 4))
    holds(lambda x: x[0] * x[1], np.array([2, 3]))


def test_a_random_pattern() -> None:
    rng = np.random.default_rng(0)
    for rows, columns, count in [(40, 60, 80), (60, 40, 80), (30, 30, 300), (5, 90, 90)]:
        at = rng.integers(columns, size=count), rng.integers(columns, size=count)
        to = rng.integers(rows, size=count)
        matrix = np.zeros((rows, count))
        matrix[to, np.arange(count)] = rng.normal(size=count)

        def f(x: Any, at: Any = at, matrix: Any = matrix) -> Any:
            terms = F.sin(x[at[0]]) * x[at[1]]
            parts = [F.sum(terms[row != 0.0] * row[row != 0.0]) for row in matrix]
            return F.stack(parts)

        jacobian = holds(f, rng.uniform(0.5, 1.5, size=columns))
        expected = np.zeros((rows, columns), bool)
        expected[to, at[0]] = expected[to, at[1]] = True
        found = jacobian(rng.uniform(0.5, 1.5, size=columns))
        assert (found.toarray() != 0.0).sum() == expected.sum() == found.nnz
        assert jacobian.colours <= min(rows, columns)


@pytest.mark.parametrize("seed", range(60))
def test_a_random_function(seed: int) -> None:
    f, n = random_function(seed)
    rng = np.random.default_rng(seed)

    def total(x: Any) -> Any:
        return F.sum(F.sin(f(x)))

    holds(f, rng.uniform(0.5, 1.5, size=n))
    hessian = cg.sparse_hessian(total)
    for _ in range(2):
        x = rng.uniform(0.5, 1.5, size=n)
        expected = cg.hessian(total)(x)
        scale = 1e-12 * max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(hessian(x).toarray(), expected, rtol=1e-9, atol=scale)


def test_what_has_no_derivative_has_no_place() -> None:
    x = np.linspace(0.1, 3.0, 40)
    jacobian = holds(lambda x: F.floor(x) + (x > 1.0) * x[::-1] + F.sign(x[0]) + 2.0, x)
    assert jacobian(x).nnz == 40
    assert cg.sparse_jacobian(lambda x: F.floor(x))(x).nnz == 0
    assert cg.sparse_jacobian(lambda x: Variable(np.ones(3)))(x).shape == (3, 40)


def test_the_numbers_are_those_of_products_with_one_vector_each() -> None:
    """No other column leaves a trace, not even a nan."""
    x = np.linspace(0.5, 1.5, 20)
    x[7] = np.nan
    found = cg.sparse_jacobian(chained)(x).toarray()
    for j in range(20):
        _, column = cg.jvp(chained, (x,), (np.eye(20)[j],))
        here = found[:, j] != 0.0
        np.testing.assert_allclose(found[here, j], column[here], rtol=1e-14)


def test_several_arguments_and_structures() -> None:
    rng = np.random.default_rng(0)
    x, y, c = rng.normal(size=6), rng.normal(size=(2, 3)), rng.normal(size=6)

    def f(x: Any, c: Any, y: Any, power: int = 1) -> Any:
        return {"a": x[1:] * c[1:], "b": [F.sin(y) ** power, x[0] * y[0, 0]]}

    jacobian = cg.sparse_jacobian(f, argnums=(0, -1))
    for power in (1, 2, 1):
        found = jacobian(x, c, y, power=power).toarray()
        dense: Any = cg.jacobian(f, argnums=(0, 2))
        blocks = dense(x, c, y, power)
        rows = [blocks["a"], *blocks["b"]]
        expected = np.concatenate(
            [np.concatenate([np.reshape(b, (-1, 6)) for b in row], axis=1) for row in rows]
        )
        np.testing.assert_allclose(found, expected)
    tree = cg.sparse_jacobian(lambda p: p["u"] * p["v"][0])({"u": np.ones(3), "v": [2.0, 5.0]})
    assert tree.toarray().tolist() == [[2, 0, 0, 1, 0], [0, 2, 0, 1, 0], [0, 0, 2, 1, 0]]


def test_constants_are_read_anew() -> None:
    w = Variable(np.arange(4.0))
    jacobian = cg.sparse_jacobian(lambda x, c: x * w + c * x[0])
    assert jacobian(np.ones(4), 2.0).toarray()[:, 0].tolist() == [2, 2, 2, 2]
    w.data[...] = 7.0
    assert jacobian(np.ones(4), 3.0).toarray()[:, 0].tolist() == [10, 3, 3, 3]
    assert (jacobian(np.ones(4), 3.0).diagonal()[1:] == 7.0).all()
    x = np.arange(4.0)
    np.testing.assert_allclose(jacobian(x, x).toarray(), dense_jacobian(jacobian.function, x, x))
    twice = cg.sparse_jacobian(lambda x, a, b: x * a * b)
    assert (twice(x, x, x).diagonal() == x * x).all()
    assert w.grad is None


def test_another_way_has_another_pattern() -> None:
    def f(x: Any) -> Any:
        return x * x[0] if x[0] > 0 else F.sum(x) * x[1:3] if x[1] > 0 else x[::-1] * 2.0

    jacobian = cg.sparse_jacobian(f)
    base = np.linspace(0.5, 1.5, 9)
    for signs in [(1, 1), (-1, 1), (1, 1), (-1, -1), (-1, 1), (1, -1), (-1, -1), (1, 1)] * 2:
        x = base.copy()
        x[0] *= signs[0]
        x[1] *= signs[1]
        np.testing.assert_allclose(jacobian(x).toarray(), dense_jacobian(f, x), rtol=1e-13)


def test_other_shapes() -> None:
    jacobian = cg.sparse_jacobian(lambda x, n: F.sum(x**2) * np.ones(n) + x.size)
    for shape, n in [((6,), 2), ((6,), 3), ((2, 3), 3), ((2, 3), 1), ((7,), 1), ((6,), 2)]:
        found = jacobian(np.ones(shape), n)
        assert found.shape == (n, int(np.prod(shape))) and (found.toarray() == 2.0).all()


def test_the_matrix_belongs_to_who_gets_it() -> None:
    jacobian = cg.sparse_jacobian(chained)
    first = jacobian(np.ones(9))
    expected = first.toarray()
    first.indices[:] = 0
    first.indptr[:] = 0
    first.data[:] = 0.0
    assert (jacobian(np.ones(9)).toarray() == expected).all()


def test_many_colours_take_memory_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.linspace(0.5, 1.5, 12)
    for f in (lambda x: F.cumsum(x**2, axis=0), lambda x: F.cumsum(x**2, axis=0)[::3]):
        expected = cg.sparse_jacobian(f)(x)
        with monkeypatch.context() as patch:
            patch.setattr("cygrad.transforms.sparse.AT_ONCE", 60)
            assert (cg.sparse_jacobian(f)(x) != expected).nnz == 0
    monkeypatch.setattr("cygrad.transforms.sparse.AT_ONCE", 1)
    assert (cg.sparse_hessian(rosenbrock)(x).toarray() == cg.hessian(rosenbrock)(x)).all()


# ---- Hessians ---------------------------------------------------------------------------------


def test_a_chain() -> None:
    hessian = cg.sparse_hessian(rosenbrock)
    for x in (np.ones(30), np.linspace(-2.0, 2.0, 30), np.zeros(30)):
        np.testing.assert_allclose(hessian(x).toarray(), cg.hessian(rosenbrock)(x))
    assert hessian.colours == 3 and hessian(x).nnz == 88


def test_what_is_linear_has_no_place() -> None:
    x = np.linspace(0.5, 1.5, 40)
    hessian = cg.sparse_hessian(lambda x: F.sum(x) * 3.0 + x[0] * x[39])
    assert hessian(x).nnz == 2
    assert cg.sparse_hessian(lambda x: F.sum(x))(x).shape == (40, 40)


def test_an_arrowhead() -> None:
    hessian = cg.sparse_hessian(lambda x: F.sum(F.sin(x) * x[11]))
    x = np.linspace(0.5, 1.5, 40)
    found = hessian(x)
    np.testing.assert_allclose(found.toarray(), cg.hessian(hessian.function)(x), atol=1e-14)
    assert hessian.colours == 2


@pytest.mark.parametrize("seed", range(25))
def test_a_random_sum_of_terms(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    terms = [rng.integers(n, size=int(rng.integers(1, 4))) for _ in range(int(rng.integers(1, 30)))]

    def f(x: Any) -> Any:
        total = F.sum(x[: n // 2])
        for k, term in enumerate(terms):
            inner = F.sum(x[term] * (k + 1.0)) if k % 2 else F.prod(x[term])
            total = total + [F.sin, F.exp, F.square, F.sqrt][k % 4](inner)
        return total

    hessian = cg.sparse_hessian(f)
    for _ in range(3):
        x = rng.uniform(0.1, 0.3, size=n)
        found = hessian(x)
        np.testing.assert_allclose(found.toarray(), cg.hessian(f)(x), rtol=1e-10, atol=1e-12)
    expected = np.zeros((n, n), bool)
    for term in terms:
        expected[np.ix_(term, term)] = True
    assert found.nnz <= expected.sum()


def test_of_several_arguments() -> None:
    def f(a: Any, s: float, b: Any) -> Any:
        return F.sum(a**3) * b["c"] + s * b["d"][0] ** 2 * a[0]

    a, b = np.array([1.0, 2.0]), {"c": 3.0, "d": np.array([4.0, 5.0])}
    found = cg.sparse_hessian(f, argnums=(0, 2))(a, 2.0, b).toarray()

    def flat(x: Any) -> Any:
        return f(x[:2], 2.0, {"c": x[2], "d": x[3:]})

    np.testing.assert_allclose(found, cg.hessian(flat)(np.array([1.0, 2.0, 3.0, 4.0, 5.0])))


def test_another_way_has_another_hessian() -> None:
    def f(x: Any) -> Any:
        return F.sum(x**3) if x[0] > 0 else x[0] * x[1] * x[2]

    hessian = cg.sparse_hessian(f)
    for sign in (1.0, -1.0, 1.0, 1.0, -1.0):
        x = np.array([sign, 2.0, 3.0])
        assert (hessian(x).toarray() == cg.hessian(f)(x)).all()


# ---- Routines ---------------------------------------------------------------------------------


def test_what_is_not_followed_is_dense_and_right() -> None:
    a = np.eye(5) + 0.1 * np.arange(25.0).reshape(5, 5) / 25.0
    holds(lambda b: linalg.solve(a, b * b), np.ones(5))
    holds(lambda x: F.softmax(F.reshape(x, (4, 3)) ** 2, axis=1), np.linspace(0.0, 1.0, 12))
    holds(lambda x: F.sort(x) * x[0], np.array([3.0, 1.0, 2.0]))
    holds(lambda x: F.norm(F.reshape(x, (3, 4)), axis=1), np.linspace(0.5, 1.0, 12))
    matrices = holds(lambda x: x @ a, np.linspace(0.0, 1.0, 15).reshape(3, 5) ** 2)
    assert matrices(np.ones((3, 5))).nnz == 75 and matrices.colours == 5


def test_a_sparse_matrix_is_followed() -> None:
    from scipy import sparse  # type: ignore[import-untyped,import-not-found,unused-ignore]

    a = sparse.random_array((30, 25), density=0.08, rng=np.random.default_rng(0), format="csc")
    x = np.linspace(0.5, 1.5, 25)
    for f in (
        lambda x: F.matmul(a, x**2),
        lambda x: F.matmul(a, F.stack([x, x[::-1]], axis=1)).T[1],
    ):
        assert holds(f, x)(x).nnz == a.nnz
    assert holds(lambda x: F.sin(x) @ a, np.linspace(0.5, 1.5, 30))(np.ones(30)).nnz == a.nnz


class Cube(cg.Function):
    def forward(self, x: Array) -> Array:
        self.x = x
        return x**3

    def backward(self, gy: Variable) -> Variable:
        (x,) = self.inputs
        return gy * 3.0 * x**2


def test_a_function_of_ones_own() -> None:
    holds(lambda x: Cube()(x[:3]) + x[3:], np.linspace(0.5, 1.0, 6))


# ---- What is refused --------------------------------------------------------------------------


def test_what_cannot_be_captured_is_refused_each_time() -> None:
    def f(x: Any, a: Any) -> Any:
        return x * float(np.linalg.norm(np.sort(a * 2.0)))

    jacobian = cg.sparse_jacobian(f)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="sparse_jacobian: .*f cannot be captured, so that"):
            jacobian(np.ones(3), np.arange(3.0))


def test_random_numbers_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(RuntimeError, match="draws random numbers"):
        cg.sparse_jacobian(lambda x: F.dropout(x, 0.5, rng=rng))(np.ones(4))


def test_an_error_of_the_function_is_its_own() -> None:
    def f(x: Any) -> Any:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="^mine$"):
        cg.sparse_jacobian(f)(np.ones(4))


def test_inside_of_what_it_cannot_be_in() -> None:
    jacobian = cg.sparse_jacobian(lambda x: x * x)

    def f(x: Any) -> Any:
        return F.sum(x * jacobian(x.data).diagonal())

    with pytest.raises(RuntimeError, match="no derivative flows"):
        cg.grad(f)(np.ones(3))
    with pytest.raises(RuntimeError, match="no derivative flows"):
        cg.compile(f)(Variable(np.ones(3)))
    with cg.detect_anomaly(), pytest.raises(RuntimeError, match="detect_anomaly"):
        jacobian(np.ones(3))
    assert (jacobian(np.ones(3)).diagonal() == 2.0).all()


def test_more_than_one_number() -> None:
    with pytest.raises(ValueError, match="sparse_hessian: .* must return one number"):
        cg.sparse_hessian(lambda x: x * x)(np.ones(3))


def test_arguments_that_are_not_there() -> None:
    with pytest.raises(TypeError, match="sparse_jacobian: argnums names argument 1"):
        cg.sparse_jacobian(lambda x: x, argnums=1)(np.ones(3))
    with pytest.raises(TypeError, match="sparse_hessian: a function is needed"):
        cg.sparse_hessian(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="argnums must be an int or a tuple of ints"):
        cg.sparse_jacobian(lambda x: x, argnums=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="sparse_jacobian: .* must return"):
        cg.sparse_jacobian(lambda x: None)(np.ones(3))


def test_what_is_not_sparse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cygrad.transforms.sparse.MOST_PAIRS", 100)
    with pytest.raises(ValueError, match=r"sparse_jacobian: more than 100 of .* 20 x 20"):
        cg.sparse_jacobian(lambda x: F.cumsum(x, axis=0))(np.ones(20))
    with pytest.raises(ValueError, match=r"sparse_hessian: .* hessian gives them as an array"):
        cg.sparse_hessian(lambda x: F.sum(x) ** 2)(np.ones(20))


def test_without_scipy(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['scipy.sparse'] = None\n"
        "import cygrad as cg\n"
        "try: cg.sparse_jacobian(lambda x: x)\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert "sparse_jacobian needs scipy: pip install 'cygrad[scipy]'" in done.stdout, done.stderr


# ---- As an object -----------------------------------------------------------------------------


def test_it_is_pickled_by_its_function() -> None:
    for made in (cg.sparse_jacobian(chained), cg.sparse_hessian(rosenbrock)):
        expected = made(np.ones(6)).toarray()
        for other in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
            assert (other(np.ones(6)).toarray() == expected).all()
    assert repr(cg.sparse_jacobian(chained)) == "sparse_jacobian(chained)"
    assert cg.sparse_jacobian(chained).__name__ == "chained"


def test_threads() -> None:
    def f(x: Any) -> Any:
        return x * x[0] if x[0] > 0 else x[::-1] * 2.0

    jacobian = cg.sparse_jacobian(f)
    wrong: list[float] = []

    def work(sign: float) -> None:
        x = np.linspace(1.0, 2.0, 30)
        x[0] = sign
        expected = dense_jacobian(f, x)
        for _ in range(40):
            if (jacobian(x).toarray() != expected).any():
                wrong.append(sign)

    threads = [threading.Thread(target=work, args=(sign,)) for sign in (1.0, -1.0, 1.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
