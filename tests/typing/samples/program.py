"""A program as a person types one: a network trained on data, a likelihood fitted with its errors,
an operation of one's own in both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.data import DataLoader, spirals
from cygrad.models import Model
from cygrad.optimizers import Adam

Array = NDArray[np.float64]


class Softsign(cg.Function):
    """x / (1 + |x|), with derivative 1 / (1 + |x|)^2."""

    def forward(self, x: Array) -> Array:
        return x / (1.0 + np.abs(x))

    def backward(self, gy: cg.Variable) -> cg.Variable:
        (x,) = self.inputs
        return gy / F.square(1.0 + F.abs(x))


def softsign(x: cg.Variable) -> cg.Variable:
    return Softsign()(x)


class Classifier(Model):
    def __init__(self, hidden: int, classes: int, rng: int) -> None:
        self.hidden = L.Linear(hidden, rng=rng)
        self.out = L.Linear(classes, rng=rng + 1)

    def forward(self, x: Array | cg.Variable) -> cg.Variable:
        return self.out(softsign(self.hidden(x)))


@dataclass
class History:
    losses: list[float]
    accuracy: float


def train(model: Classifier, points: Array, labels: NDArray[np.int64], epochs: int) -> History:
    optimizer = Adam(lr=0.05).setup(model)
    losses: list[float] = []
    for epoch in range(epochs):
        for x, t in DataLoader((points, labels), batch_size=50, rng=epoch):
            loss: cg.Variable = F.cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            losses.append(loss.item())
    with cg.test_mode(), cg.no_grad():
        accuracy = F.accuracy(model(points), labels)
    return History(losses, accuracy.item())


@dataclass
class Decay:
    """Counts that fall off as rate * exp(-t / lifetime)."""

    times: Array
    counts: Array

    def minus_log_likelihood(self, p: cg.Variable) -> cg.Variable:
        """Poisson's, without its constant; p holds the logarithms of rate and lifetime."""
        expected = F.exp(p[0] - self.times / F.exp(p[1]))
        return F.sum(expected - self.counts * F.log(expected))

    def fit(self, start: Array, steps: int = 20) -> tuple[Array, Array]:
        """By Newton's method: the parameters, and their standard errors from the Hessian."""
        gradient, hessian = (
            cg.grad(self.minus_log_likelihood),
            cg.hessian(self.minus_log_likelihood),
        )
        p = start.copy()
        for _ in range(steps):
            p -= np.linalg.solve(np.asarray(hessian(p)), np.asarray(gradient(p)))
        covariance = np.linalg.inv(np.asarray(hessian(p)))
        errors: Array = np.asarray(np.sqrt(np.diag(covariance)), np.float64)
        return p, errors


def main() -> None:
    data = spirals(rng=0)
    model = Classifier(30, 3, rng=0)
    history = train(model, data.points, data.labels, epochs=30)
    assert history.losses[-1] < 0.5 * history.losses[0]
    assert history.accuracy > 0.8
    names = [name for name, _ in model.params()]
    assert names == ["hidden.b", "hidden.w", "out.b", "out.w"]

    times = np.linspace(0.0, 5.0, 50)
    counts = np.random.default_rng(0).poisson(40.0 * np.exp(-times / 2.0)).astype(np.float64)
    fitted, errors = Decay(times, counts).fit(np.log([30.0, 1.5]))
    assert np.all(np.abs(fitted - np.log([40.0, 2.0])) < 4 * errors)

    with cg.test_mode():
        x = cg.Variable([-1.0, 0.5], name="x")
        y = F.sum(softsign(x) ** 2)
        y.backward(create_graph=True)
        slope = x.grad
        x.cleargrad()
        F.sum(slope).backward()
        second: Array = x.grad.data
        # (x / (1 + |x|))^2 has the second derivative 2 (1 - 2 |x|) / (1 + |x|)^4
        assert np.allclose(second, [2 * (1 - 2 * 1) / 16, 2 * (1 - 2 * 0.5) / 1.5**4])


if __name__ == "__main__":
    main()
