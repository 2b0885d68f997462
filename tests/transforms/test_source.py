"""to_c: what the written C computes has the bits of a replay, without warnings of the compilers."""

import ctypes
import doctest
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from cygrad.programs import definitions
from cygrad.programs.definitions import kernels
from cygrad.special import gamma
from fuzz.program import Program, random_program
from operations import OPERATIONS, Operation
from readme import PAGES, programs

Array = Any

COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-ffp-contract=off"]
Numbers = ctypes.POINTER(ctypes.c_double)

pytestmark = pytest.mark.skipif(not COMPILERS, reason="there is no C compiler")

# What BLAS, Python and longer routines compute.
WITHOUT_SOURCE = {
    *["avg_pool2d", "batch_norm", "conv1d"],
    *["conv2d", "convolve", "correlate", "cross_entropy", "dot", "dropout", "dropout_simple"],
    *["einsum", "inner", "layer_norm", "linear", "linear_simple", "lstm_cell", "lstm_step"],
    *["matmul", "max_pool2d", "median", "partition", "quantile", "sort", "tensordot", "vdot"],
}


class Case(NamedTuple):
    name: str
    compiled: Any
    calls: list[list[Array]]


class Written(NamedTuple):
    """A function of C, and the sizes of its results."""

    function: Any
    outputs: list[int]
    work: int

    def __call__(self, inputs: list[Array]) -> tuple[int, list[Array]]:
        given = [np.ascontiguousarray(x, dtype=float).reshape(-1) for x in inputs]
        made = [np.full(n, 7.0) for n in self.outputs]
        work = np.full(self.work, np.nan)
        return self.function(pointers(given), pointers(made), pointers([work])[0]), made


def pointers(arrays: list[Array]) -> Any:
    return (Numbers * max(len(arrays), 1))(*[x.ctypes.data_as(Numbers) for x in arrays])


def built(path: Path, sources: Iterable[Path], compiler: str, *options: str) -> ctypes.CDLL:
    library = path / f"{compiler}.so"
    command = [compiler, *FLAGS, *options, "-shared", "-fPIC", "-o", str(library)]
    run = subprocess.run(
        [*command, *map(str, sources), "-lm"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[:2000]
    return ctypes.CDLL(str(library))


def together(path: Path, names: list[str]) -> Path:
    """All of them in one file, which has what they need of the kernels once: quickly compiled."""
    functions, begin = [], ""
    for name in names:
        text = (path / f"{name}.c").read_text()
        begin = text.split("/* Functions of")[0]
        functions.append(f'#include "{name}.h"\n' + text[text.index(f"\nint {name}(") :])
    code = "\n".join(functions)
    file = path / "together.c"
    file.write_text(begin + kernels().written(code) + code)
    return file


def of_header(library: ctypes.CDLL, header: Path) -> Written:
    text = header.read_text()
    found = re.findall(r"_(IN|OUT|WORK)(_\d+)? = (\d+)", text)
    outputs = [int(n) for kind, number, n in found if kind == "OUT" and number]
    work = next(int(n) for kind, _, n in found if kind == "WORK")
    return Written(getattr(library, header.stem), outputs, work)


def numbers_of(result: Any) -> list[Array]:
    if isinstance(result, (tuple, list)):
        return [x for part in result for x in numbers_of(part)]
    return [] if result is None else [np.array(getattr(result, "data", result), float).reshape(-1)]


def same(found: list[Array], expected: list[Array]) -> bool:
    """To the bit; nans are equal."""
    clean = [[np.where(np.isnan(x), np.nan, x).tobytes() for x in xs] for xs in (found, expected)]
    return clean[0] == clean[1]


def check(path: Path, cases: list[Case], compiler: str, optimized: str = "-O1") -> int:
    """Whether all cases give what replays give; how many calls took a way that was written."""
    file = together(path, [case.name for case in cases])
    library = built(path, [file], compiler, optimized)
    taken = 0
    for case in cases:
        written = of_header(library, path / f"{case.name}.h")
        for inputs in case.calls:
            expected = numbers_of(case.compiled(*inputs))
            code, found = written(inputs)
            assert code in (0, 1)
            if code == 0:
                assert same(found, expected), (case.name, found, expected)
                taken += 1
    return taken


def written(path: Path, name: str, f: Callable[..., Any], inputs: list[Array]) -> Any:
    """The compiled function, or None where there is no C source of it."""
    compiled = cg.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled.to_c(name, *inputs, path=path)
        except (TypeError, RuntimeError) as error:
            assert "to_c" in str(error), error
            assert not list(path.glob(f"*{name}.*"))
            return None
    return compiled


# ---- Random programs -----------------------------------------------------------------------------


def derivative_of(program: Program, seed: int) -> Callable[..., Any]:
    wanted = tuple(k for k, x in enumerate(program.inputs) if x.wanted)
    if seed % 4 == 0:
        return cg.hessian(program, argnums=wanted[0])
    if seed % 4 == 1:
        return cg.jacobian(lambda *xs: program.values(xs)[-1], argnums=wanted[0])
    return cg.value_and_grad(program, argnums=wanted)


def random_case(path: Path, seed: int) -> Case | None:
    rng = np.random.default_rng(seed)
    program = random_program(rng)
    first = [np.array(x.numbers) for x in program.inputs]
    second = [x + np.round(rng.normal(size=x.shape), 2) for x in first]
    compiled = written(path, f"f{seed}", derivative_of(program, seed), first)
    return compiled and Case(f"f{seed}", compiled, [first, second])


@pytest.mark.parametrize("compiler", COMPILERS)
def test_random_programs(compiler: str, tmp_path: Path) -> None:
    cases: list[Case] = []
    seed = 0
    while len(cases) < 100:
        case = random_case(tmp_path, seed)
        cases += [case] if case else []
        seed += 1
    assert seed < 150
    assert check(tmp_path, cases, compiler) > 150


# ---- All operations ------------------------------------------------------------------------------


def function_of(row: Operation) -> Callable[..., Any]:
    def total(*xs: Any) -> Any:
        y = row.call(*xs)
        return F.sum(y * np.linspace(0.5, 1.5, y.size).reshape(y.shape))

    return cg.value_and_grad(total, argnums=tuple(range(len(row.inputs))))


def inputs_of(row: Operation) -> list[Array]:
    return [np.asarray(x, float) for x in row.inputs]


def test_operations(tmp_path: Path) -> None:
    cases, refused = [], set()
    for k, row in enumerate(OPERATIONS):
        inputs = inputs_of(row)
        compiled = written(tmp_path, f"f{k}", function_of(row), inputs)
        if compiled is None:
            refused.add(row.name)
        else:
            calls = [inputs]
            if row.elementwise:
                calls += [[x * by for x in inputs] for by in (0.0, -0.0, 1e-310, 1e200, np.inf)]
            cases.append(Case(f"f{k}", compiled, calls))
    assert refused == WITHOUT_SOURCE
    assert check(tmp_path, cases, COMPILERS[0], "-O0") > 700


# ---- Arrays that are longer than a tile, and sums of each kind ------------------------------------

SHAPES = [
    *[(5000,), (7, 300), (300, 7), (300, 9), (1, 1000), (12, 1), (0, 3)],
    *[(4, 3, 130), (130, 2, 5)],
]


def of_sums(axis: Any) -> Callable[[Any], Any]:
    def f(x: Any) -> Any:
        y = F.sin(x) * x - F.mean(x, axis=axis, keepdims=True)
        total = F.sum(y * F.sum(y / 3.0, axis=axis, keepdims=True))
        return total + F.sum(F.sum(x.T[::-1] * 1.5, axis=0) ** 2)

    return f


def test_sums(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    cases = []
    for k, shape in enumerate(SHAPES):
        for axis in [None, *range(len(shape))]:
            x = rng.normal(size=shape)
            name = f"f{k}_{axis}"
            compiled = written(tmp_path, name, cg.value_and_grad(of_sums(axis)), [x])
            cases.append(Case(name, compiled, [[x], [x * 1e3], [-x]]))
    assert check(tmp_path, cases, COMPILERS[0]) == 3 * len(cases)


# ---- Programs by themselves ----------------------------------------------------------------------


def swing(p: Any) -> Any:
    """The pendulum of the README."""
    angle, speed = p[0], p[1]
    for _ in range(1_000):
        speed = speed - 0.01 * p[2] * F.sin(angle)
        angle = angle + 0.01 * speed
    return angle**2 if angle > 0 else -angle


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_pendulum(compiler: str, tmp_path: Path) -> None:
    f = cg.compile(cg.value_and_grad(swing))
    header, code = f.to_c("swing", np.array([0.1, 0.0, 9.81]), path=tmp_path)
    written = of_header(built(tmp_path, [code], compiler), header)
    assert written.work == 0
    codes = []
    for start in np.linspace(0.1, 1.5, 8):
        p = np.array([start, 0.0, 9.81])
        result, found = written([p])
        codes.append(result)
        if result == 0:
            assert same(found, numbers_of(f(p)))
    assert set(codes) == {0, 1}


def run(path: Path, compiled: Any, *inputs: Array) -> tuple[int, list[Array]]:
    """The C of a call with these inputs, compiled by itself."""
    header, code = compiled.to_c("f", *inputs, path=path)
    return of_header(built(path, [code], COMPILERS[0], "-O2"), header)(list(inputs))


def test_what_is_closed_over_is_as_it_is_now(tmp_path: Path) -> None:
    w = cg.Variable(np.array([1.0, 2.0, 3.0]))
    f = cg.compile(lambda x: F.tanh(x * w))
    x = np.array([0.1, 0.2, 0.3])
    f(x)
    w.data = np.array([0.5, -1.0, 4.0])
    code, (found,) = run(tmp_path, f, x)
    assert code == 0
    assert same([found], [np.tanh(x * w.data)]) or np.allclose(found, np.tanh(x * w.data), 1e-15)
    assert same([found], numbers_of(f(x)))


def test_structures_and_constants(tmp_path: Path) -> None:
    f = cg.compile(cg.value_and_grad(lambda p: F.sum(p["a"] * p["b"][0])))
    p: dict[str, Any] = {"a": np.array([1.0, 2.0]), "b": [3.0, np.array([1.0])]}
    header, code = f.to_c("f", p, path=tmp_path)
    written = of_header(built(tmp_path, [code], COMPILERS[0]), header)
    result, found = written([p["a"], 3.0, p["b"][1]])
    value, slopes = f(p)
    assert result == 0
    assert same(found, numbers_of([value, slopes["a"], *slopes["b"]]))


def test_positions_that_are_arguments(tmp_path: Path) -> None:
    """A table that is looked up; no place of it is outside."""
    table = cg.Variable(np.arange(12.0).reshape(4, 3) ** 2)
    f = cg.compile(cg.value_and_grad(lambda x, i: F.sum(F.sin(x)[i] * F.sum(table[i], axis=1))))
    x, i = np.linspace(-1.0, 1.0, 4), np.array([3, 0, 3])
    header, code = f.to_c("f", x, i, path=tmp_path)
    written = of_header(built(tmp_path, [code], COMPILERS[0]), header)
    for positions in ([3, 0, 3], [1, 1, 2]):
        result, found = written([x, np.array(positions)])
        assert (result, same(found, numbers_of(f(x, np.array(positions))))) == (0, True)
    assert written([x, np.array([0, 4, 0])])[0] == 1
    assert written([x, np.array([0, 0.5, 0])])[0] == 1


def test_running_sums_of_one_number(tmp_path: Path) -> None:
    """There is nothing to add; of a constant, there is no second number either."""
    code, found = run(tmp_path, cg.compile(cg.value_and_grad(one_by_one)), np.ones((1, 3)))
    assert code == 0
    assert same(found, numbers_of(cg.value_and_grad(one_by_one)(np.ones((1, 3)))))


def one_by_one(x: Any) -> Any:
    return F.sum(F.cumsum(x, axis=0) * F.cumsum(F.sum(x).reshape(1), axis=0))


def test_memory_is_used_again(tmp_path: Path) -> None:
    """A chain of arrays that are summed on its way takes two places, not ten."""

    def f(x: Any) -> Any:
        y = x
        for _ in range(10):
            y = F.sin(y) * F.sum(y)
        return y

    header, _ = cg.compile(lambda x: f(F.add(x, 0.0))).to_c("f", np.ones(50), path=tmp_path)
    work = of_header(built(tmp_path, [header.with_suffix(".c")], COMPILERS[0]), header).work
    assert work <= 100


def test_the_last_capture(tmp_path: Path) -> None:
    f = cg.compile(cg.grad(lambda x: F.sum(x**3)))
    with pytest.raises(RuntimeError, match="to_c: there is no capture yet"):
        f.to_c("f", path=tmp_path)
    f(np.ones(2))
    f(np.ones(3))
    header, _ = f.to_c("f", path=tmp_path)
    assert "f_IN_0 = 3" in header.read_text()
    header, _ = f.to_c("f", np.ones(2), path=tmp_path)
    assert "f_IN_0 = 2" in header.read_text()


def test_it_stands_alone(tmp_path: Path) -> None:
    """No memory of its own, and nothing of others but libm."""
    f = cg.compile(cg.value_and_grad(lambda x: F.sum(F.softmax(F.exp(-x * x) + gamma(x)) ** x)))
    _, code = f.to_c("f", np.array([1.0, 2.0, 3.0]), path=tmp_path)
    object_file = tmp_path / "f.o"
    subprocess.run([COMPILERS[0], *FLAGS, "-O2", "-c", code, "-o", object_file], check=True)
    if not shutil.which("nm"):
        pytest.skip("there is no nm")
    listing = subprocess.run(["nm", object_file], capture_output=True, text=True, check=True).stdout
    kinds = {kind for *_, kind, name in map(str.split, listing.splitlines()) if name != "f"}
    others = {name for *_, kind, name in map(str.split, listing.splitlines()) if kind == "U"}
    assert kinds.isdisjoint("bBdDC")
    assert {name.lstrip("_") for name in others} <= {"memcpy", "sqrt", "fmod", "floor", "rint"}


def drawing(x: Any) -> Any:
    return F.sum(F.dropout(x, 0.5, rng=np.random.default_rng(0)))


REFUSED: list[tuple[Callable[..., Any], str]] = [
    (cg.grad(lambda x: F.sum(F.matmul(np.ones((2, 2)), x))), "matmul.*BLAS"),
    (cg.value_and_grad(drawing), "random numbers|generator"),
    (lambda x: (F.sum(x).item(), "a text"), "no number: 'a text'"),
]


@pytest.mark.filterwarnings("ignore:compile")
@pytest.mark.parametrize(("f", "message"), REFUSED)
def test_refused(f: Callable[..., Any], message: str, tmp_path: Path) -> None:
    with pytest.raises((TypeError, RuntimeError), match=f"to_c: .*{message}"):
        cg.compile(f).to_c("f", np.ones(2), path=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "1f", "a-b", "while", "cg_f", "_f", "é", None])
def test_names_of_c(name: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="to_c: "):
        cg.compile(cg.grad(F.sum)).to_c(name, np.ones(2), path=tmp_path)


def test_the_guide(tmp_path: Path) -> None:
    """Its C, with the files that its Python writes, goes down as Python does."""
    program = next(p for p in programs() if p.name == "controller_write_it")
    doctest.DocTestRunner().run(program, clear_globs=False)
    scope = program.globs
    text = next(page for page in PAGES if page.stem == "controller").read_text()
    main = tmp_path / "main.c"
    main.write_text(text.split("```c\n")[1].split("```")[0])
    command = [COMPILERS[0], *FLAGS, "-O2", f"-I{scope['folder']}", str(main), str(scope["code"])]
    subprocess.run([*command, "-lm", "-o", str(tmp_path / "main")], check=True)
    found = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout
    torque, start = np.zeros(20), np.array([0.1, 0.0])
    for _ in range(50):
        value, slopes = scope["fast"](torque, start)
        torque -= 0.4 * slopes
    assert float(found) == value


def test_the_files_of_the_kernels_in_a_wheel() -> None:
    assert definitions.unpacked(definitions.packed(definitions.texts())) == definitions.texts()


def test_no_function_of_the_kernels_is_defined_twice() -> None:
    """Under one name, in spite of the instruction sets; a macro may stand for another one."""
    all_of_them = kernels().definitions
    for name, found in all_of_them.known.items():
        functions = [k for k in found if not all_of_them.all[k].text.startswith("#")]
        assert len(functions) <= 1, name


def test_what_python_computes_of_an_argument_is_refused(tmp_path: Path) -> None:
    def plant(x: Any, u: float) -> Any:
        return np.stack([x[0] + 0.1 * x[1], x[1] + 0.1 * u])

    with pytest.raises(TypeError, match="for these numbers alone"):
        cg.compile(plant).to_c("plant", np.array([0.1, 0.2]), 0.3, path=tmp_path)
