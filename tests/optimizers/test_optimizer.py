"""What all optimizers share: which parameters are updated, refused, remembered, saved."""

import copy
import gc
import io
import pickle
import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.hooks import ClipGrad
from cygrad.layers import Linear
from cygrad.models import Model
from cygrad.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Optimizer, RMSprop
from cygrad.optimizers.step import State, power, ready, step

ALL: list[Callable[[], Optimizer]] = [
    SGD,
    Momentum,
    lambda: Momentum(nesterov=True),
    RMSprop,
    AdaGrad,
    Adam,
    AdamW,
]


class Net:
    """What optimizers ask of a model."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.w = cg.Variable(rng.standard_normal((3, 2)), name="w")
        self.b = cg.Variable(np.zeros(2), name="b")

    def params(self) -> Iterable[tuple[str, cg.Variable]]:
        return iter([("layer.b", self.b), ("layer.w", self.w)])

    def train(self, optimizer: Optimizer, steps: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(steps):
            for _, p in self.params():
                p.cleargrad()
            loss = F.mean((F.tanh(rng.standard_normal((5, 3)) @ self.w + self.b) - 0.5) ** 2)
            loss.backward()
            optimizer.update(self)


def with_gradient(value: Any, gradient: Any = None) -> cg.Variable:
    p = cg.Variable(np.array(value, dtype=float))
    p.grad = cg.Variable(np.ones(p.shape) if gradient is None else np.array(gradient, dtype=float))
    return p


# ---- What is updated ---------------------------------------------------------------------------


def test_models_lists_and_variables() -> None:
    net = Net()
    for target in (net, net.w, [net.w], (net.w,), (p for p in [net.w])):
        net.w.grad = cg.ones(3, 2)
        before = net.w.data.copy()
        SGD(0.5).update(target)
        np.testing.assert_array_equal(net.w.data, before - 0.5)


def test_setup() -> None:
    p, q = with_gradient([1.0]), with_gradient([1.0])
    optimizer = SGD(0.5)
    assert optimizer.setup(x for x in [p]) is optimizer
    optimizer.update()
    optimizer.update()
    assert p.item() == 0.0
    optimizer.update(q)
    assert (p.item(), q.item()) == (0.0, 0.5)


def test_setup_asks_a_model_again_in_each_update() -> None:
    net = Net()
    optimizer = SGD(0.5).setup(net)
    net.b = with_gradient([1.0])
    optimizer.update()
    assert net.b.item() == 0.5


@pytest.mark.parametrize("make", ALL)
def test_without_a_gradient_nothing_moves(make: Callable[[], Optimizer]) -> None:
    """Nor does the count of steps, so that a late parameter starts as one alone would."""
    late, alone, early = cg.Variable([1.0, 2.0]), with_gradient([1.0, 2.0]), with_gradient([3.0])
    optimizer, other = make(), make()
    for _ in range(3):
        optimizer.update([late, early])
    np.testing.assert_array_equal(late.data, [1.0, 2.0])
    assert optimizer.state_dict([late, early])["0.steps"] == 0
    assert optimizer.state_dict([late, early])["1.steps"] == 3
    late.grad = cg.ones(2)
    for _ in range(2):
        optimizer.update([late, early])
        other.update(alone)
    np.testing.assert_array_equal(late.data, alone.data)


def test_a_frozen_parameter_stays() -> None:
    p, q = with_gradient([1.0]), with_gradient([1.0])
    p.requires_grad = False
    Adam().update([p, q])
    assert p.item() == 1.0
    assert q.item() < 1.0


@pytest.mark.parametrize("hooks", [[], [ClipGrad(1.0)]])
def test_a_step_without_gradients_is_refused(hooks: list[ClipGrad]) -> None:
    model, optimizer = Linear(1, in_size=2), Adam(hooks=hooks)
    with cg.no_grad():
        loss = F.sum(model([[1.0, 2.0]]))
    loss.backward()
    with pytest.raises(RuntimeError, match=r"Adam.update: no parameter has a gradient; call clear"):
        optimizer.update(model)


def test_hooks_are_a_list() -> None:
    with pytest.raises(TypeError, match=r"Adam: hooks must be a list: hooks=\[...\]"):
        Adam(hooks=ClipGrad(1.0))  # type: ignore[arg-type]


def test_a_parameter_that_comes_twice_is_updated_once() -> None:
    p = with_gradient([1.0])
    optimizer = Adam(lr=0.25)
    optimizer.update([p, p])
    assert optimizer.state_dict([p])["0.steps"] == 1
    assert p.item() == pytest.approx(0.75)


def test_learning_rate_and_settings_may_change() -> None:
    p = with_gradient([1.0])
    optimizer = SGD(0.5)
    optimizer.lr = 0.25
    optimizer.update(p)
    assert p.item() == 0.75


# ---- What is refused, before anything has changed ----------------------------------------------


def read_only() -> cg.Variable:
    array = np.zeros(2)
    array.flags.writeable = False
    p = cg.Variable(array, name="stuck")
    p.grad = cg.ones(2)
    return p


def broadcast() -> cg.Variable:
    p = cg.Variable(F.broadcast_to(cg.Variable(1.0), (2,)), name="stuck")
    p.grad = cg.ones(2)
    return p


def other_shape() -> cg.Variable:
    p = with_gradient([1.0, 2.0])
    p.data = np.zeros(3)
    p.name = "stuck"
    return p


def not_a_leaf() -> cg.Variable:
    p = cg.Variable([1.0, 2.0]) * 0.5
    p.name = "stuck"
    return p


REFUSED = [
    (read_only, "read-only"),
    (broadcast, "read-only"),
    (other_shape, r"shape \(3,\) has a gradient of shape \(2,\)"),
    (not_a_leaf, "not a leaf"),
]


@pytest.mark.parametrize(("bad", "message"), REFUSED)
@pytest.mark.parametrize("make", ALL)
def test_bad_parameters_change_nothing(
    make: Callable[[], Optimizer], bad: Callable[[], cg.Variable], message: str
) -> None:
    called = []
    good, stuck, optimizer = with_gradient([1.0]), bad(), make()
    optimizer.update(good)
    optimizer.add_hook(called.append)
    before, value, kept = optimizer.state_dict(good), good.item(), stuck.data.copy()
    with pytest.raises(ValueError, match=f"update: .*stuck.*{message}|update: stuck.*{message}"):
        optimizer.update([good, stuck])
    assert good.item() == value and called == []
    np.testing.assert_equal(optimizer.state_dict(good), before)
    np.testing.assert_array_equal(stuck.data, kept)


def test_a_parameter_of_another_shape_than_its_state() -> None:
    p, q, optimizer = with_gradient([1.0, 2.0]), with_gradient([1.0]), Adam()
    optimizer.update([q, p])
    p.cleargrad()
    p.data = np.zeros(3)
    p.grad = cg.ones(3)
    before = q.item()
    with pytest.raises(ValueError, match=r"had shape \(2,\) in the steps before"):
        optimizer.update([q, p])
    assert q.item() == before and optimizer.state_dict(q)["0.steps"] == 1


@pytest.mark.parametrize("bad", [3, "w", ["w"], [1.0], {"w": cg.Variable(1.0)}, [[cg.ones(1)]]])
def test_what_is_no_model(bad: Any) -> None:
    for act in (SGD().update, SGD().setup, SGD().state_dict):
        with pytest.raises(TypeError, match=f"SGD.{act.__name__}: .*not (int|str|float|list)"):
            act(bad)


def test_no_model_at_all() -> None:
    for act in (Adam().update, Adam().state_dict, lambda: Adam().load_state_dict({})):
        with pytest.raises(RuntimeError, match="call setup"):
            act()


def test_a_failing_hook_leaves_the_parameters() -> None:
    p = with_gradient([1.0])

    def fail(parameters: list[cg.Variable]) -> None:
        raise KeyError("hook")

    optimizer = Adam(hooks=[fail])
    with pytest.raises(KeyError):
        optimizer.update(p)
    assert p.item() == 1.0 and optimizer.state_dict(p)["0.steps"] == 0


def test_hooks_run_in_order_on_what_has_a_gradient() -> None:
    seen: list[Any] = []
    p, q = with_gradient([1.0]), cg.Variable([1.0])
    optimizer = SGD(0.5, hooks=[lambda ps: seen.append(("first", ps))])
    optimizer.add_hook(lambda ps: seen.append(("second", ps)))
    optimizer.update([q, p, p])
    assert [name for name, _ in seen] == ["first", "second"]
    for _, parameters in seen:
        assert len(parameters) == 1 and parameters[0] is p


def test_what_a_hook_does_to_gradients_counts() -> None:
    p, q = with_gradient([1.0]), with_gradient([1.0])

    def hook(parameters: list[cg.Variable]) -> None:
        p.cleargrad()
        q.grad = cg.Variable([2.0])

    SGD(0.25, hooks=[hook]).update([p, q])
    assert (p.item(), q.item()) == (1.0, 0.5)


def test_a_hook_that_spoils_the_shapes_is_found_out() -> None:
    p, q = with_gradient([1.0]), with_gradient([1.0])

    def hook(parameters: list[cg.Variable]) -> None:
        parameters[1].data = np.zeros(4)

    with pytest.raises(ValueError, match="has a gradient of shape"):
        SGD(hooks=[hook]).update([p, q])
    assert p.item() == 1.0


# ---- The memory of each parameter ---------------------------------------------------------------


def test_state_is_not_given_to_a_new_variable_at_the_same_address() -> None:
    optimizer = Momentum(lr=1.0)
    addresses = set()
    for _ in range(50):
        p = with_gradient([0.0])
        addresses.add(id(p))
        optimizer.update(p)
        assert p.item() == -1.0
        del p
    assert len(addresses) < 50
    assert len(optimizer._states) == 1


def test_state_does_not_keep_parameters_and_is_freed() -> None:
    optimizer = Adam()
    kept = with_gradient([0.0])
    for _ in range(5):
        optimizer.update([kept, *(with_gradient(np.zeros(10)) for _ in range(10))])
    gc.collect()
    optimizer.update(with_gradient([0.0]))
    assert len(optimizer._states) == 2
    assert optimizer.state_dict(kept)["0.steps"] == 5


def test_one_optimizer_for_two_models() -> None:
    optimizer, a, b, alone = Adam(), Net(), Net(), Net()
    for seed in range(3):
        a.train(optimizer, 1, seed)
        b.train(optimizer, 1, seed)
    other = Adam()
    for seed in range(3):
        alone.train(other, 1, seed)
    np.testing.assert_array_equal(a.w.data, alone.w.data)
    np.testing.assert_array_equal(b.w.data, alone.w.data)


def test_copies_are_refused() -> None:
    for act in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="state_dict"):
            act(Adam())


# ---- Saved and loaded ---------------------------------------------------------------------------


def through_a_file(state: dict[str, Any]) -> dict[str, Any]:
    file = io.BytesIO()
    np.savez(file, **state)
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        return dict(archive)


@pytest.mark.parametrize("make", ALL)
def test_training_goes_on_bit_for_bit(make: Callable[[], Optimizer]) -> None:
    net, optimizer = Net(), make()
    optimizer.lr = 0.0123
    net.train(optimizer, 7)
    saved = through_a_file(optimizer.state_dict(net))
    weights = net.w.data.copy(), net.b.data.copy()
    net.train(optimizer, 5, seed=1)

    again, fresh = Net(), make()
    again.w.data, again.b.data = weights
    fresh.setup(again).load_state_dict(saved)
    assert fresh.lr == 0.0123
    again.train(fresh, 5, seed=1)
    np.testing.assert_array_equal(again.w.data, net.w.data)
    np.testing.assert_array_equal(again.b.data, net.b.data)
    np.testing.assert_equal(fresh.state_dict(), optimizer.state_dict(net))


def test_what_is_saved() -> None:
    p, q = with_gradient([[1.0, 2.0]]), cg.Variable([1.0])
    optimizer = Adam(0.1).setup([p, q])
    optimizer.update()
    state = optimizer.state_dict()
    settings = ["lr", "beta1", "beta2", "eps"]
    assert list(state) == [*settings, "0.steps", "0.m", "0.v", "1.steps"]
    assert state["0.m"].shape == (1, 2)
    state["0.m"][:] = 77.0
    assert optimizer.state_dict()["0.m"].max() < 1.0, "a copy"
    names = list(Adam().state_dict(Net()))
    assert names == [*settings, "layer.b.steps", "layer.w.steps"]


def test_what_is_loaded_is_copied() -> None:
    p = with_gradient([1.0])
    optimizer = Momentum().setup(p)
    optimizer.update()
    state = optimizer.state_dict()
    optimizer.load_state_dict(state)
    optimizer.update()
    assert state["0.buffer"].item() == 1.0


def spoil(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda state: state.update(changes)


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda state: state.pop(key)


MISMATCHES: list[tuple[Callable[[dict[str, Any]], None], type[Exception], str]] = [
    (drop("beta1"), ValueError, "there is no 'beta1'"),
    (drop("layer.w.m"), ValueError, "there is no 'layer.w.m'"),
    (drop("layer.w.steps"), ValueError, "'layer.w.steps'"),
    (spoil(momentum=0.9), ValueError, "no place for 'momentum'"),
    (spoil(**{"layer.c.steps": 0}), ValueError, "no place for 'layer.c.steps'"),
    (spoil(**{"layer.w.m": np.zeros((2, 3))}), ValueError, r"'layer.w.m' .*\(3, 2\), got .*\(2, 3"),
    (spoil(**{"layer.w.v": np.full((3, 2), "x")}), ValueError, "'layer.w.v' must be real"),
    (spoil(**{"layer.w.steps": -1}), ValueError, "'layer.w.steps' must be an int"),
    (spoil(**{"layer.w.steps": 1.5}), ValueError, "'layer.w.steps' must be an int"),
    (spoil(**{"layer.w.steps": 2**63 - 1}), ValueError, "'layer.w.steps' must be an int"),
    (spoil(lr=-1.0), ValueError, "lr must be"),
    (spoil(eps="small"), TypeError, "eps must be a number"),
    (spoil(beta2=np.zeros(2)), TypeError, "beta2 must be a number"),
]


@pytest.mark.parametrize(("change", "error", "message"), MISMATCHES)
def test_a_state_that_does_not_fit_changes_nothing(
    change: Callable[[dict[str, Any]], None], error: type[Exception], message: str
) -> None:
    net, optimizer = Net(), Adam()
    net.train(optimizer, 2)
    before = optimizer.state_dict(net)
    state = {**optimizer.state_dict(net), "lr": 0.5}
    change(state)
    with pytest.raises(error, match=f"Adam.load_state_dict: .*{message}"):
        optimizer.load_state_dict(state, net)
    np.testing.assert_equal(optimizer.state_dict(net), before)


def test_the_state_of_another_optimizer() -> None:
    net = Net()
    with pytest.raises(ValueError, match="no place for 'beta1', 'beta2', 'eps'"):
        SGD().load_state_dict(Adam().state_dict(net), net)


# ---- The compiled step --------------------------------------------------------------------------


def test_the_step_itself_refuses_nonsense() -> None:
    p = with_gradient([1.0])
    with pytest.raises(ValueError, match="no update rule"):
        step(99, [p], {}, lambda t: (), "here")
    with pytest.raises(ValueError, match="no update rule"):
        step(-1, [p], {}, lambda t: (), "here")
    with pytest.raises(ValueError, match="constants, at most"):
        step(0, [p], {}, lambda t: (0.0,) * 9, "here")
    with pytest.raises(TypeError):
        step(0, [p], {id(p): "state"}, lambda t: (0.1,), "here")
    with pytest.raises(ValueError, match="another rule"):
        step(0, [p], {id(p): State(p, 1, [np.zeros(1)])}, lambda t: (0.1,), "here")
    with pytest.raises(TypeError, match="here: a parameter must be a Variable"):
        ready([1.0], "here")  # type: ignore[list-item]
    with pytest.raises(ValueError, match="steps"):
        State(p, -1, [])
    assert p.item() == 1.0


def test_power() -> None:
    for base in (0.9, 0.999, 0.0, 1.5):
        for exponent in (0, 1, 2, 3, 10, 77, 1000):
            assert power(base, exponent) == pytest.approx(base**exponent, rel=1e-12)
    assert power(0.999, 10**12) == 0.0


def test_threads_update_their_own_parameters() -> None:
    """Long arrays let go of the GIL; what one thread exchanges, the other's kernel still has."""
    optimizer = Adam()
    parameters = [with_gradient(np.zeros(20_000)) for _ in range(4)]
    stop = threading.Event()

    def exchange() -> None:
        while not stop.is_set():
            for p in parameters:
                p.data = np.zeros(20_000)
                p.grad = cg.Variable(np.ones(20_000))

    other = threading.Thread(target=exchange)
    other.start()
    try:
        for _ in range(50):
            optimizer.update(parameters)
    finally:
        stop.set()
        other.join()
    assert all(optimizer.state_dict(parameters)[f"{k}.steps"] == 50 for k in range(4))
    assert all(np.isfinite(p.data).all() for p in parameters)


def test_parameters_that_are_views_of_each_other() -> None:
    x = cg.Variable(np.zeros((2, 3)))
    y = cg.Variable(x.T)
    for pair in ([x, y], [y, x]):
        x.grad, y.grad = cg.ones(2, 3), cg.ones(3, 2)
        SGD(lr=1.0).update(pair)
    np.testing.assert_array_equal(x.data, np.full((2, 3), -4.0))


def test_what_belonged_to_a_dead_parameter_goes_with_the_next_update() -> None:
    x, y = cg.Variable(1.0), cg.Variable(2.0)
    x.grad, y.grad = cg.Variable(1.0), cg.Variable(1.0)
    optimizer = Adam()
    optimizer.update([x, y])
    del y
    optimizer.update([x])
    assert len(optimizer._states) == 1


def test_pairs_of_params_are_taken_by_their_variables() -> None:
    layer = Linear(1, in_size=2, rng=0)
    layer([[1.0, 2.0]]).backward()
    before = layer.w.data.copy()
    optimizer = SGD(lr=0.1).setup(layer.params())
    optimizer.update()
    np.testing.assert_array_equal(layer.w.data, before - 0.1 * np.array([[1.0], [2.0]]))


@pytest.mark.parametrize("empty", [[], (), Linear(3).params()])
def test_no_parameters_at_all(empty: Any) -> None:
    with pytest.raises(ValueError, match="no parameters.*give the layer or the model itself"):
        SGD().setup(empty)
    with pytest.raises(ValueError, match="no parameters"):
        SGD().update(empty)


class InAList(Model):
    """Its weights are no parameters."""

    def __init__(self) -> None:
        self.weights = [cg.ones(2, 2), cg.ones(2, 1)]


@pytest.mark.parametrize("empty", [InAList(), Linear(3)])
def test_a_model_without_parameters(empty: Any) -> None:
    optimizer = SGD().setup(empty)  # it may get them from its first batch
    called: list[Any] = []
    optimizer.add_hook(called.append)
    for arguments in ((), (empty,)):
        with pytest.raises(
            ValueError, match="SGD.update: there are no parameters in the (InAL|Lin)"
        ):
            optimizer.update(*arguments)
    assert called == []


def test_the_model_in_place_of_the_rate() -> None:
    with pytest.raises(TypeError, match="lr must be a number, not Parameters; the model is for"):
        SGD(Linear(3).params())
