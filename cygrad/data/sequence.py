"""SequenceLoader: a series, window by window, for truncated backpropagation through time."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cygrad.core.variable import Variable
from cygrad.data.loader import aligned, at_least_one

__all__ = ["SequenceLoader"]

# Any: of whatever numbers; tokens stay integers.
_Array: TypeAlias = NDArray[Any]


class SequenceLoader:
    """Goes through a series in windows of consecutive steps, several streams side by side.

    The series is cut into `batch_size` streams of equal length, one after the other in time. Each
    window continues each stream where the window before ended, so the state of a recurrent network
    carries over from window to window; it is reset at the start of the next iteration.

    Parameters
    ----------
    series : array_like or Variable of shape (n,) or (n, features), or tuple of two such
        A series, of which each step is to predict the next one; or ``(x, t)``, where ``t[i]`` is
        the target of step ``x[i]``.
    window : int
        How many steps a window has. The last window of the streams has what is left.
    batch_size : int, default 1
        How many streams.
    drop_last : bool, default False
        Leave the last window out if it is not full.

    Raises
    ------
    ValueError
        If window or batch_size is less than 1, the lengths of x and t differ, a shape has more than
        two axes, the series is too short for as many streams, or drop_last would leave no window.
    TypeError
        If window or batch_size is no int.

    Notes
    -----
    Iteration gives pairs (x, t) of ndarrays of shape (window, batch_size, features), features being
    1 for a series of shape (n,): ``x[i]`` is the batch of a step. They are copies with the dtype of
    the series. ``len(loader)`` is the number of windows. Of the n - 1 steps that have a next one (n
    for a pair), a stream has n - 1 divided by batch_size, rounded down; those left over at the end
    of the series are not used.

    Examples
    --------
    >>> import numpy as np
    >>> from cygrad.data import SequenceLoader
    >>> for x, t in SequenceLoader(np.arange(12), window=3, batch_size=2):
    ...     print(x[:, :, 0].T.tolist(), t[:, :, 0].T.tolist())
    [[0, 1, 2], [5, 6, 7]] [[1, 2, 3], [6, 7, 8]]
    [[3, 4], [8, 9]] [[4, 5], [9, 10]]
    """

    def __init__(
        self,
        series: ArrayLike | Variable | tuple[ArrayLike | Variable, ArrayLike | Variable],
        window: int,
        batch_size: int = 1,
        drop_last: bool = False,
    ) -> None:
        self._window = at_least_one("SequenceLoader", "window", window)
        streams = at_least_one("SequenceLoader", "batch_size", batch_size)
        if isinstance(series, tuple) and len(series) == 2:
            x, t = aligned("SequenceLoader", series)
        else:
            (whole,) = aligned("SequenceLoader", (series,))
            x, t = whole[:-1], whole[1:]
        self._steps = len(x) // streams
        if self._steps == 0:
            raise ValueError(
                f"SequenceLoader: {len(x)} steps are too few for {streams} streams (batch_size)"
            )
        self._x, self._t = [_streams(a, streams, self._steps) for a in (x, t)]
        full, rest = divmod(self._steps, self._window)
        self._windows = full + (rest > 0 and not drop_last)
        if self._windows == 0:
            raise ValueError(
                f"SequenceLoader: drop_last leaves no window of {window} out of {self._steps} steps"
            )

    def __len__(self) -> int:
        return self._windows

    def __iter__(self) -> Iterator[tuple[_Array, _Array]]:
        for i in range(self._windows):
            now = slice(i * self._window, (i + 1) * self._window)
            yield self._x[now].copy(), self._t[now].copy()


def _streams(series: _Array, streams: int, steps: int) -> _Array:
    """The streams side by side: of shape (steps, streams, features)."""
    if series.ndim > 2:
        raise ValueError(
            f"SequenceLoader: a series has shape (n,) or (n, features), not {series.shape}"
        )
    features = 1 if series.ndim == 1 else series.shape[1]
    used = series[: streams * steps].reshape(streams, steps, features)
    return np.array(used.swapaxes(0, 1), order="C")
