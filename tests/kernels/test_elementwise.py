"""Elementwise kernels: the same bits under every instruction set, length, offset and stride."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import cygrad as cg
from cygrad.kernels.elementwise import choose_isa
from operations import BINARY, UNARY, Operation

ISAS = ("baseline", "avx2", "avx512")
ROWS = UNARY + BINARY


def available() -> list[str]:
    best = choose_isa()
    return list(ISAS[: ISAS.index(best) + 1])


@pytest.fixture(autouse=True)
def best_isa_afterwards() -> Iterator[None]:
    before = cg.isa()
    yield
    choose_isa(before)


def domain(operation: Operation, n: int) -> list[np.ndarray]:
    """n numbers for each input, between the smallest and the largest of its samples."""
    rng = np.random.default_rng(23)
    return [rng.uniform(x.min(), x.max(), n) for x in operation.inputs]


def results(operation: Operation, xs: list[np.ndarray]) -> np.ndarray:
    """The output and every gradient, in one array."""
    inputs = [cg.Variable(x) for x in xs]
    y = operation.call(*inputs)
    y.backward()
    return np.array([y.data, *[v.grad.data for v in inputs]])


@pytest.mark.parametrize("operation", ROWS, ids=str)
def test_bits_at_every_length_and_offset(operation: Operation) -> None:
    xs = domain(operation, 80)
    choose_isa("baseline")
    one_by_one = np.hstack([results(operation, [x[i : i + 1] for x in xs]) for i in range(80)])
    for isa in available():
        assert choose_isa(isa) == isa == cg.isa()
        for n in range(1, 71):
            for offset in (0, 1, 3, 8):
                part = slice(offset, offset + n)
                np.testing.assert_array_equal(
                    results(operation, [x[part] for x in xs]), one_by_one[:, part], f"{isa} {n}"
                )


VIEWS: dict[str, Callable[[cg.Variable], cg.Variable]] = {
    "reversed": lambda v: v[::-1],
    "step 3": lambda v: v[1::3],
    "step -2": lambda v: v[-2::-2],
    "columns": lambda v: v.reshape(4, -1).T,
    "block": lambda v: v.reshape(-1, 40)[1:, 3:37],
}


@pytest.mark.parametrize("operation", ROWS, ids=str)
def test_bits_at_every_stride(operation: Operation) -> None:
    xs = domain(operation, 1200)
    for isa in available():
        choose_isa(isa)
        for label, view in VIEWS.items():
            views = [view(cg.Variable(x)) for x in xs]
            copies = [cg.Variable(v.data.copy()) for v in views]
            outputs = []
            for inputs in (views, copies):
                y = operation.call(*inputs)
                y.backward(retain_grad=True)
                outputs.append([y.data.copy(), *[v.grad.data.copy() for v in inputs]])
            for strided, plain in zip(*outputs, strict=True):
                np.testing.assert_array_equal(strided, plain, f"{isa} {label}")


PROGRAM = """
import hashlib
import numpy as np
import cygrad as cg, cygrad.functions as F
digest = hashlib.sha256()
x = np.random.default_rng(3).uniform(-0.99, 0.99, 4099)
wide = np.concatenate([x * 10.0 ** k for k in range(-300, 300, 25)] + [[0.0, -0.0, np.inf]])
names = "sin cos tan exp expm1 tanh sinh cosh arctan log log1p arcsin arccos sqrt exp2 log2 log10"
names += " arcsinh arccosh arctanh erf erfc cbrt"
functions = [getattr(F, name) for name in names.split()]
functions += [lambda v: v**2.7, lambda v: v**-5, lambda v: 1.7**v, lambda v: F.pow(v, v)]
functions += [lambda v: F.logaddexp2(v, 0.3)]
for f in functions:
    for values in (x, wide, 1.0 + abs(x)):
        v = cg.Variable(values)
        y = f(v)
        y.backward()
        for bits in (y.data, v.grad.data):
            digest.update(np.where(np.isnan(bits), 0.0, bits).tobytes())
for name in ("arctan2", "hypot"):
    for values in (x, wide):
        a, b = cg.Variable(values), cg.Variable(values[::-1].copy())
        y = getattr(F, name)(a, b)
        y.backward()
        for bits in (y.data, a.grad.data, b.grad.data):
            digest.update(np.where(np.isnan(bits), 0.0, bits).tobytes())
y = F.gelu(v := cg.Variable(x * 30.0), "none")
y.backward()
digest.update(y.data.tobytes() + v.grad.data.tobytes())
print(cg.isa(), digest.hexdigest())
"""


def run(program: str, isa: str | None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "CYGRAD_ISA"}
    if isa is not None:
        environment["CYGRAD_ISA"] = isa
    # Under pytest the package may be found by sys.path alone.
    environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run(
        [sys.executable, "-P", "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_bits_in_processes_of_each_isa() -> None:
    answers = {}
    for isa in available():
        finished = run(PROGRAM, isa)
        assert finished.returncode == 0, finished.stderr
        chosen, answers[isa] = finished.stdout.split()
        assert chosen == isa
    assert len(set(answers.values())) == 1
    assert len(answers["baseline"]) == 64


@pytest.mark.parametrize("isa", [None, ""])
def test_the_best_isa_is_the_default(isa: str | None) -> None:
    finished = run("import cygrad; print(cygrad.isa())", isa)
    assert finished.stdout.strip() == choose_isa()


@pytest.mark.parametrize("isa", ["sse9", "AVX2", "avx2 "])
def test_unknown_isa_is_an_error(isa: str) -> None:
    finished = run("import cygrad", isa)
    assert finished.returncode == 1
    assert f"ValueError: CYGRAD_ISA: no instruction set {isa!r}" in finished.stderr
    before = cg.isa()
    with pytest.raises(ValueError, match="baseline, avx2, avx512"):
        choose_isa(isa)
    assert cg.isa() == before


def test_unavailable_isa_is_an_error() -> None:
    missing = [isa for isa in ISAS if isa not in available()]
    if not missing:
        pytest.skip("this CPU has every instruction set")
    with pytest.raises(RuntimeError, match="CYGRAD_ISA"):
        choose_isa(missing[0])
