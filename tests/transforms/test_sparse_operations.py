"""The sparse Jacobian and Hessian of every operation are the dense ones."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.transforms.structure import leaves
from operations import OPERATIONS, Operation

pytest.importorskip("scipy")

LARGE = [row for row in OPERATIONS if row.elementwise and len(row.inputs) == 1]

# They draw random numbers, or a capture would freeze the positions that numbers are taken from.
REFUSED = {"dropout", "dropout_simple", "sort", "partition", "median", "quantile", "max_pool2d"}
TAKEN = [row for row in OPERATIONS if row.name not in REFUSED]


def flat(x: Any) -> Any:
    return F.concat([F.reshape(y, (-1,)) for y in leaves([x])], axis=0)


def by_columns(row: Operation, inputs: tuple[Any, ...]) -> Any:
    """The Jacobian by all inputs, a product with a vector for each column."""
    argnums = tuple(range(len(inputs)))
    found = []
    for k, x in enumerate(inputs):
        for place in range(np.size(x)):
            tangents = [np.zeros(np.shape(a)) for a in inputs]
            tangents[k].reshape(-1)[place] = 1.0
            _, column = cg.jvp(lambda *a: flat(row.call(*a)), inputs, tuple(tangents), argnums)
            found.append(column)
    return np.stack(found, axis=1)


@pytest.mark.parametrize("row", TAKEN, ids=str)
def test_jacobians(row: Operation) -> None:
    inputs = tuple(np.asarray(x, np.float64) for x in row.inputs)
    argnums = tuple(range(len(inputs)))
    jacobian = cg.sparse_jacobian(row.call, argnums)
    expected = by_columns(row, inputs)
    for _ in range(2):
        found = jacobian(*inputs)
        np.testing.assert_allclose(found.toarray(), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("row", [row for row in TAKEN if row.smooth], ids=str)
def test_hessians(row: Operation) -> None:
    inputs = tuple(np.asarray(x, np.float64) for x in row.inputs)
    argnums = tuple(range(len(inputs)))

    def total(*x: Any) -> Any:
        y = flat(row.call(*x))
        return F.sum(y * np.linspace(0.3, 1.2, y.size))

    hessian: Any = cg.hessian(total, argnums)
    blocks = hessian(*inputs)
    sizes = [x.size for x in inputs]
    expected = np.block(
        [
            [np.reshape(b, (n, m)) for b, m in zip(line, sizes, strict=True)]
            for line, n in zip(blocks, sizes, strict=True)
        ]
    )
    found = cg.sparse_hessian(total, argnums)(*inputs)
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("row", LARGE, ids=str)
def test_an_elementwise_operation_has_a_diagonal(row: Operation) -> None:
    x = np.tile(np.ravel(row.inputs[0]), 20)
    jacobian = cg.sparse_jacobian(row.call)
    assert jacobian(x).nnz <= x.size and (jacobian.colours or 0) <= 1
    expected = cg.elementwise_grad(row.call)(x)
    np.testing.assert_allclose(jacobian(x).toarray().diagonal(), expected, rtol=1e-14)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_refused(name: str) -> None:
    row = next(row for row in OPERATIONS if row.name == name)
    with pytest.raises(RuntimeError, match="cannot be captured, so that|draws random numbers"):
        cg.sparse_jacobian(row.call)(*row.inputs)
