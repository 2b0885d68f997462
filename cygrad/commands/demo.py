"""Fit a multilayer perceptron to handwritten digits with Adam."""

import argparse
import math
import sys
import time

import cygrad as cg
import cygrad.functions as F
from cygrad.data import DataLoader, digits
from cygrad.models import MLP
from cygrad.optimizers import Adam

HELP = "fit a neural network to handwritten digits"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, default=40, help="passes over the digits (40)")
    parser.add_argument("--rate", type=float, default=0.003, help="Adam's learning rate (0.003)")
    parser.add_argument("--hidden", type=int, default=128, help="size of the hidden layer (128)")
    parser.add_argument("--seed", type=int, default=0, help="of weights and batches (0)")


def run(options: argparse.Namespace) -> int:
    for name in ("epochs", "hidden"):
        if getattr(options, name) < 1:
            raise argparse.ArgumentError(
                None, f"--{name} must be at least 1, got {getattr(options, name)}"
            )
    if not 0 < options.rate < math.inf:
        raise argparse.ArgumentError(
            None, f"--rate must be finite and greater than 0, got {options.rate}"
        )
    if options.seed < 0:
        raise argparse.ArgumentError(None, f"--seed must be 0 or more, got {options.seed}")
    try:
        demo(options.epochs, options.rate, options.hidden, options.seed)
    except FloatingPointError as error:
        print(f"cygrad demo: {error}", file=sys.stderr)
        return 1
    return 0


def demo(epochs: int = 40, rate: float = 0.003, hidden: int = 128, seed: int = 0) -> float:
    """Train, print the loss now and then, and test on digits that were held out.

    Parameters
    ----------
    epochs : int, default 40
        Passes over the training set, in shuffled batches of 64.
    rate : float, default 0.003
        The learning rate.
    hidden : int, default 128
        The size of the hidden layer.
    seed : int, default 0
        The same seed gives the same losses, bit for bit.

    Returns
    -------
    float
        The share of the held-out digits that are recognized.

    Raises
    ------
    FloatingPointError
        If the loss is not finite: the rate is too high.
    """
    data = digits()
    batches = DataLoader((data.train_images, data.train_labels), batch_size=64, rng=seed)
    model = MLP([hidden, 10], activation=F.relu, rng=seed)
    optimizer = Adam(lr=rate)
    print(
        f"{len(data.train_labels)} handwritten digits to learn from, {len(data.test_labels)} held out"
    )
    start = time.perf_counter()
    for epoch in range(1, epochs + 1):
        total = 0.0
        for images, labels in batches:
            loss = F.cross_entropy(model(images), labels)
            model.cleargrads()
            loss.backward()
            optimizer.update(model)
            total += loss.item()
        if not math.isfinite(total):
            raise FloatingPointError(
                f"the loss is {total} in epoch {epoch}: the learning rate {rate} is too high, give "
                "a lower --rate"
            )
        if epoch == 1 or epoch % (epochs // 8 or 1) == 0:
            print(f"epoch {epoch:3d}   loss {total / len(batches):.4f}")
            sys.stdout.flush()
    seconds = time.perf_counter() - start

    with cg.no_grad():
        accuracy = F.accuracy(model(data.test_images), data.test_labels).item()
    print(f"accuracy on held-out digits {accuracy:.1%}, after {seconds:.2f} s")
    return accuracy
