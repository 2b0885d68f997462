"""Layers and models: of one's own, put together, saved and loaded."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
import cygrad.models as M


class Gaussian(L.Layer):
    """Two results, and an argument with a default."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.mean = L.Linear(size, rng=rng)
        self.log_std = L.Linear(size, bias=False, rng=rng)

    def forward(self, x: cg.Variable, scale: float = 1.0) -> tuple[cg.Variable, cg.Variable]:
        return self.mean(x), scale * F.exp(self.log_std(x))


class Classifier(M.Model):
    def __init__(self, words: int, hidden: int, classes: int) -> None:
        self.embedding = L.Embedding(words, 4, rng=0)
        self.cell = L.GRU(hidden, rng=1)
        self.head = L.Sequential(L.LayerNorm(), F.relu, L.Dropout(0.1, rng=2), L.Linear(classes))

    def forward(self, words: NDArray[np.int64]) -> cg.Variable:
        self.reset_state()
        states = [self.cell(self.embedding(column)) for column in words.T]
        return self.head(states[-1])


def apply(f: Callable[[cg.Variable], cg.Variable], x: cg.Variable) -> cg.Variable:
    return f(x)


def main() -> None:
    layer = Gaussian(3, np.random.default_rng(0))
    mean, std = layer(cg.ones(5, 2), scale=2.0)
    assert_type(mean, cg.Variable)
    assert_type(layer(cg.ones(5, 2)), tuple[cg.Variable, cg.Variable])
    assert std.shape == (5, 3)
    assert_type(apply(L.Linear(3), cg.ones(5, 2)), cg.Variable)

    model = Classifier(words=10, hidden=6, classes=2)
    assert_type(model, Classifier)
    y = model(np.array([[1, 2, 3], [4, 5, 6]]))
    assert_type(y, cg.Variable)
    loss = F.cross_entropy(y, np.array([0, 1]))
    model.cleargrads()
    loss.backward()
    for name, parameter in model.params():
        assert_type(name, str)
        parameter.data -= 0.1 * parameter.grad.data
    assert_type(model.params()["embedding.w"], cg.Variable)
    for name, inner in model.layers():
        assert_type(inner, L.Layer)

    state: dict[str, NDArray[np.float64]] = model.state_dict()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classifier.npz"
        model.save(path)
        other = Classifier(words=10, hidden=6, classes=2)
        other.load(path)
    assert sorted(state) == sorted(other.state_dict())
    assert_type(cg.layers.Linear(3, in_size=2).b, cg.Variable | None)
    assert_type(M.MLP([3, 1], activation=L.Sequential(F.tanh))([[1.0, 2.0]]), cg.Variable)


if __name__ == "__main__":
    main()
