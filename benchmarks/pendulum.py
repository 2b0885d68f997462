"""`pendulum`: value and gradient of a pendulum's misfit, through 1,000 steps, by four parameters.

What an optimizer asks for at each step of `fit-pendulum`; the function is that of `models.py`, a loop
of Python on single numbers. jax takes a loop of its own, `lax.scan`. This one it unrolls: 100 steps
take it seconds to compile, and 250 more than a minute (jax 0.10). So it is run at 100 steps, beside
ours of 100, and is given the parameters as four numbers: from one array, it compiles 40 steps for
minutes.
"""

from functools import partial
from typing import Any

from harness import Contender, Replayed, Run, Workload, over_replayed  # first: it pins the threads

# isort: split
import models
import numpy as np
import symbolic
from replay import replayed

AT = (1.0, 0.1, 3.8, 0.2)
ELSEWHERE = (1.1, 0.0, 4.1, 0.1)
SHORT = 100


class Loss:
    """The misfit over so many steps, in the names of a library."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.every, seen = models.pendulum().data
        self.seen = seen[: steps // self.every]

    def of(self, np_: Any, arrays: Any = np.asarray) -> Any:
        every, seen, steps = self.every, arrays(self.seen), self.steps
        return lambda p: models.swing(np_, every, seen, p, steps)


def ours(loss: Loss, cg: Any) -> Run:
    call, p = cg.value_and_grad(loss.of(np)), np.array(AT)
    return lambda: call(p)


def ours_replayed(loss: Loss, cg: Any) -> Replayed:
    return replayed(cg, cg.value_and_grad(loss.of(np)), (np.array(AT),), (np.array(ELSEWHERE),))


def with_autograd(loss: Loss, autograd: Any) -> Run:
    call, p = autograd.value_and_grad(loss.of(autograd.numpy)), np.array(AT)
    return lambda: call(p)


def with_torch(loss: Loss, torch: Any) -> Run:
    misfit = loss.of(torch, torch.from_numpy)

    def run() -> tuple[Any, ...]:
        p = torch.tensor(AT, dtype=torch.float64, requires_grad=True)
        y = misfit(p)
        y.backward()
        return y, p.grad

    return run


def with_jax(misfit: Any, jax: Any) -> Run:
    call, p = jax.jit(jax.value_and_grad(misfit)), np.array(AT)

    def run() -> tuple[Any, ...]:
        value, gradient = call(p)
        return value.block_until_ready(), np.asarray(gradient)

    run()
    return run


def with_casadi(loss: Loss, buffered: bool, casadi: Any) -> Run:
    misfit = loss.of(symbolic.numpy_names(casadi))
    return symbolic.value_and_gradient(casadi, misfit, AT, buffered)


def by_hand(loss: Loss) -> tuple[float, Any]:
    """The misfit, and its gradient, by the adjoint of the leapfrog."""
    angle, speed, pull, drag = AT
    dt, angles, speeds = models.DT, [], []
    for _ in range(loss.steps):
        angles.append(angle)
        speeds.append(speed)
        speed -= dt * (pull * np.sin(angle) + drag * speed)
        angle += dt * speed
    ends = np.array([*angles[1:], angle])
    far = ends[loss.every - 1 :: loss.every] - loss.seen
    by_end = np.zeros(loss.steps)
    by_end[loss.every - 1 :: loss.every] = 2.0 * far / len(far)
    by_angle = by_speed = by_pull = by_drag = 0.0
    for k in reversed(range(loss.steps)):
        by_angle += by_end[k]
        by_speed += dt * by_angle
        by_pull -= dt * by_speed * np.sin(angles[k])
        by_drag -= dt * by_speed * speeds[k]
        by_angle -= dt * by_speed * pull * np.cos(angles[k])
        by_speed -= dt * by_speed * drag
    return float(np.mean(far**2)), np.array([by_angle, by_speed, by_pull, by_drag])


def workload() -> Workload:
    long, short = Loss(models.STEPS), Loss(SHORT)
    known, short_known = by_hand(long), by_hand(short)
    mine = f"cygrad, {SHORT} steps"
    scanned = partial(with_scan, long)
    return Workload(
        name="pendulum",
        what="value and gradient through 1,000 steps of a pendulum, 4 parameters",
        contenders=[
            Contender("cygrad", "cygrad", partial(ours, long), known),
            Contender("cygrad replayed", "cygrad", partial(ours_replayed, long), known),
            Contender("HIPS autograd", "autograd", partial(with_autograd, long), known),
            Contender("torch", "torch", partial(with_torch, long), known),
            Contender("jax.jit, scan", "jax", scanned, known),
            Contender("CasADi", "casadi", partial(with_casadi, long, False), known),
            Contender("CasADi, buffers", "casadi", partial(with_casadi, long, True), known),
            Contender(mine, "cygrad", partial(ours, short), short_known, against=""),
            Contender(
                f"cygrad replayed, {SHORT} steps",
                "cygrad",
                partial(ours_replayed, short),
                short_known,
                against=mine,
            ),
            Contender(
                f"jax.jit, same loop, {SHORT} steps",
                "jax",
                partial(with_loop, short),
                short_known,
                against=mine,
            ),
        ],
        figures=partial(over_replayed, {"jax.jit, scan": 1.2, "CasADi, buffers": 1.6}),
    )


def with_scan(loss: Loss, jax: Any) -> Run:
    every, seen = loss.every, loss.seen
    return with_jax(lambda p: models.swing_scanned(jax, jax.numpy, every, seen, p), jax)


def with_loop(loss: Loss, jax: Any) -> Run:
    call, p = jax.jit(jax.value_and_grad(loss.of(jax.numpy))), AT

    def run() -> tuple[Any, ...]:
        value, gradient = jax.block_until_ready(call(p))
        return value, gradient

    run()
    return run
