"""The state of a layer with all that is inside it: taken as arrays, and loaded where it fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cygrad.core.variable import _written
from cygrad.layers.archive import Header
from cygrad.layers.named import Parameters
from cygrad.layers.state import AwaitedShape, differences, real_arrays
from cygrad.layers.survey import survey

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike
    from cygrad.layers.layer import Layer

__all__: list[str] = []


def state_of(root: Layer, where: str) -> dict[str, NDArray[np.float64]]:
    found = survey(root)
    for name, layer in [("", root), *found.layers]:
        if layer._awaited_shapes({}, ""):
            raise RuntimeError(
                f"{where}: {layer!r}{name and f', {name!r},'} has no parameters yet, as it has "
                "not seen a batch: call it once, or give its input size"
            )
    return {name: v.data.copy() for name, v in Parameters(found.state)}


class Place(NamedTuple):
    """Where a state goes: what it must be, and who makes parameters of it."""

    expected: dict[str, AwaitedShape]
    waiting: list[tuple[Layer, dict[str, AwaitedShape]]]
    problems: list[str]


def place_for(root: Layer, shapes: Mapping[str, tuple[int, ...]]) -> Place:
    found = survey(root)
    place = Place({}, [], [])
    for name, v in Parameters(found.state):
        place.expected[name] = v.shape
        if not v.data.flags.writeable:
            place.problems.append(f"{name}: this layer's own array is read-only")
    for name, layer in [("", root), *found.layers]:
        prefix = name and name + "."
        awaited = layer._awaited_shapes(shapes, prefix)
        for local, shape in awaited.items():
            place.expected.setdefault(prefix + local, shape)
        if awaited:
            place.waiting.append((layer, awaited))
    return place


def misfits_of(root: Layer, headers: Mapping[str, Header]) -> list[str]:
    """What is wrong with the arrays of a file, as far as their headers tell."""
    shapes = {name: shape for name, (shape, _) in headers.items()}
    problems = differences(place_for(root, shapes).expected, headers, shapes)
    return problems + [
        f"{name}: is not an array of real numbers (dtype {dtype})"
        for name, (_, dtype) in headers.items()
        if dtype.kind not in "biuf"
    ]


def unfit(where: str, problems: list[str]) -> ValueError:
    return ValueError("\n  ".join([f"{where} does not fit, nothing was loaded", *problems]))


def load_into(root: Layer, state: Mapping[str, _ArrayLike], where: str) -> None:
    arrays, problems = real_arrays(state)
    shapes = {name: array.shape for name, array in arrays.items()}
    place = place_for(root, shapes)
    problems = differences(place.expected, state, shapes) + problems + place.problems
    for name, layer in [("", root), *survey(root).layers]:
        prefix = name and name + "."
        for local, refuse in layer._refused_numbers().items():
            if prefix + local in arrays and refuse(arrays[prefix + local]).any():
                problems.append(f"{prefix + local}: is nan or negative where it cannot be")
    if problems:
        raise unfit(where, problems)
    for layer, awaited in place.waiting:
        layer._make_parameters(awaited)
    targets = [(v, v.data, arrays[name]) for name, v in survey(root).state]
    if any(target.shape != array.shape for _, target, array in targets):
        raise ValueError(f"{where}: another thread has changed the layer meanwhile")
    for v, target, array in targets:
        target[...] = array
        _written(v)
