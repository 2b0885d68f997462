"""Real data that comes with the package."""

from importlib import resources
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cygrad.core.creation import _generator

__all__ = ["CO2", "Digits", "co2", "digits"]


class Digits(NamedTuple):
    """Handwritten digits, split into a part to train on and a part to test on.

    What `digits` returns.

    Parameters
    ----------
    train_images, train_labels, test_images, test_labels : ndarray
        Images as float64 of shape (n, 64), gray values 0 to 1; labels 0 to 9 as int64 of shape
        (n,).

    Examples
    --------
    >>> from cygrad.data import digits
    >>> held = digits(test_size=100)
    >>> held.test_images.shape, held.test_labels.shape, held._fields[0]
    ((100, 64), (100,), 'train_images')
    """

    train_images: NDArray[np.float64]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.float64]
    test_labels: NDArray[np.int64]


Digits.train_images.__doc__ = "ndarray: float64 of shape (n, 64), gray values 0 to 1, to train on."
Digits.train_labels.__doc__ = "ndarray: int64 of shape (n,), which digit each of them is."
Digits.test_images.__doc__ = "ndarray: float64 of shape (m, 64), gray values 0 to 1, to test on."
Digits.test_labels.__doc__ = "ndarray: int64 of shape (m,), which digit each of them is."


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
        If test_size is not between 0 and 1797, or the seed is negative.
    TypeError
        If one is no int.

    Notes
    -----
    E. Alpaydin, C. Kaynak (1998), UCI Machine Learning Repository, CC BY 4.0.

    Examples
    --------
    >>> from cygrad.data import digits
    >>> digits().train_images.shape, digits().test_labels.shape
    ((1437, 64), (360,))
    """
    if not isinstance(test_size, (int, np.integer)) or isinstance(test_size, bool):
        raise TypeError(f"digits: test_size must be an int, not {type(test_size).__name__}")
    generator = _generator("digits", seed)
    with _open("digits.npz") as file, np.load(file) as archive:
        images = archive["images"].reshape(-1, 64) / 16.0
        labels = archive["labels"].astype(np.int64)
    if not 0 <= test_size <= len(labels):
        raise ValueError(f"digits: test_size must be between 0 and {len(labels)}, got {test_size}")
    order = generator.permutation(len(labels))
    test, train = order[:test_size], order[test_size:]
    return Digits(images[train], labels[train], images[test], labels[test])


class CO2(NamedTuple):
    """Carbon dioxide in the air over Mauna Loa, month by month.

    What `co2` returns.

    Parameters
    ----------
    month : ndarray
        Strings 'YYYY-MM' of shape (n,).
    ppm : ndarray
        Parts per million as float64 of shape (n,).

    Examples
    --------
    >>> from cygrad.data import co2
    >>> month, ppm = co2()
    >>> print(month[0], month.shape, ppm.shape)
    1958-03 (526,) (526,)
    """

    month: NDArray[np.str_]
    ppm: NDArray[np.float64]


CO2.month.__doc__ = "ndarray: strings 'YYYY-MM' of shape (n,)."
CO2.ppm.__doc__ = "ndarray: float64 of shape (n,), the parts per million of each month."


def co2() -> CO2:
    """Load the monthly means of atmospheric CO2 at Mauna Loa, March 1958 to December 2001.

    Returns
    -------
    CO2
        Months as strings 'YYYY-MM' of shape (526,), none missing; parts per million as float64 of
        shape (526,).

    Notes
    -----
    C.D. Keeling and T.P. Whorf, Scripps Institution of Oceanography and CDIAC, public domain; gaps
    filled by linear interpolation.

    Examples
    --------
    >>> from cygrad.data import co2
    >>> air = co2()
    >>> print(air.month[0], round(air.ppm[0], 1), air.month[-1], round(air.ppm[-1], 1))
    1958-03 316.1 2001-12 371.0
    """
    with _open("co2.npz") as file, np.load(file) as archive:
        return CO2(archive["month"], archive["ppm"])


def _open(name: str) -> IO[bytes]:
    return resources.files("cygrad").joinpath("datasets", name).open("rb")
