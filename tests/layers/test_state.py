"""state_dict and load_state_dict: all of it fits, or nothing is changed."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.layers as L


def network(in_size: int | None = 2) -> L.Sequential:
    return L.Sequential(L.Linear(3, in_size, rng=0), L.LayerNorm(3), L.LSTM(4, 3, rng=1))


def equal(a: Any, b: Any) -> bool:
    return a.keys() == b.keys() and all(np.array_equal(a[n], b[n], equal_nan=True) for n in a)


def test_the_state_is_copied() -> None:
    net = network()
    state = net.state_dict()
    assert list(state) == [name for name, _ in net.params()]
    state["steps.0.w"][...] = 7.0
    assert net[0].w.data.max() < 7.0
    net.load_state_dict(state)
    state["steps.0.w"][...] = 8.0
    assert net[0].w.data.max() == 7.0


def test_loading_keeps_variables_and_their_memory() -> None:
    net = network()
    before = [(p, p.data) for _, p in net.params()]
    state = {name: array + 1.0 for name, array in net.state_dict().items()}
    net.load_state_dict(state)
    for (name, p), (q, memory) in zip(net.params(), before, strict=True):
        assert p is q
        assert np.shares_memory(p.data, memory)
        assert np.array_equal(memory, state[name])


def test_special_values_come_back_bit_for_bit() -> None:
    layer, other = L.Linear(2, in_size=3), L.Linear(2, in_size=3)
    layer.w.data[...] = [[0.0, -0.0], [np.inf, np.nan], [5e-324, 0.1]]
    other.load_state_dict(layer.state_dict())
    assert other.w.data.tobytes() == layer.w.data.tobytes()


def test_anything_array_like_is_taken() -> None:
    layer = L.Linear(2, in_size=1)
    layer.load_state_dict({"w": cg.Variable([[1.0, 2.0]]), "b": np.array([3, 4], np.int8)})
    assert (layer.w.data.tolist(), layer.b.data.tolist()) == ([[1.0, 2.0]], [3.0, 4.0])


def test_parameters_may_change_places() -> None:
    layer = L.Layer()
    layer.a, layer.b = cg.Variable([1.0, 2.0]), cg.Variable([3.0, 4.0])
    layer.load_state_dict({"a": layer.b.data, "b": layer.a.data})
    assert (layer.a.data.tolist(), layer.b.data.tolist()) == ([3.0, 4.0], [1.0, 2.0])


def test_every_difference_is_listed_and_nothing_is_changed() -> None:
    net = network()
    before = net.state_dict()
    state = {name: array + 1.0 for name, array in before.items()}
    del state["steps.0.b"], state["steps.2.wh"]
    state["steps.0.w"] = np.ones((4, 3))
    state["steps.1.beta"] = np.array(["a", "b", "c"])
    state["steps.1.gamma"] = [[1.0], [2.0, 3.0]]  # type: ignore[assignment]
    state["steps.2.b"] = np.ones(16) * 1j
    state["else"] = np.ones(2)
    with pytest.raises(ValueError, match="does not fit, nothing was loaded") as caught:
        net.load_state_dict(state)
    lines = [line.strip().partition(" (")[0] for line in str(caught.value).splitlines()]
    assert lines == [
        "Sequential.load_state_dict: the state does not fit, nothing was loaded",
        "missing: steps.0.b",
        "missing: steps.2.wh",
        "unexpected: else",
        "steps.0.w: has shape",
        "steps.1.beta: is not an array of real numbers",
        "steps.1.gamma: is not an array of real numbers",
        "steps.2.b: is not an array of real numbers",
    ]
    assert "steps.0.w: has shape (4, 3), where (2, 3) is needed" in str(caught.value)
    assert equal(net.state_dict(), before)


def test_read_only_memory_is_refused() -> None:
    fixed = np.ones(2)
    fixed.flags.writeable = False
    layer = L.Layer()
    layer.a, layer.b = cg.zeros(2), cg.Variable(fixed)
    with pytest.raises(ValueError, match=r"b: this layer's own array is read-only"):
        layer.load_state_dict({"a": np.ones(2), "b": np.ones(2)})
    assert layer.a.data.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("state", [None, [("w", 1.0)], 3])
def test_a_state_is_a_mapping(state: Any) -> None:
    with pytest.raises(TypeError, match=r"Linear\.load_state_dict: the state must be a dict"):
        L.Linear(1, in_size=1).load_state_dict(state)


def test_names_that_are_no_strings_are_unexpected() -> None:
    layer = L.Linear(1, in_size=1)
    with pytest.raises(ValueError, match="unexpected: 3"):
        layer.load_state_dict({**layer.state_dict(), 3: 1.0})  # type: ignore[dict-item]


# ---- Layers that have not seen a batch --------------------------------------------------------


LATE = [
    (lambda n: L.Linear(3, n), 2),
    (lambda n: L.Linear(3, n, bias=False), 2),
    (lambda n: L.RNN(3, n), 2),
    (lambda n: L.LSTM(3, n), 2),
    (lambda n: L.GRU(3, n), 2),
    (lambda n: L.LayerNorm(n), 4),
    (lambda n: L.BatchNorm(n), 4),
    (lambda n: L.Conv2d(3, (2, 1), in_channels=n), 4),
]


@pytest.mark.parametrize(("make", "size"), LATE)
def test_the_input_size_is_taken_from_the_state(make: Any, size: int) -> None:
    known, late = make(size), make(None)
    for _, p in known.params():
        p.data[...] = np.random.default_rng(0).normal(size=p.shape)
    net = L.Sequential(late)
    net.load_state_dict({f"steps.0.{n}": a for n, a in known.state_dict().items()})
    assert late.in_size == size
    assert equal(late.state_dict(), known.state_dict())
    assert [name for name, _ in late.params()] == [name for name, _ in known.params()]
    assert repr(late) == repr(known)


@pytest.mark.parametrize(("make", "size"), LATE)
def test_a_state_that_does_not_fit_makes_no_parameters(make: Any, size: int) -> None:
    late = make(None)
    state = make(size).state_dict()
    first = next(iter(state))
    for bad in (
        {},
        {**state, "x": np.ones(1)},
        {n: a for n, a in state.items() if n != first},
        {n: a[..., None] for n, a in state.items()},
        {n: a[:0] for n, a in state.items()},
    ):
        with pytest.raises(ValueError, match="nothing was loaded"):
            late.load_state_dict(bad)
        assert late.in_size is None
        assert len(late.params()) == 0
    late.load_state_dict(state)


def test_parts_that_disagree_about_the_input_size() -> None:
    layer = L.BatchNorm()
    state = {**L.BatchNorm(3).state_dict(), "running_var": np.ones(4)}
    with pytest.raises(ValueError, match=r"running_var: has shape \(4,\), where \(3,\) is needed"):
        layer.load_state_dict(state)
    assert layer.in_size is None


def test_what_is_needed_is_said_as_far_as_it_is_known() -> None:
    with pytest.raises(ValueError, match=r"w: has shape \(3,\), where \(any, 5\) is needed"):
        L.Linear(5).load_state_dict({"w": np.ones(3), "b": np.ones(5)})


def test_no_state_without_parameters() -> None:
    net = L.Sequential(L.Linear(3, in_size=2), L.Linear(4))
    with pytest.raises(RuntimeError, match=r"Linear\(4\), 'steps.1', has no parameters yet"):
        net.state_dict()
    with pytest.raises(RuntimeError, match=r"Linear.state_dict: Linear\(4\) has no parameters"):
        net[1].state_dict()


def test_a_late_layer_that_is_shared() -> None:
    net = L.Layer()
    net.a = net.b = L.Linear(2)
    net.load_state_dict({"a.w": np.ones((3, 2)), "a.b": np.zeros(2)})
    assert net.b(np.ones(3)).data.tolist() == [3.0, 3.0]
