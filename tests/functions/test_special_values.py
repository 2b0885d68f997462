"""Values and gradients at zeros, infinities, nan, subnormals, kinks and ties."""

import math
import warnings

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from operations import BINARY, UNARY, Operation

INF, NAN = math.inf, math.nan
SPECIAL = np.array(
    [0.0, -0.0, INF, -INF, NAN, 5e-324, -5e-324, 1e-310, 1.0, -1.0, 0.5, -2.0, 1e300, -1e300, 2.5]
)


def assert_equal_bits(y: np.ndarray, expected: np.ndarray) -> None:
    """Equal, nan to nan, and zeros of the same sign."""
    np.testing.assert_array_equal(y, expected)
    finite = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(y[finite]), np.signbit(expected[finite]))


def slope(call: object, *at: float) -> list[float]:
    """The gradient at one point, the same by the fused and by the composed rule."""
    both = []
    for create_graph in (False, True):
        xs = [cg.Variable(x) for x in at]
        call(*xs).backward(create_graph=create_graph)
        both.append([x.grad.item() for x in xs])
    np.testing.assert_array_equal(*both)
    return both[0]


@pytest.mark.parametrize("operation", UNARY, ids=str)
def test_unary_values(operation: Operation) -> None:
    y = operation.call(cg.Variable(SPECIAL)).data
    with np.errstate(all="ignore"):
        expected = operation.reference(SPECIAL)
    if operation.exact:
        assert_equal_bits(y, expected)
        return
    plain = np.isfinite(expected) & (expected != 0)
    if operation.name in ("sin", "cos", "tan"):  # NumPy's own error is checked by no one
        plain &= np.abs(SPECIAL) < 1e6
        rest = ~np.isfinite(expected) | (expected == 0)
        assert_equal_bits(y[rest], expected[rest])
    else:
        assert_equal_bits(y[~plain], expected[~plain])
    np.testing.assert_allclose(y[plain], expected[plain], rtol=1e-14)


@pytest.mark.parametrize("operation", BINARY, ids=str)
def test_binary_values(operation: Operation) -> None:
    y = operation.call(cg.Variable(SPECIAL[:, None]), cg.Variable(SPECIAL)).data
    with np.errstate(all="ignore"):
        expected = operation.reference(SPECIAL[:, None], SPECIAL)
    if operation.name in ("maximum", "minimum"):  # NumPy chooses either of 0.0 and -0.0
        np.testing.assert_array_equal(y, expected)
    elif operation.exact:
        assert_equal_bits(y, expected)
    else:
        np.testing.assert_allclose(y, expected, rtol=1e-14)


@pytest.mark.parametrize("operation", UNARY + BINARY, ids=str)
def test_special_values_do_not_leak_into_neighbours(operation: Operation) -> None:
    usual = [np.resize(x, 40) for x in operation.inputs]
    for at, special in enumerate(SPECIAL):
        mixed = [x.copy() for x in usual]
        for x in mixed:
            x[at] = special
        outputs = []
        for inputs in (usual, mixed):
            variables = [cg.Variable(x) for x in inputs]
            y = operation.call(*variables)
            y.backward()
            outputs.append([np.delete(a, at) for a in (y.data, *(v.grad.data for v in variables))])
        for a, b in zip(*outputs, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_huge_arguments(name: str) -> None:
    """Against the mathematics of Python's libm, which reduces by 1,100 bits of pi."""
    x = [1e5, 1e6, 999999.9999, 1e9, 1e15, 2.0**53, 1e22, 1e100, 1e300, 1.7976931348623157e308]
    y = getattr(F, name)(cg.Variable(x)).data
    np.testing.assert_allclose(y, [getattr(math, name)(v) for v in x], rtol=4e-16)


@pytest.mark.parametrize("x, expected", [(0.0, 0.0), (-0.0, 0.0), (2.0, 1.0), (-3.0, -1.0)])
def test_abs_has_slope_0_at_0(x: float, expected: float) -> None:
    assert slope(F.abs, x) == [expected]


@pytest.mark.parametrize("call", [F.maximum, F.minimum], ids=["maximum", "minimum"])
@pytest.mark.parametrize("x", [1.0, 0.0, -0.0, INF, -INF])
def test_ties_share_evenly(call: object, x: float) -> None:
    assert slope(call, x, x) == [0.5, 0.5]
    assert slope(call, 0.0, -0.0) == [0.5, 0.5]


def test_the_chosen_input_gets_the_gradient() -> None:
    assert slope(F.maximum, 2.0, 1.0) == [1.0, 0.0]
    assert slope(F.minimum, 2.0, 1.0) == [0.0, 1.0]
    assert slope(F.maximum, INF, 1.0) == [1.0, 0.0]
    assert slope(F.minimum, -INF, 1.0) == [1.0, 0.0]


@pytest.mark.parametrize("name", ["maximum", "minimum", "max", "min"])
@pytest.mark.parametrize("pair", [(NAN, 1.0), (1.0, NAN), (NAN, NAN), (NAN, INF), (-INF, NAN)])
def test_extremes_carry_nan(name: str, pair: tuple[float, float]) -> None:
    if name in ("max", "min"):
        assert math.isnan(getattr(F, name)(cg.Variable(pair)).item())
    else:
        assert math.isnan(getattr(F, name)(cg.Variable(pair[0]), pair[1]).item())


@pytest.mark.parametrize("name, sign", [("max", 1.0), ("min", -1.0)])
def test_equal_extremes_share_evenly(name: str, sign: float) -> None:
    x = cg.Variable(sign * np.array([[1.0, 3.0, 3.0], [3.0, 0.0, 2.0]]))
    getattr(F, name)(x).backward()
    third = 1 / 3
    np.testing.assert_array_equal(x.grad.data, [[0, third, third], [third, 0, 0]])
    x.cleargrad()
    getattr(F, name)(x, axis=1).backward()
    np.testing.assert_array_equal(x.grad.data, [[0, 0.5, 0.5], [1, 0, 0]])
    x.cleargrad()
    getattr(F, name)(x, axis=0, keepdims=True).backward()
    np.testing.assert_array_equal(x.grad.data, [[0, 1, 1], [1, 0, 0]])


@pytest.mark.parametrize("name", ["max", "min"])
def test_infinite_extremes(name: str) -> None:
    for x in (INF, -INF):
        v = cg.Variable([x, x])
        y = getattr(F, name)(v)
        assert y.item() == x
        y.backward()
        np.testing.assert_array_equal(v.grad.data, [0.5, 0.5])


@pytest.mark.parametrize(
    "x, expected", [(-2.0, 0.0), (-1.0, 0.0), (0.5, 1.0), (1.0, 0.0), (3.0, 0.0), (NAN, 0.0)]
)
def test_clip_has_slope_0_at_its_bounds(x: float, expected: float) -> None:
    assert slope(lambda v: F.clip(v, -1, 1), x) == [expected]


def test_clip_keeps_nan_and_infinite_bounds() -> None:
    y = F.clip(cg.Variable([NAN, INF, -INF, 2.0]), -INF, INF)
    np.testing.assert_array_equal(y.data, [NAN, INF, -INF, 2.0])
    np.testing.assert_array_equal(F.clip(cg.Variable([INF, -INF]), -1, 1).data, [1.0, -1.0])


@pytest.mark.parametrize(
    "base, exponent, expected",
    [
        (0.0, 0.0, [0.0, 0.0]),
        (0.0, 2.0, [0.0, 0.0]),
        (0.0, 1.0, [1.0, 0.0]),
        (2.0, 0.0, [0.0, math.log(2)]),
        (-2.0, 2.0, [-4.0, NAN]),
        (4.0, 0.5, [0.25, 2 * math.log(4)]),
        (1.0, 3.0, [3.0, 0.0]),
    ],
)
def test_pow_at_its_edges(base: float, exponent: float, expected: list[float]) -> None:
    """PyTorch's conventions: 0 for the base where b = 0, 0 for the exponent where a = 0 <= b."""
    np.testing.assert_allclose(slope(F.pow, base, exponent), expected, rtol=1e-15)
    by_number = slope(lambda v: v**exponent, base)
    np.testing.assert_allclose(by_number, expected[:1], rtol=1e-15)
    of_number = slope(lambda v: base**v, exponent)
    np.testing.assert_allclose(of_number, expected[1:], rtol=1e-15)


def mixed(a: float, b: float, order_a: int, order_b: int) -> float:
    """A derivative of a^b: by a, then by b, each asked for alone."""
    x, y = cg.Variable(a), cg.Variable(b)
    z = F.pow(x, y)
    for v in [x] * order_a + [y] * order_b:
        v.cleargrad()
        z.backward(create_graph=True)
        assert v.grad is not None
        z = v.grad
    return z.item()


@pytest.mark.parametrize(
    ("a", "b", "order_a", "order_b", "expected"),
    [
        (0.0, 2.0, 2, 0, 2.0),
        (0.0, 2.0, 1, 1, 0.0),
        (0.0, 2.0, 0, 2, 0.0),
        (0.0, 2.0, 0, 5, 0.0),
        (0.0, 2.0, 2, 1, -INF),
        (0.0, 3.0, 3, 0, 6.0),
        (0.0, 3.0, 2, 0, 0.0),
        (0.0, 3.0, 4, 0, 0.0),
        (0.0, 3.0, 2, 2, 0.0),
        (0.0, 1.0, 2, 0, 0.0),
        (0.0, 1.0, 1, 1, -INF),
        (0.0, 0.0, 2, 0, 0.0),
        (0.0, 0.0, 0, 2, 0.0),
        (0.0, 0.5, 2, 0, -INF),
        (0.0, 2.5, 2, 0, 0.0),
        (0.0, 2.5, 3, 0, INF),
        (-0.0, 3.0, 2, 0, 0.0),
        (-0.0, 3.0, 3, 0, 6.0),
        (-0.0, 2.0, 1, 0, 0.0),
        (-0.0, -1.0, 1, 0, -INF),
        (-2.0, 3.0, 1, 0, 12.0),
        (-2.0, 3.0, 2, 0, -12.0),
        (-2.0, 3.0, 3, 0, 6.0),
        (-2.0, 3.0, 4, 0, 0.0),
        (-2.0, -1.0, 2, 0, -0.25),
        (-2.0, 3.0, 0, 1, NAN),
        (-2.0, 2.5, 1, 0, NAN),
        (INF, 2.0, 2, 0, 2.0),
        (INF, 0.5, 2, 0, 0.0),
        (INF, 2.0, 1, 1, INF),
        (INF, -1.0, 0, 2, 0.0),
        (2.0, INF, 0, 2, INF),
        (0.5, INF, 1, 1, 0.0),
        (1.0, 4.0, 1, 1, 1.0),
        (1.0, 4.0, 0, 3, 0.0),
        (2.0, 3.0, 1, 2, 4 * (2 * math.log(2) + 3 * math.log(2) ** 2)),
    ],
)
def test_higher_derivatives_of_pow(
    a: float, b: float, order_a: int, order_b: int, expected: float
) -> None:
    """At a = 0 the limits from above; but 0^b, b >= 0, does not change with b."""
    np.testing.assert_allclose(mixed(a, b, order_a, order_b), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("base", "exponent"), [(-2.0, 3.0), (-2.0, -1.0), (-0.5, 2.0), (-3.0, 0.0)]
)
def test_second_derivatives_at_a_negative_base(base: float, exponent: float) -> None:
    """By the base they are those of the whole power; by the exponent there are none.

    In one array of both, each entry is a sum with a part that does not exist: nan, and no number.
    """
    right = exponent * (exponent - 1.0) * base ** (exponent - 2.0)
    outer = math.cos(base**exponent) * right
    outer -= math.sin(base**exponent) * (exponent * base ** (exponent - 1.0)) ** 2
    for f, by_base in ((lambda a, b: a**b, right), (lambda a, b: F.sin(a**b), outer)):
        (found, mixed), (also_mixed, by_exponent) = cg.hessian(f, argnums=(0, 1))(base, exponent)
        assert found == pytest.approx(by_base, rel=1e-14)
        assert np.isnan([mixed, also_mixed, by_exponent]).all()
        packed = cg.hessian(lambda p, f=f: f(p[0], p[1]))(np.array([base, exponent]))
        assert np.isnan(packed).sum() >= 3
        assert np.isnan(packed[0, 0]) or packed[0, 0] == pytest.approx(by_base, rel=1e-14)
        alone = cg.hessian(lambda a, f=f: f(a, exponent))(base)
        assert alone == pytest.approx(by_base, rel=1e-14)


def test_second_derivatives_of_powers_at_0() -> None:
    t = np.array([0.0, 1.0, 2.0])
    four_log = 4.0 * math.log(2.0) ** 2
    for f in (lambda b: np.sum(t**b), lambda b: np.sum(np.power(t, b)),
              lambda b: np.sum(np.float_power(t, b)), lambda b: F.sum(F.pow(t, b)),
              lambda b: 0.0**b + 1.0**b + 2.0**b):  # fmt: skip
        np.testing.assert_allclose(cg.hessian(f)(2.0), four_log, rtol=1e-15)
    hessian = cg.hessian(lambda p: p[0] ** p[1])(np.array([0.0, 2.0]))
    np.testing.assert_array_equal(hessian, [[2.0, 0.0], [0.0, 0.0]])
    exponents = np.array([0.0, 1.0, 2.0, 3.0])
    for f in (lambda x: F.sum(x**exponents), lambda x: F.sum(np.power(x, exponents)),
              lambda x: F.sum(F.stack([x[i] ** i for i in range(4)]))):  # fmt: skip
        x = np.array([0.0, 0.0, 0.0, -0.0])
        np.testing.assert_array_equal(cg.grad(f)(x), [0.0, 1.0, 0.0, 0.0])
        np.testing.assert_array_equal(cg.hessian(f)(x), np.diag([0.0, 0.0, 2.0, 0.0]))


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 4, 7])
def test_whole_powers_have_every_derivative_at_0(exponent: int) -> None:
    x = cg.Variable(0.0)
    y = x**exponent
    derivatives = []
    while y.creator is not None:  # until the derivative is a constant
        x.cleargrad()
        y.backward(create_graph=True)
        y = cg.Variable(0.0) if x.grad is None else x.grad
        derivatives.append(y.item())
    assert derivatives[:exponent] == [0.0] * (exponent - 1) + [math.factorial(exponent)][:exponent]
    assert not any(derivatives[exponent:])


def test_slopes_at_the_end_of_the_domain() -> None:
    assert slope(F.sqrt, 0.0) == [INF]
    assert slope(F.log, 0.0) == [INF]
    assert slope(F.log1p, -1.0) == [INF]
    assert slope(F.arcsin, 1.0) == [INF]
    assert slope(F.arccos, -1.0) == [-INF]
    assert slope(F.div, 1.0, 0.0) == [INF, -INF]


def test_slopes_at_infinity() -> None:
    assert slope(F.tanh, INF) == [0.0]
    assert slope(F.arctan, -INF) == [0.0]
    assert slope(F.exp, -INF) == [0.0]
    assert slope(F.log, INF) == [0.0]
    assert slope(F.div, 1.0, INF)[0] == 0.0
    assert slope(F.square, 1e200) == [2e200]


def test_where_does_not_let_nan_through_the_side_not_chosen() -> None:
    x = cg.Variable([0.0, 4.0])
    y = F.where(x.data > 0, x, 1.0)
    F.sum(F.where(x.data > 0, F.log(y), 0.0)).backward()
    np.testing.assert_array_equal(x.grad.data, [0.0, 0.25])
    a, b = cg.Variable([1.0, 2.0]), cg.Variable([3.0, 4.0])
    chosen = F.where([True, False], a, b)
    chosen.grad = cg.Variable([INF, NAN])
    chosen.backward()
    np.testing.assert_array_equal(a.grad.data, [INF, 0.0])
    np.testing.assert_array_equal(b.grad.data, [0.0, NAN])


def test_std_of_equal_numbers_has_slope_0() -> None:
    """As in PyTorch."""
    x = cg.Variable([[2.0, 2.0], [1.0, 3.0]])
    F.std(x, axis=1).backward()
    np.testing.assert_array_equal(x.grad.data, [[0.0, 0.0], [-0.5, 0.5]])


@pytest.mark.parametrize("name", ["sum", "mean", "variance", "std"])
def test_reductions_of_nothing(name: str) -> None:
    numpy_name = {"variance": "var"}.get(name, name)
    for shape, axis in [((0,), None), ((2, 0), 1), ((0, 3), 0), ((0, 3), 1), ((2, 0, 3), (0, 2))]:
        x = cg.Variable(np.zeros(shape))
        y = getattr(F, name)(x, axis=axis)
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            expected = getattr(np, numpy_name)(x.data, axis=axis)
        np.testing.assert_array_equal(y.data, expected, strict=True)
        y.backward()
        assert x.grad.shape == shape


@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_of_nothing(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}: x of shape"):
        getattr(F, name)(cg.Variable(np.zeros((2, 0)), name="x"), axis=1)
    assert getattr(F, name)(cg.Variable(np.zeros((2, 0))), axis=0).shape == (0,)


def test_sum_keeps_the_sign_of_zero() -> None:
    assert math.copysign(1, F.sum(cg.Variable([-0.0, -0.0])).item()) == -1
    assert math.copysign(1, F.sum(cg.zeros(0)).item()) == 1
