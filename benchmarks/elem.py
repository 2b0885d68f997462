"""`elem`: gradient of sum(sin(x)*exp(-x*x)+tanh(x)) over 10^6 elements; kernels and memory traffic.

Beside the peers stands the gradient written by hand in NumPy, its temporaries reused.
"""

from functools import partial
from typing import Any

from harness import (
    Contender,
    Replayed,
    Run,
    Workload,
    over_replayed,
)  # first: it pins the threads

# isort: split
import numpy as np
import training
from replay import replayed

SIZE = 1_000_000


def points() -> Any:
    """The same normally distributed numbers for everyone."""
    return np.random.default_rng(0).standard_normal(SIZE)


def ours(cg: Any) -> Run:
    F, x = cg.functions, points()

    def run() -> tuple[Any, ...]:
        v = cg.Variable(x)
        y = F.sum(F.sin(v) * F.exp(-v * v) + F.tanh(v))
        y.backward()
        return y, v.grad

    return run


def ours_replayed(cg: Any) -> Replayed:
    F, x = cg.functions, points()
    call = cg.value_and_grad(lambda v: F.sum(F.sin(v) * F.exp(-v * v) + F.tanh(v)))
    return replayed(cg, call, (x,), (x + 1.0,))


def with_torch(torch: Any) -> Run:
    x = torch.from_numpy(points())

    def run() -> tuple[Any, ...]:
        v = x.detach().requires_grad_()
        y = (torch.sin(v) * torch.exp(-v * v) + torch.tanh(v)).sum()
        y.backward()
        return y, v.grad

    return run


def with_compiled_torch(torch: Any) -> Run:
    x = torch.from_numpy(points())
    loss = torch.compile(lambda v: (torch.sin(v) * torch.exp(-v * v) + torch.tanh(v)).sum())

    def run() -> tuple[Any, ...]:
        v = x.detach().requires_grad_()
        y = loss(v)
        y.backward()
        return y, v.grad

    run()
    return run


def with_autograd(autograd: Any) -> Run:
    anp = autograd.numpy
    value_and_grad = autograd.value_and_grad(
        lambda v: anp.sum(anp.sin(v) * anp.exp(-v * v) + anp.tanh(v))
    )
    x = points()
    return lambda: value_and_grad(x)


def with_mygrad(mygrad: Any) -> Run:
    x = points()

    def run() -> tuple[Any, ...]:
        v = mygrad.tensor(x, copy=False)
        y = (mygrad.sin(v) * mygrad.exp(-v * v) + mygrad.tanh(v)).sum()
        y.backward()
        return y, v.grad

    return run


def with_jax(jax: Any) -> Run:
    jnp = jax.numpy
    value_and_grad = jax.jit(
        jax.value_and_grad(lambda v: jnp.sum(jnp.sin(v) * jnp.exp(-v * v) + jnp.tanh(v)))
    )
    x = jnp.asarray(points())

    def run() -> tuple[Any, ...]:
        y, gradient = value_and_grad(x)
        y.block_until_ready()
        gradient.block_until_ready()
        return y, gradient

    run()
    return run


def with_numpy(_: Any) -> Run:
    """Value, and gradient exp(-x^2) (cos x - 2 x sin x) + 1 - tanh(x)^2, in four arrays."""
    x = points()

    def run() -> tuple[Any, ...]:
        sin, cos, tanh = np.sin(x), np.cos(x), np.tanh(x)
        bell = np.multiply(x, x)
        np.negative(bell, out=bell)
        np.exp(bell, out=bell)
        y = np.dot(sin, bell) + tanh.sum()
        sin *= x
        sin *= 2.0
        cos -= sin
        cos *= bell
        tanh *= tanh
        cos -= tanh
        cos += 1.0
        return y, cos

    return run


def workload(quick: bool) -> Workload:
    expected = with_numpy(np)()
    return Workload(
        name="elem",
        what="gradient of sum(sin(x)*exp(-x*x)+tanh(x)), 10^6 elements",
        contenders=[
            Contender("cygrad", "cygrad", ours, expected),
            Contender("cygrad replayed", "cygrad", ours_replayed, expected),
            Contender("torch", "torch", with_torch, expected, target=3),
            Contender(
                "torch.compile",
                "torch",
                with_compiled_torch,
                expected,
                impossible=training.SLOW if quick else "",
            ),
            Contender("HIPS autograd", "autograd", with_autograd, expected),
            Contender("mygrad", "mygrad", with_mygrad, expected),
            Contender("jax.jit", "jax", with_jax, expected),
            Contender("numpy, by hand", "numpy", with_numpy, expected, target=3),
        ],
        figures=partial(over_replayed, {"torch": 4.0, "jax.jit": 2.5}),
    )
