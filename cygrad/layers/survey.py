"""What is in a layer: its parameters, buffers and layers, at any depth, under dotted names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cygrad.core.variable import Variable

if TYPE_CHECKING:
    from cygrad.layers.layer import Layer

__all__: list[str] = []

# Where layers are looked for.
CONTAINERS = (list, tuple, dict)


class Holder:
    """What has parameters, buffers and layers in its attributes: the base of Layer."""

    # Which attributes hold parameters, buffers, layers and containers, sorted; and which of them
    # are buffers. Replaced, never changed: so they are right in a subclass that does not call
    # super().__init__, and in a shallow copy.
    _member_names: tuple[str, ...] = ()
    _buffer_names: frozenset[str] = frozenset()


class Survey(NamedTuple):
    """What is in a layer and in the layers inside it, each once, under its first name."""

    parameters: list[tuple[str, Variable]]
    state: list[tuple[str, Variable]]  # parameters and buffers
    layers: list[tuple[str, Layer]]


def survey(layer: Holder) -> Survey:
    found = Survey([], [], [])
    _enter(layer, "", found, {id(layer)})
    return found


def _enter(layer: Holder, prefix: str, found: Survey, seen: set[int]) -> None:
    for name, member in members(layer):
        if id(member) in seen:
            continue
        seen.add(id(member))
        if isinstance(member, Variable):
            found.state.append((prefix + name, member))
            if name not in layer._buffer_names:
                found.parameters.append((prefix + name, member))
        else:
            found.layers.append((prefix + name, member))
            _enter(member, f"{prefix}{name}.", found, seen)


# Any: a Variable or a Layer, which is made of what is here.
def members(layer: Holder) -> list[tuple[str, Any]]:
    """Its own parameters and buffers and the layers directly inside it, sorted by name."""
    found: list[tuple[str, Any]] = []
    attributes = layer.__dict__
    for name in layer._member_names:
        value = attributes.get(name)
        if isinstance(value, (Variable, Holder)):
            found.append((name, value))
        elif isinstance(value, CONTAINERS):
            found += _in_container(name, value)
    return found


def _in_container(name: str, container: Iterable[object]) -> Iterator[tuple[str, Holder]]:
    """The layers in it, at any depth: which may be that of a list of a million lists."""
    seen = {id(container)}  # a list may hold itself
    parts: list[object] = [name]  # of the name of what is being looked at
    open_ones = [_items(container)]
    while open_ones:
        for key, value in open_ones[-1]:
            if isinstance(value, Holder):
                yield ".".join(map(str, [*parts, key])), value
            elif isinstance(value, CONTAINERS) and id(value) not in seen:
                seen.add(id(value))
                parts.append(key)
                open_ones.append(_items(value))
                break
        else:
            open_ones.pop()
            parts.pop()


def _items(container: Iterable[object]) -> Iterator[tuple[object, object]]:
    if isinstance(container, dict):
        return iter(sorted(container.items(), key=lambda item: _order(item[0])))
    return iter(enumerate(container))


def _order(key: object) -> tuple[int, int, str]:
    return (0, key, "") if isinstance(key, int) else (1, 0, str(key))
