"""scipy's optimizers, with exact derivatives, on arrays or nested structures of arrays.

`minimize` takes gradients, and second derivatives where a method uses them; `least_squares` takes
Jacobians; both also as sparse matrices. Thin: what scipy's functions take, these take, and their
results are scipy's own. scipy is imported when they are called. IPOPT is in ipopt.py.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad import elsewhere
from cygrad.core.mode import unrecorded
from cygrad.core.variable import Variable
from cygrad.transforms import hessian, jacobian, value_and_grad, vjp
from cygrad.transforms.structure import leaves, map_leaves, rebuild, template

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult  # type: ignore[import-untyped,import-not-found,unused-ignore]

__all__ = ["least_squares", "minimize"]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)

_Array = NDArray[np.float64]
X = TypeVar("X")

if TYPE_CHECKING:

    class _Result(OptimizeResult, Generic[X]):  # type: ignore[misc,unused-ignore]
        """scipy's, but for x, which has the structure that x0 has."""

        x: X
        fun: Any  # a float of minimize, the residuals of least_squares
        success: bool
        status: int
        message: str
        nfev: int


WITHOUT_GRADIENT = {"nelder-mead", "powell", "cobyla", "cobyqa"}
WITH_PRODUCTS = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
WITH_HESSIAN = {"dogleg", "trust-exact"}
NAMES = "Newton-CG, trust-ncg, trust-krylov, trust-constr, dogleg, trust-exact"


# Any, here and below: structures of any kind, further arguments of any kind, scipy's own options.
@overload
def minimize(
    f: Callable[..., Variable | float | np.floating[Any]],
    x0: float,
    args: tuple[Any, ...] = (),
    method: str | Callable[..., Any] | None = None,
    *,
    compile: bool = False,
    sparse: bool = False,
    **options: Any,
) -> _Result[float]: ...
@overload
def minimize(
    f: Callable[..., Variable | float | np.floating[Any]],
    x0: Variable | NDArray[Any],
    args: tuple[Any, ...] = (),
    method: str | Callable[..., Any] | None = None,
    *,
    compile: bool = False,
    sparse: bool = False,
    **options: Any,
) -> _Result[_Array]: ...
@overload
def minimize(
    f: Callable[..., Variable | float | np.floating[Any]],
    x0: X,
    args: tuple[Any, ...] = (),
    method: str | Callable[..., Any] | None = None,
    *,
    compile: bool = False,
    sparse: bool = False,
    **options: Any,
) -> _Result[X]: ...
def minimize(
    f: Callable[..., Variable | float | np.floating[Any]],
    x0: Any,
    args: tuple[Any, ...] = (),
    method: str | Callable[..., Any] | None = None,
    *,
    compile: bool = False,
    sparse: bool = False,
    **options: Any,
) -> OptimizeResult:
    """Minimize a function of arrays to a number, by ``scipy.optimize.minimize``.

    Parameters
    ----------
    f : callable
        Takes Variables in the structure of x0, and `args`; returns a Variable of one element.
    x0 : ndarray, float, Variable, or nested dicts, lists and tuples of them
        Where to start. It is left as it is.
    args : tuple, optional
        Further arguments of f, which are constants.
    method : str or callable, optional
        scipy's. BFGS if None; L-BFGS-B with bounds, SLSQP with constraints. Or "ipopt", for large
        problems with constraints; it needs cyipopt.
    compile : bool, default False
        Capture f and its derivatives at their first call, as `cygrad.compile` does, and replay them
        at the next ones, faster: the same iterates, to the bit. It pays for loops of many small
        operations, and where a fit takes many evaluations. The functions in constraints are
        captured too. A function that cannot be captured is called as ever, after a warning.
    sparse : bool, default False
        Second derivatives as `cygrad.sparse_hessian` gives them, and for trust-constr the Jacobians
        of constraints as `cygrad.sparse_jacobian` does, with their exact second derivatives, where
        a constraint's ``hess`` is no function. For large problems in which each term and each
        constraint depends on few numbers. All is captured, and must be capturable.
    **options
        The other arguments of scipy's function: ``tol``, ``callback``, ``options`` and so on.
        ``bounds`` are scipy's, of the flat vector, or a structure like x0 with the bounds of each
        array in its place: a pair (low, high) of numbers, arrays or None; a pair for each element;
        a ``Bounds``; or None. A dict may leave names out. ``jac``, ``hess`` and ``hessp`` take the
        place of the exact derivatives; they are those of the flat vector.

    Returns
    -------
    scipy.optimize.OptimizeResult
        scipy's own, with ``x`` in the structure of x0, as ndarrays and floats. What else it holds
        (``jac``, ``hess_inv``) belongs to the flat vector: the elements of the arrays one after the
        other, in the order in which they stand in the structure.

    Raises
    ------
    ImportError
        If scipy is not installed, or cyipopt for "ipopt".
    ValueError
        If bounds do not fit x0, or a method can do nothing with what is sparse.
    TypeError
        If f, the callback or a constraint is no function, or method is neither a name nor one.

    Notes
    -----
    Methods that take a gradient get the exact one, in one pass with the value; Newton-CG,
    trust-ncg, trust-krylov and trust-constr get Hessian-vector products, for which the gradient's
    graph is made once at each point; dogleg and trust-exact get the Hessian. The functions in
    constraints, dicts or ``NonlinearConstraint``, take x in the structure of x0 too, and get exact
    Jacobians unless they have their own. Then that, ``jac(x)``, and a constraint's ``hess(x, v)``
    take x in this structure as arrays and floats; they return what `cygrad.jacobian` and
    `cygrad.hessian` give for it, or the matrix for the flat vector. A ``LinearConstraint`` is one
    of the flat vector. ``callback`` is called with x in the structure of x0.

    "ipopt" is the interior-point method of A. Wächter and L. T. Biegler, Math. Programming 106
    (2006). It gets the gradient, the sparse Jacobian of all constraints and the sparse Hessian of
    the Lagrangian, whatever ``sparse`` is. It takes ``bounds``, ``constraints`` without derivatives
    of their own, ``callback``, ``tol``, and in ``options`` IPOPT's own ones, such as
    ``print_level``, beside ``maxiter``. The result's ``info`` is what cyipopt gives: multipliers
    ``mult_g`` of the constraints, in their order, and of the bounds.

    Examples
    --------
    >>> import numpy as np
    >>> from cygrad.optimize import minimize
    >>> def rosen(x):
    ...     return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
    >>> minimize(rosen, np.array([-1.2, 1.0])).x.round(4)
    array([1., 1.])
    >>> def bowl(p):
    ...     return (p["a"] - 3) ** 2 + (p["b"] - p["a"]) ** 2
    >>> {name: round(x, 4) for name, x in minimize(bowl, {"a": 0.0, "b": 1.0}).x.items()}
    {'a': 3.0, 'b': 3.0}
    >>> bounded = minimize(bowl, {"a": 0.0, "b": 1.0}, bounds={"a": (0.0, 2.0)})
    >>> {name: round(x, 4) for name, x in bounded.x.items()}
    {'a': 2.0, 'b': 2.0}
    >>> replayed = minimize(rosen, np.array([-1.2, 1.0]), compile=True)
    >>> bool(np.all(replayed.x == minimize(rosen, np.array([-1.2, 1.0])).x))
    True
    >>> import cygrad.functions as F
    >>> def chain(x):
    ...     return F.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    >>> minimize(chain, np.zeros(1000), method="trust-constr", sparse=True).x[:3].round(3)
    array([1., 1., 1.])
    """
    scipy_optimize = _scipy_optimize("minimize")
    point = _Point(x0)
    args = args if isinstance(args, tuple) else (args,)
    if not (method is None or isinstance(method, str) or callable(method)):
        raise TypeError(
            f"minimize: method must be a name or a function, not {type(method).__name__}"
        )
    kind = method.lower() if isinstance(method, str) else method
    _check_callable("minimize: f", f)
    if kind == "ipopt":
        from cygrad.ipopt import solve  # few programs need it

        return solve(scipy_optimize, _of_x(f, args), point, options)
    if sparse and kind not in WITH_PRODUCTS | WITH_HESSIAN:
        raise ValueError(
            f"minimize: sparse=True is for methods that take second derivatives, {NAMES} or ipopt; "
            f"method is {method!r}"
        )
    derivatives = _Derivatives(_of_x(f, args), point, compile or sparse)
    constraints = options.get("constraints", ())
    if constraints not in ((), [], None):
        ways = _Ways(compile or sparse, sparse)
        options["constraints"] = _constraints(scipy_optimize, constraints, point, ways)
        if sparse:  # bounds and linear constraints too: scipy has them all of one kind
            options["options"] = {"sparse_jacobian": True, **options.get("options", {})}
    if options.get("bounds") is not None:
        options["bounds"] = _bounds(scipy_optimize, options["bounds"], point)
    if options.get("callback") is not None:
        _check_callable("minimize: callback", options["callback"])
        options["callback"] = _callback(options["callback"], point)
    function: Callable[[_Array], Any] = derivatives.value
    if kind not in WITHOUT_GRADIENT and "jac" not in options:
        function = derivatives.value_and_gradient
        options["jac"] = True
    if "hess" not in options and "hessp" not in options:
        if sparse and kind == "trust-constr":
            options["hess"] = derivatives.sparse_hessian
        elif sparse and kind in WITH_PRODUCTS:
            options["hessp"] = derivatives.sparse_product
        elif sparse:
            options["hess"] = derivatives.dense_hessian
        elif kind in WITH_PRODUCTS:
            options["hessp"] = derivatives.product
        elif kind in WITH_HESSIAN:
            options["hess"] = derivatives.hessian
    result: _Result[Any] = scipy_optimize.minimize(function, point.start, method=method, **options)
    if not hasattr(result, "x"):
        raise TypeError(
            f"minimize: method returned {type(result).__name__}, and must return an OptimizeResult"
        )
    result.x = point.given(result.x)
    return result


@overload
def least_squares(
    f: Callable[..., Any],
    x0: float,
    args: tuple[Any, ...] = (),
    *,
    compile: bool = False,
    sparse: bool = False,
    **options: Any,
) -> _Result[float]: ...
@overload
def least_squares(
    f: Callable[..., Any],
    x0: Variable | NDArray[Any],
    args: tuple[Any, ...] = (),
    *,
    compile: bool = False,
    sparse: bool = False,
    **options: Any,
) -> _Result[_Array]: ...
@overload
def least_squares(
    f: Callable[..., Any],
    x0: X,
    args: tuple[Any, ...] = (),
    *,
    compile: bool = False,
    sparse: bool = False,
    **options: Any,
) -> _Result[X]: ...
def least_squares(
    f: Callable[..., Any],
    x0: Any,
    args: tuple[Any, ...] = (),
    *,
    compile: bool = False,
    sparse: bool = False,
    **options: Any,
) -> OptimizeResult:
    """Minimize half a sum of squares, by ``scipy.optimize.least_squares``.

    Parameters
    ----------
    f : callable
        Takes Variables in the structure of x0, and `args`; returns the residuals: a Variable of any
        shape, or several in nested dicts, lists and tuples.
    x0 : ndarray, float, Variable, or nested dicts, lists and tuples of them
        Where to start. It is left as it is.
    args : tuple, optional
        Further arguments of f, which are constants.
    compile : bool, default False
        Capture the residuals and their Jacobian at their first call, and replay them, as for
        `minimize`.
    sparse : bool, default False
        The Jacobian as `cygrad.sparse_jacobian` gives it, for large problems in which each residual
        depends on few numbers; for all methods but lm. All is captured, and must be capturable.
    **options
        The other arguments of scipy's function: ``method``, ``loss``, ``x_scale`` and so on.
        ``bounds`` as for `minimize`; or scipy's pair (low, high) of vectors or numbers, each of
        which may be a structure like x0. ``jac`` takes the place of the exact Jacobian.

    Returns
    -------
    scipy.optimize.OptimizeResult
        scipy's own, with ``x`` in the structure of x0. What else it holds belongs to the flat
        vectors of the parameters and the residuals.

    Raises
    ------
    ImportError
        If scipy is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> import cygrad.functions as F
    >>> from cygrad.optimize import least_squares
    >>> t = np.linspace(0.0, 1.0, 20)
    >>> y = 2.0 * np.exp(-3.0 * t)
    >>> least_squares(lambda p: p[0] * F.exp(-p[1] * t) - y, np.ones(2)).x.round(6)
    array([2., 3.])
    >>> least_squares(lambda p: p[0] * F.exp(-p[1] * t) - y, np.ones(2), compile=True).x.round(6)
    array([2., 3.])
    >>> smooth = least_squares(lambda x: F.concat([x - y, x[1:] - x[:-1]]), y, sparse=True)
    >>> smooth.x[:3].round(3)
    array([1.834, 1.669, 1.464])
    """
    scipy_optimize = _scipy_optimize("least_squares")
    point = _Point(x0)
    args = args if isinstance(args, tuple) else (args,)
    _check_callable("least_squares: f", f)
    residuals = _Vector(_of_x(f, args), point, compile or sparse)
    if options.get("bounds") is not None:
        options["bounds"] = _pair_of_bounds(scipy_optimize, options["bounds"], point)
    if "jac" not in options:
        options["jac"] = residuals.sparse_jacobian if sparse else residuals.jacobian
    result: _Result[Any] = scipy_optimize.least_squares(residuals.value, point.start, **options)
    result.x = point.given(result.x)
    return result


def _check_callable(what: str, f: Any) -> None:
    if not callable(f):
        raise TypeError(f"{what} must be a function, not {type(f).__name__}")


def _scipy_optimize(name: str) -> ModuleType:
    try:
        import scipy.optimize  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise ImportError(
            f"cygrad.optimize.{name} needs scipy: pip install 'cygrad[scipy]', or pip install scipy"
        ) from error
    return scipy.optimize  # type: ignore[no-any-return,unused-ignore]


# ---- Between the flat vector and the structure ------------------------------------------------


class _Point:
    """The structure of x0: what a flat vector is, and what f is called with."""

    def __init__(self, x0: Any) -> None:
        if x0 is None:
            raise TypeError("x0 is None: there is nothing to vary")
        self.places = template(x0)
        given = leaves(x0)
        if not given:
            raise ValueError("x0 has no arrays: there is nothing to vary")
        # As cygrad takes them: what is no real number is refused by name.
        arrays = [x.data if isinstance(x, Variable) else Variable(x).data for x in given]
        self.shapes = [a.shape for a in arrays]
        self.numbers = [
            not isinstance(x, (Variable, np.ndarray)) and a.ndim == 0
            for x, a in zip(given, arrays, strict=True)
        ]
        self.ends = np.cumsum([a.size for a in arrays]).tolist()
        self.start: _Array = np.concatenate([a.ravel() for a in arrays])
        self.flat = self.places == 0 and self.shapes == [self.start.shape]

    def arrays(self, x: _Array) -> Any:
        """x in the structure of x0, as arrays on x's memory."""
        if self.flat:
            return x
        parts = np.split(x, self.ends[:-1])
        return rebuild(self.places, [p.reshape(s) for p, s in zip(parts, self.shapes, strict=True)])

    def given(self, x: _Array) -> Any:
        """The same for the user: copies, and floats where x0 has numbers."""
        values = [
            float(a) if number else np.array(a)
            for a, number in zip(leaves(self.arrays(x)), self.numbers, strict=True)
        ]
        return rebuild(self.places, values)

    def vector(self, tree: Any) -> _Array:
        """The flat vector of a structure of arrays."""
        if self.flat:
            return np.asarray(tree)
        return np.concatenate([np.ravel(a) for a in leaves(tree)])

    def matrix(self, tree: Any, rows: tuple[int, ...]) -> _Array:
        """Of derivatives by the structure of x0, the columns for the flat vector."""
        size = int(np.prod(rows))
        return np.concatenate([np.reshape(a, (size, -1)) for a in leaves(tree)], axis=1)


def _constant_variables(x: Any) -> Any:
    return rebuild(template(x), [Variable(a, requires_grad=False) for a in leaves(x)])


class _Derivatives:
    """A function of arrays to a number, and its derivatives, for a flat vector."""

    def __init__(
        self,
        f: Callable[[Any], Variable | float | np.floating[Any]],
        point: _Point,
        replay: bool,
    ) -> None:
        ours = _way_to_call(replay)
        gradient = value_and_grad(f)

        def multiplier(p: Any) -> Callable[[Any], Any]:
            """H v at p, for any v: H being symmetric, the gradient's derivative from the left."""
            _, multiply = vjp(lambda q: gradient(q)[1], p)
            return lambda v: multiply(v)[0]

        def product(p: Any, v: Any) -> Any:
            return multiplier(p)(v)

        self.point = point
        self.f = ours(f)
        self.with_gradient = ours(gradient)
        self.second = ours(hessian(f))
        self.multiplier = multiplier
        self.replayed = ours(_named_as(f, product)) if replay else None
        self.at: _Array | None = None
        self.multiply: Callable[[Any], Any] = lambda v: v
        self.sparse = _Sparse(f, point)

    def value(self, x: _Array) -> float:
        with unrecorded():
            return float(self.f(_constant_variables(self.point.arrays(x))))

    def value_and_gradient(self, x: _Array) -> tuple[float, _Array]:
        value, gradient = self.with_gradient(self.point.arrays(x))
        return value, self.point.vector(gradient)

    def product(self, x: _Array, v: _Array) -> _Array:
        """The Hessian at x times v."""
        if self.replayed is not None:
            with unrecorded():
                p, u = (_constant_variables(self.point.arrays(a)) for a in (x, v))
                product = self.replayed(p, u)
            return self.point.vector(map_leaves(_plain, product))
        if self.at is None or not np.array_equal(self.at, x):
            at = np.array(x)
            self.multiply = self.multiplier(self.point.arrays(at))
            self.at = at
        return self.point.vector(self.multiply(self.point.arrays(v)))

    def hessian(self, x: _Array) -> _Array:
        blocks = self.second(self.point.arrays(x))
        return _stacked(self.point, blocks, self.point.places, self.point.shapes)

    # Any: matrices of scipy's.
    def sparse_hessian(self, x: _Array) -> Any:
        return self.sparse.hessian(x)

    def dense_hessian(self, x: _Array) -> _Array:
        dense: _Array = self.sparse.hessian(x).toarray()
        return dense

    def sparse_product(self, x: _Array, v: _Array) -> _Array:
        product: _Array = self.sparse.hessian(x) @ v
        return product


class _Sparse:
    """A function's sparse Hessian, for a flat vector, kept for the point at which it was asked."""

    def __init__(self, f: Callable[..., Any], point: _Point) -> None:
        self.f = f
        self.point = point
        self.second: Callable[..., Any] | None = None
        self.at: list[_Array] = []
        self.found: Any = None

    def hessian(self, x: _Array, *constants: _Array) -> Any:
        at = [x, *constants]
        if len(self.at) != len(at) or not all(map(np.array_equal, self.at, at)):
            if self.second is None:
                from cygrad.transforms.sparse import sparse_hessian  # not every program needs it

                self.second = sparse_hessian(self.f)
            given = [Variable(c, requires_grad=False) for c in constants]
            self.found = self.second(self.point.arrays(x), *given)
            self.at = [np.array(a) for a in at]
        return self.found


def _of_x(f: Callable[..., Any], args: tuple[Any, ...]) -> Callable[[Any], Any]:
    """f with its further arguments, which are constants, and so no inputs of what is compiled."""
    return _named_as(f, lambda x: f(x, *args)) if args else f


def _named_as(f: Callable[..., Any], of_ours: Callable[..., Any]) -> Callable[..., Any]:
    """A function around f, under its name for messages; a compiled one looks at f, too."""
    return functools.update_wrapper(of_ours, f, updated=())


def _way_to_call(replay: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What makes a function one that is replayed; or leaves it as it is."""
    if not replay:
        return lambda f: f
    from cygrad.transforms.compile import compile as captured  # not every program needs it

    return captured


def _stacked(point: _Point, blocks: Any, places: Any, shapes: list[tuple[int, ...]]) -> _Array:
    """A matrix of blocks: for each output, a structure of derivatives by x0."""
    rows: list[_Array] = []
    for tree, shape in zip(_at_places(places, blocks), shapes, strict=True):
        rows.append(point.matrix(tree, shape))
    return np.concatenate(rows)


def _at_places(places: Any, tree: Any) -> list[Any]:
    """The parts of a tree that stand at the leaves of a template, whatever they hold."""
    if isinstance(places, dict):
        return [part for key, inner in places.items() for part in _at_places(inner, tree[key])]
    if isinstance(places, (list, tuple)):
        pairs = zip(places, tree, strict=True)
        return [part for inner, item in pairs for part in _at_places(inner, item)]
    return [] if places is None else [tree]


class _Vector:
    """A function of arrays to arrays, and its Jacobian, for flat vectors."""

    def __init__(self, f: Callable[[Any], Any], point: _Point, replay: bool) -> None:
        # A closure, not a method: a compiled function looks at what its closures hold.
        def flattened(x: Any) -> Variable:
            outputs = [F.reshape(y, -1) for y in leaves(f(x))]
            return outputs[0] if len(outputs) == 1 else F.concat(outputs, axis=0)

        def weighted(x: Any, v: Variable) -> Variable:
            return F.sum(flattened(x) * v)

        ours = _way_to_call(replay)
        self.point = point
        self.flat = flattened
        self.flattened = ours(_named_as(f, flattened))
        self.derivative = ours(jacobian(flattened))
        self.sparse: Callable[..., Any] | None = None
        self.weighted = _Sparse(_named_as(f, weighted), point)

    def value(self, x: _Array) -> _Array:
        with unrecorded():
            y: Variable = self.flattened(_constant_variables(self.point.arrays(x)))
            return y.data

    def jacobian(self, x: _Array) -> _Array:
        tree = self.derivative(self.point.arrays(x))
        if self.point.flat:
            return np.asarray(tree)
        first = leaves(tree)[0]
        return self.point.matrix(tree, first.shape[:1])

    def sparse_jacobian(self, x: _Array) -> Any:  # a matrix of scipy's
        if self.sparse is None:
            from cygrad.transforms.sparse import sparse_jacobian  # not every program needs it

            self.sparse = sparse_jacobian(self.flat)
        return self.sparse(self.point.arrays(x))

    def sparse_hessian(self, x: _Array, v: _Array) -> Any:
        """Of its numbers' sum with the weights v."""
        return self.weighted.hessian(x, v)


# ---- Bounds -----------------------------------------------------------------------------------


def _bounds(scipy_optimize: ModuleType, bounds: Any, point: _Point) -> Any:
    """scipy's bounds of the flat vector, from a structure like x0; what is scipy's stays as it is."""
    if point.flat or isinstance(bounds, scipy_optimize.Bounds) or not _is_like(point, bounds):
        return bounds
    lows, highs = [], []
    parts = _parts_of(bounds, point.places)
    for (where, part), shape in zip(parts, point.shapes, strict=True):
        low, high = _of_array(scipy_optimize, part, shape, where)
        lows.append(low)
        highs.append(high)
    return scipy_optimize.Bounds(np.concatenate(lows), np.concatenate(highs))


def _pair_of_bounds(scipy_optimize: ModuleType, bounds: Any, point: _Point) -> Any:
    """The same for least_squares, which takes a pair of vectors."""
    if point.flat or isinstance(bounds, scipy_optimize.Bounds):
        return bounds
    pair = isinstance(bounds, (tuple, list)) and len(bounds) == 2
    sizes = {np.size(low) for low in bounds} if pair and not _holds_dict(bounds) else {0}
    if pair and (sizes <= {1, len(point.start)} or point.places == 0):
        return bounds
    if pair and all(_is_like(point, low) or np.ndim(low) == 0 for low in bounds):
        return tuple(_vector_of(low, point) for low in bounds)
    found = _bounds(scipy_optimize, bounds, point)
    return (found.lb, found.ub) if isinstance(found, scipy_optimize.Bounds) else found


def _holds_dict(tree: Any) -> bool:
    if isinstance(tree, (tuple, list)):
        return any(_holds_dict(part) for part in tree)
    return isinstance(tree, dict)


def _vector_of(tree: Any, point: _Point) -> Any:
    """Ends of bounds in a structure like x0, each broadcast to its array."""
    if np.ndim(tree) == 0 and not isinstance(tree, dict):
        return tree
    parts = []
    for (where, part), shape in zip(_parts_of(tree, point.places), point.shapes, strict=True):
        parts.append(_ends(part, -np.inf, shape, where).ravel())
    return np.concatenate(parts)


def _is_like(point: _Point, bounds: Any) -> bool:
    """Whether bounds are a structure like x0, and not those of the flat vector."""
    if isinstance(point.places, (list, tuple)):
        if isinstance(bounds, (list, tuple)) and len(bounds) == len(point.places):
            return True
        return isinstance(bounds, dict)
    if isinstance(point.places, dict):
        return isinstance(bounds, dict)
    return point.shapes == [()] and np.ndim(bounds) == 1  # (low, high) of a number


def _parts_of(tree: Any, places: Any, where: str = "bounds") -> list[tuple[str, Any]]:
    """What stands in a tree at each array of x0, with its name; None where it is left out."""
    if isinstance(places, dict):
        if tree is None:
            tree = {}
        if not isinstance(tree, dict) or not tree.keys() <= places.keys():
            names = ", ".join(map(repr, places))
            given = f"the names {', '.join(map(repr, tree))}" if isinstance(tree, dict) else tree
            raise ValueError(
                f"{where} must be a dict with names of x0, which are {names}, not {given}"
            )
        return [
            part
            for key, inner in places.items()
            for part in _parts_of(tree.get(key), inner, f"{where}[{key!r}]")
        ]
    if isinstance(places, (list, tuple)):
        if tree is None:
            tree = [None] * len(places)
        if not isinstance(tree, (list, tuple)) or len(tree) != len(places):
            raise ValueError(f"{where} must have {len(places)} parts, as x0 has, and is {tree!r}")
        return [
            part
            for i, (item, inner) in enumerate(zip(tree, places, strict=True))
            for part in _parts_of(item, inner, f"{where}[{i}]")
        ]
    return [] if places is None else [(where, tree)]


def _of_array(
    scipy_optimize: ModuleType, part: Any, shape: tuple[int, ...], where: str
) -> tuple[_Array, _Array]:
    """The lower and the upper bounds of one array of x0, flat."""
    if part is None:
        part = (None, None)
    elif isinstance(part, scipy_optimize.Bounds):
        part = (part.lb, part.ub)
    elif not _is_pair(part):
        # One pair for each element.
        count = int(np.prod(shape))
        pairs = list(part) if np.ndim(part) or isinstance(part, (list, tuple)) else []
        if len(pairs) != count or not all(np.shape(pair)[:1] == (2,) for pair in pairs):
            raise ValueError(
                f"{where} of an array of shape {shape} must be a pair (low, high), or {count} of "
                f"them, not {part!r}"
            )
        part = (
            np.reshape([-np.inf if low is None else low for low, _ in pairs], shape),
            np.reshape([np.inf if high is None else high for _, high in pairs], shape),
        )
    low, high = part
    return _ends(low, -np.inf, shape, where).ravel(), _ends(high, np.inf, shape, where).ravel()


def _is_pair(part: Any) -> bool:
    """Whether it is (low, high), each a number, an array or None."""
    if isinstance(part, np.ndarray):
        return bool(part.shape == (2,))
    return (
        isinstance(part, (tuple, list))
        and len(part) == 2
        and not any(isinstance(end, (tuple, list)) for end in part)
    )


def _ends(end: Any, free: float, shape: tuple[int, ...], where: str) -> _Array:
    array = np.asarray(free if end is None else end, dtype=np.float64)
    if array.size == int(np.prod(shape)) and array.ndim == 1:
        array = array.reshape(shape)  # as a Bounds has it
    try:
        return np.array(np.broadcast_to(array, shape))
    except ValueError:
        raise ValueError(
            f"{where}: an end of shape {array.shape} does not fit an array of shape {shape}"
        ) from None


# ---- Constraints and callbacks ----------------------------------------------------------------


class _Ways(NamedTuple):
    """How derivatives are computed."""

    replay: bool
    sparse: bool


def _constraints(scipy_optimize: ModuleType, constraints: Any, point: _Point, ways: _Ways) -> Any:
    if isinstance(constraints, (list, tuple)):
        return [_constraint(scipy_optimize, c, point, ways) for c in constraints]
    return _constraint(scipy_optimize, constraints, point, ways)


def _constraint(scipy_optimize: ModuleType, constraint: Any, point: _Point, ways: _Ways) -> Any:
    """A constraint for flat vectors, with an exact Jacobian where it has none of its own."""
    if isinstance(constraint, dict) and "fun" in constraint:
        args = tuple(constraint.get("args", ()))
        _check_callable("minimize: a constraint's fun", constraint["fun"])
        if constraint.get("jac") in (None, "2-point"):
            vector = _Vector(_of_x(constraint["fun"], args), point, ways.replay)
            if ways.sparse:  # a dict has no place for second derivatives
                high = 0.0 if constraint["type"].lower() == "eq" else np.inf
                return scipy_optimize.NonlinearConstraint(
                    vector.value, 0.0, high, vector.sparse_jacobian, vector.sparse_hessian
                )
            return {**constraint, "fun": vector.value, "jac": vector.jacobian, "args": ()}
        if point.flat:
            return constraint
        own = _Own(constraint["fun"], constraint["jac"], None, args, point)
        return {**constraint, "fun": own.value, "jac": own.given_jacobian(), "args": ()}
    if isinstance(constraint, scipy_optimize.NonlinearConstraint):
        jac: Any = constraint.jac
        hess: Any = constraint.hess
        exact: Any = hess
        if isinstance(jac, str) and jac == "2-point":
            vector = _Vector(constraint.fun, point, ways.replay)
            fun, jac = vector.value, vector.jacobian
            if ways.sparse:
                jac = vector.sparse_jacobian
                exact = vector.sparse_hessian
        elif point.flat:
            return constraint
        else:
            own = _Own(constraint.fun, jac, None, (), point)
            fun, jac = own.value, own.given_jacobian()
        if callable(hess) and not point.flat:
            hess = _Own(constraint.fun, None, hess, (), point).hessian
        elif not callable(hess):
            hess = exact
        return scipy_optimize.NonlinearConstraint(
            fun,
            constraint.lb,
            constraint.ub,
            jac=jac,
            hess=hess,
            keep_feasible=constraint.keep_feasible,
            finite_diff_rel_step=constraint.finite_diff_rel_step,
            finite_diff_jac_sparsity=constraint.finite_diff_jac_sparsity,
        )
    return constraint


class _Own:
    """A constraint's own derivatives, of arrays and floats in the structure of x0."""

    def __init__(
        self, fun: Callable[..., Any], jac: Any, hess: Any, args: tuple[Any, ...], point: _Point
    ) -> None:
        self.fun, self.jac, self.hess = fun, jac, hess
        self.args = args
        self.point = point

    def value(self, x: _Array) -> _Array:
        outputs = [np.ravel(_plain(y)) for y in leaves(self.fun(self.point.given(x), *self.args))]
        return np.concatenate(outputs)

    def given_jacobian(self) -> Any:
        return self.jacobian if callable(self.jac) else self.jac  # or "3-point", "cs"

    def jacobian(self, x: _Array) -> Any:
        point = self.point
        found = self.jac(point.given(x), *self.args)
        if not _is_structured(found, point):
            return found  # the matrix, dense or sparse
        parts = [_plain(part) for part in _at_places(point.places, found)]
        flat = [
            np.reshape(a, (-1, int(np.prod(shape))))
            for a, shape in zip(parts, point.shapes, strict=True)
        ]
        return np.concatenate(flat, axis=1)

    def hessian(self, x: _Array, v: _Array) -> Any:
        point = self.point
        found = self.hess(point.given(x), v)
        if not _is_structured(found, point):
            return found
        return _stacked(point, found, point.places, point.shapes)


def _is_structured(tree: Any, point: _Point) -> bool:
    """Whether derivatives came in the structure of x0; else it is a matrix."""
    if isinstance(point.places, dict):
        return isinstance(tree, dict)
    if isinstance(point.places, (list, tuple)):
        # A list of lists of numbers is a matrix.
        return isinstance(tree, (list, tuple)) and not all(
            isinstance(row, (list, tuple)) and all(np.ndim(_plain(x)) == 0 for x in row)
            for row in tree
        )
    return isinstance(tree, (np.ndarray, Variable, float)) and np.ndim(_plain(tree)) != 2


def _plain(x: Any) -> Any:
    return x.data if isinstance(x, Variable) else x


def _callback(callback: Callable[..., Any], point: _Point) -> Callable[..., Any]:
    """The user's callback, with x in the structure of x0; scipy looks at the parameter's name."""
    try:
        names = list(inspect.signature(callback).parameters)
    except (TypeError, ValueError):
        names = []
    if names == ["intermediate_result"]:

        def with_result(*, intermediate_result: _Result[Any]) -> Any:
            copy: Callable[..., Any] = type(intermediate_result)
            shown = copy(intermediate_result)
            shown.x = point.given(intermediate_result.x)
            return callback(intermediate_result=shown)

        return with_result

    def with_x(x: _Array, *more: Any) -> Any:
        return callback(point.given(x), *more)

    return with_x
