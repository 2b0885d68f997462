"""What would lose a gradient, a mask or a unit in silence is an error."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.numerical import check_grads

X = np.array([0.5, 1.5])

# Each makes plain numbers of a computed y. None of them may give a gradient of zeros.
LOSING: dict[str, Callable[[Any], Any]] = {
    "Variable(y)": lambda y: cg.Variable(y),
    "Variable(y, name)": lambda y: cg.Variable(y, name="y"),
    "Variable([y, y])": lambda y: cg.Variable([y, y]),
    "Variable([[y[0]], [y[1]]])": lambda y: cg.Variable([[y[0]], [y[1]]]),
    "Variable((float(y[0]), 1.0))": lambda y: cg.Variable((float(y[0]), 1.0)),
    "full": lambda y: cg.full((2, 2), y[0]),
    "full_like": lambda y: cg.full_like(cg.ones(2), y[0]),
    "np.full": lambda y: np.full(2, y[0]),
    "np.full_like": lambda y: np.full_like(np.ones(2), y[0]),
    "np.array": lambda y: np.array([y, y]),
    "np.asarray": lambda y: np.asarray(y),
    "np.array(dtype=object)": lambda y: cg.Variable(np.array([y, None], dtype=object)[0]),
    "copy": lambda y: copy.copy(y),
    "deepcopy": lambda y: copy.deepcopy(y),
    "deepcopy of a list": lambda y: copy.deepcopy([y])[0],
    "pickle": lambda y: pickle.loads(pickle.dumps(y)),
    "data": lambda y: assigned(y),
    "array[i]": lambda y: placed(y),
    "arange": lambda y: cg.arange(y[0], 3.0),
    "linspace": lambda y: cg.linspace(y[0], 3.0, 3),
    "normal": lambda y: cg.normal(2, y[0], 1.0, rng=0),
    "float": lambda y: float(y[0]) * cg.ones(2),
    "memoryview": lambda y: cg.Variable(np.frombuffer(memoryview(y))),
    "np.float64": lambda y: np.float64(y[0]) * cg.ones(2),
    "ones * item": lambda y: cg.Variable([*map(float, y)]),
    "buffer": lambda y: buffered(y),
}


def assigned(y: Any) -> Any:
    v = cg.Variable(np.zeros(2))
    v.data = y
    return v


def placed(y: Any) -> Any:
    a = np.zeros(2)
    a[0] = y[0]
    return cg.Variable(a)


def buffered(y: Any) -> Any:
    layer = L.Layer()
    layer.register_buffer("h", np.zeros(2))
    layer.h.data = y
    return layer.h * 1.0


@pytest.mark.parametrize("name", LOSING)
def test_inside_a_transform(name: str) -> None:
    def f(a: Any) -> Any:
        return F.sum(LOSING[name](np.exp(a)) ** 2)

    for transform in (cg.grad, cg.hessian, lambda f: cg.vjp(f, X), cg.jacobian):
        with pytest.raises((TypeError, ValueError, BufferError)):
            transform(f)(X)
    with pytest.raises((TypeError, ValueError, BufferError)):
        cg.grad(lambda a: cg.grad(lambda b: F.sum(LOSING[name](np.exp(a) * b) ** 2))(X)[0])(X)


def test_the_errors_say_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"Variable\(y\): variable of shape \(2,\), which was comp"):
        cg.grad(lambda a: F.sum(cg.Variable(np.exp(a)) ** 2))(X)
    with pytest.raises(TypeError, match=r"write y itself, or y\.copy\(\), and take \.data"):
        cg.grad(lambda a: F.sum(cg.Variable(a) ** 2))(X)
    with pytest.raises(AttributeError, match="leave it out: functions and operators take numbers"):
        cg.as_variable(X)  # type: ignore[attr-defined]


def test_what_is_meant_is_taken() -> None:
    """Constants, and leaves of the user's own."""
    w = cg.Variable(X)

    def f(a: Any) -> Any:
        start = cg.Variable(a.data)  # numbers
        constant = cg.Variable(a, requires_grad=False)
        own = cg.Variable(w), copy.deepcopy(w), pickle.loads(pickle.dumps(w))
        net = copy.deepcopy(L.Linear(1, in_size=2, rng=0))
        return F.sum(a * constant * start * own[0] * own[1] * own[2]) + F.sum(net(a[None]))

    at = np.exp(X)
    weights = L.Linear(1, in_size=2, rng=0).w.data[:, 0]
    np.testing.assert_allclose(cg.grad(f)(X), X * X * X**3 + weights, rtol=1e-14)
    # Outside of transforms a Variable of a computed one is a leaf, as torch.tensor(y) is.
    y = F.exp(w)
    z = cg.Variable(y)
    assert z.creator is None and z.requires_grad
    np.testing.assert_array_equal(z.data, at)
    assert copy.deepcopy(y).creator is None


MASKED = np.ma.array([1.0, 2.0], mask=[False, True])


class Quantity(np.ndarray):
    """As astropy's: an ndarray with a unit."""

    @property
    def unit(self) -> Any:
        return Metre()


class Metre:
    def __str__(self) -> str:
        return "m"


class Pint:
    """As pint's: an object that hands out its numbers."""

    units = Metre()

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(X)


class Frame:
    """As a data frame with a column called unit."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(X)

    def __getattr__(self, name: str) -> Any:
        if name == "unit":
            return ["m", "s"]
        raise AttributeError(name)


LESS: dict[str, Any] = {
    "masked": MASKED,
    "in a list": [MASKED, MASKED],
    "no mask": np.ma.array(X),
    "masked itself": [1.0, np.ma.masked],
    "unit": X.view(Quantity),
    "unit of an object": Pint(),
    "units in a list": [Pint(), Pint()],
    "complex": X + 1j,
    "object": np.array([1.0, None]),
    "dates": np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]"),
    "times": np.array([1, 2], dtype="m8[s]"),
    "text": np.array(["1", "2"]),
    "records": np.zeros(2, dtype=[("a", float)]),
}


@pytest.mark.parametrize("kind", LESS)
def test_arrays_that_mean_more_than_their_numbers(kind: str) -> None:
    x, data = cg.Variable(X), LESS[kind]
    for take in (
        lambda: cg.Variable(data),
        lambda: x * data,
        lambda: x @ data,
        lambda: F.add(data, x),
        lambda: F.maximum(x, data),
        lambda: F.concat([x, data]),
        lambda: F.stack([data, x]),
        lambda: F.sum(data),
        lambda: F.linear(x, data),
        lambda: F.mean_squared_error(x, data),
        lambda: np.logaddexp(x, data),
        lambda: cg.grad(F.sum)(data),
        lambda: assigned(data),
    ):
        with pytest.raises((TypeError, ValueError)):
            take()
    assert x.creator is None


def test_the_remedy_is_named() -> None:
    with pytest.raises(TypeError, match=r"masked array would lose its mask; write \.filled"):
        cg.Variable(X) * MASKED
    with pytest.raises(TypeError, match="Quantity would lose its unit, m; give the numbers alone"):
        cg.Variable(X.view(Quantity))
    with pytest.raises(TypeError, match="lose its mask"):
        F.cross_entropy(np.ones((2, 3)), np.ma.array([0, 1], mask=[0, 1]))
    with pytest.raises(TypeError, match=r"numpy\.ma would make plain numbers .* lose its gradient"):
        MASKED * cg.Variable(X)
    np.testing.assert_array_equal(cg.Variable(Frame()).data, X)  # type: ignore[arg-type]


def test_sparse_matrices() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    dense = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])
    v, w, m = cg.Variable([1.0, -2.0, 0.5]), cg.Variable([1.0, 2.0]), cg.Variable(np.eye(3) + 0.1)
    for kind in (sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix, sparse.csr_array):
        a = kind(dense)
        for f, g in (
            (lambda a: F.matmul(a, v), lambda: F.matmul(dense, v)),
            (lambda a: F.matmul(a, m), lambda: F.matmul(dense, m)),
            (lambda a: w @ a, lambda: w @ dense),
            (lambda a: m.T @ a.T, lambda: m.T @ dense.T),
            (lambda a: np.matmul(w, a), lambda: w @ dense),
        ):
            results = []
            for y in (f(a), g()):
                for x in (v, w, m):
                    x.cleargrad()
                F.sum(F.sin(y)).backward()
                results.append([y.data, *(x.grad.data for x in (v, w, m) if x.grad is not None)])
            for p, q in zip(*results, strict=True):
                np.testing.assert_allclose(p, q, rtol=1e-13)
        check_grads(lambda x, a=a: F.sum(F.sin(F.matmul(a, x))), v, order=2)
        assert cg.hessian(lambda x, a=a: F.sum(F.matmul(a, x) ** 2))(v.data).shape == (3, 3)
        for lost in (
            lambda a: a @ v,
            lambda a: a @ m,
            lambda a: a.dot(v),
            lambda a: v * a,
            lambda a: a * m.data[:2] + w[:1] * a,
            lambda a: cg.Variable(a),
            lambda a: F.matmul(a, w),
            lambda a: F.matmul(a, np.ones((2, 3, 3))),
            lambda a: F.matmul(a, a.T) * v,
            lambda a: F.matmul(a * 1j, v),
        ):
            with pytest.raises((TypeError, ValueError)):
                lost(a)
        with pytest.raises(TypeError, match=r"write x @ matrix or cygrad\.functions\.matmul"):
            a @ v
        with cg.no_grad():
            np.testing.assert_array_equal(a @ v, dense @ v.data)
        np.testing.assert_array_equal(a @ v.data, dense @ v.data)
        np.testing.assert_array_equal(a @ cg.Variable(v.data, requires_grad=False), dense @ v.data)
