"""Every public name has a docstring with all its parts, and the examples in it are true."""

import doctest
import inspect
import re
import sys
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
from cygrad.optimizers.settings import Setting

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
                for member in [*vars(thing), *inherited(thing)]:
                    if member[0] != "_" and hasattr(thing, member):  # not names of elsewhere.py
                        yield f"{module.__name__}.{name}.{member}", getattr(thing, member)


def inherited(kind: type) -> Iterator[str]:
    """The methods from bases that are not public themselves."""
    for base in kind.__mro__[1:]:
        room = base.__module__.rpartition(".")[0]
        if room.startswith("cygrad.") and not hasattr(sys.modules[room], base.__name__):
            yield from [name for name, thing in vars(base).items() if callable(thing)]


PUBLIC = dict(public())
COMPUTED_BY_SCIPY = ("cygrad.optimize.", "cygrad.special", "cygrad.sparse", "cygrad.stats")
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


# ---- What is in them, section by section (numpydoc) -------------------------------------------

SECTIONS = ["Parameters", "Attributes", "Returns", "Yields", "Raises", "Notes", "Examples"]

# A protocol is not called, so Python gives it whatever parameters there can be.
NOT_CALLED = {"cygrad.optimizers.HasParams"}

# Compiled, so that their signatures do not say that they return nothing.
GIVES_NOTHING = {
    f"cygrad.Variable.{name}"
    for name in ("backward", "cleargrad", "set_creator", "unchain", "unchain_backward")
}

# A setting or a field is a number or an array that can be read: there is nothing to show.
FIELDS = {
    name
    for name, thing in PUBLIC.items()
    if isinstance(thing, Setting) or type(thing).__name__ == "_tuplegetter"
}


def sections(thing: Any) -> dict[str, str]:
    """The sections of a docstring, in its order."""
    parts = re.split(r"^([A-Z][\w ]*)\n-{3,}\n", inspect.getdoc(thing) or "", flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def entries(section: str) -> list[str]:
    """What a section lists, without the types and the descriptions."""
    return [line.split(" : ")[0] for line in section.splitlines() if line and line[0] != " "]


def parameters_of(thing: Any) -> list[str]:
    stars: dict[Any, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
    }
    parameters = inspect.signature(thing).parameters.values()
    return [stars.get(p.kind, "") + p.name for p in parameters if p.name != "self"]


def gives_nothing(name: str, thing: Any) -> bool:
    returns = inspect.signature(thing).return_annotation
    return name in GIVES_NOTHING or returns in (None, "None")


def function_it_refers_to(name: str) -> str | None:
    """Of a method of Variable that is a function, such as x.sum: what its first line names."""
    if not name.startswith("cygrad.Variable."):
        return None
    thing = PUBLIC[name]
    found = re.search(r"`cygrad\.functions\.(\w+)`", (inspect.getdoc(thing) or "").split("\n\n")[0])
    return found[1] if found else None


def is_plain(thing: Any) -> bool:
    """Whether it takes x of any shape, and gives a Variable of x's: its first line says elementwise."""
    summary = (inspect.getdoc(thing) or "").split("\n\n")[0]
    return "elementwise" in summary and parameters_of(thing) == ["x"]


def says_all_in_a_line(name: str) -> bool:
    return function_it_refers_to(name) is not None or is_plain(PUBLIC[name])


CALLED = {name: thing for name, thing in PUBLIC.items() if callable(thing)}
for name in NOT_CALLED:
    del CALLED[name]


@pytest.mark.parametrize("name", PUBLIC)
def test_its_sections_are_in_order(name: str) -> None:
    found = list(sections(PUBLIC[name]))
    assert found == [section for section in SECTIONS if section in found]


@pytest.mark.parametrize("name", CALLED)
def test_its_parameters_are_those_of_the_signature(name: str) -> None:
    named = entries(sections(CALLED[name]).get("Parameters", ""))
    if says_all_in_a_line(name) and not named:
        return
    assert [n for entry in named for n in entry.split(", ")] == parameters_of(CALLED[name])


@pytest.mark.parametrize("name", [n for n, x in CALLED.items() if not isinstance(x, type)])
def test_it_says_what_it_returns(name: str) -> None:
    has = not {"Returns", "Yields"}.isdisjoint(sections(CALLED[name]))
    if says_all_in_a_line(name) and not has:
        return
    assert has is not gives_nothing(name, CALLED[name])


@pytest.mark.parametrize("name", [n for n in CALLED if function_it_refers_to(n)])
def test_a_method_refers_to_a_function_there_is(name: str) -> None:
    assert function_it_refers_to(name) in F.__all__
    assert set(sections(CALLED[name])) <= {"Notes", "Examples"}


@pytest.mark.parametrize(
    "name", [n for n, x in PUBLIC.items() if not isinstance(x, types.ModuleType)]
)
def test_it_has_an_example(name: str) -> None:
    assert (name in WITH_EXAMPLES) is not (name in FIELDS)


OPERATIONS = ("cygrad.functions.", "cygrad.linalg.", "cygrad.special.", "cygrad.stats.")


@pytest.mark.parametrize("name", [n for n, x in CALLED.items() if n.startswith(OPERATIONS)])
def test_an_operation_has_its_formula(name: str) -> None:
    """What the values are, and the gradients; where two people could mean different things."""
    assert "Notes" in sections(CALLED[name])


@pytest.mark.parametrize("name", [n for n, x in PUBLIC.items() if isinstance(x, types.ModuleType)])
def test_a_module_says_what_is_in_it(name: str) -> None:
    words = set(re.findall(r"\w+", PUBLIC[name].__doc__))
    missing = set(PUBLIC[name].__all__) - words - {"__version__", "functions"}
    how = "; .ci/build puts them there" if PUBLIC[name] is F else ""
    assert not missing, f"{missing} want a place in the docstring of {PUBLIC[name].__file__}{how}"
