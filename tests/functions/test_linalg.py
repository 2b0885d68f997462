"""matmul: NumPy's rules for shapes, strides of every kind, empty operands, errors."""

import itertools

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import weights

RNG = np.random.default_rng(31)
LAYOUTS = {
    "plain": lambda a: cg.Variable(a),
    "transposed": lambda a: F.transpose(
        cg.Variable(np.ascontiguousarray(np.swapaxes(a, -1, -2))),
        (*range(a.ndim - 2), a.ndim - 1, a.ndim - 2),
    ),
    "reversed rows": lambda a: cg.Variable(a[..., ::-1, :].copy())[..., ::-1, :],
    "reversed columns": lambda a: cg.Variable(a[..., ::-1].copy())[..., ::-1],
    "every second": lambda a: cg.Variable(np.repeat(a, 2, -1))[..., ::2],
    "inner block": lambda a: cg.Variable(np.pad(a, [(0, 0)] * (a.ndim - 2) + [(1, 2), (2, 1)]))[
        ..., 1:-2, 2:-1
    ],
    "stacks swapped": lambda a: (
        F.transpose(
            cg.Variable(np.swapaxes(a, 0, -2).copy()),
            (a.ndim - 2, *range(1, a.ndim - 2), 0, a.ndim - 1),
        )
        if a.ndim > 2
        else cg.Variable(a)
    ),
}
SHAPES = [
    ((2, 3), (3, 4)),
    ((1, 3), (3, 1)),
    ((17, 33), (33, 9)),
    ((2, 5, 3), (3, 4)),
    ((5, 3), (2, 3, 4)),
    ((2, 5, 3), (2, 3, 4)),
    ((3, 1, 5, 3), (2, 3, 4)),
]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("left, right", list(itertools.product(LAYOUTS, LAYOUTS)))
def test_every_layout(shapes: tuple[tuple[int, ...], ...], left: str, right: str) -> None:
    a, b = (np.sin(np.arange(1.0, 1 + np.prod(s))).reshape(s) for s in shapes)
    x, y = LAYOUTS[left](a), LAYOUTS[right](b)
    np.testing.assert_array_equal(x.data, a)
    np.testing.assert_array_equal(y.data, b)
    z = x @ y
    np.testing.assert_allclose(z.data, a @ b, rtol=1e-12, atol=1e-13)
    seed = weights(z.shape)
    z.grad = cg.Variable(seed)
    z.backward(retain_grad=True)
    plain = [cg.Variable(a), cg.Variable(b)]
    w = plain[0] @ plain[1]
    w.grad = cg.Variable(seed)
    w.backward(retain_grad=True)
    for v, p in zip((x, y), plain, strict=True):
        np.testing.assert_allclose(v.grad.data, p.grad.data, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shapes", SHAPES[:3] + SHAPES[5:6], ids=str)
def test_gradients_by_the_textbook(shapes: tuple[tuple[int, ...], ...]) -> None:
    a, b = (RNG.normal(size=s) for s in shapes)
    x, y = cg.Variable(a), cg.Variable(b)
    z = x @ y
    seed = weights(z.shape)
    z.grad = cg.Variable(seed)
    z.backward()
    np.testing.assert_allclose(x.grad.data, seed @ np.swapaxes(b, -1, -2), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(y.grad.data, np.swapaxes(a, -1, -2) @ seed, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    "a, b",
    [
        ((0,), (0,)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
        ((2, 3), (3, 0)),
        ((0, 0), (0, 0)),
        ((0, 2, 3), (3, 4)),
        ((2, 0), (0,)),
        ((2, 3, 0), (0, 2)),
        ((2, 3, 4), (4, 0)),
        ((0,), (0, 3)),
        ((0, 3), (3,)),
        ((3,), (3, 0)),
        ((1, 2, 3), (0, 3, 2)),
        ((2, 3), (0, 3, 2)),
    ],
    ids=str,
)
def test_empty_operands(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    x, y = cg.Variable(np.ones(a)), cg.Variable(np.ones(b))
    z = x @ y
    np.testing.assert_array_equal(z.data, np.ones(a) @ np.ones(b), strict=True)
    for create_graph in (False, True):
        x.cleargrad()
        y.cleargrad()
        z.backward(create_graph=create_graph)
        np.testing.assert_array_equal(x.grad.data, np.zeros(a))
        np.testing.assert_array_equal(y.grad.data, np.zeros(b))


@pytest.mark.parametrize(
    "a, b",
    [
        ((), ()),
        ((), (3,)),
        ((3,), ()),
        ((3,), (2,)),
        ((2, 3), (2, 3)),
        ((3,), (2, 3)),
        ((2, 3), (2,)),
        ((2, 2, 3), (3, 3, 2)),
        ((0,), (1,)),
    ],
    ids=str,
)
def test_shapes_that_do_not_fit(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    x, y = cg.Variable(np.ones(a), name="left"), cg.Variable(np.ones(b), name="right")
    with pytest.raises(ValueError, match="matmul: .*left of shape.*right of shape"):
        F.matmul(x, y)


def test_broadcast_operands() -> None:
    """Axes of stride 0 inside the matrices."""
    a, b = RNG.normal(size=(1, 4)), RNG.normal(size=(4, 1))
    x, y = cg.Variable(a), cg.Variable(b)
    z = F.broadcast_to(x, (3, 4)) @ F.broadcast_to(y, (4, 5))
    np.testing.assert_allclose(z.data, np.broadcast_to(a @ b, (3, 5)), rtol=1e-14)
    z.backward()
    np.testing.assert_allclose(x.grad.data, 15 * b.T, rtol=1e-13)
    np.testing.assert_allclose(y.grad.data, 15 * a.T, rtol=1e-13)


def test_special_values() -> None:
    a = np.array([[np.inf, 1.0], [np.nan, 2.0], [0.0, -0.0]])
    b = np.array([[1.0, 0.0], [1.0, -np.inf]])
    with np.errstate(invalid="ignore"):
        expected = a @ b
    np.testing.assert_array_equal((cg.Variable(a) @ cg.Variable(b)).data, expected)


def test_a_large_product() -> None:
    a, b = RNG.normal(size=(300, 200)), RNG.normal(size=(200, 250))
    x, y = cg.Variable(a), cg.Variable(b)
    z = F.sum(x @ y)
    np.testing.assert_allclose(z.item(), (a @ b).sum(), rtol=1e-10)
    z.backward()
    np.testing.assert_allclose(x.grad.data, np.tile(b.sum(1), (300, 1)), rtol=1e-11)
    np.testing.assert_allclose(y.grad.data, np.tile(a.sum(0)[:, None], (1, 250)), rtol=1e-11)


@pytest.mark.parametrize(
    ("x_shape", "w_shape"),
    [((0, 3), (3, 2)), ((2, 0), (0, 2)), ((2, 3), (3, 0)), ((0,), (0, 2)), ((2, 0, 3), (3, 2))],
    ids=str,
)
def test_linear_of_empty_operands(x_shape: tuple[int, ...], w_shape: tuple[int, ...]) -> None:
    x, w, b = cg.Variable(np.ones(x_shape)), cg.Variable(np.ones(w_shape)), cg.ones(w_shape[1])
    y = F.linear(x, w, b)
    np.testing.assert_array_equal(y.data, np.ones(x_shape) @ np.ones(w_shape) + 1.0, strict=True)
    for create_graph in (False, True):
        for v in (x, w, b):
            v.cleargrad()
        y.backward(create_graph=create_graph)
        np.testing.assert_array_equal(x.grad.data, np.zeros(x_shape), strict=True)
        np.testing.assert_array_equal(w.grad.data, np.zeros(w_shape), strict=True)
        assert b.grad.shape == b.shape


@pytest.mark.parametrize("rows", [1, 3, 4, 30, 32, 33])
@pytest.mark.parametrize(("n", "p"), [(100, 400), (400, 100), (128, 512), (31, 5000), (777, 333)])
def test_products_of_few_rows(rows: int, n: int, p: int) -> None:
    """BLAS may get them in pieces."""
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, rows, n)), rng.normal(size=(n, p))
    with cg.no_grad():
        for left in (a[0], a, a.transpose(0, 2, 1).copy().transpose(0, 2, 1)):
            for right in (b, b.T.copy().T, np.repeat(b, 2, axis=1)[:, ::2], b[::-1]):
                y = F.matmul(cg.Variable(left), cg.Variable(right))
                np.testing.assert_allclose(y.data, left @ right, rtol=0, atol=1e-11)
        x, w = cg.Variable(a[0]), cg.Variable(np.ascontiguousarray(b.T))
        np.testing.assert_allclose((x @ w.T).data, a[0] @ b, rtol=0, atol=1e-11)
        column = cg.Variable(np.ascontiguousarray(a[0].T))
        np.testing.assert_allclose((column.T @ w.T).data, a[0] @ b, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("m", "p"), [(1, 1), (3, 1), (1, 50), (30, 15), (30, 16), (5, 600)])
def test_a_column_times_a_row(m: int, p: int) -> None:
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, m, 1)), rng.normal(size=(1, p))
    with cg.no_grad():
        for left, right in ((a[0], b), (a, b), (a[:, ::-1], b[:, ::-1])):
            np.testing.assert_array_equal(F.matmul(left, right).data, left @ right)
        row = cg.Variable(b.T.copy()).T
        np.testing.assert_array_equal((cg.Variable(a[0]) @ row).data, a[0] @ b)
