"""grad, value_and_grad and elementwise_grad: what goes in, what comes out, what is refused."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from differences import central

X = np.array([0.5, -1.2, 2.0])


def rosen(x: Any) -> Any:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def total(x: Any) -> Any:
    return F.sum(F.sin(x) * x)


def test_an_array_gives_an_array() -> None:
    g = cg.grad(total)(X)
    assert type(g) is np.ndarray
    assert g.flags.writeable and g.flags.c_contiguous
    np.testing.assert_allclose(g, np.cos(X) * X + np.sin(X), rtol=1e-15)


def test_it_is_what_backward_gives() -> None:
    x = cg.Variable(X)
    total(x).backward()
    np.testing.assert_array_equal(cg.grad(total)(X), x.grad.data)


@pytest.mark.parametrize("x", [2.0, 2, True, np.float64(2.0), np.float32(2.0), np.int64(2)])
def test_a_number_gives_a_float(x: Any) -> None:
    value, g = cg.value_and_grad(lambda x: x**3)(x)
    assert type(g) is float and type(value) is float
    assert (value, g) == (float(x) ** 3, 3 * float(x) ** 2)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,), (2, 0, 3)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_the_shape_of_the_argument(shape: tuple[int, ...], dtype: type) -> None:
    x = np.ones(shape, dtype)
    value, g = cg.value_and_grad(lambda x: F.sum(x * 3.0))(x)
    assert value == 3.0 * x.size
    np.testing.assert_array_equal(g, np.full(shape, 3.0), strict=True)


def test_arrays_of_any_strides() -> None:
    x = np.arange(24.0).reshape(2, 3, 4).T[::2, ::-1]
    np.testing.assert_array_equal(cg.grad(lambda x: F.sum(x**2))(x), 2 * x)


def test_the_value_of_one_element_is_a_float() -> None:
    value, g = cg.value_and_grad(lambda x: F.sum(x * x, keepdims=True))(X)
    assert type(value) is float and value == float((X * X).sum())
    np.testing.assert_array_equal(g, 2 * X)


def test_a_read_only_array() -> None:
    x = X.copy()
    x.flags.writeable = False
    np.testing.assert_array_equal(cg.grad(total)(x), cg.grad(total)(X))


def test_the_gradient_is_nobody_elses_memory() -> None:
    g, h = cg.grad(lambda a, b: F.sum(a + b), argnums=(0, 1))(X, X)
    g += 1.0
    np.testing.assert_array_equal(h, np.ones(3))
    x = X.copy()
    g = cg.grad(lambda x: F.sum(x * x) / 2)(x)
    g[:] = 0.0
    np.testing.assert_array_equal(x, X)


def test_the_identity() -> None:
    assert cg.value_and_grad(lambda x: x)(3.0) == (3.0, 1.0)
    assert cg.value_and_grad(lambda x: x, argnums=(0,))(3.0) == (3.0, (1.0,))


def test_argnums() -> None:
    def f(a: Any, b: Any, c: Any = 1.0) -> Any:
        return F.sum(a * b**2) * c

    a, b = 2.0, np.array([1.0, 3.0])
    assert cg.grad(f)(a, b) == 10.0
    np.testing.assert_array_equal(cg.grad(f, argnums=1)(a, b), 4.0 * b)
    np.testing.assert_array_equal(cg.grad(f, argnums=-1)(a, b), 4.0 * b)
    gb, ga = cg.grad(f, argnums=(1, 0))(a, b)
    assert ga == 10.0
    np.testing.assert_array_equal(gb, 4.0 * b)
    assert cg.grad(f)(a, b, c=2.0) == 20.0
    assert cg.grad(f, argnums=2)(a, b, 5.0) == 20.0


def test_other_arguments_are_passed_as_they_are() -> None:
    seen = []

    def f(x: Any, *rest: Any, **named: Any) -> Any:
        seen.append((rest, named))
        return x * x

    array, thing = np.ones(2), object()
    cg.grad(f)(1.0, array, thing, "text", option=thing)
    ((rest, named),) = seen
    assert rest[0] is array and rest[1] is thing and rest[2] == "text"
    assert named == {"option": thing}


def test_aux() -> None:
    def f(x: Any) -> Any:
        y = x * x
        return F.sum(y), {"y": y, "first": y[0], "name": "square", "n": 3}

    g, aux = cg.grad(f, has_aux=True)(X)
    np.testing.assert_array_equal(g, 2 * X)
    assert type(aux["y"]) is np.ndarray and type(aux["first"]) is float
    np.testing.assert_array_equal(aux["y"], X * X)
    assert (aux["name"], aux["n"]) == ("square", 3)
    (value, aux), g = cg.value_and_grad(f, has_aux=True)(X)
    assert value == float((X * X).sum()) and set(aux) == {"y", "first", "name", "n"}
    x = cg.Variable(X)
    g, aux = cg.grad(f, has_aux=True)(x)
    F.sum(aux["y"]).backward()
    np.testing.assert_array_equal(x.grad.data, 2 * X)


# ---- Independent results ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 3.0,
        lambda x: -np.inf if x < 5 else x,
        lambda x: cg.Variable(2.0) * 3.0,
        lambda x: 1,
    ],
)
def test_a_result_that_does_not_depend_on_the_argument(f: Callable[..., Any]) -> None:
    value, g = cg.value_and_grad(f)(1.0)
    assert type(value) is float and type(g) is float and g == 0.0
    zeros = cg.grad(lambda x, y: y * 2.0, argnums=(0, 1))(X, 1.0)[0]
    np.testing.assert_array_equal(zeros, np.zeros(3), strict=True)


@pytest.mark.parametrize("f", [lambda x: np.sum(x.data), lambda x: np.array(1.0)])
def test_an_array_returned_is_warned_of(f: Callable[..., Any]) -> None:
    with pytest.warns(UserWarning, match=r"grad: .*<lambda> returned numpy\.\w+, not a Variable"):
        g = cg.grad(f)(X)
    np.testing.assert_array_equal(g, np.zeros(3))


# ---- Refusals ---------------------------------------------------------------------------------


def named(x: Any) -> Any:
    return x * 2.0


@pytest.mark.parametrize(
    ("attempt", "error", "words"),
    [
        (lambda: cg.grad(named)(X), ValueError, r"grad: named must return one number.*\(3,\)"),
        (lambda: cg.grad(lambda x: np.ones(2))(X), ValueError, "one number"),
        (lambda: cg.grad(lambda x: None)(X), TypeError, "must return one number, not a NoneType"),
        (lambda: cg.grad(lambda x: (x, x))(1.0), TypeError, "has_aux=True"),
        (lambda: cg.grad(lambda x: "a")(1.0), TypeError, "real numbers"),
        (lambda: cg.grad(named, has_aux=True)(1.0), TypeError, r"named must return a tuple"),
        (lambda: cg.grad(named, argnums=1)(1.0), TypeError, "names argument 1.*1 positional"),
        (lambda: cg.grad(named, argnums=-2)(1.0), TypeError, "names argument -2"),
        (lambda: cg.grad(named)(x=1.0), TypeError, "passed by position"),
        (lambda: cg.grad(named, argnums=(0, -1))(1.0), ValueError, "twice"),
        (lambda: cg.grad(named, argnums=()), ValueError, "empty"),
        (lambda: cg.grad(named, argnums=1.0), TypeError, "int or a tuple of ints"),
        (lambda: cg.grad(named, argnums=True), TypeError, "int or a tuple of ints"),
        (lambda: cg.grad(named, has_aux=1), TypeError, "has_aux must be"),
        (lambda: cg.grad(1.0), TypeError, r"a function is needed, not 1.0; write grad\(f\)\(x\)"),
        (lambda: cg.grad(named)("a"), TypeError, "real numbers"),
        (lambda: cg.grad(named)(1j), TypeError, "real numbers"),
        (lambda: cg.grad(named)({}), ValueError, "no arrays"),
        (lambda: cg.grad(named)(None), TypeError, "real numbers"),
        (lambda: cg.grad(lambda x: F.sum(x.reshape(3, 1)))(X), RuntimeError, "F.reshape"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*not a Variable")
def test_refusals(attempt: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        attempt()


def test_a_function_in_the_graph_with_a_bad_backward_is_named() -> None:
    class Wrong(cg.Function):
        def forward(self, x: Any) -> Any:
            return x

        def backward(self, gy: Any) -> Any:
            return F.concat([gy, gy])

    with pytest.raises(ValueError, match="Wrong.backward returned a gradient of shape"):
        cg.grad(lambda x: F.sum(Wrong()(x)))(X)


# ---- elementwise_grad -------------------------------------------------------------------------


def test_elementwise() -> None:
    d = cg.elementwise_grad(F.tanh)
    np.testing.assert_allclose(d(X), 1 - np.tanh(X) ** 2, rtol=1e-14)
    second = cg.elementwise_grad(d)(X)
    np.testing.assert_allclose(second, -2 * np.tanh(X) * (1 - np.tanh(X) ** 2), rtol=1e-14)
    assert cg.elementwise_grad(lambda x: x**3)(2.0) == 12.0
    np.testing.assert_array_equal(cg.elementwise_grad(F.mul, argnums=1)(X, np.ones(3)), X)
    g, aux = cg.elementwise_grad(lambda x: (x * x, x), has_aux=True)(X)
    np.testing.assert_array_equal(g, 2 * X)
    np.testing.assert_array_equal(aux, X)


# ---- As objects -------------------------------------------------------------------------------


def test_what_it_is_called() -> None:
    d = cg.grad(rosen)
    assert repr(d) == "grad(rosen)"
    assert repr(cg.value_and_grad(rosen)) == "value_and_grad(rosen)"
    assert (d.__name__, d.__wrapped__, d.function, d.argnums) == ("rosen", rosen, rosen, 0)


def test_pickled() -> None:
    d = pickle.loads(pickle.dumps(cg.value_and_grad(rosen, argnums=(0,))))
    x = np.array([0.5, 2.0])
    np.testing.assert_array_equal(d(x)[1][0], cg.grad(rosen)(x))


def test_as_decorator_of_a_method() -> None:
    class Model:
        scale = 3.0

        def loss(self, x: Any) -> Any:
            return self.scale * x * x

    class Slopes(Model):
        loss = cg.value_and_grad(Model.loss, argnums=1)

    assert Slopes().loss(2.0) == (12.0, 12.0)


def test_recursion_in_the_function() -> None:
    def power(x: Any, n: int) -> Any:
        return x if n == 1 else x * power(x, n - 1)

    assert cg.grad(power)(2.0, 5) == 80.0


def test_against_differences() -> None:
    x = np.array([0.3, 1.7])
    (expected,) = central(rosen, [x])
    np.testing.assert_allclose(cg.grad(rosen)(x), expected, rtol=1e-8)
