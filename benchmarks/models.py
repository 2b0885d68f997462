"""What `fit.py` fits: losses written for any module with NumPy's names, and their data.

`loss(np, *data, p)` takes the parameters last, as one vector. How they are fitted is in `fit.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Model:
    """`value` and `optimum` are what all libraries must reach; no `optimum` if there are many
    parameters. `scanned(jax, np, *data, p)` is the loss with jax's own loop, where unrolled it
    would compile for minutes. `target` is the ratio to reach to HIPS autograd's time.
    """

    what: str
    loss: Callable[..., Any]
    data: Sequence[Any]
    start: Any
    value: float
    optimum: Sequence[float] | None = None
    scanned: Callable[..., Any] | None = None
    target: float | None = None


# ---- CO2: trend, seasons, and noise that remembers --------------------------------------------

HARMONICS = 3


def likelihood(np: Any, t: Any, waves: Any, ppm: Any, p: Any) -> Any:
    """Minus the log likelihood a month: a parabola, waves of a year, and AR(1) noise."""
    trend = p[0] + p[1] * t + p[2] * t**2
    season = np.matmul(waves, p[3:9])
    memory, log_sigma = np.tanh(p[9]), p[10]
    residual = ppm - trend - season
    shock = residual[1:] - memory * residual[:-1]
    first = residual[0] ** 2 * (1 - memory**2) - np.log(1 - memory**2) * np.exp(2 * log_sigma)
    total = 0.5 * (np.sum(shock**2) + first) * np.exp(-2 * log_sigma)
    return total / len(ppm) + log_sigma


def co2_series() -> tuple[Any, Any, Any]:
    """Decades since 1980, waves of a year and its parts, ppm above 338."""
    # imported here, as run.py decides when cygrad is
    from cygrad.data import co2

    air = co2()
    years = 1958 + (2 + np.arange(len(air.ppm))) / 12
    phases = 2 * np.pi * np.outer(years, np.arange(1, HARMONICS + 1))
    return (years - 1980) / 10, np.hstack([np.sin(phases), np.cos(phases)]), air.ppm - 338.0


def co2_likelihood() -> Model:
    years, waves, ppm = co2_series()
    trend = np.polynomial.polynomial.polyfit(years, ppm, 2)
    return Model(
        what="likelihood of 526 months of CO2: trend, seasons, AR(1) noise",
        loss=likelihood,
        data=(years, waves, ppm),
        start=np.concatenate([trend, np.zeros(6), [0.5, 0.0]]),
        value=-0.6467070832368,
        optimum=[
            -0.3233953,
            13.3228228,
            1.1762013,
            2.7283579,
            -0.6510858,
            -0.0895267,
            -0.3422052,
            0.3459546,
            -0.0417997,
            1.5080256,
            -1.1483473,
        ],
        target=5.0,
    )


# ---- Digits: multinomial logistic regression --------------------------------------------------


def multinomial(np: Any, images: Any, onehot: Any, p: Any) -> Any:
    """The mean cross-entropy, with a penalty on the weights."""
    w, b = np.reshape(p[:640], (64, 10)), p[640:]
    z = np.matmul(images, w) + b
    chosen = np.sum(z * onehot, axis=1)
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - chosen) + 1e-3 * np.sum(w**2)


def digits_regression() -> Model:
    from cygrad.data import digits

    data = digits()
    return Model(
        what="logistic regression on 1,437 digits",
        loss=multinomial,
        data=(data.train_images, np.eye(10)[data.train_labels]),
        start=np.zeros(650),
        value=0.36014171,
    )


# ---- A pendulum, through its integrator -------------------------------------------------------

STEPS, DT = 1000, 0.02


def swing(np: Any, step: int, seen: Any, p: Any, steps: int = STEPS) -> Any:
    """Squared distance of the angles seen from those of a damped pendulum, by leapfrog."""
    angle, speed, pull, drag = p[0], p[1], p[2], p[3]
    angles = []
    for _ in range(steps):
        speed = speed - DT * (pull * np.sin(angle) + drag * speed)
        angle = angle + DT * speed
        angles.append(angle)
    return np.mean((np.stack(angles[step - 1 :: step]) - seen) ** 2)


def swing_scanned(jax: Any, np: Any, step: int, seen: Any, p: Any) -> Any:
    def move(state: Any, _: Any) -> tuple[Any, Any]:
        angle, speed = state
        speed = speed - DT * (p[2] * np.sin(angle) + p[3] * speed)
        angle = angle + DT * speed
        return (angle, speed), angle

    _, angles = jax.lax.scan(move, (p[0], p[1]), None, length=STEPS)
    return np.mean((angles[step - 1 :: step] - seen) ** 2)


def pendulum() -> Model:
    """A hundred angles of a pendulum that was let go at 1.2 rad, with noise."""
    angle, speed, angles = 1.2, 0.0, []
    for _ in range(STEPS):
        speed -= DT * (4.0 * np.sin(angle) + 0.1 * speed)
        angle += DT * speed
        angles.append(angle)
    noise = np.random.default_rng(0).normal(scale=0.05, size=100)
    return Model(
        what="a pendulum's start, pull and drag, through 1,000 steps",
        loss=swing,
        scanned=swing_scanned,
        data=(10, np.array(angles[9::10]) + noise),
        start=np.array([1.0, 0.1, 3.8, 0.2]),
        value=0.00216866419126,
        optimum=[1.197941, 0.0747798, 4.0138655, 0.1008177],
        target=5.0,
    )


# ---- A Gaussian process -----------------------------------------------------------------------


def process(np: Any, apart: Any, unit: Any, ppm: Any, p: Any) -> Any:
    """Minus the log likelihood a month of a slow process, a yearly one, and noise."""
    q = np.exp(p)
    slow = q[0] * np.exp(-0.5 * (apart / q[1]) ** 2)
    yearly = q[2] * np.exp(-2 * (np.sin(np.pi * apart) / q[3]) ** 2)
    lower = np.linalg.cholesky(slow + yearly + q[4] * unit)
    white = np.linalg.solve(lower, ppm)
    return (0.5 * np.sum(white**2) + np.sum(np.log(np.diag(lower)))) / len(ppm)


def co2_process(months: int = 120) -> Model:
    _, _, ppm = co2_series()
    years = np.arange(months) / 12
    last = ppm[-months:]
    return Model(
        what=f"hyperparameters of a Gaussian process on {months} months of CO2",
        loss=process,
        data=(years[:, None] - years, np.eye(months), last - np.mean(last)),
        start=np.array([2.0, 0.5, 1.0, 0.0, -1.0]),
        value=-0.5326125466746,
        optimum=[3.4435237, 0.2659903, 2.3763612, 0.4587387, -3.0939953],
    )


MODELS: dict[str, Callable[[], Model]] = {
    "co2": co2_likelihood,
    "digits": digits_regression,
    "pendulum": pendulum,
    "process": co2_process,
}
