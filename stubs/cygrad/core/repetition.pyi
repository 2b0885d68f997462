"""Stub of cygrad/core/repetition.pyx: calls that will be made again, and must do the same then."""

import numpy as np

UNDER_WAY: list[object]
LAYERS: list[type]

def keep_layer(layer: object, anew: bool = False) -> None: ...
def drawing(rng: np.random.Generator | None) -> np.random.Generator: ...
def repeated_generator() -> np.random.Generator | None: ...
