"""minimize and least_squares of dicts and lists: bounds, and constraints' own derivatives."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.optimize import least_squares, minimize

scipy_optimize = pytest.importorskip("scipy.optimize")
Bounds = scipy_optimize.Bounds
NonlinearConstraint = scipy_optimize.NonlinearConstraint

START: dict[str, Any] = {"a": np.zeros(2), "b": 0.0, "c": [np.zeros((2, 1)), 0.0]}


def bowl(p: Any) -> Any:
    """Least at a = (1, 2), b = 3, c = ((4, 5), 6)."""
    inner = F.sum((p["c"][0] - [[4.0], [5.0]]) ** 2) + (p["c"][1] - 6.0) ** 2
    return F.sum((p["a"] - [1.0, 2.0]) ** 2) + (p["b"] - 3.0) ** 2 + inner


def flat(p: Any) -> list[float]:
    return [*p["a"], p["b"], *p["c"][0].ravel(), p["c"][1]]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"a": (None, 1.5)}, [1, 1.5, 3, 4, 5, 6]),
        ({"a": [(None, 0.5), (2.5, None)]}, [0.5, 2.5, 3, 4, 5, 6]),
        ({"a": (np.array([1.2, 0.0]), np.array([9.0, 1.7]))}, [1.2, 1.7, 3, 4, 5, 6]),
        ({"a": np.array([[0.0, 0.5], [0.0, 1.0]])}, [0.5, 1.0, 3, 4, 5, 6]),
        ({"a": Bounds([-1, -1], [0.5, 0.6])}, [0.5, 0.6, 3, 4, 5, 6]),
        ({"a": Bounds(-1, 0.5)}, [0.5, 0.5, 3, 4, 5, 6]),
        ({"b": (0, 2)}, [1, 2, 2, 4, 5, 6]),
        ({"b": [(0, 2)]}, [1, 2, 2, 4, 5, 6]),
        ({"b": None, "c": None}, [1, 2, 3, 4, 5, 6]),
        ({"c": [(0, 4.5), (None, 5)]}, [1, 2, 3, 4, 4.5, 5]),
        ({"c": [[(0, 3), (0, 4)], None]}, [1, 2, 3, 3, 4, 6]),
        ({"c": [(np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])), (0, 1)]}, [1, 2, 3, 1, 2, 1]),
        ([(0, 0.5)] * 6, [0.5] * 6),  # of the flat vector, as ever
        (Bounds(0, 0.5), [0.5] * 6),
        (Bounds(np.zeros(6), np.full(6, 0.5)), [0.5] * 6),
    ],
)
def test_bounds_as_x0(bounds: Any, expected: list[float]) -> None:
    for method in ("L-BFGS-B", None, "trust-constr", "SLSQP"):
        result = minimize(bowl, START, bounds=bounds, method=method)
        np.testing.assert_allclose(flat(result.x), expected, atol=2e-3)
    assert result.x["a"].shape == (2,) and isinstance(result.x["b"], float)


def test_bounds_of_lists_numbers_and_arrays() -> None:
    result = minimize(
        lambda p: (p[0] - 1) ** 2 + (p[1] - 2) ** 2, [0.0, 0.0], bounds=[(0, 0.5), None]
    )
    np.testing.assert_allclose(result.x, [0.5, 2.0], atol=1e-6)
    result = minimize(
        lambda p: F.sum((p[0] - 1) ** 2) + p[1] ** 2,
        (np.zeros(2), 1.0),
        bounds=((0, 0.5), (0.25, 1)),
    )
    np.testing.assert_allclose(np.hstack(result.x), [0.5, 0.5, 0.25], atol=1e-6)
    assert minimize(lambda x: (x - 1) ** 2, 0.0, bounds=(0, 0.5)).x == pytest.approx(0.5)
    assert minimize(lambda x: (x - 1) ** 2, 0.0, bounds=[(0, 0.5)]).x == pytest.approx(0.5)
    two = minimize(lambda x: F.sum((x - 1) ** 2), np.zeros(2), bounds=[(0, 0.5), (0, 0.75)])
    np.testing.assert_allclose(two.x, [0.5, 0.75])


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        (
            {"x": (0, 1)},
            "must be a dict with names of x0, which are 'a', 'b', 'c', not the names 'x'",
        ),
        ({"a": [(0, 1)] * 3}, r"bounds\['a'\] of an array of shape \(2,\) must be a pair"),
        ({"a": 1.0}, r"bounds\['a'\] of an array of shape \(2,\) must be a pair"),
        ({"a": (np.zeros(3), None)}, r"an end of shape \(3,\) does not fit"),
        ({"c": [(0, 1)]}, r"bounds\['c'\] must have 2 parts"),
    ],
)
def test_bounds_that_do_not_fit(bounds: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        minimize(bowl, START, bounds=bounds)


def test_least_squares() -> None:
    def residuals(p: Any) -> Any:
        return [p["a"] - np.array([1.0, 2.0]), p["b"] - 3.0]

    start = {"a": np.array([0.1, 0.1]), "b": 0.1}
    for bounds in (
        {"a": (0, 0.5)},
        ({"a": 0.0, "b": -9.0}, {"a": 0.5, "b": 9.0}),
        ({"a": np.zeros(2), "b": None}, {"a": [0.5, 0.5], "b": np.inf}),
        ([0, 0, -9], [0.5, 0.5, 9]),
        Bounds([0, 0, -9], [0.5, 0.5, 9]),
    ):
        found = least_squares(residuals, start, bounds=bounds).x
        np.testing.assert_allclose([*found["a"], found["b"]], [0.5, 0.5, 3.0], atol=1e-5)
    assert least_squares(residuals, start, bounds=(0, 0.5)).x["b"] == pytest.approx(0.5, abs=1e-5)


# The distance of (x, y) from the origin is at most 1, and x + y as great as can be.


def objective(p: Any) -> Any:
    return -(p["x"] + p["y"])


def circle(p: Any) -> Any:
    return p["x"] ** 2 + p["y"] ** 2


def by_structure(p: Any) -> Any:
    assert isinstance(p["x"], float)
    return {"x": 2 * p["x"], "y": 2 * p["y"]}


def by_matrix(p: Any) -> Any:
    return np.array([[2 * p["x"], 2 * p["y"]]])


def hess_structure(p: Any, v: Any) -> Any:
    assert isinstance(p["x"], float) and v.shape == (1,)
    return {"x": {"x": 2.0 * v[0], "y": 0.0}, "y": {"x": 0.0, "y": 2.0 * v[0]}}


def hess_matrix(p: Any, v: Any) -> Any:
    assert set(p) == {"x", "y"}
    return 2.0 * v[0] * np.eye(2)


def hess_exact(p: Any, v: Any) -> Any:
    return cg.hessian(lambda p: circle(p) * v[0])(p)


@pytest.mark.parametrize("jac", ["2-point", "3-point", by_structure, by_matrix])
@pytest.mark.parametrize("hess", [None, hess_structure, hess_matrix, hess_exact, "BFGS"])
def test_a_constraint_with_derivatives_of_its_own(jac: Any, hess: Any) -> None:
    if hess == "BFGS":
        hess = scipy_optimize.SR1()
    constraint = NonlinearConstraint(circle, -np.inf, 1.0, jac=jac, hess=hess)
    start = {"x": 0.3, "y": 0.1}
    result = minimize(objective, start, method="trust-constr", constraints=constraint)
    np.testing.assert_allclose([result.x["x"], result.x["y"]], np.sqrt(0.5), atol=1e-4)


@pytest.mark.parametrize("jac", [None, by_structure, by_matrix])
def test_a_dict_constraint_with_a_jacobian_of_its_own(jac: Any) -> None:
    def scaled(p: Any, scale: float) -> Any:
        return scale * (1.0 - circle(p))

    def scaled_jac(p: Any, scale: float) -> Any:
        found = jac(p)
        if isinstance(found, dict):
            return {name: -scale * part for name, part in found.items()}
        return -scale * found

    constraint: dict[str, Any] = {"type": "ineq", "fun": scaled, "args": (2.0,)}
    if jac is not None:
        constraint["jac"] = scaled_jac
    result = minimize(objective, {"x": 0.3, "y": 0.1}, constraints=[constraint], method="SLSQP")
    np.testing.assert_allclose([result.x["x"], result.x["y"]], np.sqrt(0.5), atol=1e-6)


def test_vectors_of_constraints_in_a_structure_of_arrays() -> None:
    def both(p: Any) -> Any:
        return F.stack([F.sum(p["a"] ** 2), p["a"][0] * p["b"]])

    def weighted(p: Any, v: Any) -> Any:
        return cg.hessian(lambda p: F.sum(both(p) * v))(p)

    constraint = NonlinearConstraint(
        both, [-np.inf, 0.1], [1.0, np.inf], jac=lambda p: cg.jacobian(both)(p), hess=weighted
    )
    start = {"a": np.array([0.5, 0.5]), "b": 0.5}
    own = minimize(
        lambda p: -F.sum(p["a"]) + p["b"] ** 2,
        start,
        method="trust-constr",
        constraints=[constraint],
    )
    plain = NonlinearConstraint(both, [-np.inf, 0.1], [1.0, np.inf])
    ours = minimize(
        lambda p: -F.sum(p["a"]) + p["b"] ** 2, start, method="trust-constr", constraints=[plain]
    )
    np.testing.assert_allclose(own.x["a"], ours.x["a"], atol=1e-4)
    assert own.x["b"] == pytest.approx(ours.x["b"], abs=1e-4)


def test_flat_vectors_are_scipys() -> None:
    constraint = NonlinearConstraint(
        lambda x: x[0] ** 2 + x[1] ** 2, -np.inf, 1.0,
        jac=lambda x: np.array([[2 * x[0], 2 * x[1]]]), hess=lambda x, v: 2 * v[0] * np.eye(2),
    )  # fmt: skip
    result = minimize(
        lambda x: -F.sum(x), np.array([0.3, 0.1]), method="trust-constr", constraints=constraint
    )
    np.testing.assert_allclose(result.x, np.sqrt(0.5), atol=1e-4)
