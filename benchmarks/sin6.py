"""`sin6`: the sixth derivative of sine at 1, by differentiating six times over.

Ours and torch run backward six times, the first five with `create_graph`; HIPS autograd and jax
nest `grad` six deep, built (and for jax compiled) beforehand.
"""

import dataclasses
import math
from typing import Any

from harness import Contender, Replayed, Run, Workload
from replay import replayed

AT, ORDER = 1.0, 6


def ours(cg: Any) -> Run:
    variable, sin = cg.Variable, cg.functions.sin

    def run() -> tuple[Any, ...]:
        x = variable(AT)
        y = sin(x)
        for order in range(1, ORDER + 1):
            x.cleargrad()
            y.backward(create_graph=order < ORDER)
            y = x.grad
        return (y,)

    return run


def ours_replayed(cg: Any) -> Replayed:
    derivative = cg.functions.sin
    for _ in range(ORDER):
        derivative = cg.grad(derivative)
    made = replayed(cg, derivative, (AT,), (0.5,))
    return dataclasses.replace(made, run=lambda: (made.run(),))


def with_torch(torch: Any) -> Run:
    tensor, sin, grad, float64 = torch.tensor, torch.sin, torch.autograd.grad, torch.float64

    def run() -> tuple[Any, ...]:
        x = tensor(AT, dtype=float64, requires_grad=True)
        y = sin(x)
        for order in range(1, ORDER + 1):
            (y,) = grad(y, x, create_graph=order < ORDER)
        return (y,)

    return run


def with_autograd(autograd: Any) -> Run:
    derivative = autograd.numpy.sin
    for _ in range(ORDER):
        derivative = autograd.grad(derivative)
    return lambda: (derivative(AT),)


def with_jax(jax: Any) -> Run:
    derivative = jax.numpy.sin
    for _ in range(ORDER):
        derivative = jax.grad(derivative)
    compiled = jax.jit(derivative)

    def run() -> tuple[Any, ...]:
        return (compiled(AT).block_until_ready(),)

    run()
    return run


def no_run(_: Any) -> Run:
    raise NotImplementedError


def workload() -> Workload:
    expected = (-math.sin(AT),)
    return Workload(
        name="sin6",
        what="sixth derivative of sine at 1, by repeated backward",
        contenders=[
            Contender("cygrad", "cygrad", ours, expected),
            Contender("cygrad replayed", "cygrad", ours_replayed, expected),
            Contender("torch", "torch", with_torch, expected, target=12),
            Contender("HIPS autograd", "autograd", with_autograd, expected),
            Contender("mygrad", "mygrad", no_run, impossible="has no higher derivatives"),
            Contender("jax.jit", "jax", with_jax, expected),
        ],
    )
