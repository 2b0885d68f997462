"""Stub of cygrad/optimizers/step.pyx: one step of an update rule."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, final, overload

import numpy as np
from numpy.typing import NDArray

from cygrad.core.variable import Variable

SGD: int
MOMENTUM: int
NESTEROV: int
RMSPROP: int
ADAGRAD: int
ADAM: int

@final
class State:
    """What an optimizer remembers of one parameter: the steps taken, and arrays of its shape."""

    # Any: NumPy's arrays of real numbers of any precision.
    def __init__(self, parameter: Variable, steps: int, arrays: Sequence[NDArray[Any]]) -> None: ...
    @property
    def steps(self) -> int: ...
    def arrays(self) -> list[NDArray[np.float64]]: ...
    def belongs_to(self, parameter: object) -> bool: ...
    def is_orphan(self) -> bool: ...

@final
class Prepared:
    """A parameter about to be updated, in C only."""

# Any: what a setting is, its class says (settings.py).
class Kept:
    name: str
    @overload
    def __get__(self, instance: None, owner: type | None = None, /) -> Any: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None, /) -> Any: ...

def ready(parameters: Iterable[Variable], where: str) -> list[Variable]: ...
def step(
    rule: int,
    parameters: Iterable[Variable],
    states: dict[int, State],
    constants: Callable[[int], tuple[float, ...]],
    where: str,
) -> None: ...
def power(base: float, exponent: int) -> float: ...
