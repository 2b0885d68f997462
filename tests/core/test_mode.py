"""no_grad and test_mode: nesting, decorating, exceptions, threads."""

import threading

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

MODES = [(cg.no_grad, lambda: not cg.is_grad_enabled()), (cg.test_mode, cg.is_test_mode)]
both = pytest.mark.parametrize("mode, is_on", MODES, ids=["no_grad", "test_mode"])


@both
def test_nesting(mode: type, is_on: object) -> None:
    assert not is_on()
    with mode() as outer:
        assert isinstance(outer, mode)
        assert is_on()
        with mode():
            assert is_on()
        assert is_on()
    assert not is_on()


@both
def test_one_object_entered_again(mode: type, is_on: object) -> None:
    switch = mode()
    with switch:
        with switch:
            assert is_on()
        assert is_on()
    assert not is_on()
    with switch:
        assert is_on()
    assert not is_on()


@both
def test_exceptions(mode: type, is_on: object) -> None:
    with pytest.raises(KeyError), mode():
        raise KeyError
    assert not is_on()
    with mode():
        with pytest.raises(ValueError), mode():
            raise ValueError
        assert is_on()
    assert not is_on()


@both
def test_decorator(mode: type, is_on: object) -> None:
    @mode()
    def state(a: int, b: int = 2) -> tuple[bool, int]:
        """Its docstring."""
        return is_on(), a + b

    assert state(1, b=5) == (True, 6)
    assert not is_on()
    assert (state.__name__, state.__doc__) == ("state", "Its docstring.")

    @mode()
    def fails() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert not is_on()


@both
def test_decorated_recursion(mode: type, is_on: object) -> None:
    @mode()
    def down(n: int) -> int:
        assert is_on()
        return 0 if n == 0 else 1 + down(n - 1)

    assert down(50) == 50
    assert not is_on()


@both
def test_decorating_without_parentheses_is_an_error(mode: type, is_on: object) -> None:
    with pytest.raises(TypeError, match=rf"write @{mode.__name__}\(\)$"):
        mode(lambda: 1)
    with pytest.raises(TypeError, match="decorates a function"):
        mode()(1)
    assert not is_on()


@both
def test_exit_without_enter(mode: type, is_on: object) -> None:
    with pytest.raises((IndexError, RuntimeError)):
        mode().__exit__(None, None, None)
    assert not is_on()


@both
def test_threads_have_modes_of_their_own(mode: type, is_on: object) -> None:
    found = {}
    entered, asked = threading.Event(), threading.Event()

    def other() -> None:
        found["at start"] = is_on()
        with mode():
            entered.set()
            asked.wait(10)
            found["inside"] = is_on()
        found["after"] = is_on()

    with mode():
        thread = threading.Thread(target=other)
        thread.start()
        assert entered.wait(10)
    assert not is_on()
    asked.set()
    thread.join()
    assert found == {"at start": False, "inside": True, "after": False}


def test_modes_are_independent() -> None:
    with cg.no_grad():
        assert not cg.is_test_mode()
        with cg.test_mode():
            assert cg.is_test_mode() and not cg.is_grad_enabled()
        assert not cg.is_grad_enabled()
    with cg.test_mode():
        assert cg.is_grad_enabled()
        assert F.sin(cg.Variable(1.0)).creator is not None


def test_no_grad_results_are_constants() -> None:
    x = cg.Variable(2.0)
    with cg.no_grad():
        y = x * x
        leaf = cg.Variable(1.0)
    assert (y.requires_grad, y.creator, y.generation) == (False, None, 0)
    assert leaf.requires_grad
    z = y * x
    z.backward()
    assert x.grad.item() == 4.0
    assert y.grad is None


def test_modes_hold_after_a_backward_that_fails() -> None:
    class Fails(cg.Function):
        def forward(self, x):
            return x

        def backward(self, gy):
            raise KeyError

    y = Fails()(cg.Variable(1.0))
    for create_graph in (False, True):
        with pytest.raises(KeyError):
            y.backward(create_graph=create_graph)
        assert cg.is_grad_enabled()
        with cg.no_grad():
            with pytest.raises(KeyError):
                y.backward(create_graph=create_graph)
            assert not cg.is_grad_enabled()
        assert cg.is_grad_enabled()


def test_graphs_in_many_threads() -> None:
    """Each thread builds, differentiates and frees graphs of its own."""
    answers = []

    def work(k: int) -> None:
        x = cg.Variable(float(k))
        for _ in range(300):
            y = x
            for _ in range(20):
                y = y * 1.0 + x
            x.cleargrad()
            y.backward()
        answers.append((k, x.grad.item()))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [(k, 21.0) for k in range(6)]


def test_one_leaf_shared_by_threads() -> None:
    """Large arrays are computed without the GIL."""
    x = cg.Variable(np.linspace(0.0, 1.0, 50_000))
    expected = np.cos(x.data)
    results = []

    def work() -> None:
        for _ in range(20):
            y = F.sin(x)
            with cg.no_grad():
                results.append(np.abs(F.cos(x).data - expected).max())
            results.append(np.abs(y.data - np.sin(x.data)).max())

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 120 and max(results) < 1e-15
