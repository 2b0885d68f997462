"""vmap: a function of one example, called for a batch of them.

The function is captured once, and its program runs for all examples (batch.pyx). Where gradients are
to flow back through the results, they are the outputs of one Function, whose backward pass is the
batch of the examples' own backward passes: vmap again, so that it can be differentiated further.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

import numpy as np

from cygrad.core.function import Function
from cygrad.core.mode import is_grad_enabled
from cygrad.core.variable import Variable
from cygrad.functions.broadcasting import broadcast_to
from cygrad.functions.broadcasting import sum as add_up
from cygrad.functions.rearrangement import moveaxis
from cygrad.functions.stacking import stack
from cygrad.transforms.batch import (
    as_array,
    call_batch,
    is_captured,
    is_inside,
    is_transform,
    numbers_of,
    pull_back,
)
from cygrad.transforms.compile import GIVES_ARRAYS, Compiled
from cygrad.transforms.structure import is_structure, leaves, rebuild, template

__all__ = ["Vmap", "vmap"]

# Any: arguments, results and structures of any kind.
Axis = int | None
MOST_PULLS = 64
# By the identities of Variables that a function reads beside its arguments: these, and others whose
# numbers they are to have.
Instead = dict[int, tuple[Variable, Variable]]


class Vmap:
    """A function of a batch: what `vmap` returns."""

    def __init__(self, f: Callable[..., Any], in_axes: Any, out_axes: Any) -> None:
        if not callable(f):
            raise TypeError(f"vmap: a function is needed, not {f!r}; write vmap(f)(xs)")
        self.__wrapped__ = f
        self.compiled = f if isinstance(f, Compiled) else Compiled(f, True)
        self.in_axes = in_axes
        self.out_axes = out_axes
        self.pulls: dict[Any, Vmap] = {}
        functools.update_wrapper(self, f, updated=())

    def __reduce__(self) -> Any:
        return Vmap, (self.__wrapped__, self.in_axes, self.out_axes)

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        return self if owner is None else MethodType(self, owner)

    def __repr__(self) -> str:
        return f"vmap({self.__wrapped__!r})"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs or any(x is None or is_structure(x) for x in args):
            everything = [list(args), kwargs]
            places, found = template(everything), leaves(everything)
        else:
            places, found = [list(range(len(args))), {}], list(args)
        return Call(self, places, found, self.axes_of(args, kwargs)).result({})

    def axes_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Axis]:
        """Of each leaf of the arguments; those passed by keyword are mapped by their first axis."""
        if not isinstance(self.in_axes, (tuple, list)):
            return spread(self.in_axes, list(args), "in_axes") + spread(0, kwargs, "in_axes")
        if len(self.in_axes) != len(args):
            raise ValueError(
                f"vmap: in_axes is for {len(self.in_axes)} arguments, and {len(args)} are given"
            )
        return spread(list(self.in_axes), list(args), "in_axes") + spread(0, kwargs, "in_axes")

    def pull(self, call: Call, ends: list[int], outs: list[int], reads: list[Variable]) -> Vmap:
        """What flows back to the ends and the reads, from the outs: made once."""
        key = (repr(call.places), tuple(call.mapped), *map(tuple, (ends, outs, map(id, reads))))
        if key not in self.pulls:
            function = pull_of(self.compiled.function, call.places, ends, outs, reads)
            in_axes = ([0 if mapped else None for mapped in call.mapped], 0)
            self.pulls[key] = Vmap(function, in_axes, 0)
            for oldest in list(self.pulls)[:-MOST_PULLS]:  # what they close over may go
                del self.pulls[oldest]
        return self.pulls[key]


GIVES_ARRAYS.append(Vmap)


def gives_arrays(function: Any) -> bool:
    """Whether it is a transform, or a batch of one: arrays in, arrays out."""
    while isinstance(function, (Vmap, Compiled)):
        function = function.__wrapped__
    return is_transform(function)


class Call:
    """One call of a Vmap: its leaves, the mapped ones with the axis of the batch in front."""

    def __init__(self, of: Vmap, places: Any, found: list[Any], axes: list[Axis]) -> None:
        self.of = of
        self.places = places
        self.mapped = [axis is not None for axis in axes]
        self.n = size_of(found, axes)
        self.variables = is_inside() or any(isinstance(x, Variable) for x in found)
        self.found = [
            shared(x) if axis is None else moved(x, axis, 0)
            for x, axis in zip(map(unwrapped, found), axes, strict=True)
        ]
        self.dtypes = [None if isinstance(x, Variable) else dtype_of(x) for x in found]

    def result(self, instead: Instead) -> Any:
        form, numbers, of_each, reads = self.run(self.found, instead)
        if not self.variables and reads and is_grad_enabled() and not gives_arrays(self.of):
            # as what the function gives by itself, a gradient flows back through it
            self.variables = any(x.requires_grad for x in reads)
        unknown = reads is None and not gives_arrays(self.of)
        if is_captured() or (is_grad_enabled() and (self.variables or unknown)):
            if reads is None:
                return self.by_loop()
            numbers, of_each = self.with_graph(numbers, of_each, reads, instead)
        return self.given(form, numbers, of_each)

    def run(self, found: list[Any], instead: Instead) -> Any:
        numbers = [
            x if dtype is None or not isinstance(x, Variable) else numbers_of(x).astype(dtype)
            for x, dtype in zip(found, self.dtypes, strict=True)
        ]
        numbers = [
            numbers_of(x) if mapped else x for x, mapped in zip(numbers, self.mapped, strict=True)
        ]
        return call_batch(
            self.of.compiled, self.places, numbers, self.mapped, self.n, list(instead.values())
        )

    def given(self, form: Any, numbers: list[Any], of_each: list[bool]) -> Any:
        """The result: its leaves with the axis of the batch where out_axes has it."""
        axes = spread(self.of.out_axes, form, "out_axes")
        result = []
        for x, each, axis in zip(numbers, of_each, axes, strict=True):
            if axis is None and each:
                raise ValueError(
                    "vmap: out_axes is None for a result that depends on what is mapped"
                )
            if axis is not None:
                x = x if each else repeated(x, self.n)
                if not -x.ndim <= axis < x.ndim:
                    raise ValueError(
                        f"vmap: out_axes has {axis} for a result of the shape {tuple(x.shape)}"
                    )
                x = moved(x, 0, axis)
            if self.variables and not isinstance(x, Variable):
                x = Variable(x, requires_grad=False)
            elif not self.variables and isinstance(x, Variable):
                x = as_array(x)
            result.append(x)
        return rebuild(form, result)

    # ---- With a graph -------------------------------------------------------------------------

    def with_graph(
        self,
        numbers: list[Any],
        of_each: list[bool],
        reads: list[Variable],
        instead: Instead,
    ) -> tuple[list[Any], list[bool]]:
        """The same results, as the outputs of a Function of all that they depend on."""
        captured = is_captured()
        ends = [i for i, x in enumerate(self.found) if isinstance(x, Variable)]
        reads = [x for x in reads if captured or x.requires_grad]
        if not captured and not reads and not any(self.found[i].requires_grad for i in ends):
            return numbers, of_each
        outs = [k for k, x in enumerate(numbers) if x.dtype == np.float64]
        if not outs or not (ends or reads):
            return numbers, of_each
        function = Batched(self, ends, outs, reads)
        function.ready = [x if of_each[k] else repeated(x, self.n) for k, x in enumerate(numbers)]
        given = function(
            *[self.found[i] for i in ends],
            *[instead[id(x)][1] if id(x) in instead else x for x in reads],
        )
        results = list(numbers)
        for k, y in zip(outs, given if isinstance(given, tuple) else (given,), strict=True):
            results[k] = y if of_each[k] else y[0]
        return results, of_each

    def by_loop(self) -> Any:
        """The function's own results, one by one."""
        given = []
        for k in range(self.n):
            found = [
                part_of(x, k) if mapped else x
                for x, mapped in zip(self.found, self.mapped, strict=True)
            ]
            args, kwargs = rebuild(self.places, found)
            given.append(self.of.compiled.function(*args, **kwargs))
        form = template(given[0])
        numbers = [stack(list(parts)) for parts in zip(*map(leaves, given), strict=True)]
        if not gives_arrays(self.of):
            self.variables = self.variables or any(x.requires_grad for x in numbers)
        return self.given(form, numbers, [True] * len(numbers))


class Batched(Function):
    """A batch of calls, as one operation. Its inputs: the ends, and what is read beside them."""

    def __init__(self, call: Call, ends: list[int], outs: list[int], reads: list[Variable]) -> None:
        self.call = call
        self.ends = ends
        self.outs = outs
        self.reads = reads
        self.ready: list[Any] | None = None

    def forward(self, *arrays: Any) -> Any:
        numbers, self.ready = self.ready, None
        if numbers is None:  # once more, in a program that calls this
            inputs = [Variable(x, requires_grad=False) for x in arrays]
            found = self.found_with(inputs)
            _, numbers, of_each, _ = self.call.run(found, self.instead(inputs))
            numbers = [
                x if each else repeated(x, self.call.n)
                for x, each in zip(numbers, of_each, strict=True)
            ]
        return tuple([numbers[k] for k in self.outs])

    def backward(self, *gys: Any) -> Any:
        call = self.call
        ends = [i for i in self.ends if call.dtypes[i] is None]  # no gradient flows to labels
        pull = call.of.pull(call, ends, self.outs, self.reads)
        inputs = self.inputs
        everything = [[self.found_with(inputs), list(gys)], {}]
        axes = pull.axes_of(tuple(everything[0]), {})
        found = Call(pull, template(everything), leaves(everything), axes)
        found.variables = True
        gxs = found.result(self.instead(inputs))
        mapped = [call.mapped[i] for i in ends] + [False] * len(self.reads)
        flowed = iter(
            [gx if each else add_up(gx, axis=0) for gx, each in zip(gxs, mapped, strict=True)]
        )
        to_ends = [next(flowed) if call.dtypes[i] is None else None for i in self.ends]
        return (*to_ends, *flowed)

    def found_with(self, inputs: Sequence[Variable]) -> list[Any]:
        found = list(self.call.found)
        for i, x in zip(self.ends, inputs, strict=False):
            dtype = self.call.dtypes[i]
            found[i] = x if dtype is None else numbers_of(x).astype(dtype)
        return found

    def instead(self, inputs: Sequence[Variable]) -> Instead:
        read = inputs[len(self.ends) :]
        return {id(x): (x, y) for x, y in zip(self.reads, read, strict=True) if x is not y}


def pull_of(
    f: Callable[..., Any], places: Any, ends: list[int], outs: list[int], reads: list[Variable]
) -> Callable[..., Any]:
    def pull(found: list[Any], seeds: list[Any]) -> list[Any]:
        def outputs(*xs: Variable) -> list[Variable]:
            filled = list(found)
            for i, x in zip(ends, xs, strict=True):
                filled[i] = x
            args, kwargs = rebuild(places, filled)
            ys = leaves(f(*args, **kwargs))
            return [ys[k] if isinstance(ys[k], Variable) else Variable(ys[k]) for k in outs]

        xs = tuple([found[i] for i in ends])
        flowed: list[Any] = pull_back(outputs, xs, reads, seeds)
        return flowed

    return pull


# ---- Leaves and axes -----------------------------------------------------------------------------


def spread(axes: Any, tree: Any, what: str) -> list[Axis]:
    """Of each leaf of the tree the axis: `axes` is an int, None, or a structure of them, which may
    end where the tree goes on."""
    if axes is None or isinstance(axes, (int, np.integer)):
        if isinstance(tree, int):  # the template of one leaf
            return [None if axes is None else int(axes)]
        return [None if axes is None else int(axes)] * len(leaves(tree))
    if isinstance(axes, dict) and isinstance(tree, dict) and axes.keys() == tree.keys():
        return [axis for key in tree for axis in spread(axes[key], tree[key], what)]
    if (
        isinstance(axes, (list, tuple))
        and isinstance(tree, (list, tuple))
        and len(axes) == len(tree)
    ):
        return [a for part, x in zip(axes, tree, strict=True) for a in spread(part, x, what)]
    if not is_structure(axes):
        raise TypeError(f"vmap: {what} is an int, None, or a structure of them, not {axes!r}")
    kind = f"{type(tree).__name__} of {len(tree)}" if is_structure(tree) else type(tree).__name__
    raise ValueError(f"vmap: {what} has {axes!r} for a {kind}")


def size_of(found: list[Any], axes: list[Axis]) -> int:
    """The number of examples."""
    sizes: dict[int, Any] = {}
    for x, axis in zip(found, axes, strict=True):
        if axis is None:
            continue
        if not isinstance(x, (np.ndarray, Variable)):
            raise TypeError(
                f"vmap: a {type(x).__name__} has no axes to map it along; give it None in in_axes, "
                "by position, as all that is passed by keyword is mapped; of a list of numbers make "
                "an array"
            )
        if not -x.ndim <= axis < x.ndim:
            raise ValueError(f"vmap: in_axes has {axis} for an array of the shape {tuple(x.shape)}")
        sizes.setdefault(x.shape[axis], (tuple(x.shape), axis))
    if not sizes:
        raise ValueError("vmap: nothing is mapped: in_axes is None for all arguments")
    if len(sizes) > 1:
        parts = [f"{shape} along {axis}" for shape, axis in sizes.values()]
        raise ValueError(f"vmap: the sizes of mapped arrays differ: {', '.join(parts)}")
    (n,) = sizes
    if n == 0:
        raise ValueError("vmap: the batch is empty, so the function cannot be called once")
    return int(n)


def dtype_of(x: Any) -> Any:
    """Of what stands for an array of integers or bools in a capture; else None."""
    dtype = getattr(getattr(x, "value", None), "dtype", None)
    return dtype if unwrapped(x) is not x and dtype is not None and dtype.kind != "f" else None


def unwrapped(x: Any) -> Any:
    """What stands for an argument in a capture is its Variable."""
    return x if isinstance(x, Variable) else getattr(x, "__cygrad_variable__", x)


def part_of(x: Any, k: int) -> Any:
    """An example's part: of floats a Variable."""
    if isinstance(x, Variable) or x.dtype != np.float64:
        return x[k]
    return Variable(x[k], requires_grad=False)


def shared(x: Any) -> Any:
    """An argument that is the same for all: floats in arrays are given as Variables."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        return Variable(x, requires_grad=False)
    return float(x) if isinstance(x, np.floating) else x


def moved(x: Any, axis: int, to: int) -> Any:
    if isinstance(x, Variable):
        return x if axis == to else moveaxis(x, axis, to)
    if type(x) is not np.ndarray:
        Variable(x, requires_grad=False)  # refuses what an array is not, such as a masked one
    if axis != to:
        x = np.moveaxis(x, axis, to)
    return np.asarray(x, dtype=np.float64) if x.dtype.kind == "f" else x


def repeated(x: Any, n: int) -> Any:
    if isinstance(x, Variable):
        return broadcast_to(x, (n, *x.shape))
    return np.broadcast_to(x, (n, *x.shape)).copy()


def vmap(f: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """A function of a batch: f, called for each of its elements, in one run.

    Parameters
    ----------
    f : callable
        A function of one example, in Variables: a transform, a compiled function, or any other.
    in_axes : int, None, or structure of them, default 0
        Along which axis each argument is mapped; None: it is the same for all examples. One for all
        arguments, or a tuple with one for each: for a dict, list or tuple one, or one for each part.
        What is passed by keyword is mapped along its first axis.
    out_axes : int, None, or structure of them, default 0
        Where the axis of the batch is in each result; None: the result is the same for all.

    Returns
    -------
    callable
        Takes the arguments of f with one more axis, and returns its results with one more axis:
        arrays, or, if a Variable is among the arguments, or f is no transform and closes over
        Variables that require a gradient, Variables.

    Raises
    ------
    ValueError
        By the new function, if the lengths of the mapped axes differ or are 0, the axes do not fit
        the arguments, or examples give results of different shapes.
    TypeError
        By the new function, if f draws random numbers or updates anything: draw them outside, and
        pass them with an axis.

    Notes
    -----
    As ``jax.vmap``. f is captured for one example, as by `compile`, and its program runs for all:
    side by side, where values are numbers and small arrays, which costs a nanosecond an operation;
    else one after the other, without Python. Examples for which Python's ``if`` and ``while`` go
    another way are gathered, and run through a program of their own. The bits are those of a loop;
    but products by BLAS may differ by rounding. What cannot be captured is called in a loop.
    Captures are kept, so make the new function once, outside loops. f gets arrays of floats as
    Variables; integers and bools as arrays.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import numpy as np
    >>> def rosen(x):
    ...     return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
    >>> xs = np.array([[0.5, 2.0], [1.0, 2.0], [0.0, 0.0]])
    >>> cg.vmap(cg.grad(rosen))(xs)
    array([[-351.,  350.],
           [-400.,  200.],
           [  -2.,    0.]])
    >>> cg.vmap(lambda w, x: F.dot(w, x), in_axes=(None, 0))(np.array([1.0, 10.0]), xs)
    array([20.5, 21. ,  0. ])
    """
    return Vmap(f, in_axes, out_axes)
