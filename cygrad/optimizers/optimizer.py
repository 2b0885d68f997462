"""Optimizer: what all update rules have in common.

Which parameters a step is about, the hooks before it, and what is saved and loaded. The rules are
in rules.py; the step itself is compiled, in step.pyx.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NoReturn, Protocol, Self, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from cygrad.core.tape import anew, is_taped, refuse
from cygrad.core.variable import Variable
from cygrad.elsewhere import named_elsewhere
from cygrad.optimizers.settings import Configured, Number, check_keys, taken
from cygrad.optimizers.step import State, ready, step

__all__ = ["HasParams", "Hook", "Optimizer", "Target"]


class HasParams(Protocol):
    """Layers and models: what has parameters, each with a name.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.optimizers import SGD
    >>> class Point:
    ...     def __init__(self):
    ...         self.x = cg.Variable(2.0)
    ...     def params(self):
    ...         return [("x", self.x)]
    >>> point = Point()
    >>> (point.x * point.x).backward()
    >>> SGD(lr=0.25).update(point); point.x
    variable(1.0)
    """

    def params(self) -> Iterable[tuple[str, Variable]]:
        """The parameters.

        Returns
        -------
        iterable of (str, Variable)
            With dotted names, sorted by them.

        Examples
        --------
        >>> import cygrad.layers as L
        >>> [name for name, parameter in L.Linear(3, in_size=2).params()]
        ['b', 'w']
        """


Target: TypeAlias = HasParams | Variable | Iterable[Variable] | Iterable[tuple[str, Variable]]
Hook: TypeAlias = Callable[[list[Variable]], object]


@named_elsewhere
class Optimizer(Configured, ABC):
    """An update rule with its learning rate, its hooks, and its memory of each parameter.

    It is not made itself; `SGD`, `Adam` and the others are.

    Parameters
    ----------
    lr : float
        The learning rate, 0 or more; it may be assigned at any time.
    hooks : iterable of callable, optional
        Called in this order before each update, with the list of the parameters that have
        gradients. `cygrad.hooks` has some.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, also when it is assigned later.
    TypeError
        If a hook is not callable; if an optimizer is copied or pickled, as it belongs to its
        Variables.

    Notes
    -----
    A parameter is updated in place, so ``.data`` stays on the same memory; one without a gradient,
    or with ``requires_grad=False``, is left alone, and its count of steps does not advance. What is
    remembered of a parameter belongs to that Variable; when that is no more, it is forgotten in the
    next update.

    Examples
    --------
    >>> from cygrad.hooks import ClipGrad
    >>> from cygrad.optimizers import Adam
    >>> optimizer = Adam(lr=0.1, hooks=[ClipGrad(1.0)])
    >>> optimizer.lr /= 2
    >>> optimizer.lr
    0.05
    """

    lr = Number("float: the learning rate, 0 or more.")

    _arrays: ClassVar[tuple[str, ...]] = ()  # the names of the rule's states

    def __init__(self, lr: float, hooks: Iterable[Hook] = ()) -> None:
        self.lr = lr
        self.hooks: list[Hook] = []
        self._target: HasParams | list[Variable] | None = None
        self._states: dict[int, State] = {}
        if not isinstance(hooks, Iterable):
            raise TypeError(f"{type(self).__name__}: hooks must be a list: hooks=[...]")
        for hook in hooks:
            self.add_hook(hook)

    @abstractmethod
    def _rule(self) -> int:
        """The number of the kernel."""

    @abstractmethod
    def _constants(self, number: int) -> tuple[float, ...]:
        """The constants of kernels/updates.def, in the step of this number (1 is the first)."""

    def setup(self, model: Target) -> Self:
        """Remember what to update, so that `update` needs no argument.

        Parameters
        ----------
        model : layer, model, Variable or iterable of Variable
            Of a layer or model the parameters are asked for at each update. An iterable may have
            (name, Variable) pairs, as ``layer.params()`` has.

        Returns
        -------
        Optimizer
            Itself.

        Raises
        ------
        TypeError
            If it is none of these.
        ValueError
            If an iterable is empty.

        Examples
        --------
        >>> import cygrad as cg
        >>> from cygrad.optimizers import SGD
        >>> x = cg.Variable(3.0)
        >>> optimizer = SGD(lr=0.5).setup(x)
        >>> (x * x).backward()
        >>> optimizer.update()
        >>> x
        variable(0.0)
        """
        refuse("an optimizer is set up")
        where = f"{type(self).__name__}.setup"
        target = self._resolved(model, where)
        _named(target, where)
        self._target = target
        return self

    def add_hook(self, hook: Hook) -> None:
        """Have a hook called before each update, after those that are there.

        Parameters
        ----------
        hook : callable
            Called with the list of the parameters that have gradients; what it returns is not
            looked at.

        Raises
        ------
        TypeError
            If it is not callable.

        Examples
        --------
        >>> import cygrad as cg
        >>> from cygrad.hooks import ClipValue
        >>> from cygrad.optimizers import SGD
        >>> x = cg.Variable(2.0)
        >>> optimizer = SGD(lr=1.0)
        >>> optimizer.add_hook(ClipValue(0.5))
        >>> (x * x).backward()
        >>> optimizer.update(x); x
        variable(1.5)
        """
        if not callable(hook):
            raise TypeError(
                f"{type(self).__name__}.add_hook: a hook must be callable, not "
                f"{type(hook).__name__}"
            )
        refuse("a hook is added to an optimizer")
        self.hooks.append(hook)

    def update(self, model: Target | None = None) -> None:
        """One step of every parameter that has a gradient.

        Parameters
        ----------
        model : layer, model, Variable or iterable of Variable, optional
            What `setup` remembered if not given. A Variable that comes twice is updated once.

        Raises
        ------
        RuntimeError
            If there is no model, here or from `setup`; if no parameter has a gradient.
        TypeError
            If the model is none of these.
        ValueError
            If there are no parameters at all, if a parameter is no leaf, if its memory is
            read-only, or if shapes do not fit: its gradient's, or what is remembered of it. No
            parameter has changed then.

        Examples
        --------
        >>> import cygrad as cg
        >>> from cygrad.optimizers import SGD
        >>> x, y = cg.Variable(2.0), cg.Variable(3.0)
        >>> (x * x).backward()
        >>> SGD(lr=0.25).update([x, y])
        >>> x, y                        # y has no gradient
        (variable(1.0), variable(3.0))
        """
        if is_taped():
            anew(self._update, model)
        else:
            self._update(model)

    def _update(self, model: Target | None) -> None:
        where = f"{type(self).__name__}.update"
        target = self._resolved(model, where)
        parameters = _parameters(target, where)
        if not parameters:
            raise ValueError(
                f"{where}: there are no parameters in the {type(target).__name__}; a layer that "
                "takes its input size from the first batch has none before it, and Variables in a "
                "list are none: make them attributes of a layer"
            )
        if self.hooks:
            with_gradients = ready(parameters, where)
            for hook in self.hooks:
                hook(with_gradients)
        step(self._rule(), parameters, self._states, self._constants, where)

    # Any: numbers and arrays, by names that types do not know.
    def state_dict(self, model: Target | None = None) -> dict[str, Any]:
        """The settings and what is remembered of each parameter, as `numpy.savez` takes them.

        Parameters
        ----------
        model : layer, model, Variable or iterable of Variable, optional
            What `setup` remembered if not given.

        Returns
        -------
        dict of str to float, int, bool or ndarray
            Settings by their names; ``"NAME.steps"`` and copies of the rule's arrays, such as
            ``"NAME.m"``, for each parameter. NAME is the dotted name of a layer's parameter, the
            place of one in a list.

        Raises
        ------
        RuntimeError
            If there is no model, here or from `setup`.
        TypeError
            If the model is none of these.

        Examples
        --------
        >>> import cygrad as cg
        >>> from cygrad.optimizers import Momentum
        >>> x = cg.Variable(3.0)
        >>> optimizer = Momentum(lr=0.1).setup(x)
        >>> (x * x).backward()
        >>> optimizer.update()
        >>> optimizer.state_dict()
        {'lr': 0.1, 'momentum': 0.9, 'nesterov': False, '0.steps': 1, '0.buffer': array(6.)}
        """
        refuse("the state of an optimizer is read")
        where = f"{type(self).__name__}.state_dict"
        saved: dict[str, Any] = {name: getattr(self, name) for name in self._settings()}
        for name, p in _named(self._resolved(model, where), where):
            state = self._states.get(id(p))
            if state is None or not state.belongs_to(p):
                saved[f"{name}.steps"] = 0
                continue
            saved[f"{name}.steps"] = state.steps
            for field, array in zip(self._arrays, state.arrays(), strict=True):
                saved[f"{name}.{field}"] = array
        return saved

    def load_state_dict(self, state: Mapping[str, Any], model: Target | None = None) -> None:
        """Take over what `state_dict` gave, so that updates go on bit for bit as they would have.

        Parameters
        ----------
        state : mapping of str to number or ndarray
            Of the same kind of optimizer, for parameters of the same names and shapes; what
            ``numpy.load`` gives will do. Arrays are copied.
        model : layer, model, Variable or iterable of Variable, optional
            What `setup` remembered if not given.

        Raises
        ------
        ValueError, TypeError
            If the state does not fit, naming what differs. Nothing has changed then.
        RuntimeError
            If there is no model, here or from `setup`.

        Examples
        --------
        >>> import cygrad as cg
        >>> from cygrad.optimizers import Momentum
        >>> x = cg.Variable(3.0)
        >>> optimizer = Momentum(lr=0.1).setup(x)
        >>> (x * x).backward()
        >>> optimizer.update()
        >>> other = Momentum().setup(cg.Variable(3.0))
        >>> other.load_state_dict(optimizer.state_dict())
        >>> other.lr, other.state_dict() == optimizer.state_dict()
        (0.1, True)
        """
        refuse("the state of an optimizer is loaded")
        where = f"{type(self).__name__}.load_state_dict"
        state = taken(state, where)
        named = _named(self._resolved(model, where), where)
        expected = list(self._settings())
        for name, _ in named:
            expected.append(f"{name}.steps")
            if _steps(state, name, where) > 0:
                expected.extend(f"{name}.{field}" for field in self._arrays)
        check_keys(state, expected, where)
        settings = self._checked_settings(state, where)
        states = {}
        for name, p in named:
            steps = _steps(state, name, where)
            if steps > 0:
                arrays = [
                    _fitting(state[f"{name}.{field}"], p, f"{name}.{field}", field == "v", where)
                    for field in self._arrays
                ]
                states[id(p)] = State(p, steps, arrays)
        for name, value in settings.items():
            setattr(self, name, value)
        self._states = states

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__}: an optimizer belongs to its Variables and cannot be copied or "
            "pickled; save state_dict(), and load it into a new one"
        )

    def _resolved(self, model: Target | None, where: str) -> HasParams | list[Variable]:
        """The model, or what setup() remembered; Variables as a list that is not looked into."""
        if model is None:
            if self._target is None:
                raise RuntimeError(f"{where}: there is no model; give one, or call setup() first")
            return self._target
        if isinstance(model, Variable):
            return [model]
        if hasattr(model, "params"):
            return cast(HasParams, model)
        if isinstance(model, Iterable):
            parameters = [_without_name(entry) for entry in model]
            if not parameters:
                raise ValueError(
                    f"{where}: there are no parameters in the {type(model).__name__}; a layer that "
                    "takes its input size from the first batch has none before it: give the layer "
                    "or the model itself"
                )
            return parameters
        raise TypeError(
            f"{where}: takes a layer, a model, a Variable or a list of Variables, not "
            f"{type(model).__name__}"
        )


def _without_name(entry: Any) -> Any:
    """A parameter by itself, out of a (name, Variable) pair of `params()` too."""
    if isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[1], Variable):
        return entry[1]
    return entry


def _named(target: HasParams | list[Variable], where: str) -> list[tuple[str, Variable]]:
    """The parameters with their names: their places, in a list."""
    if isinstance(target, list):
        named = [(str(place), p) for place, p in enumerate(target)]
    else:
        named = _pairs(target.params(), where)
    for _, p in named:
        if not isinstance(p, Variable):
            raise TypeError(f"{where}: a parameter must be a Variable, not {type(p).__name__}")
    return named


def _parameters(target: HasParams | list[Variable], where: str) -> list[Variable]:
    """The same without names, in each step; that they are Variables is for `step` to see."""
    if isinstance(target, list):
        return target
    pairs, found = target.params(), []
    for pair in pairs if isinstance(pairs, Iterable) else [None]:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            return [p for _, p in _named(target, where)]  # which says what is wrong
        found.append(pair[1])
    return found


def _pairs(found: Any, where: str) -> list[tuple[str, Variable]]:
    """What params() of a class of the user's gives, if it is pairs."""
    pairs = list(found) if isinstance(found, Iterable) else [found]
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)):
            raise TypeError(
                f"{where}: params() must give pairs (name, Variable), not {type(pair).__name__}"
            )
    return pairs


def _steps(state: Mapping[str, Any], name: str, where: str) -> int:
    """How many steps a saved state counts for a parameter."""
    steps = np.asarray(state.get(f"{name}.steps", 0))
    if steps.ndim != 0 or steps.dtype.kind not in "iu" or not 0 <= int(steps) < 2**62:
        raise ValueError(f"{where}: '{name}.steps' must be an int, at least 0, got {steps!r}")
    return int(steps)


def _fitting(
    array: Any, parameter: Variable, key: str, of_squares: bool, where: str
) -> NDArray[Any]:
    """An array of a saved state, which must have the parameter's shape, and be a mean of numbers.

    A copy, so that what was looked at is what is taken.
    """
    found = np.array(array)
    if found.dtype.kind not in "fiu" or found.shape != parameter.shape:
        raise ValueError(
            f"{where}: {key!r} must be real numbers of shape {parameter.shape}, got shape "
            f"{found.shape} of dtype {found.dtype}"
        )
    if np.isnan(found).any():
        raise ValueError(f"{where}: {key!r} holds nan, and every update would make more of it")
    if of_squares and (found < 0).any():
        raise ValueError(
            f"{where}: {key!r} is a mean or sum of squares, and holds negative numbers"
        )
    return found
