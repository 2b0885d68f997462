"""Learning-rate schedules: an optimizer's learning rate as a function of the steps taken.

A rate is computed from the base rate and the number of the step alone, so no error adds up and any
step can be returned to.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from cygrad.optimizers.optimizer import Optimizer
from cygrad.optimizers.settings import Configured, Number, Whole, check_keys
from cygrad.optimizers.step import power

__all__ = ["CosineSchedule", "ExponentialSchedule", "Schedule", "StepSchedule", "WarmUp"]


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
        """The learning rate after so many steps."""

    def step(self) -> None:
        """Go one step on, and set the optimizer's learning rate; call it after the update."""
        self.optimizer.lr = self.lr_at(self.count + 1)
        self.count += 1

    # Any: numbers and booleans, and dicts of them for a schedule in another.
    def state_dict(self) -> dict[str, Any]:
        """The settings and the count, as numbers."""
        return {name: getattr(self, name) for name in self._settings()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave, and set the learning rate of its step.

        Raises
        ------
        ValueError, TypeError
            If the state is not that of such a schedule. Nothing has changed then.
        """
        before = self.state_dict()
        self._take(state, f"{type(self).__name__}.load_state_dict")
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
        """The learning rate after so many steps."""
        return self.base_lr * power(self.gamma, count // self.step_size)


class ExponentialSchedule(Schedule):
    """The learning rate times gamma, in each step.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rate it sets.
    gamma : float
        The factor.

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
        """The learning rate after so many steps."""
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
        """The learning rate after so many steps."""
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
        If `after` is the schedule of another optimizer.

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
        """The learning rate after so many steps."""
        if count >= self.steps and self.after is not None:
            return self.after.lr_at(count - self.steps)
        full = self.base_lr if self.after is None else self.after.lr_at(0)
        return full * (min(count, self.steps) + 1) / (self.steps + 1)

    def state_dict(self) -> dict[str, Any]:
        """The settings and the count, as numbers; those of `after` under ``"after.NAME"``."""
        saved = super().state_dict()
        if self.after is not None:
            saved.update({f"after.{k}": v for k, v in self.after.state_dict().items()})
        return saved

    def _take(self, state: Mapping[str, Any], where: str) -> None:
        own = {k: v for k, v in state.items() if not k.startswith("after.")}
        rest = {k.removeprefix("after."): v for k, v in state.items() if k.startswith("after.")}
        check_keys(own, self._settings(), where)
        self._checked_settings(own, where)
        if self.after is not None:
            self.after._take(rest, f"{where}: after")
        else:
            check_keys(rest, (), f"{where}: after")
        super()._take(own, where)
