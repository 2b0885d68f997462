"""cygrad.optimize: every method of scipy's, on arrays and structures."""

import contextlib
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad import optimize
from cygrad.optimize import least_squares, minimize
from cygrad.transforms.structure import map_leaves

so = pytest.importorskip("scipy.optimize")


def rosen(x: Any) -> Any:
    return F.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def bowl(p: Any) -> Any:
    a, (b, c) = p["a"], p["rest"]
    return (a - 3.0) ** 2 + F.sum((b - a) ** 2) + F.sum(F.exp(c) - c) + a * F.sum(c) * 0.1


BOWL = {"a": 0.0, "rest": [np.zeros((2, 2)), np.ones(2)]}
WITHOUT = ["Nelder-Mead", "Powell", "COBYLA"]
FIRST = ["CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP"]
SECOND = ["Newton-CG", "trust-constr", "dogleg", "trust-ncg", "trust-exact", "trust-krylov"]


@pytest.mark.parametrize("method", [None, *FIRST, *SECOND, *map(str.lower, SECOND)])
def test_methods(method: str | None) -> None:
    x0 = np.array([1.05, 1.02, 1.03])  # where the Hessian is positive definite, for dogleg
    before = x0.copy()
    result = minimize(rosen, x0, method=method)
    assert isinstance(result, so.OptimizeResult)
    np.testing.assert_allclose(result.x, np.ones(3), atol=1e-2)
    np.testing.assert_array_equal(x0, before)


@pytest.mark.parametrize("method", [*FIRST, *SECOND])
def test_derivatives_are_exact(method: str) -> None:
    """The same path as with derivatives written by hand."""
    x0 = np.array([1.05, 1.02, 1.03])
    hand = {"jac": so.rosen_der}
    if method in ("dogleg", "trust-exact"):
        hand["hess"] = so.rosen_hess
    elif method in SECOND:
        hand["hessp"] = so.rosen_hess_prod
    ours, theirs = (
        minimize(rosen, x0, method=method),
        so.minimize(so.rosen, x0, method=method, **hand),
    )
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-5)
    assert abs(ours.nit - theirs.nit) <= 1


@pytest.mark.parametrize("method", [*WITHOUT, "BFGS", "trust-exact", "trust-ncg", "trust-constr"])
def test_structures(method: str) -> None:
    result = minimize(
        bowl,
        BOWL,
        method=method,
        tol=1e-8 if method not in WITHOUT else None,
        options={"maxiter": 5000},
    )
    expected = minimize(bowl, BOWL, method="BFGS", tol=1e-8)
    assert list(result.x) == ["a", "rest"] and type(result.x["a"]) is float
    assert result.x["rest"][0].shape == (2, 2)
    if method not in WITHOUT:
        g = cg.grad(bowl)(result.x)
        assert abs(g["a"]) < 1e-5 and np.abs(g["rest"][1]).max() < 1e-5
    if method == "Nelder-Mead":  # which goes astray from zeros
        assert result.fun < bowl(map_leaves(cg.Variable, BOWL))
    else:
        assert abs(result.fun - expected.fun) < 1e-2
    assert BOWL["a"] == 0.0


def test_numbers_matrices_and_variables() -> None:
    result = minimize(lambda x: (x - 3) ** 2, 0)
    assert type(result.x) is float and abs(result.x - 3) < 1e-6
    result = minimize(lambda x: F.sum((x - 3) ** 2), np.zeros((2, 2)), method="trust-exact")
    np.testing.assert_allclose(result.x, np.full((2, 2), 3.0), rtol=1e-6)
    x = cg.Variable([0.0, 1.0])
    result = minimize(lambda x: F.sum((x - 3) ** 2), x)
    assert type(result.x) is np.ndarray and x.grad is None
    np.testing.assert_array_equal(x.data, [0.0, 1.0])


def test_other_arguments_and_own_derivatives() -> None:
    calls: list[Any] = []

    def slope(x: Any) -> Any:
        calls.append(x)
        return 2 * (x - 5.0)

    assert abs(minimize(lambda x, c: (x - c) ** 2, 0.0, args=(5.0,)).x - 5.0) < 1e-6
    assert abs(minimize(lambda x, c: (x - c) ** 2, 0.0, 5.0).x - 5.0) < 1e-6
    assert abs(minimize(lambda x: F.sum((x - 5.0) ** 2), np.zeros(1), jac=slope).x[0] - 5.0) < 1e-6
    assert calls


def test_bounds_and_constraints() -> None:
    result = minimize(rosen, np.zeros(2), bounds=[(None, 0.5), (None, None)])
    np.testing.assert_allclose(result.x, [0.5, 0.25], rtol=1e-5)
    on_line = {"type": "eq", "fun": lambda p: p["x"][0] + p["x"][1] - 1.0}
    start = {"x": np.array([2.0, 0.0])}
    result = minimize(lambda p: F.sum(p["x"] ** 2), start, constraints=on_line)
    np.testing.assert_allclose(result.x["x"], [0.5, 0.5], rtol=1e-6)
    product = so.NonlinearConstraint(lambda p: p["x"][0] * p["x"][1], 1.0, 1.0)
    start = {"x": np.array([2.0, 1.0])}
    result = minimize(
        lambda p: F.sum(p["x"] ** 2), start, method="trust-constr", constraints=[product]
    )
    np.testing.assert_allclose(result.x["x"], [1.0, 1.0], rtol=1e-3)
    flat = so.LinearConstraint([[1.0, 1.0]], 1.0, 1.0)
    result = minimize(lambda p: F.sum(p["x"] ** 2), start, method="SLSQP", constraints=flat)
    np.testing.assert_allclose(result.x["x"], [0.5, 0.5], rtol=1e-6)


def test_callbacks() -> None:
    seen: list[Any] = []
    minimize(bowl, BOWL, callback=lambda x: seen.append(x["a"]))

    def stop(intermediate_result: Any) -> None:
        seen.append(intermediate_result.x["a"])
        raise StopIteration

    n = len(seen)
    assert n > 1
    result = minimize(bowl, BOWL, callback=stop)
    assert len(seen) == n + 1 and result.nit == 1


def test_products_of_one_point_share_the_graph_of_the_gradient() -> None:
    calls: list[Any] = []

    def counted(x: Any) -> Any:
        calls.append(x)
        return rosen(x)

    result = minimize(counted, np.array([-1.2, 1.0, 0.5]), method="trust-ncg")
    assert result.nhev > result.njev
    assert len(calls) <= result.nfev + 2 * result.njev


def test_scipys_own_function_takes_ours() -> None:
    result = so.minimize(cg.value_and_grad(rosen), np.zeros(3), jac=True)
    np.testing.assert_allclose(result.x, np.ones(3), rtol=1e-4)


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares(method: str) -> None:
    t = np.linspace(0.0, 1.0, 20)
    y = 2.0 * np.exp(-3.0 * t)
    result = least_squares(lambda p: p[0] * F.exp(-p[1] * t) - y, np.ones(2), method=method)
    np.testing.assert_allclose(result.x, [2.0, 3.0], rtol=1e-6)
    assert isinstance(result, so.OptimizeResult) and result.jac.shape == (20, 2)
    result = least_squares(
        lambda p, y: {"fit": p["a"] * F.exp(-p["k"] * t) - y, "small": p["c"] * np.eye(2)},
        {"a": 1.0, "k": 1.0, "c": np.ones(1)},
        args=(y,),
        method=method,
    )
    assert abs(result.x["a"] - 2.0) < 1e-5 and abs(result.x["k"] - 3.0) < 1e-5
    assert result.x["c"].shape == (1,) and abs(result.x["c"][0]) < 1e-5


def test_operators_in_place_leave_what_a_function_closes_over() -> None:
    """Where values are computed without a graph as where derivatives are."""
    t = np.linspace(0.0, 1.0, 8)
    measured = cg.Variable(2.0 * t + 1.0)

    def residuals(p: Any) -> cg.Variable:
        r = measured
        r -= p[0] * t
        r -= p[1]
        return r

    for around in (contextlib.nullcontext(), cg.no_grad()):
        with around:
            fit = least_squares(residuals, np.zeros(2))
            other = minimize(lambda p: F.sum(residuals(p) ** 2), np.zeros(2), method="Nelder-Mead")
        np.testing.assert_allclose(fit.x, [2.0, 1.0], atol=1e-6)
        np.testing.assert_allclose(other.x, [2.0, 1.0], atol=1e-3)
        assert np.array_equal(measured.data, 2.0 * t + 1.0)


def test_residuals_of_one_parameter_and_of_one_residual() -> None:
    assert abs(least_squares(lambda x: (x - 3.0) * np.ones(4), 0.0).x - 3.0) < 1e-6
    assert abs(least_squares(lambda x: F.sum(x) - 3.0, np.zeros(1)).x[0] - 3.0) < 1e-6


def test_refusals() -> None:
    with pytest.raises(TypeError, match="x0 is None"):
        minimize(rosen, None)
    with pytest.raises(ValueError, match="x0 has no arrays"):
        minimize(rosen, {})
    with pytest.raises(TypeError, match="real numbers"):
        minimize(rosen, "start")
    with pytest.raises(ValueError, match="must return one number"):
        minimize(lambda x: x, np.zeros(2))


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    monkeypatch.setitem(sys.modules, "scipy", None)
    for call in (optimize.minimize, optimize.least_squares):
        with pytest.raises(ImportError, match=r"pip install 'cygrad\[scipy\]'"):
            call(rosen, np.zeros(2))


def test_scipy_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, cygrad.optimize; assert 'scipy' not in sys.modules"
    subprocess.run(
        [sys.executable, "-P", "-c", code],
        check=True,
        env={"PYTHONPATH": ":".join(p for p in sys.path if p)},
    )
