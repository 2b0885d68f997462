"""Structures: dicts, lists, tuples and named tuples, nested, with anything else as their leaves.

None has no leaves, and is kept where it stands. A template is a structure whose leaves are 0, 1, 2 and
so on, in the order in which they are met. Any: structures and leaves of any kind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

__all__ = ["is_structure", "leaves", "map_leaves", "match", "rebuild", "template"]


DEEPEST = 200


def is_structure(x: Any) -> bool:
    return isinstance(x, (dict, list, tuple))


def map_leaves(function: Callable[[Any], Any], tree: Any, depth: int = 0) -> Any:
    """The structure with function(leaf) in place of each leaf."""
    if depth > DEEPEST:
        raise ValueError(
            f"dicts, lists and tuples are nested more than {DEEPEST} deep, or contain themselves"
        )
    if isinstance(tree, dict):
        if type(tree) is dict:
            return {key: map_leaves(function, value, depth + 1) for key, value in tree.items()}
        from copy import copy  # rarely needed, and not loaded by NumPy

        mapped = copy(tree)  # a defaultdict, for one, is not made from pairs alone
        for key, value in tree.items():
            mapped[key] = map_leaves(function, value, depth + 1)
        return mapped
    if isinstance(tree, (list, tuple)):
        items = [map_leaves(function, item, depth + 1) for item in tree]
        if type(tree) is list:
            return items
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    return None if tree is None else function(tree)


def leaves(tree: Any) -> list[Any]:
    found: list[Any] = []
    map_leaves(found.append, tree)
    return found


def template(tree: Any) -> Any:
    places = count()
    return map_leaves(lambda leaf: next(places), tree)


def rebuild(places: Any, values: Sequence[Any]) -> Any:
    """The structure of a template with these leaves."""
    return map_leaves(values.__getitem__, places)


def match(places: Any, tree: Any, what: str) -> list[Any]:
    """The leaves of a tree of the same structure; one of them may be a list that is an array."""
    found: list[Any] = []
    _match(places, tree, what, found)
    return found


def _match(places: Any, tree: Any, what: str, found: list[Any]) -> None:
    if isinstance(places, int):
        found.append(tree)
    elif isinstance(places, dict):
        if not isinstance(tree, dict) or tree.keys() != places.keys():
            keys = sorted(map(str, places))
            raise ValueError(f"{what}: a dict with the keys {keys} is needed, not {_kind(tree)}")
        for key, value in places.items():
            _match(value, tree[key], what, found)
    elif isinstance(places, (list, tuple)):
        kind = "list" if isinstance(places, list) else "tuple"
        if not isinstance(tree, (list, tuple)) or len(tree) != len(places):
            raise ValueError(f"{what}: a {kind} of {len(places)} is needed, not {_kind(tree)}")
        for place, item in zip(places, tree, strict=True):
            _match(place, item, what, found)
    elif tree is not None:
        raise ValueError(f"{what}: None is needed, not {_kind(tree)}")


def _kind(tree: Any) -> str:
    if isinstance(tree, dict):
        return f"one with {sorted(map(str, tree))}"
    if isinstance(tree, (list, tuple)):
        return f"a {type(tree).__name__} of {len(tree)}"
    return f"a {type(tree).__name__}"
