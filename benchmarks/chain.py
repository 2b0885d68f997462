"""`chain`: 500 times (multiply by 1.001, sine) on a 1-element array, forward and backward.

1,000 nodes of one float operation each, so the time is the graph's own. Held against the loop that
the interpreter itself sets as a floor: one pure-Python float operation a node.
"""

import math
from functools import partial
from typing import Any

import symbolic
from harness import Contender, Figure, Replayed, Results, Run, Workload, over_replayed, ratio_a_node
from replay import replayed

FACTOR, START, STEPS = 1.001, 0.7, 500
NODES = 2 * STEPS


def chain(x: Any, sin: Any, steps: int = STEPS) -> Any:
    for _ in range(steps):
        x = sin(x * FACTOR)
    return x


def by_hand() -> tuple[float, float]:
    """The end of the chain and its derivative, by the chain rule on floats."""
    x, slope = START, 1.0
    for _ in range(STEPS):
        x *= FACTOR
        slope *= FACTOR * math.cos(x)
        x = math.sin(x)
    return x, slope


def ours(cg: Any) -> Run:
    variable, sin = cg.Variable, cg.functions.sin

    def run() -> tuple[Any, ...]:
        x = variable([START])
        y = chain(x, sin)
        y.backward()
        return y, x.grad

    return run


def ours_forward(cg: Any) -> Run:
    """Builds the graph, backward never called, and drops it."""
    variable, sin = cg.Variable, cg.functions.sin
    return lambda: (chain(variable([START]), sin),)


def ours_replayed(cg: Any) -> Replayed:
    call = cg.value_and_grad(lambda x: chain(x, cg.functions.sin))
    return replayed(cg, call, (START,), (0.5,))


def ours_forward_replayed(cg: Any) -> Replayed:
    start, other = (cg.Variable([x], requires_grad=False) for x in (START, 0.5))
    return replayed(cg, lambda x: (chain(x, cg.functions.sin),), (start,), (other,))


def with_torch(torch: Any) -> Run:
    tensor, sin, float64 = torch.tensor, torch.sin, torch.float64

    def run() -> tuple[Any, ...]:
        x = tensor([START], dtype=float64, requires_grad=True)
        y = chain(x, sin)
        y.backward()
        return y, x.grad

    return run


def with_autograd(autograd: Any) -> Run:
    vjp_of = autograd.make_vjp(lambda x: chain(x, autograd.numpy.sin))
    x, seed = autograd.numpy.array([START]), autograd.numpy.ones(1)

    def run() -> tuple[Any, ...]:
        vjp, y = vjp_of(x)
        return y, vjp(seed)

    return run


def with_mygrad(mygrad: Any) -> Run:
    tensor, sin = mygrad.tensor, mygrad.sin

    def run() -> tuple[Any, ...]:
        x = tensor([START])
        y = chain(x, sin)
        y.backward()
        return y, x.grad

    return run


def with_jax(jax: Any) -> Run:
    """One unrolled trace, compiled here: the preparation is its compile time."""
    value_and_grad = jax.jit(jax.value_and_grad(lambda x: chain(x, jax.numpy.sin)[0]))
    x = jax.numpy.array([START])

    def run() -> tuple[Any, ...]:
        y, gradient = value_and_grad(x)
        y.block_until_ready()
        gradient.block_until_ready()
        return y, gradient

    run()
    return run


def with_casadi(buffered: bool, casadi: Any) -> Run:
    return symbolic.value_and_gradient(casadi, lambda x: chain(x, casadi.sin), [START], buffered)


def float_loop(_: Any) -> Run:
    def run() -> float:
        x = START
        for _ in range(NODES):
            x = x * 1.001
        return x

    return run


def figures(results: Results) -> list[Figure]:
    floor = results.get("python float loop")
    found = []
    for label, what, at_most in (
        ("cygrad", "forward + backward", 8.0),
        ("cygrad, forward", "forward only", None),
    ):
        value = ratio_a_node(results.get(label), floor)
        found.append(Figure(f"cygrad a node, {what}", value, "python operations", at_most))
    return found + over_replayed({"jax.jit, unrolled": 3.7, "CasADi, buffers": 1.2}, results)


def workload() -> Workload:
    known = by_hand()
    return Workload(
        name="chain",
        what="500 x (multiply by 1.001, sine) on 1 element, forward + backward",
        contenders=[
            Contender("cygrad", "cygrad", ours, known, NODES),
            Contender("cygrad, forward", "cygrad", ours_forward, known[:1], NODES, against=""),
            Contender("cygrad replayed", "cygrad", ours_replayed, known, NODES),
            Contender(
                "cygrad replayed, forward",
                "cygrad",
                ours_forward_replayed,
                known[:1],
                NODES,
                against="",
            ),
            Contender("torch", "torch", with_torch, known, NODES, target=40),
            Contender("HIPS autograd", "autograd", with_autograd, known, NODES, target=90),
            Contender("mygrad", "mygrad", with_mygrad, known, NODES),
            Contender("jax.jit, unrolled", "jax", with_jax, known, NODES),
            Contender("CasADi", "casadi", partial(with_casadi, False), known, NODES),
            Contender("CasADi, buffers", "casadi", partial(with_casadi, True), known, NODES),
            Contender("python float loop", "python", float_loop, None, NODES),
        ],
        figures=figures,
    )
