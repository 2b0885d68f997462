"""The same seed gives the same losses, bit for bit: again in this process, and in another one.

Another process has other addresses, and its hashes of strings are others.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import cygrad.functions as F
import cygrad.layers as L
from cygrad.data import DataLoader, SequenceLoader, digits
from cygrad.hooks import ClipGrad, WeightDecay
from cygrad.models import LSTM
from cygrad.optimizers import Adam, AdamW, Momentum


def mlp(seed: int) -> list[float]:
    """With dropout, in shuffled batches, by Adam."""
    rng = np.random.default_rng(seed)
    data = digits(test_size=1497, seed=seed)
    model = L.Sequential(
        L.Linear(256, rng=rng),  # products so large that BLAS may use several threads
        F.relu,
        L.Dropout(0.2, rng=rng),
        L.Linear(256, rng=rng),
        F.relu,
        L.Linear(10, rng=rng),
    )
    batches = DataLoader((data.train_images, data.train_labels), batch_size=100, rng=rng)
    optimizer = Adam(lr=0.01, hooks=[WeightDecay(1e-4)]).setup(model)
    losses = []
    for _ in range(2):
        for x, t in batches:
            loss = F.cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            losses.append(loss.item())
    return losses


def lstm(seed: int) -> list[float]:
    """By truncated backpropagation, its gradients clipped."""
    rng = np.random.default_rng(seed)
    # F.sin: NumPy's sine has not the same bits on every CPU
    series = F.sin(0.2 * np.arange(400.0)).data + rng.uniform(-0.05, 0.05, 400)
    model = LSTM(16, 1, rng=rng)
    optimizer = AdamW(lr=0.01, hooks=[ClipGrad(0.1)]).setup(model)
    losses = []
    for _ in range(3):
        model.reset_state()
        for xs, ts in SequenceLoader(series, window=10, batch_size=4):
            loss = F.mean_squared_error(model(xs[0]), ts[0])
            for x, t in zip(xs[1:], ts[1:], strict=True):
                loss = loss + F.mean_squared_error(model(x), t)
            model.cleargrads()
            loss.backward()
            loss.unchain_backward()
            optimizer.update()
            losses.append(loss.item())
    return losses


def cnn(seed: int) -> list[float]:
    """With batch normalization, by momentum."""
    data = digits(test_size=1500, seed=seed)
    images = data.train_images.reshape(-1, 1, 8, 8)
    rng = np.random.default_rng(seed)
    model = L.Sequential(
        L.Conv2d(8, 3, padding=1, rng=rng),
        L.BatchNorm(),
        F.relu,
        L.MaxPool2d(2),
        L.Conv2d(16, 3, rng=rng),
        L.BatchNorm(),
        F.gelu,
        L.AvgPool2d(2),
        L.Flatten(),
        L.Linear(10, rng=rng),
    )
    optimizer = Momentum(lr=0.1).setup(model)
    losses = []
    for _ in range(3):
        for x, t in DataLoader((images, data.train_labels), batch_size=50, rng=rng):
            loss = F.cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            losses.append(loss.item())
    return losses


RUNS: dict[str, Callable[[int], list[float]]] = {"mlp": mlp, "lstm": lstm, "cnn": cnn}


def bits(losses: list[float]) -> str:
    return " ".join(loss.hex() for loss in losses)


@pytest.mark.parametrize("name", RUNS)
def test_the_same_seed_gives_the_same_losses(name: str) -> None:
    run = RUNS[name]
    first = run(0)
    assert np.mean(first[-3:]) < 0.8 * np.mean(first[:3])  # it does learn
    assert bits(run(0)) == bits(first)
    assert bits(run(1)) != bits(first)


@pytest.mark.parametrize("name", RUNS)
def test_in_another_process_too(name: str) -> None:
    # -P: not the folder of this file, which holds the tests
    result = subprocess.run(
        [sys.executable, "-P", str(Path(__file__)), name],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == bits(RUNS[name](0))


if __name__ == "__main__":
    print(bits(RUNS[sys.argv[1]](0)))
