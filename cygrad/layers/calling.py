"""functional_call: a layer as a function of its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from cygrad.core.repetition import UNDER_WAY, keep_layer
from cygrad.core.variable import Variable
from cygrad.functions.operation import as_variable
from cygrad.layers.layer import Layer
from cygrad.layers.named import Parameters
from cygrad.layers.state import differences
from cygrad.layers.survey import survey

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["functional_call"]

P = ParamSpec("P")
R = TypeVar("R")


# Any: layers of users, whose forward takes and gives what it likes.
def functional_call(
    model: Callable[P, R],
    params: Mapping[str, _ArrayLike] | Parameters,
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Call a layer or a model with other parameters than its own.

    Parameters
    ----------
    model : Layer
        What is called.
    params : dict of str to Variable or array_like
        By the dotted names of the model's own: ``dict(model.params())`` has all parameters,
        `state_dict` copies, with the buffers. What is not in it stays the model's own. Gradients
        flow to Variables, and to what a transform differentiates by.
    *args, **kwargs
        What the model is called with.

    Returns
    -------
    object
        What the model returns.

    Raises
    ------
    ValueError
        If the model has no parameter or buffer of such a name, or of another shape: the message
        lists every difference, and the model is not called.
    TypeError
        If the model is no layer, params no dict, or a value no real numbers.

    Notes
    -----
    As ``torch.func.functional_call``. The model has the given parameters while it runs, and its own
    again afterwards, also after an error; a parameter that is shared is replaced wherever it is.
    Calls may be nested. But another thread that uses the same model meanwhile meets the given
    ones: threads need models of their own (``copy.deepcopy``).

    What the model changes of itself while it runs is changed as in any call: the state of a
    recurrent layer, and running statistics, unless these are in `params` too; those are then
    changed in the memory that is given.

    Examples
    --------
    >>> import cygrad as cg, cygrad.functions as F
    >>> import cygrad.layers as L
    >>> import numpy as np
    >>> line = L.Linear(1, in_size=1, rng=0)
    >>> def loss(params, x, t):
    ...     return F.sum((cg.functional_call(line, params, x) - t) ** 2)
    >>> params = {"w": np.array([[2.0]]), "b": np.array([1.0])}
    >>> cg.grad(loss)(params, [[1.0], [2.0]], [[3.0], [6.0]])
    {'w': array([[-4.]]), 'b': array([-2.])}
    """
    call = model
    if not isinstance(model, Layer):
        raise TypeError(f"functional_call: model must be a layer, not {type(model).__name__}")
    if not isinstance(params, (Mapping, Parameters)):
        raise TypeError(
            f"functional_call: params must be a dict, not {type(params).__name__}; "
            "dict(model.params()) is one"
        )
    where = f"functional_call: {type(model).__name__}'s"
    given = {name: as_variable(x, f"{where} {name}") for name, x in dict(params).items()}
    places = _places(model, given)
    before = [(attributes, name, attributes[name]) for attributes, name, _ in places]
    try:
        for attributes, name, parameter in places:
            attributes[name] = parameter
        return call(*args, **kwargs)
    finally:
        for attributes, name, own in before:
            attributes[name] = own


def _places(
    model: Layer, given: Mapping[str, Variable]
) -> list[tuple[dict[str, Any], str, Variable]]:
    """Where the given go: attributes of a layer, a name there, and what is assigned to it."""
    found = survey(model)
    state = dict(Parameters(found.state))
    shapes = {name: v.shape for name, v in given.items()}
    problems = [
        line
        for line in differences({name: v.shape for name, v in state.items()}, given, shapes)
        if not line.startswith("missing")
    ]
    layers = [("", model), *found.layers]
    if problems:
        problems += [
            f"{name or 'it'}: {layer!r} has no parameters yet, as it has not seen a batch"
            for name, layer in layers
            if layer._awaited_shapes({}, "")
        ]
        raise ValueError("\n  ".join(["functional_call: params do not fit the model", *problems]))
    new = {id(state[name]): v for name, v in given.items()}
    places = []
    for _, layer in layers:
        held = [
            (name, new[id(value)])
            for name in layer._member_names
            if id(value := layer.__dict__.get(name)) in new
        ]
        if held and UNDER_WAY:
            keep_layer(layer)  # as it is
        places += [(layer.__dict__, name, v) for name, v in held]
    return places
