"""The data shipped in the package."""

import numpy as np
import pytest

from cygrad.data import digits


def test_digits() -> None:
    data = digits()
    assert data.train_images.shape == (1437, 64)
    assert data.test_images.shape == (360, 64)
    assert data.train_images.dtype == np.float64
    assert data.train_images.min() == 0.0
    assert data.train_images.max() == 1.0
    assert set(np.concatenate([data.train_labels, data.test_labels]).tolist()) == set(range(10))


def test_the_seed_decides_the_split() -> None:
    assert np.array_equal(digits(seed=3).test_labels, digits(seed=3).test_labels)
    assert not np.array_equal(digits(seed=3).test_labels, digits(seed=4).test_labels)


@pytest.mark.parametrize("size", [-1, 1798])
def test_wrong_size(size: int) -> None:
    with pytest.raises(ValueError, match="test_size"):
        digits(test_size=size)
