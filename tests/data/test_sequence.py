"""SequenceLoader: windows that continue each other, streams that do not overlap."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
from cygrad.data import SequenceLoader

SERIES = np.arange(32.0)


@pytest.mark.parametrize(("window", "streams"), [(1, 1), (5, 1), (10, 3), (4, 3), (31, 1), (99, 2)])
def test_streams_are_put_together_again(window: int, streams: int) -> None:
    loader = SequenceLoader(SERIES, window, streams)
    xs, ts = zip(*loader, strict=True)
    steps = 31 // streams
    assert len(xs) == len(loader) == -(-steps // window)
    for x, t in zip(xs, ts, strict=True):
        assert x.shape == t.shape == (len(x), streams, 1)
    assert {len(x) for x in xs[:-1]} <= {window}
    assert 1 <= len(xs[-1]) <= window
    for values, first in ((xs, 0), (ts, 1)):
        whole = np.concatenate(values)[:, :, 0]
        for b in range(streams):
            start = b * steps + first
            assert whole[:, b].tolist() == SERIES[start : start + steps].tolist()


def test_drop_last() -> None:
    loader = SequenceLoader(SERIES, 4, 3, drop_last=True)  # streams of 10 steps
    assert len(loader) == 2
    assert [len(x) for x, _ in loader] == [4, 4]
    assert [len(x) for x, _ in SequenceLoader(SERIES, 5, 3, drop_last=True)] == [5, 5]


def test_each_iteration_starts_anew() -> None:
    loader = SequenceLoader(SERIES, 4)
    for x, _ in loader:
        x[...] = np.nan  # a copy
    assert next(iter(loader))[0].ravel().tolist() == [0.0, 1.0, 2.0, 3.0]


def test_features_types_and_targets() -> None:
    pairs = np.stack([SERIES, -SERIES], axis=1)
    x, t = next(iter(SequenceLoader(pairs, 4, 2)))
    assert x.shape == t.shape == (4, 2, 2)
    assert x[1, 1].tolist() == [16.0, -16.0]
    assert t[1, 1].tolist() == [17.0, -17.0]
    assert x.flags.c_contiguous

    tokens, following = next(iter(SequenceLoader(list(b"hello"), 4)))
    assert bytes(tokens.ravel().tolist()) == b"hell"
    assert bytes(following.ravel().tolist()) == b"ello"
    assert tokens.dtype.kind == "i"

    ((x, t),) = SequenceLoader((pairs, cg.Variable(SERIES)), 32)
    assert (x.shape, t.shape) == ((32, 1, 2), (32, 1, 1))
    assert np.array_equal(x[:, 0, 0], t[:, 0, 0])

    assert next(iter(SequenceLoader(np.zeros((9, 0)), 2)))[0].shape == (2, 1, 0)


@pytest.mark.parametrize(
    ("series", "arguments", "error", "message"),
    [
        (SERIES, {"window": 0}, ValueError, "window must be at least 1"),
        (SERIES, {"window": 2.5}, TypeError, "window must be an int"),
        (SERIES, {"window": 2, "batch_size": 0}, ValueError, "batch_size must be at least 1"),
        (SERIES, {"window": 2, "batch_size": 32}, ValueError, "31 steps are too few for 32"),
        (SERIES, {"window": 32, "drop_last": True}, ValueError, "no window of 32 out of 31"),
        ([1.0], {"window": 1}, ValueError, "0 steps are too few"),
        ([], {"window": 1}, ValueError, "empty"),
        (1.0, {"window": 1}, ValueError, "single number"),
        ((SERIES, SERIES[1:]), {"window": 2}, ValueError, "different first lengths"),
        (np.zeros((4, 3, 2)), {"window": 2}, ValueError, r"\(n, features\), not \(3, 3, 2\)"),
    ],
)
def test_wrong_arguments(
    series: Any, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"SequenceLoader: .*{message}"):
        SequenceLoader(series, **arguments)


@pytest.mark.parametrize("streams", [1, 2])
def test_the_series_is_copied(streams: int) -> None:
    series = np.ones(9)
    loader = SequenceLoader(series, window=2, batch_size=streams)
    series[:] = 0.0
    assert all(x.all() and t.all() for x, t in loader)
