"""`rosen`: value and gradient of the Rosenbrock function of two scalars, the smallest real use.

Ours and every define-by-run peer makes its two variables anew for each evaluation, as an optimizer
would. HIPS autograd and jax take a 2-vector, which is faster for them than two scalars; jax is also
shown from two Python numbers, the same job as ours, which it converts on each call.
"""

from functools import partial
from typing import Any

import symbolic
from harness import Contender, Replayed, Run, Workload, over_replayed
from replay import replayed

A, B = 0.5, 2.0


def rosenbrock(x0: Any, x1: Any) -> Any:
    return 100 * (x1 - x0**2) ** 2 + (x0 - 1) ** 2


def by_hand(x0: float, x1: float) -> tuple[float, float, float]:
    """The value and both partial derivatives, as one would write them without a library."""
    square = x1 - x0 * x0
    back = x0 - 1.0
    return 100.0 * square * square + back * back, 2.0 * back - 400.0 * x0 * square, 200.0 * square


def ours(cg: Any) -> Run:
    variable = cg.Variable

    def run() -> tuple[Any, ...]:
        x0, x1 = variable(A), variable(B)
        y = rosenbrock(x0, x1)
        y.backward()
        return y, x0.grad, x1.grad

    return run


def ours_replayed(cg: Any) -> Replayed:
    return replayed(cg, cg.value_and_grad(rosenbrock, argnums=(0, 1)), (A, B), (1.0, 0.5))


def with_torch(torch: Any) -> Run:
    tensor, float64 = torch.tensor, torch.float64

    def run() -> tuple[Any, ...]:
        x0 = tensor(A, dtype=float64, requires_grad=True)
        x1 = tensor(B, dtype=float64, requires_grad=True)
        y = rosenbrock(x0, x1)
        y.backward()
        return y, x0.grad, x1.grad

    return run


def with_mygrad(mygrad: Any) -> Run:
    tensor = mygrad.tensor

    def run() -> tuple[Any, ...]:
        x0, x1 = tensor(A), tensor(B)
        y = rosenbrock(x0, x1)
        y.backward()
        return y, x0.grad, x1.grad

    return run


def with_autograd(autograd: Any) -> Run:
    value_and_grad = autograd.value_and_grad(lambda x: rosenbrock(x[0], x[1]))
    x = autograd.numpy.array([A, B])

    def run() -> tuple[Any, ...]:
        y, gradient = value_and_grad(x)
        return y, gradient[0], gradient[1]

    return run


def jax_from_numbers(jax: Any) -> Run:
    value_and_grad = jax.jit(jax.value_and_grad(rosenbrock, argnums=(0, 1)))

    def run() -> tuple[Any, ...]:
        y, (g0, g1) = value_and_grad(A, B)
        y.block_until_ready()
        g0.block_until_ready()
        g1.block_until_ready()
        return y, g0, g1

    run()
    return run


def jax_on_device(jax: Any) -> Run:
    value_and_grad = jax.jit(jax.value_and_grad(lambda x: rosenbrock(x[0], x[1])))
    x = jax.numpy.array([A, B])

    def run() -> tuple[Any, ...]:
        y, gradient = value_and_grad(x)
        y.block_until_ready()
        gradient.block_until_ready()
        return y, gradient

    run()
    return run


def with_casadi(buffered: bool, casadi: Any) -> Run:
    return symbolic.value_and_gradient(casadi, lambda x: rosenbrock(x[0], x[1]), [A, B], buffered)


def workload() -> Workload:
    y, g0, g1 = by_hand(A, B)
    expected = (y, g0, g1)
    return Workload(
        name="rosen",
        what="value and gradient of 100(x1-x0^2)^2+(x0-1)^2, two scalars",
        contenders=[
            Contender("cygrad", "cygrad", ours, expected),
            Contender("cygrad replayed", "cygrad", ours_replayed, (y, (g0, g1))),
            Contender("torch", "torch", with_torch, expected, target=40),
            Contender("HIPS autograd", "autograd", with_autograd, expected, target=80),
            Contender("mygrad", "mygrad", with_mygrad, expected),
            Contender("jax.jit", "jax", jax_from_numbers, expected, target=4),
            Contender("jax.jit, on device", "jax", jax_on_device, (y, (g0, g1)), target=4),
            Contender("CasADi", "casadi", partial(with_casadi, False), (y, (g0, g1))),
            Contender("CasADi, buffers", "casadi", partial(with_casadi, True), (y, (g0, g1))),
            Contender("python, by hand", "python", lambda _: lambda: by_hand(A, B), expected),
        ],
        figures=partial(over_replayed, {"jax.jit": 15.0}),
    )
