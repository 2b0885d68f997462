"""compile: linear algebra is made of instructions, to the bit, and fails where eager does.

LAPACK may fail at the numbers of a replay: then the function itself is called, whose error is raised, or
caught. Matrices of 40 rows are substituted by way of BLAS.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
from cygrad import optimizers

Array = Any

RNG = np.random.default_rng(0)


def matrix(n: int, *stack: int) -> Array:
    return RNG.normal(size=(*stack, n, n)) + 2.0 * np.sqrt(n) * np.eye(n)


def definite(n: int, *stack: int) -> Array:
    a = matrix(n, *stack)
    return a @ np.swapaxes(a, -1, -2)


def bits(x: Any) -> Any:
    if isinstance(x, (tuple, list)):
        return [bits(part) for part in x]
    return np.array(x.data if isinstance(x, cg.Variable) else x).tobytes()


def evidence(a: Any, y: Any) -> Any:
    """Of a Gaussian process, as most who call cholesky want it."""
    factor = LA.cholesky(a)
    z = LA.solve_triangular(factor, y, lower=True)
    return F.sum(z * z) + 2.0 * F.sum(F.log(F.diagonal(factor)))


ROWS: dict[str, tuple[Callable[..., Any], tuple[Array, ...]]] = {
    "inv": (LA.inv, (matrix(4),)),
    "inv of a transpose": (lambda a: LA.inv(a.T), (matrix(4),)),
    "inv of a stack": (LA.inv, (matrix(3, 2),)),
    "det": (LA.det, (matrix(4),)),
    "det of a stack": (LA.det, (matrix(3, 2, 2),)),
    "slogdet": (lambda a: LA.slogdet(a)[1], (matrix(4),)),
    "sign": (lambda a: F.mul(*LA.slogdet(a)), (matrix(3, 2),)),
    "cholesky": (LA.cholesky, (definite(4),)),
    "cholesky, upper": (lambda a: LA.cholesky(a, upper=True), (definite(3, 2),)),
    "solve": (LA.solve, (matrix(4), RNG.normal(size=(4, 2)))),
    "solve of a vector": (LA.solve, (matrix(40), RNG.normal(size=40))),
    "solve of a stack": (LA.solve, (matrix(3, 2), RNG.normal(size=(3, 2)))),
    "solve of a transpose": (lambda a, b: LA.solve(a.T, b), (matrix(40), RNG.normal(size=40))),
    "solve of a triangle": (
        lambda a, b: LA.solve(F.tril(a), b),
        (matrix(40), RNG.normal(size=(40, 3))),
    ),
    "solve_triangular": (LA.solve_triangular, (matrix(40), RNG.normal(size=(40, 3)))),
    "solve_triangular, lower": (
        lambda a, b: LA.solve_triangular(a, b, lower=True, unit_diagonal=True),
        (matrix(5), RNG.normal(size=5)),
    ),
    "solve_triangular, transposed": (
        lambda a, b: LA.solve_triangular(a.T, b, trans=1),
        (matrix(40), RNG.normal(size=(3, 40)).T),
    ),
    "solve_triangular of a stack": (
        lambda a, b: LA.solve_triangular(F.swapaxes(a, -1, -2), b, lower=True),
        (matrix(3, 2), RNG.normal(size=(3, 2))),
    ),
    "evidence": (evidence, (definite(40), RNG.normal(size=40))),
    "power": (lambda a: LA.matrix_power(a, -3), (matrix(3),)),
}


def weighed(f: Callable[..., Any]) -> Callable[..., Any]:
    def total(*xs: Any) -> Any:
        y = f(*xs)
        return F.sum(y * np.linspace(0.5, 1.5, y.size).reshape(y.shape))

    return total


def points(inputs: tuple[Array, ...]) -> list[tuple[Array, ...]]:
    """At all of them definite matrices are definite."""
    return [tuple(x * scale for x in inputs) for scale in (1.0, 0.9, 3.0, 1.0e-3)]


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("transform", [cg.value_and_grad, cg.hessian])
def test_rows(name: str, transform: Any) -> None:
    f, inputs = ROWS[name]
    if transform is cg.hessian:
        inputs = tuple(x[(slice(5),) * x.ndim] for x in inputs)
    eager = transform(weighed(f), argnums=tuple(range(len(inputs))))
    compiled = cg.compile(eager, fallback=False)
    for xs in points(inputs):
        assert bits(eager(*xs)) == bits(compiled(*xs))
    assert (compiled.captures, compiled.replays) == (1, 3)
    assert "call" not in str(compiled.program())


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.filterwarnings("ignore")  # det asks for numbers in its backward pass
def test_rows_whose_results_have_a_graph(name: str) -> None:
    f, inputs = ROWS[name]
    compiled = cg.compile(weighed(f))
    for xs in points(inputs):
        found = []
        for call in (weighed(f), compiled):
            vs = [cg.Variable(x) for x in xs]
            y = call(*vs)
            y.backward()
            found.append(bits([y, *[v.grad for v in vs]]))
        assert found[0] == found[1]
    assert compiled.replays == 4 - compiled.captures or name.startswith("det")


SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
FAILING: dict[str, Callable[..., Any]] = {
    "inv": LA.inv,
    "solve": lambda a: LA.solve(a, np.ones(2)),
    "cholesky": lambda a: LA.cholesky(a - 0.5 * np.eye(2)),
    "solve_triangular": lambda a: LA.solve_triangular(a - np.eye(2), np.ones(2)),
    "the gradient of cholesky": lambda a: LA.cholesky(a + 1e-17),
    "the gradient of slogdet": lambda a: LA.slogdet(a)[1],
}


@pytest.mark.parametrize("name", FAILING)
def test_errors_are_raised_and_caught(name: str) -> None:
    good, bad = np.array([[3.0, 1.0], [1.0, 4.0]]), SINGULAR
    eager = cg.value_and_grad(weighed(FAILING[name]))
    compiled = cg.compile(eager, fallback=False)
    for a in (good, good * 1.25, good):
        assert bits(eager(a)) == bits(compiled(a))
    for f in (eager, compiled):
        with pytest.raises(np.linalg.LinAlgError):
            f(bad)
    assert bits(eager(good)) == bits(compiled(good))
    assert (compiled.captures, compiled.replays) == (1, 3)


def test_jitter() -> None:
    """What a function does about an error is a capture of its own."""

    def f(a: Any) -> Any:
        try:
            factor = LA.cholesky(a)
        except np.linalg.LinAlgError:
            factor = LA.cholesky(a + 0.5 * np.eye(2))
        return F.sum(factor * factor * factor)

    eager = cg.value_and_grad(f)
    compiled = cg.compile(eager, fallback=False)
    good, bad = np.array([[3.0, 1.0], [1.0, 4.0]]), np.array([[1.0, 1.1], [1.1, 1.0]])
    for a in (good, good * 2.0, bad, bad * 1.1, good, bad, good * 3.0):
        assert bits(eager(a)) == bits(compiled(a))
    assert (compiled.captures, compiled.replays) == (2, 5)


def test_the_determinant_of_a_singular_matrix() -> None:
    """Its gradient is made of the cofactors; that of one out of range of its logarithm."""
    eager = cg.value_and_grad(lambda a: LA.det(a))
    compiled = cg.compile(eager, fallback=False)
    a = np.array([[3.0, 1.0], [1.0, 4.0]])
    for x in (a, a * 2.0, SINGULAR, a, SINGULAR * 3.0, a * 1e-160, a, a * 1e160, a * 1e-161):
        assert bits(eager(x)) == bits(compiled(x))
    assert compiled.captures == 3


def test_solve_of_matrices_that_are_triangular_at_times() -> None:
    eager = cg.value_and_grad(lambda a: F.sum(LA.solve(a, np.arange(40.0)) ** 2))
    compiled = cg.compile(eager, fallback=False)
    a = matrix(40)
    for x in (a, np.tril(a), np.triu(a), a * 2.0, np.tril(a.T), np.eye(40)):
        assert bits(eager(x)) == bits(compiled(x))
    assert (compiled.captures, compiled.replays) == (1, 5)


def test_a_training_step() -> None:
    """Nothing can be taken back after an update: there the factorization is a call."""

    def make() -> Any:
        scale, rule = cg.Variable(np.array([1.0, 0.5])), optimizers.Adam(0.1)

        def step(a: Array, y: Array) -> Any:
            loss = evidence(a * F.exp(scale[0]) + F.exp(scale[1]) * np.eye(3), y)
            scale.cleargrad()
            loss.backward()
            rule.update([scale])
            return loss + F.sum(LA.inv(a * F.exp(scale[0])))

        return step, scale

    (step, scale), (other, others) = make(), make()
    compiled = cg.compile(other, fallback=False)
    for k in range(6):
        a, y = definite(3), RNG.normal(size=3) + k
        assert bits(step(a, y)) == bits(compiled(a, y))
        assert bits([scale, scale.grad]) == bits([others, others.grad])
    assert (compiled.captures, compiled.replays) == (1, 4)
    assert [line for line in str(compiled.program()).splitlines() if "call Inv" in line]


DECOMPOSED: dict[str, tuple[Callable[..., Any], tuple[Array, ...]]] = {
    "eigvalsh": (LA.eigvalsh, (definite(4),)),
    "vectors of eigh": (lambda a: LA.eigh(a)[1] ** 2, (definite(4),)),
    "svdvals": (LA.svdvals, (RNG.normal(size=(5, 3)),)),
    "vectors of svd": (
        lambda a: LA.svd(a, full_matrices=False)[2] ** 2,
        (RNG.normal(size=(5, 3)),),
    ),
    "nuclear norm": (lambda a: LA.norm(a, "nuc"), (RNG.normal(size=(5, 3)),)),
    "q": (lambda a: LA.qr(a)[0], (RNG.normal(size=(5, 3)),)),
    "r": (lambda a: LA.qr(a)[1], (RNG.normal(size=(5, 3)),)),
    "lstsq": (lambda a, b: LA.lstsq(a, b)[0], (RNG.normal(size=(5, 3)), RNG.normal(size=5))),
    "pinv": (LA.pinv, (RNG.normal(size=(5, 3)),)),
    "expm": (LA.expm, (RNG.normal(size=(3, 3)),)),
}


@pytest.mark.parametrize("name", DECOMPOSED)
def test_decompositions_are_called(name: str) -> None:
    """Gradients flow to some of their results."""
    f, inputs = DECOMPOSED[name]
    eager = cg.value_and_grad(weighed(f), argnums=tuple(range(len(inputs))))
    compiled = cg.compile(eager, fallback=False)
    for xs in points(inputs):
        assert bits(eager(*xs)) == bits(compiled(*xs))
    assert (compiled.captures, compiled.replays) == (1, 3)
    assert "call" in str(compiled.program())
