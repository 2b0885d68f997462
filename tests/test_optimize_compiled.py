"""cygrad.optimize with compile=True: the iterates of compile=False, to the bit."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.optimize import least_squares, minimize
from cygrad.transforms.structure import leaves

so = pytest.importorskip("scipy.optimize")

Array = Any

WITHOUT = ["Nelder-Mead", "Powell", "COBYLA"]
FIRST = ["CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP"]
SECOND = ["Newton-CG", "trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov"]

TIMES = np.linspace(0.0, 1.0, 20)
SEEN = 2.0 * np.exp(-3.0 * TIMES) + 0.01 * np.sin(40.0 * TIMES)


def rosen(x: Any) -> Any:
    return F.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def bowl(p: Any) -> Any:
    a, (b, c) = p["a"], p["rest"]
    return (a - 3.0) ** 2 + F.sum((b - a) ** 2) + F.sum(F.exp(c) - c) + a * F.sum(c) * 0.1


BOWL = {"a": 0.0, "rest": [np.zeros((2, 2)), np.ones(2)]}


CALLS: dict[int, int] = {}


class Counted:
    """A function, and how often Python ran it; no capture looks at globals that a method names."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        CALLS[id(self)] = 0

    @property
    def calls(self) -> int:
        return CALLS[id(self)]

    def note(self) -> None:
        CALLS[id(self)] += 1

    def function(self) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            self.note()
            return self.f(*args)

        return counted


def bits(x: Any) -> list[Any]:
    """Shapes and bits of the leaves."""
    return [(np.shape(a), np.asarray(a, dtype=np.float64).tobytes()) for a in leaves(x)]


def path(solve: Callable[..., Any], f: Any, x0: Any, *args: Any, **options: Any) -> list[Any]:
    """The points at which f is told of by scipy, and the end of them."""
    seen: list[Any] = []

    def noted(x: Any, *more: Any) -> None:
        seen.append(bits(x))

    if solve is minimize:
        options["callback"] = noted
    result = solve(f, x0, *args, **options)
    found = [seen, bits(result.x), bits(result.fun), result.nfev]
    return found + [bits(result[name]) for name in ("jac", "hess") if name in result]


def assert_same(solve: Callable[..., Any], f: Any, x0: Any, *args: Any, **options: Any) -> None:
    """Compiled and not, the same; and no word of what stays eager."""
    expected = path(solve, f, x0, *args, **options)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="compile:")
        found = path(solve, f, x0, *args, compile=True, **options)
    assert found == expected


@pytest.mark.parametrize("method", [None, *WITHOUT, *FIRST, *SECOND])
def test_every_method(method: str | None) -> None:
    assert_same(minimize, rosen, np.array([1.05, 1.02, 1.03]), method=method)


@pytest.mark.parametrize("method", [*WITHOUT, "BFGS", "trust-exact", "trust-ncg", "trust-constr"])
def test_structures(method: str) -> None:
    assert_same(minimize, bowl, BOWL, method=method, options={"maxiter": 50})


def test_numbers_and_matrices() -> None:
    assert_same(minimize, lambda x: (x - 3) ** 4, 0.0)
    assert_same(minimize, lambda x: F.sum((x - 3) ** 4), np.zeros((2, 2)), method="trust-exact")


@pytest.mark.parametrize("method", ["Nelder-Mead", "BFGS", "trust-ncg", "trust-exact"])
def test_other_arguments(method: str) -> None:
    """Of any kind, NumPy's own functions on them included."""

    def f(x: Any, c: float, data: dict[str, Array], w: cg.Variable, layer: Any, labels: Any) -> Any:
        picked = np.take(np.log(data["scale"]), labels)
        return F.sum(F.cosh(x - c) * w) + F.sum(layer(F.reshape(x, (1, 3))) ** 2) * picked.sum()

    layer = L.Linear(2, in_size=3, rng=0)
    args = (0.5, {"scale": np.array([2.0, 3.0])}, cg.Variable([1.0, 2.0, 3.0]), layer, [0, 1, 0])
    assert_same(minimize, f, np.zeros(3), args, method=method)


def test_bounds_and_constraints() -> None:
    calls = Counted(lambda p: p["x"][0] * p["x"][1] - p["x"][2] ** 2)
    start = {"x": np.array([2.0, 0.5, 0.1])}
    curved = {"type": "eq", "fun": calls.function()}

    def distance(p: Any) -> Any:
        return F.sum((p["x"] - 1.5) ** 4)

    bounds = {"x": (-1.0, 1.2)}
    assert_same(minimize, distance, start, constraints=curved, bounds=bounds)
    eager = Counted(calls.f)
    curved = {"type": "eq", "fun": eager.function()}
    result = minimize(distance, start, constraints=curved, bounds=bounds)
    assert calls.calls < 2 * eager.calls and result.nit > 5
    product = so.NonlinearConstraint(lambda p: p["x"][0] * p["x"][1], 1.0, 1.0)
    options = {"maxiter": 30}
    assert_same(
        minimize, distance, start, method="trust-constr", constraints=[product], options=options
    )


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares(method: str) -> None:
    x0 = np.array([1.0, 1.0])
    assert_same(least_squares, lambda p: p[0] * F.exp(-p[1] * TIMES) - SEEN, x0, method=method)
    assert_same(
        least_squares,
        lambda p, y: {"fit": p["a"] * np.exp(-p["k"] * TIMES) - y, "small": p["c"] * np.eye(2)},
        {"a": 1.0, "k": 1.0, "c": np.ones(1)},
        args=(SEEN,),
        method=method,
    )
    assert_same(least_squares, lambda x: (x - 3.0) * np.ones(4), 0.0, method=method)


@pytest.mark.parametrize("method", ["Nelder-Mead", "BFGS", "trust-exact"])
def test_branches(method: str) -> None:
    """Each way through a function is captured, when it is first taken."""

    def f(x: Any) -> Any:
        total = F.sum((x - 2.0) ** 2)
        if x[0] > 1.0:
            total = total + (x[0] - 1.0) ** 3
        n = 0
        while total > 10.0 * n:
            n += 1
            total = total + 0.1 * F.sum(x) ** 2
        return total

    assert_same(minimize, f, np.array([-1.0, 3.0]), method=method)


@pytest.mark.parametrize("method", ["Nelder-Mead", "L-BFGS-B", "trust-exact", "trust-ncg"])
def test_python_runs_a_function_a_few_times_only(method: str) -> None:
    f = Counted(rosen)
    result = minimize(f.function(), np.array([-1.2, 1.0, 0.5]), method=method, compile=True)
    assert result.nfev > 15 and f.calls <= 6


def test_python_runs_residuals_a_few_times_only() -> None:
    f = Counted(lambda p: p[0] * F.exp(-p[1] * TIMES) - SEEN)
    result = least_squares(f.function(), np.ones(2), compile=True)
    assert result.nfev > 4 and f.calls <= 4


def test_what_cannot_be_replayed_is_called_as_ever() -> None:
    """A function with a memory that no capture sees, which its second call gives away."""

    def sliding(f: Callable[..., Any]) -> Callable[..., Any]:
        counted = Counted(f)
        counted.f = lambda x: f(x - 0.01 / counted.calls)
        return counted.function()

    for solve, f in ((minimize, rosen), (least_squares, lambda x: F.exp(x) - 2.0)):
        x0 = np.array([0.3, 0.1, 0.2])
        expected = path(solve, sliding(f), x0)
        with pytest.warns(UserWarning, match="counted.* stays eager: it gives other numbers"):
            found = path(solve, sliding(f), x0, compile=True)
        assert found == expected


def test_an_error_of_the_function_is_its_own() -> None:
    with pytest.raises(ValueError, match="must return one number"):
        minimize(lambda x: x, np.zeros(2), compile=True)
    with pytest.raises(ZeroDivisionError):
        least_squares(lambda x: x / (1 // 0), np.zeros(2), compile=True)


def test_what_a_function_reads_may_change_from_fit_to_fit() -> None:
    """A capture belongs to one call of minimize."""
    target = np.array([1.0, 2.0])

    def f(x: Any) -> Any:
        return F.sum((x - target) ** 2)

    for _ in range(2):
        found = minimize(f, np.zeros(2), compile=True).x
        np.testing.assert_allclose(found, target, rtol=1e-6)
        target += 1.0


@pytest.mark.parametrize("method", ["Nelder-Mead", "L-BFGS-B", "trust-exact"])
def test_what_a_function_reads_may_change_during_a_fit(method: str) -> None:
    def fitted(compile: bool) -> list[Any]:
        weight, data = 1.0, {"offset": np.array([1.0, 1.0, 1.0])}

        def f(x: Any, data: dict[str, Array]) -> Any:
            return weight * rosen(x) + F.sum((x - data["offset"]) ** 2)

        def heavier(x: Array) -> None:
            nonlocal weight
            weight *= 1.1
            data["offset"] = 0.9 * data["offset"]

        x0, options = np.array([1.05, 1.2, 1.3]), {"maxiter": 8}
        result = minimize(
            f, x0, (data,), method=method, callback=heavier, compile=compile, options=options
        )
        return [bits(result.x), bits(result.fun), result.nfev]

    assert fitted(compile=True) == fitted(compile=False)
