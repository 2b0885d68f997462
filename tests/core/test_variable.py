"""Variable: making one, what it carries, comparing, printing, its buffer."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


@pytest.mark.parametrize(
    "data",
    [
        1.5,
        3,
        True,
        -(2**62),
        np.float32(0.1),
        np.int8(-3),
        np.bool_(True),
        [],
        [1, 2, 3],
        [[True], [False]],
        (1.0, 2.5),
        range(4),
        np.arange(6, dtype=np.int32).reshape(2, 3),
        np.arange(6, dtype=np.float32),
        np.arange(6.0).reshape(2, 3).T,
        np.arange(6.0)[::-2],
        np.arange(6.0).astype(">f8"),
        np.array(2.0),
        np.zeros((2, 0, 3)),
        np.broadcast_to(np.float64(3.0), (2, 2)),
        np.array([[1, 2]], dtype=np.uint64),
        np.array([1.5], dtype=np.float16),
        memoryview(np.arange(3.0)),
    ],
    ids=repr,
)
def test_what_it_can_be_made_of(data: object) -> None:
    x = cg.Variable(data)
    expected = np.array(data, dtype=np.float64)
    np.testing.assert_array_equal(x.data, expected, strict=True)
    assert (x.shape, x.ndim, x.size) == (expected.shape, expected.ndim, expected.size)
    if x.size:
        assert x.strides == np.ascontiguousarray(expected).reshape(expected.shape).strides
    assert (x.name, x.grad, x.creator, x.generation, x.requires_grad) == (None, None, None, 0, True)


@pytest.mark.parametrize(
    "data",
    [
        None,
        1j,
        "1.0",
        b"1.0",
        {},
        {1.0},
        object(),
        [None],
        ["a", "b"],
        np.array([1j]),
        np.array(["a"]),
        np.array([1.0], dtype=object),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.array([3], dtype="m8[s]"),
        np.zeros(2, dtype=[("a", float)]),
        lambda: 1.0,
        [cg.Variable(1.0)],
        (cg.Variable(1.0), 2.0),
    ],
    ids=repr,
)
def test_what_it_cannot_be_made_of(data: object) -> None:
    with pytest.raises(TypeError, match="Variable"):
        cg.Variable(data)
    x = cg.Variable([1.0, 2.0])
    with pytest.raises(TypeError, match="Variable.data"):
        x.data = data
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


def test_ragged_and_enormous_data() -> None:
    with pytest.raises(ValueError, match="inhomogeneous"):
        cg.Variable([[1.0], [1.0, 2.0]])
    with pytest.raises(OverflowError):
        cg.Variable(10**400)
    with pytest.raises(ValueError, match="at most 32 dimensions"):
        cg.Variable(np.zeros((1,) * 33))
    assert cg.Variable(np.ones((1,) * 32)).ndim == 32


def test_a_float64_array_is_wrapped() -> None:
    a = np.arange(6.0).reshape(2, 3)
    x = cg.Variable(a)
    assert np.shares_memory(a, x.data)
    a[0, 0] = 7.0
    assert x.at(0, 0) == 7.0
    x.data[1, 2] = -1.0
    assert a[1, 2] == -1.0


def test_another_variables_memory_is_wrapped() -> None:
    x = cg.Variable([1.0, 2.0])
    y = cg.Variable(x * 1.0)
    z = cg.Variable(y)
    assert np.shares_memory(y.data, z.data)
    assert z.creator is None
    z.data[0] = 9.0
    assert y.at(0) == 9.0


def test_read_only_arrays_stay_read_only() -> None:
    a = np.arange(3.0)
    a.flags.writeable = False
    x = cg.Variable(a)
    assert not x.data.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        x.data[0] = 5.0
    with pytest.raises((BufferError, ValueError, TypeError)):
        memoryview(x)[0] = 5.0
    F.sum(x * x).backward()
    np.testing.assert_array_equal(x.grad.data, 2 * a)
    assert x.grad.data.flags.writeable


def test_name() -> None:
    x = cg.Variable(1.0, name="x")
    assert x.name == "x"
    x.name = "y"
    assert repr(x) == "y(1.0)"
    x.name = None
    assert repr(x) == "variable(1.0)"
    for bad in (1, b"x", ["x"]):
        with pytest.raises(TypeError, match="name"):
            x.name = bad
        with pytest.raises(TypeError, match="name"):
            cg.Variable(1.0, name=bad)
    assert x.name is None


@pytest.mark.parametrize(
    "data, expected",
    [
        (0.8414709848078965, "variable(0.8414709848078965)"),
        (1.0, "variable(1.0)"),
        (float("nan"), "variable(nan)"),
        ([1.0, 2.5], "variable([1. , 2.5])"),
        ([[1.0, 2.0], [3.0, 4.0]], "variable([[1., 2.],\n          [3., 4.]])"),
        ([], "variable([], shape=(0,))"),
        (np.zeros((2, 0)), "variable([], shape=(2, 0))"),
    ],
)
def test_repr(data: object, expected: str) -> None:
    assert repr(cg.Variable(data)) == str(cg.Variable(data)) == expected


def test_assigning_data() -> None:
    x = cg.Variable([1.0, 2.0])
    a = np.array([[3.0, 4.0]])
    x.data = a
    assert np.shares_memory(x.data, a) and x.shape == (1, 2)
    x.data = 5
    assert x.shape == () and x.item() == 5.0
    x.data = x.data
    assert x.item() == 5.0
    with pytest.raises((AttributeError, NotImplementedError)):
        del x.data


@pytest.mark.parametrize(
    "attribute", ["shape", "ndim", "size", "strides", "creator", "generation", "T"]
)
def test_attributes_that_cannot_be_set(attribute: str) -> None:
    x = cg.Variable([1.0, 2.0])
    with pytest.raises(AttributeError):
        setattr(x, attribute, None)
    with pytest.raises(AttributeError):
        x.no_such_attribute = 1


def test_assigning_grad() -> None:
    x = cg.Variable([1.0, 2.0], name="x")
    g = cg.Variable([3.0, 4.0])
    x.grad = g
    assert x.grad is g
    for bad in (np.ones(2), 1.0, [1.0, 2.0]):
        with pytest.raises(TypeError, match="Variable.grad: the gradient of x"):
            x.grad = bad
    for bad in (cg.ones(3), cg.ones(1), cg.Variable(1.0), cg.ones(1, 2)):
        with pytest.raises(ValueError, match="x of shape"):
            x.grad = bad
    assert x.grad is g
    x.grad = None
    assert x.grad is None


def test_item_and_at() -> None:
    x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    assert (x.item(1, 0), x.item(2), x.item(-1), x.at(0, 1), x.at(-1, -1), x.at()) == (
        3.0,
        3.0,
        4.0,
        2.0,
        4.0,
        1.0,
    )
    assert (x.T.item(1, 0), x.T.at(1, 0), x[:, 1].item(0)) == (2.0, 2.0, 2.0)
    assert cg.Variable([[5.0]]).item() == cg.Variable(5.0).at() == 5.0
    assert type(x.at()) is float and type(x.item(0)) is float
    for index in [(2, 0), (0, 2), (-3, 0), (4,), (0, 0, 0)]:
        with pytest.raises((IndexError, ValueError)):
            x.item(*index)
    for index in [(2, 0), (0,), (0, 0, 0), (0, -3)]:
        with pytest.raises(IndexError):
            x.at(*index)
    for call in (lambda: x.item(), lambda: cg.zeros(0).item()):
        with pytest.raises(ValueError):
            call()
    with pytest.raises(IndexError):
        cg.zeros(0).at()
    for bad in ("a", 1.5, None):
        with pytest.raises((TypeError, IndexError)):
            x.at(bad, 0)
        with pytest.raises((TypeError, IndexError, ValueError)):
            x.item(bad, 0)


def test_float_int_bool_len_iter() -> None:
    x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    assert len(x) == 2
    rows = list(x)
    assert [r.shape for r in rows] == [(2,), (2,)]
    (rows[1] * 2.0).backward()
    np.testing.assert_array_equal(x.grad.data, [[0, 0], [2, 2]])
    one = cg.Variable(2.5)
    assert (float(one), int(one), bool(one), bool(cg.Variable(0.0))) == (2.5, 2, True, False)
    for call in (len, iter):
        with pytest.raises(TypeError, match="no axes"):
            call(one)
    for call in (float, int):
        with pytest.raises(TypeError):
            call(x)
    with pytest.raises(ValueError):
        bool(x)


def test_comparisons_are_numpys() -> None:
    x, y = cg.Variable([1.0, 2.0, 3.0]), cg.Variable([3.0, 2.0, 1.0])
    a, b = x.data, y.data
    for left, right in [(x, y), (x, b), (a, y), (x, 2.0), (2, y)]:
        u, v = (z.data if isinstance(z, cg.Variable) else z for z in (left, right))
        for result, expected in [
            (left < right, u < v),
            (left <= right, u <= v),
            (left == right, u == v),
            (left != right, u != v),
            (left > right, u > v),
            (left >= right, u >= v),
        ]:
            assert isinstance(result, np.ndarray)
            np.testing.assert_array_equal(result, expected, strict=True)
    with pytest.raises(TypeError):
        x < "a"  # noqa: B015
    assert (x == "a") is False and (x != "a") is True
    with pytest.raises(ValueError):
        x == cg.zeros(2)  # noqa: B015


def test_variables_are_hashable_by_identity() -> None:
    x, y = cg.Variable(1.0), cg.Variable(1.0)
    assert len({x, y, x}) == 2
    assert {x: "x"}[x] == "x"


def test_memory_is_shared_both_ways() -> None:
    x = cg.Variable(np.arange(6.0).reshape(2, 3))
    for array in (np.asarray(x), np.asarray(memoryview(x)), np.frombuffer(x).reshape(2, 3)):
        assert np.shares_memory(array, x.data)
    view = memoryview(x)
    assert (view.format, view.shape, view.strides, view.itemsize) == ("d", (2, 3), (24, 8), 8)
    view[1, 1] = 10.0
    assert x.at(1, 1) == 10.0
    copied = np.array(x)
    assert not np.shares_memory(copied, x.data)
    assert np.asarray(x, dtype=np.float32).dtype == np.float32


def test_buffers_of_views() -> None:
    x = cg.Variable(np.arange(6.0).reshape(2, 3))
    t = memoryview(x.T)
    assert (t.shape, t.strides) == ((3, 2), (8, 24))
    assert t.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert memoryview(x[:, ::-1]).tolist() == [[2, 1, 0], [5, 4, 3]]
    assert memoryview(F.broadcast_to(x[0], (2, 3))).readonly
    for view in (x.T, x[:, ::2]):
        with pytest.raises((BufferError, ValueError)):
            np.frombuffer(view)
        np.testing.assert_array_equal(np.asarray(view), view.data)
    assert memoryview(cg.Variable(3.0)).tolist() == 3.0
    assert memoryview(cg.zeros(2, 0)).shape == (2, 0)
    assert bytes(cg.Variable([1.0])) == np.array([1.0]).tobytes()


def test_copies_are_leaves() -> None:
    x = cg.Variable([1.0, 2.0], name="x", requires_grad=False)
    y = F.exp(cg.Variable([1.0, 2.0]))
    for duplicate in (
        copy.deepcopy,
        copy.copy,
        lambda v: pickle.loads(pickle.dumps(v)),
    ):
        z = duplicate(x)
        assert (z.name, z.requires_grad, z.creator) == ("x", False, None)
        np.testing.assert_array_equal(z.data, x.data)
        assert not np.shares_memory(z.data, x.data)
        w = duplicate(y)
        assert w.creator is None and w.requires_grad
        np.testing.assert_array_equal(w.data, y.data)


def test_init_again() -> None:
    x = cg.Variable(1.0)
    x.__init__([2.0, 3.0], name="x")
    assert repr(x) == "x([2., 3.])"
    y = x * 2.0
    for v in (x, y):
        with pytest.raises(RuntimeError, match="part of a graph"):
            v.__init__(1.0)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 2.0])


# ---- Subclasses -------------------------------------------------------------------------------


class Forgetful(cg.Variable):
    def __init__(self) -> None:
        self.extra = 1


@pytest.mark.parametrize("make", [Forgetful, lambda: cg.Variable.__new__(cg.Variable)])
def test_without_init_it_is_an_empty_array(make: object) -> None:
    v = make()
    assert (v.shape, v.size, v.data.size, v.grad, v.creator) == ((0,), 0, 0, None, None)
    assert "variable" in repr(v)
    y = F.sum(F.exp(v) * 2.0 + v)
    y.backward(create_graph=True)
    assert y.item() == 0.0
    assert v.grad is None or v.grad.shape == (0,)
    assert memoryview(v).shape == (0,)
    assert list(v) == []
    assert v.T.shape == (0,) and v[::-1].shape == (0,) and v.reshape(0, 3).shape == (0, 3)
    v.cleargrad()
    v.unchain()
    v.unchain_backward()
    v.data = [1.0, 2.0]
    v.requires_grad = True
    (v * v).backward()
    np.testing.assert_array_equal(v.grad.data, [2.0, 4.0])


def test_new_with_other_arguments() -> None:
    v = cg.Variable.__new__(cg.Variable, "anything", 1, key=2)
    assert v.size == 0


def test_subclass_with_state() -> None:
    class Parameter(cg.Variable):
        def __init__(self, data: object, decay: float) -> None:
            super().__init__(data, name="p")
            self.decay = decay

    p = Parameter([1.0, 2.0], 0.5)
    y = F.sum(p * p)
    assert type(y) is cg.Variable
    y.backward()
    np.testing.assert_array_equal(p.grad.data, [2.0, 4.0])
    assert isinstance(y.creator.inputs[0].creator.inputs[0], Parameter)
    assert (p.decay, p.name) == (0.5, "p")


def test_format_and_round() -> None:
    x = cg.Variable(2.34567, name="x")
    assert f"{x:.2f}" == "2.35"
    assert f"{x}" == "x(2.34567)"
    assert round(x, 1) == 2.3
    assert round(x) == 2
    assert f"{cg.Variable([[1.5]]):e}" == "1.500000e+00"
    with pytest.raises(TypeError, match="one element"):
        format(cg.zeros(2), ".2f")


@pytest.mark.parametrize(
    "data", [[cg.Variable(1.0)], ([cg.Variable(1.0)],), [[1.0, [cg.Variable(2.0)]]]]
)
def test_sequences_of_variables_are_refused(data: Any) -> None:
    with pytest.raises(TypeError, match=r"F\.stack"):
        cg.Variable(data)


def test_a_subclass_survives_pickle() -> None:
    p = pickle.loads(pickle.dumps(Parameter([1.0, 2.0], "p")))
    assert type(p) is Parameter
    assert p.name == "p"
    np.testing.assert_array_equal(p.data, [1.0, 2.0])


class Parameter(cg.Variable):
    """A subclass with an attribute of its own."""
