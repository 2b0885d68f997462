"""LayerNorm and BatchNorm as layers; their numbers are those of the functions."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L


@pytest.mark.parametrize("shape", [3, (3,), (2, 3), None])
def test_layer_norm(shape: Any) -> None:
    layer = L.LayerNorm(shape, eps=1e-3)
    x = cg.randn(5, 2, 3, rng=0)
    layer(x)
    size = (2, 3) if shape == (2, 3) else (3,)
    layer.gamma.data[...] = np.random.default_rng(1).normal(size=size)
    layer.beta.data[...] = np.random.default_rng(2).normal(size=size)
    y = layer(x)
    assert np.array_equal(y.data, F.layer_norm(x, layer.gamma, layer.beta, 1e-3).data)
    F.sum(y).backward()
    assert layer.gamma.grad.shape == layer.beta.grad.shape == size
    assert [name for name, _ in layer.params()] == ["beta", "gamma"]


@pytest.mark.parametrize("shape", [(5, 3), (5, 3, 4), (2, 3, 4, 5)])
def test_batch_norm(shape: tuple[int, ...]) -> None:
    layer = L.BatchNorm(momentum=0.25)
    mean, variance = np.zeros(3), np.ones(3)
    for step in range(3):
        x = cg.normal(shape, mean=2.0, std=3.0, rng=step)
        y = layer(x)
        expected = F.batch_norm(x, cg.ones(3), cg.zeros(3), mean, variance, 0.25)
        assert np.array_equal(y.data, expected.data)
    assert np.array_equal(layer.running_mean.data, mean)
    assert np.array_equal(layer.running_var.data, variance)
    assert mean.min() > 0.1
    with cg.test_mode():
        y = layer(x)
    channels = (1, 3) + (1,) * (len(shape) - 2)
    z = (x.data - mean.reshape(channels)) / np.sqrt(variance.reshape(channels) + 1e-5)
    assert np.allclose(y.data, z, rtol=1e-13)
    assert np.array_equal(layer.running_mean.data, mean)
    assert [name for name, _ in layer.params()] == ["beta", "gamma"]


def test_running_statistics_are_saved() -> None:
    layer, other = L.BatchNorm(), L.BatchNorm()
    layer(cg.randn(5, 3, rng=0))
    memory = layer.running_mean.data
    layer(cg.randn(5, 3, rng=1))
    assert np.array_equal(memory, layer.running_mean.data)
    other.load_state_dict(layer.state_dict())
    assert sorted(layer.state_dict()) == ["beta", "gamma", "running_mean", "running_var"]
    assert not other.running_var.requires_grad
    with cg.test_mode():
        x = cg.randn(5, 3, rng=2)
        assert np.array_equal(layer(x).data, other(x).data)
    assert len(other.params()) == 2


def test_repr() -> None:
    assert repr(L.LayerNorm()) == "LayerNorm()"
    assert repr(L.LayerNorm(3)) == "LayerNorm(3)"
    assert repr(L.LayerNorm((2, 3))) == "LayerNorm((2, 3))"
    assert repr(L.BatchNorm()) == "BatchNorm()"
    assert repr(L.BatchNorm(4)) == "BatchNorm(4)"


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: L.LayerNorm(0), ValueError),
        (lambda: L.LayerNorm(()), ValueError),
        (lambda: L.LayerNorm((0, 3)), ValueError),
        (lambda: L.LayerNorm((3, -1)), ValueError),
        (lambda: L.LayerNorm((None, 3)), TypeError),
        (lambda: L.LayerNorm((3, None)), TypeError),
        (lambda: L.LayerNorm("3"), TypeError),
        (lambda: L.LayerNorm(3, eps=-1.0), ValueError),
        (lambda: L.LayerNorm(3, eps=float("nan")), ValueError),
        (lambda: L.LayerNorm(3, eps="small"), TypeError),
        (lambda: L.LayerNorm(3, eps=float("inf")), ValueError),
        (lambda: L.BatchNorm(-1), ValueError),
        (lambda: L.BatchNorm(3, momentum=-0.1), ValueError),
        (lambda: L.BatchNorm(3, momentum=None), TypeError),
        (lambda: L.BatchNorm(3, eps=-1.0), ValueError),
    ],
)
def test_wrong_arguments(make: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"LayerNorm|BatchNorm"):
        make()


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="layer_norm"):
        L.LayerNorm(3)(np.ones((5, 4)))
    layer = L.BatchNorm(3)
    with pytest.raises(ValueError, match="batch_norm"):
        layer(np.ones((5, 4)))
    assert layer.running_var.data.tolist() == [1.0] * 3
    for late in (L.LayerNorm(), L.BatchNorm()):
        for x in (1.0, np.ones((5, 0))):
            with pytest.raises(ValueError, match="size"):
                late(x)
        assert len(late.params()) == 0
