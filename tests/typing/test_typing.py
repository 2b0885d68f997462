"""The types as a user's type checker sees them: the stubs beside the installed modules."""

import ast
import inspect
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

import cygrad.functions as F
from checkers import (
    INSTALLED,
    ROOT,
    mypy,
    needs_mypy,
    needs_new_numpy,
    needs_pyright,
    needs_stubs,
    pyright,
    run,
)
from cygrad import Function, Variable
from cygrad.elsewhere import Name
from cygrad.functions.families import FAMILIES, FUNCTIONS
from cygrad.layers import Layer
from cygrad.optimizers import Optimizer, Schedule

HERE = Path(__file__).parent
SAMPLES = sorted(p for p in (HERE / "samples").glob("*.py") if p.name != "wrong_types.py")
WRONG = HERE / "samples" / "wrong_types.py"

pytestmark = [needs_stubs, needs_mypy]


def test_stubs_are_installed() -> None:
    stubs = ROOT / "stubs" / "cygrad"
    names = {p.relative_to(stubs) for p in stubs.glob("**/*.pyi")}
    assert names
    assert {p.relative_to(INSTALLED) for p in INSTALLED.glob("**/*.pyi")} == names
    stale = [str(n) for n in names if (stubs / n).read_bytes() != (INSTALLED / n).read_bytes()]
    assert stale == [], "installed from another version of stubs/; install it again"
    assert (INSTALLED / "py.typed").exists()


def test_every_compiled_module_has_a_stub() -> None:
    compiled = {p.parent / p.name.partition(".")[0] for p in INSTALLED.glob("**/*.so")}
    compiled |= {p.parent / p.name.partition(".")[0] for p in INSTALLED.glob("**/*.pyd")}
    assert {p.with_suffix("") for p in INSTALLED.glob("**/*.pyi")} == compiled


def test_samples_are_well_typed(tmp_path: Path) -> None:
    code, output = mypy(tmp_path, *map(str, SAMPLES))
    assert code == 0, output


@needs_pyright
def test_samples_are_well_typed_for_pyright(tmp_path: Path) -> None:
    files = [Path(shutil.copy(sample, tmp_path)) for sample in SAMPLES]
    code, output = pyright(tmp_path, files, "strict")
    assert code == 0, output


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.stem)
def test_samples_run(sample: Path, tmp_path: Path) -> None:
    code, output = run(tmp_path, sys.executable, "-W", "error", str(sample))
    assert code == 0, output


def marks() -> dict[int, str]:
    """The lines of wrong_types.py that are to be refused, and mypy's reasons."""
    mark = re.compile(r"# E: ([a-z-]+)$")
    lines = enumerate(WRONG.read_text().splitlines(), 1)
    return {number: found[1] for number, line in lines if (found := mark.search(line))}


def test_wrong_types_are_refused(tmp_path: Path) -> None:
    expected = [f"{number}: {reason}" for number, reason in marks().items()]
    code, output = mypy(tmp_path, str(WRONG))
    found = [
        f"{error[1]}: {error[2]}"
        for error in re.finditer(r":(\d+): error: .*\[([a-z-]+)\]", output)
    ]
    assert code == 1, output
    assert found == expected, output


@needs_pyright
def test_wrong_types_are_refused_by_pyright(tmp_path: Path) -> None:
    code, output = pyright(tmp_path, [Path(shutil.copy(WRONG, tmp_path))], "standard")
    assert code == 1, output
    assert {int(number) for number in re.findall(r":(\d+):\d+ - error: ", output)} == set(marks())


@needs_new_numpy
def test_the_package_is_well_typed(tmp_path: Path) -> None:
    code, output = mypy(tmp_path, "-p", "cygrad")
    assert code == 0, output


def absent_names() -> list[str]:
    """The names of other libraries that a class is told not to have, for stubtest as well."""
    return [
        f"{kind.__module__}.{kind.__name__}.{name}"
        for kind in (Variable, Function, Layer, Optimizer, Schedule)
        for name, thing in vars(kind).items()
        if isinstance(thing, Name)
    ]


@needs_new_numpy
def test_stubs_say_what_the_modules_have(tmp_path: Path) -> None:
    # Disjoint bases concern two C classes in one class's bases; to mark them would hide Variable
    # and Function from type checkers that are older than the mark.
    options = ["--ignore-disjoint-bases", "--allowlist", str(HERE / "stubtest_allowlist.txt")]
    absent = tmp_path / "absent.txt"
    absent.write_text("\n".join(absent_names()), encoding="utf-8")
    options += ["--allowlist", str(absent)]
    if np.lib.NumpyVersion(np.__version__) >= "2.5.0":
        # an alias of its NDArray[...] is no type at run time, as stubtest sees it
        aliases = tmp_path / "aliases.txt"
        aliases.write_text(r"cygrad\..*\._Array", encoding="utf-8")
        options += ["--allowlist", str(aliases)]
    code, output = run(tmp_path, sys.executable, "-m", "mypy.stubtest", "cygrad", *options)
    assert code == 0, output


def names_in(file: Path) -> set[str]:
    """What `from file import *` gives type checkers."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    aliases = {
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    return {name for name in defined | aliases if name[0] != "_"}


def test_type_checkers_find_the_functions_of_each_family() -> None:
    sources = Path(F.__file__).parent
    stubs = HERE.parents[1] / "stubs" / "cygrad" / "functions"
    for family in FUNCTIONS:
        stub, source = stubs / f"{family}.pyi", sources / f"{family}.py"
        expected = {name for name, file in FAMILIES.items() if file == family}
        assert names_in(stub if stub.exists() else source) == expected, family
    stars = re.findall(r"from cygrad\.functions\.(\w+) import \*", inspect.getsource(F))
    assert stars == sorted(FUNCTIONS)
