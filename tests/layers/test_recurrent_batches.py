"""Recurrent layers, and models of them, over any number of leading batch axes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.models import LSTM

MAKERS: dict[str, Callable[[], Any]] = {
    "RNN": lambda: L.RNN(4, rng=0),
    "LSTM": lambda: L.LSTM(4, rng=0),
    "GRU": lambda: L.GRU(4, rng=0),
    "model": lambda: LSTM(4, 2, rng=0),
    "Sequential": lambda: L.Sequential(L.LSTM(4, rng=0), L.GRU(3, rng=1), L.Linear(2, rng=2)),
}
X = np.random.default_rng(1).normal(size=(3, 2, 5, 6))  # steps, then (2, 5) sequences


@pytest.mark.parametrize("batch", [(2, 5), (1, 2, 5), (10,), (2, 5, 1)])
@pytest.mark.parametrize("name", MAKERS)
def test_as_in_one_batch_axis(name: str, batch: tuple[int, ...]) -> None:
    found = []
    for shape in ((10,), batch):
        layer = MAKERS[name]()
        loss, results = cg.Variable(0.0), []
        for x in X:
            y = layer(x.reshape(*shape, 6))
            assert y.shape == (*shape, y.shape[-1])
            results.append(y.data.reshape(10, -1))
            loss = loss + F.sum(F.sin(y))
        loss.backward()
        loss.unchain_backward()
        y = layer(X[0].reshape(*shape, 6))
        results.append(y.data.reshape(10, -1))
        layer.cleargrads()
        F.sum(y * y).backward()
        found.append([*results, *(p.grad.data for _, p in layer.params())])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", MAKERS)
def test_no_batch_axis(name: str) -> None:
    one, row = MAKERS[name](), MAKERS[name]()
    for x in X[:, 0, 0]:
        np.testing.assert_allclose(one(x).data, row(x[None]).data[0], rtol=1e-14)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_what_does_not_fit(name: str) -> None:
    layer = MAKERS[name]()
    layer(X[0])
    before = layer.state_dict()
    held = layer._h
    with pytest.raises(
        ValueError, match=r"is a batch of 10, but the layer remembers one of \(2, 5\)"
    ):
        layer(X[0].reshape(10, 6))
    with pytest.raises(ValueError, match=r"is a batch of \(1, 5\), but"):
        layer(X[0][:1])
    with pytest.raises(ValueError, match="does not have the in_size 6"):
        layer(X[0][..., :4])
    with pytest.raises(ValueError, match=r"x must have shape \(\.\.\., in_size\)"):
        layer(1.0)
    assert layer._h is held
    assert layer.state_dict().keys() == before.keys()
    layer.reset_state()
    assert layer(X[0].reshape(10, 6)).shape == (10, 4)


def test_an_empty_batch() -> None:
    for name in ("RNN", "LSTM", "GRU"):
        assert MAKERS[name]()(np.zeros((2, 0, 6))).shape == (2, 0, 4)
