"""compile: training steps. Gradients land, and updates, hooks and schedules are called anew.

Two models of the same weights are trained side by side, one by the function and one compiled; whatever
is left behind must be the same to the bit after each step.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad import hooks, optimizers

Array = Any
Step = Callable[..., Any]

X = np.random.default_rng(0).normal(size=(12, 8, 5))
Y = np.random.default_rng(1).normal(size=(12, 8, 3))


def network() -> Any:
    return L.Sequential(
        L.Linear(6, in_size=5, rng=0), F.relu, L.LayerNorm(6), L.Linear(3, in_size=6, rng=1)
    )


def numbers(x: Any) -> Any:
    return None if x is None else (x.shape, x.data.tobytes())


def left(parameters: Any) -> list[Any]:
    """The bits of the parameters and of their gradients."""
    return [(numbers(p), numbers(p.grad)) for p in parameters]


def side_by_side(make: Callable[[], tuple[Step, Any, Any]], calls: int = 8) -> Any:
    """make() gives a step, its parameters, and what else is to be equal, as a function."""
    step, parameters, state = make()
    other, others, other_state = make()
    compiled = cg.compile(other, fallback=False)
    for k in range(calls):
        a, b = step(X[k % 12], Y[k % 12]), compiled(X[k % 12], Y[k % 12])
        assert numbers(a) == numbers(b), k
        assert left(parameters) == left(others), k
        assert state() == other_state(), k
    assert compiled.replays >= calls - 2 * compiled.captures - 1
    return compiled


OPTIMIZERS: list[Callable[[], Any]] = [
    lambda: optimizers.SGD(0.1),
    lambda: optimizers.Momentum(0.1, nesterov=True),
    lambda: optimizers.Adam(0.01, hooks=[hooks.ClipGrad(0.5), hooks.WeightDecay(0.01)]),
    lambda: optimizers.AdamW(0.01),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_step(optimizer: Callable[[], Any]) -> None:
    def make() -> tuple[Step, Any, Any]:
        model, rule = network(), optimizer()

        def step(x: Array, y: Array) -> Any:
            loss = F.mean_squared_error(model(x), y)
            model.cleargrads()
            loss.backward()
            rule.update(model)
            return loss

        return step, [p for _, p in model.params()], lambda: rule.lr

    assert "call Optimizer.update" in str(side_by_side(make).program())


def test_a_schedule_and_a_rate_that_is_assigned_between_calls() -> None:
    def make() -> tuple[Step, Any, Any]:
        model = network()
        rule = optimizers.Adam(0.1).setup(model)
        schedule = optimizers.ExponentialSchedule(rule, 0.9)

        def step(x: Array, y: Array) -> Any:
            model.cleargrads()
            loss = F.mean_squared_error(model(x), y)
            loss.backward()
            rule.update()
            schedule.step()
            return loss

        return step, [p for _, p in model.params()], lambda: (rule.lr, schedule.count)

    side_by_side(make)


def test_gradients_that_add_up() -> None:
    def make() -> tuple[Step, Any, Any]:
        model = network()

        def step(x: Array, y: Array) -> Any:
            loss = F.mean_squared_error(model(x), y)
            loss.backward()
            return None

        return step, [p for _, p in model.params()], lambda: None

    side_by_side(make)


def test_two_losses_and_a_penalty() -> None:
    def make() -> tuple[Step, Any, Any]:
        w = cg.Variable(np.linspace(-1.0, 1.0, 15).reshape(5, 3))
        rule = optimizers.SGD(0.05)

        def step(x: Array, y: Array) -> Any:
            w.cleargrad()
            first = F.sum((F.tanh(F.matmul(x, w)) - y) ** 2) / 24.0
            first.backward()
            second = 0.01 * F.sum(w * w)
            second.backward()
            rule.update([w])
            return first

        return step, [w], lambda: None

    side_by_side(make)


def test_an_update_and_then_another() -> None:
    def make() -> tuple[Step, Any, Any]:
        w, v = cg.Variable(0.5), cg.Variable([1.0, 2.0, 3.0])
        rule = optimizers.Adam(0.1)

        def step(x: Array, y: Array) -> Any:
            for _ in range(3):
                w.cleargrad()
                v.cleargrad()
                loss = F.sum((w * y + v * F.sin(w)) ** 2)
                loss.backward()
                rule.update([w, v])
            return loss

        return step, [w, v], lambda: None

    side_by_side(make)


def test_gradients_that_the_function_reads() -> None:
    def make() -> tuple[Step, Any, Any]:
        w = cg.Variable([1.0, 2.0, 3.0])

        def step(x: Array, y: Array) -> Any:
            w.cleargrad()
            F.sum((w - y) ** 4).backward()
            assert w.grad is not None
            with cg.no_grad():
                return F.sum(w.grad * w.grad)

        return step, [w], lambda: None

    side_by_side(make)


def test_parameters_changed_between_calls() -> None:
    def make() -> tuple[Step, Any, Any]:
        model, rule = L.Linear(3, in_size=5, rng=0), optimizers.SGD(0.1)
        count = [0]

        def step(x: Array, y: Array) -> Any:
            loss = F.mean_squared_error(model(x), y)
            model.cleargrads()
            loss.backward()
            rule.update(model)
            return loss

        def change() -> Any:
            count[0] += 1
            if count[0] == 4:
                model.w.data = model.w.data * 2.0
            if count[0] == 5:
                model.w = cg.Variable(np.ones((5, 3)))
            if count[0] == 8:
                model.b.requires_grad = False
            return [numbers(p) for _, p in model.params()]

        return step, [], change

    compiled = side_by_side(make, 12)
    assert compiled.captures >= 2


def test_what_comes_back_has_no_graph() -> None:
    w = cg.Variable(2.0)

    def step() -> Any:
        w.cleargrad()
        loss = w * w
        loss.backward()
        return loss

    compiled = cg.compile(step, fallback=False)
    for _ in range(4):
        loss = compiled()
        assert loss.requires_grad and loss.item() == 4.0
        with pytest.raises(RuntimeError, match="has no graph any more"):
            loss.backward()


def test_a_question_after_an_update_is_refused() -> None:
    w, rule = cg.Variable(2.0), optimizers.SGD(0.1)

    def step() -> Any:
        w.cleargrad()
        (w * w).backward()
        rule.update([w])
        return 1 if w > 0.5 else 2

    with pytest.raises(RuntimeError, match="after an update"):
        cg.compile(step, fallback=False)()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = cg.compile(step)
        assert [compiled() for _ in range(6)] == [1, 1, 1, 1, 1, 2]


def test_a_branch_before_the_update() -> None:
    def make() -> tuple[Step, Any, Any]:
        w, rule = cg.Variable([1.0, -1.0, 0.5]), optimizers.SGD(0.1)

        def step(x: Array, y: Array) -> Any:
            loss = F.sum(w * y)
            if loss > 0.0:
                loss = loss * loss
            w.cleargrad()
            loss.backward()
            rule.update([w])
            return loss

        return step, [w], lambda: None

    assert side_by_side(make, 12).captures == 2


def test_what_numpy_freezes_is_found() -> None:
    w, rule, noise = cg.Variable([1.0, 2.0]), optimizers.SGD(0.1), np.random.default_rng(3)

    def step() -> Any:
        w.cleargrad()
        loss = F.sum(w * w * noise.normal(size=2))
        loss.backward()
        rule.update([w])
        return loss

    compiled = cg.compile(step)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compiled()
        compiled()
    assert "random numbers" in str(caught[0].message)
    assert compiled.replays == 0


ORDERS = iter([3.0, 4.0, 5.0])


def test_what_an_operation_is_told_counts_too() -> None:
    """The order of a norm is no operand."""

    class Orders:
        def following(self) -> float:
            return next(ORDERS)  # which a method names, and nobody sees

    w, rule, orders = cg.Variable([1.0, 2.0]), optimizers.SGD(0.1), Orders()

    def step() -> Any:
        w.cleargrad()
        loss = cg.linalg.norm(w, orders.following())
        loss.backward()
        rule.update([w])
        return loss

    compiled = cg.compile(step)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            compiled()
    assert "other numbers" in str(caught[0].message)


def test_errors_leave_what_eager_leaves() -> None:
    w = cg.Variable([1.0, 2.0])
    rule = optimizers.SGD(0.1)

    def step() -> Any:
        loss = F.sum(w * w)
        w.cleargrad()
        loss.backward()
        rule.update([w])
        return loss

    compiled = cg.compile(step, fallback=False)
    for _ in range(3):
        compiled()
    rule.add_hook(lambda ps: (_ for _ in ()).throw(ArithmeticError("stop")))
    before = w.data.copy()
    with pytest.raises(ArithmeticError, match="stop"):
        compiled()
    assert (w.data == before).all()
    assert w.grad is not None and (w.grad.data == 2.0 * before).all()


def test_settings_are_not_frozen() -> None:
    w, rule = cg.Variable(1.0), optimizers.SGD(0.1)
    with pytest.raises(RuntimeError, match="a setting is read"):
        cg.compile(lambda: F.sin(cg.Variable(rule.lr, requires_grad=False)), fallback=False)()
    with pytest.raises(RuntimeError, match="a setting is"):
        cg.compile(lambda: setattr(rule, "lr", 0.5), fallback=False)()
    assert w.item() == 1.0
