"""detect_anomaly: changes that nobody tells of, and the first nan or inf."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

CHANGED = "detect_anomaly: the gradient of .* called at .*test_anomaly.py:"


def through_data() -> tuple[cg.Variable, cg.Variable]:
    x = cg.Variable([1.0, 2.0])
    loss = F.sum(F.sin(x))
    x.data[0] = 3.0
    return loss, x


def the_array_it_was_made_from() -> tuple[cg.Variable, cg.Variable]:
    array = np.array([1.0, 2.0] * 400)
    x = cg.Variable(array)
    loss = F.sum(x * x)
    array[0] = 3.0
    return loss, x


def a_batch_filled_anew() -> tuple[cg.Variable, cg.Variable]:
    w, batch, loss = cg.Variable(np.ones(700)), np.zeros((1, 700)), cg.Variable(0.0)
    for row in (1.0, 2.0):
        batch[0] = row
        loss = loss + F.sum(batch @ w)
    return loss, w


def the_result() -> tuple[cg.Variable, cg.Variable]:
    x = cg.Variable([1.0, 2.0])
    y = F.exp(x)
    loss = F.sum(y)
    y.data[...] = 0.0
    return loss, x


def a_view() -> tuple[cg.Variable, cg.Variable]:
    x = cg.Variable(np.ones((2, 3)))
    loss = F.sum(x.T @ x)
    x[0].data[1] = 7.0
    return loss, x


def a_function_that_writes_its_input() -> tuple[cg.Variable, cg.Variable]:
    class Careless(cg.Function):
        def forward(self, x: Any) -> Any:
            x *= 2.0
            return x + 1.0

        def backward(self, gy: cg.Variable) -> cg.Variable:
            return gy

    x = cg.Variable([1.0, 2.0])
    y = F.square(x)
    return F.sum(y + Careless()(x)), x


UNSEEN = [
    through_data,
    the_array_it_was_made_from,
    a_batch_filled_anew,
    the_result,
    a_view,
    a_function_that_writes_its_input,
]


@pytest.mark.parametrize("program", UNSEEN)
@pytest.mark.parametrize("create_graph", [False, True])
def test_unseen_changes_are_found(
    program: Callable[[], tuple[cg.Variable, cg.Variable]], create_graph: bool
) -> None:
    with cg.detect_anomaly():
        loss, x = program()
        with pytest.raises(RuntimeError, match=CHANGED):
            loss.backward(create_graph=create_graph)
    assert x.grad is None


def test_seen_changes_are_seen_there_too() -> None:
    x = cg.Variable([1.0, 2.0])
    with cg.detect_anomaly():
        loss = F.sum(x * x)
        x.data = [3.0, 4.0]
        with pytest.raises(RuntimeError, match="changed since the forward pass|detect_anomaly"):
            loss.backward()


def test_what_no_rule_reads_may_change() -> None:
    x = cg.Variable([1.0, 2.0])
    with cg.detect_anomaly():
        loss = F.sum(3.0 * x + x)
        x.data[...] = 0.0
        loss.backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.data, [4.0, 4.0])


def test_gradients_are_the_same() -> None:
    def program(x: cg.Variable) -> cg.Variable:
        y = F.softmax(x @ x.T)
        return F.sum(F.log(y) * F.cos(x[0, 0]) + F.max(y, axis=0))

    x = cg.Variable(np.arange(1.0, 5.0).reshape(2, 2) / 7.0)
    program(x).backward()
    assert x.grad is not None
    expected = x.grad.data.copy()
    x.cleargrad()
    with cg.detect_anomaly():
        program(x).backward()
        assert (x.grad.data == expected).all()
        np.testing.assert_array_equal(cg.grad(program)(x.data), expected)
        cg.hessian(program)(x.data)


MAKES = {
    "log of a negative number": (lambda x: F.log(x), "Log made nan"),
    "division by zero": (lambda x: 1.0 / (x + 1.0), "Div made inf"),
    "overflow": (lambda x: F.exp(-1000.0 * x), "Exp made inf"),
    "special": (lambda x: cg.special.gammaln(x + 1.0), "made inf"),
    "in the middle": (lambda x: F.sum(F.sqrt(x) * 0.0), "Sqrt made nan"),
}


@pytest.mark.parametrize("name", MAKES)
def test_the_first_nan_or_inf(name: str) -> None:
    f, message = MAKES[name]
    x = cg.Variable([-1.0, 2.0], name="x")
    with cg.detect_anomaly():
        with pytest.raises(RuntimeError, match=f"{message}.* out of finite numbers.*_anomaly.py:"):
            f(x)
        with cg.no_grad(), pytest.raises(RuntimeError, match=message):
            f(x)
    f(x)


def test_a_nan_that_came_in_is_nobodys() -> None:
    x = cg.Variable([np.nan, np.inf, 1.0])
    mask = np.array([True, False, False])
    with cg.detect_anomaly():
        F.sum(F.where(mask, -np.inf, F.log(x))).backward()
        F.sum(x * x).backward()


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * np.inf,
        lambda x: np.inf - x,
        lambda x: x**np.inf,
        lambda x: np.nan * x,
        lambda x: F.clip(x, np.inf, np.inf),
        lambda x: np.multiply(x, [1.0, -np.inf]),
    ],
)
def test_a_constant_is_an_input_too(f: Callable[[cg.Variable], cg.Variable]) -> None:
    with cg.detect_anomaly():
        F.sum(f(cg.Variable([0.5, 2.0]))).backward()
        with cg.no_grad():
            f(cg.Variable([0.5, 2.0]))
        with pytest.raises(RuntimeError, match="Mul made inf"):  # the next one is looked at again
            cg.Variable(1e300) * 1e300


def test_the_line_tells_what_an_inner_operation_is_part_of() -> None:
    x = cg.Variable([1e200, 1.0])
    with (
        cg.detect_anomaly(),
        pytest.raises(RuntimeError, match=r"made inf.*test_anomaly.py:\d+ \(F.norm\(x\)\)$"),
    ):
        F.norm(x)


def test_the_first_nan_of_a_backward_pass() -> None:
    x = cg.Variable([0.0, 4.0], name="x")
    with cg.detect_anomaly():
        y = F.sqrt(x)
        with pytest.raises(
            RuntimeError, match=r"gradient of Sqrt, called at .* by x of .* has inf"
        ):
            F.sum(y).backward()
    x.cleargrad()
    F.sum(F.sqrt(x)).backward()
    assert x.grad is not None
    assert x.grad.data[0] == np.inf


def test_it_is_a_switch_of_the_thread() -> None:
    @cg.detect_anomaly()
    def root(x: cg.Variable) -> cg.Variable:
        return F.sqrt(x)

    with pytest.raises(RuntimeError, match="Sqrt made nan"):
        root(cg.Variable(-1.0))
    assert np.isnan(F.sqrt(cg.Variable(-1.0)).item())
    with pytest.raises(TypeError):
        cg.detect_anomaly(lambda x: x)  # type: ignore[call-arg]


def test_nodes_that_are_gone_leave_nothing_behind() -> None:
    for _ in range(3):
        with cg.detect_anomaly():
            x = cg.Variable([1.0, 2.0])
            F.sum(F.sin(x)).backward()
        y = F.cos(x)  # at the addresses of those that are gone
        x.data[...] = 5.0
        F.sum(y)
        with cg.detect_anomaly():
            F.sum(F.sin(x) + 0.0 * y).backward()  # y was made outside: nothing is known of it


def test_the_environment_variable() -> None:
    program = "import cygrad as cg, cygrad.functions as F; F.log(cg.Variable(-1.0))"
    for value, status in (("1", 1), ("0", 0), ("", 0)):
        done = subprocess.run(
            [sys.executable, "-P", "-c", program],
            env=dict(
                os.environ,
                CYGRAD_ANOMALY=value,
                PYTHONPATH=os.pathsep.join(p for p in sys.path if p),
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert ("Log made nan" in done.stderr) == bool(status)


def test_a_gradient_of_a_gradient_names_the_operation() -> None:
    x = cg.Variable(0.0)
    with cg.detect_anomaly():
        y = F.sqrt(x)
        with pytest.raises(RuntimeError, match=r"gradient of Sqrt, called at .*test_anomaly.py"):
            y.backward(create_graph=True)


def test_a_change_that_is_seen_is_named_so() -> None:
    w = cg.Variable([1.0, 2.0])
    with cg.detect_anomaly():
        loss = F.sum(w * w)
        w.data = [3.0, 4.0]
        with pytest.raises(RuntimeError, match="an optimizer, an assignment to .data"):
            loss.backward()


def test_gradients_that_add_up_to_inf() -> None:
    x = cg.Variable(0.0)
    with cg.detect_anomaly():
        y = x * 1e308 + x * 1e308
        with pytest.raises(RuntimeError, match="sum of two gradients made inf"):
            y.backward()
    assert x.grad is None
    x.grad = cg.Variable(1e308)
    with cg.detect_anomaly(), pytest.raises(RuntimeError, match="sum of two gradients made inf"):
        (x * 1e308).backward()
    assert x.grad.item() == 1e308
