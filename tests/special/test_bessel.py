"""Bessel functions where formulas break: huge, tiny and zero arguments, any order."""

import mpmath
import numpy as np
import pytest

import cygrad as cg
from cygrad import special

pytest.importorskip("scipy.special")


def derivatives(f, x, order):
    v = cg.Variable(np.asarray(x, float))
    y = f(v)
    results = [y.data.copy()]
    for _ in range(order):
        v.cleargrad()
        y.backward(create_graph=True)
        y = v.grad
        results.append(y.data.copy())
    return results


@pytest.mark.parametrize("name", ["j", "y"])
@pytest.mark.parametrize("n", [0, 1, 2, 0.5, 3.25])
def test_waves(name: str, n: float) -> None:
    """Relative to the amplitude: three derivatives within 1e-14 of mpmath's, x up to 1e15."""
    exact = getattr(mpmath, f"bessel{name}")
    f = getattr(special, f"{name}{n}" if n in (0, 1) else f"{name}v")
    call = f if n in (0, 1) else lambda x: f(n, x)
    x = np.array([0.3, 1.0, 2.5, 7.0, 24.9, 25.0, 26.0, 300.0, 1e5, 12345678.9, 1e15])
    with mpmath.workdps(50):
        for m, values in enumerate(derivatives(call, x, 3)):
            for at, value in zip(x.tolist(), values.tolist(), strict=True):
                terms = [
                    (-1) ** k * mpmath.binomial(m, k) * exact(n - m + 2 * k, mpmath.mpf(at))
                    for k in range(m + 1)
                ]
                right = mpmath.fsum(terms) / 2**m
                size = max(abs(right), mpmath.sqrt(1 / mpmath.mpf(at)) if at > 1 else 0)
                assert abs(value - right) <= 1e-14 * size, (m, at, value, right)


def test_near_zero() -> None:
    tiny = [0.0, -0.0, 5e-324, 1e-310, 1e-300]
    for f, values in {
        special.i0: (1.0, 0.0, 0.5, 0.0),
        special.i1: (0.0, 0.5, 0.0, 0.375),
        special.j0: (1.0, 0.0, -0.5, 0.0),
        special.j1: (0.0, 0.5, 0.0, -0.375),
    }.items():
        for got, right in zip(derivatives(f, tiny, 3), values, strict=True):
            np.testing.assert_allclose(got, right, rtol=1e-15, atol=1e-299)
    # On each side of the step of exp(-|x|) there are derivatives, on it none.
    i0e = derivatives(special.i0e, [0.0, 1e-310, -1e-310], 2)
    np.testing.assert_allclose(i0e[1], [0.0, -1.0, 1.0], rtol=1e-15)
    np.testing.assert_allclose(i0e[2], [np.nan, 1.5, 1.5], rtol=1e-15)
    np.testing.assert_array_equal(derivatives(special.k0, [5e-324], 1)[1], -np.inf)
    np.testing.assert_allclose(special.k0(5e-324).data, 744.5560034370396, rtol=1e-15)


@pytest.mark.parametrize("order", [0.0, 1.0, 2.0, -1.0, 0.5, 1.7, 11.0])
def test_scaled_functions_of_huge_arguments(order: float) -> None:
    """sqrt(1 / (2 pi x)) and sqrt(pi / (2 x)): each derivative brings down the next power."""
    x = np.array([1e9, 1.1e9, 3e9, 1e20, 1e60])
    for f, size in ((special.ive, 1 / (2 * np.pi)), (special.kve, np.pi / 2)):
        slope, second = derivatives(lambda x, f=f: f(order, x), x, 2)[1:]
        np.testing.assert_allclose(slope, -0.5 * np.sqrt(size / x) / x, rtol=2e-5)
        np.testing.assert_allclose(second, 0.75 * np.sqrt(size / x) / x / x, rtol=2e-5)
    np.testing.assert_allclose(derivatives(special.i1e, [3e9], 1)[1], -1.2139e-15, rtol=1e-4)


def test_an_element_depends_on_itself_alone() -> None:
    """The same bits alone, among others, and whether the order is a number or an array."""
    x = np.concatenate([np.geomspace(1e-3, 1e3, 60), [0.0, 5e-324, 1e10]])
    for f in (special.iv, special.ive, special.kv, special.kve, special.jv, special.yv):
        for n in (0.0, 1.0, 2.0, 1.7, 9.0):
            together = f(n, x).data
            np.testing.assert_array_equal(f(np.full(x.shape, n), x).data, together)
            np.testing.assert_array_equal([f(n, at).item() for at in x[::7]], together[::7])
    mixed = special.iv(np.array([[0.0], [1.7], [9.0]]), x).data
    for row, n in zip(mixed, (0.0, 1.7, 9.0), strict=True):
        np.testing.assert_array_equal(row, special.iv(n, x).data)
