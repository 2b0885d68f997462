"""A walk over the graph behind variables, in Python; the backward pass has its own, in C."""

from collections.abc import Iterable, Iterator

from cygrad.core.function import Function
from cygrad.core.variable import Variable


def functions_behind(ys: Iterable[Variable]) -> Iterator[Function]:
    """The Functions that the variables were computed by, directly or not, each once.

    Depth first, inputs from left to right: the order depends on the graph alone.
    """
    seen: dict[int, Function] = {}  # by id, and held, so that no id is given to another meanwhile
    waiting = [y.creator for y in reversed(list(ys))]
    while waiting:
        f = waiting.pop()
        if f is None or id(f) in seen:
            continue
        seen[id(f)] = f
        yield f
        waiting.extend(x.creator for x in reversed(f.inputs))
