"""Sequential, Flatten, Dropout and Embedding."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L


def test_steps_follow_each_other() -> None:
    first, last = L.Linear(3, rng=0), L.Linear(1, rng=1)
    net = L.Sequential(first, F.tanh, last)
    x = cg.randn(5, 2, rng=2)
    assert np.array_equal(net(x).data, last(F.tanh(first(x))).data)
    assert [name for name, _ in net.params()] == [
        "steps.0.b",
        "steps.0.w",
        "steps.2.b",
        "steps.2.w",
    ]


def test_it_is_a_sequence() -> None:
    net = L.Sequential(L.Linear(3), F.tanh, L.Linear(1))
    assert len(net) == 3
    assert list(net) == [net[0], F.tanh, net[-1]]
    part = net[:2]
    assert isinstance(part, L.Sequential)
    assert list(part) == [net[0], F.tanh]
    with pytest.raises(IndexError):
        net[3]
    net.steps.append(L.Linear(2, in_size=1))
    assert len(net.params()) == 2


def test_more_than_ten_steps_keep_their_order() -> None:
    net = L.Sequential(*(L.Linear(1, in_size=1, bias=False) for _ in range(12)))
    assert [name for name, _ in net.params()] == [f"steps.{i}.w" for i in range(12)]


def test_no_steps() -> None:
    x = cg.ones(2)
    assert L.Sequential()(x) is x
    assert isinstance(L.Sequential()([1.0, 2.0]), cg.Variable)


@pytest.mark.parametrize("step", [3, None, [L.Linear(1)], "tanh"])
def test_what_cannot_be_called_is_refused(step: Any) -> None:
    with pytest.raises(TypeError, match="step 1 is of type"):
        L.Sequential(F.tanh, step)


def test_nested_repr() -> None:
    net = L.Sequential(L.Sequential(L.Flatten(), lambda x: x), F.relu)
    assert repr(net) == (
        "Sequential(\n  0: Sequential(\n    0: Flatten()\n    1: <lambda>\n  )\n  1: relu\n)"
    )


def test_a_convolutional_network_learns() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 40)
    images = rng.normal(size=(40, 1, 8, 8))
    images[labels == 1, 0, 2:5, 2:5] += 2.0
    net = L.Sequential(
        L.Conv2d(4, 3, rng=0),
        L.BatchNorm(),
        F.relu,
        L.MaxPool2d(2),
        L.Flatten(),
        L.Linear(2, rng=1),
    )
    for _ in range(30):
        loss = F.cross_entropy(net(images), labels)
        net.cleargrads()
        loss.backward()
        for _, parameter in net.params():
            parameter.data -= 0.1 * parameter.grad.data
    with cg.test_mode():
        assert float(np.mean(net(images).data.argmax(axis=1) == labels)) == 1.0


@pytest.mark.parametrize(
    ("shape", "flat"), [((5,), (5, 1)), ((5, 2, 3), (5, 6)), ((0, 2, 3), (0, 6)), ((2, 0), (2, 0))]
)
def test_flatten(shape: tuple[int, ...], flat: tuple[int, int]) -> None:
    assert L.Flatten()(np.ones(shape)).shape == flat


def test_a_number_cannot_be_flattened() -> None:
    with pytest.raises(ValueError, match="Flatten"):
        L.Flatten()(1.0)


# ---- Dropout ----------------------------------------------------------------------------------


def test_masks_differ_from_call_to_call_and_repeat_with_the_seed() -> None:
    x = cg.ones(100)
    for seed in (3, np.int64(3)):
        layer, again = L.Dropout(0.5, rng=seed), L.Dropout(0.5, rng=3)
        masks = [layer(x).data for _ in range(3)]
        assert not np.array_equal(masks[0], masks[1])
        assert all(np.array_equal(mask, again(x).data) for mask in masks)
    assert not np.array_equal(L.Dropout()(x).data, L.Dropout()(x).data)


def test_a_generator_is_shared() -> None:
    rng = np.random.default_rng(3)
    a, b = L.Dropout(rng=rng), L.Dropout(rng=rng)
    alone = L.Dropout(rng=3)
    for layer in (a, b, a):
        assert np.array_equal(layer(cg.ones(50)).data, alone(cg.ones(50)).data)


def test_dropout_while_testing() -> None:
    layer = L.Dropout(0.9, rng=0)
    with cg.test_mode():
        assert layer(cg.ones(50)).data.tolist() == [1.0] * 50


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((-0.1,), ValueError),
        ((1.1,), ValueError),
        ((float("nan"),), ValueError),
        (("a",), TypeError),
        ((None,), TypeError),
        ((0.5, "seed"), TypeError),
    ],
)
def test_wrong_arguments_of_dropout(arguments: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="Dropout"):
        L.Dropout(*arguments)


# ---- Embedding --------------------------------------------------------------------------------


def test_embedding() -> None:
    layer = L.Embedding(6, 4, rng=0)
    rows = np.array([[1, 2, 5], [5, 0, 1]])
    y = layer(rows)
    assert np.array_equal(y.data, layer.w.data[rows])
    F.sum(y).backward()
    assert layer.w.grad.data.sum(axis=1).tolist() == [4.0, 8.0, 4.0, 0.0, 0.0, 8.0]
    assert layer(3).shape == (4,)
    assert repr(layer) == "Embedding(6, 4)"


def test_the_first_rows() -> None:
    assert abs(L.Embedding(100, 100, rng=0).w.data.std() - 1.0) < 0.02
    assert np.array_equal(L.Embedding(3, 2, rng=0).w.data, L.Embedding(3, 2, rng=0).w.data)


@pytest.mark.parametrize("rows", [6, [-1], [[0, 7]]])
def test_a_row_that_is_not_there(rows: Any) -> None:
    with pytest.raises(IndexError):
        L.Embedding(6, 4)(rows)


@pytest.mark.parametrize("arguments", [(0, 4), (6, 0), (-1, 4)])
def test_wrong_sizes_of_an_embedding(arguments: Any) -> None:
    with pytest.raises(ValueError, match="Embedding"):
        L.Embedding(*arguments)
