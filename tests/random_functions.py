"""Random functions of a vector, of slices, joins, sums and other steps of few numbers each."""

from collections.abc import Callable
from typing import Any

import numpy as np

import cygrad.functions as F


def random_function(seed: int) -> tuple[Callable[[Any], Any], int]:
    """Of a vector, to a few arrays joined; the same for the same seed."""
    n = int(np.random.default_rng(seed).integers(2, 45))

    def f(x: Any) -> Any:
        rng = np.random.default_rng(seed + 1)
        made = [x]
        for _ in range(int(rng.integers(3, 12))):
            a, b = made[rng.integers(len(made))], made[rng.integers(len(made))]
            length = min(a.size, b.size)
            start = int(rng.integers(0, a.size - length + 1))
            kind = rng.integers(9)
            if kind == 0:
                made.append(F.sin(a))
            elif kind == 1:
                made.append(a[start : start + length] * b[:length])
            elif kind == 2:
                made.append(F.concat([a, b], axis=0)[:: int(rng.integers(1, 3))])
            elif kind == 3:
                made.append(F.cumsum(a[:7], axis=0) + b[0])
            elif kind == 4:
                made.append(a[rng.integers(0, a.size, size=5)])
            elif kind == 5:
                made.append(F.sum(F.reshape(a[: a.size // 2 * 2], (2, -1)), axis=0) + a[-1])
            elif kind == 6:
                made.append(rng.normal(size=(3, length)) @ a[:length])
            elif kind == 7:
                made.append(F.floor(a) * b[0])
            else:
                made.append(F.maximum(a[-length:], b[:length][::-1]))
            made = [y for y in made if y.size > 0]
        return F.concat(made[-4:], axis=0)

    return f, n
