"""compile: a replay gives what the function gives, to the bit, or the function stays eager, with a word.

Each row of the table of operations is captured and replayed, its value, its gradient and its Hessian, at
numbers of other signs, at equal ones and where there is none. And each line of what is promised of
arguments, closures, globals, branches and effects.
"""

import pickle
import threading
import types
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

# What stays eager: it reads numbers, draws random ones, keeps positions, or shares a weight among
# products that a plain backward pass adds up at once.
LOOKING = {"average", "interp", "median", "partition", "quantile", "sort"}
BY_POSITION = {"max_pool2d"}
SHARING = {"einsum", "matmul", "lstm_cell", "lstm_step", "linear_simple"}
DRAWING = {"dropout", "dropout_simple"}  # which Python does; all others are instructions
CONSTANTS = {"cumprod", "gradient", "trapezoid", "get_item"}


def elsewhere(array: Array) -> list[Array]:
    """Other numbers of the same shape."""
    special = np.resize([0.0, -0.0, np.inf, -1.5, np.nan, 1.0, -np.inf, 1e300], array.shape)
    return [
        array * 0.9,
        -array,
        np.flip(array).copy(),
        np.full_like(array, 0.5),
        np.zeros_like(array),
        special,
        array,
    ]


def bits(result: Any) -> list[Any]:
    """Types, shapes and bits of the leaves; nans are equal."""
    if isinstance(result, (tuple, list)):
        return [b for part in result for b in bits(part)]
    data = np.array(result.data if isinstance(result, cg.Variable) else result, np.float64)
    data[np.isnan(data)] = np.nan
    return [(type(result), data.shape, data.tobytes())]


def outcome(f: Callable[..., Any], arrays: list[Array]) -> Any:
    try:
        return bits(f(*arrays))
    except (ValueError, ArithmeticError, IndexError, np.linalg.LinAlgError) as error:
        return type(error)


def transformed(operation: Operation, how: str) -> Callable[..., Any]:
    def total(*xs: Any) -> Any:
        y = operation.call(*xs)
        return F.sum(y * np.linspace(0.5, 1.5, y.size).reshape(y.shape))

    if how == "plain":
        return cg.no_grad()(operation.call)
    places = tuple(range(len(operation.inputs)))
    return (cg.hessian if how == "hessian" else cg.value_and_grad)(total, argnums=places)


@pytest.mark.parametrize("how", ["plain", "value_and_grad", "hessian"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@pytest.mark.filterwarnings("ignore")
def test_rows_replayed(operation: Operation, how: str) -> None:
    eager = transformed(operation, how)
    compiled = cg.compile(eager)
    points = [[np.array(a, np.float64) for a in operation.inputs]]
    points += [list(p) for p in zip(*[elsewhere(a) for a in points[0]], strict=True)]
    for numbers in points:
        arrays = [np.array(a) for a in numbers]
        if how == "plain":
            arrays = [cg.Variable(a, requires_grad=False) for a in arrays]
        with np.errstate(all="ignore"):
            assert outcome(compiled, arrays) == outcome(eager, arrays)
    if "stays eager" in compiled.explain():
        allowed = LOOKING | BY_POSITION
        assert operation.name in (allowed | SHARING | CONSTANTS if how == "hessian" else allowed)
        assert "other numbers" not in compiled.explain()
    else:
        assert compiled.replays > 0
        assert compiled.captures == 1 or operation.name in LOOKING
        if how != "hessian":
            assert operation.name in DRAWING or "call" not in str(compiled.program())


def rosen(x: Any) -> Any:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def quiet(f: Callable[..., Any]) -> Any:
    """f compiled, where no warning may come."""
    return cg.compile(f, fallback=False)


def test_a_function_and_its_gradient() -> None:
    f = quiet(cg.value_and_grad(rosen))
    assert bits(f(np.array([0.5, 2.0]))) == bits((306.5, np.array([-351.0, 350.0])))
    assert bits(f(np.array([1.0, 2.0]))) == bits((100.0, np.array([-400.0, 200.0])))
    assert (f.captures, f.replays) == (1, 1)
    assert f.__wrapped__ is f.function
    program = f.program()
    assert program is not None and program.instructions < 20
    assert "less_mul(i0[0], i0[0], i0[1])" in str(program)


def test_pickled_by_its_function() -> None:
    f = pickle.loads(pickle.dumps(cg.compile(cg.grad(rosen))))
    assert f(np.array([1.0, 1.0])).tolist() == [0.0, 0.0]


# ---- Arguments ------------------------------------------------------------------------------------


def test_another_shape_is_another_capture() -> None:
    f = quiet(cg.grad(lambda x: F.sum(F.sin(x) * x)))
    eager = f.__wrapped__
    for n in (3, 4, 3, 4, 5):
        x = np.linspace(0.1, 1.0, n)
        assert bits(f(x)) == bits(eager(x))
    assert f.captures == 3
    assert "argument 0 has the shape (4,)" in f.explain()


def test_arrays_of_any_order() -> None:
    f = quiet(cg.grad(lambda x: F.sum(F.sin(x) * x[0])))
    eager = f.__wrapped__
    x = np.linspace(0.1, 2.0, 24).reshape(4, 6)
    for a in (x, x + 1, np.asfortranarray(x), x[::-1], (x * 2)[::-1, ::-1], x.T.copy().T):
        assert bits(f(a)) == bits(eager(a))
    assert f.captures == 1


def test_floats_and_ints_of_a_transform_are_inputs() -> None:
    f = quiet(cg.grad(lambda x, n: x**n))
    assert [f(x, 3) for x in (2.0, 3.0, 4, np.float64(5.0))] == [12.0, 27.0, 48.0, 75.0]
    assert f.captures == 1
    assert f(2.0, 2) == 4.0
    assert f.captures == 2 and "argument 1 is 2" in f.explain()


def test_structures() -> None:
    f = quiet(cg.value_and_grad(lambda p: F.sum(p["w"] * 3.0) + p["b"][0] ** 2))
    eager = f.__wrapped__
    for k in range(3):
        p = {"w": np.array([1.0, 2.0]) * k, "b": [0.5 + k]}
        value, gradient = f(p)
        expected, slopes = eager(p)
        assert value == expected and gradient["b"] == slopes["b"]
        assert bits(gradient["w"]) == bits(slopes["w"])
    assert f.captures == 1


def test_keywords_and_further_arguments() -> None:
    f = quiet(cg.grad(lambda x, y, scale=1.0: F.sum(x * y) * scale))
    x = np.array([1.0, 2.0])
    for k in (1.0, 2.0):
        assert f(x, x * k, scale=3.0).tolist() == (3.0 * k * x).tolist()
    assert f(x, x.copy(), scale=2.0).tolist() == (2.0 * x).tolist()
    assert f.captures == 1
    assert f(x, x.copy(), scale=2).tolist() == (2.0 * x).tolist()  # an int is part of the key
    assert f.captures == 2


def test_the_same_array_twice() -> None:
    f = quiet(cg.grad(lambda x, y: F.sum(x * y), argnums=(0, 1)))
    x = np.array([1.0, 2.0])
    f(x, x)
    gx, gy = f(x, x + 1)
    assert gx.tolist() == [2.0, 3.0] and gy.tolist() == [1.0, 2.0]


def test_a_variable_that_is_closed_over_too() -> None:
    w = cg.Variable([1.0, 2.0], requires_grad=False)
    f = quiet(lambda x: F.sum(x * w))
    assert [f(v).item() for v in (w, cg.Variable([3.0, 3.0], requires_grad=False))] == [5.0, 9.0]
    w.data[...] = 2.0
    assert f(cg.Variable([3.0, 3.0], requires_grad=False)).item() == 12.0


def test_numpy_on_an_argument_stays_eager() -> None:
    def f(x: Array) -> Any:
        return F.sum(F.sin(x) * np.cos(x))

    compiled = cg.compile(f)
    with pytest.warns(UserWarning, match="NumPy computes with an argument"):
        compiled(np.array([1.0, 2.0]))
    for use in (lambda a: a**2, lambda a: a.sum(), np.asarray, np.sort, np.tanh):
        one = cg.compile(lambda a, use=use: F.sin(use(a)))
        with pytest.warns(UserWarning, match="NumPy computes with an argument"):
            one(np.array([1.0]))


SETTINGS: Any = types.ModuleType("settings")
SETTINGS.factor = 1.0


class Factors:
    def first(self) -> float:
        factor: float = SETTINGS.factor
        return factor


def test_what_escapes_every_eye_is_found_by_comparing() -> None:
    factors = Factors()  # what a method reads of a module is not watched
    compiled = cg.compile(lambda x: F.sum(F.sin(x)) * factors.first())
    assert compiled(np.array([1.0])).item() == F.sin(1.0).item()
    SETTINGS.factor = 3.0
    with pytest.warns(UserWarning, match="gives other numbers than were recorded"):
        assert compiled(np.array([2.0])).item() == (F.sin(2.0) * 3.0).item()
    assert compiled(np.array([3.0])).item() == (F.sin(3.0) * 3.0).item()


# ---- What it closes over --------------------------------------------------------------------------


def test_variables_are_read_anew() -> None:
    w = cg.Variable([1.0, 2.0])
    f = quiet(cg.grad(lambda x: F.sum(x * x * w)))
    x = np.array([1.0, 1.0])
    assert f(x).tolist() == [2.0, 4.0]
    w.data[0] = 5.0
    assert f(x).tolist() == [10.0, 4.0]
    w.data = np.array([3.0, 3.0])
    assert f(x * 2).tolist() == [12.0, 12.0]
    w.data = np.array(7.0)
    assert f(x).tolist() == [14.0, 14.0]
    assert f.captures == 2


def test_arrays_are_read_anew() -> None:
    for n in (3, 1000):
        a = np.ones(n)
        f = quiet(cg.grad(lambda x, a=a: F.sum(x * x * a)))
        x = np.ones(n)
        f(x)
        a[0] = 4.0
        assert f(x)[:2].tolist() == [8.0, 2.0]


RATE = 1.0


def test_numbers_of_closures_and_globals_are_part_of_the_key() -> None:
    global RATE
    k = 2.0

    def f(x: Any) -> Any:
        return x * x * k * RATE

    g = quiet(cg.grad(f))
    assert g(1.0) == 4.0
    k = 3.0
    assert g(1.0) == 6.0
    RATE = 2.0
    try:
        assert g(1.0) == 12.0
    finally:
        RATE = 1.0
    assert g(1.0) == 6.0
    assert g.captures == 3 and "k is another" in g.explain() and "RATE is another" in g.explain()


def test_variables_rebound() -> None:
    w = cg.Variable(2.0)
    g = quiet(cg.grad(lambda x: x * w))
    assert g(1.0) == 2.0
    w = cg.Variable(3.0)
    assert g(1.0) == 3.0


def agrees(f: Callable[..., Any], change: Callable[[], Any], *more: Any) -> None:
    """Two calls, so that it is trusted; then a change, and it gives what the function gives."""
    g = cg.compile(cg.grad(f))
    x = np.array([1.0, 2.0, 3.0])
    g(x, *more), g(x + 1, *more)
    change()
    assert bits(g(x, *more)) == bits(g.__wrapped__(x, *more))


class Holder:
    k = 2.0


GLOBAL = 1.0


def helper(x: Any) -> Any:
    return x * GLOBAL


def set_global(value: float) -> None:
    global GLOBAL
    GLOBAL = value


def test_what_changes_later() -> None:
    """Of the third call on: the comparison of the first replay is over then."""
    v = cg.Variable([1.0, 2.0, 3.0])
    new = np.array([5.0, 6.0, 7.0])
    agrees(lambda x: F.sum(x[1:] * v[1:]), lambda: setattr(v, "data", new))
    agrees(lambda x: F.sum(x * v[1]), lambda: setattr(v, "data", new + 1))
    agrees(lambda x: F.sum(x * v.T), lambda: setattr(v, "data", new + 2))
    a, labels = np.array([1.0, 2.0, 3.0]), np.array([0, 1, 2])
    agrees(lambda x: F.sum(x**2 * a[1]), lambda: a.__setitem__(1, 9.0))
    agrees(lambda x: F.sum(x**2 * float(np.sum(a))), lambda: a.__setitem__(1, 8.0))
    agrees(lambda x: F.sum(x**2 * a[::-1]), lambda: a.__setitem__(0, 7.0))
    agrees(lambda x: F.sum(x[labels] * a), lambda: labels.__setitem__(0, 2))
    agrees(lambda x: F.sum(helper(x)), lambda: set_global(5.0))
    set_global(1.0)
    inner = cg.compile(lambda x: F.sum(helper(x * x)))
    agrees(lambda x: inner(x) * 2.0, lambda: set_global(5.0))
    set_global(1.0)
    holder, box, items = Holder(), {"k": 2.0, "w": v}, [2.0, 3.0]
    holder.k = 3.0
    agrees(lambda x: F.sum(x * x) * holder.k, lambda: setattr(holder, "k", 5.0))
    agrees(lambda x: F.sum(x * x) * box["k"], lambda: box.__setitem__("k", 5.0))
    agrees(lambda x: F.sum(x * box["w"]), lambda: box.__setitem__("w", cg.Variable(new)))
    agrees(lambda x: F.sum(x * x) * items[1], lambda: items.__setitem__(1, 7.0))
    agrees(lambda x, h: F.sum(x * x) * h.k, lambda: setattr(holder, "k", 6.0), holder)
    arrays = [np.ones(3), (np.ones(3),)]
    agrees(lambda x: F.sum(x * x) * float(np.sum(arrays[0])), lambda: arrays[0].__setitem__(0, 4.0))
    agrees(
        lambda x: F.sum(x * x) * float(arrays[1][0][0]), lambda: arrays[1][0].__setitem__(0, 5.0)
    )
    count = [0]

    def counting(x: Any) -> Any:
        count[0] += 1
        return F.sum(x * float(count[0]))

    g = cg.compile(cg.grad(counting))
    assert [g(new)[0] for _ in range(4)] == [1.0, 2.0, 3.0, 4.0]


def test_structures_of_other_types() -> None:
    f = cg.compile(cg.grad(lambda p: F.sum(next(iter(p.values())) ** 2)))
    x = np.array([1.0, 2.0])
    for key in (1, 1, True, 1.0):
        assert list(map(type, f({key: x}))) == [type(key)]


def test_products_of_transposed_matrices() -> None:
    """BLAS's bits depend on the strides of its operands, and on whether they are one matrix."""
    rng = np.random.default_rng(0)
    f = quiet(cg.no_grad()(lambda x: F.matmul(x, x.T) * 1.5))
    with cg.no_grad():
        for x in rng.normal(size=(20, 3, 3)):
            v = cg.Variable(x)
            assert bits(f(v)) == bits(f.__wrapped__(v))
    for _ in range(20):
        c = rng.normal(size=(3, 3))
        f = quiet(cg.hessian(lambda x, c=c: F.sum(F.matmul(c, F.sin(x)) * 0.7)))
        for x in rng.normal(size=(6, 3)):
            assert bits(f(x)) == bits(f.__wrapped__(x))


def test_models() -> None:
    model = L.Linear(2, in_size=3)
    f = quiet(cg.grad(lambda x: F.sum(F.tanh(model(x)))))
    eager = f.__wrapped__
    x = np.linspace(-1.0, 1.0, 6).reshape(2, 3)
    f(x), f(x * 2)
    captures = f.captures
    for w in model.params():
        w[1].data[...] *= 1.5
    assert bits(f(x)) == bits(eager(x))
    assert f.captures == captures
    model.w = cg.Variable(np.ones((3, 2)))
    assert bits(f(x)) == bits(eager(x))
    assert f.captures == captures + 1


# ---- Control flow ---------------------------------------------------------------------------------


def branching(x: Any, y: Any) -> Any:
    z = x * y
    if z > 1.0:
        z = F.sin(z)
    elif z < -1.0:
        z = -F.cos(z)
    if x >= y:
        z = z + x
    if bool(F.maximum(z - 0.5, 0.0)):
        z = z * 2.0
    n = 0
    while z < 3.0 and n < 3:
        z = z * 1.5 + 0.25
        n += 1
    return z if n != 2 else z * y


def test_branches_and_loops() -> None:
    f = quiet(cg.value_and_grad(branching, argnums=(0, 1)))
    eager = f.__wrapped__
    rng = np.random.default_rng(0)
    for x, y in rng.normal(size=(2000, 2)) * 1.5:
        assert f(float(x), float(y)) == eager(float(x), float(y))
    assert 5 < f.captures < 64 and f.replays > 1900


def test_numbers_taken_out_are_guarded() -> None:
    f = quiet(cg.grad(lambda x: x * float(int(x.item())) if x.item() > 0 else x))
    assert [f(x) for x in (2.5, 2.5, 3.5, -1.0, 2.5)] == [2.0, 2.0, 3.0, 1.0, 2.0]
    assert f.captures == 3


def test_too_many_captures() -> None:
    f = cg.compile(cg.grad(lambda x: x * float(int(x.item()))))
    assert [f(k + 0.5) for k in range(64)] == list(range(64))
    with pytest.warns(UserWarning, match=r"64 captures of it already.*x.item\(\)"):
        assert f(64.5) == 64.0
    assert [f(k + 0.5) for k in range(80)] == list(range(80))
    assert f.captures == 64


# ---- What cannot be captured ----------------------------------------------------------------------


def refuses(f: Callable[..., Any], *args: Any, match: str) -> None:
    """It stays eager and says why; and raises, where there is no fallback."""
    with pytest.warns(UserWarning, match=match):
        cg.compile(f)(*args)
    with pytest.raises(RuntimeError, match=match):
        cg.compile(f, fallback=False)(*args)


def test_effects_are_refused() -> None:
    w = cg.Variable([1.0, 2.0])
    generator = np.random.default_rng(0)

    def train() -> Any:
        loss = F.sum(w * w)
        w.cleargrad()
        loss.backward()
        optimizers.SGD(0.1).update([w])
        return loss.item()

    refuses(train, match="a setting is assigned")
    refuses(lambda x: x.cleargrad(), cg.Variable(1.0, requires_grad=False), match="of an argument")
    refuses(lambda: setattr(w, "data", [2.0, 2.0]), match="in place")
    refuses(cg.grad(lambda x: F.sum(x * generator.normal(size=4))), np.ones(4), match="random")
    refuses(lambda: w, match="was there before")
    refuses(lambda: F.sum(cg.ones(3)), match="that the call makes")
    refuses(cg.grad(lambda x: F.sum(F.sort(x))), np.arange(20.0), match="plain numbers")
    refuses(lambda x: cg.grad(F.sin)(x), 1.0, match="a transform inside")
    refuses(lambda: object(), match="its result has a object")


def test_changes_of_arguments_reach_the_caller() -> None:
    def clear(x: Any) -> Any:
        total = F.sum(F.sin(x))
        (x if isinstance(x, np.ndarray) else x.data)[0] = 0.0
        return total

    for x in (np.array([1.0, 2.0]), cg.Variable([1.0, 2.0], requires_grad=False)):
        with pytest.warns(UserWarning, match="compile: "):
            cg.compile(clear)(x)
        assert np.asarray(x)[0] == 0.0


def test_zeros_of_other_signs() -> None:
    f = quiet(cg.grad(lambda x, a: x / a))
    assert f(1.0, 0.0) == np.inf and f(1.0, -0.0) == -np.inf
    k = 0.0
    g = quiet(cg.grad(lambda x: x * F.arctan2(k, -1.0)))
    plus = g(1.0)
    k = -0.0
    assert g(1.0) == -plus


def test_what_decorators_wrap_is_watched_too() -> None:
    k = 2.0

    @cg.no_grad()
    def f(x: Any) -> Any:
        return x * k

    g, x = quiet(f), cg.Variable(3.0, requires_grad=False)
    assert g(x).item() == 6.0
    k = 3.0
    assert g(x).item() == 9.0


def test_hostile_closures() -> None:
    loop: list[Any] = []
    loop.append(loop)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    f = quiet(cg.grad(lambda x: x * len(loop)))
    assert f(2.0) == f(3.0) == 1.0
    f = cg.compile(cg.grad(lambda x: x * len(deep)))
    with pytest.warns(UserWarning, match="more than 1000 things"):
        assert f(2.0) == 1.0

    class Endless:
        def __getattr__(self, name: str) -> Any:
            return self

        def __call__(self, x: Any) -> Any:
            return F.sin(x)

    assert quiet(Endless())(cg.Variable(0.0, requires_grad=False)).item() == 0.0


def test_random_numbers_behind_our_back() -> None:
    f = cg.compile(cg.grad(lambda x: x * hidden()))
    f(1.0)
    with pytest.warns(UserWarning, match="other numbers"):
        f(2.0)


def hidden() -> float:
    return float(np.random.default_rng().normal())


def test_errors_are_the_same() -> None:
    f = quiet(cg.grad(lambda x, t: F.binary_cross_entropy(x, t)))
    x, t = np.array([0.3, 0.7]), np.array([0.0, 1.0])
    f(x, t), f(x * 2, t)
    for function in (f, f.__wrapped__):
        with pytest.raises(ValueError, match="must be from 0 to 1"):
            function(x, t * 2)
    assert bits(f(x, t)) == bits(f.__wrapped__(x, t))
    with pytest.raises(ZeroDivisionError):
        cg.compile(lambda x: 1 / 0)(1.0)
    with pytest.raises(TypeError, match="a function is needed"):
        cg.compile(3.0)  # type: ignore[arg-type]


# ---- Where it stands ------------------------------------------------------------------------------


def test_inside_others_it_is_transparent() -> None:
    f = cg.compile(lambda x: F.sin(x) * x)
    assert cg.grad(f)(2.0) == cg.grad(f.__wrapped__)(2.0)
    assert f.captures == 0
    outer = quiet(cg.grad(lambda x: f(x) * 2.0))
    assert outer(2.0) == outer(2.0) == 2.0 * cg.grad(f.__wrapped__)(2.0)


def test_modes() -> None:
    f = quiet(cg.grad(lambda x: F.sum(F.dropout(x, 0.5))))
    with cg.test_mode():
        assert f(np.ones(3)).tolist() == [1.0, 1.0, 1.0]
        f(np.zeros(3))
    assert set(f(np.ones(50)).tolist()) == {0.0, 2.0}
    g = quiet(cg.grad(lambda x: x * x))
    g(1.0)
    with cg.detect_anomaly():
        assert g(2.0) == 4.0
    assert g.replays == 0


def test_methods() -> None:
    class Line:
        @cg.compile
        def at(self, x: Any) -> Any:
            return F.sum(x * 2.0)

    line = Line()
    x = cg.Variable([1.0, 2.0], requires_grad=False)
    assert line.at(x).item() == line.at(x).item() == 6.0


def test_threads() -> None:
    f = quiet(cg.value_and_grad(lambda x: F.sum(F.sin(x) * F.exp(-x * x))))
    eager = f.__wrapped__
    points = [np.linspace(0.1, 1.0 + k, 3000) for k in range(8)]
    expected = [bits(eager(p)) for p in points]
    wrong: list[int] = []
    f(points[0]), f(points[1])

    def work(k: int) -> None:
        for _ in range(100):
            if bits(f(points[k])) != expected[k]:
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_results_have_memory_of_their_own() -> None:
    f = quiet(cg.value_and_grad(lambda x: F.sum(x * 2.0)))
    x = np.ones(3)
    f(x)
    first, second = f(x + 1)[1], f(x + 2)[1]
    first[0] = 100.0
    assert second.tolist() == f(x)[1].tolist() == [2.0, 2.0, 2.0]
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_memory_stays_flat() -> None:
    import resource

    f = quiet(cg.value_and_grad(rosen))
    x = np.array([0.5, 2.0])
    f(x), f(x * 2)
    for _ in range(1000):
        f(x)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(100_000):
        f(x)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2000


def test_a_warning_comes_once() -> None:
    f = cg.compile(lambda x: F.sin(x) + np.sin(x))
    with pytest.warns(UserWarning):
        f(np.ones(2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f(np.ones(2))
