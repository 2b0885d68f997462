"""Real data that comes with the package."""

from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Digits", "digits"]


class Digits(NamedTuple):
    """Handwritten digits, split into a part to train on and a part to test on."""

    train_images: NDArray[np.float64]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.float64]
    test_labels: NDArray[np.int64]


def digits(test_size: int = 360, seed: int = 0) -> Digits:
    """Load the 1797 handwritten digits of the UCI "Optical Recognition" set.

    Parameters
    ----------
    test_size : int, default 360
        How many digits to hold out for the test.
    seed : int, default 0
        Decides which; the same seed gives the same split.

    Returns
    -------
    Digits
        Images as float64 of shape (n, 64), gray values 0 to 1; labels 0 to 9 as int64 of shape (n,).

    Raises
    ------
    ValueError
        If test_size is not between 0 and 1797.

    Notes
    -----
    E. Alpaydin, C. Kaynak (1998), UCI Machine Learning Repository, CC BY 4.0.

    Examples
    --------
    >>> from cygrad.data import digits
    >>> digits().train_images.shape, digits().test_labels.shape
    ((1437, 64), (360,))
    """
    path = resources.files("cygrad").joinpath("datasets/digits.npz")
    with path.open("rb") as file, np.load(file) as archive:
        images = archive["images"].reshape(-1, 64) / 16.0
        labels = archive["labels"].astype(np.int64)
    if not 0 <= test_size <= len(labels):
        raise ValueError(f"digits: test_size must be between 0 and {len(labels)}, got {test_size}")
    order = np.random.default_rng(seed).permutation(len(labels))
    test, train = order[:test_size], order[test_size:]
    return Digits(images[train], labels[train], images[test], labels[test])
