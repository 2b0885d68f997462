"""Every function of cygrad.linalg: NumPy's values, and derivatives of two orders by differences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from checkpoints import assert_unchanged

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
from cygrad.numerical import check_grads

Array = Any
RNG = np.random.default_rng(7)


def matrix(*shape: int) -> Array:
    """Well conditioned, and its singular values apart."""
    a = RNG.uniform(-1.0, 1.0, shape)
    for i in range(min(shape[-2:])):
        a[..., i, i] += 2.0 + i
    return a


def symmetric(a: Any) -> Any:
    if isinstance(a, cg.Variable):
        return 0.5 * (a + F.transpose(a, [*range(a.ndim - 2), a.ndim - 1, a.ndim - 2]))
    return 0.5 * (a + np.swapaxes(a, -1, -2))


@dataclass(frozen=True)
class Row:
    name: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    inputs: tuple[Array, ...]

    def __str__(self) -> str:
        return f"{self.name}-{'-'.join('x'.join(map(str, x.shape)) for x in self.inputs)}"


def of_symmetric(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a: f(symmetric(a))


def signless(vectors: Any) -> Any:
    """What does not depend on the vectors' signs, nor is constant."""
    return vectors * vectors


def eigh(module: Any, uplo: str) -> Callable[..., Any]:
    def call(a: Any) -> Any:
        w, v = module.eigh(symmetric(a), uplo)
        return w, signless(v)

    return call


def svd(module: Any) -> Callable[..., Any]:
    def call(a: Any) -> Any:
        u, s, vh = module.svd(a, full_matrices=False)
        return signless(u), s, signless(vh), u @ vh

    return call


def roots(name: str) -> Callable[..., Any]:
    """By eigenvectors, which are independent here."""

    def call(a: Any) -> Any:
        w, v = np.linalg.eig(a)
        w = np.sqrt(w.astype(complex)) if name == "sqrtm" else np.log(w.astype(complex))
        return (v @ (w[..., None] * np.linalg.inv(v))).real

    return call


def rows() -> list[Row]:
    table: list[Row] = []

    def add(name: str, call: Any, reference: Any, *inputs: Array) -> None:
        table.append(Row(name, call, reference, inputs))

    np_la: Any = np.linalg
    for stack in ((), (2,), (2, 1)):
        square = matrix(*stack, 3, 3)
        positive = square @ np.swapaxes(square, -1, -2)
        add("inv", LA.inv, np_la.inv, square)
        add("det", LA.det, np_la.det, square)
        add("slogdet", lambda a: LA.slogdet(a)[1], lambda a: np_la.slogdet(a)[1], square)
        add("solve", LA.solve, np_la.solve, square, matrix(*stack, 3, 2))
        add("cholesky", of_symmetric(LA.cholesky), of_symmetric(np_la.cholesky), positive)
        add(
            "cholesky_upper",
            lambda a: LA.cholesky(symmetric(a), upper=True),
            lambda a: np.swapaxes(np_la.cholesky(symmetric(a)), -1, -2),
            positive,
        )
        for uplo in ("L", "U"):
            add(f"eigh_{uplo}", eigh(LA, uplo), eigh(np_la, uplo), positive)
        for name in ("sqrtm", "logm"):
            add(name, getattr(LA, name), roots(name), square)
            add(f"{name}_symmetric", of_symmetric(getattr(LA, name)), roots(name), positive)
        add(
            "matrix_function",
            of_symmetric(lambda a: LA.matrix_function(lambda w: 1.0 / w, a)),
            np_la.inv,
            positive,
        )
        add("eigvalsh", of_symmetric(LA.eigvalsh), of_symmetric(np_la.eigvalsh), positive)
        for power in (1, 2, 5, -3):
            add(
                f"matrix_power_{power}",
                lambda a, n=power: LA.matrix_power(a, n),
                lambda a, n=power: np_la.matrix_power(a, n),
                square,
            )
        for m, n in ((3, 3), (4, 2), (2, 4)):
            a = matrix(*stack, m, n)
            add("qr", LA.qr, np_la.qr, a)
            add("svd", svd(LA), svd(np_la), a)
            add("svdvals", LA.svdvals, lambda a: np_la.svd(a, compute_uv=False), a)
            add("pinv", LA.pinv, np_la.pinv, a)
            for p in (2, -2, "nuc"):
                add(
                    f"norm_{p}",
                    lambda a, p=p: LA.norm(a, p, (-2, -1), keepdims=True),
                    lambda a, p=p: np_la.norm(a, p, (-2, -1), keepdims=True),
                    a,
                )
        for lower in (False, True):
            half = np.tril(square) if lower else np.triu(square)
            for trans in (0, 1):
                add(
                    f"solve_triangular_{lower}_{trans}",
                    lambda a, b, t=trans, l=lower: LA.solve_triangular(a, b, trans=t, lower=l),
                    lambda a, b, t=trans, l=lower: np_la.solve(
                        np.swapaxes(np.tril(a) if l else np.triu(a), -1, -2)
                        if t
                        else (np.tril(a) if l else np.triu(a)),
                        b,
                    ),
                    half,
                    matrix(*stack, 3, 2),
                )
    for m, n in ((3, 3), (4, 2), (2, 4)):
        for b in (matrix(m, 2), RNG.uniform(size=m)):
            add(
                "lstsq",
                lambda a, b: LA.lstsq(a, b)[:2],
                lambda a, b: np_la.lstsq(a, b, rcond=None)[:2],
                matrix(m, n),
                b,
            )
    add("solve", LA.solve, np_la.solve, matrix(3, 3), RNG.uniform(size=3))
    add("solve", LA.solve, np_la.solve, matrix(2, 3, 3), RNG.uniform(size=3))
    add("solve", LA.solve, np_la.solve, matrix(3, 3), matrix(2, 3, 2))
    add("solve", LA.solve, np_la.solve, matrix(2, 1, 3, 3), matrix(2, 3, 2))
    add("norm", lambda a: LA.norm(a, 2), lambda a: np_la.norm(a, 2), matrix(3, 2))
    add(
        "norm", lambda a: LA.norm(a, 2, (2, 0)), lambda a: np_la.norm(a, 2, (2, 0)), matrix(3, 2, 4)
    )
    add("norm", LA.norm, np_la.norm, matrix(3, 2))
    add(
        "multi_dot",
        lambda *xs: LA.multi_dot(xs),
        lambda *xs: np_la.multi_dot(xs),
        matrix(2, 4),
        matrix(4, 3),
        matrix(3, 5),
        RNG.uniform(size=5),
    )
    return table


every_row = pytest.mark.parametrize("row", rows(), ids=str)


def as_tuple(y: Any) -> tuple[Any, ...]:
    return tuple(y) if isinstance(y, (tuple, list)) else (y,)


@every_row
def test_values_are_numpys(row: Row) -> None:
    ys = as_tuple(row.call(*map(cg.Variable, row.inputs)))
    expected = as_tuple(row.reference(*row.inputs))
    assert len(ys) == len(expected)
    for y, e in zip(ys, expected, strict=True):
        assert y.shape == np.shape(e)
        np.testing.assert_allclose(y.data, e, rtol=1e-12, atol=1e-14)


@every_row
def test_derivatives_of_two_orders(row: Row) -> None:
    check_grads(row.call, *row.inputs, order=2)


@every_row
def test_through_a_checkpoint(row: Row) -> None:
    assert_unchanged(row.call, row.inputs, bits=row.name != "svd")


@every_row
def test_constants_make_no_graph(row: Row) -> None:
    for y in as_tuple(row.call(*row.inputs)):
        assert y.creator is None and not y.requires_grad
    with cg.no_grad():
        for y in as_tuple(row.call(*map(cg.Variable, row.inputs))):
            assert y.creator is None


@every_row
def test_inputs_are_left_alone(row: Row) -> None:
    xs = [cg.Variable(x.copy()) for x in row.inputs]
    for y in as_tuple(row.call(*xs)):
        F.sum(y * y).backward()
    for x, before in zip(xs, row.inputs, strict=True):
        np.testing.assert_array_equal(x.data, before)


@pytest.mark.parametrize("row", [r for r in rows() if len(r.inputs) > 1], ids=str)
def test_one_input_alone(row: Row) -> None:
    """The same gradient, whether the other inputs want one or not."""
    ys = as_tuple(row.call(*(xs := list(map(cg.Variable, row.inputs)))))
    F.sum(ys[0] * ys[0]).backward()
    for k in range(len(xs)):
        alone = [cg.Variable(x, requires_grad=i == k) for i, x in enumerate(row.inputs)]
        y = as_tuple(row.call(*alone))[0]
        F.sum(y * y).backward()
        np.testing.assert_array_equal(alone[k].grad.data, xs[k].grad.data)
        assert all(x.grad is None for i, x in enumerate(alone) if i != k)


@pytest.mark.parametrize("f", [LA.cholesky, LA.eigvalsh], ids=["cholesky", "eigvalsh"])
def test_gradients_by_a_symmetric_matrix_are_symmetric(f: Callable[..., cg.Variable]) -> None:
    a = matrix(4, 4)
    x = cg.Variable(a @ a.T)
    y = f(x)
    y.grad = cg.Variable(RNG.normal(size=y.shape))
    y.backward()
    np.testing.assert_allclose(x.grad.data, x.grad.data.T, rtol=1e-12)


def test_third_order() -> None:
    a = matrix(3, 3)
    check_grads(lambda x: LA.slogdet(x)[1], a, order=3)
    check_grads(lambda x: LA.solve(x, [1.0, 2.0, 3.0]), a, order=3)
    check_grads(lambda x: LA.cholesky(x @ x.T), a, order=3)
    check_grads(lambda x: LA.qr(x).R, a, order=3)


def test_named_results() -> None:
    a = matrix(3, 3)
    assert LA.qr(a)._fields == ("Q", "R")
    assert LA.svd(a)._fields == ("U", "S", "Vh")
    assert LA.eigh(a @ a.T)._fields == ("eigenvalues", "eigenvectors")
    assert LA.slogdet(a)._fields == ("sign", "logabsdet")
    np.testing.assert_array_equal(LA.qr(a, "r").data, LA.qr(a).R.data)


def test_outputs_that_were_dropped() -> None:
    """A gradient may need the vectors, though only the values live."""
    for f in (lambda x: LA.svd(x).S, lambda x: LA.eigh(symmetric(x)).eigenvalues):
        check_grads(f, matrix(3, 3), order=3)
