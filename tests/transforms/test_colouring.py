"""Colourings, held to the rules that make compressed matrices readable."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from cygrad.transforms.colouring import (
    colour_columns,
    colour_stars,
    places_of_stars,
    symmetric,
    transposed,
)

Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]


def csr(pattern: Bools) -> tuple[Ints, Ints]:
    indptr = np.concatenate([[0], np.cumsum(pattern.sum(axis=1))]).astype(np.int32)
    return indptr, np.nonzero(pattern)[1].astype(np.int32)


def dense(indptr: Ints, indices: Ints, columns: int) -> Bools:
    pattern = np.zeros((len(indptr) - 1, columns), bool)
    pattern[np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), indices] = True
    return pattern


def banded(n: int, width: int) -> Bools:
    return np.asarray(abs(np.subtract.outer(np.arange(n), np.arange(n))) <= width)


def arrow(n: int) -> Bools:
    pattern = np.eye(n, dtype=bool)
    pattern[n // 2] = pattern[:, n // 2] = True
    return pattern


def grid(n: int) -> Bools:
    one, eye = banded(n, 1), np.eye(n, dtype=bool)
    return np.kron(one, eye) | np.kron(eye, one)


def patterns() -> Iterator[Bools]:
    rng = np.random.default_rng(0)
    for rows, columns, density in [(1, 1, 1.0), (4, 9, 0.0), (0, 3, 0.0), (3, 0, 0.0)]:
        yield rng.uniform(size=(rows, columns)) < density
    for _ in range(60):
        rows, columns = rng.integers(1, 40, size=2)
        yield rng.uniform(size=(rows, columns)) < rng.choice([0.03, 0.1, 0.3, 0.9])
    yield from [banded(30, 1), banded(30, 3), arrow(30), arrow(30)[:5], grid(6)]


@pytest.mark.parametrize("pattern", list(patterns()))
def test_of_columns_no_row_has_two_of_one_colour(pattern: Bools) -> None:
    colours, count = colour_columns(*csr(pattern), pattern.shape[1])
    assert colours is not None and set(colours) == set(range(count))
    for row in pattern:
        assert len(set(colours[row])) == row.sum()
    assert colour_columns(*csr(pattern), pattern.shape[1], count)[0] is None
    assert colour_columns(*csr(pattern), pattern.shape[1], count + 1)[1] == count


@pytest.mark.parametrize("pattern", list(patterns()))
def test_a_transposed_pattern(pattern: Bools) -> None:
    rows, columns = pattern.shape
    assert (dense(*transposed(*csr(pattern), columns), rows) == pattern.T).all()


def squares() -> Iterator[Bools]:
    for pattern in patterns():
        n = min(pattern.shape)
        square = pattern[:n, :n]
        yield square | square.T
    for n in (7, 12):
        yield np.ones((n, n), bool)
        yield ~np.eye(n, dtype=bool)
    two = np.zeros((20, 20), bool)
    two[:10, :10] = two[10:, 10:] = arrow(10)
    yield two


@pytest.mark.parametrize("pattern", list(squares()))
def test_of_stars_no_path_of_four_has_two_colours(pattern: Bools) -> None:
    n = len(pattern)
    colours, count = colour_stars(*csr(pattern))
    assert colours is not None and set(colours) == set(range(count))
    around = [[j for j in range(n) if pattern[i, j] and j != i] for i in range(n)]
    for b in range(n):
        for c in around[b]:
            assert colours[b] != colours[c]
            for a in around[b]:
                for d in around[c]:
                    if a != c and d != b and a != d:
                        assert len({colours[i] for i in (a, b, c, d)}) > 2


@pytest.mark.parametrize("pattern", list(squares()))
def test_a_symmetric_matrix_is_read_from_its_products(pattern: Bools) -> None:
    n = len(pattern)
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(n, n))
    matrix = np.where(pattern, matrix + matrix.T, 0.0)
    colours, count = colour_stars(*csr(pattern))
    assert colours is not None
    products = np.array([matrix @ (colours == c) for c in range(count)])
    found = np.zeros((n, n))
    found[pattern] = products.ravel()[places_of_stars(*csr(pattern), colours)]
    np.testing.assert_allclose(found, matrix)


def test_what_is_well_known() -> None:
    def stars(pattern: Bools) -> int:
        return colour_stars(*csr(pattern))[1]

    def columns(pattern: Bools) -> int:
        return colour_columns(*csr(pattern), pattern.shape[1])[1]

    assert columns(banded(50, 1)) == 3 and columns(banded(50, 2)) == 5
    assert columns(arrow(50)) == 50 and stars(arrow(50)) == 2
    assert stars(np.eye(50, dtype=bool)) == 1
    assert stars(banded(50, 1)) == 3 and stars(banded(50, 2)) <= 5
    assert stars(grid(10)) <= 6 and columns(grid(10)) <= 8


def test_symmetric() -> None:
    rng = np.random.default_rng(2)
    for n in (0, 1, 5, 20):
        pattern = rng.uniform(size=(n, n)) < 0.2
        assert (dense(*symmetric(*csr(pattern)), n) == (pattern | pattern.T)).all()


def test_a_large_arrow_and_a_large_band_take_no_square_of_time() -> None:
    n = 100_000
    indptr = np.concatenate([[0, n], n + 2 * np.arange(1, n)]).astype(np.int32)
    pairs = np.stack([np.zeros(n - 1), np.arange(1, n)], axis=1)
    indices = np.concatenate([np.arange(n), pairs.ravel()]).astype(np.int32)
    assert colour_stars(indptr, indices)[1] == 2
    band = 3 * np.arange(n + 1, dtype=np.int32)
    columns = np.arange(n)[:, None] + np.arange(3)
    assert colour_columns(band, columns.ravel().astype(np.int32), n + 2)[1] == 3


def test_index_arrays_of_another_kind() -> None:
    with pytest.raises(TypeError, match="int32"):
        colour_columns(np.zeros(1, np.int64), np.zeros(0, np.int32), 1)
