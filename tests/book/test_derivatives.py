"""Programs in the manner of DeZero's book, on numbers and arrays: they know it by its imports only.

Its `Variable` and functions are ours under the same names. What they should find is known exactly.
"""

import math
from math import factorial

import numpy as np
import pytest

import cygrad.functions as F
from cygrad import Function, Variable, no_grad
from cygrad.dot import graph
from cygrad.numerical import diff

# ---- Variables and operators ----------------------------------------------------------------------


def test_a_composition_of_functions() -> None:
    x = Variable(np.array(0.5))
    y = F.square(F.exp(F.square(x)))
    y.backward()
    assert y.data == pytest.approx(math.exp(0.25) ** 2)
    assert x.grad.data == pytest.approx(4 * 0.5 * math.exp(0.5))


def test_a_function_of_ones_own() -> None:
    class Cube(Function):
        def forward(self, x):
            return x**3

        def backward(self, gy):
            x = self.inputs[0]
            return 3 * x**2 * gy

    def cube(x):
        return Cube()(x)

    x = Variable(np.array(2.0))
    y = cube(x)
    y.backward(create_graph=True)
    assert (y.data, x.grad.data) == (8.0, 12.0)
    gx = x.grad
    x.cleargrad()
    gx.backward()
    assert x.grad.data == 12.0


def test_the_same_variable_twice() -> None:
    x = Variable(np.array(3.0))
    y = x + x + x
    y.backward()
    assert x.grad.data == 3.0
    x.cleargrad()
    y = x + x
    y.backward()
    assert x.grad.data == 2.0


def test_generations_decide_the_order() -> None:
    x = Variable(np.array(2.0))
    a = x**2
    y = a**2 + a**2
    y.backward()
    assert (x.generation, a.generation, y.generation) == (0, 1, 3)
    assert (y.data, x.grad.data) == (32.0, 64.0)


def test_operators_with_numbers_and_arrays() -> None:
    a, b, c = Variable(np.array(3.0)), Variable(np.array(2.0)), Variable(np.array(1.0))
    y = a * b + c
    y.backward()
    assert (y.data, a.grad.data, b.grad.data) == (7.0, 2.0, 3.0)
    x = Variable(np.array([1.0, 2.0]))
    assert (np.array([2.0, 2.0]) + x).data.tolist() == [3.0, 4.0]
    assert (3.0 * x + 1.0).data.tolist() == [4.0, 7.0]
    assert (1.0 - x).data.tolist() == [0.0, -1.0]
    assert (2.0 / x).data.tolist() == [2.0, 1.0]
    assert (-(x**3)).data.tolist() == [-1.0, -8.0]


def test_only_leaves_keep_gradients_and_no_grad_makes_no_graph() -> None:
    x0, x1 = Variable(np.array(1.0)), Variable(np.array(1.0))
    t = x0 + x1
    y = x0 + t
    y.backward()
    assert (y.grad, t.grad) == (None, None)
    assert (x0.grad.data, x1.grad.data) == (2.0, 1.0)
    with no_grad():
        y = F.square(Variable(np.array(2.0)))
    assert y.creator is None


def test_what_a_variable_tells() -> None:
    x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), name="x")
    assert (x.name, x.shape, x.ndim, x.size, len(x)) == ("x", (2, 3), 2, 6, 2)
    assert "1." in repr(x)


# ---- Gradients of test functions -----------------------------------------------------------------


def sphere(x, y):
    return x**2 + y**2


def matyas(x, y):
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


def goldstein_price(x, y):
    left = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    inner = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return left * (30 + (2 * x - 3 * y) ** 2 * inner)


@pytest.mark.parametrize(
    ("function", "slopes"),
    [(sphere, (2.0, 2.0)), (matyas, (0.04, 0.04)), (goldstein_price, (-5376.0, 8064.0))],
)
def test_gradients_of_surfaces(function, slopes) -> None:
    x, y = Variable(np.array(1.0)), Variable(np.array(1.0))
    z = function(x, y)
    z.backward()
    assert (x.grad.data, y.grad.data) == pytest.approx(slopes)


def test_a_gradient_against_the_numerical_one() -> None:
    x = Variable(np.array(0.7))
    y = F.exp(x**2) * F.tanh(x)
    y.backward()
    numerical = diff(lambda x: F.exp(x**2) * F.tanh(x), x)
    assert np.allclose(x.grad.data, numerical.data, rtol=1e-6)


def sine_by_taylor(x, threshold=1e-12):
    y = 0
    for i in range(100_000):
        t = (-1) ** i / factorial(2 * i + 1) * x ** (2 * i + 1)
        y = y + t
        if abs(t.data) < threshold:
            break
    return y


def test_sine_by_its_taylor_series_and_its_picture() -> None:
    x = Variable(np.array(np.pi / 4), name="x")
    y = sine_by_taylor(x)
    y.backward()
    assert y.data == pytest.approx(math.sqrt(0.5))
    assert x.grad.data == pytest.approx(math.sqrt(0.5))
    coarse = sine_by_taylor(x, threshold=1e-2)
    coarse.name = "y"
    picture, fine = graph(coarse), graph(y)
    assert picture.startswith("digraph g {")
    assert picture.count('label="x"') == picture.count('label="y"') == 1
    assert picture.count('label="Pow"') < fine.count('label="Pow"')


# ---- Optimization ----------------------------------------------------------------------------------


def rosenbrock(x0, x1):
    return 100 * (x1 - x0**2) ** 2 + (x0 - 1) ** 2


def test_gradient_descent_on_rosenbrocks_function() -> None:
    x0, x1 = Variable(np.array(0.0)), Variable(np.array(2.0))
    lr, iters = 0.001, 10_000
    y = rosenbrock(x0, x1)
    y.backward()
    assert (x0.grad.data, x1.grad.data) == (-2.0, 400.0)
    for _ in range(iters):
        y = rosenbrock(x0, x1)
        x0.cleargrad()
        x1.cleargrad()
        y.backward()
        x0.data -= lr * x0.grad.data
        x1.data -= lr * x1.grad.data
    assert (x0.data, x1.data) == pytest.approx((1.0, 1.0), abs=0.02)


def test_newtons_method_by_a_second_backward_pass() -> None:
    def f(x):
        return x**4 - 2 * x**2

    x = Variable(np.array(2.0))
    steps = 0
    while steps < 10:
        y = f(x)
        x.cleargrad()
        y.backward(create_graph=True)
        gx = x.grad
        x.cleargrad()
        gx.backward()
        gx2 = x.grad
        x.data -= gx.data / gx2.data
        steps += 1
    assert x.data == 1.0  # to the last bit


# ---- Derivatives of higher orders ----------------------------------------------------------------


def test_derivatives_of_sine() -> None:
    x = Variable(np.linspace(-7, 7, 200))
    y = F.sin(x)
    y.backward(create_graph=True)
    logs = [y.data]
    for _ in range(3):
        logs.append(x.grad.data)
        gx = x.grad
        x.cleargrad()
        gx.backward(create_graph=True)
    known = [np.sin(x.data), np.cos(x.data), -np.sin(x.data), -np.cos(x.data)]
    assert np.allclose(logs, known, rtol=0, atol=1e-15)


def test_derivatives_of_tanh_and_their_pictures() -> None:
    x = Variable(np.array(1.0))
    y = F.tanh(x)
    x.name, y.name = "x", "y"
    y.backward(create_graph=True)
    edges = []
    for i in range(3):
        gx = x.grad
        gx.name = f"gx{i + 1}"
        edges.append(graph(gx).count("->"))
        x.cleargrad()
        gx.backward(create_graph=True)
    t = math.tanh(1.0)
    s = 1 - t * t
    assert x.grad.data == pytest.approx(16 * t * s * s - 8 * t**3 * s)  # the fourth
    assert edges == sorted(edges)


def test_a_gradient_inside_a_function() -> None:
    x = Variable(np.array(2.0))
    y = x**2
    y.backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    z = gx**3 + y
    z.backward()
    assert x.grad.data == 100.0


def test_a_hessian_times_a_vector() -> None:
    x, v = Variable(np.array([1.0, 2.0])), Variable(np.array([4.0, 5.0]))

    def f(x):
        t = x**2
        return F.sum(t)

    y = f(x)
    y.backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    z = F.matmul(v, gx)
    z.backward()
    assert x.grad.data.tolist() == [8.0, 10.0]


# ---- Shapes ------------------------------------------------------------------------------------------


def test_reshape_and_transpose() -> None:
    x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    y = F.reshape(x, (6,))
    y.backward(retain_grad=True)
    assert x.grad.data.tolist() == [[1.0] * 3] * 2
    x.cleargrad()
    for y in (F.transpose(x), x.transpose(), x.T):
        assert y.shape == (3, 2)
        y.backward()
    assert x.grad.data.tolist() == [[3.0] * 3] * 2
    assert F.transpose(Variable(np.zeros((1, 2, 3, 4))), (1, 0, 3, 2)).shape == (2, 1, 4, 3)


def test_reshape_in_place_is_the_difference() -> None:
    x = Variable(np.random.default_rng(0).standard_normal((1, 2, 3)))
    y = x.reshape((2, 3))
    assert y is x
    assert x.reshape(3, 2).shape == (3, 2)


def test_sums() -> None:
    x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    y = F.sum(x, axis=0)
    y.backward()
    assert y.data.tolist() == [5.0, 7.0, 9.0]
    assert x.grad.data.tolist() == [[1.0] * 3] * 2
    assert x.sum().data == 21.0
    y = Variable(np.ones((2, 3, 4, 5))).sum(keepdims=True)
    assert y.shape == (1, 1, 1, 1)


def test_broadcasting() -> None:
    x0, x1 = Variable(np.array([1.0, 2.0, 3.0])), Variable(np.array([10.0]))
    y = x0 + x1
    y.backward()
    assert y.data.tolist() == [11.0, 12.0, 13.0]
    assert (x0.grad.data.tolist(), x1.grad.data.tolist()) == ([1.0] * 3, [3.0])
    assert F.broadcast_to(x1, (2, 3)).shape == (2, 3)
    assert F.sum_to(Variable(np.ones((2, 3))), (1, 3)).data.tolist() == [[2.0] * 3]


def test_matrix_product() -> None:
    rng = np.random.default_rng(0)
    x, w = Variable(rng.standard_normal((2, 3))), Variable(rng.standard_normal((3, 4)))
    y = F.matmul(x, w)
    y.backward()
    assert (x.grad.shape, w.grad.shape) == ((2, 3), (3, 4))
    assert np.allclose(x.grad.data, np.ones((2, 4)) @ w.data.T)


def test_slices() -> None:
    x = Variable(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    y = F.get_item(x, 1)
    y.backward()
    assert x.grad.data.tolist() == [[0.0] * 3, [1.0] * 3]
    assert x[:, 2].data.tolist() == [3.0, 6.0]
    rows = F.get_item(x, np.array([0, 0, 1]))
    x.cleargrad()
    rows.backward()
    assert x.grad.data.tolist() == [[2.0] * 3, [1.0] * 3]
