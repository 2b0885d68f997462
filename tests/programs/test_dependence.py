"""Which inputs each number of a program's results is computed from.

The rule that it is held to: a nan among the inputs reaches what is computed from it, as long as no
kernel drops it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad import linalg
from cygrad.programs.dependence import acts, dependence
from cygrad.programs.program import Program
from random_functions import random_function

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
LIMIT = 1 << 20


def program_of(f: Callable[..., Any], *args: Any) -> Program:
    variables = [cg.Variable(a, requires_grad=False) for a in args]
    compiled = cg.compile(f, fallback=False)
    compiled(*variables)
    program = compiled.program()
    assert program is not None
    return program


def pattern_of(program: Program, inputs: list[int]) -> Bools:
    found = dependence(program, inputs, LIMIT)
    assert found is not None
    indptr, indices = found
    columns = sum(int(np.prod(program.shapes[k])) for k in inputs)
    pattern = np.zeros((len(indptr) - 1, columns), bool)
    for row in range(len(indptr) - 1):
        part = indices[indptr[row] : indptr[row + 1]]
        assert (np.diff(part) > 0).all()
        pattern[row, part] = True
    return pattern


def reached_by_nan(program: Program, args: list[Array], inputs: list[int]) -> Bools:
    columns = []
    for k in inputs:
        for place in range(args[k].size):
            spoilt = [np.array(a) for a in args]
            spoilt[k].reshape(-1)[place] = np.nan
            results = [np.ravel(y) for y in program(*spoilt)]
            columns.append(np.isnan(np.concatenate(results)))
    return np.array(columns).T


def stencil(x: cg.Variable) -> Any:
    return x[1:-1] * 2.0 - x[2:] - x[:-2]


def chain(x: cg.Variable) -> Any:
    total = cg.Variable(1.0, requires_grad=False)
    parts = []
    for i in range(x.size):
        total = F.sin(total * x[i])
        parts.append(total)
    return F.stack(parts)


FOLLOWED: dict[str, tuple[Callable[..., Any], tuple[tuple[int, ...], ...]]] = {
    "elementwise": (lambda x, y: F.exp(x) * y, ((40,), (40,))),
    "a row is broadcast": (lambda x, y: x * y, ((12, 7), (7,))),
    "a column is broadcast": (lambda x, y: x + y, ((12, 7), (12, 1))),
    "transposed": (lambda x, y: x.T * y, ((6, 9), (9, 6))),
    "a stencil": (stencil, ((50,),)),
    "every second one": (lambda x: F.sin(x[::2]) * x[1::2], ((60,),)),
    "backwards": (lambda x: x * x[::-1], ((41,),)),
    "sum of rows": (lambda x: F.sum(F.cos(x), axis=1), ((9, 8),)),
    "sum of columns": (lambda x: F.sum(x * x, axis=0), ((9, 8),)),
    "sum of all": (lambda x: F.sum(F.exp(x)), ((90,),)),
    "mean": (lambda x: F.mean(x, axis=1), ((9, 8),)),
    "maximum": (lambda x: F.max(x, axis=0), ((9, 8),)),
    "product": (lambda x: F.prod(x, axis=1), ((9, 8),)),
    "cumsum": (lambda x: F.cumsum(x, axis=1), ((4, 5, 6),)),
    "concat": (lambda x, y: F.concat([x, y * 2.0, x], axis=1), ((5, 6), (5, 7))),
    "stack": (lambda x, y: F.stack([x, y], axis=1), ((9, 5), (9, 5))),
    "gather": (lambda x: x[np.array([5, 0, 5, 19])], ((20, 3),)),
    "matmul": (lambda x, y: x @ y, ((5, 6), (6, 7))),
    "matmul of a stack": (lambda x, y: x @ y, ((3, 5, 6), (6, 7))),
    "matmul of a vector": (lambda x, y: x @ y, ((5, 6), (6,))),
    "softmax": (lambda x: F.softmax(x, axis=1), ((5, 6),)),
    "logsumexp": (lambda x: F.logsumexp(x, axis=1), ((5, 6),)),
    "numbers": (lambda x: F.stack([x[0] * x[1], F.sin(x[2]), x[3] + 1.0]), ((4,),)),
    "long chain": (chain, ((70,),)),
    "sine and cosine": (lambda x: F.sin(x) + F.cos(x[::-1]), ((40,),)),
    "sorted by reshape": (lambda x: F.reshape(x.T * 2.0, (-1,))[3:9], ((5, 6),)),
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_is_followed_number_by_number(name: str) -> None:
    f, shapes = FOLLOWED[name]
    rng = np.random.default_rng(0)
    args = [rng.uniform(0.5, 1.5, size=shape) for shape in shapes]
    program = program_of(f, *args)
    inputs = list(range(len(args)))
    assert (pattern_of(program, inputs) == reached_by_nan(program, args, inputs)).all()


def test_of_some_inputs_only() -> None:
    program = program_of(lambda x, y, z: x * y + z, *[np.ones(40)] * 3)
    assert (pattern_of(program, [2, 0]) == np.tile(np.eye(40, dtype=bool), 2)).all()


STACKS: dict[str, Callable[[Any], Any]] = {
    "inv": linalg.inv,
    "cholesky": lambda a: linalg.cholesky(a @ F.swapaxes(a, 1, 2)),
    "det": linalg.det,
    "slogdet": lambda a: linalg.slogdet(a)[1],
    "solve": lambda a: linalg.solve(a, np.ones((4, 3, 2))),
    "solve of a transposed one": lambda a: linalg.solve(F.swapaxes(a, 1, 2), a),
    "triangular": lambda a: linalg.solve_triangular(a, np.ones((4, 3, 2)), lower=True),
}


@pytest.mark.parametrize("name", STACKS)
def test_matrices_of_a_stack_are_apart(name: str) -> None:
    a = np.eye(3) + 0.1 * np.arange(36.0).reshape(4, 3, 3) / 36.0
    program = program_of(STACKS[name], a)
    pattern = pattern_of(program, [0])
    rows = len(pattern) // 4
    apart = np.kron(np.eye(4, dtype=bool), np.ones((rows, 9), bool))
    assert (pattern <= apart).all()
    product = program_of(derivative(STACKS[name]), np.ones(a.shape), a)
    dense = np.reshape(cg.jacobian(STACKS[name])(a), (-1, 36))
    assert ((dense != 0.0) <= pattern).all()
    assert ((dense != 0.0) <= pattern_of(product, [0])).all()
    assert (pattern_of(product, [0]) <= apart).all()


def test_what_is_not_followed_is_dense() -> None:
    a, b = np.eye(4) + 0.1, np.ones(4)
    program = program_of(linalg.solve, a, b)
    assert pattern_of(program, [1]).all()


class Twice(cg.Function):
    def forward(self, x: Array) -> Array:
        return x * 2.0

    def backward(self, gy: cg.Variable) -> cg.Variable:
        return gy * 2.0


def test_what_python_computes_is_dense() -> None:
    program = program_of(lambda x: Twice()(x[:3]), np.ones(40))
    expected = np.zeros((3, 40), bool)
    expected[:, :3] = True
    assert (pattern_of(program, [0]) == expected).all()
    assert not acts(program)


def test_a_program_that_draws_acts() -> None:
    program = program_of(lambda x: F.dropout(x, 0.5, rng=np.random.default_rng(0)), np.ones(40))
    assert acts(program)


def derivative(f: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda v, x: cg.jvp(f, (x,), (v,))[1]


@pytest.mark.parametrize("seed", range(30))
def test_of_a_random_program_and_its_products_with_a_vector(seed: int) -> None:
    """In the seed of a product, it is the pattern of the Jacobian."""
    f, n = random_function(seed)
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.5, 1.5, size=n)
    program = program_of(f, x)
    assert (reached_by_nan(program, [x], [0]) <= pattern_of(program, [0])).all()
    product = program_of(derivative(f), np.ones(n), x)
    dense = np.reshape(cg.jacobian(f)(x), (-1, n))
    assert ((dense != 0.0) <= pattern_of(product, [0])).all()


def test_more_pairs_than_are_wanted() -> None:
    program = program_of(lambda x: F.cumsum(x, axis=0), np.ones(200))
    assert dependence(program, [0], 1000) is None
    assert dependence(program, [0], 200 * 201 // 2) is not None


def test_many_numbers() -> None:
    """Each set is a window of the inputs, or all of them; neither may take the square of memory."""

    def f(x: cg.Variable) -> Any:
        y = x
        for _ in range(4):
            y = F.sin(y[1:]) * y[:-1]
        return F.concat([y, F.reshape(F.cumsum(x, axis=0)[-1], (1,))], axis=0)

    n = 100_000
    found = dependence(program_of(f, np.ones(n)), [0], 10 * n)
    assert found is not None
    indptr, indices = found
    assert (np.diff(indptr)[:-1] == 5).all() and indptr[-1] - indptr[-2] == n
    assert (indices[:5] == np.arange(5)).all()
