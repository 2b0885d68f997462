"""What a layer has, under dotted names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, NoReturn, TypeVar

from cygrad.core.variable import Variable

__all__ = ["Named", "Parameters"]

T = TypeVar("T")


class Pair(tuple[str, T]):
    """A name and what has it; asked for what the latter has, it says that it is a pair."""

    __slots__ = ()

    def __getattr__(self, name: str) -> NoReturn:
        kind = type(self[1]).__name__
        raise AttributeError(
            f"a pair of a name and a {kind} has no attribute {name!r}: write "
            f"`for name, p in {'model.params()' if kind == 'Variable' else 'model.layers()'}`, then "
            f"p.{name}"
        )


class Named(Generic[T]):
    """Things in the order of their names; iterating gives (name, thing), indexing the thing.

    Raises
    ------
    ValueError
        If two things have the same name.
    """

    def __init__(self, pairs: Iterable[tuple[str, T]] = ()) -> None:
        self._things: dict[str, T] = {}
        for name, thing in pairs:
            if name in self._things:
                raise ValueError(f"{type(self).__name__}: two of them are called {name!r}")
            self._things[name] = thing

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return map(Pair, self._things.items())

    def __len__(self) -> int:
        return len(self._things)

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __getitem__(self, name: str) -> T:
        try:
            return self._things[name]
        except (KeyError, TypeError):
            names = ", ".join(self._things) or "none"
            raise KeyError(f"there is no {name!r} here, but: {names}") from None

    def __repr__(self) -> str:
        lines = [f"  {name}: {self._line(thing)}" for name, thing in self]
        return (
            "\n".join([f"{type(self).__name__}(", *lines, ")"])
            if lines
            else f"{type(self).__name__}()"
        )

    def _line(self, thing: T) -> str:
        return type(thing).__name__


class Parameters(Named[Variable]):
    """The parameters of a layer and of all layers inside it, each once, sorted by name.

    Iterating gives (dotted name, Variable); indexing by name gives the Variable.

    Parameters
    ----------
    pairs : iterable of (str, Variable), optional
        Names and what has them, in the order of the names; none at first.
        `Layer.params` makes it.

    Raises
    ------
    ValueError
        If two have the same name.
    KeyError
        When it is indexed by a name that is not there.

    Examples
    --------
    >>> import cygrad.layers as L
    >>> parameters = L.Linear(3, in_size=2, rng=0).params()
    >>> parameters
    Parameters(
      b: (3,)
      w: (2, 3)
    )
    >>> len(parameters), parameters["b"]
    (2, variable([0., 0., 0.]))
    """

    def cleargrads(self) -> None:
        """Forget all gradients.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> layer = L.Linear(1, rng=0)
        >>> layer([[1.0, 2.0]]).backward()
        >>> layer.params().cleargrads()
        >>> layer.w.grad is None
        True
        """
        for parameter in self._things.values():
            parameter.cleargrad()

    def _line(self, thing: Variable) -> str:
        return str(thing.shape)
