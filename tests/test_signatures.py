"""`inspect.signature` and `help` show the parameters of every public name, constructors included."""

import inspect
import pydoc
from typing import Any, Self

import pytest
from test_docstrings import PUBLIC

import cygrad as cg
from cygrad import functions as F
from cygrad.core.mode import tracing, unrecorded

# A protocol is not called, so Python gives it whatever parameters there can be.
PROTOCOLS = {name for name, thing in PUBLIC.items() if getattr(thing, "_is_protocol", False)}
CALLABLE = [name for name, thing in PUBLIC.items() if callable(thing) and name not in PROTOCOLS]


def shown(thing: Any) -> str:
    """The signature without annotations, which compiled code has in its stubs."""
    signature = inspect.signature(thing)
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty))


@pytest.mark.parametrize("name", CALLABLE)
def test_a_public_name_has_a_signature(name: str) -> None:
    assert shown(PUBLIC[name]) not in ("(*args, **kwargs)", "(self, /, *args, **kwargs)")


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (cg.Variable, "(data, name=None, requires_grad=True)"),
        (cg.Variable.backward, "(self, /, retain_grad=False, create_graph=False)"),
        (cg.Variable(1.0).backward, "(retain_grad=False, create_graph=False)"),
        (cg.Variable.reshape, "(self, /, *shape)"),
        (cg.Variable.sum, "(self, /, axis=None, keepdims=False, *, dtype=None, out=None)"),
        (cg.Function, "()"),
        (cg.Function.forward, "(self, /, *arrays)"),
        (cg.Function.backward, "(self, /, *gys)"),
        (cg.no_grad, "()"),
        (cg.test_mode, "()"),
        (tracing, "()"),
        (unrecorded, "()"),
        (cg.grad, "(f, argnums=0, has_aux=False)"),
        (F.sin, "(x)"),
        (F.conv2d, "(x, w, b=None, stride=1, padding=0, dilation=1)"),
        (F.gelu, "(x, approximate='tanh')"),
    ],
)
def test_signatures(thing: Any, expected: str) -> None:
    assert shown(thing) == expected


def test_a_subclass_shows_its_own_parameters() -> None:
    class Scale(cg.Function):
        def __init__(self, factor: float = 2.0) -> None:
            self.factor = factor

    class Sine(cg.Function):
        pass

    assert shown(Scale) == "(factor=2.0)"
    assert shown(Sine) == "()"


def test_a_constructor_that_is_inherited_shows_its_parameters() -> None:
    class Inner(cg.layers.GRU):
        pass

    class Made(cg.layers.GRU):
        def __new__(cls, size: int) -> Self:
            return super().__new__(cls)

    for kind in (Inner, cg.layers.GRU, cg.optimizers.Adam):
        # CPython 3.11.2 would take a `__new__` in Python that is inherited, even for such a class.
        assert not inspect.isfunction(kind.__new__)
    assert shown(Inner) == shown(cg.layers.GRU) == "(hidden_size, in_size=None, rng=None)"
    assert shown(Made) == "(size)"


def test_a_signature_is_no_part_of_the_docstring() -> None:
    first = [inspect.getdoc(kind) or "" for kind in (cg.Variable, cg.Function, cg.no_grad)]
    assert [text.split()[0] for text in first] == ["A", "An", "Context"]


@pytest.mark.parametrize(
    ("thing", "line"),
    [
        (cg.Variable, "class Variable(builtins.object)\n |  Variable(data, name=None, requires_"),
        (cg.Variable.backward, "backward(self, /, retain_grad=False, create_graph=False)"),
        (F.softmax, "softmax(x, axis=-1)"),
    ],
)
def test_help_begins_with_the_signature(thing: Any, line: str) -> None:
    assert line in pydoc.plain(pydoc.render_doc(thing))
