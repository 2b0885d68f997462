"""Numbers changed between the forward and the backward pass: an error, or the gradient of before."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.optimizers import SGD, Adam
from operations import OPERATIONS, Operation

CHANGED = "changed since the forward pass"

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)
both_modes = pytest.mark.parametrize("create_graph", [False, True])


def other_numbers(x: np.ndarray) -> np.ndarray:
    """Numbers of the same range, but for one."""
    other = x.reshape(-1)[::-1].reshape(x.shape).copy()
    return other if not np.array_equal(other, x) else x * 0.75


def run(operation: Operation) -> tuple[list[cg.Variable], cg.Variable, cg.Variable]:
    xs = [cg.Variable(x.copy()) for x in operation.inputs]
    y = operation.call(*xs)
    y = y if isinstance(y, cg.Variable) else y[0]
    weights = np.cos(np.arange(1.0, y.size + 1.0)).reshape(y.shape)
    return xs, y, F.sum(y * weights)


def gradients(xs: list[cg.Variable], loss: cg.Variable, create_graph: bool) -> list[Any]:
    loss.backward(create_graph=create_graph)
    return [None if x.grad is None else x.grad.data.copy() for x in xs]


def same(a: list[Any], b: list[Any]) -> bool:
    return all(
        (p is None) == (q is None) and (p is None or np.array_equal(p, q, equal_nan=True))
        for p, q in zip(a, b, strict=True)
    )


def in_place(v: cg.Variable) -> None:
    array = v.data
    array[...] = other_numbers(array)
    v.data = array  # as v.data -= ... does


def replaced(v: cg.Variable) -> None:
    v.data = other_numbers(v.data)


@every_operation
@both_modes
def test_what_a_gradient_is_computed_from(operation: Operation, create_graph: bool) -> None:
    """A write that would change a gradient raises; one that does not raise changes none."""
    xs, y, loss = run(operation)
    expected = gradients(xs, loss, create_graph)
    for k in range(len(xs) + 1):
        for write in (in_place, replaced):
            xs, y, loss = run(operation)
            if write is in_place and not [*xs, y][k].data.flags.writeable:
                continue
            write([*xs, y][k])
            try:
                found = gradients(xs, loss, create_graph)
            except RuntimeError as error:
                assert CHANGED in str(error)
                assert all(x.grad is None for x in xs)
            else:
                assert same(found, expected), f"array {k}, {write.__name__}"


# What is not computed from an array, as a derivative, does not care for it.
CAREFREE = {
    "add": lambda x: x + 1.0,
    "add of two": lambda x: x + x,
    "sub": lambda x: 2.0 - x,
    "neg": lambda x: -x,
    "times a number": lambda x: 3.0 * x,
    "sum": F.sum,
    "mean": lambda x: F.mean(x, axis=0),
    "reshape": lambda x: F.reshape(x, -1),
    "transpose": lambda x: x.T,
    "broadcast": lambda x: F.broadcast_to(x, (4, 2, 3)),
    "concat": lambda x: F.concat([x, x]),
    "stack": lambda x: F.stack([x, x]),
    "slice": lambda x: x[:, 1:],
    "gather": lambda x: x[[0, 0, 1]],
    "cumsum": lambda x: F.cumsum(x, axis=1),
    "exp": F.exp,  # from its result
    "sqrt": F.sqrt,
    "greater": lambda x: F.where(x.data > 0.5, 2.0 * x, x),
    "product with a constant": lambda x: x @ np.ones((3, 2)),
}


@pytest.mark.parametrize("name", CAREFREE)
@both_modes
def test_a_rule_that_reads_nothing_does_not_care(name: str, create_graph: bool) -> None:
    x = cg.Variable(np.arange(1.0, 7.0).reshape(2, 3))
    loss = F.sum(CAREFREE[name](x))
    expected = gradients([x], F.sum(CAREFREE[name](x)), create_graph)
    x.cleargrad()
    x.data = x.data * 2.0
    assert same(gradients([x], loss, create_graph), expected)


def test_the_error_names_operation_variable_and_remedy() -> None:
    w = cg.Variable([1.0, 2.0], name="w")
    x = cg.Variable([3.0, 4.0])
    loss = F.sum(w * x)
    w.data -= 0.5
    with pytest.raises(RuntimeError, match=r"gradient of Mul .* input w of shape \(2,\).*copy"):
        loss.backward()
    assert w.grad is None
    assert x.grad is None


def test_only_wanted_gradients_count() -> None:
    w = cg.Variable([1.0, 2.0])
    x = cg.Variable([3.0, 4.0], requires_grad=False)
    loss = F.sum(w * x)
    w.data -= 0.5  # only x's gradient would be computed from it
    loss.backward()
    assert w.grad is not None
    np.testing.assert_array_equal(w.grad.data, [3.0, 4.0])


@pytest.mark.parametrize("optimizer", [SGD(lr=0.1), Adam(lr=0.1)], ids=["sgd", "adam"])
def test_two_losses_with_an_update_between(optimizer: Any) -> None:
    w = cg.Variable([1.0, 2.0], name="w")
    first, second = F.sum(w * w), F.sum(w * w * w)
    first.backward()
    optimizer.update([w])
    before = w.grad
    with pytest.raises(RuntimeError, match="input w of shape"):
        second.backward()
    assert w.grad is before
    with pytest.raises(RuntimeError, match=CHANGED):
        first.backward()
    assert second.grad is None


def test_a_second_order_after_a_change() -> None:
    x = cg.Variable(2.0)
    y = x**3
    y.backward(create_graph=True)
    gx = x.grad
    x.cleargrad()
    with cg.no_grad():
        x -= 1.0
    with pytest.raises(RuntimeError, match=CHANGED):
        gx.backward()
    assert x.grad is None


def test_a_transform_of_a_closure_whose_numbers_changed() -> None:
    w = cg.Variable([1.0, 2.0])
    y = w * w
    w.data *= 2.0
    with pytest.raises(RuntimeError, match=CHANGED):
        cg.vjp(lambda a: F.sum(a * y), np.ones(2))[1](1.0)
        F.sum(y).backward()


def test_a_change_before_the_forward_pass_is_none() -> None:
    x = cg.Variable([1.0, 2.0])
    for _ in range(3):
        y = F.sum(x * x)
        y.backward()
        with cg.no_grad():
            x -= 0.1 * x.grad
        x.cleargrad()
    assert x.data[0] == pytest.approx(0.8**3)


def test_views_share_what_is_written() -> None:
    x = cg.Variable(np.arange(6.0).reshape(2, 3))
    y = F.sum(x.T * x.T)
    x.data += 1.0
    with pytest.raises(RuntimeError, match=CHANGED):
        y.backward()


def test_a_transposed_result_in_place() -> None:
    x = cg.Variable(np.arange(6.0).reshape(2, 3))
    y = F.softmax(x, axis=0)
    loss = F.sum(y * y)
    y.data -= 0.5
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()


def test_arrays_of_arguments_count() -> None:
    x, t = cg.Variable(np.ones((2, 3))), cg.Variable([0.2, 0.9], requires_grad=False)
    loss = F.mean_squared_error(x @ np.ones(3), t)
    t.data = np.zeros(2)
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()


def test_hooks_and_load_tell_of_what_they_write() -> None:
    layer = cg.layers.Linear(2, in_size=3)
    loss = F.sum(F.sin(layer(np.ones((1, 3)))) * layer.w[0, 0])
    layer.load_state_dict(layer.state_dict())
    with pytest.raises(RuntimeError, match=CHANGED):
        loss.backward()
    x = cg.Variable([1.0, 2.0])
    F.sum(x * x * x).backward(create_graph=True)
    penalty = F.sum(x.grad * x.grad)
    cg.hooks.ClipValue(0.5)([x])
    with pytest.raises(RuntimeError, match=CHANGED):
        penalty.backward()


def test_long_graphs_and_many_writes() -> None:
    x = cg.Variable(1.0)
    y = x
    for _ in range(100_000):
        y = y * 1.0 + 0.0 * x
    x.data = 2.0
    y.backward()  # no rule reads x
    assert x.grad is not None
    assert x.grad.item() == 1.0


@pytest.mark.parametrize("name", [name for name in CAREFREE if name != "greater"])
def test_another_shape_is_a_change_to_every_rule(name: str) -> None:
    x = cg.Variable(np.arange(1.0, 7.0).reshape(2, 3))
    loss = F.sum(CAREFREE[name](x))
    x.data = np.ones((2, 3, 2))
    with pytest.raises(RuntimeError, match="shape"):
        loss.backward()
    assert x.grad is None


V = cg.Variable


def behind_what_a_checkpoint_closes_over() -> V:
    w, x = V([1.0, 2.0, 3.0]), V(np.ones(3))
    b = w * w
    y = F.sum(cg.checkpoint(lambda x: x * b)(x))
    w.data = w.data * 2.0
    return y


def what_a_checkpoint_closes_over_with_the_same_results() -> V:
    w, x = V(np.ones(3)), V(np.zeros(3))
    y = F.sum(cg.checkpoint(lambda x: x * w)(x))
    w.data = w.data * 5.0
    return y


def nested_checkpoints() -> V:
    w, x = V(np.ones(3)), V(np.zeros(3))
    inner = cg.checkpoint(lambda x: F.sin(x) * w)
    y = F.sum(cg.checkpoint(lambda x: inner(x) + x)(x))
    w.data -= 0.5
    return y


def running_statistics() -> V:
    x = np.random.default_rng(0).normal(size=(7, 3))
    bn = cg.layers.BatchNorm()
    bn(x)
    loss = F.mean_squared_error(F.mean(x * V(np.ones(3)), axis=0), bn.running_mean)
    bn(2.0 * x)
    return loss


def the_result_of_a_decomposition() -> V:
    q, r = cg.linalg.qr(V(np.random.default_rng(2).normal(size=(3, 3))))
    loss = F.sum(q * q * 0.5) + F.sum(F.sin(r))
    q.data *= 2.0
    return loss


def a_pseudo_inverse() -> V:
    p = cg.linalg.pinv(V(np.random.default_rng(2).normal(size=(4, 3))))
    loss = F.sum(p)
    p.data = 2.0 * p.data
    return loss


def an_output_that_a_function_in_python_reads() -> V:
    class Exp(cg.Function):
        def forward(self, x: Any) -> Any:
            return np.exp(x)

        def backward(self, gy: V) -> V:
            return gy * self.outputs[0]

    y = Exp()(V([1.0, 2.0]))
    loss = F.sum(y)
    y.data = y.data * 2.0
    return loss


PROGRAMS = [
    behind_what_a_checkpoint_closes_over,
    what_a_checkpoint_closes_over_with_the_same_results,
    nested_checkpoints,
    running_statistics,
    the_result_of_a_decomposition,
    a_pseudo_inverse,
    an_output_that_a_function_in_python_reads,
]


@pytest.mark.parametrize("program", PROGRAMS)
@both_modes
def test_what_a_trial_found(program: Any, create_graph: bool) -> None:
    with pytest.raises(RuntimeError, match=f"{CHANGED}|returned other numbers"):
        program().backward(create_graph=create_graph)


def test_a_checkpoint_whose_parameters_stay() -> None:
    w, other = V(np.ones(3), name="w"), V(np.ones(3))
    b = F.sin(w)
    y = F.sum(cg.checkpoint(lambda x: F.exp(x * b) + w)(V(np.zeros(3))))
    other.data = np.zeros(3)  # a write that concerns nobody
    y.backward()
    assert w.grad is not None
    np.testing.assert_array_equal(w.grad.data, np.ones(3))


def test_who_takes_the_memory_of_another_changes_only_itself() -> None:
    x, y = V(np.zeros(3), name="x"), V(np.ones(3), name="y")
    of_x, of_y = F.sum(x * x), F.sum(y * y)
    x.data = y.data
    of_y.backward()
    with pytest.raises(RuntimeError, match="input x"):
        of_x.backward()
    later, of_y = F.sum(x * x), F.sum(y * y)
    y.data -= 1.0  # both have it
    for loss in (later, of_y):
        with pytest.raises(RuntimeError, match=CHANGED):
            loss.backward()
    of_y = F.sum(y * y)
    x.data -= 1.0
    with pytest.raises(RuntimeError, match="input y"):
        of_y.backward()
    np.testing.assert_array_equal(y.data, [-1.0] * 3)


def test_small_arrays_beside_a_variable_are_copied() -> None:
    layers = {
        "RNN": cg.layers.RNN(3, in_size=4, rng=0),
        "LSTM": cg.layers.LSTM(3, in_size=4, rng=0),
        "GRU": cg.layers.GRU(3, in_size=4, rng=0),
        "lazy Linear": cg.layers.Linear(3, rng=0),
    }
    for name, layer in layers.items():
        found = []
        for written in (False, True):
            layer.cleargrads()
            if hasattr(layer, "reset_state"):
                layer.reset_state()
            observed, loss = np.zeros((1, 4)), 0.0
            for k in range(3):
                loss = loss + F.sum(layer(observed if written else np.full((1, 4), 0.1 * k)) ** 2)
                observed += 0.1
            loss.backward()
            found.append({n: p.grad.data.copy() for n, p in layer.params() if p.grad is not None})
        for key in found[0]:
            np.testing.assert_allclose(found[1][key], found[0][key], rtol=1e-12, err_msg=name)


def test_a_rule_in_python_that_writes_to_what_others_read() -> None:
    w = cg.Variable([1.0, 2.0], name="w")

    class Writes(cg.Function):
        def forward(self, x: Any) -> Any:
            return x * 1.0

        def backward(self, gy: cg.Variable) -> cg.Variable:
            w.data *= 2.0
            return gy

    x = cg.Variable([3.0, 4.0])
    loss = F.sum(Writes()(w * x))
    with pytest.raises(RuntimeError, match="Mul .* w of shape"):
        loss.backward()
    assert w.grad is None
    assert x.grad is None
