"""NumPy code on Variables, as a type checker sees it: NumPy's own stubs say what its functions give."""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import cygrad as cg
import cygrad.functions as F

x = cg.Variable([[1.0, 2.0], [3.0, 4.0]])

assert_type(x.std(axis=0, ddof=1), cg.Variable)
assert_type(x.var(), cg.Variable)
assert_type(x.prod(keepdims=True), cg.Variable)
assert_type(x.cumsum(0), cg.Variable)
assert_type(x.dot([1.0, 2.0]), cg.Variable)
assert_type(x.ravel(), cg.Variable)
assert_type(x.flatten().take([0, 1]), cg.Variable)
assert_type(x.clip(0.0, 1.0), cg.Variable)
assert_type(x.astype(float).copy(), cg.Variable)
assert_type(x.dtype, np.dtype[np.float64])
assert_type(x % 2.0, cg.Variable)
assert_type(3.0 // x, cg.Variable)
assert_type(x.argmax(), np.intp)
assert_type(x.argsort(), NDArray[np.intp])
assert_type(x.any(), np.bool_)
smallest: Any = x.argmin(axis=0)
assert_type(x.clip(x - 1.0, [2.0, 3.0]), cg.Variable)
numbers: list[Any] = x.tolist()

assert_type(F.sort(x, axis=None), cg.Variable)
assert_type(F.arctan2(x, 1.0), cg.Variable)
assert_type(F.tensordot(x, x, axes=(1, 0)), cg.Variable)
assert_type(F.array_split(x, 2), tuple[cg.Variable, ...])
assert_type(F.meshgrid([1.0], x[0], indexing="ij"), tuple[cg.Variable, ...])
assert_type(F.variance(x, 0, ddof=1), cg.Variable)
assert_type(F.quantile(x, [0.1, 0.9], axis=(0, 1)), cg.Variable)
assert_type(F.pad(x, ((1, 0), (0, 1)), "edge"), cg.Variable)

result: Any = np.sin(x)
joined: Any = np.concatenate([x, x])
for y in (result, joined):
    assert isinstance(y, cg.Variable)
