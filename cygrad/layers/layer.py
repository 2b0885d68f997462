"""Layer: parameters, and layers inside layers, under dotted names.

What a layer holds is found in its attributes (survey.py); what is computed with it is in its
`forward`. How a state is loaded is in loading.py; how it becomes a file, in archive.py; layers that
wait for their first batch are in lazy.py.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cygrad.core.repetition import LAYERS, UNDER_WAY, keep_layer
from cygrad.core.variable import Variable
from cygrad.elsewhere import checks_arguments, named_elsewhere
from cygrad.layers.archive import Header, read_archive, write_archive
from cygrad.layers.loading import load_into, misfits_of, state_of, unfit
from cygrad.layers.named import Named, Parameters
from cygrad.layers.state import AwaitedShape
from cygrad.layers.survey import CONTAINERS, Holder, members, survey

if TYPE_CHECKING:
    from cygrad.core.variable import _ArrayLike

__all__ = ["Layer", "Layers"]

# What each thread is in the middle of, for layers that hold each other.
_under_way: set[tuple[str, int, int]] = set()

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class _Forward(Protocol[P, R_co]):
    """A layer whose forward takes P and returns an R_co: so does a call of it."""

    def forward(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...


@named_elsewhere
class Layer(Holder):
    """A function with parameters, which may be made of other layers.

    A subclass makes its parameters and layers, mostly in ``__init__``, and computes in
    ``forward``; a layer is called, ``layer(x)``.

    Notes
    -----
    Assigning a Variable to an attribute makes it a parameter if the name does not begin with an
    underscore and the Variable is a leaf that requires gradients; assigning None, or anything that
    is not a Variable, ends it. A frozen parameter (``layer.w.requires_grad = False`` afterwards)
    remains one, and is saved. ``layer.w -= ...`` is an update in place inside ``no_grad``; elsewhere
    it would assign a result, which is no leaf, and is a TypeError, as is an array or a number over
    a parameter. And ``self.w = cg.randn(3) * 0.1`` in a constructor is a ValueError: make it whole,
    ``cg.normal(3, std=0.1)``.

    Attributes that are layers, or lists, tuples or dicts of layers, belong to the layer;
    they are looked for whenever they are needed, so a list may grow. A layer or a parameter
    that is met twice counts once, under the first of its names. Names are sorted part by part,
    positions in a list by their number. Variables in lists are not parameters.

    Layers can be pickled and copied with copy.deepcopy; a copy leaves the graph behind.

    Examples
    --------
    >>> import cygrad as cg
    >>> import cygrad.functions as F
    >>> import cygrad.layers as L
    >>> class Line(L.Layer):
    ...     def __init__(self, slope: float) -> None:
    ...         self.slope = cg.Variable(slope)
    ...         self.offset = cg.Variable(0.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line(2.0)
    >>> F.sum(line([1.0, 2.0])).backward()
    >>> for name, parameter in line.params():
    ...     print(name, parameter, parameter.grad)
    offset variable(0.0) variable(2.0)
    slope variable(2.0) variable(3.0)
    """

    def __call__(self: _Forward[P, R_co], *args: P.args, **kwargs: P.kwargs) -> R_co:
        if UNDER_WAY:
            keep_layer(self)
        return self.forward(*args, **kwargs)

    # Any: what type checkers let an override narrow to parameters of its own.
    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the layer computes; a subclass defines it.

        Parameters
        ----------
        *args, **kwargs
            What the layer is called with.

        Returns
        -------
        object
            What the call of the layer returns; mostly a Variable.

        Raises
        ------
        NotImplementedError
            If the subclass does not define it.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> class Square(L.Layer):
        ...     def forward(self, x):
        ...         return x * x
        >>> import cygrad as cg
        >>> Square()(cg.Variable(3.0))
        variable(9.0)
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward method")

    # ---- Attributes ---------------------------------------------------------------------------

    def __setattr__(self, name: str, value: object) -> None:
        if UNDER_WAY:
            keep_layer(self)
        if isinstance(value, Variable):
            belongs = (
                value.requires_grad and value.creator is None and not name.startswith("_")
            ) or name in self._buffer_names
            if not belongs and isinstance(self.__dict__.get(name), Variable):
                self._refuse_to_end(name, value)
            if value.creator is not None and not name.startswith("_"):
                self._refuse_to_begin(name, value.creator.name)
        else:
            parts = value if isinstance(value, tuple) else (value,)
            belongs = any(isinstance(part, (Layer, *CONTAINERS)) for part in parts)
            if not (belongs or value is None) and isinstance(self.__dict__.get(name), Variable):
                self._refuse_to_end(name, value)
        object.__setattr__(self, name, value)
        if belongs != (name in self._member_names):
            self._register(name, belongs)

    def _refuse_to_begin(self, name: str, operation: str) -> None:
        """`self.w = cg.randn(3) * 0.1` in a constructor would be a parameter that is never trained.

        Elsewhere a result may be assigned: the state of a recurrent layer is one.
        """
        if sys._getframe(2).f_code.co_name == "__init__":
            raise ValueError(
                f"{type(self).__name__}.{name} would be the result of {operation}, which is no "
                "leaf and no parameter: make it whole, as cg.normal(shape, std=0.1) does"
            )

    def _refuse_to_end(self, name: str, value: object) -> None:
        """`layer.w -= ...` would end the parameter, and training would go on without it."""
        if name in self._member_names:
            what = "a Variable that requires no gradient"
            if not isinstance(value, Variable):
                what = f"an object of type {type(value).__name__}"
            elif value.creator is not None:
                what = f"the result of {value.creator.name}"
            kind, way = "parameter", ", or the parameter itself inside no_grad"
            if name in self._buffer_names:
                kind, way = "buffer", ""
            raise TypeError(
                f"{type(self).__name__}.{name} is a {kind}, and {what} is none: update its "
                f".data{way}, or assign None first"
            )

    def __delattr__(self, name: str) -> None:
        if UNDER_WAY:
            keep_layer(self)
        object.__delattr__(self, name)
        self._register(name, False)

    def _register(self, name: str, belongs: bool) -> None:
        names = {*self._member_names, name} if belongs else {*self._member_names} - {name}
        object.__setattr__(self, "_member_names", tuple(sorted(names)))
        if not belongs:
            object.__setattr__(self, "_buffer_names", self._buffer_names - {name})

    def register_buffer(self, name: str, value: _ArrayLike) -> None:
        """Make an attribute that is saved but not trained, such as a running mean.

        Parameters
        ----------
        name : str
            What to call it. A Variable that is assigned to this name later is saved as well.
        value : Variable or array_like
            A Variable is taken as it is, and its ``requires_grad`` set to False.

        Raises
        ------
        ValueError
            If the Variable is the result of an operation, or the name has a dot.
        TypeError
            If the name is no str.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> layer = L.Layer()
        >>> layer.register_buffer("count", 0.0)
        >>> layer.count, len(layer.params()), layer.state_dict()
        (variable(0.0), 0, {'count': array(0.)})
        """
        if type(name) is not str:
            raise TypeError(
                f"{type(self).__name__}.register_buffer: name must be a str, not "
                f"{type(name).__name__}"
            )
        buffer = value if isinstance(value, Variable) else Variable(value)
        if buffer.creator is not None:
            raise ValueError(
                f"{type(self).__name__}.register_buffer: {name!r} is the result of an operation; "
                "a buffer is a leaf"
            )
        if "." in name:
            raise ValueError(f"{type(self).__name__}.register_buffer: {name!r} has a dot")
        buffer.requires_grad = False
        object.__setattr__(self, name, buffer)
        object.__setattr__(self, "_buffer_names", self._buffer_names | {name})
        self._register(name, True)

    # ---- Parameters and layers ----------------------------------------------------------------

    def params(self) -> Parameters:
        """The parameters of this layer and of the layers inside it.

        Returns
        -------
        Parameters
            (dotted name, Variable), sorted by name. A layer that does not know its input size has
            its parameters from its first call on.

        Raises
        ------
        ValueError
            If two have the same name, as keys of a dict with dots in them can have it.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> net = L.Sequential(L.Linear(3, in_size=2), L.Linear(1, in_size=3, bias=False))
        >>> [(name, parameter.shape) for name, parameter in net.params()]
        [('steps.0.b', (3,)), ('steps.0.w', (2, 3)), ('steps.1.w', (3, 1))]
        """
        return Parameters(survey(self).parameters)

    def layers(self) -> Layers:
        """The layers inside this one, at any depth.

        Returns
        -------
        Layers
            (dotted name, Layer), sorted by name.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> net = L.Sequential(L.Linear(3), L.Dropout(0.1))
        >>> for name, layer in net.layers():
        ...     print(name, layer)
        steps.0 Linear(3)
        steps.1 Dropout(0.1)
        """
        return Layers(survey(self).layers)

    def cleargrads(self) -> None:
        """Forget the gradients of all parameters.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> layer = L.Linear(1, rng=0)
        >>> layer([[1.0, 2.0]]).backward()
        >>> layer.cleargrads()
        >>> layer.w.grad is None
        True
        """
        for _, parameter in survey(self).parameters:
            parameter.cleargrad()

    def reset_state(self) -> None:
        """Forget what recurrent layers remember of earlier calls, here and in the layers inside.

        A layer with a state of its own overrides this.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> net = L.Sequential(L.RNN(2, rng=0), L.Linear(1, rng=0))
        >>> a = net([[1.0]])
        >>> b = net([[1.0]])         # the RNN remembers
        >>> net.reset_state()
        >>> c = net([[1.0]])
        >>> a.item() == b.item(), a.item() == c.item()
        (False, True)
        """
        step = ("reset_state", id(self), get_ident())
        if step in _under_way:
            return
        _under_way.add(step)
        try:
            for _, member in members(self):
                if isinstance(member, Layer):
                    member.reset_state()
        finally:
            _under_way.discard(step)

    # ---- State --------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, NDArray[np.float64]]:
        """Copies of all parameters and buffers, as arrays.

        Returns
        -------
        dict of str to ndarray
            By dotted name, sorted.

        Raises
        ------
        RuntimeError
            If a layer inside does not have its parameters yet.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> L.LayerNorm(2).state_dict()
        {'beta': array([0., 0.]), 'gamma': array([1., 1.])}
        """
        return state_of(self, f"{type(self).__name__}.state_dict")

    def load_state_dict(self, state: Mapping[str, _ArrayLike]) -> None:
        """Set all parameters and buffers, in the memory that they have.

        A layer that does not know its input size yet takes it from the state.

        Parameters
        ----------
        state : mapping of str to array_like
            As `state_dict` returns it.

        Raises
        ------
        ValueError
            If names or shapes differ: the message lists every difference, and nothing is changed.
        TypeError
            If it is not a mapping.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> layer = L.Linear(1)
        >>> layer.load_state_dict({"w": [[1.0], [2.0]], "b": [3.0]})
        >>> layer
        Linear(1, in_size=2)
        >>> layer.w
        variable([[1.],
                  [2.]])
        >>> layer.load_state_dict({"w": [1.0, 2.0]})
        Traceback (most recent call last):
            ...
        ValueError: Linear.load_state_dict: the state does not fit, nothing was loaded
          missing: b
          w: has shape (2,), where (2, 1) is needed
        """
        where = f"{type(self).__name__}.load_state_dict"
        if not isinstance(state, Mapping):
            raise TypeError(f"{where}: the state must be a dict, not {type(state).__name__}")
        load_into(self, dict(state), f"{where}: the state")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all parameters and buffers to a file, in NumPy's npz format.

        What was in the file is replaced only when the new one is complete.

        Parameters
        ----------
        path : str or path-like
            Used as it is: no suffix is added.

        Raises
        ------
        RuntimeError
            If a layer inside does not have its parameters yet.
        ValueError
            If there is something at the path that is not a file.
        OSError
            If it cannot be written.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import cygrad.layers as L
        >>> import numpy as np
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "linear.npz"
        ...     L.Linear(3, in_size=2).save(path)
        ...     with np.load(path) as archive:
        ...         print(archive["w"].shape, archive["b"].shape)
        (2, 3) (3,)
        """
        where = f"{type(self).__name__}.save"
        state = state_of(self, where)
        try:
            write_archive(path, state)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error

    def load(self, path: str | os.PathLike[str]) -> None:
        """Read all parameters and buffers from a file that `save` wrote.

        Nothing in the file is run, and nothing is changed unless all of it fits.

        Parameters
        ----------
        path : str or path-like
            The file.

        Raises
        ------
        ValueError
            If names or shapes differ from this layer's; if the file is damaged or something else.
        OSError
            If it cannot be read.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import cygrad.layers as L
        >>> layer = L.Linear(3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "linear.npz"
        ...     L.Linear(3, in_size=2).save(path)
        ...     layer.load(path)
        >>> layer
        Linear(3, in_size=2)
        """
        where = f"{type(self).__name__}.load"
        what = f"{where}: {os.fsdecode(path)!r}"
        misfits: list[str] = []

        def check(headers: Mapping[str, Header]) -> None:
            misfits.extend(misfits_of(self, headers))
            if misfits:
                raise ValueError("the headers do not fit")

        try:
            state = read_archive(path, check)
        except ValueError as error:
            if misfits:
                raise unfit(what, misfits) from None
            raise ValueError(f"{where}: {error}") from error
        load_into(self, state, what)

    # ---- For layers that wait for their first batch (lazy.py) ---------------------------------

    def _awaited_shapes(
        self, shapes: Mapping[str, tuple[int, ...]], prefix: str
    ) -> dict[str, AwaitedShape]:
        """The shapes of parameters that are not there yet, as far as `shapes` decide them."""
        return {}

    def _make_parameters(self, shapes: Mapping[str, AwaitedShape]) -> None:
        """Make the parameters that were awaited."""

    def _refused_numbers(self) -> dict[str, Callable[[NDArray[np.float64]], NDArray[np.bool_]]]:
        """Which numbers a state cannot have, for those arrays where not all can be."""
        return {}

    # ---- How it shows itself ------------------------------------------------------------------

    def __repr__(self) -> str:
        step = ("repr", id(self), get_ident())
        if step in _under_way:
            return "..."
        _under_way.add(step)
        try:
            title = f"{type(self).__name__}({self._repr_arguments()}"
            lines = [
                f"  {name}: " + part.replace("\n", "\n  ") for name, part in self._repr_parts()
            ]
        finally:
            _under_way.discard(step)
        return "\n".join([title, *lines, ")"]) if lines else title + ")"

    def _repr_parts(self) -> list[tuple[str, str]]:
        """What `repr` shows inside the layer: names, and what is called so."""
        return [(name, repr(part)) for name, part in members(self) if isinstance(part, Layer)]

    def _repr_arguments(self) -> str:
        """What `repr` shows of the layer itself."""
        own = [(name, v) for name, v in members(self) if isinstance(v, Variable)]
        return ", ".join(f"{name}={v.shape}" for name, v in own)


@checks_arguments
class CheckedLayer(Layer):
    """A layer of ours: arguments that other libraries have are refused with what to write."""


LAYERS.append(Layer)


class Layers(Named[Layer]):
    """The layers inside a layer, at any depth, each once, sorted by name.

    Iterating gives (dotted name, Layer); indexing by name gives the Layer.

    Parameters
    ----------
    pairs : iterable of (str, Layer), optional
        Names and what has them, in the order of the names; none at first.
        `Layer.layers` makes it.

    Raises
    ------
    ValueError
        If two have the same name.
    KeyError
        When it is indexed by a name that is not there.

    Examples
    --------
    >>> import cygrad.layers as L
    >>> L.Sequential(L.Linear(3), L.Linear(1)).layers()
    Layers(
      steps.0: Linear
      steps.1: Linear
    )
    """
