"""`mlp` and `mlp-digits`: a step of training of a multilayer perceptron, by relu and Adam.

Beside the peers stand the matrix products of such a step alone, by NumPy: no library that computes
them with this BLAS can be faster. HIPS autograd has no Adam; it computes loss and gradients.
"""

import importlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from harness import (  # first: it pins the threads
    Contender,
    Figure,
    Replayed,
    Results,
    Run,
    Workload,
    ratio,
)

# isort: split
import numpy as np
import training


@dataclass(frozen=True)
class Case:
    """Layer sizes, batches, and what torch gives for the losses of the first and the fourth step."""

    sizes: tuple[int, ...]
    batches: Sequence[training.Batch]
    first: float
    fourth: float

    def weights(self) -> list[tuple[Any, Any]]:
        """The same (w, b) of each layer for everyone, w of shape (in, out)."""
        rng = np.random.default_rng(0)
        return [
            (rng.standard_normal((m, n)) / np.sqrt(m), np.zeros(n))
            for m, n in itertools.pairwise(self.sizes)
        ]


def wide() -> Case:
    rng = np.random.default_rng(1)
    batch = rng.standard_normal((128, 64)), rng.integers(0, 10, 128)
    return Case((64, 256, 256, 10), [batch], 2.430254094875, 1.947973386211)


def digits() -> Case:
    return Case((64, 64, 10), training.digits_batches(64, 64), 2.349321659631, 2.281793442833)


def built(case: Case, cg: Any) -> tuple[Any, Callable[..., Any]]:
    """Our model, and its loss of a batch."""
    F, model = cg.functions, cg.models.MLP(case.sizes[1:], activation=cg.functions.relu)
    weights = dict(enumerate(case.weights()))
    model.load_state_dict(
        {f"linears.{i}.w": w for i, (w, _) in weights.items()}
        | {f"linears.{i}.b": b for i, (_, b) in weights.items()}
    )
    return model, lambda x, t: F.cross_entropy(model(x), t)


def ours(case: Case, cg: Any) -> Run:
    return training.ours(*built(case, cg), case.batches)


def ours_replayed(case: Case, cg: Any) -> Replayed:
    model, loss = built(case, cg)
    return training.replayed(cg, model, loss, case.batches)


def with_torch(case: Case, fused: bool, compiled: bool, torch: Any) -> Run:
    nn, layers = torch.nn, []
    for w, b in case.weights():
        linear = nn.Linear(*w.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, nn.ReLU()]
    model, cross_entropy = nn.Sequential(*layers[:-1]), nn.functional.cross_entropy

    def loss(x: Any, t: Any) -> Any:
        return cross_entropy(model(x), t)

    called = torch.compile(loss) if compiled else loss
    return training.with_torch(torch, [model], called, case.batches, fused)


def cross_entropy(np_: Any, logsumexp: Any, weights: Any, x: Any, t: Any) -> Any:
    """The loss in the language of jax and of HIPS autograd."""
    *hidden, (w, b) = weights
    for wh, bh in hidden:
        x = np_.maximum(x @ wh + bh, 0.0)
    y = x @ w + b
    return np_.mean(logsumexp(y, axis=1) - y[np_.arange(len(t)), t])


def with_jax(case: Case, jax: Any) -> Run:
    loss = partial(cross_entropy, jax.numpy, jax.scipy.special.logsumexp)
    return training.with_jax(jax, case.weights(), loss, case.batches)


def with_autograd(case: Case, autograd: Any) -> Run:
    special = importlib.import_module("autograd.scipy.special")
    loss = partial(cross_entropy, autograd.numpy, special.logsumexp)
    value_and_grad, weights, (x, t) = autograd.value_and_grad(loss), case.weights(), case.batches[0]
    return lambda: value_and_grad(weights, x, t)[:1]


def matmuls(case: Case, _: Any) -> Run:
    """Of each layer the product forward and those for w and x, the first layer's x left out."""
    rows, rng = len(case.batches[0][1]), np.random.default_rng(2)
    products = []
    for place, (w, _b) in enumerate(case.weights()):
        x, gy = rng.standard_normal((rows, w.shape[0])), rng.standard_normal((rows, w.shape[1]))
        products += [(x, w), (x.T, gy)] + ([(gy, w.T)] if place > 0 else [])
    into = [(a, b, a @ b) for a, b in products]

    def run() -> None:
        for a, b, c in into:
            np.matmul(a, b, out=c)

    return run


def figures(results: Results, at_most: float | None) -> list[Figure]:
    alone = ratio(results.get("cygrad"), results.get("its matmuls alone"))
    return [Figure("cygrad over its matmuls alone", alone, "times", at_most)]


def workload(
    name: str, what: str, case: Case, quick: bool, at_most: float | None = None
) -> Workload:
    known = [case.fourth]
    return Workload(
        name=name,
        what=what,
        contenders=[
            Contender("cygrad", "cygrad", partial(ours, case), known),
            Contender("cygrad replayed", "cygrad", partial(ours_replayed, case), known),
            Contender("torch", "torch", partial(with_torch, case, False, False), known, target=1.5),
            Contender("torch, fused Adam", "torch", partial(with_torch, case, True, False), known),
            Contender(
                "torch.compile",
                "torch",
                partial(with_torch, case, False, True),
                known,
                impossible=training.SLOW if quick else "",
            ),
            Contender("jax.jit", "jax", partial(with_jax, case), known),
            Contender("autograd, no Adam", "autograd", partial(with_autograd, case), [case.first]),
            Contender("its matmuls alone", "numpy", partial(matmuls, case)),
        ],
        figures=lambda results: figures(results, at_most),
    )


def wide_workload(quick: bool) -> Workload:
    what = "a step of an MLP, 64-256-256-10, batch 128"
    return workload("mlp", what, wide(), quick, at_most=1.3)


def digits_workload(quick: bool) -> Workload:
    what = "a step of an MLP, 64-64-10, batch 64 of the digits"
    return workload("mlp-digits", what, digits(), quick)
