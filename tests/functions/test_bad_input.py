"""Bad input never crashes: each call works or raises an ordinary error, and changes no state."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import variables
from operations import BINARY, OPERATIONS, Operation

pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass")
ERRORS = (ValueError, TypeError, IndexError, RuntimeError, OverflowError, MemoryError)


def read_only(a: np.ndarray) -> np.ndarray:
    a.flags.writeable = False
    return a


def unchained() -> cg.Variable:
    v = cg.Variable([[1.0, 2.0, 3.0]]) * 2.0
    v.unchain()
    return v


class Forgetful(cg.Variable):
    def __init__(self) -> None:
        pass


class Hostile:
    """Claims to be an array and an index, and raises."""

    def __array__(self, *args: Any, **kwargs: Any) -> None:
        raise ValueError("no array")

    def __index__(self) -> int:
        raise ValueError("no index")


STRANGE: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "str": lambda: "text",
    "bytes": lambda: b"text",
    "dict": lambda: {"a": 1},
    "set": lambda: {1.0},
    "complex": lambda: 1j,
    "object": object,
    "type": lambda: float,
    "function": lambda: np.sin,
    "hostile": Hostile,
    "huge int": lambda: 10**400,
    "ragged": lambda: [[1.0], [1.0, 2.0]],
    "nested": lambda: [[[[[1.0]]]]],
    "list of Variables": lambda: [cg.Variable(1.0)],
    "complex array": lambda: np.ones((2, 3), complex),
    "object array": lambda: np.array([[1.0, None, "a"]]),
    "string array": lambda: np.array(["a", "b", "c"]),
    "datetime array": lambda: np.array(["2020-01-01"], dtype="M8[D]"),
    "record array": lambda: np.zeros((2, 3), dtype=[("a", float)]),
    "33 axes": lambda: np.zeros((1,) * 33),
    "32 axes": lambda: np.ones((1,) * 32),
    "nan": lambda: np.full((2, 3), np.nan),
    "empty": lambda: np.zeros(0),
    "no rows": lambda: np.zeros((0, 3)),
    "0-d": lambda: np.array(1.0),
    "7 columns": lambda: np.ones((2, 7)),
    "read-only": lambda: read_only(np.ones((2, 3))),
    "non-contiguous": lambda: np.ones((6, 4))[::-3, 3:0:-1],
    "byte-swapped": lambda: np.ones((2, 3), ">f8"),
    "unaligned": lambda: np.zeros(49, np.uint8)[1:].view(np.float64).reshape(2, 3),
    "long double": lambda: np.ones((2, 3), np.longdouble),
    "half": lambda: np.ones((2, 3), np.float16),
    "masked": lambda: np.ma.array(np.ones((2, 3)), mask=np.eye(2, 3)),
    "matrix": lambda: np.asmatrix(np.ones((2, 3))),
    "Variable of 0 rows": lambda: cg.zeros(0, 3),
    "Variable 0-d": lambda: cg.Variable(2.0),
    "unchained Variable": unchained,
    "forgetful Variable": Forgetful,
    "blank Variable": lambda: cg.Variable.__new__(cg.Variable),
    "broadcast view": lambda: F.broadcast_to(cg.Variable(1.0), (2, 3)),
    "Function": cg.Function,
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def state(v: cg.Variable) -> tuple[object, ...]:
    return v.data.tobytes(), v.shape, v.grad, v.creator, v.generation, v.requires_grad, v.name


def attempt(call: Callable[[], Any]) -> Any:
    """The result, or None after an ordinary error with a message."""
    try:
        return call()
    except ERRORS as error:
        assert str(error), f"{type(error).__name__} without a message"
        return None


@every_operation
def test_strange_inputs(operation: Operation) -> None:
    for place, strange in itertools.product(range(len(operation.inputs)), STRANGE.values()):
        inputs: list[Any] = variables(operation.inputs)
        inputs[place] = strange()
        leaves = [x for x in inputs if isinstance(x, cg.Variable) and x.creator is None]
        before = [state(v) for v in leaves]
        y = attempt(lambda inputs=inputs: operation.call(*inputs))
        assert [state(v) for v in leaves] == before
        assert cg.is_grad_enabled()
        if y is None:
            for v in leaves:  # no failed call counts as a use: the shape is free to change
                v.reshape(-1)
            continue
        assert isinstance(y, cg.Variable)
        attempt(lambda y=y: y.backward(create_graph=True))
        attempt(y.backward)
        for v in leaves:
            assert v.grad is None or v.grad.shape == v.shape


@every_operation
def test_every_input_strange(operation: Operation) -> None:
    for strange in STRANGE.values():
        y = attempt(lambda s=strange: operation.call(*[s() for _ in operation.inputs]))
        assert y is None or isinstance(y, cg.Variable)


NOT_NUMBERS = ["None", "str", "bytes", "dict", "complex", "object", "function", "object array"]
NOT_NUMBERS += ["complex array", "string array", "datetime array", "list of Variables"]


@every_operation
@pytest.mark.parametrize("strange", NOT_NUMBERS)
def test_what_is_not_real_numbers_is_a_type_error(operation: Operation, strange: str) -> None:
    for place in range(len(operation.inputs)):
        if strange == "None" and place in operation.optional:
            continue
        inputs: list[Any] = variables(operation.inputs)
        inputs[place] = STRANGE[strange]()
        with pytest.raises(TypeError, match=operation.name):
            operation.call(*inputs)


@every_operation
@pytest.mark.parametrize("create_graph", [False, True], ids=["plain", "create_graph"])
def test_data_replaced_by_another_shape(operation: Operation, create_graph: bool) -> None:
    """Between forward and backward: an error that says so, or a gradient of the new shape."""
    shapes = [
        (),
        (0,),
        (1,),
        (3,),
        (7,),
        (2, 3),
        (3, 2),
        (1, 1),
        (2, 3, 4),
        (4, 3, 2),
        (1, 2, 3, 1),
    ]
    for place, shape in itertools.product(range(len(operation.inputs)), shapes):
        inputs = variables(operation.inputs)
        y = operation.call(*inputs)
        inputs[place].data = np.full(shape, 0.25)
        attempt(lambda y=y: y.backward(create_graph=create_graph))
        assert cg.is_grad_enabled()
        for v in inputs:
            assert v.grad is None or v.grad.shape == v.shape
        inputs[place].data = operation.inputs[place]
        for v in inputs:
            v.cleargrad()
        operation.call(*inputs).backward(create_graph=create_graph)
        clean = variables(operation.inputs)
        operation.call(*clean).backward(create_graph=create_graph)
        for v, c in zip(inputs, clean, strict=True):
            np.testing.assert_array_equal(v.grad.data, c.grad.data)


@every_operation
def test_output_replaced_by_another_shape(operation: Operation) -> None:
    for shape in [(), (0,), (5,), (2, 3), (7, 7)]:
        inputs = variables(operation.inputs)
        y = operation.call(*inputs)
        z = y * 2.0
        y.data = np.full(shape, 0.25)
        for root in (z, y):
            attempt(root.backward)
            attempt(lambda r=root: r.backward(create_graph=True, retain_grad=True))
            root.cleargrad()
        for v in inputs:
            assert v.grad is None or v.grad.shape == v.shape


@every_operation
def test_a_gradient_that_no_longer_fits(operation: Operation) -> None:
    """x.grad of the old shape, x.data of a new one."""
    inputs = variables(operation.inputs)
    operation.call(*inputs).backward()
    inputs[0].data = np.full((5, 1), 0.5)
    attempt(lambda: operation.call(*inputs).backward())
    attempt(lambda: (inputs[0] * 2.0).backward())
    assert inputs[0].grad.shape == operation.inputs[0].shape


@pytest.mark.parametrize("operation", BINARY, ids=str)
def test_broadcasting_to_too_many_elements(operation: Operation) -> None:
    wide = F.broadcast_to(cg.Variable(1.0), (1, 1 << 40))
    tall = F.broadcast_to(cg.Variable(1.0), (1 << 40, 1))
    with pytest.raises((MemoryError, ValueError, OverflowError)):
        operation.call(wide, tall)


@every_operation
def test_wrong_number_of_arguments(operation: Operation) -> None:
    function = getattr(F, operation.name)
    for arguments in [(), (1.0,) * 9]:
        if operation.name == "meshgrid":  # takes any number of them
            continue
        with pytest.raises(TypeError):
            function(*arguments)
    with pytest.raises(TypeError):
        function(*variables(operation.inputs), no_such_argument=1)


AXES = [None, 0, -1, 1, 7, -7, 1.5, "0", (0, 0), (0, -2), (), [0, 1], (0, None), 1 << 80, True]
AXES += [np.int64(1), np.array(0), np.array([0, 1]), {}, object(), cg.Variable(0.0)]


@pytest.mark.parametrize("axis", AXES, ids=repr)
@pytest.mark.parametrize("shape", [(), (2, 3), (0, 3)], ids=str)
def test_axes_never_crash(axis: Any, shape: tuple[int, ...]) -> None:
    x = cg.Variable(np.ones(shape))
    for name in ("sum", "mean", "variance", "std", "max", "min", "prod"):
        for keepdims in (False, True):
            y = attempt(lambda f=name, k=keepdims: getattr(F, f)(x, axis=axis, keepdims=k))
            assert y is None or attempt(y.backward) is None
    for call in (
        lambda: F.squeeze(x, axis),
        lambda: F.unsqueeze(x, axis),
        lambda: F.concat([x, x], axis),
        lambda: F.stack([x, x], axis),
        lambda: F.split(x, [1, 1], axis)[0],
        lambda: F.take(x, [0], axis),
        lambda: F.transpose(x, axis),
        lambda: F.cumsum(x, axis),
        lambda: F.flip(x, axis),
        lambda: F.norm(x, None, axis),
        lambda: F.norm(x, 1, axis),
        lambda: F.repeat(x, 2, axis),
        lambda: F.tile(x, axis),
        lambda: F.tril(x, axis),
        lambda: x.sum(axis),
        lambda: x.transpose(axis),
    ):
        y = attempt(call)
        assert y is None or attempt(y.backward) is None
    assert x.grad is None or x.grad.shape == shape


INDICES: list[Any] = [5, -5, 1 << 80, 1.0, "a", None, ..., (0, 0, 0, 0), (..., ...), True, False]
INDICES += [slice(None, None, 0), slice("a"), slice(1 << 80), slice(None, None, -(1 << 62)), {}, ()]
INDICES += [[], [[0], [1, 2]], [1.5], np.array([9]), np.array([1.0]), np.array([True]), (0, [9])]
INDICES += [np.array([0, 1], np.uint64), np.array([1 << 63], np.uint64), (None,) * 40, object()]
INDICES += [(np.array([0, 1]), np.array([0, 1, 2])), np.zeros((0,), int), np.ones((2, 3), bool)]
INDICES += [np.ones((3, 2), bool), [True, False], ([True, False], 0), (slice(None), [-4])]
INDICES += [np.array(1), np.int8(-1), (np.array([0]), None), cg.Variable(0.0), (0, cg.Variable(0))]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_indices_are_numpys_or_errors(index: Any) -> None:
    for shape in [(2, 3), (0, 3), ()]:
        a = np.arange(float(np.prod(shape))).reshape(shape)
        x = cg.Variable(a)
        y = attempt(lambda x=x: x[index])
        if isinstance(index, (cg.Variable, dict)):
            assert y is None
            continue
        try:
            expected = a[index]
        except (IndexError, TypeError, ValueError, OverflowError):
            assert y is None
            continue
        if y is not None:
            np.testing.assert_array_equal(y.data, expected)
            y.backward()
            counted = np.zeros(shape)
            np.add.at(counted, index, 1.0)
            np.testing.assert_array_equal(x.grad.data, counted)
        attempt(lambda x=x: F.take(x, index, 0))
        attempt(lambda x=x: F.take(x, index))


SHAPES: list[Any] = [-1, (-1, -1), (7,), (2, 2), "23", 1.5, None, (None,), (1 << 62, 8), (1 << 80,)]
SHAPES += [(1,) * 40, (0, -1), (-5, 3), {}, object(), [6], np.array([6]), (3, np.int8(2)), ((2,),)]
SHAPES += [np.float64(2.0), True, cg.Variable(6.0), (1 << 31, 1 << 31, 4, 6)]


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_shapes_never_crash(shape: Any) -> None:
    for a in (np.ones((2, 3)), np.ones((0, 2)), np.float64(1.0)):
        x = cg.Variable(a)
        for call in (F.reshape, F.broadcast_to, F.sum_to):
            y = attempt(lambda c=call, x=x: c(x, shape))
            if y is not None and y.size < 1 << 20:
                y.backward()
                assert x.grad.shape == x.shape
        attempt(lambda x=x: x.reshape(shape))
