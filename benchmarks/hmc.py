"""`hmc`: Hamiltonian Monte Carlo in 20 dimensions, 6,000 gradients of a logistic regression's density.

300 trajectories of 20 leapfrog steps, each accepted or not; the sampler is one and the same, in
NumPy, and every library gives it the log density and its gradient. jax is shown with the whole
trajectory compiled, too, which takes a loop of its own, and so are we.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from harness import Contender, Replayed, Run, Workload, over_replayed  # first: it pins the threads

# isort: split
import numpy as np
from replay import capture, instructions

DIMENSIONS, ROWS = 20, 100
TRAJECTORIES, LEAPS, STEP = 300, 20, 0.05

Evaluate = Callable[[Any], tuple[Any, Any]]
Trajectory = Callable[[Any, Any], Sequence[Any]]


def data() -> tuple[Any, Any]:
    """The same for everyone: what is measured, and signs of what came."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((ROWS, DIMENSIONS))
    noise = rng.logistic(size=ROWS)
    return x, np.where(x @ rng.standard_normal(DIMENSIONS) + noise > 0, 1.0, -1.0)


def density(np_: Any, x: Any, signs: Any, w: Any) -> Any:
    """The log of it: a normal prior, and the likelihood of the signs."""
    margins = signs * np_.matmul(x, w)
    return -np_.sum(np_.log(1.0 + np_.exp(-margins))) - 0.5 * np_.sum(w * w)


def by_hand(w: Any, x: Any, signs: Any) -> tuple[Any, Any]:
    margins = signs * (x @ w)
    value = -np.sum(np.log(1.0 + np.exp(-margins))) - 0.5 * np.sum(w * w)
    return value, x.T @ (signs / (1.0 + np.exp(margins))) - w


def leapfrog(evaluate: Evaluate, w: Any, momentum: Any) -> tuple[Any, Any, Any, Any]:
    """A trajectory: the log density where it starts and ends, its end, and the momentum there."""
    before, slope = evaluate(w)
    value = before
    for _ in range(LEAPS):
        momentum = momentum + 0.5 * STEP * slope
        w = w + STEP * momentum
        value, slope = evaluate(w)
        momentum = momentum + 0.5 * STEP * slope
    return before, value, w, momentum


def sampled(trajectory: Trajectory) -> tuple[Any, Any]:
    """The last sample, and the mean of all."""
    rng, w, total = np.random.default_rng(1), np.zeros(DIMENSIONS), np.zeros(DIMENSIONS)
    for _ in range(TRAJECTORIES):
        momentum = rng.standard_normal(DIMENSIONS)
        before, after, end, last = trajectory(w, momentum)
        gained = after - before + 0.5 * (momentum @ momentum - last @ last)
        if rng.random() < math.exp(min(0.0, gained)):
            w = end
        total += w
    return w, total / TRAJECTORIES


def with_gradient(evaluate: Evaluate) -> Run:
    return lambda: sampled(partial(leapfrog, evaluate))


def ours(cg: Any) -> Run:
    return with_gradient(cg.value_and_grad(partial(density, np, *data())))


def ours_replayed(cg: Any) -> Replayed:
    function = cg.value_and_grad(partial(density, np, *data()))
    first, second = np.full(DIMENSIONS, 0.1), np.full(DIMENSIONS, 0.2)
    call, captured, compared = capture(cg, function, (first,), (second,))
    return Replayed(with_gradient(call), captured, compared, instructions(call), is_call=False)


def with_autograd(autograd: Any) -> Run:
    return with_gradient(autograd.value_and_grad(partial(density, autograd.numpy, *data())))


def with_torch(torch: Any) -> Run:
    x, signs = map(torch.from_numpy, data())

    def evaluate(w: Any) -> tuple[Any, Any]:
        variable = torch.from_numpy(w).requires_grad_()
        value = density(torch, x, signs, variable)
        value.backward()
        return value.item(), variable.grad.numpy()

    return with_gradient(evaluate)


def with_jax(jax: Any) -> Run:
    x, signs = map(jax.numpy.asarray, data())
    call = jax.jit(jax.value_and_grad(lambda w: density(jax.numpy, x, signs, w)))

    def evaluate(w: Any) -> tuple[Any, Any]:
        value, slope = call(w)
        return float(value), np.asarray(slope)

    evaluate(np.zeros(DIMENSIONS))
    return with_gradient(evaluate)


def whole_with_jax(jax: Any) -> Run:
    x, signs = map(jax.numpy.asarray, data())
    evaluate = jax.value_and_grad(lambda w: density(jax.numpy, x, signs, w))

    def trajectory(w: Any, momentum: Any) -> tuple[Any, Any, Any, Any]:
        before, slope = evaluate(w)

        def leap(_: Any, state: Any) -> Any:
            _, w, momentum, slope = state
            momentum = momentum + 0.5 * STEP * slope
            w = w + STEP * momentum
            value, slope = evaluate(w)
            return value, w, momentum + 0.5 * STEP * slope, slope

        value, w, momentum, _ = jax.lax.fori_loop(0, LEAPS, leap, (before, w, momentum, slope))
        return before, value, w, momentum

    call = jax.jit(trajectory)

    call(np.zeros(DIMENSIONS), np.zeros(DIMENSIONS))
    return lambda: sampled(lambda *at: [np.asarray(y) for y in call(*at)])


def whole_replayed(cg: Any) -> Replayed:
    evaluate = cg.value_and_grad(partial(density, np, *data()))

    def variables(*arrays: Any) -> tuple[Any, ...]:
        return tuple(cg.Variable(array, requires_grad=False) for array in arrays)

    at = variables(np.full(DIMENSIONS, 0.1), np.ones(DIMENSIONS))
    elsewhere = variables(np.full(DIMENSIONS, 0.2), np.zeros(DIMENSIONS))
    function = cg.no_grad()(partial(leapfrog, evaluate))
    call, captured, compared = capture(cg, function, at, elsewhere)

    def run() -> tuple[Any, Any]:
        return sampled(lambda *at: [y.data for y in call(*variables(*at))])

    return Replayed(run, captured, compared, instructions(call), is_call=False)


def workload() -> Workload:
    x, signs = data()
    known = sampled(partial(leapfrog, lambda w: by_hand(w, x, signs)))
    what = f"{TRAJECTORIES * LEAPS:,} gradients of a logistic regression, {DIMENSIONS} dimensions"
    return Workload(
        name="hmc",
        what=f"Hamiltonian Monte Carlo: {what}",
        contenders=[
            Contender("cygrad", "cygrad", ours, known),
            Contender("cygrad replayed", "cygrad", ours_replayed, known),
            Contender("cygrad replayed, trajectory", "cygrad", whole_replayed, known),
            Contender("HIPS autograd", "autograd", with_autograd, known),
            Contender("torch", "torch", with_torch, known),
            Contender("jax.jit, gradient", "jax", with_jax, known),
            Contender("jax.jit, trajectory", "jax", whole_with_jax, known),
        ],
        figures=partial(over_replayed, {"jax.jit, gradient": 1.0, "jax.jit, trajectory": 1.0}),
    )
