"""compile: programs and compiled functions go to other processes."""

import copy
import hashlib
import multiprocessing
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad.programs.reaches import REACHES
from operations import OPERATIONS, Operation

Array = Any

X = np.random.default_rng(0).normal(size=(5, 4))
T = np.array([0, 1, 2, 0, 1])


def rosen(x: Any) -> Any:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def bits(arrays: Any) -> list[bytes]:
    return [np.array(x).tobytes() for x in arrays]


def total(operation: Operation) -> Callable[..., Any]:
    def f(*xs: Any) -> Any:
        y = operation.call(*xs)
        return F.sum(y * np.linspace(0.5, 1.5, y.size).reshape(y.shape))

    return cg.value_and_grad(f, argnums=tuple(range(len(operation.inputs))))


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@pytest.mark.filterwarnings("ignore")
def test_rows_loaded(operation: Operation) -> None:
    f = cg.compile(total(operation))
    xs = [np.array(x, np.float64) for x in operation.inputs]
    value, gradients = f(*xs)
    program = f.program()
    if program is None or "call " in str(program):
        return
    again = pickle.loads(pickle.dumps(program))
    assert bits(again(*xs)) == bits(program(*xs)) == bits([value, *gradients])


def linear(rows: int = 4, columns: int = 3) -> L.Linear:
    return L.Linear(columns, in_size=rows, rng=0)


def programs() -> list[tuple[Any, list[Array]]]:
    """With inputs: of all routines, and with what is read outside, guards and a pause."""
    layer = linear()
    functions: list[tuple[Callable[..., Any], list[Array]]] = [
        (cg.value_and_grad(rosen), [np.array([0.5, 2.0])]),
        (cg.no_grad()(lambda x, t: F.cross_entropy(layer(x), t)), [X, T]),
        (lambda x, t: F.cross_entropy(layer(x), t), [X, T]),
        (cg.value_and_grad(lambda x: F.cross_entropy(x[:, :3], T)), [X]),
        (cg.value_and_grad(lambda x, t: F.sum(F.sin(x[t]))), [X, T]),
        (cg.value_and_grad(lambda x: F.sum(F.sin(x[T]))), [X]),
        (cg.value_and_grad(lambda x: x if x > 0 else -x), [np.array(2.0)]),
        (cg.value_and_grad(lambda x: F.sum(F.exp(F.sin(x) * F.cos(x)) * x)), [X.repeat(90, 1)]),
        (cg.hessian(lambda x: F.sum(F.sin(x[1:3, ::2]) ** 2)), [X]),
    ]
    found = []
    for f, xs in functions:
        compiled = cg.compile(f, fallback=False)
        compiled(*xs)
        program = compiled.program()
        assert program is not None
        found.append((program, [*xs, *map(np.ones, program.shapes[len(xs) :])]))
    return found


def test_programs_loaded() -> None:
    for program, xs in programs():
        again = pickle.loads(pickle.dumps(program))
        assert bits(again(*xs)) == bits(program(*xs))
        assert pickle.dumps(again) == pickle.dumps(program)


def test_another_process_gives_the_same_bits(tmp_path: Path) -> None:
    sent = [(pickle.dumps(program), xs) for program, xs in programs()]
    (tmp_path / "sent").write_bytes(pickle.dumps(sent))
    code = (
        "import pickle, sys\n"
        "sent = pickle.load(open(sys.argv[1], 'rb'))\n"
        "got = [pickle.loads(program)(*xs) for program, xs in sent]\n"
        "sys.stdout.buffer.write(pickle.dumps(got))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "sent")]
    done = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path)
    given = pickle.loads(done.stdout)
    for (program, xs), got in zip(programs(), given, strict=True):
        assert bits(program(*xs)) == bits(got)


def test_parameters_are_those_of_the_moment() -> None:
    layer = linear()
    f = cg.compile(cg.no_grad()(lambda x: layer(x)))
    before = f(X).data.copy()
    program = f.program()
    assert program is not None
    kept = pickle.loads(pickle.dumps(program))
    for _, p in layer.params():
        p.data = p.data * 2.0
    assert bits(kept(X)) == bits([before])
    assert bits(program(X)) == bits([f(X).data])
    for _, p in layer.params():
        p.data = np.zeros(tuple(n + 1 for n in p.shape))
    with pytest.raises(RuntimeError, match="another shape"):
        program(X)
    with pytest.raises(RuntimeError, match="another shape"):
        pickle.dumps(program)
    assert bits(kept(X)) == bits([before])


def test_calling_a_program() -> None:
    f = cg.compile(cg.grad(lambda x, y: F.sum(x * y) if x[0] > 0 else F.sum(y)))
    f(np.array([1.0, 2.0]), 3.0)
    program = f.program()
    assert program is not None
    assert program.shapes == [(2,), ()]
    assert bits(program([2, 3], cg.Variable(5.0))) == bits([np.array([5.0, 5.0])])
    with pytest.raises(TypeError, match="takes 2 inputs, not 1"):
        program(np.ones(2))
    with pytest.raises(ValueError, match=r"the shape \(3,\); it was captured with \(2,\)"):
        program(np.ones(3), 3.0)
    with pytest.raises(TypeError, match="Program"):
        program(["a", "b"], 3.0)
    with pytest.raises(RuntimeError, match="another way"):
        program(-np.ones(2), 3.0)


def test_programs_that_call_python_stay() -> None:
    f = cg.compile(cg.grad(lambda x: F.sum(F.dropout(x, 0.5, rng=0) ** 2)))
    f(X)
    with pytest.raises(TypeError, match="calls draw of Python cannot be pickled"):
        pickle.dumps(f.program())
    with pytest.raises(TypeError, match="calls Python"):
        f.program()(X)  # type: ignore[misc]


# ---- What is refused -----------------------------------------------------------------------------


def state_of(program: Any) -> tuple[Any, tuple[Any, ...]]:
    load, (state,) = program.__reduce__()
    return load, state


def sealed(state: tuple[Any, ...]) -> tuple[Any, ...]:
    """With the digest that belongs to it."""
    version, of, body, blocks, _ = state
    digest = hashlib.blake2b(repr(body).encode(), digest_size=16)
    for block in blocks:
        digest.update(block)
    return version, of, body, blocks, digest.digest()


def test_another_version() -> None:
    load, state = state_of(programs()[0][0])
    for other in [(0, *state[1:]), (state[0], "0.0.7", *state[2:])]:
        with pytest.raises(ValueError, match="was pickled by cygrad .* Capture it again"):
            load(other)


def test_damage() -> None:
    load, state = state_of(programs()[1][0])
    blocks = (b"x" * len(state[3][0]), *state[3][1:])
    with pytest.raises(ValueError, match="damaged"):
        load((*state[:3], blocks, state[4]))
    for other in [None, (), state[:4], (*state[:2], None, None, None)]:
        with pytest.raises(ValueError, match="compile: "):
            load(other)


STRANGE = [0, 1, -1, 2, 3, 8, 100, 2**31 - 1, 2**31, -(2**63), 2**64, None, "SIN", "put", (), 1.5]


def changed(x: Any, rng: np.random.Generator) -> Any:
    """x with something else somewhere in it."""
    if isinstance(x, tuple) and x and rng.random() < 0.97:
        k = int(rng.integers(len(x)))
        return (*x[:k], changed(x[k], rng), *x[k + 1 :])
    if isinstance(x, bytes) and len(x) >= 8 and rng.random() < 0.9:
        k = 8 * int(rng.integers(len(x) // 8))
        number = int.from_bytes(x[k : k + 8], "little", signed=True) + int(rng.integers(-3, 4))
        return x[:k] + (number % 2**63).to_bytes(8, "little") + x[k + 8 :]
    if isinstance(x, int) and rng.random() < 0.5:
        return x + int(rng.choice([-8, -1, 1, 2, 8]))
    return STRANGE[int(rng.integers(len(STRANGE)))]


def test_states_made_by_hand() -> None:
    rng = np.random.default_rng(0)
    refused = 0
    given = [(*state_of(program), xs) for program, xs in programs()]
    for k in range(3000):
        load, state, xs = given[k % len(given)]
        try:
            other = load(sealed((*state[:2], changed(state[2], rng), *state[3:])))
        except (ValueError, MemoryError):
            refused += 1
            continue
        try:  # numbers may be others, but all memory is its own
            other(*xs)
        except (ValueError, TypeError, RuntimeError, MemoryError):
            pass
    assert refused > 2000


def test_every_routine_says_what_it_reaches() -> None:
    for reach in REACHES.values():
        for n in [[], [1], [-1] * 3, [-1] * 14, [2**40] * 3]:
            try:
                found = reach(n)
            except ValueError:
                continue
            assert len(found) > 1


# ---- Compiled functions --------------------------------------------------------------------------

MODULE = """
import cygrad as cg, cygrad.functions as F
def g(x): return F.sum(F.sin(x) * x)
f = cg.compile(cg.value_and_grad(g))
@cg.compile
def named(x): return F.sin(x)
class Model:
    k = 2.0
    @cg.compile
    def step(self, x): return x * self.k
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "of_a_user.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    import of_a_user  # type: ignore[import-not-found]

    yield of_a_user
    del sys.modules["of_a_user"]


def test_workers_capture_anew(module: Any) -> None:
    xs = [np.array([k, 1.0, 2.0]) for k in range(4)]
    model = module.Model()
    model.k = 3.0
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for f in (module.f, module.named, model.step):
            given = pool.map(f, xs)
            assert [bits(x) for x in given] == [bits(f(x)) for x in xs]


def test_a_compiled_function_has_the_name_of_its_function(module: Any) -> None:
    assert pickle.loads(pickle.dumps(module.named)) is module.named
    assert copy.copy(module.named) is copy.deepcopy(module.named) is module.named
    assert pickle.loads(pickle.dumps(module.Model.step)) is module.Model.step


def test_copies_have_captures_of_their_own(module: Any) -> None:
    f = cg.compile(cg.grad(module.g), fallback=False)
    f(X)
    for other in (pickle.loads(pickle.dumps(f)), copy.copy(f), copy.deepcopy(f)):
        assert (other.captures, f.captures) == (0, 1)
        assert other.__wrapped__(X).tobytes() == other(X).tobytes() == f(X).tobytes()
