"""Remainders of Stirling's formula, gaps of digamma's derivatives, deviances, betaln: values against
mpmath, slopes by each other, the same bits under every instruction set.
"""

from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest

import cygrad as cg
from cygrad import special
from cygrad.kernels.elementwise import choose_isa
from cygrad.numerical import check_grads
from cygrad.special import stirling

M = mpmath.mpf
RNG = np.random.default_rng(31)
SIZES = np.concatenate(
    [
        10.0 ** RNG.uniform(-10, 15, 60),
        RNG.uniform(0.2, 40.0, 60),
        [1e-300, 1e-10, 1.0, 16.0, 1e300],
    ]
)
OTHERS = np.concatenate([RNG.permutation(SIZES[:120]), [1e10, 1e300, 1.0, 1e-300, 1e-10]])
CLOSE = SIZES[:120] * (1.0 + 10.0 ** RNG.uniform(-15, 0, 120) * RNG.choice([-1, 1], 120))
PROPORTIONS = RNG.uniform(0.0, 1.0, SIZES.size)


def remainder(x: M) -> M:
    return mpmath.loggamma(x) - ((x - M(0.5)) * mpmath.log(x) - x + mpmath.log(2 * mpmath.pi) / 2)


def psi(n: int, x: M) -> M:
    return mpmath.digamma(x) if n == 0 else mpmath.polygamma(n, x)


def excess(n: int, x: M) -> M:
    """The n-th derivative of log(x) - digamma(x)."""
    logarithm = mpmath.log(x) if n == 0 else (-1) ** (n - 1) * mpmath.factorial(n - 1) / x**n
    return logarithm - psi(n, x)


def half_step(n: int, h: M) -> M:
    half = M(0.5)
    if n == 0:
        return mpmath.loggamma(h + half) - mpmath.loggamma(h) - mpmath.log(h) / 2
    power = (-1) ** (n - 1) * mpmath.factorial(n - 1) / h**n
    return psi(n - 1, h + half) - psi(n - 1, h) - power / 2


def betaln(a: M, b: M) -> M:
    return mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)


Case = tuple[Callable[..., Any], Callable[..., M], tuple[np.ndarray, ...], float]
ORDINARY, BESIDE = SIZES[:120], OTHERS[:120]  # what mpmath takes without thousands of digits
CASES: dict[str, Case] = {
    "stirling": (stirling.stirling, remainder, (ORDINARY,), 5e-16),
    **{
        f"digamma_gap {n}": (
            lambda a, b, n=n: stirling.digamma_gap(a, b, n),
            lambda a, b, n=n: psi(n, a + b) - psi(n, a),
            (ORDINARY, BESIDE),
            2e-15,
        )
        for n in range(4)
    },
    **{
        f"excess_gap {n}": (
            lambda a, b, n=n: stirling.excess_gap(a, b, n),
            lambda a, b, n=n: excess(n, a) - excess(n, a + b),
            (ORDINARY, BESIDE),
            2e-14,
        )
        for n in range(4)
    },
    **{
        f"half_step {n}": (
            lambda h, n=n: stirling.half_step(h, n),
            lambda h, n=n: half_step(n, h),
            (ORDINARY,),
            5e-14,
        )
        for n in range(4)
    },
    "deviance": (
        stirling.deviance,
        lambda x, m: x * mpmath.log(x / m) + m - x,
        (np.append(ORDINARY, ORDINARY), np.append(BESIDE, CLOSE)),
        2e-15,
    ),
    "log_ratio": (
        stirling.log_ratio,
        lambda x, m: mpmath.log(x / m),
        (np.append(ORDINARY, ORDINARY), np.append(BESIDE, CLOSE)),
        5e-16,
    ),
    "log1p_less": (
        stirling.log1p_less,
        lambda u: mpmath.log1p(u) - u,
        (np.append(ORDINARY, -PROPORTIONS),),
        2e-15,
    ),
    "balance": (
        stirling.balance,
        lambda a, b, z: a * (1 - z) - b * z,
        (ORDINARY, BESIDE, ORDINARY / (ORDINARY + BESIDE)),
        1e-12,
    ),
    "betaln": (special.betaln, betaln, (ORDINARY, BESIDE), 2e-14),
}


@pytest.mark.parametrize("name", CASES)
def test_values(name: str) -> None:
    call, exact, arguments, bound = CASES[name]
    found = call(*arguments).data
    with mpmath.workdps(70):
        for value, *at in zip(found.tolist(), *[a.tolist() for a in arguments], strict=True):
            right = exact(*[M(x) for x in at])
            assert abs(M(value) - right) <= bound * abs(right), (at, value, mpmath.nstr(right, 17))


@pytest.mark.parametrize("name", CASES)
def test_derivatives(name: str) -> None:
    call, _, arguments, _ = CASES[name]
    a, b = np.array([0.7, 2.5, 9.0, 30.0]), np.array([1.3, 0.4, 20.0, 25.0])
    check_grads(call, *(a, b, np.array([0.3, 0.6, 0.2, 0.7]))[: len(arguments)], order=2)


def test_extremes() -> None:
    inf = np.inf
    np.testing.assert_array_equal(stirling.stirling([0.0, inf]).data, [inf, 0.0])
    assert np.isnan(stirling.stirling([-1.0, np.nan]).data).all()
    np.testing.assert_allclose(stirling.stirling(1e300).item(), 1e-300 / 12, rtol=1e-15)
    np.testing.assert_allclose(stirling.digamma_gap(1e300, 1e300).item(), np.log(2.0), rtol=1e-15)
    np.testing.assert_allclose(stirling.digamma_gap(1e-300, 1.0).item(), 1e300, rtol=1e-15)
    np.testing.assert_array_equal(
        stirling.deviance([0.0, 1.0, 2.0], [3.0, 0.0, 2.0]).data, [3, inf, 0]
    )
    assert special.betaln(1.0, 1.0).item() == 0.0
    for a, b in ((1e300, 1e300), (1e-300, 1e300), (1e300, 4.0)):
        assert np.isfinite(special.betaln(a, b).item())
    np.testing.assert_allclose(special.betaln(1e-300, 1e300).item(), 300 * np.log(10.0), rtol=1e-15)


@pytest.fixture
def every_set() -> Iterator[list[str]]:
    before, sets = cg.isa(), ["baseline", "avx2", "avx512"]
    yield sets[: sets.index(choose_isa()) + 1]
    choose_isa(before)


@pytest.mark.parametrize("name", CASES)
def test_the_same_bits(name: str, every_set: list[str]) -> None:
    call, _, arguments, _ = CASES[name]
    results = []
    for isa in every_set:
        choose_isa(isa)
        results.append(call(*arguments).data)
        one_by_one = [call(*[float(x) for x in at]).item() for at in zip(*arguments, strict=True)]
        np.testing.assert_array_equal(results[-1], one_by_one)
        np.testing.assert_array_equal(results[-1], results[0])
