"""Fit a softmax classifier to handwritten digits by gradient descent."""

import argparse
import sys
import time

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad.data import digits

HELP = "fit a classifier to handwritten digits"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, default=1000, help="gradient descent steps (1000)")
    parser.add_argument("--rate", type=float, default=2.0, help="learning rate (2.0)")


def run(options: argparse.Namespace) -> int:
    if options.steps < 1:
        raise argparse.ArgumentError(None, f"--steps must be at least 1, got {options.steps}")
    demo(options.steps, options.rate)
    return 0


def cross_entropy(logits: cg.Variable, labels: NDArray[np.int64]) -> cg.Variable:
    """The mean over the rows of -log softmax(logits)[label], from primitive operations."""
    shifted = logits - logits.data.max(axis=1, keepdims=True)
    log_normalizer = F.log(F.sum(F.exp(shifted), axis=1))
    chosen = shifted[np.arange(len(labels)), labels]
    return F.mean(log_normalizer - chosen)


def demo(steps: int = 1000, rate: float = 2.0) -> float:
    """Fit a softmax classifier to handwritten digits by gradient descent.

    Parameters
    ----------
    steps : int, default 1000
        Steps of gradient descent, each on the whole training set.
    rate : float, default 2.0
        The learning rate.

    Returns
    -------
    float
        The share of the held-out digits that are recognized.
    """
    data = digits()
    x = cg.Variable(data.train_images, requires_grad=False)
    w = cg.zeros(64, 10, name="w")
    b = cg.zeros(10, name="b")
    print(
        f"{len(data.train_labels)} handwritten digits to learn from, {len(data.test_labels)} held out"
    )

    on_terminal = sys.stdout.isatty()
    start_of_line = "\r" if on_terminal else ""
    start = time.perf_counter()
    for step in range(1, steps + 1):
        loss = cross_entropy(x @ w + b, data.train_labels)
        w.cleargrad()
        b.cleargrad()
        loss.backward()
        for parameter in (w, b):
            assert parameter.grad is not None
            parameter.data -= rate * parameter.grad.data
        if step == 1 or step % (steps // 10 or 1) == 0:
            print(f"{start_of_line}step {step:5d}   loss {loss.item():.4f}")
        elif on_terminal and step % 10 == 0:
            print(f"\rstep {step:5d}   loss {loss.item():.4f}", end="", flush=True)
    seconds = time.perf_counter() - start

    with cg.no_grad():
        guesses = (cg.Variable(data.test_images) @ w + b).data.argmax(axis=1)
    accuracy = float(np.mean(guesses == data.test_labels))
    print(f"accuracy on held-out digits {accuracy:.1%}, after {seconds:.2f} s")
    return accuracy
