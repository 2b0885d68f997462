"""cygrad.special: scipy's values, derivatives of three orders, ends of the domains."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from checkpoints import assert_unchanged

import cygrad as cg
import cygrad.functions as F
from cygrad import special
from cygrad.numerical import check_grads

scipy_special = pytest.importorskip("scipy.special")

Array = Any
POSITIVE = np.array([0.4, 1.0, 1.7, 3.2, 5.5])
NEGATIVE = np.array([-0.5, -1.3, -2.7])
REAL = np.array([-2.3, -0.6, 0.25, 1.1, 2.9])
UNIT = np.array([0.05, 0.3, 0.5, 0.62, 0.93])
SHUFFLED = POSITIVE[[2, 4, 1, 0, 3]] * 1.1

INPUTS: dict[str, tuple[Array, ...]] = {
    **dict.fromkeys(["gamma", "gammaln", "digamma", "psi", "loggamma"], (POSITIVE,)),
    **dict.fromkeys(["y0", "y1", "k0", "k1", "k0e", "k1e", "exp1", "expi", "entr"], (POSITIVE,)),
    **dict.fromkeys(["erf", "erfc", "erfcx", "ndtr", "log_ndtr", "expit", "log_expit"], (REAL,)),
    **dict.fromkeys(["j0", "j1", "i0", "i1", "i0e", "i1e"], (REAL,)),
    **dict.fromkeys(["erfinv"], (2.0 * UNIT - 1.0,)),
    **dict.fromkeys(["erfcinv"], (2.0 * UNIT,)),
    **dict.fromkeys(["ndtri", "logit"], (UNIT,)),
    **dict.fromkeys(["beta", "betaln", "rel_entr", "kl_div"], (POSITIVE, SHUFFLED)),
    **dict.fromkeys(["xlogy", "xlog1py"], (REAL, POSITIVE)),
}
# With parameters that have no gradient, before the input that has.
WITH_ORDER: dict[str, tuple[tuple[Any, ...], Array]] = {
    "polygamma": ((2,), POSITIVE),
    "jv": ((1.5,), POSITIVE),
    "jn": ((2,), REAL),
    "yv": ((1,), POSITIVE),
    "yn": ((2,), POSITIVE),
    "iv": ((2,), REAL),
    "ive": ((2,), REAL),
    "kv": ((0.5,), POSITIVE),
    "kve": ((1.5,), POSITIVE),
}
# In test_incomplete.py.
INCOMPLETE = {"gammainc", "gammaincc", "gammaincinv", "gammainccinv", "betainc", "betaincinv"}
MATRICES = {"softmax", "log_softmax", "logsumexp", "multigammaln"}


def test_every_function_is_tested() -> None:
    assert set(special.__all__) == set(INPUTS) | set(WITH_ORDER) | INCOMPLETE | MATRICES


@pytest.mark.parametrize("name", INPUTS)
def test_values_are_scipys(name: str) -> None:
    y = getattr(special, name)(*INPUTS[name])
    expected = getattr(scipy_special, name)(*INPUTS[name])
    assert isinstance(y, cg.Variable) and y.creator is None
    np.testing.assert_allclose(y.data, expected, rtol=4e-15)


@pytest.mark.parametrize("name", INPUTS)
def test_derivatives(name: str) -> None:
    check_grads(getattr(special, name), *INPUTS[name], order=3)


@pytest.mark.parametrize("name", [n for n in INPUTS if len(INPUTS[n]) == 2])
def test_broadcasting(name: str) -> None:
    a, b = INPUTS[name]
    check_grads(getattr(special, name), a[:, None], b[:2], order=2)
    check_grads(getattr(special, name), a[1], b, order=2)


@pytest.mark.parametrize("name", WITH_ORDER)
def test_with_parameters(name: str) -> None:
    parameters, x = WITH_ORDER[name]
    f = getattr(special, name)
    expected = getattr(scipy_special, name)(*parameters, x)
    np.testing.assert_allclose(f(*parameters, x).data, expected, rtol=4e-15)
    check_grads(lambda x: f(*parameters, x), x, order=3)
    with pytest.raises(NotImplementedError, match=rf"{name}|{name.replace('n', 'v')}"):
        f(*[cg.Variable(p) for p in parameters], x)
    with cg.no_grad():
        assert f(*[cg.Variable(p) for p in parameters], x).shape == x.shape
    assert_unchanged(lambda x: f(*parameters, x), [x])


@pytest.mark.parametrize("name", INPUTS)
def test_through_a_checkpoint(name: str) -> None:
    assert_unchanged(getattr(special, name), INPUTS[name])


@pytest.mark.parametrize("name", ["gamma", "gammaln", "digamma", "j0", "i1"])
def test_negative_numbers(name: str) -> None:
    f = getattr(special, name)
    expected = getattr(scipy_special, name)(NEGATIVE)
    np.testing.assert_allclose(f(NEGATIVE).data, expected, rtol=4e-15)
    check_grads(f, NEGATIVE, order=2)


ENDS = np.array([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, np.inf, -np.inf, np.nan, 1e-300])


@pytest.mark.parametrize("name", INPUTS)
def test_ends_of_the_domain(name: str) -> None:
    ends = (ENDS,) if len(INPUTS[name]) == 1 else (ENDS[:, None], ENDS)
    with np.errstate(all="ignore"):
        y = getattr(special, name)(*ends).data
        expected = getattr(scipy_special, name)(*ends)
    if name == "kl_div":  # scipy: -inf or inf where x / y underflows or overflows
        expected = np.where((ends[0] == 1e-300) | (ends[1] == 1e-300), y, expected)
    if name in ("i0", "i1"):  # scipy: nan
        expected = np.where(np.isinf(ENDS), np.inf if name == "i0" else ENDS, expected)
    np.testing.assert_allclose(y, expected, rtol=1e-14)


def test_poles_and_kinks() -> None:
    x = cg.Variable([0.0, 0.0])
    special.i0e(x).backward()
    np.testing.assert_array_equal(x.grad.data, 0.0)
    x = cg.Variable(0.0)
    special.i1(x).backward()
    assert x.grad.item() == 0.5
    x = cg.Variable([-1.0, 1.0])
    special.erfinv(x).backward()
    np.testing.assert_array_equal(x.grad.data, np.inf)


def test_zero_times_the_logarithm_of_zero() -> None:
    for f, at in ((special.xlogy, 0.0), (special.xlog1py, -1.0)):
        x, y = cg.Variable(0.0), cg.Variable(at)
        z = f(x, y)
        z.backward(create_graph=True)
        assert z.item() == x.grad.item() == y.grad.item() == 0.0
        x, y = cg.Variable(2.0), cg.Variable(at)
        z = f(x, y)
        z.backward()
        assert z.item() == x.grad.item() == -np.inf and y.grad.item() == np.inf


def test_the_left_tail() -> None:
    """The inverse Mills ratio is -x - 1/x + ... there, and its slope -1 + 1/x^2."""
    x = cg.Variable([-1e3, -40.0])
    special.log_ndtr(x).backward(create_graph=True)
    np.testing.assert_allclose(x.grad.data, [1000.000999998, 40.02496884720727], rtol=1e-12)
    g = x.grad
    x.cleargrad()
    g.backward()
    np.testing.assert_allclose(x.grad.data, [-1.0 + 1e-6, -0.999377331], rtol=1e-6)


def test_the_soft_maximum() -> None:
    a = np.array([[0.3, -1.2, 2.0], [1.1, 0.0, -0.7]])
    b = np.array([[0.5, 0.0, 1.5], [0.2, 0.9, 0.4]])
    for axis in (None, 0, 1):
        for name in ("softmax", "log_softmax"):
            f, g = getattr(special, name), getattr(scipy_special, name)
            np.testing.assert_allclose(f(a, axis).data, g(a, axis), rtol=1e-14)
            check_grads(lambda x, f=f, axis=axis: f(x, axis), a, order=2)
        for keepdims in (False, True):
            kwargs: dict[str, Any] = {"axis": axis, "keepdims": keepdims}
            expected = scipy_special.logsumexp(a, b=b, **kwargs)
            y = special.logsumexp(a, b=b, **kwargs)
            np.testing.assert_allclose(y.data, expected, rtol=1e-14, atol=1e-15, strict=True)
            expected = scipy_special.logsumexp(a, **kwargs)
            np.testing.assert_allclose(special.logsumexp(a, **kwargs).data, expected, rtol=1e-14)
        check_grads(lambda a, b, axis=axis: special.logsumexp(a, axis, b), a, b + 0.1, order=2)


def test_logsumexp_with_factors_at_its_ends() -> None:
    assert special.logsumexp([1e5, 3.0], b=[0.0, 2.0]).item() == pytest.approx(3.0 + np.log(2.0))
    assert special.logsumexp([-np.inf, -np.inf], b=[1.0, 2.0]).item() == -np.inf
    assert special.logsumexp([np.inf, 0.0], b=[1.0, 2.0]).item() == np.inf


def test_multigammaln() -> None:
    x = POSITIVE + 1.0
    np.testing.assert_allclose(
        special.multigammaln(x, 3).data, scipy_special.multigammaln(x, 3), rtol=1e-14
    )
    check_grads(lambda x: special.multigammaln(x, 3), x, order=2)
    for d in (0, 1.5, True):
        with pytest.raises(ValueError, match="multigammaln: d"):
            special.multigammaln(x, d)
    with pytest.raises(ValueError, match="multigammaln: a"):
        special.multigammaln(0.5, 2)


@pytest.mark.parametrize("name", ["gammaln", "beta", "xlogy", "entr", "iv"])
def test_bad_input(name: str) -> None:
    f: Callable[..., Any] = getattr(special, name)
    n = 2 if name in ("beta", "xlogy", "iv") else 1
    with pytest.raises(TypeError):
        f(*["text"] * n)
    with pytest.raises(TypeError):
        f(*[None] * n)
    if n == 2:
        with pytest.raises(ValueError, match=name):
            f(np.ones(2), np.ones(3))


def test_repr_and_views() -> None:
    x = cg.Variable(POSITIVE.repeat(2).reshape(5, 2), name="x")
    y = special.gammaln(x.T[::-1])
    assert repr(y.creator).startswith("gammaln(")
    np.testing.assert_allclose(y.data, scipy_special.gammaln(x.data.T[::-1]), rtol=4e-15)
    F.sum(y).backward()
    np.testing.assert_allclose(x.grad.data, scipy_special.digamma(x.data), rtol=4e-15)


WITHOUT_SCIPY = """
import sys
sys.modules["scipy"] = sys.modules["scipy.special"] = None
import numpy as np
import cygrad as cg
from cygrad import special, stats
assert special.xlogy(2.0, 1.0).item() == 0.0
assert special.ndtr(0.0).item() == 0.5
assert special.erfcx(0.0).item() == 1.0
assert special.log_ndtr(0.0).item() == np.log(0.5)
assert special.erfinv(0.0).item() == special.erfcinv(1.0).item() == special.ndtri(0.5).item() == 0.0
assert abs(special.logit(0.75).item() - np.log(3.0)) < 1e-15
assert special.gammaln(2.0).item() == 0.0 and special.gamma(4.0).item() == 6.0
assert abs(special.polygamma(1, 1.0).item() - np.pi ** 2 / 6) < 1e-15
assert special.digamma(2.0).item() > 0.4 and special.multigammaln(3.0, 2).item() > 1.5
assert stats.norm.logpdf(0.0).item() < 0.0
assert stats.multivariate_normal.logpdf([0.0, 0.0], [0.0, 0.0], np.eye(2)).item() < 0.0
assert stats.beta.logpdf(0.5, 1.0, 1.0).item() == stats.poisson.logpmf(0, 0.0).item() == 0.0
try:
    special.jv(0.5, 2.0)
except ImportError as error:
    assert "pip install 'cygrad[scipy]'" in str(error) and "jv" in str(error)
else:
    raise AssertionError
"""


def test_without_scipy() -> None:
    path = ":".join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-P", "-c", WITHOUT_SCIPY],
        env={"PYTHONPATH": path},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
