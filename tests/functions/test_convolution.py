"""conv2d and conv1d: steps of every kind, what is not computed, empty arrays, errors."""

import itertools
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import references
from differences import weights

RNG = np.random.default_rng(41)


def arrays(*shapes: tuple[int, ...]) -> list[cg.Variable]:
    return [cg.Variable(RNG.normal(size=s)) for s in shapes]


STEPS = list(itertools.product([1, 2, 3], [0, 1, 2, 5], [1, 2, 4]))


@pytest.mark.parametrize("stride, padding, dilation", STEPS)
@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 2)], ids=str)
def test_every_step(kernel: tuple[int, int], stride: int, padding: int, dilation: int) -> None:
    """Values by the reference; gradients as the transposes of a map linear in x and in w."""
    x, w, b = arrays((2, 3, 9, 10), (4, 3, *kernel), (4,))
    y = F.conv2d(x, w, b, stride, padding, dilation)
    steps = [(n, n) for n in (stride, padding, dilation)]
    expected = references.conv2d(x.data, w.data, b.data, *steps)
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-13)
    assert y.data.flags.c_contiguous
    seed = weights(y.shape)
    y.grad = cg.Variable(seed)
    y.backward()
    np.testing.assert_allclose(b.grad.data, seed.sum((0, 2, 3)), rtol=1e-12)
    product = ((y.data - b.data[:, None, None]) * seed).sum()
    for v in (x, w):
        np.testing.assert_allclose((v.data * v.grad.data).sum(), product, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("stride", [(1, 1), (1, 2), (2, 1), (3, 2)], ids=str)
@pytest.mark.parametrize("size", [(5, 1), (1, 5), (1, 1), (5, 5)], ids=str)
def test_narrow_arrays(size: tuple[int, int], stride: tuple[int, int]) -> None:
    """Rows that follow each other are taken as one, wherever that is the same."""
    for kernel, padding in itertools.product([(1, 1), (3, 3), (3, 1), (1, 3)], [(0, 0), (1, 1)]):
        if any(k > n + 2 * p for k, n, p in zip(kernel, size, padding, strict=True)):
            continue
        x, w = arrays((2, 2, *size), (2, 2, *kernel))
        y = F.conv2d(x, w, None, stride, padding)
        expected = references.conv2d(x.data, w.data, 0.0, stride, padding)
        np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-14)
        y.grad = cg.Variable(weights(y.shape))
        y.backward()
        expected = np.zeros(x.shape)
        for at in np.ndindex(*x.shape):
            one = np.zeros(x.shape)
            one[at] = 1.0
            moved = references.conv2d(one, w.data, 0.0, stride, padding)
            expected[at] = (moved * weights(y.shape)).sum()
        np.testing.assert_allclose(x.grad.data, expected, rtol=1e-12, atol=1e-14)


def test_a_pair_has_a_step_for_each_axis() -> None:
    x, w = arrays((1, 2, 7, 8), (2, 2, 2, 3))
    y = F.conv2d(x, w, None, (2, 1), [0, 2], np.array([1, 2]))
    expected = references.conv2d(x.data, w.data, 0.0, (2, 1), (0, 2), (1, 2))
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(
        F.conv2d(x, w, stride=2, padding=np.int64(1)).data,
        F.conv2d(x, w, stride=(2, 2), padding=(1, 1)).data,
    )


def test_conv1d_is_conv2d_of_one_row() -> None:
    x, w, b = arrays((3, 2, 9), (4, 2, 3), (4,))
    line = F.conv1d(x, w, b, 2, (1,), 2)
    flat = F.conv2d(x.data[:, :, None], w.data[:, :, None], b, (1, 2), (0, 1), (1, 2))
    np.testing.assert_array_equal(line.data, flat.data[:, :, 0], strict=True)


def test_long_arrays() -> None:
    """Enough elements for the kernels to run without the GIL."""
    x, w, b = arrays((20, 4, 12, 13), (5, 4, 3, 3), (5,))
    for steps in ({"padding": (1, 1)}, {"stride": (2, 3), "dilation": (1, 2)}):
        y = F.conv2d(x, w, b, **steps)
        expected = references.conv2d(x.data, w.data, b.data, **steps)
        np.testing.assert_allclose(y.data, expected, rtol=1e-11, atol=1e-12)
        x.cleargrad()
        y.backward()
        product = (y.data - b.data[:, None, None]).sum()
        np.testing.assert_allclose((x.data * x.grad.data).sum(), product, rtol=1e-10)


def test_derivatives_of_every_order() -> None:
    """The convolution of three 1 x 1 arrays is a product."""
    x = cg.Variable([[[[1.5]]]])
    y = F.conv2d(F.conv2d(x, x), x)
    derivatives = [y.item()]
    for _ in range(3):
        x.cleargrad()
        y.backward(create_graph=True)
        y = x.grad
        derivatives.append(y.item())
    assert derivatives == [1.5**3, 3 * 1.5**2, 6 * 1.5, 6.0]


def test_a_constant_x_costs_no_backward_work() -> None:
    x, w, b = arrays((2, 1, 5, 5), (3, 1, 3, 3), (3,))
    x.requires_grad = False
    behind = [F.conv2d(x, w, b, padding=1).creator]
    names = set()
    while behind:
        f = behind.pop()
        names.add(f.name)
        behind += [v.creator for v in f.inputs if v.creator is not None]
    assert "MatMul" in names
    assert "Unfold" not in names


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "x, w, y",
    [
        ((0, 2, 4, 4), (3, 2, 2, 2), (0, 3, 3, 3)),
        ((2, 0, 4, 4), (3, 0, 2, 2), (2, 3, 3, 3)),
        ((2, 2, 4, 4), (0, 2, 2, 2), (2, 0, 3, 3)),
        ((0, 0, 4, 4), (0, 0, 2, 2), (0, 0, 3, 3)),
    ],
    ids=str,
)
def test_empty_arrays(
    x: tuple[int, ...], w: tuple[int, ...], y: tuple[int, ...], create_graph: bool
) -> None:
    inputs = arrays(x, w, w[:1])
    out = F.conv2d(*inputs)
    np.testing.assert_array_equal(
        out.data, np.broadcast_to(inputs[2].data[:, None, None], y), strict=True
    )
    out.backward(create_graph=create_graph)
    for v in inputs[:2]:
        np.testing.assert_array_equal(v.grad.data, np.zeros(v.shape), strict=True)
    np.testing.assert_array_equal(inputs[2].grad.data, np.full(w[:1], float(y[0] * 9)))


def test_a_border_without_an_inside() -> None:
    x, w, b = arrays((2, 1, 0, 3), (2, 1, 2, 2), (2,))
    y = F.conv2d(x, w, b, padding=1)
    assert y.shape == (2, 2, 1, 4)
    np.testing.assert_array_equal(y.data, np.broadcast_to(b.data[:, None, None], y.shape))
    y.backward()
    assert x.grad.shape == x.shape
    np.testing.assert_array_equal(w.grad.data, np.zeros(w.shape))


def test_special_values_stay_in_their_windows() -> None:
    x = np.zeros((1, 1, 5, 5))
    x[0, 0, 2, 2] = np.inf
    x[0, 0, 0, 0] = np.nan
    y = F.conv2d(cg.Variable(x), np.ones((1, 1, 2, 2))).data[0, 0]
    expected = np.zeros((4, 4))
    expected[1:3, 1:3] = np.inf
    expected[0, 0] = np.nan
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize(
    "x, w, b",
    [
        ((3, 5, 5), (2, 3, 2, 2), None),
        ((1, 1, 3, 5, 5), (2, 3, 2, 2), None),
        ((), (2, 3, 2, 2), None),
        ((1, 3, 5, 5), (3, 2, 2), None),
        ((1, 3, 5, 5), (2, 2, 2, 2), None),
        ((1, 3, 5, 5), (2, 3, 0, 2), None),
        ((1, 3, 5, 5), (2, 3, 2, 2), (3,)),
        ((1, 3, 5, 5), (2, 3, 2, 2), (2, 1)),
        ((1, 3, 5, 5), (2, 3, 2, 2), ()),
        ((1, 3, 5, 5), (2, 3, 6, 2), None),
        ((1, 3, 0, 5), (2, 3, 1, 2), None),
    ],
    ids=str,
)
def test_shapes_that_do_not_fit(x: Any, w: Any, b: Any) -> None:
    inputs = [np.ones(s) for s in (x, w)]
    with pytest.raises(ValueError, match=r"conv2d: .*shape"):
        F.conv2d(cg.Variable(inputs[0]), inputs[1], None if b is None else np.ones(b))


def test_errors_name_the_variable() -> None:
    with pytest.raises(ValueError, match=r"spans 5 .* 4, the padded length of axis 2 of image"):
        F.conv2d(
            cg.Variable(np.ones((1, 1, 2, 9)), name="image"), np.ones((1, 1, 3, 3)), None, 1, 1, 2
        )
    with pytest.raises(ValueError, match=r"conv1d: .* 3, the padded length of axis 2 of signal"):
        F.conv1d(cg.Variable(np.ones((1, 1, 3)), name="signal"), np.ones((1, 1, 4)))


BAD = [0, -1, (1, 0), (-1, 1), (1, 1, 1), (), 1 << 31, 1 << 80, (1, -(1 << 70))]
NOT_STEPS = [1.5, "1", None, {"a": 1}, (1, None), object(), cg.Variable(1.0), np.array([1.0, 2.0])]


@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_steps_out_of_range(bad: Any) -> None:
    x, w = arrays((1, 1, 5, 5), (1, 1, 2, 2))
    for name in ("stride", "dilation", "padding"):
        if name == "padding" and bad in (0, (1, 0)):
            continue
        with pytest.raises(ValueError, match=f"conv2d: {name} must be"):
            F.conv2d(x, w, **{name: bad})
    with pytest.raises(ValueError, match="conv1d: stride must be"):
        F.conv1d(np.ones((1, 1, 5)), np.ones((1, 1, 2)), stride=bad)


@pytest.mark.parametrize("bad", NOT_STEPS, ids=repr)
def test_steps_that_are_not_ints(bad: Any) -> None:
    x, w = arrays((1, 1, 5, 5), (1, 1, 2, 2))
    for name in ("stride", "dilation", "padding"):
        with pytest.raises(TypeError, match=f"conv2d: {name}"):
            F.conv2d(x, w, **{name: bad})


def test_sizes_that_overflow() -> None:
    x, w = arrays((1, 1, 5, 5), (1, 1, 2, 2))
    largest = (1 << 31) - 1
    with pytest.raises(ValueError, match="too big"):
        F.conv2d(x, w, padding=largest)
    with pytest.raises(ValueError, match="does not fit"):
        F.conv2d(x, w, dilation=largest)
    np.testing.assert_array_equal(
        F.conv2d(x, w, stride=largest).data, F.conv2d(x, w).data[:, :, :1, :1]
    )
    with pytest.raises((MemoryError, ValueError)):
        F.conv2d(F.broadcast_to(x, (1 << 45, 1, 5, 5)), w)
    assert x.grad is None


def test_replaced_columns_are_an_error() -> None:
    """Variables between the steps of a convolution are reachable, and may be assigned to."""
    x, w = arrays((1, 1, 5, 5), (1, 1, 2, 2))
    y = F.conv2d(x, w)
    product = y.creator.inputs[0].creator
    while product.name != "MatMul":
        product = product.inputs[0].creator
    columns = product.inputs[1]
    columns.data = np.ones((2, 3))
    for create_graph in (False, True):
        with pytest.raises((RuntimeError, ValueError)):
            y.backward(create_graph=create_graph)
