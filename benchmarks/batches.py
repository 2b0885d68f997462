"""`pendulums` and `examples`: many small programs at once.

A thousand pendulums, each with parameters of its own: value and gradient, through 1,000 steps. And
the gradients of a small convolutional network's loss for each of 256 digits.
"""

from functools import partial
from typing import Any

from harness import Contender, Run, Workload  # first: it pins NumPy's threads

# isort: split
import cnn
import models
import numpy as np
import training

MANY, EXAMPLES = 1000, 256


def parameters() -> Any:
    """A row for each pendulum."""
    rng = np.random.default_rng(0)
    return np.array([1.0, 0.1, 3.8, 0.2]) * rng.uniform(0.9, 1.1, (MANY, 4))


def columns(np_: Any, seen: Any, p: Any) -> Any:
    """All misfits, of arrays in place of numbers."""
    every, _ = models.pendulum().data
    angle, speed, pull, drag = p[0], p[1], p[2], p[3]
    angles = []
    for _ in range(models.STEPS):
        speed = speed - models.DT * (pull * np_.sin(angle) + drag * speed)
        angle = angle + models.DT * speed
        angles.append(angle)
    return np_.sum((np_.stack(angles[every - 1 :: every]) - seen[:, None]) ** 2) / len(seen)


def arrays(cg: Any) -> Run:
    p, (_, seen) = np.ascontiguousarray(parameters().T), models.pendulum().data
    call = cg.value_and_grad(partial(columns, np, seen))

    def run() -> tuple[Any, Any]:
        value, gradient = call(p)
        return value, gradient.T

    return run


def mapped(threads: int, cg: Any) -> Run:
    every, seen = models.pendulum().data
    call = cg.vmap(cg.value_and_grad(partial(models.swing, np, every, seen)))
    p = parameters()

    def run() -> tuple[Any, Any]:
        cg.set_num_threads(threads)
        values, gradients = call(p)
        cg.set_num_threads(1)
        return values.sum(), gradients

    return run


def with_torch(torch: Any) -> Run:
    p, (_, seen) = parameters().T, models.pendulum().data
    seen = torch.from_numpy(seen)

    def run() -> tuple[Any, Any]:
        x = torch.tensor(p, requires_grad=True)
        y = columns(torch, seen, x)
        y.backward()
        return y.detach(), x.grad.T

    return run


def with_jax(jax: Any) -> Run:
    every, seen = models.pendulum().data
    misfit = partial(models.swing_scanned, jax, jax.numpy, every, jax.numpy.asarray(seen))
    call, p = jax.jit(jax.vmap(jax.value_and_grad(misfit))), parameters()

    def run() -> tuple[Any, Any]:
        values, gradients = call(p)
        return np.asarray(values).sum(), np.asarray(gradients)

    run()
    return run


def pendulums() -> Workload:
    return Workload(
        name="pendulums",
        what="value and gradient of 1,000 pendulums through 1,000 steps",
        contenders=[
            Contender("cygrad", "cygrad", arrays),
            Contender("cygrad, vmap", "cygrad", partial(mapped, 1), target=None),
            Contender(
                "cygrad, vmap, 2 threads", "cygrad", partial(mapped, 2), against="cygrad, vmap"
            ),
            Contender("torch", "torch", with_torch, against="cygrad, vmap", target=15.0),
            Contender("jax.vmap", "jax", with_jax, against="cygrad, vmap", target=15.0),
        ],
    )


# ---- Gradients for each example ------------------------------------------------------------------


def digits() -> tuple[Any, Any]:
    batches = training.digits_batches(EXAMPLES, 1, 8, 8)
    return batches[0]


def looped(cg: Any) -> Run:
    model, loss = cnn.built(cg)
    x, t = digits()
    params = [p for _, p in model.params()]

    def one(k: int) -> list[Any]:
        model.cleargrads()
        loss(x[k : k + 1], t[k : k + 1]).backward()
        return [p.grad.data.copy() for p in params]

    def run() -> Any:
        found = [one(k) for k in range(EXAMPLES)]
        return sum(np.stack(parts).sum() for parts in zip(*found, strict=True))

    return run


def mapped_examples(cg: Any) -> Run:
    model, _ = cnn.built(cg)
    x, t = digits()
    params = {name: p.data for name, p in model.params()}

    def of(params: Any, x: Any, t: Any) -> Any:
        y = cg.functional_call(model, params, x[None])
        return cg.functions.cross_entropy(y, t[None])

    call = cg.vmap(cg.grad(of), in_axes=(None, 0, 0))

    def run() -> Any:
        return sum(g.sum() for g in call(params, x, t).values())

    return run


def torch_examples(torch: Any) -> Run:
    model, func = cnn.torch_model(torch), torch.func
    params = {name: p.detach() for name, p in model.named_parameters()}
    x, t = (torch.from_numpy(np.ascontiguousarray(a)) for a in digits())

    def loss(params: Any, x: Any, t: Any) -> Any:
        y = func.functional_call(model, params, (x[None],))
        return torch.nn.functional.cross_entropy(y, t[None])

    call = func.vmap(func.grad(loss), in_dims=(None, 0, 0))

    def run() -> Any:
        return sum(g.sum() for g in call(params, x, t).values())

    return run


def jax_examples(jax: Any) -> Run:
    loss = cnn.loss_in_jax(jax)
    call = jax.jit(
        jax.vmap(jax.grad(lambda p, x, t: loss(p, x[None], t[None])), in_axes=(None, 0, 0))
    )
    params, (x, t) = cnn.weights(), digits()

    def run() -> Any:
        return sum(np.asarray(g).sum() for g in call(params, x, t).values())

    run()
    return run


def examples() -> Workload:
    return Workload(
        name="examples",
        what="gradients of a small convolutional network for each of 256 examples",
        contenders=[
            Contender("cygrad", "cygrad", looped),
            Contender("cygrad, vmap", "cygrad", mapped_examples),
            Contender("torch.func.vmap", "torch", torch_examples, against="cygrad, vmap"),
            Contender("jax.vmap", "jax", jax_examples, against="cygrad, vmap"),
        ],
    )
