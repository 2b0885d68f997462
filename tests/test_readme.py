"""The README's examples run and print what it says."""

import doctest
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def test_examples() -> None:
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted >= 20
    assert result.failed == 0
