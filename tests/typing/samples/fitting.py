"""scipy's optimizers through cygrad: the result's x is of the type of x0."""

from typing import NamedTuple, assert_type

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F
from cygrad import optimize

Array = NDArray[np.float64]


class Wave(NamedTuple):
    height: float
    phase: float


def bowl(x: cg.Variable) -> cg.Variable:
    return F.sum((x - 3.0) ** 2)


def numpy_bowl(x: Array) -> np.float64:
    """NumPy code, typed as such."""
    total: np.float64 = np.sum((x - 3.0) ** 2)
    return total


def valley(p: dict[str, cg.Variable]) -> cg.Variable:
    return (p["a"] - 2.0) ** 2


T = np.linspace(0.0, 6.0, 50)


def wave(p: Wave) -> Array:
    heights: Array = p.height * np.sin(T + p.phase)
    return heights


SEEN = wave(Wave(2.0, 0.5))


def residuals(p: Wave) -> Array:
    return wave(p) - SEEN


def main() -> None:
    assert_type(optimize.minimize(bowl, 1.0).x, float)
    assert_type(optimize.minimize(bowl, np.zeros(2)).x, Array)
    assert_type(optimize.minimize(bowl, cg.zeros(2)).x, Array)
    assert_type(optimize.minimize(numpy_bowl, np.zeros(2), method="L-BFGS-B").x, Array)
    assert_type(optimize.minimize(valley, {"a": 0.0}).x, dict[str, float])
    assert_type(cg.grad(numpy_bowl)(np.zeros(2)), Array)

    fit = optimize.least_squares(residuals, Wave(1.0, 0.0))
    assert_type(fit.x, Wave)
    assert fit.success and abs(fit.x.height - 2.0) < 1e-6

    best: float = optimize.minimize(bowl, 1.0).x
    assert abs(best - 3.0) < 1e-6


if __name__ == "__main__":
    main()
