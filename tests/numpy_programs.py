"""Functions as people write them with NumPy alone, which know nothing of cygrad.

Each takes arrays and gives one number; beside it stand inputs to try it with. `PROGRAMS` have the right
gradient on Variables; `REFUSED` are refused, with words that say what to do.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Array, ...]]] = {}
REFUSED: dict[str, tuple[Callable[..., Any], tuple[Array, ...], str]] = {}

RNG = np.random.default_rng(2)
TIMES = np.linspace(0.0, 2.0, 9)
COUNTS = np.array([3.0, 0.0, 1.0, 5.0, 2.0])
DESIGN = np.column_stack([np.ones(8), RNG.normal(size=(8, 2))])
RESPONSE = RNG.normal(size=8)
LABELS = np.array([0, 1, 1, 0, 1, 0, 1, 1])
SIGNAL = np.sin(np.arange(16.0)) + 0.3 * RNG.normal(size=16)


def program(*inputs: Array) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS[function.__name__] = function, tuple(np.asarray(x, dtype=float) for x in inputs)
        return function

    return add


def refused(match: str, *inputs: Array) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        arrays = tuple(np.asarray(x, dtype=float) for x in inputs)
        REFUSED[function.__name__] = function, arrays, match
        return function

    return add


# ---- Likelihoods ------------------------------------------------------------------------------


@program([0.3, -0.2])
def normal_likelihood(theta: Array) -> Array:
    mean, sigma = theta[0], np.exp(theta[1])
    z = (RESPONSE - mean) / sigma
    return 0.5 * np.sum(z**2) + len(RESPONSE) * np.log(sigma * np.sqrt(2 * np.pi))


@program([0.2, 0.4])
def poisson_likelihood(theta: Array) -> Array:
    rate = np.exp(theta[0] + theta[1] * np.arange(5))
    return np.sum(rate - COUNTS * np.log(rate))


@program([0.5, -0.3, 0.2])
def logistic_likelihood(beta: Array) -> Array:
    eta = DESIGN @ beta
    return np.sum(np.logaddexp(0.0, eta) - LABELS * eta)


@program([0.4, -1.0, 1.5])
def gaussian_mixture(theta: Array) -> Array:
    weight = 1.0 / (1.0 + np.exp(-theta[0]))
    parts = [
        np.log(weight) - 0.5 * (SIGNAL - theta[1]) ** 2,
        np.log1p(-weight) - 0.5 * (SIGNAL - theta[2]) ** 2,
    ]
    return -np.sum(np.logaddexp.reduce(np.stack(parts), axis=0))


@program([0.3, 0.7, 1.1])
def dirichlet_entropy(alpha: Array) -> Array:
    p = np.exp(alpha) / np.exp(alpha).sum()
    return -np.dot(p, np.log(p))


@program([1.4, 0.8])
def weibull_survival(theta: Array) -> Array:
    shape, scale = theta
    t = np.array([0.5, 1.2, 2.2, 0.9])
    observed = np.array([True, True, False, True])
    hazard = np.log(shape / scale) + (shape - 1) * np.log(t / scale)
    return -(np.where(observed, hazard, 0.0) - np.power(t / scale, shape)).sum()


@program([0.6, -0.1])
def autoregression(theta: Array) -> Array:
    residual = SIGNAL[1:] - theta[0] * SIGNAL[:-1] - theta[1]
    return np.mean(residual**2) + np.abs(theta).sum()


@program([0.5, 2.0])
def student_likelihood(theta: Array) -> Array:
    return np.sum(0.5 * (theta[1] + 1) * np.log1p((RESPONSE - theta[0]) ** 2 / theta[1]))


# ---- Regression and learning ------------------------------------------------------------------


@program([0.1, 0.2, -0.5])
def ridge(beta: Array) -> Array:
    return np.linalg.norm(np.dot(DESIGN, beta) - RESPONSE) ** 2 + 0.1 * np.linalg.norm(beta) ** 2


@program([0.4, -0.2, 0.5])
def huber_regression(beta: Array) -> Array:
    r = RESPONSE - np.dot(DESIGN, beta)
    return np.where(np.abs(r) < 0.5, 0.5 * r**2, 0.5 * (np.abs(r) - 0.25)).sum()


@program([0.3, -0.6, 0.2])
def quantile_regression(beta: Array) -> Array:
    r = RESPONSE - DESIGN @ beta
    return np.mean(np.maximum(0.8 * r, -0.2 * r))


@program(RNG.normal(size=(3, 4)) * 0.5, RNG.normal(size=4) * 0.1, RNG.normal(size=(4, 2)) * 0.5)
def small_network(w1: Array, b1: Array, w2: Array) -> Array:
    hidden = np.tanh(DESIGN @ w1 + b1)
    logits = hidden @ w2
    logits = logits - np.max(logits, axis=1, keepdims=True)
    log_p = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(8), LABELS])


@program(RNG.normal(size=(2, 2)), RNG.normal(size=(2, 2)))
def recurrent_network(w: Array, u: Array) -> Array:
    h = np.zeros(2)
    for x in SIGNAL.reshape(-1, 2):
        h = np.tanh(x @ w + h @ u)
    return np.square(h).sum()


@program(RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2)))
def attention(q: Array, k: Array, v: Array) -> Array:
    scores = np.einsum("id,jd->ij", q, k) / np.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.sum(np.matmul(weights, v) ** 3)


@program(RNG.normal(size=(6, 2)))
def pairwise_distances(x: Array) -> Array:
    d = x[:, np.newaxis, :] - x[np.newaxis, :, :]
    r = np.sqrt(np.sum(d**2, axis=-1) + np.eye(len(x)))
    return np.triu(1.0 / r, 1).sum()


@program(RNG.normal(size=(8, 2)))
def batch_normalized(x: Array) -> Array:
    z = (x - np.mean(x, axis=0)) / np.std(x, axis=0)
    return np.sum(np.clip(z, -1.0, 1.0) * np.arange(16.0).reshape(8, 2))


@program([0.2, 0.3, -0.1, 0.4])
def polynomial_fit(coefficients: Array) -> Array:
    return np.sum((np.polyval(coefficients, TIMES) - np.cos(TIMES)) ** 2)


# ---- Physics ----------------------------------------------------------------------------------


@program([0.5, 0.1])
def pendulum(state: Array) -> Array:
    angle, speed = state
    for _ in range(20):
        speed = speed - 0.05 * 9.81 * np.sin(angle)
        angle = angle + 0.05 * speed
    return angle**2 + 0.1 * speed**2


@program([1.0, 0.0], [0.0, 1.1])
def orbit_energy(position: Array, velocity: Array) -> Array:
    for _ in range(10):
        r = np.linalg.norm(position)
        velocity = velocity - 0.1 * position / r**3
        position = position + 0.1 * velocity
    return 0.5 * np.dot(velocity, velocity) - 1.0 / np.hypot(position[0], position[1])


@program(RNG.normal(size=(5, 3)))
def lennard_jones(x: Array) -> Array:
    i, j = np.triu_indices(5, 1)
    r2 = np.sum((x[i] - x[j]) ** 2, axis=1) + 1.0
    s = np.reciprocal(r2) ** 3
    return np.sum(4.0 * (s * s - s))


@program(np.sin(np.linspace(0.0, 3.0, 12)))
def heat_equation(u: Array) -> Array:
    for _ in range(5):
        u = u + 0.2 * (np.roll(u, 1) - 2.0 * u + np.roll(u, -1))
    return np.sum(u**2) + np.gradient(u).std()


@program(RNG.normal(size=(4, 4)))
def laplacian_2d(u: Array) -> Array:
    p = np.pad(u, 1, mode="edge")
    lap = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:] - 4.0 * u
    return np.sum(lap**2)


@program([0.3, -0.4, 0.9])
def rotations(angles: Array) -> Array:
    c, s = np.cos(angles), np.sin(angles)
    r = np.stack([np.stack([c[0], -s[0]]), np.stack([s[0], c[0]])])
    v = r @ np.stack([angles[1], angles[2]])
    return np.arctan2(v[1], v[0]) + np.degrees(v[0]) * 0.01


@program([0.4, 0.2, -0.7], [1.0, -0.5, 0.3])
def rigid_body(omega: Array, arm: Array) -> Array:
    velocity = np.cross(omega, arm)
    return np.vdot(velocity, velocity) + np.trace(np.outer(omega, arm))


@program([0.9, 0.4])
def robot_arm(q: Array) -> Array:
    joints = np.cumsum(q)
    tip = np.stack([np.cos(joints).sum(), np.sin(joints).sum()])
    return ((tip - np.array([1.2, 0.8])) ** 2).sum() + 0.01 * np.ptp(q)


@program([1.5, 0.3])
def projectile(launch: Array) -> Array:
    times = np.linspace(0.0, 1.0, 20)
    height = launch[0] * times - 0.5 * 9.81 * launch[1] * times**2
    return np.trapezoid(np.maximum(height, 0.0), times)


@program([1.2, 0.7])
def ideal_gas_work(v: Array) -> Array:
    grid = np.linspace(v[0], v[0] + v[1], 15)
    return np.trapezoid(1.0 / grid, grid)


# ---- Signals ----------------------------------------------------------------------------------


@program([0.2, 0.5, 0.3])
def filtered(kernel: Array) -> Array:
    return np.sum((np.convolve(SIGNAL, kernel, mode="same") - SIGNAL) ** 2)


@program(SIGNAL[:8])
def autocorrelation(x: Array) -> Array:
    x = x - x.mean()
    full = np.correlate(x, x, mode="full")
    return (full[len(x) :] / full[len(x) - 1]).sum()


@program(SIGNAL[:9])
def total_variation(x: Array) -> Array:
    return np.abs(np.diff(x)).sum() + 0.1 * np.sum(np.diff(x, n=2) ** 2)


@program(SIGNAL[:6])
def windowed_sinc(x: Array) -> Array:
    return np.sum(np.sinc(x) * np.hanning(6)) + np.log10(np.sum(x**2))


@program(np.linspace(0.5, 9.5, 6))
def unwrapped_phase(x: Array) -> Array:
    return np.sum(np.unwrap(np.mod(x, 2 * np.pi)) ** 2)


@program(SIGNAL[:8])
def moving_average(x: Array) -> Array:
    c = np.cumsum(np.concatenate([[0.0], x]))
    return np.max((c[3:] - c[:-3]) / 3.0)


@program(SIGNAL[:8])
def decibels(x: Array) -> Array:
    return np.mean(20.0 * np.log10(np.abs(x) + 1e-3)) + np.log2(np.exp2(x)).sum()


# ---- Matrices ---------------------------------------------------------------------------------


@program(RNG.normal(size=(3, 3)))
def power_iteration(a: Array) -> Array:
    v = np.ones(3)
    for _ in range(4):
        v = a.T @ (a @ v)
        v = v / np.sqrt(v @ v)
    return np.inner(v, np.arange(3.0))


@program(RNG.normal(size=(3, 3)))
def symmetric_part(a: Array) -> Array:
    s = 0.5 * (a + a.T)
    return np.sum(np.tril(s) ** 2) + np.prod(np.diag(s)) + np.trace(s @ s)


@program(RNG.normal(size=(2, 2)), RNG.normal(size=(2, 3)))
def kronecker(a: Array, b: Array) -> Array:
    k = np.kron(a, b)
    return np.sum(k**2 * np.arange(k.shape[1])) + k.size


@program(RNG.normal(size=(2, 3, 4)))
def tensor_contraction(t: Array) -> Array:
    g = np.tensordot(t, t, axes=([0, 2], [0, 2]))
    return np.sum(np.moveaxis(t, 0, -1) ** 3) + np.sum(np.swapaxes(g, 0, 1) * np.eye(3))


@program(RNG.normal(size=(3, 2)), RNG.normal(size=2))
def blocks(a: Array, b: Array) -> Array:
    whole = np.vstack([np.hstack([a, np.zeros((3, 1))]), np.append(b, 1.0)])
    parts = np.split(whole, 2)
    return np.sum(parts[0] * parts[1]) + np.sum(np.column_stack([a, a[:, 0]]) ** 2)


@program(RNG.normal(size=4))
def circulant(x: Array) -> Array:
    c = np.stack([np.roll(x, k) for k in range(4)])
    return np.sum(np.rot90(c) * np.arange(16.0).reshape(4, 4)) + np.sum(np.flipud(c)[0] ** 2)


# ---- Interpolation, statistics, finance -------------------------------------------------------


@program([0.1, 0.5, 0.2, 0.9])
def interpolated_curve(knots: Array) -> Array:
    return np.sum(np.interp(TIMES, np.linspace(0.0, 2.0, 4), knots) ** 2)


@program([0.35, 1.15])
def lookup(at: Array) -> Array:
    return np.sum(np.interp(at, TIMES, np.exp(TIMES)) ** 2)


@program(RNG.normal(size=(3, 6)))
def portfolio_variance(returns: Array) -> Array:
    w = np.array([0.2, 0.5, 0.3])
    return w @ np.cov(returns) @ w + np.corrcoef(returns)[0, 1]


@program(RNG.normal(size=9))
def robust_statistics(x: Array) -> Array:
    centre = np.median(x)
    return np.median(np.abs(x - centre)) + np.percentile(x, 80) - np.quantile(x, 0.1)


@program(RNG.normal(size=7))
def trimmed_mean(x: Array) -> Array:
    return np.mean(np.sort(x)[1:-1]) + 0.1 * np.partition(x, 2)[2]


@program(RNG.normal(size=6))
def missing_data(x: Array) -> Array:
    data = np.where(np.array([0, 1, 0, 0, 1, 0], dtype=bool), np.nan, x)
    return np.nanmean(data) + np.nanvar(data) + np.nansum(data) + np.nanmax(data)


@program([100.0, 0.2])
def black_scholes(theta: Array) -> Array:
    spot, volatility = theta
    d = (np.log(spot / 95.0) + 0.5 * volatility**2) / volatility
    return spot * 0.5 * (1.0 + np.tanh(d)) + np.expm1(-volatility)


@program([0.03, 0.04, 0.05])
def discounted(rates: Array) -> Array:
    return np.sum(np.array([5.0, 5.0, 105.0]) / np.cumprod(1.0 + rates))


@program([0.5, 1.5, 2.5], [1.0, 2.0, 0.5])
def weighted_average(x: Array, w: Array) -> Array:
    return np.average(x, weights=w) ** 2


@program([1.3, -0.4])
def rosenbrock(x: Array) -> Array:
    return 100.0 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


@program([0.4, 1.2, -0.7])
def hinge_and_steps(x: Array) -> Array:
    return (
        np.sum(np.fmax(x, 0.2) * np.sign(x)) + np.sum(np.floor(x) * x) + np.heaviside(x, 0.5).sum()
    )


@program(RNG.normal(size=(3, 4)))
def every_way_to_sum(x: Array) -> Array:
    total = 0.0
    for row in x:
        total += row.sum() * np.add.reduce(row**2)
    total = total + np.float64(2.0) * x.mean() + x.prod(axis=0).sum() + x.flatten()[0]
    return total + np.multiply.outer(x[0], x[1]).sum()


@program(RNG.normal(size=(2, 3)))
def meshed(x: Array) -> Array:
    a, b = np.meshgrid(x[0], x[1])
    return np.sum(np.sin(a) * np.cosh(b)) + np.sum(np.atleast_2d(x[0]) ** 2) + x.T.dot(x).trace()


@program([0.2, -0.5])
def python_scalars(x: Array) -> Array:
    first, second = x
    return abs(first) ** 1.5 + (-second) // 0.3 + (second % 0.3) * 2 + math.pi / first


# ---- What is refused --------------------------------------------------------------------------


@refused("graph", [1.0, 2.0])
def filled_in_place(x: Array) -> Array:
    total = np.zeros(2)
    total += x
    return total.sum()


@refused("item assignment", [1.0, 2.0])
def assigned_by_index(x: Array) -> Array:
    y = np.zeros_like(x)
    y[0] = x[0] ** 2
    return y.sum()


@refused("np.stack", [1.0, 2.0])
def assigned_into_an_array(x: Array) -> Array:
    y = np.zeros(2)
    y[0] = x[0] ** 2
    return y.sum()


@refused("np.stack", [1.0, 2.0])
def made_an_array_of_numbers(x: Array) -> Array:
    return np.sum(np.array([x[0] * x[1], x[0]]))


@refused("np.stack", [1.0, 2.0])
def converted(x: Array) -> Array:
    return np.sum(np.asarray(x) ** 2)


@refused(r"float\(x\)", [1.0, 2.0])
def computed_by_math(x: Array) -> Array:
    return math.exp(x[0])


@refused("np.stack", [1.0, 2.0])
def method_of_an_array(x: Array) -> Array:
    return np.ones(2).dot(x)


@refused("out=", [1.0, 2.0])
def written_to_out(x: Array) -> Array:
    y = np.empty(2)
    np.exp(x, out=y)
    return y.sum()


@refused("dtype", [1.0, 2.0])
def in_single_precision(x: Array) -> Array:
    return np.sum(x, dtype=np.float32)


@refused("where=", [1.0, 2.0])
def masked_sum(x: Array) -> Array:
    return np.sum(x, where=np.array([True, False]))


@refused("np.fft.fft", [1.0, 2.0, 3.0])
def spectrum(x: Array) -> Array:
    return np.sum(np.abs(np.fft.fft(x)) ** 2)


@refused("np.where", [1.0, 2.0])
def piecewise(x: Array) -> Array:
    return np.sum(np.piecewise(x, [x < 1.5, x >= 1.5], [lambda v: v, lambda v: v**2]))


@refused("np.stack", [1.0, 2.0])
def filled(x: Array) -> Array:
    return np.sum(np.full(3, x[0]))


@refused("np.bincount", [1.0, 2.0])
def grouped(x: Array) -> Array:
    return np.sum(np.bincount([0, 0], weights=x) ** 2)
