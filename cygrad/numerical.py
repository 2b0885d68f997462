"""Derivatives by differences of values: an estimate, and a check of what backward passes give.

`diff` is the estimate, `check_grads` the check.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import cygrad.functions as F
from cygrad import elsewhere
from cygrad.core.mode import is_grad_enabled
from cygrad.core.variable import Variable
from cygrad.core.walk import functions_behind

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["check_grads", "diff"]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)

_Array: TypeAlias = NDArray[np.float64]
Outputs: TypeAlias = Variable | Sequence[Variable]


def diff(f: Callable[..., Variable], *xs: _ArrayLike, h: float = 1e-4) -> Variable:
    """The central difference of a function, all its inputs moved at once.

    Parameters
    ----------
    f : callable
        Of as many Variables as there are xs, to a Variable.
    *xs : Variable or array_like
        Where. They and their gradients are left as they are: f gets Variables of its own.
    h : float, default 1e-4
        How far every element of every input is moved.

    Returns
    -------
    Variable
        In the shape of f's output, and without a graph.

    Raises
    ------
    ValueError
        If h is not a positive number, or f gives outputs of different shapes.
    TypeError
        If there are no xs, h is no number, or f no function, or one that returns something else
        than a Variable.

    Notes
    -----
    ``(f(x + h) - f(x - h)) / (2 h)``, off by the order of h squared. For an elementwise f of one
    input it is the derivative. In general it is the sum of f's derivatives by all elements of all
    inputs, as each of them moves.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.functions as F
    >>> from cygrad.numerical import diff
    >>> x = cg.Variable([0.0, 1.0])
    >>> print(diff(F.exp, x))
    variable([1.        , 2.71828183])
    """
    if not xs:
        raise TypeError("diff: no inputs to move")
    _check_callable("diff", f)
    h = _positive("diff", "h", h)
    points = [x if isinstance(x, Variable) else Variable(x) for x in xs]
    ends = []
    for step in (h, -h):
        y = f(*[Variable(x.data + step, name=x.name) for x in points])
        if not isinstance(y, Variable):
            raise TypeError(f"diff: the function must return a Variable, not {type(y).__name__}")
        ends.append(y.data)
    above, below = ends
    if above.shape != below.shape:
        raise ValueError(
            f"diff: the function gives shape {above.shape} at x + h, {below.shape} at x - h"
        )
    return Variable((above - below) / (2 * h))


def check_grads(
    f: Callable[..., Outputs],
    *xs: _ArrayLike,
    order: int = 1,
    h: float = 1e-5,
    rtol: float = 1e-4,
    atol: float = 1e-6,
) -> None:
    """Check the gradients of a function, of its gradients and so on, against differences.

    Both ways that a derivative can be had by are checked: a plain ``backward()``, which fused
    kernels and an extension's C code serve, and ``backward(create_graph=True)``.

    Parameters
    ----------
    f : callable
        Of as many Variables as there are xs, to a Variable of any shape or a tuple of them.
    *xs : Variable or array_like
        Where to check; away from kinks and from the ends of the domain. Each becomes a fresh
        Variable for f, of the same name; those given, and the gradients of all that f uses, are
        left as they are. A Variable with ``requires_grad=False`` is passed on as a constant, and is
        not checked. Bind what is no number, such as labels: ``lambda x: f(x, labels)``.
    order : int, default 1
        The highest order of derivatives to check; lower ones are checked first.
    h : float, default 1e-5
        How far an element x is moved, times the greater of 1 and abs(x).
    rtol, atol : float, default 1e-4 and 1e-6
        The difference allowed is ``atol + rtol * abs(numeric)``.

    Raises
    ------
    AssertionError
        If a gradient is wrong, missing or not finite. It names the order, the input, the worst
        element, which backward pass is wrong, and what it and differences give.
    ValueError
        If order, h, rtol or atol make no sense, no input requires a gradient, f's output is not
        finite, or f gives other numbers when it is called again.
    TypeError
        If f is no function, or returns something else than a Variable or a tuple of them; if h,
        rtol or atol is no number.
    RuntimeError
        Inside ``no_grad``, where there is no graph.
    NotImplementedError
        If the function has no derivative, or for a higher order none with a graph: as a CFunction
        without ``vjp``, which can be checked to order 1.

    Notes
    -----
    Of several inputs, each is also taken alone, by a plain backward pass for which the others are
    constants: there, a Function is asked for some of its gradients only.

    What is differentiated is the sum of f's outputs times fixed weights, different for each
    element, so that errors in different elements do not cancel; the values that an error reports
    are those of this sum. The next order takes the gradients that were just checked, times weights,
    in place of f's outputs; from there on it checks the derivatives by the first weights as well:
    they show whether a gradient keeps the graph of the gradient that flows in. This is what
    PyTorch's gradcheck (its fast mode) and gradgradcheck check. The cost is two calls of f for each
    element of the inputs, for each order.

    Examples
    --------
    >>> import numpy as np
    >>> import cygrad as cg
    >>> import cygrad.functions as F
    >>> from cygrad.numerical import check_grads
    >>> check_grads(F.tanh, [0.5, -1.0], order=3)
    >>> class Sine(cg.Function):
    ...     def forward(self, x):
    ...         return np.sin(x)
    ...     def backward(self, gy):
    ...         x, = self.inputs
    ...         return -gy * F.cos(x)
    >>> x = cg.Variable([0.0, 1.0], name="x")
    >>> check_grads(lambda x: Sine()(x), x)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    AssertionError: check_grads: wrong derivative of order 1 by input 0 (x, shape (2,)): at index ...
    """
    if not is_grad_enabled():
        raise RuntimeError(
            "check_grads: inside no_grad there is no graph to check; call it outside"
        )
    if not isinstance(order, (int, np.integer)) or isinstance(order, bool) or order < 1:
        raise ValueError(f"check_grads: order must be an int of at least 1, got {order!r}")
    _check_callable("check_grads", f)
    h = _positive("check_grads", "h", h)
    rtol = _number("check_grads", "rtol", rtol)
    atol = _number("check_grads", "atol", atol)
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not tolerance >= 0:
            raise ValueError(f"check_grads: {name} must not be negative, got {tolerance!r}")
    point = _Point(f, [x if isinstance(x, Variable) else Variable(x) for x in xs])
    for n in range(1, order + 1):
        try:
            passes = point.passes(n)
        except NotImplementedError as error:
            if n == 1:
                raise
            raise NotImplementedError(
                f"check_grads: there is no derivative of order {n} to check: {error}"
            ) from error
        for k in point.to_check(n):
            differences = point.differences(n, k, h)
            for how, gradients in passes.items():
                complaint = _complaint(how, gradients[k], differences, rtol, atol)
                if complaint:
                    raise AssertionError(
                        f"check_grads: wrong derivative of order {n} by {point.describe(k)}: "
                        f"{complaint}"
                    )


class _Point:
    """A function and where it is checked: its inputs, and after them the weights of its outputs."""

    def __init__(self, f: Callable[..., Outputs], xs: list[Variable]) -> None:
        self.f = f
        self.n_inputs = len(xs)
        self.arrays = [np.array(x.data) for x in xs]
        self.names = [x.name for x in xs]
        self.variable = [x.requires_grad for x in xs]
        if not any(self.variable):
            raise ValueError("check_grads: no input requires a gradient; there is nothing to check")
        for k, x in enumerate(self.arrays):
            if not np.isfinite(x).all():
                raise ValueError(f"check_grads: {self.describe(k)} is not finite")
        first, second = [[y.data for y in self.outputs(self.leaves(self.arrays))] for _ in "12"]
        for j, y in enumerate(first):
            if not np.isfinite(y).all():
                i = _worst(~np.isfinite(y))
                raise ValueError(
                    f"check_grads: output {j} of the function is {y[i]} at index {i}; check where "
                    "it is finite"
                )
        if len(first) != len(second) or not all(map(np.array_equal, first, second)):
            raise ValueError(
                "check_grads: the function gives other numbers when it is called again; let it use "
                "the same random numbers in each call"
            )
        self.arrays += [_weights(0, j, y.shape) for j, y in enumerate(first)]
        self.names += [None] * len(first)
        self.variable += [True] * len(first)

    def describe(self, k: int) -> str:
        shape = self.arrays[k].shape
        if k >= self.n_inputs:
            return f"the gradient of output {k - self.n_inputs} (shape {shape})"
        name = "" if self.names[k] is None else f"{self.names[k]}, "
        return f"input {k} ({name}shape {shape})"

    def to_check(self, n: int) -> list[int]:
        """Which arrays order n is checked by; the first is linear in the weights anyway."""
        end = self.n_inputs if n == 1 else len(self.arrays)
        return [k for k in range(end) if self.variable[k]]

    def passes(self, n: int) -> dict[str, list[_Array | None]]:
        """The derivatives of order n by all arrays, by each kind of backward pass."""
        leaves = self.leaves(self.arrays)
        total = _total(self.terms(leaves, n))
        found = {"backward()": self.shaped(_gradients(total, leaves, create_graph=False))}
        inputs = self.to_check(n)
        if n == 1 and len(inputs) > 1:
            alone: list[Variable | None] = [None] * len(leaves)
            for k in inputs:
                with _constant(total, [leaves[i] for i in inputs if i != k]):
                    alone[k] = _gradients(total, leaves, create_graph=False)[k]
            found["backward() with the other inputs constant"] = self.shaped(alone)
        try:
            gradients = _gradients(total, leaves, create_graph=True)
        except NotImplementedError:  # this order is the last, then
            return found
        found["backward(create_graph=True)"] = self.shaped(gradients)
        return found

    def shaped(self, gradients: list[Variable | None]) -> list[_Array | None]:
        """As arrays, of the shapes that a reshape of the leaves in place may have changed."""
        return [
            None if g is None else g.data.reshape(array.shape)
            for g, array in zip(gradients, self.arrays, strict=True)
        ]

    def differences(self, n: int, k: int, h: float) -> _Array:
        """The derivative of order n by array k: differences of those of order n - 1."""
        result = np.empty(self.arrays[k].shape)
        for i in np.ndindex(*result.shape):
            ends = []
            for sign in (1, -1):
                moved = list(self.arrays)
                moved[k] = np.array(moved[k])
                moved[k][i] += sign * h * max(1.0, abs(float(moved[k][i])))
                terms = self.terms(self.leaves(moved), n)
                ends.append((moved[k][i], [t.data for t in terms]))
            (right, above), (left, below) = ends
            # Differences before sums: elements that do not move cancel to zero, without rounding.
            rise = sum(float((a - b).sum()) for a, b in zip(above, below, strict=True))
            result[i] = rise / (right - left)
        return result

    def leaves(self, arrays: list[_Array]) -> list[Variable]:
        """Fresh Variables, since the function may write to what it gets."""
        return [
            Variable(np.array(array), name=name, requires_grad=variable)
            for array, name, variable in zip(
                arrays, self.names[: len(arrays)], self.variable[: len(arrays)], strict=True
            )
        ]

    def outputs(self, leaves: list[Variable]) -> list[Variable]:
        returned = self.f(*leaves[: self.n_inputs])
        ys: list[Any] = list(returned) if isinstance(returned, (tuple, list)) else [returned]
        kinds = [type(y).__name__ for y in ys if not isinstance(y, Variable)]
        if kinds or not ys:
            raise TypeError(
                "check_grads: the function must return a Variable or a tuple of them, not "
                f"{', '.join(kinds) or 'an empty tuple'}"
            )
        return ys

    def terms(self, leaves: list[Variable], n: int) -> list[Variable]:
        """What is summed up, and then differentiated to get order n."""
        if n == 1:
            ys, weights = self.outputs(leaves), leaves[self.n_inputs :]
            if [y.shape for y in ys] != [w.shape for w in weights]:
                raise ValueError(
                    "check_grads: the function gives outputs of other shapes when its inputs are "
                    f"moved: {[y.shape for y in ys]}, at the point {[w.shape for w in weights]}"
                )
            return [y * w for y, w in zip(ys, weights, strict=True)]
        total = _total(self.terms(leaves, n - 1))
        gradients = _gradients(total, leaves, create_graph=True)[: self.n_inputs]
        return [
            Variable(0.0, requires_grad=False) if g is None else g * _weights(n, k, g.shape)
            for k, g in enumerate(gradients)
        ]


def _total(terms: list[Variable]) -> Variable:
    """The sum of all elements of all terms."""
    return reduce(F.add, map(F.sum, terms), Variable(0.0, requires_grad=False))


def _gradients(
    total: Variable, leaves: list[Variable], *, create_graph: bool
) -> list[Variable | None]:
    """The gradients of a number, by a backward pass that leaves all others as they are."""
    with _grads_kept(total, leaves):
        total.backward(create_graph=create_graph)
        return [leaf.grad for leaf in leaves]


@contextmanager
def _grads_kept(y: Variable, leaves: list[Variable]) -> Iterator[None]:
    """Leaves and what is behind y have no gradients inside; afterwards those that they had."""
    concerned = {id(x): x for x in leaves}
    concerned |= {id(x): x for f in functions_behind([y]) for x in f.inputs}
    before = [(x, x.grad) for x in concerned.values()]
    try:
        for x, _ in before:
            x.cleargrad()
        yield
    finally:
        for x, grad in before:
            x.grad = grad


@contextmanager
def _constant(y: Variable, leaves: list[Variable]) -> Iterator[None]:
    """Inside, the leaves are constants, and so is what was computed from them alone."""
    behind = sorted(functions_behind([y]), key=lambda f: f.generation)
    before = [(x, x.requires_grad) for f in behind for x in f.inputs]
    constants = {id(leaf) for leaf in leaves}
    wanted: dict[int, bool] = {}  # of each Function: whether a gradient flows on from it
    try:
        for f in behind:
            for x in f.inputs:
                if id(x) in constants or not wanted.get(id(x.creator), True):
                    x.requires_grad = False
            wanted[id(f)] = any(x.requires_grad for x in f.inputs)
        yield
    finally:
        for x, requires_grad in before:
            x.requires_grad = requires_grad


def _complaint(how: str, analytic: _Array | None, numeric: _Array, rtol: float, atol: float) -> str:
    """What is wrong with a gradient, or nothing."""
    given = np.zeros(numeric.shape) if analytic is None else analytic
    with np.errstate(invalid="ignore"):  # inf - inf
        excess = np.abs(given - numeric) - (atol + rtol * np.abs(numeric))
    wrong = ~(excess <= 0) | ~np.isfinite(given)
    if not wrong.any():
        return ""
    i = _worst(np.where(np.isfinite(excess), excess, np.inf))
    gives = f"{how} gives {'none' if analytic is None else given[i]}"
    return (
        f"at index {i} {gives}, differences {numeric[i]}; {wrong.sum()} of {wrong.size} elements "
        "differ"
    )


def _worst(x: NDArray[Any]) -> tuple[int, ...]:
    """The index of the greatest element."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(x)), x.shape))


def _weights(n: int, k: int, shape: tuple[int, ...]) -> _Array:
    return np.random.default_rng([n, k]).uniform(0.5, 1.5, shape)


def _check_callable(where: str, f: Any) -> None:
    if not callable(f):
        raise TypeError(f"{where}: f must be a function, not {type(f).__name__}")


def _number(where: str, name: str, value: float) -> float:
    if not isinstance(value, (int, float, np.floating, np.integer)):
        raise TypeError(f"{where}: {name} must be a number, not {type(value).__name__}")
    return float(value)


def _positive(where: str, name: str, value: float) -> float:
    number = _number(where, name, value)
    if not (number > 0 and math.isfinite(number)):
        raise ValueError(f"{where}: {name} must be a positive number, got {value!r}")
    return number
