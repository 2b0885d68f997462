"""Every operation of the table through checkpoint: the derivatives of no checkpoint, to the bit.

The same for cygrad.special, cygrad.linalg and cygrad.stats stands beside their own tables.
"""

import pytest
from checkpoints import assert_unchanged

from operations import OPERATIONS, Operation


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_derivatives_are_unchanged(operation: Operation) -> None:
    assert_unchanged(operation.call, operation.inputs)
