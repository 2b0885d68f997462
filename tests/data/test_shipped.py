"""The data shipped in the package."""

import numpy as np
import pytest

from cygrad.data import co2, digits


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


def test_co2() -> None:
    month, ppm = co2()
    months = [f"{year}-{m:02}" for year in range(1958, 2002) for m in range(1, 13)]
    assert month.tolist() == months[2:]
    assert ppm.shape == (526,)
    assert ppm.dtype == np.float64
    # It rises from year to year, and swings by some 6 ppm within each, most of all in May.
    years = ppm[10:].reshape(-1, 12)
    assert (np.diff(years.mean(axis=1)) > 0).all()
    assert set(years.argmax(axis=1).tolist()) <= {3, 4, 5}
    assert 313 < ppm.min() and ppm.max() < 374
