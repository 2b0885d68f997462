"""dropout: how many are dropped, the same mask in every derivative, modes, generators, threads."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_that_is_dropped(p: float) -> None:
    n = 100_000
    y = F.dropout(cg.ones(n), p, rng=1).data
    assert set(np.unique(y)) == {0.0, 1.0 / (1.0 - p)}
    deviation = np.sqrt(n * p * (1 - p))
    assert abs((y == 0).sum() - n * p) < 4 * deviation
    both = (y[1:] == 0) & (y[:-1] == 0)  # neighbours, which share a random word, are independent
    assert abs(both[::2].sum() - n / 2 * p**2) < 4 * deviation


def test_the_same_mask_in_every_derivative() -> None:
    a = np.random.default_rng(0).normal(size=(13, 7))
    x = cg.Variable(a)
    y = F.square(F.dropout(x, 0.4, rng=3))
    kept = F.dropout(np.ones(a.shape), 0.4, rng=3).data
    y.backward(create_graph=True)
    np.testing.assert_allclose(x.grad.data, 2 * a * kept**2, rtol=1e-15)
    g = x.grad
    x.cleargrad()
    g.backward()
    np.testing.assert_allclose(x.grad.data, 2 * kept**2, rtol=1e-15)


def test_what_is_dropped_is_zero_whatever_it_was() -> None:
    x = cg.Variable(np.full(100, np.inf))
    y = F.dropout(x, 0.5, rng=2)
    assert set(np.unique(y.data)) == {0.0, np.inf}
    y.grad = cg.Variable(np.full(100, np.nan))
    for create_graph in (False, True):
        x.cleargrad()
        y.grad = cg.Variable(np.full(100, np.nan))
        y.backward(create_graph=create_graph)
        np.testing.assert_array_equal(np.isnan(x.grad.data), y.data != 0)


def test_all_and_none() -> None:
    x = cg.Variable([1.0, np.inf, np.nan])
    y = F.dropout(x, 1)
    np.testing.assert_array_equal(y.data, np.zeros(3))
    y.backward()
    np.testing.assert_array_equal(x.grad.data, np.zeros(3))
    assert F.dropout(x, 0.0) is x
    assert F.dropout(cg.zeros(0, 3)).shape == (0, 3)
    assert F.dropout(3.0, 0.5, rng=0).item() in (0.0, 6.0)
    np.testing.assert_array_equal(F.dropout(np.ones(50), 1e-300, rng=0).data, np.ones(50))
    np.testing.assert_array_equal(F.dropout(np.ones(50), 1 - 2**-53, rng=0).data, np.zeros(50))


def test_test_mode_is_the_identity() -> None:
    x = cg.ones(5)
    with cg.test_mode():
        assert F.dropout(x, 0.9) is x
        with pytest.raises(ValueError, match="dropout"):
            F.dropout(x, 2)
        with pytest.raises(TypeError, match="dropout"):
            F.dropout(x, 0.5, rng="seed")
    assert F.dropout(x, 0.9) is not x


def test_seeds_and_generators() -> None:
    x = np.ones(101)
    same = [F.dropout(x, 0.5, rng=5).data for _ in range(2)]
    np.testing.assert_array_equal(*same)
    generator = np.random.default_rng(5)
    first, second = F.dropout(x, 0.5, generator).data, F.dropout(x, 0.5, generator).data
    np.testing.assert_array_equal(first, same[0])
    assert (first != second).any()
    assert (F.dropout(x).data != F.dropout(x).data).any()
    legacy = np.random.Generator(np.random.MT19937(1))
    assert 20 < (F.dropout(x, 0.5, legacy).data == 0).sum() < 80


@pytest.mark.parametrize(
    ("p", "error"),
    [(-0.1, ValueError), (1.1, ValueError), (np.nan, ValueError), (np.inf, ValueError)]
    + [("0.5", TypeError), (None, TypeError), ([0.5], TypeError), (1j, TypeError)],
    ids=repr,
)
def test_bad_probabilities(p: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="dropout: p"):
        F.dropout(cg.ones(3), p)


@pytest.mark.parametrize("rng", ["1", 1.5, True, np.random, object()], ids=repr)
def test_bad_generators(rng: Any) -> None:
    with pytest.raises(TypeError, match="dropout: rng"):
        F.dropout(cg.ones(3), 0.5, rng)
    with pytest.raises(ValueError):
        F.dropout(cg.ones(3), 0.5, -1)


def test_threads_share_the_generator() -> None:
    def masks(_: int) -> list[bytes]:
        return [F.dropout(np.ones(64)).data.tobytes() for _ in range(200)]

    with ThreadPoolExecutor(4) as pool:
        drawn = [mask for found in pool.map(masks, range(4)) for mask in found]
    assert len(set(drawn)) == len(drawn)


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="needs fork")
def test_a_fork_draws_other_masks() -> None:
    program = """
import os, sys
import numpy as np, cygrad.functions as F
F.dropout(np.ones(64))
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, F.dropout(np.ones(64)).data.tobytes())
    os._exit(0)
mine = F.dropout(np.ones(64)).data.tobytes()
assert os.read(read, 512) != mine
"""
    subprocess.run([sys.executable, "-P", "-c", program], check=True, timeout=60)


def test_numpy_random_is_imported_when_it_is_used() -> None:
    program = "import sys, cygrad; assert 'numpy.random' not in sys.modules"
    subprocess.run([sys.executable, "-P", "-c", program], check=True, timeout=60)


def test_a_generator_that_gives_too_few_numbers() -> None:
    class Short(np.random.Generator):
        def integers(self, *args: Any, **kwargs: Any) -> Any:
            return np.zeros(3, np.uint64)

    with pytest.raises(
        ValueError, match="dropout: rng.integers gave 3 numbers of 64 bits, where 500"
    ):
        F.dropout(cg.ones(1000), 0.5, Short(np.random.PCG64(0)))
