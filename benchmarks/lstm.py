"""`lstm`: a step of training of an LSTM, hidden size 100, on 30 steps of 30 sequences, by Adam.

A number goes in at each step, and a linear layer's number comes out; the loss is the sum of the mean
squared errors of the steps. torch stands there as its LSTM over the whole sequence and as its
LSTMCell step by step, which is how ours works.

torch adds two biases. One stays frozen at zero: else each would get Adam's step, and their sum two.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from harness import (  # first: it pins the threads
    Contender,
    Figure,
    Replayed,
    Results,
    Run,
    Workload,
    ratio,
)

# isort: split
import numpy as np
import training

HIDDEN, BATCH, STEPS = 100, 30, 30
GATES = 4 * HIDDEN
FOURTH_LOSS = 13.966396465504  # of the fourth step, as torch gives it


def sequences() -> training.Batches:
    """(x, t), each of shape (STEPS, BATCH, 1): noisy sines, and their next values."""
    rng = np.random.default_rng(0)
    time = 0.3 * np.arange(STEPS + 1)[:, None] + rng.uniform(0.0, 6.0, BATCH)
    values = np.sin(time) + rng.uniform(-0.05, 0.05, time.shape)
    return [(values[:-1, :, None].copy(), values[1:, :, None].copy())]


def weights() -> dict[str, Any]:
    """The same for everyone; the gates i, f, g, o beside each other."""
    rng = np.random.default_rng(1)
    return {
        "lstm.wx": rng.standard_normal((1, GATES)),
        "lstm.wh": rng.standard_normal((HIDDEN, GATES)) / np.sqrt(HIDDEN),
        "lstm.b": np.zeros(GATES),
        "linear.w": rng.standard_normal((HIDDEN, 1)) / np.sqrt(HIDDEN),
        "linear.b": np.zeros(1),
    }


def built(cg: Any) -> tuple[Any, Callable[..., Any]]:
    """Our model, and its loss of a batch."""
    F, model = cg.functions, cg.models.LSTM(HIDDEN, 1)
    model.load_state_dict(weights())

    def loss(xs: Any, ts: Any) -> Any:
        model.reset_state()
        total = 0.0
        for x, t in zip(xs, ts, strict=True):
            total = total + F.mean_squared_error(model(x), t)
        return total

    return model, loss


def ours(cg: Any) -> Run:
    return training.ours(*built(cg), sequences())


def ours_replayed(cg: Any) -> Replayed:
    model, loss = built(cg)
    return training.replayed(cg, model, loss, sequences())


def with_torch(stepwise: bool, fused: bool, torch: Any) -> Run:
    nn, known = torch.nn, weights()
    kind, suffix = (nn.LSTMCell, "") if stepwise else (nn.LSTM, "_l0")
    lstm = kind(1, HIDDEN, dtype=torch.float64)
    linear = nn.Linear(HIDDEN, 1, dtype=torch.float64)
    lstm.get_parameter(f"bias_hh{suffix}").requires_grad_(False)
    with torch.no_grad():
        for module, name, value in (
            (lstm, f"weight_ih{suffix}", known["lstm.wx"].T),
            (lstm, f"weight_hh{suffix}", known["lstm.wh"].T),
            (lstm, f"bias_ih{suffix}", known["lstm.b"]),
            (lstm, f"bias_hh{suffix}", np.zeros(GATES)),
            (linear, "weight", known["linear.w"].T),
            (linear, "bias", known["linear.b"]),
        ):
            module.get_parameter(name).copy_(torch.from_numpy(value))
    mean_squared_error = nn.functional.mse_loss

    def over_the_whole(xs: Any, ts: Any) -> Any:
        hs, _ = lstm(xs)
        return mean_squared_error(linear(hs), ts) * STEPS

    def step_by_step(xs: Any, ts: Any) -> Any:
        state, total = None, 0.0
        for x, t in zip(xs, ts, strict=True):
            state = lstm(x, state)
            total = total + mean_squared_error(linear(state[0]), t)
        return total

    loss = step_by_step if stepwise else over_the_whole
    return training.with_torch(torch, [lstm, linear], loss, sequences(), fused)


def with_jax(jax: Any) -> Run:
    jnp, sigmoid = jax.numpy, jax.nn.sigmoid

    def loss(p: Any, xs: Any, ts: Any) -> Any:
        def cell(state: Any, x: Any) -> tuple[Any, Any]:
            h, c = state
            i, f, g, o = jnp.split(x @ p["lstm.wx"] + h @ p["lstm.wh"] + p["lstm.b"], 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * jnp.tanh(g)
            h = sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((BATCH, HIDDEN))
        _, hs = jax.lax.scan(cell, (zeros, zeros), xs)
        return jnp.mean((hs @ p["linear.w"] + p["linear.b"] - ts) ** 2) * STEPS

    return training.with_jax(jax, weights(), loss, sequences())


def matmuls(_: Any) -> Run:
    """The products of one step with the state and the linear layer, forward and backward, so often.

    Those with the single input are left out.
    """
    known, rng = weights(), np.random.default_rng(2)
    wh, w = known["lstm.wh"], known["linear.w"]
    h, gates = rng.standard_normal((BATCH, HIDDEN)), rng.standard_normal((BATCH, GATES))
    y = rng.standard_normal((BATCH, 1))
    products = ((h, wh), (h.T, gates), (gates, wh.T), (h, w), (h.T, y), (y, w.T))
    into = [(a, b, a @ b) for a, b in products]

    def run() -> None:
        for _ in range(STEPS):
            for a, b, c in into:
                np.matmul(a, b, out=c)

    return run


def figures(results: Results) -> list[Figure]:
    alone = ratio(results.get("cygrad"), results.get("its matmuls alone"))
    return [Figure("cygrad over its matmuls alone", alone, "times")]


def workload() -> Workload:
    known = [FOURTH_LOSS]
    return Workload(
        name="lstm",
        what="a step of an LSTM, hidden 100, 30 steps of 30 sequences",
        contenders=[
            Contender("cygrad", "cygrad", ours, known),
            Contender("cygrad replayed", "cygrad", ours_replayed, known),
            Contender("torch LSTM", "torch", partial(with_torch, False, False), known, target=3),
            Contender("torch LSTM, fused Adam", "torch", partial(with_torch, False, True), known),
            Contender("torch LSTMCell", "torch", partial(with_torch, True, False), known, target=3),
            Contender("jax.jit", "jax", with_jax, known),
            Contender("its matmuls alone", "numpy", matmuls),
        ],
        figures=figures,
    )
