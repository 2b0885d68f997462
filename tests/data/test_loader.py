"""DataLoader: every example once in each epoch, in an order that the seed decides."""

import sys
import types
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import pytest

import cygrad as cg
from cygrad.data import DataLoader, digits, spirals

X = np.arange(14.0).reshape(7, 2)
T = np.arange(7)


def seen(loader: DataLoader) -> list[list[int]]:
    """The labels, batch by batch."""
    batches = []
    for x, t in loader:
        assert np.array_equal(x, X[t])
        batches.append(t.tolist())
    return batches


def test_in_order() -> None:
    loader = DataLoader((X, T), 3, shuffle=False)
    assert len(loader) == 3
    assert seen(loader) == seen(loader) == [[0, 1, 2], [3, 4, 5], [6]]


def test_shuffled_every_epoch() -> None:
    loader = DataLoader((X, T), 3, rng=0)
    first, second = seen(loader), seen(loader)
    assert [len(b) for b in first] == [3, 3, 1]
    assert sorted(chain(*first)) == sorted(chain(*second)) == list(range(7))
    assert first != second


def test_the_seed_decides_all_epochs() -> None:
    def epochs(rng: Any) -> list[list[list[int]]]:
        loader = DataLoader((X, T), 3, rng=rng)
        return [seen(loader) for _ in range(3)]

    assert epochs(5) == epochs(5) == epochs(np.random.default_rng(5))
    assert epochs(5) != epochs(6)


def test_an_iteration_that_is_broken_off_counts_as_an_epoch() -> None:
    whole, broken = DataLoader((X, T), 3, rng=0), DataLoader((X, T), 3, rng=0)
    seen(whole)
    iter(broken)
    assert seen(broken) == seen(whole)


def test_drop_last() -> None:
    loader = DataLoader((X, T), 3, rng=0, drop_last=True)
    assert len(loader) == 2
    assert [len(b) for b in seen(loader)] == [3, 3]
    assert len(DataLoader((X, T), 7, drop_last=True)) == 1


def test_a_batch_may_be_larger_than_the_data() -> None:
    assert seen(DataLoader((X, T), 100, shuffle=False)) == [list(range(7))]


def test_batches_are_copies_of_the_same_type() -> None:
    x = X.copy()
    for images, labels in DataLoader((x, T), 3, shuffle=False):
        assert images.dtype == np.float64
        assert images.flags.c_contiguous
        assert labels.dtype == T.dtype
        images[...] = -1.0
    assert np.array_equal(x, X)


def test_one_array() -> None:
    for data in (X, cg.Variable(X)):
        assert [x.shape for (x,) in DataLoader(data, 4)] == [(4, 2), (3, 2)]


def test_many_arrays_of_any_kind() -> None:
    loader = DataLoader((X, T, list(range(7)), cg.Variable(X), X[:, 0] > 3), 7, shuffle=False)
    ((x, t, numbers, v, mask),) = loader
    assert np.array_equal(x, v)
    assert np.array_equal(t, numbers)
    assert isinstance(v, np.ndarray)
    assert mask.dtype == np.bool_


class Squares:
    """A data set of the user's: a length and items."""

    def __len__(self) -> int:
        return 7

    def __getitem__(self, i: int) -> tuple[Any, int]:
        return X[i], i


@pytest.mark.parametrize(
    "examples",
    [
        list(zip(X, T, strict=True)),
        [(row.tolist(), int(t)) for row, t in zip(X, T, strict=True)],
        [(cg.Variable(row), t) for row, t in zip(X, T, strict=True)],
        Squares(),
    ],
)
def test_examples(examples: Any) -> None:
    assert seen(DataLoader(examples, 3, shuffle=False)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert seen(DataLoader(examples, 3, rng=1)) == seen(DataLoader((X, T), 3, rng=1))


def test_named_tuples() -> None:
    data = digits()
    x, t = next(iter(DataLoader((data.train_images, data.train_labels), 10)))
    assert (x.shape, t.shape, t.dtype) == ((10, 64), (10,), np.int64)
    points, labels = next(iter(DataLoader(spirals(10), 5)))
    assert (points.shape, labels.shape) == ((5, 2), (5,))


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ((), ValueError, "empty"),
        ([], ValueError, "empty"),
        (np.zeros((0, 3)), ValueError, "empty"),
        ((np.zeros((0, 3)), np.zeros(0)), ValueError, "empty"),
        ((X, T[1:]), ValueError, r"different first lengths: \(7, 2\), \(6,\)"),
        ((X, 1.0), ValueError, "array 1 is a single number"),
        ([X, X], TypeError, "example 0 must be a tuple such as .*, not ndarray"),
        ([1.0, 2.0], TypeError, "example 0 must be a tuple such as .*, not float"),
        ([(1, 2), (1, 2, 3)], ValueError, "example 1 has 3 parts, example 0 has 2"),
        ([([1], 2), ([1, 2], 3)], ValueError, "part 0 of the examples has different shapes"),
        (3, TypeError, "not int"),
        ({"x": X}, TypeError, "not dict"),
        ((x for x in X), TypeError, "not generator"),
    ],
)
def test_wrong_data(data: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"DataLoader: .*{message}"):
        DataLoader(data, 2)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"batch_size": -1}, ValueError, "batch_size must be at least 1, got -1"),
        ({"batch_size": 2.0}, TypeError, "batch_size must be an int, not float"),
        ({"batch_size": True}, TypeError, "batch_size must be an int, not bool"),
        ({"batch_size": 8, "drop_last": True}, ValueError, "leaves no batch of 8 out of 7"),
        ({"batch_size": 2, "rng": "x"}, TypeError, "rng must be"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"DataLoader: .*{message}"):
        DataLoader((X, T), **arguments)


def test_progress_is_shown_by_tqdm(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: list[int] = []

    def bar(batches: Iterable[Any], total: int) -> Iterator[Any]:
        for batch in batches:
            ticks.append(total)
            yield batch

    fake = types.ModuleType("tqdm")
    fake.tqdm = bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", fake)
    assert seen(DataLoader((X, T), 3, rng=0, progress=True)) == seen(DataLoader((X, T), 3, rng=0))
    assert ticks == [3, 3, 3]


def test_progress_without_tqdm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.warns(UserWarning, match="pip install tqdm") as caught:
        loader = DataLoader((X, T), 3, shuffle=False, progress=True)
    assert caught[0].filename == __file__
    assert seen(loader) == [[0, 1, 2], [3, 4, 5], [6]]


def test_the_real_tqdm(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    loader = DataLoader((X, T), 3, shuffle=False, progress=True)
    assert seen(loader) == [[0, 1, 2], [3, 4, 5], [6]]
    assert "3/3" in capsys.readouterr().err
