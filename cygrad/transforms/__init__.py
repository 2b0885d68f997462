"""Transforms: functions made of functions, which compute their derivatives.

They take and give arrays and numbers, or Variables, alone or in nested dicts, lists and tuples.
What is captured and replayed is in `compile`, which not every program needs.
"""

from cygrad.transforms.checkpoint import checkpoint
from cygrad.transforms.gradient import elementwise_grad, grad, value_and_grad
from cygrad.transforms.matrices import hessian, jacobian
from cygrad.transforms.products import hvp, jvp, vjp
from cygrad.transforms.taylor import taylor

__all__ = [
    "checkpoint",
    "elementwise_grad",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "taylor",
    "value_and_grad",
    "vjp",
]
