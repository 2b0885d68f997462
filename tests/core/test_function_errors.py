"""Functions that a user defines in Python: mistakes are clear errors that name the class."""

from collections.abc import Callable

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


def function(forward: Callable[..., object], backward: Callable[..., object]) -> cg.Function:
    """An instance of a class named Mine."""
    return type("Mine", (cg.Function,), {"forward": forward, "backward": backward})()


def add(self: cg.Function, *xs: np.ndarray) -> np.ndarray:
    return sum(xs)


@pytest.mark.parametrize(
    "gradients, error, message",
    [
        (lambda gy: gy, ValueError, "1 gradients for 2 inputs"),
        (lambda gy: (gy, gy, gy), ValueError, "3 gradients for 2 inputs"),
        (lambda gy: (), ValueError, "0 gradients for 2 inputs"),
        (lambda gy: None, ValueError, "1 gradients for 2 inputs"),
        (lambda gy: (gy, 1.0), TypeError, "float for input 1"),
        (lambda gy: (gy.data, gy), TypeError, "ndarray for input 0"),
        (lambda gy: (gy, F.sum(gy)), ValueError, r"shape \(\) for input 1, b of shape \(2,\)"),
        (lambda gy: (gy.T[None], gy), ValueError, r"shape \(1, 2\) for input 0"),
        (lambda gy: 1 / 0, ZeroDivisionError, "division"),
    ],
)
@pytest.mark.parametrize("create_graph", [False, True])
def test_wrong_gradients(
    gradients: Callable[[cg.Variable], object],
    error: type[Exception],
    message: str,
    create_graph: bool,
) -> None:
    a, b = cg.Variable([1.0, 2.0], name="a"), cg.Variable([3.0, 4.0], name="b")
    h = a * 2.0
    y = function(add, lambda self, gy: gradients(gy))(h, b)
    z = y * 3.0
    with pytest.raises(error, match=message) as caught:
        z.backward(create_graph=create_graph)
    if error is not ZeroDivisionError:
        assert "Mine.backward" in str(caught.value)
    # The pass ended cleanly: nothing has landed, recording is on, and the rest still works.
    assert a.grad is None and b.grad is None and h.grad is None
    assert cg.is_grad_enabled()
    F.sum(h).backward()
    np.testing.assert_array_equal(a.grad.data, [2.0, 2.0])


def test_an_error_in_the_middle_leaves_no_gradients_on_their_way() -> None:
    fails = [True]

    def backward(self: cg.Function, gy: cg.Variable) -> cg.Variable:
        if fails[0]:
            raise KeyError("once")
        return gy

    x = cg.Variable(2.0)
    h = x * x
    y = function(add, backward)(h) + h * 5.0
    with pytest.raises(KeyError, match="once"):
        y.backward()
    fails[0] = False
    x.cleargrad()
    y.backward()
    assert x.grad.item() == 24.0


def test_wrong_number_of_arguments_of_backward() -> None:
    x = cg.Variable(1.0)
    y = function(add, lambda self: None)(x)
    with pytest.raises(TypeError, match="argument"):
        y.backward()
    assert x.grad is None


def test_missing_methods() -> None:
    class Mine(cg.Function):
        pass

    class NoBackward(cg.Function):
        def forward(self, x):
            return x

    with pytest.raises(NotImplementedError, match=r"Mine has no forward\(self, \*arrays\)"):
        Mine()(cg.Variable(1.0))
    y = NoBackward()(cg.Variable(1.0))
    with pytest.raises(NotImplementedError, match=r"NoBackward has no backward\(self, \*gys\)"):
        y.backward()


@pytest.mark.parametrize(
    "result",
    [None, "text", 1j, object(), {}, np.array([1j]), np.array(["a"]), [[1], [2, 3]], (), (1, None)],
)
def test_what_forward_may_not_return(result: object) -> None:
    x = cg.Variable(1.0)
    f = function(lambda self, x: result, lambda self, gy: gy)
    with pytest.raises((TypeError, ValueError)) as caught:
        f(x)
    if not isinstance(result, list):  # whose error is NumPy's own
        assert "Mine.forward" in str(caught.value)
    assert f.inputs == () and x.requires_grad and cg.is_grad_enabled()


def test_forward_that_raises() -> None:
    def forward(self: cg.Function, x: np.ndarray) -> np.ndarray:
        raise LookupError("from forward")

    x = cg.Variable(1.0)
    f = function(forward, lambda self, gy: gy)
    for _ in range(2):
        with pytest.raises(LookupError, match="from forward"):
            f(x)
        assert f.inputs == ()
        assert cg.is_grad_enabled()


def test_an_instance_serves_one_call() -> None:
    f = function(add, lambda self, gy: gy)
    y = f(cg.Variable(1.0))
    with pytest.raises(RuntimeError, match="Mine: this instance is part of a graph already"):
        f(cg.Variable(2.0))
    y.backward()
    assert y.creator.inputs[0].grad.item() == 1.0


def test_forward_that_calls_its_own_instance() -> None:
    def forward(self: cg.Function, x: np.ndarray) -> object:
        if x > 0:
            return self(cg.Variable(-1.0)).data
        return x

    with cg.no_grad():
        assert function(forward, lambda self, gy: gy)(cg.Variable(1.0)).item() == -1.0
    x = cg.Variable(1.0)
    y = function(forward, lambda self, gy: gy)(x)  # the inner call records nothing
    assert y.creator.inputs == (x,)


def test_forward_whose_own_instance_is_recorded_elsewhere() -> None:
    """Another thread, which records, calls the instance while its forward runs here."""
    import threading

    def forward(self: cg.Function, x: np.ndarray) -> np.ndarray:
        if threading.current_thread() is threading.main_thread():
            other = threading.Thread(target=lambda: self(cg.Variable(5.0)))
            other.start()
            other.join()
        return x

    f = function(forward, lambda self, gy: gy)
    with pytest.raises(RuntimeError, match="Mine.forward called its own instance"):
        f(cg.Variable(1.0))


def test_calls_without_inputs_and_of_the_base_class() -> None:
    with pytest.raises(TypeError, match="Mine: called without inputs"):
        function(add, lambda self, gy: gy)()
    with pytest.raises(TypeError, match="subclasses of Function"):
        cg.Function()(cg.Variable(1.0))
    built_in = F.sin(cg.Variable(1.0)).creator
    with pytest.raises(TypeError, match="Sin: only instances of your own subclasses"):
        built_in(cg.Variable(1.0))
    for method in (built_in.forward, built_in.backward):
        with pytest.raises(NotImplementedError, match="Sin has no"):
            method(1.0)


@pytest.mark.parametrize("bad", [None, "1", 1j, object(), np.array([None]), [cg.Variable(1.0)]])
def test_bad_inputs(bad: object) -> None:
    f = function(add, lambda self, gy: gy)
    with pytest.raises(TypeError, match="Mine"):
        f(bad)
    assert f.inputs == ()


def test_new_without_init_and_attributes_of_a_fresh_function() -> None:
    for f in (cg.Function(), cg.Function.__new__(cg.Function)):
        assert (f.inputs, f.outputs, f.generation, f.name) == ((), (None,), 0, "Function")
        assert repr(f) == "Function()"
        with pytest.raises(AttributeError):
            f.generation = 3


def test_a_gradient_taken_from_another_shape_of_data() -> None:
    x = cg.Variable([1.0, 2.0], name="x")
    y = function(add, lambda self, gy: gy)(x)
    x.data = [1.0, 2.0, 3.0]
    with pytest.raises((ValueError, RuntimeError), match="x of shape \\(3,\\)"):
        y.backward()
    assert x.grad is None
