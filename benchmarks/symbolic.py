"""CasADi's side: a function of a vector, traced once as an SX graph, run by its virtual machine.

Called as one calls it from Python, it takes and makes objects of CasADi's own. `buffered` is its way
around that: it reads from and writes into memory that was bound to it before.
"""

from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from harness import Run

# isort: split
import numpy as np


def value_and_gradient(
    casadi: Any, f: Callable[[Any], Any], at: Sequence[float], buffered: bool
) -> Run:
    """Of a function of a vector to a number."""
    x = casadi.SX.sym("x", len(at))
    y = f(x)
    return run(casadi.Function("f", [x], [y, casadi.densify(casadi.gradient(y, x))]), at, buffered)


def jacobian(casadi: Any, f: Callable[[Any], Any], at: Sequence[float], buffered: bool) -> Run:
    """Of a function of a vector to a column."""
    x = casadi.SX.sym("x", len(at))
    return run(casadi.Function("f", [x], [casadi.densify(casadi.jacobian(f(x), x))]), at, buffered)


def run(function: Any, at: Sequence[float], buffered: bool) -> Run:
    x: Any = np.array(at)
    if not buffered:
        return lambda: function.call([x])
    buffer, evaluate = function.buffer()
    # in CasADi's order, column by column
    results: list[Any] = [
        np.zeros(function.size_out(i), order="F") for i in range(function.n_out())
    ]
    buffer.set_arg(0, memoryview(x))
    for place, result in enumerate(results):
        buffer.set_res(place, memoryview(result.reshape(-1, order="F")))

    def evaluated(*alive: Any) -> list[Any]:
        evaluate()
        return results

    return partial(evaluated, function, buffer, x)  # it does not keep them itself


def numpy_names(casadi: Any) -> Any:
    """Those of NumPy's names that the models use, for columns."""
    return SimpleNamespace(
        sin=casadi.sin,
        stack=lambda parts: casadi.vertcat(*parts),
        mean=lambda x: casadi.sum1(x) / x.numel(),
    )
