"""First and second derivatives of elementwise functions against mpmath, tails and edges included."""

import re
from importlib import import_module
from pathlib import Path

import mpmath
import numpy as np
import pytest

import cygrad as cg
from cygrad import special, stats
from derivatives import Slope, beside
from operations import OPERATIONS
from ulp import distance

SMALLEST_NORMAL = float(np.finfo(np.float64).tiny)

FAMILIES = sorted(path.stem for path in (Path(__file__).parent / "slopes").glob("*.py"))
ROWS: list[Slope] = [row for name in FAMILIES for row in import_module(f"slopes.{name}").ROWS]
every_row = pytest.mark.parametrize("row", ROWS, ids=str)


def first(row: Slope, x: np.ndarray, *, create_graph: bool) -> np.ndarray:
    v = cg.Variable(x.copy())
    row.call(v).backward(create_graph=create_graph)
    return v.grad.data.copy()


def second(row: Slope, x: np.ndarray) -> np.ndarray:
    v = cg.Variable(x.copy())
    row.call(v).backward(create_graph=True)
    g = v.grad
    v.cleargrad()
    g.backward()
    return v.grad.data.copy()


def kept(row: Slope, x: np.ndarray) -> np.ndarray:
    for zero in row.zeros:
        x = x[np.abs(x - zero) > row.near * abs(zero)]
    return x


def exactly(row: Slope, order: int, x: np.ndarray) -> list[mpmath.mpf]:
    f = (row.value, row.first, row.second)[order]
    assert f is not None
    with mpmath.workdps(row.digits):
        return [mpmath.mpf(f(mpmath.mpf(at))) for at in x.tolist()]


def own_errors(row: Slope, x: np.ndarray) -> list[float]:
    """Of the function itself, in ULP, and 1 where it is below or not asked for.

    Raise if one is above the row's bound.
    """
    if row.value is None:
        return [1.0] * x.size
    errors = []
    values = row.call(cg.Variable(x.copy())).data.tolist()
    for at, value, exact in zip(x.tolist(), values, exactly(row, 0, x), strict=True):
        error = distance(value, exact)
        assert error <= row.own, (
            f"{row}({at!r}) is {value!r}, right {mpmath.nstr(exact, 17)}: {error:.3g} ULP"
        )
        errors.append(max(error, 1.0))
    return errors


def check_first(row: Slope, x: np.ndarray, bound: float) -> float:
    """Raise if an error is above the bound; return the worst, in ULP."""
    expected, own = exactly(row, 1, x), own_errors(row, x)
    worst = 0.0
    for create_graph in (False, True):
        values = first(row, x, create_graph=create_graph).tolist()
        for at, value, exact, times in zip(x.tolist(), values, expected, own, strict=True):
            if abs(exact) < SMALLEST_NORMAL:
                assert abs(value) <= 1.001 * SMALLEST_NORMAL, f"{row}'({at!r}) is {value!r}"
                continue
            error = distance(value, exact)
            assert error <= bound * times, (
                f"{row}'({at!r}) is {value!r}, right {mpmath.nstr(exact, 17)}: {error:.3g} ULP"
                f"{', with create_graph' if create_graph else ''}"
            )
            worst = max(worst, error)
    return worst


def check_second(row: Slope, x: np.ndarray) -> float:
    """Raise if an error is above the bound; return the worst, relative."""
    worst = 0.0
    expected, own = exactly(row, 2, x), own_errors(row, x)
    values = second(row, x).tolist()
    for at, value, exact, times in zip(x.tolist(), values, expected, own, strict=True):
        if abs(exact) < SMALLEST_NORMAL:
            assert abs(value) <= 1.001 * SMALLEST_NORMAL, f"{row}''({at!r}) is {value!r}"
            continue
        if abs(exact) > np.finfo(np.float64).max:
            assert abs(value) == np.inf, f"{row}''({at!r}) is {value!r}, right infinite"
            continue
        error = float(abs(mpmath.mpf(value) - exact) / abs(exact)) if np.isfinite(value) else np.inf
        assert error <= row.rtol * times, (
            f"{row}''({at!r}) is {value!r}, right {mpmath.nstr(exact, 17)}: {error:.3g} off"
        )
        worst = max(worst, error)
    return worst


@every_row
def test_first_derivative(row: Slope) -> None:
    if row.first is not None:
        check_first(row, kept(row, row.at), row.ulps)


@every_row
def test_second_derivative(row: Slope) -> None:
    if row.second is not None:
        check_second(row, kept(row, row.at))


@pytest.mark.dense
@every_row
def test_derivatives_in_a_denser_run(row: Slope) -> None:
    x = kept(row, beside(row.at, 20))
    if row.first is not None:
        check_first(row, x, max(row.ulps, row.dense))
    if row.second is not None:
        check_second(row, x)


# What an elementwise function's row would not tell.
EXEMPT = {
    "made of straight lines, whose slopes the tests of operations hold": (
        "abs add clip copy copysign fmod leaky_relu maximum minimum mul nan_to_num neg relu remainder sub"
    ),
    "a step, whose slopes are 0": "ceil floor floor_divide rint sign trunc",
    "the book's forms, of the same operations": "gelu_simple relu_simple sigmoid_simple softplus_simple",
}
ALIASES = {"x": "pow"}  # x ** 2


def test_every_elementwise_function_has_a_row() -> None:
    elementwise = {row.name for row in OPERATIONS if row.elementwise}
    of_distributions = {
        f"{name}.{function}" for name in stats.__all__ for function in getattr(stats, name).__all__
    }
    exempt = {name for names in EXEMPT.values() for name in names.split()}
    names = {re.match(r"[A-Za-z][\w.]*", row.name) for row in ROWS}
    tried = {ALIASES.get(name.group(), name.group()) for name in names if name}
    untried = (elementwise | set(special.__all__) | of_distributions) - tried
    assert not untried - exempt, (
        f"{untried - exempt} want rows in tests/slopes, or a reason in EXEMPT"
    )
    assert untried == exempt
