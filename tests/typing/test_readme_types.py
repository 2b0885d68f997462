"""The README's examples, each section a program, as a user's type checker sees them."""

from pathlib import Path

import pytest

from checkers import mypy, needs_mypy, needs_pyright, needs_stubs, pyright
from readme import programs

pytestmark = needs_stubs

# scipy has no types of its own.
SCIPY = """\
[mypy]
[mypy-scipy.*]
ignore_missing_imports = true
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A file for each section: the prompts' lines, results left out."""
    written = []
    for program in programs():
        file = tmp_path / f"{program.name}.py"
        file.write_text("".join(e.source for e in program.examples), encoding="utf-8")
        written.append(file)
    return written


@needs_mypy
def test_mypy(tmp_path: Path, files: list[Path]) -> None:
    code, output = mypy(tmp_path, *(f.name for f in files), config=SCIPY)
    assert code == 0, output


@needs_pyright
def test_pyright(tmp_path: Path, files: list[Path]) -> None:
    code, output = pyright(tmp_path, files, "standard")
    assert code == 0, output
