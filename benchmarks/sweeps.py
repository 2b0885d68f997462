"""What the report draws over a size: time a node against the length of a graph, and time against
the size of arrays, beside the limits that this machine sets, measured in the same run.

A sweep is one workload a size, measured as every other (`harness.py`), in shorter rounds. Drawing is
in `plots.py`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import graph
from chain import FACTOR, NODES, START, chain, float_loop
from harness import (  # first: it pins the threads
    Contender,
    Effort,
    Replayed,
    Run,
    Workload,
    measure,
)
from machine import Peers
from replay import capture, instructions
from report import as_json

# isort: split
import numpy as np

STEPS = 3  # of the elementwise chain, two operations each
COPIED = 10_000_000  # elements, far more than a cache holds
GEMM = 2048

Function = Callable[..., Any]  # of a library's namespace and its arrays, to a scalar


@dataclass(frozen=True)
class Limits:
    """What the machine can do with one thread: the best of the rounds."""

    bytes_a_second: float
    flops_a_second: float
    python_operation: float


@dataclass(frozen=True)
class Line:
    """A limit, drawn over the sizes."""

    label: str
    seconds: Callable[[int], float]


@dataclass(frozen=True)
class Sweep:
    name: str
    what: str
    across: str
    sizes: Sequence[int]
    workload: Callable[[int], Workload]
    limits: Callable[[Limits], list[Line]]
    a_node: bool = False


# ---- The same computation in every library -------------------------------------------------------


def wave(library: Any, x: Any) -> Any:
    return library.sum(chain(x, library.sin, STEPS))


def product(library: Any, a: Any, b: Any) -> Any:
    return library.sum(a @ b)


def wave_by_hand(x: Any) -> tuple[Any, ...]:
    slope = np.ones_like(x)
    for _ in range(STEPS):
        x = x * FACTOR
        slope *= np.cos(x)
        slope *= FACTOR
        x = np.sin(x)
    return x.sum(), slope


def product_by_hand(a: Any, b: Any) -> tuple[Any, ...]:
    """Three matrix products, as reverse mode has them: the gradient of the sum is not exploited."""
    gy = np.ones_like(a)
    return (a @ b).sum(), gy @ b.T, a.T @ gy


def ours(function: Function, arrays: Sequence[Any], cg: Any) -> Run:
    variable, library = cg.Variable, cg.functions

    def run() -> tuple[Any, ...]:
        xs = [variable(array) for array in arrays]
        y = function(library, *xs)
        y.backward()
        return y, *[x.grad for x in xs]

    return run


def ours_replayed(function: Function, arrays: Sequence[Any], cg: Any) -> Replayed:
    places = tuple(range(len(arrays)))
    value_and_grad = cg.value_and_grad(partial(function, cg.functions), places)
    others = tuple(1.1 * array for array in arrays)
    call, captured, compared = capture(cg, value_and_grad, others, tuple(arrays))

    def run() -> tuple[Any, ...]:
        y, gradients = call(*arrays)
        return y, *gradients

    return Replayed(run, captured, compared, instructions(call))


def with_torch(function: Function, arrays: Sequence[Any], torch: Any) -> Run:
    tensors = [torch.from_numpy(array) for array in arrays]

    def run() -> tuple[Any, ...]:
        xs = [tensor.detach().requires_grad_() for tensor in tensors]
        y = function(torch, *xs)
        y.backward()
        return y, *[x.grad for x in xs]

    return run


def with_autograd(function: Function, arrays: Sequence[Any], autograd: Any) -> Run:
    places = tuple(range(len(arrays)))
    value_and_grad = autograd.value_and_grad(partial(function, autograd.numpy), places)

    def run() -> tuple[Any, ...]:
        y, gradients = value_and_grad(*arrays)
        return y, *gradients

    return run


def with_mygrad(function: Function, arrays: Sequence[Any], mygrad: Any) -> Run:
    def run() -> tuple[Any, ...]:
        xs = [mygrad.tensor(array, copy=False) for array in arrays]
        y = function(mygrad, *xs)
        y.backward()
        return y, *[x.grad for x in xs]

    return run


def with_jax(function: Function, arrays: Sequence[Any], jax: Any) -> Run:
    places = tuple(range(len(arrays)))
    value_and_grad = jax.jit(jax.value_and_grad(partial(function, jax.numpy), places))
    on_device = [jax.numpy.asarray(array) for array in arrays]

    def run() -> tuple[Any, ...]:
        y, gradients = value_and_grad(*on_device)
        y.block_until_ready()
        for gradient in gradients:
            gradient.block_until_ready()
        return y, *gradients

    run()
    return run


def over_arrays(
    name: str, function: Function, by_hand: Callable[..., tuple[Any, ...]], arrays: Sequence[Any]
) -> Workload:
    expected = by_hand(*arrays)
    peers = (
        ("cygrad", "cygrad", ours),
        ("cygrad replayed", "cygrad", ours_replayed),
        ("torch", "torch", with_torch),
        ("HIPS autograd", "autograd", with_autograd),
        ("mygrad", "mygrad", with_mygrad),
        ("jax.jit", "jax", with_jax),
    )
    contenders = [
        Contender(label, peer, partial(make, function, arrays), expected)
        for label, peer, make in peers
    ]
    alone = Contender("numpy, by hand", "numpy", lambda _: lambda: by_hand(*arrays), expected)
    return Workload(name, "", [*contenders, alone])


def waves(size: int) -> Workload:
    return over_arrays("wave", wave, wave_by_hand, [np.random.default_rng(0).random(size)])


def products(size: int) -> Workload:
    rng, n = np.random.default_rng(0), side(size)
    return over_arrays("matmul", product, product_by_hand, [rng.random((n, n)) for _ in range(2)])


def side(size: int) -> int:
    """The n of the n x n matrices of so many elements."""
    return round(math.sqrt(size))


# ---- Graphs --------------------------------------------------------------------------------------


def nodes_with_autograd(nodes: int, autograd: Any) -> Run:
    gradient = autograd.grad(lambda x: chain(x, autograd.numpy.sin, nodes // 2))
    return lambda: gradient(START)


def nodes_with_mygrad(nodes: int, mygrad: Any) -> Run:
    tensor, sin = mygrad.tensor, mygrad.sin

    def run() -> None:
        chain(tensor(START), sin, nodes // 2).backward()

    return run


def graphs(most: Mapping[str, int], nodes: int) -> Workload:
    """A peer takes part up to `most` nodes, so that no evaluation takes many seconds."""
    known: tuple[tuple[str, str, Callable[[int, Any], Run | Replayed]], ...] = (
        ("cygrad", "cygrad", graph.ours),
        ("cygrad replayed", "cygrad", graph.ours_replayed),
        ("torch", "torch", graph.with_torch),
        ("HIPS autograd", "autograd", nodes_with_autograd),
        ("mygrad", "mygrad", nodes_with_mygrad),
    )
    contenders = [
        Contender(label, peer, partial(make, nodes), None, nodes)
        for label, peer, make in known
        if nodes <= most.get(label, most[peer])
    ]
    return Workload("nodes", "", contenders)


# ---- The sweeps of a report ----------------------------------------------------------------------


def sweeps(quick: bool) -> list[Sweep]:
    longest = {"cygrad": 10**6, "torch": 10**6, "autograd": 10**5, "mygrad": 10**5}
    longest["cygrad replayed"] = 10**4 if quick else 10**5
    if quick:
        longest |= {"torch": 10**4, "autograd": 10**3, "mygrad": 10**3}
    sizes = [1, 100, 10_000, 1_000_000] if quick else [10**k for k in range(8)]
    matrices = [1, 100, 10_000, 100_000] if quick else sizes
    return [
        Sweep(
            "nodes",
            "chain of multiplications and sines of one scalar, forward + backward",
            "operations in the graph",
            [10**k for k in range(2, 7)],
            partial(graphs, longest),
            lambda limits: [
                Line("one float operation of Python", lambda size: limits.python_operation)
            ],
            a_node=True,
        ),
        Sweep(
            "elementwise",
            f"value and gradient of sum(x) after {STEPS} times x = sin({FACTOR} x)",
            "elements of x",
            sizes,
            waves,
            lambda limits: [
                Line(
                    "memory: x read once, its gradient written once",
                    lambda size: size * 16 / limits.bytes_a_second,
                ),
                Line(
                    "memory: each operation reads and writes an array, forward and back",
                    lambda size: 4 * STEPS * size * 16 / limits.bytes_a_second,
                ),
            ],
        ),
        Sweep(
            "matmul",
            "value and gradients of sum(a @ b), both n x n",
            "elements of each matrix, n x n",
            matrices,
            products,
            lambda limits: [
                Line(
                    "BLAS: three n x n products",
                    lambda size: 6 * side(size) ** 3 / limits.flops_a_second,
                ),
            ],
        ),
    ]


def effort(quick: bool) -> Effort:
    return Effort(3, slice=0.005, budget=0.5) if quick else Effort(7, slice=0.02, budget=3.0)


def measure_limits(peers: Peers) -> Limits:
    """A streaming copy, a large matrix product and a loop of Python, all by one thread."""
    source, target = np.ones(COPIED), np.ones(COPIED)
    a = np.random.default_rng(0).random((GEMM, GEMM))
    c = np.empty_like(a)
    contenders = [
        Contender("copy", "python", lambda _: lambda: np.copyto(target, source)),
        Contender("gemm", "python", lambda _: lambda: np.matmul(a, a.T, out=c)),
        Contender("loop", "python", float_loop),
    ]
    results = measure(Workload("limits", "", contenders), peers, Effort(7, 0.02, 3.0))
    best = {label: min(result.samples) for label, result in results.items()}
    return Limits(16 * COPIED / best["copy"], 2 * GEMM**3 / best["gemm"], best["loop"] / NODES)


def run(sweep: Sweep, limits: Limits, peers: Peers, quick: bool) -> tuple[dict[str, Any], bool]:
    """Measure at every size: what is to be kept, and whether a contender failed."""
    points, failed = [], False
    for size in sweep.sizes:
        workload = sweep.workload(size)
        results = measure(workload, peers, effort(quick))
        points.append({"size": size, **as_json(workload, results, [])})
        failed = failed or any(result.failed for result in results.values())
    return {
        "what": sweep.what,
        "across": sweep.across,
        "a_node": sweep.a_node,
        "points": points,
        "limits": {
            line.label: [line.seconds(size) for size in sweep.sizes]
            for line in sweep.limits(limits)
        },
    }, failed
