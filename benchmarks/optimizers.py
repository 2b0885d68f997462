"""`optimizers`: one step of Adam, over parameters in few and in many arrays, by fixed gradients.

torch stands there twice: as its Adam comes by default, and with `fused=True`. Both have other
float64 formulas than ours only in the order of their operations; checked is the first step.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from harness import Contender, Run, Workload  # first: it pins NumPy's threads

# isort: split
import numpy as np

# what, how many arrays, how long each
CASES = (
    ("one array of 10^6", 1, 1_000_000),
    ("100 arrays of 10^4", 100, 10_000),
    ("6 arrays of 100", 6, 100),
)
LR = 1e-3


def numbers(count: int, size: int) -> list[tuple[Any, Any]]:
    """The same parameters and gradients for everyone, normally distributed."""
    rng = np.random.default_rng(0)
    return [(rng.standard_normal(size), rng.standard_normal(size)) for _ in range(count)]


def first_step(count: int, size: int) -> list[Any]:
    """After a step the means, corrected, are g and g^2."""
    return [p - LR * g / (np.sqrt(g * g) + 1e-8) for p, g in numbers(count, size)]


def ours(count: int, size: int, cg: Any) -> Run:
    # imported here, as run.py decides when cygrad is
    from cygrad.optimizers import Adam

    parameters = []
    for p, g in numbers(count, size):
        parameters.append(cg.Variable(p))
        parameters[-1].grad = cg.Variable(g)
    optimizer = Adam(lr=LR).setup(parameters)

    def run() -> list[Any]:
        optimizer.update()
        return parameters

    return run


def with_torch(count: int, size: int, fused: bool, torch: Any) -> Run:
    parameters = []
    for p, g in numbers(count, size):
        parameters.append(torch.from_numpy(p).requires_grad_())
        parameters[-1].grad = torch.from_numpy(g)
    optimizer = torch.optim.Adam(parameters, lr=LR, fused=True if fused else None)

    def run() -> list[Any]:
        optimizer.step()
        return parameters

    return run


def workload() -> Workload:
    contenders = []
    for what, count, size in CASES:
        expected = first_step(count, size)
        mine = f"cygrad, {what}"
        sides: list[tuple[str, str, Callable[[Any], Run], float | None]] = [
            (f"torch, {what}", "torch", partial(with_torch, count, size, False), 1.5),
            (f"torch fused, {what}", "torch", partial(with_torch, count, size, True), None),
        ]
        contenders.append(
            Contender(mine, "cygrad", partial(ours, count, size), expected, against="")
        )
        for label, peer, make, target in sides:
            contenders.append(Contender(label, peer, make, expected, against=mine, target=target))
    return Workload(
        name="optimizers",
        what="a step of Adam",
        contenders=contenders,
    )
