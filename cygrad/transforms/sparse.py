"""sparse_jacobian and sparse_hessian: derivatives of which most are zero, as matrices of scipy's.

A product of the derivative with a vector is captured (compile.pyx), and its program tells which
numbers of the vector each number of the product is computed from (programs/dependence.pyx): the
places of the matrix that may differ from zero. Columns that no row tells apart share a colour
(colouring.pyx), and one product gives all columns of a colour.

As the place is what is read from the program itself, it holds wherever that program runs. Where the
function goes another way at other inputs, another program runs, with places of its own.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cygrad.core.mode import unrecorded
from cygrad.core.variable import Variable
from cygrad.programs.dependence import acts, dependence
from cygrad.programs.program import Program
from cygrad.transforms.batch import call_same
from cygrad.transforms.colouring import (
    colour_columns,
    colour_stars,
    places_of_stars,
    symmetric,
    transposed,
)
from cygrad.transforms.compile import Compiled
from cygrad.transforms.products import hvp, jvp, vjp
from cygrad.transforms.structure import is_structure, leaves, map_leaves, rebuild, template
from cygrad.transforms.trace import Transform

__all__ = ["sparse_hessian", "sparse_jacobian"]

_Array = NDArray[np.float64]
_Indices = NDArray[np.int32]

MOST_PAIRS = 1 << 25  # of a number and an input, in one matrix
MOST_KEPT = 64  # patterns, as captures of a compiled function
FEW = 3  # products that are replayed one by one
AT_ONCE = 1 << 24  # numbers of the seeds, and of the products, that are in memory


class _Pattern(NamedTuple):
    """Where a matrix may differ from zero, and how its numbers are read from products."""

    indptr: _Indices
    indices: _Indices
    shape: tuple[int, int]
    by_rows: bool  # products with the transposed matrix
    colours: _Indices  # of the columns, or the rows
    products: int  # that are needed, one a colour
    places: NDArray[np.intp]  # of each number, in the products, one a colour


class _OtherShapes(Exception):
    """Seeds are for outputs of other shapes than f gives now."""


class _Products:
    """A product with a vector, captured."""

    def __init__(self, where: str, f: Callable[..., Any], product: Callable[..., Any]) -> None:
        self.where = where
        self.name = getattr(f, "__qualname__", repr(f))
        # Under f's name for messages; and compile looks at f, too.
        self.compiled = Compiled(functools.update_wrapper(product, f, updated=()), False)
        self.refusal = ""
        self.program: Program | None = None  # that which has just run

    def __call__(self, seeds: list[Any], args: tuple[Any, ...], kwargs: Any) -> list[_Array]:
        """Of one vector, as arrays of the shapes that f's arguments, or its outputs, have."""
        if self.refusal:
            raise RuntimeError(self.refusal)
        captures, replays = self.compiled.captures, self.compiled.replays
        before = self.compiled.program()
        variables = [Variable(v, requires_grad=False) for v in seeds]
        try:
            with unrecorded():
                found = self.compiled(variables, *args, **kwargs)
        except RuntimeError as error:
            text = str(error)
            if self.compiled.explain().endswith(text) and "stays eager: " in text:
                self.refusal = (
                    f"{self.where}: {self.name} cannot be captured, so that the places of its "
                    f"derivatives are not known: {text.partition('stays eager: ')[2]}"
                )
                raise RuntimeError(self.refusal) from error
            raise
        except (TypeError, ValueError) as error:
            of, colon, rest = str(error).partition(": ")
            if colon and of in ("hvp", "jvp", "vjp"):
                raise type(error)(f"{self.where}: {rest}") from error
            raise
        if (self.compiled.captures, self.compiled.replays) == (captures, replays):
            raise RuntimeError(
                f"{self.where}: its matrix is one of scipy's, through which no derivative flows, so "
                "it cannot be called in the function of another transform, in a compiled function "
                "or in detect_anomaly; nor with one Variable in the place of two arguments"
            )
        self.program = self.compiled.program()
        if self.program is None or (self.compiled.captures > captures and self.program is before):
            raise RuntimeError(
                f"{self.where}: an object that {self.name} reaches is gone after the call, and with "
                "it what was captured; keep what it is called with"
            )
        return [y.data for y in found]

    def side_by_side(
        self, seeds: _Array, shapes: list[tuple[int, ...]], call: _Call
    ) -> list[_Array] | None:
        """Of many vectors, each result with an axis of them in front; None: one by one, then."""
        if call.kwargs or len(seeds) < FEW or self.refusal:
            return None
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        parts = [
            np.ascontiguousarray(part).reshape(len(seeds), *shape)
            for part, shape in zip(np.split(seeds, ends[:-1], axis=1), shapes, strict=True)
        ]
        args = (parts, *call.args)
        mapped = [True] * len(parts) + [False] * len(leaves(list(call.args)))
        with unrecorded():
            found = call_same(self.compiled, args, mapped, len(seeds))
        if found is None:
            return None
        results, self.program = found
        return results

    def ran(self) -> Program:
        assert self.program is not None
        return self.program

    def pattern(
        self, shapes: list[tuple[int, ...]], call: _Call
    ) -> tuple[_Indices, _Indices] | None:
        """Of the program that has just run, with seeds of these shapes."""
        program = self.ran()
        if acts(program):
            raise RuntimeError(
                f"{self.where}: {self.name} draws random numbers, or changes something beside its "
                "result, and is called once for each of several products; let it compute alone"
            )
        # A replay with other numbers is compared with f itself: here with some that are all other
        # than zero, as those of a colour would leave most of the program untried.
        seeds = [0.5 + 0.618 * np.arange(np.prod(s)).reshape(s) % 1.0 for s in shapes]
        self(seeds, call.args, call.kwargs)
        return dependence(program, range(len(shapes)), MOST_PAIRS)


class _Call:
    """The arguments of one call: those to differentiate by as constant Variables."""

    def __init__(self, of: Transform, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        chosen = of.argnums if isinstance(of.argnums, tuple) else (of.argnums,)
        new = [_alone(x, args[:i]) for i, x in enumerate(args)]
        parts = []
        for i in chosen:
            if not isinstance(i, int) or not -len(args) <= i < len(args):
                raise TypeError(
                    f"{of.transform}: argnums names argument {i}, but {of.__name__} was called "
                    f"with {len(args)} positional arguments; what is differentiated by is passed "
                    "by position"
                )
            new[i] = map_leaves(_constant, args[i]) if is_structure(args[i]) else _constant(args[i])
            parts.append(new[i])
        self.args = tuple(new)
        self.kwargs = kwargs
        self.inputs = [v.shape for part in parts for v in leaves([part])]
        self.outputs: list[tuple[int, ...]] = []

    @property
    def columns(self) -> int:
        return _size(self.inputs)


def _constant(x: Any) -> Variable:
    return Variable(x.data if isinstance(x, Variable) else x, requires_grad=False)


def _alone(x: Any, others: tuple[Any, ...]) -> Any:
    """An array that is another argument, too, as one by itself."""
    twice = isinstance(x, np.ndarray) and any(x is other for other in others)
    return x.copy() if twice else x


def _shape(x: Any) -> tuple[int, ...]:
    return x.shape if isinstance(x, Variable) else np.shape(x)


def _size(shapes: list[tuple[int, ...]]) -> int:
    return sum(int(np.prod(shape)) for shape in shapes)


def _split(vector: _Array, shapes: list[tuple[int, ...]]) -> list[_Array]:
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    parts = np.split(vector, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def all_products(
    product: _Products, seeds: _Array, shapes: list[tuple[int, ...]], call: _Call
) -> _Array:
    """The products with all the seeds, (count, n), as an array (count, m)."""
    together = product.side_by_side(seeds, shapes, call)
    if together is not None:
        return np.concatenate([y.reshape(len(seeds), -1) for y in together], axis=1)
    found = [product(_split(seed, shapes), call.args, call.kwargs) for seed in seeds]
    return np.array([np.concatenate([np.ravel(y) for y in ys]) for ys in found])


class _Sparse(Transform):
    """What sparse_jacobian and sparse_hessian have in common."""

    _colours: int | None

    def __init__(
        self,
        transform: str,
        function: Callable[..., Any],
        argnums: int | tuple[int, ...],
        has_aux: bool = False,
    ) -> None:
        self._sparse = _scipy_sparse(transform)
        super().__init__(transform, function, argnums, has_aux)
        if self.argnums is None:
            raise TypeError(f"{transform}: argnums must be an int or a tuple of ints, not None")
        self._patterns: dict[Program, _Pattern | None] = {}
        self._last: tuple[Program, _Pattern] | None = None
        # What has just run is asked of the compiled function: no other thread may run it meanwhile.
        self._lock = threading.RLock()
        self._capture(transform, function)

    def _capture(self, transform: str, function: Callable[..., Any]) -> None:
        """Make the products that are captured."""
        raise NotImplementedError

    @property
    def colours(self) -> int | None:
        """How many products gave the last matrix; None before the first one."""
        return None if self._last is None else self._last[1].products

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # of scipy's, which has no types
        with self._lock:
            pattern, data = self._found(_Call(self, args, kwargs))
        indices = pattern.indices.copy(), pattern.indptr.copy()  # of the user's, to change
        return self._sparse.csr_array((data, *indices), shape=pattern.shape)

    def _found(self, call: _Call) -> tuple[_Pattern, _Array]:
        found = self._read_again(call)
        if found is None:
            self._last = self._learn(call)
            found = self._read(call, *self._last)
        if found is None:
            raise RuntimeError(
                f"{self.transform}: {self.__name__} goes another way each time that it is called "
                "with the same arguments"
            )
        return found

    def _read_again(self, call: _Call) -> tuple[_Pattern, _Array] | None:
        """By the pattern that was read last, if its program is the one that runs now."""
        if self._last is None or self._last[1].shape[1] != call.columns:
            return None
        try:
            return self._read(call, *self._last)
        except _OtherShapes:
            return None

    def _read(
        self, call: _Call, program: Program, pattern: _Pattern
    ) -> tuple[_Pattern, _Array] | None:
        """The numbers of a pattern; None where another program than that of the pattern runs."""
        product = self._product(pattern.by_rows)
        shapes = self._output_shapes(program) if pattern.by_rows else call.inputs
        length = pattern.shape[1] if pattern.by_rows else pattern.shape[0]
        data = np.zeros(len(pattern.indices))
        step = max(1, AT_ONCE // max(sum(pattern.shape), 1))
        for first in range(0, pattern.products, step):
            colours = np.arange(first, min(first + step, pattern.products))
            seeds = (pattern.colours == colours[:, None]).astype(np.float64)
            products = all_products(product, seeds, shapes, call)
            if product.ran() is not program:
                return None
            if len(colours) == pattern.products:
                return pattern, products.ravel()[pattern.places]
            here = (pattern.places >= first * length) & (
                pattern.places < (first + len(colours)) * length
            )
            data[here] = products.ravel()[pattern.places[here] - first * length]
        return pattern, data

    def _keep(self, program: Program, pattern: _Pattern | None) -> None:
        self._patterns[program] = pattern
        for oldest in list(self._patterns)[:-MOST_KEPT]:
            del self._patterns[oldest]

    def _learn(self, call: _Call) -> tuple[Program, _Pattern]:
        raise NotImplementedError

    def _product(self, by_rows: bool) -> _Products:
        raise NotImplementedError

    def _output_shapes(self, program: Program) -> list[tuple[int, ...]]:
        raise NotImplementedError

    def _too_dense(self, rows: int, columns: int) -> ValueError:
        return ValueError(
            f"{self.transform}: more than {MOST_PAIRS:,} of the derivatives of {self.__name__}, of "
            f"{rows:,} x {columns:,}, may differ from zero; {self.transform.partition('_')[2]} "
            "gives them as an array, and jvp, vjp and hvp give products"
        )


def _scipy_sparse(name: str) -> ModuleType:
    try:
        import scipy.sparse  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise ImportError(
            f"{name} needs scipy: pip install 'cygrad[scipy]', or pip install scipy"
        ) from error
    return scipy.sparse  # type: ignore[no-any-return,unused-ignore]


# ---- Jacobians --------------------------------------------------------------------------------


class SparseJacobian(_Sparse):
    """The Jacobian of a function: what `sparse_jacobian` returns."""

    def _capture(self, transform: str, function: Callable[..., Any]) -> None:
        # Closures, not methods: compile looks at what closures hold.
        chosen = self.argnums

        def pushed(seeds: list[Any], /, *args: Any, **kwargs: Any) -> list[Any]:
            tangents = _like_chosen(seeds, args, chosen)
            _, found = jvp(lambda *x: function(*x, **kwargs), args, tangents, argnums=chosen)
            return leaves([found])

        def pulled(seeds: list[Any], /, *args: Any, **kwargs: Any) -> list[Any]:
            value, pull = vjp(lambda *x: function(*x, **kwargs), *args, argnums=chosen)
            if [_shape(y) for y in leaves([value])] != [v.shape for v in seeds]:
                raise _OtherShapes
            return leaves([pull(rebuild(template([value]), seeds)[0])])

        self._pushed = _Products(transform, function, pushed)
        self._pulled = _Products(transform, function, pulled)
        self._shapes: dict[Program, list[tuple[int, ...]]] = {}

    def _product(self, by_rows: bool) -> _Products:
        return self._pulled if by_rows else self._pushed

    def _output_shapes(self, program: Program) -> list[tuple[int, ...]]:
        return self._shapes[program]

    def _learn(self, call: _Call) -> tuple[Program, _Pattern]:
        """The program that runs at these arguments, and its pattern."""
        ones = [np.ones(shape) for shape in call.inputs]
        outputs = [y.shape for y in self._pushed(ones, call.args, call.kwargs)]
        program = self._pushed.ran()
        if program not in self._patterns:
            found = self._pushed.pattern(call.inputs, call)
            self._keep(program, _by_columns_or_none(found, call.columns, self._too_dense, outputs))
        pattern = self._patterns[program]
        if pattern is not None:
            return program, pattern
        # By rows, of which fewer are needed: by the program of those products.
        self._pulled([np.ones(shape) for shape in outputs], call.args, call.kwargs)
        program = self._pulled.ran()
        if program not in self._patterns:
            found = self._pulled.pattern(outputs, call)
            if found is None:
                raise self._too_dense(_size(outputs), call.columns)
            self._keep(program, _by_rows(*found, _size(outputs)))
            self._shapes = {p: s for p, s in self._shapes.items() if p in self._patterns}
            self._shapes[program] = outputs
        pattern = self._patterns[program]
        assert pattern is not None
        return program, pattern


def _like_chosen(
    seeds: list[Any], args: tuple[Any, ...], chosen: int | tuple[int, ...] | None
) -> Any:
    """The seeds in the structure of the arguments that are differentiated by."""
    if isinstance(chosen, int):
        return rebuild(template([args[chosen]]), seeds)[0]
    return rebuild(template(tuple(args[i] for i in chosen or ())), seeds)


def _by_columns_or_none(
    found: tuple[_Indices, _Indices] | None,
    columns: int,
    too_dense: Callable[[int, int], ValueError],
    outputs: list[tuple[int, ...]],
) -> _Pattern | None:
    """The pattern, coloured by columns; None where fewer rows are enough."""
    rows = _size(outputs)
    if found is None:
        raise too_dense(rows, columns)
    turned = transposed(*found, columns)
    # A row with many numbers needs as many colours of columns, and a column of rows: the better
    # bet first, and the other one only as long as it takes fewer.
    longest, tallest = (int(np.diff(p).max(initial=0)) for p in (found[0], turned[0]))
    if longest <= tallest:
        colours, count = colour_columns(*found, columns)
        if colour_columns(*turned, rows, count)[0] is not None:
            return None
    else:
        _, least = colour_columns(*turned, rows)
        colours, count = colour_columns(*found, columns, least + 1)
        if colours is None:
            return None
    assert colours is not None
    row = np.repeat(np.arange(rows), np.diff(found[0]))
    places = colours[found[1]].astype(np.intp) * rows + row
    return _Pattern(*found, (rows, columns), False, colours, count, places)


def _by_rows(indptr: _Indices, indices: _Indices, rows: int) -> _Pattern:
    """From the transposed pattern."""
    columns = len(indptr) - 1
    colours, count = colour_columns(indptr, indices, rows)
    assert colours is not None
    turned = transposed(indptr, indices, rows)
    row = np.repeat(np.arange(rows), np.diff(turned[0]))
    places = colours[row].astype(np.intp) * columns + turned[1]
    return _Pattern(*turned, (rows, columns), True, colours, count, places)


def sparse_jacobian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> SparseJacobian:
    """The derivatives of all that a function gives by all that it takes, as a sparse matrix.

    Parameters
    ----------
    f : callable
        Takes Variables in place of the arguments named by `argnums`, the others as they are, and
        returns Variables of any shapes: one, or several in nested dicts, lists and tuples.
    argnums : int or tuple of int, default 0
        The places of the arguments to differentiate by: arrays, floats, or structures of them.
        Others, and those passed by keyword, are constants.

    Returns
    -------
    callable
        Takes the arguments of f, and gives a ``scipy.sparse.csr_array`` of as many rows as f gives
        numbers, and as many columns as the arguments have, each array's in C order, one array after
        the other. What may differ from zero is stored, so that the places stay the same as long as
        f goes the same way. `colours` is the number of products that the last matrix took.

    Raises
    ------
    ImportError
        If scipy is not installed.
    RuntimeError
        By the new function, if f cannot be captured (see `compile`), draws random numbers or changes something; or in
        the function of another transform, as no derivative flows through scipy's matrix.
    ValueError
        If more than 33,554,432 derivatives may differ from zero.
    TypeError
        If f returns something else, or if there is no such argument.

    Notes
    -----
    J_ij = df_i/dx_j. The first call captures a product with a vector, as `compile` does, and finds
    from its program which numbers depend on which. Columns of which no row has two, or rows of
    which no column has two, whichever are fewer together, share a product, J v or v^T J; a later
    call replays these: for a banded matrix as many as its band is wide, however large it is
    (Gebremedhin, Manne and Pothen, "What Color Is Your Jacobian?", SIAM Review 47, 2005).
    Operations that are followed number by number are elementwise ones, slices, indexing,
    concatenation, sums and other reductions, cumsum, softmax and matrix products (in which a number
    depends on a whole row and a whole column). Of others, such as a solution of a linear system,
    all results depend on all operands: stored numbers may be zero, and none is missing.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> jacobian = cg.sparse_jacobian(lambda x: F.sin(x[1:]) * x[:-1])
    >>> jacobian(np.array([1.0, 0.0, 2.0, 0.0])).toarray().round(2)
    array([[0.  , 1.  , 0.  , 0.  ],
           [0.  , 0.91, 0.  , 0.  ],
           [0.  , 0.  , 0.  , 2.  ]])
    >>> jacobian(np.ones(100_000)).nnz, jacobian.colours
    (199998, 2)
    """
    return SparseJacobian("sparse_jacobian", f, argnums)


# ---- Hessians ---------------------------------------------------------------------------------


class SparseHessian(_Sparse):
    """The Hessian of a function: what `sparse_hessian` returns."""

    def _capture(self, transform: str, function: Callable[..., Any]) -> None:
        chosen = self.argnums

        def pushed(seeds: list[Any], /, *args: Any, **kwargs: Any) -> list[Any]:
            vector = _like_chosen(seeds, args, chosen)
            return leaves([hvp(lambda *x: function(*x, **kwargs), args, vector, argnums=chosen)])

        self._pushed = _Products(transform, function, pushed)

    def _product(self, by_rows: bool) -> _Products:
        return self._pushed

    def _learn(self, call: _Call) -> tuple[Program, _Pattern]:
        self._pushed([np.ones(shape) for shape in call.inputs], call.args, call.kwargs)
        program = self._pushed.ran()
        if program not in self._patterns:
            found = self._pushed.pattern(call.inputs, call)
            if found is None:
                raise self._too_dense(call.columns, call.columns)
            self._keep(program, _by_stars(*symmetric(*found)))
        pattern = self._patterns[program]
        assert pattern is not None
        return program, pattern


def _by_stars(indptr: _Indices, indices: _Indices) -> _Pattern:
    n = len(indptr) - 1
    colours, count = colour_stars(indptr, indices)
    assert colours is not None
    places = places_of_stars(indptr, indices, colours)
    return _Pattern(indptr, indices, (n, n), False, colours, count, places)


def sparse_hessian(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> SparseHessian:
    """The second derivatives of a function of arrays to a number, as a sparse matrix.

    Parameters
    ----------
    f : callable
        Takes Variables in place of the arguments named by `argnums`, the others as they are, and
        returns a Variable of one element.
    argnums : int or tuple of int, default 0
        The places of the arguments to differentiate by: arrays, floats, or structures of them.
        Others, and those passed by keyword, are constants.

    Returns
    -------
    callable
        Takes the arguments of f, and gives a ``scipy.sparse.csr_array`` of as many rows and columns
        as the arguments have numbers, each array's in C order, one array after the other. Both
        halves are stored. `colours` is the number of products that the last matrix took.

    Raises
    ------
    ImportError
        If scipy is not installed.
    RuntimeError
        By the new function, if f cannot be captured (see `compile`), draws random numbers or changes something; or in
        the function of another transform, as no derivative flows through scipy's matrix.
    ValueError
        If f returns more than one element, or more than 33,554,432 derivatives may differ from
        zero.
    TypeError
        If f returns no number, or if there is no such argument.

    Notes
    -----
    H_ij = d^2 f/dx_i dx_j. As `sparse_jacobian` of the gradient, by Hessian-vector products (`hvp`)
    through the program of which the places are known: what is linear in x leaves none. The matrix
    is symmetric, so that each number may be read from either of its two places. That needs fewer
    products, by a star colouring (Gebremedhin, Manne and Pothen, as there): two for an arrowhead.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> def chain(x):
    ...     return F.sum(100 * (x[:-1] ** 2 - x[1:]) ** 2 + (x[:-1] - 1) ** 2)
    >>> hessian = cg.sparse_hessian(chain)
    >>> hessian(np.ones(4)).toarray()
    array([[ 802., -400.,    0.,    0.],
           [-400., 1002., -400.,    0.],
           [   0., -400., 1002., -400.],
           [   0.,    0., -400.,  200.]])
    >>> hessian(np.ones(100_000)).nnz, hessian.colours
    (299998, 3)
    """
    return SparseHessian("sparse_hessian", f, argnums)
