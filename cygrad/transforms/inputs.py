"""What a compiled function's arguments are while it is captured: objects in their place.

An ArrayInput stands for an array, a NumberInput for a float; isinstance takes them for these. To
cygrad's operations they are inputs of the program. They derive from neither: so whoever wants the
numbers themselves has to ask, be it NumPy or the math module, and that is noted. What NumPy computes
with an array of float64 makes the call eager. Of an array of other numbers it makes these a part of
the key; of a float, a guard. Any: as the methods of arrays and numbers, of arguments of any kind.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cygrad.core.tape import look_through
from cygrad.core.variable import Variable
from cygrad.functions.broadcasting import reshape
from cygrad.functions.comparison import both, either, not_equal, opposite
from cygrad.functions.reduction import max as maximum
from cygrad.functions.reduction import min as minimum
from cygrad.programs.recorder import refuse_here
from cygrad.transforms.structure import leaves, map_leaves

__all__ = ["ArrayInput", "NumberInput"]


def plain(x: Any) -> Any:
    """x, or what it stands for, which is then noted."""
    if type(x) is NumberInput:
        return type(x.value)(float(x))
    return x.__array__() if type(x) is ArrayInput else x


class Input:
    """What both have: NumPy's functions ask them first."""

    __slots__ = ("__cygrad_variable__", "leaf", "value")

    def __init__(self, value: Any, variable: Variable, leaf: int | None) -> None:
        self.value = value
        self.__cygrad_variable__ = variable
        self.leaf = leaf

    def __array_ufunc__(self, ufunc: Any, method: Any, *inputs: Any, **kwargs: Any) -> Any:
        if any(isinstance(x, Variable) for x in inputs):
            return NotImplemented
        if method == "__call__" and ufunc in LOGIC and not kwargs and all(map(is_mask, inputs)):
            return combined(ufunc, *inputs)
        outs = [x for x in kwargs.get("out", ()) if type(x) is ArrayInput]
        kwargs = {name: map_leaves(plain, x) for name, x in kwargs.items()}
        result = getattr(ufunc, method)(*map(plain, inputs), **kwargs)
        for out in outs:
            out.written()
        return outs[0] if len(outs) == 1 and not isinstance(result, tuple) else result

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function in (np.any, np.all) and len(args) == 1 and args[0] is self and not kwargs:
            return getattr(self, function.__name__)()
        for x in leaves([args, kwargs]):
            if isinstance(x, Variable):
                return x.__array_function__(function, (Variable,), args, kwargs)
        return function(*map_leaves(plain, args), **map_leaves(plain, kwargs))

    def __repr__(self) -> str:
        return repr(self.value)

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)


class ArrayInput(Input):
    """An array, or a view of one. `variable` is on its numbers, as float64."""

    __slots__ = ()

    @property  # type: ignore[misc]  # an object's can be assigned to
    def __class__(self) -> Any:
        return np.ndarray

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        if self.value.dtype == np.float64:
            refuse_here(
                "NumPy computes with an argument, which no program sees; pass it to cygrad's "
                "functions, or pass a Variable"
            )
        look_through(self)  # the outcome of a comparison says so itself
        return np.array(self.value, dtype=dtype) if copy else np.asarray(self.value, dtype)

    def part(self, shown: Any, take: Callable[[Any], Any]) -> Any:
        """What `take` shows of it, if that is a view."""
        if isinstance(shown, np.ndarray) and np.may_share_memory(shown, self.value):
            return ArrayInput(shown, take(self.__cygrad_variable__), self.leaf)
        if isinstance(shown, np.float64):
            return NumberInput(shown, take(self.__cygrad_variable__), self.leaf)
        self.__array__()
        return shown

    def __getitem__(self, index: Any) -> Any:
        index = tuple(map(plain, index)) if isinstance(index, tuple) else plain(index)
        return self.part(self.value[index], lambda x: x[index])

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def __len__(self) -> int:
        return len(self.value)

    def reshape(self, *shape: Any, **order: Any) -> Any:
        shown = self.value.reshape(*shape, **order)
        return self.part(shown, lambda x: reshape(x, shown.shape))

    def transpose(self, *axes: Any) -> Any:
        return self.part(self.value.transpose(*axes), lambda x: x.transpose(*axes))

    @property
    def T(self) -> Any:
        return self.part(self.value.T, lambda x: x.T)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        if np.dtype(dtype) == np.float64:
            return ArrayInput(self.value.astype(dtype), self.__cygrad_variable__, self.leaf)
        return self.__array__().astype(dtype, *args, **kwargs)

    def any(self, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs or not is_mask(self) or not self.size:
            return self.__array__().any(*map(plain, args), **kwargs)
        return maximum(self.__cygrad_variable__) > 0.0

    def all(self, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs or not is_mask(self) or not self.size:
            return self.__array__().all(*map(plain, args), **kwargs)
        return minimum(self.__cygrad_variable__) > 0.0

    def __getattr__(self, name: str) -> Any:
        if name in {"shape", "ndim", "size", "dtype", "nbytes", "itemsize"}:
            return getattr(self.value, name)
        if not hasattr(np.ndarray, name):
            raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
        return getattr(self.__array__(), name)

    def __setitem__(self, index: Any, value: Any) -> None:
        self.value[plain(index)] = plain(value)
        self.written()

    def written(self) -> None:
        refuse_here("an argument is written to")
        self.__cygrad_variable__.data[...] = self.value

    __hash__ = None  # type: ignore[assignment]  # as an array's


class NumberInput(Input):
    """A float, or what Python has computed of floats. `variable` has the same number.

    `value` is a float, or, as the element of an array, one of NumPy's, which divides by zero.
    """

    __slots__ = ()

    @property  # type: ignore[misc]  # an object's can be assigned to
    def __class__(self) -> Any:
        return type(self.value)

    def __float__(self) -> float:
        float(self.__cygrad_variable__)  # which sets a guard; its memory may have been written to
        return float(self.value)

    def __bool__(self) -> bool:
        return bool(self.__cygrad_variable__)

    def __hash__(self) -> int:
        return hash(float(self))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(float(self), dtype=dtype)

    def __getattr__(self, name: str) -> Any:
        kind = type(self.value)
        if not hasattr(kind, name):
            raise AttributeError(f"'{kind.__name__}' object has no attribute {name!r}")
        return getattr(plain(self), name)

    def __neg__(self) -> Any:
        return NumberInput(-self.value, -self.__cygrad_variable__, self.leaf)

    def __abs__(self) -> Any:
        return NumberInput(abs(self.value), abs(self.__cygrad_variable__), self.leaf)

    def __pos__(self) -> Any:
        return self


NUMBERS = (int, float, bool, NumberInput)


def variable_of(x: Any) -> Any:
    return x.__cygrad_variable__ if type(x) in (NumberInput, ArrayInput) else x


def value_of(x: Any) -> Any:
    return x.value if type(x) in (NumberInput, ArrayInput) else x


def is_pythons_zero(a: Any, b: Any) -> bool:
    """Whether a / b, of Python's numbers alone, raises: a question that sets a guard."""
    if any(isinstance(value_of(x), (np.generic, np.ndarray)) for x in (a, b)):
        return False
    return bool(b == 0)


def is_float64(x: Any) -> bool:
    return type(x) in (ArrayInput, np.ndarray) and x.dtype == np.float64


def arithmetic(operation: Callable[[Any, Any], Any], swapped: bool) -> Callable[..., Any]:
    """+ - * / of numbers and arrays: the bits are Python's and NumPy's, as they are rounded once."""

    def method(self: Any, other: Any) -> Any:
        of_numbers = type(self) is NumberInput and type(other) in NUMBERS
        of_arrays = type(self) is ArrayInput and (
            type(other) in (*NUMBERS, np.float64, ArrayInput) or is_float64(other)
        )
        if not (of_arrays or of_numbers):
            return NotImplemented if type(self) is NumberInput else looked(self, other)
        a, b = (other, self) if swapped else (self, other)
        if operation is operator.truediv and type(a) is not ArrayInput and is_pythons_zero(a, b):
            raise ZeroDivisionError("float division by zero")
        value = operation(value_of(a), value_of(b))
        if of_arrays and value.dtype != np.float64:
            return looked(self, other)
        variable = operation(variable_of(a), variable_of(b))
        if isinstance(value, np.ndarray):
            return ArrayInput(value, variable, self.leaf)
        return NumberInput(value, variable, self.leaf)

    looked = looking(operation, swapped)
    return method


# Masks: arrays of bools, and what is made of them.
LOGIC: dict[Any, Callable[..., Variable]] = {
    np.logical_and: both,
    np.bitwise_and: both,
    np.logical_or: either,
    np.bitwise_or: either,
    np.logical_xor: not_equal,
    np.bitwise_xor: not_equal,
    np.logical_not: opposite,
    np.invert: opposite,
}


def is_mask(x: Any) -> bool:
    return type(x) in (ArrayInput, np.ndarray) and x.dtype == np.bool_


def combined(ufunc: Any, *masks: Any) -> ArrayInput:
    """Of masks, one that is computed of them."""
    variables = [x.__cygrad_variable__ if type(x) is ArrayInput else constant(x) for x in masks]
    return ArrayInput(ufunc(*map(value_of, masks)), LOGIC[ufunc](*variables), None)


def constant(mask: Any) -> Variable:
    return Variable(mask, requires_grad=False)


def logical(ufunc: Any, operation: Callable[..., Any], swapped: bool) -> Callable[..., Any]:
    def method(self: Any, *others: Any) -> Any:
        if all(map(is_mask, (self, *others))):
            return combined(ufunc, self, *others)
        return looked(self, *others)

    looked = looking(operation, swapped)
    return method


def comparison(operation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        if type(other) not in (int, float, bool, NumberInput):
            return operation(plain(self), other)
        outcome = operation(self.__cygrad_variable__, variable_of(other))
        return outcome if isinstance(self.value, np.generic) else bool(outcome)

    return method


def looking(operation: Callable[..., Any], swapped: bool = False) -> Callable[..., Any]:
    """What Python computes with the number or the array itself."""

    def method(self: Any, *others: Any) -> Any:
        if any(isinstance(x, Variable) for x in others):
            return NotImplemented
        own = plain(self)
        others = tuple(map(plain, others))
        return operation(*others, own) if swapped else operation(own, *others)

    return method


def writing(operation: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        operation(self.value, plain(other))
        self.written()
        return self

    return method


def reduced(x: Any, protocol: int) -> Any:
    return x.__reduce_ex__(protocol)


# The special methods, by name: what is recorded, and what is a look.
RECORDED = {"add", "sub", "mul", "truediv"}
TWO_SIDED: dict[str, Callable[..., Any]] = {
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "matmul": operator.matmul,
    "lshift": operator.lshift,
    "rshift": operator.rshift,
}
LOGICAL: dict[str, tuple[Any, Callable[..., Any]]] = {
    "and": (np.logical_and, operator.and_),
    "or": (np.logical_or, operator.or_),
    "xor": (np.logical_xor, operator.xor),
}
COMPARISONS = ("lt", "le", "eq", "ne", "gt", "ge")
OF_BOTH: dict[str, Callable[..., Any]] = {
    "divmod": divmod,
    "complex": complex,
    "int": int,
    "round": round,
    "trunc": math.trunc,
    "floor": math.floor,
    "ceil": math.ceil,
    "reduce_ex": reduced,
}
OF_ARRAYS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "neg": operator.neg,
    "pos": operator.pos,
    "bool": bool,
    "float": float,
    "index": operator.index,
    "contains": operator.contains,
    "copy": np.copy,
    "deepcopy": lambda x, memory: np.copy(x),
}


def give_methods(kind: type, others: dict[str, Callable[..., Any]]) -> None:
    for prefix, swapped in (("", False), ("r", True)):
        for name in RECORDED:
            setattr(kind, f"__{prefix}{name}__", arithmetic(getattr(operator, name), swapped))
        for name, operation in TWO_SIDED.items():
            setattr(kind, f"__{prefix}{name}__", looking(operation, swapped))
        for name, (ufunc, operation) in LOGICAL.items():
            setattr(kind, f"__{prefix}{name}__", logical(ufunc, operation, swapped))
    for name, operation in {**OF_BOTH, **others}.items():
        setattr(kind, f"__{name}__", looking(operation))


give_methods(ArrayInput, OF_ARRAYS)
give_methods(NumberInput, {"copy": float, "deepcopy": lambda x, memory: x})
setattr(ArrayInput, "__invert__", logical(np.logical_not, operator.invert, False))  # noqa: B010
for name in (*RECORDED, *TWO_SIDED, *LOGICAL):
    setattr(ArrayInput, f"__i{name}__", writing(getattr(operator, f"i{name}")))
for name in COMPARISONS:
    setattr(ArrayInput, f"__{name}__", looking(getattr(operator, name)))
    setattr(NumberInput, f"__{name}__", comparison(getattr(operator, name)))
