"""A softmax classifier on two clouds of points, written with the primitives."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F

Labels: TypeAlias = NDArray[np.intp]


def clouds(n: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], Labels]:
    labels = np.arange(n) % 2
    centers = np.array([[-2.0, 0.0], [2.0, 1.0]])
    return centers[labels] + rng.standard_normal((n, 2)), labels


def log_softmax(x: cg.Variable) -> cg.Variable:
    shifted = x - F.max(x, axis=1, keepdims=True)
    return shifted - F.log(F.sum(F.exp(shifted), axis=1, keepdims=True))


@dataclass
class Classifier:
    w: cg.Variable
    b: cg.Variable

    @classmethod
    def random(cls, inputs: int, classes: int, seed: int) -> "Classifier":
        return cls(cg.normal((inputs, classes), std=0.01, rng=seed), cg.zeros(classes))

    def __call__(self, x: cg.Variable | NDArray[np.float64]) -> cg.Variable:
        return F.matmul(x, self.w) + self.b

    def loss(self, x: cg.Variable, labels: Labels) -> cg.Variable:
        rows = np.arange(len(labels))
        return -F.mean(log_softmax(self(x))[rows, labels])

    @cg.no_grad()
    def accuracy(self, x: NDArray[np.float64], labels: Labels) -> float:
        found: Labels = self(x).data.argmax(axis=1)
        return float(np.count_nonzero(found == labels) / len(labels))

    def step(self, lr: float) -> None:
        for p in (self.w, self.b):
            if p.grad is not None:
                p.data -= lr * p.grad.data
            p.cleargrad()


def main() -> None:
    rng = np.random.default_rng(0)
    data, labels = clouds(400, rng)
    held_out = clouds(100, rng)
    model = Classifier.random(2, 2, seed=1)
    x = cg.Variable(data, requires_grad=False)
    losses: list[float] = []
    for _ in range(100):
        loss = model.loss(x, labels)
        loss.backward()
        model.step(lr=0.5)
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]
    assert model.accuracy(*held_out) > 0.9


if __name__ == "__main__":
    main()
