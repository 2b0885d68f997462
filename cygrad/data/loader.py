"""DataLoader: arrays, batch by batch."""

import importlib
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cygrad.core.creation import _generator
from cygrad.core.variable import Variable

__all__ = ["DataLoader"]

# Any: of whatever numbers; labels stay integers.
_Array: TypeAlias = NDArray[Any]
Examples: TypeAlias = Sequence[tuple[Any, ...]]


class DataLoader:
    """Goes through arrays batch by batch, in another random order each time.

    Parameters
    ----------
    data : tuple of arrays, ndarray or Variable, or sequence of tuples
        A tuple has arrays of equal first length, such as ``(images, labels)``. Any other sequence
        has the examples, each a tuple such as ``(image, label)``, and is stacked to arrays at once.
    batch_size : int
        How many examples a batch has. The last batch has what is left.
    shuffle : bool, default True
        Whether in random order: a new one for each iteration over the loader.
    rng : int or numpy.random.Generator, optional
        A seed, or the generator to draw the orders from. The same seed gives the same orders.
    drop_last : bool, default False
        Leave the last batch out if it is not full.
    progress : bool, default False
        Show a progress bar. It needs tqdm; without it there is a warning, and no bar.

    Raises
    ------
    ValueError
        If there are no examples, first lengths differ, batch_size is less than 1, or drop_last
        would leave no batch.
    TypeError
        If data, batch_size or rng is something else.

    Notes
    -----
    ``len(loader)`` is the number of batches. A batch is a tuple of ndarrays, one for each array,
    with the dtype of the array; they are copies.

    Examples
    --------
    >>> import numpy as np
    >>> from cygrad.data import DataLoader
    >>> x, t = np.arange(10.0).reshape(5, 2), np.array([0, 1, 0, 1, 0])
    >>> loader = DataLoader((x, t), batch_size=2, rng=0)
    >>> len(loader)
    3
    >>> for images, labels in loader:
    ...     print(images.shape, labels)
    (2, 2) [0 0]
    (2, 2) [1 0]
    (1, 2) [1]
    """

    def __init__(
        self,
        data: tuple[ArrayLike | Variable, ...] | _Array | Variable | Examples,
        batch_size: int,
        shuffle: bool = True,
        rng: int | np.random.Generator | None = None,
        drop_last: bool = False,
        progress: bool = False,
    ) -> None:
        self._arrays = _arrays(data)
        self._size = len(self._arrays[0])
        self._batch_size = at_least_one("DataLoader", "batch_size", batch_size)
        self._shuffle = shuffle
        self._generator = _generator("DataLoader", rng)
        whole, rest = divmod(self._size, self._batch_size)
        self._batches = whole + (rest > 0 and not drop_last)
        if self._batches == 0:
            raise ValueError(
                f"DataLoader: drop_last leaves no batch of {batch_size} out of {self._size} examples"
            )
        self._bar: Any = None  # tqdm has no types
        if progress:
            try:
                self._bar = importlib.import_module("tqdm").tqdm
            except ImportError:
                warnings.warn(
                    "DataLoader: no progress bar without tqdm; pip install tqdm", stacklevel=2
                )

    def __len__(self) -> int:
        return self._batches

    def __iter__(self) -> Iterator[tuple[_Array, ...]]:
        # Not in the generator below: the order is drawn when the iteration is asked for.
        order = np.arange(self._size)
        if self._shuffle:
            self._generator.shuffle(order)
        batches = self._in(order)
        return batches if self._bar is None else iter(self._bar(batches, total=self._batches))

    def _in(self, order: _Array) -> Iterator[tuple[_Array, ...]]:
        for i in range(self._batches):
            chosen = order[i * self._batch_size : (i + 1) * self._batch_size]
            yield tuple(array[chosen] for array in self._arrays)


def at_least_one(function: str, name: str, value: int) -> int:
    """A count that a user gave."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise TypeError(f"{function}: {name} must be an int, not {type(value).__name__}")
    value = int(value)
    if value < 1:
        raise ValueError(f"{function}: {name} must be at least 1, got {value}")
    return value


def aligned(function: str, arrays: Sequence[ArrayLike | Variable]) -> list[_Array]:
    """Arrays of equal first length, which is not 0."""
    result = [a.data if isinstance(a, Variable) else np.asarray(a) for a in arrays]
    for k, array in enumerate(result):
        if array.ndim == 0:
            raise ValueError(f"{function}: array {k} is a single number; it has no first axis")
    lengths = [len(array) for array in result]
    if len(set(lengths)) > 1:
        raise ValueError(
            f"{function}: arrays of different first lengths: "
            + ", ".join(str(array.shape) for array in result)
        )
    if not lengths or lengths[0] == 0:
        raise ValueError(f"{function}: the data is empty")
    return result


def _arrays(data: Any) -> list[_Array]:
    if isinstance(data, tuple):
        return aligned("DataLoader", data)
    if isinstance(data, (np.ndarray, Variable)):
        return aligned("DataLoader", (data,))
    try:
        examples = [data[i] for i in range(len(data))]
    except (TypeError, KeyError):
        raise TypeError(
            "DataLoader: data must be a tuple of arrays, an array, or a sequence of examples, not "
            f"{type(data).__name__}"
        ) from None
    for i, example in enumerate(examples):
        if not isinstance(example, tuple):
            raise TypeError(
                f"DataLoader: example {i} must be a tuple such as (x, t), not "
                f"{type(example).__name__}; for arrays give a tuple of them"
            )
        if len(example) != len(examples[0]):
            raise ValueError(
                f"DataLoader: example {i} has {len(example)} parts, example 0 has "
                f"{len(examples[0])}"
            )
    columns = []
    for k, column in enumerate(zip(*examples, strict=True)):
        parts = [x.data if isinstance(x, Variable) else np.asarray(x) for x in column]
        if len({part.shape for part in parts}) > 1:
            raise ValueError(f"DataLoader: part {k} of the examples has different shapes")
        columns.append(np.stack(parts))
    return aligned("DataLoader", columns)
