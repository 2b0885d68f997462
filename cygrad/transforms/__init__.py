"""Transforms: functions made of functions, which compute their derivatives.

They take and give arrays and numbers, or Variables, alone or in nested dicts, lists and tuples.
"""

from cygrad.transforms.checkpoint import checkpoint
from cygrad.transforms.compile import compile
from cygrad.transforms.gradient import elementwise_grad, grad, value_and_grad
from cygrad.transforms.matrices import hessian, jacobian
from cygrad.transforms.products import hvp, jvp, vjp

__all__ = [
    "checkpoint",
    "compile",
    "elementwise_grad",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "value_and_grad",
    "vjp",
]
