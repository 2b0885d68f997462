"""Optimizers and learning-rate schedules.

An optimizer updates parameters in place from their gradients, each in one pass over memory:
``optimizer.update(model)``, or ``optimizer.setup(model)`` once and then ``optimizer.update()``. What
is done to gradients before is in `cygrad.hooks`.

Optimizers: `SGD`, `Momentum`, `RMSprop`, `AdaGrad`, `Adam`, `AdamW`; `Optimizer` is what they have
in common. Schedules: `StepSchedule`, `ExponentialSchedule`, `CosineSchedule`, `WarmUp`; `Schedule`
is the class to derive your own from. Types of what is passed: `HasParams`, `Target`, `Hook`.
"""

from typing import TYPE_CHECKING

from cygrad import elsewhere
from cygrad.optimizers.optimizer import HasParams, Hook, Optimizer, Target
from cygrad.optimizers.rules import SGD, AdaGrad, Adam, AdamW, Momentum, RMSprop
from cygrad.optimizers.schedules import (
    CosineSchedule,
    ExponentialSchedule,
    Schedule,
    StepSchedule,
    WarmUp,
)

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "CosineSchedule",
    "ExponentialSchedule",
    "HasParams",
    "Hook",
    "Momentum",
    "Optimizer",
    "RMSprop",
    "Schedule",
    "StepSchedule",
    "Target",
    "WarmUp",
]

if not TYPE_CHECKING:  # a name that does not exist is an error for type checkers too
    __getattr__, __dir__ = elsewhere.of_module(__name__)
