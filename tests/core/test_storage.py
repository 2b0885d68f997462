"""Recycled memory: limits, release, and views that outlive their Variable."""

import threading

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

SIZES = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 63, 64, 100, 511, 512, 513, 1000, 4097, 70001]


def made(n: int, value: float) -> cg.Variable:
    """An array from the pool, not from NumPy."""
    return cg.Variable(np.full(n, value)) + 0.0


def churn(n: int) -> None:
    """Write over every free block of n numbers."""
    for value in (-1.0, -2.0, -3.0):
        blocks = [made(n, value) for _ in range(50)]
        del blocks


@pytest.mark.parametrize("n", SIZES)
def test_data_outlives_its_variable(n: int) -> None:
    y = made(n, 7.0)
    view = y.data
    slice_of_view = view[n // 2 :]
    del y
    churn(n)
    np.testing.assert_array_equal(view, np.full(n, 7.0))
    del view
    churn(n)
    np.testing.assert_array_equal(slice_of_view, np.full(n - n // 2, 7.0))


@pytest.mark.parametrize("n", SIZES)
def test_memoryview_outlives_its_variable(n: int) -> None:
    y = made(n, 7.0)
    view = memoryview(y)
    array = np.asarray(y)
    del y
    churn(n)
    assert view.tolist() == [7.0] * n
    del view
    churn(n)
    np.testing.assert_array_equal(array, np.full(n, 7.0))


@pytest.mark.parametrize("n", SIZES)
def test_data_outlives_its_replacement(n: int) -> None:
    y = made(n, 7.0)
    view, buffer = y.data, memoryview(y)
    y.data = np.zeros(n + 1)
    churn(n)
    np.testing.assert_array_equal(view, np.full(n, 7.0))
    assert buffer.tolist() == [7.0] * n
    assert y.shape == (n + 1,)


@pytest.mark.parametrize("n", SIZES[1:])
def test_views_in_the_graph_outlive_their_base(n: int) -> None:
    y = made(n, 7.0)
    with cg.no_grad():
        views = [y[::-1], F.reshape(y, (n, 1)), F.broadcast_to(y, (2, n)), y[n - 1 :]]
    del y
    churn(n)
    for view in views:
        np.testing.assert_array_equal(view.data, np.full(view.shape, 7.0))


def test_gradients_outlive_their_variable() -> None:
    x = cg.Variable([1.0, 2.0, 3.0])
    (x * x).backward()
    g, view = x.grad, x.grad.data
    del x
    churn(3)
    np.testing.assert_array_equal(view, [2.0, 4.0, 6.0])
    np.testing.assert_array_equal(g.data, view)


def test_wrapped_memory_is_kept_alive() -> None:
    x = cg.Variable(np.arange(5.0))
    y = cg.Variable(np.arange(10.0)[5:])
    view = cg.Variable(x)
    del x
    churn(5)
    np.testing.assert_array_equal(view.data, np.arange(5.0))
    np.testing.assert_array_equal(y.data, np.arange(5.0, 10.0))


def test_neighbours_in_a_slab_do_not_overlap() -> None:
    for n in SIZES:
        arrays = [made(n, float(i)) for i in range(40)]
        for i, y in enumerate(arrays):
            np.testing.assert_array_equal(y.data, np.full(n, float(i)))


def test_memory_is_aligned() -> None:
    for n in (8, 16, 64, 512, 4096, 100_000):
        for _ in range(5):
            assert made(n, 1.0).data.ctypes.data % 64 == 0


def test_empty_cache() -> None:
    cg.empty_cache()
    y = made(10_000, 1.0)
    kept = y.data
    del y
    released = cg.empty_cache()
    assert 0 <= released < 80_000 * 3
    np.testing.assert_array_equal(kept, np.ones(10_000))
    del kept
    assert cg.empty_cache() >= 80_000
    assert cg.empty_cache() == 0
    assert made(10_000, 2.0).data.sum() == 20_000.0


def test_cache_limit() -> None:
    before = cg.set_cache_limit(100_000)
    try:
        cg.empty_cache()
        blocks = [made(1000, 1.0) for _ in range(100)]
        del blocks
        assert 0 < cg.empty_cache() <= 100_000
        assert cg.set_cache_limit(0) == 100_000
        blocks = [made(1000, float(i)) for i in range(20)]
        assert [b.data.sum() for b in blocks] == [1000.0 * i for i in range(20)]
        del blocks
        assert cg.empty_cache() == 0
    finally:
        cg.set_cache_limit(before)
    assert cg.set_cache_limit(before) == before


def test_a_lower_limit_holds_at_once() -> None:
    before = cg.set_cache_limit(1 << 20)
    try:
        blocks = [made(1000, 1.0) for _ in range(50)]
        del blocks
        cg.set_cache_limit(1000)
        assert cg.empty_cache() <= 1000
    finally:
        cg.set_cache_limit(before)


@pytest.mark.parametrize("bad", [-1, "1", None, 1.5, 1 << 70])
def test_bad_cache_limits(bad: object) -> None:
    before = cg.set_cache_limit(1 << 20)
    cg.set_cache_limit(before)
    with pytest.raises((ValueError, TypeError, OverflowError)):
        cg.set_cache_limit(bad)
    assert cg.set_cache_limit(before) == before


def test_storage_is_not_made_by_hand() -> None:
    storage = made(10, 1.0).data.base
    while isinstance(storage, np.ndarray):
        storage = storage.base
    with pytest.raises(TypeError):
        type(storage)()


def test_an_impossible_size_is_a_memory_error() -> None:
    x = cg.Variable(1.0)
    with pytest.raises((MemoryError, ValueError)):
        F.broadcast_to(x, (1 << 45, 1 << 10)) + 1.0
    with pytest.raises((MemoryError, ValueError, OverflowError)):
        F.broadcast_to(x, (1 << 62, 1 << 62))
    assert (x + 1.0).item() == 2.0


def test_threads_share_the_pool() -> None:
    """Blocks freed in one thread and taken in another hold what was written last."""
    wrong = []

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        alive = []
        for _ in range(3000):
            n = int(rng.integers(0, 40))
            alive.append((made(n, float(n)), n))
            if len(alive) > 20:
                y, n = alive.pop(int(rng.integers(0, 20)))
                if not (y.data == float(n)).all():
                    wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
