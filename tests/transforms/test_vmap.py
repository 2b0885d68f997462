"""vmap gives what a loop gives, to the bit."""

import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad import optimizers
from operations import OPERATIONS, Operation

Array = Any
SIZES = [3, 11]  # one after the other; side by side


def batch(x: Array, n: int) -> Array:
    """The numbers of x in other places, n times."""
    rng = np.random.default_rng(n)
    return np.stack([x, *[rng.permutation(x.reshape(-1)).reshape(x.shape) for _ in range(n - 1)]])


def arrays(result: Any) -> list[Array]:
    parts = result if isinstance(result, tuple) else (result,)
    return [np.array(y.data if isinstance(y, cg.Variable) else y, np.float64) for y in parts]


def agree(mapped: Any, looped: list[Any]) -> None:
    expected = [np.stack(parts) for parts in zip(*map(arrays, looped), strict=True)]
    for x, y in zip(arrays(mapped), expected, strict=True):
        assert x.shape == y.shape
        assert np.array_equal(x, y, equal_nan=True)
        assert np.array_equal(np.signbit(x) & (x == 0), np.signbit(y) & (y == 0))


def loop(f: Callable[..., Any], *xs: Array) -> list[Any]:
    return [f(*[cg.Variable(x[k], requires_grad=False) for x in xs]) for k in range(len(xs[0]))]


def weighted(row: Operation) -> Callable[..., Any]:
    def f(*xs: Any) -> Any:
        y = row.call(*xs)
        parts = y if isinstance(y, tuple) else (y,)
        return sum(F.sum(p * np.linspace(0.5, 1.5, p.size).reshape(p.shape)) for p in parts)

    return f


@pytest.mark.filterwarnings("ignore:compile", "ignore::RuntimeWarning")
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("row", [x for x in OPERATIONS if "dropout" not in x.name], ids=str)
def test_every_operation(row: Operation, n: int) -> None:
    xs = [batch(np.asarray(x, np.float64), n) for x in row.inputs]
    gradient = cg.grad(weighted(row), argnums=tuple(range(len(xs))))
    agree(cg.vmap(row.call)(*xs), loop(row.call, *xs))
    agree(cg.vmap(gradient)(*xs), loop(gradient, *xs))


XS = np.random.default_rng(5).normal(size=(40, 3))

# ---- Python's own branches -----------------------------------------------------------------------


def collatz(x: Any) -> Any:
    steps = 0
    while x > 1.5:
        x = x / 2.0
        steps += 1
    return x * float(steps)


def branches(x: Any) -> Any:
    if x[0] > 0:
        return F.sin(x[1]) if x[1] > x[0] else x[0] * x[1]
    return F.exp(x).sum()


@pytest.mark.parametrize("n", [1, 2, 7, 300])
def test_each_element_goes_its_own_way(n: int) -> None:
    x = np.random.default_rng(0).normal(size=(n, 2))
    agree(cg.vmap(branches)(x), loop(branches, x))
    agree(cg.vmap(cg.grad(branches))(x), loop(cg.grad(branches), x))
    agree(cg.vmap(collatz)(20 * abs(x[:, 0])), loop(collatz, 20 * abs(x[:, 0])))


def test_captures_are_kept() -> None:
    x = np.random.default_rng(0).normal(size=(50, 2))
    f = cg.vmap(cg.grad(branches))
    f(x)
    captures = f.compiled.captures
    assert captures == 3
    f(x[::-1])
    f(x[:20])
    assert f.compiled.captures == captures
    assert f.compiled.replays < 20  # not one for each element


@pytest.mark.parametrize("given", [(XS,), (XS, XS), ({"x": XS},)], ids=["one", "two", "a dict"])
def test_not_called_one_by_one(given: Any) -> None:
    def f(x: Any, *others: Any) -> Any:
        return F.sum(F.sin(x["x"] if isinstance(x, dict) else x) * 2.0)

    mapped = cg.vmap(f)
    for _ in range(3):
        mapped(*given)
    assert mapped.compiled.captures == 1
    assert mapped.compiled.replays < 6


@pytest.mark.filterwarnings("ignore:compile")
def test_what_is_not_captured_is_a_loop() -> None:
    x = np.random.default_rng(0).normal(size=(9, 4))

    def sort(x: Any) -> Any:
        return x * np.argsort(x.data)

    agree(cg.vmap(sort)(x), loop(sort, x))
    w = cg.Variable(np.ones(4))
    F.sum(cg.vmap(lambda x: sort(x) * w)(cg.Variable(x))).backward()
    assert np.allclose(w.grad.data, (x * np.argsort(x, axis=1)).sum(axis=0))


# ---- Axes and structures -------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2])
def test_in_axes(axis: int) -> None:
    x = np.random.default_rng(0).normal(size=(4, 5, 6))
    expected = [np.cumsum(part, axis=0) for part in np.moveaxis(x, axis, 0)]
    agree(cg.vmap(lambda x: F.cumsum(x, axis=0), in_axes=axis)(x), expected)
    found = cg.vmap(lambda x: F.cumsum(x, axis=0), in_axes=axis, out_axes=axis)(x)
    assert np.array_equal(np.moveaxis(found, axis, 0), np.stack(expected))


def test_structures() -> None:
    rng = np.random.default_rng(1)
    params = {"w": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
    xs = rng.normal(size=(10, 3))

    def f(params: Any, x: Any, scale: float = 1.0) -> Any:
        h = F.matmul(x[None], params["w"])[0] + params["b"]
        return {"sum": F.sum(h) * scale, "all": (h, params["b"])}

    found = cg.vmap(f, in_axes=(None, 0), out_axes={"sum": 0, "all": (1, None)})(params, xs)
    h = xs @ params["w"] + params["b"]
    assert np.allclose(found["sum"], h.sum(axis=1))
    assert np.allclose(found["all"][0], h.T)
    assert np.array_equal(found["all"][1], params["b"])
    by_row = cg.vmap(f, in_axes=({"w": None, "b": 0}, None))
    assert by_row({"w": params["w"], "b": rng.normal(size=(4, 2))}, xs[0])["sum"].shape == (4,)


def test_by_keyword_and_beside_it() -> None:
    f = cg.vmap(lambda x, p, y: x**p + y, in_axes=(0, None))
    assert np.array_equal(f(np.arange(3.0), 2.0, y=np.ones(3)), np.arange(3.0) ** 2 + 1)


def test_integers_are_labels() -> None:
    x = np.random.default_rng(0).normal(size=(12, 5))
    t = np.random.default_rng(1).integers(0, 5, 12)
    f = cg.grad(lambda x, t: F.cross_entropy(x[None], t[None]))
    agree(cg.vmap(f)(x, t), [f(a, np.array(b)) for a, b in zip(x, t, strict=True)])
    g = cg.grad(lambda x, t: F.exp(x)[t])
    agree(cg.vmap(g)(x, t), [g(a, np.array(b)) for a, b in zip(x, t, strict=True)])


# ---- Transforms, one in the other ----------------------------------------------------------------

W = np.array([0.3, -1.2, 0.8])


def energy(w: Any, x: Any) -> Any:
    return F.sum(F.sin(w * x) * x[0]) ** 2


@pytest.mark.parametrize("how", [cg.grad, cg.hessian, cg.jacobian, cg.value_and_grad])
def test_around_transforms(how: Any) -> None:
    xs = np.random.default_rng(2).normal(size=(9, 3))
    f = how(energy)
    agree(cg.vmap(f, in_axes=(None, 0))(W, xs), [f(W, x) for x in xs])


@pytest.mark.parametrize("of_arrays", [True, False])
@pytest.mark.parametrize("how", [cg.grad, cg.hessian])
def test_inside_transforms(how: Any, of_arrays: bool) -> None:
    """Through an argument, and through what the function closes over."""
    xs = np.random.default_rng(2).normal(size=(9, 3))
    given = xs if of_arrays else cg.Variable(xs)
    expected = how(lambda w: sum(energy(w, x) for x in xs))(W)

    def closed(w: Any) -> Any:
        return F.sum(cg.vmap(lambda x: energy(w, x))(given))

    def passed(w: Any) -> Any:
        return F.sum(cg.vmap(energy, in_axes=(None, 0))(w, given))

    for f in (closed, passed):
        assert np.allclose(how(f)(W), expected, rtol=1e-13, atol=1e-13)
        compiled = cg.compile(how(f), fallback=False)
        for scale in (1.0, 0.5, 2.0):
            assert np.allclose(compiled(scale * W), how(f)(scale * W), rtol=1e-13, atol=1e-13)
        assert (compiled.captures, compiled.replays) == (1, 2)


def test_one_in_the_other() -> None:
    a, b = np.arange(3.0), np.arange(4.0) + 0.5
    outer = cg.vmap(cg.vmap(lambda a, b: F.sin(a) * b, in_axes=(None, 0)), in_axes=(0, None))
    assert np.array_equal(outer(a, b), F.sin(a[:, None]).data * b)
    assert np.array_equal(outer(2 * a, b), F.sin(2 * a[:, None]).data * b)


def test_gradients_of_a_model_for_each_example() -> None:
    rng = np.random.default_rng(3)
    model = L.Sequential(L.Linear(4), F.tanh, L.Linear(2))
    xs, ts = rng.normal(size=(10, 3)), rng.integers(0, 2, 10)
    model(xs)  # makes the weights
    params = [p for _, p in model.params()]

    def loss(x: Any, t: Any) -> Any:
        return F.cross_entropy(model(x[None]), t[None])

    total = F.sum(cg.vmap(loss)(cg.Variable(xs), ts))
    model.cleargrads()
    total.backward()
    found = [p.grad.data.copy() for p in params]
    model.cleargrads()
    (F.cross_entropy(model(xs), ts) * 10.0).backward()
    for x, p in zip(found, params, strict=True):
        assert np.allclose(x, p.grad.data, rtol=1e-12, atol=1e-13)


@pytest.mark.filterwarnings("error:compile")
@pytest.mark.parametrize("compiled", [False, True])
def test_training_on_the_losses_of_examples(compiled: bool) -> None:
    """Of arrays; the loss is a Variable, as the model is closed over."""
    rng = np.random.default_rng(4)
    xs, ts = rng.normal(size=(6, 12, 5)), rng.integers(0, 3, (6, 12))

    def losses(by_example: bool) -> list[float]:
        model = L.Sequential(L.Linear(7, in_size=5, rng=0), F.tanh, L.Linear(3, in_size=7, rng=1))
        optimizer = optimizers.Adam(lr=0.05).setup(model)
        each = cg.vmap(lambda x, t: F.cross_entropy(model(x[None]), t[None]))

        def step(x: Any, t: Any) -> Any:
            loss = F.mean(each(x, t)) if by_example else F.cross_entropy(model(x), t)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            return loss

        run = cg.compile(step) if compiled else step
        return [run(x, t).item() for x, t in zip(xs, ts, strict=True)]

    assert losses(True) == pytest.approx(losses(False), rel=1e-12)


def pairs(a: Any) -> Any:
    return F.sum(F.sin(a[:, None] * a))


@pytest.mark.parametrize("how", [cg.grad, cg.hessian])
@pytest.mark.parametrize(
    "f",
    [
        lambda a: F.sum(cg.vmap(lambda p: F.sum(F.sin(p * a)))(a)),
        lambda a: F.sum(cg.vmap(lambda p, q: F.sum(F.sin(p * q)), in_axes=(0, None))(a, a)),
        lambda a: F.sum(cg.vmap(lambda k, q: F.sum(F.sin(q[k] * a)), (0, None))(np.arange(3), a)),
        lambda a: F.sum(cg.vmap(lambda p: cg.vmap(lambda q: F.sin(p * q))(a))(a)),
        lambda a: F.sum(cg.vmap(lambda p: F.sum(F.sin(p["x"] * a)))({"x": a})),
    ],
)
def test_an_argument_that_is_closed_over_as_well(f: Any, how: Any) -> None:
    """No gradient is lost."""
    x = np.array([1.0, 2.0, 4.0])
    assert np.allclose(how(f)(x), how(pairs)(x), rtol=1e-12)
    assert np.allclose(cg.compile(how(f))(x), how(pairs)(x), rtol=1e-12)


@pytest.mark.filterwarnings("error:compile")
@pytest.mark.parametrize("f", [F.sin, cg.grad(F.sin)])
def test_compiled_of_arrays(f: Any) -> None:
    compiled = cg.compile(cg.vmap(f))
    for k in range(3):
        found = compiled(XS[:, 0] + k)
        assert isinstance(found, np.ndarray)
        assert np.array_equal(found, cg.vmap(f)(XS[:, 0] + k))
    assert (compiled.captures, compiled.replays) == (1, 2)


def test_arrays_and_variables_of_a_loop() -> None:
    def f(x: Any) -> Any:
        return F.log(x) * w

    for w in (cg.Variable(2.0, requires_grad=False), cg.Variable(2.0)):
        with cg.detect_anomaly():
            found = cg.vmap(f)(np.ones(3))
            assert isinstance(found, cg.Variable) == w.requires_grad
            with pytest.raises(RuntimeError, match="detect_anomaly"):
                cg.vmap(f)(np.array([1.0, -1.0]))


def test_numbers_that_are_the_same_for_all_inside_another() -> None:
    def kernel(a: Any, b: Any, length: float) -> Any:
        return F.exp(-F.sum((a - b) ** 2) / length)

    matrix = cg.vmap(cg.vmap(kernel, in_axes=(None, 0, None)), in_axes=(0, None, None))
    expected = np.exp(-((XS[:, None] - XS) ** 2).sum(axis=-1) / 0.7)
    assert np.allclose(matrix(XS, XS, 0.7), expected, rtol=1e-14)
    assert np.allclose(matrix(2 * XS, 2 * XS, 2.8), expected, rtol=1e-14)


def test_backward_again_and_again() -> None:
    x = cg.Variable(np.linspace(0.1, 1.0, 10))
    f = cg.vmap(lambda x: F.sin(x) * x)
    for k in range(3):
        x.cleargrad()
        F.sum(f(x * float(k + 1))).backward(create_graph=True)
        first = x.grad
        u = (k + 1) * x.data
        assert np.allclose(first.data, (k + 1) * (np.cos(u) * u + np.sin(u)))
        x.cleargrad()
        F.sum(first).backward()
        assert np.allclose(x.grad.data, (k + 1) ** 2 * (2 * np.cos(u) - np.sin(u) * u))


# ---- What comes out, and what is refused ---------------------------------------------------------


def test_arrays_give_arrays_and_variables_variables() -> None:
    f = cg.vmap(lambda x: x * 2.0)
    assert isinstance(f(np.ones(3)), np.ndarray)
    y = f(cg.Variable(np.ones(3)))
    assert isinstance(y, cg.Variable)
    assert y.requires_grad
    with cg.no_grad():
        assert not f(cg.Variable(np.ones(3))).requires_grad
    assert not f(cg.Variable(np.ones(3), requires_grad=False)).requires_grad


def test_what_is_the_same_for_all_comes_once() -> None:
    f = cg.vmap(lambda x, w: (x * w, w**2), in_axes=(0, None), out_axes=(0, None))
    many, one = f(np.arange(3.0), 3.0)
    assert np.array_equal(many, [0.0, 3.0, 6.0])
    assert one == 9.0
    slope = cg.grad(lambda w: F.sum(f(np.arange(3.0), w)[0]) + f(np.arange(3.0), w)[1])(3.0)
    assert slope == 3.0 + 6.0
    repeated = cg.vmap(lambda x, w: w**2, in_axes=(0, None))
    assert cg.grad(lambda w: F.sum(repeated(np.arange(3.0), w)))(3.0) == 18.0


def test_refused() -> None:
    one = np.ones(3)
    with pytest.raises(TypeError, match="a function is needed"):
        cg.vmap(3.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sizes of mapped arrays differ"):
        cg.vmap(F.add)(one, np.ones(4))
    with pytest.raises(ValueError, match="nothing is mapped"):
        cg.vmap(F.sin, in_axes=None)(one)
    with pytest.raises(ValueError, match="the batch is empty"):
        cg.vmap(F.sin)(np.ones((0, 2)))
    with pytest.raises(TypeError, match="give it None in in_axes"):
        cg.vmap(F.add)(one, 2.0)
    with pytest.raises(ValueError, match="in_axes is for 1 arguments"):
        cg.vmap(F.add, in_axes=(0,))(one, one)
    with pytest.raises(ValueError, match="in_axes has 1 for an array"):
        cg.vmap(F.sin, in_axes=1)(one)
    with pytest.raises(ValueError, match="out_axes is None"):
        cg.vmap(F.sin, out_axes=None)(one)
    with pytest.raises(TypeError, match="draws random numbers"):
        cg.vmap(lambda x: F.dropout(x, 0.5, rng=1))(np.ones((3, 4)))
    with pytest.raises(ValueError, match="out_axes has 2 for a result"):
        cg.vmap(F.sin, out_axes=2)(one)
    with pytest.raises(TypeError, match="an int, None, or a structure of them, not '0'"):
        cg.vmap(F.sin, in_axes="0")(one)
    with pytest.raises(TypeError, match="gives nothing"):
        cg.vmap(lambda x: None)(one)
    with pytest.raises(TypeError, match="masked"):
        cg.vmap(F.sin)(np.ma.array(one, mask=[0, 1, 0]))
    with pytest.raises(TypeError, match="gives nothing"):
        cg.vmap(lambda x: x[0] if x[0] > 3 else None)(np.arange(12.0).reshape(4, 3))
    with pytest.raises(ValueError, match="different structures"):
        cg.vmap(lambda x: (x, x) if x > 2.5 else x)(np.arange(5.0))


def test_updates_are_refused() -> None:
    w = cg.Variable(np.ones(2))

    def f(x: Any) -> Any:
        F.sum(w * x).backward()
        return x * 2.0

    with pytest.raises(TypeError, match="updates what was there before"):
        cg.vmap(f)(np.ones((5, 2)))


def test_errors_are_the_functions_own() -> None:
    def f(x: Any) -> Any:
        if x > 3:
            raise ArithmeticError("too large")
        return x

    with pytest.raises(ArithmeticError, match="too large"):
        cg.vmap(f)(np.arange(6.0))


def test_singular_matrices_raise_as_in_a_loop() -> None:
    a = np.stack([np.eye(2) * k for k in (1.0, 2.0, 0.0, 3.0, 4.0)])
    with pytest.raises(np.linalg.LinAlgError):
        cg.vmap(cg.linalg.inv)(a)
    assert np.array_equal(cg.vmap(cg.linalg.inv)(a[[0, 1, 3, 4]])[1], np.eye(2) / 2)


@pytest.mark.filterwarnings("error")
def test_sizes_around_those_of_blocks() -> None:
    f = cg.vmap(lambda x: F.exp(x[0]) * x[1] + F.sum(x))
    for n in (1, 4, 7, 8, 9, 255, 256, 257, 400, 1000):
        x = np.random.default_rng(n).normal(size=(n, 2))
        with warnings.catch_warnings():
            expected = F.exp(x[:, 0]).data * x[:, 1] + (x[:, 0] + x[:, 1])
        assert np.array_equal(f(x), expected), n


def doubled(x: Any) -> Any:
    return x * 2.0


def test_it_is_a_function() -> None:
    """It has its name, pickles, and may be a method."""

    class Line:
        slope = 3.0

        def __call__(self, x: Any) -> Any:
            return x * self.slope

        many = cg.vmap(__call__, in_axes=(None, 0))

    f = cg.vmap(doubled)
    assert f.__name__ == "doubled"
    assert np.array_equal(pickle.loads(pickle.dumps(f))(np.arange(3.0)), [0.0, 2.0, 4.0])
    assert np.array_equal(Line().many(np.arange(3.0)), [0.0, 3.0, 6.0])


@pytest.mark.filterwarnings("ignore:compile")
def test_integers_that_no_float_holds() -> None:
    k = np.array([1, 2**53 + 1, 3, 2**53 + 3])
    found = cg.vmap(lambda x, k: x * float(k % 4))(np.ones(4), k)
    assert np.array_equal(found, [1.0, 1.0, 3.0, 3.0])
