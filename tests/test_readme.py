"""The README's examples run and print what it says: all in a row, and each section by itself."""

import doctest

import pytest

from readme import README, programs

PROGRAMS = programs()


def test_examples() -> None:
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted >= 20
    assert result.failed == 0


def test_no_section_is_missed() -> None:
    parser = doctest.DocTestParser()
    examples = parser.get_examples(README.read_text(encoding="utf-8"))
    assert [e.source for p in PROGRAMS for e in p.examples] == [e.source for e in examples]
    assert len(PROGRAMS) >= 4


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
def test_a_section_runs_by_itself(program: doctest.DocTest) -> None:
    runner = doctest.DocTestRunner()
    runner.run(program)
    assert runner.failures == 0
