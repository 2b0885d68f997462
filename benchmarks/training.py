"""A step of training in each library, for `mlp`, `lstm` and `cnn`: loss, gradients, Adam.

A run is one step and gives the loss before its update. Some steps are made before it is handed out,
so that the loss which the harness checks has updates behind it: it is right if the model, its
gradients and Adam are.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from harness import Replayed, Run
from replay import capture, instructions

LR = 1e-3
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8  # everyone's defaults
STEPS_BEFORE = 3
SLOW = "torch.compile takes half a minute: not measured with --quick"

Batch = tuple[Any, ...]
Batches = Sequence[Batch]


def digits_batches(size: int, *shape: int) -> list[Batch]:
    """(images, labels), so many a batch: one epoch over the digits that the package ships."""
    # imported here, as run.py decides when cygrad is
    from cygrad.data import digits

    data = digits()
    images, labels = data.train_images.reshape(-1, *shape), data.train_labels
    starts = range(0, len(labels) - size + 1, size)
    return [(images[i : i + size], labels[i : i + size]) for i in starts]


def ours(model: Any, loss: Callable[..., Any], batches: Batches) -> Run:
    """Of a model of cygrad; `loss` takes a batch."""
    from cygrad.optimizers import Adam

    optimizer = Adam(lr=LR)
    batch = itertools.cycle(batches)

    def step() -> tuple[Any]:
        value = loss(*next(batch))
        model.cleargrads()
        value.backward()
        optimizer.update(model)
        return (value,)

    return _started(step)


def replayed(cg: Any, model: Any, loss: Callable[..., Any], batches: Batches) -> Replayed:
    """The same step captured, at every batch; then it starts again."""
    from cygrad.optimizers import Adam

    optimizer = Adam(lr=LR)

    def step(*batch: Any) -> Any:
        value = loss(*batch)
        model.cleargrads()
        value.backward()
        optimizer.update(model)
        return value

    started = optimizer.state_dict(model)
    weights = model.state_dict()
    call, captured, compared = capture(cg, step, batches[0], batches[0])
    for other in [*batches[1:], *batches[1:]]:
        call(*other)
    model.load_state_dict(weights)
    optimizer.load_state_dict(started, model)
    batch = itertools.cycle(batches)
    run = _started(lambda: (call(*next(batch)),))
    return Replayed(run, captured, compared, instructions(call))


def with_torch(
    torch: Any, modules: Sequence[Any], loss: Callable[..., Any], batches: Batches, fused: bool
) -> Run:
    """Of modules of torch, those of whose parameters that are not frozen."""
    parameters = [p for m in modules for p in m.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=LR, fused=True if fused else None)
    batch = _in_turn(batches, torch.from_numpy)

    def step() -> tuple[Any]:
        value = loss(*next(batch))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return (value,)

    return _started(step)


def with_jax(jax: Any, parameters: Any, loss: Callable[..., Any], batches: Batches) -> Run:
    """Loss, gradients and Adam compiled together; `loss` takes the parameters and a batch."""
    jnp, over = jax.numpy, jax.tree.map
    parameters = over(jnp.array, parameters)

    def compiled(state: tuple[Any, ...], *batch: Any) -> tuple[tuple[Any, ...], Any]:
        parameters, means, squares, count = state
        value, gradients = jax.value_and_grad(loss)(parameters, *batch)
        count = count + 1
        means = over(lambda m, g: BETA1 * m + (1 - BETA1) * g, means, gradients)
        squares = over(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, squares, gradients)
        rate, root = LR / (1 - BETA1**count), jnp.sqrt(1 - BETA2**count)
        parameters = over(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) / root + EPS), parameters, means, squares
        )
        return (parameters, means, squares, count), value

    # the old state's memory serves the new one
    jitted = jax.jit(compiled, donate_argnums=0)
    zeros = over(jnp.zeros_like, parameters)
    state = (parameters, zeros, over(jnp.copy, zeros), jnp.array(0.0))
    batch = _in_turn(batches, jnp.asarray)

    def step() -> tuple[Any]:
        nonlocal state
        state, value = jax.block_until_ready(jitted(state, *next(batch)))
        return (value,)

    return _started(step)


def _in_turn(batches: Batches, convert: Callable[[Any], Any]) -> Iterator[Batch]:
    """The batches in a library's own arrays, over and over."""
    return itertools.cycle([tuple(convert(array) for array in batch) for batch in batches])


def _started(step: Run) -> Run:
    for _ in range(STEPS_BEFORE):
        step()
    return step
