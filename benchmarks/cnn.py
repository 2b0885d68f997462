"""`cnn`: a step of training of a small convolutional network on the digits, batch 64, by Adam.

Twice a 3x3 convolution, relu and max_pool2d of 2, with 16 and then 32 channels; then a linear layer.
"""

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

from harness import Contender, Replayed, Run, Workload  # first: it pins NumPy's threads

# isort: split
import numpy as np
import training

BATCH = 64
CHANNELS = (1, 16, 32)
FEATURES = CHANNELS[-1] * 2 * 2  # of the 8x8 pixels
FOURTH_LOSS = 2.297817774232  # of the fourth step, as torch gives it


def batches() -> training.Batches:
    return training.digits_batches(BATCH, 1, 8, 8)


def weights() -> dict[str, Any]:
    """The same for everyone; the names are those of ours."""
    rng = np.random.default_rng(0)
    found: dict[str, Any] = {}
    for place, (m, n) in zip((0, 3), itertools.pairwise(CHANNELS), strict=True):
        found[f"steps.{place}.w"] = rng.standard_normal((n, m, 3, 3)) / np.sqrt(9 * m)
        found[f"steps.{place}.b"] = np.zeros(n)
    found["steps.7.w"] = rng.standard_normal((FEATURES, 10)) / np.sqrt(FEATURES)
    found["steps.7.b"] = np.zeros(10)
    return found


def built(cg: Any) -> tuple[Any, Callable[..., Any]]:
    """Our model, and its loss of a batch."""
    F, L = cg.functions, cg.layers
    first, second = (L.Conv2d(n, 3, padding=1) for n in CHANNELS[1:])
    model = L.Sequential(
        *(first, F.relu, L.MaxPool2d(2)),
        *(second, F.relu, L.MaxPool2d(2)),
        *(L.Flatten(), L.Linear(10)),
    )
    model.load_state_dict(weights())
    return model, lambda x, t: F.cross_entropy(model(x), t)


def ours(cg: Any) -> Run:
    return training.ours(*built(cg), batches())


def ours_replayed(cg: Any) -> Replayed:
    model, loss = built(cg)
    return training.replayed(cg, model, loss, batches())


def with_torch(fused: bool, torch: Any) -> Run:
    model, loss = torch_model(torch), torch.nn.functional.cross_entropy
    return training.with_torch(torch, [model], lambda x, t: loss(model(x), t), batches(), fused)


def torch_model(torch: Any) -> Any:
    nn, known = torch.nn, weights()
    first, second = (nn.Conv2d(m, n, 3, padding=1) for m, n in itertools.pairwise(CHANNELS))
    model = nn.Sequential(
        *(first, nn.ReLU(), nn.MaxPool2d(2)),
        *(second, nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(FEATURES, 10)),
    ).double()
    with torch.no_grad():
        for place in (0, 3, 7):
            w, b = known[f"steps.{place}.w"], known[f"steps.{place}.b"]
            model[place].weight.copy_(torch.from_numpy(w.T if w.ndim == 2 else w))
            model[place].bias.copy_(torch.from_numpy(b))
    return model


def with_jax(jax: Any) -> Run:
    return training.with_jax(jax, weights(), loss_in_jax(jax), batches())


def loss_in_jax(jax: Any) -> Callable[..., Any]:
    jnp, lax = jax.numpy, jax.lax

    def loss(p: Any, x: Any, t: Any) -> Any:
        for place in (0, 3):
            w, b = p[f"steps.{place}.w"], p[f"steps.{place}.b"]
            x = lax.conv_general_dilated(x, w, (1, 1), "SAME") + b[:, None, None]
            x = jax.nn.relu(x)
            x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        y = x.reshape(len(x), -1) @ p["steps.7.w"] + p["steps.7.b"]
        return jnp.mean(jax.scipy.special.logsumexp(y, axis=1) - y[jnp.arange(len(t)), t])

    return loss


def workload() -> Workload:
    known = [FOURTH_LOSS]
    return Workload(
        name="cnn",
        what="a step of a small convolutional network on 64 digits",
        contenders=[
            Contender("cygrad", "cygrad", ours, known),
            Contender("cygrad replayed", "cygrad", ours_replayed, known),
            Contender("torch", "torch", partial(with_torch, False), known),
            Contender("torch, fused Adam", "torch", partial(with_torch, True), known),
            Contender("jax.jit", "jax", with_jax, known),
        ],
    )
