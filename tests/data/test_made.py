"""Toy problems with random numbers."""

from typing import Any

import numpy as np
import pytest

from cygrad.data import spirals


def test_spirals_lie_on_three_arms() -> None:
    points, labels = spirals(50, noise=0.0)
    assert points.shape == (150, 2)
    assert points.dtype == np.float64
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [50, 50, 50]
    radius = np.hypot(points[:, 0], points[:, 1])
    angle = 4.0 * labels + 4.0 * radius
    expected = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    np.testing.assert_allclose(points, expected, atol=1e-12)
    assert radius.max() == pytest.approx(0.98)
    assert not np.array_equal(labels, np.sort(labels))


def test_the_seed_decides() -> None:
    assert np.array_equal(spirals(10).points, spirals(10).points)
    assert np.array_equal(spirals(10, rng=7).points, spirals(10, rng=7).points)
    assert not np.array_equal(spirals(10, rng=7).points, spirals(10, rng=8).points)
    generator = np.random.default_rng(7)
    first = spirals(10, rng=generator)
    assert np.array_equal(first.points, spirals(10, rng=7).points)
    assert not np.array_equal(first.points, spirals(10, rng=generator).points)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"size": 0}, ValueError, "size must be at least 1, got 0"),
        ({"size": 1.5}, TypeError, "size must be an int, not float"),
        ({"noise": -0.1}, ValueError, "noise must not be negative"),
        ({"noise": np.nan}, ValueError, "noise must not be negative"),
        ({"rng": "x"}, TypeError, "rng must be"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"spirals: {message}"):
        spirals(**arguments)
