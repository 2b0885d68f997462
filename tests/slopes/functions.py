"""Derivatives of cygrad.functions."""

import mpmath
import numpy as np

import cygrad.functions as F
from derivatives import Slope, around, line

RNG = np.random.default_rng(23)
EVERYWHERE = np.concatenate([line(RNG, 60), around([0.0, 1.0, 20.0, 709.0, 1e300])])

ROWS = [
    Slope("sin", F.sin, mpmath.cos, lambda x: -mpmath.sin(x), EVERYWHERE),
]
