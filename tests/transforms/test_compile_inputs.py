"""compile: floats and arrays of any numbers are inputs, until Python or NumPy looks at them."""

import math
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.transforms.structure import leaves as leaves_of

Array = Any

RNG = np.random.default_rng(0)
W = RNG.normal(size=(4, 5))
ROWS = [RNG.normal(size=(8, 4)) for _ in range(6)]
LABELS = [RNG.integers(0, 5, 8) for _ in range(6)]
FLOATS = [0.5, -1.25, 3.0, -0.0, 1e-300, 7.5]


def bits(x: Any) -> Any:
    if isinstance(x, (tuple, list)):
        return [bits(part) for part in x]
    array = np.array(x.data if isinstance(x, cg.Variable) else x)
    return type(x), array.shape, array.dtype, array.tobytes()


def follows(f: Callable[..., Any], calls: Sequence[tuple[Any, ...]], captures: int = 1) -> Any:
    """Compiled, f gives eager's bits in each call, of so many captures."""
    compiled = cg.compile(f, fallback=False)
    for arguments in calls:
        assert bits(compiled(*arguments)) == bits(f(*arguments))
    assert compiled.captures == captures
    assert compiled.replays == len(calls) - captures
    return compiled


# ---- Labels, indices, masks -----------------------------------------------------------------------


@pytest.mark.parametrize("transform", [cg.value_and_grad, cg.hessian])
def test_labels(transform: Any) -> None:
    def loss(w: Any, x: Array, t: Array) -> Any:
        return F.cross_entropy(F.matmul(x, F.reshape(w, (4, 5))), t)

    with_gaps = [np.where(RNG.random(8) < 0.3, -100, t) for t in LABELS]
    for labels in (LABELS, with_gaps, [np.full(8, -100)] + LABELS):
        calls = [(W.reshape(-1), x, t) for x, t in zip(ROWS, labels, strict=False)]
        follows(transform(loss), calls)


def test_a_label_out_of_bounds_is_eagers_error() -> None:
    f = cg.compile(cg.grad(lambda w, t: F.cross_entropy(w, t)), fallback=False)
    for t in LABELS[:3]:
        f(np.zeros((8, 5)), t)
    with pytest.raises(ValueError, match="label 7 of row 2 is out of range"):
        f(np.zeros((8, 5)), np.array([0, 1, 7, 0, 0, 0, 0, 0]))
    f(np.zeros((8, 5)), LABELS[3])
    assert (f.captures, f.replays) == (1, 3)


def test_a_label_that_is_not_whole_is_eagers_error() -> None:
    for dtype in (np.float64, np.float32):
        f = cg.compile(cg.grad(lambda w, t: F.cross_entropy(w, t)), fallback=False)
        for t in LABELS[:3]:
            assert bits(f(np.zeros((8, 5)), t.astype(dtype))) == bits(f(np.zeros((8, 5)), t))
        with pytest.raises(ValueError, match="must be whole numbers"):
            f(np.zeros((8, 5)), np.full(8, 1.5, dtype))
    g = cg.compile(lambda i: F.sum(F.embedding(i, W)), fallback=False)
    for i in LABELS[:3]:
        g(np.minimum(i, 3).astype(np.float64))
    with pytest.raises(ValueError, match="whole numbers"):
        g(np.full(8, 1.5))


INDEXING: list[tuple[Callable[..., Any], int]] = [
    (lambda e, i: F.sum(F.sin(F.embedding(i, e))), 0),
    (lambda e, i: F.sum(F.sin(e[i])), -4),
    (lambda e, i: F.sum(F.sin(F.take(e, i, axis=1))), -4),
    (lambda e, i: F.sum(F.sin(F.take(e, i))), -20),
    (lambda e, i: F.sum(F.sin(np.take(e, i, axis=0))), -4),
]


@pytest.mark.parametrize("transform", [cg.value_and_grad, cg.hessian])
@pytest.mark.parametrize(("f", "low"), INDEXING)
def test_indices(f: Any, low: int, transform: Any) -> None:
    calls = [(W, RNG.integers(low, 4, (2, 3))) for _ in range(6)]
    follows(transform(f), calls)
    compiled = cg.compile(f, fallback=False)
    with pytest.raises(IndexError, match="out of bounds"):
        compiled(W, np.array([[0, 50, 0]]))


MASKS: list[Callable[..., Any]] = [
    lambda e, m: F.sum(F.where(m, F.sin(e), e * e)),
    lambda e, m: np.where(m, np.sin(e), e * e).sum(),
    lambda e, m: (e * m).sum(),
    lambda e, m: (m * F.exp(e)).sum(),
]


@pytest.mark.parametrize("f", MASKS)
def test_masks(f: Any) -> None:
    follows(cg.value_and_grad(f), [(W, RNG.random((4, 5)) < 0.5) for _ in range(6)])
    follows(cg.grad(f), [(W, RNG.integers(0, 2, (4, 5)).astype(np.uint8)) for _ in range(6)])


def test_other_precisions() -> None:
    for dtype in (np.float32, np.float16, np.int8):
        calls = [(W, (RNG.normal(size=(4, 5)) * 9).astype(dtype)) for _ in range(5)]
        follows(cg.grad(lambda e, m: (e * e * m).sum()), calls)
    f = cg.compile(lambda m: F.sum(F.sqrt(m)), fallback=False)
    f(np.ones(3, np.float32))
    f(np.ones(3, np.int64))
    assert "argument 0 is of int64" in f.explain()


def test_what_float64_cannot_hold_is_part_of_the_key() -> None:
    f = cg.compile(lambda m: F.sum(m * 1.0), fallback=False)
    for k in range(3):
        assert f(np.array([2**53 + 2 * k, 0])).item() == 2**53 + 2 * k
    assert f.captures >= 2


LOOKS: list[Callable[..., Any]] = [
    lambda e, m: (e * (m + 1)).sum(),
    lambda e, m: (e * np.asarray(m).max()).sum(),
    lambda e, m: (e * float(np.asarray(m)[0, 0] > 4)).sum(),
    lambda e, m: e[m > 4].sum(),
    lambda e, m: (e * int(m[0, 0])).sum(),
    lambda e, m: (e * len(set(m.ravel().tolist()))).sum(),
    lambda e, m: e[0, m[0, 0] % 5],
]


@pytest.mark.parametrize("f", LOOKS)
def test_what_python_looks_at_is_part_of_the_key(f: Any) -> None:
    arrays = [RNG.integers(0, 9, (4, 5)) for _ in range(5)]
    compiled = cg.compile(cg.value_and_grad(f), fallback=False)
    for m in arrays + arrays:
        assert bits(compiled(W, m)) == bits(cg.value_and_grad(f)(W, m))
    assert compiled.captures == 5 and compiled.replays == 5
    assert "argument 1 has other numbers" in compiled.explain()


def test_a_mask_as_an_index() -> None:
    compiled = cg.compile(cg.grad(lambda e, m: e[m].sum()), fallback=False)
    for k in range(4):
        m = W > k / 4
        assert compiled(W, m).tolist() == m.astype(float).tolist()


# ---- Masks that the function makes ----------------------------------------------------------------

COMPARING: list[Callable[..., Any]] = [
    lambda x: F.sum(F.where(x > 0.2, F.sin(x), x * x)),
    lambda x: np.where(x < 0.1, np.exp(x), x).sum(),
    lambda x: ((x >= 0) * x * 2.0).sum() + (x * ((x != 0.5) * 2.0 - 1.0)).sum(),
    lambda x: F.sum(F.where((x > -0.5) & (x < 0.5), x, x * x)),
    lambda x: F.sum(F.where(~((x > 0.5) | (x < -0.5)) ^ (x > 0.0), x, x * x)),
    lambda x: F.sum(F.where(np.logical_and(x > -0.5, np.logical_not(x > 0.5)), x, x * x)),
    lambda x: F.sum(F.where(x == F.max(x), x * 3.0, x)),
    lambda x: np.where(np.greater(0.3, x) | np.less_equal(1.0, x), x * x, x).sum(),
    lambda x: np.where(np.isnan(np.log(x)), 0.5 * x, x * x).sum(),
    lambda x: np.where(np.isfinite(np.log(x)) & ~np.isinf(x), x, x * x).sum(),
    lambda x: F.sum(F.where(x[0] > x[1], x[0], x[1] * 2.0)),
]


@pytest.mark.parametrize("f", COMPARING)
def test_comparisons_of_arrays_are_instructions(f: Any) -> None:
    calls = [(x,) for x in ROWS]
    follows(cg.value_and_grad(f), calls)
    follows(cg.grad(cg.grad(lambda a: f(a * ROWS[0]))), [(float(k),) for k in range(4)])


def test_any_and_all_are_guards() -> None:
    def f(x: Any) -> Any:
        if (x > 1.5).any() and not np.all(x > -5.0):
            return F.sum(x * 2.0)
        while np.any(x > 1.0):
            x = x * 0.5
        return F.sum(F.sin(x))

    g = cg.value_and_grad(f)
    compiled = cg.compile(g, fallback=False)
    for _ in range(3):
        for x in ROWS:
            assert bits(compiled(x)) == bits(g(x))
    assert compiled.captures <= 3


def test_a_mask_that_python_looks_at() -> None:
    f = cg.value_and_grad(lambda x: F.sum(x[x > 0.0]) * (x > 0.0).sum())
    compiled = cg.compile(f, fallback=False)
    for x in (*ROWS, *ROWS):
        assert bits(compiled(x[0])) == bits(f(x[0]))
    assert compiled.replays >= 6
    with pytest.warns(UserWarning, match="a comparison: variable of shape"):
        cg.compile(f)(ROWS[0])


# ---- Floats ---------------------------------------------------------------------------------------


ARITHMETIC: list[Callable[..., Any]] = [
    lambda x, a, b: F.sum(F.sin(x) * a + b / (a + 9.0) - a * b * x),
    lambda x, a, b: (F.sin(a) * b, a - b, -a, abs(b), 2 * a + b / 3),
    lambda x, a, b: {"a": a, "parts": [F.exp(x) + b]}["parts"],
    lambda x, a, b: F.where(x > 0.0 if isinstance(x, cg.Variable) else x * 0.0, a, b),
]


@pytest.mark.parametrize("f", ARITHMETIC)
def test_floats(f: Any) -> None:
    calls = [(x[0], a, b) for x, a, b in zip(ROWS, FLOATS, FLOATS[::-1], strict=True)]
    follows(f, calls)


def test_numpys_floats() -> None:
    def f(a: Any) -> Any:
        with np.errstate(all="ignore"):
            return F.sin(a) * 2.0, a * 2.0, 1.0 / a

    compiled = cg.compile(f, fallback=False)
    for _ in range(3):
        for a in np.linspace(-1.0, 1.0, 21):
            assert bits(compiled(a)) == bits(f(a))
    assert (compiled.captures, compiled.replays) == (1, 62)
    assert type(compiled(0.5)[1]) is float and type(compiled(np.float64(0.5))[1]) is np.float64


def test_floats_beside_what_is_differentiated() -> None:
    f = cg.value_and_grad(lambda x, rate: F.sum(F.exp(-rate * x)))
    follows(f, [(x, a) for x, a in zip(ROWS, FLOATS, strict=True)])


def test_branches_on_floats() -> None:
    def f(x: Array, a: float) -> Any:
        y = F.sin(x) * 2.0 if a > 0 else F.cos(x) * 3.0
        return y * max(a, 0.5) + (a if a else 7.0)

    compiled = cg.compile(f, fallback=False)
    for _ in range(3):
        for x, a in zip(ROWS, FLOATS, strict=True):
            assert bits(compiled(x, a)) == bits(f(x, a))
    assert compiled.captures <= 5


EYES: list[Callable[..., Any]] = [
    lambda x, a: F.sum(x * math.sin(a)),
    lambda x, a: F.sum(x * a**2),
    lambda x, a: F.sum(x * round(a)),
    lambda x, a: F.sum(x * int(a)),
    lambda x, a: F.sum(x * (a // 1.0)),
    lambda x, a: F.sum(x * np.cos(a)),
    lambda x, a: F.sum(x * (2.0 if math.isnan(a) else 3.0)),
    lambda x, a: F.sum(x * np.array([a, 1.0, a, 2.0])),
    lambda x, a: F.sum(F.leaky_relu(x, a / 10)),
    lambda x, a: F.sum(F.clip(x, -abs(a), abs(a))),
    lambda x, a: F.sum(x * {0.5: 2.0}.get(a, 3.0)),
]


def outcome(f: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return bits(f(*arguments))
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("f", EYES)
def test_who_takes_a_float_sets_a_guard(f: Any) -> None:
    compiled = cg.compile(f, fallback=False)
    values = [*FLOATS, math.nan, 0.5]
    for a in values:
        assert outcome(compiled, ROWS[0][0], a) == outcome(f, ROWS[0][0], a), a


def test_division_by_zero_is_pythons() -> None:
    compiled = cg.compile(lambda x, a: F.sum(x) * (1.0 / a), fallback=False)
    compiled(ROWS[0], 2.0)
    assert compiled(ROWS[0], 4.0).item() == F.sum(ROWS[0]).item() * 0.25
    with pytest.raises(ZeroDivisionError):
        compiled(ROWS[0], 0.0)


# ---- Arrays of float64, in NumPy's hands ----------------------------------------------------------


VIEWS: list[Callable[..., Any]] = [
    lambda x: F.sum(x[0] * F.sin(x[1:]) + x[2, 1] * 2.0),
    lambda x: F.sum(F.matmul(F.sin(x.T), x)),
    lambda x: F.sum(F.sin(x.reshape(-1, 2)) * x.reshape(16, 2)),
    lambda x: F.sum(F.sin(x + 1.0) * (x - x[0]) / (2.0 * x * x + 1.0)),
    lambda x: sum(F.sin(row[0]) * row[1] for row in x),
    lambda x: F.sum(F.sin(x.astype(np.float64)[::2, ::-1])),
    lambda x: (x, x[0], x[0, 1], x + 1.0),
]


@pytest.mark.parametrize("f", VIEWS)
def test_views_and_arithmetic(f: Any) -> None:
    compiled = cg.compile(f, fallback=False)
    for x in ROWS:
        numbers = [np.array(y.data if isinstance(y, cg.Variable) else y) for y in leaves(f(x))]
        for mine, expected in zip(leaves(compiled(x)), numbers, strict=True):
            got = np.array(mine.data if isinstance(mine, cg.Variable) else mine)
            assert got.tobytes() == expected.tobytes()
    assert compiled.captures == 1


def leaves(x: Any) -> Any:
    return x if isinstance(x, tuple) else (x,)


def test_arguments_pass_for_what_they_stand_for() -> None:
    seen = []

    def f(x: Array, t: Array, a: float) -> Any:
        seen.append((isinstance(x, np.ndarray), isinstance(t, np.ndarray), isinstance(a, float)))
        assert x.shape == (8, 4) and x.ndim == 2 and len(x) == 8 and t.dtype == np.int64
        assert f"{a:.1f}" == "0.5" and str(a) == "0.5"
        return F.sum(x) * a

    cg.compile(f, fallback=False)(ROWS[0], LABELS[0], 0.5)
    assert seen == [(True, True, True)]


def test_writing_to_what_was_computed_of_an_argument() -> None:
    def f(x: Array) -> Any:
        y = x * 2.0
        y += 1.0
        y[0] = 7.0
        return F.sum(F.sin(y))

    compiled = cg.compile(f)
    with pytest.warns(UserWarning, match="written to"):
        assert bits(compiled(ROWS[0])) == bits(f(ROWS[0]))
    assert bits(compiled(ROWS[1])) == bits(f(ROWS[1]))


def test_elements_of_arrays_are_numpys() -> None:
    def f(x: Array) -> Any:
        a = x[0, 0]
        assert isinstance(a, np.float64) and isinstance(a > 0.0, np.bool_)
        with np.errstate(all="ignore"):
            return F.sum(x) * (1.0 / (a - a)), (a + 1.0) ** 0.5, a.item()

    compiled = cg.compile(f, fallback=False)
    for x in (*ROWS, *ROWS):
        x = np.abs(x)
        got, expected = ([float(v) for v in g(x)] for g in (compiled, f))
        assert np.array(got).tobytes() == np.array(expected).tobytes()


def test_who_wants_a_real_array_gets_one() -> None:
    calls = [0]

    def f(x: Array, a: float) -> Any:
        calls[0] += 1
        total = sum(memoryview(x)) if x.ndim == 1 else 0.0  # a buffer
        return F.sum(F.sin(x)) * total

    compiled = cg.compile(f)
    with pytest.warns(UserWarning, match="what stands for an argument"):
        assert bits(compiled(FLOATS_ARRAY, 1.0)) == bits(f(FLOATS_ARRAY, 1.0))
    assert calls[0] == 3
    with pytest.raises(TypeError, match="bad"):
        cg.compile(fails)(FLOATS_ARRAY)


FLOATS_ARRAY = np.array([0.5, -1.25, 3.0])


def fails(x: Array) -> Any:
    raise TypeError("bad")


def test_a_buffer_that_is_filled_anew() -> None:
    x, t = np.empty((8, 4)), np.empty(8, int)
    f = cg.compile(cg.grad(lambda w, x, t: F.cross_entropy(F.matmul(x, w), t)), fallback=False)
    for k in range(6):
        x[...] = ROWS[k]
        t[...] = LABELS[k]
        assert bits(f(W, x, t)) == bits(f.__wrapped__(W, x, t))
    assert (f.captures, f.replays) == (1, 5)


def test_one_array_given_twice_is_eager() -> None:
    f = cg.compile(cg.value_and_grad(lambda x, y: F.sum(F.matmul(x, y.T))), fallback=False)
    for k in range(4):
        x = ROWS[k]
        assert bits(f(x, x)) == bits(f.__wrapped__(x, x))
        assert bits(f(x, x.copy())) == bits(f.__wrapped__(x, x.copy()))
    assert (f.captures, f.replays) == (1, 3)


def test_writing_to_an_argument_is_refused_and_done() -> None:
    def f(x: Array, t: Array) -> Any:
        x += 1.0
        t[0] = 3
        return F.sum(F.sin(x))

    x, t = np.zeros(3), np.zeros(2, int)
    with pytest.warns(UserWarning, match="written to|in place"):
        cg.compile(f)(x, t)
    assert x.tolist() == [1.0, 1.0, 1.0] and t.tolist() == [3, 0]


# ---- What is done to arguments --------------------------------------------------------------------


def test_backward_inside_on_an_argument() -> None:
    def f(x: Any) -> Any:
        y = F.sum(x * x)
        y.backward()
        return x.grad

    compiled = cg.compile(f)
    a, b = cg.Variable([1.0, 2.0]), cg.Variable([3.0, 4.0])
    with pytest.warns(UserWarning, match="the gradient of an argument"):
        assert compiled(a).data.tolist() == [2.0, 4.0]
    assert compiled(b).data.tolist() == [6.0, 8.0]
    assert a.grad.data.tolist() == [2.0, 4.0] and b.grad.data.tolist() == [6.0, 8.0]


def double(x: Any) -> Any:
    x.data = x.data * 2.0
    return F.sum(x)


def clear(x: Any) -> Any:
    x.cleargrad()
    return F.sum(x)


def rename(x: Any) -> Any:
    x.data[0] = 7.0
    return F.sum(x)


@pytest.mark.parametrize("f", [double, clear, rename])
def test_what_is_done_to_a_variable_is_done(f: Any) -> None:
    a, b = cg.Variable([1.0, 2.0]), cg.Variable([1.0, 2.0])
    a.grad, b.grad = cg.Variable([1.0, 1.0]), cg.Variable([1.0, 1.0])
    compiled = cg.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(4):
            assert bits(f(a)) == bits(compiled(b))
            assert bits(a) == bits(b) and (a.grad is None) == (b.grad is None)


def mask(m: Array) -> Any:
    m &= np.array([True, False, True])
    return F.sum(m * 1.0)


def shuffle(m: Array) -> Any:
    np.random.default_rng(0).shuffle(m)
    return F.sum(m * 1.0)


def out(m: Array) -> Any:
    y = m * 2.0
    np.multiply(y, 3.0, out=y)
    return F.sum(F.sin(y))


@pytest.mark.parametrize("f", [mask, shuffle, out])
def test_arrays_that_are_written_to(f: Any) -> None:
    for array in (np.array([True, True, False]), np.array([1, 2, 3]), np.array([1.0, 2.0, 4.0])):
        if f is mask and array.dtype != np.bool_:
            continue
        a, b = array.copy(), array.copy()
        compiled = cg.compile(f)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _ in range(3):
                assert bits(f(a)) == bits(compiled(b))
                assert a.tolist() == b.tolist()


def test_lists_and_dicts_that_are_changed() -> None:
    def f(state: dict[str, Any], seen: list[Any]) -> Any:
        state["h"] = F.tanh(state["h"] + state["k"])
        seen.append(state["k"])
        return F.sum(state["h"])

    a: tuple[Any, Any] = ({"h": np.zeros(2), "k": 0.5}, [])
    b: tuple[Any, Any] = ({"h": np.zeros(2), "k": 0.5}, [])
    compiled = cg.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(4):
            assert bits(f(*a)) == bits(compiled(*b))
            assert bits(a[0]["h"]) == bits(b[0]["h"]) and a[1] == b[1]


def test_an_error_keeps_what_was_written() -> None:
    def f(x: Array) -> Any:
        x[0] = 5.0
        raise ValueError("enough")

    x = np.ones(2)
    with pytest.raises(ValueError, match="enough"):
        cg.compile(f)(x)
    assert x.tolist() == [5.0, 1.0]


def test_arguments_of_other_kinds_with_a_shape() -> None:
    f = cg.compile(lambda x, n: x * int(n), fallback=False)
    for n in (np.array(1), np.array(2), np.int64(2), 3, 4.0, np.float32(2.0)):
        assert f(cg.Variable(1.0), n).item() == float(n)
    g = cg.compile(lambda x: F.sum(x * x), fallback=False)
    for x in (np.array([1, 2]), cg.Variable([1.0, 2.0]), np.array([1.0, 2.0]), np.array([1, 2])):
        assert g(x).item() == 5.0


def test_callable_objects_are_watched() -> None:
    class Scaled:
        factor = 0.0

        def __init__(self) -> None:
            self.k = 2.0

        def __call__(self, x: Array) -> Any:
            return F.sum(x) * self.k

    scaled = Scaled()
    f = cg.compile(scaled, fallback=False)
    for k in (2.0, 2.0, 5.0, 2.0):
        scaled.k = k
        assert f(np.ones(2) * k).item() == 2.0 * k * k


def test_defaults_of_functions_with_the_same_code() -> None:
    first, second = {"k": 2.0}, {"k": 3.0}
    parts = [lambda x, c=c: x * c["k"] for c in (first, second)]
    f = cg.compile(lambda x: parts[0](x) + parts[1](x) + F.sum(x) * 0.0, fallback=False)
    x = np.ones(2)
    for k in (3.0, 3.0, 7.0):
        second["k"] = k
        assert np.asarray(f(x).data).tolist() == [2.0 + k] * 2


def test_anomalies_looked_for_inside_stay_eager() -> None:
    def f(x: Array) -> Any:
        with cg.detect_anomaly():
            return F.sum(F.log(x))

    compiled = cg.compile(f)
    with pytest.warns(UserWarning, match="anomalies"):
        compiled(np.array([1.0]))
    with pytest.raises(RuntimeError, match="Log"):
        compiled(np.array([-1.0]))


def test_arguments_of_every_structure() -> None:
    """Types, keys in their order, and where there is None, tell captures apart."""

    def f(tree: Any) -> Any:
        found = leaves_of(tree)
        total = found[0] * 1.0
        for k, x in enumerate(found[1:]):
            total = total + (k + 2.0) * x
        return {"total": total, "tree": [type(tree).__name__, (total * 2.0, None)]}

    class Named(NamedTuple):
        a: Any
        b: Any

    trees: list[Callable[[float, float], Any]] = [
        lambda x, y: {"a": x, "b": y},
        lambda x, y: {"b": x, "a": y},
        lambda x, y: OrderedDict(a=x, b=y),
        lambda x, y: [x, y],
        lambda x, y: (x, y),
        lambda x, y: Named(x, y),
        lambda x, y: [x, None, y],
        lambda x, y: [x, [y]],
        lambda x, y: [[x], y],
        lambda x, y: {"a": [x, {"b": (y,)}]},
        lambda x, y: {1: x, 2: y},
        lambda x, y: {1.0: x, 2.0: y},
        lambda x, y: {True: x, 2: y},
    ]
    compiled = cg.compile(f, fallback=False)
    for k in range(4):
        for make in trees:
            assert repr(compiled(make(1.0 + k, 2.5 * k))) == repr(f(make(1.0 + k, 2.5 * k)))
    assert compiled.captures == len(trees)
    assert compiled.replays == 3 * len(trees)


# ---- Exponents ------------------------------------------------------------------------------------


@pytest.mark.parametrize("transform", [cg.value_and_grad, cg.hessian, lambda f: f])
@pytest.mark.parametrize("power", [lambda x, a: x**a, F.pow, lambda x, a: x ** (a + 0.25) * a])
def test_an_exponent_is_an_input(transform: Any, power: Any) -> None:
    def f(x: Any, a: float) -> Any:
        return F.sum(power(x, a) * W[0])

    x = cg.Variable(np.linspace(0.5, 2.0, 5)) if f is transform(f) else np.linspace(0.5, 2.0, 5)
    compiled = follows(transform(f), [(x, a) for a in (1.7, 2.3, -0.7, math.pi, math.nan, 1e9 / 7)])
    assert "call" not in str(compiled.program())


def test_exponents_that_have_kernels_of_their_own() -> None:
    """Products, quotients and roots round otherwise: each is a capture."""
    x = np.linspace(0.1, 3.0, 50)
    exponents = (1.7, 2.0, 2.1, 3.0, 0.5, 2.0, 0.6, 4.0, 0.5, math.inf)
    f = cg.hessian(lambda x, a: F.sum(x**a * x))
    follows(f, [(x, a) for a in exponents], 6)
