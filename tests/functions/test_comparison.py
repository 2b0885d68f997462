"""Masks: kernels that compare, beside NumPy's comparisons."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
from cygrad.functions import comparison as C

VALUES = np.array([-np.inf, -1.5, -1e-320, -0.0, 0.0, 5e-324, 1.0, 2.0, np.inf, np.nan])
PAIRS: list[tuple[Callable[..., cg.Variable], Any]] = [
    (C.equal, np.equal),
    (C.not_equal, np.not_equal),
    (C.less, np.less),
    (C.less_equal, np.less_equal),
]
WITH_NUMBERS: list[tuple[Callable[..., cg.Variable], Any]] = [
    (C.equals, np.equal),
    (C.differs, np.not_equal),
    (C.below, np.less),
    (C.at_most, np.less_equal),
    (C.above, np.greater),
]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_two_variables(ours: Callable[..., cg.Variable], theirs: Any) -> None:
    a, b = cg.Variable(VALUES[:, None]), cg.Variable(VALUES)
    mask = ours(a, b)
    np.testing.assert_array_equal(mask.data, theirs(VALUES[:, None], VALUES))
    assert mask.creator is None  # no gradient flows through a mask


@pytest.mark.parametrize("c", VALUES)
@pytest.mark.parametrize(("ours", "theirs"), WITH_NUMBERS)
def test_a_variable_and_a_number(ours: Callable[..., cg.Variable], theirs: Any, c: float) -> None:
    np.testing.assert_array_equal(ours(cg.Variable(VALUES), c).data, theirs(VALUES, c))


def test_nan_and_finite() -> None:
    v = cg.Variable(VALUES)
    np.testing.assert_array_equal(C.is_nan(v).data, np.isnan(VALUES))
    np.testing.assert_array_equal(C.is_finite(v).data, np.isfinite(VALUES))


def test_masks_of_masks() -> None:
    a, b = cg.Variable([0.0, 0.0, 1.0, 1.0]), cg.Variable([0.0, 1.0, 0.0, 1.0])
    assert C.both(a, b).data.tolist() == [0.0, 0.0, 0.0, 1.0]
    assert C.either(a, b).data.tolist() == [0.0, 1.0, 1.0, 1.0]
    assert C.opposite(a).data.tolist() == [1.0, 1.0, 0.0, 0.0]
