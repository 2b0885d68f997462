"""The README and the guides: examples run and print what is shown, links lead somewhere, and the names exist."""

import doctest
import re
from pathlib import Path
from typing import Any

import pytest

import cygrad as cg
import cygrad.functions as F
import cygrad.layers as L
from cygrad import data, dot, hooks, linalg, models, numerical, optimize, optimizers, special, stats
from cygrad.commands import COMMANDS, guide
from readme import GUIDES, PAGES, README, anchors_of, links_of, programs, programs_of

ROOT = README.parent
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}

# ---- The examples -----------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_all_in_a_row(page: Path) -> None:
    assert doctest.testfile(str(page), module_relative=False).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_example_is_missed(page: Path) -> None:
    examples = doctest.DocTestParser().get_examples(TEXTS[page.name])
    assert [e.source for p in programs_of(page) for e in p.examples] == [e.source for e in examples]


def test_there_are_examples() -> None:
    names = [program.name for program in programs()]
    assert len(names) == len(set(names))  # a file each, for the type checkers
    assert len(names) >= 20


@pytest.mark.parametrize("program", programs(), ids=lambda p: p.name)
def test_a_section_runs_by_itself(program: doctest.DocTest) -> None:
    runner = doctest.DocTestRunner()
    runner.run(program)
    assert runner.failures == 0


# ---- The pages --------------------------------------------------------------------------------


def test_the_readme_is_short_and_lists_the_guides() -> None:
    assert len(TEXTS["README.md"].splitlines()) <= 270
    rows = re.findall(r"^\| \[(.*?)\]\((.*?)\) \| (.*?) \|$", TEXTS["README.md"], re.MULTILINE)
    assert rows == [
        (name, f"cygrad/guides/{name}.md", guide.summary(guide.text_of(name)))
        for name in guide.NAMES
    ]


def test_the_guides_are_those_that_the_command_knows() -> None:
    assert {page.stem for page in PAGES[1:]} == set(guide.NAMES)
    if (ROOT / "cygrad").exists():
        sources = {p.name: p.read_bytes() for p in (ROOT / "cygrad/guides").iterdir()}
        assert {p.name: p.read_bytes() for p in GUIDES.iterdir()} == sources, "install it again"


@pytest.mark.parametrize("name", guide.NAMES)
def test_a_guide_begins_with_its_title_and_a_line(name: str) -> None:
    title, empty, line, end, *_ = guide.text_of(name).splitlines()
    assert re.fullmatch("# .+", title)
    assert re.fullmatch(r"[A-Z].+\.", line)
    assert (empty, end) == ("", "")


def test_the_readmes_rows_of_the_table_are_among_all_rows() -> None:
    rows = [row for row in TEXTS["README.md"].splitlines() if re.match(r"\|.*\d x|\|.*\dx ", row)]
    assert len(rows) == 10
    assert set(rows) < set(TEXTS["speed.md"].splitlines())


# ---- Links ------------------------------------------------------------------------------------


LINKS = [(page, link) for page in PAGES for link in links_of(page)]


@pytest.mark.parametrize(("page", "link"), LINKS, ids=lambda x: getattr(x, "stem", x))
def test_a_link_leads_somewhere(page: Path, link: str) -> None:
    target, _, anchor = link.partition("#")
    if target.startswith(".github/") and not (ROOT / ".github").exists():
        pytest.skip("an sdist or a wheel has no .github")
    # the README's links to guides, too, lead to those that are installed
    folder = GUIDES.parents[1] if target.startswith("cygrad/") else page.parent
    file = folder / target if target else page
    assert file.is_file()
    assert not anchor or anchor in anchors_of(file)


# ---- Names ------------------------------------------------------------------------------------

BY_COMMAND = ("", "; .ci/build puts them there")
MODULES = [cg, F, L, data, dot, hooks, linalg, models, numerical, optimize, optimizers, stats]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_name_is_listed(module: Any) -> None:
    text = TEXTS["names.md"]
    if module is F:
        text = text.partition("## Operations")[2].partition("\n## ")[0]
    missing = set(module.__all__) - set(re.findall(r"\w+", text))
    assert not missing, f"{missing} want a place in cygrad/guides/names.md{BY_COMMAND[module is F]}"


def test_special_has_the_names_that_are_listed() -> None:
    """And others: they are scipy's, and too many for a row."""
    (names,) = re.findall(
        r"^- \*\*`cygrad.special`\*\*.*?`([^`]*)`", TEXTS["names.md"], re.MULTILINE | re.DOTALL
    )
    assert set(names.split()) <= set(special.__all__)


def test_every_command_is_listed() -> None:
    assert set(COMMANDS) <= set(re.findall(r"`cygrad\s+(\w+)", TEXTS["names.md"]))


ROOMS = {"cg": cg, "cygrad": cg, "F": F, "L": L}


def named() -> list[str]:
    """What stands in backquotes and begins with one of our modules."""
    code = [c for text in TEXTS.values() for c in re.findall(r"`([^`\n]+)`", text)]
    paths = re.compile(rf"(?<![\w./])(?:{'|'.join(ROOMS)})(?:\.[A-Za-z]\w*)+(?![\w/])")
    return sorted({path for c in code for path in paths.findall(c)})


@pytest.mark.parametrize("path", named())
def test_a_name_that_is_mentioned_exists(path: str) -> None:
    first, *rest = path.split(".")
    thing: Any = ROOMS[first]
    try:
        for name in rest:
            thing = getattr(thing, name)
    except AttributeError as error:
        assert ": write " in str(error)  # a name of another library, mentioned as such
