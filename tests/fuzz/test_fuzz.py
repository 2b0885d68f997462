"""A few seeds of each kind, and whether a fault is found and printed as code that shows it.

`python -m fuzz KIND` in tests/ tries as many seeds as one likes.
"""

import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cygrad as cg
import cygrad.functions as F
from fuzz import in_place, interrupts, leaks, misuse, program, programs, threads, transforms


@pytest.mark.parametrize("seed", range(60))
def test_programs(seed: int) -> None:
    assert programs.failure(seed) is None


@pytest.mark.parametrize("seed", range(60))
def test_transforms(seed: int) -> None:
    assert transforms.failure(seed) is None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(60))
def test_misuse(seed: int) -> None:
    assert misuse.failure(seed) is None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(60))
def test_in_place(seed: int) -> None:
    assert in_place.failure(seed) is None


@pytest.mark.parametrize("seed", range(10))
def test_threads(seed: int) -> None:
    assert threads.failure(seed) is None


@pytest.mark.parametrize("seed", range(10))
def test_interrupts(seed: int) -> None:
    assert interrupts.failure(seed) is None


# ---- The fuzzer itself ------------------------------------------------------------------------


class FaultyCosine(cg.Function):
    def forward(self, x: Any) -> Any:
        return np.cos(x)

    def backward(self, gy: cg.Variable) -> cg.Variable:
        return gy * F.sin(self.inputs[0])


def faulty() -> types.SimpleNamespace:
    """cygrad.functions with a wrong sign in one derivative."""
    names = {name: getattr(F, name) for name in F.__all__}
    return types.SimpleNamespace(**{**names, "cos": lambda x: FaultyCosine()(x)})


def test_a_fault_is_found_and_printed_in_a_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(program.NAMES, "F", faulty())
    found = next(filter(None, map(programs.failure, range(100))))
    assert "derivative" in found.splitlines()[0]
    code = found[found.index("import numpy") :]
    assert "F.cos" in code
    assert len(code.splitlines()) < 15
    exec(code, {"print": lambda *_: None})  # noqa: S102


def test_the_same_seed_is_the_same_case() -> None:
    made = [program.random_program(np.random.default_rng(5)).text() for _ in range(2)]
    assert made[0] == made[1]
    calls = [misuse.case(np.random.default_rng(5)) for _ in range(2)]
    assert calls[0] == calls[1]


def test_a_leak_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    monkeypatch.setattr(programs, "failure", lambda seed: kept.append(cg.Variable(np.ones(100))))
    assert leaks.growth("programs", range(2)) > 0
    monkeypatch.setattr(programs, "failure", lambda seed: (cg.Variable(np.ones(100)), None)[1])
    assert leaks.growth("programs", range(2)) == 0


def fuzz(*arguments: str, path: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """The command, with the cygrad that these tests have."""
    return subprocess.run(
        [sys.executable, "-m", "fuzz", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*path, *filter(None, sys.path)])},
    )


def test_the_command() -> None:
    run = fuzz("programs", "--seed", "3", "--count", "2")
    assert (run.stdout, run.returncode) == ("programs: 2 seeds from 3, 0 failures\n", 0)


# Imported by Python when it starts.
CRASH = """
import os, fuzz.programs
fuzz.programs.failure = lambda seed: os.abort() if seed == 4 else None
"""


def test_a_crash_is_a_failure_with_a_seed(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(CRASH)
    run = fuzz("programs", "--seed", "3", "--count", "2", path=(str(tmp_path),))
    assert "python -m fuzz programs --seed 4 --count 1" in run.stdout
    assert run.returncode == 1
