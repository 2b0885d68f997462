"""A table of measurements in a CSV file: read, split, scaled; a network fitted, tested, saved."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad.data import DataLoader
from cygrad.models import MLP
from cygrad.optimizers import Adam, CosineSchedule

Array = NDArray[np.float64]


def write_measurements(path: Path, rows: int) -> None:
    """The range of a thrown ball, measured to half a metre or so."""
    rng = np.random.default_rng(0)
    speed, angle = rng.uniform(5.0, 30.0, rows), rng.uniform(0.1, 1.4, rows)
    length = speed**2 * np.sin(2.0 * angle) / 9.81 + rng.normal(0.0, 0.5, rows)
    table = np.stack([speed, angle, length], axis=1)
    np.savetxt(path, table, delimiter=",", header="speed,angle,length", comments="")


@dataclass
class Scale:
    """What makes columns of mean 0 and standard deviation 1, known from the training data alone."""

    mean: Array
    std: Array

    @classmethod
    def of(cls, table: Array) -> "Scale":
        return cls(np.mean(table, axis=0), np.std(table, axis=0))

    def __call__(self, table: Array) -> Array:
        return (table - self.mean) / self.std


def read(path: Path) -> tuple[Array, Array]:
    """The rows to train on and the rows to test on."""
    table: Array = np.loadtxt(path, delimiter=",", skiprows=1)
    rows = np.random.default_rng(1).permutation(len(table))
    held_out = len(table) // 5
    return table[rows[held_out:]], table[rows[:held_out]]


def fit(model: MLP, table: Array, epochs: int) -> list[float]:
    """The mean loss of each epoch."""
    loader = DataLoader((table[:, :2], table[:, 2:]), batch_size=32, rng=0)
    optimizer = Adam(lr=0.02).setup(model)
    schedule = CosineSchedule(optimizer, total_steps=epochs)
    means: list[float] = []
    for _ in range(epochs):
        total = 0.0
        for x, t in loader:
            loss = F.mean_squared_error(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            total += loss.item()
        schedule.step()
        means.append(total / len(loader))
    return means


@cg.no_grad()
def mean_error(model: MLP, table: Array, scale: Scale) -> float:
    """The root of the mean squared error, in metres."""
    error = F.mean_squared_error(model(table[:, :2]), table[:, 2:])
    return float(F.sqrt(error)) * float(scale.std[2])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "throws.csv"
        write_measurements(path, rows=500)
        train, test = read(path)
        scale = Scale.of(train)
        train, test = scale(train), scale(test)

        model = MLP([32, 32, 1], activation=F.tanh, rng=0)
        losses = fit(model, train, epochs=60)
        assert losses[-1] < 0.1 * losses[0]
        error = mean_error(model, test, scale)
        assert error < 2.0

        model.save(Path(folder) / "throws.npz")
        again = MLP([32, 32, 1], activation=F.tanh)
        again.load(Path(folder) / "throws.npz")
        assert mean_error(again, test, scale) == error


if __name__ == "__main__":
    main()
