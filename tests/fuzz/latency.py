"""How soon Ctrl-C comes through: `python -m fuzz.latency`, in tests/, prints a table.

For each case the time that it takes by itself, and how long after the signal the KeyboardInterrupt was
caught: the median and the longest of several, at random times. A signal is sent from outside, by a child
process, as a terminal does. After each, gradients and modes must be as they were before.

One call of BLAS, LAPACK or NumPy cannot be cut; where that is what takes long, the case says so.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA

Call = Callable[[], object]

SENDER = """
import os, signal, sys, time
for line in sys.stdin:
    time.sleep(float(line))
    print(time.monotonic(), flush=True)
    os.kill(int(sys.argv[1]), signal.SIGINT)
"""


def leaf(*shape: int, seed: int = 0) -> cg.Variable:
    return cg.Variable(np.random.default_rng(seed).uniform(0.3, 0.9, shape))


# ---- The cases: each gives what is interrupted, and the leaves whose gradients must stay ---------


def pass_from(y: cg.Variable, *leaves: cg.Variable, **options: bool) -> tuple[Call, Any]:
    return lambda: y.backward(**options), leaves


def chain() -> tuple[Call, Any]:
    x = y = leaf(20)
    for _ in range(300_000):
        y = F.sin(y)
    return pass_from(F.sum(y), x)


def chain_with_graph() -> tuple[Call, Any]:
    x = y = leaf(20)
    for _ in range(100_000):
        y = F.sin(y)
    return pass_from(F.sum(y), x, create_graph=True)


def matmuls() -> tuple[Call, Any]:
    w = leaf(700, 700)
    y = w
    for _ in range(40):
        y = F.tanh(y @ w)
    return pass_from(F.sum(y), w)


def elementwise() -> tuple[Call, Any]:
    x = leaf(10_000_000)
    return pass_from(F.sum(F.exp(F.sin(x) * x)), x)


def forward_elementwise(function: Callable[[Any], Any], n: int = 10_000_000) -> Any:
    def case() -> tuple[Call, Any]:
        x = leaf(n)
        return (lambda: function(x)), (x,)

    return case


def of_matrix(function: Callable[[Any], Any], *shape: int) -> Any:
    def case() -> tuple[Call, Any]:
        x = leaf(*shape)
        return (lambda: function(x)), (x,)

    return case


def backward_of(function: Callable[[Any], Any], *shape: int) -> Any:
    def case() -> tuple[Call, Any]:
        x = leaf(*shape)
        return pass_from(F.sum(function(x)), x)

    return case


def hessian() -> tuple[Call, Any]:
    x = leaf(2000).data
    return (lambda: cg.hessian(lambda x: F.sum(F.sin(x) * F.sum(x * x)))(x)), ()


def jacobian() -> tuple[Call, Any]:
    x = leaf(3000).data
    return (lambda: cg.jacobian(lambda x: F.cumsum(F.sin(x) * x))(x)), ()


def convolution(backward: bool) -> Any:
    def case() -> tuple[Call, Any]:
        x, w = leaf(32, 16, 64, 64), leaf(32, 16, 5, 5)
        if backward:
            return pass_from(F.sum(F.conv2d(x, w)), x, w)
        return (lambda: F.conv2d(x, w)), (x, w)

    return case


def recurrent(backward: bool) -> Any:
    def case() -> tuple[Call, Any]:
        xs = leaf(4000, 16, 32)
        layer = cg.layers.LSTM(64, 32, rng=0)

        def run() -> cg.Variable:
            layer.reset_state()
            return sum((F.sum(layer(x)) for x in xs.data), cg.Variable(0.0))

        leaves = tuple(p for _, p in layer.params())
        return pass_from(run(), *leaves) if backward else (run, leaves)

    return case


def least_squares() -> tuple[Call, Any]:
    a, b = leaf(2000, 60, 30), leaf(2000, 60)
    return (lambda: LA.lstsq(a, b)), (a, b)


CASES: dict[str, Callable[[], tuple[Call, Any]]] = {
    "backward, chain of 300,000": chain,
    "backward with a graph, chain of 100,000": chain_with_graph,
    "backward, 40 matmuls of 700 x 700": matmuls,
    "backward, elementwise, 10^7": elementwise,
    "sin, 10^7": forward_elementwise(F.sin),
    "gammaln, 10^7": forward_elementwise(cg.special.gammaln),
    "gammainc, 10^6": forward_elementwise(lambda x: cg.special.gammainc(x, x), 1_000_000),
    "betainc, 10^6": forward_elementwise(lambda x: cg.special.betainc(x, x, x), 1_000_000),
    "power, 10^7": forward_elementwise(lambda x: x**x),
    "sin of a view, 10^7": of_matrix(lambda x: F.sin(x.T), 2500, 4000),
    "add, broadcast, 10^7": of_matrix(lambda x: x + x[0], 2500, 4000),
    "sum over an axis, 10^7": of_matrix(lambda x: F.sum(x, 0), 2500, 4000),
    "softmax, 10^7": of_matrix(F.softmax, 2500, 4000),
    "log_softmax over the first axis, 10^7": of_matrix(lambda x: F.log_softmax(x, 0), 2500, 4000),
    "cumsum, 10^7": forward_elementwise(F.cumsum),
    "cumprod, 10^7, backward": backward_of(F.cumprod, 3_000_000),
    "sort, 10^7": forward_elementwise(F.sort),
    "sort, 10^7, backward": backward_of(F.sort, 10_000_000),
    "take, 10^7": forward_elementwise(lambda x: x[::-1] + x[np.arange(10_000_000)]),
    "get_item by indices, 10^7, backward": backward_of(
        lambda x: x[np.arange(10_000_000) // 2], 5_000_000
    ),
    "layer_norm, 10^7": of_matrix(lambda x: F.layer_norm(x, x[0], x[1]), 2500, 4000),
    "conv2d": convolution(False),
    "conv2d, backward": convolution(True),
    "max_pool2d, 10^7": of_matrix(lambda x: F.max_pool2d(x, 3), 40, 10, 160, 160),
    "median, 10^7": forward_elementwise(F.median),
    "einsum, ijk,ikl->ijl": of_matrix(lambda x: F.einsum("ijk,ikl->ijl", x, x), 100, 300, 300),
    "LSTM over 4000 steps": recurrent(False),
    "LSTM over 4000 steps, backward": recurrent(True),
    "lstsq of 2000 systems": least_squares,
    "inv of 2000 matrices": of_matrix(LA.inv, 2000, 60, 60),
    "cholesky of 2000 matrices": of_matrix(
        lambda x: LA.cholesky(x @ F.swapaxes(x, 1, 2)), 2000, 60, 60
    ),
    "expm, 500 x 500": of_matrix(LA.expm, 500, 500),
    "svd, 700 x 700 (one call of LAPACK)": of_matrix(lambda x: LA.svd(x), 700, 700),
    "matmul, 2500 x 2500 (one call of BLAS)": of_matrix(lambda x: x @ x, 2500, 2500),
    "hessian of 2000 variables": hessian,
    "jacobian, 3000 x 3000": jacobian,
}


# ---- Measuring ----------------------------------------------------------------------------------


def latency(call: Call, after: float, sender: Any) -> float | None:
    """Seconds from the signal to the exception; None if the call was over before."""
    sender.stdin.write(f"{after}\n")
    sender.stdin.flush()
    caught, over = 0.0, False
    try:
        call()
        over = True
        while True:  # the signal is still to come
            time.sleep(0.01)
    except KeyboardInterrupt:
        caught = time.monotonic()
    sent = float(sender.stdout.readline())
    return None if over else caught - sent


def state(leaves: Any) -> list[Any]:
    return [None if x.grad is None else np.array(x.grad.data) for x in leaves]


def measured(
    case: Callable[[], tuple[Call, Any]], times: int, sender: Any
) -> tuple[float, list[float]]:
    call, leaves = case()
    call()
    start = time.monotonic()
    call()
    took = time.monotonic() - start
    rng = np.random.default_rng(0)
    found = []
    for _ in range(times):
        before = state(leaves)
        seconds = latency(call, float(rng.uniform(0.05, 0.95)) * took, sender)
        if seconds is None:
            continue
        found.append(seconds)
        after = state(leaves)
        whole = all(
            (a is None) == (b is None) and (a is None or np.array_equal(a, b))
            for a, b in zip(before, after, strict=True)
        )
        if not (whole and cg.is_grad_enabled() and not cg.is_test_mode()):
            # Between the end of the pass and the except clause, gradients have landed rightly.
            print("   gradients or modes are not as before the pass")
    call()
    return took, found


def main() -> None:
    chosen = sys.argv[1:] or [""]
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print(f"{'case':42} {'alone':>9} {'median':>9} {'longest':>9}   (ms)")
    for name, case in CASES.items():
        if not any(part in name for part in chosen):
            continue
        took, found = measured(case, 7, sender)
        shown = [1000.0 * t for t in (took, np.median(found or [0.0]), max(found, default=0.0))]
        print(
            f"{name:42} {shown[0]:9.1f} {shown[1]:9.1f} {shown[2]:9.1f}   {len(found)} caught",
            flush=True,
        )
    assert sender.stdin is not None
    sender.stdin.close()
    sender.wait()


if __name__ == "__main__":
    main()
