"""The incomplete gamma and beta functions and their inverses: derivatives by every argument."""

import mpmath
import numpy as np
import pytest
from checkpoints import assert_unchanged

import cygrad as cg
import cygrad.functions as F
from cygrad import special
from cygrad.kernels.elementwise import best_isa, choose_isa, isa
from cygrad.kernels.incomplete import beta_derivative, gamma_derivative
from cygrad.numerical import check_grads

scipy_special = pytest.importorskip("scipy.special")

A = np.array([0.4, 1.7, 3.2, 8.0, 25.0])
B = np.array([2.0, 0.6, 4.0, 1.5, 12.0])
X = np.array([0.7, 1.2, 5.0, 6.0, 30.0])
UNIT = np.array([0.2, 0.5, 0.35, 0.93, 0.7])

INPUTS: dict[str, tuple[np.ndarray, ...]] = {
    "gammainc": (A, X),
    "gammaincc": (A, X),
    "gammaincinv": (A, UNIT),
    "gammainccinv": (A, UNIT),
    "betainc": (A, B, UNIT),
    "betaincinv": (A, B, UNIT),
}
every_function = pytest.mark.parametrize("name", INPUTS)


@every_function
def test_values_are_scipys(name: str) -> None:
    y = getattr(special, name)(*INPUTS[name])
    np.testing.assert_array_equal(y.data, getattr(scipy_special, name)(*INPUTS[name]))


@pytest.mark.parametrize(
    "shape", [(20_001,), (1, 3, 5000), (5000, 3), (200, 0, 300), (1, 1, 4097), (2,) * 13]
)
def test_long_arrays_have_scipys_values(shape: tuple[int, ...]) -> None:
    a, x = np.random.default_rng(0).uniform(0.1, 5.0, (2, *shape))
    for left, right in ((a, x), (a.T, x.T), (a[..., ::-1], 0.5), (a, x[..., :1]), (a[:1], x)):
        expected = scipy_special.gammainc(left, right)
        np.testing.assert_array_equal(special.gammainc(left, right).data, expected, strict=True)
    with pytest.raises(ValueError, match="gammainc: .*broadcast"):
        special.gammainc(np.ones(5000), np.ones(4999))


@every_function
def test_derivatives_by_all_arguments(name: str) -> None:
    f, inputs = getattr(special, name), INPUTS[name]
    check_grads(f, *inputs, order=2)
    check_grads(lambda x: f(*inputs[:-1], x), inputs[-1], order=4)


@every_function
def test_through_a_checkpoint(name: str) -> None:
    assert_unchanged(getattr(special, name), INPUTS[name])


@every_function
def test_broadcasting(name: str) -> None:
    f, inputs = getattr(special, name), INPUTS[name]
    check_grads(f, inputs[0][:, None], *(x[:2] for x in inputs[1:]), order=2)
    check_grads(f, *(float(x[1]) for x in inputs[:-1]), inputs[-1], order=2)
    empty = f(*(np.ones((0, 2)) for _ in inputs))
    assert empty.shape == (0, 2)


@every_function
def test_third_derivatives_by_parameters_are_refused(name: str) -> None:
    f, inputs = getattr(special, name), INPUTS[name]
    third = cg.grad(cg.grad(cg.grad(lambda a: f(a, *(x[0] for x in inputs[1:])))))
    with pytest.raises(NotImplementedError, match="third derivatives by the parameters"):
        third(0.7)


@every_function
def test_every_mode_agrees(name: str) -> None:
    f, inputs = getattr(special, name), INPUTS[name]
    total = lambda *xs: F.sum(f(*xs))
    argnums = tuple(range(len(inputs)))
    slopes = cg.grad(total, argnums=argnums)(*inputs)
    directions = tuple(np.ones_like(x) for x in inputs)
    forward = cg.jvp(f, inputs, directions)[1]
    np.testing.assert_allclose(forward, sum(slopes), rtol=1e-14)
    for k in argnums:
        only = lambda x, k=k: f(*inputs[:k], x, *inputs[k + 1 :])
        np.testing.assert_array_equal(np.diag(cg.jacobian(only)(inputs[k])), slopes[k])
        hessian = cg.hessian(lambda x, only=only: F.sum(only(x)))(inputs[k])
        again = cg.elementwise_grad(cg.elementwise_grad(only))(inputs[k])
        np.testing.assert_allclose(np.diag(hessian), again, rtol=1e-14)


# ---- Against mpmath -----------------------------------------------------------------------------


def relative(value: float, exact: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(value) - exact) / abs(exact))


def exact_gamma(a: float, x: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    """dP/da and d2P/da2: the power series of P, every term with its derivatives."""
    with mpmath.workdps(60 + int(x / 2)):
        a, x = mpmath.mpf(a), mpmath.mpf(x)
        k, t = mpmath.log(x) - mpmath.digamma(a + 1), -mpmath.polygamma(1, a + 1)
        term = largest = mpmath.exp(a * mpmath.log(x) - x - mpmath.loggamma(a + 1))
        first = second = mpmath.mpf(0)
        n = a + 1
        while n < x or term > mpmath.mpf(10) ** -mpmath.mp.dps * largest:
            first += term * k
            second += term * (k * k + t)
            term *= x / n
            largest = max(largest, term)
            k -= 1 / n
            t += 1 / (n * n)
            n += 1
        return first, second


GAMMA_POINTS = [
    (a, x)
    for a in (1e-10, 1e-3, 0.3, 1.0, 1.46, 2.0, 7.5, 19.9, 20.0, 300.0)
    for x in (1e-5 * a, 0.4 * a, a - 0.9 * a**0.5, a, a + 4 * a**0.5, 1.6 * a, 1.0, 30.0)
    if x > 0
]


def test_gammainc_by_its_parameter() -> None:
    for a, x in GAMMA_POINTS:
        first, second = exact_gamma(a, x)
        scale = float(abs(first)) * min(1.0, a**-0.5)  # near the second one's zero its terms cancel
        for kind, exact, least in (("a", first, 0.0), ("aa", second, scale)):
            value = gamma_derivative(kind, a, x).item()
            if abs(exact) < 1e-300:
                assert abs(value) <= 1.1e-300
                continue
            error = float(abs(mpmath.mpf(value) - exact))
            assert error < 4e-15 * (float(abs(exact)) + least), (kind, a, x, value, exact)


# By quadrature with 45 digits.
@pytest.mark.parametrize(
    ("a", "x", "first", "second"),
    [
        (1000000.0, 970000.0, -1.5004819966958216e-203, 4.570349627311881e-205),
        (1000000.0, 998000.0, -5.3900890028576e-05, 1.0790973478583449e-07),
        (1000000.0, 1000500.0, -0.0003519920296234105, -1.7595204510217765e-07),
        (1000000.0, 1003000.0, -4.465130758962506e-06, -1.337534039868608e-08),
        (1000000.0, 1035000.0, -4.328573882331516e-264, -1.489091296120759e-265),
        (100000000.0, 99700000.0, -5.9882354952996246e-201, 1.7991707576293844e-203),
        (100000000.0, 99980000.0, -5.39819671038665e-06, 1.079747321308723e-09),
        (100000000.0, 100005000.0, -3.5205799256812724e-05, -1.7602459585249968e-09),
        (100000000.0, 100030000.0, -4.4351727339494425e-07, -1.3303522784279704e-10),
        (100000000.0, 100350000.0, -1.6361964800138258e-270, -5.716689304135331e-273),
        (1000000000000.0, 999970000000.0, -1.4604644350166755e-202, 4.381459027264415e-207),
        (1000000000000.0, 999998000000.0, -5.3990876528152376e-08, 1.0798186103821079e-13),
        (1000000000000.0, 1000000500000.0, -3.5206525341740623e-07, -1.7603258270057577e-13),
        (1000000000000.0, 1000003000000.0, -4.431881650844676e-09, -1.3295625009107596e-14),
        (1000000000000.0, 1000035000000.0, -3.997044000227606e-273, -1.3989409187565066e-277),
    ],
)
def test_gammainc_by_a_large_parameter(a: float, x: float, first: float, second: float) -> None:
    assert gamma_derivative("a", a, x).item() == pytest.approx(first, rel=2e-15)
    assert gamma_derivative("aa", a, x).item() == pytest.approx(second, rel=2e-15)


def test_gammainc_where_a_is_small() -> None:
    """P = 1 - a E1(x) + ..., to the second order."""
    x = np.array([1e-3, 0.5, 1.0, 3.0, 40.0])
    for a in (0.0, 1e-300, 1e-20):
        np.testing.assert_allclose(gamma_derivative("a", a, x), -scipy_special.exp1(x), rtol=2e-15)
    exact = [
        float(mpmath.diff(lambda a, at=at: mpmath.gammainc(a, 0, at, regularized=True), 1e-8, 2))
        for at in x[1:].tolist()
    ]
    np.testing.assert_allclose(gamma_derivative("aa", 1e-8, x[1:]), exact, rtol=1e-7)


def exact_beta(a: float, b: float, x: float) -> list[mpmath.mpf]:
    """By a, b, aa, ab, bb: the power series of I, every term with its derivatives."""
    with mpmath.workdps(90):
        a, b, x = mpmath.mpf(a), mpmath.mpf(b), mpmath.mpf(x)
        if x > 0.5:
            q = exact_beta_lower(b, a, 1 - x)
            return [-q[1], -q[0], -q[4], -q[3], -q[2]]
        return exact_beta_lower(a, b, x)


def exact_beta_lower(a: mpmath.mpf, b: mpmath.mpf, x: mpmath.mpf) -> list[mpmath.mpf]:
    n = a + b
    psi, tri = mpmath.digamma(n), mpmath.polygamma(1, n)
    ka = mpmath.log(x) + psi - mpmath.digamma(a + 1)
    kb = mpmath.log1p(-x) + psi - mpmath.digamma(b)
    ta, tb = tri - mpmath.polygamma(1, a + 1), tri - mpmath.polygamma(1, b)
    weight = mpmath.exp(
        a * mpmath.log(x)
        + b * mpmath.log1p(-x)
        + mpmath.loggamma(n)
        - mpmath.loggamma(a + 1)
        - mpmath.loggamma(b)
    )
    sums = [mpmath.mpf(0)] * 5
    term, la, lb, laa, lbb, k = weight, ka, kb, ta, tb, 0
    lab = tri
    while x * (n + k) > a + 1 + k or term > mpmath.mpf(10) ** -80 * weight:
        parts = (la, lb, la * la + laa, la * lb + lab, lb * lb + lbb)
        sums = [s + term * part for s, part in zip(sums, parts, strict=True)]
        i, j = 1 / (n + k), 1 / (a + 1 + k)
        term *= x * (n + k) * j
        weight = max(weight, term)
        la, lb = la + i - j, lb + i
        laa, lab, lbb = laa - i * i + j * j, lab - i * i, lbb - i * i
        k += 1
    return sums


BETA_POINTS = [
    (a, b, x)
    for a, b in (
        (1e-10, 3e-10), (1e-10, 3.0), (1e-5, 100.0), (0.2, 0.7), (0.5, 1e-8), (1.3, 1.7), (2.5, 0.01),
        (3.0, 7.0), (9.9, 10.0), (30.0, 0.5), (40.0, 60.0), (3000.0, 2.0), (4000.0, 5000.0),
    )
    for x in (1e-8, 0.03, 0.5, 0.97, 1 - 1e-8, a / (a + b), (a + 0.5) / (a + b + 1) * 0.98)
]  # fmt: skip


def test_betainc_by_its_parameters() -> None:
    for a, b, x in BETA_POINTS:
        if not 0.0 < x < 1.0:
            continue
        for kind, exact in zip(("a", "b", "aa", "ab", "bb"), exact_beta(a, b, x), strict=True):
            value = beta_derivative(kind, a, b, x, 1 - x).item()
            if abs(exact) > 1e-290:
                error = relative(value, exact)
                # Near a second derivative's zero its terms cancel.
                assert error < (3e-15 if len(kind) == 1 else 1e-12), (kind, a, b, x, error)
            else:
                assert abs(value) <= 1.1e-290, (kind, a, b, x, value)


def test_betainc_of_large_parameters_is_gammaincs() -> None:
    """I_x(a, b) goes to P(a, b x) as b grows, with an error of the order of 1 / b."""
    a, t, b = np.array([0.5, 3.0, 40.0]), np.array([0.2, 2.0, 50.0]), 1e14
    for kind in ("a", "aa"):
        np.testing.assert_allclose(
            beta_derivative(kind, a, b, t / b, 1.0 - t / b), gamma_derivative(kind, a, t), rtol=1e-9
        )


def test_symmetry() -> None:
    rng = np.random.default_rng(5)
    a, b = 10.0 ** rng.uniform(-9, 9, (2, 300))
    x = rng.uniform(size=300)
    for kind, mirrored in (("a", "b"), ("aa", "bb"), ("ab", "ab")):
        np.testing.assert_allclose(
            beta_derivative(kind, a, b, x, 1 - x),
            -beta_derivative(mirrored, b, a, 1 - x, x),
            rtol=1e-13,
        )


def test_a_power_of_x() -> None:
    """I_x(a, 1) = x^a, and I_x(1, b) = 1 - (1 - x)^b."""
    a, x = 10.0 ** np.linspace(-9, 2, 40), np.linspace(0.01, 0.99, 40)
    value, log = x**a, np.log(x)
    np.testing.assert_allclose(beta_derivative("a", a, 1.0, x, 1 - x), value * log, rtol=1e-14)
    np.testing.assert_allclose(beta_derivative("aa", a, 1.0, x, 1 - x), value * log**2, rtol=1e-14)
    np.testing.assert_allclose(beta_derivative("b", 1.0, a, 1 - x, x), -(x**a) * log, rtol=1e-14)


# ---- Edges --------------------------------------------------------------------------------------


def slopes(name: str, *numbers: float) -> list[float]:
    xs = [cg.Variable(x) for x in numbers]
    y = getattr(special, name)(*xs)
    y.backward()
    return [y.item(), *(x.grad.item() for x in xs)]


NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        ("gammainc", (2.0, 0.0), (0.0, 0.0, 0.0)),
        ("gammainc", (1.0, 0.0), (0.0, 0.0, 1.0)),
        ("gammainc", (0.5, 0.0), (0.0, 0.0, INF)),
        ("gammainc", (2.0, INF), (1.0, 0.0, 0.0)),
        ("gammainc", (INF, 2.0), (0.0, 0.0, 0.0)),
        ("gammainc", (19.5, 1e78), (1.0, 0.0, 0.0)),
        ("gammainc", (1e150, 1.0), (0.0, 0.0, 0.0)),
        ("gammainc", (0.0, 1.0), (1.0, -0.21938393439552029, 0.0)),
        ("gammainc", (-1.0, 1.0), (NAN, NAN, NAN)),
        ("gammainc", (1.0, -1.0), (NAN, NAN, NAN)),
        ("gammainc", (NAN, 1.0), (NAN, NAN, NAN)),
        ("gammaincc", (2.0, 0.0), (1.0, 0.0, 0.0)),
        ("gammaincc", (2.0, INF), (0.0, 0.0, 0.0)),
        ("gammaincinv", (2.0, 0.0), (0.0, 0.0, INF)),
        ("gammaincinv", (1.0, 0.0), (0.0, 0.0, 1.0)),
        ("gammaincinv", (2.0, 1.5), (NAN, NAN, NAN)),
        ("gammainccinv", (2.0, 1.0), (0.0, 0.0, -INF)),
        ("betainc", (2.0, 3.0, 0.0), (0.0, 0.0, 0.0, 0.0)),
        ("betainc", (1.0, 3.0, 0.0), (0.0, 0.0, 0.0, 3.0)),
        ("betainc", (2.0, 3.0, 1.0), (1.0, 0.0, 0.0, 0.0)),
        ("betainc", (2.0, 1.0, 1.0), (1.0, 0.0, 0.0, 2.0)),
        ("betainc", (2.0, 0.5, 1.0), (1.0, 0.0, 0.0, INF)),
        ("betainc", (0.0, 1.0, 0.5), (1.0, -0.6931471805599453, 0.0, 0.0)),
        ("betainc", (1.0, 0.0, 0.5), (0.0, 0.0, 0.6931471805599453, 0.0)),
        ("betainc", (-1.0, 3.0, 0.5), (NAN, NAN, NAN, NAN)),
        ("betainc", (1.0, 3.0, 1.5), (NAN, NAN, NAN, NAN)),
        ("betainc", (1.0, NAN, 0.5), (NAN, NAN, NAN, NAN)),
        ("betaincinv", (2.0, 3.0, 0.0), (0.0, 0.0, 0.0, INF)),
        ("betaincinv", (2.0, 3.0, 1.0), (1.0, 0.0, 0.0, INF)),
        ("betaincinv", (2.0, 3.0, -0.5), (NAN, NAN, NAN, NAN)),
    ],
)
def test_edges(name: str, inputs: tuple[float, ...], expected: tuple[float, ...]) -> None:
    np.testing.assert_allclose(slopes(name, *inputs), expected, rtol=1e-15)


def test_second_derivatives_at_the_edges() -> None:
    x = np.array([0.0, 0.0, 0.0, np.inf])
    second = cg.elementwise_grad(
        cg.elementwise_grad(lambda x: special.gammainc([1.0, 2.0, 3.0, 2.0], x))
    )
    np.testing.assert_array_equal(second(x), [-1.0, 1.0, 0.0, 0.0])
    second = cg.elementwise_grad(
        cg.elementwise_grad(
            lambda x: special.betainc([1.0, 2.0, 3.0, 3.0], [3.0, 3.0, 1.0, 2.0], x)
        )
    )
    np.testing.assert_array_equal(second(np.array([0.0, 0.0, 1.0, 1.0])), [-6.0, 12.0, 6.0, -12.0])


def test_densities_of_large_parameters() -> None:
    """By exp((a - 1) log x - ...) ten digits would be lost here."""
    for a, x in ((1e8, 1e8 + 3e4), (1e12, 1e12 - 2e6), (1e15, 1e15), (25.0, 400.0)):
        with mpmath.workdps(60):
            exact = mpmath.exp((a - 1) * mpmath.log(x) - x - mpmath.loggamma(a))
        assert relative(slopes("gammainc", a, x)[2], exact) < 1e-14
    for a, b, x in ((1e8, 3e8, 0.25001), (1e12, 7.0, 1 - 2.0**-37), (3.0, 1e15, 2.0**-48)):
        with mpmath.workdps(60):
            p = mpmath.mpf(x)
            exact = (
                p ** (a - 1)
                * (1 - p) ** (b - 1)
                / mpmath.exp(
                    mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(mpmath.mpf(a) + b)
                )
            )
        assert relative(slopes("betainc", a, b, x)[3], exact) < 1e-14


def test_huge_and_tiny_parameters_give_numbers() -> None:
    rng = np.random.default_rng(11)
    a, b = 10.0 ** rng.uniform(-100, 100, (2, 500))
    x = 10.0 ** rng.uniform(-300, 0, 500)
    for kind in ("density", "a", "aa", "log_a", "slope_a"):
        assert not np.isnan(gamma_derivative(kind, a, x)).any()
        assert not np.isnan(gamma_derivative(kind, a, 1.0 / x)).any()
        assert not np.isnan(beta_derivative(kind, a, b, x, 1 - x)).any()
        assert not np.isnan(beta_derivative(kind, a, b, 1 - x, x)).any()


def test_an_inverse_that_rounds_to_one() -> None:
    """x = 1 - 2.5e-21; y = 1 - x has the digits. I_x(1, b) = 1 - y^b."""
    b, p = 0.5, 1.0 - 5e-11
    value, _, by_b, by_p = slopes("betaincinv", 1.0, b, p)
    left = 1.0 - p
    assert value == 1.0
    assert by_p == pytest.approx(left ** (1 / b - 1) / b, rel=1e-14)
    assert by_b == pytest.approx(left ** (1 / b) * np.log(left) / b**2, rel=1e-14)


def test_inverses_invert() -> None:
    """dx/da of the inverse, times f, is -dP/da at x."""
    rng = np.random.default_rng(3)
    a, b, p = (
        10.0 ** rng.uniform(-1, 5, 100),
        10.0 ** rng.uniform(-1, 5, 100),
        rng.uniform(size=100),
    )
    x = special.gammaincinv(a, p)
    ratio = -gamma_derivative("a", a, x.data) / gamma_derivative("density", a, x.data)
    slope = cg.elementwise_grad(lambda a: special.gammaincinv(a, p))(a)
    np.testing.assert_allclose(slope, ratio, rtol=1e-14)
    x = special.betaincinv(a, b, p)
    kept = x.data < 0.9
    inputs = a[kept], b[kept], x.data[kept], 1 - x.data[kept]
    ratio = -beta_derivative("b", *inputs) / beta_derivative("density", *inputs)
    slope = cg.elementwise_grad(lambda b: special.betaincinv(a, b, p))(b)
    np.testing.assert_allclose(slope[kept], ratio, rtol=1e-12)


def test_the_same_bits_on_every_instruction_set() -> None:
    rng = np.random.default_rng(8)
    a, b, x = (
        10.0 ** rng.uniform(-8, 8, 200),
        10.0 ** rng.uniform(-8, 8, 200),
        rng.uniform(size=200),
    )
    before = isa()
    try:
        results = []
        for name in ("baseline", "avx2", "avx512")[
            : ("baseline", "avx2", "avx512").index(best_isa()) + 1
        ]:
            choose_isa(name)
            results.append(
                [
                    gamma_derivative(kind, a, a * (x + 0.5))
                    for kind in ("density", "a", "aa", "slope_a")
                ]
                + [
                    beta_derivative(kind, a, b, x, 1 - x)
                    for kind in ("density", "a", "bb", "slope_ab")
                ]
            )
    finally:
        choose_isa(before)
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(one, two)
    alone = [beta_derivative("a", a[k], b[k], x[k], 1 - x[k]).item() for k in range(200)]
    np.testing.assert_array_equal(alone, results[0][5])
