"""expm: against the eigenvalues, many digits, and differences."""

from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.linalg as LA
from cygrad.numerical import check_grads

mpmath = pytest.importorskip("mpmath")

Array = Any


def exact(a: Array) -> Array:
    with mpmath.workdps(60):
        return np.array(mpmath.expm(mpmath.matrix(a.tolist())).tolist(), dtype=float)


@pytest.mark.parametrize("size", [0.0, 1e-12, 1e-2, 0.2, 0.8, 1.7, 4.0, 40.0])
def test_many_digits(size: float) -> None:
    """Sizes in the range of every order of the approximant, and beyond."""
    a = np.random.default_rng(3).uniform(-1.0, 1.0, (4, 4)) * size
    expected = exact(a)
    np.testing.assert_allclose(LA.expm(a).data, expected, atol=1e-13 * np.abs(expected).max())


def test_not_normal() -> None:
    a = np.array([[1.0, 1e6], [0.0, -1.0]])
    np.testing.assert_allclose(LA.expm(a).data, exact(a), rtol=1e-13)


@pytest.mark.parametrize("size", [1e-2, 0.5, 3.0])
def test_derivatives(size: float) -> None:
    a = np.random.default_rng(4).uniform(-1.0, 1.0, (2, 3, 3)) * size
    check_grads(LA.expm, a, order=2)


def test_gradients_of_any_size() -> None:
    """The gradient is linear in what flows in, however large or small that is."""
    a = np.random.default_rng(5).uniform(-1.0, 1.0, (3, 3))
    results = []
    for scale in (1.0, 2.0**60, 2.0**-60, 0.0):
        x = cg.Variable(a)
        F.sum(LA.expm(x) * scale).backward()
        results.append(x.grad.data)
    np.testing.assert_allclose(results[1], results[0] * 2.0**60, rtol=1e-14)
    np.testing.assert_allclose(results[2], results[0] * 2.0**-60, rtol=1e-14)
    np.testing.assert_array_equal(results[3], 0.0)


def test_of_zero_its_gradient_passes() -> None:
    x = cg.zeros(2, 2)
    y = LA.expm(x)
    y.grad = cg.Variable([[1.0, 2.0], [3.0, 4.0]])
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [[1.0, 2.0], [3.0, 4.0]])


def test_a_rotation() -> None:
    t = cg.Variable(0.7)
    y = LA.expm(t * np.array([[0.0, -1.0], [1.0, 0.0]]))
    y[1, 0].backward()
    assert y[1, 0].item() == pytest.approx(np.sin(0.7), rel=1e-15)
    assert t.grad.item() == pytest.approx(np.cos(0.7), rel=1e-15)
