"""The operators of Variable: with Variables, numbers, arrays and strangers, either way round."""

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "pow": operator.pow,
}
every_operator = pytest.mark.parametrize("op", OPERATORS.values(), ids=OPERATORS.keys())

OTHERS: dict[str, Any] = {
    "float": 1.5,
    "int": 2,
    "bool": True,
    "float64": np.float64(1.5),
    "float32": np.float32(1.5),
    "int64": np.int64(2),
    "bool_": np.bool_(True),
    "0-d array": np.array(1.5),
    "array": np.array([1.5, 0.5, 2.0]),
    "int array": np.array([1, 2, 3]),
    "wider array": np.array([[1.0], [2.0]]),
    "float32 array": np.array([1.5, 0.5, 2.0], np.float32),
    "list": [1.5, 0.5, 2.0],
    "tuple": (1, 2, 3),
}
every_other = pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
X = np.array([0.7, 1.3, 2.1])


@every_operator
@every_other
def test_other_on_the_right(op: Callable[[Any, Any], Any], other: Any) -> None:
    x = cg.Variable(X)
    y = op(x, other)
    assert type(y) is cg.Variable
    np.testing.assert_allclose(y.data, op(X, np.array(other, dtype=float)), rtol=1e-15)
    by_variable = cg.Variable(X)
    op(by_variable, cg.Variable(other)).backward()
    y.backward()
    np.testing.assert_allclose(x.grad.data, by_variable.grad.data, rtol=1e-14)


@every_operator
@every_other
def test_other_on_the_left(op: Callable[[Any, Any], Any], other: Any) -> None:
    x = cg.Variable(X)
    y = op(other, x)
    assert type(y) is cg.Variable
    np.testing.assert_allclose(y.data, op(np.array(other, dtype=float), X), rtol=1e-15)
    by_variable = cg.Variable(X)
    op(cg.Variable(other), by_variable).backward()
    y.backward()
    np.testing.assert_allclose(x.grad.data, by_variable.grad.data, rtol=1e-14)


@every_operator
def test_a_number_makes_no_variable(op: Callable[[Any, Any], Any]) -> None:
    x = cg.Variable(X)
    if op is not operator.pow:
        assert op(2.5, x).creator.inputs == (x,)
    assert op(x, 2.5).creator.inputs == (x,)


class Stranger:
    """Knows how to be combined with anything."""

    def answer(self, other: object) -> str:
        return "stranger"

    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmatmul__ = answer
    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = answer


@pytest.mark.parametrize("op", [*OPERATORS.values(), operator.matmul])
def test_unknown_types_get_their_turn(op: Callable[[Any, Any], Any]) -> None:
    x = cg.Variable(X)
    assert op(x, Stranger()) == op(Stranger(), x) == "stranger"


@pytest.mark.parametrize("op", [*OPERATORS.values(), operator.matmul])
@pytest.mark.parametrize("bad", [None, "a", 1j, {}, object(), {1}, float, Decimal(1)], ids=repr)
def test_unknown_types_are_type_errors(op: Callable[[Any, Any], Any], bad: Any) -> None:
    x = cg.Variable(X)
    for left, right in [(x, bad), (bad, x)]:
        with pytest.raises(TypeError):
            op(left, right)
    assert x.grad is None and x.reshape(3, 1).shape == (3, 1)


@pytest.mark.parametrize("op", [*OPERATORS.values(), operator.matmul])
@pytest.mark.parametrize(
    "bad",
    [np.array([1j, 2, 3]), np.array([None] * 3), np.array(["a"] * 3), np.array([3] * 3, "m8[s]")],
    ids=["complex", "object", "string", "timedelta"],
)
def test_arrays_of_other_things_are_type_errors(op: Callable[[Any, Any], Any], bad: Any) -> None:
    x = cg.Variable(X)
    for left, right in [(x, bad), (bad, x)]:
        with pytest.raises(TypeError):
            op(left, right)


def test_matmul_operator() -> None:
    a = np.arange(6.0).reshape(2, 3)
    x = cg.Variable(a)
    b = np.arange(3.0)
    for y in (x @ b, x @ cg.Variable(b), x @ b.tolist()):
        assert type(y) is cg.Variable
        np.testing.assert_array_equal(y.data, a @ b)
    y = b.reshape(1, 3) @ x.T
    assert type(y) is cg.Variable
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [[0, 1, 2], [0, 1, 2]])
    for bad in (2.0, np.float64(2.0), cg.Variable(2.0)):
        with pytest.raises((ValueError, TypeError)):
            x @ bad
        with pytest.raises((ValueError, TypeError)):
            bad @ x


def test_unary_operators() -> None:
    x = cg.Variable([-1.0, 2.0])
    np.testing.assert_array_equal((-x).data, [1.0, -2.0])
    np.testing.assert_array_equal(abs(x).data, [1.0, 2.0])
    assert +x is x
    (abs(-x) * 3.0).backward()
    np.testing.assert_array_equal(x.grad.data, [-3.0, 3.0])
    with pytest.raises(TypeError):
        operator.invert(x)


def test_in_place_operators_make_new_variables() -> None:
    x = cg.Variable([1.0, 2.0])
    y = x
    y += 1.0
    y *= x
    y -= 2.0
    y /= 4.0
    y **= 2
    assert y is not x
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
    y.backward()
    np.testing.assert_allclose(x.grad.data, [0.0 * 0.75, 2 * 1.0 * 1.25])


def test_in_place_operators_of_arrays_do_not_take_variables() -> None:
    """The array would lose the graph."""
    a = np.array([1.0, 2.0])
    with pytest.raises(TypeError):
        a += cg.Variable([10.0, 20.0])
    np.testing.assert_array_equal(a, [1.0, 2.0])


@pytest.mark.parametrize("op", [operator.lshift, operator.and_])
def test_operators_that_do_not_exist(op: Callable[[Any, Any], Any]) -> None:
    x = cg.Variable(X)
    for left, right in [(x, 2), (2, x), (x, x), (X, x)]:
        with pytest.raises(TypeError):
            op(left, right)
    with pytest.raises(TypeError):
        pow(x, 2, 3)


def test_item_assignment_is_refused() -> None:
    x = cg.Variable(X)
    with pytest.raises(TypeError):
        x[0] = 1.0
    with pytest.raises(TypeError):
        del x[0]
    np.testing.assert_array_equal(x.data, [0.7, 1.3, 2.1])


def test_operators_are_the_functions() -> None:
    x, y = cg.Variable(X), cg.Variable(X[::-1].copy())
    for by_operator, by_function in [
        (x + y, F.add(x, y)),
        (x - y, F.sub(x, y)),
        (x * y, F.mul(x, y)),
        (x / y, F.div(x, y)),
        (x**y, F.pow(x, y)),
        (-x, F.neg(x)),
        (abs(x), F.abs(x)),
        (x @ y, F.matmul(x, y)),
        (x[1:], F.get_item(x, slice(1, None))),
        (x.T, F.transpose(x)),
    ]:
        assert by_operator.creator.name == by_function.creator.name
        np.testing.assert_array_equal(by_operator.data, by_function.data)
