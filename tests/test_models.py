"""MLP and LSTM: what they compute, that training repeats itself, and memory in a long run."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
import cygrad.models as M


def descend(model: L.Layer, rate: float) -> None:
    for _, parameter in model.params():
        if parameter.grad is not None:
            parameter.data -= rate * parameter.grad.data


# ---- MLP --------------------------------------------------------------------------------------


def test_mlp_is_its_layers() -> None:
    model = M.MLP([5, 4, 2], rng=0)
    x = cg.randn(3, 7, 6, rng=1)
    y = model(x)
    a, b, c = model.linears
    expected = c(F.sigmoid(b(F.sigmoid(a(x)))))
    assert y.shape == (3, 7, 2)
    assert np.array_equal(y.data, expected.data)
    assert [layer.w.shape for layer in model.linears] == [(6, 5), (5, 4), (4, 2)]


def test_names_of_more_than_ten_layers() -> None:
    model = M.MLP([1] * 12, rng=0)
    model([[1.0]])
    names = [name for name, _ in model.params()]
    assert names == [f"linears.{i}.{p}" for i in range(12) for p in "bw"]


def test_the_activation_may_be_a_layer() -> None:
    model = M.MLP([3, 1], activation=L.Sequential(F.tanh, L.Linear(3)), rng=0)
    model([[1.0, 2.0]])
    assert "activation.steps.1.w" in model.params()


def test_layers_have_numbers_of_their_own() -> None:
    model = M.MLP([2, 2, 2], rng=0)
    model(np.ones((1, 2)))
    w = [layer.w.data for layer in model.linears]
    assert not np.array_equal(w[0], w[1])
    assert not np.array_equal(w[1], w[2])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([],), ValueError),
        (([3, 0],), ValueError),
        (([3, -1],), ValueError),
        ((3,), TypeError),
        (("3",), TypeError),
        (([3, "1"],), TypeError),
        (([3], 2), TypeError),
        (([3], F.tanh, "seed"), TypeError),
    ],
)
def test_wrong_arguments_of_an_mlp(arguments: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"MLP|Linear"):
        M.MLP(*arguments)


def losses(rng: Any, steps: int = 30) -> list[float]:
    """Of an MLP that learns a sine."""
    x = cg.rand(40, 1, rng=5).data
    model = M.MLP([10, 1], rng=rng)
    result = []
    for _ in range(steps):
        loss = F.mean_squared_error(model(x), np.sin(6.0 * x))
        model.cleargrads()
        loss.backward()
        descend(model, 0.2)
        result.append(loss.item())
    return result


def test_the_same_seed_gives_the_same_losses() -> None:
    first = losses(3)
    assert first[-1] < first[0]
    assert losses(3) == first
    assert losses(np.random.default_rng(3)) == first
    assert losses(4) != first


def test_training_goes_on_where_it_was_saved(tmp_path: Path) -> None:
    x = cg.rand(40, 1, rng=5).data

    def step(model: M.MLP) -> float:
        loss = F.mean_squared_error(model(x), np.sin(6.0 * x))
        model.cleargrads()
        loss.backward()
        descend(model, 0.2)
        return loss.item()

    model, other = M.MLP([10, 1], rng=0), M.MLP([10, 1])
    for _ in range(5):
        step(model)
    model.save(tmp_path / "model.npz")
    expected = [step(model) for _ in range(5)]
    other.load(tmp_path / "model.npz")
    assert [step(other) for _ in range(5)] == expected


def test_a_file_of_another_model_is_refused(tmp_path: Path) -> None:
    M_lstm = M.LSTM(3, 1, rng=0)
    M_lstm(np.ones((2, 2)))
    M_lstm.save(tmp_path / "lstm")
    model = M.MLP([10, 1], rng=0)
    with pytest.raises(ValueError, match=r"MLP.load: .*lstm' does not fit") as caught:
        model.load(tmp_path / "lstm")
    assert "missing: linears.0.w" in str(caught.value)
    assert "unexpected: lstm.wx" in str(caught.value)
    assert len(model.params()) == 0


# ---- LSTM -------------------------------------------------------------------------------------


def test_lstm_is_its_layers() -> None:
    model = M.LSTM(4, 2, rng=0)
    x = cg.randn(3, 5, rng=1)
    model(x)
    y = model(x)
    model.reset_state()
    model.lstm(x)
    assert np.array_equal(y.data, model.linear(model.lstm(x)).data)
    assert [name for name, _ in model.params()] == [
        "linear.b",
        "linear.w",
        "lstm.b",
        "lstm.wh",
        "lstm.wx",
    ]


def test_reset_state() -> None:
    model = M.LSTM(4, 2, rng=0)
    first = model(np.ones((3, 1))).data
    assert not np.array_equal(model(np.ones((3, 1))).data, first)
    model.reset_state()
    assert np.array_equal(model(np.ones((3, 1))).data, first)
    with pytest.raises(ValueError, match="reset_state"):
        model(np.ones((2, 1)))


@pytest.mark.parametrize("arguments", [(0, 1), (4, 0), (4, -1)])
def test_wrong_sizes_of_an_lstm(arguments: Any) -> None:
    with pytest.raises(ValueError, match="size must be at least 1"):
        M.LSTM(*arguments)


def window(model: L.Layer, start: int, steps: int) -> cg.Variable:
    """The loss of some steps of a sine, learned from by truncated backpropagation."""
    loss: Any = 0.0
    for t in range(start, start + steps):
        now, then = np.sin([[0.3 * t]]), np.sin([[0.3 * t + 0.3]])
        loss = loss + (model(now) - then) ** 2
    model.cleargrads()
    loss.backward()
    loss.unchain_backward()
    descend(model, 0.005)
    return loss


@pytest.mark.parametrize("kind", [L.RNN, L.LSTM, L.GRU])
def test_windows_of_a_sequence_are_learned_from(kind: Any) -> None:
    def run() -> list[float]:
        model = L.Sequential(kind(8, rng=0), L.Linear(1, rng=1))
        return [window(model, start, 20).item() for start in range(0, 3000, 20)]

    first = run()
    assert np.mean(first[-10:]) < 0.1 * np.mean(first[:10])
    assert run() == first


def test_gradients_do_not_reach_behind_a_window() -> None:
    model = M.LSTM(3, 1, rng=0)
    window(model, 0, 3)
    other = M.LSTM(3, 1)
    other.load_state_dict(model.state_dict())
    h, c = model.lstm._h, model.lstm._c
    other.lstm._h, other.lstm._c = cg.Variable(h.data.copy()), cg.Variable(c.data.copy())
    window(model, 3, 4)
    window(other, 3, 4)
    for (name, p), (_, q) in zip(model.params(), other.params(), strict=True):
        assert np.array_equal(p.grad.data, q.grad.data), name


def test_memory_is_flat_over_10_000_windows(no_collector: None) -> None:
    model = M.LSTM(2, 1, rng=0)
    steps = 2
    for start in range(100):
        window(model, start, steps)
    tracemalloc.start()
    try:
        window(model, 100, steps)
        before, _ = tracemalloc.get_traced_memory()
        for start in range(101, 10_100):
            window(model, start, steps)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 10_000  # less than a byte a window
