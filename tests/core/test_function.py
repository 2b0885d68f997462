"""Functions that a user defines in Python: what works."""

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


class Cube(cg.Function):
    def forward(self, x):
        return x**3

    def backward(self, gy):
        (x,) = self.inputs
        return gy * 3.0 * x * x


class MulAdd(cg.Function):
    """a b + c"""

    def forward(self, a, b, c):
        return a * b + c

    def backward(self, gy):
        a, b, _ = self.inputs
        return gy * b, gy * a, gy


class SumAndProduct(cg.Function):
    def forward(self, a, b):
        return a + b, a * b

    def backward(self, gs, gp):
        a, b = self.inputs
        return gs + gp * b, gs + gp * a


def test_one_input_and_output() -> None:
    x = cg.Variable([1.0, 2.0])
    f = Cube()
    y = f(x)
    np.testing.assert_array_equal(y.data, [1.0, 8.0])
    assert y.creator is f and f.outputs == (y,) and f.inputs == (x,)
    assert (f.name, f.generation, y.generation) == ("Cube", 0, 1)
    assert repr(f) == "Cube(variable([1., 2.]))"
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [3.0, 12.0])


def test_higher_orders() -> None:
    x = cg.Variable(2.0)
    y, found = Cube()(x), []
    for _ in range(3):
        x.cleargrad()
        y.backward(create_graph=True)
        y = x.grad
        found.append(y.item())
    assert found == [12.0, 12.0, 6.0]


def test_several_inputs() -> None:
    a, b, c = cg.Variable(2.0), cg.Variable(3.0), cg.Variable(4.0)
    y = MulAdd()(a, b, c)
    assert y.creator.inputs == (a, b, c)
    y.backward()
    assert [v.grad.item() for v in (a, b, c)] == [3.0, 2.0, 1.0]


def test_several_outputs() -> None:
    a, b = cg.Variable(2.0), cg.Variable(3.0)
    s, p = SumAndProduct()(a, b)
    assert (s.item(), p.item()) == (5.0, 6.0)
    assert s.creator is p.creator and s.creator.outputs == (s, p)
    (s * p).backward()  # (a + b) a b
    assert a.grad.item() == 2 * 2 * 3 + 9
    assert b.grad.item() == 2 * 2 * 3 + 4


def test_each_output_alone() -> None:
    a, b = cg.Variable(2.0), cg.Variable(3.0)
    s, p = SumAndProduct()(a, b)
    s.backward()
    assert (a.grad.item(), b.grad.item()) == (1.0, 1.0)
    p.backward()
    assert (a.grad.item(), b.grad.item()) == (4.0, 3.0)


def test_an_output_that_died_counts_as_zero() -> None:
    a, b = cg.Variable([2.0]), cg.Variable([3.0])
    p = SumAndProduct()(a, b)[1]
    assert p.creator.outputs == (None, p)
    p.backward(retain_grad=True)
    assert (a.grad.item(), b.grad.item(), p.grad.item()) == (3.0, 2.0, 1.0)


def test_the_first_of_several_outputs_outlives_the_rest() -> None:
    a, b = cg.Variable(2.0), cg.Variable(3.0)
    s, p = SumAndProduct()(a, b)
    y = s * 2.0
    del s, p
    y.backward()
    assert (a.grad.item(), b.grad.item()) == (2.0, 2.0)


def test_second_derivative_of_several_outputs() -> None:
    a, b = cg.Variable(2.0), cg.Variable(3.0)
    s, p = SumAndProduct()(a, b)
    (s * p).backward(create_graph=True)
    g = a.grad  # 2 a b + b^2
    a.cleargrad()
    b.cleargrad()
    g.backward()
    assert (a.grad.item(), b.grad.item()) == (6.0, 10.0)


def test_retain_grad_of_several_outputs() -> None:
    a, b = cg.Variable(2.0), cg.Variable(3.0)
    s, p = SumAndProduct()(a, b)
    (s * p).backward(retain_grad=True)
    assert (s.grad.item(), p.grad.item()) == (6.0, 5.0)


def test_none_is_no_gradient() -> None:
    class First(cg.Function):
        def forward(self, a, b):
            return a + 0 * b

        def backward(self, gy):
            return gy, None

    a, b = cg.Variable(2.0), cg.Variable(3.0)
    First()(a, b * 2.0).backward()
    assert a.grad.item() == 1.0
    assert b.grad is None


def test_backward_may_return_a_list() -> None:
    class Sum(cg.Function):
        def forward(self, a, b):
            return a + b

        def backward(self, gy):
            return [gy, gy]

    a, b = cg.Variable(2.0), cg.Variable(3.0)
    Sum()(a, b).backward()
    assert a.grad.item() == b.grad.item() == 1.0
    a.grad.data[...] = 5.0
    assert b.grad.item() == 1.0


def test_returning_the_incoming_gradient_shares_no_memory() -> None:
    class Same(cg.Function):
        def forward(self, x):
            return x.copy()

        def backward(self, gy):
            self.kept = gy
            return gy

    x = cg.Variable([1.0, 2.0])
    f = Same()
    y = f(x)
    y.backward(retain_grad=True)
    assert not np.shares_memory(x.grad.data, f.kept.data)
    assert not np.shares_memory(x.grad.data, y.grad.data)


@pytest.mark.parametrize(
    "result, expected",
    [
        (2, 2.0),
        (2.5, 2.5),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        ([1, 2], [1.0, 2.0]),
        (np.arange(3), [0.0, 1.0, 2.0]),
        (np.arange(6.0).reshape(2, 3).T, [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]),
        (np.float64(3.0), 3.0),
        (np.zeros((0, 2)), np.zeros((0, 2))),
    ],
)
def test_what_forward_may_return(result: object, expected: object) -> None:
    class Give(cg.Function):
        def forward(self, x):
            return result

    y = Give()(cg.Variable(1.0))
    np.testing.assert_array_equal(y.data, np.asarray(expected), strict=True)
    assert y.requires_grad


def test_a_tuple_of_one_is_a_tuple() -> None:
    class Tuple(cg.Function):
        def forward(self, x):
            return (x * 2,)

        def backward(self, gy):
            return (gy * 2.0,)

    x = cg.Variable(3.0)
    ys = Tuple()(x)
    assert isinstance(ys, tuple) and len(ys) == 1
    ys[0].backward()
    assert x.grad.item() == 2.0


def test_forward_gets_arrays_of_the_inputs_memory() -> None:
    class Look(cg.Function):
        def forward(self, x, c):
            self.arrays = (x, c)
            assert not cg.is_grad_enabled()
            return x + c

        def backward(self, gy):
            return gy, None

    x = cg.Variable([1.0, 2.0])
    f = Look()
    y = f(x, [10, 20])
    np.testing.assert_array_equal(y.data, [11.0, 22.0])
    assert np.shares_memory(f.arrays[0], x.data)
    assert [type(a) for a in f.arrays] == [np.ndarray, np.ndarray]
    assert cg.is_grad_enabled()


def test_constants_and_no_grad_record_nothing() -> None:
    c = cg.Variable(2.0, requires_grad=False)
    f = Cube()
    y = f(c)
    assert y.creator is None and not y.requires_grad and f.inputs == ()
    with cg.no_grad():
        assert Cube()(cg.Variable(2.0)).creator is None


def test_attributes_and_init_without_super() -> None:
    class Scale(cg.Function):
        def __init__(self, factor):
            self.factor = factor

        def forward(self, x):
            return self.factor * x

        def backward(self, gy):
            return gy * self.factor

    x = cg.Variable(2.0)
    Scale(7.0)(x).backward()
    assert x.grad.item() == 7.0


def test_subclass_of_a_subclass_and_slots() -> None:
    class Twice(Cube):
        __slots__ = ("count",)

        def forward(self, x):
            self.count = 2
            return self.count * super().forward(x)

        def backward(self, gy):
            return self.count * super().backward(gy)

    x = cg.Variable(2.0)
    Twice()(x).backward()
    assert x.grad.item() == 24.0


def test_functions_inside_functions() -> None:
    """forward may use cygrad's own functions, and backward another user Function."""

    class Outer(cg.Function):
        def forward(self, x):
            y = F.exp(x)
            assert y.creator is None
            return y.data

        def backward(self, gy):
            return MulAdd()(gy, F.exp(self.inputs[0]), 0.0)

    x = cg.Variable(1.0)
    y = Outer()(x)
    y.backward(create_graph=True)
    g = x.grad
    x.cleargrad()
    g.backward()
    assert x.grad.item() == y.item()


def test_backward_inside_backward() -> None:
    class Inner(cg.Function):
        def forward(self, x):
            return x * x

        def backward(self, gy):
            x = cg.Variable(self.inputs[0].item())
            with_graph = x * x  # no graph: a plain backward records none
            assert with_graph.creator is None
            z = cg.Variable(1.0)
            z.backward()
            return gy * 2.0 * self.inputs[0]

    x = cg.Variable(3.0)
    Inner()(x).backward()
    assert x.grad.item() == 6.0


def test_many_inputs_and_outputs() -> None:
    class Halves(cg.Function):
        def forward(self, *xs):
            return tuple(x / 2 for x in xs)

        def backward(self, *gys):
            return tuple(gy / 2.0 for gy in gys)

    xs = [cg.Variable(float(i)) for i in range(500)]
    ys = Halves()(*xs)
    F.sum(F.stack(ys[::2])).backward()
    assert [x.grad.item() for x in xs] == [0.5, 0.0] * 250


def test_the_same_input_in_several_places() -> None:
    x = cg.Variable(3.0)
    MulAdd()(x, x, x).backward()
    assert x.grad.item() == 7.0


def test_shapes_may_change() -> None:
    class Outer(cg.Function):
        def forward(self, a, b):
            return np.multiply.outer(a, b)

        def backward(self, gy):
            a, b = self.inputs
            return gy @ b, gy.T @ a

    a, b = cg.Variable([1.0, 2.0]), cg.Variable([3.0, 4.0, 5.0])
    Outer()(a, b).backward()
    np.testing.assert_array_equal(a.grad.data, [12.0, 12.0])
    np.testing.assert_array_equal(b.grad.data, [3.0, 3.0, 3.0])


def test_functions_of_the_library_show_themselves() -> None:
    x = cg.Variable(1.0, name="x")
    f = F.sin(x).creator
    assert isinstance(f, cg.Function)
    assert (repr(f), f.name, f.inputs, f.outputs) == ("Sin(x(1.0))", "Sin", (x,), (None,))


def test_any_number_of_inputs_and_outputs() -> None:
    class Turned(cg.Function):
        def forward(self, *xs):
            return tuple(2.0 * x for x in xs[::-1])

        def backward(self, *gys):
            return tuple(2.0 * gy for gy in gys[::-1])

    n = 70_000
    xs = [cg.Variable(float(i)) for i in range(n)]
    ys = Turned()(*xs)
    assert len(ys) == len(ys[0].creator.inputs) == n
    F.sum(F.stack(ys) ** 2).backward()
    assert [x.grad.item() for x in xs] == [8.0 * i for i in range(n)]
    slopes = cg.grad(lambda xs: F.sum(F.concat([F.stack(xs)] * 2) ** 2))([1.0] * (n - 1) + [5.0])
    assert slopes[4463] == 4.0 and slopes[n - 1] == 20.0
