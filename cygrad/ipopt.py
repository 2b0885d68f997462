"""IPOPT, by cyipopt, with exact derivatives: what `optimize.minimize` calls for method="ipopt".

It gets the gradient, the sparse Jacobian of the constraints and the sparse Hessian of the
Lagrangian. IPOPT asks for their places once; where a function goes another way later, its places
must be among those.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad.core.variable import Variable
from cygrad.optimize import _bounds, _callback, _Derivatives, _of_x, _Point, _Sparse, _Vector

__all__ = ["solve"]

_Array = NDArray[np.float64]

TAKEN = {"bounds", "constraints", "callback", "tol", "options"}
SOLVED = (0, 1)  # to the tolerance, or to an acceptable one


def solve(
    scipy_optimize: ModuleType, f: Callable[[Any], Any], point: _Point, given: dict[str, Any]
) -> Any:
    """scipy's OptimizeResult."""
    try:
        import cyipopt  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise ImportError(
            "minimize: method='ipopt' needs cyipopt: pip install 'cygrad[ipopt]', or conda install "
            "cyipopt"
        ) from error
    if not given.keys() <= TAKEN:
        raise TypeError(
            f"minimize: method='ipopt' takes {', '.join(sorted(TAKEN))}, not "
            f"{', '.join(sorted(given.keys() - TAKEN))}"
        )
    parts = _parts(scipy_optimize, given.get("constraints"), point)
    callback = given.get("callback")
    problem = _Problem(f, point, parts, None if callback is None else _callback(callback, point))
    low, high = _box(scipy_optimize, given.get("bounds"), point)
    solver = cyipopt.Problem(
        n=point.start.size,
        m=len(problem.low),
        problem_obj=problem,
        lb=low,
        ub=high,
        cl=problem.low,
        cu=problem.high,
    )
    problem.solver = solver
    for name, value in _options(given).items():
        solver.add_option(name, value)
    x, info = solver.solve(point.start)
    if problem.error is not None:
        raise problem.error
    return scipy_optimize.OptimizeResult(
        x=point.given(x),
        fun=info["obj_val"],
        success=info["status"] in SOLVED,
        status=info["status"],
        message=_text(info["status_msg"]),
        info=info,
        nit=problem.iterations,
        nfev=problem.evaluations,
    )


def _text(message: Any) -> str:
    return message.decode() if isinstance(message, bytes) else str(message)


def _options(given: dict[str, Any]) -> dict[str, Any]:
    """IPOPT's, quiet unless it is told otherwise, from these and from scipy's names."""
    options = {"print_level": 0, "sb": "yes"}
    if given.get("tol") is not None:
        options["tol"] = given["tol"]
    for name, value in (given.get("options") or {}).items():
        if name == "disp":
            options["print_level"] = 5 if value else 0
        else:
            options["max_iter" if name == "maxiter" else name] = value
    return options


# ---- Bounds and constraints -------------------------------------------------------------------


class _Part(NamedTuple):
    """One constraint, of the flat vector: a function's, or that of a matrix."""

    vector: _Vector | None
    matrix: Any  # of scipy's
    low: Any
    high: Any


def _box(scipy_optimize: ModuleType, bounds: Any, point: _Point) -> tuple[_Array, _Array]:
    n = point.start.size
    if bounds is None:
        return np.full(n, -np.inf), np.full(n, np.inf)
    bounds = _bounds(scipy_optimize, bounds, point)
    if not isinstance(bounds, scipy_optimize.Bounds):
        pairs = list(bounds)
        if len(pairs) != n:
            raise ValueError(f"bounds must be {n} pairs (low, high), as x0 has {n} numbers")
        bounds = scipy_optimize.Bounds(
            [-np.inf if low is None else low for low, _ in pairs],
            [np.inf if high is None else high for _, high in pairs],
        )
    low, high = (np.array(np.broadcast_to(end, n), float) for end in (bounds.lb, bounds.ub))
    return low, high


def _parts(scipy_optimize: ModuleType, constraints: Any, point: _Point) -> list[_Part]:
    if constraints is None:
        return []
    many = constraints if isinstance(constraints, (list, tuple)) else [constraints]
    return [_part(scipy_optimize, constraint, point) for constraint in many]


def _part(scipy_optimize: ModuleType, constraint: Any, point: _Point) -> _Part:
    if isinstance(constraint, scipy_optimize.LinearConstraint):
        from scipy import sparse  # type: ignore[import-untyped,import-not-found,unused-ignore]

        rows = constraint.A if sparse.issparse(constraint.A) else np.atleast_2d(constraint.A)
        matrix = sparse.csr_array(rows, copy=True)
        matrix.sum_duplicates()  # and sorted
        return _Part(None, matrix, constraint.lb, constraint.ub)
    if isinstance(constraint, scipy_optimize.NonlinearConstraint):
        fun, args, jac, hess = constraint.fun, (), constraint.jac, constraint.hess
        low, high = constraint.lb, constraint.ub
        if np.any(constraint.keep_feasible):
            raise ValueError(
                "minimize: method='ipopt' keeps bounds at each iterate, and constraints at the end "
                "alone; leave out keep_feasible"
            )
    elif isinstance(constraint, dict) and constraint.get("type", "").lower() in ("eq", "ineq"):
        fun, args = constraint["fun"], tuple(constraint.get("args", ()))
        jac, hess = constraint.get("jac"), None
        low, high = 0.0, 0.0 if constraint["type"].lower() == "eq" else np.inf
    else:
        raise TypeError(
            "minimize: a constraint for method='ipopt' must be a dict with type and fun, a "
            f"NonlinearConstraint or a LinearConstraint, not {constraint!r}"
        )
    if not callable(fun):
        raise TypeError(
            f"minimize: a constraint's fun must be a function, not {type(fun).__name__}"
        )
    if callable(jac) or callable(hess):
        raise TypeError(
            "minimize: method='ipopt' computes the derivatives of constraints itself; leave out "
            "jac and hess"
        )
    return _Part(_Vector(_of_x(fun, args), point, True), None, low, high)


# ---- What IPOPT asks for ----------------------------------------------------------------------


class _Places:
    """The places of a sparse matrix, as IPOPT was told them; and the numbers at these."""

    def __init__(self, what: str, matrix: Any, lower: bool) -> None:
        self.what = what
        self.lower = lower
        self.columns = matrix.shape[1]
        self.rows, self.at, _ = self.parts(matrix)
        self.keys = self.rows.astype(np.int64) * self.columns + self.at

    def parts(self, matrix: Any) -> tuple[Any, Any, _Array]:
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        here = matrix.indices <= rows if self.lower else slice(None)
        return rows[here], matrix.indices[here], matrix.data[here]

    def numbers(self, matrix: Any) -> _Array:
        rows, columns, data = self.parts(matrix)
        keys = rows.astype(np.int64) * self.columns + columns
        if np.array_equal(keys, self.keys):
            return data
        places = np.searchsorted(self.keys, keys)
        known = places < len(self.keys)
        known[known] = self.keys[places[known]] == keys[known]
        if not known.all():
            raise RuntimeError(
                f"minimize: {self.what} has other places than at x0, where method='ipopt' was told "
                "them: a function goes another way (if, while) as x changes; write it by F.where"
            )
        numbers = np.zeros(len(self.keys))
        numbers[places] = data
        return numbers


def _kept(method: Callable[..., Any]) -> Callable[..., Any]:
    """With its error kept: IPOPT takes it for a number that cannot be computed, and goes on."""

    @functools.wraps(method)
    def call(self: _Problem, *args: Any) -> Any:
        if self.error is not None:
            raise self.error
        try:
            return method(self, *args)
        except BaseException as error:
            self.error = error
            raise

    return call


class _Problem:
    """The functions of a flat vector that cyipopt calls, by their names."""

    error: BaseException | None = None  # of one of them: it ends the iterations

    def __init__(
        self,
        f: Callable[[Any], Any],
        point: _Point,
        parts: list[_Part],
        callback: Callable[..., Any] | None,
    ) -> None:
        self.point = point
        self.derivatives = _Derivatives(f, point, True)
        self.parts = parts
        self.callback = callback
        self.solver: Any = None
        self.iterations = self.evaluations = 0
        self.lagrangian = _Sparse(_lagrangian(f, [p.vector for p in parts]), point)
        sizes = [len(self.values_of(part, point.start)) for part in parts]
        self.ends = np.cumsum([0, *sizes])
        self.low = _joined([np.broadcast_to(p.low, n) for p, n in zip(parts, sizes, strict=True)])
        self.high = _joined([np.broadcast_to(p.high, n) for p, n in zip(parts, sizes, strict=True)])
        self.jacobian_places = _Places("a Jacobian", self.all_slopes(point.start), False)
        ones = np.ones(len(self.low))
        self.hessian_places = _Places("a Hessian", self.second(point.start, ones, 1.0), True)

    def values_of(self, part: _Part, x: _Array) -> _Array:
        values: _Array = part.matrix @ x if part.vector is None else part.vector.value(x)
        return values

    @_kept
    def objective(self, x: _Array) -> float:
        self.evaluations += 1
        return self.derivatives.value(x)

    @_kept
    def gradient(self, x: _Array) -> _Array:
        return self.derivatives.value_and_gradient(x)[1]

    @_kept
    def constraints(self, x: _Array) -> _Array:
        return _joined([self.values_of(part, x) for part in self.parts])

    def all_slopes(self, x: _Array) -> Any:
        from scipy import sparse

        slopes = [p.matrix if p.vector is None else p.vector.sparse_jacobian(x) for p in self.parts]
        return sparse.csr_array(sparse.vstack([sparse.csr_array((0, x.size)), *slopes]))

    def jacobianstructure(self) -> tuple[Any, Any]:
        return self.jacobian_places.rows, self.jacobian_places.at

    @_kept
    def jacobian(self, x: _Array) -> _Array:
        return self.jacobian_places.numbers(self.all_slopes(x))

    def second(self, x: _Array, multipliers: _Array, of_objective: float) -> Any:
        parts = np.split(multipliers, self.ends[1:-1]) if self.parts else []
        weights = [w for w, p in zip(parts, self.parts, strict=True) if p.vector is not None]
        return self.lagrangian.hessian(x, np.array([of_objective]), *weights)

    def hessianstructure(self) -> tuple[Any, Any]:
        return self.hessian_places.rows, self.hessian_places.at

    @_kept
    def hessian(self, x: _Array, multipliers: _Array, of_objective: float) -> _Array:
        return self.hessian_places.numbers(self.second(x, multipliers, of_objective))

    def intermediate(self, *state: Any) -> bool:
        """After each iteration; False ends it."""
        self.iterations = int(state[1])
        if self.error is not None:
            return False
        return self.callback is None or not self.called_back()

    @_kept
    def called_back(self) -> Any:
        assert self.callback is not None
        try:
            return self.callback(self.solver.get_current_iterate()["x"])
        except StopIteration:
            return True


def _lagrangian(f: Callable[[Any], Any], vectors: list[_Vector | None]) -> Callable[..., Any]:
    functions = [vector.flat for vector in vectors if vector is not None]

    def lagrangian(x: Any, of_objective: Variable, *multipliers: Variable) -> Variable:
        total: Variable = f(x) * of_objective[0]
        for c, weights in zip(functions, multipliers, strict=True):
            total = total + F.sum(c(x) * weights)
        return total

    return lagrangian


def _joined(parts: list[Any]) -> _Array:
    return np.concatenate([np.zeros(0), *parts])
