"""`call`: one call of `value_and_grad` on a 2-vector, what an optimizer pays for each evaluation.

The function is Rosenbrock's, written for arrays, with nothing of any library in it. `rosen` times
the same mathematics without a transform around it.
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
import symbolic
from replay import replayed

X = (0.5, 2.0)


def rosenbrock(x: Any) -> Any:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def by_hand() -> tuple[float, list[float]]:
    square = X[1] - X[0] * X[0]
    back = X[0] - 1.0
    value = 100.0 * square * square + back * back
    return value, [2.0 * back - 400.0 * X[0] * square, 200.0 * square]


def ours(cg: Any) -> Run:
    call, x = cg.value_and_grad(rosenbrock), np.array(X)
    return lambda: call(x)


def ours_replayed(cg: Any) -> Replayed:
    return replayed(cg, cg.value_and_grad(rosenbrock), (np.array(X),), (np.array([1.0, 0.5]),))


def with_autograd(autograd: Any) -> Run:
    call, x = autograd.value_and_grad(rosenbrock), np.array(X)
    return lambda: call(x)


def with_torch(torch: Any) -> Run:
    call, x = torch.func.grad_and_value(rosenbrock), torch.tensor(X, dtype=torch.float64)

    def run() -> tuple[Any, Any]:
        gradient, value = call(x)
        return value, gradient

    return run


def with_jax(jax: Any) -> Run:
    call, x = jax.jit(jax.value_and_grad(rosenbrock)), np.array(X)

    def run() -> tuple[Any, Any]:
        value, gradient = call(x)
        return value.block_until_ready(), np.asarray(gradient)

    run()
    return run


def with_casadi(buffered: bool, casadi: Any) -> Run:
    return symbolic.value_and_gradient(casadi, rosenbrock, X, buffered)


def workload() -> Workload:
    expected = by_hand()
    return Workload(
        name="call",
        what="value_and_grad of Rosenbrock's function, called with an array of 2",
        contenders=[
            Contender("cygrad", "cygrad", ours, expected),
            Contender("cygrad replayed", "cygrad", ours_replayed, expected),
            Contender("HIPS autograd", "autograd", with_autograd, expected, target=30),
            Contender("torch.func", "torch", with_torch, expected),
            Contender("jax.jit", "jax", with_jax, expected),
            Contender("CasADi", "casadi", partial(with_casadi, False), expected),
            Contender("CasADi, buffers", "casadi", partial(with_casadi, True), expected),
        ],
        figures=partial(over_replayed, {"jax.jit": 15.0}),
    )
