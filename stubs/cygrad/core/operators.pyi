"""Stub of cygrad/core/operators.pyx: the door of core; its table of operators is in C only."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

# Any: functions of any kind.
def add_methods(kind: type, methods: dict[str, Any]) -> None: ...
def numpy_tables() -> tuple[
    dict[np.ufunc, Callable[..., Any]], dict[Callable[..., Any], Callable[..., Any]]
]: ...
def load_numpy_protocol_by(loader: Callable[[], ModuleType]) -> None: ...
