"""The traversal: order, accumulation, seeds, what is kept, and higher derivatives."""

import math
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


def derivative(y: cg.Variable, x: cg.Variable) -> cg.Variable:
    """dy/dx as a Variable with a graph of its own."""
    x.cleargrad()
    y.backward(create_graph=True)
    g = x.grad
    x.cleargrad()
    return g


# ---- Worked examples of the lineage -----------------------------------------------------------


def test_matyas() -> None:
    x, y = cg.Variable(1.0), cg.Variable(1.0)
    z = 0.26 * (x**2 + y**2) - 0.48 * x * y
    z.backward()
    assert (x.grad.item(), y.grad.item()) == (0.040000000000000036, 0.040000000000000036)


def test_goldstein_price() -> None:
    x, y = cg.Variable(1.0), cg.Variable(1.0)
    z = (1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)) * (
        30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    )
    z.backward()
    assert (z.item(), x.grad.item(), y.grad.item()) == (1876.0, -5376.0, 8064.0)


def test_rosenbrock_descent() -> None:
    x0, x1 = cg.Variable(0.0), cg.Variable(2.0)
    for _ in range(10000):
        y = 100 * (x1 - x0**2) ** 2 + (x0 - 1) ** 2
        x0.cleargrad()
        x1.cleargrad()
        y.backward()
        for x in (x0, x1):
            x.data = x.data - 0.001 * x.grad.data
    assert (x0.item(), x1.item()) == (0.9944984367782456, 0.9890050527419593)


def test_rosenbrock_descent_in_place() -> None:
    x0, x1 = cg.Variable(0.0), cg.Variable(2.0)
    for _ in range(10000):
        y = 100 * (x1 - x0**2) ** 2 + (x0 - 1) ** 2
        x0.cleargrad()
        x1.cleargrad()
        y.backward()
        for x in (x0, x1):
            x.data[...] -= 0.001 * x.grad.data
    assert (x0.item(), x1.item()) == (0.9944984367782456, 0.9890050527419593)


def test_derivatives_of_sine() -> None:
    x = cg.Variable(1.0)
    y = F.sin(x)
    found = []
    for _ in range(8):
        y = derivative(y, x)
        found.append(y.item())
    cosine, sine = 0.5403023058681398, 0.8414709848078965
    assert found == [cosine, -sine, -cosine, sine] * 2


def test_newtons_method() -> None:
    x = cg.Variable(2.0)
    for _ in range(10):
        first = derivative(x**4 - 2 * x**2, x)
        second = derivative(first, x)
        x.data = x.data - first.data / second.data
    assert x.item() == 1.0


def test_double_backpropagation() -> None:
    """z = (d(x^2)/dx)^3 + x^2 has dz/dx = 24 x^2 + 2 x."""
    x = cg.Variable(2.0)
    z = derivative(x**2, x) ** 3 + x**2
    z.backward()
    assert x.grad.item() == 100.0


def test_tanh_to_the_sixth_derivative() -> None:
    x = cg.Variable(0.3)
    y, found = F.tanh(x), []
    for _ in range(6):
        y = derivative(y, x)
        found.append(y.item())
    t = math.tanh(0.3)
    s = 1 - t * t
    expected = [
        s,
        -2 * t * s,
        s * (6 * t**2 - 2),
        s * (16 * t - 24 * t**3),
        s * (16 - 120 * t**2 + 120 * t**4),
        s * (-272 * t + 960 * t**3 - 720 * t**5),
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


# ---- Shapes of graphs -------------------------------------------------------------------------


def test_variable_used_twice() -> None:
    x = cg.Variable(3.0)
    (x + x).backward()
    assert x.grad.item() == 2.0
    x.cleargrad()
    (x * x * x).backward()
    assert x.grad.item() == 27.0


def test_diamond() -> None:
    x = cg.Variable(2.0)
    a = x**2
    y = a**2 + a**2
    y.backward()
    assert x.grad.item() == 64.0
    assert (x.generation, a.generation, y.generation) == (0, 1, 3)


def test_diamonds_in_a_row_are_visited_once_each() -> None:
    """60 diamonds have 2^60 paths."""
    calls = []

    class Double(cg.Function):
        def forward(self, x):
            return x + x

        def backward(self, gy):
            calls.append(1)
            return gy + gy

    x = cg.Variable(1.0)
    y = x
    for _ in range(60):
        d = Double()(y)
        y = 0.5 * d - 0.25 * d + 0.25 * d
    y.backward()
    assert len(calls) == 60
    assert x.grad.item() == 1.0


def test_branches_of_unequal_length() -> None:
    """A Function is visited only when all that used its output have been."""
    x = cg.Variable(1.5)
    a = x * 2
    long = a
    for _ in range(7):
        long = long * 1.5
    y = a + long * a
    y.backward()
    a_value = 3.0
    assert x.grad.item() == 2 * (1 + 2 * 1.5**7 * a_value)


def test_shared_subgraph_of_two_roots() -> None:
    x = cg.Variable(2.0)
    shared = F.exp(x)
    first, second = shared * 3, shared * shared
    first.backward()
    e = math.exp(2.0)
    assert x.grad.item() == 3 * shared.item()
    second.backward()
    np.testing.assert_allclose(x.grad.item(), 3 * e + 2 * e * e, rtol=1e-15)


def test_order_of_equal_generations_does_not_matter() -> None:
    x = cg.Variable([1.0, 2.0])
    parts = [F.mul(x, float(k)) for k in range(1, 9)]
    rng = np.random.default_rng(0)
    results = []
    for _ in range(5):
        y = parts[0]
        for k in rng.permutation(range(1, 8)):
            y = y + parts[k]
        x.cleargrad()
        y.backward()
        results.append(x.grad.data.tolist())
    assert results == [[36.0, 36.0]] * 5


def test_random_graphs_against_forward_differentiation() -> None:
    rng = np.random.default_rng(11)
    for _ in range(50):
        x = cg.Variable(rng.uniform(0.5, 1.5))
        values, slopes = [x], [1.0]  # each value, and its derivative by the chain rule
        for _ in range(40):
            i, j = rng.integers(0, len(values), 2)
            a, b = values[i], values[j]
            operation = rng.integers(0, 4)
            if operation == 0:
                values.append(0.5 * a + b * 0.25)
                slopes.append(0.5 * slopes[i] + 0.25 * slopes[j])
            elif operation == 1:
                values.append(F.sin(a) * b)
                cosine = math.cos(a.item()) * slopes[i] * b.item()
                slopes.append(cosine + math.sin(a.item()) * slopes[j])
            elif operation == 2:
                values.append(F.tanh(a))
                slopes.append((1 - math.tanh(a.item()) ** 2) * slopes[i])
            else:
                values.append(a - b)
                slopes.append(slopes[i] - slopes[j])
        if values[-1].creator is None:
            continue
        values[-1].backward()
        np.testing.assert_allclose(x.grad.item(), slopes[-1], rtol=1e-11, atol=1e-12)


# ---- Repetition, seeds, what is kept ----------------------------------------------------------


def test_repeated_backward_adds_up() -> None:
    x = cg.Variable([1.0, 2.0])
    y = F.sum(x * x)
    for n in (1, 2, 3):
        y.backward()
        np.testing.assert_array_equal(x.grad.data, n * 2 * x.data)
    x.cleargrad()
    assert x.grad is None
    y.backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)


def test_gradients_add_up_over_graphs_and_modes() -> None:
    x = cg.Variable(2.0)
    (x**2).backward(create_graph=True)
    (x**3).backward()
    assert x.grad.item() == 16.0
    x.cleargrad()
    (x**3).backward()
    (x**2).backward(create_graph=True)
    assert x.grad.item() == 16.0


def test_accumulation_leaves_an_earlier_gradient_alone() -> None:
    """What was taken out of .grad is not written to by the next pass."""
    x = cg.Variable([1.0, 2.0])
    (x * 2.0).backward()
    taken = x.grad
    view = x.grad.data
    (x * 3.0).backward()
    np.testing.assert_array_equal(taken.data, [2.0, 2.0])
    np.testing.assert_array_equal(view, [2.0, 2.0])
    np.testing.assert_array_equal(x.grad.data, [5.0, 5.0])


def test_intermediate_gradients_are_dropped() -> None:
    x = cg.Variable(2.0)
    a = x * 3
    y = a * a
    y.backward()
    assert a.grad is None and y.grad is None
    assert x.grad.item() == 36.0


def test_retain_grad() -> None:
    x = cg.Variable(2.0)
    a = x * 3
    y = a * a
    y.backward(retain_grad=True)
    assert (y.grad.item(), a.grad.item(), x.grad.item()) == (1.0, 12.0, 36.0)


def test_retain_grad_of_both_kinds_of_gradient() -> None:
    x = cg.Variable(2.0)
    a = F.exp(x)
    y = a * x
    y.backward(retain_grad=True, create_graph=True)
    assert a.grad.item() == 2.0
    a.grad.backward()  # d(x)/dx
    e = math.exp(2.0)
    np.testing.assert_allclose(x.grad.item(), e + 2 * e + 1.0, rtol=1e-15)


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_gradient_set_beforehand_is_the_seed(create_graph: bool) -> None:
    x = cg.Variable([1.0, 2.0])
    y = x * x
    y.grad = cg.Variable([10.0, 100.0])
    y.backward(create_graph=create_graph)
    np.testing.assert_array_equal(x.grad.data, [20.0, 400.0])
    assert y.grad is None


def test_a_root_of_any_shape_is_seeded_with_ones() -> None:
    x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    (x * x).backward()
    np.testing.assert_array_equal(x.grad.data, 2 * x.data)


def test_a_seed_with_a_graph_is_differentiated_too() -> None:
    x, s = cg.Variable(3.0), cg.Variable(5.0)
    y = x * x
    y.grad = s * 2
    y.backward(create_graph=True)
    g = x.grad  # 2 x 2 s
    assert g.item() == 60.0
    x.cleargrad()
    g.backward()
    assert s.grad.item() == 12.0
    assert x.grad.item() == 20.0


def test_without_create_graph_gradients_are_constants() -> None:
    x, s = cg.Variable(3.0), cg.Variable(5.0)
    y = x * x
    y.grad = s * 2
    y.backward()
    assert x.grad.creator is None
    (x * x).backward(create_graph=True)
    assert x.grad.item() == 66.0


def test_backward_of_a_leaf_seeds_it_and_stops() -> None:
    x = cg.Variable([1.0, 2.0])
    x.backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 1.0])
    x.backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 1.0])


def test_backward_of_constants() -> None:
    x = cg.Variable(2.0)
    with cg.no_grad():
        y = x * x
    y.backward()
    assert y.grad.item() == 1.0 and x.grad is None
    (x * 3.0).backward()
    x.grad.backward(create_graph=True)  # the gradient, a constant
    assert x.grad.item() == 3.0


def test_backward_inside_no_grad() -> None:
    x = cg.Variable(2.0)
    y = x * x
    with cg.no_grad():
        y.backward()
        assert not cg.is_grad_enabled()
    assert x.grad.item() == 4.0
    with cg.no_grad():
        y.backward(create_graph=True)
        assert not cg.is_grad_enabled()
    assert cg.is_grad_enabled()
    assert x.grad.item() == 8.0


def test_requires_grad_stops_the_flow() -> None:
    x, c = cg.Variable(2.0), cg.Variable(3.0, requires_grad=False)
    h = c * c
    assert not h.requires_grad and h.creator is None
    a = x * 5
    y = a * h
    a.requires_grad = False
    y.backward()
    assert x.grad is None and a.grad is None and c.grad is None and h.grad is None
    a.requires_grad = True
    y.backward()
    assert x.grad.item() == 45.0


def test_root_that_requires_no_gradient() -> None:
    x = cg.Variable(2.0)
    y = x * x
    y.requires_grad = False
    y.backward()
    assert x.grad is None
    assert y.grad.item() == 1.0


def test_gradient_of_data_replaced_in_between() -> None:
    """The graph keeps no copy of what a derivative is computed from."""
    x = cg.Variable(2.0)
    y = F.square(x)
    x.data = 5.0
    with pytest.raises(RuntimeError, match="changed since the forward pass"):
        y.backward()
    assert x.grad is None


@pytest.mark.parametrize("keyword", ["retain_grad", "create_graph"])
def test_keywords(keyword: str) -> None:
    x = cg.Variable(2.0)
    (x * x).backward(**{keyword: True})
    assert x.grad.item() == 4.0
    with pytest.raises(TypeError):
        (x * x).backward(**{keyword + "s": True})


@pytest.mark.parametrize("flag", [1, None, 0.5, cg.Variable(1.0), np.ones(2)])
def test_flags_must_be_bools(flag: Any) -> None:
    x = cg.Variable(2.0)
    y = x * x
    for call in (lambda: y.backward(flag), lambda: y.backward(create_graph=flag)):
        with pytest.raises(TypeError, match=r"assign it to \.grad"):
            call()
    assert x.grad is None
    assert y.grad is None
