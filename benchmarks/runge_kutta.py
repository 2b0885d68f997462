"""`rk4` and `rk4-jacobian`: hares and lynxes, by 400 steps of Runge-Kutta, differentiated by the six
numbers that they depend on.

Each step has four stages, in a loop of Python. `rk4-jacobian` has the derivatives of both animals in
21 years, 42 rows of 6; `rk4` the gradient of their squared distance from numbers seen. jax takes a
loop of its own, `lax.scan`, and the derivatives forward.
"""

import dataclasses
from functools import partial
from types import SimpleNamespace
from typing import Any

from harness import Contender, Replayed, Run, Workload, over_replayed  # first: it pins the threads

# isort: split
import numpy as np
import symbolic
from replay import replayed

# growth, catch, death, gain; hares and lynxes at the start
AT = (0.55, 0.028, 0.80, 0.024, 33.0, 6.0)
ELSEWHERE = (0.50, 0.026, 0.84, 0.026, 30.0, 5.0)
YEARS, A_YEAR = 20, 20
DT = 1.0 / A_YEAR


def slopes(p: Any, hares: Any, lynxes: Any) -> tuple[Any, Any]:
    met = hares * lynxes
    return p[0] * hares - p[1] * met, p[3] * met - p[2] * lynxes


def step(p: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """The classical Runge-Kutta step."""
    half = 0.5 * DT
    x1, y1 = slopes(p, x, y)
    x2, y2 = slopes(p, x + half * x1, y + half * y1)
    x3, y3 = slopes(p, x + half * x2, y + half * y2)
    x4, y4 = slopes(p, x + DT * x3, y + DT * y3)
    sixth = DT / 6.0
    return (
        x + sixth * (x1 + 2.0 * x2 + 2.0 * x3 + x4),
        y + sixth * (y1 + 2.0 * y2 + 2.0 * y3 + y4),
    )


def animals(np_: Any, p: Any) -> Any:
    """Hares and lynxes at the start and after each year, 42 numbers."""
    x, y = p[4], p[5]
    found = [x, y]
    for _ in range(YEARS):
        for _ in range(A_YEAR):
            x, y = step(p, x, y)
        found += [x, y]
    return np_.stack(found)


def animals_scanned(jax: Any, p: Any) -> Any:
    def move(state: Any, _: Any) -> tuple[Any, Any]:
        state = step(p, *state)
        return state, state

    start = p[4], p[5]
    _, (xs, ys) = jax.lax.scan(move, start, None, length=YEARS * A_YEAR)
    every = slice(A_YEAR - 1, None, A_YEAR)
    both = jax.numpy.stack([xs[every], ys[every]], axis=1).reshape(-1)
    return jax.numpy.concatenate([jax.numpy.stack(start), both])


def seen() -> Any:
    """The same noisy numbers for everyone."""
    rng = np.random.default_rng(0)
    return animals(np, ELSEWHERE) * np.exp(rng.normal(scale=0.1, size=2 * (YEARS + 1)))


def misfit(np_: Any, known: Any, p: Any) -> Any:
    return np_.mean((animals(np_, p) - known) ** 2)


def tangents(p: Any) -> tuple[Any, Any]:
    """The numbers and their derivatives, by dual numbers of NumPy: each a value and six slopes."""
    duals = [Dual(value, row) for value, row in zip(p, np.eye(len(p)), strict=True)]
    numbers = animals(SimpleNamespace(stack=list), duals)
    return np.array([y.value for y in numbers]), np.array([y.slopes for y in numbers])


class Dual:
    def __init__(self, value: float, slopes: Any) -> None:
        self.value = value
        self.slopes = slopes

    def __add__(self, other: "Dual") -> "Dual":
        return Dual(self.value + other.value, self.slopes + other.slopes)

    def __sub__(self, other: "Dual") -> "Dual":
        return Dual(self.value - other.value, self.slopes - other.slopes)

    def __mul__(self, other: "Dual") -> "Dual":
        value = self.value * other.value
        return Dual(value, self.slopes * other.value + self.value * other.slopes)

    def __rmul__(self, factor: float) -> "Dual":
        return Dual(factor * self.value, factor * self.slopes)


# ---- The gradient --------------------------------------------------------------------------------


def ours(known: Any, cg: Any) -> Run:
    call, p = cg.value_and_grad(lambda p: misfit(np, known, p)), np.array(AT)
    return lambda: call(p)


def ours_replayed(known: Any, cg: Any) -> Replayed:
    call = cg.value_and_grad(lambda p: misfit(np, known, p))
    return replayed(cg, call, (np.array(AT),), (np.array(ELSEWHERE),))


def with_autograd(known: Any, autograd: Any) -> Run:
    call = autograd.value_and_grad(lambda p: misfit(autograd.numpy, known, p))
    p = np.array(AT)
    return lambda: call(p)


def with_torch(known: Any, torch: Any) -> Run:
    known = torch.from_numpy(known)

    def run() -> tuple[Any, ...]:
        p = torch.tensor(AT, dtype=torch.float64, requires_grad=True)
        y = misfit(torch, known, p)
        y.backward()
        return y, p.grad

    return run


def with_jax(known: Any, jax: Any) -> Run:
    jnp = jax.numpy
    call = jax.jit(jax.value_and_grad(lambda p: jnp.mean((animals_scanned(jax, p) - known) ** 2)))
    p = np.array(AT)

    def run() -> tuple[Any, ...]:
        value, gradient = call(p)
        return value.block_until_ready(), np.asarray(gradient)

    run()
    return run


def with_casadi(known: Any, buffered: bool, casadi: Any) -> Run:
    names = symbolic.numpy_names(casadi)
    return symbolic.value_and_gradient(casadi, lambda p: misfit(names, known, p), AT, buffered)


def workload() -> Workload:
    known = seen()
    numbers, rows = tangents(AT)
    far = numbers - known
    expected = np.mean(far**2), 2.0 * far @ rows / len(far)
    return Workload(
        name="rk4",
        what="value and gradient through 400 steps of Runge-Kutta, 6 parameters",
        contenders=[
            Contender("cygrad", "cygrad", partial(ours, known), expected),
            Contender("cygrad replayed", "cygrad", partial(ours_replayed, known), expected),
            Contender("HIPS autograd", "autograd", partial(with_autograd, known), expected),
            Contender("torch", "torch", partial(with_torch, known), expected),
            Contender("jax.jit, scan", "jax", partial(with_jax, known), expected),
            Contender("CasADi", "casadi", partial(with_casadi, known, False), expected),
            Contender("CasADi, buffers", "casadi", partial(with_casadi, known, True), expected),
        ],
        figures=partial(over_replayed, {"jax.jit, scan": 1.0}),
    )


# ---- The Jacobian --------------------------------------------------------------------------------


def our_rows(cg: Any) -> Run:
    call, p = cg.jacobian(lambda p: animals(np, p)), np.array(AT)
    return lambda: (call(p),)


def our_rows_replayed(cg: Any) -> Replayed:
    call = cg.jacobian(lambda p: animals(np, p))
    made = replayed(cg, call, (np.array(AT),), (np.array(ELSEWHERE),))
    return dataclasses.replace(made, run=lambda: (made.run(),))


def rows_with_autograd(autograd: Any) -> Run:
    call, p = autograd.jacobian(lambda p: animals(autograd.numpy, p)), np.array(AT)
    return lambda: (call(p),)


def rows_with_torch(torch: Any) -> Run:
    p = torch.tensor(AT, dtype=torch.float64)
    return lambda: (torch.autograd.functional.jacobian(lambda p: animals(torch, p), p),)


def rows_with_jax(jax: Any) -> Run:
    call, p = jax.jit(jax.jacfwd(lambda p: animals_scanned(jax, p))), np.array(AT)

    def run() -> tuple[Any, ...]:
        return (np.asarray(call(p)),)

    run()
    return run


def rows_with_casadi(buffered: bool, casadi: Any) -> Run:
    names = symbolic.numpy_names(casadi)
    return symbolic.jacobian(casadi, lambda p: animals(names, p), AT, buffered)


def jacobian_workload(quick: bool) -> Workload:
    expected = (tangents(AT)[1],)
    slow = "takes many seconds: not measured with --quick" if quick else ""
    return Workload(
        name="rk4-jacobian",
        what="Jacobian, 42 by 6, through 400 steps of Runge-Kutta",
        contenders=[
            Contender("cygrad", "cygrad", our_rows, expected),
            Contender("cygrad replayed", "cygrad", our_rows_replayed, expected),
            Contender("HIPS autograd", "autograd", rows_with_autograd, expected, impossible=slow),
            Contender("torch", "torch", rows_with_torch, expected, impossible=slow),
            Contender("jax.jit, scan", "jax", rows_with_jax, expected),
            Contender("CasADi", "casadi", partial(rows_with_casadi, False), expected),
            Contender("CasADi, buffers", "casadi", partial(rows_with_casadi, True), expected),
        ],
        figures=partial(over_replayed, {"jax.jit, scan": 1.0}),
    )
