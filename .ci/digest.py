"""Print a digest of the bits of every operation's results, and of three trainings, a line each.

Two machines, or two instruction sets (CYGRAD_ISA), that print the same lines compute the same. Run it in
the folder of the tests, whose table of operations it uses.
"""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import numpy as np
from test_reproducible import RUNS

from differences import gradients, variables
from operations import OPERATIONS

FACTORS = np.linspace(0.5, 1.0, 997)  # no multiple of a vector's length, and still in the domain


def digest(arrays: Iterable[np.ndarray]) -> str:
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.where(np.isnan(array), np.nan, array).tobytes())  # one NaN of the many
    return found.hexdigest()[:16]


for operation in OPERATIONS:
    inputs = operation.inputs
    if operation.elementwise:
        inputs = tuple(np.multiply.outer(FACTORS, x) for x in inputs)
    value = operation.call(*variables(inputs)).data
    name = " ".join(str(operation).split())  # a label may have several lines
    print(name, digest([value]), digest(gradients(operation.call, inputs)))

for name, run in RUNS.items():
    print("training", name, digest([np.array(run(0))]))
