"""Every public name has a docstring, and the examples in it are true."""

import doctest
import types
import typing
from collections.abc import Iterator
from typing import Any

import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad import (
    data,
    dot,
    hooks,
    layers,
    linalg,
    models,
    numerical,
    optimize,
    optimizers,
    special,
    stats,
)

DENSITIES = [getattr(stats, name) for name in stats.__all__]


def public() -> Iterator[tuple[str, Any]]:
    modules = [cg, F, data, dot, hooks, layers, linalg, models, numerical, optimize, optimizers]
    for module in [*modules, special, stats, *DENSITIES]:
        yield module.__name__, module
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, (str, types.ModuleType)) or typing.get_origin(thing):
                continue
            yield f"{module.__name__}.{name}", thing
            if isinstance(thing, type):
                for member in vars(thing):
                    if member[0] != "_":
                        yield f"{module.__name__}.{name}.{member}", getattr(thing, member)


PUBLIC = dict(public())
COMPUTED_BY_SCIPY = ("cygrad.optimize.", "cygrad.special", "cygrad.stats")
WITH_EXAMPLES = {name: thing for name, thing in PUBLIC.items() if ">>>" in (thing.__doc__ or "")}


@pytest.mark.parametrize("name", PUBLIC)
def test_it_has_a_docstring(name: str) -> None:
    documentation = PUBLIC[name].__doc__
    assert documentation and len(documentation.splitlines()[0]) > 5


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_its_examples_are_true(name: str) -> None:
    if name.startswith(COMPUTED_BY_SCIPY):
        pytest.importorskip("scipy")
    # The finder does not see into compiled modules, so the text is parsed directly.
    test = doctest.DocTestParser().get_doctest(
        WITH_EXAMPLES[name].__doc__, {"__name__": "__main__"}, name, None, 0
    )
    report: list[str] = []
    results = doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    assert results.attempted > 0
    assert results.failed == 0, "".join(report)


OPERATIONS = ("cygrad.functions.", "cygrad.linalg.", "cygrad.special.", "cygrad.stats.")


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, x in PUBLIC.items()
        if n.startswith(OPERATIONS) and not isinstance(x, types.ModuleType)
    ],
)
def test_every_operation_has_an_example(name: str) -> None:
    assert name in WITH_EXAMPLES
