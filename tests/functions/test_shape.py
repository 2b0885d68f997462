"""reshape, transpose, squeeze, unsqueeze, concat, stack, split, copy: memory and errors."""

from collections.abc import Callable

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

A = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.reshape(x, (4, 6)),
        lambda x: F.transpose(x),
        lambda x: F.transpose(x, (2, 0, 1)),
        lambda x: F.transpose(x, (-1, 0, 1)),
        lambda x: F.unsqueeze(x, 1),
        lambda x: F.squeeze(F.unsqueeze(x, (0, 2))),
        lambda x: F.broadcast_to(x, (5, 2, 3, 4)),
        lambda x: F.split(x, [1, 2], axis=1)[1],
        lambda x: x.T,
    ],
)
def test_views_share_memory(call: Callable[[cg.Variable], cg.Variable]) -> None:
    x = cg.Variable(A.copy())
    y = call(x)
    assert np.shares_memory(x.data, y.data)
    assert y.creator is not None


@pytest.mark.parametrize(
    "call",
    [
        F.copy,
        lambda x: F.reshape(x.T, (4, 6)),
        lambda x: F.concat([x]),
        lambda x: F.stack([x]),
    ],
)
def test_copies_do_not(call: Callable[[cg.Variable], cg.Variable]) -> None:
    x = cg.Variable(A.copy())
    y = call(x)
    assert not np.shares_memory(x.data, y.data)
    assert y.data.flags.c_contiguous


def test_reshape_of_views_is_in_c_order() -> None:
    x = cg.Variable(A)
    np.testing.assert_array_equal(F.reshape(x.T, -1).data, A.T.reshape(-1))
    np.testing.assert_array_equal(F.reshape(x[:, ::-1], (6, 4)).data, A[:, ::-1].reshape(6, 4))


def test_every_permutation_and_its_inverse() -> None:
    from itertools import permutations

    a = np.arange(120.0).reshape(2, 3, 4, 5)
    for axes in permutations(range(4)):
        x = cg.Variable(a)
        y = F.transpose(x, axes)
        np.testing.assert_array_equal(y.data, a.transpose(axes), strict=True)
        assert y.strides == a.transpose(axes).strides
        y.grad = cg.Variable(y.data.copy())
        y.backward()
        np.testing.assert_array_equal(x.grad.data, a)


@pytest.mark.parametrize("axes", [(0, 1), (0, 0, 1), (0, 1, 3), (0, 1, -4), (0, 1, 2, 2)])
def test_axes_that_are_no_permutation(axes: tuple[int, ...]) -> None:
    with pytest.raises((ValueError, IndexError), match="transpose"):
        F.transpose(cg.Variable(A), axes)


def test_transpose_of_few_axes() -> None:
    assert cg.Variable(1.0).T.shape == ()
    assert cg.arange(3).T.shape == (3,)
    assert F.transpose(cg.Variable(1.0), ()).item() == 1.0


def test_squeeze_and_unsqueeze() -> None:
    x = cg.zeros(1, 3, 1)
    assert F.squeeze(x).shape == (3,)
    assert F.squeeze(x, 0).shape == (3, 1)
    assert F.squeeze(x, (0, -1)).shape == (3,)
    assert F.squeeze(cg.zeros(2, 3)).shape == (2, 3)
    assert F.squeeze(cg.zeros(1, 1)).shape == ()
    assert F.unsqueeze(x, (0, -1)).shape == (1, 1, 3, 1, 1)
    assert F.unsqueeze(cg.Variable(2.0), 0).shape == (1,)
    assert F.squeeze(cg.zeros(1, 0)).shape == (0,)
    assert F.unsqueeze(cg.zeros(0, 2), 1).shape == (0, 1, 2)
    with pytest.raises(ValueError, match="squeeze: axis 1"):
        F.squeeze(x, 1)
    for call in (lambda: F.squeeze(x, 3), lambda: F.unsqueeze(x, 4), lambda: F.unsqueeze(x, -5)):
        with pytest.raises(IndexError, match="squeeze"):
            call()


@pytest.mark.parametrize("sizes", [[1, 1], [4], [-1, 4], [], [3, 0, 1]])
def test_split_sizes_that_do_not_add_up(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="split: sizes"):
        F.split(cg.Variable(A), sizes, axis=1)


@pytest.mark.parametrize("sizes", [[1.5, 1.5], "12", None, 3, [None], [1, "2"]])
def test_split_sizes_that_are_no_ints(sizes: object) -> None:
    with pytest.raises(TypeError, match="split: sizes"):
        F.split(cg.Variable(A), sizes, axis=1)


def test_split_pieces_that_are_not_used() -> None:
    x = cg.Variable(A)
    _, middle, _ = F.split(x, [1, 2, 1], axis=-1)
    middle.backward()
    expected = np.zeros(A.shape)
    expected[..., 1:3] = 1.0
    np.testing.assert_array_equal(x.grad.data, expected)


def test_stack_of_scalars_whose_data_was_replaced() -> None:
    x, y = cg.Variable(1.0), cg.Variable(2.0)
    z = F.stack([x, y])
    z.data = [[1.0, 2.0, 3.0]]
    z.grad = cg.Variable([[1.0, 1.0, 1.0]])
    for create_graph in (False, True):
        with pytest.raises(RuntimeError, match="another shape"):
            z.backward(create_graph=create_graph)
    z = F.stack([x, y])
    x.data = [1.0, 2.0]
    with pytest.raises(RuntimeError, match="changed since"):
        z.backward()


def test_concat_and_stack_of_what_does_not_fit() -> None:
    x, y = cg.Variable(A, name="x"), cg.Variable(A[:, :2], name="y")
    for call in (lambda: F.concat([x, y]), lambda: F.concat([x, x[0]]), lambda: F.stack([x, y])):
        with pytest.raises(ValueError, match="shape"):
            call()
    for call in (F.concat, F.stack):
        with pytest.raises(ValueError, match="at least one"):
            call([])
        with pytest.raises(TypeError, match="sequence"):
            call(x)
        with pytest.raises(IndexError):
            call([x, x], 7)
    with pytest.raises(ValueError, match="zero-dimensional"):
        F.concat([cg.Variable(1.0)])


def test_concat_takes_any_sequence() -> None:
    x = cg.Variable([1.0])
    for xs in ([x, [2.0]], (x, np.array([2.0])), iter([x, cg.Variable([2.0])])):
        np.testing.assert_array_equal(F.concat(xs).data, [1.0, 2.0])
    assert F.concat([cg.zeros(0, 2), cg.zeros(0, 2)]).shape == (0, 2)


def test_the_same_variable_concatenated_with_itself() -> None:
    x = cg.Variable([1.0, 2.0])
    y = F.concat([x, x, x])
    y.grad = cg.Variable(np.arange(6.0))
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [6.0, 9.0])


def test_large_copies() -> None:
    """Long enough that the GIL is let go."""
    a = np.arange(400_000.0).reshape(500, 800)
    x = cg.Variable(a)
    y = F.copy(x.T)
    np.testing.assert_array_equal(y.data, a.T)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.ones(a.shape))
    np.testing.assert_array_equal(F.concat([x.T, x.T]).data, np.concatenate([a.T, a.T]))
