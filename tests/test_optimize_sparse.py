"""cygrad.optimize with sparse derivatives: the results of dense ones, and IPOPT where it is."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cygrad.functions as F
from cygrad import Variable
from cygrad.optimize import least_squares, minimize

so = pytest.importorskip("scipy.optimize")
sparse = pytest.importorskip("scipy.sparse")


def rosen(x: Any) -> Any:
    return F.sum(100.0 * (x[:-1] ** 2 - x[1:]) ** 2 + (x[:-1] - 1.0) ** 2)


def chained(x: Any) -> Any:
    """Luksan and Vlcek, problem 5.1: its constraints."""
    a, b, c = x[:-2], x[1:-1], x[2:]
    return (
        3.0 * b**3 + 2.0 * c - 5.0 + F.sin(b - c) * F.sin(b + c) + 4.0 * b - a * F.exp(a - b) - 3.0
    )


START = np.tile([-1.2, 1.0], 15)
LEAST = 6.2324586324  # of the problem, for n > 6


def numbers(y: Any) -> Any:
    return y.data


# ---- scipy's methods --------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-krylov", "trust-exact"])
def test_second_derivatives(method: str) -> None:
    x0 = np.linspace(0.8, 1.2, 12)
    found = minimize(rosen, x0, method=method, sparse=True)
    expected = minimize(rosen, x0, method=method)
    np.testing.assert_allclose(found.x, expected.x, atol=1e-6)
    assert abs(found.nit - expected.nit) <= 1


def test_dogleg() -> None:
    found = minimize(rosen, np.array([1.05, 1.02, 1.03]), method="dogleg", sparse=True)
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-2)


@pytest.mark.parametrize("kind", ["dict", "NonlinearConstraint"])
def test_constraints(kind: str) -> None:
    constraint = (
        {"type": "eq", "fun": chained}
        if kind == "dict"
        else so.NonlinearConstraint(chained, 0.0, 0.0)
    )
    found = minimize(rosen, START, method="trust-constr", sparse=True, constraints=constraint)
    assert found.success and abs(found.fun - LEAST) < 1e-6
    assert np.abs(numbers(chained(Variable(found.x)))).max() < 1e-8
    assert sparse.issparse(found.jac[0]) and found.nit < 40


def test_with_bounds_and_linear_constraints() -> None:
    x0 = np.full(10, 0.5)
    options = {
        "bounds": so.Bounds(0.0, 0.9),
        "constraints": [
            so.LinearConstraint(np.ones((1, 10)), -np.inf, 6.0),
            {"type": "ineq", "fun": lambda x: x[:1] - x[1:2] ** 2},
        ],
    }
    found = minimize(rosen, x0, method="trust-constr", sparse=True, tol=1e-9, **options)
    expected = minimize(rosen, x0, method="SLSQP", tol=1e-10, **options)
    np.testing.assert_allclose(found.x, expected.x, atol=1e-3)


def test_a_structure() -> None:
    def f(p: Any) -> Any:
        return F.sum((p["x"][1:] - p["x"][:-1]) ** 2) + (p["a"] - p["x"][0]) ** 2 + p["a"] ** 4

    x0: Any = {"x": np.linspace(1.0, 2.0, 6), "a": 1.0}
    end = so.NonlinearConstraint(lambda p: p["x"][-1:] * p["a"], 1.0, 1.0)
    for method in ("trust-constr", "Newton-CG"):
        options: Any = {"constraints": [end]} if method == "trust-constr" else {}
        found = minimize(f, x0, method=method, sparse=True, tol=1e-6, **options)
        expected = minimize(f, x0, method=method, tol=1e-6, **options)
        assert abs(found.x["a"] - expected.x["a"]) < 1e-4 and found.x["x"].shape == (6,)


def test_a_constraint_with_derivatives_of_its_own() -> None:
    asked = []

    def hess(x: Any, v: Any) -> Any:
        asked.append("hess")
        return np.diag([0.0, 2.0 * v[0], 0.0])

    def jac(x: Any) -> Any:
        asked.append("jac")
        return np.array([[0.0, 2.0 * x[1], 0.0]])

    for own in ({"hess": hess}, {"jac": jac, "hess": hess}):
        constraint = so.NonlinearConstraint(lambda x: x[1:2] ** 2, 0.25, 0.25, **own)
        found = minimize(
            rosen, np.full(3, 0.5), method="trust-constr", sparse=True, constraints=constraint
        )
        assert abs(found.x[1] - 0.5) < 1e-6
    assert {"hess", "jac"} <= set(asked)


def test_least_squares() -> None:
    seen = np.sin(np.arange(60.0))

    def residuals(x: Any) -> Any:
        return {"fit": x - seen, "rough": 3.0 * (x[1:] - x[:-1] + 0.1 * x[1:] ** 3)}

    for method in ("trf", "dogbox"):
        found = least_squares(residuals, np.zeros(60), method=method, sparse=True)
        expected = least_squares(residuals, np.zeros(60), method=method)
        np.testing.assert_allclose(found.x, expected.x, atol=1e-3)
        assert sparse.issparse(found.jac)


def test_methods_without_second_derivatives() -> None:
    for method in (None, "BFGS", "SLSQP", "Nelder-Mead"):
        with pytest.raises(ValueError, match="sparse=True is for methods that take second"):
            minimize(rosen, START, method=method, sparse=True)


def test_what_cannot_be_captured() -> None:
    def f(x: Any) -> Any:
        return F.sum(x * F.dropout(x))

    with pytest.raises(RuntimeError, match="sparse_hessian: .* draws random numbers"):
        minimize(f, np.ones(3), method="trust-constr", sparse=True)


# ---- IPOPT ------------------------------------------------------------------------------------


def test_without_cyipopt(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['cyipopt'] = None\n"
        "from cygrad.optimize import minimize\n"
        "try: minimize(lambda x: x * x, 1.0, method='ipopt')\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert "pip install 'cygrad[ipopt]'" in done.stdout, done.stderr


def ipopt(f: Any, x0: Any, **options: Any) -> Any:
    pytest.importorskip("cyipopt")
    return minimize(f, x0, method="ipopt", **options)


@pytest.mark.parametrize("kind", ["dict", "NonlinearConstraint"])
def test_ipopt(kind: str) -> None:
    constraint = (
        {"type": "eq", "fun": chained}
        if kind == "dict"
        else so.NonlinearConstraint(chained, 0.0, 0.0)
    )
    found = ipopt(rosen, START, constraints=constraint)
    assert found.success and abs(found.fun - LEAST) < 1e-8 and found.nit < 15
    assert len(found.info["mult_g"]) == 28


def test_ipopt_without_constraints_and_with_bounds() -> None:
    np.testing.assert_allclose(ipopt(rosen, np.zeros(20)).x, np.ones(20), atol=1e-6)
    for bounds in (so.Bounds(-1.0, 0.5), [(None, 0.5)] * 20):
        found = ipopt(rosen, np.zeros(20), bounds=bounds)
        assert found.success and found.x.max() < 0.5 + 1e-7
    with pytest.raises(ValueError, match="20 pairs"):
        ipopt(rosen, np.zeros(20), bounds=[(0.0, 1.0)])


def test_ipopt_and_slsqp_agree() -> None:
    options = {
        "bounds": so.Bounds(0.0, 0.9),
        "constraints": [
            so.LinearConstraint(sparse.csr_array(np.ones((1, 10))), -np.inf, 6.0),
            {"type": "ineq", "fun": lambda x, c: x[:1] - c * x[1:2] ** 2, "args": (1.0,)},
            so.NonlinearConstraint(lambda x: F.sum(x**2), 0.5, 4.0),
        ],
    }
    found = ipopt(rosen, np.full(10, 0.5), tol=1e-10, **options)
    expected = minimize(rosen, np.full(10, 0.5), method="SLSQP", tol=1e-12, **options)
    np.testing.assert_allclose(found.x, expected.x, atol=1e-4)


def test_ipopt_of_a_structure() -> None:
    def f(p: Any) -> Any:
        return F.sum((p["x"] - p["a"]) ** 2) + p["a"] ** 2

    seen: list[Any] = []
    found = ipopt(
        f,
        {"x": np.zeros(3), "a": 4.0},
        bounds={"a": (2.0, None)},
        constraints=so.NonlinearConstraint(lambda p: {"last": p["x"][2:]}, 1.0, 1.0),
        callback=lambda p: seen.append(p["a"]),
    )
    assert abs(found.x["a"] - 2.0) < 1e-6 and type(found.x["a"]) is float
    np.testing.assert_allclose(found.x["x"], [2.0, 2.0, 1.0], atol=1e-6)
    assert len(seen) == found.nit + 1


def test_ipopt_is_stopped() -> None:
    assert not ipopt(rosen, np.zeros(20), options={"maxiter": 2, "print_level": 0}).success
    stopped = ipopt(rosen, np.zeros(20), callback=lambda x: True)
    assert stopped.nit == 0 and not stopped.success


def test_ipopt_where_a_function_goes_another_way() -> None:
    def f(x: Any) -> Any:
        y = F.sum((x - 3.0) ** 2)
        return y if x[0] < 1.0 else y + 0.01 * (x[0] - 1.0) ** 3 * F.sum(x)

    with pytest.raises(RuntimeError, match="other places than at x0"):
        ipopt(f, np.zeros(4))

    def fewer(x: Any) -> Any:
        return F.sum((x - 3.0) ** 2) if x[0] > 1.0 else F.sum(x**2) + F.sum(x) ** 2 - 20.0 * x[0]

    assert ipopt(fewer, np.zeros(4)).success


def test_what_ipopt_does_not_take() -> None:
    with pytest.raises(TypeError, match="takes bounds, .* not hess"):
        ipopt(rosen, START, hess=rosen)
    with pytest.raises(TypeError, match="leave out jac"):
        ipopt(rosen, START, constraints={"type": "eq", "fun": chained, "jac": chained})
    with pytest.raises(TypeError, match="must be a dict with type and fun"):
        ipopt(rosen, START, constraints=[3])
    with pytest.raises(ValueError, match="keep_feasible"):
        ipopt(rosen, START, constraints=so.NonlinearConstraint(chained, 0, 0, keep_feasible=True))


def test_an_error_in_ipopt_is_raised() -> None:
    def callback(x: Any) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        ipopt(rosen, np.zeros(4), callback=callback)
    calls = []

    def f(x: Any) -> Any:
        if x[0] > 0.1:
            calls.append(1)
            raise ZeroDivisionError
        return rosen(x)

    with pytest.raises(ZeroDivisionError):
        ipopt(f, np.zeros(4))
    assert len(calls) == 1
