"""Settings: attributes that are checked when they are assigned, shown by repr, saved and loaded."""

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

import numpy as np

from cygrad.core.tape import refuse
from cygrad.elsewhere import checks_arguments
from cygrad.optimizers.step import Kept

__all__ = ["Configured", "Flag", "Number", "Setting", "Whole", "check_keys", "taken"]

T = TypeVar("T")


class Setting(Kept, Generic[T]):
    """An attribute that takes no bad value. A subclass says, in `checked`, what a bad value is."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type | None = None, /) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: type | None = None, /) -> T: ...
        def __get__(self, instance: object, owner: type | None = None, /) -> Self | T: ...

    def __set__(self, instance: object, value: T) -> None:
        refuse("a setting is assigned")
        instance.__dict__[self.name] = self.checked(value, type(instance).__name__)

    def checked(self, value: object, where: str) -> T:
        """The value as it is kept, or an error that begins with `where`."""
        raise NotImplementedError


class Number(Setting[float]):
    """A float in [at_least, below), and thereby no NaN."""

    def __init__(self, doc: str, at_least: float = 0.0, below: float = math.inf) -> None:
        super().__init__(doc)
        self.at_least, self.below = at_least, below

    def checked(self, value: object, where: str) -> float:
        number = _plain(value)
        if isinstance(number, float):
            number = float(number)  # of a subclass, which compares as it likes
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            hint = "; the model is for setup() or update()" if self.name == "lr" else ""
            raise TypeError(
                f"{where}: {self.name} must be a number, not {type(value).__name__}{hint}"
            )
        if not self.at_least <= number < self.below:
            bounds = f"in [{self.at_least:g}, {self.below:g})"
            raise ValueError(f"{where}: {self.name} must be {bounds}, got {value!r}")
        return float(number)


class Whole(Setting[int]):
    """An int, `at_least` or more."""

    def __init__(self, doc: str, at_least: int = 0) -> None:
        super().__init__(doc)
        self.at_least = at_least

    def checked(self, value: object, where: str) -> int:
        number = _plain(value)
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"{where}: {self.name} must be an int, not {type(value).__name__}")
        number = int(number)
        if not self.at_least <= number < 2**62:
            raise ValueError(
                f"{where}: {self.name} must be at least {self.at_least}, got {value!r}"
            )
        return number


class Flag(Setting[bool]):
    """True or False."""

    def checked(self, value: object, where: str) -> bool:
        flag = _plain(value)
        if not isinstance(flag, bool):
            raise TypeError(f"{where}: {self.name} must be a bool, not {type(value).__name__}")
        return flag


def _plain(value: object) -> object:
    """Python's own number for NumPy's scalars and arrays without axes, which np.load gives."""
    if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0:
        plain: object = value.item()
        return plain
    return value


@checks_arguments
class Configured:
    """A class whose `Setting` attributes are shown by repr."""

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._settings())
        return f"{type(self).__name__}({shown})"

    @classmethod
    def _settings(cls) -> dict[str, Setting[Any]]:
        """The settings by name, a base class's first."""
        return {
            name: thing
            for kind in reversed(cls.__mro__)
            for name, thing in vars(kind).items()
            if isinstance(thing, Setting)
        }

    def _checked_settings(self, state: Mapping[str, Any], where: str) -> dict[str, Any]:
        """The settings in a saved state."""
        return {
            name: setting.checked(state[name], where) for name, setting in self._settings().items()
        }


def taken(state: object, where: str) -> dict[str, Any]:
    """A saved state as a dict, taken once: what is looked at is what is used."""
    if not isinstance(state, Mapping):
        raise TypeError(f"{where}: the state must be a dict, not {type(state).__name__}")
    return dict(state)


def check_keys(given: Iterable[str], expected: Iterable[str], where: str) -> None:
    """Raise a ValueError that names what is missing in a saved state, and what is too much."""
    has, needs = dict.fromkeys(given), dict.fromkeys(expected)
    differences = [
        f"{what} {', '.join(map(repr, names[:5]))}{', ...' if len(names) > 5 else ''}"
        for what, names in (
            ("there is no", [name for name in needs if name not in has]),
            ("there is no place for", [name for name in has if name not in needs]),
        )
        if names
    ]
    if differences:
        raise ValueError(f"{where}: the state does not fit: {'; '.join(differences)}")
