"""`asian`: price and slopes of an Asian option, by 10,000 paths of 50 steps.

The payoff is what the mean of the price along its path is above the strike, discounted; the slopes
are by spot, volatility and rate (delta, vega, rho), all paths moving with them.
"""

import math
from functools import partial
from typing import Any

from harness import Contender, Replayed, Run, Workload, over_replayed  # first: it pins the threads

# isort: split
import numpy as np
import training
from replay import replayed

PATHS, STEPS = 10_000, 50
STRIKE, YEARS = np.array(100.0), 1.0
DT = YEARS / STEPS
AT = (100.0, 0.2, 0.03)
ELSEWHERE = (102.0, 0.25, 0.02)


def shocks() -> Any:
    """The same normally distributed numbers for everyone, a row each step."""
    return np.random.default_rng(0).standard_normal((STEPS, PATHS))


def price(np_: Any, z: Any, strike: Any, p: Any) -> Any:
    spot, volatility, rate = p[0], p[1], p[2]
    drift = (rate - 0.5 * volatility**2) * DT
    path = spot * np_.exp(np_.cumsum(drift + volatility * math.sqrt(DT) * z, 0))
    mean = np_.mean(path, 0)
    payoff = np_.maximum(mean, strike) - strike
    return np_.exp(-rate * YEARS) * np_.mean(payoff)


def by_hand() -> tuple[Any, Any]:
    z, (spot, volatility, rate) = shocks(), AT
    time = DT * np.arange(1, STEPS + 1)[:, None]
    walk = math.sqrt(DT) * np.cumsum(z, 0)
    path = spot * np.exp((rate - 0.5 * volatility**2) * time + volatility * walk)
    mean = np.mean(path, 0)
    paid, discount = mean > STRIKE, math.exp(-rate * YEARS)
    value = discount * np.mean(np.where(paid, mean - STRIKE, 0.0))
    by_spot = np.mean(path / spot, 0)
    by_volatility = np.mean(path * (walk - volatility * time), 0)
    by_rate = np.mean(path * time, 0)
    slopes = [discount * np.mean(paid * by) for by in (by_spot, by_volatility, by_rate)]
    slopes[2] -= YEARS * value
    return value, np.array(slopes)


def ours(cg: Any) -> Run:
    z, p = shocks(), np.array(AT)
    call = cg.value_and_grad(partial(price, np, z, STRIKE))
    return lambda: call(p)


def ours_replayed(cg: Any) -> Replayed:
    call = cg.value_and_grad(partial(price, np, shocks(), STRIKE))
    return replayed(cg, call, (np.array(AT),), (np.array(ELSEWHERE),))


def with_autograd(autograd: Any) -> Run:
    call, p = (
        autograd.value_and_grad(partial(price, autograd.numpy, shocks(), STRIKE)),
        np.array(AT),
    )
    return lambda: call(p)


def with_torch(compiled: bool, torch: Any) -> Run:
    function = partial(price, torch, torch.from_numpy(shocks()), torch.from_numpy(STRIKE))
    if compiled:
        function = torch.compile(function)

    def run() -> tuple[Any, ...]:
        p = torch.tensor(AT, dtype=torch.float64, requires_grad=True)
        y = function(p)
        y.backward()
        return y, p.grad

    run()
    return run


def with_jax(jax: Any) -> Run:
    z, p = jax.numpy.asarray(shocks()), np.array(AT)
    call = jax.jit(jax.value_and_grad(lambda p: price(jax.numpy, z, STRIKE, p)))

    def run() -> tuple[Any, ...]:
        value, gradient = call(p)
        return value.block_until_ready(), np.asarray(gradient)

    run()
    return run


def workload(quick: bool) -> Workload:
    known = by_hand()
    return Workload(
        name="asian",
        what="price of an Asian option and its 3 slopes, 10^4 paths of 50 steps",
        contenders=[
            Contender("cygrad", "cygrad", ours, known),
            Contender("cygrad replayed", "cygrad", ours_replayed, known),
            Contender("HIPS autograd", "autograd", with_autograd, known),
            Contender("torch", "torch", partial(with_torch, False), known),
            Contender(
                "torch.compile",
                "torch",
                partial(with_torch, True),
                known,
                impossible=training.SLOW if quick else "",
            ),
            Contender("jax.jit", "jax", with_jax, known),
        ],
        figures=partial(over_replayed, {"jax.jit": 1.0}),
    )
