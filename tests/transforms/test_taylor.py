"""taylor: against closed forms, in structures, and differentiated."""

import math
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F

CLOSED: dict[str, tuple[Any, float, Any]] = {
    "exp": (F.exp, 0.3, lambda x, k: math.exp(x) / math.factorial(k)),
    "sin": (F.sin, 0.4, lambda x, k: math.sin(x + k * math.pi / 2) / math.factorial(k)),
    "1/(1-x)": (lambda x: 1.0 / (1.0 - x), 0.2, lambda x, k: (1.0 - x) ** -(k + 1)),
    "log": (F.log, 1.5, lambda x, k: math.log(x) if k == 0 else -((-x) ** -k) / k),
    "sqrt": (
        F.sqrt,
        2.0,
        lambda x, k: math.prod((0.5 - j) / (j + 1) for j in range(k)) * x ** (0.5 - k),
    ),
    "x**3": (lambda x: x**3, 2.0, lambda x, k: math.comb(3, k) * x ** (3 - k)),
}


@pytest.mark.parametrize(("f", "x", "coefficient"), CLOSED.values(), ids=CLOSED.keys())
def test_closed_forms(f: Any, x: float, coefficient: Any) -> None:
    v = 0.5
    found = cg.taylor(f, x, v, 7)
    assert [type(c) for c in found] == [float] * 8
    expected = [coefficient(x, k) * v**k for k in range(8)]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)
    assert cg.taylor(f, x, v, 0) == found[:1]


def test_a_chain_of_matrices() -> None:
    """(A + t B)^3 is a polynomial in t."""
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 3, 3))
    found = cg.taylor(lambda m: m @ m @ m, a, b, 4)
    expected = [a @ a @ a, a @ a @ b + a @ b @ a + b @ a @ a, a @ b @ b + b @ a @ b + b @ b @ a]
    for c, e in zip(found, [*expected, b @ b @ b, np.zeros((3, 3))], strict=True):
        np.testing.assert_allclose(c, e, rtol=1e-12, atol=1e-12)


def test_a_loop_that_solves_an_equation() -> None:
    """Of y' = y the steps of Euler's method multiply y by 1 + h, so the end is a power of that."""
    n = 10

    def end(h: Any) -> Any:
        y = 1.0
        for _ in range(n):
            y = y + h * y
        return y

    np.testing.assert_allclose(cg.taylor(end, 0.0, 1.0, 5), [math.comb(n, k) for k in range(6)])


def test_structures() -> None:
    x, v = {"a": np.array([0.1, 0.2]), "b": 2.0}, {"a": np.array([1.0, 0.0]), "b": 1.0}
    found = cg.taylor(lambda x: (x["a"] * x["b"], {"c": F.sum(x["a"])}), x, v, 3)
    assert [type(part) for part in found] == [tuple] * 4
    np.testing.assert_allclose(
        [part[0] for part in found], [[0.2, 0.4], [2.1, 0.2], [1.0, 0.0], [0.0, 0.0]]
    )
    np.testing.assert_allclose([part[1]["c"] for part in found], [0.3, 1.0, 0.0, 0.0])


def test_differentiable() -> None:
    x = cg.Variable(0.3)
    c = cg.taylor(F.exp, x, 1.0, 3)
    assert all(isinstance(part, cg.Variable) for part in c)
    c[3].backward()
    assert x.grad.item() == pytest.approx(math.exp(0.3) / 6)
    assert cg.grad(lambda v: cg.taylor(F.exp, 0.0, v, 2)[2])(3.0) == pytest.approx(3.0)
    compiled = cg.compile(lambda x: cg.taylor(lambda x: F.sin(x) * x, x, 1.0, 3))
    for k in range(3):
        expected = cg.taylor(lambda x: F.sin(x) * x, 0.1 * k, 1.0, 3)
        found = [c.item() for c in compiled(cg.Variable(0.1 * k))]
        np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)
    assert compiled.captures == 1


def test_refusals() -> None:
    with pytest.raises(ValueError, match="order must be from 0 to 10, not -1"):
        cg.taylor(F.exp, 0.0, 1.0, -1)
    with pytest.raises(ValueError, match="tangent of shape"):
        cg.taylor(F.exp, 0.0, [1.0], 0)
