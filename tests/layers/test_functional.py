"""functional_call: a model as a function of its parameters."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
import cygrad.models as M
from differences import central

X = np.random.default_rng(7).normal(size=(5, 2))


def network() -> L.Sequential:
    return L.Sequential(L.Linear(3, 2, rng=0), F.tanh, L.Linear(1, 3, rng=1))


def moved(net: L.Layer, by: float = 0.1) -> dict[str, Any]:
    return {name: array + by for name, array in net.state_dict().items()}


def loaded(net: L.Layer, state: dict[str, Any]) -> L.Layer:
    net.load_state_dict(state)
    return net


def held(net: L.Layer) -> list[tuple[str, int, bytes]]:
    return [(name, id(p), p.data.tobytes()) for name, p in net.params()]


def test_it_is_the_model_with_these_parameters() -> None:
    net = network()
    before, params = held(net), moved(net)
    y = cg.functional_call(net, params, X)
    assert held(net) == before
    assert np.array_equal(y.data, loaded(network(), params)(X).data)
    assert not np.array_equal(y.data, net(X).data)
    assert np.array_equal(cg.functional_call(net, net.params(), X).data, net(X).data)


def test_what_is_missing_is_the_models_own() -> None:
    net = network()
    given = cg.Variable(np.ones(3))
    cg.functional_call(net, {"steps.0.b": given}, X).sum().backward()
    assert given.grad is not None
    assert [name for name, p in net.params() if p.grad is None] == ["steps.0.b"]


def test_keywords_are_the_models() -> None:
    class Scaled(L.Layer):
        def __init__(self) -> None:
            self.w = cg.Variable(2.0)

        def forward(self, params: float, model: float) -> cg.Variable:
            return self.w * params * model

    assert cg.functional_call(Scaled(), {"w": 3.0}, params=5.0, model=7.0).item() == 105.0


def test_the_gradient_is_the_difference() -> None:
    net = network()
    params = moved(net)

    def loss(params: Any) -> Any:
        return F.sum(cg.functional_call(net, params, X) ** 2)

    value, slopes = cg.value_and_grad(loss)(params)
    assert value == loss(params).item()
    for name, slope in slopes.items():
        (expected,) = central(lambda p, n=name: loss({**params, n: p}).item(), [params[name]])
        np.testing.assert_allclose(slope, expected, rtol=1e-6, atol=1e-8)
    bends = cg.hessian(loss)(params)
    again = cg.jacobian(cg.grad(loss))(params)
    for a in params:
        for b in params:
            np.testing.assert_allclose(bends[a][b], again[a][b], rtol=1e-12, atol=1e-12)
    assert all(p.grad is None for _, p in net.params())


def test_gradients_flow_through_an_update() -> None:
    """As meta-learning has it: a step of gradient descent, differentiated by where it began."""
    net = network()
    own = dict(net.params())

    def loss(params: Any) -> Any:
        return F.sum(cg.functional_call(net, params, X) ** 2)

    def after_a_step(params: Any) -> Any:
        slopes = cg.grad(loss)(params)
        return loss({name: p - 0.1 * slopes[name] for name, p in params.items()})

    after_a_step(own).backward()
    expected = cg.grad(after_a_step)(net.state_dict())
    for name, p in own.items():
        np.testing.assert_allclose(p.grad.data, expected[name], rtol=1e-13, atol=1e-15)


def test_a_shared_parameter_is_replaced_everywhere() -> None:
    net = L.Layer()
    net.one, net.two = L.Linear(2, 2, bias=False, rng=0), L.Linear(2, 2, bias=False, rng=1)
    net.two.w = net.one.w
    net.forward = lambda x: net.two(net.one(x))
    shared = net.one.w
    assert [name for name, _ in net.params()] == ["one.w"]
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(cg.functional_call(net, {"one.w": w}, X).data, X @ w @ w)
    assert net.one.w is shared and net.two.w is shared


def test_layers_in_lists_and_dicts() -> None:
    class Many(L.Layer):
        def __init__(self) -> None:
            self.parts = [{"a": L.Linear(2, 2, rng=0)}, (L.Linear(2, 2, rng=1),)]

        def forward(self, x: Any) -> Any:
            return self.parts[1][0](self.parts[0]["a"](x))

    net = Many()
    params = moved(net)
    assert np.array_equal(cg.functional_call(net, params, X).data, loaded(Many(), params)(X).data)


def test_unchanged_after_an_error() -> None:
    net = network()
    before = held(net)
    with pytest.raises(ValueError, match="linear"):
        cg.functional_call(net, moved(net), np.ones((5, 9)))
    assert held(net) == before

    class Failing(L.Layer):
        def __init__(self) -> None:
            self.inside = net
            self.w = cg.Variable(1.0)

        def forward(self) -> None:
            self.w = cg.Variable(5.0)
            self.inside.steps.pop()
            raise KeyboardInterrupt

    failing = Failing()
    own, last = failing.w, net[2].w
    with pytest.raises(KeyboardInterrupt):
        cg.functional_call(failing, moved(failing))
    assert failing.w is own and own.item() == 1.0
    net.steps.append(L.Linear(1, 3))
    assert last.data.tobytes() == before[-1][2]


def test_nested_calls() -> None:
    class Twice(L.Layer):
        def __init__(self) -> None:
            self.w = cg.Variable(2.0)

        def forward(self, x: Any, inner: Any = None) -> Any:
            if inner is None:
                return self.w * x
            first = cg.functional_call(self, {"w": inner}, x)
            return first + self.w * x

    net = Twice()
    own = net.w
    assert cg.functional_call(net, {"w": 3.0}, 10.0, inner=5.0).item() == 80.0
    assert net.w is own
    # a step of one call may itself differentiate another
    slope = cg.grad(lambda a: cg.functional_call(net, {"w": a}, 10.0, inner=a * 2.0))(1.0)
    assert slope == 30.0


def test_states_are_the_models() -> None:
    """What a forward keeps it keeps; buffers that are given are changed where they are."""
    norm, given = L.BatchNorm(2), {"running_mean": cg.Variable([1.0, 1.0])}
    given["running_mean"].requires_grad = False
    cg.functional_call(norm, given, X)
    np.testing.assert_allclose(given["running_mean"].data, 0.9 + 0.1 * X.mean(axis=0))
    assert norm.running_mean.data.tolist() == [0.0, 0.0]
    assert norm.running_var.data.tolist() != [1.0, 1.0]
    lstm = M.LSTM(3, 1, rng=0)
    lstm(X)
    own, params = dict(lstm.params()), moved(lstm)
    lstm.reset_state()
    first = cg.functional_call(lstm, params, X)
    second = cg.functional_call(lstm, params, X)
    assert not np.array_equal(first.data, second.data)
    other = loaded(M.LSTM(3, 1, rng=0), params)
    assert [np.array_equal(other(X).data, y.data) for y in (first, second)] == [True, True]
    assert all(p is own[name] for name, p in lstm.params())


def test_a_checkpoint_inside_runs_again_with_the_same_parameters() -> None:
    class Kept(L.Layer):
        def __init__(self) -> None:
            self.line = L.Linear(2, 2, rng=0)

        def forward(self, x: Any) -> Any:
            return F.sum(cg.checkpoint(self.line)(x) ** 2)

    net = Kept()
    own, params = held(net), {name: cg.Variable(a) for name, a in moved(net).items()}
    cg.functional_call(net, params, X).backward()
    plain = {name: cg.Variable(p.data) for name, p in params.items()}
    F.sum((F.linear(X, plain["line.w"], plain["line.b"])) ** 2).backward()
    for name, p in params.items():
        np.testing.assert_allclose(p.grad.data, plain[name].grad.data, rtol=1e-14)
    assert held(net) == own
    checkpointed = cg.checkpoint(lambda p: cg.functional_call(net, p, X))
    slopes = cg.grad(checkpointed)(params)
    for name, p in params.items():
        np.testing.assert_allclose(slopes[name].data, p.grad.data, rtol=1e-14)
    assert held(net) == own


@pytest.mark.parametrize("kind", ["arrays", "Variables"])
@pytest.mark.parametrize("transform", [cg.grad, cg.value_and_grad, cg.hessian, lambda f: f])
def test_compiled_it_is_captured_once(transform: Any, kind: str) -> None:
    net = network()

    def loss(params: Any, x: Any) -> Any:
        return F.sum(cg.functional_call(net, params, x) ** 2)

    eager, compiled = transform(loss), cg.compile(transform(loss))
    before = held(net)
    for k in range(5):
        params = moved(net, 0.1 * k)
        if kind == "Variables":
            params = {name: cg.Variable(p) for name, p in params.items()}
        del params["steps.2.b"]  # stays the model's own
        x = X + k
        assert repr(compiled(params, x)) == repr(eager(params, x))
    assert held(net) == before
    assert (compiled.captures, compiled.replays) == (1, 4)
    net[2].b.data[...] = 7.0
    assert repr(compiled(params, x)) == repr(eager(params, x))
    assert compiled.captures == 1


def test_a_state_in_a_compiled_call() -> None:
    net, other = M.LSTM(3, 1, rng=0), M.LSTM(3, 1, rng=0)
    net(X), other(X)
    params = moved(net)
    net.reset_state(), other.reset_state()
    compiled = cg.compile(lambda p, x: cg.functional_call(net, p, x))
    for k in range(4):
        y, z = compiled(params, X + k), cg.functional_call(other, params, X + k)
        np.testing.assert_array_equal(y.data, z.data)
    assert all(
        p.data.tobytes() == q.data.tobytes()
        for (_, p), (_, q) in zip(net.params(), other.params(), strict=True)
    )


@pytest.mark.parametrize(
    ("attempt", "error", "words"),
    [
        (lambda: cg.functional_call(F.sin, {}, 1.0), TypeError, "must be a layer"),
        (lambda: cg.functional_call(network(), [1.0], X), TypeError, r"dict\(model.params\(\)\)"),
        (lambda: cg.functional_call(network(), {"w": 1.0}, X), ValueError, "unexpected: w"),
        (lambda: cg.functional_call(network(), {1: 1.0}, X), ValueError, "unexpected: 1"),
        (
            lambda: cg.functional_call(network(), {"steps.0.b": [1.0], "a": 2.0}, X),
            ValueError,
            r"unexpected: a\n  steps.0.b: has shape \(1,\), where \(3,\) is needed",
        ),
        (
            lambda: cg.functional_call(network(), {"steps.0.b": "abc"}, X),
            TypeError,
            "functional_call: Sequential's steps.0.b: data must be real numbers",
        ),
        (
            lambda: cg.functional_call(L.Sequential(L.Linear(2)), {"steps.0.b": [1.0, 2.0]}, X),
            ValueError,
            r"unexpected: steps.0.b\n  steps.0: Linear\(2\) has no parameters yet",
        ),
    ],
)  # fmt: skip
def test_refusals(attempt: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        attempt()
