"""Learning-rate schedules: an optimizer's learning rate as a function of the steps taken.

A rate is computed from the base rate and the number of the step alone, so no error adds up and any
step can be returned to.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from cygrad.core.tape import anew, is_taped
from cygrad.elsewhere import named_elsewhere
from cygrad.optimizers.optimizer import Optimizer
from cygrad.optimizers.settings import Configured, Number, Whole, check_keys, taken
from cygrad.optimizers.step import power

__all__ = ["CosineSchedule", "ExponentialSchedule", "Schedule", "StepSchedule", "WarmUp"]


@named_elsewhere
class Schedule(Configured, ABC):
    """A learning rate that changes with each `step`. A subclass says how, in `lr_at`.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rate it sets; the rate that it has is the base rate.

    Raises
    ------
    TypeError
        If it is not an Optimizer.

    Examples
    --------
    A schedule of one's own:

    >>> from cygrad.optimizers import SGD, Schedule
    >>> class Halving(Schedule):
    ...     def lr_at(self, count):
    ...         return self.base_lr / 2**count
    >>> optimizer = SGD(lr=1.0)
    >>> schedule = Halving(optimizer)
    >>> schedule.step(); schedule.step()
    >>> optimizer.lr, schedule.count
    (0.25, 2)
    """

    base_lr = Number("float: the learning rate that the schedule starts from.")
    count = Whole("int: how many steps were taken.")

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__}: takes an optimizer, not {type(optimizer).__name__}"
            )
        self.optimizer = optimizer
        self.base_lr = optimizer.lr
        self.count = 0

    @abstractmethod
    def lr_at(self, count: int) -> float:
        """The learning rate after so many steps; a subclass defines it.

        Parameters
        ----------
        count : int
            How many steps were taken, 0 or more.

        Returns
        -------
        float

        Notes
        -----
        It depends on `count` and the settings alone, so that any step can be returned to.

        Examples
        --------
        >>> from cygrad.optimizers import SGD, ExponentialSchedule
        >>> schedule = ExponentialSchedule(SGD(lr=1.0), gamma=0.5)
        >>> [schedule.lr_at(count) for count in range(4)]
        [1.0, 0.5, 0.25, 0.125]
        """

    def step(self) -> None:
        """Go one step on, and set the optimizer's learning rate; call it after the update.

        Raises
        ------
        ValueError
            If the rate is negative, nan or infinite; the step is not taken then.

        Examples
        --------
        >>> from cygrad.optimizers import SGD, StepSchedule
        >>> optimizer = SGD(lr=1.0)
        >>> schedule = StepSchedule(optimizer, step_size=1)
        >>> schedule.step()
        >>> optimizer.lr, schedule.count
        (0.1, 1)
        """
        if is_taped():
            anew(self._step)
        else:
            self._step()

    def _step(self) -> None:
        self.optimizer.lr = self.lr_at(self.count + 1)
        self.count += 1

    # Any: numbers and booleans, and dicts of them for a schedule in another.
    def state_dict(self) -> dict[str, Any]:
        """The settings and the count, as numbers, which json takes.

        Returns
        -------
        dict of str to float or int
            By the names of the attributes.

        Examples
        --------
        >>> from cygrad.optimizers import SGD, CosineSchedule
        >>> CosineSchedule(SGD(lr=1.0), total_steps=100).state_dict()
        {'base_lr': 1.0, 'count': 0, 'total_steps': 100, 'min_lr': 0.0}
        """
        return {name: getattr(self, name) for name in self._settings()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave, and set the learning rate of its step.

        Parameters
        ----------
        state : mapping of str to number
            Of the same kind of schedule.

        Raises
        ------
        ValueError, TypeError
            If the state is not that of such a schedule. Nothing has changed then.

        Examples
        --------
        >>> from cygrad.optimizers import SGD, StepSchedule
        >>> schedule = StepSchedule(SGD(lr=1.0), step_size=2)
        >>> for epoch in range(3):
        ...     schedule.step()
        >>> optimizer = SGD()
        >>> StepSchedule(optimizer, step_size=1).load_state_dict(schedule.state_dict())
        >>> optimizer.lr
        0.1
        """
        where = f"{type(self).__name__}.load_state_dict"
        state = taken(state, where)
        before = self.state_dict()
        self._take(state, where)
        try:
            self.optimizer.lr = self.lr_at(self.count)
        except ValueError:
            self._take(before, "")
            raise

    def _take(self, state: Mapping[str, Any], where: str) -> None:
        """Check a whole state, then take it over."""
        check_keys(state, self._settings(), where)
        for name, value in self._checked_settings(state, where).items():
            setattr(self, name, value)


class StepSchedule(Schedule):
    """The learning rate times gamma, once in so many steps.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rate it sets.
    step_size : int
        The steps between two changes, at least 1.
    gamma : float, default 0.1
        The factor.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, or the optimizer none.

    Notes
    -----
    lr = base gamma^floor(count / step_size), as torch.optim.lr_scheduler.StepLR.

    Examples
    --------
    >>> from cygrad.optimizers import SGD, StepSchedule
    >>> optimizer = SGD(lr=1.0)
    >>> schedule = StepSchedule(optimizer, step_size=2, gamma=0.5)
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates.append(optimizer.lr)
    ...     schedule.step()
    >>> rates
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    step_size = Whole("int: the steps between two changes.", at_least=1)
    gamma = Number("float: the factor.")

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer)
        self.step_size = step_size
        self.gamma = gamma

    def lr_at(self, count: int) -> float:
        """The learning rate after so many steps.

        Parameters
        ----------
        count : int
            How many steps were taken, 0 or more.

        Returns
        -------
        float

        Notes
        -----
        base_lr gamma^floor(count / step_size).

        Examples
        --------
        >>> from cygrad.optimizers import SGD, StepSchedule
        >>> schedule = StepSchedule(SGD(lr=1.0), step_size=2, gamma=0.5)
        >>> [schedule.lr_at(count) for count in range(5)]
        [1.0, 1.0, 0.5, 0.5, 0.25]
        """
        return self.base_lr * power(self.gamma, count // self.step_size)


class ExponentialSchedule(Schedule):
    """The learning rate times gamma, in each step.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rate it sets.
    gamma : float
        The factor.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, or the optimizer none.

    Notes
    -----
    lr = base gamma^count, as torch.optim.lr_scheduler.ExponentialLR.

    Examples
    --------
    >>> from cygrad.optimizers import SGD, ExponentialSchedule
    >>> optimizer = SGD(lr=1.0)
    >>> schedule = ExponentialSchedule(optimizer, gamma=0.5)
    >>> schedule.step(); schedule.step()
    >>> optimizer.lr
    0.25
    """

    gamma = Number("float: the factor.")

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer)
        self.gamma = gamma

    def lr_at(self, count: int) -> float:
        """The learning rate after so many steps.

        Parameters
        ----------
        count : int
            How many steps were taken, 0 or more.

        Returns
        -------
        float

        Notes
        -----
        base_lr gamma^count.

        Examples
        --------
        >>> from cygrad.optimizers import SGD, ExponentialSchedule
        >>> schedule = ExponentialSchedule(SGD(lr=1.0), gamma=0.5)
        >>> [schedule.lr_at(count) for count in range(4)]
        [1.0, 0.5, 0.25, 0.125]
        """
        return self.base_lr * power(self.gamma, count)


class CosineSchedule(Schedule):
    """From the base rate down to a least one along half a cosine, and then constant.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rate it sets.
    total_steps : int
        The steps until the least rate is reached, at least 1.
    min_lr : float, default 0.0
        The least rate.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, or the optimizer none.

    Notes
    -----
    lr = w base + (1 - w) min_lr with w = (1 + cos(pi count / total_steps)) / 2 (Loshchilov and
    Hutter, ICLR 2017, without restarts; torch.optim.lr_scheduler.CosineAnnealingLR).

    Examples
    --------
    >>> from cygrad.optimizers import SGD, CosineSchedule
    >>> schedule = CosineSchedule(SGD(lr=1.0), total_steps=100)
    >>> [round(schedule.lr_at(count), 3) for count in (0, 25, 50, 75, 100, 101)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    total_steps = Whole("int: the steps until the least rate is reached.", at_least=1)
    min_lr = Number("float: the least rate.")

    def __init__(self, optimizer: Optimizer, total_steps: int, min_lr: float = 0.0) -> None:
        super().__init__(optimizer)
        self.total_steps = total_steps
        self.min_lr = min_lr

    def lr_at(self, count: int) -> float:
        """The learning rate after so many steps.

        Parameters
        ----------
        count : int
            How many steps were taken, 0 or more.

        Returns
        -------
        float

        Notes
        -----
        w base_lr + (1 - w) min_lr, with w = (1 + cos(pi count / total_steps)) / 2, and min_lr
        after.

        Examples
        --------
        >>> from cygrad.optimizers import SGD, CosineSchedule
        >>> schedule = CosineSchedule(SGD(lr=1.0), total_steps=4, min_lr=0.5)
        >>> [schedule.lr_at(count) for count in (0, 2, 4, 5)]
        [1.0, 0.75, 0.5, 0.5]
        """
        way = min(count, self.total_steps) / self.total_steps
        weight = (1.0 + math.cos(math.pi * way)) / 2.0
        return weight * self.base_lr + (1.0 - weight) * self.min_lr


class WarmUp(Schedule):
    """The learning rate grows linearly to its full height; then another schedule takes over.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rate it sets, from now on.
    steps : int
        How many steps have a smaller rate, at least 1.
    after : Schedule, optional
        What follows, beginning with its first rate; without it the rate stays. Its own `step` is
        not called.

    Raises
    ------
    ValueError
        If `after` is the schedule of another optimizer, or steps less than 1.
    TypeError
        If `after` is no schedule, steps no int, or the optimizer none.

    Notes
    -----
    lr = full (count + 1) / (steps + 1) while count < steps, where full is the base rate, or the
    first rate of `after`; so the first step does not have rate 0, and the full height comes once
    (Goyal et al. 2017, section 2.2).

    Examples
    --------
    >>> from cygrad.optimizers import SGD, StepSchedule, WarmUp
    >>> optimizer = SGD(lr=1.0)
    >>> schedule = WarmUp(optimizer, 3, after=StepSchedule(optimizer, 2))
    >>> rates = []
    >>> for epoch in range(7):
    ...     rates.append(round(optimizer.lr, 2))
    ...     schedule.step()
    >>> rates
    [0.25, 0.5, 0.75, 1.0, 1.0, 0.1, 0.1]
    """

    steps = Whole("int: how many steps have a smaller rate.", at_least=1)

    def __init__(self, optimizer: Optimizer, steps: int, after: Schedule | None = None) -> None:
        super().__init__(optimizer)
        if after is not None and not isinstance(after, Schedule):
            raise TypeError(f"WarmUp: after must be a schedule, not {type(after).__name__}")
        if after is not None and after.optimizer is not optimizer:
            raise ValueError("WarmUp: `after` is the schedule of another optimizer")
        self.steps = steps
        self.after = after
        optimizer.lr = self.lr_at(0)

    def lr_at(self, count: int) -> float:
        """The learning rate after so many steps.

        Parameters
        ----------
        count : int
            How many steps were taken, 0 or more.

        Returns
        -------
        float

        Notes
        -----
        full (count + 1) / (steps + 1) while count < steps, full being base_lr or
        ``after.lr_at(0)``; then ``after.lr_at(count - steps)``, or full.

        Examples
        --------
        >>> from cygrad.optimizers import SGD, WarmUp
        >>> schedule = WarmUp(SGD(lr=1.0), 3)
        >>> [schedule.lr_at(count) for count in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]
        """
        if count >= self.steps and self.after is not None:
            return self.after.lr_at(count - self.steps)
        full = self.base_lr if self.after is None else self.after.lr_at(0)
        return full * (min(count, self.steps) + 1) / (self.steps + 1)

    def state_dict(self) -> dict[str, Any]:
        """The settings and the count, and those of `after`, as numbers, which json takes.

        Returns
        -------
        dict of str to float or int
            By the names of the attributes; those of `after` under ``"after.NAME"``.

        Examples
        --------
        >>> from cygrad.optimizers import SGD, Schedule, WarmUp
        >>> class Constant(Schedule):
        ...     def lr_at(self, count):
        ...         return self.base_lr
        >>> optimizer = SGD(lr=1.0)
        >>> WarmUp(optimizer, 3, after=Constant(optimizer)).state_dict()
        {'base_lr': 1.0, 'count': 0, 'steps': 3, 'after.base_lr': 1.0, 'after.count': 0}
        """
        saved = super().state_dict()
        if self.after is not None:
            saved.update({f"after.{k}": v for k, v in self.after.state_dict().items()})
        return saved

    def _take(self, state: Mapping[str, Any], where: str) -> None:
        own, rest = {}, {}
        for name, value in state.items():
            if isinstance(name, str) and name.startswith("after."):
                rest[name.removeprefix("after.")] = value
            else:
                own[name] = value
        check_keys(own, self._settings(), where)
        self._checked_settings(own, where)
        if self.after is not None:
            self.after._take(rest, f"{where}: after")
        else:
            check_keys(rest, (), f"{where}: after")
        super()._take(own, where)
