"""cygrad.stats: scipy's values, two orders of derivatives, and nothing but zeros out of the support."""

from typing import Any

import numpy as np
import pytest
from checkpoints import assert_unchanged

import cygrad as cg
from cygrad import stats
from cygrad.numerical import check_grads

scipy_stats = pytest.importorskip("scipy.stats")

Array = Any
UNIT = np.array([0.1, 0.35, 0.62, 0.9])
REAL = np.array([-1.7, -0.3, 0.4, 2.1])
P = np.array([0.6, 1.2, 2.5, 3.1])
Q = np.array([1.9, 0.7, 1.1, 2.2])
COUNTS = np.array([0.0, 1.0, 4.0, 2.0])
LOC, SCALE = np.array(0.3), np.array([0.8, 1.7, 1.2, 2.0])

# (distribution, function): the arguments, and which of them have a gradient.
CASES: dict[tuple[str, str], tuple[tuple[Array, ...], tuple[int, ...]]] = {
    **{
        ("norm", f): ((REAL, LOC, SCALE), (0, 1, 2))
        for f in ("logpdf", "pdf", "cdf", "logcdf", "sf", "logsf")
    },
    **{
        (d, f): ((REAL, LOC, SCALE), (0, 1, 2))
        for d in ("laplace", "cauchy", "logistic")
        for f in ("logpdf", "pdf")
    },
    **{("expon", f): ((P, LOC, SCALE), (0, 1, 2)) for f in ("logpdf", "pdf", "cdf")},
    **{("uniform", f): ((UNIT, LOC - 0.5, SCALE + 1.0), (0, 1, 2)) for f in ("logpdf", "pdf")},
    **{("lognorm", f): ((P, Q, LOC, SCALE), (0, 1, 2, 3)) for f in ("logpdf", "pdf")},
    **{("t", f): ((REAL, Q, LOC, SCALE), (0, 1, 2, 3)) for f in ("logpdf", "pdf")},
    **{("gamma", f): ((P, Q, LOC, SCALE), (0, 1, 2, 3)) for f in ("logpdf", "pdf", "cdf")},
    **{("chi2", f): ((P, Q, LOC, SCALE), (0, 1, 2, 3)) for f in ("logpdf", "pdf")},
    **{
        ("beta", f): ((UNIT, P, Q, LOC - 0.5, SCALE + 1.0), (0, 1, 2, 3, 4))
        for f in ("logpdf", "pdf", "cdf")
    },
    **{("poisson", f): ((COUNTS, Q), (1,)) for f in ("logpmf", "pmf")},
    **{("bernoulli", f): ((COUNTS % 2, UNIT), (1,)) for f in ("logpmf", "pmf")},
    **{("binom", f): ((COUNTS, np.array(5.0), UNIT), (2,)) for f in ("logpmf", "pmf")},
    **{("nbinom", f): ((COUNTS, Q, UNIT), (1, 2)) for f in ("logpmf", "pmf")},
}
OTHERS = {"categorical", "dirichlet", "multivariate_normal"}
every_case = pytest.mark.parametrize("case", CASES, ids=".".join)


def functions(case: tuple[str, str]) -> tuple[Any, Any]:
    name, f = case
    return getattr(getattr(stats, name), f), getattr(getattr(scipy_stats, name), f)


def test_every_function_is_tested() -> None:
    assert set(stats.__all__) == {name for name, _ in CASES} | OTHERS
    for name in set(stats.__all__) - OTHERS:
        tested, public = {f for n, f in CASES if n == name}, set(getattr(stats, name).__all__)
        assert tested <= public and public - tested <= {"cdf", "ppf"}  # those: test_quantiles.py


@every_case
def test_values_are_scipys(case: tuple[str, str]) -> None:
    f, reference = functions(case)
    arguments = CASES[case][0]
    np.testing.assert_allclose(f(*arguments).data, reference(*arguments), rtol=2e-14)
    column = (arguments[0][:, None], *arguments[1:])
    np.testing.assert_allclose(f(*column).data, reference(*column), rtol=2e-14)
    assert f(float(arguments[0][0]), *[float(np.ravel(a)[0]) for a in arguments[1:]]).shape == ()


@every_case
def test_derivatives_and_through_a_checkpoint(case: tuple[str, str]) -> None:
    f, _ = functions(case)
    arguments, moved = CASES[case]

    def call(*xs: cg.Variable) -> Any:
        full = list(arguments)
        for place, x in zip(moved, xs, strict=True):
            full[place] = x
        return f(*full)

    check_grads(call, *[arguments[k] for k in moved], order=2)
    assert_unchanged(call, [arguments[k] for k in moved])


FAR = np.array([-np.inf, -1e100, -3.0, -0.5, 0.0, 0.5, 1.0, 2.0, 1e100, np.inf, np.nan])


@every_case
def test_everywhere(case: tuple[str, str]) -> None:
    """Out of the support scipy's value, and gradients that are 0 and not nan."""
    f, reference = functions(case)
    arguments, moved = CASES[case]
    scalars = [np.ravel(a)[0] for a in arguments]
    with np.errstate(all="ignore"):
        expected = reference(FAR, *scalars[1:])
    if case == ("laplace", "logpdf"):  # scipy: the logarithm of 0
        expected = np.where(np.abs(FAR) == 1e100, -np.abs(FAR - 0.3) / 0.8, expected)
    if case[0] in ("gamma", "chi2", "poisson", "nbinom") and case[1] != "cdf":
        # scipy: inf - inf
        expected = np.where(np.isinf(FAR), -np.inf if "log" in case[1] else 0.0, expected)
    arrays = [FAR, *[np.full(FAR.shape, s) for s in scalars[1:]]]
    xs = [cg.Variable(a, requires_grad=k in moved) for k, a in enumerate(arrays)]
    y = f(*xs)
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-300)
    y.backward()
    outside = np.isin(y.data, [-np.inf, 0.0]) & ~np.isfinite(FAR) | (y.data == -np.inf)
    for k in moved:
        g = xs[k].grad.data
        assert not np.isnan(g[~np.isnan(FAR)]).any()
        np.testing.assert_array_equal(g[outside & (np.abs(FAR) != 1e100)], 0.0)


@every_case
def test_parameters_out_of_their_range(case: tuple[str, str]) -> None:
    """Where the value is nan, so is every slope."""
    f, reference = functions(case)
    arguments, moved = CASES[case]
    for k in range(1, len(arguments)):
        for value in (-0.5, -2.0):
            scalars = [np.ravel(a)[0] for a in arguments]
            scalars[k] = value
            with np.errstate(all="ignore"):
                expected = reference(*scalars)
            xs = [cg.Variable(s, requires_grad=i in moved) for i, s in enumerate(scalars)]
            y = f(*xs)
            np.testing.assert_allclose(y.data, expected, rtol=1e-12)
            if np.isnan(y.item()):
                y.backward()
                assert all(np.isnan(xs[i].grad.item()) for i in moved)


def test_counts_that_are_not_whole() -> None:
    for y in (
        stats.poisson.logpmf([0.5, -1.0], 2.0),
        stats.binom.logpmf([0.5, 6.0], 5, 0.5),
        stats.bernoulli.logpmf([0.5, 2.0], 0.5),
        stats.nbinom.logpmf([0.5, -1.0], 2.0, 0.5),
        stats.categorical.logpmf([0.5, 3.0], [0.2, 0.3, 0.5]),
    ):
        np.testing.assert_array_equal(y.data, -np.inf)
    assert np.isnan(stats.binom.logpmf(1, 2.5, 0.5).item())


def test_certain_outcomes() -> None:
    """0 log 0 is 0, and so is what flows there."""
    p = cg.Variable([0.0, 1.0])
    y = stats.bernoulli.logpmf([0, 1], p)
    np.testing.assert_array_equal(y.data, [0.0, 0.0])
    y.backward()
    np.testing.assert_array_equal(p.grad.data, [-1.0, 1.0])
    mean = cg.Variable(0.0)
    y = stats.poisson.logpmf(0, mean)
    y.backward()
    assert y.item() == 0.0 and mean.grad.item() == -1.0


def test_t_of_endless_freedom_is_normal() -> None:
    x = cg.Variable(REAL)
    df = cg.Variable([np.inf, 1e9, np.inf, 3.0])
    y = stats.t.logpdf(x, df)
    np.testing.assert_allclose(y.data, scipy_stats.t.logpdf(REAL, df.data), rtol=1e-9)
    y.backward()
    assert np.isfinite(x.grad.data).all() and np.isfinite(df.grad.data).all()


RNG = np.random.default_rng(2)
ROOT = RNG.normal(size=(3, 3))
COV, MEAN, POINTS = ROOT @ ROOT.T + np.eye(3), RNG.normal(size=3), RNG.normal(size=(2, 4, 3))


@pytest.mark.parametrize(
    "arguments",
    [
        (POINTS, MEAN, COV),
        (POINTS[0, 0], MEAN, COV),
        (POINTS[0], MEAN, np.diag(COV)),
        (POINTS[0], MEAN, 1.7),
        (POINTS[0], None, COV),
        (0.4,),
        (REAL, 0.3, 1.7),
        (REAL[:, None], [0.3], [[1.7]]),
    ],
    ids=str,
)
def test_multivariate_normal(arguments: tuple[Any, ...]) -> None:
    for f in ("logpdf", "pdf"):
        y = getattr(stats.multivariate_normal, f)(*arguments)
        expected = getattr(scipy_stats.multivariate_normal, f)(*arguments)
        assert y.shape == np.shape(expected)
        np.testing.assert_allclose(y.data, expected, rtol=1e-13)


def test_multivariate_normal_derivatives() -> None:
    f = stats.multivariate_normal.logpdf
    check_grads(lambda x, m, r: f(x, m, r @ r.T + np.eye(3)), POINTS[0], MEAN, ROOT, order=2)
    check_grads(f, POINTS[0], MEAN, np.diag(COV), order=2)
    check_grads(f, POINTS[0], MEAN, 1.7, order=2)
    cov = cg.Variable(COV)
    f(POINTS, MEAN, cov).backward()
    np.testing.assert_allclose(cov.grad.data, cov.grad.data.T, rtol=1e-12)


def test_multivariate_normal_refuses() -> None:
    f = stats.multivariate_normal.logpdf
    for cov in (np.zeros((3, 3)), [1.0, 0.0, 1.0], -1.0):
        with pytest.raises(np.linalg.LinAlgError, match=r"multivariate_normal.logpdf: "):
            f(POINTS, MEAN, cov)
    for arguments in ((POINTS, MEAN[:2], COV), (POINTS, MEAN, np.ones((2, 3, 3))), (1.0, MEAN)):
        with pytest.raises(ValueError, match=r"multivariate_normal.logpdf: .*do not fit"):
            f(*arguments)


ALPHA = np.array([1.5, 0.7, 2.0])
PROPORTIONS = np.array([[0.2, 0.1], [0.5, 0.3], [0.3, 0.6]])


def test_dirichlet() -> None:
    f, reference = stats.dirichlet.logpdf, scipy_stats.dirichlet.logpdf
    for x in (PROPORTIONS, PROPORTIONS[:, 0], PROPORTIONS[:2], PROPORTIONS[:2, 1]):
        np.testing.assert_allclose(f(x, ALPHA).data, reference(x, ALPHA), rtol=1e-14)
    np.testing.assert_allclose(
        stats.dirichlet.pdf(PROPORTIONS, ALPHA).data,
        scipy_stats.dirichlet.pdf(PROPORTIONS, ALPHA),
        rtol=1e-14,
    )
    check_grads(lambda a: f(PROPORTIONS, a), ALPHA, order=2)
    check_grads(f, PROPORTIONS[:2], ALPHA, order=2)
    for x, alpha in (
        (PROPORTIONS, ALPHA[:1]),
        (PROPORTIONS * 1.1, ALPHA),
        (PROPORTIONS, -ALPHA),
        ([1.5, -0.2, -0.3], ALPHA),
        (0.5, ALPHA),
    ):
        with pytest.raises(ValueError, match=r"dirichlet.logpdf: "):
            f(x, alpha)


def test_categorical() -> None:
    f = stats.categorical.logpmf
    table = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    np.testing.assert_array_equal(f([0, 2], table).data, np.log([0.2, 0.1]))
    np.testing.assert_array_equal(f([[1], [0]], table[0]).data, np.log([[0.3], [0.2]]))
    np.testing.assert_allclose(stats.categorical.pmf(2, table).data, [0.5, 0.1], rtol=1e-15)
    check_grads(lambda p: f([[0, 2], [1, 1]], p), table, order=2)
    p = cg.Variable([0.5, 0.5])
    y = f([0, 5], p)
    y.backward()
    np.testing.assert_array_equal(y.data, [np.log(0.5), -np.inf])
    np.testing.assert_array_equal(p.grad.data, [2.0, 0.0])
    for k, probabilities in ((0, 0.5), (0, np.ones((2, 0))), (np.zeros(3), table)):
        with pytest.raises(ValueError, match=r"categorical.logpmf: "):
            f(k, probabilities)
