"""NumPy's functions on Variables: what `np.sin(x)` and `np.sum(x, axis=0)` call.

The tables say what stands for which of NumPy's functions; what is in none is refused by its name. A
row gives NumPy's parameters in order, so that one which has no meaning here is refused by name too:

    `a>x`       NumPy's parameter a is our x
    `out!`      must be left out, or be what changes nothing (HARMLESS)

`Variable.__array_ufunc__` and `__array_function__` load this module when first called.
"""

from __future__ import annotations

import functools
import inspect
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import cygrad.functions as F
import cygrad.linalg as LA
from cygrad import numpy_forms as forms
from cygrad.core.operators import numpy_tables
from cygrad.core.tape import is_taped
from cygrad.core.variable import Variable
from cygrad.functions.piecewise import rounded
from cygrad.numpy_forms import data_of

__all__: list[str] = []

# NumPy's arguments and results are of many types.
Argument = Any
Result = Any

# ---- The ufuncs -------------------------------------------------------------------------------

UFUNCS: dict[str, Callable[..., Result]] = {
    "absolute": F.abs,
    "add": F.add,
    "arccos": F.arccos,
    "arccosh": F.arccosh,
    "arcsin": F.arcsin,
    "arcsinh": F.arcsinh,
    "arctan": F.arctan,
    "arctan2": F.arctan2,
    "arctanh": F.arctanh,
    "cbrt": F.cbrt,
    "ceil": F.ceil,
    "conjugate": F.copy,
    "copysign": F.copysign,
    "cos": F.cos,
    "cosh": F.cosh,
    "deg2rad": F.deg2rad,
    "degrees": F.rad2deg,
    "divide": F.div,
    "divmod": forms.divmod_,
    "exp": F.exp,
    "exp2": F.exp2,
    "expm1": F.expm1,
    "fabs": F.abs,
    "float_power": F.pow,
    "floor": F.floor,
    "floor_divide": F.floor_divide,
    "fmax": F.fmax,
    "fmin": F.fmin,
    "fmod": F.fmod,
    "heaviside": F.heaviside,
    "hypot": F.hypot,
    "ldexp": forms.ldexp,
    "log": F.log,
    "log10": F.log10,
    "log1p": F.log1p,
    "log2": F.log2,
    "logaddexp": F.logaddexp,
    "logaddexp2": F.logaddexp2,
    "matmul": F.matmul,
    "matvec": forms.matvec,
    "maximum": F.maximum,
    "minimum": F.minimum,
    "modf": forms.modf,
    "multiply": F.mul,
    "negative": F.neg,
    "positive": F.copy,
    "power": F.pow,
    "rad2deg": F.rad2deg,
    "radians": F.deg2rad,
    "reciprocal": F.reciprocal,
    "remainder": F.remainder,
    "rint": F.rint,
    "sign": F.sign,
    "sin": F.sin,
    "sinh": F.sinh,
    "sqrt": F.sqrt,
    "square": F.square,
    "subtract": F.sub,
    "tan": F.tan,
    "tanh": F.tanh,
    "trunc": F.trunc,
    "vecdot": forms.vecdot,
    "vecmat": forms.vecmat,
}

# Reductions by a ufunc, `np.add.reduce(x, axis)`, and running ones, `np.add.accumulate(x, axis)`.
REDUCE: dict[str, Callable[..., Variable]] = {
    "add": F.sum,
    "logaddexp": F.logsumexp,
    "maximum": F.max,
    "minimum": F.min,
    "multiply": F.prod,
}
ACCUMULATE: dict[str, Callable[..., Variable]] = {"add": F.cumsum, "multiply": F.cumprod}

# ---- The functions ----------------------------------------------------------------------------

FUNCTIONS: dict[str, tuple[Callable[..., Result], str]] = {
    "amax": (F.max, "a>x axis out! keepdims initial! where!"),
    "amin": (F.min, "a>x axis out! keepdims initial! where!"),
    "append": (F.append, "arr>x values axis"),
    "around": (rounded, "a>x decimals out!"),
    "array_split": (forms.array_split, "ary indices_or_sections axis"),
    "astype": (F.copy, "x dtype! copy! device!"),
    "atleast_1d": (forms.each(F.atleast_1d), "*"),
    "atleast_2d": (forms.each(F.atleast_2d), "*"),
    "atleast_3d": (forms.each(F.atleast_3d), "*"),
    "average": (forms.average, "a axis weights returned keepdims"),
    "block": (forms.block, "arrays"),
    "broadcast_arrays": (forms.broadcast_arrays, "* subok!"),
    "broadcast_to": (F.broadcast_to, "array>x shape subok!"),
    "clip": (forms.clip, "a a_min a_max out! min max dtype! where! casting! order! subok!"),
    "column_stack": (F.column_stack, "tup>xs"),
    "compress": (forms.compress, "condition a axis out!"),
    "concatenate": (forms.concatenate, "arrays axis out! dtype! casting!"),
    "convolve": (F.convolve, "a v mode"),
    "copy": (F.copy, "a>x order! subok!"),
    "corrcoef": (forms.corrcoef, "x y rowvar dtype!"),
    "correlate": (F.correlate, "a v mode"),
    "cov": (forms.cov, "m y rowvar bias ddof fweights! aweights! dtype!"),
    "cross": (forms.cross, "a b axisa axisb axisc axis"),
    "cumprod": (F.cumprod, "a>x axis dtype! out!"),
    "cumsum": (F.cumsum, "a>x axis dtype! out!"),
    "cumulative_prod": (F.cumprod, "x axis dtype! out! include_initial!"),
    "cumulative_sum": (F.cumsum, "x axis dtype! out! include_initial!"),
    "delete": (forms.delete, "arr obj axis"),
    "diag": (F.diag, "v>x k"),
    "diagflat": (forms.diagflat, "v k"),
    "diagonal": (F.diagonal, "a>x offset axis1 axis2"),
    "diff": (F.diff, "a>x n axis prepend append"),
    "dot": (F.dot, "a b out!"),
    "dsplit": (forms.dsplit, "ary indices_or_sections"),
    "dstack": (F.dstack, "tup>xs"),
    "ediff1d": (forms.ediff1d, "ary to_end! to_begin!"),
    "einsum": (forms.einsum, "* out! dtype! order! casting! optimize!"),
    "empty_like": (forms.zeros_like, "prototype>a dtype! order! subok! shape device!"),
    "expand_dims": (F.unsqueeze, "a>x axis"),
    "extract": (forms.extract, "condition arr"),
    "fft.fftshift": (forms.fftshift, "x axes"),
    "fft.ifftshift": (forms.ifftshift, "x axes"),
    "fix": (F.trunc, "x out!"),
    "flip": (F.flip, "m>x axis"),
    "fliplr": (forms.fliplr, "m"),
    "flipud": (forms.flipud, "m"),
    "full_like": (forms.full_like, "a fill_value dtype! order! subok! shape device!"),
    "gradient": (forms.gradient, "* axis edge_order!"),
    "hsplit": (forms.hsplit, "ary indices_or_sections"),
    "hstack": (F.hstack, "tup>xs dtype! casting!"),
    "i0": (forms.i0, "x"),
    "imag": (forms.imag, "val"),
    "inner": (F.inner, "a b"),
    "interp": (F.interp, "x xp fp left right period!"),
    "kron": (F.kron, "a b"),
    "linalg.cholesky": (LA.cholesky, "a upper"),
    "linalg.cond": (forms.cond, "x p"),
    "linalg.cross": (forms.linalg_cross, "x1>a x2>b axis"),
    "linalg.det": (LA.det, "a"),
    "linalg.diagonal": (forms.linalg_diagonal, "x offset"),
    "linalg.eigh": (LA.eigh, "a UPLO"),
    "linalg.eigvalsh": (LA.eigvalsh, "a UPLO"),
    "linalg.inv": (LA.inv, "a"),
    "linalg.lstsq": (LA.lstsq, "a b rcond"),
    "linalg.matmul": (F.matmul, "x1>a x2>b"),
    "linalg.matrix_norm": (forms.matrix_norm, "x keepdims ord"),
    "linalg.matrix_power": (LA.matrix_power, "a n"),
    "linalg.matrix_transpose": (forms.matrix_transpose, "x"),
    "linalg.multi_dot": (LA.multi_dot, "arrays out!"),
    "linalg.norm": (LA.norm, "x ord axis keepdims"),
    "linalg.outer": (F.outer, "x1>a x2>b"),
    "linalg.pinv": (LA.pinv, "a rcond hermitian! rtol!"),
    "linalg.qr": (LA.qr, "a mode"),
    "linalg.slogdet": (LA.slogdet, "a"),
    "linalg.solve": (LA.solve, "a b"),
    "linalg.svd": (forms.svd, "a full_matrices compute_uv hermitian!"),
    "linalg.svdvals": (LA.svdvals, "x>a"),
    "linalg.tensordot": (F.tensordot, "x1>a x2>b axes"),
    "linalg.trace": (forms.linalg_trace, "x offset dtype!"),
    "linalg.vecdot": (forms.vecdot, "x1>a x2>b axis"),
    "linalg.vector_norm": (forms.vector_norm, "x axis keepdims ord"),
    "linspace": (forms.linspace, "start stop num endpoint retstep dtype! axis device!"),
    "logspace": (forms.logspace, "start stop num endpoint base dtype! axis"),
    "matrix_transpose": (forms.matrix_transpose, "x"),
    "max": (F.max, "a>x axis out! keepdims initial! where!"),
    "mean": (F.mean, "a>x axis dtype! out! keepdims where!"),
    "median": (F.median, "a>x axis out! overwrite_input! keepdims"),
    "meshgrid": (forms.meshgrid, "* copy sparse indexing"),
    "min": (F.min, "a>x axis out! keepdims initial! where!"),
    "moveaxis": (F.moveaxis, "a>x source destination"),
    "nan_to_num": (F.nan_to_num, "x copy! nan posinf neginf"),
    "nancumprod": (forms.nancumprod, "a axis dtype! out!"),
    "nancumsum": (forms.nancumsum, "a axis dtype! out!"),
    "nanmax": (F.nanmax, "a>x axis out! keepdims initial! where!"),
    "nanmean": (F.nanmean, "a>x axis dtype! out! keepdims where!"),
    "nanmin": (F.nanmin, "a>x axis out! keepdims initial! where!"),
    "nanprod": (forms.nanprod, "a axis dtype! out! keepdims initial! where!"),
    "nanstd": (F.nanstd, "a>x axis dtype! out! ddof keepdims where! mean! correction>ddof"),
    "nansum": (F.nansum, "a>x axis dtype! out! keepdims initial! where!"),
    "nanvar": (F.nanvar, "a>x axis dtype! out! ddof keepdims where! mean! correction>ddof"),
    "ones_like": (forms.ones_like, "a dtype! order! subok! shape device!"),
    "outer": (F.outer, "a b out!"),
    "pad": (forms.pad, "array pad_width mode constant_values reflect_type"),
    "partition": (F.partition, "a>x kth axis kind! order!"),
    "percentile": (forms.percentile, "a q axis out! overwrite_input! method! keepdims weights!"),
    "polyval": (forms.polyval, "p x"),
    "prod": (F.prod, "a>x axis dtype! out! keepdims initial! where!"),
    "ptp": (F.ptp, "a>x axis out! keepdims"),
    "quantile": (F.quantile, "a>x q axis out! overwrite_input! method! keepdims weights!"),
    "ravel": (forms.ravel, "a order!"),
    "real": (forms.real, "val"),
    "real_if_close": (forms.real, "a>val tol!"),
    "repeat": (F.repeat, "a>x repeats axis"),
    "reshape": (forms.reshape, "a shape order! newshape>shape copy!"),
    "resize": (forms.resize, "a new_shape"),
    "roll": (F.roll, "a>x shift axis"),
    "rollaxis": (forms.rollaxis, "a axis start"),
    "rot90": (F.rot90, "m>x k axes"),
    "round": (rounded, "a>x decimals out!"),
    "select": (F.select, "condlist>conditions choicelist>choices default"),
    "sinc": (F.sinc, "x"),
    "sort": (F.sort, "a>x axis kind! order! stable!"),
    "split": (forms.split, "ary indices_or_sections axis"),
    "squeeze": (F.squeeze, "a>x axis"),
    "stack": (F.stack, "arrays>xs axis out! dtype! casting!"),
    "std": (F.std, "a>x axis dtype! out! ddof keepdims where! mean! correction>ddof"),
    "sum": (F.sum, "a>x axis dtype! out! keepdims initial! where!"),
    "swapaxes": (F.swapaxes, "a>x axis1 axis2"),
    "take": (F.take, "a>x indices axis out! mode!"),
    "take_along_axis": (F.take_along_axis, "arr>x indices axis"),
    "tensordot": (F.tensordot, "a b axes"),
    "tile": (F.tile, "A>x reps"),
    "trace": (F.trace, "a>x offset axis1 axis2 dtype! out!"),
    "transpose": (F.transpose, "a>x axes"),
    "trapezoid": (F.trapezoid, "y x dx axis"),
    "trapz": (F.trapezoid, "y x dx axis"),
    "tril": (F.tril, "m>x k"),
    "triu": (F.triu, "m>x k"),
    "unstack": (forms.unstack, "x axis"),
    "unwrap": (forms.unwrap, "p discont axis period!"),
    "vander": (forms.vander, "x N increasing"),
    "var": (F.variance, "a>x axis dtype! out! ddof keepdims where! mean! correction>ddof"),
    "vdot": (F.vdot, "a b"),
    "vsplit": (forms.vsplit, "ary indices_or_sections"),
    "vstack": (F.vstack, "tup>xs dtype! casting!"),
    "where": (forms.where, "condition x y"),
    "zeros_like": (forms.zeros_like, "a dtype! order! subok! shape device!"),
}

# Answers that are no numbers to differentiate (bool, int, str): NumPy's own, on the data.
PLAIN_NAMES = """
    equal greater greater_equal isfinite isinf isnan less less_equal logical_and logical_not
    logical_or logical_xor not_equal signbit
    all allclose any argmax argmin argpartition argsort argwhere array2string array_equal array_equiv
    array_repr array_str can_cast common_type count_nonzero diag_indices_from digitize einsum_path
    flatnonzero iscomplex iscomplexobj isclose isin isneginf isposinf isreal isrealobj lexsort
    may_share_memory min_scalar_type nanargmax nanargmin ndim nonzero result_type save savetxt savez
    savez_compressed searchsorted shape shares_memory size tril_indices_from
    triu_indices_from
"""
PLAIN = frozenset(PLAIN_NAMES.split())

# What to use in place of what is refused, where it is not just the data.
INSTEAD = {
    "angle": "np.arctan2",
    "apply_along_axis": "a loop, and np.stack of its results",
    "bincount": "np.add of what x[mask] selects",
    "choose": "np.select or np.where",
    "copyto": "np.where, which makes a new array",
    "fill_diagonal": "np.where with np.eye, which makes a new array",
    "insert": "np.concatenate",
    "nanmedian": "np.median of x[~np.isnan(x)]",
    "piecewise": "np.where or np.select",
    "place": "np.where, which makes a new array",
    "put": "np.where, which makes a new array",
    "put_along_axis": "np.where, which makes a new array",
    "putmask": "np.where, which makes a new array",
    "unique": "x[np.unique(x.data, return_index=True)[1]]",
}

# ---- How a row is called ----------------------------------------------------------------------

# What may be given for a parameter marked `!`, beside None and what NumPy has for "nothing given".
HARMLESS: dict[str, tuple[Argument, ...]] = {
    "casting": ("same_kind", "safe", "no", "equiv", "unsafe"),
    "copy": (True,),
    "device": ("cpu",),
    "edge_order": (1,),
    "hermitian": (False,),
    "include_initial": (False,),
    "kind": ("quicksort", "stable", "mergesort", "heapsort"),
    "method": ("linear",),
    "mode": ("raise",),
    "optimize": (False, True, "greedy", "optimal"),
    "order": ("C", "K", "A"),
    "overwrite_input": (False,),
    "stable": (False, True),
    "subok": (False, True),
    "tol": (100,),
    "where": (True,),
}
NO_VALUE = np._NoValue


def check_harmless(name: str, parameter: str, value: Argument) -> None:
    """Refuse what a parameter without a meaning here asks for."""
    if value is None or value is NO_VALUE:
        return
    if parameter == "dtype":
        if np.dtype(value) == np.float64:
            return
        raise TypeError(
            f"np.{name}: a Variable is float64, and dtype={value!r} is another; use .data.astype "
            "where no gradient is needed"
        )
    if any(type(value) is type(other) and value == other for other in HARMLESS.get(parameter, ())):
        return
    hint = (
        "an ndarray cannot hold a graph; use the result" if parameter == "out" else "leave it out"
    )
    raise TypeError(
        f"np.{name}: {parameter}= is not supported for a Variable: {hint}, or use .data where no "
        "gradient is needed"
    )


def row(name: str, function: Callable[..., Result], signature: str) -> Callable[..., Result]:
    """The function, called with NumPy's parameters."""
    parameters = signature.split()
    several = parameters[0] == "*"
    if several:
        del parameters[0]
    ours: dict[str, str | None] = {}
    for parameter in parameters:
        theirs, _, renamed = parameter.rstrip("!").partition(">")
        ours[theirs] = None if parameter.endswith("!") else renamed or theirs
    order = list(ours)
    refused = [k for k, theirs in enumerate(order) if ours[theirs] is None]
    direct = 64 if several else min([len(order), *refused])  # arguments that need no look

    def called(*args: Argument, **kwargs: Argument) -> Result:
        if not kwargs and len(args) <= direct:
            return function(*args)
        if not several and len(args) > direct:
            if len(args) > len(order):
                raise TypeError(f"np.{name}: takes {len(order)} arguments, got {len(args)}")
            kwargs = dict(zip(order[direct:], args[direct:], strict=False)) | kwargs
            args = args[:direct]
        result: dict[str, Argument] = {}
        for parameter, value in kwargs.items():
            target = ours.get(parameter)
            if target is None:
                if parameter not in ours:
                    raise TypeError(f"np.{name}: {parameter}= is not supported for a Variable")
                check_harmless(name, parameter, value)
            elif value is not NO_VALUE:
                result[target] = value
        return function(*args, **result)

    return called


# Masks, by the operators of a Variable, and those with the operands changed over: a tape that a
# program is made of records these.
Operator = Callable[..., Result]
MASKS: dict[str, tuple[Operator, Operator]] = {
    "equal": (operator.eq, operator.eq),
    "not_equal": (operator.ne, operator.ne),
    "less": (operator.lt, operator.gt),
    "less_equal": (operator.le, operator.ge),
    "greater": (operator.gt, operator.lt),
    "greater_equal": (operator.ge, operator.le),
    "isnan": (lambda x: operator.ne(x, x),) * 2,
    "isfinite": (lambda x: abs(x) < np.inf,) * 2,
    "isinf": (lambda x: abs(x) == np.inf,) * 2,
}


def plain(function: Callable[..., Result]) -> Callable[..., Result]:
    """NumPy's own function, on the data of Variables."""
    if isinstance(function, np.ufunc):
        by_operator = MASKS.get(function.__name__)

        def on_numbers(*args: Argument) -> Result:
            if by_operator is None or not is_taped():
                return function(*map(data_of, args))
            swap = not isinstance(args[0], Variable)  # then the second one is
            return by_operator[swap](*(reversed(args) if swap else args))

        return on_numbers
    try:
        names = list(inspect.signature(function).parameters)
    except ValueError:  # a builtin of older NumPys; of those here, none has an out=
        names = []
    place = names.index("out") if "out" in names else sys.maxsize - 1

    def on_data(*args: Argument, **kwargs: Argument) -> Result:
        if isinstance(kwargs.get("out"), Variable) or any(
            isinstance(x, Variable) for x in args[place : place + 1]
        ):
            raise TypeError(f"{name_of(function)}: out= cannot be a Variable; use its .data")
        return function(
            *[data_of(x) for x in args], **{name: data_of(x) for name, x in kwargs.items()}
        )

    return on_data


def refusal(name: str) -> TypeError:
    """The error for what has no derivative here."""
    from cygrad import special

    short = name.removeprefix("np.")
    instead = f"use {INSTEAD[short]}; or " if short in INSTEAD else "use "
    if short == name and name in special.__all__:
        instead = f"use cygrad.special.{name}; or "
    return TypeError(
        f"{name}: cygrad has no derivative of it for a Variable; {instead}.data where no gradient "
        "is needed"
    )


def name_of(function: Callable[..., Result]) -> str:
    module: str = getattr(function, "__module__", None) or "numpy"
    return f"np{module.removeprefix('numpy')}.{function.__name__}"


# ---- What Variable calls ----------------------------------------------------------------------


def ufunc_name(ufunc: np.ufunc) -> str:
    """As a program has it: most are NumPy's, others scipy's."""
    name = ufunc.__name__
    return f"np.{name}" if getattr(np, name, None) is ufunc else name


def apply_function(
    function: Callable[..., Result], args: tuple[Argument, ...], kwargs: dict[str, Argument]
) -> Result:
    """A function of NumPy's that is not among those filled in."""
    fill_in()
    ours = _functions.get(function)
    if ours is None:
        raise refusal(name_of(function))
    return ours(*args, **kwargs)


def apply_ufunc(
    ufunc: np.ufunc, method: str, args: tuple[Argument, ...], kwargs: dict[str, Argument]
) -> Result:
    """A ufunc that is not among those filled in, or its reduce, accumulate or outer."""
    fill_in()
    name = ufunc.__name__
    outs = [out for out in kwargs.get("out") or () if out is not None]
    if name in PLAIN and not any(isinstance(out, Variable) for out in outs):
        return getattr(ufunc, method)(*map(data_of, args), **kwargs)
    if outs:
        raise TypeError(
            f"np.{name}: out= and in-place operators (array += variable) are not supported: an "
            "ndarray cannot hold a graph. Write array = array + variable, or array += variable.data "
            "where no gradient is needed"
        )
    if method == "__call__":
        ours = _ufuncs.get(ufunc)
        if ours is None:
            raise refusal(ufunc_name(ufunc))
        extra = {key: value for key, value in kwargs.items() if key != "out"}
        if name == "vecdot" and "axis" in extra:
            return ours(*args, axis=extra["axis"])
        for parameter, value in extra.items():
            check_harmless(name, parameter, value)
        return ours(*args)
    if method == "outer" and ufunc.nin == 2 and ufunc in _ufuncs and ufunc.signature is None:
        for parameter, value in kwargs.items():
            check_harmless(f"{name}.outer", parameter, value)
        a, b = args
        return _ufuncs[ufunc](F.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)
    if method == "reduce" and name in REDUCE:
        signature = "x axis dtype! out! keepdims initial! where!"
        kwargs.setdefault("axis", 0) if len(args) < 2 else None
        return row(f"{name}.reduce", REDUCE[name], signature)(*args, **kwargs)
    if method == "accumulate" and name in ACCUMULATE:
        kwargs.setdefault("axis", 0) if len(args) < 2 else None
        return row(f"{name}.accumulate", ACCUMULATE[name], "x axis dtype! out!")(*args, **kwargs)
    raise refusal(f"np.{name}.{method}")


_ufuncs, _functions = numpy_tables()


def fill_in() -> None:
    """Fill in what Variable looks up, once."""
    if _ufuncs:
        return
    ufuncs: dict[np.ufunc, Callable[..., Result]] = {}
    functions: dict[Callable[..., Result], Callable[..., Result]] = {}
    for name, (function, signature) in FUNCTIONS.items():
        theirs = find(name)
        if theirs is not None:
            functions[theirs] = row(name, function, signature)
    for name in PLAIN:
        theirs = find(name)
        if theirs is not None:
            (ufuncs if isinstance(theirs, np.ufunc) else functions)[theirs] = plain(theirs)
    for name, function in UFUNCS.items():
        theirs = find(name)
        if theirs is not None:
            ufuncs[theirs] = function
    _functions.update(functions)  # whole at once, and before the one that is looked at: other
    _ufuncs.update(ufuncs)  # threads may be here too


def find(name: str) -> Argument:
    """NumPy's function of a dotted name; None where this version of NumPy does not have it."""
    try:
        return functools.reduce(getattr, name.split("."), np)
    except AttributeError:
        return None
