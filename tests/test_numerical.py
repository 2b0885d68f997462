"""Central differences, and the check of gradients: it must find what is wrong, and touch nothing."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.numerical import check_grads, diff
from operations import OPERATIONS, Operation

# ---- diff -------------------------------------------------------------------------------------


def test_diff_is_the_derivative_of_an_elementwise_function() -> None:
    x = cg.Variable([0.0, 0.5, 2.0], name="x")
    x.grad = cg.ones(3)
    d = diff(F.sin, x)
    np.testing.assert_allclose(d.data, np.cos(x.data), rtol=1e-7)
    assert d.creator is None
    assert x.data.tolist() == [0.0, 0.5, 2.0]
    assert x.grad.data.tolist() == [1.0, 1.0, 1.0]


def test_diff_moves_all_inputs_at_once() -> None:
    d = diff(F.mul, 3.0, cg.Variable(4.0))
    assert d.item() == pytest.approx(7.0)


def test_diff_step() -> None:
    assert diff(lambda x: x**3, 1.0, h=0.5).item() == pytest.approx(3.25)  # 3 + h^2


def test_diff_of_a_gradient() -> None:
    def slope(x: cg.Variable) -> cg.Variable:
        y = F.exp(x)
        y.backward()
        assert x.grad is not None
        return x.grad

    assert diff(slope, 1.0).item() == pytest.approx(np.e)


@pytest.mark.parametrize("h", [0.0, -1e-4, np.nan, np.inf])
def test_diff_wrong_step(h: float) -> None:
    with pytest.raises(ValueError, match="diff: h must be a positive number"):
        diff(F.sin, 1.0, h=h)


def test_diff_wrong_function() -> None:
    with pytest.raises(TypeError, match="must return a Variable, not float"):
        diff(lambda x: x.item(), 1.0)
    with pytest.raises(ValueError, match=r"shape \(2,\) at x \+ h, \(1,\) at x - h"):
        diff(lambda x: x[x > 0.0], [0.0, 1.0])
    with pytest.raises(TypeError, match="no inputs"):
        diff(F.sin)


# ---- check_grads: what is right ---------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_all_operations_pass(operation: Operation) -> None:
    check_grads(operation.call, *operation.inputs, order=2 if operation.smooth else 1)


def test_orders() -> None:
    check_grads(lambda x: F.tanh(x) * x, [0.3, -0.7], order=4)


def test_several_outputs() -> None:
    check_grads(lambda x: F.split(x * x, [1, 2]), [0.3, -0.7, 2.0], order=2)


def test_large_and_empty_inputs() -> None:
    check_grads(F.square, [1e6, -1e9])
    check_grads(F.square, np.zeros((0, 3)), order=2)


def test_an_output_that_does_not_depend_on_an_input() -> None:
    check_grads(lambda x, y: x * 2.0, 1.0, 2.0, order=3)


def test_the_input_itself_and_a_reshape_in_place() -> None:
    check_grads(lambda x: x, [1.0, 2.0], order=2)
    check_grads(lambda x: F.exp(x.reshape(2, 1)), [1.0, 2.0], order=2)


def test_a_function_that_is_a_gradient_itself() -> None:
    def slope(x: cg.Variable) -> cg.Variable:
        y = F.sum(x * x)
        y.backward(create_graph=True)  # and leaves a gradient in x
        assert x.grad is not None
        return F.sin(x.grad)

    def constant_slope(x: cg.Variable) -> cg.Variable:
        slope(x)
        return cg.Variable(2.0)

    check_grads(slope, [0.3, -0.7], order=3)
    check_grads(constant_slope, [0.3, -0.7], order=2)


def test_constants_are_passed_and_not_checked() -> None:
    called = []

    def f(x: cg.Variable, c: cg.Variable) -> cg.Variable:
        called.append((c.requires_grad, c.item(), x.name, c.name))
        return x * c.data  # no gradient by c

    check_grads(f, cg.Variable(1.0, name="x"), cg.Variable(3.0, name="c", requires_grad=False))
    assert set(called) == {(False, 3.0, "x", "c")}
    with pytest.raises(AssertionError, match=r"by input 1 \(c, shape \(\)\).*gives none"):
        check_grads(f, 1.0, cg.Variable(3.0, name="c"))


def test_it_leaves_everything_as_it_was() -> None:
    x = cg.Variable([1.0, 2.0])
    w = cg.Variable([3.0, 4.0])
    hidden = F.exp(w)
    x.grad, w.grad, hidden.grad = cg.ones(2), cg.Variable([5.0, 6.0]), cg.Variable([7.0, 8.0])
    grads = x.grad, w.grad, hidden.grad

    def overwrite(v: cg.Variable) -> cg.Variable:
        y = F.sum(v * v * w * hidden)
        v.data[...] = np.nan
        return y

    check_grads(lambda v: F.sin(v) * w * hidden, x, order=2)
    with pytest.raises(AssertionError):
        check_grads(overwrite, x)
    assert (x.grad, w.grad, hidden.grad) == grads
    assert x.data.tolist() == [1.0, 2.0]
    assert w.grad.data.tolist() == [5.0, 6.0]
    assert hidden.grad.data.tolist() == [7.0, 8.0]


def test_grads_come_back_after_an_error_in_a_backward_pass() -> None:
    class Broken(cg.Function):
        def forward(self, x: Any) -> Any:
            return x * 1.0

        def backward(self, gy: cg.Variable) -> cg.Variable:
            raise KeyError("broken")

    w = cg.Variable(2.0)
    w.grad = cg.Variable(3.0)
    with pytest.raises(KeyError):
        check_grads(lambda x: Broken()(x * w), 1.0)
    assert w.grad.item() == 3.0


# ---- check_grads: what is wrong ---------------------------------------------------------------


class Sine(cg.Function):
    """Right; the classes below are not."""

    def forward(self, x: Any) -> Any:
        return np.sin(x)

    def backward(self, gy: cg.Variable) -> Any:
        return gy * F.cos(self.inputs[0])


class WrongSign(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        return -gy * F.cos(self.inputs[0])


class OneElementWrong(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        return gy * F.cos(self.inputs[0]) * np.array([[1.0, 1.0, 1.0], [1.0, 1.01, 1.0]])


class Missing(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        return None


class IgnoresGy(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        return F.cos(self.inputs[0])


class NotFinite(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        return gy * np.array([[1.0, 1.0, 1.0], [np.inf, 1.0, np.nan]]) * F.cos(self.inputs[0])


class DropsItsGraph(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        return gy * np.cos(self.inputs[0].data)


class DropsTheGraphOfGy(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        return gy.data * F.cos(self.inputs[0])


class WrongWithoutAGraph(Sine):
    """As a fused kernel, or a CFunction's backward, that is wrong where the composed rule is right."""

    def backward(self, gy: cg.Variable) -> Any:
        return super().backward(gy) * (1.0 if cg.is_grad_enabled() else 1.01)


class WrongWithAGraph(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        return super().backward(gy) * (1.01 if cg.is_grad_enabled() else 1.0)


class OfFirstOrder(Sine):
    def backward(self, gy: cg.Variable) -> Any:
        if cg.is_grad_enabled():
            raise NotImplementedError("OfFirstOrder has no second derivative")
        return super().backward(gy)


class Product(cg.Function):
    """Wrong by its second input where its first one is a constant."""

    def forward(self, x: Any, y: Any) -> Any:
        return x * y

    def backward(self, gy: cg.Variable) -> Any:
        x, y = self.inputs
        return gy * y, gy * x if x.requires_grad else gy


X = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])


def failure(kind: type[Sine], order: int) -> str:
    with pytest.raises(AssertionError) as caught:
        check_grads(lambda a, x: a * kind()(x), 1.5, cg.Variable(X, name="x"), order=order)
    return str(caught.value)


def test_the_right_one_passes() -> None:
    check_grads(lambda x: Sine()(x), X, order=3)


@pytest.mark.parametrize("kind", [WrongSign, Missing, IgnoresGy, NotFinite, OneElementWrong])
def test_wrong_first_derivative(kind: type[Sine]) -> None:
    message = failure(kind, 1)
    assert "order 1 by input 1 (x, shape (2, 3)): at index (" in message
    assert failure(kind, 2) == message


def test_the_report_names_the_worst_element_and_both_values() -> None:
    message = failure(OneElementWrong, 1)
    assert "at index (1, 1) backward() gives" in message
    assert "1 of 6 elements differ" in message
    words = message.replace(",", "").replace(";", "").split()
    analytic, numeric = (float(words[words.index(w) + 1]) for w in ("gives", "differences"))
    assert analytic / numeric == pytest.approx(1.01)
    assert "backward() gives none, differences " in failure(Missing, 1)
    assert "at index (1, 0) backward() gives inf" in failure(NotFinite, 1)


def test_the_report_names_the_pass() -> None:
    message = failure(WrongWithoutAGraph, 1)
    assert "order 1 by input 1 (x, shape (2, 3)): at index (" in message
    assert ") backward() gives " in message
    assert failure(WrongWithoutAGraph, 2) == message
    assert ") backward(create_graph=True) gives " in failure(WrongWithAGraph, 1)


def test_each_input_alone() -> None:
    check_grads(lambda y: Product()(2.0 * cg.Variable(3.0), y), 5.0)
    for f in (
        lambda x, y: Product()(x, y),
        lambda x, y: Product()(F.sin(x) + F.exp(x), y) * x,
        lambda x, y: F.exp(Product()(2.0 * x, y) + y) * 1e-3,
    ):
        with pytest.raises(AssertionError) as caught:
            check_grads(f, 3.0, cg.Variable(5.0, name="y"))
        message = "order 1 by input 1 (y, shape ()): at index () backward() with the other inputs "
        assert message + "constant gives " in str(caught.value)


def test_taking_inputs_alone_leaves_no_trace() -> None:
    w, kept = cg.Variable(3.0), []

    def f(x: cg.Variable, y: cg.Variable) -> cg.Variable:
        kept.extend([x, y, F.sin(x), F.sin(y) * w])
        return kept[-2] * kept[-1]

    check_grads(f, 1.0, 2.0)
    assert all(x.requires_grad and x.grad is None for x in [w, *kept])


def test_a_function_of_a_first_order_only() -> None:
    check_grads(lambda x: OfFirstOrder()(x), X)
    with pytest.raises(NotImplementedError, match="no derivative of order 2 to check: OfFirstOrd"):
        check_grads(lambda x: OfFirstOrder()(x), X, order=2)
    with pytest.raises(AssertionError, match="order 1 by input 1"):  # it is checked first
        check_grads(lambda x, y: OfFirstOrder()(x) + Missing()(y), X, X, order=2)


@pytest.mark.parametrize(
    ("kind", "by"),
    [(DropsItsGraph, "input 1 (x, shape (2, 3))"), (DropsTheGraphOfGy, "input 0 (shape ())")],
)
def test_wrong_second_derivative(kind: type[Sine], by: str) -> None:
    check_grads(lambda x: kind()(x), X)
    assert f"order 2 by {by}" in failure(kind, 2)


def test_the_gradient_that_flows_in_keeps_its_graph() -> None:
    with pytest.raises(AssertionError, match=r"order 2 by the gradient of output 0 \(shape"):
        check_grads(lambda x: DropsTheGraphOfGy()(x), X, order=2)


def test_a_constant_where_there_should_be_a_graph() -> None:
    with pytest.raises(AssertionError, match="gives none, differences"):
        check_grads(lambda x: cg.Variable(np.sin(x.data)), 1.0)


def test_differences_that_are_not_finite() -> None:
    with pytest.raises(AssertionError, match=r"order 1 by input 0 \(shape \(\)\).*nan"):
        check_grads(F.sqrt, 0.0)


def test_tolerances() -> None:
    def inexact(x: cg.Variable) -> cg.Variable:
        return OneElementWrong()(x)

    check_grads(inexact, X, rtol=0.1)
    check_grads(inexact, X, rtol=0.0, atol=0.1)
    with pytest.raises(AssertionError):
        check_grads(inexact, X, rtol=1e-3)
    with pytest.raises(AssertionError):
        check_grads(lambda x: x**3, 1.0, h=0.1)  # the differences are off by h^2


# ---- check_grads: what cannot be checked ------------------------------------------------------


def test_refused_inside_no_grad() -> None:
    with cg.no_grad(), pytest.raises(RuntimeError, match="inside no_grad"):
        check_grads(F.sin, 1.0)


@pytest.mark.parametrize("order", [0, -1, 1.0, True, None])
def test_wrong_order(order: Any) -> None:
    with pytest.raises(ValueError, match="order must be an int of at least 1"):
        check_grads(F.sin, 1.0, order=order)


def test_wrong_numbers() -> None:
    with pytest.raises(ValueError, match="h must be a positive number"):
        check_grads(F.sin, 1.0, h=0.0)
    with pytest.raises(ValueError, match="rtol must not be negative"):
        check_grads(F.sin, 1.0, rtol=-1.0)
    with pytest.raises(ValueError, match="atol must not be negative"):
        check_grads(F.sin, 1.0, atol=np.nan)


def test_wrong_inputs() -> None:
    with pytest.raises(ValueError, match="no input requires a gradient"):
        check_grads(F.sin, cg.Variable(1.0, requires_grad=False))
    with pytest.raises(ValueError, match="no input requires a gradient"):
        check_grads(lambda: cg.Variable(1.0))
    with pytest.raises(ValueError, match=r"input 1 \(shape \(2,\)\) is not finite"):
        check_grads(F.add, 1.0, [1.0, np.inf])


def test_wrong_functions() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="other numbers when it is called again"):
        check_grads(lambda x: x * rng.random(), 1.0)
    with pytest.raises(ValueError, match=r"output 0 of the function is -inf at index \(1,\)"):
        check_grads(F.log, [1.0, 0.0])
    with pytest.raises(TypeError, match="must return a Variable or a tuple of them, not ndarray"):
        check_grads(lambda x: x.data, 1.0)  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match="a tuple of them, not NoneType, float$"):
        check_grads(lambda x: (x, None, 1.0), 1.0)  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match="not an empty tuple"):
        check_grads(lambda x: (), 1.0)
    with pytest.raises(ValueError, match="other shapes when its inputs are moved"):
        check_grads(lambda x: x[x > 0.0], [0.0, 1.0])
