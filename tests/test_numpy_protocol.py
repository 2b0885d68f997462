"""NumPy's functions on Variables: right and differentiable, plain where no derivative is, or refused."""

import operator
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad import numpy_protocol
from cygrad.core.mode import tracing
from differences import central, grad_arrays, variables, weights
from numpy_programs import PROGRAMS, REFUSED

Array = Any

# ---- Programs that know nothing of cygrad -----------------------------------------------------


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_have_the_right_gradient(name: str) -> None:
    function, arrays = PROGRAMS[name]
    inputs = variables(arrays)
    with tracing():
        y = function(*inputs)
    assert isinstance(y, cg.Variable)
    np.testing.assert_allclose(y.item(), function(*arrays), rtol=1e-12)
    y.backward()
    expected = central(lambda *xs: float(function(*xs)), arrays)
    for g, e in zip(grad_arrays(inputs), expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_under_a_transform(name: str) -> None:
    function, arrays = PROGRAMS[name]
    inputs = variables(arrays)
    function(*inputs).backward()
    slopes = cg.grad(function, argnums=tuple(range(len(arrays))))(*arrays)
    for g, x in zip(slopes, inputs, strict=True):
        assert type(g) is np.ndarray
        np.testing.assert_array_equal(g, x.grad.data)


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_on_constants_record_nothing(name: str) -> None:
    function, arrays = PROGRAMS[name]
    with cg.no_grad():
        y = function(*variables(arrays))
    assert y.creator is None


@pytest.mark.parametrize("name", REFUSED)
def test_programs_that_are_refused(name: str) -> None:
    function, arrays, match = REFUSED[name]
    with tracing(), pytest.raises((TypeError, ValueError)) as caught:
        function(*variables(arrays))
    with pytest.raises((TypeError, ValueError)):  # a transform traces by itself
        cg.grad(function)(*arrays)
    # NumPy raises an error of its own where a number is assigned, and ours is its cause.
    assert re.search(match, f"{caught.value} {caught.value.__cause__}")


# ---- Every function of the tables -------------------------------------------------------------

A = np.array([[0.7, -1.3, 2.1], [-0.4, 1.9, 0.25]])
B = np.array([[1.1, 0.6, -0.9], [1.7, -2.3, 0.35]])
V = np.array([0.9, -1.2, 0.45])
S = np.array([[0.3, 1.2, -0.7], [2.0, -0.6, 0.4], [0.1, 0.8, 1.5]])
P = np.abs(A) + 1.1
Q = np.array([[0.5, -0.3, 0.1], [-0.4, 0.9, 0.25]])
T = np.sin(np.arange(24.0)).reshape(2, 3, 4) * 2.0
M = np.array([[True, False, True], [False, True, True]])

# Expressions in which A, B, ... are arrays, or Variables in their place; the results must agree.
EXPRESSIONS = """
np.append(A, B); np.append([1.0, 2.0], V); np.append(A, B, axis=1)
np.amax(A, 0); np.amin(A)
np.around(A); np.around(T, 1); np.round(A, decimals=2)
np.array_split(V, 2); np.array_split(A, [1], axis=1)
np.astype(A, np.float64)
np.atleast_1d(V[0]); np.atleast_1d(V[0], V[1]); np.atleast_2d(V); np.atleast_3d(A)
np.average(A, 0); np.average(A, weights=P); np.average(np.eye(3)[:2], weights=P); np.average(A, 1, V, returned=True)
np.block([[A, B], [B, A]]); np.block([V, V]); np.block([[A], [V]])
np.broadcast_arrays(A, V); np.broadcast_to(V, (2, 3))
np.clip(A, -1.0, 1.0); np.clip(A, None, B); np.clip(A, V, np.inf); np.clip(A, a_min=-1, a_max=0.5)
np.column_stack([A, V[:2]]); np.compress([True, False, True], A, axis=1); np.compress([1, 0], A)
np.concatenate([A, B]); np.concatenate((A, B), axis=1); np.concatenate([A, V], axis=None)
np.concatenate(A)
np.convolve(V, A[0]); np.convolve(V, A[0], 'same'); np.convolve([1.0, 2.0], V); np.correlate(V, A[0], mode='full')
np.copy(A)
np.corrcoef(A); np.corrcoef(V, A[0]); np.cov(T[0]); np.cov(V); np.cov(A, B, ddof=0)
np.cov(T[0], rowvar=False, bias=True)
np.cross(A, B); np.cross(V, A); np.cross(S, S.T, axis=0)
np.cumprod(A); np.cumprod(A, axis=1); np.cumsum(A); np.cumsum(A, 0)
np.cumulative_sum(V); np.cumulative_sum(A, axis=0); np.cumulative_prod(A, axis=1)
np.delete(V, 1); np.delete(A, [0, 2], axis=1)
np.diag(V); np.diag(S, 1); np.diagflat(A); np.diagflat(V, -1); np.diagonal(T, 1, 1, 2)
np.diff(A); np.diff(A, 2); np.diff(A, axis=0, prepend=0.0); np.diff(V, append=A[0])
np.dot(A, S); np.dot(V, V); np.dot(2.0, A); np.dot(T, T.transpose(0, 2, 1)); np.dot(np.eye(2), A)
np.dsplit(T, 2); np.dstack([A, B]); np.dstack((V, V))
np.ediff1d(A)
np.einsum('ij,kj->ik', A, B); np.einsum('ij,jk', np.eye(2), A); np.einsum('ij,j', A, V, optimize=True); np.einsum('ii', S)
np.empty_like(A) * 0.0; np.zeros_like(A); np.ones_like(A); np.zeros_like(A, shape=(2,))
np.full_like(A, 3.0); np.full_like(A, V)
np.expand_dims(A, 1); np.expand_dims(A, (0, -1))
np.extract(M, A)
np.fft.fftshift(A); np.fft.ifftshift(A, axes=1)
np.fix(A); np.flip(A); np.flip(A, 1); np.fliplr(A); np.flipud(A)
np.gradient(V); np.gradient(T, 0.5); np.gradient(T, 2.0, axis=1); np.gradient(V, [0.0, 1.0, 3.0])
np.gradient(A, 1.0, 2.0); np.gradient(T, axis=(0, 2))
np.hsplit(A, 3); np.hsplit(V, [1]); np.vsplit(A, 2); np.split(V, 3); np.split(A, [1, 2], axis=1)
np.hstack([A, B]); np.hstack((V, V)); np.vstack([A, V]); np.stack([A, B], axis=-1); np.stack((V, V))
np.i0(P); np.imag(A); np.real(A); np.real_if_close(A)
np.inner(A, B); np.inner(V, 2.0)
np.interp(A, [-2.0, 0.0, 2.5], V); np.interp(V, np.sort(A[0]), B[0], left=0.5, right=9.0)
np.kron(A, B); np.kron(np.eye(2), V); np.kron(V, A)
np.linalg.cholesky(S @ S.T + np.eye(3)); np.linalg.cond(S); np.linalg.cond(S, np.inf); np.linalg.det(S)
np.linalg.eigh(S @ S.T)[0]; np.linalg.eigvalsh(S @ S.T); np.linalg.inv(S); np.linalg.solve(S, V)
np.linalg.solve(S, A.T); np.linalg.lstsq(A.T, V, rcond=None)[0]; np.linalg.matrix_norm(T)
np.linalg.matrix_power(S, 3); np.linalg.pinv(A); np.linalg.qr(S)[1]; np.linalg.slogdet(S)[1]
np.linalg.svd(S)[1]; np.linalg.svd(A, compute_uv=False); np.linalg.svdvals(A)
np.linalg.vector_norm(A); np.linalg.vector_norm(A, axis=1, ord=3); np.linalg.norm(S, 'nuc')
np.linalg.cross(A, B); np.linalg.diagonal(T, offset=1); np.linalg.matmul(A, S)
np.linalg.matrix_transpose(T); np.linalg.multi_dot([A, S, V]); np.linalg.norm(A)
np.linalg.norm(A, axis=1); np.linalg.norm(V, 1); np.linalg.norm(S, 'fro', keepdims=True)
np.linalg.outer(V, A[0]); np.linalg.tensordot(A, B, axes=2); np.linalg.trace(T)
np.linalg.vecdot(A, B)
np.linspace(V[0], 2.0, 4); np.linspace(A, B, 3, axis=1); np.linspace(V[0], V[1], 5, endpoint=False)
np.linspace(V[0], 1.0, 3, retstep=True); np.logspace(V[0], 1.0, 4); np.logspace(0.0, V, 3, base=2.0)
np.matrix_transpose(T)
np.max(A); np.max(A, axis=0); np.max(A, (0, 1), keepdims=True); np.min(A, 1); np.mean(A)
np.mean(A, 0, np.float64); np.mean(A, axis=-1, dtype=float, keepdims=True)
np.median(A); np.median(A, axis=1, keepdims=True); np.median(T, (0, 2))
np.meshgrid(V, A[0]); np.meshgrid(V, A[0], indexing='ij', sparse=True)
np.moveaxis(T, 0, 2); np.moveaxis(T, [0, 1], [-1, -2]); np.rollaxis(T, 2); np.rollaxis(T, 0, 3)
np.swapaxes(T, 0, 2); np.transpose(T); np.transpose(T, (1, 0, 2)); np.permute_dims(T, (2, 0, 1))
np.nan_to_num(A); np.nan_to_num(A, nan=1.0)
np.nancumprod(A); np.nancumsum(A, axis=0); np.nanmax(A, 0); np.nanmean(A); np.nanmin(A)
np.nanprod(A, 1); np.nanstd(A, ddof=1); np.nansum(A, 0); np.nanvar(A, axis=1)
np.outer(V, A)
np.pad(A, 1); np.pad(A, ((1, 0), (0, 2)), mode='edge'); np.pad(V, 2, constant_values=3.0)
np.pad(V, (1, 2), 'reflect')
np.partition(V, 1)[1]; np.percentile(A, 30); np.percentile(A, [10, 50.0], axis=0)
np.quantile(A, 0.3, axis=1); np.quantile(T, [0.1, 0.9], (0, 1), keepdims=True)
np.polyval(V, A); np.polyval([1.0, 2.0, 3.0], A)
np.prod(A); np.prod(A, axis=0, keepdims=True); np.ptp(A); np.ptp(A, 0)
np.ravel(A); np.repeat(A, 2); np.repeat(A, [1, 2], axis=0); np.reshape(A, (3, 2)); np.reshape(A, -1)
np.resize(A, (2, 4)); np.roll(A, 1); np.roll(A, (1, -1), axis=(0, 1)); np.rot90(A); np.rot90(A, k=2)
np.select([M, ~M], [A, B]); np.select([M], [A], default=B)
np.sinc(A); np.sort(A); np.sort(A, axis=0); np.sort(A, None); np.squeeze(A[None]); np.squeeze(A[None], 0)
np.std(A); np.std(A, 0, ddof=1); np.std(A, axis=1, keepdims=True); np.var(A, ddof=1); np.var(A, 0)
np.var(A, 0, None, None, 1, True)
np.sum(A); np.sum(A, 0); np.sum(A, axis=(0, 1), keepdims=True); np.sum(A, dtype=float)
np.take(A, [0, 2], axis=1); np.take(A, 3); np.take_along_axis(A, np.argsort(A, 1), 1)
np.tensordot(A, B); np.tensordot(A, S, 1); np.tensordot(np.eye(2), A, 1); np.tensordot(T, T, axes=([0, 1], [0, 1]))
np.tile(A, 2); np.tile(V, (2, 2)); np.trace(S); np.trace(T, 1, 1, 2); np.tril(S); np.triu(S, 1)
np.trapz(A); np.trapezoid(A); np.trapezoid(A, dx=0.5, axis=0); np.trapezoid(A, V)
np.unstack(A); np.unstack(A, axis=1); np.unwrap(3.0 * A); np.vander(V); np.vander(V, 2, increasing=True)
np.vdot(A, B); np.where(A > 0, A, B); np.where(M, A, 0.0); np.where(M, 1.0, V)
np.abs(A); np.absolute(A); np.fabs(A); np.positive(A); np.negative(A); np.conjugate(A); np.conj(A)
np.add(A, B); np.subtract(A, V); np.multiply(2.0, A); np.divide(A, B); np.true_divide(A, 3)
np.power(P, B); np.power(A, 2); np.float_power(P, A); np.reciprocal(A); np.square(A); np.sqrt(P)
np.cbrt(A); np.sign(A); np.floor(A); np.ceil(A); np.trunc(A); np.rint(A); np.heaviside(A, 0.5)
np.floor_divide(A, B); np.remainder(A, B); np.mod(T + 0.1, 0.7); np.fmod(A, B); np.divmod(A, B); np.modf(A)
np.ldexp(A, [1, 2, 3]); np.copysign(A, B); np.maximum(A, B); np.minimum(A, 0.1); np.fmax(A, B)
np.fmin(B, A); np.hypot(A, B); np.arctan2(A, B); np.logaddexp(A, B); np.logaddexp2(A, V)
np.exp(A); np.exp2(A); np.expm1(A); np.log(P); np.log2(P); np.log10(P); np.log1p(P)
np.sin(A); np.cos(A); np.tan(Q); np.arcsin(Q); np.arccos(Q); np.arctan(A); np.sinh(A); np.cosh(A)
np.tanh(A); np.arcsinh(A); np.arccosh(P); np.arctanh(Q); np.deg2rad(A); np.rad2deg(A)
np.degrees(A); np.radians(A)
np.matmul(A, S); np.matmul(V, S); np.vecdot(A, B); np.vecdot(A, B, axis=0); np.matvec(S, V)
np.vecmat(V, S)
np.add.reduce(A); np.add.reduce(A, axis=1, keepdims=True); np.multiply.reduce(A, 1)
np.maximum.reduce(A); np.minimum.reduce(A, axis=None); np.logaddexp.reduce(A)
np.add.accumulate(V); np.multiply.accumulate(A, axis=1); np.subtract.outer(V, A); np.hypot.outer(V, V)
np.exp(A, dtype=float); np.add(A, B, where=True, casting='same_kind')
V * A; np.ones(3) * V; np.float64(2.0) * A; A / np.float64(3); np.ones((2, 2)) @ A; A @ np.eye(3)
1 - A; A ** 2; 2.0 ** A; (T + 0.1) % 0.3; (T + 0.1) // 0.3; np.ones(3) // V; 5.0 % V; -A; abs(A)
"""
CALLS = [
    call.strip() for line in EXPRESSIONS.split("\n") for call in line.split(";") if call.strip()
]
SINCE_2_1 = ("cumulative_sum", "cumulative_prod", "unstack")  # and matvec, vecmat since 2.2


def evaluate(call: str, values: dict[str, Array]) -> tuple[Array, ...]:
    """The results, as a flat tuple."""
    result = eval(call, {"np": np}, values)
    return tuple(result) if isinstance(result, (list, tuple)) else (result,)


def arrays_in(call: str) -> dict[str, Array]:
    return {name: globals()[name] for name in "ABVSPQTM" if re.search(rf"\b{name}\b", call)}


def missing(call: str) -> list[str]:
    """The functions that this version of NumPy does not have."""
    names = re.findall(r"np((?:\.[a-z_]\w*)+)", call)
    return [name for name in names if numpy_protocol.find(name[1:]) is None]


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")  # np.trapz, np.fix
@pytest.mark.parametrize("call", CALLS)
def test_calls_agree_with_numpy(call: str) -> None:
    if missing(call):
        pytest.skip(f"this NumPy has no {missing(call)}")
    if "np.i0" in call:
        pytest.importorskip("scipy")
    arrays = arrays_in(call)
    names = [name for name in arrays if name != "M"]
    constants = {name: arrays[name] for name in arrays if name == "M"}

    def projected(*xs: Array) -> float:
        results = evaluate(call, constants | dict(zip(names, xs, strict=True)))
        return sum(float(np.sum(y * weights(np.shape(y), k))) for k, y in enumerate(results))

    inputs = variables([arrays[name] for name in names])
    with tracing():
        results = evaluate(call, constants | dict(zip(names, inputs, strict=True)))
    expected = evaluate(call, arrays)
    assert len(results) == len(expected)
    for k, (y, e) in enumerate(zip(results, expected, strict=True)):
        assert isinstance(y, cg.Variable)
        assert y.shape == np.shape(e)
        if not call.startswith("np.empty_like"):
            np.testing.assert_allclose(y.data, e, rtol=1e-12, atol=1e-14)
        y.grad = cg.Variable(weights(y.shape, k))
        y.backward()
    slopes = central(projected, [arrays[name] for name in names])
    for g, e in zip(grad_arrays(inputs), slopes, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-6, atol=1e-7)


def test_every_row_of_the_tables_is_called() -> None:
    named = set(re.findall(r"np\.((?:linalg\.|fft\.)?\w+)\(", EXPRESSIONS))
    rows = set(numpy_protocol.FUNCTIONS) | set(numpy_protocol.UFUNCS)
    assert {name for name in rows - named if numpy_protocol.find(name) is not None} == set()
    reduced = set(re.findall(r"np\.(\w+)\.reduce\(", EXPRESSIONS))
    assert reduced == set(numpy_protocol.REDUCE)
    assert set(re.findall(r"np\.(\w+)\.accumulate\(", EXPRESSIONS)) == set(
        numpy_protocol.ACCUMULATE
    )


PLAIN_CALLS = """
np.all(A > 0); np.all(A); np.any(A, axis=0); np.allclose(A, B); np.isclose(A, B); np.array_equal(A, A)
np.array_equiv(A, B); np.argmax(A); np.argmax(A, axis=1); np.argmin(A, 0); np.argsort(A); np.argsort(A, 0)
np.argpartition(V, 1); np.argwhere(A > 0); np.argwhere(A); np.nonzero(A); np.flatnonzero(A)
np.count_nonzero(A); np.lexsort((V, V)); np.searchsorted([0.0, 1.0], A); np.digitize(A, [0.0, 1.0])
np.isin(A, [0.7]); np.nanargmax(A); np.nanargmin(A, 1); np.isneginf(A); np.isposinf(A); np.where(A > 1)
np.iscomplex(A); np.isreal(A); np.iscomplexobj(A); np.isrealobj(A); np.shape(A); np.ndim(A); np.size(A)
np.size(A, 0); np.result_type(A, 1); np.can_cast(A.dtype, float); np.common_type(A)
np.min_scalar_type(V[0]); np.array2string(A); np.array_repr(A); np.array_str(A); np.shares_memory(A, B)
np.may_share_memory(A, A); np.diag_indices_from(S); np.tril_indices_from(S); np.triu_indices_from(S)
np.einsum_path('ij,jk', A, S); np.isfinite(A); np.isinf(A); np.isnan(A); np.signbit(A); A > B; A <= 0.5
np.ones(3) < A; np.equal(A, B); np.not_equal(A, B); np.greater(A, 0); np.less(A, B); np.logical_not(A)
np.greater_equal(A, B); np.less_equal(A, V); np.logical_and(A, B); np.logical_or(A, 0); np.logical_xor(A, B)
np.logical_and.reduce(A); np.greater.outer(V, V)
"""


@pytest.mark.parametrize(
    "call", [c.strip() for line in PLAIN_CALLS.split("\n") for c in line.split(";") if c.strip()]
)
def test_answers_without_a_derivative_are_numpys_own(call: str) -> None:
    arrays = arrays_in(call)
    with tracing():
        results = evaluate(call, {name: cg.Variable(x.copy()) for name, x in arrays.items()})
    expected = evaluate(call, arrays)
    assert not any(isinstance(y, cg.Variable) for y in results)
    for y, e in zip(results, expected, strict=True):
        if isinstance(e, np.ndarray):
            np.testing.assert_array_equal(y, e, strict=True)
        else:
            assert y == e and type(y) is type(e)


# ---- Every function of NumPy ------------------------------------------------------------------


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """All that asks its arguments: the ufuncs, and what implements __array_function__."""
    for prefix, module in (("", np), ("linalg.", np.linalg), ("fft.", np.fft)):
        for name in dir(module):
            function = getattr(module, name)
            if name[0] != "_" and (
                isinstance(function, np.ufunc) or hasattr(function, "_implementation")
            ):
                yield prefix + name, function


def attempts(function: Callable[..., Any], x: cg.Variable) -> Iterator[tuple[Any, ...]]:
    """Arguments to try a function with that we know nothing of."""
    yield (x,)
    yield (x, x)
    yield (x, 1)
    yield ([x, x],)
    yield (x, (1, 2))
    yield (x, x, x)
    yield (x, [0], [1.0])
    yield (x, [0], 1.0, 0)
    if function.__name__.startswith("apply_"):
        yield (np.sum, x, 0)
        yield (np.sum, 0, x)
    if isinstance(function, np.ufunc):
        yield (1.0, x)
        yield (np.ones(2), x)


# Of dates, which refuse floats in their own words.
DATES = ("busday_count", "busday_offset", "datetime_as_string", "is_busday")


def is_detached(y: Any) -> bool:
    """Whether floats or objects are among the results."""
    if isinstance(y, (list, tuple)):
        return any(map(is_detached, y))
    if isinstance(y, np.ndarray):
        return y.dtype.kind not in "biu"
    return isinstance(y, (float, complex, np.inexact))


@pytest.mark.parametrize(
    "name, function", list(public_functions()), ids=lambda p: p if type(p) is str else ""
)
@pytest.mark.parametrize("shape", [(2,), (2, 2)], ids=str)
def test_every_function_differentiates_answers_or_refuses(
    name: str, function: Callable[..., Any], shape: tuple[int, ...], tmp_path: Any
) -> None:
    x = cg.Variable(np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape))
    answered = named = name in DATES
    for args in attempts(function, x):
        if name.startswith("save"):
            args = (tmp_path / "file", x)
        try:
            with warnings.catch_warnings(action="ignore"), tracing():
                y = function(*args)
        except Exception as error:  # noqa: BLE001
            named = named or f"np.{name}:" in str(error) or f"np.{function.__name__}:" in str(error)
            continue
        answered = True
        assert not is_detached(y), f"np.{name} gave {y!r}"
    in_a_table = name in numpy_protocol.FUNCTIONS or name in numpy_protocol.PLAIN
    assert answered or named or in_a_table


def test_ufunc_methods_without_a_derivative_are_refused() -> None:
    x = cg.Variable([1.0, 2.0])
    for call in (
        lambda: np.add.reduceat(x, [0]),
        lambda: np.add.at(np.zeros(2), [0], x[0]),
        lambda: np.subtract.reduce(x),
        lambda: np.power.accumulate(x),
        lambda: np.add.at(x, [0], 1.0),
    ):
        with pytest.raises(TypeError, match=r"np\.\w+\.\w+: cygrad has no derivative"):
            call()
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


@pytest.mark.parametrize(
    "call, word",
    [
        ("np.sum(x, out=a)", "out="),
        ("np.sum(x, 0, None, a)", "out="),
        ("np.sum(x, initial=1.0)", "initial="),
        ("np.max(x, where=[True, False])", "where="),
        ("np.mean(x, dtype=np.float32)", "float32"),
        ("np.exp(x, dtype='f4')", "f4"),
        ("np.exp(x, where=[True, False])", "where="),
        ("np.exp(x, out=a)", "ndarray cannot hold a graph"),
        ("np.add(a, a, out=x)", "ndarray cannot hold a graph"),
        ("np.less(a, a, out=x)", "ndarray cannot hold a graph"),
        ("np.concatenate([x, x], out=np.zeros(4))", "out="),
        ("np.quantile(x, 0.5, method='lower')", "method="),
        ("np.quantile(x, x)", "q is not differentiated"),
        ("np.reshape(x, 2, order='F')", "order="),
        ("np.take(x, [5], mode='clip')", "mode="),
        ("np.zeros_like(x, dtype=int)", "dtype="),
        ("np.interp(x, a, a, period=1.0)", "period="),
        ("np.pad(x, 1, mode='mean')", "mode='mean'"),
        ("np.copyto(a, x)", "np.copyto"),
        ("np.full_like(a, x)", "np.copyto"),
        ("np.choose([0, 1], [x, x])", "np.select"),
        ("np.argmax(x, 0, x)", "out="),
        ("np.isposinf(a, x)", "out="),
        ("np.any(a, out=x)", "out="),
        ("np.linalg.eig(x)", "np.linalg.eig"),
        ("np.linalg.svd(np.ones((3, 1)) * x)", "full_matrices"),
        ("np.sum(x, no_such_argument=1)", "no_such_argument"),
        ("np.sum(x, 0, None, None, False, 0.0, True, 8)", "argument"),
        ("x.astype(int)", "int64"),
        ("x.dot('a')", "dot"),
    ],
)
def test_arguments_without_a_meaning_are_refused_by_name(call: str, word: str) -> None:
    x, a = cg.Variable([1.0, 2.0]), np.array([3.0, 4.0])
    with pytest.raises((TypeError, ValueError), match=word):
        eval(call, {"np": np, "x": x, "a": a})
    np.testing.assert_array_equal(a, [3.0, 4.0])
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


def test_in_place_operators() -> None:
    x, a = cg.Variable([1.0, 2.0]), np.array([3.0, 4.0])
    operators = (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow)
    for in_place in (*operators, operator.imod, operator.ifloordiv, operator.imatmul):
        with pytest.raises(TypeError, match="ndarray cannot hold a graph"):
            in_place(a, x)
    np.testing.assert_array_equal(a, [3.0, 4.0])
    y = x
    y += a  # a new Variable: x is what it was
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 1.0])


def test_other_arrays_are_asked() -> None:
    """A Variable does not answer for a type that it does not know."""

    class Other:
        def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> str:
            return "other's"

    x = cg.Variable([1.0])
    assert np.concatenate([x, Other()]) == "other's"


def test_tracing_is_for_what_requires_a_gradient() -> None:
    x, c = cg.Variable([1.0]), cg.Variable([1.0], requires_grad=False)
    assert np.asarray(x).item() == float(x) == 1.0
    with tracing():
        assert np.asarray(c).item() == float(c) == 1.0
        for call in (float, np.asarray, np.array, memoryview, lambda v: np.array([v])):
            with pytest.raises((TypeError, BufferError), match="gradient"):
                call(x)
        assert x.item() == x.data[0] == 1.0
        assert f"{x[0]:.2f}" == "1.00"
    assert np.array(x).item() == 1.0


# ---- Methods ----------------------------------------------------------------------------------

METHODS = """
A.all(); A.any(); A.argmax(); A.argmax(1); A.argmin(axis=0); A.argsort(); A.argsort(0); A.astype(float)
A.clip(-1, 1); A.clip(min=B); A.copy(); A.cumprod(); A.cumprod(1); A.cumsum(); A.cumsum(axis=0)
A.diagonal(); A.diagonal(1); A.dot(V); A.dot(S); A.dtype; A.flatten(); A.prod(); A.prod(axis=1)
A.prod(0, keepdims=True); A.ravel(); A.repeat(2); A.repeat([1, 2], axis=0); A.round(); T.round(1)
A[:, :1].squeeze(); A[:1].squeeze(0); A.std(); A.std(axis=0, ddof=1); A.swapaxes(0, 1); A.take([0, 3])
A.take([0, 2], axis=1); A.tolist(); V[0].tolist(); S.trace(); S.trace(offset=1); A.var(); A.var(1, ddof=1)
A.var(keepdims=True); A.sum(); A.mean(axis=0); A.max(); A.min(axis=1); A.transpose(); A.T
"""


@pytest.mark.parametrize(
    "call", [c.strip() for line in METHODS.split("\n") for c in line.split(";") if c.strip()]
)
def test_methods_are_ndarrays(call: str) -> None:
    arrays = arrays_in(call)
    inputs = {name: cg.Variable(x.copy()) for name, x in arrays.items()}
    y, expected = (eval(call, {}, values) for values in (inputs, arrays))
    if not isinstance(y, cg.Variable):
        assert type(y) is type(expected)
        np.testing.assert_array_equal(y, expected)
        return
    np.testing.assert_allclose(y.data, expected, rtol=1e-13, strict=True)
    names = list(arrays)
    y.grad = cg.Variable(weights(y.shape))
    y.backward()
    slopes = central(
        lambda *xs: float(
            np.sum(eval(call, {}, dict(zip(names, xs, strict=True))) * weights(y.shape))
        ),
        list(arrays.values()),
    )
    for g, e in zip(grad_arrays(list(inputs.values())), slopes, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-6, atol=1e-7)


def test_methods_are_documented_and_inherited() -> None:
    class Named(cg.Variable):
        pass

    assert Named([1.0, 2.0]).prod().item() == 2.0
    assert cg.Variable.trace.__doc__
    assert F.trace.__doc__


def test_scipys_functions_are_refused_by_their_names() -> None:
    special = pytest.importorskip("scipy.special")
    with pytest.raises(TypeError, match=r"^gammaln: .*; use cygrad\.special\.gammaln; or \.data"):
        special.gammaln(cg.Variable(2.0))
    with pytest.raises(TypeError, match=r"^wofz: .*; use \.data where"):
        special.wofz(cg.Variable(2.0))


def test_pandas_leaves_the_operators_to_variables() -> None:
    pd = pytest.importorskip("pandas")
    x = cg.Variable([3.0, 4.0])
    series, frame = pd.Series([1.0, 2.0]), pd.DataFrame([[1.0, 2.0]])
    for y in (series - x, series * x, frame / x, x - series, x**frame):
        assert isinstance(y, cg.Variable)
    F.sum((series - x) ** 2).backward()
    np.testing.assert_array_equal(x.grad.data, [4.0, 4.0])
    mixed = pd.DataFrame({"a": [1.0], "b": [True]})
    with pytest.raises(
        TypeError, match=r"not DataFrame of dtype object; \.to_numpy\(float\) makes"
    ):
        cg.Variable(mixed)
